//! What the tests of the official parser say, as trees and texts of this one.
//!
//! A direct case is one call of `CodeParse` on a string whose expected value holds no node for
//! broken syntax. The expected value is an expression in the same syntax, so it is read by the
//! parser under test and then taken apart. Other cases write a parsed text without spaces: both
//! texts mean the same. The rest is about functions that a parser does not have.

use bolt_lyra_syntax::{Expr, ExprKind, Parse, parse, parse_expression, to_full_form};

/// What a case says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The tree of a text.
    Tree,
    /// That two texts mean the same.
    Printed,
}

/// Returns what kind of case it is and, where the parser does otherwise, what it does; `None` if
/// it is about something else.
pub(crate) fn judge(input: &str, expected: &str) -> Option<(Kind, Result<(), String>)> {
    if let Some(source) = parsed_string(input) {
        let expected = parse_expression(expected).ok()?;
        return (!is_of_broken_syntax(&expected))
            .then(|| (Kind::Tree, has_tree(&source, &expected)));
    }
    let source = printed_string(input)?;
    let Ok(Expr { kind: ExprKind::String(printed), .. }) = parse_expression(expected) else {
        return None;
    };
    let (found, expected) = (parse(&source), parse(&printed));
    if found.has_errors() {
        return None;
    }
    let (found, expected) = (full_forms(&found.exprs), full_forms(&expected.exprs));
    let same = found == expected;
    Some((Kind::Printed, if same { Ok(()) } else { Err(format!("{found}\n  {expected}")) }))
}

fn has_tree(source: &str, expected: &Expr) -> Result<(), String> {
    let Parse { exprs, diagnostics } = parse(source);
    let expected = expressions(expected);
    let same =
        exprs.len() == expected.len() && exprs.iter().zip(&expected).all(|(a, b)| a.same_tree(b));
    if same {
        return Ok(());
    }
    let (found, expected) = (full_forms(&exprs), full_forms(&expected));
    Err(format!("{source:?}\n  found    {found}\n  expected {expected}\n  {diagnostics:?}"))
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
