//! `Refine`: what functions are under assumptions.

use super::facts::{Domain, Facts, is_relation, parity};
use super::forms::{
    self, coefficient_and_rest, half, minus, negative, of, plus, terms, times, to_the,
};
use super::piecewise::cases_of;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

/// Returns an expression in the form that it has where the facts hold.
pub(crate) fn refine(session: &mut Session, facts: &Facts, value: &Value) -> Evaluated {
    let mut current = value.clone();
    for _ in 0..MOST_ROUNDS {
        let new = session
            .rewrite_parts(&current, &mut |session, part| refine_part(session, facts, part))?;
        if new == current {
            break;
        }
        current = new;
    }
    Ok(current)
}

/// What a refinement makes is refined again so often.
const MOST_ROUNDS: usize = 6;

/// Refines the outermost function only.
pub(super) fn refine_part(
    session: &mut Session,
    facts: &Facts,
    part: &Value,
) -> Evaluated<Option<Value>> {
    let Some(call) = part.as_call() else { return Ok(None) };
    let Some(head) = call.head().as_symbol() else { return Ok(None) };
    if is_relation(head) || matches!(head, sym::Element | sym::Inequality) {
        return Ok(facts.decide(session, part)?.map(Value::boolean));
    }
    let result = match call.args() {
        all if head == sym::And || head == sym::Or => connective(session, facts, part, head, all)?,
        all if head == sym::Times => infinite_product(session, facts, all)?,
        [base, exponent] if head == sym::Power => power(session, facts, base, exponent)?,
        [x] => match head {
            sym::Log => logarithm(session, facts, x)?,
            sym::Abs | sym::Sign | sym::Re | sym::Im | sym::Conjugate | sym::Arg => {
                of_sign(session, facts, head, x)?
            }
            sym::Floor | sym::Ceiling | sym::Round => rounded(session, facts, head, x)?,
            sym::Sin | sym::Cos | sym::Tan | sym::Cot | sym::Sec | sym::Csc => {
                periodic(session, facts, head, x)?
            }
            sym::ArcSin | sym::ArcCos | sym::ArcTan => inverse(session, facts, head, x)?,
            sym::DirectedInfinity => infinity(session, facts, x)?,
            _ => by_name(session, facts, head, x)?,
        },
        args if head == sym::Max || head == sym::Min => extreme(session, facts, head, args)?,
        [value, condition] if head == sym::ConditionalExpression => {
            facts.decide(session, condition)?.map(|is| match is {
                true => value.clone(),
                false => Value::Symbol(sym::Undefined),
            })
        }
        [condition, yes, no] if head == sym::If => {
            facts.decide(session, condition)?.map(|is| if is { yes.clone() } else { no.clone() })
        }
        [n, m] if head == sym::Mod => modulus(session, facts, n, m)?,
        _ if head == sym::Piecewise => cases(session, facts, part)?,
        _ => None,
    };
    Ok(result.filter(|new| new != part))
}

/// Drops parts of a connective that are known.
fn connective(
    session: &mut Session,
    facts: &Facts,
    part: &Value,
    head: Symbol,
    all: &[Value],
) -> Evaluated<Option<Value>> {
    if let Some(is) = facts.decide(session, part)? {
        return Ok(Some(Value::boolean(is)));
    }
    let mut left = Args::new();
    for one in all {
        if facts.decide(session, one)? != Some(head == sym::And) {
            left.push(one.clone());
        }
    }
    Ok((left.len() < all.len()).then(|| Value::call(head, left)))
}

/// An infinity times factors of known sign.
fn infinite_product(
    session: &mut Session,
    facts: &Facts,
    all: &[Value],
) -> Evaluated<Option<Value>> {
    let is_infinity = |value: &Value| {
        value.is(sym::Infinity) || value.exactly::<1>(sym::DirectedInfinity).is_some()
    };
    let Some(place) = all.iter().position(is_infinity) else { return Ok(None) };
    let mut sign = 1;
    for (_, factor) in all.iter().enumerate().filter(|(own, _)| *own != place) {
        let signs = facts.sign(session, factor)?;
        match (signs.is_positive(), signs.is_negative()) {
            (true, _) => {}
            (_, true) => sign = -sign,
            _ => return Ok(None),
        }
    }
    Ok(Some(times([Value::Integer(sign), all[place].clone()])))
}

fn cases(session: &mut Session, facts: &Facts, part: &Value) -> Evaluated<Option<Value>> {
    let Some((cases, default)) = cases_of(part) else { return Ok(None) };
    let mut new = Args::new();
    let mut changed = false;
    for (value, condition) in cases {
        let known = facts.decide(session, &condition)?;
        let condition = known.map_or(condition, Value::boolean);
        changed |= known.is_some();
        new.push(Value::list([value, condition]));
    }
    Ok(changed.then(|| Value::call(sym::Piecewise, [Value::list(new), default])))
}

/// Powers of powers and of products.
fn power(
    session: &mut Session,
    facts: &Facts,
    base: &Value,
    exponent: &Value,
) -> Evaluated<Option<Value>> {
    if let Some([inner, own]) = base.exactly(sym::Power) {
        return power_of_power(session, facts, inner, own, exponent);
    }
    if matches!(base, Value::Integer(-1))
        && facts.is_in(session, exponent, Domain::Integers)? == Some(true)
    {
        return sign_power(session, facts, exponent);
    }
    if base.is(sym::E) {
        return turn(session, facts, exponent);
    }
    if matches!(base, Value::Integer(0)) && facts.sign(session, exponent)?.is_positive() {
        return Ok(Some(Value::Integer(0)));
    }
    if let Some(factors) = base.args_of(sym::Times) {
        return power_of_product(session, facts, factors, exponent);
    }
    // Of a negative base a root of -1 is taken out.
    if let Value::Rational(_) = exponent
        && !base.is_number()
        && facts.sign(session, base)?.is_negative()
    {
        let positive = session.expanded(&negative(base.clone()))?;
        let unit = to_the(Value::Integer(-1), exponent.clone());
        return Ok(Some(times([unit, to_the(positive, exponent.clone())])));
    }
    Ok(None)
}

fn power_of_power(
    session: &mut Session,
    facts: &Facts,
    inner: &Value,
    own: &Value,
    exponent: &Value,
) -> Evaluated<Option<Value>> {
    let signs = facts.sign(session, inner)?;
    let product = || times([own.clone(), exponent.clone()]);
    let own_real = facts.sign(session, own)?.is_real();
    if (signs.is_positive() || (signs.is_non_negative() && facts.sign(session, own)?.is_positive()))
        && own_real
    {
        return Ok(Some(to_the(inner.clone(), product())));
    }
    if signs.is_real() && parity(facts, session, own)? == Some(true) {
        let size = match signs {
            signs if signs.is_non_positive() => negative(inner.clone()),
            _ => of(sym::Abs, inner.clone()),
        };
        return Ok(Some(to_the(size, product())));
    }
    // e^a to the power of b is e^(a b) for a real a.
    if inner.is(sym::E) && own_real {
        return Ok(Some(to_the(inner.clone(), product())));
    }
    Ok(None)
}

fn power_of_product(
    session: &mut Session,
    facts: &Facts,
    factors: &[Value],
    exponent: &Value,
) -> Evaluated<Option<Value>> {
    let mut outside = Args::new();
    let mut rest = Args::new();
    for factor in factors {
        let signs = facts.sign(session, factor)?;
        match signs.is_non_negative() {
            true => outside.push(to_the(factor.clone(), exponent.clone())),
            false => rest.push(factor.clone()),
        }
    }
    // The last factor may have any sign.
    if outside.is_empty() {
        let flips = rest.len() >= 2
            && number::is_negative(&rest[0])
            && facts.sign(session, &rest[1])?.is_negative();
        if !flips {
            return Ok(None);
        }
        let (first, second) = (negative(rest[0].clone()), negative(rest[1].clone()));
        let (first, second) = (session.evaluate(&first)?, session.expanded(&second)?);
        let all = [to_the(first, exponent.clone()), to_the(second, exponent.clone())];
        if rest.len() > 2 {
            let left = times(Args::from(&rest[2..]));
            outside.push(to_the(left, exponent.clone()));
        }
        outside.extend(all);
        return Ok(Some(times(outside)));
    }
    if !rest.is_empty() {
        outside.push(to_the(times(rest), exponent.clone()));
    }
    Ok(Some(times(outside)))
}

/// (-1)^n for an integer n.
fn sign_power(session: &mut Session, facts: &Facts, exponent: &Value) -> Evaluated<Option<Value>> {
    let parity_of = parity(facts, session, exponent)?;
    if let Some(even) = parity_of {
        return Ok(Some(Value::Integer(if even { 1 } else { -1 })));
    }
    // Terms that are known to be even do not matter, odd numbers change the sign.
    let mut rest = Args::new();
    let mut sign = 1;
    for term in terms(exponent) {
        match parity(facts, session, term)? {
            Some(true) => {}
            Some(false) => sign = -sign,
            None => rest.push(term.clone()),
        }
    }
    if rest.len() == terms(exponent).len() {
        return Ok(None);
    }
    Ok(Some(times([Value::Integer(sign), to_the(Value::Integer(-1), plus(rest))])))
}

/// e^(2 pi i n) for an integer n.
fn turn(session: &mut Session, facts: &Facts, exponent: &Value) -> Evaluated<Option<Value>> {
    if !forms::contains(exponent, &Value::Symbol(sym::Pi)) {
        return Ok(None);
    }
    let mut rest = Args::new();
    let mut sign = Args::new();
    for term in terms(exponent) {
        let turns = forms::over(term.clone(), times([Value::i(), Value::Symbol(sym::Pi)]));
        let turns = session.evaluate(&turns)?;
        match facts.is_in(session, &turns, Domain::Integers)? {
            Some(true) => sign.push(turns),
            _ => rest.push(term.clone()),
        }
    }
    if sign.is_empty() {
        return Ok(None);
    }
    let unit = to_the(Value::Integer(-1), plus(sign));
    Ok(Some(times([unit, to_the(Value::Symbol(sym::E), plus(rest))])))
}

fn logarithm(session: &mut Session, facts: &Facts, x: &Value) -> Evaluated<Option<Value>> {
    let log = |x: Value| of(sym::Log, x);
    if let Some([base, exponent]) = x.exactly(sym::Power) {
        let is_real = facts.sign(session, exponent)?.is_real();
        if is_real && (base.is(sym::E) || facts.sign(session, base)?.is_positive()) {
            return Ok(Some(times([exponent.clone(), log(base.clone())])));
        }
        let is_even = parity(facts, session, exponent)? == Some(true);
        if is_even && facts.sign(session, base)?.is_real() {
            return Ok(Some(times([exponent.clone(), log(of(sym::Abs, base.clone()))])));
        }
        return Ok(None);
    }
    if !session.is_numeric(x) && facts.sign(session, x)?.is_negative() {
        let size = session.expanded(&negative(x.clone()))?;
        return Ok(Some(plus([times([Value::i(), Value::Symbol(sym::Pi)]), log(size)])));
    }
    Ok(None)
}

fn of_sign(
    session: &mut Session,
    facts: &Facts,
    head: Symbol,
    x: &Value,
) -> Evaluated<Option<Value>> {
    let signs = facts.sign(session, x)?;
    if signs.is_real() {
        return Ok(match head {
            sym::Re | sym::Conjugate => Some(x.clone()),
            sym::Im => Some(Value::Integer(0)),
            sym::Abs if signs.is_non_negative() => Some(x.clone()),
            sym::Abs if signs.is_non_positive() => Some(session.expanded(&negative(x.clone()))?),
            sym::Sign if signs.is_positive() => Some(Value::Integer(1)),
            sym::Sign if signs.is_negative() => Some(Value::Integer(-1)),
            sym::Arg if signs.is_non_negative() => Some(Value::Integer(0)),
            sym::Arg if signs.is_negative() => Some(Value::Symbol(sym::Pi)),
            sym::Abs | sym::Sign => factor_by_factor(session, facts, head, x)?,
            _ => None,
        });
    }
    if head == sym::Abs && x.args_of(sym::Plus).is_some() {
        return size(session, facts, x);
    }
    match head {
        sym::Re | sym::Im | sym::Conjugate => cartesian(session, facts, head, x),
        sym::Abs | sym::Sign => factor_by_factor(session, facts, head, x),
        sym::Arg => {
            let (_, turned) = coefficient_and_rest(x);
            let is_imaginary = matches!(coefficient_and_rest(x).0, Value::Complex(ref z) if number::is_zero(&z.re) && !number::is_negative(&z.im));
            let is_positive = facts.sign(session, &turned)?.is_positive();
            Ok((is_imaginary && is_positive).then(|| times([half(), Value::Symbol(sym::Pi)])))
        }
        _ => Ok(None),
    }
}

/// The size of a sum of real and imaginary terms.
fn size(session: &mut Session, facts: &Facts, x: &Value) -> Evaluated<Option<Value>> {
    let mut squares = Args::new();
    for head in [sym::Re, sym::Im] {
        let part = refine(session, facts, &of(head, x.clone()))?;
        let is_open = |value: &Value| {
            forms::any_part(value, &|part| {
                part.args_of(sym::Re).is_some() || part.args_of(sym::Im).is_some()
            })
        };
        if is_open(&part) {
            return Ok(None);
        }
        squares.push(to_the(part, 2));
    }
    Ok(Some(forms::root(plus(squares))))
}

/// Takes factors of known sign out of `Abs` and `Sign`, and powers of real bases.
fn factor_by_factor(
    session: &mut Session,
    facts: &Facts,
    head: Symbol,
    x: &Value,
) -> Evaluated<Option<Value>> {
    if let Some([base, exponent]) = x.exactly(sym::Power) {
        let is_real = facts.sign(session, exponent)?.is_real();
        if head == sym::Abs && is_real {
            return Ok(Some(to_the(of(sym::Abs, base.clone()), exponent.clone())));
        }
        // |e^z| is e^(Re z).
        if head == sym::Abs && base.is(sym::E) {
            let real = refine(session, facts, &of(sym::Re, exponent.clone()))?;
            let is_open = forms::any_part(&real, &|part| part.args_of(sym::Re).is_some());
            return Ok((!is_open).then(|| to_the(base.clone(), real)));
        }
        return Ok(None);
    }
    let Some(factors) = x.args_of(sym::Times) else { return Ok(None) };
    let mut known = Args::new();
    let mut rest = Args::new();
    for factor in factors {
        let single = of(head, factor.clone());
        let single = session.evaluate(&single)?;
        let refined = match single.as_call() {
            Some(_) => of_sign(session, facts, head, factor)?,
            None => Some(single),
        };
        match refined {
            Some(value) => known.push(value),
            None => rest.push(factor.clone()),
        }
    }
    if known.is_empty() {
        return Ok(None);
    }
    if !rest.is_empty() {
        known.push(of(head, times(rest)));
    }
    Ok(Some(times(known)))
}

/// The real and the imaginary part of sums with real terms and of products with real factors.
fn cartesian(
    session: &mut Session,
    facts: &Facts,
    head: Symbol,
    x: &Value,
) -> Evaluated<Option<Value>> {
    if x.args_of(sym::Plus).is_some() {
        let each = terms(x).iter().map(|term| of(head, term.clone()));
        let sum = session.evaluate(&plus(each.collect::<Args>()))?;
        return refine(session, facts, &sum).map(Some);
    }
    let Some(factors) = x.args_of(sym::Times) else {
        return Ok(match (head, x.exactly(sym::Power)) {
            (sym::Conjugate, Some([base, exponent]))
                if facts.is_in(session, exponent, Domain::Integers)? == Some(true)
                    || (base.is(sym::E)) =>
            {
                match base.is(sym::E) {
                    true => Some(to_the(base.clone(), of(sym::Conjugate, exponent.clone()))),
                    false => Some(to_the(of(sym::Conjugate, base.clone()), exponent.clone())),
                }
            }
            _ => None,
        });
    };
    let mut real = Args::new();
    let mut rest = Args::new();
    for factor in factors {
        match facts.sign(session, factor)?.is_real() {
            true => real.push(factor.clone()),
            false => rest.push(factor.clone()),
        }
    }
    if head == sym::Conjugate {
        let each = factors.iter().map(|factor| of(head, factor.clone()));
        return Ok(Some(times(each.collect::<Args>())));
    }
    if let [Value::Complex(z)] = &rest[..] {
        real.push(if head == sym::Re { z.re.clone() } else { z.im.clone() });
        return Ok(Some(times(real)));
    }
    if real.is_empty() || rest.is_empty() {
        return Ok(None);
    }
    let rest = of(head, times(rest));
    real.push(rest);
    Ok(Some(times(real)))
}

fn rounded(
    session: &mut Session,
    facts: &Facts,
    head: Symbol,
    x: &Value,
) -> Evaluated<Option<Value>> {
    let mut whole = Args::new();
    let mut rest = Args::new();
    for term in terms(x) {
        match facts.is_in(session, term, Domain::Integers)? {
            Some(true) => whole.push(term.clone()),
            _ => rest.push(term.clone()),
        }
    }
    if rest.is_empty() {
        return Ok(Some(x.clone()));
    }
    // Of halves the even number is nearest, which depends on what is beside them.
    if whole.is_empty() || head == sym::Round {
        return bounded(session, facts, head, x);
    }
    whole.push(of(head, plus(rest)));
    Ok(Some(plus(whole)))
}

/// A floor or ceiling of something between two integers next to each other.
fn bounded(
    session: &mut Session,
    facts: &Facts,
    head: Symbol,
    x: &Value,
) -> Evaluated<Option<Value>> {
    if facts.is_empty() || session.is_numeric(x) {
        return Ok(None);
    }
    for whole in -8i64..=8 {
        let (low, high) = match head {
            sym::Floor => (sym::GreaterEqual, sym::Less),
            sym::Ceiling => (sym::Greater, sym::LessEqual),
            _ => (sym::Greater, sym::Less),
        };
        let (from, to) = match head {
            sym::Floor => (forms::ratio(whole, 1), forms::ratio(whole + 1, 1)),
            sym::Ceiling => (forms::ratio(whole - 1, 1), forms::ratio(whole, 1)),
            _ => (forms::ratio(2 * whole - 1, 2), forms::ratio(2 * whole + 1, 2)),
        };
        let above = Value::call(low, [x.clone(), from]);
        if facts.decide(session, &above)? != Some(true) {
            continue;
        }
        let below = Value::call(high, [x.clone(), to]);
        if facts.decide(session, &below)? == Some(true) {
            return Ok(Some(Value::Integer(whole)));
        }
    }
    Ok(None)
}

/// Trigonometric functions of a multiple of Pi and something.
fn periodic(
    session: &mut Session,
    facts: &Facts,
    head: Symbol,
    x: &Value,
) -> Evaluated<Option<Value>> {
    if !forms::contains(x, &Value::Symbol(sym::Pi)) {
        return Ok(None);
    }
    let mut turns = Args::new();
    let mut rest = Args::new();
    for term in terms(x) {
        let (coefficient, _) = coefficient_and_rest(term);
        let quotient = forms::over(term.clone(), Value::Symbol(sym::Pi));
        let quotient = session.evaluate(&quotient)?;
        let is_whole = facts.is_in(session, &quotient, Domain::Integers)? == Some(true);
        match is_whole && (!coefficient.is_number() || !quotient.is_number()) {
            true => turns.push(quotient),
            false => rest.push(term.clone()),
        }
    }
    if turns.is_empty() {
        return Ok(None);
    }
    let unit = to_the(Value::Integer(-1), plus(turns));
    let rest = of(head, plus(rest));
    Ok(Some(match head {
        sym::Tan | sym::Cot => rest,
        _ => times([unit, rest]),
    }))
}

/// An inverse function of a function whose argument is in the principal range.
fn inverse(
    session: &mut Session,
    facts: &Facts,
    head: Symbol,
    x: &Value,
) -> Evaluated<Option<Value>> {
    let (function, from, to) = match head {
        sym::ArcSin => (sym::Sin, -1, 1),
        sym::ArcCos => (sym::Cos, 0, 2),
        _ => (sym::Tan, -1, 1),
    };
    let Some([inner]) = x.exactly(function) else { return Ok(None) };
    let bound = |quarters: i64| times([forms::ratio(quarters, 2), Value::Symbol(sym::Pi)]);
    let strict = head == sym::ArcTan;
    let relation = if strict { sym::Less } else { sym::LessEqual };
    let (low, high) = (session.evaluate(&bound(from))?, session.evaluate(&bound(to))?);
    let above = Value::call(relation, [low, inner.clone()]);
    let below = Value::call(relation, [inner.clone(), high]);
    let holds = facts.decide(session, &above)? == Some(true)
        && facts.decide(session, &below)? == Some(true);
    Ok(holds.then(|| inner.clone()))
}

fn infinity(session: &mut Session, facts: &Facts, x: &Value) -> Evaluated<Option<Value>> {
    let signs = facts.sign(session, x)?;
    let unit = match (signs.is_positive(), signs.is_negative()) {
        (true, _) => 1,
        (_, true) => -1,
        _ => return Ok(None),
    };
    Ok((!x.is_number()).then(|| of(sym::DirectedInfinity, Value::Integer(unit))))
}

fn by_name(
    session: &mut Session,
    facts: &Facts,
    head: Symbol,
    x: &Value,
) -> Evaluated<Option<Value>> {
    let name = session.names.full(head).name.clone();
    if !matches!(
        &*name,
        "UnitStep"
            | "HeavisideTheta"
            | "DiracDelta"
            | "IntegerPart"
            | "FractionalPart"
            | "Ramp"
            | "KroneckerDelta"
            | "DiscreteDelta"
            | "Boole"
    ) {
        return Ok(None);
    }
    if &*name == "Boole" {
        return Ok(facts.decide(session, x)?.map(|is| Value::Integer(i64::from(is))));
    }
    let signs = facts.sign(session, x)?;
    let whole = |n: i64| Some(Value::Integer(n));
    Ok(match &*name {
        "UnitStep" if signs.is_non_negative() => whole(1),
        "UnitStep" | "HeavisideTheta" if signs.is_negative() => whole(0),
        "HeavisideTheta" if signs.is_positive() => whole(1),
        "DiracDelta" if signs.is_real() && signs.is_nonzero() => whole(0),
        "KroneckerDelta" | "DiscreteDelta" if signs.is_nonzero() => whole(0),
        "Ramp" if signs.is_non_negative() => Some(x.clone()),
        "Ramp" if signs.is_non_positive() => whole(0),
        "IntegerPart" if facts.is_in(session, x, Domain::Integers)? == Some(true) => {
            Some(x.clone())
        }
        "FractionalPart" if facts.is_in(session, x, Domain::Integers)? == Some(true) => whole(0),
        _ => None,
    })
}

fn extreme(
    session: &mut Session,
    facts: &Facts,
    head: Symbol,
    args: &[Value],
) -> Evaluated<Option<Value>> {
    let mut kept: Vec<Value> = Vec::new();
    for arg in args {
        let mut is_needed = true;
        let mut place = 0;
        while place < kept.len() {
            let difference = session.expanded(&minus(arg.clone(), kept[place].clone()))?;
            let signs = facts.sign(session, &difference)?;
            let (better, worse) = match head {
                sym::Max => (signs.is_non_negative(), signs.is_non_positive()),
                _ => (signs.is_non_positive(), signs.is_non_negative()),
            };
            if worse {
                is_needed = false;
                break;
            }
            match better {
                true => {
                    kept.remove(place);
                }
                false => place += 1,
            }
        }
        if is_needed {
            kept.push(arg.clone());
        }
    }
    Ok((kept.len() < args.len()).then(|| Value::call(head, Args::from(kept))))
}

fn modulus(session: &mut Session, facts: &Facts, n: &Value, m: &Value) -> Evaluated<Option<Value>> {
    let quotient = session.evaluate(&forms::over(n.clone(), m.clone()))?;
    if facts.is_in(session, &quotient, Domain::Integers)? == Some(true) {
        return Ok(Some(Value::Integer(0)));
    }
    if facts.is_in(session, n, Domain::Integers)? == Some(true) && matches!(m, Value::Integer(2)) {
        return Ok(parity(facts, session, n)?.map(|even| Value::Integer(i64::from(!even))));
    }
    let at_least = Value::call(sym::GreaterEqual, [n.clone(), Value::Integer(0)]);
    let below = Value::call(sym::Less, [n.clone(), m.clone()]);
    let is_reduced = facts.decide(session, &at_least)? == Some(true)
        && facts.decide(session, &below)? == Some(true);
    Ok(is_reduced.then(|| n.clone()))
}
