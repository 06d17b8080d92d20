//! Resultants, discriminants and common divisors with multipliers.

use bolt_algebra::univariate as u;
use bolt_algebra::{
    Fractions, Integer, Integers, Polynomial, Ring, Watch, resultant, subresultants,
};
use triomphe::Arc;

use super::apart;
use super::build::Refusal;
use super::divide::by_powers;
use super::kernels::Basis;
use super::ratio::{self, Ratio, times_power};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Resultant",
        Attributes::LISTABLE,
        |s, c| of_two(s, c, "Resultant", resultant_of),
        "Resultant[p, q, x] is 0 where two polynomials in x have a root in common: the product of \
         the differences of their roots and of powers of their leading coefficients.",
        &[
            ("Resultant[x^2 - a, x - b, x]", "-a + b^2"),
            ("Resultant[(x - 1) (x - 2), x - 3, x]", "2"),
        ],
    ),
    builtin(
        "Subresultants",
        Attributes::NONE,
        |s, c| of_two(s, c, "Subresultants", subresultants_of),
        "Subresultants[p, q, x] is the list of the principal subresultant coefficients of two \
         polynomials in x, the first of which is their resultant.",
        &[
            ("Subresultants[(x - 1) (x - 2), (x - 1) (x - 3), x]", "{0, -1, 1}"),
            ("Subresultants[x^2 - a, x - b, x]", "{-a + b^2, 1}"),
        ],
    ),
    builtin(
        "Discriminant",
        Attributes::LISTABLE,
        discriminant,
        "Discriminant[p, x] is 0 where a polynomial in x has a double root.",
        &[("Discriminant[a x^2 + b x + c, x]", "b^2 - 4*a*c"), ("Discriminant[x^3 - x, x]", "4")],
    ),
    builtin(
        "PolynomialExtendedGCD",
        Attributes::NONE,
        extended,
        "PolynomialExtendedGCD[p, q, x] is {d, {a, b}} with the greatest common divisor d of two \
         polynomials in x, which is a p + b q.",
        &[
            ("PolynomialExtendedGCD[x, 1 - x, x]", "{1, {1, 1}}"),
            ("PolynomialExtendedGCD[x^2 + a x, x^2 - a x, x]", "{x, {1/(2*a), -(1/(2*a))}}"),
        ],
    ),
];

/// Polynomials over the integers in the kernels of a basis, with what they were multiplied by.
struct Sides {
    basis: Basis,
    place: usize,
    numerators: Vec<Polynomial>,
    denominators: Vec<Polynomial>,
    is_approximate: bool,
}

/// Reads polynomials in a variable.
fn sides(
    session: &mut Session,
    values: &[&Value],
    variable: &Value,
    name: &str,
) -> Evaluated<Option<Sides>> {
    let mut all = values.to_vec();
    all.push(variable);
    let Some((basis, mut ratios, is_approximate)) =
        session.fractions(&all, std::slice::from_ref(variable))?
    else {
        return Ok(None);
    };
    ratios.pop();
    let Some(place) = basis.place_of(variable) else {
        session.message_of(name, "ivar", std::slice::from_ref(variable));
        return Ok(None);
    };
    let (mut numerators, mut denominators) = (Vec::new(), Vec::new());
    for (ratio, value) in ratios.iter().zip(values) {
        if !super::divide::is_polynomial_in(&basis, ratio, place, variable) {
            session.message_of(name, "poly", &[(*value).clone()]);
            return Ok(None);
        }
        match ratio.expanded() {
            Ok((above, below)) => {
                numerators.push(above);
                denominators.push(below);
            }
            Err(refusal) => {
                session.refused(refusal)?;
                return Ok(None);
            }
        }
    }
    Ok(Some(Sides { basis, place, numerators, denominators, is_approximate }))
}

type OfTwo = fn(&Sides, Watch<'_>) -> Result<Value, Refusal>;

fn of_two(session: &mut Session, call: &mut Arc<Call>, name: &str, of: OfTwo) -> Evaluated<Step> {
    let (args, _) = super::expand::options(call.args());
    let [p, q, variable] = args else {
        let count = args.len();
        session.wrong_count_of(name, count, 3, 3);
        return Ok(Step::Same);
    };
    let Some(sides) = sides(session, &[p, q], variable, name)? else { return Ok(Step::Same) };
    let flag = session.interrupt.clone();
    match of(&sides, Watch::new(&flag)) {
        Ok(value) => Ok(Step::Done(session.finish(&value, sides.is_approximate)?)),
        Err(refusal) => {
            session.refused(refusal)?;
            Ok(Step::Same)
        }
    }
}

/// Writes a polynomial over the product of powers of denominators.
fn over(
    basis: &Basis,
    numerator: &Polynomial,
    powers: &[(&Polynomial, u64)],
    watch: Watch<'_>,
) -> Result<Value, Refusal> {
    let mut below = Polynomial::constant(&Integers, basis.len(), Integer::ONE);
    for (own, exponent) in powers {
        below = times_power(&below, own, *exponent)?;
    }
    if below.is_one(&Integers) {
        return Ok(ratio::write_polynomial(basis, numerator));
    }
    let whole = Ratio::from_polynomial(numerator);
    let ratio = whole.times(&Ratio::from_polynomial(&below).power(-1)?, watch)?;
    if ratio.factors.iter().any(|(_, exponent)| *exponent < 0) {
        return Ok(ratio::write_signed(basis, &ratio));
    }
    let (above, below) = ratio.expanded()?;
    // Only a number and kernels are below: it is divided term by term.
    by_powers(basis, &above, &Ratio::from_polynomial(&below).power(-1)?, 0, watch)
}

fn resultant_of(sides: &Sides, watch: Watch<'_>) -> Result<Value, Refusal> {
    let Sides { basis, place, numerators, denominators, .. } = sides;
    let [p, q] = [&numerators[0], &numerators[1]];
    let found = resultant(p, q, *place, watch)?;
    let powers = [(&denominators[0], q.degree(*place)), (&denominators[1], p.degree(*place))];
    over(basis, &found, &powers, watch)
}

fn subresultants_of(sides: &Sides, watch: Watch<'_>) -> Result<Value, Refusal> {
    let Sides { basis, place, numerators, denominators, .. } = sides;
    let [p, q] = [&numerators[0], &numerators[1]];
    let (m, n) = (p.degree(*place), q.degree(*place));
    let found = subresultants(p, q, *place, watch)?;
    let write = |(order, own): (usize, &Polynomial)| {
        let order = order as u64;
        over(basis, own, &[(&denominators[0], n - order), (&denominators[1], m - order)], watch)
    };
    Ok(Value::list(found.iter().enumerate().map(write).collect::<Result<Args, Refusal>>()?))
}

fn discriminant(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, _) = super::expand::options(call.args());
    let [p, variable] = args else {
        let count = args.len();
        session.wrong_count_of("Discriminant", count, 2, 2);
        return Ok(Step::Same);
    };
    let Some(sides) = sides(session, &[p], variable, "Discriminant")? else {
        return Ok(Step::Same);
    };
    let flag = session.interrupt.clone();
    match discriminant_of(&sides, Watch::new(&flag)) {
        Ok(value) => Ok(Step::Done(session.finish(&value, sides.is_approximate)?)),
        Err(refusal) => {
            session.refused(refusal)?;
            Ok(Step::Same)
        }
    }
}

fn discriminant_of(sides: &Sides, watch: Watch<'_>) -> Result<Value, Refusal> {
    let Sides { basis, place, numerators, denominators, .. } = sides;
    let own = &numerators[0];
    let degree = own.degree(*place);
    if degree == 0 {
        return Ok(Value::Integer(0));
    }
    let slope = own.derivative(&Integers, *place);
    let found = resultant(own, &slope, *place, watch)?;
    let found = found.div(&Integers, &own.leading_in(*place)).ok_or(Refusal::Unknown)?;
    let found = if degree * (degree - 1) / 2 % 2 == 1 { found.neg(&Integers) } else { found };
    over(basis, &found, &[(&denominators[0], 2 * degree - 2)], watch)
}

fn extended(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, _) = super::expand::options(call.args());
    let [p, q, variable] = args else {
        let count = args.len();
        session.wrong_count_of("PolynomialExtendedGCD", count, 3, 3);
        return Ok(Step::Same);
    };
    let Some(sides) = sides(session, &[p, q], variable, "PolynomialExtendedGCD")? else {
        return Ok(Step::Same);
    };
    let flag = session.interrupt.clone();
    let watch = Watch::new(&flag);
    match multipliers(&sides, watch) {
        Ok(value) => Ok(Step::Done(session.finish(&value, sides.is_approximate)?)),
        Err(refusal) => {
            session.refused(refusal)?;
            Ok(Step::Same)
        }
    }
}

fn multipliers(sides: &Sides, watch: Watch<'_>) -> Result<Value, Refusal> {
    let field = Fractions { variables: sides.basis.len(), watch };
    let read = |side: usize| {
        let inverse = field.reduced(
            &Polynomial::constant(&Integers, field.variables, Integer::ONE),
            &sides.denominators[side],
        );
        let dense = apart::read(&field, &sides.numerators[side], sides.place);
        dense.iter().map(|own| field.mul(own, &inverse)).collect::<Vec<_>>()
    };
    let found = u::extended_gcd(&field, &read(0), &read(1));
    watch.check()?;
    let [divisor, a, b] = found.map(|own| {
        let (above, below) = apart::write(&field, &own, sides.place);
        let below = Ratio::from_polynomial(&below).power(-1)?;
        by_powers(&sides.basis, &above, &below, sides.place, watch)
    });
    Ok(Value::list([divisor?, Value::list([a?, b?])]))
}
