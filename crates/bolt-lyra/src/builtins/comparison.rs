//! Equality and order.

use std::cmp::Ordering;

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, fixed};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "SameQ",
        Attributes::NONE,
        |_, c| {
            Ok(Step::Done(Value::boolean(c.args().windows(2).all(|pair| same(&pair[0], &pair[1])))))
        },
        "a === b or SameQ[a, b] is True if the expressions are identical.",
        &[("1 === 1", "True"), ("1 === 1.", "False")],
    ),
    builtin(
        "UnsameQ",
        Attributes::NONE,
        |_, c| Ok(unsame(c)),
        "a =!= b or UnsameQ[a, b] is True if no two of the expressions are identical.",
        &[("a =!= b", "True"), ("a =!= a", "False")],
    ),
    builtin(
        "Equal",
        Attributes::NONE,
        |s, c| chain(s, c, sym::Equal),
        "a == b or Equal[a, b] is True if both are known to be equal, False if they are known to differ, and stays otherwise.",
        &[("2 == 2.", "True"), ("x == 1", "x == 1"), ("N[E, 40] == N[E, 60]", "True")],
    ),
    builtin(
        "Unequal",
        Attributes::NONE,
        unequal,
        "a != b or Unequal[a, b] is True if the expressions are known to differ.",
        &[("1 != 2", "True"), ("x != x", "False")],
    ),
    builtin(
        "Less",
        Attributes::NONE,
        |s, c| chain(s, c, sym::Less),
        "a < b or Less[a, b] is True if a is known to be less than b.",
        &[("1 < 2 < 3", "True"), ("Pi < 3", "False")],
    ),
    builtin(
        "LessEqual",
        Attributes::NONE,
        |s, c| chain(s, c, sym::LessEqual),
        "a <= b or LessEqual[a, b] is True if a is known to be at most b.",
        &[("2 <= 2", "True"), ("x <= 1", "x <= 1")],
    ),
    builtin(
        "Greater",
        Attributes::NONE,
        |s, c| chain(s, c, sym::Greater),
        "a > b or Greater[a, b] is True if a is known to be greater than b.",
        &[("3 > 2", "True"), ("1 > 2", "False")],
    ),
    builtin(
        "GreaterEqual",
        Attributes::NONE,
        |s, c| chain(s, c, sym::GreaterEqual),
        "a >= b or GreaterEqual[a, b] is True if a is known to be at least b.",
        &[("3 >= 3", "True"), ("Infinity >= 5", "True")],
    ),
    builtin(
        "Inequality",
        Attributes::NONE,
        inequality,
        "a < b <= c or Inequality[a, Less, b, LessEqual, c] is True if every comparison holds.",
        &[("1 < 2 <= 2", "True"), ("1 < 0 <= x", "False"), ("Inequality[a, Less, b]", "a < b")],
    ),
    builtin(
        "Order",
        Attributes::NONE,
        |s, c| {
            Ok(match fixed(c) {
                Some([a, b]) => {
                    Step::Done(Value::Integer(match crate::order::compare(&s.names, a, b) {
                        Ordering::Less => 1,
                        Ordering::Equal => 0,
                        Ordering::Greater => -1,
                    }))
                }
                None => Step::Same,
            })
        },
        "Order[a, b] is 1 if a comes before b in canonical order, -1 if after, 0 if they are identical.",
        &[("Order[a, b]", "1"), ("Order[2, 1]", "-1")],
    ),
    builtin(
        "OrderedQ",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [Value::Call(list)] => Step::Done(Value::boolean(
                    list.args().is_sorted_by(|a, b| crate::order::compare(&s.names, a, b).is_le()),
                )),
                _ => Step::Same,
            })
        },
        "OrderedQ[list] is True if the elements are in canonical order.",
        &[("OrderedQ[{1, 2, x}]", "True"), ("OrderedQ[{b, a}]", "False")],
    ),
    builtin(
        "Between",
        Attributes::NONE,
        |s, c| Ok(between(s, c)),
        "Between[x, {a, b}] is True if a <= x <= b; {{a, b}, {c, d}} are several ranges. Between[{a, b}] is the test itself.",
        &[("Between[6, {4, 10}]", "True"), ("Select[{1, 5, 9}, Between[{4, 8}]]", "{5}")],
    ),
    builtin(
        "Max",
        Attributes::FLAT
            .and(Attributes::NUMERIC_FUNCTION)
            .and(Attributes::ONE_IDENTITY)
            .and(Attributes::ORDERLESS),
        |s, c| extreme(s, c, Ordering::Greater),
        "Max[a, b, ...] is the greatest of the arguments and of the elements of lists among them.",
        &[("Max[3, 7, 5]", "7"), ("Max[{1, x, 3}]", "Max[3, x]")],
    ),
    builtin(
        "Min",
        Attributes::FLAT
            .and(Attributes::NUMERIC_FUNCTION)
            .and(Attributes::ONE_IDENTITY)
            .and(Attributes::ORDERLESS),
        |s, c| extreme(s, c, Ordering::Less),
        "Min[a, b, ...] is the least of the arguments and of the elements of lists among them.",
        &[("Min[3, 7, 5]", "3"), ("Min[]", "Infinity")],
    ),
];

fn between(_: &Session, call: &Call) -> Step {
    let [x, ranges] = call.args() else { return Step::Same };
    let within = |range: &Value| match range.as_list() {
        Some([a, b]) => {
            Some(Value::call(sym::LessEqual, [a.clone(), x.clone(), b.clone()].as_slice()))
        }
        _ => None,
    };
    if let Some(one) =
        within(ranges).filter(|_| ranges.as_list().is_some_and(|r| r[0].as_list().is_none()))
    {
        return Step::Again(one);
    }
    let all: Option<Args> = ranges.as_list().and_then(|all| all.iter().map(within).collect());
    all.map_or(Step::Same, |all| Step::Again(Value::call(sym::Or, all)))
}

/// Identity, where machine reals may differ in the last place.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Real(x), Value::Real(y)) => {
            x == y || (x - y).abs() <= f64::EPSILON * x.abs().max(y.abs())
        }
        _ => a == b,
    }
}

fn unsame(call: &Call) -> Step {
    let args = call.args();
    let differs = |(place, a): (usize, &Value)| args[place + 1..].iter().all(|b| !same(a, b));
    Step::Done(Value::boolean(args.iter().enumerate().all(differs)))
}

/// Returns how two machine reals compare; they are equal if they differ in the last 7 bits only.
#[inline]
pub(crate) fn order_of_reals(x: f64, y: f64) -> Option<Ordering> {
    match (x - y).abs() <= x.abs().max(y.abs()) * f64::EPSILON * 64.0 {
        true => Some(Ordering::Equal),
        false => x.partial_cmp(&y),
    }
}

/// Returns how two real quantities compare, if that is known. Approximate numbers are equal if
/// they differ in the last 7 bits only.
pub(crate) fn known_order(
    session: &mut Session,
    a: &Value,
    b: &Value,
) -> Evaluated<Option<Ordering>> {
    if a == b && number::is_real(a) {
        return Ok(Some(Ordering::Equal));
    }
    if number::is_real(a) && number::is_real(b) {
        if let (Value::Real(_), _) | (_, Value::Real(_)) = (a, b)
            && let (Some(x), Some(y)) = (number::to_f64(a), number::to_f64(b))
            && order_of_reals(x, y) == Some(Ordering::Equal)
        {
            return Ok(Some(Ordering::Equal));
        }
        if matches!((a, b), (Value::BigReal(_), _) | (_, Value::BigReal(_))) && number::agree(a, b)
        {
            return Ok(Some(Ordering::Equal));
        }
        return Ok(number::compare(a, b));
    }
    if let (Some(x), Some(y)) = (at_infinity(a), at_infinity(b)) {
        return Ok(Some(x.cmp(&y)));
    }
    if (at_infinity(a).is_some() && session.machine_value(b)?.is_some())
        || (at_infinity(b).is_some() && session.machine_value(a)?.is_some())
    {
        return Ok(Some(at_infinity(a).unwrap_or(0).cmp(&at_infinity(b).unwrap_or(0))));
    }
    let (Some(x), Some(y)) = (session.machine_value(a)?, session.machine_value(b)?) else {
        return Ok(None);
    };
    let digits = number::precision(a).min(number::precision(b));
    if digits < number::MACHINE_DIGITS
        && (x - y).abs() <= 128.0 * 10f64.powf(-digits) * x.abs().max(y.abs())
    {
        return Ok(Some(Ordering::Equal));
    }
    match (x - y).abs() <= 1e-12 * x.abs().max(y.abs()) {
        // So close that only more digits can tell.
        true => {
            let difference =
                super::arithmetic::plus([a.clone(), super::arithmetic::negative(b.clone())]);
            let difference = session.evaluate(&difference)?;
            let sign = session.exact_sign(&difference)?;
            // What does not differ in a hundred digits is taken for equal.
            Ok(sign.map(|sign| sign.cmp(&0)))
        }
        false => Ok(x.partial_cmp(&y)),
    }
}

fn at_infinity(value: &Value) -> Option<i32> {
    match value {
        Value::Symbol(sym::Infinity) => Some(1),
        Value::Call(call) if call.is(sym::DirectedInfinity) => match call.args() {
            [direction] if number::is_real(direction) => {
                Some(if number::is_negative(direction) { -1 } else { 1 })
            }
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether a comparison of two expressions holds, if that is known.
pub(crate) fn holds(
    session: &mut Session,
    relation: Symbol,
    a: &Value,
    b: &Value,
) -> Evaluated<Option<bool>> {
    if relation == sym::Equal {
        return equal(session, a, b);
    }
    if relation == sym::Unequal {
        return Ok(equal(session, a, b)?.map(|is| !is));
    }
    let order = known_order(session, a, b)?;
    Ok(order.map(|order| match relation {
        sym::Less => order.is_lt(),
        sym::LessEqual => order.is_le(),
        sym::Greater => order.is_gt(),
        _ => order.is_ge(),
    }))
}

fn equal(session: &mut Session, a: &Value, b: &Value) -> Evaluated<Option<bool>> {
    if a == b {
        return Ok(Some(true));
    }
    if a.is_number() && b.is_number() {
        let ((a_re, a_im), (b_re, b_im)) = (number::parts(a), number::parts(b));
        let is = |a: &Value, b: &Value, session: &mut Session| {
            known_order(session, a, b).map(|order| order == Some(Ordering::Equal))
        };
        return Ok(Some(is(&a_re, &b_re, session)? && is(&a_im, &b_im, session)?));
    }
    let is_raw = |value: &Value| {
        matches!(value, Value::String(_))
            || value.is(sym::True)
            || value.is(sym::False)
            || value.is(sym::Null)
    };
    if is_raw(a) && is_raw(b) {
        return Ok(Some(false));
    }
    if matches!((a, b), (Value::String(_), _) | (_, Value::String(_)))
        && (a.is_number() || b.is_number())
    {
        return Ok(Some(false));
    }
    if let (Value::Call(x), Value::Call(y)) = (a, b)
        && !x.is(sym::List)
        && x.head() == y.head()
        && x.len() == y.len()
        && all_equal(session, x.args(), y.args())?
    {
        return Ok(Some(true));
    }
    if let (Some(x), Some(y)) = (a.as_list(), b.as_list()) {
        if x.len() != y.len() {
            return Ok(Some(false));
        }
        let mut all = Some(true);
        for (x, y) in x.iter().zip(y) {
            match equal(session, x, y)? {
                Some(true) => {}
                Some(false) => return Ok(Some(false)),
                None => all = None,
            }
        }
        return Ok(all);
    }
    match known_order(session, a, b)? {
        Some(Ordering::Equal) => Ok(Some(true)),
        Some(_) => Ok(Some(false)),
        None => Ok(None),
    }
}

/// Returns whether all pairs are certainly equal: `f[1.]` equals `f[1]`.
fn all_equal(session: &mut Session, a: &[Value], b: &[Value]) -> Evaluated<bool> {
    for (a, b) in a.iter().zip(b) {
        if a != b && equal(session, a, b)? != Some(true) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn chain(session: &mut Session, call: &mut Arc<Call>, relation: Symbol) -> Evaluated<Step> {
    let args = call.args();
    if args.len() < 2 {
        return Ok(Step::Done(Value::TRUE));
    }
    if let [a, b] = args {
        return Ok(match holds(session, relation, a, b)? {
            Some(holds) => Step::Done(Value::boolean(holds)),
            None => Step::Same,
        });
    }
    let relations = vec![relation; args.len() - 1];
    super::inequality::evaluate(session, args, &relations, false)
}

fn unequal(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let args = call.args();
    let mut all_known = true;
    for (place, a) in args.iter().enumerate() {
        for b in &args[place + 1..] {
            match equal(session, a, b)? {
                Some(true) => return Ok(Step::Done(Value::FALSE)),
                Some(false) => {}
                None => all_known = false,
            }
        }
    }
    Ok(if all_known { Step::Done(Value::TRUE) } else { Step::Same })
}

fn inequality(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let args = call.args();
    if args.len().is_multiple_of(2) {
        return Ok(Step::Same);
    }
    let relations: Option<Vec<Symbol>> =
        args.iter().skip(1).step_by(2).map(Value::as_symbol).collect();
    let Some(relations) = relations.filter(|relations| !relations.is_empty()) else {
        return Ok(Step::Same);
    };
    let operands: Vec<Value> = args.iter().step_by(2).cloned().collect();
    super::inequality::evaluate(session, &operands, &relations, true)
}

/// Returns the order of two quantities; reals that are equal but for rounding have one, too.
fn order_of_quantities(session: &mut Session, a: &Value, b: &Value) -> Evaluated<Option<Ordering>> {
    match (a, b) {
        (Value::Real(a), Value::Real(b)) if a != b => Ok(a.partial_cmp(b)),
        _ => known_order(session, a, b),
    }
}

fn extreme(session: &mut Session, call: &mut Arc<Call>, wanted: Ordering) -> Evaluated<Step> {
    if let [of] = call.args()
        && let Some(array) = of.as_array()
        && let Some(best) = array.elements().extreme(wanted == Ordering::Greater)
    {
        return Ok(Step::Done(best));
    }
    let mut flat = Args::new();
    let mut pending: Vec<Value> = call.args().iter().rev().cloned().collect();
    let mut had_lists = false;
    while let Some(arg) = pending.pop() {
        match arg.as_list() {
            Some(elements) => {
                had_lists = true;
                pending.extend(elements.iter().rev().cloned());
            }
            None => flat.push(arg),
        }
    }
    let limit = if wanted == Ordering::Greater { -1 } else { 1 };
    let mut best: Option<Value> = None;
    let mut unknown: Args = Args::new();
    for value in flat {
        let quantity = number::is_real(&value)
            || at_infinity(&value).is_some()
            || session.machine_value(&value)?.is_some();
        if !quantity {
            if !unknown.contains(&value) {
                unknown.push(value);
            }
            continue;
        }
        best = Some(match best {
            None => value,
            Some(best) => match order_of_quantities(session, &value, &best)? {
                Some(order) if order == wanted => value,
                Some(Ordering::Equal) if number::is_exact(&best) => value,
                _ => best,
            },
        });
    }
    if unknown.is_empty() {
        return Ok(Step::Done(
            best.unwrap_or_else(|| super::arithmetic::directed(Some(Value::Integer(limit)))),
        ));
    }
    let mut left: Args = best.into_iter().collect();
    left.extend(unknown);
    if left.len() == 1 && !had_lists && call.args().len() == 1 {
        return Ok(Step::Done(left.remove(0)));
    }
    match !had_lists && left.len() == call.args().len() {
        true => Ok(Step::Same),
        false => Ok(Step::Again(Value::call(call.head().clone(), left))),
    }
}
