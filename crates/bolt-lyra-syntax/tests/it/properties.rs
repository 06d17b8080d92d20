//! Properties of random trees and random texts.

use std::sync::LazyLock;

use bolt_lyra_syntax::{
    Expr, ExprKind, MAX_DEPTH, parse, parse_expression, to_full_form, to_input_form,
};
use proptest::prelude::*;

/// Heads that have a form of their own, besides plain functions.
const HEADS: &str = "
    f a`g Plus Times Power Dot NonCommutativeMultiply Factorial Factorial2 Increment
    PreIncrement Decrement PreDecrement And Or Not Equal Unequal Less LessEqual Inequality SameQ
    UnsameQ Rule RuleDelayed TwoWayRule ReplaceAll ReplaceRepeated Condition Alternatives
    StringExpression StringJoin Repeated RepeatedNull Pattern Blank BlankSequence
    BlankNullSequence Optional PatternTest Function Slot SlotSequence Map MapAll Apply MapApply
    Composition RightComposition Set SetDelayed UpSet UpSetDelayed Unset TagSet TagSetDelayed
    TagUnset AddTo SubtractFrom TimesBy DivideBy ApplyTo CompoundExpression Span List
    Association Part MessageName Get Put PutAppend Out Derivative TypeSpecifier Divide Minus
    Subtract CircleTimes Element Sqrt
";

const SYMBOLS: &[&str] =
    &["x", "y1", "$a", "a`b`c", "`d", "Null", "All", "Less", "Blank", "α", "\u{F800}"];
const INTEGERS: &[&str] = &["0", "1", "-1", "-2", "25", "16^^ff", "1*^3", "-36^^zz*^2"];
const REALS: &[&str] =
    &["1.", ".5", "-1.5", "1.5`", "-2`20", "1.5``20.", "2^^1.01`5*^-3", "1`-2", "-.5``3"];
const RATIONALS: &[&str] = &["1*^-2", "-16^^f*^-1"];

fn symbol() -> impl Strategy<Value = Expr> {
    prop::sample::select(SYMBOLS).prop_map(Expr::symbol)
}

fn number() -> impl Strategy<Value = Expr> {
    prop_oneof![
        prop::sample::select(INTEGERS).prop_map(|text| ExprKind::Integer(text.into())),
        prop::sample::select(REALS).prop_map(|text| ExprKind::Real(text.into())),
        prop::sample::select(RATIONALS).prop_map(|text| ExprKind::Rational(text.into())),
    ]
    .prop_map(Expr::new)
}

fn leaf() -> impl Strategy<Value = Expr> {
    let text = prop_oneof![
        any::<String>(),
        prop::sample::select(&["", "a", "tag", "a b", "\"\\\n", "\\[Alpha]", "(*"][..])
            .prop_map(str::to_owned),
    ];
    prop_oneof![
        4 => symbol(),
        3 => number(),
        1 => text.prop_map(|text| Expr::new(ExprKind::String(text.into()))),
        1 => Just(Expr::new(ExprKind::Boxes(r"\(x\^2\)".into()))),
    ]
}

/// Shapes that the printer and the parser treat by themselves.
fn shape(inner: impl Strategy<Value = Expr> + Clone + 'static) -> impl Strategy<Value = Expr> {
    let integer = |text: &str| Expr::new(ExprKind::Integer(text.into()));
    let blank = |args| Expr::call("Blank", args);
    let pair = (inner.clone(), inner.clone());
    prop_oneof![
        inner.clone().prop_map(move |x| Expr::call("Times", vec![integer("-1"), x])),
        pair.clone().prop_map(move |(x, y)| {
            let reciprocal = Expr::call("Power", vec![y, integer("-1")]);
            Expr::call("Times", vec![x, reciprocal])
        }),
        pair.clone().prop_map(move |(x, y)| {
            Expr::call("Plus", vec![x, Expr::call("Times", vec![integer("-1"), y])])
        }),
        (symbol(), symbol()).prop_map(move |(x, h)| Expr::call("Pattern", vec![x, blank(vec![h])])),
        (symbol(), inner.clone()).prop_map(|(x, p)| Expr::call("Pattern", vec![x, p])),
        (symbol(), pair.clone()).prop_map(|(x, (p, d))| {
            Expr::call("Optional", vec![Expr::call("Pattern", vec![x, p]), d])
        }),
        symbol().prop_map(move |x| {
            Expr::call("Optional", vec![Expr::call("Pattern", vec![x, blank(vec![])])])
        }),
        inner.clone().prop_map(move |f| {
            let derivative = Box::new(Expr::call("Derivative", vec![integer("2")]));
            Expr::new(ExprKind::Call { head: derivative, args: vec![f] })
        }),
        pair.clone().prop_map(|(f, x)| {
            let typed = Box::new(Expr::call("TypeSpecifier", vec![f]));
            Expr::new(ExprKind::Call { head: typed, args: vec![x] })
        }),
        (pair, inner).prop_map(|((a, b), c)| {
            let operators = [Expr::symbol("Less"), Expr::symbol("LessEqual")];
            let [less, less_equal] = operators;
            Expr::call("Inequality", vec![a, less, b, less_equal, c])
        }),
    ]
}

fn tree() -> impl Strategy<Value = Expr> {
    let heads: Vec<&str> = HEADS.split_whitespace().collect();
    leaf().prop_recursive(6, 60, 4, move |inner| {
        let args = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            4 => (prop::sample::select(heads.clone()), args.clone())
                .prop_map(|(head, args)| Expr::call(head, args)),
            1 => (inner.clone(), args).prop_map(|(head, args)| {
                Expr::new(ExprKind::Call { head: Box::new(head), args })
            }),
            2 => shape(inner),
        ]
    })
}

/// Pieces of real syntax, for texts that get further than random bytes do.
const PIECES: &str = r#"
    a b1 f[ ] [[ ]] ( ) { } <| |> , ; ;; + - * / ^ _ __ _. : :: ::[ = := =. -> :> /. //. // /@ @ @@
    @@@ ~ ~~ # ##2 % & | || && ! !! ' ? < <= == != === =!= <> << >> .. ... . 1 2.5 16^^f 1` ` `` *^
    " "s" (* *) \ \[Alpha] \[Rule] \( \) \! ∫ ⅆ \[DifferentialD] α ≤ ⌊ ⌋ /: |-> ++ -- += $
"#;
const UNSEEN: &[&str] = &[" ", "\t", "\n", "\r\n", "\u{2028}", "\\\n", "\u{F7C9}", "\u{F74C}"];

fn fragment() -> impl Strategy<Value = String> {
    let pieces: Vec<&str> = PIECES.split_whitespace().collect();
    let piece = prop_oneof![
        20 => prop::sample::select(pieces).prop_map(str::to_owned),
        3 => prop::sample::select(UNSEEN).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Checks what holds for every text: findings and trees lie inside it and nest, trees are not too
/// deep, and without errors leaves read back as themselves and trees from print.
fn check_text(source: &str) {
    let parsed = parse(source);
    let length = source.len() as u32;
    for found in &parsed.diagnostics {
        assert!(found.span.start <= found.span.end && found.span.end <= length, "{found:?}");
        assert!(source.is_char_boundary(found.span.start as usize), "{found:?}");
        assert!(source.is_char_boundary(found.span.end as usize), "{found:?}");
    }
    let mut end = 0;
    for expr in &parsed.exprs {
        assert!(expr.span.start >= end, "{source:?}: {expr:?}");
        end = expr.span.end;
        check_spans(source, expr);
        if !parsed.has_errors() {
            expr.walk(&mut |leaf| check_leaf(source, leaf));
            check_printed(expr);
        }
    }
    assert!(end <= length, "{source:?}");
    assert!(parsed.exprs.iter().all(|expr| height(expr) <= MAX_DEPTH));
}

fn height(expr: &Expr) -> u32 {
    match &expr.kind {
        ExprKind::Call { head, args } => {
            1 + args.iter().map(height).max().unwrap_or(0).max(height(head))
        }
        ExprKind::Error(parts) => 1 + parts.iter().map(height).max().unwrap_or(0),
        _ => 1,
    }
}

fn check_spans(source: &str, expr: &Expr) {
    let inside = |part: &Expr| {
        let outer = expr.span;
        assert!(
            outer.start <= part.span.start && part.span.end <= outer.end,
            "{part:?} is not inside {expr:?} of {source:?}"
        );
        check_spans(source, part);
    };
    match &expr.kind {
        ExprKind::Call { head, args } => {
            inside(head);
            args.iter().for_each(inside);
        }
        ExprKind::Error(parts) => parts.iter().for_each(inside),
        _ => {}
    }
}

/// A leaf's text is the leaf, unless it is implied (an empty span), the bare text of a string, or
/// broken.
fn check_leaf(source: &str, leaf: &Expr) {
    let text = leaf.span.text(source);
    match &leaf.kind {
        ExprKind::Call { .. } | ExprKind::Error(_) => {}
        _ if leaf.span.is_empty() => {}
        ExprKind::String(contents) if !text.starts_with('"') => {
            let bare = parse_expression(text).ok();
            let name = bare.as_ref().and_then(Expr::as_symbol).unwrap_or(text);
            assert!(name == &**contents || text == &**contents, "{leaf:?} of {source:?}");
        }
        _ => {
            let back = parse_expression(text)
                .unwrap_or_else(|found| panic!("{leaf:?} of {source:?} is broken: {found:?}"));
            assert!(back.same_tree(leaf), "{leaf:?} of {source:?} reads back as {back:?}");
        }
    }
}

fn check_printed(expr: &Expr) {
    for text in [to_input_form(expr), to_full_form(expr)] {
        let back = parse_expression(&text).unwrap_or_else(|found| {
            panic!("{} is printed as {text:?}: {found:?}", to_full_form(expr))
        });
        assert!(
            back.same_tree(expr),
            "{} is printed as {text:?} and read back as {}",
            to_full_form(expr),
            to_full_form(&back)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn trees_read_back(expr in tree()) {
        check_printed(&expr);
    }

    #[test]
    fn random_texts_are_handled(source in any::<String>()) {
        check_text(&source);
    }

    #[test]
    fn random_syntax_is_handled(source in fragment()) {
        check_text(&source);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_real_texts_are_handled(choice in any::<prop::sample::Index>(), edits in edits()) {
        if !REAL_TEXTS.is_empty() {
            let mut source = choice.get(&REAL_TEXTS).clone();
            for (place, length, piece) in edits {
                let start = boundary(&source, place.index(source.len() + 1));
                let end = boundary(&source, (start + length).min(source.len()));
                source.replace_range(start..end, &piece);
            }
            check_text(&source);
        }
    }
}

/// Inputs of another implementation's tests; none without the shared data.
static REAL_TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let records = bolt_testkit::lines("conformance/lyra/expreduce.jsonl").unwrap_or_default();
    records.iter().map(|record| record["input"].as_str().unwrap_or_default().to_owned()).collect()
});

/// Where to replace how many bytes by what.
fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, String)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0usize..4, fragment()), 1..4)
}

fn boundary(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
