//! Functions of numbers over packed arrays.
//!
//! They compute what evaluating the function element by element computes; where one element would
//! leave the machine numbers, nothing is computed and `None` returned.

use super::{Array, Dimensions, Elements};
use crate::symbol::{Symbol, sym};
use crate::value::Value;

/// An argument of a function that threads over lists.
#[derive(Clone, Copy)]
enum Argument<'a> {
    Integer(i64),
    Real(f64),
    Integers(&'a [i64]),
    Reals(&'a [f64]),
}

impl<'a> Argument<'a> {
    fn new(value: &'a Value) -> Option<Self> {
        match value {
            Value::Integer(integer) => Some(Self::Integer(*integer)),
            Value::Real(real) => Some(Self::Real(*real)),
            _ => Some(match value.as_array()?.elements() {
                Elements::Integers(integers) => Self::Integers(integers),
                Elements::Reals(reals) => Self::Reals(reals),
            }),
        }
    }
}

/// Integers up to this size are machine reals, too.
const EXACT: u64 = 1 << 53;

/// Applies a function to arguments one of which at least is a packed array.
pub(crate) fn thread(head: Symbol, args: &[Value]) -> Option<Value> {
    let mut shape: Option<&Array> = None;
    for array in args.iter().filter_map(Value::as_array) {
        match shape {
            Some(shape) if shape.dimensions() != array.dimensions() => return None,
            Some(_) => {}
            None => shape = Some(array),
        }
    }
    let dimensions = Dimensions::from(shape?.dimensions());
    let elements = match args {
        [Value::Symbol(sym::E), x] if head == sym::Power => unary(sym::Exp, Argument::new(x)?)?,
        [base, exponent]
            if head == sym::Power && *exponent == crate::builtins::arithmetic::half() =>
        {
            unary(sym::Sqrt, Argument::new(base)?)?
        }
        [x] => unary(head, Argument::new(x)?)?,
        [a, b] => binary(head, Argument::new(a)?, Argument::new(b)?)?,
        _ => return None,
    };
    Some(Value::array(elements, dimensions))
}

fn unary(head: Symbol, x: Argument<'_>) -> Option<Elements> {
    match x {
        Argument::Integers(x) => match head {
            sym::Minus => integers(x.iter().map(|x| x.checked_neg())),
            sym::Abs => integers(x.iter().map(|x| x.checked_abs())),
            sym::Floor | sym::Round | sym::Ceiling | sym::Conjugate | sym::Re => {
                Some(Elements::Integers(x.to_vec()))
            }
            sym::Im => Some(Elements::Integers(vec![0; x.len()])),
            sym::Sign => Some(Elements::Integers(x.iter().map(|x| x.signum()).collect())),
            _ => None,
        },
        Argument::Reals(x) => {
            let of = |function: fn(f64) -> f64| {
                Some(Elements::Reals(x.iter().map(|x| function(*x)).collect()))
            };
            let positive = |function: fn(f64) -> f64| match x.iter().all(|x| *x > 0.0) {
                true => of(function),
                false => None,
            };
            match head {
                sym::Minus => of(|x| -x),
                sym::Conjugate | sym::Re => of(|x| x),
                sym::Im => Some(Elements::Integers(vec![0; x.len()])),
                sym::Abs => of(f64::abs),
                sym::Sin => of(f64::sin),
                sym::Cos => of(f64::cos),
                sym::Tan => of(f64::tan),
                sym::ArcTan => of(f64::atan),
                sym::Sinh => of(f64::sinh),
                sym::Cosh => of(f64::cosh),
                sym::Tanh => of(f64::tanh),
                sym::Log => positive(f64::ln),
                sym::Sqrt => positive(f64::sqrt),
                sym::Exp => of(f64::exp),
                sym::Floor => rounded(x, f64::floor),
                sym::Ceiling => rounded(x, f64::ceil),
                sym::Round => rounded(x, f64::round_ties_even),
                _ => None,
            }
        }
        _ => None,
    }
}

fn rounded(x: &[f64], function: fn(f64) -> f64) -> Option<Elements> {
    let whole = |x: &f64| {
        let whole = function(*x);
        (whole.abs() < EXACT as f64).then_some(whole as i64)
    };
    integers(x.iter().map(whole))
}

/// Collects integers unless one is missing.
fn integers(all: impl Iterator<Item = Option<i64>>) -> Option<Elements> {
    all.collect::<Option<Vec<i64>>>().map(Elements::Integers)
}

fn binary(head: Symbol, a: Argument<'_>, b: Argument<'_>) -> Option<Elements> {
    use Argument::{Integer, Integers, Real, Reals};
    if head == sym::Power {
        return power(a, b);
    }
    if head == sym::Mod {
        let (Integers(a), Integer(b @ 1..)) = (a, b) else { return None };
        return Some(Elements::Integers(a.iter().map(|a| a.rem_euclid(b)).collect()));
    }
    match (a, b) {
        (Integers(a), Integers(b)) => {
            let op = checked(head)?;
            integers(a.iter().zip(b).map(|(a, b)| op(*a, *b)))
        }
        (Integers(a), Integer(b)) => {
            let op = checked(head)?;
            integers(a.iter().map(|a| op(*a, b)))
        }
        (Integer(a), Integers(b)) => {
            let op = checked(head)?;
            integers(b.iter().map(|b| op(a, *b)))
        }
        (Reals(a), Reals(b)) => both(head, a, b),
        (Reals(a), Real(b)) | (Real(b), Reals(a)) => with_one(head, a, b),
        (Reals(a), Integer(b)) | (Integer(b), Reals(a)) => {
            // An exact 0 times anything is an exact 0.
            let exact = b != 0 && b.unsigned_abs() <= EXACT;
            if exact || head == sym::Plus { with_one(head, a, b as f64) } else { None }
        }
        (Integers(a), Real(b)) | (Real(b), Integers(a)) => with_one(head, &reals(head, a)?, b),
        (Integers(a), Reals(b)) | (Reals(b), Integers(a)) => both(head, &reals(head, a)?, b),
        _ => None,
    }
}

/// Returns integers as reals that they are equal to.
fn reals(head: Symbol, of: &[i64]) -> Option<Vec<f64>> {
    let fits = |x: &i64| x.unsigned_abs() <= EXACT && (head == sym::Plus || *x != 0);
    of.iter().map(|x| fits(x).then_some(*x as f64)).collect()
}

fn checked(head: Symbol) -> Option<fn(i64, i64) -> Option<i64>> {
    match head {
        sym::Plus => Some(i64::checked_add),
        sym::Times => Some(i64::checked_mul),
        _ => None,
    }
}

/// Sums and products do not depend on the order of two numbers.
fn both(head: Symbol, a: &[f64], b: &[f64]) -> Option<Elements> {
    let pairs = a.iter().zip(b);
    Some(Elements::Reals(match head {
        sym::Plus => pairs.map(|(a, b)| a + b).collect(),
        sym::Times => pairs.map(|(a, b)| a * b).collect(),
        _ => return None,
    }))
}

fn with_one(head: Symbol, a: &[f64], b: f64) -> Option<Elements> {
    Some(Elements::Reals(match head {
        sym::Plus => a.iter().map(|a| a + b).collect(),
        sym::Times => a.iter().map(|a| a * b).collect(),
        _ => return None,
    }))
}

fn power(a: Argument<'_>, b: Argument<'_>) -> Option<Elements> {
    use Argument::{Integer, Integers, Real, Reals};
    match (a, b) {
        (Integers(a), Integer(b @ 1..)) => {
            let exponent = u32::try_from(b).ok()?;
            integers(a.iter().map(|a| a.checked_pow(exponent)))
        }
        (Reals(a), Integer(2)) => Some(Elements::Reals(a.iter().map(|a| a * a).collect())),
        (Reals(a), Integer(-1)) if a.iter().all(|a| *a != 0.0) => {
            Some(Elements::Reals(a.iter().map(|a| 1.0 / a).collect()))
        }
        (Reals(a), Integer(b)) if b > 0 => {
            let exponent = i32::try_from(b).ok()?;
            Some(Elements::Reals(a.iter().map(|a| a.powi(exponent)).collect()))
        }
        (Reals(a), Real(b)) if a.iter().all(|a| *a > 0.0) => {
            Some(Elements::Reals(a.iter().map(|a| a.powf(b)).collect()))
        }
        _ => None,
    }
}
