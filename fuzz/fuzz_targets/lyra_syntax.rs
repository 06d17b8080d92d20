//! Any text parses without a panic, findings and trees lie inside it, and what parses without an
//! error is printed and read back as the same tree.

#![no_main]

use bolt_lyra_syntax::{
    DiagnosticKind, Expr, ExprKind, Parse, Span, parse, to_full_form, to_input_form,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let parsed = parse(source);
    let whole = Span::new(0, source.len() as u32);
    for found in &parsed.diagnostics {
        assert!(is_inside(found.span, whole) && is_text(found.span, source), "{found:?}");
    }
    for expr in &parsed.exprs {
        check_spans(expr, whole);
        if !parsed.has_errors() {
            check_form(expr, &to_input_form(expr));
            check_form(expr, &to_full_form(expr));
        }
    }
});

fn check_form(expr: &Expr, printed: &str) {
    let Parse { exprs, diagnostics } = parse(printed);
    // Printing may add parentheses around a tree that is as deep as trees may be.
    if diagnostics.iter().any(|found| found.kind == DiagnosticKind::TooDeep) {
        return;
    }
    let same = matches!(&exprs[..], [back] if back.same_tree(expr));
    assert!(same, "{} is printed as {printed:?}: {diagnostics:?}", to_full_form(expr));
}

fn check_spans(expr: &Expr, bounds: Span) {
    assert!(is_inside(expr.span, bounds), "{expr:?} is not inside {bounds:?}");
    match &expr.kind {
        ExprKind::Call { head, args } => {
            check_spans(head, expr.span);
            args.iter().for_each(|arg| check_spans(arg, expr.span));
        }
        ExprKind::Error(parts) => parts.iter().for_each(|part| check_spans(part, expr.span)),
        _ => {}
    }
}

fn is_inside(span: Span, bounds: Span) -> bool {
    bounds.start <= span.start && span.start <= span.end && span.end <= bounds.end
}

fn is_text(span: Span, source: &str) -> bool {
    source.get(span.start as usize..span.end as usize).is_some()
}
