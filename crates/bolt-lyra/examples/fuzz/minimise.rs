//! Smaller programs that fail in the same way.

use std::time::{Duration, Instant};

use bolt_lyra_syntax::{Expr, ExprKind, to_input_form};

use crate::check::{Failure, Judge};

/// How long to look for smaller programs.
const TIME: Duration = Duration::from_secs(20);

/// Returns a program with its failure, none of whose parts can be left out or replaced by a part of
/// itself, as far as there was time to find out.
///
/// # Errors
/// If no process can be started.
pub(crate) fn smallest(
    program: &Expr,
    failure: &Failure,
    judge: &mut Judge,
) -> Result<(Expr, Failure), String> {
    let end = Instant::now() + TIME;
    let mut best = (program.clone(), failure.clone());
    'smaller: loop {
        for candidate in candidates(&best.0) {
            if Instant::now() > end {
                return Ok(best);
            }
            let found = judge.of(&to_input_form(&candidate))?;
            if let Some(found) = found.filter(|found| found.kind() == failure.kind()) {
                best = (candidate, found);
                continue 'smaller;
            }
        }
        return Ok(best);
    }
}

/// Returns programs with one part less, the smallest first.
pub(crate) fn candidates(of: &Expr) -> Vec<Expr> {
    let ExprKind::Call { head, args } = &of.kind else { return Vec::new() };
    let rebuilt = |head: &Expr, args: Vec<Expr>| {
        Expr::new(ExprKind::Call { head: Box::new(head.clone()), args })
    };
    let mut all: Vec<Expr> = args.clone();
    if matches!(head.kind, ExprKind::Call { .. }) {
        all.push((**head).clone());
    }
    for place in 0..args.len() {
        let mut fewer = args.clone();
        fewer.remove(place);
        all.push(rebuilt(head, fewer));
    }
    for (place, arg) in args.iter().enumerate() {
        let simple = ["x", "1"].map(|text| match text {
            "1" => Expr::new(ExprKind::Integer("1".into())),
            name => Expr::symbol(name),
        });
        let smaller = match arg.kind {
            ExprKind::Call { .. } => simple.into_iter().chain(candidates(arg)).collect(),
            _ => Vec::new(),
        };
        for smaller in smaller {
            let mut changed = args.clone();
            changed[place] = smaller;
            all.push(rebuilt(head, changed));
        }
    }
    for smaller in candidates(head) {
        all.push(rebuilt(&smaller, args.clone()));
    }
    all
}
