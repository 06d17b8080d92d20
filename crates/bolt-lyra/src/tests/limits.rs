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
