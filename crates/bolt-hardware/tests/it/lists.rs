//! Lists of processors.

use std::collections::BTreeSet;

use bolt_hardware::{CpuSet, IdSet};
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, expected: &[usize], shown: &str) {
    let set: CpuSet = text.parse().unwrap();
    assert_eq!(set.iter().collect::<Vec<_>>(), expected, "{text}");
    assert_eq!((set.to_string().as_str(), set.len()), (shown, expected.len()), "{text}");
}

#[test]
fn lists_are_those_of_the_kernel_and_of_taskset() {
    check("0", &[0], "0");
    check("0-3,8", &[0, 1, 2, 3, 8], "0-3,8");
    check("0-3,8,10-11:2", &[0, 1, 2, 3, 8, 10], "0-3,8,10");
    check("0-10:3", &[0, 3, 6, 9], "0,3,6,9");
    check("0-9:2/4", &[0, 1, 4, 5, 8, 9], "0-1,4-5,8-9");
    check(" 5 , 3-4\n", &[3, 4, 5], "3-5");
    check("3,3,1-3", &[1, 2, 3], "1-3");
    check("63-64", &[63, 64], "63-64");
    check("8191", &[8191], "8191");
    check("", &[], "");
}

#[test]
fn what_is_not_a_list_is_refused() {
    for text in [
        "a",
        "1-",
        "-1",
        "3-1",
        "1,,2",
        ",",
        "0-3:0",
        "0-3:2/1",
        "0-3:0/2",
        "3:2",
        "+1",
        "0x3",
        "8192",
        "0-99999999999999999999",
        "1 2",
        "0-3:2:2",
        "1-2-3",
        "١",
    ] {
        assert!(text.parse::<CpuSet>().is_err(), "{text}");
    }
    let message = "0-3,x9".parse::<CpuSet>().unwrap_err();
    assert_eq!(message, "`x9` is not a number, a range such as `0-3`, or `0-10:2`");
    assert_eq!("0-9000".parse::<CpuSet>().unwrap_err(), "9000 is beyond 8191");
}

fn ids() -> impl Strategy<Value = BTreeSet<usize>> {
    prop::collection::btree_set(0usize..300, 0..40)
}

proptest! {
    #[test]
    fn any_text_is_a_list_or_an_error(text in any::<String>()) {
        let _ = text.parse::<IdSet>();
    }

    #[test]
    fn any_text_of_the_right_characters_is_a_list_or_an_error(text in "[0-9,:/ -]{0,24}") {
        if let Ok(set) = text.parse::<IdSet>() {
            prop_assert_eq!(set.to_string().parse::<IdSet>().unwrap(), set);
        }
    }

    #[test]
    fn sets_are_sets(a in ids(), b in ids()) {
        let set = |ids: &BTreeSet<usize>| ids.iter().copied().collect::<IdSet>();
        let (x, y) = (set(&a), set(&b));
        prop_assert_eq!(x.iter().collect::<BTreeSet<_>>(), a.clone());
        prop_assert_eq!(x.to_string().parse::<IdSet>().unwrap(), x.clone());
        prop_assert_eq!(&x & &y, set(&(&a & &b)));
        prop_assert_eq!(&x | &y, set(&(&a | &b)));
        prop_assert_eq!(&x - &y, set(&(&a - &b)));
        prop_assert_eq!(x.is_subset(&y), a.is_subset(&b));
        prop_assert_eq!(x.intersects(&y), !a.is_disjoint(&b));
        prop_assert_eq!((x.len(), x.is_empty(), x.first()), (a.len(), a.is_empty(), a.first().copied()));
        prop_assert!((0..310).all(|id| x.contains(id) == a.contains(&id)));
    }
}
