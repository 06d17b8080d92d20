//! What is deep, long, endless or too large.

use super::check;

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
