//! Products of sparse arrays.

use std::collections::BTreeMap;

use super::Sparse;
use crate::builtins::forms::{plus, times};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::Value;

/// A matrix row by row: where each row begins, its columns and its values.
struct Rows<'a> {
    begin: Vec<usize>,
    width: usize,
    of: &'a Sparse,
}

impl<'a> Rows<'a> {
    /// Looks at an array as a matrix of so many columns.
    fn new(of: &'a Sparse, width: usize) -> Self {
        let height = of.size().checked_div(width).unwrap_or(0);
        let mut begin = vec![0; height + 1];
        for place in &of.places {
            begin[place / width + 1] += 1;
        }
        for row in 0..height {
            begin[row + 1] += begin[row];
        }
        Self { begin, width, of }
    }

    fn row(&self, row: usize) -> impl Iterator<Item = (usize, &Value)> {
        let range = self.begin[row]..self.begin[row + 1];
        let places = self.of.places[range.clone()].iter().map(|place| place % self.width);
        places.zip(&self.of.values[range])
    }
}

/// Returns the product over the last index of one and the first of the other; `None` if their
/// lengths differ or one has a background that is not 0.
pub(super) fn dot(session: &mut Session, a: &Sparse, b: &Sparse) -> Evaluated<Option<Sparse>> {
    let (Some(&inner), Some(&first)) = (a.dimensions.last(), b.dimensions.first()) else {
        return Ok(None);
    };
    if inner != first || !a.is_over_zero() || !b.is_over_zero() || inner == 0 {
        return Ok(None);
    }
    let (outer, rest) = (&a.dimensions[..a.dimensions.len() - 1], &b.dimensions[1..]);
    let mut dimensions: Vec<usize> = outer.iter().chain(rest).copied().collect();
    if dimensions.is_empty() {
        dimensions.push(1);
    }
    let width: usize = rest.iter().product();
    if width == 0 {
        return Ok(None);
    }
    let Some(empty) = Sparse::empty(dimensions, Value::Integer(0)) else { return Ok(None) };
    let (left, right) = (Rows::new(a, inner), Rows::new(b, width));
    let elements = match (machine(a), machine(b)) {
        (true, true) => machine_product(session, &left, &right)?,
        _ => product(session, &left, &right)?,
    };
    Ok(Some(empty.fill(elements)))
}

fn machine(of: &Sparse) -> bool {
    of.values.iter().all(|value| matches!(value, Value::Real(_)))
}

/// Sums the rows of the right factor with the elements of the left one (Gustavson 1978).
fn machine_product(
    session: &Session,
    left: &Rows<'_>,
    right: &Rows<'_>,
) -> Evaluated<Vec<(usize, Value)>> {
    let width = right.width;
    let mut elements = Vec::new();
    let mut sums = vec![0.0; width];
    let mut row_of = vec![usize::MAX; width];
    let mut columns = Vec::new();
    let real = |value: &Value| if let Value::Real(real) = value { *real } else { 0.0 };
    for row in 0..left.begin.len() - 1 {
        session.check_interrupt()?;
        for (k, a) in left.row(row) {
            let a = real(a);
            for (column, b) in right.row(k) {
                if row_of[column] != row {
                    row_of[column] = row;
                    sums[column] = 0.0;
                    columns.push(column);
                }
                sums[column] += a * real(b);
            }
        }
        columns.sort_unstable();
        elements.extend(
            columns.drain(..).map(|column| (row * width + column, Value::Real(sums[column]))),
        );
    }
    Ok(elements)
}

fn product(
    session: &mut Session,
    left: &Rows<'_>,
    right: &Rows<'_>,
) -> Evaluated<Vec<(usize, Value)>> {
    let mut elements = Vec::new();
    for row in 0..left.begin.len() - 1 {
        session.check_interrupt()?;
        let mut sums: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
        for (k, a) in left.row(row) {
            for (column, b) in right.row(k) {
                let terms = sums.entry(column).or_default();
                match (terms.last_mut(), a.is_number() && b.is_number()) {
                    (Some(last), true) if last.is_number() => {
                        *last = number::add(last, &number::multiply(a, b));
                    }
                    (_, true) => terms.push(number::multiply(a, b)),
                    _ => terms.insert(0, times([a.clone(), b.clone()])),
                }
            }
        }
        for (column, terms) in sums {
            let sum = session.evaluate(&plus(crate::value::Args::from(terms)))?;
            elements.push((row * right.width + column, sum));
        }
    }
    Ok(elements)
}

/// Returns the product of a machine matrix and a full vector of machine numbers.
pub(super) fn times_vector(of: &Sparse, vector: &[f64]) -> Option<Vec<f64>> {
    let [height, width] = of.dimensions[..] else { return None };
    if width != vector.len() || !of.is_over_zero() {
        return None;
    }
    let mut product = vec![0.0; height];
    for (place, value) in of.places.iter().zip(&of.values) {
        product[place / width] += number::to_f64(value)? * vector[place % width];
    }
    Some(product)
}
