//! What follows from assumptions: signs, domains, and whether statements hold.

use dashu_ratio::RBig;

use super::forms::{self, base_and_exponent, contains, is_infinite, minus, terms};
use super::linear::{Inequality, is_impossible, moved};
pub(crate) use super::signs::{Domain, Signs, domain};
use super::signs::{number_is_in, numeric_sign};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value, grown};

/// Assumptions, taken apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// What is known of expressions: what it may be and which domain it is in.
    signs: Vec<(Value, Signs)>,
    domains: Vec<(Value, Domain)>,
    /// What is at least 0, or above it.
    bounds: Vec<(Value, bool)>,
    /// Statements that hold as they stand.
    statements: Vec<Value>,
    /// Of each of these one holds.
    alternatives: Vec<Vec<Facts>>,
    /// What equals another expression: the more complex with the simpler.
    pub(super) equal: Vec<(Value, Value)>,
}

impl Facts {
    /// Reads assumptions: inequalities, equations, domains, and connectives of them.
    pub(crate) fn read(session: &mut Session, assumptions: &Value) -> Evaluated<Self> {
        let mut facts = Self::default();
        facts.add(session, assumptions)?;
        Ok(facts)
    }

    /// Returns whether nothing is assumed.
    pub(crate) fn is_empty(&self) -> bool {
        self.signs.is_empty()
            && self.domains.is_empty()
            && self.bounds.is_empty()
            && self.statements.is_empty()
            && self.alternatives.is_empty()
            && self.equal.is_empty()
    }

    /// Adds an assumption.
    pub(crate) fn add(&mut self, session: &mut Session, assumption: &Value) -> Evaluated<()> {
        let Some(call) = assumption.as_call() else {
            if assumption.as_bool().is_none() {
                self.statements.push(assumption.clone());
            }
            return Ok(());
        };
        let args = call.args();
        match (call.head().as_symbol(), args) {
            (Some(sym::And | sym::List), all) => {
                for part in all {
                    self.add(session, part)?;
                }
                return Ok(());
            }
            (Some(sym::Inequality), all) => {
                for three in all.windows(3).step_by(2) {
                    let part = Value::call(three[1].clone(), [three[0].clone(), three[2].clone()]);
                    self.add(session, &part)?;
                }
                return Ok(());
            }
            (Some(sym::Element), [what, set]) => self.add_element(session, what, set),
            (Some(sym::Or), all) => {
                let mut cases = Vec::new();
                for part in all {
                    cases.push(Self::read(session, part)?);
                }
                self.alternatives.push(cases);
            }
            (
                Some(relation @ (sym::Less | sym::LessEqual | sym::Greater | sym::GreaterEqual)),
                all,
            ) => {
                for pair in all.windows(2) {
                    self.add_order(session, relation, &pair[0], &pair[1])?;
                }
            }
            (Some(sym::Equal), all) => {
                for pair in all.windows(2) {
                    self.add_equal(session, &pair[0], &pair[1])?;
                }
            }
            (Some(sym::Unequal), [a, b]) => {
                let difference = session.expanded(&minus(a.clone(), b.clone()))?;
                self.signs.push((difference, Signs(13)));
            }
            (Some(head), [x]) => {
                let name = session.names.full(head).name.clone();
                let signs = match &*name {
                    "Positive" => Some(Signs::POSITIVE),
                    "Negative" => Some(Signs::NEGATIVE),
                    "NonNegative" => Some(Signs::POSITIVE.or(Signs::ZERO)),
                    "NonPositive" => Some(Signs::NEGATIVE.or(Signs::ZERO)),
                    _ => None,
                };
                if let Some(signs) = signs {
                    self.signs.push((x.clone(), signs));
                }
            }
            _ => {}
        }
        self.statements.push(assumption.clone());
        Ok(())
    }

    fn add_element(&mut self, session: &mut Session, what: &Value, set: &Value) {
        let Some((domain, signs)) = domain(session, set) else { return };
        let all = what
            .args_of(sym::Alternatives)
            .or_else(|| what.as_list())
            .unwrap_or(std::slice::from_ref(what));
        for one in all {
            self.domains.push((one.clone(), domain));
            if signs != Signs::ANY {
                self.signs.push((one.clone(), signs));
            }
        }
    }

    fn add_order(
        &mut self,
        session: &mut Session,
        relation: Symbol,
        a: &Value,
        b: &Value,
    ) -> Evaluated<()> {
        let (low, high, strict) = match relation {
            sym::Less => (a, b, true),
            sym::LessEqual => (a, b, false),
            sym::Greater => (b, a, true),
            _ => (b, a, false),
        };
        for side in [low, high] {
            for unknown in ordered_parts(session, side) {
                self.signs.push((unknown, Signs::REAL));
            }
        }
        if is_infinite(low) || is_infinite(high) {
            return Ok(());
        }
        let difference = session.expanded(&minus(high.clone(), low.clone()))?;
        let signs = if strict { Signs::POSITIVE } else { Signs::POSITIVE.or(Signs::ZERO) };
        self.signs.push((difference.clone(), signs));
        self.bounds.push((difference, strict));
        Ok(())
    }

    fn add_equal(&mut self, session: &mut Session, a: &Value, b: &Value) -> Evaluated<()> {
        let difference = session.expanded(&minus(a.clone(), b.clone()))?;
        self.signs.push((difference.clone(), Signs::ZERO));
        self.bounds.push((difference.clone(), false));
        let negative = session.expanded(&forms::negative(difference))?;
        self.bounds.push((negative, false));
        let (simple, complex) = match forms::leaf_count(a) <= forms::leaf_count(b) {
            true if b.is_number() => (b, a),
            true => (a, b),
            false => (b, a),
        };
        if !contains(simple, complex) && !complex.is_number() {
            self.equal.push((complex.clone(), simple.clone()));
        }
        Ok(())
    }

    /// Returns what an expression may be.
    pub(crate) fn sign(&self, session: &mut Session, value: &Value) -> Evaluated<Signs> {
        session.check_interrupt()?;
        let structural = self.structural_sign(session, value)?;
        let mut signs = structural.and(self.known_sign(session, value)?);
        let is_bounded = !self.bounds.is_empty() || is_sum_with_wave(value);
        if signs.is_real() && !is_single(signs) && is_bounded {
            signs = signs.and(self.linear_sign(session, value)?);
        }
        for cases in &self.alternatives {
            if is_single(signs) {
                break;
            }
            let mut any = Signs::NONE;
            for case in cases {
                let mut both = self.clone();
                both.alternatives.clear();
                both.extend(case);
                any = any.or(both.sign(session, value)?);
            }
            signs = signs.and(any);
        }
        Ok(if signs == Signs::NONE { structural } else { signs })
    }

    fn extend(&mut self, other: &Self) {
        self.signs.extend(other.signs.iter().cloned());
        self.domains.extend(other.domains.iter().cloned());
        self.bounds.extend(other.bounds.iter().cloned());
        self.statements.extend(other.statements.iter().cloned());
    }

    /// What assumptions say of exactly this expression or its negative.
    fn known_sign(&self, session: &mut Session, value: &Value) -> Evaluated<Signs> {
        let mut signs = Signs::ANY;
        let mut negative = None;
        for (known, own) in &self.signs {
            if known == value {
                signs = signs.and(*own);
                continue;
            }
            let opposite = match &negative {
                Some(opposite) => opposite,
                None => negative.insert(session.expanded(&forms::negative(value.clone()))?),
            };
            if known == opposite {
                signs = signs.and(own.negated());
            }
        }
        if self.domains.iter().any(|(known, domain)| {
            known == value && *domain <= Domain::Reals && *domain != Domain::Algebraics
        }) {
            signs = signs.and(Signs::REAL);
        }
        Ok(signs)
    }

    fn structural_sign(&self, session: &mut Session, value: &Value) -> Evaluated<Signs> {
        if let Some(signs) = numeric_sign(session, value)? {
            return Ok(signs);
        }
        let Value::Call(call) = value else {
            return self.known_sign(session, value);
        };
        grown(call.depth(), || match (call.head().as_symbol(), call.args()) {
            (Some(sym::Plus), terms) => {
                let mut all = Signs::ZERO;
                for term in terms {
                    all = all.plus(self.sign(session, term)?);
                }
                match all == Signs::REAL {
                    true => self.quadratic_sign(session, value),
                    false => Ok(all),
                }
            }
            (Some(sym::Times), factors) => {
                let mut all = Signs::POSITIVE;
                for factor in factors {
                    all = all.times(self.sign(session, factor)?);
                }
                Ok(all)
            }
            (Some(sym::Power), [base, exponent]) => self.power_sign(session, base, exponent),
            (Some(head), [x]) => self.function_sign(session, head, x),
            (Some(sym::Max), args) => self.extreme_sign(session, args, false),
            (Some(sym::Min), args) => self.extreme_sign(session, args, true),
            _ => Ok(Signs::ANY),
        })
    }

    /// What a quadratic polynomial in one real unknown may be, by its discriminant.
    fn quadratic_sign(&self, session: &mut Session, value: &Value) -> Evaluated<Signs> {
        let unknowns = forms::unknowns(session, value);
        let [x] = &unknowns[..] else { return Ok(Signs::REAL) };
        if !self.known_sign(session, x)?.is_real() {
            return Ok(Signs::REAL);
        }
        let mut coefficients = [Value::Integer(0), Value::Integer(0), Value::Integer(0)];
        for term in terms(value) {
            let (coefficient, rest) = forms::coefficient_and_rest(term);
            let power = match base_and_exponent(&rest) {
                (one, _) if number::is_one(&one) => 0,
                (base, Value::Integer(1)) if base == *x => 1,
                (base, Value::Integer(2)) if base == *x => 2,
                _ => return Ok(Signs::REAL),
            };
            if !number::is_real(&coefficient) {
                return Ok(Signs::REAL);
            }
            coefficients[power] = number::add(&coefficients[power], &coefficient);
        }
        let [c, b, a] = coefficients;
        let product = number::multiply(&Value::Integer(4), &number::multiply(&a, &c));
        let discriminant = number::subtract(&number::multiply(&b, &b), &product);
        let own = if number::is_negative(&a) { Signs::NEGATIVE } else { Signs::POSITIVE };
        Ok(match () {
            () if number::is_zero(&a) => Signs::REAL,
            () if number::is_negative(&discriminant) => own,
            () if number::is_zero(&discriminant) => own.or(Signs::ZERO),
            () => Signs::REAL,
        })
    }

    fn extreme_sign(&self, session: &mut Session, args: &[Value], least: bool) -> Evaluated<Signs> {
        let mut all = Signs::NONE;
        for arg in args {
            let own = self.sign(session, arg)?;
            let decisive = if least { Signs::NEGATIVE } else { Signs::POSITIVE };
            if own == decisive {
                return Ok(decisive);
            }
            all = all.or(own);
        }
        Ok(all)
    }

    fn power_sign(
        &self,
        session: &mut Session,
        base: &Value,
        exponent: &Value,
    ) -> Evaluated<Signs> {
        let own = self.sign(session, base)?;
        let of_exponent = self.sign(session, exponent)?;
        let zero_if_positive = |signs: Signs| match of_exponent.is_positive() {
            true => signs.or(Signs::ZERO),
            false => signs,
        };
        if own.is_positive() {
            return Ok(if of_exponent.is_real() { Signs::POSITIVE } else { Signs::ANY });
        }
        let is_integer = self.is_in(session, exponent, Domain::Integers)? == Some(true);
        if own.is_non_negative() && of_exponent.is_real() {
            return Ok(zero_if_positive(Signs::POSITIVE));
        }
        if !own.is_real() || !is_integer {
            return Ok(Signs::ANY);
        }
        match parity(self, session, exponent)? {
            Some(true) if own.is_nonzero() => Ok(Signs::POSITIVE),
            Some(true) => Ok(zero_if_positive(Signs::POSITIVE)),
            Some(false) => Ok(own),
            None => Ok(Signs::REAL),
        }
    }

    fn function_sign(&self, session: &mut Session, head: Symbol, x: &Value) -> Evaluated<Signs> {
        let own = self.sign(session, x)?;
        let non_negative = Signs::POSITIVE.or(Signs::ZERO);
        let real_if = |is: bool| if is { Signs::REAL } else { Signs::ANY };
        Ok(match head {
            sym::Abs if own.is_nonzero() => Signs::POSITIVE,
            sym::Abs => non_negative,
            sym::Re | sym::Im | sym::Arg => match head {
                sym::Re if own.is_real() => own,
                sym::Im if own.is_real() => Signs::ZERO,
                _ => Signs::REAL,
            },
            sym::Sign
            | sym::Sinh
            | sym::Tanh
            | sym::ArcTan
            | sym::ArcSinh
            | sym::Erf
            | sym::Erfi
            | sym::Conjugate
                if own.is_real() =>
            {
                own
            }
            sym::Cosh | sym::Sech | sym::Erfc if own.is_real() => Signs::POSITIVE,
            sym::Sin | sym::Cos => real_if(own.is_real()),
            sym::Floor | sym::Round if own.is_non_negative() => non_negative,
            sym::Floor | sym::Ceiling | sym::Round => real_if(own.is_real()),
            sym::Factorial | sym::Gamma if own.is_positive() => Signs::POSITIVE,
            sym::Factorial if own.is_non_negative() => Signs::POSITIVE,
            sym::Log if own.is_positive() => {
                let above = minus(x.clone(), Value::Integer(1));
                let above = session.expanded(&above)?;
                let above = self.sign(session, &above)?;
                if above.is_real() { above } else { Signs::REAL }
            }
            _ => Signs::ANY,
        })
    }

    /// What linear combinations of the assumed inequalities say.
    fn linear_sign(&self, session: &mut Session, value: &Value) -> Evaluated<Signs> {
        let value = session.expanded(value)?;
        let mut unknowns: Vec<Value> = Vec::new();
        let mut known = Vec::new();
        for (bound, strict) in &self.bounds {
            known.extend(linear(session, bound, *strict, &mut unknowns)?);
        }
        let mut signs = Signs::REAL;
        let Some(above) = linear(session, &value, true, &mut unknowns)? else {
            return Ok(signs);
        };
        let negative = session.expanded(&forms::negative(value.clone()))?;
        let Some(below) = linear(session, &negative, true, &mut unknowns)? else {
            return Ok(signs);
        };
        // Without the inequalities, which would ask for these bounds again.
        let plain = Self { bounds: Vec::new(), alternatives: Vec::new(), ..self.clone() };
        for (place, unknown) in unknowns.clone().iter().enumerate() {
            plain.own_bounds(session, unknown, place, &mut known)?;
        }
        let with = |extra: &[&Inequality]| {
            let mut all = known.clone();
            all.extend(extra.iter().map(|one| (*one).clone()));
            is_impossible(all)
        };
        let at_least = |mut one: Inequality| {
            one.strict = false;
            one
        };
        if with(&[&above]) {
            signs = signs.and(Signs::NEGATIVE.or(Signs::ZERO));
        }
        if with(&[&below]) {
            signs = signs.and(Signs::POSITIVE.or(Signs::ZERO));
        }
        if with(&[&at_least(above), &at_least(below)]) {
            signs = signs.and(Signs::NEGATIVE.or(Signs::POSITIVE));
        }
        Ok(signs)
    }

    /// Bounds that an unknown has by its form: squares, absolute values, sines.
    fn own_bounds(
        &self,
        session: &mut Session,
        unknown: &Value,
        place: usize,
        known: &mut Vec<Inequality>,
    ) -> Evaluated<()> {
        let mut bound = |coefficient: i64, constant: i64, strict: bool| {
            known.push(Inequality {
                coefficients: vec![(place, RBig::from(coefficient))],
                constant: RBig::from(constant),
                strict,
            });
        };
        let is_wave = [sym::Sin, sym::Cos].iter().any(|&head| unknown.args_of(head).is_some());
        let signs = self.sign(session, unknown)?;
        if is_wave && signs.is_real() {
            bound(1, 1, false);
            bound(-1, 1, false);
        }
        match signs {
            Signs::POSITIVE => bound(1, 0, true),
            Signs::NEGATIVE => bound(-1, 0, true),
            signs if signs.is_non_negative() => bound(1, 0, false),
            signs if signs.is_non_positive() => bound(-1, 0, false),
            _ => {}
        }
        if self.domains.iter().any(|(v, d)| v == unknown && *d <= Domain::Integers) {
            match signs {
                Signs::POSITIVE => bound(1, -1, false),
                Signs::NEGATIVE => bound(-1, -1, false),
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns whether an expression is known to be in a domain, or known not to be.
    pub(crate) fn is_in(
        &self,
        session: &mut Session,
        value: &Value,
        domain: Domain,
    ) -> Evaluated<Option<bool>> {
        if let Some(is) = number_is_in(session, value, domain)? {
            return Ok(Some(is));
        }
        if self.domains.iter().any(|(known, own)| known == value && *own <= domain) {
            return Ok(Some(true));
        }
        if domain >= Domain::Reals && domain != Domain::Complexes {
            let signs = self.sign(session, value)?;
            if signs.is_real() {
                return Ok(Some(true));
            }
            if signs == Signs(8) {
                return Ok(Some(false));
            }
        }
        let Value::Call(call) = value else { return Ok(None) };
        grown(call.depth(), || self.call_is_in(session, call, domain))
    }

    fn call_is_in(
        &self,
        session: &mut Session,
        call: &crate::value::Call,
        domain: Domain,
    ) -> Evaluated<Option<bool>> {
        let all = |session: &mut Session, args: &[Value]| -> Evaluated<bool> {
            for arg in args {
                if self.is_in(session, arg, domain)? != Some(true) {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let yes = |is: bool| Ok(is.then_some(true));
        let args = call.args();
        match call.head().as_symbol() {
            Some(sym::Plus | sym::Times) if domain == Domain::Primes => Ok(None),
            Some(sym::Plus) => {
                let mut outside = 0;
                for arg in args {
                    match self.is_in(session, arg, domain)? {
                        Some(true) => {}
                        Some(false) => outside += 1,
                        None => return Ok(None),
                    }
                }
                Ok(match outside {
                    0 => Some(true),
                    1 => Some(false),
                    _ => None,
                })
            }
            Some(sym::Times) => self.product_is_in(session, args, domain),
            Some(sym::Power) => match args {
                [base, exponent] => self.power_is_in(session, base, exponent, domain),
                _ => Ok(None),
            },
            Some(sym::Floor | sym::Ceiling | sym::Round) if domain != Domain::Primes => {
                let is =
                    args.len() == 1 && self.is_in(session, &args[0], Domain::Reals)? == Some(true);
                yes(is)
            }
            Some(sym::Factorial | sym::Binomial | sym::Mod | sym::Max | sym::Min)
                if domain != Domain::Primes =>
            {
                let is = all(session, args)?;
                yes(is
                    && (!call.is(sym::Factorial)
                        || self.sign(session, &args[0])?.is_non_negative()))
            }
            Some(sym::Sin | sym::Cos | sym::Sinh | sym::Cosh) if domain == Domain::Complexes => {
                let is = all(session, args)?;
                yes(is)
            }
            _ => Ok(None),
        }
    }

    /// A product with one factor outside of a field is outside, unless another is 0.
    fn product_is_in(
        &self,
        session: &mut Session,
        args: &[Value],
        domain: Domain,
    ) -> Evaluated<Option<bool>> {
        let mut outside = 0;
        for arg in args {
            match self.is_in(session, arg, domain)? {
                Some(true) => {}
                Some(false) => outside += 1,
                None => return Ok(None),
            }
        }
        let is_field = matches!(domain, Domain::Rationals | Domain::Algebraics | Domain::Reals);
        if outside == 0 {
            return Ok(Some(true));
        }
        for arg in args {
            if !self.sign(session, arg)?.is_nonzero() {
                return Ok(None);
            }
        }
        Ok((outside == 1 && is_field).then_some(false))
    }

    fn power_is_in(
        &self,
        session: &mut Session,
        base: &Value,
        exponent: &Value,
        domain: Domain,
    ) -> Evaluated<Option<bool>> {
        let is_whole = self.is_in(session, exponent, Domain::Integers)? == Some(true);
        let is_base = self.is_in(session, base, domain)? == Some(true);
        let is_up = self.sign(session, exponent)?.is_non_negative();
        let is_nonzero = self.sign(session, base)?.is_nonzero();
        let is = match domain {
            Domain::Primes => false,
            Domain::Integers => is_base && is_whole && is_up,
            Domain::Rationals | Domain::Reals => is_base && is_whole && (is_up || is_nonzero),
            Domain::Algebraics => {
                is_base && self.is_in(session, exponent, Domain::Rationals)? == Some(true)
            }
            Domain::Complexes => is_base && self.is_in(session, exponent, domain)? == Some(true),
        };
        Ok(is.then_some(true))
    }

    /// Returns whether a statement is known to hold, or not to hold.
    pub(crate) fn decide(
        &self,
        session: &mut Session,
        statement: &Value,
    ) -> Evaluated<Option<bool>> {
        if let Some(is) = statement.as_bool() {
            return Ok(Some(is));
        }
        if self.statements.contains(statement) {
            return Ok(Some(true));
        }
        let Some(call) = statement.as_call() else { return Ok(None) };
        match (call.head().as_symbol(), call.args()) {
            (Some(sym::Not), [inner]) => Ok(self.decide(session, inner)?.map(|is| !is)),
            (Some(sym::And), all) => self.decide_all(session, all, false),
            (Some(sym::Or), all) => match self.decide_all(session, all, true)? {
                None if all.len() == 2 => self.decide_either(session, &all[0], &all[1]),
                known => Ok(known),
            },
            (Some(sym::Element), [what, set]) => match domain(session, set) {
                Some((domain, signs)) => {
                    let is = self.is_in(session, what, domain)?;
                    if signs.within(Signs::REAL) && signs != Signs::REAL && is == Some(true) {
                        let own = self.sign(session, what)?;
                        return Ok(match own.within(signs) {
                            true => Some(true),
                            false if own.and(signs) == Signs::NONE => Some(false),
                            false => None,
                        });
                    }
                    Ok(is)
                }
                None => Ok(None),
            },
            (
                Some(
                    relation @ (sym::Less
                    | sym::LessEqual
                    | sym::Greater
                    | sym::GreaterEqual
                    | sym::Equal
                    | sym::Unequal),
                ),
                [a, b],
            ) => self.decide_relation(session, relation, a, b),
            (Some(sym::Inequality), all) => {
                let pairs: Vec<Value> = all
                    .windows(3)
                    .step_by(2)
                    .map(|t| Value::call(t[1].clone(), [t[0].clone(), t[2].clone()]))
                    .collect();
                self.decide_all(session, &pairs, false)
            }
            (Some(relation), all) if all.len() > 2 && is_relation(relation) => {
                let pairs: Vec<Value> = all
                    .windows(2)
                    .map(|t| Value::call(relation, [t[0].clone(), t[1].clone()]))
                    .collect();
                self.decide_all(session, &pairs, false)
            }
            _ => Ok(None),
        }
    }

    fn decide_all(
        &self,
        session: &mut Session,
        all: &[Value],
        decisive: bool,
    ) -> Evaluated<Option<bool>> {
        let mut result = Some(!decisive);
        for part in all {
            match self.decide(session, part)? {
                Some(is) if is == decisive => return Ok(Some(decisive)),
                Some(_) => {}
                None => result = None,
            }
        }
        Ok(result)
    }

    /// `p || q` holds if q does wherever p does not.
    fn decide_either(
        &self,
        session: &mut Session,
        first: &Value,
        second: &Value,
    ) -> Evaluated<Option<bool>> {
        let is_order = |value: &Value| {
            [sym::Less, sym::LessEqual, sym::Greater, sym::GreaterEqual]
                .iter()
                .any(|&head| value.exactly::<2>(head).is_some())
        };
        let sides = first.as_call().map(crate::value::Call::args);
        let (true, true, Some([a, b])) = (is_order(first), is_order(second), sides) else {
            return Ok(None);
        };
        // Only of real quantities one of the orders holds.
        let difference = session.expanded(&minus(a.clone(), b.clone()))?;
        if !self.sign(session, &difference)?.is_real() {
            return Ok(None);
        }
        let negation = session.evaluate(&forms::of(sym::Not, first.clone()))?;
        let mut facts = self.clone();
        facts.add(session, &negation)?;
        Ok(facts.decide(session, second)?.filter(|is| *is))
    }

    fn decide_relation(
        &self,
        session: &mut Session,
        relation: Symbol,
        a: &Value,
        b: &Value,
    ) -> Evaluated<Option<bool>> {
        if is_infinite(a) || is_infinite(b) {
            return self.decide_infinite(session, relation, a, b);
        }
        if let Some(is) = self.decide_absolute(session, relation, a, b)? {
            return Ok(Some(is));
        }
        let difference = session.expanded(&minus(a.clone(), b.clone()))?;
        let signs = self.sign(session, &difference)?;
        let known = |yes: Signs| match (signs.within(yes), signs.and(yes) == Signs::NONE) {
            (true, _) => Some(true),
            // Only real quantities are known not to be ordered in a way.
            (_, true) if signs.is_real() || matches!(relation, sym::Equal | sym::Unequal) => {
                Some(false)
            }
            _ => None,
        };
        Ok(match relation {
            sym::Less => known(Signs::NEGATIVE),
            sym::LessEqual => known(Signs::NEGATIVE.or(Signs::ZERO)),
            sym::Greater => known(Signs::POSITIVE),
            sym::GreaterEqual => known(Signs::POSITIVE.or(Signs::ZERO)),
            sym::Equal => known(Signs::ZERO),
            _ => known(Signs(13)),
        })
    }

    /// `Abs[x] < c` for a real x is `-c < x < c`.
    fn decide_absolute(
        &self,
        session: &mut Session,
        relation: Symbol,
        a: &Value,
        b: &Value,
    ) -> Evaluated<Option<bool>> {
        let Some([x]) = a.exactly(sym::Abs) else { return Ok(None) };
        let (above, below) = match relation {
            sym::Less => (sym::Greater, sym::Less),
            sym::LessEqual => (sym::GreaterEqual, sym::LessEqual),
            _ => return Ok(None),
        };
        if !self.sign(session, x)?.is_real() {
            return Ok(None);
        }
        let low = Value::call(above, [x.clone(), forms::negative(b.clone())]);
        let low = session.evaluate(&low)?;
        let high = session.evaluate(&Value::call(below, [x.clone(), b.clone()]))?;
        self.decide_all(session, &[low, high], false)
    }

    fn decide_infinite(
        &self,
        session: &mut Session,
        relation: Symbol,
        a: &Value,
        b: &Value,
    ) -> Evaluated<Option<bool>> {
        let (finite, infinite, is_flipped) =
            if is_infinite(b) { (a, b, false) } else { (b, a, true) };
        if !self.sign(session, finite)?.is_real() {
            return Ok(None);
        }
        let is_below = infinite.is(sym::Infinity)
            || matches!(infinite.exactly(sym::DirectedInfinity), Some([Value::Integer(1)]));
        let less = is_below != is_flipped;
        Ok(Some(match relation {
            sym::Less | sym::LessEqual => less,
            sym::Greater | sym::GreaterEqual => !less,
            sym::Equal => false,
            _ => true,
        }))
    }
}

/// Returns whether these compare quantities.
pub(crate) fn is_relation(head: Symbol) -> bool {
    matches!(
        head,
        sym::Less | sym::LessEqual | sym::Greater | sym::GreaterEqual | sym::Equal | sym::Unequal
    )
}

/// Returns whether an expression is a sum with a sine or cosine, which have bounds of their own.
fn is_sum_with_wave(value: &Value) -> bool {
    value.args_of(sym::Plus).is_some_and(|terms| {
        terms.iter().any(|term| {
            let (_, rest) = forms::coefficient_and_rest(term);
            rest.args_of(sym::Sin).is_some() || rest.args_of(sym::Cos).is_some()
        })
    })
}

fn is_single(signs: Signs) -> bool {
    matches!(signs, Signs::NEGATIVE | Signs::ZERO | Signs::POSITIVE)
}

/// What an inequality says is real: the sides and the unknowns that they are linear in.
fn ordered_parts(session: &Session, side: &Value) -> Vec<Value> {
    let mut parts = vec![side.clone()];
    for term in terms(side) {
        let (_, rest) = forms::coefficient_and_rest(term);
        parts.push(rest.clone());
    }
    // x < y makes both real; x + y < 1 only their sum, but so it is read.
    parts.extend(forms::unknowns(session, side).into_iter().filter(|unknown| {
        !forms::any_part(side, &|part| {
            [sym::Abs, sym::Re, sym::Im, sym::Arg].iter().any(|&head| {
                part.args_of(head).is_some_and(|args| args.iter().any(|a| contains(a, unknown)))
            })
        })
    }));
    parts.retain(|part| !session.is_numeric(part));
    parts
}

/// Returns whether an integer expression is even.
pub(crate) fn parity(
    facts: &Facts,
    session: &mut Session,
    value: &Value,
) -> Evaluated<Option<bool>> {
    if let Some(integer) = number::integer(value) {
        return Ok(Some(number::is_even_integer(&integer)));
    }
    if value.args_of(sym::Plus).is_some() {
        let mut even = true;
        for term in terms(value) {
            match parity(facts, session, term)? {
                Some(is) => even = even == is,
                None => return Ok(None),
            }
        }
        return Ok(Some(even));
    }
    if let Some(factors) = value.args_of(sym::Times) {
        let mut all_odd = true;
        let mut any_even = false;
        for factor in factors {
            if facts.is_in(session, factor, Domain::Integers)? != Some(true) {
                return Ok(None);
            }
            match parity(facts, session, factor)? {
                Some(true) => any_even = true,
                Some(false) => {}
                None => all_odd = false,
            }
        }
        return Ok(match (any_even, all_odd) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        });
    }
    let halved = forms::times([forms::half(), value.clone()]);
    let halved = session.evaluate(&halved)?;
    let mod_two = |of: &Value| {
        facts.statements.iter().find_map(|statement| match statement.exactly(sym::Equal) {
            Some([left, Value::Integer(rest)])
                if matches!(left.exactly(sym::Mod), Some([n, Value::Integer(2)]) if n == of) =>
            {
                Some(*rest == 0)
            }
            _ => None,
        })
    };
    if let Some(even) = mod_two(value) {
        return Ok(Some(even));
    }
    Ok(facts
        .domains
        .iter()
        .any(|(known, d)| *known == halved && *d <= Domain::Integers)
        .then_some(true))
}

/// Writes an expression as a linear form over unknowns; other products are unknowns of their own.
/// `None` if it has coefficients that are not real.
fn linear(
    session: &mut Session,
    value: &Value,
    strict: bool,
    unknowns: &mut Vec<Value>,
) -> Evaluated<Option<Inequality>> {
    let mut coefficients: Vec<(usize, RBig)> = Vec::new();
    let mut constant = RBig::ZERO;
    for term in terms(value) {
        if session.is_numeric(term) {
            let Some(add) = upper_fraction(session, term)? else { return Ok(None) };
            constant += add;
            continue;
        }
        let (coefficient, rest) = forms::coefficient_and_rest(term);
        let Some(coefficient) = number::rational(&coefficient) else { return Ok(None) };
        let rest = session.evaluate(&rest)?;
        let unknown = match unknowns.iter().position(|known| *known == rest) {
            Some(place) => place,
            None => {
                unknowns.push(rest);
                unknowns.len() - 1
            }
        };
        match coefficients.binary_search_by_key(&unknown, |(u, _)| *u) {
            Ok(place) => coefficients[place].1 += coefficient,
            Err(place) => coefficients.insert(place, (unknown, coefficient)),
        }
    }
    coefficients.retain(|(_, c)| !c.is_zero());
    Ok(Some(Inequality { coefficients, constant, strict }))
}

/// A fraction that is not below a numeric expression, and very close to it.
fn upper_fraction(session: &mut Session, value: &Value) -> Evaluated<Option<RBig>> {
    if let Some(exact) = number::rational(value) {
        return Ok(Some(exact));
    }
    Ok(session.machine_value(value)?.and_then(|real| moved(real, 1)))
}

/// Returns an evaluated statement of facts: `Element[x, domain]`.
pub(crate) fn element(what: Value, set: Symbol) -> Value {
    Value::call(sym::Element, [what, Value::Symbol(set)])
}

/// Returns the conjunction of statements.
pub(crate) fn all_of(mut statements: Args) -> Value {
    match statements.len() {
        0 => Value::TRUE,
        1 => statements.remove(0),
        _ => Value::call(sym::And, statements),
    }
}
