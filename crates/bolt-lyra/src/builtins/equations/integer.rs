//! Statements about integers within bounds, by trying all of them.

use super::command::Question;
use super::forms::substituted;
use crate::builtins::simplify::facts::{Domain, all_of};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// How many combinations are tried.
const MOST: i64 = 200_000;

/// Returns the solutions in integers as lists of rules; `None` if the statements do not bound
/// every unknown by numbers.
pub(super) fn solve(session: &mut Session, question: &Question) -> Evaluated<Option<Value>> {
    if question.domain > Domain::Integers {
        return Ok(None);
    }
    let mut rows: Vec<Value> = Vec::new();
    for case in &question.cases {
        let mut ranges = Vec::new();
        for x in &question.unknowns {
            let Some(range) = bounds(session, case, x)? else { return Ok(None) };
            ranges.push(range);
        }
        let count = ranges
            .iter()
            .try_fold(1i64, |product, (low, high)| product.checked_mul((high - low + 1).max(0)));
        if count.is_none_or(|count| count > MOST) {
            return Ok(None);
        }
        search(
            session,
            &all_of(Args::from(case.as_slice())),
            &question.unknowns,
            &ranges,
            &[],
            &mut rows,
        )?;
    }
    rows.sort_by(|a, b| crate::order::compare(&session.names, a, b));
    rows.dedup();
    Ok(Some(Value::list(Args::from(rows))))
}

/// How far from 0 small integers are looked for, in turn.
const RADII: &[i64] = &[8, 32, 128];

/// Returns solutions in small integers as lists of rules, those near to 0 first; `None` if none is
/// found.
pub(super) fn near_zero(
    session: &mut Session,
    statement: &Value,
    unknowns: &[Value],
    most: usize,
) -> Evaluated<Option<Args>> {
    for &radius in RADII {
        let ranges = vec![(-radius, radius); unknowns.len()];
        let count = ranges.iter().try_fold(1i64, |all, _| all.checked_mul(2 * radius + 1));
        if count.is_none_or(|count| count > MOST) {
            break;
        }
        let mut rows = Vec::new();
        search(session, statement, unknowns, &ranges, &[], &mut rows)?;
        if !rows.is_empty() {
            rows.truncate(most);
            return Ok(Some(Args::from(rows)));
        }
    }
    Ok(None)
}

fn search(
    session: &mut Session,
    statement: &Value,
    unknowns: &[Value],
    ranges: &[(i64, i64)],
    chosen: &[i64],
    rows: &mut Vec<Value>,
) -> Evaluated<()> {
    session.check_interrupt()?;
    let statement = session.evaluate(statement)?;
    if statement.is(sym::False) {
        return Ok(());
    }
    let place = chosen.len();
    if place == unknowns.len() {
        if statement.is(sym::True) {
            let rules = unknowns.iter().zip(chosen).map(|(x, v)| Value::rule(x.clone(), *v));
            rows.push(Value::list(rules.collect::<Args>()));
        }
        return Ok(());
    }
    let (low, high) = ranges[place];
    for value in low..=high {
        let next = substituted(&statement, &unknowns[place], &Value::Integer(value));
        let mut chosen = chosen.to_vec();
        chosen.push(value);
        search(session, &next, unknowns, ranges, &chosen, rows)?;
    }
    Ok(())
}

/// The least and the greatest integer that inequalities between an unknown and numbers allow.
fn bounds(session: &mut Session, case: &[Value], x: &Value) -> Evaluated<Option<(i64, i64)>> {
    let (mut low, mut high): (Option<i64>, Option<i64>) = (None, None);
    let mut pairs: Vec<(Value, crate::symbol::Symbol, Value)> = Vec::new();
    for statement in case {
        let Some(call) = statement.as_call() else { continue };
        match call.head().as_symbol() {
            Some(sym::Inequality) => {
                for three in call.args().windows(3).step_by(2) {
                    if let Some(relation) = three[1].as_symbol() {
                        pairs.push((three[0].clone(), relation, three[2].clone()));
                    }
                }
            }
            Some(relation) => {
                for two in call.args().windows(2) {
                    pairs.push((two[0].clone(), relation, two[1].clone()));
                }
            }
            None => {}
        }
    }
    for (a, relation, b) in pairs {
        let (other, relation) = match (a == *x, b == *x) {
            (true, _) => (b, relation),
            (_, true) => (a, flipped(relation)),
            _ => continue,
        };
        let Some(bound) = session.machine_value(&other)? else { continue };
        let is_whole = bound.fract() == 0.0 && number::integer(&other).is_some();
        if bound.abs() > 1e9 {
            continue;
        }
        match relation {
            sym::Less | sym::LessEqual => {
                let strict = relation == sym::Less && is_whole;
                let own = bound.floor() as i64 - i64::from(strict);
                high = Some(high.map_or(own, |known| known.min(own)));
            }
            sym::Greater | sym::GreaterEqual => {
                let strict = relation == sym::Greater && is_whole;
                let own = bound.ceil() as i64 + i64::from(strict);
                low = Some(low.map_or(own, |known| known.max(own)));
            }
            _ => {}
        }
    }
    Ok(low.zip(high))
}

fn flipped(relation: crate::symbol::Symbol) -> crate::symbol::Symbol {
    match relation {
        sym::Less => sym::Greater,
        sym::LessEqual => sym::GreaterEqual,
        sym::Greater => sym::Less,
        sym::GreaterEqual => sym::LessEqual,
        other => other,
    }
}
