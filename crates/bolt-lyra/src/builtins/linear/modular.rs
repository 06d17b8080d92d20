//! Matrices over the integers modulo a prime.

use dashu_int::IBig;

use super::{Matrix, as_value, matrix, vector};
use crate::builtins::options::Options;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

type Rows = Vec<Vec<IBig>>;

/// Integers from 0 to below a prime.
struct Field {
    prime: IBig,
}

impl Field {
    fn residue(&self, of: &IBig) -> IBig {
        use dashu_base::RemEuclid;
        IBig::from(of.clone().rem_euclid(self.prime.clone()))
    }

    /// Returns the inverse of what is not 0, by Euclid's algorithm.
    fn inverse(&self, of: &IBig) -> IBig {
        let (mut a, mut b) = (self.prime.clone(), of.clone());
        let (mut x, mut y) = (IBig::ZERO, IBig::ONE);
        while !b.is_zero() {
            let quotient = &a / &b;
            (a, b) = (b.clone(), a - &quotient * &b);
            (x, y) = (y.clone(), x - quotient * y);
        }
        self.residue(&x)
    }

    fn read(&self, rows: &Matrix) -> Option<Rows> {
        let one = |value: &Value| {
            let exact = number::rational(value).filter(|_| number::is_exact(value))?;
            let bottom = self.residue(exact.denominator().as_ibig());
            (!bottom.is_zero()).then(|| self.residue(&(exact.numerator() * self.inverse(&bottom))))
        };
        rows.iter().map(|row| row.iter().map(one).collect()).collect()
    }

    /// Brings a matrix into reduced echelon form by its first columns; returns the columns of the
    /// pivots and the determinant of the steps.
    fn reduce(
        &self,
        session: &Session,
        rows: &mut Rows,
        columns: usize,
    ) -> Evaluated<(Vec<usize>, IBig)> {
        let (mut pivots, mut determinant) = (Vec::new(), IBig::ONE);
        for column in 0..columns {
            session.check_interrupt()?;
            let top = pivots.len();
            let Some(found) = (top..rows.len()).find(|row| !rows[*row][column].is_zero()) else {
                continue;
            };
            if found != top {
                rows.swap(found, top);
                determinant = -determinant;
            }
            determinant = self.residue(&(determinant * &rows[top][column]));
            let inverse = self.inverse(&rows[top][column]);
            rows[top].iter_mut().for_each(|x| *x = self.residue(&(&*x * &inverse)));
            let pivot = rows[top].clone();
            for (place, row) in rows.iter_mut().enumerate() {
                let factor = row[column].clone();
                if place != top && !factor.is_zero() {
                    row.iter_mut()
                        .zip(&pivot)
                        .for_each(|(x, y)| *x = self.residue(&(&*x - &factor * y)));
                }
            }
            pivots.push(column);
        }
        Ok((pivots, determinant))
    }

    /// Returns vectors that span what a reduced matrix takes to 0.
    fn kernel(&self, rows: &Rows, pivots: &[usize]) -> Rows {
        let width = rows[0].len();
        let free = (0..width).rev().filter(|column| !pivots.contains(column));
        let of = |column: usize| {
            let mut vector = vec![IBig::ZERO; width];
            vector[column] = IBig::ONE;
            for (row, pivot) in rows.iter().zip(pivots) {
                vector[*pivot] = self.residue(&-&row[column]);
            }
            vector
        };
        free.map(of).collect()
    }
}

fn value(rows: Rows) -> Value {
    as_value(rows.into_iter().map(|row| row.into_iter().map(Value::from).collect()).collect())
}

/// Returns what a function of a matrix comes to if the option `Modulus` is given and not 0.
pub(super) fn step(session: &mut Session, call: &Call, name: &str) -> Evaluated<Option<Step>> {
    let (args, options) = Options::split(call.args(), 1);
    let Some(modulus) = options.get(session, "Modulus").filter(|own| !number::is_zero(own)) else {
        return Ok(None);
    };
    let is_prime = session.system("PrimeQ", [modulus.clone()].as_slice())?;
    let Some(prime) = number::integer(modulus).filter(|_| is_prime.as_bool() == Some(true)) else {
        session.message_of(name, "modp", std::slice::from_ref(modulus));
        return Ok(Some(Step::Same));
    };
    let field = Field { prime };
    let Some(mut rows) = args.first().and_then(matrix).and_then(|rows| field.read(&rows)) else {
        return Ok(Some(Step::Same));
    };
    let (height, width) = (rows.len(), rows[0].len());
    let is_square = height == width;
    let done = match (name, &args[1..]) {
        ("RowReduce", []) => {
            field.reduce(session, &mut rows, width)?;
            value(rows)
        }
        ("MatrixRank", []) => {
            Value::Integer(field.reduce(session, &mut rows, width)?.0.len() as i64)
        }
        ("NullSpace", []) => {
            let (pivots, _) = field.reduce(session, &mut rows, width)?;
            value(field.kernel(&rows, &pivots))
        }
        ("Det", []) if is_square => {
            let (pivots, determinant) = field.reduce(session, &mut rows, width)?;
            Value::from(if pivots.len() == width { determinant } else { IBig::ZERO })
        }
        ("Inverse", []) if is_square => {
            for (place, row) in rows.iter_mut().enumerate() {
                row.extend((0..width).map(|k| IBig::from(u8::from(k == place))));
            }
            if field.reduce(session, &mut rows, width)?.0.len() < width {
                session.message_of("Inverse", "sing", std::slice::from_ref(&args[0]));
                return Ok(Some(Step::Same));
            }
            value(rows.into_iter().map(|row| row[width..].to_vec()).collect())
        }
        ("LinearSolve", [b]) => return solve(session, &field, rows, b).map(Some),
        _ => return Ok(Some(Step::Same)),
    };
    Ok(Some(Step::Done(done)))
}

fn solve(session: &mut Session, field: &Field, mut rows: Rows, b: &Value) -> Evaluated<Step> {
    let width = rows[0].len();
    let is_vector = vector(b).is_some();
    let right = match vector(b) {
        Some(b) => Some(b.into_iter().map(|own| vec![own]).collect()),
        None => matrix(b),
    };
    let Some(right) = right.and_then(|right: Matrix| field.read(&right)) else {
        return Ok(Step::Same);
    };
    if right.len() != rows.len() {
        session.message_of("LinearSolve", "lslc", &[]);
        return Ok(Step::Same);
    }
    let columns = right[0].len();
    rows.iter_mut().zip(right).for_each(|(row, own)| row.extend(own));
    let (pivots, _) = field.reduce(session, &mut rows, width)?;
    let has_none = |row: &Vec<IBig>| row[width..].iter().any(|x| !x.is_zero());
    if rows[pivots.len()..].iter().any(has_none) {
        session.message_of("LinearSolve", "nosol", &[]);
        return Ok(Step::Same);
    }
    let mut solution = vec![vec![IBig::ZERO; columns]; width];
    rows.iter().zip(&pivots).for_each(|(row, pivot)| solution[*pivot] = row[width..].to_vec());
    Ok(Step::Done(match is_vector {
        true => Value::list(
            solution.into_iter().map(|mut row| Value::from(row.remove(0))).collect::<Args>(),
        ),
        false => value(solution),
    }))
}

#[cfg(test)]
mod tests {
    use crate::tests::check;

    #[test]
    fn products_are_what_they_should_be_modulo_the_prime() {
        check(&[
            ("RowReduce[{{2, 3}, {4, 5}}, Modulus -> 7]", "{{1, 0}, {0, 1}}"),
            ("RowReduce[{{2, 4}, {1, 2}}, Modulus -> 5]", "{{1, 2}, {0, 0}}"),
            ("Det[{{2, 3}, {4, 5}}, Modulus -> 7]", "5"),
            (
                "m = {{2, 3, 1}, {4, 5, 6}, {1, 1, 9}}; Mod[m . Inverse[m, Modulus -> 101], 101]",
                "{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}",
            ),
            (
                "m = {{2, 3, 1}, {4, 5, 6}}; Mod[m . LinearSolve[m, {5, 6}, Modulus -> 13], 13]",
                "{5, 6}",
            ),
            (
                "m = {{2, 3, 1, 4}, {4, 5, 6, 1}}; n = NullSpace[m, Modulus -> 11]; {Length[n], Union[Flatten[Mod[m . Transpose[n], 11]]]}",
                "{2, {0}}",
            ),
            ("MatrixRank[{{1, 2}, {2, 1}}, Modulus -> 3]", "1"),
            ("LinearSolve[{{1/2, 0}, {0, 1}}, {1, 1}, Modulus -> 7]", "{2, 1}"),
            (
                "LinearSolve[{{1, 2}, {2, 4}}, {1, 1}, Modulus -> 5]",
                "LinearSolve[{{1, 2}, {2, 4}}, {1, 1}, Modulus -> 5]",
            ),
            ("Det[{{1}}, Modulus -> 6]", "Det[{{1}}, Modulus -> 6]"),
        ]);
    }
}
