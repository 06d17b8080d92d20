//! Expressions as programs for complex machine numbers.
//!
//! An expression is compiled once, equal parts once, and run at many points. A function that the
//! program does not know takes a value that depends on the values of its arguments only and is
//! otherwise arbitrary, so that an identity found at random points holds for whatever it may be.

pub(crate) mod complex;
mod functions;
mod special;

use std::collections::HashMap;

use super::interpolating::Interpolant;
use crate::number;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Value, grown};

use complex::{C, ONE, ZERO, c, r};

/// One operation; operands are places of earlier ones.
#[derive(Debug, Clone)]
enum Op {
    Constant(C),
    Variable(usize),
    Sum(Vec<usize>),
    Product(Vec<usize>),
    Power(usize, usize),
    Integer(usize, i64),
    Known(functions::Known, Vec<usize>),
    /// A function that is not known, by its hash.
    Opaque(u64, Vec<usize>),
    /// The first value whose condition is true, else the last.
    Cases(Vec<(usize, usize)>, usize),
    Compare(std::cmp::Ordering, bool, usize, usize),
    Interpolated(Box<Interpolant>, usize),
}

/// Expressions in the form in which they are run.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    ops: Vec<Op>,
    places: HashMap<Value, usize>,
    /// The variables, in the order of their values.
    pub(crate) variables: Vec<Value>,
    outputs: Vec<usize>,
    /// Whether a function stands in it whose value is arbitrary.
    pub(crate) is_opaque: bool,
}

impl Tape {
    /// Compiles expressions; `first` are variables whose values come first.
    pub(crate) fn new(session: &Session, first: &[Value], of: &[&Value]) -> Self {
        let mut tape = Self { variables: first.to_vec(), ..Self::default() };
        for value in of {
            let place = tape.place(session, value);
            tape.outputs.push(place);
        }
        tape
    }

    fn push(&mut self, op: Op) -> usize {
        self.ops.push(op);
        self.ops.len() - 1
    }

    fn place(&mut self, session: &Session, value: &Value) -> usize {
        if let Some(&place) = self.places.get(value) {
            return place;
        }
        let op = grown(value.depth(), || self.op(session, value));
        let place = self.push(op);
        self.places.insert(value.clone(), place);
        place
    }

    fn variable(&mut self, value: &Value) -> Op {
        let place = self.variables.iter().position(|known| known == value).unwrap_or_else(|| {
            self.variables.push(value.clone());
            self.variables.len() - 1
        });
        Op::Variable(place)
    }

    fn op(&mut self, session: &Session, value: &Value) -> Op {
        if self.variables.contains(value) {
            return self.variable(value);
        }
        match value {
            Value::Complex(z) => match (number::to_f64(&z.re), number::to_f64(&z.im)) {
                (Some(re), Some(im)) => Op::Constant(c(re, im)),
                _ => Op::Constant(c(f64::NAN, 0.0)),
            },
            Value::Symbol(symbol) => match crate::builtins::numbers::precision::constant(*symbol) {
                Some(constant) => Op::Constant(r(constant)),
                None if matches!(
                    *symbol,
                    sym::Infinity | sym::ComplexInfinity | sym::Indeterminate | sym::Undefined
                ) =>
                {
                    Op::Constant(c(f64::NAN, 0.0))
                }
                None => self.variable(value),
            },
            Value::Temporary(_) => self.variable(value),
            Value::Call(call) => self.call(session, call),
            _ => Op::Constant(number::to_f64(value).map_or(c(f64::NAN, 0.0), r)),
        }
    }

    fn call(&mut self, session: &Session, call: &crate::value::Call) -> Op {
        let args = call.args();
        match call.head().as_symbol() {
            Some(sym::Plus) => Op::Sum(self.all(session, args)),
            Some(sym::Times) => Op::Product(self.all(session, args)),
            Some(sym::Power) if args.len() == 2 => match &args[1] {
                Value::Integer(exponent) if exponent.abs() < 1024 => {
                    Op::Integer(self.place(session, &args[0]), *exponent)
                }
                _ => Op::Power(self.place(session, &args[0]), self.place(session, &args[1])),
            },
            Some(sym::Piecewise) => self.piecewise(session, call),
            Some(
                head @ (sym::Less
                | sym::LessEqual
                | sym::Greater
                | sym::GreaterEqual
                | sym::Equal
                | sym::Unequal),
            ) if args.len() == 2 => {
                let (a, b) = (self.place(session, &args[0]), self.place(session, &args[1]));
                let (order, negated) = match head {
                    sym::Less => (std::cmp::Ordering::Less, false),
                    sym::Greater => (std::cmp::Ordering::Greater, false),
                    sym::LessEqual => (std::cmp::Ordering::Greater, true),
                    sym::GreaterEqual => (std::cmp::Ordering::Less, true),
                    sym::Equal => (std::cmp::Ordering::Equal, false),
                    _ => (std::cmp::Ordering::Equal, true),
                };
                Op::Compare(order, negated, a, b)
            }
            None if let ([x], Some(function)) = (args, Interpolant::read(call.head())) => {
                Op::Interpolated(Box::new(function), self.place(session, x))
            }
            head => {
                let name = head.map(|head| session.names.full(head).name.clone());
                let known = name.as_deref().and_then(|name| functions::known(name, args.len()));
                match known {
                    Some(known) => Op::Known(known, self.all(session, args)),
                    None => self.opaque(session, call),
                }
            }
        }
    }

    fn piecewise(&mut self, session: &Session, call: &crate::value::Call) -> Op {
        let mut cases = Vec::new();
        for case in call.args().first().and_then(Value::as_list).unwrap_or(&[]) {
            let Some([value, condition]) = case.as_list() else { continue };
            let condition = match condition.as_bool() {
                Some(is) => self.push(Op::Constant(if is { ONE } else { ZERO })),
                None => self.place(session, condition),
            };
            cases.push((condition, self.place(session, value)));
        }
        let otherwise = call.args().get(1).cloned().unwrap_or(Value::Integer(0));
        let otherwise = self.place(session, &otherwise);
        Op::Cases(cases, otherwise)
    }

    fn opaque(&mut self, session: &Session, call: &crate::value::Call) -> Op {
        use std::hash::BuildHasher;
        self.is_opaque = true;
        let hash = foldhash::fast::FixedState::default().hash_one(call.head());
        Op::Opaque(hash, self.all(session, call.args()))
    }

    fn all(&mut self, session: &Session, args: &[Value]) -> Vec<usize> {
        args.iter().map(|arg| self.place(session, arg)).collect()
    }

    /// Runs the program; `work` is kept between runs.
    pub(crate) fn run(&self, values: &[C], work: &mut Vec<C>) -> Vec<C> {
        work.clear();
        for op in &self.ops {
            let value = match op {
                Op::Constant(value) => *value,
                Op::Variable(place) => values.get(*place).copied().unwrap_or(c(f64::NAN, 0.0)),
                Op::Sum(places) => places.iter().fold(ZERO, |sum, &place| sum + work[place]),
                Op::Product(places) => {
                    places.iter().fold(ONE, |product, &place| product * work[place])
                }
                Op::Power(base, exponent) => work[*base].pow(work[*exponent]),
                Op::Integer(base, exponent) => work[*base].powi(*exponent),
                Op::Known(known, places) => known.apply(places, work),
                Op::Opaque(hash, places) => opaque_value(*hash, places, work),
                Op::Cases(cases, otherwise) => {
                    let case = cases.iter().find(|(condition, _)| work[*condition] == ONE);
                    work[case.map_or(*otherwise, |(_, value)| *value)]
                }
                Op::Interpolated(function, place) => match work[*place] {
                    C { re, im: 0.0 } if re.is_finite() => function.at(re),
                    _ => c(f64::NAN, f64::NAN),
                },
                Op::Compare(order, negated, a, b) => {
                    let is = work[*a].re.partial_cmp(&work[*b].re) == Some(*order);
                    if is != *negated { ONE } else { ZERO }
                }
            };
            work.push(value);
        }
        self.outputs.iter().map(|&place| work[place]).collect()
    }
}

/// A value between 1/2 and 3/2 that arguments decide, as far as they differ by more than rounding.
fn opaque_value(hash: u64, places: &[usize], work: &[C]) -> C {
    let mut state = hash;
    let mut mix = |bits: u64| {
        state = (state ^ bits).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        state ^= state >> 29;
        state = state.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state ^= state >> 32;
    };
    for &place in places {
        let value = work[place];
        if !value.is_finite() {
            return c(f64::NAN, f64::NAN);
        }
        let scale = value.abs().max(1e-300);
        for part in [value.re, value.im] {
            // Nine digits of the larger part.
            let unit = 10f64.powi(scale.log10().floor() as i32 - 9);
            mix((part / unit).round().to_bits().wrapping_add(u64::from(part.abs() < unit)));
        }
        mix(scale.log10().floor().to_bits());
    }
    let part = |bits: u64| (bits & 0xFFFF_FFFF) as f64 / 4_294_967_296.0;
    c(0.5 + part(state), 0.5 + part(state >> 32))
}
