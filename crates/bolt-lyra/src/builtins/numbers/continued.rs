//! Continued fractions.

use std::cmp::Ordering;

use dashu_base::{Signed, SquareRoot};
use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

use super::super::forms::{self, half, negative, plus, root, substituted, times};
use super::super::{Builtin, builtin};
use super::precision::exact;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "ContinuedFraction",
        Attributes::LISTABLE,
        continued_fraction,
        "ContinuedFraction[x] is the list of the terms of the continued fraction of x; those of a \
         root of a quadratic equation that repeat are a list of their own. ContinuedFraction[x, n] \
         has the first n terms.",
        &[
            ("ContinuedFraction[47/17]", "{2, 1, 3, 4}"),
            ("ContinuedFraction[Sqrt[7]]", "{2, {1, 1, 1, 4}}"),
            ("ContinuedFraction[Pi, 5]", "{3, 7, 15, 1, 292}"),
        ],
    ),
    written!(
        "FromContinuedFraction",
        NONE,
        "{FromContinuedFraction[{}] :> Infinity,
          FromContinuedFraction[{a___, p : {__Integer}}] :> With[{m = Dot @@ ({{#, 1}, {1, 0}} & /@ p)},
            With[{y = (m[[1, 1]] - m[[2, 2]] + Sqrt[(m[[1, 1]] - m[[2, 2]])^2 + 4 m[[1, 2]] m[[2, 1]]])/(2 m[[2, 1]])},
              If[{a} === {}, y, With[{h = Dot @@ ({{#, 1}, {1, 0}} & /@ {a})}, Quiet[RootReduce[(h[[1, 1]] y + h[[1, 2]])/(h[[2, 1]] y + h[[2, 2]])]]]]]],
          FromContinuedFraction[l_List] /; VectorQ[l] :> Fold[#2 + 1/#1 &, Reverse[l]]}",
        "FromContinuedFraction[list] is the number with these terms of its continued fraction; a \
         list at the end repeats.",
        &[
            ("FromContinuedFraction[{2, 1, 3, 4}]", "47/17"),
            ("FromContinuedFraction[{a, b}]", "a + b^-1"),
            ("FromContinuedFraction[{2, {1, 1, 1, 4}}]", "Sqrt[7]"),
        ],
    ),
    written!(
        "Convergents",
        NONE,
        "{Convergents[l_List] /; VectorQ[l] :> Table[FromContinuedFraction[Take[l, $k]], {$k, Length[l]}],
          Convergents[{a__, p : {__}}, n_Integer?Positive] :> Convergents[Take[Join[{a}, Join @@ ConstantArray[p, Ceiling[n/Length[p]]]], n]],
          Convergents[x_?NumericQ, n_Integer?Positive] :> With[{c = ContinuedFraction[x, n]}, Convergents[c] /; ListQ[c]],
          Convergents[x_?NumberQ] :> With[{c = ContinuedFraction[x]}, Convergents[c] /; VectorQ[c]]}",
        "Convergents[list] is the list of the fractions that the first terms of a continued \
         fraction give; Convergents[x, n] those of the first n terms of x.",
        &[
            ("Convergents[{1, 2, 2}]", "{1, 3/2, 7/5}"),
            ("Convergents[Pi, 4]", "{3, 22/7, 333/106, 355/113}"),
        ],
    ),
    written!(
        "QuadraticIrrationalQ",
        NONE,
        "{QuadraticIrrationalQ[x_] /; NumericQ[x] :> ListQ[ContinuedFraction[x]] && MatchQ[Last[ContinuedFraction[x]], _List], QuadraticIrrationalQ[_] :> False}",
        "QuadraticIrrationalQ[x] is True if x is an irrational root of a quadratic equation with \
         integer coefficients.",
        &[("QuadraticIrrationalQ[Sqrt[2]]", "True"), ("QuadraticIrrationalQ[3/2]", "False")],
    ),
];

/// Returns the terms of a fraction, at most so many; those of a negative one are negative.
fn terms(x: &RBig, most: usize) -> Vec<IBig> {
    let (mut top, bottom) = x.clone().into_parts();
    let mut bottom = IBig::from(bottom);
    let mut all = Vec::new();
    while bottom != IBig::ZERO && all.len() < most {
        // Division cuts off towards 0.
        let term = &top / &bottom;
        let rest = top - &term * &bottom;
        (top, bottom) = (bottom, rest);
        all.push(term);
    }
    all
}

/// Returns the terms that all numbers between two have in common.
fn common(low: &RBig, high: &RBig, most: usize) -> Vec<IBig> {
    let (a, b) = (terms(low, most), terms(high, most));
    let count = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    a[..count].to_vec()
}

/// A number `(p + sqrt(d)) / q` where `q` divides `d - p^2`.
struct Surd {
    p: IBig,
    d: IBig,
    q: IBig,
}

impl Surd {
    /// Returns the greatest integer that is not above it.
    fn floor(&self) -> IBig {
        let root = IBig::from(self.d.clone().into_parts().1.sqrt());
        // The root lies strictly between two integers.
        let top = &self.p + if self.q.is_negative() { root + IBig::ONE } else { root };
        floor_of(&top, &self.q)
    }

    /// Returns the reciprocal of what is left when an integer is taken away.
    fn next(&self, term: &IBig) -> Self {
        let p = term * &self.q - &self.p;
        let q = (&self.d - &p * &p) / &self.q;
        Self { p, d: self.d.clone(), q }
    }
}

fn floor_of(top: &IBig, bottom: &IBig) -> IBig {
    let (top, bottom) =
        if bottom.is_negative() { (-top, -bottom) } else { (top.clone(), bottom.clone()) };
    dashu_base::DivEuclid::div_euclid(top, bottom)
}

/// Periods of more terms than this are not looked for.
const MOST_TERMS: usize = 1 << 20;

/// Returns the terms before the period and those in it (Lagrange).
fn periodic(session: &Session, surd: Surd) -> Evaluated<Option<(Vec<IBig>, Vec<IBig>)>> {
    let mut seen = std::collections::HashMap::new();
    let (mut all, mut at) = (Vec::new(), surd);
    while all.len() < MOST_TERMS {
        if all.len() % 1024 == 0 {
            session.check_interrupt()?;
        }
        let state = (at.p.clone(), at.q.clone());
        if let Some(&begin) = seen.get(&state) {
            let period = all.split_off(begin);
            return Ok(Some((all, period)));
        }
        seen.insert(state, all.len());
        let term = at.floor();
        at = at.next(&term);
        all.push(term);
    }
    Ok(None)
}

/// Reads `a + b Sqrt[d]` with rational `a`, `b` and an integer `d` that is no square.
fn as_surd(value: &Value) -> Option<Surd> {
    let (mut a, mut b, mut d) = (RBig::ZERO, RBig::ZERO, IBig::ZERO);
    for term in forms::terms(value) {
        match number::rational(term) {
            Some(rational) => a += rational,
            None => (b, d) = multiple_of_root(term).filter(|_| d == IBig::ZERO)?,
        }
    }
    if d <= IBig::ZERO {
        return None;
    }
    // a + b sqrt(d) = (n + sqrt(m)) / q for a common denominator, of the sign of b.
    let (a_top, a_bottom) = a.into_parts();
    let (b_top, b_bottom) = b.into_parts();
    let (a_bottom, b_bottom) = (IBig::from(a_bottom), IBig::from(b_bottom));
    let sign = if b_top.is_negative() { IBig::NEG_ONE } else { IBig::ONE };
    let p = &sign * a_top * &b_bottom;
    let root = b_top * &a_bottom;
    let q = sign * a_bottom * b_bottom;
    let d = d * &root * root;
    // q has to divide d - p^2: both are scaled by it.
    let size = IBig::from(q.clone().into_parts().1);
    Some(Surd { p: p * &size, d: d * &size * &size, q: q * size })
}

fn multiple_of_root(term: &Value) -> Option<(RBig, IBig)> {
    let (mut factor, mut of_root) = (RBig::ONE, None);
    for part in forms::factors(term) {
        match (number::rational(part), part.exactly(sym::Power)) {
            (Some(rational), _) => factor *= rational,
            (None, Some([base, exponent])) if of_root.is_none() => {
                let inner = number::integer(base)?;
                let exponent = number::rational(exponent)?;
                match exponent {
                    e if e == RBig::from_parts(IBig::ONE, 2u8.into()) => {}
                    e if e == RBig::from_parts(IBig::NEG_ONE, 2u8.into()) => {
                        factor /= RBig::from(inner.clone());
                    }
                    _ => return None,
                }
                of_root = Some(inner);
            }
            _ => return None,
        }
    }
    Some((factor, of_root?))
}

fn values(terms: Vec<IBig>) -> Args {
    terms.into_iter().map(Value::from).collect()
}

fn continued_fraction(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (x, count) = match call.args() {
        [x] => (x, None),
        [x, Value::Integer(count @ 1..)] => (x, Some(*count as usize)),
        _ => return Ok(Step::Same),
    };
    if let Some(fraction) = number::rational(x) {
        let all = terms(&fraction, count.unwrap_or(usize::MAX));
        return Ok(Step::Done(Value::list(values(all))));
    }
    if let Some((low, high)) = between(x) {
        let all = common(&low, &high, count.unwrap_or(usize::MAX));
        return Ok(Step::Done(Value::list(values(all))));
    }
    if !session.is_numeric(x) {
        return Ok(Step::Same);
    }
    match count {
        Some(count) => Ok(first_terms(session, x, count)?
            .map_or(Step::Same, |terms| Step::Done(Value::list(values(terms))))),
        None => repeating(session, x),
    }
}

fn repeating(session: &mut Session, x: &Value) -> Evaluated<Step> {
    let golden = plus([half(), times([half(), root(Value::Integer(5))])]);
    let plain = substituted(x, &Value::Symbol(sym::GoldenRatio), &golden);
    let expanded = session.expanded(&plain)?;
    let is_negative = session.machine_value(x)?.is_some_and(|x| x < 0.0);
    let positive = match is_negative {
        true => session.evaluate(&negative(expanded))?,
        false => expanded,
    };
    let Some(surd) = as_surd(&session.expanded(&positive)?) else { return Ok(Step::Same) };
    let Some((before, period)) = periodic(session, surd)? else { return Ok(Step::Same) };
    let signed = |terms: Vec<IBig>| -> Args {
        terms.into_iter().map(|term| Value::from(if is_negative { -term } else { term })).collect()
    };
    let mut list = signed(before);
    list.push(Value::list(signed(period)));
    Ok(Step::Done(Value::list(list)))
}

/// Returns the fractions that a real number is known to be between.
fn between(x: &Value) -> Option<(RBig, RBig)> {
    let bits = match x {
        Value::Real(_) => 53,
        Value::BigReal(real) => {
            (real.precision * std::f64::consts::LOG2_10).floor().max(1.0) as usize
        }
        _ => return None,
    };
    let value = exact(x)?;
    let relative = RBig::from_parts(IBig::ONE, dashu_int::UBig::ONE << bits);
    let error = &value * relative;
    let ends = (&value - &error, value + error);
    Some(match ends.0.cmp(&ends.1) {
        Ordering::Greater => (ends.1, ends.0),
        _ => ends,
    })
}

/// Returns the first terms of a numeric expression, from as many digits as it takes.
fn first_terms(session: &mut Session, x: &Value, count: usize) -> Evaluated<Option<Vec<IBig>>> {
    let mut digits = 20 + 2 * count;
    for _ in 0..8 {
        session.check_interrupt()?;
        let asked = [x.clone(), Value::Integer(digits as i64)];
        let number = session.evaluate(&Value::call(sym::N, asked.as_slice()))?;
        if let Some(exact) = number::rational(&number) {
            return Ok(Some(terms(&exact, count)));
        }
        let Some((low, high)) = between(&number) else { return Ok(None) };
        let found = common(&low, &high, count);
        if found.len() == count {
            return Ok(Some(found));
        }
        digits *= 2;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds up a continued fraction from its end.
    fn total(terms: &[IBig]) -> RBig {
        let mut all = terms.iter().rev();
        let mut sum = RBig::from(all.next().cloned().unwrap_or(IBig::ZERO));
        for term in all {
            sum = RBig::from(term.clone()) + RBig::ONE / sum;
        }
        sum
    }

    #[test]
    fn terms_of_a_fraction_add_up_to_it() {
        for top in -40..40i32 {
            for bottom in 1..25u32 {
                let x = RBig::from_parts(top.into(), bottom.into());
                assert_eq!(total(&terms(&x, usize::MAX)), x);
            }
        }
    }

    #[test]
    fn terms_of_roots_add_up_to_them() {
        let session = Session::new();
        for (p, d, q) in [(0, 7, 1), (1, 5, 2), (3, 29, -4), (-10, 13, 3), (0, 94, 1)] {
            let size = i64::abs(q);
            let surd = Surd {
                p: IBig::from(p * size),
                d: IBig::from(d * size * size),
                q: IBig::from(q * size),
            };
            let (before, period) =
                periodic(&session, surd).expect("no interrupt").expect("it repeats");
            let many: Vec<IBig> =
                before.into_iter().chain(period.iter().cycle().take(40).cloned()).collect();
            let expected = (p as f64 + (d as f64).sqrt()) / q as f64;
            let sum = total(&many).to_f64().value();
            assert!((sum - expected).abs() < 1e-12, "{sum} {expected}");
        }
    }
}
