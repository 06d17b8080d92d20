//! Integer matrices: short bases of lattices, and the normal forms of Hermite and Smith.

use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

use super::matrix;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "LatticeReduce",
        NONE,
        lattice_reduce,
        "LatticeReduce[{v1, v2, ...}] is a list of short vectors that span the same lattice, of \
         integers or fractions (Lenstra, Lenstra and Lovasz).",
        &[
            ("LatticeReduce[{{1, 0, 100}, {0, 1, 141}}]", "{{-7, 5, 5}, {10, -7, 13}}"),
            ("LatticeReduce[{{2, 0}, {1, 1}}]", "{{1, 1}, {1, -1}}"),
        ],
    ),
    builtin(
        "HermiteDecomposition",
        NONE,
        hermite_decomposition,
        "HermiteDecomposition[m] is a list of u and r with u . m == r, for a matrix of integers: the \
         determinant of u is 1 or -1, r is upper triangular, its pivots are positive and the \
         elements above them smaller.",
        &[
            ("HermiteDecomposition[{{2, 4}, {3, 5}}][[2]]", "{{1, 1}, {0, 2}}"),
            (
                "{u, r} = HermiteDecomposition[{{6, 4, 2}, {9, 3, 1}}]; u . {{6, 4, 2}, {9, 3, 1}} == r",
                "True",
            ),
        ],
    ),
    builtin(
        "SmithDecomposition",
        NONE,
        smith_decomposition,
        "SmithDecomposition[m] is a list of u, d and v with u . m . v == d, for a matrix of \
         integers: u and v have determinants 1 or -1, d is diagonal and each of its elements \
         divides the next.",
        &[
            ("SmithDecomposition[{{2, 4}, {6, 8}}][[2]]", "{{2, 0}, {0, 4}}"),
            (
                "{u, d, v} = SmithDecomposition[{{6, 4, 2}, {9, 3, 1}}]; u . {{6, 4, 2}, {9, 3, 1}} . v == d",
                "True",
            ),
        ],
    ),
];

type Rows = Vec<Vec<IBig>>;

/// Reads a matrix of integers.
fn integers(of: &Value) -> Option<Rows> {
    matrix(of)?.iter().map(|row| row.iter().map(number::integer).collect()).collect()
}

fn value(rows: &Rows) -> Value {
    let row = |row: &Vec<IBig>| {
        Value::list(row.iter().map(|own| Value::from(own.clone())).collect::<Args>())
    };
    Value::list(rows.iter().map(row).collect::<Args>())
}

fn unit(size: usize) -> Rows {
    (0..size).map(|i| (0..size).map(|j| IBig::from(u8::from(i == j))).collect()).collect()
}

fn subtract(rows: &mut Rows, from: usize, factor: &IBig, row: usize) {
    let other = rows[row].clone();
    rows[from].iter_mut().zip(&other).for_each(|(x, y)| *x -= factor * y);
}

/// Returns the quotient rounded down.
fn floor(a: &IBig, b: &IBig) -> IBig {
    use dashu_base::DivRemEuclid;
    let (quotient, _) = a.clone().div_rem_euclid(b.clone());
    // The remainder is not negative, so that a negative divisor rounds up.
    match b.sign() {
        dashu_base::Sign::Positive => quotient,
        dashu_base::Sign::Negative => {
            let exact = &quotient * b == *a;
            if exact { quotient } else { quotient - IBig::ONE }
        }
    }
}

/// Brings a matrix into Hermite's form by steps of its rows, which are done to others as well.
fn hermite(session: &Session, rows: &mut Rows, also: &mut Rows) -> Evaluated<()> {
    let width = rows.first().map_or(0, Vec::len);
    let mut top = 0;
    for column in 0..width {
        session.check_interrupt()?;
        // Euclid's algorithm over the rows that are left.
        while let Some(least) = (top..rows.len())
            .filter(|row| !rows[*row][column].is_zero())
            .min_by_key(|row| magnitude(&rows[*row][column]))
        {
            rows.swap(top, least);
            also.swap(top, least);
            let mut is_done = true;
            for row in top + 1..rows.len() {
                let factor = floor(&rows[row][column], &rows[top][column]);
                subtract(rows, row, &factor, top);
                subtract(also, row, &factor, top);
                is_done &= rows[row][column].is_zero();
            }
            if is_done {
                break;
            }
        }
        if top >= rows.len() || rows[top][column].is_zero() {
            continue;
        }
        if rows[top][column] < IBig::ZERO {
            rows[top].iter_mut().chain(&mut also[top]).for_each(|x| *x = -&*x);
        }
        for row in 0..top {
            let factor = floor(&rows[row][column], &rows[top][column]);
            subtract(rows, row, &factor, top);
            subtract(also, row, &factor, top);
        }
        top += 1;
    }
    Ok(())
}

fn magnitude(of: &IBig) -> IBig {
    if *of < IBig::ZERO { -of } else { of.clone() }
}

fn hermite_decomposition(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(mut rows) = integers(of) else { return Ok(Step::Same) };
    let mut steps = unit(rows.len());
    hermite(session, &mut rows, &mut steps)?;
    Ok(Step::Done(Value::list([value(&steps), value(&rows)])))
}

fn transposed(rows: &Rows) -> Rows {
    (0..rows[0].len()).map(|j| rows.iter().map(|row| row[j].clone()).collect()).collect()
}

/// Returns u, d and v of Smith's form: the forms of Hermite of rows and columns in turn until the
/// matrix is diagonal, then sums of rows where one element does not divide the next.
fn smith(session: &Session, of: &Rows) -> Evaluated<(Rows, Rows, Rows)> {
    let mut d = of.clone();
    let (mut u, mut v) = (unit(d.len()), unit(d[0].len()));
    hermite(session, &mut d, &mut u)?;
    loop {
        let mut turned = transposed(&d);
        hermite(session, &mut turned, &mut v)?;
        d = transposed(&turned);
        hermite(session, &mut d, &mut u)?;
        let is_diagonal = d
            .iter()
            .enumerate()
            .all(|(i, row)| row.iter().enumerate().all(|(j, x)| i == j || x.is_zero()));
        if !is_diagonal {
            continue;
        }
        let size = d.len().min(d[0].len());
        let divides = |i: usize, j: usize| {
            d[j][j].is_zero() || !d[i][i].is_zero() && (&d[j][j] % &d[i][i]).is_zero()
        };
        let wrong = (1..size).find(|place| !divides(place - 1, *place));
        let Some(place) = wrong else { break };
        // Steps of columns come next, since those of rows would take the sum away again.
        subtract(&mut d, place - 1, &IBig::from(-1), place);
        subtract(&mut u, place - 1, &IBig::from(-1), place);
    }
    Ok((u, d, transposed(&v)))
}

fn smith_decomposition(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(rows) = integers(of) else { return Ok(Step::Same) };
    let (u, d, v) = smith(session, &rows)?;
    Ok(Step::Done(Value::list([value(&u), value(&d), value(&v)].as_slice())))
}

fn dot(a: &[IBig], b: &[IBig]) -> IBig {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The basis with its Gram-Schmidt coefficients, in integers (Cohen, algorithm 2.6.7).
struct Reduction {
    basis: Rows,
    /// Determinants of the Gram matrices of the first vectors.
    d: Vec<IBig>,
    lambda: Rows,
}

impl Reduction {
    fn new(basis: Rows) -> Self {
        let size = basis.len();
        let lambda = vec![vec![IBig::ZERO; size]; size];
        Self { basis, d: vec![IBig::ONE; size + 1], lambda }
    }

    /// Computes the coefficients of a vector; `false` if it depends on those before.
    fn orthogonalize(&mut self, k: usize) -> bool {
        for j in 0..=k {
            let mut u = dot(&self.basis[k], &self.basis[j]);
            for i in 0..j {
                u = (&self.d[i + 1] * u - &self.lambda[k][i] * &self.lambda[j][i]) / &self.d[i];
            }
            match j < k {
                true => self.lambda[k][j] = u,
                false => self.d[k + 1] = u,
            }
        }
        !self.d[k + 1].is_zero()
    }

    fn reduce(&mut self, k: usize, l: usize) {
        let (own, unit) = (&self.lambda[k][l], &self.d[l + 1]);
        if magnitude(own) * 2 <= *unit {
            return;
        }
        let q = floor(&(own * 2 + unit), &(unit * 2));
        subtract(&mut self.basis, k, &q, l);
        self.lambda[k][l] -= &q * &self.d[l + 1];
        for i in 0..l {
            let change = &q * &self.lambda[l][i];
            self.lambda[k][i] -= change;
        }
    }

    fn swap(&mut self, k: usize, last: usize) {
        self.basis.swap(k, k - 1);
        for j in 0..k - 1 {
            let own = self.lambda[k][j].clone();
            self.lambda[k][j] = std::mem::replace(&mut self.lambda[k - 1][j], own);
        }
        let l = self.lambda[k][k - 1].clone();
        let b = (&self.d[k - 1] * &self.d[k + 1] + &l * &l) / &self.d[k];
        for i in k + 1..=last {
            let t = self.lambda[i][k].clone();
            self.lambda[i][k] = (&self.d[k + 1] * &self.lambda[i][k - 1] - &l * &t) / &self.d[k];
            self.lambda[i][k - 1] = (&b * &t + &l * &self.lambda[i][k]) / &self.d[k + 1];
        }
        self.d[k] = b;
    }
}

/// Returns a reduced basis; `None` if the vectors depend on each other.
fn reduced(session: &Session, basis: Rows) -> Evaluated<Option<Rows>> {
    let size = basis.len();
    let mut of = Reduction::new(basis);
    if !of.orthogonalize(0) {
        return Ok(None);
    }
    let (mut k, mut last) = (1, 0);
    while k < size {
        session.check_interrupt()?;
        if k > last {
            last = k;
            if !of.orthogonalize(k) {
                return Ok(None);
            }
        }
        of.reduce(k, k - 1);
        let l = &of.lambda[k][k - 1];
        let is_short = (&of.d[k + 1] * &of.d[k - 1] + l * l) * 4 < &of.d[k] * &of.d[k] * 3;
        if is_short {
            of.swap(k, last);
            k = (k - 1).max(1);
        } else {
            for l in (0..k - 1).rev() {
                of.reduce(k, l);
            }
            k += 1;
        }
    }
    Ok(Some(of.basis))
}

fn lattice_reduce(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(rows) = matrix(of) else { return Ok(Step::Same) };
    let fractions: Option<Vec<Vec<RBig>>> = rows
        .iter()
        .map(|row| {
            row.iter().map(|own| number::rational(own).filter(|_| number::is_exact(own))).collect()
        })
        .collect();
    let Some(fractions) = fractions else { return Ok(Step::Same) };
    let scale = fractions.iter().flatten().fold(IBig::ONE, |all, own| {
        use dashu_base::Gcd;
        let bottom = own.denominator().as_ibig().clone();
        let common = IBig::from((&all).gcd(&bottom));
        all * bottom / common
    });
    let whole = |own: &RBig| own.numerator() * &scale / own.denominator().as_ibig();
    let mut basis: Rows = fractions.iter().map(|row| row.iter().map(whole).collect()).collect();
    let found = match reduced(session, basis.clone())? {
        Some(found) => found,
        None => {
            // Of vectors that depend on each other, Hermite's form has a basis.
            let mut steps = unit(basis.len());
            hermite(session, &mut basis, &mut steps)?;
            basis.retain(|row| row.iter().any(|x| !x.is_zero()));
            match basis.is_empty() {
                true => return Ok(Step::Done(Value::list(Args::new()))),
                false => reduced(session, basis.clone())?.unwrap_or(basis),
            }
        }
    };
    let part = |own: &IBig| Value::from(RBig::from(own.clone()) / RBig::from(scale.clone()));
    let row = |row: &Vec<IBig>| Value::list(row.iter().map(part).collect::<Args>());
    Ok(Step::Done(Value::list(found.iter().map(row).collect::<Args>())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(rng: &mut bolt_base::Rng, height: usize, width: usize) -> Rows {
        (0..height)
            .map(|_| (0..width).map(|_| IBig::from(rng.below(19) as i64 - 9)).collect())
            .collect()
    }

    fn product(a: &Rows, b: &Rows) -> Rows {
        let columns = transposed(b);
        a.iter().map(|row| columns.iter().map(|column| dot(row, column)).collect()).collect()
    }

    fn determinant(rows: &Rows) -> IBig {
        if rows.is_empty() {
            return IBig::ONE;
        }
        let minor = |column: usize| -> Rows {
            rows[1..]
                .iter()
                .map(|row| {
                    row.iter()
                        .enumerate()
                        .filter(|(k, _)| *k != column)
                        .map(|(_, x)| x.clone())
                        .collect()
                })
                .collect()
        };
        (0..rows.len())
            .map(|k| determinant(&minor(k)) * &rows[0][k] * if k % 2 == 0 { 1 } else { -1 })
            .sum()
    }

    #[test]
    fn forms_are_products_with_matrices_of_determinant_1() {
        let mut rng = bolt_base::Rng::new(9);
        let session = Session::new();
        for (height, width) in [(1, 1), (2, 2), (3, 3), (2, 4), (4, 2), (4, 4)] {
            for _ in 0..10 {
                let of = random(&mut rng, height, width);
                let (mut r, mut u) = (of.clone(), unit(height));
                hermite(&session, &mut r, &mut u).unwrap();
                assert_eq!(product(&u, &of), r);
                assert_eq!(magnitude(&determinant(&u)), IBig::ONE);
                let (u, d, v) = smith(&session, &of).unwrap();
                assert_eq!(product(&product(&u, &of), &v), d);
                assert_eq!(magnitude(&determinant(&u)), IBig::ONE);
                assert_eq!(magnitude(&determinant(&v)), IBig::ONE);
                for k in 1..height.min(width) {
                    let (a, b) = (&d[k - 1][k - 1], &d[k][k]);
                    assert!(b.is_zero() || (b % a).is_zero(), "{a} {b}");
                }
            }
        }
    }

    #[test]
    fn reduced_bases_span_the_lattice_and_meet_the_condition() {
        let mut rng = bolt_base::Rng::new(10);
        let session = Session::new();
        for size in 1..6 {
            for _ in 0..10 {
                let of = random(&mut rng, size, size);
                if determinant(&of).is_zero() {
                    continue;
                }
                let found = reduced(&session, of.clone()).unwrap().expect("they are independent");
                // The forms of Hermite of the same lattice are the same.
                let form = |rows: &Rows| {
                    let (mut r, mut u) = (rows.clone(), unit(rows.len()));
                    hermite(&session, &mut r, &mut u).unwrap();
                    r
                };
                assert_eq!(form(&found), form(&of));
                // The condition of Lovasz, by Gram-Schmidt in machine numbers.
                let rows: Vec<Vec<f64>> = found
                    .iter()
                    .map(|row| row.iter().map(|x| x.to_f64().value()).collect())
                    .collect();
                let mut stars: Vec<Vec<f64>> = Vec::new();
                let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
                for (k, row) in rows.iter().enumerate() {
                    let mut star = row.clone();
                    let mut before = 0.0;
                    for other in &stars {
                        before = dot(row, other) / dot(other, other);
                        assert!(before.abs() <= 0.5 + 1e-9);
                        star.iter_mut().zip(other).for_each(|(x, y)| *x -= before * y);
                    }
                    if k > 0 {
                        let last = dot(&stars[k - 1], &stars[k - 1]);
                        assert!(dot(&star, &star) >= (0.75 - before * before) * last - 1e-9);
                    }
                    stars.push(star);
                }
            }
        }
    }
}
