//! What expressions are polynomials in.
//!
//! Whatever is not a number, a sum, a product or a power with a whole exponent is a kernel, such
//! as `x`, `Sin[x]` or `2^(1/2)`. Powers of one base are powers of one kernel: `x^(1/2)` and
//! `x^(1/3)` are the third and the second power of `x^(1/6)`, `E^(2 x)` is the square of `E^x`.

use dashu_int::IBig;
use std::collections::{HashMap, HashSet};

use crate::number;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

/// What is taken as a sum or a product, and what as a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Sums and products are multiplied out; the inverse of a sum is a kernel.
    Polynomial,
    /// Inverses of sums are denominators; `I` is a kernel.
    Fraction,
}

/// A kernel: `base^(rest/root)`.
#[derive(Debug, Clone)]
pub(crate) struct Kernel {
    pub(crate) base: Value,
    /// The part of the exponent that is no number, 1 if there is none.
    pub(crate) rest: Value,
    pub(crate) root: i64,
    /// Whether it occurs with a negative exponent.
    pub(crate) has_inverse: bool,
}

impl Kernel {
    /// Returns whether its powers stand in products and sums in the order of exponents, and no
    /// power of it is anything else.
    pub(crate) fn is_plain(&self) -> bool {
        let is_atomic = match &self.base {
            Value::Symbol(_) | Value::Temporary(_) => true,
            Value::Call(call) => ![sym::Plus, sym::Times, sym::Power].iter().any(|h| call.is(*h)),
            _ => false,
        };
        is_atomic && self.root == 1 && number::is_one(&self.rest) && !self.has_inverse
    }

    /// Returns it to a power, which is yet to be evaluated.
    pub(crate) fn power(&self, exponent: i64) -> Value {
        let factor = match exponent % self.root {
            0 => Value::Integer(exponent / self.root),
            _ => number::divide(&Value::Integer(exponent), &Value::Integer(self.root))
                .unwrap_or(Value::Integer(0)),
        };
        match (&factor, number::is_one(&self.rest)) {
            (Value::Integer(1), true) => self.base.clone(),
            (_, true) => Value::call(sym::Power, [self.base.clone(), factor]),
            (Value::Integer(1), false) => {
                Value::call(sym::Power, [self.base.clone(), self.rest.clone()])
            }
            (_, false) => {
                let exponent = Value::call(sym::Times, [factor, self.rest.clone()]);
                Value::call(sym::Power, [self.base.clone(), exponent])
            }
        }
    }
}

/// Exponents beyond this are part of a kernel.
const EXPONENT_MAX: i64 = 1 << 40;

/// The kernels of expressions.
#[derive(Debug)]
pub(crate) struct Basis {
    pub(crate) kernels: Vec<Kernel>,
    places: HashMap<(Value, Value), usize>,
    form: Form,
    /// Expressions that are kernels whatever they look like.
    opaque: HashSet<Value>,
}

/// A part of a power: an exponent of a kernel, as a fraction.
pub(crate) struct Part {
    base: Value,
    rest: Value,
    numerator: i64,
    denominator: i64,
}

impl Basis {
    /// Finds the kernels of expressions, in canonical order.
    pub(crate) fn new(
        session: &Session,
        form: Form,
        of: &[&Value],
        opaque: HashSet<Value>,
    ) -> Self {
        let mut basis = Self { kernels: Vec::new(), places: HashMap::new(), form, opaque };
        of.iter().for_each(|value| basis.collect(value));
        basis.sort(session);
        basis
    }

    fn sort(&mut self, session: &Session) {
        let shown: Vec<Value> = self.kernels.iter().map(|kernel| kernel.power(1)).collect();
        let mut order: Vec<usize> = (0..shown.len()).collect();
        order.sort_by(|&a, &b| crate::order::compare(&session.names, &shown[a], &shown[b]));
        // The unit decides about the sign of nothing that stands in a variable.
        order.sort_by_key(|&place| self.kernels[place].base.is_number());
        self.kernels = order.into_iter().map(|place| self.kernels[place].clone()).collect();
        self.index();
    }

    fn index(&mut self) {
        let key =
            |(place, kernel): (usize, &Kernel)| ((kernel.base.clone(), kernel.rest.clone()), place);
        self.places = self.kernels.iter().enumerate().map(key).collect();
    }

    /// Puts kernels first, in the order of a list.
    pub(crate) fn put_first(&mut self, first: &[Value]) {
        let place = |kernel: &Kernel| {
            let value = kernel.power(1);
            first.iter().position(|own| *own == value).unwrap_or(first.len())
        };
        self.kernels.sort_by_key(place);
        self.index();
    }

    /// Lets the last kernel be the first.
    pub(crate) fn reverse(&mut self) {
        self.kernels.reverse();
        self.index();
    }

    /// Returns the number of kernels.
    pub(crate) fn len(&self) -> usize {
        self.kernels.len()
    }

    /// Returns the place of the kernel that is an expression itself.
    pub(crate) fn place_of(&self, value: &Value) -> Option<usize> {
        let (base, rest) = match value.exactly(sym::Power) {
            Some([base, exponent]) if !self.opaque.contains(value) => match parts(base, exponent) {
                Some(parts) => match &parts[..] {
                    [only] => {
                        let place = self.place(&only.base, &only.rest)?;
                        let is_same =
                            self.kernels[place].root == only.denominator && only.numerator == 1;
                        return is_same.then_some(place);
                    }
                    _ => return None,
                },
                None => (value, Value::Integer(1)),
            },
            _ => (value, Value::Integer(1)),
        };
        self.place(base, &rest).filter(|place| self.kernels[*place].root == 1)
    }

    fn place(&self, base: &Value, rest: &Value) -> Option<usize> {
        self.places.get(&(base.clone(), rest.clone())).copied()
    }

    fn collect(&mut self, value: &Value) {
        match value {
            _ if self.opaque.contains(value) => self.add(value, &Value::Integer(1), 1, false),
            Value::Complex(_) if self.form == Form::Fraction => {
                self.add(&Value::i(), &Value::Integer(1), 1, false);
            }
            Value::Call(call) if call.is(sym::Plus) || call.is(sym::Times) => {
                grown(call.depth(), || call.args().iter().for_each(|arg| self.collect(arg)));
            }
            Value::Call(call) if call.is(sym::Power) && call.args().len() == 2 => {
                grown(call.depth(), || self.collect_power(value, call));
            }
            _ if value.is_number() => {}
            _ => self.add(value, &Value::Integer(1), 1, false),
        }
    }

    fn collect_power(&mut self, value: &Value, call: &Call) {
        let (base, exponent) = (&call.args()[0], &call.args()[1]);
        match whole(exponent) {
            Some(positive @ 1..) if positive <= EXPONENT_MAX => return self.collect(base),
            Some(negative) if negative >= -EXPONENT_MAX => {
                return match self.form == Form::Fraction && is_compound(base) {
                    true => self.collect(base),
                    false => self.add(base, &Value::Integer(1), 1, true),
                };
            }
            _ => {}
        }
        let Some(parts) = parts(base, exponent) else {
            return self.add(value, &Value::Integer(1), 1, false);
        };
        for part in parts {
            self.add(&part.base, &part.rest, part.denominator, part.numerator < 0);
            let is_split = self.form == Form::Polynomial && is_sum(base);
            if is_split && number::is_one(&part.rest) && part.numerator > part.denominator {
                self.collect(base);
            }
        }
    }

    fn add(&mut self, base: &Value, rest: &Value, root: i64, has_inverse: bool) {
        let place = *self.places.entry((base.clone(), rest.clone())).or_insert_with(|| {
            let (base, rest) = (base.clone(), rest.clone());
            self.kernels.push(Kernel { base, rest, root: 1, has_inverse: false });
            self.kernels.len() - 1
        });
        let kernel = &mut self.kernels[place];
        kernel.root = least_common_multiple(kernel.root, root);
        kernel.has_inverse |= has_inverse;
    }

    /// Reads an expression that is not a sum or a product.
    pub(crate) fn leaf(&self, value: &Value) -> Leaf {
        if self.opaque.contains(value) {
            return self.leaf_of_kernel(value);
        }
        if value.is_number() {
            return Leaf::Number;
        }
        if is_sum(value) && self.form == Form::Fraction {
            let place = self.place(value, &Value::Integer(1));
            return match place {
                Some(place) => Leaf::Powers(vec![(place, self.kernels[place].root)]),
                None => Leaf::Compound(1),
            };
        }
        if is_sum(value) || value.args_of(sym::Times).is_some() {
            return Leaf::Compound(1);
        }
        let Some([base, exponent]) = value.exactly(sym::Power) else {
            return self.leaf_of_kernel(value);
        };
        match whole(exponent) {
            Some(exponent) if exponent.abs() <= EXPONENT_MAX => self.whole_power(base, exponent),
            _ => self.split_power(value, base, exponent),
        }
    }

    fn leaf_of_kernel(&self, value: &Value) -> Leaf {
        match self.place(value, &Value::Integer(1)) {
            Some(place) => Leaf::Powers(vec![(place, self.kernels[place].root)]),
            None => Leaf::Unknown,
        }
    }

    fn whole_power(&self, base: &Value, exponent: i64) -> Leaf {
        let is_divided = self.form == Form::Fraction || exponent > 0;
        if let Some(place) = self.place(base, &Value::Integer(1))
            && !(self.form == Form::Polynomial && exponent > 0 && is_compound(base))
        {
            let root = self.kernels[place].root;
            return match exponent.checked_mul(root) {
                Some(exponent) => Leaf::Powers(vec![(place, exponent)]),
                None => Leaf::Unknown,
            };
        }
        match is_divided {
            true => Leaf::Compound(exponent),
            false => Leaf::Unknown,
        }
    }

    fn split_power(&self, value: &Value, base: &Value, exponent: &Value) -> Leaf {
        let Some(parts) = parts(base, exponent) else { return self.leaf_of_kernel(value) };
        let mut powers = Vec::new();
        let mut whole = 0;
        for part in parts {
            let Some(place) = self.place(&part.base, &part.rest) else { return Leaf::Unknown };
            let mut numerator = part.numerator;
            if self.form == Form::Polynomial && is_sum(base) && number::is_one(&part.rest) {
                whole += (numerator / part.denominator).max(0);
                numerator -= (numerator / part.denominator).max(0) * part.denominator;
            }
            let factor = self.kernels[place].root / part.denominator;
            match numerator.checked_mul(factor) {
                Some(exponent) => powers.push((place, exponent)),
                None => return Leaf::Unknown,
            }
        }
        match whole {
            0 => Leaf::Powers(powers),
            _ => Leaf::Split(powers, whole),
        }
    }

    /// Returns the product of powers of kernels, which is yet to be evaluated.
    pub(crate) fn product(&self, powers: impl Iterator<Item = (usize, i64)>) -> Args {
        powers
            .filter(|(_, exponent)| *exponent != 0)
            .map(|(place, exponent)| self.kernels[place].power(exponent))
            .collect()
    }

    /// Returns whether results need no evaluation.
    pub(crate) fn is_plain(&self) -> bool {
        self.kernels.iter().all(Kernel::is_plain)
    }
}

/// What an expression that is not a sum or a product is.
pub(crate) enum Leaf {
    Number,
    /// A product of powers of kernels.
    Powers(Vec<(usize, i64)>),
    /// A product of powers of kernels, times a power of the base of the expression.
    Split(Vec<(usize, i64)>, i64),
    /// This power of a sum or a product, or of a number.
    Compound(i64),
    /// Nothing that the basis knows.
    Unknown,
}

pub(crate) fn is_sum(value: &Value) -> bool {
    value.args_of(sym::Plus).is_some()
}

fn is_compound(value: &Value) -> bool {
    is_sum(value)
        || value.args_of(sym::Times).is_some()
        || value.is_number()
        || is_whole_power(value)
}

fn is_whole_power(value: &Value) -> bool {
    value.exactly(sym::Power).is_some_and(|[_, exponent]| whole(exponent).is_some())
}

fn whole(exponent: &Value) -> Option<i64> {
    exponent.as_i64().filter(|exponent| *exponent != 0)
}

/// Splits a power by the terms of its exponent; `None` if it is a kernel as it is.
pub(crate) fn parts(base: &Value, exponent: &Value) -> Option<Vec<Part>> {
    let terms = match exponent.args_of(sym::Plus) {
        Some(terms) if !base.is_number() => terms,
        _ => std::slice::from_ref(exponent),
    };
    let part = |term: &Value| {
        let (factor, rest) = match term.args_of(sym::Times) {
            Some([factor, rest @ ..]) if is_fraction(factor) => match rest {
                [one] => (factor.clone(), one.clone()),
                all => (factor.clone(), Value::call(sym::Times, Args::from(all))),
            },
            _ if is_fraction(term) => (term.clone(), Value::Integer(1)),
            _ => (Value::Integer(1), term.clone()),
        };
        let (numerator, denominator) = number::rational(&factor)?.into_parts();
        let small = |integer: IBig| i64::try_from(integer).ok().filter(|n| n.abs() <= EXPONENT_MAX);
        let (numerator, denominator) = (small(numerator)?, small(denominator.into())?);
        Some(Part { base: base.clone(), rest, numerator, denominator })
    };
    terms.iter().map(part).collect()
}

fn is_fraction(value: &Value) -> bool {
    matches!(value, Value::Integer(_) | Value::BigInteger(_) | Value::Rational(_))
}

fn least_common_multiple(a: i64, b: i64) -> i64 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x).saturating_mul(b)
}
