//! Random numbers and choices. A session begins with the seed 0; `SeedRandom` sets another.

use dashu_int::IBig;
use triomphe::Arc;

use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, BigReal, Binary, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "RandomInteger",
        NONE,
        |s, c| numbers(s, c, integer),
        "RandomInteger[] is 0 or 1; RandomInteger[n] from 0 to n, RandomInteger[{m, n}] from m to \
         n; a second argument gives the size of a list or array of them.",
        &[
            (
                "SeedRandom[1]; a = RandomInteger[9, 3]; SeedRandom[1]; a == RandomInteger[9, 3]",
                "True",
            ),
            ("MatchQ[RandomInteger[{5, 7}], 5 | 6 | 7]", "True"),
        ],
    ),
    builtin(
        "RandomReal",
        NONE,
        |s, c| numbers(s, c, real),
        "RandomReal[] is a number from 0 to 1; RandomReal[x] from 0 to x, RandomReal[{x, y}] from \
         x to y; a second argument gives the size of a list or array of them.",
        &[("0 <= RandomReal[] < 1", "True"), ("Dimensions[RandomReal[{2, 3}, {2, 4}]]", "{2, 4}")],
    ),
    builtin(
        "RandomComplex",
        NONE,
        |s, c| numbers(s, c, complex),
        "RandomComplex[] is a complex number with parts from 0 to 1; RandomComplex[{z, w}] is in \
         the rectangle with the corners z and w.",
        &[("Abs[RandomComplex[]] < 2", "True"), ("Length[RandomComplex[{0, 1 + I}, 3]]", "3")],
    ),
    builtin(
        "RandomChoice",
        NONE,
        random_choice,
        "RandomChoice[list] is an element, each as likely; RandomChoice[{w1, ...} -> {e1, ...}] \
         goes by weights; a second argument gives the size of a list or array of choices.",
        &[
            ("MemberQ[{a, b}, RandomChoice[{a, b}]]", "True"),
            ("RandomChoice[{1, 0} -> {a, b}, 2]", "{a, a}"),
        ],
    ),
    builtin(
        "RandomSample",
        NONE,
        random_sample,
        "RandomSample[list] is the list in a random order; RandomSample[list, n] has n different \
         places of it; weights are given as in RandomChoice.",
        &[
            ("Sort[RandomSample[{a, b, c}]]", "{a, b, c}"),
            ("Length[RandomSample[Range[10], 4]]", "4"),
        ],
    ),
    builtin(
        "RandomPrime",
        NONE,
        random_prime,
        "RandomPrime[n] is a prime up to n, RandomPrime[{m, n}] from m to n; a second argument \
         gives the length of a list of them.",
        &[("RandomPrime[{14, 17}]", "17"), ("PrimeQ[RandomPrime[1000]]", "True")],
    ),
    builtin(
        "SeedRandom",
        NONE,
        seed,
        "SeedRandom[n] makes what random functions give from here on depend on n alone; \
         SeedRandom[] returns to the beginning.",
        &[
            ("SeedRandom[7]; x = RandomReal[]; SeedRandom[7]; x == RandomReal[]", "True"),
            ("SeedRandom[7]; x = RandomReal[]; SeedRandom[8]; x == RandomReal[]", "False"),
        ],
    ),
];

/// Lists of more elements than this are not made.
const MOST: usize = 1 << 26;

/// Reads the size of a list or an array; none means a single value.
pub(in crate::builtins) fn shape(size: Option<&Value>) -> Option<Vec<usize>> {
    let Some(size) = size else { return Some(Vec::new()) };
    let shape: Vec<usize> = match size.as_list() {
        Some(sizes) => sizes.iter().map(Value::as_usize).collect::<Option<_>>()?,
        None => vec![size.as_usize()?],
    };
    let total = shape.iter().try_fold(1usize, |total, &size| total.checked_mul(size));
    total.filter(|&total| total <= MOST).map(|_| shape)
}

/// Fills an array with what a function returns.
pub(in crate::builtins) fn filled(
    session: &mut Session,
    shape: &[usize],
    next: &mut dyn FnMut(&mut Session) -> Evaluated<Option<Value>>,
) -> Evaluated<Option<Value>> {
    let Some((&size, rest)) = shape.split_first() else { return next(session) };
    let mut all = Args::with_capacity(size);
    for _ in 0..size {
        session.check_interrupt()?;
        match filled(session, rest, next)? {
            Some(value) => all.push(value),
            None => return Ok(None),
        }
    }
    Ok(Some(Value::list(all)))
}

/// Draws from the range from one number to another, to so many digits.
type Draw = fn(&mut Session, &Value, &Value, Option<f64>) -> Option<Value>;

fn numbers(session: &mut Session, call: &mut Arc<Call>, draw: Draw) -> Evaluated<Step> {
    let (args, digits) = match call.args() {
        [args @ .., option] if sides(option).is_some() => {
            let digits = sides(option).filter(|(key, ..)| key.is(sym::WorkingPrecision));
            (args, digits.and_then(|(_, digits, _)| number::to_f64(digits)))
        }
        args => (args, None),
    };
    let one = Value::Integer(1);
    let one = if call.head().as_symbol() == session.names.find("RandomComplex") {
        number::complex(one.clone(), one)
    } else {
        one
    };
    let zero = Value::Integer(0);
    let (first, last) = match args.first() {
        None => (zero, one),
        Some(range) => match range.as_list() {
            Some([first, last]) => (first.clone(), last.clone()),
            Some(_) => return Ok(Step::Same),
            None => (zero, range.clone()),
        },
    };
    let Some(shape) = shape(args.get(1)).filter(|_| args.len() <= 2) else {
        return Ok(Step::Same);
    };
    session.hidden_dependence = true;
    let (first, last) = (numerical(session, &first)?, numerical(session, &last)?);
    let value = filled(session, &shape, &mut |session| Ok(draw(session, &first, &last, digits)))?;
    Ok(value.map_or(Step::Same, Step::Done))
}

/// Integers stay; other exact bounds become machine numbers.
fn numerical(session: &mut Session, value: &Value) -> Evaluated {
    match value.is_number() {
        true => Ok(value.clone()),
        false => session.evaluate(&Value::call(sym::N, [value.clone()].as_slice())),
    }
}

fn integer(session: &mut Session, a: &Value, b: &Value, _: Option<f64>) -> Option<Value> {
    let (a, b) = (number::integer(a)?, number::integer(b)?);
    let (first, last) = if a <= b { (a, b) } else { (b, a) };
    Some(Value::from(session.random.between(&first, &last)))
}

fn real(session: &mut Session, a: &Value, b: &Value, digits: Option<f64>) -> Option<Value> {
    if let Some(digits) = digits.filter(|digits| *digits > number::MACHINE_DIGITS) {
        let bits = number::bits_of(digits);
        let drawn = Binary::from_parts(IBig::from(session.random.bits(bits)), -(bits as isize));
        let drawn = Value::BigReal(Arc::new(BigReal::new(drawn, digits)));
        let (a, b) = (number::to_binary(a, digits)?, number::to_binary(b, digits)?);
        let of = |value| Value::BigReal(Arc::new(BigReal::new(value, digits)));
        let (a, b) = (of(a), of(b));
        return Some(number::add(&a, &number::multiply(&number::subtract(&b, &a), &drawn)));
    }
    let (a, b) = (number::to_f64(a)?, number::to_f64(b)?);
    Some(Value::Real(a + (b - a) * session.random.uniform()))
}

fn complex(session: &mut Session, a: &Value, b: &Value, digits: Option<f64>) -> Option<Value> {
    let ((a, c), (b, d)) = (number::parts(a), number::parts(b));
    let re = real(session, &a, &b, digits)?;
    Some(number::complex(re, real(session, &c, &d, digits)?))
}

/// What is chosen from: values, and how likely they are, added up.
struct Chances {
    values: Vec<Value>,
    sums: Option<Vec<f64>>,
}

fn chances(session: &mut Session, of: &Value) -> Evaluated<Option<Chances>> {
    let Some((weights, values, _)) = sides(of) else {
        return Ok(of
            .as_call()
            .map(|list| Chances { values: list.args().to_vec(), sums: None })
            .filter(|chances| !chances.values.is_empty()));
    };
    let (Some(weights), Some(values)) = (weights.as_list(), values.as_list()) else {
        return Ok(None);
    };
    let (mut total, mut sums) = (0.0, Vec::with_capacity(weights.len()));
    for weight in weights {
        match session.machine_value(weight)? {
            Some(weight) if weight >= 0.0 => total += weight,
            _ => return Ok(None),
        }
        sums.push(total);
    }
    let fits = weights.len() == values.len() && total > 0.0;
    Ok(fits.then(|| Chances { values: values.to_vec(), sums: Some(sums) }))
}

impl Chances {
    fn draw(&self, session: &mut Session) -> usize {
        let Some(sums) = &self.sums else { return session.random.below(self.values.len()) };
        let drawn = session.random.uniform() * sums.last().copied().unwrap_or(0.0);
        sums.partition_point(|&sum| sum <= drawn).min(self.values.len() - 1)
    }
}

fn random_choice(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, size) = match call.args() {
        [of] => (of, None),
        [of, size] => (of, Some(size)),
        _ => return Ok(Step::Same),
    };
    let (Some(chances), Some(shape)) = (chances(session, of)?, shape(size)) else {
        return Ok(Step::Same);
    };
    session.hidden_dependence = true;
    let value = filled(session, &shape, &mut |session| {
        let place = chances.draw(session);
        Ok(Some(chances.values[place].clone()))
    })?;
    Ok(value.map_or(Step::Same, Step::Again))
}

fn random_sample(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, count) = match call.args() {
        [of] => (of, None),
        [of, count] => (of, Some(count)),
        _ => return Ok(Step::Same),
    };
    let Some(mut chances) = chances(session, of)? else { return Ok(Step::Same) };
    let available = match &chances.sums {
        Some(sums) => {
            let is_possible =
                |place: &usize| sums[*place] > place.checked_sub(1).map_or(0.0, |p| sums[p]);
            (0..sums.len()).filter(is_possible).count()
        }
        None => chances.values.len(),
    };
    let count = match count {
        None => Some(available),
        Some(count) => match count.exactly::<1>(sym::UpTo) {
            Some([most]) => most.as_usize().map(|most| most.min(available)),
            None => count.as_usize(),
        },
    };
    let Some(count) = count.filter(|&count| count <= available) else {
        session.message_of("RandomSample", "smplen", &call.args()[1..]);
        return Ok(Step::Same);
    };
    session.hidden_dependence = true;
    let mut all = Args::with_capacity(count);
    for chosen in 0..count {
        session.check_interrupt()?;
        match &mut chances.sums {
            None => {
                let place = chosen + session.random.below(chances.values.len() - chosen);
                chances.values.swap(chosen, place);
                all.push(chances.values[chosen].clone());
            }
            Some(_) => {
                let place = chances.draw(session);
                all.push(chances.values[place].clone());
                remove_weight(&mut chances, place);
            }
        }
    }
    let head = if sides(of).is_some() { Value::Symbol(sym::List) } else { of.head() };
    Ok(Step::Again(Value::call(head, all)))
}

fn remove_weight(chances: &mut Chances, place: usize) {
    let Some(sums) = &mut chances.sums else { return };
    let before = place.checked_sub(1).map_or(0.0, |before| sums[before]);
    let weight = sums[place] - before;
    sums[place] = before;
    sums[place + 1..].iter_mut().for_each(|sum| *sum = (*sum - weight).max(before));
}

/// How often primes are looked for by chance before the range is searched through.
const TRIES: usize = 10_000;

fn random_prime(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (range, size) = match call.args() {
        [range] => (range, None),
        [range, size] => (range, Some(size)),
        _ => return Ok(Step::Same),
    };
    let two = Value::Integer(2);
    let (first, last) = match range.as_list() {
        Some([first, last]) => (first, last),
        _ => (&two, range),
    };
    let (Some(first), Some(last), Some(shape)) =
        (number::integer(first), number::integer(last), shape(size))
    else {
        return Ok(Step::Same);
    };
    session.hidden_dependence = true;
    let value = filled(session, &shape, &mut |session| prime_between(session, &first, &last))?;
    if value.is_none() {
        session.message_of("RandomPrime", "noprime", &[]);
    }
    Ok(value.map_or(Step::Same, Step::Done))
}

fn prime_between(session: &mut Session, first: &IBig, last: &IBig) -> Evaluated<Option<Value>> {
    if first > last {
        return Ok(None);
    }
    for _ in 0..TRIES {
        session.check_interrupt()?;
        let drawn = session.random.between(first, last);
        if super::super::integers::is_prime(&drawn) {
            return Ok(Some(Value::from(drawn)));
        }
    }
    let mut at = first.clone();
    while &at <= last && at < first + IBig::from(1 << 16) {
        if super::super::integers::is_prime(&at) {
            return Ok(Some(Value::from(at)));
        }
        at += IBig::ONE;
    }
    Ok(None)
}

fn seed(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let seed = match call.args() {
        [] => 0,
        [Value::Integer(seed), ..] => *seed as u64,
        [other, ..] => {
            use std::hash::BuildHasher;
            foldhash::fast::FixedState::default().hash_one(other)
        }
    };
    session.random = crate::random::Generator::new(seed);
    session.hidden_dependence = true;
    Ok(Step::Done(Value::NULL))
}
