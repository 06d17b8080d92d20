//! One equation in one unknown: polynomials, and what becomes one by a substitution, by inverse
//! functions.

use super::forms::{
    self, any_part, contains, minus, negative, over, plus, ratio, substituted, times, to_the,
};
use super::polynomial::{Polynomial, factor_list, fraction};
use super::radicals;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// A value of the unknown with the conditions under which it is a solution.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) value: Value,
    pub(super) conditions: Vec<Value>,
    /// Placeholders for arbitrary integers, the outermost first.
    pub(super) parameters: Vec<Value>,
}

impl Branch {
    pub(super) fn plain(value: Value) -> Self {
        Self { value, conditions: Vec::new(), parameters: Vec::new() }
    }
}

/// What an equation says of its unknown.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Nothing: it holds for all values.
    Everything,
    Branches(Vec<Branch>),
    /// It was not solved.
    Unknown,
}

impl Outcome {
    pub(super) fn none() -> Self {
        Self::Branches(Vec::new())
    }
}

/// How solving goes on within functions, at most.
const MOST_DEPTH: usize = 12;

/// Solving one equation; remembers what to tell about it.
#[derive(Debug, Default)]
pub(super) struct Solver {
    /// Whether inverse functions were used of which not all branches are given.
    pub(super) used_inverse: bool,
    pub(super) real: bool,
    depth: usize,
    parameters: usize,
}

impl Solver {
    pub(super) fn new(real: bool) -> Self {
        Self { real, ..Self::default() }
    }

    /// Solves `value == 0`.
    pub(super) fn solve(
        &mut self,
        session: &mut Session,
        value: &Value,
        x: &Value,
    ) -> Evaluated<Outcome> {
        if self.depth >= MOST_DEPTH {
            return Ok(Outcome::Unknown);
        }
        self.depth += 1;
        let result = self.solve_here(session, value, x);
        self.depth -= 1;
        result
    }

    fn solve_here(
        &mut self,
        session: &mut Session,
        value: &Value,
        x: &Value,
    ) -> Evaluated<Outcome> {
        session.check_interrupt()?;
        if !contains(value, x) {
            return constant(session, value);
        }
        if let Some(p) = Polynomial::read(session, value, x)? {
            return self.polynomial(session, &p, x);
        }
        let (top, bottom) = match any_part(value, &|part| is_quotient(part, x)) {
            true => fraction(session, value)?,
            false => (value.clone(), Value::Integer(1)),
        };
        if !contains(&top, x) {
            return constant(session, &top);
        }
        let factors = factor_list(session, &top)?;
        let mut all = Vec::new();
        for (factor, count) in factors {
            if !contains(&factor, x) {
                continue;
            }
            match self.factor(session, &factor, x)? {
                Outcome::Everything => return Ok(Outcome::Everything),
                Outcome::Unknown => return Ok(Outcome::Unknown),
                Outcome::Branches(own) => {
                    for branch in own {
                        all.extend(std::iter::repeat_n(branch, count.min(64)));
                    }
                }
            }
        }
        if contains(&bottom, x) {
            let mut kept = Vec::new();
            for branch in all {
                if !vanishes(session, &bottom, x, &branch.value)? {
                    kept.push(branch);
                }
            }
            all = kept;
        }
        Ok(Outcome::Branches(all))
    }

    fn polynomial(
        &mut self,
        session: &mut Session,
        p: &Polynomial,
        x: &Value,
    ) -> Evaluated<Outcome> {
        if p.degree() == 0 {
            return constant(session, &p.coefficient(0));
        }
        let found = radicals::roots(session, p, x)?;
        Ok(match found {
            Some(all) => Outcome::Branches(all.into_iter().map(Branch::plain).collect()),
            None => Outcome::Unknown,
        })
    }

    /// Solves a factor that is no product.
    fn factor(&mut self, session: &mut Session, factor: &Value, x: &Value) -> Evaluated<Outcome> {
        if let Some(p) = Polynomial::read(session, factor, x)? {
            return self.polynomial(session, &p, x);
        }
        let kernels = kernels_of(factor, x);
        if let [kernel] = &kernels[..] {
            return self.of_one_kernel(session, factor, kernel, x);
        }
        for attempt in [
            Self::radical_powers,
            Self::exponentials,
            super::trig::solve,
            Self::logarithms,
            super::lambert::solve,
            Self::radicals,
            Self::absolute_values,
        ] {
            let outcome = attempt(self, session, factor, x, &kernels)?;
            if !matches!(outcome, Outcome::Unknown) {
                return Ok(outcome);
            }
        }
        Ok(Outcome::Unknown)
    }

    /// A polynomial in one function of the unknown.
    fn of_one_kernel(
        &mut self,
        session: &mut Session,
        factor: &Value,
        kernel: &Value,
        x: &Value,
    ) -> Evaluated<Outcome> {
        let t = placeholder(session, "t");
        let polynomial = substituted(factor, kernel, &t);
        let roots = match self.solve(session, &polynomial, &t)? {
            Outcome::Branches(roots) => roots,
            other => return Ok(other),
        };
        let mut all = Vec::new();
        for root in roots {
            match self.invert(session, kernel, &root.value, x)? {
                Outcome::Branches(own) => all.extend(own),
                other => return Ok(other),
            }
        }
        Ok(Outcome::Branches(all))
    }

    /// Solves `inner == value` where the unknown stands in `inner` only.
    fn inner(
        &mut self,
        session: &mut Session,
        inner: &Value,
        value: &Value,
        x: &Value,
    ) -> Evaluated<Vec<Branch>> {
        if inner == x {
            return Ok(vec![Branch::plain(value.clone())]);
        }
        if let Some(p) = Polynomial::read(session, inner, x)?
            && p.degree() == 1
        {
            let shifted = minus(value.clone(), p.coefficient(0));
            let shifted = session.evaluate(&shifted)?;
            let result = over(shifted, p.coefficient(1));
            return Ok(vec![Branch::plain(session.evaluate(&result)?)]);
        }
        let difference = session.evaluate(&minus(inner.clone(), value.clone()))?;
        match self.solve(session, &difference, x)? {
            Outcome::Branches(all) => Ok(all),
            _ => Err(Box::new(crate::session::Stop::Throw(unsolved(session), None))),
        }
    }

    pub(super) fn each_inner(
        &mut self,
        session: &mut Session,
        inner: &Value,
        x: &Value,
        values: Vec<(Value, Vec<Value>, Vec<Value>)>,
    ) -> Evaluated<Outcome> {
        let mut all = Vec::new();
        for (value, conditions, parameters) in values {
            let value = session.evaluate(&value)?;
            let found = match self.inner(session, inner, &value, x) {
                Ok(found) => found,
                Err(stop) => match *stop {
                    crate::session::Stop::Throw(ref tag, None) if *tag == unsolved(session) => {
                        return Ok(Outcome::Unknown);
                    }
                    other => return Err(Box::new(other)),
                },
            };
            for mut branch in found {
                branch.conditions.extend(conditions.iter().cloned());
                let mut own = parameters.clone();
                own.extend(branch.parameters);
                branch.parameters = own;
                all.push(branch);
            }
        }
        Ok(Outcome::Branches(all))
    }

    pub(super) fn parameter(&mut self, session: &mut Session) -> Value {
        self.parameters += 1;
        placeholder(session, &format!("C{}", self.parameters))
    }

    /// Fractional powers of the unknown itself: a polynomial in the smallest of them.
    fn radical_powers(
        &mut self,
        session: &mut Session,
        factor: &Value,
        x: &Value,
        kernels: &[Value],
    ) -> Evaluated<Outcome> {
        let mut base: Option<Value> = None;
        let mut common: i64 = 1;
        for kernel in kernels.iter().filter(|kernel| *kernel != x) {
            let Some([own, exponent @ Value::Rational(_)]) = kernel.exactly(sym::Power) else {
                return Ok(Outcome::Unknown);
            };
            if base.as_ref().is_some_and(|known| known != own) {
                return Ok(Outcome::Unknown);
            }
            base = Some(own.clone());
            let Some(rational) = number::rational(exponent) else { return Ok(Outcome::Unknown) };
            let Ok(denominator) = i64::try_from(dashu_int::IBig::from(rational.into_parts().1))
            else {
                return Ok(Outcome::Unknown);
            };
            common = common / gcd(common, denominator) * denominator;
        }
        let Some(base) = base.filter(|_| common <= 60) else { return Ok(Outcome::Unknown) };
        let Some(p) = Polynomial::read(session, &base, x)?.filter(|p| p.degree() == 1) else {
            return Ok(Outcome::Unknown);
        };
        // x = (t^n - b)/a
        let t = placeholder(session, "t");
        let shifted = minus(to_the(t.clone(), common), p.coefficient(0));
        let of_t = session.evaluate(&over(shifted, p.coefficient(1)))?;
        let mut polynomial = factor.clone();
        for kernel in kernels.iter().filter(|kernel| *kernel != x) {
            let Some([_, exponent]) = kernel.exactly(sym::Power) else { continue };
            let power = number::multiply(exponent, &Value::Integer(common));
            polynomial = substituted(&polynomial, kernel, &to_the(t.clone(), power));
        }
        let polynomial = session.evaluate(&substituted(&polynomial, x, &of_t))?;
        let roots = match self.solve(session, &polynomial, &t)? {
            Outcome::Branches(roots) => roots,
            other => return Ok(other),
        };
        let mut candidates = Vec::new();
        for root in roots {
            let value = session.evaluate(&substituted(&of_t, &t, &root.value))?;
            let value = session.expanded(&value)?;
            candidates.push(Branch { value, ..root });
        }
        verified(session, factor, x, candidates).map(Outcome::Branches)
    }

    /// Radicals of any base: eliminated one after the other by resultants, then checked.
    fn radicals(
        &mut self,
        session: &mut Session,
        factor: &Value,
        x: &Value,
        kernels: &[Value],
    ) -> Evaluated<Outcome> {
        let is_radical =
            |kernel: &Value| matches!(kernel.exactly(sym::Power), Some([_, Value::Rational(_)]));
        if !kernels.iter().all(|kernel| kernel == x || is_radical(kernel)) {
            return Ok(Outcome::Unknown);
        }
        let mut polynomial = factor.clone();
        for kernel in kernels.iter().filter(|kernel| *kernel != x) {
            let Some([base, exponent]) = kernel.exactly(sym::Power) else { continue };
            let Some(parts) = number::as_call(exponent) else { return Ok(Outcome::Unknown) };
            let t = placeholder(session, "t");
            polynomial = substituted(&polynomial, kernel, &t);
            // t^q - base^p
            let relation = minus(
                to_the(t.clone(), parts.args()[1].clone()),
                to_the(base.clone(), parts.args()[0].clone()),
            );
            let relation = fraction(session, &relation)?.0;
            polynomial = session.evaluate(&polynomial)?;
            polynomial = fraction(session, &polynomial)?.0;
            let args = [polynomial, relation, t.clone()];
            polynomial = session.system("Resultant", args.as_slice())?;
            if contains(&polynomial, &t) {
                return Ok(Outcome::Unknown);
            }
        }
        if !contains(&polynomial, x) {
            return Ok(Outcome::Unknown);
        }
        match self.solve(session, &polynomial, x)? {
            Outcome::Branches(found) => {
                let mut distinct: Vec<Branch> = Vec::new();
                for branch in found {
                    if !distinct.iter().any(|known| known.value == branch.value) {
                        distinct.push(branch);
                    }
                }
                verified(session, factor, x, distinct).map(Outcome::Branches)
            }
            other => Ok(other),
        }
    }

    /// Exponentials of multiples of one exponent: a polynomial in the smallest of them.
    fn exponentials(
        &mut self,
        session: &mut Session,
        factor: &Value,
        x: &Value,
        kernels: &[Value],
    ) -> Evaluated<Outcome> {
        let is_hyperbolic = |kernel: &Value| {
            [sym::Sinh, sym::Cosh, sym::Tanh, sym::Coth, sym::Sech, sym::Csch]
                .iter()
                .any(|&head| kernel.args_of(head).is_some())
        };
        if kernels.iter().any(is_hyperbolic) {
            let exponentials = session.system("TrigToExp", [factor.clone()].as_slice())?;
            return match any_part(&exponentials, &is_hyperbolic) {
                true => Ok(Outcome::Unknown),
                false => self.solve(session, &exponentials, x),
            };
        }
        let mut unit: Option<Exponential> = None;
        let mut parts = Vec::new();
        for kernel in kernels {
            let Some(own) = Exponential::read(session, kernel, x)? else {
                return Ok(Outcome::Unknown);
            };
            let known = unit.get_or_insert_with(|| own.clone());
            let Some(ratio) = own.ratio(session, known)? else { return Ok(Outcome::Unknown) };
            parts.push((kernel.clone(), own, ratio));
        }
        let Some(unit) = unit else { return Ok(Outcome::Unknown) };
        let mut common: i64 = 1;
        for (.., ratio) in &parts {
            let below = number::rational(ratio).map(|r| dashu_int::IBig::from(r.into_parts().1));
            let Some(Ok(below)) = below.map(i64::try_from) else {
                return Ok(Outcome::Unknown);
            };
            common = common / gcd(common, below) * below;
        }
        let t = placeholder(session, "t");
        let mut polynomial = factor.clone();
        for (kernel, own, ratio) in &parts {
            let power = number::multiply(ratio, &Value::Integer(common));
            let term = times([own.constant.clone(), to_the(t.clone(), power)]);
            polynomial = substituted(&polynomial, kernel, &term);
        }
        let polynomial = session.evaluate(&polynomial)?;
        let (polynomial, _) = fraction(session, &polynomial)?;
        let exponent = session.evaluate(&over(unit.exponent.clone(), Value::Integer(common)))?;
        let kernel = to_the(unit.base.clone(), exponent);
        self.of_one_kernel(session, &substituted(&polynomial, &t, &kernel), &kernel, x)
    }

    /// Logarithms with rational coefficients: the product of powers of their arguments.
    fn logarithms(
        &mut self,
        session: &mut Session,
        factor: &Value,
        x: &Value,
        kernels: &[Value],
    ) -> Evaluated<Outcome> {
        let is_log = |kernel: &Value| kernel.exactly::<1>(sym::Log).is_some();
        if !kernels.iter().all(is_log) {
            return Ok(Outcome::Unknown);
        }
        let mut product = Args::new();
        let mut rest = Args::new();
        let flat = session.expanded(factor)?;
        for term in forms::terms(&flat) {
            if !contains(term, x) {
                rest.push(negative(term.clone()));
                continue;
            }
            let (coefficient, log) = forms::coefficient_and_rest(term);
            let Some([inner]) = log.exactly(sym::Log) else { return Ok(Outcome::Unknown) };
            if number::integer(&coefficient).is_none() {
                return Ok(Outcome::Unknown);
            }
            product.push(to_the(inner.clone(), coefficient));
        }
        let right = to_the(Value::Symbol(sym::E), plus(rest));
        let equation = session.evaluate(&minus(times(product), right))?;
        match self.solve(session, &equation, x)? {
            Outcome::Branches(found) => verified(session, factor, x, found).map(Outcome::Branches),
            other => Ok(other),
        }
    }

    /// Absolute values beside other occurrences: both signs are tried and checked.
    fn absolute_values(
        &mut self,
        session: &mut Session,
        factor: &Value,
        x: &Value,
        kernels: &[Value],
    ) -> Evaluated<Outcome> {
        let Some(kernel) = kernels.iter().find(|kernel| kernel.exactly::<1>(sym::Abs).is_some())
        else {
            return Ok(Outcome::Unknown);
        };
        let Some([inner]) = kernel.exactly(sym::Abs) else { return Ok(Outcome::Unknown) };
        let mut all: Vec<Branch> = Vec::new();
        for sign in [-1, 1] {
            let signed = times([Value::Integer(sign), inner.clone()]);
            let equation = session.evaluate(&substituted(factor, kernel, &signed))?;
            match self.solve(session, &equation, x)? {
                Outcome::Branches(found) => {
                    for branch in found {
                        if !all.iter().any(|known| known.value == branch.value) {
                            all.push(branch);
                        }
                    }
                }
                _ => return Ok(Outcome::Unknown),
            }
        }
        self.used_inverse = true;
        verified(session, factor, x, all).map(Outcome::Branches)
    }
}

/// `constant base^exponent`
#[derive(Clone)]
struct Exponential {
    base: Value,
    exponent: Value,
    constant: Value,
}

impl Exponential {
    fn read(session: &mut Session, kernel: &Value, x: &Value) -> Evaluated<Option<Self>> {
        let Some([base, exponent]) = kernel.exactly(sym::Power) else { return Ok(None) };
        if contains(base, x) {
            return Ok(None);
        }
        let exponent = session.expanded(exponent)?;
        let (mut moving, mut fixed) = (Args::new(), Args::new());
        for term in forms::terms(&exponent) {
            match contains(term, x) {
                true => moving.push(term.clone()),
                false => fixed.push(term.clone()),
            }
        }
        let constant = match fixed.is_empty() {
            true => Value::Integer(1),
            false => session.evaluate(&to_the(base.clone(), plus(fixed)))?,
        };
        let exponent = session.evaluate(&plus(moving))?;
        Ok(Some(Self { base: base.clone(), exponent, constant }))
    }

    /// How many times the exponent of another, if that is a fraction.
    fn ratio(&self, session: &mut Session, other: &Self) -> Evaluated<Option<Value>> {
        let mut ratio = over(self.exponent.clone(), other.exponent.clone());
        if self.base != other.base {
            let (Some(a), Some(b)) = (number::rational(&self.base), number::rational(&other.base))
            else {
                return Ok(None);
            };
            let Some(power) = logarithm(&a, &b) else { return Ok(None) };
            ratio = times([power, ratio]);
        }
        let ratio = session.evaluate(&ratio)?;
        let ratio = session.system("Cancel", [ratio].as_slice())?;
        Ok(number::rational(&ratio).map(|_| ratio))
    }
}

/// The fraction p/q with a = b^(p/q), for small p and q.
fn logarithm(a: &dashu_ratio::RBig, b: &dashu_ratio::RBig) -> Option<Value> {
    let value = |r: &dashu_ratio::RBig| Value::from(r.clone());
    for q in 1..=12i64 {
        let left = number::power(&value(a), q)?;
        for p in -12..=12i64 {
            if p != 0 && number::power(&value(b), p).as_ref() == Some(&left) {
                return Some(ratio(p, q));
            }
        }
    }
    None
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

pub(super) fn has_no_value(value: &Value) -> bool {
    value.is(sym::ComplexInfinity)
        || value.is(sym::Indeterminate)
        || any_part(value, &|part| part.args_of(sym::DirectedInfinity).is_some())
}

/// A quotient with the unknown below.
fn is_quotient(part: &Value, x: &Value) -> bool {
    match part.exactly(sym::Power) {
        Some([base, exponent]) => {
            contains(base, x) && number::is_negative(&forms::coefficient_and_rest(exponent).0)
        }
        None => false,
    }
}

/// A mark that something inside was not solved.
fn unsolved(session: &mut Session) -> Value {
    Value::Symbol(session.names.symbol("Lyra`Solve`unsolved"))
}

/// A symbol that stands for something while an equation is solved.
pub(super) fn placeholder(session: &mut Session, name: &str) -> Value {
    let like = session.names.symbol(&format!("Lyra`Solve`{name}"));
    session.temporary(like)
}

/// The condition that something is an integer.
pub(super) fn integer(parameter: &Value) -> Value {
    crate::builtins::simplify::facts::element(parameter.clone(), sym::Integers)
}

fn constant(session: &mut Session, value: &Value) -> Evaluated<Outcome> {
    let is_zero = match value.is_number() {
        true => number::is_zero(value),
        false => crate::builtins::simplify::search::is_possibly_zero(session, value)?,
    };
    Ok(if is_zero { Outcome::Everything } else { Outcome::none() })
}

/// Decides a condition on numbers that evaluation leaves open.
pub(super) fn decided(session: &mut Session, condition: Value) -> Evaluated {
    let facts = crate::builtins::simplify::facts::Facts::default();
    Ok(facts.decide(session, &condition)?.map_or(condition, Value::boolean))
}

/// The parts of a formula with the unknown that are no sums, products or whole powers.
pub(super) fn kernels_of(value: &Value, x: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    collect_kernels(value, x, &mut all);
    all
}

fn collect_kernels(value: &Value, x: &Value, all: &mut Vec<Value>) {
    if !contains(value, x) {
        return;
    }
    match value {
        Value::Call(call) if call.is(sym::Plus) || call.is(sym::Times) => {
            call.args().iter().for_each(|arg| collect_kernels(arg, x, all));
        }
        Value::Call(call) if matches!(value.exactly(sym::Power), Some([_, Value::Integer(_)])) => {
            collect_kernels(&call.args()[0], x, all);
        }
        _ if !all.contains(value) => all.push(value.clone()),
        _ => {}
    }
}

/// Returns whether an expression is a number that is not 0, or so wherever it was tried.
pub(super) fn fails(session: &mut Session, value: &Value) -> Evaluated<bool> {
    let unknowns = forms::unknowns(session, value);
    for round in 0..4u32 {
        let mut at = value.clone();
        for (place, unknown) in unknowns.iter().enumerate() {
            let sample = 0.4 + 0.77 * f64::from(round) + 0.31 * place as f64;
            at = substituted(&at, unknown, &Value::Real(sample));
        }
        // C[1] and the like are integers.
        at = session.rewrite_parts(&at, &mut |session, part| {
            let name = part.as_call().and_then(|call| call.head().as_symbol());
            Ok(match name {
                Some(name) if &*session.names.full(name).name == "C" => {
                    Some(Value::Integer(i64::from(round)))
                }
                _ => None,
            })
        })?;
        match session.complex_value(&at)? {
            Some((re, im)) if re.hypot(im) > 1e-7 => {}
            _ => return Ok(false),
        }
        if unknowns.is_empty() {
            break;
        }
    }
    Ok(true)
}

/// Keeps the branches that satisfy the equation, as far as that can be told.
fn verified(
    session: &mut Session,
    equation: &Value,
    x: &Value,
    branches: Vec<Branch>,
) -> Evaluated<Vec<Branch>> {
    let mut kept = Vec::new();
    for branch in branches {
        let mut check = substituted(equation, x, &branch.value);
        for parameter in &branch.parameters {
            check = substituted(&check, parameter, &Value::Integer(0));
        }
        if !fails(session, &check)? {
            kept.push(branch);
        }
    }
    Ok(kept)
}

fn vanishes(session: &mut Session, value: &Value, x: &Value, at: &Value) -> Evaluated<bool> {
    session.quiet += 1;
    let value = session.evaluate(&substituted(value, x, at));
    session.quiet -= 1;
    let value = value?;
    match value.is_number() {
        true => Ok(number::is_zero(&value)),
        false if session.is_numeric(&value) => {
            Ok(session.complex_value(&value)?.is_some_and(|(re, im)| re.hypot(im) < 1e-10))
        }
        false => Ok(has_no_value(&value)),
    }
}
