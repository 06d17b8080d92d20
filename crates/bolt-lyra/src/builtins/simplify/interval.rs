//! Arithmetic of intervals: what functions can become of all numbers between bounds.

use std::cmp::Ordering;

use triomphe::Arc;

use super::super::comparison::known_order;
use super::forms::{inverse, is_infinite, of, plus, times, to_the};
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Interval",
        Attributes::NONE,
        interval,
        "Interval[{a, b}] stands for all numbers from a to b, Interval[{a, b}, {c, d}, ...] for \
         those of several ranges. Numeric functions of intervals are intervals.",
        &[
            ("Interval[{1, 2}] + Interval[{3, 5}]", "Interval[{4, 7}]"),
            ("1/Interval[{-1, 2}]", "Interval[{-Infinity, -1}, {1/2, Infinity}]"),
        ],
    ),
    builtin(
        "IntervalUnion",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY).and(Attributes::ORDERLESS),
        |s, c| set_operation(s, c, true),
        "IntervalUnion[i, j, ...] is the interval of all numbers in one of the intervals.",
        &[
            ("IntervalUnion[Interval[{1, 3}], Interval[{2, 5}]]", "Interval[{1, 5}]"),
            ("IntervalUnion[Interval[{1, 2}], Interval[{4, 5}]]", "Interval[{1, 2}, {4, 5}]"),
        ],
    ),
    builtin(
        "IntervalIntersection",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY).and(Attributes::ORDERLESS),
        |s, c| set_operation(s, c, false),
        "IntervalIntersection[i, j, ...] is the interval of all numbers in each of the intervals.",
        &[
            ("IntervalIntersection[Interval[{1, 3}], Interval[{2, 5}]]", "Interval[{2, 3}]"),
            ("IntervalIntersection[Interval[{1, 2}], Interval[{4, 5}]]", "Interval[]"),
        ],
    ),
    builtin(
        "IntervalMemberQ",
        Attributes::NONE,
        member,
        "IntervalMemberQ[i, x] is True if the number or interval x lies within i.",
        &[
            ("IntervalMemberQ[Interval[{1, 3}], 2]", "True"),
            ("IntervalMemberQ[Interval[{1, 3}], Interval[{2, 4}]]", "False"),
        ],
    ),
];

/// From where to where, both included.
#[derive(Debug, Clone, PartialEq)]
struct Range {
    low: Value,
    high: Value,
}

fn infinity(sign: i64) -> Value {
    match sign < 0 {
        true => of(sym::DirectedInfinity, Value::Integer(-1)),
        false => of(sym::DirectedInfinity, Value::Integer(1)),
    }
}

fn order(session: &mut Session, a: &Value, b: &Value) -> Evaluated<Option<Ordering>> {
    if a == b {
        return Ok(Some(Ordering::Equal));
    }
    known_order(session, a, b)
}

/// Returns the ranges of an interval in its final form; a number is a range of its own.
fn ranges(session: &mut Session, value: &Value) -> Evaluated<Option<Vec<Range>>> {
    let Some(args) = value.args_of(sym::Interval) else {
        let is_quantity = is_infinite(value) || session.machine_value(value)?.is_some();
        let point = || vec![Range { low: value.clone(), high: value.clone() }];
        return Ok(is_quantity.then(point));
    };
    let pair = |arg: &Value| match arg.as_list() {
        Some([low, high]) => Some(Range { low: low.clone(), high: high.clone() }),
        _ => None,
    };
    Ok(args.iter().map(pair).collect())
}

/// Sorts ranges and joins those that meet; `None` if bounds cannot be compared.
fn joined(session: &mut Session, mut all: Vec<Range>) -> Evaluated<Option<Vec<Range>>> {
    for range in &mut all {
        match order(session, &range.low, &range.high)? {
            Some(Ordering::Greater) => std::mem::swap(&mut range.low, &mut range.high),
            Some(_) => {}
            None => return Ok(None),
        }
    }
    let mut sorted: Vec<Range> = Vec::with_capacity(all.len());
    for range in all {
        let mut place = sorted.len();
        while place > 0 {
            match order(session, &range.low, &sorted[place - 1].low)? {
                Some(Ordering::Less) => place -= 1,
                Some(_) => break,
                None => return Ok(None),
            }
        }
        sorted.insert(place, range);
    }
    let mut merged: Vec<Range> = Vec::with_capacity(sorted.len());
    for range in sorted {
        if let Some(last) = merged.last_mut()
            && order(session, &range.low, &last.high)? != Some(Ordering::Greater)
        {
            if order(session, &range.high, &last.high)? == Some(Ordering::Greater) {
                last.high = range.high;
            }
            continue;
        }
        merged.push(range);
    }
    Ok(Some(merged))
}

fn written(ranges: &[Range]) -> Value {
    let pairs = ranges.iter().map(|r| Value::list([r.low.clone(), r.high.clone()]));
    Value::call(sym::Interval, pairs.collect::<Args>())
}

/// Brings an interval into its final form.
fn interval(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let mut all = Vec::new();
    for arg in call.args() {
        match arg.as_list() {
            Some([low, high]) => all.push(Range { low: low.clone(), high: high.clone() }),
            Some(_) => return Ok(Step::Same),
            None => {
                if session.machine_value(arg)?.is_none() {
                    return Ok(Step::Same);
                }
                all.push(Range { low: arg.clone(), high: arg.clone() });
            }
        }
    }
    let Some(all) = joined(session, all)? else { return Ok(Step::Same) };
    let new = written(&all);
    match new == Value::Call(call.clone()) {
        true => Ok(Step::Same),
        false => Ok(Step::Again(new)),
    }
}

fn set_operation(session: &mut Session, call: &mut Arc<Call>, unites: bool) -> Evaluated<Step> {
    let mut all: Option<Vec<Range>> = None;
    for arg in call.args() {
        let Some(own) = ranges(session, arg)?.filter(|_| arg.args_of(sym::Interval).is_some())
        else {
            return Ok(Step::Same);
        };
        all = Some(match all {
            None => own,
            Some(mut known) if unites => {
                known.extend(own);
                known
            }
            Some(known) => match intersection(session, &known, &own)? {
                Some(both) => both,
                None => return Ok(Step::Same),
            },
        });
    }
    let Some(all) = joined(session, all.unwrap_or_default())? else { return Ok(Step::Same) };
    Ok(Step::Again(written(&all)))
}

fn intersection(session: &mut Session, a: &[Range], b: &[Range]) -> Evaluated<Option<Vec<Range>>> {
    let mut both = Vec::new();
    for x in a {
        for y in b {
            let Some(lows) = order(session, &x.low, &y.low)? else { return Ok(None) };
            let Some(highs) = order(session, &x.high, &y.high)? else { return Ok(None) };
            let low = if lows.is_lt() { &y.low } else { &x.low };
            let high = if highs.is_lt() { &x.high } else { &y.high };
            match order(session, low, high)? {
                Some(Ordering::Greater) => {}
                Some(_) => both.push(Range { low: low.clone(), high: high.clone() }),
                None => return Ok(None),
            }
        }
    }
    Ok(Some(both))
}

fn member(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [outer, inner] = call.args() else {
        session.wrong_count_of("IntervalMemberQ", call.args().len(), 2, 2);
        return Ok(Step::Same);
    };
    if let Some(elements) = inner.as_list() {
        let each =
            elements.iter().map(|x| Value::call(call.head().clone(), [outer.clone(), x.clone()]));
        return Ok(Step::Again(Value::list(each.collect::<Args>())));
    }
    if outer.args_of(sym::Interval).is_none() {
        return Ok(Step::Same);
    }
    let (Some(outer), Some(inner)) = (ranges(session, outer)?, ranges(session, inner)?) else {
        return Ok(Step::Same);
    };
    for range in &inner {
        let mut is_inside = false;
        for own in &outer {
            let (low, high) =
                (order(session, &own.low, &range.low)?, order(session, &range.high, &own.high)?);
            let (Some(low), Some(high)) = (low, high) else { return Ok(Step::Same) };
            is_inside |= low.is_le() && high.is_le();
        }
        if !is_inside {
            return Ok(Step::Done(Value::FALSE));
        }
    }
    Ok(Step::Done(Value::TRUE))
}

/// Applies a function to intervals among its arguments; `None` if nothing is known of it.
pub(super) fn applied(session: &mut Session, call: &Arc<Call>) -> Evaluated<Option<Step>> {
    let Some(head) = call.head().as_symbol() else { return Ok(None) };
    match head {
        sym::Plus | sym::Times => return arithmetic(session, call, head),
        sym::Less
        | sym::LessEqual
        | sym::Greater
        | sym::GreaterEqual
        | sym::Equal
        | sym::Unequal => {
            return compared(session, call, head);
        }
        _ => {}
    }
    let mut args = Vec::new();
    for arg in call.args() {
        match ranges(session, arg)? {
            Some(own) => args.push(own),
            None => return Ok(None),
        }
    }
    let mut all = Vec::new();
    match &args[..] {
        [base, exponent] if head == sym::Power => {
            for x in base {
                for y in exponent {
                    let Some(power) = power(session, x, y)? else { return Ok(None) };
                    all.extend(power);
                }
            }
        }
        many if head == sym::Max || head == sym::Min => {
            let lows = many.iter().filter_map(|r| r.first()).map(|r| r.low.clone());
            let highs = many.iter().filter_map(|r| r.last()).map(|r| r.high.clone());
            let (lows, highs): (Args, Args) = (lows.collect(), highs.collect());
            let low = session.evaluate(&Value::call(head, lows))?;
            let high = session.evaluate(&Value::call(head, highs))?;
            all.push(Range { low, high });
        }
        [one] => {
            for range in one {
                let Some(image) = image(session, head, range)? else { return Ok(None) };
                all.extend(image);
            }
        }
        _ => return Ok(None),
    }
    finished(session, all)
}

fn finished(session: &mut Session, all: Vec<Range>) -> Evaluated<Option<Step>> {
    let all = all.into_iter().map(|range| outward(&range)).collect();
    let joined = joined(session, all)?;
    Ok(joined.map(|all| Step::Again(written(&all))))
}

/// Moves machine bounds by the last bit, since they were rounded.
fn outward(range: &Range) -> Range {
    let down = |value: &Value| match value {
        Value::Real(real) => Value::Real(real.next_down()),
        _ => value.clone(),
    };
    let up = |value: &Value| match value {
        Value::Real(real) => Value::Real(real.next_up()),
        _ => value.clone(),
    };
    Range { low: down(&range.low), high: up(&range.high) }
}

/// Sums and products; what is no number and no interval stays beside them.
fn arithmetic(session: &mut Session, call: &Arc<Call>, head: Symbol) -> Evaluated<Option<Step>> {
    let mut rest = Args::new();
    let mut all: Option<Vec<Range>> = None;
    let mut count = 0;
    for arg in call.args() {
        let Some(own) = ranges(session, arg)? else {
            rest.push(arg.clone());
            continue;
        };
        count += 1;
        all = Some(match all {
            None => own,
            Some(known) => {
                let mut new = Vec::with_capacity(known.len() * own.len());
                for x in &known {
                    for y in &own {
                        let Some(range) = combined(session, head, x, y)? else {
                            return Ok(None);
                        };
                        new.push(outward(&range));
                    }
                }
                new
            }
        });
    }
    let Some(all) = all.filter(|_| count > 1) else { return Ok(None) };
    let Some(all) = joined(session, all)? else { return Ok(None) };
    if rest.is_empty() {
        return Ok(Some(Step::Again(written(&all))));
    }
    rest.push(written(&all));
    Ok(Some(Step::Again(Value::call(head, rest))))
}

fn combined(session: &mut Session, head: Symbol, x: &Range, y: &Range) -> Evaluated<Option<Range>> {
    if head == sym::Plus {
        let low = session.evaluate(&plus([x.low.clone(), y.low.clone()]))?;
        let high = session.evaluate(&plus([x.high.clone(), y.high.clone()]))?;
        return Ok(Some(Range { low, high }));
    }
    let mut products = Vec::with_capacity(4);
    for a in [&x.low, &x.high] {
        for b in [&y.low, &y.high] {
            let is_zero = number::is_zero(a) || number::is_zero(b);
            products.push(match is_zero {
                // Also of an infinite bound, which itself is never reached.
                true => Value::Integer(0),
                false => session.evaluate(&times([a.clone(), b.clone()]))?,
            });
        }
    }
    hull(session, products)
}

/// Returns the range from the least to the greatest of values.
fn hull(session: &mut Session, values: Vec<Value>) -> Evaluated<Option<Range>> {
    let mut values = values.into_iter();
    let Some(first) = values.next() else { return Ok(None) };
    let mut range = Range { low: first.clone(), high: first };
    for value in values {
        let (Some(low), Some(high)) =
            (order(session, &value, &range.low)?, order(session, &value, &range.high)?)
        else {
            return Ok(None);
        };
        if low.is_lt() {
            range.low = value.clone();
        }
        if high.is_gt() {
            range.high = value;
        }
    }
    Ok(Some(range))
}

fn is_negative(session: &mut Session, value: &Value) -> Evaluated<bool> {
    Ok(order(session, value, &Value::Integer(0))? == Some(Ordering::Less))
}

fn is_positive(session: &mut Session, value: &Value) -> Evaluated<bool> {
    Ok(order(session, value, &Value::Integer(0))? == Some(Ordering::Greater))
}

fn power(session: &mut Session, x: &Range, y: &Range) -> Evaluated<Option<Vec<Range>>> {
    if let (true, Value::Integer(exponent)) = (y.low == y.high, &y.low) {
        return whole_power(session, x, *exponent).map(Some);
    }
    if is_negative(session, &x.low)? {
        return Ok(None);
    }
    let is_zero = |value: &Value| number::is_zero(value);
    if is_zero(&x.low) && is_negative(session, &y.low)? {
        if y.low != y.high {
            return Ok(None);
        }
        let low = session.evaluate(&to_the(x.high.clone(), y.low.clone()))?;
        return Ok(Some(vec![Range { low, high: infinity(1) }]));
    }
    let mut ends = Vec::with_capacity(4);
    for a in [&x.low, &x.high] {
        for b in [&y.low, &y.high] {
            ends.push(session.evaluate(&to_the(a.clone(), b.clone()))?);
        }
    }
    Ok(hull(session, ends)?.map(|range| vec![range]))
}

fn whole_power(session: &mut Session, x: &Range, exponent: i64) -> Evaluated<Vec<Range>> {
    if exponent < 0 {
        let positive = whole_power(session, x, -exponent)?;
        let mut all = Vec::new();
        for range in positive {
            all.extend(reciprocal(session, &range)?);
        }
        return Ok(all);
    }
    let low = session.evaluate(&to_the(x.low.clone(), exponent))?;
    let high = session.evaluate(&to_the(x.high.clone(), exponent))?;
    if exponent % 2 == 1 {
        return Ok(vec![Range { low, high }]);
    }
    let straddles = is_negative(session, &x.low)? && is_positive(session, &x.high)?;
    Ok(match hull(session, vec![low, high])? {
        Some(range) if straddles => vec![Range { low: Value::Integer(0), high: range.high }],
        Some(range) => vec![range],
        None => Vec::new(),
    })
}

fn reciprocal(session: &mut Session, x: &Range) -> Evaluated<Vec<Range>> {
    let negative = is_negative(session, &x.low)?;
    let positive = is_positive(session, &x.high)?;
    let invert = |session: &mut Session, value: &Value, sign: i64| match number::is_zero(value) {
        true => Ok(infinity(sign)),
        false => session.evaluate(&inverse(value.clone())),
    };
    if negative && positive {
        let below = invert(session, &x.low, -1)?;
        let above = invert(session, &x.high, 1)?;
        return Ok(vec![
            Range { low: infinity(-1), high: below },
            Range { low: above, high: infinity(1) },
        ]);
    }
    let low = invert(session, &x.high, if negative { -1 } else { 1 })?;
    let high = invert(session, &x.low, if negative { -1 } else { 1 })?;
    Ok(vec![Range { low, high }])
}

/// Functions that never fall, those that never rise, where they are defined.
const RISING: &[Symbol] = &[
    sym::ArcTan,
    sym::ArcSinh,
    sym::ArcTanh,
    sym::ArcSin,
    sym::Sinh,
    sym::Tanh,
    sym::Log,
    sym::Erf,
    sym::Erfi,
    sym::Floor,
    sym::Ceiling,
    sym::Round,
    sym::Sign,
    sym::ArcCosh,
];
const FALLING: &[Symbol] = &[sym::ArcCos, sym::Erfc, sym::ArcCot];

fn image(session: &mut Session, head: Symbol, x: &Range) -> Evaluated<Option<Vec<Range>>> {
    if !is_defined_on(session, head, x)? {
        return Ok(None);
    }
    let at = |session: &mut Session, value: &Value| session.evaluate(&of(head, value.clone()));
    let one = |range: Range| Ok(Some(vec![range]));
    match head {
        sym::Sin | sym::Cos => waves(session, head, x).map(|range| range.map(|range| vec![range])),
        sym::Tan => tangent(session, x),
        sym::Abs | sym::Cosh => {
            let ends = vec![at(session, &x.low)?, at(session, &x.high)?];
            let straddles = is_negative(session, &x.low)? && is_positive(session, &x.high)?;
            let Some(mut range) = hull(session, ends)? else { return Ok(None) };
            if straddles {
                range.low = Value::Integer(i64::from(head == sym::Cosh));
            }
            one(range)
        }
        _ if RISING.contains(&head) => {
            let low = match (head, number::is_zero(&x.low)) {
                (sym::Log, true) => infinity(-1),
                _ => at(session, &x.low)?,
            };
            one(Range { low, high: at(session, &x.high)? })
        }
        _ if FALLING.contains(&head) => {
            one(Range { low: at(session, &x.high)?, high: at(session, &x.low)? })
        }
        _ => Ok(None),
    }
}

/// Returns whether a function is real on the whole range.
fn is_defined_on(session: &mut Session, head: Symbol, x: &Range) -> Evaluated<bool> {
    let within = |session: &mut Session, low: Option<i64>, high: Option<i64>| -> Evaluated<bool> {
        let above = match low {
            Some(low) => order(session, &x.low, &Value::Integer(low))?.is_some_and(Ordering::is_ge),
            None => true,
        };
        let below = match high {
            Some(high) => {
                order(session, &x.high, &Value::Integer(high))?.is_some_and(Ordering::is_le)
            }
            None => true,
        };
        Ok(above && below)
    };
    match head {
        sym::Log => within(session, Some(0), None),
        sym::ArcSin | sym::ArcCos | sym::ArcTanh => within(session, Some(-1), Some(1)),
        sym::ArcCosh => within(session, Some(1), None),
        sym::ArcCot => Ok(within(session, Some(0), None)? || within(session, None, Some(0))?),
        _ => Ok(true),
    }
}

/// How many quarter turns are below a number, and whether it is exactly so many.
fn quarters(session: &mut Session, x: &Value) -> Evaluated<Option<f64>> {
    let Some(value) = session.machine_value(x)? else { return Ok(None) };
    let quarters = value / std::f64::consts::FRAC_PI_2;
    // Close to a whole number of quarters only exact numbers tell on which side it is.
    let whole = quarters.round();
    if (quarters - whole).abs() < 1e-9 {
        let exact = times([super::forms::ratio(whole as i64, 2), Value::Symbol(sym::Pi)]);
        let exact = session.evaluate(&exact)?;
        if exact == *x {
            return Ok(Some(whole));
        }
        if (quarters - whole).abs() < 1e-14 {
            return Ok(None);
        }
    }
    Ok((value.abs() < 1e15).then_some(quarters))
}

/// Sine and cosine: the bounds at the ends, 1 and -1 at crests and troughs between them.
fn waves(session: &mut Session, head: Symbol, x: &Range) -> Evaluated<Option<Range>> {
    let whole = || Range { low: Value::Integer(-1), high: Value::Integer(1) };
    if is_infinite(&x.low) || is_infinite(&x.high) {
        return Ok(Some(whole()));
    }
    let (Some(low), Some(high)) = (quarters(session, &x.low)?, quarters(session, &x.high)?) else {
        return Ok(None);
    };
    let crest = if head == sym::Sin { 1.0 } else { 0.0 };
    let has = |phase: f64| ((low - phase) / 4.0).ceil() <= ((high - phase) / 4.0).floor();
    let ends = vec![
        session.evaluate(&of(head, x.low.clone()))?,
        session.evaluate(&of(head, x.high.clone()))?,
    ];
    let Some(mut range) = hull(session, ends)? else { return Ok(None) };
    if has(crest) {
        range.high = Value::Integer(1);
    }
    if has(crest + 2.0) {
        range.low = Value::Integer(-1);
    }
    Ok(Some(range))
}

/// The tangent rises between its poles.
fn tangent(session: &mut Session, x: &Range) -> Evaluated<Option<Vec<Range>>> {
    let everything = || Some(vec![Range { low: infinity(-1), high: infinity(1) }]);
    if is_infinite(&x.low) || is_infinite(&x.high) {
        return Ok(everything());
    }
    let (Some(low), Some(high)) = (quarters(session, &x.low)?, quarters(session, &x.high)?) else {
        return Ok(None);
    };
    let poles = ((high - 1.0) / 2.0).floor() - ((low - 1.0) / 2.0).ceil() + 1.0;
    if poles >= 2.0 || high - low >= 2.0 {
        return Ok(everything());
    }
    let from = session.evaluate(&of(sym::Tan, x.low.clone()))?;
    let to = session.evaluate(&of(sym::Tan, x.high.clone()))?;
    if from.is(sym::ComplexInfinity) || to.is(sym::ComplexInfinity) {
        return Ok(None);
    }
    Ok(Some(match poles >= 1.0 {
        true => vec![Range { low: infinity(-1), high: to }, Range { low: from, high: infinity(1) }],
        false => vec![Range { low: from, high: to }],
    }))
}

/// Comparisons hold if they do for all numbers of the intervals.
fn compared(session: &mut Session, call: &Arc<Call>, head: Symbol) -> Evaluated<Option<Step>> {
    let [a, b] = call.args() else { return Ok(None) };
    if a == b {
        return Ok(None);
    }
    let (Some(x), Some(y)) = (ranges(session, a)?, ranges(session, b)?) else { return Ok(None) };
    let ends = |r: &[Range]| Some((r.first()?.low.clone(), r.last()?.high.clone()));
    let (Some((a, b)), Some((c, d))) = (ends(&x), ends(&y)) else { return Ok(None) };
    let below = order(session, &b, &c)?;
    let above = order(session, &a, &d)?;
    let (Some(below), Some(above)) = (below, above) else { return Ok(None) };
    let known = match head {
        sym::Less => known(below.is_lt(), above.is_ge()),
        sym::LessEqual => known(below.is_le(), above.is_gt()),
        sym::Greater => known(above.is_gt(), below.is_le()),
        sym::GreaterEqual => known(above.is_ge(), below.is_lt()),
        sym::Equal => known(false, below.is_lt() || above.is_gt()),
        _ => known(below.is_lt() || above.is_gt(), false),
    };
    Ok(known.map(|is| Step::Done(Value::boolean(is))))
}

fn known(holds: bool, fails: bool) -> Option<bool> {
    match (holds, fails) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}
