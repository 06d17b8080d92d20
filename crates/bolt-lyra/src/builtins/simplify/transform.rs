//! What `Simplify` tries: each transformation returns an equal expression that may be simpler.

use super::super::trigonometry;
use super::facts::Facts;
use super::forms::{
    self, any_part, coefficient_and_rest, factors, minus, of, over, plus, terms, times, to_the,
};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

/// A transformation; `None` if it has nothing to say.
pub(super) type Transform = fn(&mut Session, &Facts, &Value) -> Evaluated<Option<Value>>;

/// How many of the transformations come first that take little time.
pub(super) const CHEAP: usize = 5;

const ALL: &[Transform] = &[
    refined,
    roots,
    logarithms,
    exponents,
    expanded,
    together,
    factored,
    cancelled,
    collected,
    apart,
    circular_squares,
    sine_and_cosine,
    trig_reduced,
    trig_expanded,
    trig_factored,
    nested_roots,
    gamma_functions,
    real_and_imaginary,
];

const FULL: &[Transform] =
    &[function_expanded, as_exponentials, as_trigonometric, logarithms_apart, root_reduced];

/// Returns the transformations in the order in which they are tried.
pub(super) fn all(is_full: bool) -> impl Iterator<Item = Transform> {
    let more: &[Transform] = if is_full { FULL } else { &[] };
    ALL.iter().chain(more).copied()
}

type Result = Evaluated<Option<Value>>;

fn is_sum(value: &Value) -> bool {
    value.args_of(sym::Plus).is_some()
}

fn has_sum(value: &Value) -> bool {
    any_part(value, &is_sum)
}

fn is_arithmetic(value: &Value) -> bool {
    [sym::Plus, sym::Times, sym::Power].iter().any(|&head| value.args_of(head).is_some())
}

/// Calls a function by name where it is arithmetic that may change.
fn by_name(session: &mut Session, name: &str, value: &Value) -> Result {
    if !is_arithmetic(value) {
        return Ok(None);
    }
    let result = session.system(name, [value.clone()].as_slice())?;
    // What is not known stays a call of the name.
    let symbol = session.system_symbol(name);
    Ok((!any_part(&result, &|part| part.args_of(symbol).is_some())).then_some(result))
}

fn refined(session: &mut Session, facts: &Facts, value: &Value) -> Result {
    let Some(first) = super::refine::refine_part(session, facts, value)? else { return Ok(None) };
    let first = session.evaluate(&first)?;
    super::refine::refine(session, facts, &first).map(Some)
}

fn expanded(session: &mut Session, _: &Facts, value: &Value) -> Result {
    let is_large_power = |part: &Value| match part.exactly(sym::Power) {
        Some([base, Value::Integer(exponent)]) => is_sum(base) && exponent.abs() > 20,
        _ => false,
    };
    if !has_sum(value) || any_part(value, &is_large_power) {
        return Ok(None);
    }
    by_name(session, "Expand", value)
}

fn has_denominator(value: &Value) -> bool {
    any_part(value, &|part| match part.exactly(sym::Power) {
        Some([_, exponent]) => number::is_negative(&coefficient_and_rest(exponent).0),
        None => false,
    })
}

fn together(session: &mut Session, _: &Facts, value: &Value) -> Result {
    if !has_sum(value) || !has_denominator(value) {
        return Ok(None);
    }
    by_name(session, "Together", value)
}

fn factored(session: &mut Session, _: &Facts, value: &Value) -> Result {
    if !has_sum(value) {
        return Ok(None);
    }
    by_name(session, "Factor", value)
}

fn cancelled(session: &mut Session, _: &Facts, value: &Value) -> Result {
    if !has_sum(value) || !has_denominator(value) {
        return Ok(None);
    }
    by_name(session, "Cancel", value)
}

fn apart(session: &mut Session, _: &Facts, value: &Value) -> Result {
    let is_fraction = has_denominator(value) && has_sum(value);
    if !is_fraction || forms::leaf_count(value) > 120 {
        return Ok(None);
    }
    by_name(session, "Apart", value)
}

/// Collects by the unknown that makes the result simplest.
fn collected(session: &mut Session, _: &Facts, value: &Value) -> Result {
    if !has_sum(value) || forms::leaf_count(value) > 400 {
        return Ok(None);
    }
    let unknowns = forms::unknowns(session, value);
    if !(2..=5).contains(&unknowns.len()) {
        return Ok(None);
    }
    let collect = session.system_symbol("Collect");
    let mut best: Option<(usize, Value)> = None;
    for unknown in unknowns {
        let result = session.system("Collect", [value.clone(), unknown])?;
        if any_part(&result, &|part| part.args_of(collect).is_some()) {
            return Ok(None);
        }
        let cost = super::complexity::count(&result);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, result));
        }
    }
    Ok(best.map(|(_, value)| value))
}

fn has_trig(value: &Value) -> bool {
    trigonometry::has_trigonometry(value)
}

/// The squares of one of two functions by those of the other: by sin^2 + cos^2 = 1 and the like.
fn circular_squares(session: &mut Session, _: &Facts, value: &Value) -> Result {
    if !has_trig(value) {
        return Ok(None);
    }
    const PAIRS: &[(Symbol, Symbol, i64, i64)] = &[
        // f^2 = a + b g^2
        (sym::Sin, sym::Cos, 1, -1),
        (sym::Cos, sym::Sin, 1, -1),
        (sym::Sinh, sym::Cosh, -1, 1),
        (sym::Cosh, sym::Sinh, 1, 1),
        (sym::Tan, sym::Sec, -1, 1),
        (sym::Sec, sym::Tan, 1, 1),
        (sym::Cot, sym::Csc, -1, 1),
        (sym::Csc, sym::Cot, 1, 1),
        (sym::Tanh, sym::Sech, 1, -1),
        (sym::Sech, sym::Tanh, 1, -1),
    ];
    let mut best: Option<(usize, Value)> = None;
    for &(f, g, a, b) in PAIRS {
        if !any_part(value, &|part| part.args_of(f).is_some()) {
            continue;
        }
        let replaced = session.rewrite_parts(value, &mut |_, part| {
            let Some([base, Value::Integer(exponent @ 2..=40)]) = part.exactly(sym::Power) else {
                return Ok(None);
            };
            let Some([x]) = base.exactly(f) else { return Ok(None) };
            let other = to_the(of(g, x.clone()), 2);
            let square = plus([Value::Integer(a), times([Value::Integer(b), other])]);
            let even = to_the(square, exponent / 2);
            Ok(Some(match exponent % 2 {
                0 => even,
                _ => times([base.clone(), even]),
            }))
        })?;
        if replaced == *value {
            continue;
        }
        let flat = session.expanded(&replaced)?;
        for candidate in [replaced, flat] {
            let cost = super::complexity::count(&candidate);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, candidate));
            }
        }
    }
    let Some((_, best)) = best else { return Ok(None) };
    Ok(Some(match forms::leaf_count(&best) < 200 {
        true => by_name(session, "Factor", &best)?
            .filter(|f| super::complexity::count(f) < super::complexity::count(&best))
            .unwrap_or(best),
        false => best,
    }))
}

/// Quotients of sines and cosines, with what cancels cancelled.
fn sine_and_cosine(session: &mut Session, _: &Facts, value: &Value) -> Result {
    let has_other = any_part(value, &|part| {
        [sym::Tan, sym::Cot, sym::Sec, sym::Csc, sym::Tanh, sym::Coth, sym::Sech, sym::Csch]
            .iter()
            .any(|&head| part.args_of(head).is_some())
    });
    let is_quotient = has_trig(value) && has_denominator(value);
    if !(has_other || is_quotient) {
        return Ok(None);
    }
    let plain = trigonometry::by_sine_and_cosine(session, value)?;
    let Some(together) = by_name(session, "Together", &plain)? else { return Ok(Some(plain)) };
    let squares = circular_squares(session, &Facts::default(), &together)?.unwrap_or(together);
    let cancelled = by_name(session, "Cancel", &squares)?.unwrap_or(squares);
    let quotients = as_quotients(session, &cancelled)?;
    Ok(Some(quotients))
}

/// Writes sin/cos as the tangent, and so on, in a product.
fn as_quotients(session: &mut Session, value: &Value) -> Evaluated {
    session.rewrite_parts(value, &mut |session, part| {
        let Some(all) = part.args_of(sym::Times) else {
            return Ok(match part.exactly(sym::Power) {
                Some([base, exponent]) if number::is_negative(exponent) => {
                    let head = match base.as_call().and_then(|call| call.head().as_symbol()) {
                        Some(sym::Sin) => sym::Csc,
                        Some(sym::Cos) => sym::Sec,
                        Some(sym::Sinh) => sym::Csch,
                        Some(sym::Cosh) => sym::Sech,
                        _ => return Ok(None),
                    };
                    let args = base
                        .args_of(base.as_call().and_then(|c| c.head().as_symbol()).unwrap_or(head));
                    args.map(|args| {
                        to_the(Value::call(head, Args::from(args)), number::negate(exponent))
                    })
                }
                _ => None,
            });
        };
        quotient(session, all)
    })
}

fn quotient(session: &mut Session, all: &[Value]) -> Result {
    const PAIRS: &[(Symbol, Symbol, Symbol)] = &[
        (sym::Sin, sym::Cos, sym::Tan),
        (sym::Cos, sym::Sin, sym::Cot),
        (sym::Sinh, sym::Cosh, sym::Tanh),
        (sym::Cosh, sym::Sinh, sym::Coth),
        (sym::Sin, sym::Sec, sym::Tan),
        (sym::Cos, sym::Csc, sym::Cot),
        (sym::Sinh, sym::Sech, sym::Tanh),
        (sym::Cosh, sym::Csch, sym::Coth),
    ];
    for (place, factor) in all.iter().enumerate() {
        let (base, m) = forms::base_and_exponent(factor);
        for &(above, below, head) in PAIRS {
            let Some([x]) = base.exactly(above) else { continue };
            let wanted = of(below, x.clone());
            let found = all.iter().position(|f| forms::base_and_exponent(f).0 == wanted);
            let Some(other) = found else { continue };
            let n = forms::base_and_exponent(&all[other]).1;
            // Sec and Csc stand above, Sin and Cos below.
            let is_inverse = matches!(below, sym::Sec | sym::Csc | sym::Sech | sym::Csch);
            let n = if is_inverse { number::negate(&n) } else { n };
            let (Value::Integer(m), Value::Integer(n)) = (&m, &n) else { continue };
            if *m <= 0 || *n >= 0 {
                continue;
            }
            let common = (*m).min(-n);
            let mut rest: Args = all
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != place && *at != other)
                .map(|(_, f)| f.clone())
                .collect();
            rest.push(to_the(of(head, x.clone()), common));
            rest.push(to_the(base.clone(), m - common));
            let left = n + common;
            rest.push(to_the(wanted, if is_inverse { -left } else { left }));
            return session.evaluate(&times(rest)).map(Some);
        }
    }
    Ok(None)
}

fn trig_reduced(session: &mut Session, _: &Facts, value: &Value) -> Result {
    if !has_trig(value) || forms::leaf_count(value) > 200 {
        return Ok(None);
    }
    by_name(session, "TrigReduce", value)
}

fn trig_expanded(session: &mut Session, facts: &Facts, value: &Value) -> Result {
    if !has_trig(value) || forms::leaf_count(value) > 200 {
        return Ok(None);
    }
    let Some(expanded) = by_name(session, "TrigExpand", value)? else { return Ok(None) };
    let together = match has_denominator(&expanded) {
        true => by_name(session, "Together", &expanded)?.unwrap_or(expanded),
        false => expanded,
    };
    Ok(Some(circular_squares(session, facts, &together)?.unwrap_or(together)))
}

fn trig_factored(session: &mut Session, _: &Facts, value: &Value) -> Result {
    if !has_trig(value) || forms::leaf_count(value) > 150 {
        return Ok(None);
    }
    let Some(factored) = by_name(session, "TrigFactor", value)? else { return Ok(None) };
    as_quotients(session, &factored).map(Some)
}

/// Products of roots: `a^c b^c` is `(a b)^c` where one of the bases is not negative.
fn roots(session: &mut Session, facts: &Facts, value: &Value) -> Result {
    let Some(all) = value.args_of(sym::Times) else { return Ok(None) };
    let is_root =
        |exponent: &Value| matches!(exponent, Value::Rational(_)) || !exponent.is_number();
    for (place, factor) in all.iter().enumerate() {
        let Some([base, exponent]) = factor.exactly(sym::Power) else { continue };
        if !is_root(exponent) || base.is(sym::E) {
            continue;
        }
        for (other, second) in all.iter().enumerate().skip(place + 1) {
            let Some([own, n]) = second.exactly(sym::Power) else { continue };
            let flipped = session.evaluate(&forms::negative(n.clone()))?;
            let is_same = n == exponent;
            if !(is_same || flipped == *exponent) || own.is(sym::E) {
                continue;
            }
            let first = facts.sign(session, base)?;
            let second_sign = facts.sign(session, own)?;
            let may = match is_same {
                true => first.is_non_negative() || second_sign.is_non_negative(),
                false => second_sign.is_positive(),
            };
            if !may {
                continue;
            }
            let joined = match is_same {
                true => times([base.clone(), own.clone()]),
                false => over(base.clone(), own.clone()),
            };
            let joined = session.evaluate(&joined)?;
            let joined = by_name(session, "Cancel", &joined)?.unwrap_or(joined);
            let mut rest: Args = all
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != place && *at != other)
                .map(|(_, f)| f.clone())
                .collect();
            rest.push(to_the(joined, exponent.clone()));
            return session.evaluate(&times(rest)).map(Some);
        }
    }
    Ok(None)
}

/// Sums of logarithms of positive arguments as one logarithm.
fn logarithms(session: &mut Session, facts: &Facts, value: &Value) -> Result {
    let Some(all) = value.args_of(sym::Plus) else {
        return multiple_of_logarithm(session, facts, value);
    };
    let mut product = Args::new();
    let mut rest = Args::new();
    let mut negative_last = Vec::new();
    for term in all {
        let (coefficient, log) = coefficient_and_rest(term);
        let x = match log.exactly(sym::Log) {
            Some([x]) if matches!(coefficient, Value::Integer(-3..=3)) => x.clone(),
            _ => {
                rest.push(term.clone());
                continue;
            }
        };
        match facts.sign(session, &x)?.is_positive() {
            true => product.push(to_the(x, coefficient)),
            false => match coefficient {
                Value::Integer(1) => negative_last.push((x, term.clone())),
                _ => rest.push(term.clone()),
            },
        }
    }
    // One factor of any sign does not matter.
    match negative_last.len() {
        1 => product.extend(negative_last.into_iter().map(|(x, _)| x)),
        _ => rest.extend(negative_last.into_iter().map(|(_, term)| term)),
    }
    if product.len() < 2 {
        return Ok(None);
    }
    let inside = session.evaluate(&times(product))?;
    let inside = by_name(session, "Cancel", &inside)?.unwrap_or(inside);
    rest.push(of(sym::Log, inside));
    session.evaluate(&plus(rest)).map(Some)
}

/// `n Log[a]` is `Log[a^n]` for a positive a and a real n.
fn multiple_of_logarithm(session: &mut Session, facts: &Facts, value: &Value) -> Result {
    let Some(all) = value.args_of(sym::Times) else { return Ok(None) };
    let is_log = |factor: &&Value| factor.exactly::<1>(sym::Log).is_some();
    let [log] = all.iter().filter(is_log).collect::<Vec<_>>()[..] else { return Ok(None) };
    let Some([x]) = log.exactly(sym::Log) else { return Ok(None) };
    let rest = times(all.iter().filter(|factor| *factor != log).cloned().collect::<Args>());
    let rest = session.evaluate(&rest)?;
    let is_small = !matches!(rest, Value::Integer(n) if n.abs() > 200);
    let holds =
        is_small && facts.sign(session, x)?.is_positive() && facts.sign(session, &rest)?.is_real();
    match holds {
        true => {
            let power = session.evaluate(&to_the(x.clone(), rest))?;
            session.evaluate(&of(sym::Log, power)).map(Some)
        }
        false => Ok(None),
    }
}

/// Exponents in a common form: `2^x 4^y` by one base, `E^(x + Log[y])` apart.
fn exponents(session: &mut Session, _: &Facts, value: &Value) -> Result {
    if let Some([base, exponent]) = value.exactly(sym::Power) {
        // A sum in the exponent with logarithms in it.
        if base.is(sym::E) && is_sum(exponent) {
            let parts = terms(exponent).iter().map(|term| to_the(base.clone(), term.clone()));
            return session.evaluate(&times(parts.collect::<Args>())).map(Some);
        }
        if !exponent.is_number() {
            let simple = session.expanded(exponent)?;
            if simple != *exponent {
                return session.evaluate(&to_the(base.clone(), simple)).map(Some);
            }
        }
        return Ok(None);
    }
    let Some(all) = value.args_of(sym::Times) else { return Ok(None) };
    // Powers of integers with symbolic exponents: 2^x 3^x is 6^x.
    for (place, factor) in all.iter().enumerate() {
        let Some([Value::Integer(a @ 2..), n]) = factor.exactly(sym::Power) else { continue };
        for (other, second) in all.iter().enumerate().skip(place + 1) {
            let Some([Value::Integer(b @ 2..), m]) = second.exactly(sym::Power) else { continue };
            if n != m || n.is_number() {
                continue;
            }
            let mut rest: Args = all.to_vec().into();
            rest.remove(other);
            rest.remove(place);
            let product = number::multiply(&Value::Integer(*a), &Value::Integer(*b));
            rest.push(to_the(product, n.clone()));
            return session.evaluate(&times(rest)).map(Some);
        }
    }
    Ok(None)
}

/// `Sqrt[a + b Sqrt[c]]` of fractions a, b, c as a sum of square roots, if it is one.
fn nested_roots(session: &mut Session, _: &Facts, value: &Value) -> Result {
    let Some([base, exponent]) = value.exactly(sym::Power) else { return Ok(None) };
    let half = forms::half();
    let is_inverse = *exponent == number::negate(&half);
    if *exponent != half && !is_inverse {
        return Ok(None);
    }
    let [first, second] = terms(base) else { return Ok(None) };
    let Some(a) = number::rational(first) else { return Ok(None) };
    // The square of the second term is a fraction.
    let square = session.evaluate(&to_the(second.clone(), 2))?;
    let Some(square) = number::rational(&square) else { return Ok(None) };
    let discriminant = Value::from(&a * &a - square);
    let root = session.evaluate(&forms::root(discriminant))?;
    let Some(root) = number::rational(&root) else { return Ok(None) };
    let two = dashu_ratio::RBig::from(2);
    let (p, q) = ((&a + &root) / &two, (&a - &root) / &two);
    if p < dashu_ratio::RBig::ZERO || q < dashu_ratio::RBig::ZERO {
        return Ok(None);
    }
    let sign = session.machine_value(second)?.unwrap_or(0.0);
    let (p, q) = (forms::root(Value::from(p)), forms::root(Value::from(q)));
    let sum = if sign < 0.0 { minus(p, q) } else { plus([p, q]) };
    let result = if is_inverse { forms::inverse(sum) } else { sum };
    session.evaluate(&result).map(Some)
}

/// Factorials and gamma functions that differ by whole numbers in their arguments.
fn gamma_functions(session: &mut Session, _: &Facts, value: &Value) -> Result {
    let is_gamma = |part: &Value| {
        part.exactly::<1>(sym::Gamma).is_some() || part.exactly::<1>(sym::Factorial).is_some()
    };
    if !any_part(value, &is_gamma) || !is_arithmetic(value) {
        return Ok(None);
    }
    let mut arguments: Vec<Value> = Vec::new();
    let by_gamma = session.rewrite_parts(value, &mut |session, part| {
        if let Some([n]) = part.exactly(sym::Factorial) {
            let x = session.expanded(&plus([n.clone(), Value::Integer(1)]))?;
            return Ok(Some(of(sym::Gamma, x)));
        }
        Ok(None)
    })?;
    let shifted = session.rewrite_parts(&by_gamma, &mut |session, part| {
        let Some([x]) = part.exactly(sym::Gamma) else { return Ok(None) };
        for known in &arguments {
            let difference = session.expanded(&minus(x.clone(), known.clone()))?;
            let Value::Integer(steps @ -20..=20) = difference else { continue };
            // Gamma[y + n] = y (y + 1) ... (y + n - 1) Gamma[y]
            let y = known.clone();
            let factor = |k: i64| plus([y.clone(), Value::Integer(k)]);
            let product: Args = match steps >= 0 {
                true => (0..steps).map(factor).collect(),
                false => (steps..0).map(|k| forms::inverse(factor(k))).collect(),
            };
            let product = times(product);
            return Ok(Some(times([product, of(sym::Gamma, y)])));
        }
        arguments.push(x.clone());
        Ok(None)
    })?;
    if shifted == *value {
        return Ok(None);
    }
    Ok(Some(by_name(session, "Factor", &shifted)?.unwrap_or(shifted)))
}

/// Roots of unity and powers of complex numbers written out, of numeric expressions.
fn real_and_imaginary(session: &mut Session, _: &Facts, value: &Value) -> Result {
    if !session.is_numeric(value) || forms::leaf_count(value) > 150 || !is_arithmetic(value) {
        return Ok(None);
    }
    let is_complex = any_part(value, &|part| match part.exactly(sym::Power) {
        Some([base, _]) => number::is_negative(base) || matches!(base, Value::Complex(_)),
        None => matches!(part, Value::Complex(_)),
    });
    match is_complex {
        true => by_name(session, "ComplexExpand", value),
        false => Ok(None),
    }
}

fn function_expanded(session: &mut Session, _: &Facts, value: &Value) -> Result {
    let result = session.system("FunctionExpand", [value.clone()].as_slice())?;
    let symbol = session.system_symbol("FunctionExpand");
    if any_part(&result, &|part| part.args_of(symbol).is_some()) || result == *value {
        return Ok(None);
    }
    Ok(Some(by_name(session, "Factor", &result)?.unwrap_or(result)))
}

fn as_exponentials(session: &mut Session, _: &Facts, value: &Value) -> Result {
    if !has_trig(value) || forms::leaf_count(value) > 150 {
        return Ok(None);
    }
    let Some(exponentials) = by_name(session, "TrigToExp", value)? else { return Ok(None) };
    Ok(Some(by_name(session, "Factor", &exponentials)?.unwrap_or(exponentials)))
}

fn as_trigonometric(session: &mut Session, facts: &Facts, value: &Value) -> Result {
    let has_exponential = any_part(
        value,
        &|part| matches!(part.exactly(sym::Power), Some([Value::Symbol(sym::E), x]) if !x.is_number()),
    );
    if !has_exponential || forms::leaf_count(value) > 150 {
        return Ok(None);
    }
    let Some(trig) = by_name(session, "ExpToTrig", value)? else { return Ok(None) };
    let flat = session.expanded(&trig)?;
    Ok(Some(
        trig_expanded(session, facts, &flat)?
            .filter(|t| super::complexity::count(t) < super::complexity::count(&flat))
            .unwrap_or(flat),
    ))
}

/// Logarithms of products of positive numbers as sums.
fn logarithms_apart(session: &mut Session, facts: &Facts, value: &Value) -> Result {
    let mut changed = false;
    let apart = session.rewrite_parts(value, &mut |session, part| {
        let Some([x]) = part.exactly(sym::Log) else { return Ok(None) };
        let all = factors(x);
        if all.len() < 2 {
            return Ok(None);
        }
        for factor in all {
            if !facts.sign(session, factor)?.is_positive() {
                return Ok(None);
            }
        }
        changed = true;
        let logs = all.iter().map(|factor| of(sym::Log, factor.clone()));
        let sum = session.evaluate(&plus(logs.collect::<Args>()))?;
        super::refine::refine(session, facts, &sum).map(Some)
    })?;
    Ok(changed.then_some(apart))
}

/// Algebraic numbers in the form that their minimal polynomial gives.
fn root_reduced(session: &mut Session, _: &Facts, value: &Value) -> Result {
    let has_root =
        any_part(value, &|part| matches!(part.exactly(sym::Power), Some([_, Value::Rational(_)])));
    if !has_root || !session.is_numeric(value) || forms::leaf_count(value) > 60 {
        return Ok(None);
    }
    let result = session.system("RootReduce", [value.clone()].as_slice())?;
    let symbol = session.system_symbol("RootReduce");
    Ok((!any_part(&result, &|part| part.args_of(symbol).is_some())).then_some(result))
}
