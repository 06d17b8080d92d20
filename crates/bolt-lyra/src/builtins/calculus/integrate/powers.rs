//! Integrands brought to others by their powers and waves: square roots of 1 + Cos[u], functions of
//! x^n for any n, and sines and cosines of any argument as exponentials.

use super::super::formula::lyra;
use super::super::terms::{base_and_exponent, factors, is_free, is_integer, terms};
use super::Integrator;
use crate::builtins::arithmetic::to_the;
use crate::session::Evaluated;
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

/// Terms that exponentials are multiplied out to at most.
const MOST_TERMS: usize = 64;

impl Integrator<'_> {
    /// (p + q Cos[u])^e with p^2 = q^2 is a power of Cos[u/2] or Sin[u/2]; likewise for others.
    pub(super) fn by_half_argument(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut constants = Vec::new();
        let mut all = Args::new();
        for factor in factors(f) {
            let (base, exponent) = base_and_exponent(factor);
            let is_root = is_free(&exponent, x) && !is_integer(&exponent) && !is_free(&base, x);
            let root = match is_root {
                true => self.square_root_of_wave(&base, x)?,
                false => None,
            };
            let Some(root) = root else {
                all.push(factor.clone());
                continue;
            };
            let with = lyra!(self.session, "root^(2*exponent)", root, exponent)?;
            let constant = self.fresh();
            constants.push((constant.clone(), lyra!(self.session, "factor/with", factor, with)?));
            all.extend([constant, with]);
        }
        if constants.is_empty() {
            return Ok(None);
        }
        let with = self.session.product_of(all)?;
        let Some(mut result) = self.integrate(&with, x)? else { return Ok(None) };
        for (symbol, value) in &constants {
            result = self.session.put(&result, symbol, value)?;
        }
        Ok(Some(result))
    }

    /// The function whose square is a multiple of p + q g(u).
    fn square_root_of_wave(&mut self, base: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let (constant, depending): (Args, Args) =
            terms(base).iter().cloned().partition(|term| is_free(term, x));
        let [wave] = &depending[..] else { return Ok(None) };
        let (scale, function): (Args, Args) =
            factors(wave).iter().cloned().partition(|factor| is_free(factor, x));
        let [function] = &function[..] else { return Ok(None) };
        let Some(call) = function.as_call() else { return Ok(None) };
        let (Some(head), [u]) = (call.head().as_symbol(), call.args()) else { return Ok(None) };
        let (p, q) = (self.session.sum_of(constant)?, self.session.product_of(scale)?);
        let s = &mut *self.session;
        let ratio = lyra!(s, "Together[p/q]", p, q)?;
        let unit = match head {
            sym::Sinh => lyra!(s, "ratio/I", ratio)?,
            _ => ratio,
        };
        let is_plus = match unit {
            Value::Integer(1) => true,
            Value::Integer(-1) => false,
            _ => return Ok(None),
        };
        Ok(Some(match (head, is_plus) {
            (sym::Cos, true) => lyra!(s, "Cos[u/2]", u)?,
            (sym::Cos, false) => lyra!(s, "Sin[u/2]", u)?,
            (sym::Cosh, true) => lyra!(s, "Cosh[u/2]", u)?,
            (sym::Cosh, false) => lyra!(s, "Sinh[u/2]", u)?,
            (sym::Sin, true) => lyra!(s, "Cos[u/2 - Pi/4]", u)?,
            (sym::Sin, false) => lyra!(s, "Sin[u/2 - Pi/4]", u)?,
            (sym::Sinh, true) => lyra!(s, "Cosh[u/2 - I*Pi/4]", u)?,
            (sym::Sinh, false) => lyra!(s, "Sinh[u/2 - I*Pi/4]", u)?,
            _ => return Ok(None),
        }))
    }

    /// x^(k n - 1) g(x^n): t = x^n for an n that is not a number.
    pub(super) fn by_any_power(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let mut found = Vec::new();
        inner_powers(f, x, false, &mut found);
        let Some(n) = found.into_iter().find(|n| !n.is_number()) else { return Ok(None) };
        let t = self.fresh();
        let inverse = lyra!(self.session, "1/n", n)?;
        let mut all = Args::new();
        let mut power = lyra!(self.session, "inverse - 1", inverse)?;
        for factor in factors(f) {
            let (base, exponent) = base_and_exponent(factor);
            if base == *x && is_free(&exponent, x) {
                power = lyra!(self.session, "power + exponent/n", power, exponent, n)?;
                continue;
            }
            let with = self.in_power(factor, x, &t, &n)?;
            if !is_free(&with, x) {
                return Ok(None);
            }
            all.push(with);
        }
        let power = self.session.system("Together", [power].as_slice())?;
        all.push(to_the(t.clone(), power));
        let g = self.session.product_of(all)?;
        let Some(result) = self.integrate(&g, &t)? else { return Ok(None) };
        let value = self.session.power_of(x, &n)?;
        let result = self.session.put(&result, &t, &value)?;
        lyra!(self.session, "result/n", result, n).map(Some)
    }

    /// Writes x^(k n) as t^k.
    fn in_power(&mut self, f: &Value, x: &Value, t: &Value, n: &Value) -> Evaluated {
        let Some(call) = f.as_call().filter(|_| !is_free(f, x)) else { return Ok(f.clone()) };
        if let Some([base, exponent]) = f.exactly(sym::Power)
            && base == x
        {
            let k = lyra!(self.session, "Together[exponent/n]", exponent, n)?;
            return Ok(match k.is_number() {
                true => to_the(t.clone(), k),
                false => f.clone(),
            });
        }
        let mut args = Args::new();
        for arg in call.args() {
            args.push(self.in_power(arg, x, t, n)?);
        }
        self.session.evaluate(&Value::call(call.head().clone(), args))
    }

    /// Sines and cosines of arguments that need not be linear, as sums of exponentials.
    pub(super) fn by_sum_of_exponentials(
        &mut self,
        f: &Value,
        x: &Value,
    ) -> Evaluated<Option<Value>> {
        let mut sum = vec![Value::Integer(1)];
        let mut is_changed = false;
        for factor in factors(f) {
            let (base, exponent) = base_and_exponent(factor);
            let wave = base.as_call().and_then(|call| match call.args() {
                [u] if !is_free(u, x) => Some((call.head().as_symbol()?, u.clone())),
                _ => None,
            });
            let halves = match (wave, &exponent) {
                (Some((head, u)), Value::Integer(count @ 1..=6)) => {
                    self.two_exponentials(head, &u)?.map(|halves| (halves, *count))
                }
                _ => None,
            };
            let Some((halves, count)) = halves else {
                for term in &mut sum {
                    *term = self.session.product_of([term.clone(), factor.clone()])?;
                }
                continue;
            };
            is_changed = true;
            for _ in 0..count {
                if sum.len() > MOST_TERMS {
                    return Ok(None);
                }
                sum = self.multiplied(&sum, &halves)?;
            }
        }
        if !is_changed {
            return Ok(None);
        }
        let mut parts = Args::new();
        for term in &sum {
            let Some(value) = self.integrate(term, x)? else { return Ok(None) };
            parts.push(value);
        }
        self.session.sum_of(parts).map(Some)
    }

    fn multiplied(&mut self, sum: &[Value], halves: &[Value; 2]) -> Evaluated<Vec<Value>> {
        let mut products = Args::new();
        for term in sum {
            for half in halves {
                products.push(self.session.product_of([term.clone(), half.clone()])?);
            }
        }
        let all = self.session.sum_of(products)?;
        Ok(terms(&all).to_vec())
    }

    fn two_exponentials(&mut self, head: Symbol, u: &Value) -> Evaluated<Option<[Value; 2]>> {
        let s = &mut *self.session;
        let (up, down) = match head {
            sym::Sin | sym::Cos => (lyra!(s, "E^Expand[I*u]", u)?, lyra!(s, "E^Expand[-I*u]", u)?),
            sym::Sinh | sym::Cosh => (lyra!(s, "E^Expand[u]", u)?, lyra!(s, "E^Expand[-u]", u)?),
            _ => return Ok(None),
        };
        Ok(Some(match head {
            sym::Sin => [lyra!(s, "-I*up/2", up)?, lyra!(s, "I*down/2", down)?],
            sym::Sinh => [lyra!(s, "up/2", up)?, lyra!(s, "-down/2", down)?],
            _ => [lyra!(s, "up/2", up)?, lyra!(s, "down/2", down)?],
        }))
    }
}

/// Collects the exponents of x inside of functions and sums.
fn inner_powers(f: &Value, x: &Value, inside: bool, found: &mut Vec<Value>) {
    let Some(call) = f.as_call().filter(|_| !is_free(f, x)) else { return };
    if let Some([base, exponent]) = f.exactly(sym::Power)
        && base == x
    {
        if inside && is_free(exponent, x) {
            found.push(exponent.clone());
        }
        return;
    }
    let is_product = call.is(sym::Times);
    call.args().iter().for_each(|arg| inner_powers(arg, x, inside || !is_product, found));
}
