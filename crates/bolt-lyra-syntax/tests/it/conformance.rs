//! Trees against those of the official parser's own tests.
//!
//! A covered case is one call of `CodeParse` on a string whose expected value holds no node for
//! broken syntax. The expected value is an expression in the same syntax, so it is read by the
//! parser under test and then taken apart.

use bolt_lyra_syntax::{Expr, ExprKind, Parse, parse, parse_expression, to_full_form};

const CASES: &str = "conformance/lyra/wolfram_codeparser.jsonl";

/// The cases: line number, source text, expected value.
fn cases() -> Option<Vec<(usize, String, Expr)>> {
    let mut cases = Vec::new();
    for (i, record) in bolt_testkit::lines(CASES)?.iter().enumerate() {
        let text = |key: &str| record[key].as_str().expect("a case has texts");
        let Some(source) = parsed_string(text("input")) else { continue };
        let expected =
            parse_expression(text("expected")).expect("an expected value is an expression");
        if !is_of_broken_syntax(&expected) {
            cases.push((i + 1, source, expected));
        }
    }
    Some(cases)
}

/// The string of an input that is one call of `CodeParse` on a string.
fn parsed_string(input: &str) -> Option<String> {
    match parse_expression(input).ok()?.as_call()? {
        ("CodeParse", [Expr { kind: ExprKind::String(source), .. }]) => Some(source.to_string()),
        _ => None,
    }
}

/// Returns whether a node stands for broken syntax.
fn is_of_broken_syntax(expected: &Expr) -> bool {
    let heads = [
        "ErrorNode",
        "SyntaxErrorNode",
        "AbstractSyntaxErrorNode",
        "CallMissingCloserNode",
        "GroupMissingCloserNode",
        "GroupMissingOpenerNode",
        "Missing",
    ];
    let mut broken = false;
    expected.walk(&mut |expr| broken |= expr.as_symbol().is_some_and(|head| heads.contains(&head)));
    broken
}

/// Turns a container node into the expressions it holds.
fn expressions(container: &Expr) -> Vec<Expr> {
    match container.as_call() {
        Some(("ContainerNode", [_, children, ..])) => nodes(children),
        _ => panic!("not a container: {container}"),
    }
}

fn nodes(list: &Expr) -> Vec<Expr> {
    match list.as_call() {
        Some(("List", items)) => items.iter().flat_map(node).collect(),
        _ => panic!("not a list: {list}"),
    }
}

/// Turns a node into expressions; a context or a package is the statements that make it.
fn node(node: &Expr) -> Vec<Expr> {
    let bracketed = |begin: &str, end: &str, names: &Expr, body: &Expr| {
        let statement = |head: &str, args: Vec<Expr>| {
            let null = Expr::symbol("Null");
            Expr::call("CompoundExpression", vec![Expr::call(head, args), null])
        };
        let mut all = vec![statement(begin, nodes(names))];
        all.extend(nodes(body));
        all.push(statement(end, Vec::new()));
        all
    };
    match node.as_call() {
        Some(("LeafNode", [kind, text, ..])) => vec![leaf(kind, text)],
        Some(("CallNode", [head, args, ..])) => {
            let head = match head.as_call() {
                Some(("List", _)) => nodes(head),
                _ => self::node(head),
            };
            let head = Box::new(head.into_iter().next().expect("a call has a head"));
            vec![Expr::new(ExprKind::Call { head, args: nodes(args) })]
        }
        Some(("PrefixNode", [_, parts, ..])) => {
            let text: String = nodes(parts).iter().map(boxes_text).collect();
            vec![Expr::new(ExprKind::Boxes(text.into()))]
        }
        Some(("ContextNode", [names, body, ..])) => bracketed("Begin", "End", names, body),
        Some(("PackageNode", [names, body, ..])) => {
            bracketed("BeginPackage", "EndPackage", names, body)
        }
        _ => panic!("unknown node: {node}"),
    }
}

fn leaf(kind: &Expr, text: &Expr) -> Expr {
    let (Some(kind), ExprKind::String(text)) = (kind.as_symbol(), &text.kind) else {
        panic!("unknown leaf: {kind} {text}");
    };
    let read = || parse_expression(text).expect("a leaf is an expression").kind;
    Expr::new(match kind {
        "Symbol" => ExprKind::Symbol(text.clone()),
        "Integer" => ExprKind::Integer(text.clone()),
        "Real" => ExprKind::Real(text.clone()),
        "Rational" => ExprKind::Rational(text.clone()),
        "String" => read(),
        "Token`LinearSyntaxBlob" | "Token`LinearSyntax`Bang" => ExprKind::Boxes(text.clone()),
        _ => panic!("unknown leaf: {kind} {text}"),
    })
}

fn boxes_text(expr: &Expr) -> &str {
    match &expr.kind {
        ExprKind::Boxes(text) => text,
        _ => panic!("not two-dimensional input: {expr}"),
    }
}

fn full_forms(exprs: &[Expr]) -> String {
    exprs.iter().map(to_full_form).collect::<Vec<_>>().join("\n")
}

#[test]
fn trees_agree_with_the_official_parser() {
    let Some(cases) = cases() else { return };
    let mut failures = Vec::new();
    for (line, source, expected) in &cases {
        let Parse { exprs, diagnostics } = parse(source);
        let expected = expressions(expected);
        let same = exprs.len() == expected.len()
            && exprs.iter().zip(&expected).all(|(a, b)| a.same_tree(b));
        if !same {
            let (found, expected) = (full_forms(&exprs), full_forms(&expected));
            failures.push(format!(
                "line {line}: {source:?}\n  found    {found}\n  expected {expected}\n  {diagnostics:?}"
            ));
        }
    }
    assert!(failures.is_empty(), "{} fail:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(
        cases.len(),
        85,
        "covered lines: {:?}",
        cases.iter().map(|case| case.0).collect::<Vec<_>>()
    );
}

/// Cases that write a parsed text without spaces: both texts mean the same.
#[test]
fn texts_that_the_official_printer_writes_mean_the_same() {
    let Some(records) = bolt_testkit::lines(CASES) else { return };
    let (mut covered, mut failures) = (Vec::new(), Vec::new());
    for (i, record) in records.iter().enumerate() {
        let text = |key: &str| record[key].as_str().expect("a case has texts");
        let Some(source) = printed_string(text("input")) else { continue };
        let Ok(Expr { kind: ExprKind::String(printed), .. }) = parse_expression(text("expected"))
        else {
            continue;
        };
        let (found, expected) = (parse(&source), parse(&printed));
        if found.has_errors() {
            continue;
        }
        covered.push(i + 1);
        let (found, expected) = (full_forms(&found.exprs), full_forms(&expected.exprs));
        if found != expected {
            failures.push(format!("line {}: {source}\n  {found}\n  {expected}", i + 1));
        }
    }
    assert!(failures.is_empty(), "{} fail:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(covered.len(), 126, "covered lines: {covered:?}");
}

/// The string of `ToSourceCharacterString[Concretify[CodeParse["..."]]]`.
fn printed_string(input: &str) -> Option<String> {
    let expr = parse_expression(input).ok()?;
    let only = |expr: &Expr, name: &str| match expr.as_call() {
        Some((head, [arg])) if head == name => Some(arg.clone()),
        _ => None,
    };
    let parsed = only(&only(&expr, "ToSourceCharacterString")?, "Concretify")?;
    parsed_string(&to_full_form(&parsed))
}
