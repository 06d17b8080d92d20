//! What the program that runs conformance cases lets pass.

use crate::case::{Case, Outcome};
use crate::judge::{judge, session};

fn passes(kind: &str, input: &str, expected: &str, context: &[&str]) -> bool {
    let case = Case {
        area: "any".to_owned(),
        input: input.to_owned(),
        expected: expected.to_owned(),
        kind: kind.to_owned(),
        context: context.iter().map(ToString::to_string).collect(),
    };
    judge(&mut session(&[]).unwrap(), &case) == Outcome::Passes
}

#[test]
fn a_value_passes_if_it_is_the_same_or_equal() {
    assert!(passes("value", "1 + 1", "2", &[]));
    assert!(passes("value", "1. + 1", "2", &[]));
    assert!(passes("value", "% + n", "7", &["n = 3;", "n + 1"]));
    assert!(passes("value", "a == b", "a == b", &[]));
    assert!(!passes("value", "1 + 1", "3", &[]));
    assert!(!passes("value", "f[x]", "f[y]", &[]));
    assert!(!passes("value", "a", "b", &[]));
    assert!(!passes("value", "1 + ", "1", &[]));
    assert!(passes("text", "\"a\" <> \"b\"", "ab", &[]));
}

#[test]
fn an_integral_passes_by_its_derivative() {
    let rules = "Unprotect[Integrate, D]; D[x^2/2 + 5, x] = x; D[x^2, x] = 2 x; \
                 Integrate[x, x] = x^2/2 + 5; Integrate[3 x, x] = x^2";
    assert!(passes("integral", "Integrate[x, x]", "x^2/2", &[rules]));
    assert!(!passes("integral", "Integrate[3 x, x]", "3 x^2/2", &[rules]));
    let unevaluated = "Integrate[f[x] g[x], x]";
    assert!(!passes("integral", unevaluated, "Log[f[x]]", &[]));
}

#[test]
fn a_tree_passes_if_it_is_that_of_the_official_parser() {
    let leaf = |text: &str| {
        format!("ContainerNode[String, {{LeafNode[Integer, \"{text}\", <||>]}}, <||>]")
    };
    assert!(passes("parse", "CodeParse[\"12\"]", &leaf("12"), &[]));
    assert!(!passes("parse", "CodeParse[\"12\"]", &leaf("13"), &[]));
}
