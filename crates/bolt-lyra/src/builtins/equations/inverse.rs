//! Inverse functions: `f[inner] == value` solved for what stands inside.

use super::forms::{
    self, any_part, contains, minus, negative, of, over, plus, ratio, times, to_the,
};
use super::univariate::{Branch, Outcome, Solver, decided, fails, has_no_value, integer};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::Value;

impl Solver {
    /// Solves `kernel == value`.
    pub(super) fn invert(
        &mut self,
        session: &mut Session,
        kernel: &Value,
        value: &Value,
        x: &Value,
    ) -> Evaluated<Outcome> {
        if kernel == x {
            return Ok(Outcome::Branches(vec![Branch::plain(value.clone())]));
        }
        let Some(call) = kernel.as_call() else { return Ok(Outcome::Unknown) };
        match (call.head().as_symbol(), call.args()) {
            (Some(sym::Power), [base, exponent]) if !contains(exponent, x) => {
                self.invert_power(session, base, exponent, value, x)
            }
            (Some(sym::Power), [base, exponent]) if !contains(base, x) => {
                self.invert_exponential(session, base, exponent, value, x)
            }
            (Some(head), [inner]) => self.invert_function(session, head, inner, value, x),
            _ => Ok(Outcome::Unknown),
        }
    }

    /// `base^exponent == value`: the principal root, if it is one.
    fn invert_power(
        &mut self,
        session: &mut Session,
        base: &Value,
        exponent: &Value,
        value: &Value,
        x: &Value,
    ) -> Evaluated<Outcome> {
        let power = to_the(value.clone(), forms::inverse(exponent.clone()));
        let power = session.evaluate(&power)?;
        let check = minus(to_the(power.clone(), exponent.clone()), value.clone());
        let check = session.evaluate(&check)?;
        if fails(session, &check)? {
            return Ok(Outcome::none());
        }
        if !exponent.is_number() {
            self.used_inverse = true;
        }
        self.each_inner(session, base, x, vec![(power, Vec::new(), Vec::new())])
    }

    /// `base^exponent == value` for the exponent.
    fn invert_exponential(
        &mut self,
        session: &mut Session,
        base: &Value,
        exponent: &Value,
        value: &Value,
        x: &Value,
    ) -> Evaluated<Outcome> {
        if number::is_zero(value) {
            return Ok(Outcome::none());
        }
        let log = session.evaluate(&of(sym::Log, value.clone()))?;
        let log_base = session.evaluate(&of(sym::Log, base.clone()))?;
        let is_exact =
            |value: &Value| !any_part(value, &|part| part.is_number() && !number::is_exact(part));
        let is_multivalued = session.is_numeric(base) && is_exact(base) && is_exact(value);
        if self.real || !is_multivalued {
            self.used_inverse = true;
            let result = over(log, log_base);
            return self.each_inner(session, exponent, x, vec![(result, Vec::new(), Vec::new())]);
        }
        let parameter = self.parameter(session);
        let turns = times(
            [
                number::multiply(&Value::Integer(2), &Value::i()),
                Value::Symbol(sym::Pi),
                parameter.clone(),
            ]
            .as_slice(),
        );
        let sum = session.evaluate(&plus([turns, log]))?;
        let result = if number::is_one(&log_base) { sum } else { over(sum, log_base) };
        let condition = integer(&parameter);
        self.each_inner(session, exponent, x, vec![(result, vec![condition], vec![parameter])])
    }

    fn invert_function(
        &mut self,
        session: &mut Session,
        head: Symbol,
        inner: &Value,
        value: &Value,
        x: &Value,
    ) -> Evaluated<Outcome> {
        if let Some(outcome) = self.invert_periodic(session, head, inner, value, x)? {
            return Ok(outcome);
        }
        let name = session.names.full(head).name.clone();
        let result = match head {
            sym::Abs => return self.invert_absolute(session, inner, value, x),
            sym::Log => to_the(Value::Symbol(sym::E), value.clone()),
            sym::ArcSin => of(sym::Sin, value.clone()),
            sym::ArcCos => of(sym::Cos, value.clone()),
            sym::ArcTan => of(sym::Tan, value.clone()),
            sym::ArcSinh => of(sym::Sinh, value.clone()),
            sym::ArcTanh => of(sym::Tanh, value.clone()),
            _ => match &*name {
                "ProductLog" => {
                    times([value.clone(), to_the(Value::Symbol(sym::E), value.clone())])
                }
                "Conjugate" => of(sym::Conjugate, value.clone()),
                _ => {
                    self.used_inverse = true;
                    return self.invert_unknown(session, head, inner, value, x);
                }
            },
        };
        let mut conditions = Vec::new();
        if let Some(condition) = principal_range(head, value) {
            let condition = session.evaluate(&condition)?;
            let condition = decided(session, condition)?;
            match condition.as_bool() {
                Some(false) => return Ok(Outcome::none()),
                Some(true) => {}
                None => conditions.push(condition),
            }
        }
        self.each_inner(session, inner, x, vec![(result, conditions, Vec::new())])
    }

    fn invert_unknown(
        &mut self,
        session: &mut Session,
        head: Symbol,
        inner: &Value,
        value: &Value,
        x: &Value,
    ) -> Evaluated<Outcome> {
        // Built-in functions without a known inverse are not solved for.
        if session.definition(head).is_some_and(|definition| definition.builtin.is_some()) {
            return Ok(Outcome::Unknown);
        }
        let inverse = session.system_symbol("InverseFunction");
        let inverse = of(inverse, Value::Symbol(head));
        let result = Value::call(inverse, [value.clone()].as_slice());
        self.each_inner(session, inner, x, vec![(result, Vec::new(), Vec::new())])
    }

    fn invert_absolute(
        &mut self,
        session: &mut Session,
        inner: &Value,
        value: &Value,
        x: &Value,
    ) -> Evaluated<Outcome> {
        if let Some((re, im)) = session.complex_value(value)?
            && (re < 0.0 || im != 0.0)
        {
            return Ok(Outcome::none());
        }
        self.used_inverse = true;
        if number::is_zero(value) {
            return self.each_inner(
                session,
                inner,
                x,
                vec![(value.clone(), Vec::new(), Vec::new())],
            );
        }
        let both = vec![
            (negative(value.clone()), Vec::new(), Vec::new()),
            (value.clone(), Vec::new(), Vec::new()),
        ];
        self.each_inner(session, inner, x, both)
    }

    /// Trigonometric and hyperbolic functions: one or two values in each period.
    fn invert_periodic(
        &mut self,
        session: &mut Session,
        head: Symbol,
        inner: &Value,
        value: &Value,
        x: &Value,
    ) -> Evaluated<Option<Outcome>> {
        let pi = || Value::Symbol(sym::Pi);
        let i_pi = || times([Value::i(), pi()]);
        let (arc, is_half_period, is_hyperbolic) = match head {
            sym::Sin => (sym::ArcSin, false, false),
            sym::Cos => (sym::ArcCos, false, false),
            sym::Tan => (sym::ArcTan, true, false),
            sym::Cot => (sym::ArcCot, true, false),
            sym::Sec => (sym::ArcSec, false, false),
            sym::Csc => (sym::ArcCsc, false, false),
            sym::Sinh => (sym::ArcSinh, false, true),
            sym::Cosh => (sym::ArcCosh, false, true),
            sym::Tanh => (sym::ArcTanh, true, true),
            sym::Coth => (sym::ArcCoth, true, true),
            sym::Sech => (sym::ArcSech, false, true),
            sym::Csch => (sym::ArcCsch, false, true),
            _ => return Ok(None),
        };
        if self.is_out_of_range(session, head, value)? {
            return Ok(Some(Outcome::none()));
        }
        let principal = session.evaluate(&of(arc, value.clone()))?;
        if has_no_value(&principal) {
            return Ok(Some(Outcome::none()));
        }
        let half_turn = if is_hyperbolic { i_pi() } else { pi() };
        let mut bases = vec![principal.clone()];
        if !is_half_period {
            bases.push(match head {
                sym::Cos | sym::Sec | sym::Cosh | sym::Sech => negative(principal),
                _ => minus(half_turn.clone(), principal),
            });
        }
        if self.real && is_hyperbolic {
            bases.truncate(if matches!(head, sym::Cosh | sym::Sech) { 2 } else { 1 });
            let values = bases.into_iter().map(|base| (base, Vec::new(), Vec::new())).collect();
            return self.each_inner(session, inner, x, values).map(Some);
        }
        let whole_turn = times([Value::Integer(2), half_turn.clone()]);
        let distinct = distinct_modulo(session, bases, &whole_turn)?;
        let parameter = self.parameter(session);
        let period = match is_half_period {
            true => half_turn,
            false => whole_turn,
        };
        let values = distinct.into_iter().map(|base| {
            let value = plus([base, times([period.clone(), parameter.clone()])]);
            (value, vec![integer(&parameter)], vec![parameter.clone()])
        });
        let values = values.collect();
        self.each_inner(session, inner, x, values).map(Some)
    }

    /// Over the reals, whether no argument has such a value.
    fn is_out_of_range(
        &self,
        session: &mut Session,
        head: Symbol,
        value: &Value,
    ) -> Evaluated<bool> {
        let Some((re, im)) = session.complex_value(value)? else { return Ok(false) };
        if !self.real {
            return Ok(false);
        }
        Ok(im != 0.0
            || match head {
                sym::Sin | sym::Cos => re.abs() > 1.0,
                sym::Sec | sym::Csc => re.abs() < 1.0,
                sym::Cosh => re < 1.0,
                sym::Tanh => re.abs() >= 1.0,
                sym::Coth => re.abs() <= 1.0,
                sym::Sech => re <= 0.0 || re > 1.0,
                _ => false,
            })
    }
}

/// Drops values that differ from another by whole periods.
fn distinct_modulo(
    session: &mut Session,
    bases: Vec<Value>,
    period: &Value,
) -> Evaluated<Vec<Value>> {
    let mut distinct: Vec<Value> = Vec::new();
    for base in bases {
        let base = session.evaluate(&base)?;
        let mut is_new = true;
        for known in &distinct {
            let turns = over(minus(base.clone(), known.clone()), period.clone());
            let turns = session.expanded(&turns)?;
            is_new &= number::integer(&turns).is_none();
        }
        if is_new {
            distinct.push(base);
        }
    }
    Ok(distinct)
}

/// The condition that a value is one that the principal branch of a function takes.
fn principal_range(head: Symbol, value: &Value) -> Option<Value> {
    let pi = || Value::Symbol(sym::Pi);
    let half_pi = |sign: i64| times([ratio(sign, 2), pi()]);
    let part = |head: Symbol| of(head, value.clone());
    let between = |low: Value, inner: Value, relation: Symbol, high: Value| {
        let parts = [low, Value::Symbol(sym::Less), inner, Value::Symbol(relation), high];
        Value::call(sym::Inequality, parts.as_slice())
    };
    let edge = |at: Value, relation: Symbol| {
        let on = Value::call(sym::Equal, [part(sym::Re), at]);
        Value::call(sym::And, [on, Value::call(relation, [part(sym::Im), Value::Integer(0)])])
    };
    let strip = |low: Value, high: Value| {
        let inside = between(low.clone(), part(sym::Re), sym::Less, high.clone());
        let all = [edge(low, sym::GreaterEqual), inside, edge(high, sym::LessEqual)];
        Value::call(sym::Or, all.as_slice())
    };
    Some(match head {
        sym::Log => between(negative(pi()), part(sym::Im), sym::LessEqual, pi()),
        sym::ArcSin => strip(half_pi(-1), half_pi(1)),
        sym::ArcCos => strip(Value::Integer(0), pi()),
        sym::ArcTan => between(half_pi(-1), part(sym::Re), sym::Less, half_pi(1)),
        sym::ArcSinh | sym::ArcTanh => between(half_pi(-1), part(sym::Im), sym::Less, half_pi(1)),
        _ => return None,
    })
}
