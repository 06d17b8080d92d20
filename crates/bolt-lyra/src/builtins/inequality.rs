//! Chains of comparisons: what of `1 < 2 < x < 5` is known, and what is left.

use super::comparison::{holds, known_order};
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

/// Which way a comparison points: up for `<`, down for `>`, neither for `==` and `!=`.
fn direction(relation: Symbol) -> i8 {
    match relation {
        sym::Less | sym::LessEqual => 1,
        sym::Greater | sym::GreaterEqual => -1,
        _ => 0,
    }
}

fn is_strict(relation: Symbol) -> bool {
    matches!(relation, sym::Less | sym::Greater)
}

/// A chain of operands with the comparison that stands before each but the first.
#[derive(Default)]
struct Chain {
    operands: Vec<Value>,
    relations: Vec<Symbol>,
}

/// Evaluates a chain of comparisons; there is one operand more than relations.
pub(super) fn evaluate(
    session: &mut Session,
    operands: &[Value],
    relations: &[Symbol],
    is_written_out: bool,
) -> Evaluated<Step> {
    let mut pieces = Vec::new();
    for chain in one_way(operands, relations) {
        if contradicts_itself(session, &chain)? {
            return Ok(Step::Done(Value::FALSE));
        }
        if !without_what_holds(session, chain, &mut pieces)? {
            return Ok(Step::Done(Value::FALSE));
        }
    }
    let is_same = matches!(&pieces[..], [piece] if piece.operands.len() == operands.len());
    // `Inequality[a, Less, b]` is the comparison itself.
    if is_same && (operands.len() > 2 || !is_written_out) {
        return Ok(Step::Same);
    }
    let mut written: Args = pieces.iter().map(Chain::write).collect();
    Ok(match written.len() {
        0 => Step::Done(Value::TRUE),
        1 => Step::Again(written.remove(0)),
        _ => Step::Again(Value::call(sym::And, written)),
    })
}

/// Splits a chain where it changes its direction.
fn one_way(operands: &[Value], relations: &[Symbol]) -> Vec<Chain> {
    let mut chains = vec![Chain { operands: vec![operands[0].clone()], relations: Vec::new() }];
    let mut towards = 0;
    for (relation, pair) in relations.iter().zip(operands.windows(2)) {
        let next = direction(*relation);
        if next != 0 && towards != 0 && next != towards {
            chains.push(Chain { operands: vec![pair[0].clone()], relations: Vec::new() });
        }
        if next != 0 {
            towards = next;
        }
        if let Some(chain) = chains.last_mut() {
            chain.relations.push(*relation);
            chain.operands.push(pair[1].clone());
        }
    }
    chains
}

/// Returns whether two quantities of a chain stand the wrong way around: `1 < x < 0`.
fn contradicts_itself(session: &mut Session, chain: &Chain) -> Evaluated<bool> {
    if chain.relations.contains(&sym::Unequal) {
        return Ok(false);
    }
    // Between neighbouring quantities, since the order of those further apart follows.
    let mut before = None;
    for (last, b) in chain.operands.iter().enumerate() {
        if known_order(session, b, b)?.is_none() {
            continue;
        }
        let Some(first) = before.replace(last).filter(|first| first + 1 < last) else { continue };
        let between = &chain.relations[first..last];
        let towards: i64 = between.iter().map(|relation| i64::from(direction(*relation))).sum();
        let Some(order) = known_order(session, &chain.operands[first], b)? else { continue };
        let strict = between.iter().any(|relation| is_strict(*relation));
        let fits = match towards.signum() {
            0 => order.is_eq(),
            1 => order.is_lt() || (order.is_eq() && !strict),
            _ => order.is_gt() || (order.is_eq() && !strict),
        };
        if !fits {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Adds the pieces of a chain between which it is known to hold; returns `false` if it does not.
fn without_what_holds(
    session: &mut Session,
    chain: Chain,
    pieces: &mut Vec<Chain>,
) -> Evaluated<bool> {
    let mut piece = Chain::default();
    let mut operands = chain.operands.into_iter();
    piece.operands.extend(operands.next());
    for (relation, operand) in chain.relations.into_iter().zip(operands) {
        let before = piece.operands.last().cloned().unwrap_or(Value::NULL);
        match holds(session, relation, &before, &operand)? {
            Some(false) => return Ok(false),
            Some(true) => {
                let done = std::mem::take(&mut piece);
                pieces.extend((!done.relations.is_empty()).then_some(done));
                piece.operands.push(operand);
            }
            None => {
                piece.relations.push(relation);
                piece.operands.push(operand);
            }
        }
    }
    pieces.extend((!piece.relations.is_empty()).then_some(piece));
    Ok(true)
}

impl Chain {
    fn write(&self) -> Value {
        let first = self.relations[0];
        if self.relations.iter().all(|relation| *relation == first) {
            return Value::call(first, Args::from(self.operands.as_slice()));
        }
        let mut args = Args::from([self.operands[0].clone()].as_slice());
        for (relation, operand) in self.relations.iter().zip(&self.operands[1..]) {
            args.push(Value::Symbol(*relation));
            args.push(operand.clone());
        }
        Value::call(sym::Inequality, args)
    }
}
