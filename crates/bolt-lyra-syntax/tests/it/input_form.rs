//! How trees are written: `FullForm` source and its `InputForm`, which reads back as the same tree.

use bolt_lyra_syntax::{parse_expression, to_full_form, to_input_form};

#[track_caller]
fn check(source: &str, expected: &str) {
    let expr = parse_expression(source).expect("the source is an expression");
    assert_eq!(to_input_form(&expr), expected, "{source}");
    for text in [expected, &to_full_form(&expr)] {
        let back = parse_expression(text)
            .unwrap_or_else(|diagnostics| panic!("`{text}` is broken: {diagnostics:#?}"));
        assert!(back.same_tree(&expr), "`{text}` is {}", to_full_form(&back));
    }
}

#[test]
fn arithmetic() {
    check("Plus[a, Times[b, c]]", "a + b*c");
    check("Times[Plus[a, b], c]", "(a + b)*c");
    check("Plus[a, Times[-1, b], -3, c]", "a - b - 3 + c");
    check("Plus[Times[-1, a], Times[-2, b]]", "-a + -2*b");
    check("Plus[a, Plus[b, c]]", "a + (b + c)");
    check("Plus[a, Times[-1, Plus[b, c]]]", "a - (b + c)");
    check("Plus[a, Times[-1, Times[-1, b]]]", "a - -b");
    check("Plus[a, Times[-1, 3]]", "a + -1*3");
    check("Plus[a]", "Plus[a]");
    check("Plus[a, Plus[b]]", "a + Plus[b]");
    check("Times[-1, Times[-1, a]]", "-(-a)");
    check("Times[-1, PreDecrement[a]]", "- --a");
    check("Times[-1, 2]", "-1*2");
    check("Times[a, Power[b, -1]]", "a/b");
    check("Times[1, Power[2, -1]]", "1/2");
    check("Times[a, Power[Times[b, c], -1]]", "a/(b*c)");
    check("Times[Times[a, Power[b, -1]], Power[c, -1]]", "a/b/c");
    check("Times[a, Times[b, Power[c, -1]]]", "a*b/c");
    check("Times[a, b, Power[c, -1]]", "a*b*c^-1");
    check("Times[a, Power[.5, -1]]", "a/ .5");
    check("Power[a, Power[b, c]]", "a^b^c");
    check("Power[Power[a, b], c]", "(a^b)^c");
    check("Power[-2, a]", "(-2)^a");
    check("Power[a, Times[-1, b]]", "a^-b");
    check("Dot[Power[a, -1], b]", "a^(-1) . b");
    check("Power[a, Times[1, Power[2, -1]]]", "a^(1/2)");
    check("Factorial[Factorial[a]]", "(a!)!");
    check("-2[x]", "-2[x]");
    check("(-2)[x]", "(-2)[x]");
}

#[test]
fn patterns_and_functions() {
    check("Pattern[x, Blank[Integer]]", "x_Integer");
    check("Pattern[x, BlankSequence[]]", "x__");
    check("Optional[Pattern[x, Blank[]]]", "x_.");
    check("Optional[Pattern[x, Blank[h]], 1]", "x_h:1");
    check("Optional[Pattern[x, Alternatives[a, b]], c]", "x:a | b:c");
    check("Optional[PatternTest[Pattern[a, Blank[]], b], c]", "Optional[a_?b, c]");
    check("Pattern[1, Blank[]]", "Pattern[1, _]");
    check("Blank[f[x]]", "Blank[f[x]]");
    check("PatternTest[Blank[], f[y]]", "_?(f[y])");
    check("PatternTest[f[y], g]", "f[y]?g");
    check("Repeated[Pattern[x, Blank[]]]", "x_ ..");
    check("Repeated[1]", "1 ..");
    check("RepeatedNull[x]", "x...");
    check("Function[f[Slot[1]]]", "f[#]&");
    check("Function[x, Power[x, 2]]", "Function[x, x^2]");
    check("Function[f][x]", "(f&)[x]");
    check("Rule[a, Function[b]]", "a -> (b&)");
    check("And[Function[a], b]", "(a&) && b");
    check("Slot[\"name\"][SlotSequence[2]]", "#name[##2]");
    check("Slot[\"a b\"]", "#\"a b\"");
    check("Slot[x]", "Slot[x]");
    check("Derivative[2][f][x]", "f''[x]");
    check("Derivative[1][Derivative[1][f]]", "(f')'");
    check("Derivative[1, 2][f]", "Derivative[1, 2][f]");
    check("Map[f, Apply[g, x]]", "f /@ g @@ x");
}

#[test]
fn comparisons_and_logic() {
    check("Less[a, b, c]", "a < b < c");
    check("Inequality[a, Less, b, LessEqual, c]", "a < b <= c");
    check("Inequality[a, Less, b]", "Inequality[a, Less, b]");
    check("Inequality[a, Less, b, Less, c]", "Inequality[a, Less, b, Less, c]");
    check("Inequality[a, Less, b, f, c]", "Inequality[a, Less, b, f, c]");
    check("Not[Not[a]]", "! !a");
    check("Not[Equal[Factorial[a], b]]", "!a! == b");
    check("Or[And[a, b], Not[c]]", "a && b || !c");
    check("And[Or[a, b], c]", "(a || b) && c");
    check("SameQ[a, UnsameQ[b, c]]", "a === (b =!= c)");
}

#[test]
fn statements_and_brackets() {
    check("List[1, List[2], List[]]", "{1, {2}, {}}");
    check("Association[Rule[\"a\", 1]]", "<|\"a\" -> 1|>");
    check("Association[]", "<||>");
    check("Part[a, 1, Span[2, -1]]", "a[[1, 2 ;; -1]]");
    check("Span[1, All, 2]", "1 ;; All ;; 2");
    check("Times[Span[1, All], Span[1, All]]", "(1 ;; All)*(1 ;; All)");
    check("CompoundExpression[a, b]", "a; b");
    check("CompoundExpression[a, Null]", "a;");
    check("CompoundExpression[a, Null, Null]", "a; Null;");
    check("CompoundExpression[a]", "CompoundExpression[a]");
    check("Set[a, CompoundExpression[b, c]]", "a = (b; c)");
    check("SetDelayed[f[Pattern[x, Blank[]]], Condition[x, y]]", "f[x_] := x /; y");
    check("Set[a, Set[b, c]]", "a = b = c");
    check("Unset[a]", "a =.");
    check("TagSetDelayed[t, f[t], a]", "t /: f[t] := a");
    check("TagUnset[t, a]", "t /: a =.");
    check("Rule[Rule[a, b], c]", "(a -> b) -> c");
    check("ReplaceAll[a, Rule[b, c]]", "a /. b -> c");
    check("MessageName[f, \"usage\"]", "f::usage");
    check("MessageName[f, \"a b\", \"c\"]", "f::\"a b\"::c");
    check("TypeSpecifier[f][a]", "f::[a]");
    check("Get[\"a`\"]", "<<\"a`\"");
    check("Put[a, \"f\"]", "a >> \"f\"");
    check("Out[-2]", "%%");
    check("StringJoin[a, \"b\\n\"]", "a <> \"b\\n\"");
    check("CirclePlus[a, b]", "CirclePlus[a, b]");
    check("f[]", "f[]");
    check("f[g][\"s\"][1.5`]", "f[g][\"s\"][1.5`]");
    check("Subtract[a, b]", "Subtract[a, b]");
    check("PreIncrement[PreIncrement[a]]", "++ ++a");
    check("Increment[Increment[a]]", "(a++)++");
}
