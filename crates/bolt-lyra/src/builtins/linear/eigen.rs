//! Eigenvalues and eigenvectors: exact ones from the characteristic polynomial, approximate ones from
//! faer.

use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

use super::dense::Dense;
use super::{Matrix, as_value, square};
use crate::builtins::arithmetic::{half, plus, times, to_the};
use crate::builtins::{Builtin, builtin};
use crate::complex64::Complex64;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "CharacteristicPolynomial",
        NONE,
        characteristic_polynomial,
        "CharacteristicPolynomial[m, x] is the determinant of m with x taken off its diagonal.",
        &[
            ("CharacteristicPolynomial[{{1, 2}, {3, 4}}, x]", "-2 - 5*x + x^2"),
            ("CharacteristicPolynomial[{{2}}, x]", "2 - x"),
        ],
    ),
    builtin(
        "Eigenvalues",
        NONE,
        |s, c| eigen(s, c, Wanted::Values),
        "Eigenvalues[m] is the list of the eigenvalues of a square matrix, the largest in size \
         first; Eigenvalues[m, k] has the first k, a negative k takes the last.",
        &[
            ("Eigenvalues[{{2, 0}, {0, 3}}]", "{3, 2}"),
            ("Eigenvalues[{{0, 1}, {-1, 0}}]", "{I, -I}"),
        ],
    ),
    builtin(
        "Eigenvectors",
        NONE,
        |s, c| eigen(s, c, Wanted::Vectors),
        "Eigenvectors[m] is the list of the eigenvectors of a square matrix, in the order of \
         Eigenvalues; there are zero vectors where there are too few.",
        &[
            ("Eigenvectors[{{2, 0}, {0, 3}}]", "{{0, 1}, {1, 0}}"),
            ("Eigenvectors[{{1, 1}, {0, 1}}]", "{{1, 0}, {0, 0}}"),
        ],
    ),
    builtin(
        "Eigensystem",
        NONE,
        |s, c| eigen(s, c, Wanted::Both),
        "Eigensystem[m] is the list of the eigenvalues and that of the eigenvectors of a square \
         matrix.",
        &[
            ("Eigensystem[{{2, 0}, {0, 3}}]", "{{3, 2}, {{0, 1}, {1, 0}}}"),
            ("Eigensystem[{{5}}]", "{{5}, {{1}}}"),
        ],
    ),
];

/// What of the eigensystem is asked for.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Values,
    Vectors,
    Both,
}

/// Returns the coefficients of det(x - m), the constant one first, of a rational matrix
/// (Faddeev and LeVerrier).
fn coefficients(session: &Session, rows: &[Vec<RBig>]) -> Evaluated<Vec<RBig>> {
    let size = rows.len();
    let mut coefficients = vec![RBig::ZERO; size + 1];
    coefficients[size] = RBig::ONE;
    let mut product = vec![vec![RBig::ZERO; size]; size];
    for k in 1..=size {
        session.check_interrupt()?;
        // product := rows . product + c(n - k + 1)
        let mut next = vec![vec![RBig::ZERO; size]; size];
        for (i, line) in next.iter_mut().enumerate() {
            for (j, entry) in line.iter_mut().enumerate() {
                *entry =
                    (0..size).map(|l| &rows[i][l] * &product[l][j]).fold(RBig::ZERO, |a, b| a + b);
                if i == j {
                    *entry += &coefficients[size - k + 1];
                }
            }
        }
        product = next;
        let mut trace = RBig::ZERO;
        for (row, line) in rows.iter().enumerate() {
            for (l, value) in line.iter().enumerate() {
                trace += value * &product[l][row];
            }
        }
        coefficients[size - k] = -trace / RBig::from(k);
    }
    Ok(coefficients)
}

fn rationals(rows: &Matrix) -> Option<Vec<Vec<RBig>>> {
    rows.iter().map(|row| row.iter().map(number::rational).collect()).collect()
}

fn shifted(rows: &Matrix, by: &Value) -> Matrix {
    let entry = |i: usize, j: usize, value: &Value| match i == j {
        true => plus([value.clone(), times([Value::Integer(-1), by.clone()])]),
        false => value.clone(),
    };
    let row = |(i, row): (usize, &Vec<Value>)| {
        row.iter().enumerate().map(|(j, value)| entry(i, j, value)).collect()
    };
    rows.iter().enumerate().map(row).collect()
}

fn polynomial(coefficients: &[RBig], x: &Value) -> Value {
    let term = |(power, value): (usize, &RBig)| {
        let power = to_the(x.clone(), Value::Integer(power as i64));
        times([Value::from(value.clone()), power])
    };
    plus(coefficients.iter().enumerate().map(term).collect::<Args>())
}

fn characteristic_polynomial(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, x] = call.args() else { return Ok(Step::Same) };
    let Some(rows) = square(of) else { return Ok(Step::Same) };
    if let Some(rationals) = rationals(&rows) {
        let mut all = coefficients(session, &rationals)?;
        if rows.len() % 2 == 1 {
            all = all.into_iter().map(|value| -value).collect();
        }
        return Ok(Step::Again(polynomial(&all, x)));
    }
    let shifted = session.evaluate(&as_value(shifted(&rows, x)))?;
    let Some(rows) = square(&shifted) else { return Ok(Step::Same) };
    super::solve::determinant(session, rows).map(Step::Done)
}

fn eigen(session: &mut Session, call: &mut Arc<Call>, wanted: Wanted) -> Evaluated<Step> {
    let (of, count) = match call.args() {
        [of] => (of, None),
        [of, count] if count.as_i64().is_some() => (of, count.as_i64()),
        _ => return Ok(Step::Same),
    };
    let Some(rows) = square(of) else { return Ok(Step::Same) };
    let is_approximate = rows.iter().flatten().any(|v| v.is_number() && !number::is_exact(v));
    let system = match is_approximate {
        true => {
            let numeric = session.evaluate(&Value::call(sym::N, [of.clone()].as_slice()))?;
            Dense::read([&numeric]).and_then(|[dense]| approximate(&dense))
        }
        false => exact(session, &rows, wanted)?,
    };
    let Some((values, vectors)) = system else { return Ok(Step::Same) };
    let kept = |all: Vec<Value>| {
        let length = all.len();
        let bounds = match count {
            None => 0..length,
            Some(count @ 0..) => 0..(count as usize).min(length),
            Some(count) => length.saturating_sub(count.unsigned_abs() as usize)..length,
        };
        Value::list(Args::from(&all[bounds]))
    };
    Ok(Step::Again(match wanted {
        Wanted::Values => kept(values),
        Wanted::Vectors => kept(vectors),
        Wanted::Both => Value::list([kept(values), kept(vectors)]),
    }))
}

type System = (Vec<Value>, Vec<Value>);

fn exact(session: &mut Session, rows: &Matrix, wanted: Wanted) -> Evaluated<Option<System>> {
    let Some(values) = exact_values(session, rows)? else { return Ok(None) };
    let mut vectors: Vec<Value> = Vec::new();
    if wanted != Wanted::Values {
        let zero = || Value::list(vec![Value::Integer(0); rows.len()]);
        let mut place = 0;
        while place < values.len() {
            let value = &values[place];
            let times = values[place..].iter().take_while(|other| *other == value).count();
            let shifted = session.evaluate(&as_value(shifted(rows, value)))?;
            let shifted = session.system("Together", [shifted].as_slice())?;
            let Some(shifted) = square(&shifted) else { return Ok(None) };
            let mut found = super::solve::kernel(session, shifted)?;
            found.truncate(times);
            vectors.extend(found.into_iter().map(Value::list));
            vectors.resize_with(place + times, zero);
            place += times;
        }
    }
    Ok(Some((values, vectors)))
}

/// Returns the exact eigenvalues with their multiplicity, the largest first.
fn exact_values(session: &mut Session, rows: &Matrix) -> Evaluated<Option<Vec<Value>>> {
    let size = rows.len();
    let is_zero = |i: usize, j: usize| number::is_zero(&rows[i][j]);
    let is_upper = (0..size).all(|i| (0..i).all(|j| is_zero(i, j)));
    let is_lower = (0..size).all(|i| (i + 1..size).all(|j| is_zero(i, j)));
    let values = if is_upper || is_lower {
        (0..size).map(|i| rows[i][i].clone()).collect()
    } else if let Some(rationals) = rationals(rows) {
        let all = coefficients(session, &rationals)?;
        match roots(session, all)? {
            Some(roots) => roots,
            None => return Ok(None),
        }
    } else if size == 2 {
        quadratic_of_matrix(session, rows)?
    } else {
        match solved(session, rows)? {
            Some(values) => values,
            None => return Ok(None),
        }
    };
    sorted(session, values).map(Some)
}

/// The largest in size first; of the same size the negative before the positive, then the upper
/// before the lower half plane. Symbolic ones stay in their order.
fn sorted(session: &mut Session, values: Vec<Value>) -> Evaluated<Vec<Value>> {
    let mut keyed = Vec::new();
    for value in &values {
        let numeric = session.evaluate(&Value::call(sym::N, [value.clone()].as_slice()))?;
        match Complex64::read(&numeric) {
            Some(z) => keyed.push((z, value.clone())),
            None => return Ok(values),
        }
    }
    keyed.sort_by(|(a, _), (b, _)| order(*a, *b));
    Ok(keyed.into_iter().map(|(_, value)| value).collect())
}

fn order(a: Complex64, b: Complex64) -> std::cmp::Ordering {
    let (x, y) = (a.abs(), b.abs());
    match (x - y).abs() <= 1e-12 * x.max(y) {
        true if (a.re - b.re).abs() > 1e-12 * x => a.re.total_cmp(&b.re),
        true => b.im.total_cmp(&a.im),
        false => y.total_cmp(&x),
    }
}

/// Returns the roots of a rational polynomial: rational ones by trying the divisors of its ends,
/// then those of what is left if it is quadratic, else what `Solve` finds.
fn roots(session: &mut Session, coefficients: Vec<RBig>) -> Evaluated<Option<Vec<Value>>> {
    let mut left = coefficients;
    let mut found = Vec::new();
    while left.len() > 1 && left[0] == RBig::ZERO {
        left.remove(0);
        found.push(Value::Integer(0));
    }
    if left.len() > 3 {
        for candidate in candidates(session, &left)? {
            while left.len() > 1
                && let Some(quotient) = divided(&left, &candidate)
            {
                left = quotient;
                found.push(Value::from(candidate.clone()));
            }
        }
    }
    match left.len() {
        0 | 1 => {}
        2 => found.push(Value::from(-&left[0] / &left[1])),
        3 => found.extend(quadratic(session, &left)?),
        _ => match solved_polynomial(session, &left)? {
            Some(rest) => found.extend(rest),
            None => return Ok(None),
        },
    }
    Ok(Some(found))
}

/// Divides by x - root if nothing is left over (Horner).
fn divided(coefficients: &[RBig], root: &RBig) -> Option<Vec<RBig>> {
    let mut quotient = vec![RBig::ZERO; coefficients.len() - 1];
    let mut carried = RBig::ZERO;
    for (place, value) in coefficients.iter().enumerate().rev() {
        carried = value + &carried * root;
        match place.checked_sub(1) {
            Some(below) => quotient[below] = carried.clone(),
            None => return (carried == RBig::ZERO).then_some(quotient),
        }
    }
    None
}

/// Fractions of divisors of the last and of the first coefficient.
fn candidates(session: &Session, coefficients: &[RBig]) -> Evaluated<Vec<RBig>> {
    let row: Vec<Value> = coefficients.iter().cloned().map(Value::from).collect();
    let mut scale = IBig::ONE;
    for value in coefficients {
        let denominator = value.denominator().as_ibig();
        scale = &scale / IBig::from(dashu_base::Gcd::gcd(&scale, denominator)) * denominator;
    }
    let end = |value: &Value| {
        number::rational(value).map(|value| value * RBig::from(scale.clone())).and_then(|value| {
            let whole = value.numerator().clone();
            (number::bit_length(&whole) <= 64).then_some(whole)
        })
    };
    let ends = row.first().and_then(end).zip(row.last().and_then(end));
    let Some((first, last)) = ends else { return Ok(Vec::new()) };
    let (tops, bottoms) = (divisors(session, &first)?, divisors(session, &last)?);
    let mut all = Vec::new();
    for top in &tops {
        for bottom in &bottoms {
            let value = RBig::from(top.clone()) / RBig::from(bottom.clone());
            all.extend([value.clone(), -value]);
        }
    }
    all.sort();
    all.dedup();
    Ok(all)
}

fn divisors(session: &Session, of: &IBig) -> Evaluated<Vec<IBig>> {
    let mut all = vec![IBig::ONE];
    let size = IBig::from(of.clone().into_parts().1);
    for (prime, times) in crate::builtins::integers::factors(session, &size)? {
        let known = all.clone();
        let mut power = IBig::ONE;
        for _ in 0..times {
            power *= &prime;
            all.extend(known.iter().map(|divisor| divisor * &power));
        }
    }
    Ok(all)
}

/// The two roots, the one with the positive root first.
fn quadratic(session: &mut Session, coefficients: &[RBig]) -> Evaluated<Vec<Value>> {
    let [c, b, a] = coefficients else { return Ok(Vec::new()) };
    let discriminant = b * b - RBig::from(4) * a * c;
    let root = to_the(Value::from(discriminant), half());
    let mut roots = Vec::new();
    for sign in [1, -1] {
        let sum = plus([Value::from(-b.clone()), times([Value::Integer(sign), root.clone()])]);
        let scale = Value::from(RBig::ONE / (RBig::from(2) * a));
        roots.push(session.evaluate(&times([scale, sum]))?);
    }
    Ok(roots)
}

fn quadratic_of_matrix(session: &mut Session, rows: &Matrix) -> Evaluated<Vec<Value>> {
    let [a, b, c, d] = [&rows[0][0], &rows[0][1], &rows[1][0], &rows[1][1]].map(Clone::clone);
    let difference = plus([a.clone(), times([Value::Integer(-1), d.clone()])]);
    let product = times([Value::Integer(4), b, c].as_slice());
    let inside = session.evaluate(&plus([to_the(difference, 2), product]))?;
    let inside = session.system("Expand", [inside].as_slice())?;
    let root = session.evaluate(&to_the(inside, half()))?;
    let mut values = Vec::new();
    for sign in [-1, 1] {
        let terms = [a.clone(), d.clone(), times([Value::Integer(sign), root.clone()])];
        values.push(session.evaluate(&times([half(), plus(terms.as_slice())]))?);
    }
    Ok(values)
}

/// Asks `Solve` for the roots of the characteristic polynomial.
fn solved(session: &mut Session, rows: &Matrix) -> Evaluated<Option<Vec<Value>>> {
    let unknown = session.temporary(sym::Root);
    let shifted = session.evaluate(&as_value(shifted(rows, &unknown)))?;
    let Some(shifted) = square(&shifted) else { return Ok(None) };
    let polynomial = super::solve::determinant(session, shifted)?;
    solved_for(session, polynomial, &unknown)
}

fn solved_polynomial(session: &mut Session, all: &[RBig]) -> Evaluated<Option<Vec<Value>>> {
    let unknown = session.temporary(sym::Root);
    let polynomial = polynomial(all, &unknown);
    solved_for(session, polynomial, &unknown)
}

fn solved_for(session: &mut Session, of: Value, unknown: &Value) -> Evaluated<Option<Vec<Value>>> {
    let equation = Value::call(sym::Equal, [of, Value::Integer(0)]);
    let solutions = session.evaluate(&Value::call(sym::Solve, [equation, unknown.clone()]))?;
    let value = |solution: &Value| {
        let [rule] = solution.as_list()? else { return None };
        crate::rule::sides(rule).map(|(_, value, _)| value.clone())
    };
    Ok(solutions.as_list().and_then(|all| all.iter().map(value).collect()))
}

/// Returns eigenvalues and vectors of length 1 whose largest element is positive, the largest
/// value first.
fn approximate(dense: &Dense) -> Option<System> {
    let mut pairs = dense.eigen()?;
    pairs.sort_by(|(a, _), (b, _)| order(*a, *b));
    let values = pairs.iter().map(|(value, _)| value.value()).collect();
    Some((values, pairs.into_iter().map(|(_, vector)| turned(&vector)).collect()))
}

fn turned(vector: &[Complex64]) -> Value {
    let length = vector.iter().map(|z| z.abs().powi(2)).sum::<f64>().sqrt();
    let largest = vector.iter().map(|z| z.abs()).fold(0.0, f64::max);
    // The first of those that are as large but for rounding.
    let lead = vector.iter().find(|z| z.abs() >= largest * (1.0 - 1e-12));
    let lead = lead.copied().unwrap_or(Complex64::ONE);
    let turn = lead.conj().scale(1.0 / (lead.abs() * length));
    let is_real = vector.iter().all(|z| z.im == 0.0);
    let element = |z: &Complex64| match is_real {
        true => Value::Real(z.re * turn.re),
        false => (*z * turn).value(),
    };
    Value::list(vector.iter().map(element).collect::<Args>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn residual(rows: &[Vec<Complex64>], value: Complex64, vector: &[Complex64]) -> f64 {
        let of = |row: &Vec<Complex64>| {
            row.iter().zip(vector).fold(Complex64::ZERO, |sum, (a, x)| sum + *a * *x)
        };
        let left = rows.iter().map(of);
        left.zip(vector).map(|(left, x)| (left - value * *x).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn eigenvectors_are_multiplied_by_their_eigenvalues() {
        let mut rng = bolt_base::Rng::new(9);
        for size in 1..14 {
            for (is_complex, is_symmetric) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                let mut rows = vec![vec![Complex64::ZERO; size]; size];
                for i in 0..size {
                    for j in 0..size {
                        let im = if is_complex && i != j { rng.normal() } else { 0.0 };
                        rows[i][j] = Complex64::new(rng.normal(), im);
                        if is_symmetric && j < i {
                            rows[i][j] = rows[j][i].conj();
                        }
                    }
                }
                let line = |row: &Vec<Complex64>| {
                    Value::list(row.iter().map(|z| z.value()).collect::<Args>())
                };
                let matrix = Value::list(rows.iter().map(line).collect::<Args>());
                let [dense] = Dense::read([&matrix]).unwrap();
                let (values, vectors) = approximate(&dense).unwrap();
                let trace = (0..size).fold(Complex64::ZERO, |sum, i| sum + rows[i][i]);
                let mut sum = Complex64::ZERO;
                for (value, vector) in values.iter().zip(&vectors) {
                    let value = Complex64::read(value).unwrap();
                    let vector: Vec<Complex64> = vector
                        .as_list()
                        .unwrap()
                        .iter()
                        .map(|z| Complex64::read(z).unwrap())
                        .collect();
                    let error = residual(&rows, value, &vector);
                    assert!(error < 1e-9, "{size} {is_complex} {is_symmetric}: {error}");
                    assert!(!is_symmetric || value.im == 0.0);
                    sum = sum + value;
                }
                assert_eq!(values.len(), size);
                assert!((sum - trace).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn the_characteristic_polynomial_is_0_at_its_matrix() {
        let mut rng = bolt_base::Rng::new(11);
        let session = Session::new();
        for size in 1..6usize {
            let rows: Vec<Vec<RBig>> = (0..size)
                .map(|_| (0..size).map(|_| RBig::from(rng.below(9) as i64 - 4)).collect())
                .collect();
            let all = coefficients(&session, &rows).unwrap();
            // Horner with matrices (Cayley and Hamilton).
            let mut value = vec![vec![RBig::ZERO; size]; size];
            for c in all.iter().rev() {
                let mut next = vec![vec![RBig::ZERO; size]; size];
                for i in 0..size {
                    for j in 0..size {
                        for k in 0..size {
                            next[i][j] += &value[i][k] * &rows[k][j];
                        }
                    }
                    next[i][i] += c;
                }
                value = next;
            }
            assert!(value.iter().flatten().all(|x| *x == RBig::ZERO));
        }
    }
}
