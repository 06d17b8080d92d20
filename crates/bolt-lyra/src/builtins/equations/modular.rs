//! Equations modulo an integer, by trying all residues.

use super::command::Question;
use super::forms::substituted;
use super::system::differences;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Value};

/// How many combinations of residues are tried.
const MOST: i64 = 200_000;

/// Returns the solutions as lists of rules, `None` if there are too many combinations.
pub(super) fn solve(
    session: &mut Session,
    question: &Question,
    modulus: i64,
) -> Evaluated<Option<Value>> {
    let count = u32::try_from(question.unknowns.len()).unwrap_or(u32::MAX);
    let Some(all) = modulus.checked_pow(count).filter(|all| *all <= MOST) else { return Ok(None) };
    let mut rows = Args::new();
    for combination in 0..all {
        session.check_interrupt()?;
        let mut left = combination;
        let mut values = Vec::new();
        for _ in &question.unknowns {
            values.push(left % modulus);
            left /= modulus;
        }
        values.reverse();
        for case in &question.cases {
            let Some(equations) = differences(session, case)? else { return Ok(None) };
            if !hold(session, &equations, &question.unknowns, &values, modulus)? {
                continue;
            }
            let rules = question.unknowns.iter().zip(&values);
            let rules = rules.map(|(x, value)| Value::rule(x.clone(), *value));
            rows.push(Value::list(rules.collect::<Args>()));
            break;
        }
    }
    Ok(Some(Value::list(rows)))
}

fn hold(
    session: &mut Session,
    equations: &[Value],
    unknowns: &[Value],
    values: &[i64],
    modulus: i64,
) -> Evaluated<bool> {
    for equation in equations {
        let mut at = equation.clone();
        for (x, value) in unknowns.iter().zip(values) {
            at = substituted(&at, x, &Value::Integer(*value));
        }
        let at = session.evaluate(&at)?;
        let Some(at) = number::integer(&at) else { return Ok(false) };
        if at % dashu_int::IBig::from(modulus) != dashu_int::IBig::ZERO {
            return Ok(false);
        }
    }
    Ok(true)
}
