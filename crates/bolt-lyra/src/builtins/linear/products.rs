//! Products, norms and projections.

use triomphe::Arc;

use super::{as_value, dense, matrix, vector};
use crate::builtins::combinatorics::products::contracted;
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
        "Dot",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        dot,
        "a . b or Dot[a, b] is the product of vectors, matrices and arrays: it sums over the last \
         level of a and the first of b.",
        &[
            ("{a, b} . {x, y}", "a*x + b*y"),
            ("{{1, 2}, {3, 4}} . {{0, 1}, {1, 0}}", "{{2, 1}, {4, 3}}"),
        ],
    ),
    written!(
        "Cross",
        NONE,
        "{Cross[{a_, b_}] :> {-b, a},
          Cross[{a_, b_, c_}, {x_, y_, z_}] :> {b z - c y, c x - a z, a y - b x}}",
        "Cross[a, b] is the cross product of two vectors of three elements; Cross[{x, y}] is the \
         vector turned by a right angle.",
        &[("Cross[{1, 0, 0}, {0, 1, 0}]", "{0, 0, 1}"), ("Cross[{x, y}]", "{-y, x}")],
    ),
    written!(
        "Norm",
        NONE,
        "{Norm[x_?NumericQ] :> Abs[x],
          Norm[v_List] /; VectorQ[v] && v =!= {} :> Sqrt[Total[Abs[v]^2]],
          Norm[v_List, Infinity] /; VectorQ[v] :> Max[Abs[v]],
          Norm[v_List, p_] /; VectorQ[v] && !StringQ[p] && !(NumericQ[p] && p < 1) :> Total[Abs[v]^p]^(1/p),
          Norm[m_List, \"Frobenius\"] /; VectorQ[m] || MatrixQ[m] :> Sqrt[Total[Abs[Flatten[m]]^2]],
          Norm[m_List, 1] /; MatrixQ[m] :> Max[Total[Abs[m]]],
          Norm[m_List, Infinity] /; MatrixQ[m] :> Max[Total[Abs[m], {2}]],
          Norm[m_List] /; MatrixQ[m] :> Max[SingularValueList[m]],
          Norm[m_List, 2] /; MatrixQ[m] :> Max[SingularValueList[m]]}",
        "Norm[v] is the length of a vector, Norm[v, p] its p-norm; Norm[m] is the largest singular \
         value of a matrix, Norm[m, \"Frobenius\"] the root of the sum of the squares.",
        &[("Norm[{3, 4}]", "5"), ("Norm[{1, -2}, 1]", "3"), ("Norm[{1, -2}, Infinity]", "2")],
    ),
    written!(
        "Normalize",
        NONE,
        "{Normalize[v_] /; VectorQ[v] || NumericQ[v] :> With[{n = Norm[v]}, If[n === 0 || n === 0., v, v/n]],
          Normalize[v_, f_] :> With[{n = f[v]}, If[n === 0 || n === 0., v, v/n]]}",
        "Normalize[v] is the vector of length 1 in the direction of v; Normalize[v, f] divides by \
         f[v].",
        &[("Normalize[{3, 4}]", "{3/5, 4/5}"), ("Normalize[{1, 3}, Total]", "{1/4, 3/4}")],
    ),
    written!(
        "Projection",
        NONE,
        "{Projection[u_List, v_List] /; VectorQ[u] && VectorQ[v] && Length[u] == Length[v] :> ((Conjugate[v] . u)/(Conjugate[v] . v)) v,
          Projection[u_, v_, f_] :> (f[v, u]/f[v, v]) v}",
        "Projection[u, v] is the part of u in the direction of v; a third argument is used in place \
         of the inner product.",
        &[("Projection[{5, 6}, {1, 0}]", "{5, 0}"), ("Projection[{2, 3}, {1, 2}]", "{8/5, 16/5}")],
    ),
    builtin(
        "Orthogonalize",
        NONE,
        orthogonalize,
        "Orthogonalize[{v1, v2, ...}] is a list of vectors of length 1 at right angles that span \
         the same space (Gram-Schmidt); what depends on vectors before becomes 0; a second argument \
         is used in place of the inner product.",
        &[
            ("Orthogonalize[{{3, 4}, {1, 0}}]", "{{3/5, 4/5}, {4/5, -(3/5)}}"),
            ("Orthogonalize[{{1, 0}, {2, 0}}]", "{{1, 0}, {0, 0}}"),
        ],
    ),
    written!(
        "VectorAngle",
        NONE,
        "{VectorAngle[u_List, v_List] /; VectorQ[u] && VectorQ[v] && Length[u] == Length[v] :> ArcCos[u . Conjugate[v]/(Norm[u] Norm[v])]}",
        "VectorAngle[u, v] is the angle between two vectors.",
        &[("VectorAngle[{1, 1}, {1, 0}]", "Pi/4"), ("VectorAngle[{1, 2}, {1}]", "VectorAngle[{1, 2}, {1}]")],
    ),
    builtin(
        "KroneckerProduct",
        NONE,
        kronecker,
        "KroneckerProduct[a, b] is the matrix with the blocks a[[i, j]] b.",
        &[
            ("KroneckerProduct[{{1, 2}}, {{x}, {y}}]", "{{x, 2*x}, {y, 2*y}}"),
            ("KroneckerProduct[{1, 2}, {a, b}]", "{{a, b}, {2*a, 2*b}}"),
        ],
    ),
    written!(
        "TensorProduct",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        "{TensorProduct[] :> 1, TensorProduct[a_List, b_List] :> Outer[Times, a, b],
          TensorProduct[a_?NumericQ, b_] :> a b, TensorProduct[a_, b_?NumericQ] :> a b}",
        "TensorProduct[a, b] is the array of the products of all elements of a and b.",
        &[
            ("TensorProduct[{1, 2}, {a, b}]", "{{a, b}, {2*a, 2*b}}"),
            ("TensorProduct[2, {a}]", "{2*a}"),
        ],
    ),
    written!(
        "EuclideanDistance",
        NONE,
        "{EuclideanDistance[u_List, v_List] /; Length[u] == Length[v] :> Norm[u - v], EuclideanDistance[u_?NumericQ, v_?NumericQ] :> Abs[u - v]}",
        "EuclideanDistance[u, v] is the length of u - v.",
        &[("EuclideanDistance[{1, 2}, {4, 6}]", "5"), ("EuclideanDistance[3, 1]", "2")],
    ),
    written!(
        "SquaredEuclideanDistance",
        NONE,
        "{SquaredEuclideanDistance[u_List, v_List] /; Length[u] == Length[v] :> Total[Abs[u - v]^2], SquaredEuclideanDistance[u_?NumericQ, v_?NumericQ] :> Abs[u - v]^2}",
        "SquaredEuclideanDistance[u, v] is the sum of the squares of the elements of u - v.",
        &[
            ("SquaredEuclideanDistance[{1, 2}, {4, 6}]", "25"),
            ("SquaredEuclideanDistance[{0}, {2}]", "4"),
        ],
    ),
    written!(
        "ManhattanDistance",
        NONE,
        "{ManhattanDistance[u_List, v_List] /; Length[u] == Length[v] :> Total[Abs[u - v]], ManhattanDistance[u_?NumericQ, v_?NumericQ] :> Abs[u - v]}",
        "ManhattanDistance[u, v] is the sum of the absolute differences.",
        &[("ManhattanDistance[{1, 2}, {4, 6}]", "7"), ("ManhattanDistance[{0}, {2}]", "2")],
    ),
    written!(
        "ChessboardDistance",
        NONE,
        "{ChessboardDistance[u_List, v_List] /; Length[u] == Length[v] :> Max[Abs[u - v]], ChessboardDistance[u_?NumericQ, v_?NumericQ] :> Abs[u - v]}",
        "ChessboardDistance[u, v] is the largest absolute difference.",
        &[("ChessboardDistance[{1, 2}, {4, 6}]", "4"), ("ChessboardDistance[{0}, {2}]", "2")],
    ),
    written!(
        "BrayCurtisDistance",
        NONE,
        "{BrayCurtisDistance[u_List, v_List] /; Length[u] == Length[v] :> Total[Abs[u - v]]/Total[Abs[u + v]], BrayCurtisDistance[u_?NumericQ, v_?NumericQ] :> Abs[u - v]/Abs[u + v]}",
        "BrayCurtisDistance[u, v] is Total[Abs[u - v]]/Total[Abs[u + v]].",
        &[("BrayCurtisDistance[{1, 2}, {4, 6}]", "7/13"), ("BrayCurtisDistance[{1}, {3}]", "1/2")],
    ),
    written!(
        "CanberraDistance",
        NONE,
        "{CanberraDistance[u_List, v_List] /; Length[u] == Length[v] :> Total[MapThread[If[#1 === 0 && #2 === 0, 0, Abs[#1 - #2]/(Abs[#1] + Abs[#2])] &, {u, v}]], CanberraDistance[u_?NumericQ, v_?NumericQ] :> Abs[u - v]/(Abs[u] + Abs[v])}",
        "CanberraDistance[u, v] is the sum of Abs[u - v]/(Abs[u] + Abs[v]) of the elements.",
        &[("CanberraDistance[{1, 2}, {3, 2}]", "1/2"), ("CanberraDistance[{-1}, {1}]", "1")],
    ),
    written!(
        "CosineDistance",
        NONE,
        "{CosineDistance[u_List, v_List] /; Length[u] == Length[v] && VectorQ[u] && VectorQ[v] :> With[{n = Norm[u] Norm[v]}, If[n === 0 || n === 0., 0, 1 - u . Conjugate[v]/n]], CosineDistance[u_?NumericQ, v_?NumericQ] :> CosineDistance[{u}, {v}]}",
        "CosineDistance[u, v] is 1 less the cosine of the angle between two vectors.",
        &[("CosineDistance[{1, 0}, {0, 1}]", "1"), ("CosineDistance[{3, 4}, {1, 0}]", "2/5")],
    ),
    written!(
        "CorrelationDistance",
        NONE,
        "{CorrelationDistance[u_List, v_List] /; Length[u] == Length[v] :> CosineDistance[u - Mean[u], v - Mean[v]]}",
        "CorrelationDistance[u, v] is 1 less the correlation of two vectors.",
        &[
            ("CorrelationDistance[{1, 2, 3}, {3, 2, 1}]", "2"),
            ("CorrelationDistance[{1, 2}, {2, 4}]", "0"),
        ],
    ),
    written!(
        "MatchingDissimilarity",
        NONE,
        "{MatchingDissimilarity[u_List, v_List] /; Length[u] == Length[v] :> HammingDistance[u /. {True -> 1, False -> 0}, v /. {True -> 1, False -> 0}]/Length[u]}",
        "MatchingDissimilarity[u, v] is the share of places at which u and v differ.",
        &[
            ("MatchingDissimilarity[{1, 0, 1}, {1, 1, 1}]", "1/3"),
            ("MatchingDissimilarity[{1}, {1}]", "0"),
        ],
    ),
    written!(
        "JaccardDissimilarity",
        NONE,
        "{JaccardDissimilarity[u_List, v_List] /; Length[u] == Length[v] :> With[{d = HammingDistance[u, v], n = Count[Transpose[{u, v}], {1, 1} | {True, True}]}, If[d == 0, 0, d/(d + n)]]}",
        "JaccardDissimilarity[u, v] is the share of places that differ among those that are not \
         both 0.",
        &[
            ("JaccardDissimilarity[{1, 0, 1}, {1, 1, 0}]", "2/3"),
            ("JaccardDissimilarity[{1}, {1}]", "0"),
        ],
    ),
    written!(
        "DiceDissimilarity",
        NONE,
        "{DiceDissimilarity[u_List, v_List] /; Length[u] == Length[v] :> With[{d = HammingDistance[u, v], n = Count[Transpose[{u, v}], {1, 1} | {True, True}]}, If[d == 0, 0, d/(d + 2 n)]]}",
        "DiceDissimilarity[u, v] is d/(d + 2 n) for d places that differ and n that are both 1.",
        &[
            ("DiceDissimilarity[{1, 0, 1}, {1, 1, 0}]", "1/2"),
            ("DiceDissimilarity[{1}, {1}]", "0"),
        ],
    ),
    written!(
        "SokalSneathDissimilarity",
        NONE,
        "{SokalSneathDissimilarity[u_List, v_List] /; Length[u] == Length[v] :> With[{d = HammingDistance[u, v], n = Count[Transpose[{u, v}], {1, 1} | {True, True}]}, If[d == 0, 0, 2 d/(2 d + n)]]}",
        "SokalSneathDissimilarity[u, v] is 2 d/(2 d + n) for d places that differ and n that are \
         both 1.",
        &[
            ("SokalSneathDissimilarity[{1, 0, 1}, {1, 1, 0}]", "4/5"),
            ("SokalSneathDissimilarity[{1}, {1}]", "0"),
        ],
    ),
    written!(
        "RogersTanimotoDissimilarity",
        NONE,
        "{RogersTanimotoDissimilarity[u_List, v_List] /; Length[u] == Length[v] :> With[{d = HammingDistance[u, v]}, 2 d/(2 d + Length[u] - d)]}",
        "RogersTanimotoDissimilarity[u, v] is 2 d/(2 d + n) for d places that differ and n that do \
         not.",
        &[
            ("RogersTanimotoDissimilarity[{1, 0, 1}, {1, 1, 0}]", "4/5"),
            ("RogersTanimotoDissimilarity[{1}, {1}]", "0"),
        ],
    ),
    written!(
        "RussellRaoDissimilarity",
        NONE,
        "{RussellRaoDissimilarity[u_List, v_List] /; Length[u] == Length[v] :> 1 - Count[Transpose[{u, v}], {1, 1} | {True, True}]/Length[u]}",
        "RussellRaoDissimilarity[u, v] is the share of places that are not both 1.",
        &[
            ("RussellRaoDissimilarity[{1, 0, 1}, {1, 1, 0}]", "2/3"),
            ("RussellRaoDissimilarity[{1}, {1}]", "0"),
        ],
    ),
    written!(
        "YuleDissimilarity",
        NONE,
        "{YuleDissimilarity[u_List, v_List] /; Length[u] == Length[v] :> With[{p = Transpose[{u, v} /. {True -> 1, False -> 0}]},
            With[{a = Count[p, {1, 0}], b = Count[p, {0, 1}], c = Count[p, {1, 1}], d = Count[p, {0, 0}]}, If[a b == 0, 0, 2 a b/(c d + a b)]]]}",
        "YuleDissimilarity[u, v] is 2 a b/(a b + c d) for a places with 1 and 0, b with 0 and 1, c \
         with both 1 and d with both 0.",
        &[
            ("YuleDissimilarity[{1, 0, 1}, {1, 1, 0}]", "2"),
            ("YuleDissimilarity[{1, 0}, {1, 0}]", "0"),
        ],
    ),
];

fn dot(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let args = call.args();
    if let [one] = args {
        return Ok(Step::Done(one.clone()));
    }
    for place in 1..args.len() {
        let (a, b) = (&args[place - 1], &args[place]);
        if a.as_list().is_none() || b.as_list().is_none() {
            continue;
        }
        let machine = dense::product(session, a, b)?;
        let Some(product) = machine.or_else(|| product(a, b)) else {
            session.message(sym::Dot, "dotsh", &[a.clone(), b.clone()]);
            return Ok(Step::Same);
        };
        if args.len() == 2 {
            return Ok(Step::Again(product));
        }
        let mut rest = Args::from(args);
        rest[place - 1] = product;
        rest.remove(place);
        return Ok(Step::Again(Value::call(sym::Dot, rest)));
    }
    Ok(Step::Same)
}

/// Returns the product of two arrays, `None` if they do not fit.
pub(super) fn product(a: &Value, b: &Value) -> Option<Value> {
    if let (Some(x), Some(y)) = (vector(a), vector(b)) {
        return scalar_product(&x, &y);
    }
    match (matrix(a), matrix(b)) {
        (Some(x), Some(y)) => return matrix_product(&x, &y).map(as_value),
        (Some(x), None) if vector(b).is_some() => {
            let y = vector(b)?;
            let all: Option<Args> = x.iter().map(|row| scalar_product(row, &y)).collect();
            return all.map(Value::list);
        }
        _ => {}
    }
    contracted(&Value::Symbol(sym::Times), a, b, &Value::Symbol(sym::Plus))
}

fn scalar_product(x: &[Value], y: &[Value]) -> Option<Value> {
    if x.len() != y.len() {
        return None;
    }
    if !x.iter().chain(y).all(Value::is_number) {
        let terms = x.iter().zip(y).map(|(a, b)| Value::call(sym::Times, [a.clone(), b.clone()]));
        return Some(Value::call(sym::Plus, terms.collect::<Args>()));
    }
    let add = |sum: Value, (a, b): (&Value, &Value)| number::add(&sum, &number::multiply(a, b));
    Some(x.iter().zip(y).fold(Value::Integer(0), add))
}

fn matrix_product(x: &super::Matrix, y: &super::Matrix) -> Option<super::Matrix> {
    if x[0].len() != y.len() {
        return None;
    }
    let columns = super::transposed(y);
    let row = |row: &Vec<Value>| columns.iter().map(|column| scalar_product(row, column)).collect();
    x.iter().map(row).collect()
}

/// Elements that a product of Kronecker may have.
const ELEMENTS_MAX: usize = 1 << 26;

fn kronecker(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let args = call.args();
    let of = |value: &Value, is_first: bool| {
        matrix(value).or_else(|| {
            vector(value).map(|all| match is_first {
                true => all.into_iter().map(|one| vec![one]).collect(),
                false => vec![all],
            })
        })
    };
    let Some((first, rest)) = args.split_first() else { return Ok(Step::Same) };
    let Some(mut product) = of(first, true) else { return Ok(Step::Same) };
    for next in rest {
        let Some(next) = of(next, false) else { return Ok(Step::Same) };
        let size = |rows: &[Vec<Value>]| rows.iter().map(Vec::len).sum::<usize>();
        if size(&product).saturating_mul(size(&next)) > ELEMENTS_MAX {
            session.message(sym::General, "nomem", &[]);
            return Ok(Step::Same);
        }
        let mut rows = Vec::new();
        for upper in &product {
            session.check_interrupt()?;
            for lower in &next {
                session.check_interrupt()?;
                let pair = |a: &Value, b: &Value| Value::call(sym::Times, [a.clone(), b.clone()]);
                let row = upper.iter().flat_map(|a| lower.iter().map(move |b| pair(a, b)));
                rows.push(row.collect());
            }
        }
        product = rows;
    }
    Ok(Step::Again(as_value(product)))
}

fn orthogonalize(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, inner) = match call.args() {
        [of] => (of, None),
        [of, inner] => (of, Some(inner)),
        _ => return Ok(Step::Same),
    };
    let Some(vectors) = of.as_list() else { return Ok(Step::Same) };
    use crate::builtins::arithmetic::{half, inverse, negative, plus, times, to_the};
    let product = |a: &Value, b: &Value| match inner {
        Some(inner) => Value::call(inner.clone(), [a.clone(), b.clone()]),
        None => {
            let conjugate = Value::call(sym::Conjugate, [a.clone()].as_slice());
            Value::call(sym::Dot, [conjugate, b.clone()])
        }
    };
    let mut all = Args::new();
    for vector in vectors {
        let mut rest = vector.clone();
        for known in &all {
            let part = times([product(known, &rest), known.clone()]);
            rest = session.evaluate(&plus([rest.clone(), negative(part)]))?;
            rest = session.system("Together", [rest].as_slice())?;
        }
        let size = session.evaluate(&product(&rest, &rest))?;
        let is_zero =
            number::is_zero(&size) || matches!(size, Value::Real(size) if size.abs() < 1e-28);
        let unit = match is_zero {
            true => session.evaluate(&times([Value::Integer(0), rest]))?,
            false => session.evaluate(&times([rest, inverse(to_the(size, half()))]))?,
        };
        all.push(unit);
    }
    Ok(Step::Again(Value::list(all)))
}
