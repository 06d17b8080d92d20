//! Conditions at several places, by shooting: Newton's method for the values at the first of them.

use super::super::numeric::Tape;
use super::super::numeric::complex::{C, ZERO, r};
use super::{End, Limits, Node, Slope, follow};
use crate::session::{Evaluated, Session};

/// Conditions at several places: expressions in the values there, which have to be 0.
#[derive(Debug)]
pub(super) struct Boundary {
    pub(super) places: Vec<f64>,
    pub(super) residuals: Tape,
}

/// Steps of Newton's method, and how often one is halved.
const STEPS: usize = 40;
const HALVINGS: usize = 8;
/// Values at the start that are tried first, the same for all.
const GUESSES: [f64; 5] = [0.0, 1.0, -1.0, 0.1, 10.0];

/// Returns the values at the first place for which the conditions hold, if they are found.
pub(super) fn initial_values(
    session: &mut Session,
    slope: Slope<'_>,
    boundary: &Boundary,
    count: usize,
    limits: Limits,
) -> Evaluated<Option<Vec<C>>> {
    for guess in GUESSES {
        let mut at = vec![r(guess); count];
        let Some(mut error) = residuals(session, slope, boundary, &at, limits)? else { continue };
        for _ in 0..STEPS {
            if size(&error) <= 1e-9 * (1.0 + size(&at)) {
                return Ok(Some(at));
            }
            let Some(columns) = jacobian(session, slope, boundary, &at, &error, limits)? else {
                break;
            };
            let Some(step) = solved(&columns, &error) else { break };
            let Some((next, left)) =
                shortened(session, slope, boundary, (&at, &step, &error), limits)?
            else {
                break;
            };
            (at, error) = (next, left);
        }
        if size(&error) <= 1e-7 * (1.0 + size(&at)) {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn size(values: &[C]) -> f64 {
    values.iter().map(|value| value.abs()).fold(0.0, f64::max)
}

/// The step, or a part of it, after which the conditions are met better.
fn shortened(
    session: &mut Session,
    slope: Slope<'_>,
    boundary: &Boundary,
    (at, step, error): (&[C], &[C], &[C]),
    limits: Limits,
) -> Evaluated<Option<(Vec<C>, Vec<C>)>> {
    let mut share = 1.0;
    for _ in 0..HALVINGS {
        let next: Vec<C> = at.iter().zip(step).map(|(at, step)| *at - *step * r(share)).collect();
        if let Some(left) = residuals(session, slope, boundary, &next, limits)?
            && size(&left) < size(error)
        {
            return Ok(Some((next, left)));
        }
        share *= 0.5;
    }
    Ok(None)
}

/// Follows the solution from the first place to the others and returns what should be 0 there.
fn residuals(
    session: &mut Session,
    slope: Slope<'_>,
    boundary: &Boundary,
    initial: &[C],
    limits: Limits,
) -> Evaluated<Option<Vec<C>>> {
    let mut order: Vec<usize> = (0..boundary.places.len()).collect();
    order.sort_by(|a, b| boundary.places[*a].total_cmp(&boundary.places[*b]));
    let start = boundary.places[order[0]];
    let first = slope(session, start, initial)?;
    let mut nodes = vec![Node { x: start, y: initial.to_vec(), slope: first }];
    let count = initial.len();
    let mut values = vec![ZERO; count * boundary.places.len()];
    for place in order {
        let to = boundary.places[place];
        if to > start
            && follow(session, slope, &mut nodes, &Limits { to, ..limits })? != End::Reached
        {
            return Ok(None);
        }
        if let Some(last) = nodes.last() {
            values[place * count..(place + 1) * count].copy_from_slice(&last.y);
        }
        nodes.drain(..nodes.len() - 1);
    }
    let found = boundary.residuals.run(&values, &mut Vec::new());
    Ok(found.iter().all(|value| value.is_finite()).then_some(found))
}

/// The changes of the conditions with each of the values, by differences.
fn jacobian(
    session: &mut Session,
    slope: Slope<'_>,
    boundary: &Boundary,
    at: &[C],
    error: &[C],
    limits: Limits,
) -> Evaluated<Option<Vec<Vec<C>>>> {
    let mut columns = Vec::new();
    for place in 0..at.len() {
        let width = 1e-5 * (1.0 + at[place].abs());
        let mut moved = at.to_vec();
        moved[place] = moved[place] + r(width);
        let Some(other) = residuals(session, slope, boundary, &moved, limits)? else {
            return Ok(None);
        };
        columns.push(other.iter().zip(error).map(|(a, b)| (*a - *b) * r(1.0 / width)).collect());
    }
    Ok(Some(columns))
}

/// Solves a linear system that is given by columns, with pivots.
fn solved(columns: &[Vec<C>], right: &[C]) -> Option<Vec<C>> {
    let n = columns.len();
    let mut rows: Vec<Vec<C>> = (0..n)
        .map(|row| columns.iter().map(|column| column[row]).chain([right[row]]).collect())
        .collect();
    for column in 0..n {
        let pivot =
            (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        if rows[pivot][column].abs() < 1e-12 {
            return None;
        }
        rows.swap(column, pivot);
        let above = rows[column].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(place, _)| *place != column) {
            let factor = row[column] / above[column];
            for (own, other) in row.iter_mut().zip(&above).skip(column) {
                *own = *own - factor * *other;
            }
        }
    }
    Some((0..n).map(|row| rows[row][n] / rows[row][row]).collect())
}
