//! Limits, by Gruntz's algorithm ("On Computing Limits in a Symbolic Manipulation System", 1996):
//! the most rapidly varying parts of an expression are written as powers of one of them, in which
//! the expression has a leading term.

use triomphe::Arc;

use super::check::vanishes;
use super::formula::lyra;
use super::series::expand::{Expansion, is_finite};
use super::terms::{base_and_exponent, factors, is_free, is_zero, substituted, terms};
use crate::builtins::simplify::assume::{assumptions_of, current, under};
use crate::builtins::simplify::facts::Facts;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

/// How deep limits are taken of parts of limits.
const DEPTH: usize = 40;

/// `Limit[f, x -> a, Direction -> d]`
pub(super) fn limit(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [f, rule, options @ ..] = call.args() else { return Ok(Step::Same) };
    if let Some(elements) = f.as_list() {
        let each = |element: &Value| {
            let rest = call.args()[1..].iter().cloned();
            Value::call(sym::Limit, std::iter::once(element.clone()).chain(rest).collect::<Args>())
        };
        return Ok(Step::Again(Value::list(elements.iter().map(each).collect::<Args>())));
    }
    let Some((x, a, _)) = crate::rule::sides(rule) else { return Ok(Step::Same) };
    let mut direction = None;
    for option in options {
        let Some((key, value, _)) = crate::rule::sides(option) else { return Ok(Step::Same) };
        if key.is(sym::Direction) {
            direction = match (value, value.as_str()) {
                (Value::Integer(-1), _) | (_, Some("FromAbove")) => Some(true),
                (Value::Integer(1), _) | (_, Some("FromBelow")) => Some(false),
                (Value::Symbol(sym::Reals | sym::Automatic), _) => None,
                _ => return Ok(Step::Same),
            };
        }
    }
    let (assumptions, _) = assumptions_of(session, options)?;
    session.quiet += 1;
    let found = match options.is_empty() {
        true => at(session, f, x, a, direction),
        false => under(session, &assumptions, |session| at(session, f, x, a, direction)),
    };
    session.quiet -= 1;
    Ok(match found? {
        Some(value) => Step::Again(value),
        None => Step::Same,
    })
}

/// The limit at a point from above, from below, or from both sides.
pub(crate) fn at(
    session: &mut Session,
    f: &Value,
    x: &Value,
    a: &Value,
    from_above: Option<bool>,
) -> Evaluated<Option<Value>> {
    if is_free(f, x) {
        return Ok(Some(f.clone()));
    }
    let z = Value::Symbol(session.names.symbol("Lyra`Limit`z"));
    let side = |session: &mut Session, is_above: bool| -> Evaluated<Option<Value>> {
        let at = match is_above {
            true => lyra!(session, "a + 1/z", a, z)?,
            false => lyra!(session, "a - 1/z", a, z)?,
        };
        at_infinity(session, f, x, &at, &z)
    };
    match a {
        Value::Symbol(sym::Infinity) => at_infinity(session, f, x, &z, &z),
        Value::Call(call) if call.is(sym::DirectedInfinity) => match call.args() {
            [Value::Integer(-1)] => {
                let at = lyra!(session, "-z", z)?;
                at_infinity(session, f, x, &at, &z)
            }
            [Value::Integer(1)] => at_infinity(session, f, x, &z, &z),
            _ => Ok(None),
        },
        Value::Symbol(sym::ComplexInfinity | sym::Indeterminate) => Ok(None),
        _ => {
            if let Some(value) = by_value(session, f, x, a)? {
                return Ok(Some(value));
            }
            if let Some(is_above) = from_above {
                return side(session, is_above);
            }
            let Some(above) = side(session, true)? else { return Ok(None) };
            let Some(below) = side(session, false)? else { return Ok(None) };
            if above == below {
                return Ok(Some(above));
            }
            let difference = session.difference_of(&above, &below)?;
            if is_finite(&above)
                && is_finite(&below)
                && vanishes(session, &difference) == Some(true)
            {
                return Ok(Some(above));
            }
            Ok(Some(Value::Symbol(sym::Indeterminate)))
        }
    }
}

/// The value at a point, of what is continuous there by its form.
fn by_value(session: &mut Session, f: &Value, x: &Value, a: &Value) -> Evaluated<Option<Value>> {
    if !is_continuous(session, f, x) {
        return Ok(None);
    }
    let value = session.put(f, x, a)?;
    let assumed = current(session);
    let value = match assumed.is(sym::True) {
        true => value,
        false => session.system("Refine", [value].as_slice())?,
    };
    Ok(is_finite(&value).then_some(value))
}

/// Whether an expression is made of functions that are continuous where they have a value.
fn is_continuous(session: &Session, f: &Value, x: &Value) -> bool {
    if is_free(f, x) || f == x {
        return true;
    }
    let Some(call) = f.as_call() else { return false };
    let Some(head) = call.head().as_symbol() else { return false };
    let name = &session.names.full(head).name;
    let is_known = matches!(
        &**name,
        "Plus"
            | "Times"
            | "Power"
            | "Log"
            | "Sin"
            | "Cos"
            | "Tan"
            | "Cot"
            | "Sec"
            | "Csc"
            | "Sinh"
            | "Cosh"
            | "Tanh"
            | "Coth"
            | "Sech"
            | "Csch"
            | "ArcSin"
            | "ArcCos"
            | "ArcTan"
            | "ArcSinh"
            | "ArcTanh"
            | "ArcCosh"
            | "Erf"
            | "Erfc"
            | "Erfi"
            | "Abs"
            | "Gamma"
            | "SinIntegral"
            | "FresnelS"
            | "FresnelC"
            | "PolyLog"
            | "ExpIntegralEi"
            | "Factorial"
            | "ProductLog"
            | "LogIntegral"
            | "CosIntegral"
            | "Sinc"
            | "BesselJ"
    );
    is_known && call.args().iter().all(|arg| is_continuous(session, arg, x))
}

/// The limit for z to infinity of f at x = at(z).
fn at_infinity(
    session: &mut Session,
    f: &Value,
    x: &Value,
    at: &Value,
    z: &Value,
) -> Evaluated<Option<Value>> {
    let with = session.put(f, x, at)?;
    let assumed = current(session);
    let facts = Facts::read(session, &assumed)?;
    let mut gruntz = Gruntz { session, facts, depth: 0, ups: 0 };
    gruntz.limit(&with, z)
}

struct Gruntz<'s> {
    session: &'s mut Session,
    /// What is assumed of other symbols.
    facts: Facts,
    depth: usize,
    ups: usize,
}

/// How the growth of two expressions compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Growth {
    Less,
    Same,
    More,
}

impl Gruntz<'_> {
    fn limit(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        if is_free(f, x) {
            return Ok(Some(f.clone()));
        }
        self.session.check_interrupt()?;
        if self.depth > DEPTH {
            return Ok(None);
        }
        self.depth += 1;
        let result = self.limit_of_term(f, x);
        self.depth -= 1;
        result
    }

    fn limit_of_term(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        if f == x {
            return Ok(Some(Value::Symbol(sym::Infinity)));
        }
        let Some(f) = self.bounded_functions(f, x)? else { return self.squeezed(f, x) };
        if is_free(&f, x) {
            return Ok(Some(f));
        }
        let Some((lead, exponent)) = self.leading_term(&f, x)? else { return Ok(None) };
        match exponent.cmp(&0) {
            std::cmp::Ordering::Greater => Ok(Some(Value::Integer(0))),
            std::cmp::Ordering::Equal => {
                if lead == f {
                    return Ok(None);
                }
                self.limit(&lead, x)
            }
            std::cmp::Ordering::Less => match self.sign(&lead, x)? {
                Some(sign) => {
                    let sign = Value::Integer(sign);
                    let infinity = Value::Symbol(sym::Infinity);
                    self.session.product_of([sign, infinity]).map(Some)
                }
                None => {
                    let Some(direction) = self.limit(&lead, x)? else { return Ok(None) };
                    if is_free(&direction, x) && is_finite(&direction) {
                        let infinity = Value::Symbol(sym::Infinity);
                        return self.session.product_of([direction, infinity]).map(Some);
                    }
                    Ok(None)
                }
            },
        }
    }

    /// Terms with sines and cosines of real arguments go to 0 where the rest of them does.
    fn squeezed(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let expanded = self.session.system("Expand", [f.clone()].as_slice())?;
        let mut plain = Args::new();
        let mut has_wave = false;
        for term in terms(&expanded) {
            let mut rest = Args::new();
            let mut is_wave = false;
            for factor in factors(term) {
                match self.is_wave(factor, x)? {
                    true => is_wave = true,
                    false => rest.push(factor.clone()),
                }
            }
            if !is_wave {
                plain.push(term.clone());
                continue;
            }
            has_wave = true;
            let rest = self.session.product_of(rest)?;
            let Some(limit) = self.limit(&rest, x)? else { return Ok(None) };
            if !is_zero(&limit) {
                return Ok(None);
            }
        }
        if !has_wave {
            return Ok(None);
        }
        let plain = self.session.sum_of(plain)?;
        self.limit(&plain, x)
    }

    /// Whether it is a power of the sine or cosine of what is real.
    fn is_wave(&mut self, factor: &Value, x: &Value) -> Evaluated<bool> {
        let (base, exponent) = base_and_exponent(factor);
        let inner = base.args_of(sym::Sin).or_else(|| base.args_of(sym::Cos));
        let (Some([u]), Value::Integer(1..)) = (inner, &exponent) else { return Ok(false) };
        if is_free(u, x) {
            return Ok(false);
        }
        let real = crate::builtins::simplify::facts::element(x.clone(), sym::Reals);
        let mut facts = self.facts.clone();
        facts.add(self.session, &real)?;
        Ok(facts.sign(self.session, u)?.is_real())
    }

    /// Functions whose argument goes to infinity and that have a limit there are written so that
    /// they are expanded at a finite point; sines of such arguments have none.
    fn bounded_functions(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        if is_free(f, x) || f == x {
            return Ok(Some(f.clone()));
        }
        let Some(call) = f.as_call() else { return Ok(None) };
        let mut args = Args::new();
        for arg in call.args() {
            let Some(arg) = self.bounded_functions(arg, x)? else { return Ok(None) };
            args.push(arg);
        }
        let head = call.head().as_symbol();
        let plain = matches!(head, Some(sym::Plus | sym::Times | sym::Power | sym::Log));
        let rebuilt = self.session.evaluate(&Value::call(call.head().clone(), args.clone()))?;
        if plain || is_free(&rebuilt, x) {
            return Ok(Some(rebuilt));
        }
        if self.is_upper_gamma_at_infinity(head, &args, x)? {
            return Ok(Some(Value::Integer(0)));
        }
        let [u] = &args[..] else { return Ok(Some(rebuilt)) };
        let Some(at) = self.limit(u, x)? else { return Ok(None) };
        let infinity = Value::Symbol(sym::Infinity);
        let is_up = at == infinity;
        let is_down = at.exactly(sym::DirectedInfinity) == Some(&[Value::Integer(-1)]);
        if !is_finite(&at) && !is_up && !is_down {
            return Ok(None);
        }
        let s = &mut *self.session;
        Ok(Some(match head {
            Some(sym::Sinh) => lyra!(s, "(E^u - E^(-u))/2", u)?,
            Some(sym::Cosh) => lyra!(s, "(E^u + E^(-u))/2", u)?,
            Some(sym::Tanh) => lyra!(s, "(E^u - E^(-u))/(E^u + E^(-u))", u)?,
            Some(sym::Coth) => lyra!(s, "(E^u + E^(-u))/(E^u - E^(-u))", u)?,
            Some(sym::Sech) => lyra!(s, "2/(E^u + E^(-u))", u)?,
            Some(sym::Csch) => lyra!(s, "2/(E^u - E^(-u))", u)?,
            Some(sym::Abs) if is_up => u.clone(),
            Some(sym::Abs) if is_down => lyra!(s, "-u", u)?,
            Some(sym::ArcTan) if is_up => lyra!(s, "Pi/2 - ArcTan[1/u]", u)?,
            Some(sym::ArcTan) if is_down => lyra!(s, "-Pi/2 - ArcTan[1/u]", u)?,
            Some(sym::ArcCot) if is_up || is_down => lyra!(s, "ArcTan[1/u]", u)?,
            Some(sym::ArcSinh) if is_up => lyra!(s, "Log[u + Sqrt[u^2 + 1]]", u)?,
            Some(sym::ArcCosh) if is_up => lyra!(s, "Log[u + Sqrt[u^2 - 1]]", u)?,
            Some(sym::Erf) if is_up => Value::Integer(1),
            Some(sym::Erf) if is_down => Value::Integer(-1),
            Some(sym::Erfc) if is_up => Value::Integer(0),
            Some(sym::Erfc) if is_down => Value::Integer(2),
            Some(sym::SinIntegral) if is_up => lyra!(s, "Pi/2")?,
            Some(sym::SinIntegral) if is_down => lyra!(s, "-Pi/2")?,
            Some(sym::CosIntegral) if is_up => Value::Integer(0),
            Some(sym::FresnelS | sym::FresnelC) if is_up => lyra!(s, "1/2")?,
            Some(sym::FresnelS | sym::FresnelC) if is_down => lyra!(s, "-1/2")?,
            Some(sym::PolyLog) => return Ok(None),
            _ if is_up || is_down => return Ok(None),
            Some(sym::Abs) => match self.sign(u, x)? {
                Some(sign) => {
                    let sign = Value::Integer(sign);
                    lyra!(self.session, "sign*u", sign, u)?
                }
                None => return Ok(None),
            },
            Some(sym::Sign) => match self.sign(u, x)? {
                Some(sign) => Value::Integer(sign),
                None => return Ok(None),
            },
            Some(sym::Floor | sym::Ceiling | sym::Round) => return Ok(None),
            _ => rebuilt,
        }))
    }

    /// Gamma[a, u] goes to 0 where u goes to infinity.
    fn is_upper_gamma_at_infinity(
        &mut self,
        head: Option<Symbol>,
        args: &[Value],
        x: &Value,
    ) -> Evaluated<bool> {
        let (Some(sym::Gamma), [a, u]) = (head, args) else { return Ok(false) };
        Ok(is_free(a, x) && self.limit(u, x)? == Some(Value::Symbol(sym::Infinity)))
    }

    /// The sign of an expression for large x: 1 or -1.
    fn sign(&mut self, f: &Value, x: &Value) -> Evaluated<Option<i64>> {
        if is_free(f, x) {
            if let Some(value) = self.session.machine_value(f)? {
                return Ok((value != 0.0).then_some(if value > 0.0 { 1 } else { -1 }));
            }
            if self.facts.is_empty() {
                return Ok(None);
            }
            let signs = self.facts.sign(self.session, f)?;
            return Ok(match (signs.is_positive(), signs.is_negative()) {
                (true, _) => Some(1),
                (_, true) => Some(-1),
                _ => None,
            });
        }
        if f == x {
            return Ok(Some(1));
        }
        if let Some(factors) = f.args_of(sym::Times) {
            let mut sign = 1;
            for factor in factors {
                match self.sign(factor, x)? {
                    Some(own) => sign *= own,
                    None => return Ok(None),
                }
            }
            return Ok(Some(sign));
        }
        if let Some([base, exponent]) = f.exactly(sym::Power) {
            if base.is(sym::E) {
                return Ok(Some(1));
            }
            let sign = self.sign(base, x)?;
            return Ok(match (sign, exponent) {
                (Some(1), _) => Some(1),
                (Some(-1), Value::Integer(n)) => Some(if n % 2 == 0 { 1 } else { -1 }),
                _ => None,
            });
        }
        if self.depth > DEPTH {
            return Ok(None);
        }
        self.depth += 1;
        let lead = self.leading_term(f, x);
        let sign = match lead? {
            Some((lead, _)) if lead != *f => self.sign(&lead, x)?,
            _ => None,
        };
        self.depth -= 1;
        Ok(sign)
    }

    /// The coefficient and the sign of the exponent of the leading term in the most rapidly varying
    /// part, which goes to 0.
    fn leading_term(&mut self, f: &Value, x: &Value) -> Evaluated<Option<(Value, i64)>> {
        if is_free(f, x) {
            return Ok(Some((f.clone(), 0)));
        }
        let mut f = f.clone();
        let Some(mut rapid) = self.most_rapid(&f, x)? else { return Ok(None) };
        if rapid.is_empty() {
            return Ok(Some((f, 0)));
        }
        let mut ups = 0;
        while rapid.contains(x) {
            // x itself is one of them: E^x is written for x.
            let up = lyra!(self.session, "E^x", x)?;
            f = self.session.evaluate(&raised(&f, x, &up))?;
            rapid = Vec::new();
            if !self.as_rapid_as_exponential(&f, x, &mut rapid)? {
                return Ok(None);
            }
            ups += 1;
            self.ups += 1;
            if ups > 4 || self.ups > 200 {
                return Ok(None);
            }
            if rapid.is_empty() {
                // A logarithm has become x, which is less rapid than E^x.
                rapid.push(x.clone());
            }
        }
        let Some((mut lead, exponent)) = self.rewritten(&f, &rapid, x)? else { return Ok(None) };
        for _ in 0..ups {
            let log = lyra!(self.session, "Log[x]", x)?;
            lead = self.session.put(&lead, x, &log)?;
        }
        Ok(Some((lead, exponent)))
    }

    /// The logarithm of a power whose exponent depends on the variable.
    fn exponent(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
        let Some([base, exponent]) = f.exactly(sym::Power) else { return Ok(None) };
        if is_free(exponent, x) {
            return Ok(None);
        }
        match base.is(sym::E) {
            true => Ok(Some(exponent.clone())),
            false => lyra!(self.session, "exponent*Log[base]", exponent, base).map(Some),
        }
    }

    /// The set of the most rapidly varying parts: exponentials, or x.
    fn most_rapid(&mut self, f: &Value, x: &Value) -> Evaluated<Option<Vec<Value>>> {
        if is_free(f, x) {
            return Ok(Some(Vec::new()));
        }
        if f == x {
            return Ok(Some(vec![x.clone()]));
        }
        let Some(call) = f.as_call() else { return Ok(None) };
        if let Some(exponent) = self.exponent(f, x)? {
            let Some(inner) = self.most_rapid(&exponent, x)? else { return Ok(None) };
            let Some(at) = self.limit(&exponent, x)? else { return Ok(None) };
            if is_finite(&at) {
                return Ok(Some(inner));
            }
            return self.larger(vec![f.clone()], inner, x);
        }
        let mut all = Vec::new();
        for arg in call.args() {
            let Some(own) = self.most_rapid(arg, x)? else { return Ok(None) };
            let Some(larger) = self.larger(all, own, x)? else { return Ok(None) };
            all = larger;
        }
        Ok(Some(all))
    }

    fn larger(&mut self, a: Vec<Value>, b: Vec<Value>, x: &Value) -> Evaluated<Option<Vec<Value>>> {
        if a.is_empty() || b.is_empty() || a.iter().any(|part| b.contains(part)) {
            let mut all = a;
            for part in b {
                if !all.contains(&part) {
                    all.push(part);
                }
            }
            return Ok(Some(all));
        }
        Ok(match self.growth(&a[0], &b[0], x)? {
            Some(Growth::More) => Some(a),
            Some(Growth::Less) => Some(b),
            Some(Growth::Same) => Some(a.into_iter().chain(b).collect()),
            None => None,
        })
    }

    /// Compares by the limit of the quotient of the logarithms.
    fn growth(&mut self, a: &Value, b: &Value, x: &Value) -> Evaluated<Option<Growth>> {
        let (p, q) = (self.logarithm(a, x)?, self.logarithm(b, x)?);
        let quotient = lyra!(self.session, "p/q", p, q)?;
        let Some(at) = self.limit(&quotient, x)? else { return Ok(None) };
        Ok(Some(match (is_zero(&at), is_finite(&at)) {
            (true, _) => Growth::Less,
            (_, false) => Growth::More,
            _ => Growth::Same,
        }))
    }

    /// Collects the powers that vary as rapidly as E^x, which nothing does more than.
    fn as_rapid_as_exponential(
        &mut self,
        f: &Value,
        x: &Value,
        found: &mut Vec<Value>,
    ) -> Evaluated<bool> {
        let Some(call) = f.as_call().filter(|_| !is_free(f, x)) else { return Ok(true) };
        if let Some(exponent) = self.exponent(f, x)? {
            let quotient = lyra!(self.session, "Expand[exponent/x]", exponent, x)?;
            let Some(at) = self.limit(&quotient, x)? else { return Ok(false) };
            if !is_zero(&at) {
                if !found.contains(f) {
                    found.push(f.clone());
                }
                return Ok(is_finite(&at));
            }
        }
        for arg in call.args() {
            if !self.as_rapid_as_exponential(arg, x, found)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn logarithm(&mut self, of: &Value, x: &Value) -> Evaluated {
        match self.exponent(of, x)? {
            Some(exponent) => Ok(exponent),
            None => lyra!(self.session, "Log[of]", of),
        }
    }

    /// Writes an expression in one exponential that goes to 0 and expands it.
    fn rewritten(
        &mut self,
        f: &Value,
        rapid: &[Value],
        x: &Value,
    ) -> Evaluated<Option<(Value, i64)>> {
        // The smallest one is the base.
        let mut sorted: Vec<&Value> = rapid.iter().collect();
        sorted.sort_by_key(|value| value.depth());
        let Some(first) = sorted.first() else { return Ok(None) };
        let Some(base) = self.exponent(first, x)? else { return Ok(None) };
        let Some(sign) = self.sign(&base, x)? else { return Ok(None) };
        let omega = Value::Symbol(self.session.names.symbol("Lyra`Limit`omega"));
        let sign_value = Value::Integer(-sign);
        let sg = &sign_value;
        // log omega = -|base| goes to minus infinity.
        let log = lyra!(self.session, "sg*base", sg, base)?;
        let mut with = f.clone();
        for part in sorted.iter().rev() {
            let Some(own) = self.exponent(part, x)? else { return Ok(None) };
            let quotient = lyra!(self.session, "own/log", own, log)?;
            let Some(power) = self.limit(&quotient, x)? else { return Ok(None) };
            if number::rational(&power).is_none() {
                return Ok(None);
            }
            let rest = lyra!(self.session, "Expand[own - power*log]", own, power, log)?;
            let new = lyra!(self.session, "E^rest*omega^power", rest, omega, power)?;
            with = substituted(&with, part, &new);
        }
        let with = self.session.evaluate(&with)?;
        for keep in [3, 8, 20] {
            let log = log.clone();
            let mut expansion = Expansion { session: self.session, t: omega.clone(), log, keep };
            let Some(series) = expansion.of(&with)? else { return Ok(None) };
            if let Some(lead) = series.terms.first() {
                let exponent = series.low.signum();
                return Ok(Some((lead.clone(), exponent)));
            }
            if series.order >= super::series::power::EXACT {
                return Ok(Some((Value::Integer(0), 0)));
            }
        }
        Ok(None)
    }
}

/// Replaces x by E^x, and Log[x] by x.
fn raised(value: &Value, x: &Value, up: &Value) -> Value {
    if value == x {
        return up.clone();
    }
    let Value::Call(call) = value else { return value.clone() };
    if let Some([inner]) = value.exactly(sym::Log)
        && inner == x
    {
        return x.clone();
    }
    let args: Args = call.args().iter().map(|arg| raised(arg, x, up)).collect();
    Value::call(call.head().clone(), args)
}
