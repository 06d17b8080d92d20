//! `InterpolatingFunction[{{a, b}}, {order, derivative}, grid, rows]`: a function by its values, and
//! as many derivatives as are known, at points of a grid.
//!
//! Between two points it is the polynomial through them and some neighbours, by divided
//! differences with repeated places (Hermite's interpolation).

use super::numeric::complex::{C, ZERO, c, r};
use crate::array::{Array, Elements};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[builtin(
    "InterpolatingFunction",
    Attributes::NONE,
    |_, _| Ok(Step::Same),
    "InterpolatingFunction[{{a, b}}, ...] is a function that is known by its values on a grid, as \
     NDSolve makes it: f[x] is its value, f'[x] that of its derivative, f[\"Domain\"] the interval \
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
    /// Reads what [`Self::to_value`] has made.
    pub(crate) fn read(session: &Session, head: &Value) -> Option<Self> {
        let call = head.as_call()?;
        if &*session.names.full(call.head().as_symbol()?).name != "InterpolatingFunction" {
            return None;
        }
        let [_, spec, grid, rows] = call.args() else { return None };
        let [order, derivative] = spec.as_list()? else { return None };
        let grid = reals(grid)?;
        let rows = match rows.as_call().and_then(Call::array) {
            Some(array) => match (array.elements(), array.dimensions()) {
                (Elements::Reals(all), [_, width]) => {
                    all.chunks(*width).map(|row| row.iter().copied().map(r).collect()).collect()
                }
                _ => return None,
            },
            None => rows.as_list()?.iter().map(row).collect::<Option<Vec<_>>>()?,
        };
        let is_whole = grid.len() == rows.len()
            && grid.len() >= 2
            && rows.iter().all(|row| !row.is_empty())
            && grid.is_sorted();
        let (order, derivative) = (order.as_usize()?, derivative.as_usize()?);
        is_whole.then_some(Self { grid, rows, order, derivative })
    }

    /// Returns it as an expression.
    pub(crate) fn to_value(&self, session: &mut Session) -> Value {
        let list = |values: Args| match crate::array::pack(&Call::new(sym::List, values.clone())) {
            Some(packed) => packed,
            None => Value::list(values),
        };
        let ends = [self.grid.first(), self.grid.last()];
        let ends: Args = ends.into_iter().flatten().map(|x| Value::Real(*x)).collect();
        let domain = Value::list([Value::list(ends)].as_slice());
        let whole = |n: usize| Value::Integer(n as i64);
        let spec = Value::list([whole(self.order), whole(self.derivative)]);
        let grid = list(self.grid.iter().map(|x| Value::Real(*x)).collect());
        let row = |row: &Vec<C>| list(row.iter().map(|z| value_of(*z)).collect());
        let rows = list(self.rows.iter().map(row).collect());
        let head = session.system_symbol("InterpolatingFunction");
        Value::call(head, Args::from(vec![domain, spec, grid, rows]))
    }

    /// Whether a place is on the grid or between its points.
    fn covers(&self, x: f64) -> bool {
        self.grid[0] <= x && x <= self.grid[self.grid.len() - 1]
    }

    /// Returns the value at a place, beyond the grid by its last polynomial.
    pub(crate) fn at(&self, x: f64) -> C {
        let above = self.grid.partition_point(|place| *place <= x);
        let left = above.clamp(1, self.grid.len() - 1) - 1;
        let (from, to) = self.neighbours(left);
        let known = self.rows[left].len().min(4);
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

    /// The points whose polynomial holds between a point and the next one.
    fn neighbours(&self, left: usize) -> (usize, usize) {
        let known = self.rows[left].len().min(4);
        let wanted = (self.order + 1).div_ceil(known).max(2);
        let length = |place: usize| self.grid[place + 1] - self.grid[place];
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
                above = to + 1 < self.grid.len() && fits(to);
                to += usize::from(above);
            }
        }
        (from, to)
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

fn reals(value: &Value) -> Option<Vec<f64>> {
    match value.as_call().and_then(Call::array).map(Array::elements) {
        Some(Elements::Reals(all)) => Some(all.clone()),
        _ => value.as_list()?.iter().map(number::to_f64).collect(),
    }
}

fn row(value: &Value) -> Option<Vec<C>> {
    let number = |value: &Value| {
        let (re, im) = number::parts(value);
        Some(c(number::to_f64(&re)?, number::to_f64(&im)?))
    };
    value.as_list()?.iter().map(number).collect()
}

/// Returns a machine number as a value.
pub(super) fn value_of(z: C) -> Value {
    match z.im {
        0.0 => Value::Real(z.re),
        im => number::complex(Value::Real(z.re), Value::Real(im)),
    }
}

/// What an interpolating function is of a number, of a list of them, or of a name.
pub(crate) fn apply(session: &mut Session, head: &Call, call: &Call) -> Evaluated<Step> {
    let [x] = call.args() else { return Ok(Step::Same) };
    if let Some(list) = x.as_list() {
        let function = call.head();
        let each = |x: &Value| Value::call(function.clone(), [x.clone()].as_slice());
        return Ok(Step::Again(Value::list(list.iter().map(each).collect::<Args>())));
    }
    if let Some(property) = x.as_str() {
        return Ok(match (property, head.args()) {
            ("Domain", [domain, ..]) => Step::Done(domain.clone()),
            ("Grid", [_, _, grid, ..]) => {
                let places = grid.as_list().unwrap_or(&[]).iter();
                let point = |x: &Value| Value::list([x.clone()].as_slice());
                Step::Done(Value::list(places.map(point).collect::<Args>()))
            }
            _ => Step::Same,
        });
    }
    let Some(at) = session.machine_value(x)? else { return Ok(Step::Same) };
    let Some(function) = Interpolant::read(session, call.head()) else { return Ok(Step::Same) };
    if !function.covers(at) {
        let place = Value::list([Value::Real(at)].as_slice());
        session.message_of("InterpolatingFunction", "dmval", &[place]);
    }
    Ok(Step::Done(value_of(function.at(at))))
}

/// Returns the derivative of an interpolating function.
pub(super) fn derived(session: &mut Session, function: &Value, times: usize) -> Option<Value> {
    let mut own = Interpolant::read(session, function)?;
    own.derivative += times;
    Some(own.to_value(session))
}
