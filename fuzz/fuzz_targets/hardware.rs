//! The kernel's texts: any is a value or none, and a list that is shown is read back the same.
#![no_main]

use bolt_hardware::{Cgroups, IdSet, NumaMaps, Quota, Scope, Stall};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(set) = text.parse::<IdSet>() {
        assert_eq!(set.to_string().parse(), Ok(set.clone()));
        assert!(set.iter().count() == set.len() && set.iter().all(|id| set.contains(id)));
    }
    if let Ok(Some(quota)) = Quota::parse_max(text) {
        assert!(quota.threads() > 0 && quota.cpus() > 0.0);
    }
    if let Some(stall) = Stall::parse(text, Scope::Machine) {
        assert!((0.0..=100.0).contains(&stall.some.avg10));
    }
    let maps = NumaMaps::parse(text);
    assert!(maps.by_node().len() <= IdSet::IDS_MAX);
    let (membership, mounts) = text.split_once('\0').unwrap_or((text, text));
    for tree in Cgroups::parse(membership, mounts).trees() {
        let folders = tree.folders();
        assert_eq!(folders.last(), Some(&tree.mount));
        assert!(folders.iter().all(|folder| folder.starts_with(&tree.mount)));
    }
});
