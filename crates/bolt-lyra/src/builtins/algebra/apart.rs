//! `Apart`: partial fractions.

use bolt_algebra::univariate as u;
use bolt_algebra::{Fractions, Integers, Polynomial, Quotient, Ring, Watch, factor};
use triomphe::Arc;

use super::build::Refusal;
use super::divide::by_powers;
use super::expand::{options, threaded};
use super::factor::factored;
use super::kernels::Basis;
use super::ratio::{self, Ratio, times_power};
use super::together::{Fraction, is_arithmetic};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[builtin(
    "Apart",
    Attributes::LISTABLE,
    apart_call,
    "Apart[e] writes a fraction as a sum of fractions with the simplest denominators; Apart[e, x] \
     takes all but x for constants.",
    &[
        ("Apart[1/(x^2 - 1)]", "1/(2*(-1 + x)) - 1/(2*(1 + x))"),
        ("Apart[x^3/(x + 1)]", "1 - x + x^2 - 1/(1 + x)"),
    ],
)];

fn apart_call(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, _) = options(call.args());
    let (value, variable) = match args {
        [value] => (value.clone(), None),
        [value, variable] => (value.clone(), Some(variable.clone())),
        _ => {
            let count = args.len();
            session.wrong_count_of("Apart", count, 1, 2);
            return Ok(Step::Same);
        }
    };
    let found =
        threaded(session, &value, &mut |session, part| apart(session, part, variable.as_ref()))?;
    Ok(Step::Done(found))
}

/// Writes a fraction as a sum of partial fractions in a variable, or in the one that has most
/// denominators.
pub(crate) fn apart(session: &mut Session, value: &Value, variable: Option<&Value>) -> Evaluated {
    if !is_arithmetic(value) {
        return Ok(value.clone());
    }
    let first = variable.map_or(&[][..], std::slice::from_ref);
    let Some(Fraction { basis, ratio, is_approximate }) = session.fraction(value, first)? else {
        return Ok(value.clone());
    };
    let flag = session.interrupt.clone();
    let watch = Watch::new(&flag);
    let split = |ratio: &Ratio| -> Result<Option<Value>, Refusal> {
        let ratio = factored(ratio, factor::factor, watch)?;
        let place = match variable {
            Some(variable) => basis.place_of(variable),
            None => most_denominators(&ratio),
        };
        place.map(|place| partial_fractions(&basis, &ratio, place, watch)).transpose()
    };
    match split(&ratio) {
        Ok(Some(sum)) => session.finish(&sum, is_approximate),
        Ok(None) if variable.is_some() => Ok(value.clone()),
        Ok(None) => super::expand(session, value),
        Err(refusal) => {
            session.refused(refusal)?;
            Ok(value.clone())
        }
    }
}

/// Returns the kernel in which there are most denominators, the first of several.
fn most_denominators(ratio: &Ratio) -> Option<usize> {
    let count = |place: usize| {
        let powers = usize::from(ratio.monomial[place] < 0);
        let is_below =
            |(factor, exponent): &&(Polynomial, i64)| *exponent < 0 && factor.degree(place) > 0;
        powers + ratio.factors.iter().filter(is_below).count()
    };
    let most = (0..ratio.monomial.len()).map(count).max().filter(|most| *most > 0)?;
    (0..ratio.monomial.len()).find(|&place| count(place) == most)
}

/// A polynomial in the variable over fractions in the others.
type Over = Vec<Quotient>;

/// Reads a polynomial in a variable.
pub(super) fn read(field: &Fractions<'_>, polynomial: &Polynomial, place: usize) -> Over {
    let mut dense = vec![field.zero(); polynomial.degree(place) as usize + 1];
    for (power, coefficient) in polynomial.by_powers_of(place) {
        dense[power as usize] = field.whole(coefficient);
    }
    u::trim(field, &mut dense);
    dense
}

/// Returns numerator and denominator of a polynomial over fractions.
pub(super) fn write(
    field: &Fractions<'_>,
    dense: &[Quotient],
    place: usize,
) -> (Polynomial, Polynomial) {
    let mut below = field.one();
    for own in dense {
        // The least common multiple: times what is left of the denominator in lowest terms.
        let left = field.reduced(&below.numerator, &own.denominator).denominator;
        below = field.mul(&below, &field.whole(left));
    }
    let powers: Vec<(u64, Polynomial)> = dense
        .iter()
        .enumerate()
        .map(|(power, own)| {
            let scaled = field.mul(own, &below);
            (power as u64, scaled.numerator)
        })
        .collect();
    (Polynomial::from_powers_of(&Integers, field.variables, place, &powers), below.numerator)
}

fn partial_fractions(
    basis: &Basis,
    ratio: &Ratio,
    place: usize,
    watch: Watch<'_>,
) -> Result<Value, Refusal> {
    let field = Fractions { variables: basis.len(), watch };
    let mut below: Vec<(Polynomial, u64)> = Vec::new();
    let mut outside = Ratio { factors: Vec::new(), ..ratio.clone() };
    if outside.monomial[place] < 0 {
        let own = Polynomial::variable(&Integers, basis.len(), place, 1);
        below.push((own, outside.monomial[place].unsigned_abs()));
        outside.monomial[place] = 0;
    }
    for (factor, exponent) in &ratio.factors {
        match *exponent < 0 && factor.degree(place) > 0 {
            true => below.push((factor.clone(), exponent.unsigned_abs())),
            false => outside.factors.push((factor.clone(), *exponent)),
        }
    }
    let (numerator, _) = outside.expanded()?;
    let scale = below_the_line(&outside);
    let power = |(factor, exponent): &(Polynomial, u64)| {
        let one = Polynomial::constant(&Integers, basis.len(), bolt_algebra::Integer::ONE);
        Ok(read(&field, &times_power(&one, factor, *exponent)?, place))
    };
    let powers: Vec<Over> = below.iter().map(power).collect::<Result<_, Refusal>>()?;
    let one = vec![field.one()];
    let all = powers.iter().fold(one.clone(), |product, own| u::mul(&field, &product, own));
    let above = read(&field, &numerator, place);
    let [quotient, rest] = u::div_rem(&field, &above, &all).unwrap_or_default();
    let (whole, whole_below) = write(&field, &quotient, place);
    let mut terms = Args::new();
    if !whole.is_zero() {
        let below = Ratio::from_polynomial(&whole_below).power(-1)?.times(&scale, watch)?;
        terms.push(by_powers(basis, &whole, &below, place, watch)?);
    }
    for (number, (factor, exponent)) in below.iter().enumerate() {
        watch.check()?;
        let others = powers.iter().enumerate().filter(|(other, _)| *other != number);
        let others = others.fold(one.clone(), |product, (_, own)| u::mul(&field, &product, own));
        let own = &powers[number];
        let [_, inverse, _] = u::extended_gcd(&field, &u::rem(&field, &others, own), own);
        let mut part = u::rem(&field, &u::mul(&field, &rest, &inverse), own);
        let base = read(&field, factor, place);
        let mut left = *exponent as i64;
        while !part.is_empty() && left > 0 {
            let [next, digit] = u::div_rem(&field, &part, &base).unwrap_or_default();
            terms.push(fraction(basis, &field, &digit, &scale, (factor, left), place, watch)?);
            part = next;
            left -= 1;
        }
    }
    Ok(Value::call(sym::Plus, terms))
}

/// Returns what stands below the line.
fn below_the_line(ratio: &Ratio) -> Ratio {
    let is_below = |(_, exponent): &&(Polynomial, i64)| *exponent < 0;
    Ratio {
        number: (bolt_algebra::Integer::ONE, ratio.number.1.clone()),
        monomial: ratio.monomial.iter().map(|own| *own.min(&0)).collect(),
        factors: ratio.factors.iter().filter(is_below).cloned().collect(),
    }
}

/// Writes a numerator over a power of a factor.
fn fraction(
    basis: &Basis,
    field: &Fractions<'_>,
    digit: &[Quotient],
    scale: &Ratio,
    (factor, exponent): (&Polynomial, i64),
    place: usize,
    watch: Watch<'_>,
) -> Result<Value, Refusal> {
    let (above, below) = write(field, digit, place);
    let mut ratio = Ratio::from_polynomial(&above);
    if ratio.is_zero() {
        return Ok(Value::Integer(0));
    }
    for side in [&Ratio::from_polynomial(&below).power(-1)?, scale] {
        ratio = ratio.times(side, watch)?;
    }
    let factor = Ratio::from_polynomial(factor).power(-exponent)?;
    Ok(ratio::write_signed(basis, &ratio.times(&factor, watch)?))
}
