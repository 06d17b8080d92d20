//! Decompositions of matrices.

use triomphe::Arc;

use faer::Mat;

use super::dense::{Dense, Singular};
use super::{Field, matrix};
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
    builtin(
        "QRDecomposition",
        NONE,
        qr_decomposition,
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
    if let Some([dense]) = Dense::read([of]) {
        let factors = dense.lu();
        if factors.is_singular() {
            session.message_of("LUDecomposition", "sing", std::slice::from_ref(of));
            return Ok(Step::Same);
        }
        let condition = dense.norm() * factors.inverse().norm();
        let parts = [factors.packed().value(), places(factors.order()), Value::Real(condition)];
        return Ok(Step::Done(Value::list(parts.as_slice())));
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
    if let Some([dense]) = Dense::read([of]) {
        return Ok(match dense.cholesky() {
            Some(upper) => Step::Done(upper.value()),
            None => not_positive(session, of),
        });
    }
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
                        return Ok(not_positive(session, of));
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

fn qr_decomposition(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let [of] = call.args()
        && let Some([dense]) = Dense::read([of])
        && matrix(of).is_some()
    {
        let (q, r) = dense.qr();
        return Ok(Step::Done(Value::list([q.adjoint().value(), r.value()])));
    }
    session.by_rules(call, "{QRDecomposition[m_?MatrixQ] :> With[{q = Select[Orthogonalize[Transpose[m]], Total[Abs[#]^2] =!= 0 && !(Chop[Total[Abs[#]^2]] === 0) &]}, {Conjugate[q], Conjugate[q] . m}]}")
}

fn not_positive(session: &mut Session, of: &Value) -> Step {
    session.message_of("CholeskyDecomposition", "posdef", std::slice::from_ref(of));
    Step::Same
}

fn singular_value_decomposition(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(of) = number_matrix(session, of)? else { return Ok(Step::Same) };
    let Some([dense]) = Dense::read([&of]) else { return Ok(Step::Same) };
    let Some(Singular { u, values, v }) = dense.svd() else { return Ok(Step::Same) };
    let (height, width) = dense.shape();
    let limit =
        values.first().map_or(0.0, |largest| largest * f64::EPSILON * height.max(width) as f64);
    let middle = Mat::from_fn(height, width, |i, j| match i == j && values[i] > limit {
        true => values[i],
        false => 0.0,
    });
    let parts = [u.value(), Dense::Real(middle).value(), v.value()];
    Ok(Step::Done(Value::list(parts.as_slice())))
}

/// Returns a matrix with constants such as `Pi` made numbers if an approximate number is in it.
fn number_matrix(session: &mut Session, of: &Value) -> Evaluated<Option<Value>> {
    let Some(rows) = matrix(of) else { return Ok(None) };
    if rows.iter().flatten().all(Value::is_number) {
        return Ok(Some(of.clone()));
    }
    if !rows.iter().flatten().any(number::is_machine) {
        return Ok(None);
    }
    session.evaluate(&Value::call(sym::N, [of.clone()].as_slice())).map(Some)
}
