//! What is said about broken sources, and what is made of them nevertheless.

use bolt_lyra_syntax::{
    Diagnostic, DiagnosticKind, LineIndex, MAX_DIAGNOSTICS, Severity, parse, parse_expression,
    to_full_form,
};

/// One line a finding: place, severity, message, advice.
fn rendered(source: &str, diagnostics: &[Diagnostic]) -> String {
    let index = LineIndex::new(source);
    let line = |found: &Diagnostic| {
        let place = index.line_column(found.span.start);
        let hint = found.hint.as_ref().map_or(String::new(), |hint| format!(" ({hint})"));
        let severity = found.severity.name();
        format!("{}:{} {severity}: {}{hint}", place.line, place.column, found.message)
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Checks the findings about a source and the trees that come with them.
#[track_caller]
fn check(source: &str, expected: &str, trees: &str) {
    let parse = parse(source);
    assert_eq!(rendered(source, &parse.diagnostics), expected, "{source}");
    let exprs: Vec<String> = parse.exprs.iter().map(to_full_form).collect();
    assert_eq!(exprs.join(" | "), trees, "{source}");
}

#[test]
fn brackets() {
    check(
        "SMA[close, 10",
        "1:4 error: this `[` is never closed (expected `]` before the end of the input)",
        "SMA[close, 10]",
    );
    check(
        "a = 1\nf[{1, 2, (3 + 4}]",
        "2:10 error: this `(` is never closed (expected `)` before `}`)",
        "Set[a, 1] | f[List[1, 2, Plus[3, 4]]]",
    );
    check(
        "{f[[1], 2}",
        "1:3 error: this `[[` is never closed (expected `]]` before `,`)",
        "List[Part[f, 1], 2]",
    );
    check(
        "⌊x",
        "1:1 error: this `⌊` is never closed (expected `\\[RightFloor]` before the end of the input)",
        "Floor[x]",
    );
    check("a )\nb", "1:3 error: this `)` closes nothing", "a | b");
    check(
        "{a, b]}",
        "1:6 error: this `]` closes nothing (the innermost open bracket needs `}`)",
        "List[a, b]",
    );
    check(
        "[x]",
        "1:1 error: expected a head before `[` (a list is written `{a, b}`, a group `(a)`)",
        "$Failed[x]",
    );
    check(
        "2 + ()",
        "1:5 error: expected an expression between `(` and `)` \
         (a list is written `{a, b}`, a call `f[a, b]`)",
        "Plus[2, $Failed[]]",
    );
    check(
        "(a, b)",
        "1:1 error: parentheses hold one expression, not a sequence \
         (a list is written `{a, b}`, a call `f[a, b]`)",
        "$Failed[a, b]",
    );
}

#[test]
fn operands_and_commas() {
    check(
        "a + * b",
        "1:5 error: expected an expression between `+` and `*`",
        "Plus[a, Times[$Failed[], b]]",
    );
    check("x = ", "1:4 error: expected an expression after `=`", "Set[x, $Failed[]]");
    check("* 2", "1:1 error: expected an expression before `*`", "Times[$Failed[], 2]");
    check(
        "f[a + ]\nx y /",
        "1:7 error: expected an expression between `+` and `]`\n\
         2:6 error: expected an expression after `/`",
        "f[Plus[a, $Failed[]]] | Times[x, Times[y, Power[$Failed[], -1]]]",
    );
    check(
        "f[,]",
        "1:3 warning: there is no expression before this comma; it counts as `Null` \
         (remove the comma, or write `Null`)\n\
         1:3 warning: there is no expression after this comma; it counts as `Null` \
         (remove the comma, or write `Null`)",
        "f[Null, Null]",
    );
    check("a, b", "1:2 error: a comma outside brackets", "a | b");
    check(
        "a ? b ? c",
        "1:7 error: `?` does not take another `?` (add parentheses to say which comes first)",
        "PatternTest[PatternTest[a, b], c]",
    );
    check("1:2", "1:1 error: expected a name or a pattern before `:`", "$Failed[1, 2]");
    check(
        "a ~ f",
        "1:3 error: this `~` has no second `~` after its function \
         (write `a ~ f ~ b` for `f[a, b]`)",
        "$Failed[a, f]",
    );
    check(
        "a /: b\n",
        "1:3 error: expected `=`, `:=` or `=.` after the target of `/:`",
        "$Failed[a, b]",
    );
    check(
        "a::\nb",
        "1:2 error: expected a message name after `::`",
        "MessageName[a, $Failed[]] | b",
    );
    check("<<", "1:1 error: expected a file name after `<<`", "Get[$Failed[]]");
}

#[test]
fn literals() {
    check(
        "x; \"abc",
        "1:4 error: this string is never closed (add a `\"`; inside a string write `\\\"`)",
        "CompoundExpression[x, $Failed[]]",
    );
    check(
        "a\n  (* open (* *)",
        "2:3 error: this comment is never closed (add `*)`; every `(*` inside needs its own)",
        "a",
    );
    check("a *) b", "1:3 error: `*)` closes no comment", "Times[a, b]");
    check(
        "1 + \\(x",
        "1:5 error: this two-dimensional input is never closed (add `\\)`)",
        "Plus[1, $Failed[]]",
    );
    check("16^^zz", "1:5 error: `z` is no digit in base 16", "$Failed[]");
    check("37^^1", "1:1 error: this is no base; bases are 2 to 36", "$Failed[]");
    check("2^^.", "1:2 error: expected digits after `^^`", "$Failed[]");
    check("2*^", "1:2 error: expected an integer after `*^`", "$Failed[]");
    check("2*^1.5", "1:5 error: an exponent is an integer", "$Failed[]");
    check(
        "1.5`` + x",
        "1:4 error: expected a number after the two backticks",
        "Plus[$Failed[], x]",
    );
    check(
        "1.5`-3",
        "1:5 warning: this `-` is the sign of the number's precision \
         (to calculate, put a space before `-`)",
        "1.5`-3",
    );
    check(
        r#"{"\d", "\[Alpa]"}"#,
        "1:3 warning: strings have no escape `\\d`; it stands for itself \
         (write `\\\\d` for a backslash)\n\
         1:9 warning: strings have no escape `\\[`; it stands for itself \
         (write `\\\\[` for a backslash)",
        r#"List["\\d", "\\[Alpa]"]"#,
    );
    check(
        r"\[Alpa] + 1",
        "1:1 error: there is no character named `Alpa` (did you mean `\\[Alpha]`?)",
        "Plus[1]",
    );
    check(r"x \t", r"1:3 error: `\t` means nothing here", "x");
    check("x \u{1}", "1:3 error: `\u{FFFD}` means nothing here", "x");
    check("a` + 1", "1:2 error: expected a symbol after this context mark", "Plus[$Failed[], 1]");
}

#[test]
fn places_are_those_of_the_source_before_escapes_are_resolved() {
    check(
        "\\[Alpha]\\\n  \\[Beta] +",
        "2:12 error: expected an expression after `+`",
        "Plus[αβ, $Failed[]]",
    );
}

#[test]
fn only_so_many_findings_are_listed() {
    let parse = parse(&"a)\n".repeat(10 * MAX_DIAGNOSTICS));
    assert_eq!(parse.diagnostics.len(), MAX_DIAGNOSTICS + 1);
    assert_eq!(parse.diagnostics[MAX_DIAGNOSTICS].kind, DiagnosticKind::TooMany);
    assert_eq!(parse.exprs.len(), 10 * MAX_DIAGNOSTICS);
}

#[test]
fn warnings_do_not_hide_an_error() {
    let parse = parse(&format!("f[{}a + ]", ",".repeat(10 * MAX_DIAGNOSTICS)));
    assert!(parse.has_errors());
    assert_eq!(parse.diagnostics.len(), MAX_DIAGNOSTICS + 2);
}

#[test]
fn exactly_one_expression_is_one_without_errors() {
    let kinds = |source: &str| match parse_expression(source) {
        Ok(expr) => panic!("`{source}` is {expr}"),
        Err(found) => found.iter().map(|found| found.kind).collect::<Vec<_>>(),
    };
    assert_eq!(kinds(""), [DiagnosticKind::NotOneExpression]);
    assert_eq!(kinds("a\nb"), [DiagnosticKind::NotOneExpression]);
    assert_eq!(kinds("a +"), [DiagnosticKind::MissingOperand]);
    assert!(parse_expression("f[a,]").is_ok());
    assert!(Severity::Warning < Severity::Error);
}

#[test]
fn a_source_is_incomplete_if_more_lines_could_make_it_whole() {
    let is_incomplete = |source: &str| parse(source).is_incomplete();
    for source in
        ["f[x", "{1, (2,", "1 +", "a :=", "\"text", "1 (* note", "f[x, 1 +\n", "<|a ->", "x[[1"]
    {
        assert!(is_incomplete(source), "{source}");
    }
    for source in ["f[x]", "1 + ]", "(1]", "{1, (2}", "1 + * 2", "f[1^^2", "", "a;"] {
        assert!(!is_incomplete(source), "{source}");
    }
}
