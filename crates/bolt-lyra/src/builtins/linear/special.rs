//! Matrices by name, and tests of matrices.

use triomphe::Arc;

use super::{Matrix, as_value, identity, matrix, square};
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
        "IdentityMatrix",
        NONE,
        |_, c| {
            Ok(match c.args() {
                [Value::Integer(n @ 1..)] if *n < 1 << 13 => {
                    Step::Done(as_value(identity(*n as usize)))
                }
                [sizes] => match sizes.exactly(sym::List) {
                    Some([Value::Integer(m @ 1..), Value::Integer(n @ 1..)])
                        if m.saturating_mul(*n) < 1 << 26 =>
                    {
                        let row = |i| (0..*n).map(|j| Value::Integer(i64::from(i == j))).collect();
                        Step::Done(as_value((0..*m).map(row).collect()))
                    }
                    _ => Step::Same,
                },
                _ => Step::Same,
            })
        },
        "IdentityMatrix[n] is the identity matrix of n rows; IdentityMatrix[{m, n}] has ones on \
         the diagonal of m rows and n columns.",
        &[("IdentityMatrix[2]", "{{1, 0}, {0, 1}}"), ("IdentityMatrix[{1, 2}]", "{{1, 0}}")],
    ),
    builtin(
        "DiagonalMatrix",
        NONE,
        diagonal_matrix,
        "DiagonalMatrix[list] has the list on its diagonal; DiagonalMatrix[list, k] k places above \
         it; DiagonalMatrix[list, k, n] has n rows and columns.",
        &[
            ("DiagonalMatrix[{a, b}]", "{{a, 0}, {0, b}}"),
            ("DiagonalMatrix[{a}, 1]", "{{0, a}, {0, 0}}"),
        ],
    ),
    written!(
        "HilbertMatrix",
        NONE,
        "{HilbertMatrix[n_Integer?Positive] :> Table[1/($i + $j - 1), {$i, n}, {$j, n}],
          HilbertMatrix[{m_Integer?Positive, n_Integer?Positive}] :> Table[1/($i + $j - 1), {$i, m}, {$j, n}]}",
        "HilbertMatrix[n] is the matrix of n rows with the elements 1/(i + j - 1).",
        &[
            ("HilbertMatrix[2]", "{{1, 1/2}, {1/2, 1/3}}"),
            ("HilbertMatrix[{1, 3}]", "{{1, 1/2, 1/3}}"),
        ],
    ),
    written!(
        "ToeplitzMatrix",
        NONE,
        "{ToeplitzMatrix[n_Integer?Positive] :> ToeplitzMatrix[Range[n]],
          ToeplitzMatrix[c_List] :> Table[c[[Abs[$i - $j] + 1]], {$i, Length[c]}, {$j, Length[c]}],
          ToeplitzMatrix[c_List, r_List] :> Table[If[$i >= $j, c[[$i - $j + 1]], r[[$j - $i + 1]]], {$i, Length[c]}, {$j, Length[r]}]}",
        "ToeplitzMatrix[c] has the list c in its first column and row and is constant along \
         diagonals; ToeplitzMatrix[c, r] has the first column c and the first row r.",
        &[
            ("ToeplitzMatrix[{a, b}]", "{{a, b}, {b, a}}"),
            ("ToeplitzMatrix[{1, 2}, {1, 3}]", "{{1, 3}, {2, 1}}"),
        ],
    ),
    written!(
        "HankelMatrix",
        NONE,
        "{HankelMatrix[n_Integer?Positive] :> HankelMatrix[Range[n]],
          HankelMatrix[c_List] :> Table[If[$i + $j - 1 <= Length[c], c[[$i + $j - 1]], 0], {$i, Length[c]}, {$j, Length[c]}],
          HankelMatrix[c_List, r_List] :> Table[If[$i + $j - 1 <= Length[c], c[[$i + $j - 1]], r[[$i + $j - Length[c]]]], {$i, Length[c]}, {$j, Length[r]}]}",
        "HankelMatrix[c] has the list c in its first column and is constant along the other \
         diagonals; HankelMatrix[c, r] has r in its last row.",
        &[
            ("HankelMatrix[{a, b}]", "{{a, b}, {b, 0}}"),
            ("HankelMatrix[{1, 2}, {2, 3}]", "{{1, 2}, {2, 3}}"),
        ],
    ),
    written!(
        "VandermondeMatrix",
        NONE,
        "{VandermondeMatrix[x_List] :> VandermondeMatrix[x, Length[x]],
          VandermondeMatrix[x_List, n_Integer?Positive] :> (Prepend[#^Range[n - 1], 1] & /@ x)}",
        "VandermondeMatrix[{x1, x2, ...}] has the rows {1, x, x^2, ...}.",
        &[
            ("VandermondeMatrix[{2, 3}]", "{{1, 2}, {1, 3}}"),
            ("VandermondeMatrix[{x}, 3]", "{{1, x, x^2}}"),
        ],
    ),
    written!(
        "RotationMatrix",
        NONE,
        "{RotationMatrix[{u_List, v_List}] /; Length[u] == 2 :> With[{a = Normalize[u], b = Normalize[v]}, {{a . b, a[[2]] b[[1]] - a[[1]] b[[2]]}, {a[[1]] b[[2]] - a[[2]] b[[1]], a . b}}],
          RotationMatrix[t_] /; !ListQ[t] :> {{Cos[t], -Sin[t]}, {Sin[t], Cos[t]}},
          RotationMatrix[t_, {x_, y_, z_}] :> With[{w = Normalize[{x, y, z}]}, Table[Cos[t] KroneckerDelta[$i, $j] + (1 - Cos[t]) w[[$i]] w[[$j]] - Sin[t] Sum[Signature[{$i, $j, $k}] w[[$k]], {$k, 3}], {$i, 3}, {$j, 3}]]}",
        "RotationMatrix[t] turns vectors of the plane by the angle t; RotationMatrix[t, w] those of \
         space around the axis w.",
        &[
            ("RotationMatrix[Pi/2]", "{{0, -1}, {1, 0}}"),
            ("RotationMatrix[Pi/2, {0, 0, 1}]", "{{0, -1, 0}, {1, 0, 0}, {0, 0, 1}}"),
        ],
    ),
    written!(
        "ScalingMatrix",
        NONE,
        "{ScalingMatrix[s_List] /; VectorQ[s] :> DiagonalMatrix[s]}",
        "ScalingMatrix[{sx, sy, ...}] stretches each coordinate by a factor.",
        &[("ScalingMatrix[{2, 3}]", "{{2, 0}, {0, 3}}"), ("ScalingMatrix[{a}]", "{{a}}")],
    ),
    written!(
        "ReflectionMatrix",
        NONE,
        "{ReflectionMatrix[v_List] /; VectorQ[v] :> IdentityMatrix[Length[v]] - 2 Outer[Times, v, v]/(v . v)}",
        "ReflectionMatrix[v] reflects in the plane at right angles to v.",
        &[("ReflectionMatrix[{1, 0}]", "{{-1, 0}, {0, 1}}"), ("ReflectionMatrix[{1}]", "{{-1}}")],
    ),
    written!(
        "FourierMatrix",
        NONE,
        "{FourierMatrix[n_Integer?Positive] :> Table[Exp[2 Pi I ($i - 1) ($j - 1)/n]/Sqrt[n], {$i, n}, {$j, n}]}",
        "FourierMatrix[n] is the matrix that Fourier applies to a list of n elements.",
        &[
            ("FourierMatrix[1]", "{{1}}"),
            ("Sqrt[2] FourierMatrix[2]", "{{1, 1}, {1, -1}}"),
        ],
    ),
    written!(
        "HadamardMatrix",
        NONE,
        "{HadamardMatrix[n_Integer?Positive] /; IntegerQ[Log[2, n]] :> Nest[ArrayFlatten[{{#, #}, {#, -#}}] &, {{1}}, Log[2, n]]/Sqrt[n]}",
        "HadamardMatrix[n] is the Hadamard matrix of n rows, a power of 2, scaled to be orthogonal.",
        &[("HadamardMatrix[1]", "{{1}}"), ("2 HadamardMatrix[4][[1]]", "{1, 1, 1, 1}")],
    ),
    written!(
        "CompanionMatrix",
        NONE,
        "{CompanionMatrix[c_List] /; VectorQ[c] && c =!= {} :> With[{n = Length[c]}, Table[If[$j == n, -c[[$i]], KroneckerDelta[$i, $j + 1]], {$i, n}, {$j, n}]],
          CompanionMatrix[p_, x_] /; PolynomialQ[p, x] && Exponent[p, x] > 0 :> With[{c = CoefficientList[p, x]}, CompanionMatrix[Most[c]/Last[c]]]}",
        "CompanionMatrix[{c0, c1, ...}] is a matrix with the characteristic polynomial c0 + c1 x + \
         ... + x^n.",
        &[
            ("CompanionMatrix[{a, b}]", "{{0, -a}, {1, -b}}"),
            ("Tr[CompanionMatrix[{1, 2, 3}]]", "-3"),
        ],
    ),
    builtin(
        "Tr",
        NONE,
        trace,
        "Tr[m] is the sum of the elements on the diagonal; Tr[m, f] applies f to them in place of \
         Plus.",
        &[("Tr[{{1, 2}, {3, 4}}]", "5"), ("Tr[{{a, b}, {c, d}}, List]", "{a, d}")],
    ),
    written!(
        "ConjugateTranspose",
        NONE,
        "{ConjugateTranspose[m_List] :> Conjugate[Transpose[m]]}",
        "ConjugateTranspose[m] exchanges rows and columns and conjugates the elements.",
        &[
            ("ConjugateTranspose[{{1, I}}]", "{{1}, {-I}}"),
            ("ConjugateTranspose[{{1, 2}, {3, 4}}]", "{{1, 3}, {2, 4}}"),
        ],
    ),
    written!(
        "UpperTriangularize",
        NONE,
        "{UpperTriangularize[m_?MatrixQ] :> UpperTriangularize[m, 0],
          UpperTriangularize[m_?MatrixQ, k_Integer] :> MapIndexed[If[#2[[2]] - #2[[1]] >= k, #1, 0] &, m, {2}]}",
        "UpperTriangularize[m] keeps what is on and above the diagonal; UpperTriangularize[m, k] \
         what is from k places above it on.",
        &[
            ("UpperTriangularize[{{1, 2}, {3, 4}}]", "{{1, 2}, {0, 4}}"),
            ("UpperTriangularize[{{1, 2}, {3, 4}}, 1]", "{{0, 2}, {0, 0}}"),
        ],
    ),
    written!(
        "LowerTriangularize",
        NONE,
        "{LowerTriangularize[m_?MatrixQ] :> LowerTriangularize[m, 0],
          LowerTriangularize[m_?MatrixQ, k_Integer] :> MapIndexed[If[#2[[2]] - #2[[1]] <= k, #1, 0] &, m, {2}]}",
        "LowerTriangularize[m] keeps what is on and below the diagonal; LowerTriangularize[m, k] \
         what is up to k places above it.",
        &[
            ("LowerTriangularize[{{1, 2}, {3, 4}}]", "{{1, 0}, {3, 4}}"),
            ("LowerTriangularize[{{1, 2}, {3, 4}}, -1]", "{{0, 0}, {3, 0}}"),
        ],
    ),
    builtin(
        "SquareMatrixQ",
        NONE,
        |_, c| Ok(test(c, |rows| rows.len() == rows[0].len())),
        "SquareMatrixQ[m] is True if m is a matrix with as many rows as columns.",
        &[("SquareMatrixQ[{{1, 2}, {3, 4}}]", "True"), ("SquareMatrixQ[{{1, 2}}]", "False")],
    ),
    builtin(
        "DiagonalMatrixQ",
        NONE,
        |_, c| Ok(banded(c, |offset, above| offset != above)),
        "DiagonalMatrixQ[m] is True if only the diagonal of m has other elements than 0; \
         DiagonalMatrixQ[m, k] tests the diagonal k places above.",
        &[
            ("DiagonalMatrixQ[{{1, 0}, {0, x}}]", "True"),
            ("DiagonalMatrixQ[{{1, 2}, {0, 1}}]", "False"),
        ],
    ),
    builtin(
        "UpperTriangularMatrixQ",
        NONE,
        |_, c| Ok(banded(c, |offset, above| offset < above)),
        "UpperTriangularMatrixQ[m] is True if all elements below the diagonal are 0; \
         UpperTriangularMatrixQ[m, k] tests below the diagonal k places above.",
        &[
            ("UpperTriangularMatrixQ[{{1, 2}, {0, 3}}]", "True"),
            ("UpperTriangularMatrixQ[{{1, 2}, {3, 4}}]", "False"),
        ],
    ),
    builtin(
        "LowerTriangularMatrixQ",
        NONE,
        |_, c| Ok(banded(c, |offset, above| offset > above)),
        "LowerTriangularMatrixQ[m] is True if all elements above the diagonal are 0; \
         LowerTriangularMatrixQ[m, k] tests above the diagonal k places above.",
        &[
            ("LowerTriangularMatrixQ[{{1, 0}, {2, 3}}]", "True"),
            ("LowerTriangularMatrixQ[{{1, 2}, {3, 4}}]", "False"),
        ],
    ),
    written!(
        "SymmetricMatrixQ",
        NONE,
        "{SymmetricMatrixQ[m_, ___] :> (SquareMatrixQ[m] && TrueQ[m === Transpose[m] || (MatrixQ[m, NumericQ] && m == Transpose[m])])}",
        "SymmetricMatrixQ[m] is True if m is equal to its transpose.",
        &[
            ("SymmetricMatrixQ[{{1, a}, {a, 2}}]", "True"),
            ("SymmetricMatrixQ[{{1, 2}, {3, 4}}]", "False"),
        ],
    ),
    written!(
        "AntisymmetricMatrixQ",
        NONE,
        "{AntisymmetricMatrixQ[m_, ___] :> (SquareMatrixQ[m] && TrueQ[m === -Transpose[m] || (MatrixQ[m, NumericQ] && m == -Transpose[m])])}",
        "AntisymmetricMatrixQ[m] is True if m is the negative of its transpose.",
        &[
            ("AntisymmetricMatrixQ[{{0, a}, {-a, 0}}]", "True"),
            ("AntisymmetricMatrixQ[{{1}}]", "False"),
        ],
    ),
    written!(
        "HermitianMatrixQ",
        NONE,
        "{HermitianMatrixQ[m_, ___] :> (SquareMatrixQ[m] && TrueQ[m === ConjugateTranspose[m] || (MatrixQ[m, NumericQ] && m == ConjugateTranspose[m])])}",
        "HermitianMatrixQ[m] is True if m is equal to its conjugate transpose.",
        &[
            ("HermitianMatrixQ[{{1, I}, {-I, 2}}]", "True"),
            ("HermitianMatrixQ[{{1, I}, {I, 2}}]", "False"),
        ],
    ),
    written!(
        "OrthogonalMatrixQ",
        NONE,
        "{OrthogonalMatrixQ[m_, ___] :> (MatrixQ[m] && TrueQ[With[{p = If[Length[m] <= Length[First[m]], m . Transpose[m], Transpose[m] . m], i = IdentityMatrix[Min[Dimensions[m]]]}, p == i || Simplify[p] == i]])}",
        "OrthogonalMatrixQ[m] is True if the rows of m have length 1 and are at right angles.",
        &[
            ("OrthogonalMatrixQ[{{0, 1}, {1, 0}}]", "True"),
            ("OrthogonalMatrixQ[{{1, 1}, {0, 1}}]", "False"),
        ],
    ),
    written!(
        "UnitaryMatrixQ",
        NONE,
        "{UnitaryMatrixQ[m_, ___] :> (MatrixQ[m] && TrueQ[With[{p = If[Length[m] <= Length[First[m]], m . ConjugateTranspose[m], ConjugateTranspose[m] . m], i = IdentityMatrix[Min[Dimensions[m]]]}, p == i || Simplify[p] == i]])}",
        "UnitaryMatrixQ[m] is True if m times its conjugate transpose is the identity matrix.",
        &[
            ("UnitaryMatrixQ[{{0, I}, {I, 0}}]", "True"),
            ("UnitaryMatrixQ[{{1, 1}, {0, 1}}]", "False"),
        ],
    ),
    written!(
        "NormalMatrixQ",
        NONE,
        "{NormalMatrixQ[m_, ___] :> (SquareMatrixQ[m] && TrueQ[m . ConjugateTranspose[m] == ConjugateTranspose[m] . m])}",
        "NormalMatrixQ[m] is True if m commutes with its conjugate transpose.",
        &[
            ("NormalMatrixQ[{{0, 1}, {-1, 0}}]", "True"),
            ("NormalMatrixQ[{{1, 1}, {0, 1}}]", "False"),
        ],
    ),
    builtin(
        "PositiveDefiniteMatrixQ",
        NONE,
        |s, c| definite(s, c, "{_[m_] :> If[MatrixQ[m, NumericQ], AllTrue[Eigenvalues[N[m + ConjugateTranspose[m]]], Re[#] > 0 &], False]}"),
        "PositiveDefiniteMatrixQ[m] is True if x . m . x is positive for all vectors x but 0.",
        &[
            ("PositiveDefiniteMatrixQ[{{2, 1}, {1, 2}}]", "True"),
            ("PositiveDefiniteMatrixQ[{{1, 2}, {2, 1}}]", "False"),
        ],
    ),
    builtin(
        "NegativeDefiniteMatrixQ",
        NONE,
        |s, c| definite(s, c, "{_[m_] :> If[MatrixQ[m, NumericQ], AllTrue[Eigenvalues[N[m + ConjugateTranspose[m]]], Re[#] < 0 &], False]}"),
        "NegativeDefiniteMatrixQ[m] is True if x . m . x is negative for all vectors x but 0.",
        &[
            ("NegativeDefiniteMatrixQ[{{-2, 1}, {1, -2}}]", "True"),
            ("NegativeDefiniteMatrixQ[{{1, 0}, {0, 1}}]", "False"),
        ],
    ),
    builtin(
        "PositiveSemidefiniteMatrixQ",
        NONE,
        |s, c| definite(s, c, "{_[m_] :> If[MatrixQ[m, NumericQ], AllTrue[Eigenvalues[N[m + ConjugateTranspose[m]]], Re[#] > -10^-12 Max[Abs[m], 1] &], False]}"),
        "PositiveSemidefiniteMatrixQ[m] is True if x . m . x is never negative.",
        &[
            ("PositiveSemidefiniteMatrixQ[{{1, 1}, {1, 1}}]", "True"),
            ("PositiveSemidefiniteMatrixQ[{{1, 2}, {2, 1}}]", "False"),
        ],
    ),
    builtin(
        "NegativeSemidefiniteMatrixQ",
        NONE,
        |s, c| definite(s, c, "{_[m_] :> If[MatrixQ[m, NumericQ], AllTrue[Eigenvalues[N[m + ConjugateTranspose[m]]], Re[#] < 10^-12 Max[Abs[m], 1] &], False]}"),
        "NegativeSemidefiniteMatrixQ[m] is True if x . m . x is never positive.",
        &[
            ("NegativeSemidefiniteMatrixQ[{{-1, 1}, {1, -1}}]", "True"),
            ("NegativeSemidefiniteMatrixQ[{{1, 2}, {2, 1}}]", "False"),
        ],
    ),
    builtin(
        "IndefiniteMatrixQ",
        NONE,
        |s, c| definite(s, c, "{_[m_] :> If[MatrixQ[m, NumericQ], With[{e = Re[Eigenvalues[N[m + ConjugateTranspose[m]]]]}, Min[e] < 0 < Max[e]], False]}"),
        "IndefiniteMatrixQ[m] is True if x . m . x is positive for some vectors x and negative for \
         others.",
        &[
            ("IndefiniteMatrixQ[{{1, 2}, {2, 1}}]", "True"),
            ("IndefiniteMatrixQ[{{1, 0}, {0, 1}}]", "False"),
        ],
    ),
];

fn diagonal_matrix(_: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (list, above, size) = match call.args() {
        [list] => (list, 0, None),
        [list, Value::Integer(above)] => (list, *above, None),
        [list, Value::Integer(above), size] => (list, *above, size.as_usize()),
        _ => return Ok(Step::Same),
    };
    let Some(elements) = list.as_list() else { return Ok(Step::Same) };
    let size = size.unwrap_or(elements.len() + above.unsigned_abs() as usize);
    if size > 1 << 13 {
        return Ok(Step::Same);
    }
    let element = |i: usize, j: usize| {
        let is_on = j as i64 - i as i64 == above;
        elements.get(i.min(j)).filter(|_| is_on).cloned().unwrap_or(Value::Integer(0))
    };
    let row = |i| (0..size).map(|j| element(i, j)).collect();
    Ok(Step::Done(as_value((0..size).map(row).collect())))
}

fn trace(_: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, with) = match call.args() {
        [of] => (of, Value::Symbol(sym::Plus)),
        [of, with] => (of, with.clone()),
        _ => return Ok(Step::Same),
    };
    let Some(rows) = of.as_list() else { return Ok(Step::Same) };
    let diagonal: Args = match matrix(of) {
        Some(rows) => {
            let count = rows.len().min(rows[0].len());
            rows.iter().take(count).enumerate().map(|(i, row)| row[i].clone()).collect()
        }
        None => Args::from(rows),
    };
    Ok(Step::Again(Value::call(with, diagonal)))
}

fn test(call: &Call, is: fn(&Matrix) -> bool) -> Step {
    match call.args() {
        [of] => Step::Done(Value::boolean(matrix(of).is_some_and(|rows| is(&rows)))),
        _ => Step::Same,
    }
}

/// Tests whether the elements are 0 at which the offset from the diagonal, compared with that in
/// question, says so.
fn banded(call: &Call, is_out: fn(i64, i64) -> bool) -> Step {
    let (of, above) = match call.args() {
        [of] => (of, 0),
        [of, Value::Integer(above)] => (of, *above),
        _ => return Step::Same,
    };
    let is_zero = |i: usize, j: usize, value: &Value| {
        !is_out(j as i64 - i as i64, above) || number::is_zero(value)
    };
    let holds = matrix(of).is_some_and(|rows| {
        rows.iter()
            .enumerate()
            .all(|(i, row)| row.iter().enumerate().all(|(j, value)| is_zero(i, j, value)))
    });
    Step::Done(Value::boolean(holds))
}

fn definite(session: &mut Session, call: &mut Arc<Call>, rules: &'static str) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    match square(of) {
        Some(_) => session.by_rules(call, rules),
        None => Ok(Step::Done(Value::FALSE)),
    }
}
