//! Decompositions of matrices.

use triomphe::Arc;

use super::{Field, from_machine, machine, matrix};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "LUDecomposition",
        NONE,
        lu_decomposition,
        "LUDecomposition[m] is a list of the factors L below and U on and above the diagonal of one \
         matrix, the order of the rows, and the condition number (0 for exact matrices): \
         m[[order]] is L . U.",
        &[
            ("LUDecomposition[{{1, 2}, {3, 4}}]", "{{{1, 2}, {3, -2}}, {1, 2}, 0}"),
            ("LUDecomposition[{{0, 1}, {2, 3}}]", "{{{2, 3}, {0, 1}}, {2, 1}, 0}"),
        ],
    ),
    written!(
        "QRDecomposition",
        NONE,
        "{QRDecomposition[m_?MatrixQ] :> With[{q = Select[Orthogonalize[Transpose[m]], Total[Abs[#]^2] =!= 0 && !(Chop[Total[Abs[#]^2]] === 0) &]}, {Conjugate[q], Conjugate[q] . m}]}",
        "QRDecomposition[m] is the list of q, whose rows have length 1 and are at right angles, and \
         an upper triangular r with ConjugateTranspose[q] . r == m.",
        &[
            ("QRDecomposition[{{3, 1}, {4, 0}}]", "{{{3/5, 4/5}, {4/5, -(3/5)}}, {{5, 3/5}, {0, 4/5}}}"),
            ("QRDecomposition[{{2}}]", "{{{1}}, {{2}}}"),
        ],
    ),
    builtin(
        "CholeskyDecomposition",
        NONE,
        cholesky,
        "CholeskyDecomposition[m] is the upper triangular u with ConjugateTranspose[u] . u == m, \
         for a positive definite m.",
        &[
            ("CholeskyDecomposition[{{4, 2}, {2, 5}}]", "{{2, 1}, {0, 2}}"),
            ("CholeskyDecomposition[{{9}}]", "{{3}}"),
        ],
    ),
    builtin(
        "SingularValueDecomposition",
        NONE,
        singular_value_decomposition,
        "SingularValueDecomposition[m] is the list of u, w and v with m == u . w . \
         ConjugateTranspose[v], where w has the singular values on its diagonal.",
        &[
            ("SingularValueDecomposition[{{2., 0.}, {0., 1.}}][[2]]", "{{2., 0.}, {0., 1.}}"),
            ("Map[Dimensions, SingularValueDecomposition[{{1., 2.}, {3., 4.}, {5., 6.}}]]", "{{3, 3}, {3, 2}, {2, 2}}"),
        ],
    ),
    written!(
        "SingularValueList",
        NONE,
        "{SingularValueList[m_?MatrixQ] /; Precision[m] < Infinity && MatrixQ[m, Element[#, Reals] &] :> DeleteCases[Diagonal[SingularValueDecomposition[m][[2]]], 0 | 0.],
          SingularValueList[m_?MatrixQ] :> DeleteCases[Sqrt[Eigenvalues[If[Length[m] <= Length[First[m]], m . ConjugateTranspose[m], ConjugateTranspose[m] . m]]], 0 | 0.],
          SingularValueList[m_?MatrixQ, k_Integer?Positive] :> Take[SingularValueList[m], UpTo[k]]}",
        "SingularValueList[m] is the list of the singular values of a matrix that are not 0, the \
         largest first.",
        &[
            ("SingularValueList[{{0, 2}, {1, 0}}]", "{2, 1}"),
            ("SingularValueList[{{1, 1}, {1, 1}}]", "{2}"),
        ],
    ),
    written!(
        "MatrixExp",
        NONE,
        "{MatrixExp[m_?SquareMatrixQ] /; UpperTriangularMatrixQ[m] && LowerTriangularMatrixQ[m] :> DiagonalMatrix[Exp[Diagonal[m]]],
          MatrixExp[m_?SquareMatrixQ] /; MatrixQ[m, NumericQ] && Precision[m] < Infinity :> With[{s = Max[0, Ceiling[Log[2., Norm[m, \"Frobenius\"] + 1]] + 2]},
            Nest[# . # &, Fold[IdentityMatrix[Length[m]] + m . #1/(2^s #2) &, IdentityMatrix[Length[m]], Range[24, 1, -1]], s]],
          MatrixExp[m_?SquareMatrixQ] /; MatrixPower[m, Length[m]] === ConstantArray[0, {Length[m], Length[m]}] :> Sum[MatrixPower[m, $k]/$k!, {$k, 0, Length[m] - 1}],
          MatrixExp[m_?SquareMatrixQ] :> With[{e = Eigensystem[m]}, (Together[Transpose[e[[2]]] . DiagonalMatrix[Exp[e[[1]]]] . Inverse[Transpose[e[[2]]]]]) /; ListQ[e] && MatrixRank[e[[2]]] == Length[m]],
          MatrixExp[m_?SquareMatrixQ, v_List] :> MatrixExp[m] . v}",
        "MatrixExp[m] is the exponential of a square matrix; MatrixExp[m, v] that applied to a \
         vector.",
        &[
            ("MatrixExp[{{0, a}, {0, 0}}]", "{{1, a}, {0, 1}}"),
            ("MatrixExp[{{1, 0}, {0, x}}]", "{{E, 0}, {0, E^x}}"),
        ],
    ),
    written!(
        "MatrixLog",
        NONE,
        "{MatrixLog[m_?SquareMatrixQ] /; MatrixFunction[\"Diagonal\", m] :> With[{e = Eigensystem[m]}, Transpose[e[[2]]] . DiagonalMatrix[Log[e[[1]]]] . Inverse[Transpose[e[[2]]]] /; !MemberQ[e[[1]], 0 | 0.]],
          MatrixLog[m_?SquareMatrixQ] /; MatrixQ[m, NumericQ] && Precision[m] < Infinity && FreeQ[Eigenvalues[m], $x_ /; NumericQ[$x] && Im[$x] == 0 && Re[$x] <= 0] :> With[{i = IdentityMatrix[Length[m]]}, With[{r = NestWhile[{First[Nest[{#[[1]] + Inverse[#[[2]]], #[[2]] + Inverse[#[[1]]]}/2 &, {#[[1]], i}, 20]], #[[2]] + 1} &, {N[m], 0}, Norm[#[[1]] - i, \"Frobenius\"] > 0.1 && #[[2]] < 60 &]}, With[{s = (r[[1]] - i) . Inverse[r[[1]] + i]}, With[{q = s . s}, 2^(r[[2]] + 1) Fold[q . #1 + s/(2 #2 + 1) &, 0 s, Range[12, 0, -1]]]]]],
          MatrixLog[m_?SquareMatrixQ] /; Precision[m] === Infinity :> With[{r = MatrixFunction[Log, m]}, r /; MatrixQ[r]]}",
        "MatrixLog[m] is a matrix whose exponential is m: of the eigenvalues if there are \
         enough eigenvectors, of approximate matrices else by square roots, of exact ones by \
         their Jordan form.",
        &[
            ("MatrixLog[{{1, 0}, {0, E}}]", "{{0, 0}, {0, 1}}"),
            ("MatrixLog[{{2}}]", "{{Log[2]}}"),
            ("MatrixLog[{{1, 1}, {0, 1}}]", "{{0, 1}, {0, 0}}"),
            ("Chop[MatrixLog[{{1., 1.}, {0., 1.}}] - {{0, 1}, {0, 0}}, 10^-12]", "{{0, 0}, {0, 0}}"),
        ],
    ),
    written!(
        "MatrixFunction",
        NONE,
        "{MatrixFunction[\"Diagonal\", m_] :> With[{e = Quiet[Eigensystem[m]]}, ListQ[e] && MatrixRank[e[[2]]] == Length[m] && (!MatrixQ[m, NumericQ] || Precision[m] === Infinity || With[{s = SingularValueList[If[FreeQ[e[[2]], _Complex], e[[2]], Join[Join[Re[e[[2]]], -Im[e[[2]]], 2], Join[Im[e[[2]]], Re[e[[2]]], 2]]]]}, Length[s] == If[FreeQ[e[[2]], _Complex], 1, 2] Length[m] && Last[s] > 10^-7 First[s]])],
          MatrixFunction[f_, m_?SquareMatrixQ] /; MatrixFunction[\"Diagonal\", m] :> With[{e = Eigensystem[m]}, Transpose[e[[2]]] . DiagonalMatrix[f /@ e[[1]]] . Inverse[Transpose[e[[2]]]]],
          MatrixFunction[f_, m_?SquareMatrixQ] /; Precision[m] === Infinity :> With[{j = JordanDecomposition[m]}, With[{s = j[[1]], d = j[[2]]}, s . Table[If[$k < $i || AnyTrue[Range[$i, $k - 1], d[[#, # + 1]] === 0 &], 0, (D[f[$x], {$x, $k - $i}] /. $x -> d[[$i, $i]])/($k - $i)!], {$i, Length[m]}, {$k, Length[m]}] . Inverse[s]] /; ListQ[j]]}",
        "MatrixFunction[f, m] applies f to a square matrix: to its eigenvalues if it has enough \
         eigenvectors, else, if it is exact, with derivatives of f on its Jordan form.",
        &[
            ("MatrixFunction[#^2 &, {{1, 0}, {0, 3}}]", "{{1, 0}, {0, 9}}"),
            ("MatrixFunction[f, {{a}}]", "{{f[a]}}"),
            ("MatrixFunction[Sin, {{t, 1}, {0, t}}]", "{{Sin[t], Cos[t]}, {0, Sin[t]}}"),
        ],
    ),
    written!(
        "JordanDecomposition",
        NONE,
        "{JordanDecomposition[\"Chains\", n_, p_] :> Fold[With[{c = #1, j = #2}, With[{k = Join[If[j == 1, {}, NullSpace[MatrixPower[n, j - 1]]], MatrixPower[n, Length[#] - j] . Last[#] & /@ c]}, Join[c, Function[v, Table[MatrixPower[n, j - $i] . v, {$i, j}]] /@ Drop[Fold[If[MatrixRank[Append[#1, #2]] > Length[#1], Append[#1, #2], #1] &, k, NullSpace[MatrixPower[n, j]]], Length[k]]]]] &, {}, Range[p, 1, -1]],
          JordanDecomposition[m_?SquareMatrixQ] /; MatrixQ[m, NumericQ] && Precision[m] < Infinity :> With[{e = Eigensystem[m]}, {Transpose[e[[2]]], DiagonalMatrix[e[[1]]]} /; MatrixFunction[\"Diagonal\", m]],
          JordanDecomposition[m_?SquareMatrixQ] :> With[{t = Tally[Sort[Eigenvalues[m]]], i = IdentityMatrix[Length[m]]}, With[{b = Join @@ Function[l, {l[[1]], #} & /@ Reverse[SortBy[JordanDecomposition[\"Chains\", Together[m - l[[1]] i], NestWhile[# + 1 &, 1, Length[NullSpace[Together[MatrixPower[m - l[[1]] i, #]]]] < l[[2]] && # < l[[2]] &]], Length]]] /@ t}, With[{v = Join @@ (Last /@ b), d = Join @@ (ConstantArray[#[[1]], Length[#[[2]]]] & /@ b), u = Join @@ (Append[ConstantArray[1, Length[#[[2]]] - 1], 0] & /@ b)}, {Transpose[v], Table[Which[$i == $k, d[[$i]], $k == $i + 1, u[[$i]], True, 0], {$i, Length[m]}, {$k, Length[m]}]} /; Length[v] == Length[m]]]]}",
        "JordanDecomposition[m] is a list of s and j with m == s . j . Inverse[s], where j has \
         the eigenvalues on its diagonal and a 1 above it where there are not enough \
         eigenvectors.",
        &[
            ("JordanDecomposition[{{2, 1}, {0, 2}}]", "{{{1, 0}, {0, 1}}, {{2, 1}, {0, 2}}}"),
            ("{s, j} = JordanDecomposition[{{27, 48, 81}, {-6, 0, 0}, {1, 0, 3}}]; {j, s . j . Inverse[s]}", "{{{6, 0, 0}, {0, 12, 1}, {0, 0, 12}}, {{27, 48, 81}, {-6, 0, 0}, {1, 0, 3}}}"),
        ],
    ),
];

fn lu_decomposition(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(mut rows) = super::square(of) else { return Ok(Step::Same) };
    let places = |order: &[usize]| {
        Value::list(order.iter().map(|&row| Value::Integer(row as i64 + 1)).collect::<Args>())
    };
    if let Some(mut all) = machine(&rows) {
        let Some((order, _)) = super::solve::lu(&mut all) else {
            session.message_of("LUDecomposition", "sing", std::slice::from_ref(of));
            return Ok(Step::Same);
        };
        let norm = |rows: Vec<Vec<f64>>| {
            rows.iter().map(|row| row.iter().map(|x| x.abs()).sum::<f64>()).fold(0.0, f64::max)
        };
        let inverse = session.evaluate(&Value::call(sym::Inverse, [of.clone()].as_slice()))?;
        let inverse = matrix(&inverse).and_then(|rows| machine(&rows));
        let condition =
            machine(&rows).zip(inverse).map_or(f64::INFINITY, |(a, b)| norm(a) * norm(b));
        return Ok(Step::Done(Value::list(
            [from_machine(all), places(&order), Value::Real(condition)].as_slice(),
        )));
    }
    let size = rows.len();
    let mut order: Vec<usize> = (0..size).collect();
    let mut field = Field::of(session, &rows);
    for k in 0..size {
        let Some(best) = field.pivot(&rows, k, k)? else {
            session.message_of("LUDecomposition", "sing", std::slice::from_ref(of));
            return Ok(Step::Same);
        };
        rows.swap(best, k);
        order.swap(best, k);
        for row in k + 1..size {
            let factor = field.divide(&rows[row][k].clone(), &rows[k][k].clone())?;
            for j in k + 1..size {
                rows[row][j] =
                    field.minus_product(&rows[row][j].clone(), &factor, &rows[k][j].clone())?;
            }
            rows[row][k] = factor;
        }
    }
    Ok(Step::Done(Value::list(
        [super::as_value(rows), places(&order), Value::Integer(0)].as_slice(),
    )))
}

fn cholesky(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(rows) = super::square(of) else { return Ok(Step::Same) };
    use crate::builtins::arithmetic::{half, inverse, negative, plus, times, to_the};
    let size = rows.len();
    let conjugate = |value: &Value| Value::call(sym::Conjugate, [value.clone()].as_slice());
    let mut upper = vec![vec![Value::Integer(0); size]; size];
    for i in 0..size {
        for j in i..size {
            let mut terms: Args = [rows[i][j].clone()].as_slice().into();
            for above in &upper[..i] {
                terms.push(negative(times([conjugate(&above[i]), above[j].clone()])));
            }
            let rest = session.evaluate(&plus(terms))?;
            let rest = session.system("Together", [rest].as_slice())?;
            let value = match i == j {
                true => {
                    let is_positive = session.machine_value(&rest)?;
                    if is_positive.is_some_and(|x| x <= 0.0) {
                        session.message_of(
                            "CholeskyDecomposition",
                            "posdef",
                            std::slice::from_ref(of),
                        );
                        return Ok(Step::Same);
                    }
                    to_the(rest, half())
                }
                false => times([rest, inverse(conjugate(&upper[i][i]))]),
            };
            upper[i][j] = session.evaluate(&value)?;
        }
    }
    Ok(Step::Done(super::as_value(upper)))
}

/// The factors of a machine matrix: columns of u, singular values, columns of v.
struct Factors {
    u: Vec<Vec<f64>>,
    values: Vec<f64>,
    v: Vec<Vec<f64>>,
}

/// Turns pairs of columns until all are at right angles (Hestenes 1958), for at least as many rows
/// as columns.
fn svd(columns: Vec<Vec<f64>>) -> Factors {
    let (n, m) = (columns.len(), columns[0].len());
    let mut u = columns;
    let mut v: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    for _ in 0..60 {
        let mut is_done = true;
        for p in 0..n {
            for q in p + 1..n {
                let (a, b, c) = (dot(&u[p], &u[p]), dot(&u[q], &u[q]), dot(&u[p], &u[q]));
                if c.abs() <= f64::EPSILON * (a * b).sqrt() {
                    continue;
                }
                is_done = false;
                let zeta = (b - a) / (2.0 * c);
                let t =
                    if zeta == 0.0 { 1.0 } else { zeta.signum() / (zeta.abs() + zeta.hypot(1.0)) };
                let cos = 1.0 / t.hypot(1.0);
                let sin = cos * t;
                for columns in [&mut u, &mut v] {
                    let (left, right) = columns.split_at_mut(q);
                    for (x, y) in left[p].iter_mut().zip(&mut right[0]) {
                        (*x, *y) = (cos * *x - sin * *y, sin * *x + cos * *y);
                    }
                }
            }
        }
        if is_done {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    let values: Vec<f64> = u.iter().map(|column| dot(column, column).sqrt()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let limit = values.iter().copied().fold(0.0, f64::max) * f64::EPSILON * m as f64;
    let mut unit: Vec<Vec<f64>> = Vec::new();
    for &k in order.iter().filter(|&&k| values[k] > limit) {
        unit.push(u[k].iter().map(|x| x / values[k]).collect());
    }
    complete(&mut unit, m);
    let kept = |k: &usize| if values[*k] > limit { values[*k] } else { 0.0 };
    Factors {
        u: unit,
        values: order.iter().map(kept).collect(),
        v: order.iter().map(|&k| v[k].clone()).collect(),
    }
}

/// Adds vectors until there are as many as they have elements, all at right angles.
fn complete(vectors: &mut Vec<Vec<f64>>, size: usize) {
    for axis in 0..size {
        if vectors.len() == size {
            return;
        }
        let mut new: Vec<f64> = (0..size).map(|i| f64::from(u8::from(i == axis))).collect();
        for _ in 0..2 {
            for known in vectors.iter() {
                let part: f64 = known.iter().zip(&new).map(|(x, y)| x * y).sum();
                new.iter_mut().zip(known).for_each(|(x, k)| *x -= part * k);
            }
        }
        let length = new.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length > 1e-6 {
            vectors.push(new.into_iter().map(|x| x / length).collect());
        }
    }
}

fn singular_value_decomposition(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(rows) = matrix(of) else { return Ok(Step::Same) };
    if !rows.iter().flatten().any(|value| matches!(value, Value::Real(_))) {
        return Ok(Step::Same);
    }
    let mut all: Vec<Vec<f64>> = Vec::new();
    for row in &rows {
        let mut line = Vec::new();
        for value in row {
            match session.machine_value(value)? {
                Some(value) => line.push(value),
                None => return Ok(Step::Same),
            }
        }
        all.push(line);
    }
    let columns = |rows: &[Vec<f64>]| -> Vec<Vec<f64>> {
        (0..rows[0].len()).map(|j| rows.iter().map(|row| row[j]).collect()).collect()
    };
    let (height, width) = (all.len(), all[0].len());
    let (u, values, v) = match height >= width {
        true => {
            let Factors { u, values, v } = svd(columns(&all));
            (u, values, v)
        }
        false => {
            let Factors { u, values, v } = svd(all.clone());
            (v, values, u)
        }
    };
    let entry = |i: usize, j: usize| if i == j { values[i] } else { 0.0 };
    let middle = (0..height).map(|i| (0..width).map(|j| entry(i, j)).collect()).collect();
    let parts = [from_machine(columns(&u)), from_machine(middle), from_machine(columns(&v))];
    Ok(Step::Done(Value::list(parts.as_slice())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factors_of_a_matrix_multiply_to_it() {
        let mut rng = bolt_base::Rng::new(2);
        for (m, n) in [(1, 1), (3, 2), (5, 5), (7, 4)] {
            let columns: Vec<Vec<f64>> =
                (0..n).map(|_| (0..m).map(|_| rng.normal()).collect()).collect();
            let Factors { u, values, v } = svd(columns.clone());
            assert_eq!((u.len(), v.len()), (m, n));
            for (j, column) in columns.iter().enumerate() {
                for (i, wanted) in column.iter().enumerate() {
                    let sum: f64 = (0..n).map(|k| u[k][i] * values[k] * v[k][j]).sum();
                    assert!((sum - wanted).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn a_matrix_of_rank_1_has_one_singular_value() {
        let Factors { u, values, v: _ } = svd(vec![vec![1.0, 2.0], vec![2.0, 4.0]]);
        assert!((values[0] - 5.0).abs() < 1e-12 && values[1] == 0.0);
        assert_eq!(u.len(), 2);
    }
}
