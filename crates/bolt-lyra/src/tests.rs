//! The examples of the built-in functions, run.

mod limits;

use crate::session::Session;
use crate::value::Value;

impl Session {
    /// Evaluates the lines of a source and returns the last value.
    pub(crate) fn run(&mut self, source: &str) -> Value {
        let parsed = bolt_lyra_syntax::parse(source);
        assert!(!parsed.has_errors(), "{source}: {:?}", parsed.diagnostics);
        let mut last = Value::NULL;
        for expr in &parsed.exprs {
            let value = self.read(expr);
            last = self.evaluate_line(&value).expect("no program quits");
        }
        last
    }
}

#[test]
fn what_the_usage_messages_show_is_so() {
    let mut wrong = Vec::new();
    for builtin in crate::builtins::all() {
        for (input, expected) in builtin.examples {
            let mut session = Session::new();
            let value = session.run(input);
            let shown = session.input_form(&value);
            if shown != *expected {
                wrong.push(format!("{}: {input} gives {shown}, not {expected}", builtin.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_name_stands_in_one_table() {
    let mut known = std::collections::HashSet::new();
    for builtin in crate::builtins::all() {
        assert!(known.insert(builtin.name), "{}", builtin.name);
    }
}

#[test]
fn every_function_has_a_usage_and_two_examples() {
    for builtin in crate::builtins::all() {
        assert!(!builtin.usage.is_empty() && builtin.examples.len() >= 2, "{}", builtin.name);
    }
}

/// Checks what inputs come to, each in a session of its own.
pub(crate) fn check(cases: &[(&str, &str)]) {
    for (input, expected) in cases {
        let mut session = Session::new();
        let value = session.run(input);
        assert_eq!(session.input_form(&value), *expected, "{input}");
    }
}

#[test]
fn what_a_condition_decided_is_not_final() {
    check(&[(
        "n = 1; f[x_] := yes /; n == 2; e = Hold[{f[1], {1, 2} + {3, 4}}]; \
         a = First[e]; n = 2; a",
        "{yes, {4, 6}}",
    )]);
}

#[test]
fn names_are_cleared_by_patterns() {
    check(&[
        ("fa = 1; fb[x_] := 2; g = 3; Clear[\"f*\"]; {fa, fb[1], g}", "{fa, fb[1], 3}"),
        (
            "h[x_] := 1; SetAttributes[h, Flat]; ClearAll[\"Global`*\"]; {h[1], Attributes[h]}",
            "{h[1], {}}",
        ),
    ]);
}

#[test]
fn elements_evaluated_before_a_definition_are_not_final() {
    check(&[
        ("x = Table[If[i == 2, a = 5]; a, {i, 3}]; x", "{5, 5, 5}"),
        ("f[n_] := (b = n; c); Do[f[i], {i, 5}]; y = {c, c = 7}; y", "{7, 7}"),
        ("z = Map[(If[# == 2, d = 5]; d) &, {1, 2, 3}]; z", "{5, 5, 5}"),
    ]);
}

#[test]
fn rules_that_a_function_works_on_are_no_options() {
    check(&[
        ("Map[f, {a -> 1, b -> 2}]", "{f[a -> 1], f[b -> 2]}"),
        ("Map[f, a -> b]", "f[a] -> f[b]"),
        ("MapIndexed[f, {a -> 1}]", "{f[a -> 1, {1}]}"),
        ("r = {}; Scan[AppendTo[r, First[#]] &, {a -> 1}]; r", "{a}"),
        ("FixedPoint[Identity, {a -> 1}]", "{a -> 1}"),
        ("Map[f, a + b, Heads -> True]", "f[Plus][f[a], f[b]]"),
    ]);
}

#[test]
fn what_is_changed_in_place_is_a_value_of_its_own() {
    check(&[
        ("a = {1, 2}; b = a; AppendTo[a, 3]; {a, b}", "{{1, 2, 3}, {1, 2}}"),
        (
            "a = Range[40]; b = a; AppendTo[a, 41]; {Total[a], Total[b], a === Range[41]}",
            "{861, 820, True}",
        ),
        ("a = Range[40]; AppendTo[a, x]; {Length[a], a[[-1]], a[[1]]}", "{41, x, 1}"),
        ("a = Range[40]; AppendTo[a, 0.5]; {Head[a[[40]]], a[[41]]}", "{Integer, 0.5}"),
        ("a = {x}; AppendTo[a, y]; x = 5; a", "{5, y}"),
        ("a = {}; r = Table[AppendTo[a, i], {i, 3}]; r", "{{1}, {1, 2}, {1, 2, 3}}"),
        (
            "a = <||>; r = Table[AssociateTo[a, i -> 0], {i, 2}]; r",
            "{<|1 -> 0|>, <|1 -> 0, 2 -> 0|>}",
        ),
        ("a = <|x -> 1|>; b = a; KeyDropFrom[a, x]; {a, b}", "{<||>, <|x -> 1|>}"),
        ("a = 5; Quiet[AppendTo[a, 1]]; a", "5"),
        ("a = <|1 -> 2|>; PrependTo[a, 0 -> 1]; a", "<|0 -> 1, 1 -> 2|>"),
        ("Module[{l = {0}}, Do[AppendTo[l, k], {k, 3}]; l]", "{0, 1, 2, 3}"),
    ]);
}

#[test]
fn a_small_part_does_not_cost_the_digits_of_a_large_one() {
    check(&[
        ("Precision[N[(1 + I Sqrt[15])*(1 - I Sqrt[15]), 30]]", "30."),
        (
            "a = Im[N[(1 + I Sqrt[15])*(1 - I Sqrt[15]), 30]]; b = a + N[1/3, 30]; Abs[b - 1/3] < 10^-25",
            "True",
        ),
    ]);
}

#[test]
fn texts_that_stand_for_themselves_are_found_as_other_patterns_are() {
    let cases = [
        ("aXbXXc", "X"),
        ("XXaXbXX", "X"),
        ("", "X"),
        ("XX", "X"),
        ("abcabc", "bc"),
        ("äöäö", "ö"),
    ];
    for (text, literal) in cases {
        let other = format!("(\"{literal}\" | \"{literal}\")");
        for function in
            ["StringSplit", "StringCount", "StringDelete", "StringCases", "StringPosition"]
        {
            let source = format!(
                "{function}[\"{text}\", \"{literal}\"] === {function}[\"{text}\", {other}]"
            );
            check(&[(&source, "True")]);
        }
    }
}

#[test]
fn a_local_symbol_is_itself_in_translated_code() {
    check(&[
        ("Module[{w}, Map[D[#, w] &, {w^2}] /. w -> x]", "{2*x}"),
        ("Module[{w}, Nest[D[#, w] &, w^2, 1] /. w -> x]", "2*x"),
        ("Module[{w}, FreeQ[#, w] & /@ {w, w^2, x}]", "{False, False, True}"),
    ]);
}

#[test]
fn a_condition_may_stand_after_other_statements_of_a_scope() {
    check(&[
        ("f[x_] := Module[{y}, y = x; y^2 /; y > 3]; {f[2], f[5]}", "{f[2], 25}"),
        (
            "f[x_] := With[{y = x}, Null; Module[{z}, z = y; z + 1 /; z > 3]]; {f[2], f[5]}",
            "{f[2], 6}",
        ),
    ]);
}

#[test]
fn an_optional_argument_of_a_flat_function_takes_several() {
    check(&[
        ("Replace[-c t, a_. t :> a]", "-c"),
        ("Replace[g[-c t, t], g[a_. t_, t_] :> a]", "-c"),
        ("Replace[2 b y, a_. x_ :> {a, x}]", "{2, b*y}"),
        ("Replace[{t, b t, b c t}, a_. t :> f[a], {1}]", "{f[1], f[b], f[b*c]}"),
        ("Replace[1 + c + t, a_. + t :> a]", "1 + c"),
    ]);
}
