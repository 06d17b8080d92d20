//! `Simplify` and `FullSimplify`: transformations are tried on every part, from the inside out,
//! and the simplest result is kept.

use std::collections::HashMap;

use super::boolean::{minimal, read};
use super::complexity::{Measure, count};
use super::facts::{Facts, is_relation};
use super::forms::{self, minus, of};
use super::transform::{self, Transform};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

/// How much is transformed in one simplification, in counted atoms.
const WORK: usize = 120_000;
const FULL_WORK: usize = 400_000;

/// Parts that are larger are simplified inside only, and by what takes little time.
const LARGE: usize = 1_500;

/// A simplification that is going on.
pub(super) struct Search {
    pub(super) facts: Facts,
    pub(super) is_full: bool,
    pub(super) measure: Measure,
    /// Functions of the user, tried like the built-in transformations.
    pub(super) extra: Vec<Value>,
    memo: HashMap<Value, Value>,
    work_left: usize,
}

impl Search {
    pub(super) fn new(facts: Facts, is_full: bool, measure: Measure, extra: Vec<Value>) -> Self {
        let work_left = if is_full { FULL_WORK } else { WORK };
        Self { facts, is_full, measure, extra, memo: HashMap::new(), work_left }
    }

    /// Returns a simpler form of an expression, or itself.
    pub(super) fn simplest(&mut self, session: &mut Session, value: &Value) -> Evaluated {
        session.check_interrupt()?;
        let Value::Call(call) = value else { return self.atom(session, value) };
        if let Some(known) = self.memo.get(value) {
            return Ok(known.clone());
        }
        let result = grown(call.depth(), || match call.head().as_symbol() {
            Some(head) if is_relation(head) && call.args().len() == 2 => {
                self.relation(session, value, call)
            }
            Some(sym::And | sym::Or | sym::Not | sym::Xor | sym::Implies) => {
                self.logic(session, value, call)
            }
            Some(sym::Element | sym::Inequality) => {
                let inside = self.inside(session, call)?;
                Ok(self.facts.decide(session, &inside)?.map_or(inside, Value::boolean))
            }
            Some(sym::ConditionalExpression) if call.args().len() == 2 => {
                self.conditional(session, call)
            }
            Some(sym::HoldForm | sym::Hold | sym::HoldComplete) => Ok(value.clone()),
            Some(sym::List | sym::Rule | sym::RuleDelayed | sym::Piecewise | sym::Function) => {
                let inside = self.inside(session, call)?;
                Ok(super::refine::refine_part(session, &self.facts, &inside)?.unwrap_or(inside))
            }
            _ => self.formula(session, value, call),
        })?;
        self.memo.insert(value.clone(), result.clone());
        Ok(result)
    }

    fn atom(&mut self, session: &mut Session, value: &Value) -> Evaluated {
        let equal = self.facts.equal.iter().find(|(complex, _)| complex == value);
        match equal {
            Some((_, simple)) => {
                let simple = simple.clone();
                session.evaluate(&simple)
            }
            None => Ok(value.clone()),
        }
    }

    /// Simplifies the arguments.
    fn inside(&mut self, session: &mut Session, call: &Call) -> Evaluated {
        let mut args = Args::with_capacity(call.args().len());
        for arg in call.args() {
            args.push(self.simplest(session, arg)?);
        }
        session.evaluate(&Value::call(call.head().clone(), args))
    }

    fn formula(&mut self, session: &mut Session, value: &Value, call: &Call) -> Evaluated {
        if let Some((_, simple)) = self.facts.equal.iter().find(|(complex, _)| complex == value) {
            let simple = simple.clone();
            return session.evaluate(&simple);
        }
        // The whole may become simple in a way that its simplified parts no longer show.
        let whole = self.improved(session, value.clone())?;
        let inside = match whole.as_call() {
            Some(_) if whole == *value => self.inside(session, call)?,
            Some(inner) => {
                let inner = inner.clone();
                self.inside(session, &inner)?
            }
            None => return self.atom(session, &whole),
        };
        let second = match inside == whole {
            true => whole.clone(),
            false => self.improved(session, inside)?,
        };
        let (a, b) = (self.measure.of(session, &whole)?, self.measure.of(session, &second)?);
        Ok(if a < b { whole } else { second })
    }

    /// Applies transformations as long as one makes an expression simpler.
    fn improved(&mut self, session: &mut Session, value: Value) -> Evaluated {
        let mut best = value;
        let mut cost = self.measure.of(session, &best)?;
        let mut start = 0;
        // Each transformation in turn, until none of them has helped since the last that did.
        let all: Vec<Transform> = transform::all(self.is_full).collect();
        let total = all.len() + self.extra.len();
        let mut since = 0;
        while since < total {
            let place = (start + since) % total;
            if best.as_call().is_none() {
                break;
            }
            let size = count(&best);
            if self.work_left < size || (size > LARGE && place >= transform::CHEAP) {
                since += 1;
                continue;
            }
            self.work_left -= size;
            session.check_interrupt()?;
            let candidate = match all.get(place) {
                Some(transform) => transform(session, &self.facts, &best)?,
                None => {
                    let function = self.extra[place - all.len()].clone();
                    Some(session.call(&function, [best.clone()].as_slice())?)
                }
            };
            since += 1;
            let Some(candidate) = candidate.filter(|candidate| *candidate != best) else {
                continue;
            };
            let own = self.measure.of(session, &candidate)?;
            // What assumptions say is better even if it is no shorter.
            if own < cost || (own <= cost && place == 0) {
                (best, cost) = (candidate, own);
                start = (place + 1) % total;
                since = 0;
            }
        }
        Ok(best)
    }

    /// Equations and inequalities: what is known to hold or not, else simple sides.
    fn relation(&mut self, session: &mut Session, value: &Value, call: &Call) -> Evaluated {
        if let Some(is) = self.facts.decide(session, value)? {
            return Ok(Value::boolean(is));
        }
        let [a, b] = call.args() else { return Ok(value.clone()) };
        let is_equation = call.is(sym::Equal) || call.is(sym::Unequal);
        if is_statement(a) || is_statement(b) {
            return self.inside(session, call);
        }
        let difference = self.simplest(session, &minus(a.clone(), b.clone()))?;
        let zero = Value::Integer(0);
        let against_zero = Value::call(call.head().clone(), [difference.clone(), zero]);
        let decided = session.evaluate(&against_zero)?;
        if decided.as_bool().is_some() {
            return Ok(decided);
        }
        if let Some(is) = self.facts.decide(session, &decided)? {
            return Ok(Value::boolean(is));
        }
        let sides = self.inside(session, call)?;
        let mut candidates = vec![sides, decided];
        if is_equation && let Some(solved) = divided(session, &difference, call)? {
            candidates.push(solved);
        }
        let mut best: Option<(f64, Value)> = None;
        for candidate in candidates {
            let cost = self.measure.of(session, &candidate)?;
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, candidate));
            }
        }
        Ok(best.map_or_else(|| value.clone(), |(_, value)| value))
    }

    fn logic(&mut self, session: &mut Session, value: &Value, call: &Call) -> Evaluated {
        let inside = self.inside(session, call)?;
        if let Some(is) = self.facts.decide(session, &inside)? {
            return Ok(Value::boolean(is));
        }
        let Some(reading) = read(session, &inside) else { return Ok(inside) };
        if reading.atoms.len() > 12 {
            return Ok(inside);
        }
        let mut best = inside;
        let mut cost = self.measure.of(session, &best)?;
        for is_disjunctive in [true, false] {
            let Some(short) = minimal(session, &best, is_disjunctive)? else { continue };
            let short = match is_disjunctive {
                true => super::boolean::factored(session, &short)?,
                false => short,
            };
            let own = self.measure.of(session, &short)?;
            // Also one as long, which is in canonical order.
            if own < cost || (own <= cost && is_disjunctive) {
                (best, cost) = (short, own);
            }
        }
        let _ = value;
        Ok(best)
    }

    fn conditional(&mut self, session: &mut Session, call: &Call) -> Evaluated {
        let [value, condition] = call.args() else { return Ok(Value::from(call.clone())) };
        let condition = self.simplest(session, condition)?;
        let mut facts = self.facts.clone();
        facts.add(session, &condition)?;
        let mut inner = Self::new(facts, self.is_full, self.measure.clone(), self.extra.clone());
        let value = inner.simplest(session, value)?;
        session.evaluate(&Value::call(sym::ConditionalExpression, [value, condition]))
    }
}

fn is_statement(value: &Value) -> bool {
    value.as_bool().is_some()
        || [sym::And, sym::Or, sym::Not, sym::Equal, sym::List]
            .iter()
            .any(|&head| value.args_of(head).is_some())
}

/// `a x + b == 0` with numbers a and b as `x == -b/a`.
fn divided(session: &mut Session, difference: &Value, call: &Call) -> Evaluated<Option<Value>> {
    let expanded = session.expanded(difference)?;
    let (mut constant, mut rest) = (Value::Integer(0), Args::new());
    for term in forms::terms(&expanded) {
        match term.is_number() {
            true => constant = number::add(&constant, term),
            false => rest.push(term.clone()),
        }
    }
    let [term] = &rest[..] else { return Ok(None) };
    let (coefficient, what) = forms::coefficient_and_rest(term);
    if !number::is_exact(&coefficient) {
        return Ok(None);
    }
    let Some(value) = number::divide(&number::negate(&constant), &coefficient) else {
        return Ok(None);
    };
    // c x y == 0 is left as what it is without the number.
    let what = session.evaluate(&what)?;
    session.evaluate(&Value::call(call.head().clone(), [what, value])).map(Some)
}

/// Returns whether an expression vanishes wherever it was tried.
pub(crate) fn is_possibly_zero(session: &mut Session, value: &Value) -> Evaluated<bool> {
    if value.is_number() {
        return Ok(number::is_zero(value));
    }
    let unknowns = forms::unknowns(session, value);
    if unknowns.is_empty() {
        return is_constant_zero(session, value);
    }
    let simple = Search::new(Facts::default(), false, Measure::default(), Vec::new())
        .simplest(session, value)?;
    if simple.is_number() {
        return Ok(number::is_zero(&simple));
    }
    let mut seen = 0;
    for round in 0..6u32 {
        let mut at = simple.clone();
        for (place, unknown) in unknowns.iter().enumerate() {
            // Points without a simple relation to each other.
            let x = 0.37 + 0.618_034 * f64::from(round) + 0.271_828 * place as f64;
            at = forms::substituted(&at, unknown, &Value::Real(x));
        }
        let Some((re, im)) = session.complex_value(&at)? else { continue };
        seen += 1;
        if re.hypot(im) > 1e-9 {
            return Ok(false);
        }
    }
    Ok(seen >= 3)
}

/// Returns whether an expression is not seen to differ from 0 where its unknowns are complex with
/// negative real parts, where `Sqrt[x^2]` is not `x`.
pub(crate) fn vanishes_off_the_axis(session: &mut Session, value: &Value) -> Evaluated<bool> {
    let unknowns = forms::unknowns(session, value);
    for round in 0..3u32 {
        let mut at = value.clone();
        for (place, unknown) in unknowns.iter().enumerate() {
            let re = -0.41 - 0.618_034 * f64::from(round) - 0.271_828 * place as f64;
            let im = 0.23 + 0.414_214 * f64::from(round) - 0.141_421 * place as f64;
            let point = number::complex(Value::Real(re), Value::Real(im));
            at = forms::substituted(&at, unknown, &point);
        }
        let Some((re, im)) = session.complex_value(&at)? else { continue };
        if re.hypot(im) > 1e-7 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Of a numeric expression: to more digits than chance can explain.
fn is_constant_zero(session: &mut Session, value: &Value) -> Evaluated<bool> {
    let Some((re, im)) = session.complex_value(value)? else { return Ok(false) };
    if re.hypot(im) > 1e-7 {
        return Ok(false);
    }
    let expanded = session.expanded(value)?;
    if expanded.is_number() {
        return Ok(number::is_zero(&expanded));
    }
    let digits = Value::Integer(60);
    session.quiet += 1;
    let precise = session.evaluate(&Value::call(sym::N, [value.clone(), digits]));
    session.quiet -= 1;
    let precise = precise?;
    if !precise.is_number() {
        return Ok(false);
    }
    let size = of(sym::Abs, precise);
    let size = session.evaluate(&size)?;
    Ok(number::to_f64(&size).is_some_and(|size| size < 1e-40))
}
