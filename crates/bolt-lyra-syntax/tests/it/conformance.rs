//! Trees against those of the official parser's own tests.

use crate::code_parser::{Kind, judge};

const CASES: &str = "conformance/lyra/wolfram_codeparser.jsonl";

/// Judges all cases of a kind, of which there are so many.
#[track_caller]
fn check(kind: Kind, count: usize) {
    let Some(records) = bolt_testkit::lines(CASES) else { return };
    let (mut covered, mut failures) = (Vec::new(), Vec::new());
    for (i, record) in records.iter().enumerate() {
        let text = |key: &str| record[key].as_str().expect("a case has texts");
        let Some((of, result)) = judge(text("input"), text("expected")) else { continue };
        if of != kind {
            continue;
        }
        covered.push(i + 1);
        if let Err(found) = result {
            failures.push(format!("line {}: {found}", i + 1));
        }
    }
    assert!(failures.is_empty(), "{} fail:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(covered.len(), count, "covered lines: {covered:?}");
}

#[test]
fn trees_agree_with_the_official_parser() {
    check(Kind::Tree, 85);
}

#[test]
fn texts_that_the_official_printer_writes_mean_the_same() {
    check(Kind::Printed, 126);
}
