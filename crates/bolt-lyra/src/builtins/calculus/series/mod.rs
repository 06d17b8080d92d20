//! `Series`, `SeriesData` and what is done with them.

pub(crate) mod expand;
pub(crate) mod power;

use triomphe::Arc;

use super::formula::lyra;
use super::terms::{is_free, small_fraction, substituted};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};
use expand::Expansion;
use power::{EXACT, PowerSeries};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Series",
        Attributes::NONE,
        series,
        "Series[f, {x, a, n}] is the power series of f in x - a with terms to the power n; at \
         a = Infinity it is one in 1/x. Several ranges expand in one variable after another.",
        &[
            ("Normal[Series[Exp[x], {x, 0, 3}]]", "1 + x + x^2/2 + x^3/6"),
            ("Series[1/(1 - x), {x, 0, 2}]", "SeriesData[x, 0, {1, 1, 1}, 0, 3, 1]"),
        ],
    ),
    builtin(
        "SeriesData",
        Attributes::NONE,
        data,
        "SeriesData[x, a, {c0, c1, ...}, m, n, d] is the power series with the terms \
         ck (x - a)^((m + k)/d), known to the power n/d.",
        &[
            ("SeriesData[x, 0, {0, 1, 2}, 0, 3, 1]", "SeriesData[x, 0, {1, 2}, 1, 3, 1]"),
            ("SeriesData[x, 0, {1}, 0, 2, 1] + x", "SeriesData[x, 0, {1, 1}, 0, 2, 1]"),
        ],
    ),
    builtin(
        "O",
        Attributes::NONE,
        order_term,
        "O[x]^n is the part of a power series in x from the power n on that is not known; O[x, a] \
         is for powers of x - a.",
        &[
            ("1 + x + O[x]^2", "SeriesData[x, 0, {1, 1}, 0, 2, 1]"),
            ("Normal[1 + 2 x + x^5 + O[x]^3]", "1 + 2*x"),
        ],
    ),
    builtin(
        "SeriesCoefficient",
        Attributes::NONE,
        coefficient,
        "SeriesCoefficient[s, n] is the coefficient of the power n of a series; \
         SeriesCoefficient[f, {x, a, n}] that of the expansion of f at a.",
        &[
            ("SeriesCoefficient[Exp[x], {x, 0, 4}]", "1/24"),
            ("SeriesCoefficient[Series[1/(1 - 2 x), {x, 0, 5}], 3]", "8"),
        ],
    ),
    builtin(
        "InverseSeries",
        Attributes::NONE,
        inverse,
        "InverseSeries[s] is the series of the inverse function of a series s; InverseSeries[s, y] \
         is one in y.",
        &[
            (
                "InverseSeries[Series[Sin[x], {x, 0, 5}]]",
                "SeriesData[x, 0, {1, 0, 1/6, 0, 3/40}, 1, 6, 1]",
            ),
            ("Normal[InverseSeries[Series[x/(1 - x), {x, 0, 3}], y]]", "y - y^2 + y^3"),
        ],
    ),
    builtin(
        "ComposeSeries",
        Attributes::NONE,
        compose,
        "ComposeSeries[s, t] puts the series t for the variable of the series s.",
        &[
            (
                "Normal[ComposeSeries[Series[Exp[x], {x, 0, 3}], Series[Sin[x], {x, 0, 3}]]]",
                "1 + x + x^2/2",
            ),
            ("Normal[ComposeSeries[1 + x + O[x]^3, x^2 + O[x]^4]]", "1 + x^2"),
        ],
    ),
];

pub(crate) fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs().max(1) } else { gcd(b, a % b) }
}

/// Where a series is expanded.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    variable: Value,
    center: Value,
}

impl Place {
    fn is_infinite(&self) -> bool {
        match &self.center {
            Value::Symbol(sym::Infinity) => true,
            Value::Call(call) => call.is(sym::DirectedInfinity),
            _ => false,
        }
    }

    /// The small variable in terms of the given one.
    fn small(&self, session: &mut Session) -> Evaluated {
        let (x, a) = (&self.variable, &self.center);
        match self.is_infinite() {
            true => lyra!(session, "1/x", x),
            false => lyra!(session, "x - a", x, a),
        }
    }
}

/// Expands an expression at a place to an order in the small variable.
fn expanded(
    session: &mut Session,
    f: &Value,
    place: &Place,
    order: i64,
) -> Evaluated<Option<PowerSeries>> {
    let t = Value::Symbol(session.names.symbol("Lyra`Series`t"));
    let (x, a) = (&place.variable, &place.center);
    let at = match place.is_infinite() {
        true => lyra!(session, "1/t", t)?,
        false => lyra!(session, "a + t", a, t)?,
    };
    let small = place.small(session)?;
    let log = match place.is_infinite() {
        true => lyra!(session, "-Log[x]", x)?,
        false => lyra!(session, "Log[small]", small)?,
    };
    let with = substituted(f, x, &at);
    session.quiet += 1;
    let with = session.evaluate(&with);
    session.quiet -= 1;
    let with = with?;
    let mut keep = order.max(0) + 2;
    for _ in 0..6 {
        let mut expansion = Expansion { session, t: t.clone(), log: log.clone(), keep };
        let Some(series) = expansion.of(&with)? else { return Ok(None) };
        let known = series.order.div_euclid(series.scale);
        if series.order >= EXACT || known > order {
            return Ok(Some(series));
        }
        keep += (order - known + 2).max(4);
        if keep > 4000 {
            break;
        }
    }
    Ok(None)
}

fn series(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [f, ranges @ ..] = call.args() else {
        session.wrong_count_of("Series", 0, 2, usize::MAX);
        return Ok(Step::Same);
    };
    let Some((range, rest)) = ranges.split_first() else { return Ok(Step::Same) };
    let Some([variable, center, Value::Integer(order)]) = range.as_list() else {
        return Ok(Step::Same);
    };
    if let Some(elements) = f.as_list() {
        let each = |element: &Value| {
            let args = std::iter::once(element.clone()).chain(ranges.iter().cloned());
            Value::call(sym::Series, args.collect::<Args>())
        };
        return Ok(Step::Again(Value::list(elements.iter().map(each).collect::<Args>())));
    }
    let place = Place { variable: variable.clone(), center: center.clone() };
    if *order > 5000 || !is_free(center, variable) {
        return Ok(Step::Same);
    }
    let Some(found) = expanded(session, f, &place, *order)? else { return Ok(Step::Same) };
    if found.order >= EXACT && is_free(f, variable) {
        return Ok(Step::Done(f.clone()));
    }
    let bound = order.saturating_add(1).saturating_mul(found.scale);
    let mut found = found.truncated(bound);
    if !rest.is_empty() {
        for term in &mut found.terms {
            let args: Args = std::iter::once(term.clone()).chain(rest.iter().cloned()).collect();
            *term = session.evaluate(&Value::call(sym::Series, args))?;
        }
    }
    Ok(Step::Done(written(&place, &found)))
}

/// Returns the call for a series.
fn written(place: &Place, series: &PowerSeries) -> Value {
    let args = vec![
        place.variable.clone(),
        place.center.clone(),
        Value::list(Args::from(series.terms.clone())),
        Value::Integer(if series.terms.is_empty() { series.order } else { series.low }),
        Value::Integer(series.order),
        Value::Integer(series.scale),
    ];
    Value::call(sym::SeriesData, Args::from(args))
}

fn read(value: &Value) -> Option<(Place, PowerSeries)> {
    let [x, a, terms, low, order, scale] = value.args_of(sym::SeriesData)? else { return None };
    let scale = scale.as_i64().filter(|scale| *scale > 0)?;
    let series = PowerSeries {
        low: low.as_i64()?,
        scale,
        terms: terms.as_list()?.to_vec(),
        order: order.as_i64()?,
    };
    Some((Place { variable: x.clone(), center: a.clone() }, series.truncated(order.as_i64()?)))
}

/// Brings a series into the form without zeros at its ends and common divisors of exponents.
fn data(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let value = Value::Call(call.clone());
    let Some((place, series)) = read(&value) else { return Ok(Step::Same) };
    if is_finite_number(&place.variable) {
        return Ok(Step::Again(normal(session, &place, &series)?));
    }
    let mut trimmed = series;
    let zeros = trimmed.terms.iter().take_while(|term| super::terms::is_zero(term)).count();
    trimmed.terms.drain(..zeros);
    trimmed.low += zeros as i64;
    while trimmed.terms.last().is_some_and(super::terms::is_zero) {
        trimmed.terms.pop();
    }
    let new = written(&place, &trimmed);
    Ok(if new == value { Step::Same } else { Step::Done(new) })
}

fn is_finite_number(value: &Value) -> bool {
    value.is_number()
}

fn normal(session: &mut Session, place: &Place, series: &PowerSeries) -> Evaluated {
    let small = place.small(session)?;
    let mut sum = Args::new();
    for (k, term) in series.terms.iter().enumerate() {
        let power = super::terms::fraction(series.low + k as i64, series.scale);
        sum.push(lyra!(session, "term*small^power", term, small, power)?);
    }
    session.sum_of(sum)
}

fn order_term(_: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (variable, center) = match call.args() {
        [x] => (x.clone(), Value::Integer(0)),
        [x, a] => (x.clone(), a.clone()),
        _ => return Ok(Step::Same),
    };
    let place = Place { variable, center };
    let series = PowerSeries { low: 1, scale: 1, terms: Vec::new(), order: 1 };
    Ok(Step::Done(written(&place, &series)))
}

fn coefficient(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, place] = call.args() else { return Ok(Step::Same) };
    if let Some([x, a, Value::Integer(n)]) = place.as_list() {
        let at = Place { variable: x.clone(), center: a.clone() };
        return Ok(match expanded(session, of, &at, *n)? {
            Some(series) => Step::Done(series.at(n * series.scale)),
            None => Step::Same,
        });
    }
    let (Some((_, series)), Some((p, q))) = (read(of), small_fraction(place)) else {
        return Ok(Step::Same);
    };
    let exponent = p * series.scale;
    Ok(Step::Done(match exponent % q {
        _ if exponent >= series.order * q => Value::Symbol(sym::Indeterminate),
        0 => series.at(exponent / q),
        _ => Value::Integer(0),
    }))
}

/// Arithmetic with series among the arguments: sums, products and powers. Other arguments are
/// expanded.
pub(crate) fn arithmetic(session: &mut Session, call: &Call) -> Evaluated<Option<Value>> {
    let Some((place, first)) = call.args().iter().find_map(read) else { return Ok(None) };
    if call.is(sym::Power) {
        let [base, exponent] = call.args() else { return Ok(None) };
        let Some((place, base)) = read(base) else { return Ok(None) };
        if !is_free(exponent, &place.variable) {
            return Ok(None);
        }
        let keep = (base.order - base.low).max(1);
        let base = base.trimmed(session);
        let power = session.series_power(&base, exponent, keep)?;
        return Ok(power.map(|power| written(&place, &power)));
    }
    let is_sum = call.is(sym::Plus);
    let mut result =
        PowerSeries::constant(if is_sum { Value::Integer(0) } else { Value::Integer(1) });
    // The order to which other arguments are needed.
    let bound = first.order.div_euclid(first.scale) + 1 - if is_sum { 0 } else { first.low.min(0) };
    for arg in call.args() {
        let part = match read(arg) {
            Some((other, series)) if other == place => series,
            Some(_) => PowerSeries::constant(arg.clone()),
            None => match expanded(session, arg, &place, bound.max(1))? {
                Some(series) => series,
                None => return Ok(None),
            },
        };
        result = match is_sum {
            true => session.series_sum(&result, &part)?,
            false => session.series_product(&result, &part)?,
        };
    }
    Ok((result.order < EXACT).then(|| written(&place, &result)))
}

fn inverse(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (given, name) = match call.args() {
        [given] => (given, None),
        [given, name] => (given, Some(name.clone())),
        _ => return Ok(Step::Same),
    };
    let Some((place, series)) = read(given) else { return Ok(Step::Same) };
    let variable = name.unwrap_or_else(|| place.variable.clone());
    let series = series.trimmed(session);
    let constant = series.at(0);
    let Some((_, rest)) = session.series_parts(&series) else { return Ok(Step::Same) };
    if rest.low != 1 || rest.scale != 1 {
        return Ok(Step::Same);
    }
    // Lagrange: n times the n-th coefficient is that of t^(n-1) in (t/f)^n.
    let mut unit = rest.clone();
    unit.low = 0;
    unit.order -= 1;
    let count = rest.order;
    let mut terms = Vec::new();
    for n in 1..count {
        let exponent = Value::Integer(-n);
        let Some(power) = session.series_power(&unit, &exponent, count)? else {
            return Ok(Step::Same);
        };
        let c = power.at(n - 1);
        let n = Value::Integer(n);
        terms.push(lyra!(session, "c/n", c, n)?);
    }
    let mut result = PowerSeries { low: 1, scale: 1, terms, order: count };
    if !super::terms::is_zero(&place.center) {
        let center = PowerSeries::constant(place.center.clone());
        result = session.series_sum(&result, &center)?;
    }
    Ok(Step::Done(written(&Place { variable, center: constant }, &result)))
}

fn compose(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [outer, inner] = call.args() else { return Ok(Step::Same) };
    let (Some((at, outer)), Some((place, inner))) = (read(outer), read(inner)) else {
        return Ok(Step::Same);
    };
    let shift = session.product_of([Value::Integer(-1), at.center])?;
    let shifted = session.series_sum(&inner, &PowerSeries::constant(shift))?;
    if outer.scale != 1 || outer.low < 0 || shifted.low < 1 {
        return Ok(Step::Same);
    }
    let coefficients: Vec<Value> = (0..outer.order).map(|k| outer.at(k)).collect();
    let bound = (outer.order * shifted.low).min(shifted.order);
    let result = session.series_composed(&coefficients, &shifted, bound)?;
    Ok(Step::Done(written(&place, &result)))
}
