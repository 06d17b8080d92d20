//! `Plus`

use triomphe::Arc;

use super::{Infinite, directed, indeterminate, infinite, plus};
use crate::evaluate::Step;
use crate::number;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// Adds the arguments of a call, which are in canonical order: numbers stand first, like terms
/// next to each other.
pub(crate) fn sum(session: &mut Session, call: &mut Arc<Call>) -> Step {
    match call.args() {
        [] => return Step::Done(Value::Integer(0)),
        [one] => return Step::Done(one.clone()),
        [a, b] if a.is_number() && b.is_number() => return Step::Done(number::add(a, b)),
        _ => {}
    }
    if call.args().iter().any(|term| infinite(term) != Infinite::No) {
        return infinite_sum(session, call);
    }
    let numbers = call.args().iter().take_while(|term| term.is_number()).count();
    let (numbers, rest) = call.args().split_at(numbers);
    let constant = numbers.iter().fold(Value::Integer(0), |sum, number| number::add(&sum, number));
    let is_collected = rest.is_sorted_by(|a, b| split(a).1 != split(b).1);
    if is_collected && (numbers.is_empty() || (numbers.len() == 1 && !is_exact_zero(&constant))) {
        return Step::Same;
    }
    let mut terms = Args::with_capacity(rest.len() + 1);
    if !is_exact_zero(&constant) {
        terms.push(constant);
    }
    let mut rest = rest.iter().peekable();
    while let Some(term) = rest.next() {
        let (first, factors) = split(term);
        let mut coefficient = first;
        let mut collected = false;
        while let Some(next) = rest.next_if(|next| split(next).1 == factors) {
            coefficient = number::add(&coefficient, &split(next).0);
            collected = true;
        }
        if !collected {
            terms.push(term.clone());
        } else if !is_exact_zero(&coefficient) {
            terms.push(with_coefficient(coefficient, factors));
        }
    }
    match terms.len() {
        0 => Step::Done(Value::Integer(0)),
        1 => Step::Again(terms.remove(0)),
        _ => Step::Again(plus(terms)),
    }
}

fn is_exact_zero(value: &Value) -> bool {
    matches!(value, Value::Integer(0))
}

/// Splits a term into its coefficient and its other factors.
fn split(term: &Value) -> (Value, &[Value]) {
    match term.args_of(sym::Times) {
        Some([first, rest @ ..]) if first.is_number() && !rest.is_empty() => (first.clone(), rest),
        Some(all) => (Value::Integer(1), all),
        None => (Value::Integer(1), std::slice::from_ref(term)),
    }
}

fn with_coefficient(coefficient: Value, factors: &[Value]) -> Value {
    match (coefficient, factors) {
        (Value::Integer(1), [one]) => one.clone(),
        (Value::Integer(1), all) => super::times(Args::from(all)),
        (coefficient, all) => {
            let all = std::iter::once(coefficient).chain(all.iter().cloned());
            super::times(all.collect::<Args>())
        }
    }
}

/// Infinities of one direction stay, of different ones nothing is known; numbers do not matter.
fn infinite_sum(session: &mut Session, call: &Call) -> Step {
    let mut direction: Option<Option<Value>> = None;
    let mut rest = Args::new();
    for term in call.args() {
        match infinite(term) {
            Infinite::Indeterminate => return Step::Done(Value::Symbol(sym::Indeterminate)),
            Infinite::Toward(toward) => match &direction {
                None => direction = Some(toward),
                Some(known) if *known == toward && toward.is_some() => {}
                Some(_) => return indeterminate(session, Value::from(call.clone())),
            },
            Infinite::No if term.is_number() => {}
            Infinite::No => rest.push(term.clone()),
        }
    }
    let infinity = directed(direction.flatten());
    if rest.is_empty() {
        return Step::Again(infinity);
    }
    if rest.len() + 1 == call.args().len() {
        return Step::Same;
    }
    rest.push(infinity);
    Step::Again(plus(rest))
}
