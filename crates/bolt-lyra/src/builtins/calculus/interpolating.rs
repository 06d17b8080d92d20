//! Interpolating functions of one variable in machine numbers: by their values, and as many
//! derivatives as are known, at points of a grid. How they are written as expressions is said in
//! `numbers/interpolation.rs`.
//!
//! Between two points it is the polynomial through them and some neighbours, by divided
//! differences with repeated places (Hermite's interpolation).

use super::numeric::complex::{C, ZERO, c, r};
use crate::array::{Array, Elements};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::number;
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[builtin(
    "InterpolatingFunction",
    Attributes::NONE,
    |_, _| Ok(crate::evaluate::Step::Same),
    "InterpolatingFunction[{{a, b}}, ...] is a function that is known by its values on a grid, as \
     Interpolation and NDSolve make it: f[x] is its value, f'[x] that of its derivative, f[\"Domain\"] the interval \
     {{a, b}} of its grid, f[\"Grid\"] the grid. It is shown without its numbers.",
    &[
        (
            "f = NDSolveValue[{y'[x] == 2 x, y[0] == 0}, y, {x, 0, 3}]; {f[\"Domain\"], Round[10^6 f'[1]]}",
            "{{{0., 3.}}, 2000000}",
        ),
        (
            "ToString[NDSolveValue[{y'[x] == 1, y[0] == 0}, y, {x, 0, 1}]]",
            "\"InterpolatingFunction[{{0., 1.}}, <>]\"",
        ),
    ],
)];

/// Neighbouring intervals that differ more in length than this are not used together: the function
/// changes on another scale there.
const LENGTH_RATIO: f64 = 4.0;
/// As many values and derivatives of a point are used at most.
pub(crate) const MOST_GIVEN: usize = 4;

/// A function by its values.
#[derive(Debug, Clone)]
pub(crate) struct Interpolant {
    /// The places, in ascending order.
    pub(crate) grid: Vec<f64>,
    /// The value and the derivatives at each place.
    pub(crate) rows: Vec<Vec<C>>,
    /// The degree of the polynomials.
    pub(crate) order: usize,
    /// Which derivative of the function it stands for.
    pub(crate) derivative: usize,
}

impl Interpolant {
    /// Reads an interpolating function of one variable whose numbers have machine values.
    pub(crate) fn read(head: &Value) -> Option<Self> {
        let call = head.as_call().filter(|call| call.is(sym::InterpolatingFunction))?;
        let [_, orders, derivatives, grids, values, given] = call.args() else { return None };
        let (&[order], &[derivative], [grid]) =
            (&counts(orders)?[..], &counts(derivatives)?[..], grids.as_list()?)
        else {
            return None;
        };
        let grid = reals(grid)?;
        let given = given.as_usize().filter(|given| *given > 0)?;
        let rows = match (values.as_call().and_then(Call::array), given) {
            (Some(array), 2..) => match (array.elements(), array.dimensions()) {
                (Elements::Reals(all), [_, width]) => {
                    all.chunks(*width).map(|row| row.iter().copied().map(r).collect()).collect()
                }
                _ => values.as_list()?.iter().map(row).collect::<Option<Vec<_>>>()?,
            },
            (_, 1) => values
                .as_list()?
                .iter()
                .map(|value| Some(vec![complex(value)?]))
                .collect::<Option<_>>()?,
            _ => values.as_list()?.iter().map(row).collect::<Option<Vec<_>>>()?,
        };
        let is_whole = grid.len() == rows.len()
            && grid.len() >= 2
            && rows.iter().all(|row: &Vec<C>| row.len() == given)
            && grid.is_sorted();
        is_whole.then_some(Self { grid, rows, order, derivative })
    }

    /// Returns it as an expression.
    pub(crate) fn to_value(&self) -> Value {
        let list = |values: Args| match crate::array::pack(&Call::new(sym::List, values.clone())) {
            Some(packed) => packed,
            None => Value::list(values),
        };
        let ends = [self.grid.first(), self.grid.last()];
        let ends: Args = ends.into_iter().flatten().map(|x| Value::Real(*x)).collect();
        let single = |value: Value| Value::list([value].as_slice());
        let whole = |n: usize| Value::Integer(n as i64);
        let grid = list(self.grid.iter().map(|x| Value::Real(*x)).collect());
        let row = |row: &Vec<C>| list(row.iter().map(|z| value_of(*z)).collect());
        let args = vec![
            single(Value::list(ends)),
            single(whole(self.order)),
            single(whole(self.derivative)),
            single(grid),
            list(self.rows.iter().map(row).collect()),
            whole(self.rows.first().map_or(1, Vec::len)),
        ];
        Value::call(sym::InterpolatingFunction, Args::from(args))
    }

    /// Returns the value at a place, beyond the grid by its last polynomial.
    pub(crate) fn at(&self, x: f64) -> C {
        let above = self.grid.partition_point(|place| *place <= x);
        let left = above.clamp(1, self.grid.len() - 1) - 1;
        let known = self.rows[left].len().min(MOST_GIVEN);
        if self.order == 0 && known == 1 {
            // Without an order, the value at the next point holds.
            let next = self.grid.partition_point(|place| *place < x).min(self.grid.len() - 1);
            return if self.derivative == 0 { self.rows[next][0] } else { ZERO };
        }
        let length = |place: usize| self.grid[place + 1] - self.grid[place];
        let (from, to) = neighbours(&length, self.grid.len(), left, self.order, known);
        let mut places = Vec::new();
        for node in from..=to {
            places.extend(std::iter::repeat_n(node, known));
        }
        let coefficients = self.divided_differences(&places);
        // Horner's scheme for the polynomial and its derivatives.
        let mut found = vec![ZERO; self.derivative + 1];
        for (coefficient, node) in coefficients.iter().zip(&places).rev() {
            let step = r(x - self.grid[*node]);
            for n in (1..found.len()).rev() {
                found[n] = found[n] * step + found[n - 1] * r(n as f64);
            }
            found[0] = found[0] * step + *coefficient;
        }
        found[self.derivative]
    }

    fn divided_differences(&self, places: &[usize]) -> Vec<C> {
        let mut column: Vec<C> = places.iter().map(|node| self.rows[*node][0]).collect();
        let mut found = vec![column[0]];
        let mut factorial = 1.0;
        for k in 1..places.len() {
            factorial *= k as f64;
            for i in 0..places.len() - k {
                let (a, b) = (places[i], places[i + k]);
                column[i] = match a == b {
                    true => self.rows[a][k] * r(1.0 / factorial),
                    false => (column[i + 1] - column[i]) * r(1.0 / (self.grid[b] - self.grid[a])),
                };
            }
            found.push(column[0]);
        }
        found
    }
}

/// The points whose polynomial holds between a point and the next one: as many as its order asks
/// for, about the interval as far as the grid goes and as intervals are of like length.
pub(crate) fn neighbours(
    length: &dyn Fn(usize) -> f64,
    count: usize,
    left: usize,
    order: usize,
    known: usize,
) -> (usize, usize) {
    let wanted = (order + 1).div_ceil(known).max(2);
    let own = length(left);
    let fits = |place: usize| {
        let ratio = length(place) / own;
        known == 1 || (1.0 / LENGTH_RATIO..=LENGTH_RATIO).contains(&ratio)
    };
    let (mut from, mut to) = (left, left + 1);
    let (mut below, mut above) = (true, true);
    while to - from + 1 < wanted && (below || above) {
        let is_below_next = left - from < to - left || !above;
        if below && is_below_next {
            below = from > 0 && fits(from - 1);
            from -= usize::from(below);
        } else if above {
            above = to + 1 < count && fits(to);
            to += usize::from(above);
        }
    }
    (from, to)
}

fn counts(list: &Value) -> Option<Vec<usize>> {
    list.as_list()?.iter().map(Value::as_usize).collect()
}

fn reals(value: &Value) -> Option<Vec<f64>> {
    match value.as_call().and_then(Call::array).map(Array::elements) {
        Some(Elements::Reals(all)) => Some(all.clone()),
        _ => value.as_list()?.iter().map(number::to_f64).collect(),
    }
}

fn complex(value: &Value) -> Option<C> {
    let (re, im) = number::parts(value);
    Some(c(number::to_f64(&re)?, number::to_f64(&im)?))
}

fn row(value: &Value) -> Option<Vec<C>> {
    value.as_list()?.iter().map(complex).collect()
}

/// Returns a machine number as a value.
pub(crate) fn value_of(z: C) -> Value {
    match z.im {
        0.0 => Value::Real(z.re),
        im => number::complex(Value::Real(z.re), Value::Real(im)),
    }
}
