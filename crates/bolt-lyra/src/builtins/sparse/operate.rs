//! Functions of sparse arrays that give sparse arrays, and those that are given full lists.

use std::collections::BTreeMap;

use super::{Sparse, build, is_sparse, list, parts, place_of, product, solve, too_large, whole};
use crate::builtins::forms::{plus, times};
use crate::definition::Attributes;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

/// Functions that are applied to each element, the background included.
const MAPPED: &[&str] = &[
    "Cancel",
    "Chop",
    "Expand",
    "Factor",
    "FullSimplify",
    "N",
    "PowerExpand",
    "Rationalize",
    "Refine",
    "Simplify",
    "Together",
    "TrigExpand",
    "TrigReduce",
];

/// Functions that are given the full list.
const FULL: &[&str] = &[
    "Accumulate",
    "Adjugate",
    "AnyTrue",
    "AllTrue",
    "Append",
    "Apply",
    "ArrayFlatten",
    "ArrayPad",
    "ArrayPlot",
    "BarChart",
    "Cases",
    "CharacteristicPolynomial",
    "CholeskyDecomposition",
    "Correlation",
    "Count",
    "Covariance",
    "Cross",
    "DeleteCases",
    "DeleteDuplicates",
    "Det",
    "DiagonalMatrixQ",
    "Differences",
    "Drop",
    "Extract",
    "Eigensystem",
    "Eigenvalues",
    "Eigenvectors",
    "Fold",
    "FoldList",
    "Fourier",
    "Gather",
    "GroupBy",
    "HermitianMatrixQ",
    "HessenbergDecomposition",
    "HermiteDecomposition",
    "Histogram",
    "Inner",
    "Inverse",
    "InverseFourier",
    "JordanDecomposition",
    "Join",
    "Kurtosis",
    "LatticeReduce",
    "LeastSquares",
    "ListConvolve",
    "ListCorrelate",
    "ListLinePlot",
    "ListPlot",
    "LowerTriangularMatrixQ",
    "LowerTriangularize",
    "LUDecomposition",
    "MapIndexed",
    "MapThread",
    "MatrixExp",
    "MatrixForm",
    "MatrixFunction",
    "MatrixLog",
    "MatrixPlot",
    "MatrixRank",
    "Mean",
    "Median",
    "MemberQ",
    "Minors",
    "Norm",
    "Normalize",
    "NullSpace",
    "OrthogonalMatrixQ",
    "Outer",
    "PadLeft",
    "PadRight",
    "Partition",
    "Permanent",
    "Position",
    "PositiveDefiniteMatrixQ",
    "PositiveSemidefiniteMatrixQ",
    "Prepend",
    "Projection",
    "PseudoInverse",
    "QRDecomposition",
    "Quantile",
    "Reverse",
    "RotateLeft",
    "RotateRight",
    "RowReduce",
    "Scan",
    "SchurDecomposition",
    "Select",
    "SingularValueDecomposition",
    "SingularValueList",
    "SmithDecomposition",
    "Skewness",
    "Sort",
    "Split",
    "StandardDeviation",
    "Standardize",
    "SymmetricMatrixQ",
    "Take",
    "TableForm",
    "Tally",
    "Thread",
    "UnitaryMatrixQ",
    "Union",
    "UpperTriangularMatrixQ",
    "UpperTriangularize",
    "Variance",
];

/// Returns what a function of sparse arrays comes to, `None` if it does not know them.
pub(in crate::builtins) fn combined(
    session: &mut Session,
    head: Symbol,
    args: &[Value],
) -> Evaluated<Option<Value>> {
    if matches!(head, sym::List | sym::SparseArray | sym::Rule) || !args.iter().any(is_sparse) {
        return Ok(None);
    }
    let name = session.names.full(head).clone();
    if &*name.context == "System`" {
        let name = &*name.name;
        if let Some(value) = told(name, args) {
            return Ok(Some(value));
        }
        if let Some(value) = of_parts(session, name, args)? {
            return Ok(Some(value));
        }
        if let Some(value) = computed(session, name, args)? {
            return Ok(Some(value));
        }
        if MAPPED.contains(&name) {
            return mapped(session, &args[0], &mut |session, value| {
                let args: Args =
                    std::iter::once(value.clone()).chain(args[1..].iter().cloned()).collect();
                session.evaluate(&Value::call(head, args))
            });
        }
        if FULL.contains(&name) {
            return filled(session, head, args);
        }
    }
    match session.attributes(head).has(Attributes::LISTABLE) {
        true => threaded(session, head, args),
        false => Ok(None),
    }
}

/// What is known without a look at the elements.
fn told(name: &str, args: &[Value]) -> Option<Value> {
    let [of, rest @ ..] = args else { return None };
    let dimensions = || super::Raw::read(of).map(|raw| raw.dimensions);
    let depth = || dimensions().map(|all| all.len());
    Some(match (name, rest) {
        ("Dimensions", []) => Value::list(dimensions()?.into_iter().map(whole).collect::<Args>()),
        ("Dimensions", [count]) => {
            let count = count.as_usize()?;
            Value::list(dimensions()?.into_iter().take(count).map(whole).collect::<Args>())
        }
        ("Length", []) => whole(*dimensions()?.first()?),
        ("ArrayDepth" | "TensorRank", []) => whole(depth()?),
        ("AtomQ" | "ArrayQ", []) => Value::TRUE,
        ("ArrayQ", [wanted]) => Value::boolean(wanted.as_usize()? == depth()?),
        ("VectorQ", []) => Value::boolean(depth()? == 1),
        ("MatrixQ", []) => Value::boolean(depth()? == 2),
        ("SquareMatrixQ", []) => {
            Value::boolean(matches!(dimensions()?[..], [rows, columns] if rows == columns))
        }
        _ => return None,
    })
}

fn span(first: Value, last: Value) -> Value {
    Value::call(sym::Span, [first, last])
}

/// Parts of an array.
fn of_parts(session: &mut Session, name: &str, args: &[Value]) -> Evaluated<Option<Value>> {
    let [of, rest @ ..] = args else { return Ok(None) };
    let specs: Vec<Value> = match (name, rest) {
        ("Part", specs) => specs.to_vec(),
        ("First", []) => vec![Value::Integer(1)],
        ("Last", []) => vec![Value::Integer(-1)],
        ("Rest", []) => vec![span(Value::Integer(2), Value::Integer(-1))],
        ("Most", []) => vec![span(Value::Integer(1), Value::Integer(-2))],
        ("Take", [Value::Integer(count @ 1..)]) => {
            vec![span(Value::Integer(1), Value::Integer(*count))]
        }
        ("Take", [Value::Integer(count)]) if *count < 0 => {
            vec![span(Value::Integer(*count), Value::Integer(-1))]
        }
        ("Extract", [position]) => match position.as_list() {
            Some(all) if all.iter().all(|one| one.as_i64().is_some()) => all.to_vec(),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    let part = parts::part(of, &specs);
    if part.is_none() && name == "Part" && is_sparse(of) {
        session.message(sym::Part, "partw", &[Value::list(Args::from(specs)), of.clone()]);
    }
    Ok(part)
}

fn computed(session: &mut Session, name: &str, args: &[Value]) -> Evaluated<Option<Value>> {
    match name {
        "Dot" => return dot(session, args),
        "LinearSolve" => return solve::linear_solve(session, args),
        "Equal" | "Unequal" => return equal(session, name, args),
        "Map" => return map(session, args),
        "KroneckerProduct" => return kronecker(session, args),
        _ => {}
    }
    let [of, rest @ ..] = args else { return Ok(None) };
    let Some(sparse) = Sparse::read(of) else { return Ok(None) };
    let value = match (name, rest) {
        ("Normal", []) => {
            let full = sparse.full();
            if full.is_none() {
                too_large(session);
            }
            return Ok(full);
        }
        ("Total", level) => return totals(session, &sparse, level),
        ("Transpose", []) if sparse.dimensions.len() > 1 => {
            let mut order: Vec<usize> = (0..sparse.dimensions.len()).collect();
            order.swap(0, 1);
            transposed(&sparse, &order)
        }
        ("Transpose", [order]) => {
            let order: Option<Vec<usize>> = order
                .as_list()
                .and_then(|all| all.iter().map(|one| one.as_usize()?.checked_sub(1)).collect());
            order
                .filter(|order| is_order(order, sparse.dimensions.len()))
                .and_then(|order| transposed(&sparse, &order))
        }
        ("ConjugateTranspose", []) if sparse.dimensions.len() == 2 => {
            let Some(turned) = transposed(&sparse, &[1, 0]) else { return Ok(None) };
            return Ok(Some(Value::call(sym::Conjugate, [turned.value()].as_slice())));
        }
        ("Tr", []) => {
            let all = diagonal(&sparse);
            return session.evaluate(&plus(Args::from(all))).map(Some);
        }
        ("Diagonal", []) if sparse.dimensions.len() == 2 => {
            return Ok(Some(list(diagonal(&sparse))));
        }
        ("Flatten", []) | ("ArrayReshape", [_]) => return Ok(reshaped_as(&sparse, rest)),
        ("Max" | "Min" | "MatrixPower", _) => {
            return extremes_and_powers(session, name, &sparse, args);
        }
        _ => None,
    };
    Ok(value.map(|value| value.value()))
}

/// `Total[s]`, `Total[s, n]` and `Total[s, {n}]`.
fn totals(session: &mut Session, sparse: &Sparse, level: &[Value]) -> Evaluated<Option<Value>> {
    let depth = sparse.dimensions.len();
    let axes = match level {
        [] => 0..1,
        [level @ Value::Integer(1..)] => 0..level.as_usize().unwrap_or(1).min(depth),
        [level] if crate::builtins::forms::is_infinite(level) => 0..depth,
        [level] => match level.as_list() {
            Some([Value::Integer(only @ 1..)]) if *only as usize <= depth => {
                *only as usize - 1..*only as usize
            }
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    total(session, sparse, axes)
}

/// `Flatten[s]` and `ArrayReshape[s, sides]`.
fn reshaped_as(sparse: &Sparse, sides: &[Value]) -> Option<Value> {
    let sides = match sides {
        [] => vec![sparse.size()],
        [sides, ..] => sides.as_list()?.iter().map(Value::as_usize).collect::<Option<_>>()?,
    };
    reshaped(sparse, sides).map(|own| own.value())
}

fn extremes_and_powers(
    session: &mut Session,
    name: &str,
    sparse: &Sparse,
    args: &[Value],
) -> Evaluated<Option<Value>> {
    match (name, &args[1..]) {
        ("Max" | "Min", []) => {
            let mut all = sparse.values.clone();
            if all.len() < sparse.size() {
                all.push(sparse.background.clone());
            }
            return session.system(name, [list(all)].as_slice()).map(Some);
        }
        ("MatrixPower", [Value::Integer(exponent @ 1..)]) => {
            let power = power(session, sparse, *exponent as u64)?;
            if power.is_some() {
                return Ok(power);
            }
        }
        _ => {}
    }
    let head = session.system_symbol(name);
    filled(session, head, args)
}

fn is_order(order: &[usize], depth: usize) -> bool {
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    sorted.into_iter().eq(0..depth)
}

/// Returns the array whose side `order[k]` is the side `k` of this one.
fn transposed(of: &Sparse, order: &[usize]) -> Option<Sparse> {
    let mut sides = vec![0; order.len()];
    order.iter().zip(&of.dimensions).for_each(|(to, side)| sides[*to] = *side);
    let empty = Sparse::empty(sides, of.background.clone())?;
    let moved = |(place, value): (&usize, &Value)| {
        let position = of.position(*place);
        let mut new = vec![0; order.len()];
        order.iter().zip(position).for_each(|(to, index)| new[*to] = index);
        (place_of(&new, &empty.dimensions), value.clone())
    };
    let elements = of.places.iter().zip(&of.values).map(moved).collect();
    Some(empty.clone().fill(elements))
}

fn reshaped(of: &Sparse, sides: Vec<usize>) -> Option<Sparse> {
    let empty = Sparse::empty(sides, of.background.clone())?;
    (empty.size() == of.size()).then(|| Sparse {
        places: of.places.clone(),
        values: of.values.clone(),
        ..empty
    })
}

fn diagonal(of: &Sparse) -> Vec<Value> {
    let count = of.dimensions.iter().copied().min().unwrap_or(0);
    let place = |index: usize| place_of(&vec![index; of.dimensions.len()], &of.dimensions);
    (0..count).map(|index| of.at(place(index)).clone()).collect()
}

/// Sums over some sides.
fn total(
    session: &mut Session,
    of: &Sparse,
    axes: std::ops::Range<usize>,
) -> Evaluated<Option<Value>> {
    let kept: Vec<usize> = (0..of.dimensions.len()).filter(|axis| !axes.contains(axis)).collect();
    let sides: Vec<usize> = kept.iter().map(|axis| of.dimensions[*axis]).collect();
    let mut sums: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    for (place, value) in of.places.iter().zip(&of.values) {
        let position = of.position(*place);
        let own: Vec<usize> = kept.iter().map(|axis| position[*axis]).collect();
        sums.entry(place_of(&own, &sides)).or_default().push(value.clone());
    }
    let summed: usize = axes.map(|axis| of.dimensions[axis]).product();
    let is_over_zero = of.is_over_zero();
    let sum = |session: &mut Session, terms: Vec<Value>| {
        let missing = summed - terms.len();
        let known = session.evaluate(&Value::call(sym::Total, [list(terms)].as_slice()))?;
        if is_over_zero || missing == 0 {
            return Ok(known);
        }
        session.evaluate(&plus([known, times([whole(missing), of.background.clone()])]))
    };
    if sides.is_empty() {
        let all = sums.into_values().next().unwrap_or_default();
        return sum(session, all).map(Some);
    }
    let background = sum(session, Vec::new())?;
    let Some(empty) = Sparse::empty(sides, background) else { return Ok(None) };
    let mut elements = Vec::with_capacity(sums.len());
    for (place, terms) in sums {
        elements.push((place, sum(session, terms)?));
    }
    Ok(Some(empty.fill(elements).value()))
}

/// Applies a function to the elements and the background.
fn mapped(
    session: &mut Session,
    of: &Value,
    function: &mut dyn FnMut(&mut Session, &Value) -> Evaluated,
) -> Evaluated<Option<Value>> {
    let Some(sparse) = Sparse::read(of) else { return Ok(None) };
    let background = function(session, &sparse.background)?;
    let mut elements = Vec::with_capacity(sparse.places.len());
    for (place, value) in sparse.places.iter().zip(&sparse.values) {
        elements.push((*place, function(session, value)?));
    }
    let empty = Sparse::empty(sparse.dimensions.clone(), background);
    Ok(empty.map(|empty| empty.fill(elements).value()))
}

/// Maps over the elements of a vector, or over those of an array at its last level.
fn map(session: &mut Session, args: &[Value]) -> Evaluated<Option<Value>> {
    let (function, of, level) = match args {
        [function, of] => (function, of, 1),
        [function, of, level] => match level.as_list() {
            Some([level]) => (function, of, level.as_usize().unwrap_or(0)),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    let Some(depth) = super::Raw::read(of).map(|raw| raw.dimensions.len()) else {
        return Ok(None);
    };
    if depth != level {
        return filled(session, sym::Map, args);
    }
    mapped(session, of, &mut |session, value| session.call(function, [value.clone()].as_slice()))
}

/// Applies a listable function to arrays of the same dimensions and to what is no list: to the
/// elements that one of the arrays has, and to the backgrounds.
fn threaded(session: &mut Session, head: Symbol, args: &[Value]) -> Evaluated<Option<Value>> {
    let arrays: Vec<Option<Sparse>> =
        args.iter().map(|arg| Sparse::read(arg).filter(|_| is_sparse(arg))).collect();
    let Some(first) = arrays.iter().flatten().next() else { return Ok(None) };
    if args.iter().any(|arg| arg.as_list().is_some()) {
        return with_lists(session, head, args, &arrays);
    }
    if arrays.iter().flatten().any(|own| own.dimensions != first.dimensions) {
        let call = Value::call(head, Args::from(args));
        session.message(head, "tdlen", &[call]);
        return Ok(None);
    }
    let mut places: Vec<usize> =
        arrays.iter().flatten().flat_map(|own| own.places.iter().copied()).collect();
    places.sort_unstable();
    places.dedup();
    let column = |of: &Sparse| {
        let mut next = 0;
        let values = places.iter().map(|place| {
            while of.places.get(next).is_some_and(|own| own < place) {
                next += 1;
            }
            match of.places.get(next) {
                Some(own) if own == place => of.values[next].clone(),
                _ => of.background.clone(),
            }
        });
        list(values.collect())
    };
    let backgrounds: Args = (arrays.iter().zip(args))
        .map(|(own, arg)| own.as_ref().map_or_else(|| arg.clone(), |own| own.background.clone()))
        .collect();
    let background = session.evaluate(&Value::call(head, backgrounds))?;
    let values = match places.is_empty() {
        true => Vec::new(),
        false => {
            let columns: Args = (arrays.iter().zip(args))
                .map(|(own, arg)| own.as_ref().map_or_else(|| arg.clone(), &column))
                .collect();
            let values = session.evaluate(&Value::call(head, columns))?;
            match values.as_list() {
                Some(values) if values.len() == places.len() => values.to_vec(),
                _ => return Ok(None),
            }
        }
    };
    let empty = Sparse::empty(first.dimensions.clone(), background);
    Ok(empty.map(|empty| empty.fill(places.into_iter().zip(values).collect()).value()))
}

/// Of a product with full lists only the elements count; with others the array is filled.
fn with_lists(
    session: &mut Session,
    head: Symbol,
    args: &[Value],
    arrays: &[Option<Sparse>],
) -> Evaluated<Option<Value>> {
    let is_sparse_product = head == sym::Times
        && arrays
            .iter()
            .flatten()
            .all(|own| number::is_exact(&own.background) && own.is_over_zero());
    if !is_sparse_product {
        return filled(session, head, args);
    }
    let zero = || Value::Integer(0);
    let mut all = Args::new();
    for arg in args {
        all.push(match arg.as_list() {
            Some(_) => match build::of_full(arg, None, zero()) {
                Ok(own) => own.value(),
                Err(_) => return filled(session, head, args),
            },
            None => arg.clone(),
        });
    }
    threaded(session, head, &all)
}

/// Evaluates a function of the full lists.
fn filled(session: &mut Session, head: Symbol, args: &[Value]) -> Evaluated<Option<Value>> {
    let mut all = Args::new();
    for arg in args {
        let full = match is_sparse(arg) {
            true => Sparse::read(arg).and_then(|own| own.full()),
            false => Some(arg.clone()),
        };
        let Some(full) = full else {
            too_large(session);
            return Ok(None);
        };
        all.push(full);
    }
    Ok(Some(Value::call(head, all)))
}

fn equal(session: &mut Session, name: &str, args: &[Value]) -> Evaluated<Option<Value>> {
    let [a, b] = args else { return Ok(None) };
    if a == b {
        return Ok(Some(Value::boolean(name == "Equal")));
    }
    let head = session.system_symbol(name);
    filled(session, head, args)
}

/// Reads a sparse or a full array.
fn array(of: &Value) -> Option<Sparse> {
    match is_sparse(of) {
        true => Sparse::read(of),
        false => build::of_full(of, None, Value::Integer(0)).ok(),
    }
}

fn dot(session: &mut Session, args: &[Value]) -> Evaluated<Option<Value>> {
    let [a, b, rest @ ..] = args else { return Ok(None) };
    if !rest.is_empty() {
        let first = session.evaluate(&Value::call(sym::Dot, [a.clone(), b.clone()]))?;
        if first.args_of(sym::Dot).is_some() {
            return Ok(None);
        }
        let all: Args = std::iter::once(first).chain(rest.iter().cloned()).collect();
        return Ok(Some(Value::call(sym::Dot, all)));
    }
    let is_full = |of: &Value| of.as_list().is_some();
    if ![a, b].iter().all(|of| is_full(of) || is_sparse(of)) {
        return Ok(None);
    }
    if let (Some(matrix), Some(vector)) = (Sparse::read(a), reals(b))
        && let Some(product) = product::times_vector(&matrix, &vector)
    {
        return Ok(Some(Value::vector(crate::array::Elements::Reals(product))));
    }
    let (Some(x), Some(y)) = (array(a), array(b)) else { return Ok(None) };
    if x.dimensions.last() != y.dimensions.first() {
        session.message(sym::Dot, "dotsh", &[a.clone(), b.clone()]);
        return Ok(None);
    }
    let Some(product) = product::dot(session, &x, &y)? else {
        return filled(session, sym::Dot, args);
    };
    if x.dimensions.len() + y.dimensions.len() == 2 {
        return Ok(Some(product.at(0).clone()));
    }
    match is_full(a) || is_full(b) {
        true => Ok(product.full()),
        false => Ok(Some(product.value())),
    }
}

/// Returns the elements of a packed list of machine reals.
fn reals(of: &Value) -> Option<Vec<f64>> {
    match of.as_array().filter(|array| array.dimensions().len() == 1)?.elements() {
        crate::array::Elements::Reals(all) => Some(all.clone()),
        crate::array::Elements::Integers(_) => None,
    }
}

fn power(session: &mut Session, of: &Sparse, exponent: u64) -> Evaluated<Option<Value>> {
    let (mut square, mut left, mut power) = (of.clone(), exponent, None::<Sparse>);
    while left > 0 {
        if left % 2 == 1 {
            power = match power {
                None => Some(square.clone()),
                Some(power) => match product::dot(session, &power, &square)? {
                    Some(next) => Some(next),
                    None => return Ok(None),
                },
            };
        }
        left /= 2;
        if left > 0 {
            match product::dot(session, &square, &square)? {
                Some(next) => square = next,
                None => return Ok(None),
            }
        }
    }
    Ok(power.map(|power| power.value()))
}

fn kronecker(session: &mut Session, args: &[Value]) -> Evaluated<Option<Value>> {
    let [a, b] = args else { return Ok(None) };
    let (Some(x), Some(y)) = (array(a), array(b)) else { return Ok(None) };
    let ([rows, columns], [height, width]) = (&x.dimensions[..], &y.dimensions[..]) else {
        return Ok(None);
    };
    if !x.is_over_zero() || !y.is_over_zero() {
        let head = session.system_symbol("KroneckerProduct");
        return filled(session, head, args);
    }
    let sides = vec![rows.saturating_mul(*height), columns.saturating_mul(*width)];
    let Some(empty) = Sparse::empty(sides, Value::Integer(0)) else { return Ok(None) };
    let mut elements = Vec::with_capacity(x.places.len() * y.places.len());
    for (outer, left) in x.places.iter().zip(&x.values) {
        session.check_interrupt()?;
        for (inner, right) in y.places.iter().zip(&y.values) {
            let row = outer / columns * height + inner / width;
            let column = outer % columns * width + inner % width;
            let value = session.evaluate(&times([left.clone(), right.clone()]))?;
            elements.push((row * empty.dimensions[1] + column, value));
        }
    }
    Ok(Some(empty.fill(elements).value()))
}
