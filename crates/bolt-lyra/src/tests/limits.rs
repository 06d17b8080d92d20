//! What is deep, long, endless or too large.

use super::check;
use crate::session::Session;
use crate::value::Value;

#[test]
fn expressions_as_deep_as_programs_make_them_are_written_compared_and_matched() {
    let deep = "e = Nest[f, x, 30000];";
    check(&[
        (&format!("{deep} StringLength[ToString[e]]"), "90001"),
        (&format!("{deep} StringLength[ToString[e, InputForm]]"), "90001"),
        (&format!("{deep} e === Nest[f, x, 30000]"), "True"),
        (&format!("{deep} TrueQ[e == Nest[f, y, 30000]]"), "False"),
        (&format!("{deep} MatchQ[e, Nest[f, x, 30000]]"), "True"),
        (&format!("{deep} Cases[e, x, Infinity]"), "{x}"),
        (&format!("{deep} Level[e, {{-1}}]"), "{x}"),
        (&format!("{deep} Extract[e, Table[1, 30000]]"), "x"),
        ("StringLength[ToString[Nest[List, 1, 30000]]]", "60001"),
        ("ToExpression[ToString[Nest[f, x, 30000]]]", "$Failed"),
    ]);
}

#[test]
fn definitions_that_never_end_are_aborted() {
    check(&[
        ("Format[g[x_]] := g[x + 1]; ToString[g[1]]", "$Aborted"),
        ("Format[g[x_]] := {g[x + 1], 1}; ToString[g[1]]", "$Aborted"),
        ("f[x_] /; f[x + 1] := 1; f[1]", "$Aborted"),
        ("f[x_] := StringReplace[\"a\", \"a\" :> f[x + 1]]; f[1]", "$Aborted"),
        ("f[x_] := Sort[{1, 2, 3}, f[x + 1] &]; f[1]", "$Aborted"),
        ("f = Function[x, f[x + 1] + 1]; f[1]", "$Aborted"),
    ]);
}

#[test]
fn patterns_of_many_arguments_need_no_stack_of_their_own() {
    check(&[
        ("MatchQ[Range[10^5], {_Integer ..}]", "True"),
        ("MatchQ[Range[10^5], {x__Integer, 10^5}]", "True"),
        ("MatchQ[Range[2000], Table[_, 2000]]", "True"),
        (
            "TimeConstrained[MatchQ[Range[60], {a___, b___, c___, d___, e___, f___, g___, 99}], 0.2]",
            "$Aborted",
        ),
    ]);
}

#[test]
fn chains_of_comparisons_take_time_in_proportion() {
    check(&[
        ("Length[Equal @@ Table[x[i], {i, 20000}]]", "20000"),
        (
            "Less @@ Append[Table[x[i], {i, 1000}], 1] === Less @@ Append[Table[x[i], {i, 1000}], 1]",
            "True",
        ),
        ("1 < x < y < 0", "False"),
        ("1 < x <= y < 2", "1 < x <= y < 2"),
        ("3 == x == y == 4", "False"),
        ("1 <= x <= 1", "1 <= x <= 1"),
    ]);
}

#[test]
fn machine_numbers_beyond_their_range_and_zeros_have_a_precision_of_their_own() {
    check(&[
        ("0``20 + 1 == 1", "True"),
        ("Accuracy[0``20]", "20."),
        ("Abs[Accuracy[0``20*100] - 18] < 0.4", "True"),
        ("0``20", "0``20."),
        ("Abs[Precision[0``20 + 100] - 22] < 0.4", "True"),
        ("10.^308*10 > 10^308", "True"),
        ("Precision[10.^308*10] < 16", "True"),
        ("10.^400/10.^399", "10.`15.954589770191003"),
        ("10.^308 + 10.^308 + 10.^308 < 10^309", "True"),
    ]);
}

#[test]
fn what_is_too_large_is_told() {
    check(&[
        ("Array[f, {10^5, 10^5}]", "Array[f, {100000, 100000}]"),
        ("ConstantArray[0, {10^6, 10^6}]", "ConstantArray[0, {1000000, 1000000}]"),
        ("Quiet[Check[Array[f, {10^5, 10^5}], told]]", "told"),
    ]);
}

#[test]
fn infinity_is_one_expression_however_it_came_about() {
    check(&[
        ("Limit[1/x^2, x -> 0] === Infinity", "True"),
        ("2 Infinity === Infinity + 1 === DirectedInfinity[3] === Infinity", "True"),
        ("-Log[0] === Infinity", "True"),
        ("-Infinity === DirectedInfinity[-1]", "True"),
        ("Union[{Infinity, DirectedInfinity[1]}]", "{Infinity}"),
        ("ToString[FullForm[Infinity]]", "\"DirectedInfinity[1]\""),
    ]);
}

#[test]
fn roots_of_large_perfect_powers_are_found() {
    check(&[
        ("Sqrt[(10^20 + 39)^2]", "100000000000000000039"),
        ("((10^20 + 39)^6)^(1/4)", "100000000000000000039*Sqrt[100000000000000000039]"),
        ("(12 (10^20 + 39)^3)^(1/3)", "100000000000000000039*2^(2/3)*3^(1/3)"),
        ("Head[Sqrt[10^20000 + 1]]", "Power"),
        ("Sqrt[(10^5000 + 1)^2] == 10^5000 + 1", "True"),
    ]);
}

#[test]
fn what_takes_long_can_be_aborted_and_what_is_too_large_is_not_begun() {
    check(&[
        ("Quiet[Head[Distribute[Table[{1, 2}, {40}], List]]]", "Distribute"),
        ("Distribute[f[a + b, c]]", "f[a, c] + f[b, c]"),
        (
            "Quiet[Head[KroneckerProduct[IdentityMatrix[300], IdentityMatrix[300]]]]",
            "KroneckerProduct",
        ),
        (
            "TimeConstrained[EditDistance @@ {StringRepeat[\"a\", 20000], StringRepeat[\"b\", 20000]}, 0.1]",
            "$Aborted",
        ),
        (
            "TimeConstrained[LongestCommonSubsequence @@ {StringRepeat[\"a\", 20000], StringRepeat[\"b\", 20000]}, 0.1]",
            "$Aborted",
        ),
        ("TimeConstrained[Range[10^9], 0.05]", "$Aborted"),
        ("Signature[{3, 1, 2}] + 10 Signature[{2, 1, 3}] + 100 Signature[{1, 1}]", "-9"),
        ("Signature[Range[30000, 1, -1]]", "1"),
        ("Quiet[Erfi[1.*^300]] === $Failed", "False"),
        ("Quiet[EllipticE[2.`50]] === $Failed", "False"),
    ]);
}

#[test]
fn digits_by_halves_are_those_by_remainders() {
    check(&[
        (
            "And @@ Flatten[Table[FromDigits[IntegerDigits[n, b], b] === n, {n, {0, 1, 7^100, 10^300, 2^1000 - 1, 10^640, 3^5000}}, {b, {2, 3, 10, 36}}]]",
            "True",
        ),
        ("Length[IntegerDigits[10^640]]", "641"),
        ("Union[IntegerDigits[10^640 - 1]]", "{9}"),
        ("IntegerDigits[10^130, 10, 5]", "{0, 0, 0, 0, 0}"),
        ("Length[IntegerDigits[2^20000, 2]]", "20001"),
    ]);
}

/// Each of these would take minutes at least, in loops that return no result.
#[test]
fn whatever_takes_long_is_ended_in_time() {
    let endless = [
        "Nest[{#, #} &, x, 60] === Nest[{#, #} &, x, 60]",
        "LeafCount[Nest[f[#, #] &, x, 60]]",
        "FreeQ[Nest[f[#, #] &, x, 60], y]",
        "Depth[Nest[f[#, #] &, x, 60]]",
        "Nest[{#, #} &, x, 60] /. x -> 1",
        "Flatten[Nest[{#, #} &, x, 60]]",
        "ToString[Nest[{#, #} &, x, 60]]",
        "Fibonacci[2^28]",
        "PrimeQ[10^100000 + 1]",
        "PowerMod[3, 10^1000000, 10^1000000 + 7]",
        "BernoulliB[10^4]",
        "IntegerDigits[7^(10^8)]",
        "ToString[7^(10^8)]",
        "ToExpression[StringRepeat[\"9\", 10^8]]",
        "N[Pi, 10^6]",
        "N[Zeta[3], 10^5]",
        "Expand[(1 + x)^(10^6)]",
        "Gather[Range[10^6], False &]",
        "LogicalExpand[Xor @@ Array[a, 20]]",
        "Cyclotomic[510510, x]",
        "NIntegrate[Exp[-x y z w v], {x, 0, 1}, {y, 0, 1}, {z, 0, 1}, {w, 0, 1}, {v, 0, 1}]",
    ];
    for program in endless {
        let mut session = Session::new();
        let limited = format!("TimeConstrained[{program}, 0.05, \"late\"]");
        assert_eq!(session.run(&limited), Value::string("late"), "{program}");
        assert_eq!(session.run("1 + 1"), Value::Integer(2), "{program}");
    }
}

#[test]
fn an_error_of_the_program_ends_one_evaluation_and_leaves_what_was_defined() {
    let mut session = Session::new();
    let name = session.names.symbol("Global`broken");
    session.definition_mut(name).builtin = Some(&BROKEN);
    let told = "a = 1; Block[{a = 2}, CheckAbort[broken[], a]] + a";
    assert_eq!(session.run(told), Value::Integer(3));
    let notes = session.take_notes();
    let is_told = |note: &crate::Note| {
        matches!(note, crate::Note::Message { name, text }
            if name == "General::intern" && text.contains("a broken rule"))
    };
    assert!(notes.iter().any(is_told), "{notes:?}");
}

static BROKEN: crate::builtins::Builtin = crate::builtins::builtin(
    "broken",
    crate::definition::Attributes::NONE,
    |_, _| panic!("a broken rule"),
    "",
    &[],
);

#[test]
fn numbers_of_huge_exponents_are_written_with_them() {
    check(&[
        ("Exp[1.`20*10^10] > 10^(10^8)", "True"),
        ("StringTake[ToString[Exp[1.`20*10^10], InputForm], -12]", "\"*^4342944819\""),
        ("Log[10, 2.^(10^9)]/Log[10, 2] > 10^9 - 1", "True"),
        ("ToString[N[10^(10^7), 20]]", "\"1.*^10000000\""),
        ("ToString[N[-3*10^(-10^7), 20]]", "\"-3.*^-10000000\""),
    ]);
}
