//! Where memory is, and what may be said of it.

use std::collections::BTreeMap;

use bolt_base::Bytes;
use bolt_hardware::{MemoryPolicy, Numa, NumaMaps};
use proptest::prelude::*;

use crate::machines::{four_nodes, hybrid, read};

const MAPS: &str = "\
5582f75a9000 default file=/usr/bin/head mapped=2 N0=2 kernelpagesize_kB=4
7f0000000000 interleave:0-1 anon=5 dirty=5 active=0 N0=3 N1=2 kernelpagesize_kB=2048
7f2000000000 bind:1
7ffd00000000 default stack anon=3 dirty=3 N1=3 kernelpagesize_kB=4";

#[test]
fn maps_are_summed_by_node() {
    let maps = NumaMaps::parse(MAPS);
    assert_eq!(maps.mappings.len(), 4);
    let (small, large) = (4 << 10, 2 << 20);
    let expected =
        BTreeMap::from([(0, Bytes(2 * small + 3 * large)), (1, Bytes(2 * large + 3 * small))]);
    assert_eq!(maps.by_node(), expected);
    let policy = |address| maps.at(address).map(|mapping| mapping.policy.as_str());
    assert_eq!(policy(0x7f00_0010_0000), Some("interleave:0-1"));
    assert_eq!(policy(0x7f20_0000_0000), Some("bind:1"));
    assert_eq!(policy(0x1000), None);
}

#[test]
fn broken_maps_are_passed_over() {
    let text = "xyz default N0=1\n\n10 default Nx=2 N9999999=4 N0=5\n20\n30 default N0=1 kernelpagesize_kB=z";
    let maps = NumaMaps::parse(text);
    assert_eq!(maps.mappings.len(), 1);
    assert_eq!(maps.by_node(), BTreeMap::from([(0, Bytes(0))]), "pages of an unknown size");
    let huge = format!("10 default N0={} kernelpagesize_kB=4", u64::MAX);
    assert_eq!(NumaMaps::parse(&huge).by_node(), BTreeMap::new());
}

#[test]
fn statistics_are_by_node() {
    let path = "/sys/devices/system/node/node2/numastat";
    let text =
        "numa_hit 100\nnuma_miss 2\nnuma_foreign 3\ninterleave_hit 4\nlocal_node 95\nother_node 7";
    let machine = four_nodes().file(path, text);
    let statistics = read(&machine).node_statistics(2).unwrap();
    assert_eq!((statistics.hit, statistics.miss, statistics.foreign), (100, 2, 3));
    assert_eq!((statistics.local, statistics.other), (95, 7));
    let broken = read(&machine.file(path, "numa_hit x")).node_statistics(2);
    assert!(broken.unwrap_err().reason().ends_with("has no `numa_hit`"));
}

#[test]
fn one_node_has_no_policies_and_several_have_those_of_their_nodes() {
    let one = Numa::of(&read(&hybrid()).topology).unwrap_err();
    assert_eq!(one.to_string(), "unavailable (1 node)");
    let numa = Numa::of(&read(&four_nodes()).topology).unwrap();
    assert_eq!(numa.nodes().to_string(), "0-3");
    let bind = |list: &str| MemoryPolicy::Bind(list.parse().unwrap());
    // Refused before the kernel is asked, so that this machine's nodes do not matter.
    for (policy, message) in [
        (bind("3-4"), "no memory on 4, only on 0-3"),
        (MemoryPolicy::Preferred(9), "no memory on 9, only on 0-3"),
        (bind(""), "the policy bind  names no node"),
    ] {
        assert_eq!(numa.set_thread_policy(&policy).unwrap_err().reason(), message);
        assert_eq!(numa.place(&[0; 9], &policy, false).unwrap_err().reason(), message);
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>(), line in "[0-9a-f]{0,9} [a-z:=N0-9 _]{0,40}") {
        let _ = NumaMaps::parse(&text).by_node();
        let _ = NumaMaps::parse(&line).by_node();
    }
}
