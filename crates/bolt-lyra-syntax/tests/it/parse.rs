//! What each construct means: source and its `FullForm`.

use bolt_lyra_syntax::{parse, parse_expression, to_full_form};

/// Checks the tree of one expression.
#[track_caller]
fn check(source: &str, expected: &str) {
    let expr = parse_expression(source)
        .unwrap_or_else(|diagnostics| panic!("`{source}` is broken: {diagnostics:#?}"));
    assert_eq!(to_full_form(&expr), expected, "{source}");
}

/// Checks the trees of a program, joined by `|`.
#[track_caller]
fn check_program(source: &str, expected: &str) {
    let parse = parse(source);
    assert!(parse.diagnostics.is_empty(), "{source}: {:#?}", parse.diagnostics);
    let exprs: Vec<String> = parse.exprs.iter().map(to_full_form).collect();
    assert_eq!(exprs.join(" | "), expected, "{source}");
}

#[test]
fn leaves() {
    check("x", "x");
    check("$a`b`c1", "$a`b`c1");
    check("`a", "`a");
    check("16^^ff", "16^^ff");
    check("1.5`20*^3", "1.5`20*^3");
    check("1*^-2", "1*^-2");
    check(r#""a\"b\[Alpha]\n""#, r#""a\"bα\n""#);
    check(r"\(x\^2\)", r"\(x\^2\)");
    check(r#"\!\(\*RowBox["x"]\)"#, r#"\!\(\*RowBox["x"]\)"#);
}

#[test]
fn characters_that_other_systems_print_for_rules_are_read() {
    check("x ⇾ 1", "Rule[x, 1]");
    check("x ⧴ y ⩵ 2", "RuleDelayed[x, Equal[y, 2]]");
}

#[test]
fn arithmetic() {
    check("a + b - c", "Plus[a, b, Times[-1, c]]");
    check("a - 3", "Plus[a, -3]");
    check("a - (3)", "Plus[a, Times[-1, 3]]");
    check("a - - b", "Plus[a, Times[-1, Times[-1, b]]]");
    check("a - 2 b", "Plus[a, Times[-1, Times[2, b]]]");
    check("-a b", "Times[Times[-1, a], b]");
    check("-2 x", "Times[-2, x]");
    check("- -2", "Times[-1, -2]");
    check("-2^2", "Times[-1, Power[2, 2]]");
    check("a/b", "Times[a, Power[b, -1]]");
    check("a/b/c", "Times[Times[a, Power[b, -1]], Power[c, -1]]");
    check("a*b/c", "Times[a, Times[b, Power[c, -1]]]");
    check("-a/2", "Times[Times[-1, a], Power[2, -1]]");
    check("a^b^c", "Power[a, Power[b, c]]");
    check("a^-b*c", "Times[Power[a, Times[-1, b]], c]");
    check("+a", "Plus[a]");
    check("+a + b", "Plus[a, b]");
    check("a + +b", "Plus[a, b]");
    check("a + (+b)", "Plus[a, Plus[b]]");
    check("a + (b + c)", "Plus[a, Plus[b, c]]");
    check("a . b ** c", "Dot[a, NonCommutativeMultiply[b, c]]");
    check("x! !!", "Factorial2[Factorial[x]]");
    check("-x!", "Times[-1, Factorial[x]]");
    check("x++ + ++y", "Plus[Increment[x], PreIncrement[y]]");
    check("x += y -= z", "AddTo[x, SubtractFrom[y, z]]");
    check("x *= 2", "TimesBy[x, 2]");
    check("x /= 2", "DivideBy[x, 2]");
    check("x //= f", "ApplyTo[x, f]");
}

#[test]
fn multiplication_without_a_sign() {
    check("2x", "Times[2, x]");
    check("a b c", "Times[a, b, c]");
    check("a b*c", "Times[a, b, c]");
    check("(a)(b)", "Times[a, b]");
    check("a(b + c)", "Times[a, Plus[b, c]]");
    check("f[x]g[y]", "Times[f[x], g[y]]");
    check("a {b}", "Times[a, List[b]]");
    check("2 \"s\"", "Times[2, \"s\"]");
    check("2.Pi", "Times[2., Pi]");
    check("a_ b_", "Times[Pattern[a, Blank[]], Pattern[b, Blank[]]]");
    check("a (* comment *) b", "Times[a, b]");
    check("a^b c", "Times[Power[a, b], c]");
    check("f& x", "Times[Function[f], x]");
    check("#1Mod[a]", "Times[Slot[1], Mod[a]]");
    check("{a\nb}", "List[Times[a, b]]");
}

#[test]
fn comparisons() {
    check("a < b", "Less[a, b]");
    check("a < b < c", "Less[a, b, c]");
    check("a < b <= c", "Inequality[a, Less, b, LessEqual, c]");
    check("a == b != c", "Inequality[a, Equal, b, Unequal, c]");
    check("a === b === c", "SameQ[a, b, c]");
    check("a =!= b", "UnsameQ[a, b]");
    check("a == b === c", "SameQ[Equal[a, b], c]");
    check("a <- b", "Less[a, Times[-1, b]]");
    check(r"a \[VectorLess] b \[VectorLess] c", "VectorLess[List[a, b, c]]");
}

#[test]
fn logic_and_rules() {
    check("!a && b || c", "Or[And[Not[a], b], c]");
    check("!!a", "Not[Not[a]]");
    check("!a == b", "Not[Equal[a, b]]");
    check("a && !b || c", "Or[And[a, Not[b]], c]");
    check("a -> b -> c", "Rule[a, Rule[b, c]]");
    check("a :> b <-> c", "RuleDelayed[a, TwoWayRule[b, c]]");
    check("x /. a -> b //. c", "ReplaceRepeated[ReplaceAll[x, Rule[a, b]], c]");
    check("x/.5", "Times[x, Power[.5, -1]]");
    check("a /; b :> c", "RuleDelayed[Condition[a, b], c]");
}

#[test]
fn patterns() {
    check("_", "Blank[]");
    check("_h", "Blank[h]");
    check("x_", "Pattern[x, Blank[]]");
    check("x__h", "Pattern[x, BlankSequence[h]]");
    check("x___", "Pattern[x, BlankNullSequence[]]");
    check("x _", "Times[x, Blank[]]");
    check("x_.", "Optional[Pattern[x, Blank[]]]");
    check("_.", "Optional[Blank[]]");
    check("x_:1", "Optional[Pattern[x, Blank[]], 1]");
    check("x_h:1 + 2", "Optional[Pattern[x, Blank[h]], Plus[1, 2]]");
    check("a:b", "Pattern[a, b]");
    check("a:b:c", "Optional[Pattern[a, b], c]");
    check("a:b|c", "Pattern[a, Alternatives[b, c]]");
    check("x|a:b", "Alternatives[x, Pattern[a, b]]");
    check("a:b|c:d", "Optional[Pattern[a, Alternatives[b, c]], d]");
    check("a~~b:c:d", "StringExpression[a, Optional[Pattern[b, c], d]]");
    check("a:b~~c:d", "StringExpression[Pattern[a, b], Pattern[c, d]]");
    check("n:_Integer?f:1", "Optional[Pattern[n, PatternTest[Blank[Integer], f]], 1]");
    check("a:f[x|b:c]", "Pattern[a, f[Alternatives[x, Pattern[b, c]]]]");
    check("a:{b:c}:d", "Optional[Pattern[a, List[Pattern[b, c]]], d]");
    check("x_?f[y]", "PatternTest[Pattern[x, Blank[]], f][y]");
    check("a[]?b", "PatternTest[a[], b]");
    check("x..", "Repeated[x]");
    check("x_ ...", "RepeatedNull[Pattern[x, Blank[]]]");
    check("a__.b", "Dot[Pattern[a, BlankSequence[]], b]");
    check("a_..b", "Dot[Optional[Pattern[a, Blank[]]], b]");
}

#[test]
fn functions_and_application() {
    check("f[x, y][z]", "f[x, y][z]");
    check("f[]", "f[]");
    check("f@g@x", "f[g[x]]");
    check("x // f // g", "g[f[x]]");
    check("a ~f~ b ~g~ c", "g[f[a, b], c]");
    check("f /@ g @@ h", "Map[f, Apply[g, h]]");
    check("f @@@ x", "MapApply[f, x]");
    check("f //@ x", "MapAll[f, x]");
    check("f @* g @* h", "Composition[f, g, h]");
    check("f /* g", "RightComposition[f, g]");
    check("f'", "Derivative[1][f]");
    check("f'''[x]", "Derivative[3][f][x]");
    check("(f')'", "Derivative[1][Derivative[1][f]]");
    check("f@g'[x]", "f[Derivative[1][g][x]]");
    check("#^2 + ##2 &", "Function[Plus[Power[Slot[1], 2], SlotSequence[2]]]");
    check("#name[#\"a b\"]", "Slot[\"name\"][Slot[\"a b\"]]");
    check("a -> b &", "Function[Rule[a, b]]");
    check("x |-> y |-> x", "Function[x, Function[y, x]]");
    check("f = x |-> x^2", "Set[f, Function[x, Power[x, 2]]]");
    check("% + %% + %12", "Plus[Out[], Out[-2], Out[12]]");
    check("foo::[bar, baz][1]", "TypeSpecifier[foo][bar, baz][1]");
}

#[test]
fn assignments_and_statements() {
    check("a = b := c", "Set[a, SetDelayed[b, c]]");
    check("f[x_] := x^2", "SetDelayed[f[Pattern[x, Blank[]]], Power[x, 2]]");
    check("a ^= b", "UpSet[a, b]");
    check("a ^:= b", "UpSetDelayed[a, b]");
    check("a =.", "Unset[a]");
    check("a = .", "Unset[a]");
    check("a=.5", "Set[a, .5]");
    check("t /: a = b", "TagSet[t, a, b]");
    check("t /: f[t] := b", "TagSetDelayed[t, f[t], b]");
    check("t /: a =.", "TagUnset[t, a]");
    check("a; b; c", "CompoundExpression[a, b, c]");
    check("a;", "CompoundExpression[a, Null]");
    check("a;;", "Span[a, All]");
    check("(a; ;)", "CompoundExpression[a, Null, Null]");
    check("{a;, b}", "List[CompoundExpression[a, Null], b]");
    check("a; &", "Function[CompoundExpression[a, Null]]");
    check("<< a`b`", "Get[\"a`b`\"]");
    check("<<\"a b\"", "Get[\"a b\"]");
    check("x >> f.wl", "Put[x, \"f.wl\"]");
    check("x >>> \"f\"", "PutAppend[x, \"f\"]");
    check("a::b::\"c d\"", "MessageName[a, \"b\", \"c d\"]");
}

#[test]
fn spans() {
    check(";;", "Span[1, All]");
    check("a;;b", "Span[a, b]");
    check("a;;b;;c", "Span[a, b, c]");
    check(";;b", "Span[1, b]");
    check("a;;;;c", "Span[a, All, c]");
    check(";;;;c", "Span[1, All, c]");
    check(";;;;", "Times[Span[1, All], Span[1, All]]");
    check("a;;b;;c;;d", "Times[Span[a, b, c], Span[1, d]]");
    check(";;;;;;a;;b", "Times[Span[1, All], Span[1, All, a], Span[1, b]]");
    check("a;;;;;", "CompoundExpression[Times[Span[a, All], Span[1, All]], Null]");
    check("x[[2;;-1]]", "Part[x, Span[2, -1]]");
    check("x[[;;, 1]]", "Part[x, Span[1, All], 1]");
    check("a;;b*c", "Span[a, Times[b, c]]");
}

#[test]
fn brackets() {
    check("{a, {b}, {}}", "List[a, List[b], List[]]");
    check("<|a -> 1, b :> 2|>", "Association[Rule[a, 1], RuleDelayed[b, 2]]");
    check("<||>", "Association[]");
    check("a[[1, 2]]", "Part[a, 1, 2]");
    check("a[[b[[c[d]]]]]", "Part[a, Part[b, c[d]]]");
    check("a[ [1] ]", "Part[a, 1]");
    check("((a))", "a");
    check("(a\n)[b]", "a[b]");
}

#[test]
fn named_characters_are_the_operators_they_mean() {
    check(r"a \[Rule] b", "Rule[a, b]");
    check("a → b", "RightArrow[a, b]");
    check(r"a \[And] b \[Or] \[Not] c", "Or[And[a, b], Not[c]]");
    check("a ∧ b ∨ ¬c", "Or[And[a, b], Not[c]]");
    check("a ≤ b < c ≥ d", "Inequality[a, LessEqual, b, Less, c, GreaterEqual, d]");
    check(r"x \[Element] Reals", "Element[x, Reals]");
    check("x ∈ A ⋃ B ⋂ C", "Element[x, Union[A, Intersection[B, C]]]");
    check(r"2 \[Pi] \[ExponentialE]^\[ImaginaryI]", "Times[2, Pi, Power[E, I]]");
    check("π + ∞ + 30°", "Plus[Pi, Infinity, Times[30, Degree]]");
    check("α + πx", "Plus[α, πx]");
    check("a − b × c ÷ d", "Plus[a, Times[-1, Times[b, Times[c, Power[d, -1]]]]]");
    check("⌊x⌋ + ⌈y⌉", "Plus[Floor[x], Ceiling[y]]");
    check(r"a\[LeftDoubleBracket]1, 2\[RightDoubleBracket]", "Part[a, 1, 2]");
    check(r"\[Integral]x^2 \[DifferentialD]x", "Integrate[Power[x, 2], x]");
    check(r"\[Integral]x", "Integral[x]");
    check(r"x \[DifferentialD] !y", "Times[x, DifferentialD[Not[y]]]");
    check("√x y", "Times[Sqrt[x], y]");
    check(r"a\[Transpose]^2", "Power[Transpose[a], 2]");
    check(r"m \[Divides] n", "Divisible[n, m]");
    check(r"\[RawNumberSign]12\[RawPlus]1", "Plus[Slot[12], 1]");
    check(r"\:03b1\.42", "αB");
    check(r"\[FormalX]", r"\[FormalX]");
    check("x \u{a0}\u{2009}y", "Times[x, y]");
}

#[test]
fn lines_and_continuations() {
    check_program("a\nb", "a | b");
    check_program("a = 1\n\nb = 2;\nc", "Set[a, 1] | CompoundExpression[Set[b, 2], Null] | c");
    check_program("a +\nb", "Plus[a, b]");
    check_program("f[a,\n  b\n]", "f[a, b]");
    check_program("a\n-b", "a | Times[-1, b]");
    check_program("a;\nb;;\nc", "CompoundExpression[a, Null] | Span[b, All] | c");
    check_program("(a;\nb)", "CompoundExpression[a, b]");
    check_program("12\\\n  34", "1234");
    check_program("a\\\n_b", "Pattern[a, Blank[b]]");
    check_program("\"a\\\n\tb\"", "\"a\\tb\"");
    check_program("(* only a comment *)", "");
    check_program("a\r\nb\rc\u{2028}d", "a | b | c | d");
    check_program("\u{feff}a", "a");
    check_program("a >>\n   b", "Put[a, \"b\"]");
}

#[test]
fn spans_cover_what_was_written() {
    let source = "f[a, (b + c)] - 3";
    let expr = parse_expression(source).unwrap();
    let mut texts = Vec::new();
    expr.walk(&mut |expr| texts.push(expr.span.text(source)));
    let expected = [source, "", "f[a, (b + c)]", "f", "a", "b + c", "", "b", "c", "- 3"];
    assert_eq!(texts, expected);
}
