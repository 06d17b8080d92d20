//! Indefinite integrals.
//!
//! An integrand is taken apart (constants, sums), looked up, substituted, reduced to rational
//! functions or integrated by parts; what a method finds is returned only if its derivative agrees
//! with the integrand at random points.

mod algebraic;
mod argument;
mod elliptic;
mod gaussian;
mod inverse;
mod normal;
mod parts;
mod powers;
mod radical;
pub(crate) mod rational;
mod substitution;
mod table;
mod tower;
mod trig;

use std::collections::HashMap;

use super::check::{Agreement, compare};
use super::terms::{factors, is_free, is_zero};
use crate::builtins::arithmetic::times;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// How deep integrals of integrals are looked for, and how many in all.
const DEPTH: usize = 14;
const WORK: usize = 600;
/// Sets of points at which a derivative has to agree: roots may have another sign at some.
const SEEDS: [u64; 3] = [3, 5, 23];

/// Looks for antiderivatives and remembers what it has found and what not.
pub(crate) struct Integrator<'s> {
    pub(crate) session: &'s mut Session,
    known: HashMap<(Value, Value), Option<Value>>,
    depth: usize,
    work: usize,
    variables: usize,
}

/// Returns an antiderivative, if one is found.
pub(crate) fn antiderivative(
    session: &mut Session,
    f: &Value,
    x: &Value,
) -> Evaluated<Option<Value>> {
    let mut integrator =
        Integrator { session, known: HashMap::new(), depth: 0, work: 0, variables: 0 };
    integrator.session.quiet += 1;
    let result = integrator.integrate(f, x);
    integrator.session.quiet -= 1;
    let Some(found) = result? else { return Ok(None) };
    Ok(is_closed(&found).then_some(found))
}

/// Returns whether nothing is left that has no value.
fn is_closed(value: &Value) -> bool {
    match value {
        Value::Symbol(sym::Indeterminate | sym::ComplexInfinity | sym::Infinity) => false,
        Value::Call(call) => !call.is(sym::DirectedInfinity) && call.args().iter().all(is_closed),
        _ => true,
    }
}

/// A way to integrate.
type Method = fn(&mut Integrator<'_>, &Value, &Value) -> Evaluated<Option<Value>>;

const METHODS: &[Method] = &[
    |i, f, x| i.by_table(f, x),
    |i, f, x| i.by_linear_argument(f, x),
    |i, f, x| i.by_monomials(f, x),
    |i, f, x| i.algebraic(f, x),
    |i, f, x| i.power_times_trig(f, x),
    |i, f, x| i.by_trigonometry(f, x),
    |i, f, x| i.by_substitution(f, x),
    |i, f, x| i.by_branch_points(f, x),
    |i, f, x| i.by_product_to_sum(f, x),
    |i, f, x| i.by_parts(f, x),
    |i, f, x| i.by_half_argument(f, x),
    |i, f, x| i.by_exponentials(f, x),
    |i, f, x| i.by_gaussian(f, x),
    |i, f, x| i.by_rewriting(f, x),
    |i, f, x| i.by_simple_bases(f, x),
    |i, f, x| i.by_any_power(f, x),
    |i, f, x| i.by_reciprocal(f, x),
    |i, f, x| i.by_shift(f, x),
    |i, f, x| i.by_inverse(f, x),
    |i, f, x| i.by_expansion(f, x),
    |i, f, x| i.by_sum_of_exponentials(f, x),
];

impl Integrator<'_> {
    /// Returns a variable that is not used elsewhere.
    pub(crate) fn fresh(&mut self) -> Value {
        self.variables += 1;
        let name = format!("Lyra`Integral`t{}", self.variables);
        Value::Symbol(self.session.names.symbol(&name))
    }

    /// Returns an antiderivative of f by x.
    pub(crate) fn integrate(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        self.session.check_interrupt()?;
        if is_free(f, x) {
            return self.session.product_of([f.clone(), x.clone()]).map(Some);
        }
        let (constant, rest): (Args, Args) =
            factors(f).iter().cloned().partition(|factor| is_free(factor, x));
        if !constant.is_empty() {
            let rest = self.session.evaluate(&times(rest))?;
            let Some(value) = self.integrate(&rest, x)? else { return Ok(None) };
            let product = constant.into_iter().chain([value]).collect::<Args>();
            return self.session.product_of(product).map(Some);
        }
        let key = (f.clone(), x.clone());
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        if self.depth >= DEPTH || self.work >= WORK {
            return Ok(None);
        }
        self.work += 1;
        self.depth += 1;
        // What is being looked for is not to be found by itself.
        self.known.insert(key.clone(), None);
        let result = self.by_methods(f, x);
        self.depth -= 1;
        let result = result?;
        self.known.insert(key, result.clone());
        Ok(result)
    }

    fn by_methods(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        if let Some(terms) = f.args_of(sym::Plus)
            && let Some(sum) = self.termwise(terms, f, x)?
        {
            return Ok(Some(sum));
        }
        for method in METHODS {
            if let Some(found) = method(self, f, x)?
                && self.is_right(&found, f, x)?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn termwise(&mut self, terms: &[Value], f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        // A rational function is one whole.
        if let Some(fraction) = self.session.fraction_in(f, x)?
            && !fraction.bottom.is_empty()
        {
            return Ok(None);
        }
        let mut sum = Args::new();
        for term in terms {
            match self.integrate(term, x)? {
                Some(value) => sum.push(value),
                None => return Ok(None),
            }
        }
        self.session.sum_of(sum).map(Some)
    }

    /// Whether the derivative of what was found is the integrand.
    fn is_right(&mut self, found: &Value, f: &Value, x: &Value) -> Evaluated<bool> {
        if !is_closed(found) {
            return Ok(false);
        }
        let derivative = super::derivative::derivative(self.session, found, x)?;
        Ok(SEEDS
            .iter()
            .all(|seed| compare(self.session, &derivative, f, *seed) == Agreement::Agree))
    }

    /// Multiplies products out.
    fn by_expansion(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let Some(expanded) = self.expanded(f, x)? else { return Ok(None) };
        match expanded.args_of(sym::Plus) {
            Some(_) if expanded != *f => self.integrate(&expanded, x),
            _ => Ok(None),
        }
    }

    /// Returns a product of sums and powers of them as a sum.
    pub(crate) fn expanded(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut terms: Vec<Value> = vec![Value::Integer(1)];
        let mut changed = false;
        for factor in factors(f) {
            let (base, count) = match factor.exactly(sym::Power) {
                Some([base, Value::Integer(count @ 1..=12)]) => (base.clone(), *count),
                _ => (factor.clone(), 1),
            };
            let sum = match base.args_of(sym::Plus) {
                Some(sum) if !is_free(&base, x) => sum.to_vec(),
                _ => {
                    for term in &mut terms {
                        *term = times([term.clone(), factor.clone()]);
                    }
                    continue;
                }
            };
            changed = true;
            for _ in 0..count {
                if terms.len() * sum.len() > 400 {
                    return Ok(None);
                }
                let mut next = Args::new();
                for term in &terms {
                    for other in &sum {
                        next.push(times([term.clone(), other.clone()]));
                    }
                }
                let all = self.session.sum_of(next)?;
                terms = super::terms::terms(&all).to_vec();
            }
        }
        if !changed {
            return Ok(None);
        }
        let all = self.session.sum_of(Args::from(terms))?;
        Ok((!is_zero(&all)).then_some(all))
    }
}
