//! Size: nesting within the limit works, nesting beyond gives one finding and no overflow, and long
//! texts take time in proportion.

use std::time::{Duration, Instant};

use bolt_lyra_syntax::{
    DiagnosticKind, Expr, ExprKind, MAX_DEPTH, parse, to_full_form, to_input_form,
};

const FAR_TOO_DEEP: usize = 100_000;

/// Ways to nest: what comes before, inside and after, repeated outside.
const NESTS: &[(&str, &str, &str)] = &[
    ("(", "x", ")"),
    ("{", "x", "}"),
    ("f[", "x", "]"),
    ("f[[", "x", "]]"),
    ("<|", "x", "|>"),
    ("f::[", "x", "]"),
    ("⌊", "x", "⌋"),
    ("-(", "x", ")"),
    ("- ", "x", ""),
    ("+ ", "x", ""),
    ("!", "x", ""),
    ("√", "x", ""),
    ("∫", "x", " \\[DifferentialD]x"),
    ("a^", "x", ""),
    ("a -> ", "x", ""),
    ("a = ", "x", ""),
    ("f@", "x", ""),
    ("a:", "x", ""),
    ("a /: b = ", "x", ""),
    ("", "x", "[y]"),
    ("", "x", "[[y]]"),
    ("", "x", "!"),
    ("", "x", " &"),
    ("", "x", " // f"),
    ("", "x", " /. y"),
    ("", "x", "/y"),
    ("", "x", " ~f~ y"),
    ("", "x_", ":y"),
    ("", "x", " =."),
];

fn nested((before, inside, after): (&str, &str, &str), times: usize) -> String {
    before.repeat(times) + inside + &after.repeat(times)
}

/// Levels of a tree, counted without recursion.
fn height(expr: &Expr) -> u32 {
    let (mut deepest, mut rest) = (0, vec![(expr, 1)]);
    while let Some((expr, level)) = rest.pop() {
        deepest = deepest.max(level);
        match &expr.kind {
            ExprKind::Call { head, args } => {
                rest.push((head, level + 1));
                rest.extend(args.iter().map(|arg| (arg, level + 1)));
            }
            ExprKind::Error(parts) => rest.extend(parts.iter().map(|part| (part, level + 1))),
            _ => {}
        }
    }
    deepest
}

#[test]
fn nesting_beyond_the_limit_is_reported_once() {
    for &nest in NESTS {
        let parse = parse(&nested(nest, FAR_TOO_DEEP));
        let kinds: Vec<_> = parse.diagnostics.iter().map(|found| found.kind).collect();
        assert_eq!(kinds, [DiagnosticKind::TooDeep], "{nest:?}");
        assert!(parse.exprs.iter().all(|expr| height(expr) <= MAX_DEPTH), "{nest:?}");
    }
}

#[test]
fn brackets_without_a_head_nest_too() {
    let parse = parse(&nested(("[", "x", "]"), FAR_TOO_DEEP));
    assert_eq!(parse.diagnostics[0].kind, DiagnosticKind::TooDeep);
}

#[test]
fn the_deepest_tree_prints_and_reads_back() {
    for &nest in NESTS {
        let fits = |times: &usize| !parse(&nested(nest, *times)).has_errors();
        let deepest = (1..MAX_DEPTH as usize).rev().find(fits).expect("one level fits");
        assert!(deepest > MAX_DEPTH as usize / 4, "{nest:?}: {deepest}");
        let parsed = parse(&nested(nest, deepest));
        let expr = &parsed.exprs[0];
        for text in [to_input_form(expr), to_full_form(expr)] {
            let back = parse(&text);
            assert!(!back.has_errors(), "{nest:?}: {:?}", back.diagnostics);
            assert!(back.exprs[0].same_tree(expr), "{nest:?}");
        }
    }
}

/// What would be slow if something were looked for again and again.
const REPEATED: &[&str] = &[
    "a + b - ",
    "a b ",
    "a; ",
    "a;;",
    "a, ",
    "f[a, {b}]\n",
    "<<[",
    "a::\"",
    "#\"",
    "\\[a",
    "\\[Alpa]",
    "(* ",
    "\\(",
    "\\\n",
    "\\[Alpha]",
    "a)",
    "f'",
    "a_:b ",
    "\"\\",
    "1.5`*^",
    "[ [",
    "∫ ",
    "x // f\n",
];

#[test]
fn long_texts_take_time_in_proportion() {
    const BYTES: usize = 100_000;
    for unit in REPEATED {
        for prefix in ["", "((((((((", "f[", "\\[Alpha] "] {
            let source = prefix.to_owned() + &unit.repeat(BYTES / unit.len());
            let start = Instant::now();
            parse(&source);
            // Far more than it takes, far less than the square of the length would.
            assert!(start.elapsed() < Duration::from_secs(5), "{prefix}{unit:?}");
        }
    }
}
