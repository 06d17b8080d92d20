//! Which of two patterns is the more special one: rules are tried in that order.

use super::{CallPattern, Compiled, Pattern};
use crate::value::Value;

/// Returns whether `a` is known to match less than `b` does.
pub(crate) fn is_more_specific(a: &Compiled, b: &Compiled) -> bool {
    covers_all(b, a) && !covers_all(a, b)
}

fn covers_all(general: &Compiled, special: &Compiled) -> bool {
    (!general.repeats_name || special.repeats_name) && covers(&general.root, &special.root)
}

/// Returns whether everything that `special` matches is known to match `general` too.
fn covers(general: &Pattern, special: &Pattern) -> bool {
    match (general, special) {
        (Pattern::Where(general, a), Pattern::Where(special, b)) => {
            a.template.same(&b.template) && covers(general, special)
        }
        (Pattern::Test(general, a), Pattern::Test(special, b)) => {
            a == b && covers(general, special)
        }
        (Pattern::Where(..) | Pattern::Test(..), _) => false,
        (Pattern::Bind(_, general), _) => covers(general, special),
        (_, Pattern::Bind(_, special) | Pattern::Where(special, _) | Pattern::Test(special, _)) => {
            covers(general, special)
        }
        (Pattern::Either(all), Pattern::Either(special)) => {
            special.iter().all(|special| all.iter().any(|general| covers(general, special)))
        }
        (Pattern::Either(all), _) => all.iter().any(|general| covers(general, special)),
        (_, Pattern::Either(all)) => all.iter().all(|special| covers(general, special)),
        (Pattern::Any(None), _) => special.is_single(),
        (Pattern::Any(Some(head)), _) => special.is_single() && has_head(special, head),
        (Pattern::AnySequence { head, least }, _) => {
            let (shortest, _) = special.lengths();
            shortest >= *least && head.as_ref().is_none_or(|head| has_head(special, head))
        }
        (Pattern::Exact(a), Pattern::Exact(b)) => a == b,
        (Pattern::Call(general), Pattern::Call(special)) => calls(general, special),
        (Pattern::Call(general), Pattern::Exact(Value::Call(special))) => {
            covers(&general.head, &Pattern::Exact(special.head().clone()))
                && sequences(
                    &general.args,
                    &special.args().iter().cloned().map(Pattern::Exact).collect::<Vec<_>>(),
                )
        }
        (Pattern::Optional { of, .. }, _) => covers(of, special),
        (Pattern::Repeat { of, least, .. }, _) => {
            special.lengths().0 >= *least && special.is_single() && covers(of, special)
        }
        _ => false,
    }
}

fn calls(general: &CallPattern, special: &CallPattern) -> bool {
    covers(&general.head, &special.head) && sequences(&general.args, &special.args)
}

/// Compares arguments one by one; a sequence at the end covers all that is left.
fn sequences(general: &[Pattern], special: &[Pattern]) -> bool {
    match (general.split_first(), special.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((first, rest)), None) => first.lengths().0 == 0 && sequences(rest, special),
        (Some((first, [])), Some(_)) if matches!(first.bare(), Pattern::AnySequence { .. }) => {
            let (shortest, _) = first.lengths();
            special.len() >= shortest.max(1) && special.iter().all(|one| element(first, one))
        }
        (Some((first, rest)), Some((one, others))) => covers(first, one) && sequences(rest, others),
    }
}

/// Whether one of several arguments is covered by a sequence of any length.
fn element(general: &Pattern, special: &Pattern) -> bool {
    match general.bare() {
        Pattern::AnySequence { head, least } => {
            head.as_ref().is_none_or(|head| has_head(special, head))
                && (*least == 0 || special.lengths().0 >= 1)
        }
        _ => false,
    }
}

fn has_head(pattern: &Pattern, head: &Value) -> bool {
    match pattern.bare() {
        Pattern::Exact(value) => value.head() == *head,
        Pattern::Any(Some(own)) | Pattern::AnySequence { head: Some(own), .. } => own == head,
        Pattern::Call(call) => matches!(&call.head, Pattern::Exact(own) if own == head),
        _ => false,
    }
}
