//! `TrigReduce`: products of sines and cosines as sums.
//!
//! A formula is held as a sum of waves, each a coefficient times 1, a sine or a cosine. Products
//! of two waves are two waves.

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::super::forms::{coefficient_and_rest, half, minus, of, plus, terms, times};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value, grown};

/// Sums of more waves than this are left as products.
const MOST: usize = 2_000;

/// A coefficient and what it multiplies: nothing, or a function of an angle.
#[derive(Clone)]
struct Wave {
    coefficient: Value,
    function: Option<(Symbol, Value)>,
}

/// Writes products and powers as functions of combined arguments.
pub(super) fn reduce(session: &mut Session, value: &Value) -> Evaluated {
    if !super::has_trigonometry(value) {
        return Ok(value.clone());
    }
    let waves = waves_of(session, value)?;
    let sum = total(session, &waves)?;
    over_common_denominator(session, &sum)
}

fn total(session: &mut Session, waves: &[Wave]) -> Evaluated {
    let term = |wave: &Wave| match &wave.function {
        None => wave.coefficient.clone(),
        Some((head, angle)) => times([wave.coefficient.clone(), of(*head, angle.clone())]),
    };
    session.evaluate(&plus(waves.iter().map(term).collect::<Args>()))
}

fn waves_of(session: &mut Session, value: &Value) -> Evaluated<Vec<Wave>> {
    session.check_interrupt()?;
    let constant = |coefficient: Value| vec![Wave { coefficient, function: None }];
    let Value::Call(call) = value else { return Ok(constant(value.clone())) };
    grown(call.depth(), || match (call.head().as_symbol(), call.args()) {
        (Some(head @ (sym::Sin | sym::Cos | sym::Sinh | sym::Cosh)), [angle]) => {
            let angle = reduce(session, angle)?;
            let angle = session.expanded(&angle)?;
            wave(session, Value::Integer(1), head, &angle).map(|wave| vec![wave])
        }
        (Some(sym::Plus), terms) => {
            let mut all = Vec::new();
            for term in terms {
                all.extend(waves_of(session, term)?);
            }
            Ok(all)
        }
        (Some(sym::Times), factors) => {
            let mut all = constant(Value::Integer(1));
            for factor in factors {
                let waves = waves_of(session, factor)?;
                all = multiply(session, &all, &waves)?;
            }
            Ok(all)
        }
        (Some(sym::Power), [base, Value::Integer(exponent @ 2..=200)]) => {
            let waves = waves_of(session, base)?;
            // Without waves in it a power is as good as any number.
            if waves.iter().all(|wave| wave.function.is_none()) {
                return Ok(constant(value.clone()));
            }
            let mut all = waves.clone();
            for _ in 1..*exponent {
                all = multiply(session, &all, &waves)?;
            }
            Ok(all)
        }
        _ => {
            let mut args = Args::new();
            for arg in call.args() {
                args.push(reduce(session, arg)?);
            }
            session.evaluate(&Value::call(call.head().clone(), args)).map(constant)
        }
    })
}

/// A wave with its angle in the form that evaluation gives it.
fn wave(session: &mut Session, factor: Value, head: Symbol, angle: &Value) -> Evaluated<Wave> {
    let value = session.evaluate(&of(head, angle.clone()))?;
    let (sign, rest) = coefficient_and_rest(&value);
    let coefficient = session.evaluate(&times([factor, sign]))?;
    let own = rest.as_call().and_then(|call| Some((call.head().as_symbol()?, call.args())));
    Ok(match own {
        Some((head @ (sym::Sin | sym::Cos | sym::Sinh | sym::Cosh), [angle])) => {
            Wave { coefficient, function: Some((head, angle.clone())) }
        }
        _ => Wave { coefficient: session.evaluate(&times([coefficient, rest]))?, function: None },
    })
}

fn multiply(session: &mut Session, a: &[Wave], b: &[Wave]) -> Evaluated<Vec<Wave>> {
    let mut all: Vec<Wave> = Vec::new();
    for x in a {
        for y in b {
            for product in product(session, x, y)? {
                add(session, &mut all, product)?;
            }
            if all.len() > MOST {
                let (a, b) = (total(session, a)?, total(session, b)?);
                let coefficient = session.evaluate(&times([a, b]))?;
                return Ok(vec![Wave { coefficient, function: None }]);
            }
        }
    }
    Ok(all)
}

fn add(session: &mut Session, all: &mut Vec<Wave>, wave: Wave) -> Evaluated<()> {
    match all.iter_mut().find(|known| known.function == wave.function) {
        Some(known) => {
            let sum = plus([known.coefficient.clone(), wave.coefficient]);
            known.coefficient = session.evaluate(&sum)?;
        }
        None => all.push(wave),
    }
    Ok(())
}

fn product(session: &mut Session, x: &Wave, y: &Wave) -> Evaluated<Vec<Wave>> {
    let coefficient = session.evaluate(&times([x.coefficient.clone(), y.coefficient.clone()]))?;
    let ((f, a), (g, b)) = match (&x.function, &y.function) {
        (None, function) | (function, None) => {
            return Ok(vec![Wave { coefficient, function: function.clone() }]);
        }
        (Some(f), Some(g)) => (f, g),
    };
    let is_circular = |head: Symbol| matches!(head, sym::Sin | sym::Cos);
    if is_circular(*f) != is_circular(*g) {
        let coefficient = times([coefficient, of(*f, a.clone())]);
        let coefficient = session.evaluate(&coefficient)?;
        return Ok(vec![Wave { coefficient, function: y.function.clone() }]);
    }
    let difference = session.expanded(&minus(a.clone(), b.clone()))?;
    let sum = session.expanded(&plus([a.clone(), b.clone()]))?;
    // 2 sin a sin b = cos(a - b) - cos(a + b), and so on; of the hyperbolic ones, with other signs.
    let (sin, cos) = if is_circular(*f) { (sym::Sin, sym::Cos) } else { (sym::Sinh, sym::Cosh) };
    let (head, of_difference, of_sum) = match (*f == sin, *g == sin) {
        (true, true) if is_circular(*f) => (cos, 1, -1),
        (true, true) => (cos, -1, 1),
        (false, false) => (cos, 1, 1),
        (true, false) => (sin, 1, 1),
        (false, true) => (sin, -1, 1),
    };
    let mut both = Vec::with_capacity(2);
    for (sign, angle) in [(of_difference, difference), (of_sum, sum)] {
        let factor = times([Value::Integer(sign), half(), coefficient.clone()].as_slice());
        let factor = session.evaluate(&factor)?;
        both.push(wave(session, factor, head, &angle)?);
    }
    Ok(both)
}

/// Takes the common denominator of the numbers in a sum in front of it.
fn over_common_denominator(session: &mut Session, sum: &Value) -> Evaluated {
    let all = terms(sum);
    if all.len() < 2 {
        return Ok(sum.clone());
    }
    let denominator = |term: &Value| -> Option<UBig> {
        let (coefficient, _) = coefficient_and_rest(term);
        let (re, im) = number::parts(&coefficient);
        let of = |part: &Value| number::rational(part).map(|r: RBig| r.into_parts().1);
        let (re, im) = (of(&re)?, of(&im)?);
        Some(lcm(re, im))
    };
    let mut common = UBig::ONE;
    for term in all {
        let Some(own) = denominator(term) else { return Ok(sum.clone()) };
        common = lcm(common, own);
    }
    if common == UBig::ONE {
        return Ok(sum.clone());
    }
    let common = Value::from(IBig::from(common));
    let scaled = all.iter().map(|term| times([common.clone(), term.clone()]));
    let scaled = session.evaluate(&plus(scaled.collect::<Args>()))?;
    session.evaluate(&super::super::forms::over(scaled, common))
}

fn lcm(a: UBig, b: UBig) -> UBig {
    use dashu_base::Gcd;
    let common = (&a).gcd(&b);
    a / common * b
}
