//! Vectors and matrices.
//!
//! A matrix of numbers is computed with as such; one with symbols by evaluating sums and products
//! and bringing fractions together, so that what is 0 is seen to be.

#![allow(clippy::needless_range_loop, reason = "the indices are those of the matrix")]

pub(super) mod decompose;
mod dense;
pub(super) mod eigen;
pub(super) mod lattice;
mod modular;
pub(super) mod products;
pub(super) mod programs;
pub(super) mod solve;
pub(super) mod special;

/// The functions of this folder.
pub(super) const TABLES: &[&[super::Builtin]] = &[
    decompose::TABLE,
    eigen::TABLE,
    lattice::TABLE,
    products::TABLE,
    programs::TABLE,
    solve::TABLE,
    special::TABLE,
];

use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Rows of the same length.
type Matrix = Vec<Vec<Value>>;

/// Returns the rows of a matrix with at least one element.
fn matrix(of: &Value) -> Option<Matrix> {
    let rows: Matrix = of
        .as_list()?
        .iter()
        .map(|row| row.as_list().map(<[Value]>::to_vec))
        .collect::<Option<_>>()?;
    let width = rows.first()?.len();
    let is_flat = |row: &Vec<Value>| {
        row.len() == width && width > 0 && row.iter().all(|value| value.as_list().is_none())
    };
    rows.iter().all(is_flat).then_some(rows)
}

/// Returns the rows of a square matrix.
fn square(of: &Value) -> Option<Matrix> {
    matrix(of).filter(|rows| rows.len() == rows[0].len())
}

/// Returns the elements of a vector.
fn vector(of: &Value) -> Option<Vec<Value>> {
    let all = of.as_list()?;
    all.iter().all(|value| value.as_list().is_none()).then(|| all.to_vec())
}

fn as_value(rows: Matrix) -> Value {
    let row = |row: Vec<Value>| Value::list(Args::from(row));
    Value::list(rows.into_iter().map(row).collect::<Args>())
}

fn transposed(rows: &Matrix) -> Matrix {
    let width = rows.first().map_or(0, Vec::len);
    (0..width).map(|column| rows.iter().map(|row| row[column].clone()).collect()).collect()
}

fn identity(size: usize) -> Matrix {
    let row = |i| (0..size).map(|j| Value::Integer(i64::from(i == j))).collect();
    (0..size).map(row).collect()
}

/// Arithmetic of elements, which may be symbolic.
struct Field<'s> {
    session: &'s mut Session,
    is_numeric: bool,
}

impl<'s> Field<'s> {
    fn of(session: &'s mut Session, rows: &Matrix) -> Self {
        let is_numeric = rows.iter().flatten().all(Value::is_number);
        Self { session, is_numeric }
    }

    /// Brings a symbolic element into a form in which 0 is seen.
    fn reduced(&mut self, value: &Value) -> Evaluated {
        let value = self.session.evaluate(value)?;
        if value.is_number() || value.as_symbol().is_some() {
            return Ok(value);
        }
        self.session.system("Together", [value].as_slice())
    }

    /// Returns a - b c.
    fn minus_product(&mut self, a: &Value, b: &Value, c: &Value) -> Evaluated {
        if a.is_number() && b.is_number() && c.is_number() {
            return Ok(number::subtract(a, &number::multiply(b, c)));
        }
        if number::is_zero(b) || number::is_zero(c) {
            return Ok(a.clone());
        }
        use super::arithmetic::{plus, times};
        let product = times([Value::Integer(-1), b.clone(), c.clone()].as_slice());
        self.reduced(&plus([a.clone(), product]))
    }

    fn divide(&mut self, a: &Value, b: &Value) -> Evaluated {
        if a.is_number()
            && b.is_number()
            && let Some(quotient) = number::divide(a, b)
        {
            return Ok(quotient);
        }
        use super::arithmetic::{inverse, times};
        self.reduced(&times([a.clone(), inverse(b.clone())]))
    }

    fn is_zero(&mut self, value: &Value) -> Evaluated<bool> {
        if value.is_number() {
            return Ok(number::is_zero(value));
        }
        if self.session.is_numeric(value) {
            let question = Value::call(sym::PossibleZeroQ, [value.clone()].as_slice());
            return Ok(self.session.evaluate(&question)?.is(sym::True));
        }
        Ok(false)
    }

    /// Returns the row, from one on, whose element in a column is best to divide by: the largest
    /// of approximate numbers, the first that is not 0 of others.
    fn pivot(&mut self, rows: &Matrix, from: usize, column: usize) -> Evaluated<Option<usize>> {
        let is_approximate =
            |row: &Vec<Value>| row[column].is_number() && !number::is_exact(&row[column]);
        if rows[from..].iter().any(is_approximate) && self.is_numeric {
            let size = |row: &Vec<Value>| {
                let (re, im) = number::parts(&row[column]);
                let of = |value: &Value| number::to_f64(value).unwrap_or(0.0);
                of(&re).hypot(of(&im))
            };
            let scale = rows.iter().map(size).fold(0.0, f64::max);
            let best =
                (from..rows.len()).max_by(|&a, &b| size(&rows[a]).total_cmp(&size(&rows[b])));
            let limit = scale * f64::EPSILON * rows.len() as f64;
            return Ok(best.filter(|&best| size(&rows[best]) > limit.max(0.0)));
        }
        for (place, row) in rows.iter().enumerate().skip(from) {
            if !self.is_zero(&row[column])? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Brings a matrix into reduced echelon form, by its first columns; returns the columns of the
    /// pivots.
    fn reduce(&mut self, rows: &mut Matrix, columns: usize) -> Evaluated<Vec<usize>> {
        let mut pivots = Vec::new();
        for column in 0..columns {
            let row = pivots.len();
            if row == rows.len() {
                break;
            }
            self.session.check_interrupt()?;
            let Some(best) = self.pivot(rows, row, column)? else { continue };
            rows.swap(row, best);
            let pivot = rows[row][column].clone();
            for place in column..rows[row].len() {
                rows[row][place] = self.divide(&rows[row][place].clone(), &pivot)?;
            }
            for other in 0..rows.len() {
                let factor = rows[other][column].clone();
                if other == row || number::is_zero(&factor) && number::is_exact(&factor) {
                    continue;
                }
                for place in column..rows[row].len() {
                    rows[other][place] = self.minus_product(
                        &rows[other][place].clone(),
                        &factor,
                        &rows[row][place].clone(),
                    )?;
                }
                if factor.is_number() && !number::is_exact(&factor) {
                    rows[other][column] = Value::Integer(0);
                }
            }
            pivots.push(column);
        }
        Ok(pivots)
    }
}
