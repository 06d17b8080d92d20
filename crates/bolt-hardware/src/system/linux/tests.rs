use bolt_base::Bytes;

use super::*;
use crate::{NumaMaps, Root};

/// Returns the first node that this process may take memory on.
fn node() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let list = status.lines().find_map(|line| line.strip_prefix("Mems_allowed_list:")).unwrap();
    list.parse::<NodeSet>().unwrap().first().unwrap()
}

/// Returns what `work` says, or `None`, said aloud, where there are no memory policies or a container forbids them.
fn unless_forbidden<T: Send>(work: impl FnOnce() -> Reading<T> + Send) -> Option<T> {
    // A thread of its own: policies stay with the thread.
    match std::thread::scope(|scope| scope.spawn(work).join().unwrap()) {
        Ok(value) => Some(value),
        Err(why)
            if ["not permitted", "not implemented"].iter().any(|no| why.reason().contains(no)) =>
        {
            eprintln!("skipped: {why}");
            None
        }
        Err(why) => panic!("{why}"),
    }
}

#[test]
fn policies_are_what_was_set() {
    let nodes = NodeSet::from_iter([node()]);
    for policy in [
        MemoryPolicy::Default,
        MemoryPolicy::Local,
        MemoryPolicy::Preferred(node()),
        MemoryPolicy::Bind(nodes.clone()),
        MemoryPolicy::Interleave(nodes.clone()),
    ] {
        let set = || set_memory_policy(&policy).and_then(|()| memory_policy());
        if let Some(found) = unless_forbidden(set) {
            assert_eq!(found, policy);
        }
    }
    assert_eq!(memory_policy(), Ok(MemoryPolicy::Default), "other threads keep theirs");
}

#[test]
fn a_node_that_is_not_there_is_refused() {
    let missing = MemoryPolicy::Bind(NodeSet::from_iter([IdSet::IDS_MAX - 1]));
    let refused = set_memory_policy(&missing).unwrap_err();
    assert!(refused.reason().starts_with("the memory policy bind 8191 failed: "), "{refused}");
    assert!(place_memory(&vec![0; 1 << 20], &missing, false).is_err());
}

#[test]
fn pages_of_a_range_are_on_the_node_that_it_is_bound_to() {
    const BYTES: usize = 8 << 20;
    let page = page_bytes().unwrap() as usize;
    let policy = MemoryPolicy::Bind(NodeSet::from_iter([node()]));
    // Larger than what allocators keep, so that it is a mapping of its own.
    let mut memory = vec![0u8; BYTES];
    let Some(bytes) = unless_forbidden(|| place_memory(&memory, &policy, false)) else { return };
    assert!(bytes.is_multiple_of(page) && bytes > BYTES - 2 * page, "{bytes}");
    memory.iter_mut().step_by(page).for_each(|byte| *byte = 1);
    let maps = NumaMaps::read(&Root::system()).unwrap();
    let middle = memory[BYTES / 2..].as_ptr().addr() as u64;
    let mapping = maps.at(middle).unwrap();
    assert_eq!(mapping.policy, format!("bind:{}", node()));
    let (here, all) = (mapping.by_node[&node()], mapping.by_node.values().map(|b| b.0).sum());
    assert!(here.0 * 100 >= 95 * bytes as u64 && here == Bytes(all), "{mapping:?}");
}

#[test]
fn less_than_a_page_is_no_range() {
    let page = page_bytes().unwrap() as usize;
    let memory = vec![0u8; 3 * page];
    for start in [0, 1, page / 2] {
        let placed = place_memory(&memory[start..start + page - 1], &MemoryPolicy::Local, false);
        assert_eq!(placed, Ok(0));
    }
}

#[test]
fn masks_are_sets() {
    for list in ["", "0", "63-65", "1,8191"] {
        let ids: IdSet = list.parse().unwrap();
        assert_eq!(set(&mask(&ids)), ids);
    }
}
