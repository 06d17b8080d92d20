//! Determinants, inverses and systems of equations.

use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

use super::dense::Dense;
use super::{Field, Matrix, as_value, identity, matrix, square, transposed, vector};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Det",
        NONE,
        det,
        "Det[m] is the determinant of a square matrix; Det[m, Modulus -> p] modulo a prime, as in \
         Inverse, LinearSolve, NullSpace, RowReduce and MatrixRank.",
        &[("Det[{{1, 2}, {3, 4}}]", "-2"), ("Det[{{a, b}, {c, d}}]", "-(b*c) + a*d")],
    ),
    builtin(
        "Inverse",
        NONE,
        inverse,
        "Inverse[m] is the inverse of a square matrix.",
        &[
            ("Inverse[{{1, 2}, {3, 4}}]", "{{-2, 1}, {3/2, -(1/2)}}"),
            ("Inverse[{{2.}}]", "{{0.5}}"),
        ],
    ),
    builtin(
        "LinearSolve",
        NONE,
        linear_solve,
        "LinearSolve[m, b] is an x with m . x == b, for a vector or a matrix b.",
        &[
            ("LinearSolve[{{1, 1}, {1, -1}}, {3, 1}]", "{2, 1}"),
            ("LinearSolve[{{1, 2}, {3, 4}}, {{1, 0}, {0, 1}}]", "{{-2, 1}, {3/2, -(1/2)}}"),
        ],
    ),
    builtin(
        "RowReduce",
        NONE,
        row_reduce,
        "RowReduce[m] is the reduced echelon form of a matrix.",
        &[
            ("RowReduce[{{1, 2}, {3, 4}}]", "{{1, 0}, {0, 1}}"),
            ("RowReduce[{{1, 2, 3}, {4, 5, 6}}]", "{{1, 0, -1}, {0, 1, 2}}"),
        ],
    ),
    builtin(
        "MatrixRank",
        NONE,
        matrix_rank,
        "MatrixRank[m] is the number of independent rows of a matrix; Modulus -> p counts modulo a \
         prime, Tolerance -> t the singular values above t times the largest.",
        &[("MatrixRank[{{1., 2.}, {2., 4.000001}}, Tolerance -> 10^-4]", "1"), ("MatrixRank[{{1, 2}, {2, 4}}]", "1"), ("MatrixRank[{{1, 2}, {3, 4}}]", "2")],
    ),
    builtin(
        "NullSpace",
        NONE,
        null_space,
        "NullSpace[m] is a list of independent vectors that m takes to 0.",
        &[("NullSpace[{{1, 2}, {2, 4}}]", "{{-2, 1}}"), ("NullSpace[{{1, 2}, {3, 4}}]", "{}")],
    ),
    written!(
        "LeastSquares",
        NONE,
        "{LeastSquares[m_?MatrixQ, b_List] /; Length[m] == Length[b] :> PseudoInverse[m] . b}",
        "LeastSquares[m, b] is the x that makes m . x nearest to b.",
        &[
            ("LeastSquares[{{1}, {1}}, {1, 3}]", "{2}"),
            ("LeastSquares[{{1, 0}, {0, 1}}, {5, 6}]", "{5, 6}"),
        ],
    ),
    builtin(
        "PseudoInverse",
        NONE,
        pseudo_inverse,
        "PseudoInverse[m] is the Moore-Penrose inverse of a matrix.",
        &[
            ("PseudoInverse[{{1}, {1}}]", "{{1/2, 1/2}}"),
            ("PseudoInverse[{{1, 2}, {2, 4}}]", "{{1/25, 2/25}, {2/25, 4/25}}"),
        ],
    ),
    builtin(
        "MatrixPower",
        NONE,
        matrix_power,
        "MatrixPower[m, n] is the n-th power of a square matrix; MatrixPower[m, n, v] is that \
         applied to a vector.",
        &[
            ("MatrixPower[{{1, 1}, {1, 0}}, 5]", "{{8, 5}, {5, 3}}"),
            ("MatrixPower[{{1, 2}, {3, 4}}, -1]", "{{-2, 1}, {3/2, -(1/2)}}"),
        ],
    ),
    written!(
        "Minors",
        NONE,
        "{Minors[m_?MatrixQ] :> Minors[m, Min[Dimensions[m]] - 1],
          Minors[m_?MatrixQ, k_Integer?NonNegative] :> Minors[m, k, Det],
          Minors[m_?MatrixQ, k_Integer?NonNegative, f_] :> Outer[f[m[[#1, #2]]] &, Subsets[Range[Length[m]], {k}], Subsets[Range[Length[First[m]]], {k}], 1]}",
        "Minors[m, k] is the matrix of the determinants of the parts of m with k rows and columns.",
        &[
            ("Minors[{{a, b}, {c, d}}, 1]", "{{a, b}, {c, d}}"),
            ("Minors[{{1, 2}, {3, 4}}, 2]", "{{-2}}"),
        ],
    ),
    written!(
        "Adjugate",
        NONE,
        "{Adjugate[{{_}}] :> {{1}},
          Adjugate[m_?SquareMatrixQ] :> With[{n = Length[m]}, Table[(-1)^($i + $j) Det[Drop[m, {$j}, {$i}]], {$i, n}, {$j, n}]]}",
        "Adjugate[m] is the matrix whose product with m is Det[m] times the identity matrix.",
        &[
            ("Adjugate[{{1, 2}, {3, 4}}]", "{{4, -2}, {-3, 1}}"),
            ("Adjugate[{{a, b}, {c, d}}]", "{{d, -b}, {-c, a}}"),
        ],
    ),
    written!(
        "Permanent",
        NONE,
        "{Permanent[m_?SquareMatrixQ] /; Length[m] <= 10 :> Total[Times @@ MapThread[Part, {m, #}] & /@ Permutations[Range[Length[m]]]]}",
        "Permanent[m] is the sum that Det[m] is without the signs.",
        &[("Permanent[{{1, 2}, {3, 4}}]", "10"), ("Permanent[{{a}}]", "a")],
    ),
];

fn not_square(session: &mut Session, name: &str, of: &Value) -> Step {
    if of.as_list().is_some() {
        session.message_of(name, "matsq", &[of.clone(), Value::Integer(1)]);
    }
    Step::Same
}

/// Returns the elements as integers with the denominator they were multiplied by.
fn integers(rows: &Matrix) -> Option<(Vec<Vec<IBig>>, IBig)> {
    let mut scale = IBig::ONE;
    let mut all = Vec::new();
    for row in rows {
        let row: Vec<RBig> = row.iter().map(number::rational).collect::<Option<_>>()?;
        let mut common = dashu_int::UBig::ONE;
        for value in &row {
            use dashu_base::Gcd;
            let denominator = value.denominator();
            common = &common / (&common).gcd(denominator) * denominator;
        }
        let whole = |value: &RBig| value.numerator() * IBig::from(&common / value.denominator());
        all.push(row.iter().map(whole).collect());
        scale *= IBig::from(common);
    }
    Some((all, scale))
}

/// Returns the determinant of an integer matrix without fractions (Bareiss 1968).
fn bareiss(session: &Session, mut rows: Vec<Vec<IBig>>) -> Evaluated<IBig> {
    let size = rows.len();
    let (mut before, mut sign) = (IBig::ONE, 1);
    for k in 0..size.saturating_sub(1) {
        session.check_interrupt()?;
        let Some(pivot) = (k..size).find(|&row| rows[row][k] != IBig::ZERO) else {
            return Ok(IBig::ZERO);
        };
        if pivot != k {
            rows.swap(pivot, k);
            sign = -sign;
        }
        let (upper, lower) = rows.split_at_mut(k + 1);
        let top = &upper[k];
        for row in lower {
            for j in k + 1..size {
                row[j] = (&row[j] * &top[k] - &row[k] * &top[j]) / &before;
            }
        }
        before = top[k].clone();
    }
    Ok(rows.pop().and_then(|mut row| row.pop()).unwrap_or(IBig::ONE) * sign)
}

fn det(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let Some(step) = super::modular::step(session, call, "Det")? {
        return Ok(step);
    }
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(rows) = square(of) else { return Ok(not_square(session, "Det", of)) };
    if let Some([dense]) = Dense::read([of]) {
        return Ok(Step::Done(dense.lu().determinant()));
    }
    if let Some((rows, scale)) = integers(&rows) {
        let value = bareiss(session, rows)?;
        return Ok(Step::Done(Value::from(RBig::from(value) / RBig::from(scale))));
    }
    determinant(session, rows).map(Step::Done)
}

/// Matrices with symbols up to this size are expanded by minors.
const BY_MINORS: usize = 11;

/// Returns the determinant of a matrix of any elements.
pub(super) fn determinant(session: &mut Session, rows: Matrix) -> Evaluated {
    let is_numeric = rows.iter().flatten().all(Value::is_number);
    if !is_numeric && rows.len() <= BY_MINORS {
        return by_minors(session, &rows);
    }
    let mut rows = rows;
    let (size, mut value) = (rows.len(), Value::Integer(1));
    for k in 0..size {
        let mut field = Field::of(session, &rows);
        let Some(best) = field.pivot(&rows, k, k)? else { return Ok(Value::Integer(0)) };
        if best != k {
            rows.swap(best, k);
            value = field.minus_product(&Value::Integer(0), &value, &Value::Integer(1))?;
        }
        let pivot = rows[k][k].clone();
        for row in k + 1..size {
            let factor = field.divide(&rows[row][k].clone(), &pivot)?;
            for j in k + 1..size {
                rows[row][j] =
                    field.minus_product(&rows[row][j].clone(), &factor, &rows[k][j].clone())?;
            }
        }
        let product = Value::call(sym::Times, [value, pivot]);
        value = session.evaluate(&product)?;
    }
    Ok(value)
}

/// Adds up the products of the elements of one row after the other for each set of columns.
fn by_minors(session: &mut Session, rows: &Matrix) -> Evaluated {
    let size = rows.len();
    let mut minors: Vec<Option<Value>> = vec![None; 1 << size];
    minors[0] = Some(Value::Integer(1));
    for columns in 1..1usize << size {
        session.check_interrupt()?;
        let row = &rows[columns.count_ones() as usize - 1];
        let mut terms = Args::new();
        for column in (0..size).filter(|column| columns >> column & 1 == 1) {
            let Some(minor) = &minors[columns & !(1 << column)] else { continue };
            if number::is_zero(&row[column]) {
                continue;
            }
            // The sign counts the columns of the set behind this one.
            let behind = (columns >> (column + 1)).count_ones();
            let sign = Value::Integer(if behind.is_multiple_of(2) { 1 } else { -1 });
            let product = [sign, row[column].clone(), minor.clone()];
            terms.push(Value::call(sym::Times, product.as_slice()));
        }
        let sum = session.evaluate(&Value::call(sym::Plus, terms))?;
        let sum = session.system("Expand", [sum].as_slice())?;
        minors[columns] = (!number::is_zero(&sum)).then_some(sum);
    }
    Ok(minors.pop().flatten().unwrap_or(Value::Integer(0)))
}

fn singular(session: &mut Session, name: &str, of: &Value) -> Step {
    session.message_of(name, "sing", std::slice::from_ref(of));
    Step::Same
}

fn inverse(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let Some(step) = super::modular::step(session, call, "Inverse")? {
        return Ok(step);
    }
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(rows) = square(of) else { return Ok(not_square(session, "Inverse", of)) };
    if let Some([dense]) = Dense::read([of]) {
        let factors = dense.lu();
        if factors.is_singular() {
            return Ok(singular(session, "Inverse", of));
        }
        let inverse = factors.inverse();
        if dense.norm() * inverse.norm() > 1.0 / f64::EPSILON {
            session.message_of("Inverse", "luc", std::slice::from_ref(of));
        }
        return Ok(Step::Done(inverse.value()));
    }
    Ok(match inverted(session, rows)? {
        Some(rows) => Step::Again(as_value(rows)),
        None => singular(session, "Inverse", of),
    })
}

/// Returns the inverse of a matrix of any elements, `None` if it has none.
pub(super) fn inverted(session: &mut Session, mut rows: Matrix) -> Evaluated<Option<Matrix>> {
    let size = rows.len();
    rows.iter_mut().zip(identity(size)).for_each(|(row, unit)| row.extend(unit));
    let pivots = Field::of(session, &rows).reduce(&mut rows, size)?;
    let is_regular = pivots.len() == size;
    Ok(is_regular.then(|| rows.into_iter().map(|mut row| row.split_off(size)).collect()))
}

fn linear_solve(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let Some(step) = super::modular::step(session, call, "LinearSolve")? {
        return Ok(step);
    }
    let [of, b, ..] = call.args() else { return Ok(Step::Same) };
    if let Some(solution) = machine_solution(session, of, b) {
        return Ok(Step::Done(solution));
    }
    let Some(mut rows) = matrix(of) else { return Ok(Step::Same) };
    let right = match (vector(b), matrix(b)) {
        (Some(b), _) => b.into_iter().map(|value| vec![value]).collect(),
        (None, Some(b)) => b,
        _ => return Ok(Step::Same),
    };
    if right.len() != rows.len() {
        session.message_of("LinearSolve", "lslc", &[]);
        return Ok(Step::Same);
    }
    let (size, width) = (rows[0].len(), right[0].len());
    let columns = transposed(&right);
    rows.iter_mut().zip(right).for_each(|(row, b)| row.extend(b));
    let mut field = Field::of(session, &rows);
    let pivots = field.reduce(&mut rows, size)?;
    for row in &rows[pivots.len()..] {
        for value in &row[size..] {
            if !field.is_zero(value)? && !is_negligible(value, &columns) {
                session.message_of("LinearSolve", "nosol", &[]);
                return Ok(Step::Same);
            }
        }
    }
    let mut solution = vec![vec![Value::Integer(0); width]; size];
    for (row, &pivot) in rows.iter().zip(&pivots) {
        solution[pivot] = row[size..].to_vec();
    }
    Ok(Step::Again(match vector(b) {
        Some(_) => Value::list(solution.into_iter().flatten().collect::<Args>()),
        None => as_value(solution),
    }))
}

/// Returns the solution for a regular square matrix of machine numbers.
fn machine_solution(session: &mut Session, of: &Value, b: &Value) -> Option<Value> {
    let [dense, right] = Dense::read([of, b])?;
    if !dense.is_square() || dense.shape().0 != right.shape().0 {
        return None;
    }
    let factors = dense.lu();
    if factors.is_singular() {
        return None;
    }
    if factors.is_nearly_singular() {
        session.message_of("LinearSolve", "luc", std::slice::from_ref(of));
    }
    let solution = factors.solve(&right)?;
    Some(match b.as_list()?.first()?.as_list() {
        Some(_) => solution.value(),
        None => solution.vector(),
    })
}

/// Returns whether an approximate number is lost among the right sides.
fn is_negligible(value: &Value, columns: &Matrix) -> bool {
    let Value::Real(value) = value else { return false };
    let size = columns.iter().flatten().filter_map(number::to_f64).map(f64::abs);
    value.abs() <= 1e-12 * size.fold(0.0, f64::max)
}

fn row_reduce(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let Some(step) = super::modular::step(session, call, "RowReduce")? {
        return Ok(step);
    }
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(mut rows) = matrix(of) else { return Ok(Step::Same) };
    let columns = rows[0].len();
    Field::of(session, &rows).reduce(&mut rows, columns)?;
    Ok(Step::Again(as_value(rows)))
}

fn matrix_rank(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let Some(step) = super::modular::step(session, call, "MatrixRank")? {
        return Ok(step);
    }
    let (args, options) = Options::split(call.args(), 1);
    let [of] = args else { return Ok(Step::Same) };
    if let Some(tolerance) = options.get(session, "Tolerance").filter(|own| !own.is(sym::Automatic))
    {
        return rank_within(session, of, tolerance);
    }
    let Some(mut rows) = matrix(of) else { return Ok(Step::Same) };
    let columns = rows[0].len();
    let pivots = Field::of(session, &rows).reduce(&mut rows, columns)?;
    Ok(Step::Done(Value::Integer(pivots.len() as i64)))
}

/// Counts the singular values that are larger than a fraction of the largest.
fn rank_within(session: &mut Session, of: &Value, tolerance: &Value) -> Evaluated<Step> {
    let approximate = session.system("N", [of.clone()].as_slice())?;
    let values = session.system("SingularValueList", [approximate].as_slice())?;
    let (Some(values), Some(tolerance)) = (values.as_list(), session.machine_value(tolerance)?)
    else {
        return Ok(Step::Same);
    };
    let sizes: Option<Vec<f64>> = values.iter().map(number::to_f64).collect();
    let Some(sizes) = sizes else { return Ok(Step::Same) };
    let least = tolerance * sizes.iter().copied().fold(0.0, f64::max);
    let count = sizes.iter().filter(|size| **size > least).count();
    Ok(Step::Done(Value::Integer(count as i64)))
}

fn null_space(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let Some(step) = super::modular::step(session, call, "NullSpace")? {
        return Ok(step);
    }
    let [of, ..] = call.args() else { return Ok(Step::Same) };
    let Some(rows) = matrix(of) else { return Ok(Step::Same) };
    let vectors = kernel(session, rows)?;
    Ok(Step::Again(Value::list(vectors.into_iter().map(Value::list).collect::<Args>())))
}

/// Returns independent vectors that a matrix takes to 0, those of the last free columns first;
/// exact ones without denominators.
pub(super) fn kernel(session: &mut Session, mut rows: Matrix) -> Evaluated<Vec<Vec<Value>>> {
    let columns = rows[0].len();
    let mut field = Field::of(session, &rows);
    let pivots = field.reduce(&mut rows, columns)?;
    let mut vectors = Vec::new();
    for free in (0..columns).rev().filter(|column| !pivots.contains(column)) {
        let mut vector = vec![Value::Integer(0); columns];
        vector[free] = Value::Integer(1);
        for (row, &pivot) in rows.iter().zip(&pivots) {
            vector[pivot] =
                field.minus_product(&Value::Integer(0), &row[free].clone(), &Value::Integer(1))?;
        }
        vectors.push(without_denominators(vector));
    }
    Ok(vectors)
}

fn without_denominators(vector: Vec<Value>) -> Vec<Value> {
    let Some((mut whole, _)) = integers(&vec![vector.clone()]) else { return vector };
    whole.pop().map_or(vector, |row| row.into_iter().map(Value::from).collect())
}

/// Full rank factorization: for m = B C with independent columns of B and rows of C, the inverse
/// is C* (C C*)^-1 (B* B)^-1 B*.
fn pseudo_inverse(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, ..] = call.args() else { return Ok(Step::Same) };
    let Some(rows) = matrix(of) else { return Ok(Step::Same) };
    if let Some(inverse) = Dense::read([of]).and_then(|[dense]| dense.pseudo_inverse()) {
        return Ok(Step::Done(inverse.value()));
    }
    let mut reduced = rows.clone();
    let columns = rows[0].len();
    let pivots = Field::of(session, &rows).reduce(&mut reduced, columns)?;
    if pivots.is_empty() {
        let zero = |_| vec![Value::Integer(0); rows.len()];
        return Ok(Step::Done(as_value((0..columns).map(zero).collect())));
    }
    reduced.truncate(pivots.len());
    let pick = |row: &Vec<Value>| pivots.iter().map(|&pivot| row[pivot].clone()).collect();
    let b: Matrix = rows.iter().map(pick).collect();
    let (b, c) = (as_value(b), as_value(reduced));
    let adjoint = |m: &Value| Value::call(sym::ConjugateTranspose, [m.clone()].as_slice());
    let dot = |a: &Value, b: &Value| Value::call(sym::Dot, [a.clone(), b.clone()]);
    let inverse = |m: Value| Value::call(sym::Inverse, [m].as_slice());
    let (b_star, c_star) = (session.evaluate(&adjoint(&b))?, session.evaluate(&adjoint(&c))?);
    let left = dot(&c_star, &inverse(dot(&c, &c_star)));
    let right = dot(&inverse(dot(&b_star, &b)), &b_star);
    let value = session.evaluate(&dot(&left, &right))?;
    session.system("Together", [value].as_slice()).map(Step::Again)
}

fn matrix_power(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, exponent, applied) = match call.args() {
        [of, exponent] => (of, exponent, None),
        [of, exponent, vector] => (of, exponent, Some(vector)),
        _ => return Ok(Step::Same),
    };
    let Some(rows) = square(of) else { return Ok(not_square(session, "MatrixPower", of)) };
    let dot = |a: &Value, b: &Value| Value::call(sym::Dot, [a.clone(), b.clone()]);
    let Some(n) = exponent.as_i64() else {
        return session.by_rules(call, "{MatrixPower[m_?SquareMatrixQ, p_?NumericQ] /; MatrixQ[m, NumericQ] && Precision[m] < Infinity && !MatrixFunction[\"Diagonal\", m] :> With[{l = MatrixLog[m]}, MatrixExp[p l] /; MatrixQ[l]],
          MatrixPower[m_?SquareMatrixQ, p_] /; (NumericQ[p] || AtomQ[p]) && MatrixFunction[\"Diagonal\", m] :>
            With[{e = Eigensystem[m]}, Together[Transpose[e[[2]]] . DiagonalMatrix[e[[1]]^p] . Inverse[Transpose[e[[2]]]]]]}");
    };
    let mut square = match n < 0 {
        false => of.clone(),
        true => match inverted(session, rows.clone())? {
            Some(rows) => as_value(rows),
            None => return Ok(singular(session, "MatrixPower", of)),
        },
    };
    let (mut left, mut power) = (n.unsigned_abs(), as_value(identity(rows.len())));
    while left > 0 {
        session.check_interrupt()?;
        if left & 1 == 1 {
            power = session.evaluate(&dot(&power, &square))?;
        }
        left >>= 1;
        if left > 0 {
            square = session.evaluate(&dot(&square, &square))?;
        }
    }
    Ok(Step::Again(match applied {
        Some(vector) => dot(&power, vector),
        None => power,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leibniz(rows: &[Vec<IBig>]) -> IBig {
        if rows.is_empty() {
            return IBig::ONE;
        }
        let minor = |column: usize| {
            let rest: Vec<Vec<IBig>> = rows[1..]
                .iter()
                .map(|row| {
                    (0..row.len()).filter(|&k| k != column).map(|k| row[k].clone()).collect()
                })
                .collect();
            let sign = if column.is_multiple_of(2) { 1 } else { -1 };
            leibniz(&rest) * &rows[0][column] * sign
        };
        (0..rows.len()).map(minor).sum()
    }

    #[test]
    fn determinants_without_fractions_are_those_by_minors() {
        let mut rng = bolt_base::Rng::new(3);
        let session = Session::new();
        for size in 1..6 {
            for _ in 0..20 {
                let mut element = || IBig::from(rng.below(5) as i64 - 2);
                let rows: Vec<Vec<IBig>> =
                    (0..size).map(|_| (0..size).map(|_| element()).collect()).collect();
                assert_eq!(bareiss(&session, rows.clone()).unwrap(), leibniz(&rows));
            }
        }
    }
}
