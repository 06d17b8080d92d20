//! Interpolation: polynomials through the nearest points of a grid, in any number of dimensions.
//!
//! `InterpolatingFunction[{{a, b}, ...}, orders, derivatives, grids, values, given]` has a domain,
//! an order and how often it is differentiated per dimension, the grids and the values on them;
//! `given` is how many derivatives are given at each point, the value included.

use std::cmp::Ordering;

use triomphe::Arc;

use super::super::calculus::interpolating::{Interpolant, MOST_GIVEN, neighbours, value_of};
use super::super::options::Options;
use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Interpolation",
        NONE,
        interpolation,
        "Interpolation[{y1, y2, ...}] is a function with these values at 1, 2, ...; \
         Interpolation[{{x1, y1}, {x2, y2}, ...}] at the xi, Interpolation[{{{x1}, y1, d1}, ...}] \
         with given derivatives, Interpolation[{{{x1, y1}, f1}, ...}] of several variables on a \
         grid. Between the points it is the polynomial through the nearest ones, of the order \
         InterpolationOrder, 3 at first; Method -> \"Spline\" takes a cubic spline. \
         Interpolation[data, x] is its value at x.",
        &[
            ("Interpolation[{1, 4, 9, 16}][5/2]", "25/4"),
            ("Interpolation[{{0, 0}, {1, 2}, {3, 0}}, InterpolationOrder -> 1][2]", "1"),
            ("Interpolation[{1, 8, 27, 64, 125}]'[3]", "27"),
            ("Interpolation[{{{0}, 0, 1}, {{1}, 1, 0}}][1/2]", "5/8"),
        ],
    ),
    builtin(
        "ListInterpolation",
        NONE,
        list_interpolation,
        "ListInterpolation[array] is a function with the values of an array at 1, 2, ... in each \
         dimension; ListInterpolation[array, {{a, b}, ...}] has them from a to b.",
        &[
            ("ListInterpolation[{{1, 2}, {3, 4}}, InterpolationOrder -> 1][3/2, 3/2]", "5/2"),
            ("ListInterpolation[{0, 1, 4, 9}, {{0, 3}}][5/2]", "25/4"),
        ],
    ),
];

/// What an interpolating function is made of.
struct Parts<'a> {
    domain: &'a Value,
    orders: Vec<usize>,
    derivatives: Vec<usize>,
    grids: Vec<&'a [Value]>,
    values: &'a Value,
    given: usize,
}

fn parts(function: &Call) -> Option<Parts<'_>> {
    let [domain, orders, derivatives, grids, values, given] = function.args() else { return None };
    let counts = |list: &Value| -> Option<Vec<usize>> {
        list.as_list()?.iter().map(Value::as_usize).collect()
    };
    let grids: Vec<&[Value]> =
        grids.as_list()?.iter().map(Value::as_list).collect::<Option<_>>()?;
    let (orders, derivatives) = (counts(orders)?, counts(derivatives)?);
    let fits = grids.len() == orders.len() && grids.len() == derivatives.len();
    let given = given.as_usize().filter(|given| *given > 0 && fits)?;
    Some(Parts { domain, orders, derivatives, grids, values, given })
}

/// Puts an interpolating function together.
fn function(orders: &[usize], grids: Vec<Args>, values: Value, given: usize) -> Value {
    let counts = |list: &[usize]| {
        Value::list(list.iter().map(|&count| Value::Integer(count as i64)).collect::<Args>())
    };
    let ends = |grid: &Args| {
        let end = |value: Option<&Value>| value.cloned().unwrap_or(Value::Integer(0));
        Value::list([end(grid.first()), end(grid.last())])
    };
    let domain = Value::list(grids.iter().map(ends).collect::<Args>());
    let all: Args = [
        domain,
        counts(orders),
        counts(&vec![0; orders.len()]),
        Value::list(grids.into_iter().map(Value::list).collect::<Args>()),
        values,
        Value::Integer(given as i64),
    ]
    .into_iter()
    .collect();
    Value::call(sym::InterpolatingFunction, all)
}

/// Applies an interpolating function to numbers, or tells of what it is made.
pub(in crate::builtins) fn apply(
    session: &mut Session,
    head: &Call,
    call: &Call,
) -> Evaluated<Step> {
    let Some(parts) = parts(head) else { return Ok(Step::Same) };
    if let [Value::String(property)] = call.args() {
        return Ok(described(&parts, property));
    }
    if let [only] = call.args()
        && let Some(list) = only.as_list()
    {
        let own = Value::call(head.head().clone(), Args::from(head.args()));
        let each = |point: &Value| match point.as_list() {
            Some(point) => Value::call(own.clone(), Args::from(point)),
            None => Value::call(own.clone(), [point.clone()].as_slice()),
        };
        if list.len() == parts.grids.len() && parts.grids.len() > 1 {
            return Ok(Step::Again(Value::call(own, Args::from(list))));
        }
        return Ok(Step::Again(Value::list(list.iter().map(each).collect::<Args>())));
    }
    if call.args().len() != parts.grids.len() {
        return Ok(Step::Same);
    }
    let mut point = Vec::new();
    for arg in call.args() {
        let number = match number::is_real(arg) || !session.is_numeric(arg) {
            true => arg.clone(),
            false => session.evaluate(&Value::call(sym::N, [arg.clone()].as_slice()))?,
        };
        if !number::is_real(&number) {
            return Ok(Step::Same);
        }
        point.push(number);
    }
    let is_outside = |(x, grid): (&Value, &&[Value])| match (grid.first(), grid.last()) {
        (Some(first), Some(last)) => {
            number::compare(x, first) == Some(Ordering::Less)
                || number::compare(x, last) == Some(Ordering::Greater)
        }
        _ => true,
    };
    if point.iter().zip(&parts.grids).any(is_outside) {
        let at = Value::list(point.iter().cloned().collect::<Args>());
        session.message(sym::InterpolatingFunction, "dmval", &[at]);
    }
    // Machine numbers have a way of their own, with the same polynomials.
    if let ([x], [grid]) = (&point[..], &parts.grids[..])
        && (matches!(x, Value::Real(_)) || matches!(grid.first(), Some(Value::Real(_))))
        && let (Some(x), Some(function)) = (number::to_f64(x), Interpolant::read(call.head()))
    {
        return Ok(Step::Done(value_of(function.at(x))));
    }
    Ok(value_at(&parts, &point, 0, parts.values).map_or(Step::Same, Step::Done))
}

fn described(parts: &Parts<'_>, property: &str) -> Step {
    Step::Done(match property {
        "Domain" => parts.domain.clone(),
        "InterpolationOrder" => {
            Value::list(parts.orders.iter().map(|&k| Value::Integer(k as i64)).collect::<Args>())
        }
        "Coordinates" => Value::list(
            parts.grids.iter().map(|grid| Value::list(Args::from(*grid))).collect::<Args>(),
        ),
        "Grid" if parts.grids.len() == 1 => Value::list(
            parts.grids[0].iter().map(|x| Value::list([x.clone()].as_slice())).collect::<Args>(),
        ),
        "ValuesOnGrid" if parts.given == 1 => parts.values.clone(),
        "ValuesOnGrid" => {
            let first = |value: &Value| value.as_list().and_then(|list| list.first().cloned());
            let values = parts.values.as_list().unwrap_or(&[]);
            match values.iter().map(first).collect::<Option<Args>>() {
                Some(values) => Value::list(values),
                None => return Step::Same,
            }
        }
        _ => return Step::Same,
    })
}

/// Returns the function that is differentiated once more in each dimension as often as said.
pub(in crate::builtins) fn differentiated(function: &Call, counts: &[usize]) -> Option<Value> {
    let parts = parts(function).filter(|parts| parts.grids.len() == counts.len())?;
    let sum = |(a, b): (&usize, &usize)| Value::Integer((a + b) as i64);
    let derivatives: Args = parts.derivatives.iter().zip(counts).map(sum).collect();
    let mut args = Args::from(function.args());
    args[2] = Value::list(derivatives);
    Some(Value::call(sym::InterpolatingFunction, args))
}

/// Interpolates in the last dimension first.
fn value_at(parts: &Parts<'_>, point: &[Value], dimension: usize, values: &Value) -> Option<Value> {
    let Some(x) = point.get(dimension) else { return Some(values.clone()) };
    let (grid, values) = (parts.grids[dimension], values.as_list()?);
    if grid.len() != values.len() || grid.is_empty() {
        return None;
    }
    let order = parts.orders[dimension];
    let below = grid.partition_point(|at| number::compare(at, x) != Some(Ordering::Greater));
    let interval = below.saturating_sub(1).min(grid.len().saturating_sub(2));
    let near = if order == 0 && parts.given == 1 || grid.len() == 1 {
        // Without an order, the value at the next point holds.
        let next = grid.partition_point(|at| number::compare(at, x) == Some(Ordering::Less));
        let next = next.min(grid.len() - 1);
        next..next + 1
    } else {
        let length = |place: usize| {
            let length = number::subtract(&grid[place + 1], &grid[place]);
            number::to_f64(&length).unwrap_or(1.0)
        };
        let known = parts.given.min(MOST_GIVEN);
        let (from, to) = neighbours(&length, grid.len(), interval, order, known);
        from..to + 1
    };
    let mut conditions = Vec::new();
    for (at, value) in grid[near.clone()].iter().zip(&values[near]) {
        let of_point: Vec<Value> = match parts.given {
            1 => vec![value_at(parts, point, dimension + 1, value)?],
            given => {
                let list = value.as_list().filter(|list| list.len() == given)?;
                list[..given.min(MOST_GIVEN)].to_vec()
            }
        };
        conditions.push((at, of_point));
    }
    newton(&conditions, x, parts.derivatives[dimension])
}

/// Returns a derivative at x of the polynomial with given values and derivatives at points (by
/// divided differences, where those of one point are its derivatives).
fn newton(conditions: &[(&Value, Vec<Value>)], x: &Value, derivative: usize) -> Option<Value> {
    let mut nodes: Vec<(&Value, &[Value])> = Vec::new();
    for (at, of_point) in conditions {
        nodes.extend(std::iter::repeat_n((*at, of_point.as_slice()), of_point.len()));
    }
    let mut column: Vec<Value> = nodes.iter().map(|(_, of_point)| of_point[0].clone()).collect();
    let mut coefficients = vec![column[0].clone()];
    let mut factorial = Value::Integer(1);
    for step in 1..nodes.len() {
        factorial = number::multiply(&factorial, &Value::Integer(step as i64));
        let mut next = Vec::new();
        for i in 0..nodes.len() - step {
            let width = number::subtract(nodes[i + step].0, nodes[i].0);
            next.push(match number::is_zero(&width) {
                true => number::divide(nodes[i].1.get(step)?, &factorial)?,
                false => number::divide(&number::subtract(&column[i + 1], &column[i]), &width)?,
            });
        }
        column = next;
        coefficients.push(column[0].clone());
    }
    // The Taylor coefficients at x, by Horner's rule for each of the factors.
    let mut taylor = vec![Value::Integer(0); derivative + 1];
    for (coefficient, node) in coefficients.iter().zip(&nodes).rev() {
        let factor = number::subtract(x, node.0);
        for r in (1..=derivative).rev() {
            taylor[r] = number::add(&number::multiply(&taylor[r], &factor), &taylor[r - 1]);
        }
        taylor[0] = number::add(&number::multiply(&taylor[0], &factor), coefficient);
    }
    let count = (1..=derivative as i64)
        .fold(Value::Integer(1), |product, k| number::multiply(&product, &Value::Integer(k)));
    Some(number::multiply(&taylor[derivative], &count))
}

/// What options ask for.
struct Asked {
    orders: Option<Vec<usize>>,
    is_spline: bool,
}

fn asked(session: &Session, options: &Options<'_>, dimensions: usize) -> Option<Asked> {
    let orders = match options.get(session, "InterpolationOrder") {
        None => None,
        Some(order) if order.is(sym::Automatic) => None,
        Some(order) => Some(match order.as_list() {
            Some(list) => list.iter().map(Value::as_usize).collect::<Option<Vec<_>>>()?,
            None => vec![order.as_usize()?; dimensions],
        }),
    };
    let is_spline = match options.get(session, "Method").map(|method| method.as_str()) {
        None | Some(Some("Hermite")) => false,
        Some(Some("Spline")) => true,
        Some(_) => return None,
    };
    if orders.as_ref().is_some_and(|orders| orders.len() != dimensions)
        || options.get(session, "PeriodicInterpolation").is_some_and(|value| value.is(sym::True))
    {
        return None;
    }
    Some(Asked { orders, is_spline })
}

fn interpolation(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let [data, points @ ..] = args else { return Ok(Step::Same) };
    let Some(list) = data.as_list().filter(|list| !list.is_empty()) else { return Ok(Step::Same) };
    let Some(table) = read_data(session, list)? else {
        session.message_of("Interpolation", "indim", std::slice::from_ref(data));
        return Ok(Step::Same);
    };
    let Some(asked) = asked(session, &options, table.grids.len()) else { return Ok(Step::Same) };
    let Some(made) = built(session, table, &asked, "Interpolation") else { return Ok(Step::Same) };
    Ok(match points {
        [] => Step::Done(made),
        _ => Step::Again(Value::call(made, Args::from(points))),
    })
}

/// Values on a grid.
struct Table {
    grids: Vec<Args>,
    values: Value,
    given: usize,
}

/// Puts a function together from a table; orders that are too high are lowered.
fn built(session: &mut Session, table: Table, asked: &Asked, name: &str) -> Option<Value> {
    let Table { grids, values, given } = table;
    if asked.is_spline {
        let is_cubic = asked.orders.as_ref().is_none_or(|orders| orders == &[3]);
        if grids.len() != 1 || given != 1 || !is_cubic || grids[0].len() < 4 {
            return None;
        }
        let slopes = spline_slopes(&grids[0], values.as_list()?)?;
        let pair = |(value, slope): (&Value, Value)| Value::list([value.clone(), slope]);
        let pairs: Args = values.as_list()?.iter().zip(slopes).map(pair).collect();
        return Some(function(&[3], grids, Value::list(pairs), 2));
    }
    let mut orders = Vec::new();
    let mut is_lowered = false;
    for (dimension, grid) in grids.iter().enumerate() {
        let most = grid.len() * given - 1;
        let order = asked.orders.as_ref().map_or(3.max(2 * given - 1), |orders| orders[dimension]);
        is_lowered |= order > most;
        orders.push(order.min(most));
    }
    if is_lowered {
        let shown = orders.iter().map(|&order| Value::Integer(order as i64)).collect::<Args>();
        session.message_of(name, "inhr", &[Value::list(shown)]);
    }
    Some(function(&orders, grids, values, given))
}

fn numeric(session: &mut Session, value: &Value) -> Evaluated<Option<Value>> {
    if value.is_number() {
        return Ok(Some(value.clone()));
    }
    if !session.is_numeric(value) {
        return Ok(None);
    }
    let number = session.evaluate(&Value::call(sym::N, [value.clone()].as_slice()))?;
    Ok(Some(number).filter(Value::is_number))
}

fn numeric_all(session: &mut Session, values: &[Value]) -> Evaluated<Option<Args>> {
    let mut all = Args::new();
    for value in values {
        match numeric(session, value)? {
            Some(value) => all.push(value),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// Reads points with their values.
fn read_data(session: &mut Session, list: &[Value]) -> Evaluated<Option<Table>> {
    if list.iter().all(|value| value.as_list().is_none()) {
        let grid = (1..=list.len() as i64).map(Value::Integer).collect();
        let values = numeric_all(session, list)?;
        return Ok(values.map(|values| Table {
            grids: vec![grid],
            values: Value::list(values),
            given: 1,
        }));
    }
    let mut rows: Vec<(Args, Args)> = Vec::new();
    for row in list {
        let Some([at, values @ ..]) = row.as_list() else { return Ok(None) };
        let at = at.as_list().unwrap_or(std::slice::from_ref(at));
        match (numeric_all(session, at)?, numeric_all(session, values)?) {
            (Some(at), Some(values)) if at.iter().all(number::is_real) => rows.push((at, values)),
            _ => return Ok(None),
        }
    }
    let (dimensions, given) = (rows[0].0.len(), rows[0].1.len());
    let fits = |row: &(Args, Args)| row.0.len() == dimensions && row.1.len() == given;
    if dimensions == 0 || given == 0 || !rows.iter().all(fits) || (given > 1 && dimensions > 1) {
        return Ok(None);
    }
    Ok(on_grid(rows, dimensions, given))
}

fn order_of(a: &[Value], b: &[Value]) -> Ordering {
    let mut pairs = a.iter().zip(b).map(|(a, b)| number::compare(a, b).unwrap_or(Ordering::Equal));
    pairs.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Arranges points in a grid that they fill; `None` if they do not.
fn on_grid(mut rows: Vec<(Args, Args)>, dimensions: usize, given: usize) -> Option<Table> {
    rows.sort_by(|a, b| order_of(&a.0, &b.0));
    if rows.windows(2).any(|pair| order_of(&pair[0].0, &pair[1].0).is_eq()) {
        return None;
    }
    let mut grids = Vec::new();
    for dimension in 0..dimensions {
        let mut grid: Vec<Value> = rows.iter().map(|(at, _)| at[dimension].clone()).collect();
        grid.sort_by(|a, b| number::compare(a, b).unwrap_or(Ordering::Equal));
        grid.dedup_by(|a, b| number::compare(a, b) == Some(Ordering::Equal));
        grids.push(Args::from(grid));
    }
    let size: usize = grids.iter().map(Args::len).product();
    if size != rows.len() {
        return None;
    }
    let value = |values: Args| match given {
        1 => values[0].clone(),
        _ => Value::list(values),
    };
    let mut level: Vec<Value> = rows.into_iter().map(|(_, values)| value(values)).collect();
    for grid in grids[1..].iter().rev() {
        level = level.chunks(grid.len()).map(|row| Value::list(Args::from(row))).collect();
    }
    Some(Table { grids, values: Value::list(level), given })
}

fn list_interpolation(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let (array, ranges) = match args {
        [array] => (array, None),
        [array, ranges] => (array, ranges.as_list()),
        _ => return Ok(Step::Same),
    };
    let mut sizes = Vec::new();
    let mut level = array;
    while let Some(list) = level.as_list().filter(|list| !list.is_empty()) {
        sizes.push(list.len());
        level = &list[0];
    }
    if sizes.is_empty() || !is_full(array, &sizes) || ranges.is_some_and(|r| r.len() != sizes.len())
    {
        return Ok(Step::Same);
    }
    let mut grids = Vec::new();
    for (dimension, &size) in sizes.iter().enumerate() {
        let grid = match ranges.map(|ranges| &ranges[dimension]) {
            None => Some((1..=size as i64).map(Value::Integer).collect()),
            Some(range) => grid_of(session, range, size)?,
        };
        match grid {
            Some(grid) => grids.push(grid),
            None => return Ok(Step::Same),
        }
    }
    let Some(asked) = asked(session, &options, sizes.len()) else { return Ok(Step::Same) };
    let table = Table { grids, values: array.clone(), given: 1 };
    Ok(built(session, table, &asked, "ListInterpolation").map_or(Step::Same, Step::Done))
}

/// Returns whether a nested list has these sizes, with numbers in the innermost.
fn is_full(array: &Value, sizes: &[usize]) -> bool {
    match sizes.split_first() {
        None => array.is_number(),
        Some((&size, rest)) => array
            .as_list()
            .is_some_and(|list| list.len() == size && list.iter().all(|one| is_full(one, rest))),
    }
}

/// Returns equal steps from one number to another, or a list of points as it is.
fn grid_of(session: &mut Session, range: &Value, size: usize) -> Evaluated<Option<Args>> {
    let Some(list) = range.as_list() else { return Ok(None) };
    let Some(list) = numeric_all(session, list)? else { return Ok(None) };
    if list.len() == size && size != 2 {
        let rises = |pair: &[Value]| number::compare(&pair[0], &pair[1]) == Some(Ordering::Less);
        return Ok(list.windows(2).all(rises).then_some(list));
    }
    let [first, last] = list.as_slice() else { return Ok(None) };
    if size < 2 || number::compare(first, last) != Some(Ordering::Less) {
        return Ok(None);
    }
    let steps = Value::Integer(size as i64 - 1);
    let width = number::subtract(last, first);
    let at = |k: i64| {
        let part = number::multiply(&width, &Value::Integer(k));
        Some(number::add(first, &number::divide(&part, &steps)?))
    };
    Ok((0..size as i64).map(at).collect())
}

/// Returns the slopes at the points of a cubic spline whose third derivative has no jump at the
/// second point and the last but one (de Boor 1978, chapter IV).
fn spline_slopes(grid: &[Value], values: &[Value]) -> Option<Vec<Value>> {
    use number::{add, divide, multiply, subtract};
    let n = grid.len();
    let widths: Vec<Value> = grid.windows(2).map(|pair| subtract(&pair[1], &pair[0])).collect();
    let rises: Vec<Value> = values
        .windows(2)
        .zip(&widths)
        .map(|(pair, width)| divide(&subtract(&pair[1], &pair[0]), width))
        .collect::<Option<_>>()?;
    let (two, three) = (Value::Integer(2), Value::Integer(3));
    // Rows of a tridiagonal system: the entries beside and on the diagonal, and the right side.
    let mut rows: Vec<[Value; 4]> = Vec::with_capacity(n);
    let end = |near: usize, next: usize| -> Option<(Value, Value, Value)> {
        let (h, k) = (&widths[near], &widths[next]);
        let both = add(h, k);
        let first = multiply(&multiply(&add(h, &multiply(&two, &both)), k), &rises[near]);
        let sum = add(&first, &multiply(&multiply(h, h), &rises[next]));
        Some((k.clone(), both.clone(), divide(&sum, &both)?))
    };
    let (diagonal, beside, right) = end(0, 1)?;
    rows.push([Value::Integer(0), diagonal, beside, right]);
    for i in 1..n - 1 {
        let (h, k) = (&widths[i - 1], &widths[i]);
        let right = add(&multiply(k, &rises[i - 1]), &multiply(h, &rises[i]));
        rows.push([k.clone(), multiply(&two, &add(h, k)), h.clone(), multiply(&three, &right)]);
    }
    let (diagonal, beside, right) = end(n - 2, n - 3)?;
    rows.push([beside, diagonal, Value::Integer(0), right]);
    for i in 1..n {
        let factor = divide(&rows[i][0], &rows[i - 1][1])?;
        rows[i][1] = subtract(&rows[i][1], &multiply(&factor, &rows[i - 1][2]));
        rows[i][3] = subtract(&rows[i][3], &multiply(&factor, &rows[i - 1][3]));
    }
    let mut slopes = vec![Value::Integer(0); n];
    slopes[n - 1] = divide(&rows[n - 1][3], &rows[n - 1][1])?;
    for i in (0..n - 1).rev() {
        let rest = subtract(&rows[i][3], &multiply(&rows[i][2], &slopes[i + 1]));
        slopes[i] = divide(&rest, &rows[i][1])?;
    }
    Some(slopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_up_to_the_order_come_back_with_their_derivatives() {
        let mut session = Session::new();
        for source in [
            "And @@ Flatten[Table[With[{f = Interpolation[Table[{k^2, k^(2 p)}, {k, 1, 8}], InterpolationOrder -> 4]}, Table[f[x] == x^p && f'[x] == If[p == 0, 0, p x^(p - 1)], {x, 4/3, 60, 7/3}]], {p, 0, 4}]]",
            "With[{f = Interpolation[Table[{{x}, x^5, 5 x^4}, {x, 0, 4}], InterpolationOrder -> 5]}, And @@ Table[f[x] == x^5 && f''[x] == 20 x^3, {x, 0, 4, 1/3}]]",
            "With[{f = Interpolation[Flatten[Table[{{x, y}, x^2 y^3}, {x, 0, 4}, {y, 1, 6}], 1]]}, f[5/2, 7/2] == (5/2)^2 (7/2)^3 && Derivative[1, 2][f][5/2, 7/2] == 5 6 7/2]",
            "With[{f = Interpolation[Table[{x, x^3 - x}, {x, {0, 1, 3, 4, 6, 7}}], Method -> \"Spline\"]}, And @@ Table[f[x] == x^3 - x, {x, 0, 7, 1/2}]]",
            // A spline has no jump in its second derivative.
            "With[{f = Interpolation[{1, 5, 2, 8, 3, 3}, Method -> \"Spline\"]}, With[{s = {0, -1/10^9}}, And @@ Table[Abs[Subtract @@ (f''[k + #] & /@ s)] < 10^-6, {k, 2, 5}]]]",
        ] {
            let parsed = bolt_lyra_syntax::parse(source);
            let value = session.read(&parsed.exprs[0]);
            let value = session.evaluate(&value).expect("nothing stops it");
            assert!(value.is(sym::True), "{source}");
        }
    }
}
