//! Eigenvalues and eigenvectors: exact ones from the characteristic polynomial, approximate ones by
//! rotations (Jacobi) of symmetric matrices and by the shifted QR iteration of others.

use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

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
            let mut numeric = Vec::new();
            for row in &rows {
                let mut line = Vec::new();
                for value in row {
                    let value =
                        session.evaluate(&Value::call(sym::N, [value.clone()].as_slice()))?;
                    line.push(Complex64::read(&value));
                }
                numeric.push(line.into_iter().collect::<Option<Vec<_>>>());
            }
            numeric.into_iter().collect::<Option<Vec<_>>>().map(approximate)
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

type Rows = Vec<Vec<Complex64>>;

/// Returns eigenvalues and vectors of length 1, the largest first.
fn approximate(rows: Rows) -> System {
    let size = rows.len();
    let is_symmetric = (0..size)
        .all(|i| (0..size).all(|j| rows[i][j].im == 0.0 && rows[i][j].re == rows[j][i].re));
    let mut pairs = match is_symmetric {
        true => jacobi(rows.iter().map(|row| row.iter().map(|z| z.re).collect()).collect()),
        false => schur(rows),
    };
    pairs.sort_by(|(a, _), (b, _)| order(*a, *b));
    let vector = |v: &Vec<Complex64>| Value::list(v.iter().map(|z| z.value()).collect::<Args>());
    let values = pairs.iter().map(|(value, _)| value.value()).collect();
    (values, pairs.iter().map(|(_, v)| vector(v)).collect())
}

/// Turns pairs of coordinates until a symmetric matrix is diagonal; returns its eigenvalues, each
/// with a vector of length 1.
pub(super) fn jacobi(mut rows: Vec<Vec<f64>>) -> Vec<(Complex64, Vec<Complex64>)> {
    let size = rows.len();
    let mut turns: Vec<Vec<f64>> =
        (0..size).map(|i| (0..size).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let scale: f64 = rows.iter().flatten().map(|x| x * x).sum();
    for _ in 0..100 {
        let off: f64 =
            (0..size).map(|i| (0..i).map(|j| rows[i][j] * rows[i][j]).sum::<f64>()).sum();
        if off <= 1e-40 * scale {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                if rows[p][q] == 0.0 {
                    continue;
                }
                let theta = (rows[q][q] - rows[p][p]) / (2.0 * rows[p][q]);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let t = if theta == 0.0 { 1.0 } else { t };
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                for row in &mut rows {
                    let (x, y) = (row[p], row[q]);
                    (row[p], row[q]) = (c * x - s * y, s * x + c * y);
                }
                for k in 0..size {
                    let (x, y) = (rows[p][k], rows[q][k]);
                    (rows[p][k], rows[q][k]) = (c * x - s * y, s * x + c * y);
                }
                for row in &mut turns {
                    let (x, y) = (row[p], row[q]);
                    (row[p], row[q]) = (c * x - s * y, s * x + c * y);
                }
            }
        }
    }
    let vector = |k: usize| {
        let largest = turns
            .iter()
            .map(|row| row[k])
            .fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a });
        let sign = if largest < 0.0 { -1.0 } else { 1.0 };
        turns.iter().map(|row| Complex64::new(sign * row[k], 0.0)).collect()
    };
    (0..size).map(|k| (Complex64::new(rows[k][k], 0.0), vector(k))).collect()
}

/// Brings a matrix into upper triangular form by unitary changes of coordinates: first into
/// Hessenberg form, then by QR steps with Wilkinson's shift; eigenvectors by substitution.
fn schur(mut a: Rows) -> Vec<(Complex64, Vec<Complex64>)> {
    let n = a.len();
    let is_real = a.iter().flatten().all(|z| z.im == 0.0);
    let mut q: Rows = (0..n)
        .map(|i| (0..n).map(|j| if i == j { Complex64::ONE } else { Complex64::ZERO }).collect())
        .collect();
    hessenberg(&mut a, &mut q);
    let mut high = n;
    let mut steps = 0;
    while high > 1 {
        let l = high - 1;
        let near = a[l][l].abs() + a[l - 1][l - 1].abs();
        if a[l][l - 1].abs() <= f64::EPSILON * if near == 0.0 { 1.0 } else { near } {
            a[l][l - 1] = Complex64::ZERO;
            high -= 1;
            steps = 0;
            continue;
        }
        steps += 1;
        if steps > 300 {
            break;
        }
        let shift = match steps % 11 {
            10 => Complex64::new(a[l][l - 1].abs(), a[l][l - 1].abs() / 3.0),
            _ => wilkinson(&a, l),
        };
        let low = (1..l)
            .rev()
            .find(|&k| a[k][k - 1].abs() <= f64::EPSILON * (a[k][k].abs() + a[k - 1][k - 1].abs()))
            .unwrap_or(0);
        qr_step(&mut a, &mut q, low, high, shift);
    }
    substituted(&a, &q, is_real)
}

fn hessenberg(a: &mut Rows, q: &mut Rows) {
    let n = a.len();
    for k in 0..n.saturating_sub(2) {
        for i in k + 2..n {
            let (x, y) = (a[k + 1][k], a[i][k]);
            if y.abs() != 0.0 {
                let size = x.abs().hypot(y.abs());
                rotate(a, q, (k + 1, i), (x.scale(1.0 / size), y.scale(1.0 / size)), 0, n);
                a[i][k] = Complex64::ZERO;
            }
        }
    }
}

/// Turns two coordinates so that (c, s) becomes (1, 0).
fn rotate(
    a: &mut Rows,
    q: &mut Rows,
    (i, j): (usize, usize),
    (c, s): (Complex64, Complex64),
    from: usize,
    n: usize,
) {
    for k in from..n {
        let (x, y) = (a[i][k], a[j][k]);
        (a[i][k], a[j][k]) = (c.conj() * x + s.conj() * y, -s * x + c * y);
    }
    for row in a.iter_mut().chain(q) {
        let (x, y) = (row[i], row[j]);
        (row[i], row[j]) = (x * c + y * s, -(x * s.conj()) + y * c.conj());
    }
}

/// The eigenvalue of the last two rows and columns that is nearer to the last element.
fn wilkinson(a: &Rows, l: usize) -> Complex64 {
    let (p, q, r, s) = (a[l - 1][l - 1], a[l - 1][l], a[l][l - 1], a[l][l]);
    let mean = (p + s).scale(0.5);
    let root = ((p - s).scale(0.5) * (p - s).scale(0.5) + q * r).sqrt();
    let (x, y) = (mean + root, mean - root);
    if (x - s).abs() < (y - s).abs() { x } else { y }
}

fn qr_step(a: &mut Rows, q: &mut Rows, low: usize, high: usize, shift: Complex64) {
    let n = a.len();
    // The shift is made implicitly: the first rotation is that of the shifted matrix, the others
    // chase what it leaves below the subdiagonal.
    let (mut x, mut y) = (a[low][low] - shift, a[low + 1][low]);
    for k in low..high - 1 {
        let size = x.abs().hypot(y.abs());
        if size > 0.0 {
            let turn = (x.scale(1.0 / size), y.scale(1.0 / size));
            rotate(a, q, (k, k + 1), turn, 0, n);
        }
        if k + 2 < high {
            (x, y) = (a[k + 1][k], a[k + 2][k]);
        }
    }
}

fn substituted(a: &Rows, q: &Rows, is_real: bool) -> Vec<(Complex64, Vec<Complex64>)> {
    let n = a.len();
    let scale = a.iter().flatten().map(|z| z.abs()).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let mut pairs = Vec::with_capacity(n);
    for k in 0..n {
        let mut value = a[k][k];
        let mut v = vec![Complex64::ZERO; n];
        v[k] = Complex64::ONE;
        for i in (0..k).rev() {
            let sum = (i + 1..=k).fold(Complex64::ZERO, |sum, j| sum + a[i][j] * v[j]);
            let gap = a[i][i] - value;
            let gap = match gap.abs() < f64::EPSILON * scale {
                true => Complex64::new(f64::EPSILON * scale, 0.0),
                false => gap,
            };
            v[i] = -(sum / gap);
        }
        let mut x: Vec<Complex64> = q
            .iter()
            .map(|row| row.iter().zip(&v).fold(Complex64::ZERO, |sum, (q, v)| sum + *q * *v))
            .collect();
        let size = x.iter().map(|z| z.abs() * z.abs()).sum::<f64>().sqrt();
        let lead = x.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
        let lead = lead.unwrap_or(Complex64::ONE);
        // The largest element is made positive.
        let turn = lead.conj().scale(1.0 / (lead.abs() * size));
        x.iter_mut().for_each(|z| *z = *z * turn);
        if is_real && value.im.abs() <= 1e-13 * scale {
            value.im = 0.0;
        }
        if is_real && value.im == 0.0 {
            x.iter_mut().for_each(|z| z.im = 0.0);
        }
        pairs.push((value, x));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn residual(rows: &Rows, value: Complex64, vector: &[Complex64]) -> f64 {
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
            for is_complex in [false, true] {
                let mut element =
                    || Complex64::new(rng.normal(), if is_complex { rng.normal() } else { 0.0 });
                let rows: Rows =
                    (0..size).map(|_| (0..size).map(|_| element()).collect()).collect();
                for (value, vector) in schur(rows.clone()) {
                    let error = residual(&rows, value, &vector);
                    assert!(error < 1e-9, "{size} {is_complex}: {error}");
                }
            }
        }
    }

    #[test]
    fn rotations_diagonalize_symmetric_matrices() {
        let mut rng = bolt_base::Rng::new(10);
        for size in 1..10usize {
            let mut rows = vec![vec![0.0; size]; size];
            for i in 0..size {
                for j in 0..=i {
                    let x = rng.normal();
                    (rows[i][j], rows[j][i]) = (x, x);
                }
            }
            let complex: Rows = rows
                .iter()
                .map(|row| row.iter().map(|&x| Complex64::new(x, 0.0)).collect())
                .collect();
            let trace: f64 = (0..size).map(|i| rows[i][i]).sum();
            let pairs = jacobi(rows);
            let sum: f64 = pairs.iter().map(|(value, _)| value.re).sum();
            assert!((trace - sum).abs() < 1e-10);
            for (value, vector) in pairs {
                assert!(residual(&complex, value, &vector) < 1e-10);
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
