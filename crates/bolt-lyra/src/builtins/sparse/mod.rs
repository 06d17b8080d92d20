//! Sparse arrays: the elements that differ from a background, by their positions.
//!
//! `SparseArray[Automatic, dimensions, background, {1, {rows, columns}, values}]` holds them row by
//! row: `rows` says how many there are before each row and after the last, `columns` has the rest
//! of each position. Functions that know sparse arrays work on the elements that are there; others
//! are given the full list.

mod build;
mod operate;
mod parts;
mod product;
mod solve;
mod table;
#[cfg(test)]
mod tests;

pub(super) use operate::combined;
pub(super) use parts::set_part;
pub(super) use table::{TABLE, property, words};

use crate::array::{Array, Dimensions, Elements};
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// Full lists that are made of sparse arrays have at most so many elements.
const FULL_MAX: usize = 1 << 26;

/// A sparse array may have at most so many rows.
const ROWS_MAX: usize = 1 << 28;

/// An array of any depth, by the elements that are not its background.
#[derive(Debug, Clone)]
struct Sparse {
    dimensions: Vec<usize>,
    background: Value,
    /// Where the elements are in the full array, its last index running fastest; ascending.
    places: Vec<usize>,
    values: Vec<Value>,
}

impl Sparse {
    /// Returns an array without elements; `None` if it is too large to number its places.
    fn empty(dimensions: Vec<usize>, background: Value) -> Option<Self> {
        let size = dimensions.iter().try_fold(1usize, |all, side| all.checked_mul(*side))?;
        let fits = i64::try_from(size).is_ok() && *dimensions.first()? <= ROWS_MAX;
        fits.then_some(Self { dimensions, background, places: Vec::new(), values: Vec::new() })
    }

    /// Returns how many elements the full array has.
    fn size(&self) -> usize {
        self.dimensions.iter().product()
    }

    /// Takes elements in any order; of several at a place the first holds, or their sum.
    fn fill(mut self, mut elements: Vec<(usize, Value)>) -> Self {
        if !elements.is_sorted_by(|a, b| a.0 < b.0) {
            elements.sort_by_key(|(place, _)| *place);
            elements.dedup_by_key(|(place, _)| *place);
        }
        elements.retain(|(_, value)| *value != self.background);
        (self.places, self.values) = elements.into_iter().unzip();
        self
    }

    /// Reads a sparse array.
    fn read(value: &Value) -> Option<Self> {
        let raw = Raw::read(value)?;
        raw.rows_from(0, raw.dimensions[0])
    }

    /// Returns it as an expression.
    fn value(&self) -> Value {
        let depth = self.dimensions.len();
        let row =
            if depth == 1 { self.size().max(1) } else { self.size() / self.dimensions[0].max(1) };
        let count = if depth == 1 { 1 } else { self.dimensions[0] };
        let mut rows = vec![0i64; count + 1];
        let mut columns = Vec::with_capacity(self.places.len() * (depth - 1).max(1));
        for &place in &self.places {
            let index = place.checked_div(row.max(1)).unwrap_or(0);
            rows[index + 1] += 1;
            push_columns(&mut columns, place, &self.dimensions);
        }
        for place in 1..rows.len() {
            rows[place] += rows[place - 1];
        }
        let width = (depth - 1).max(1);
        let columns = match self.places.len() {
            0 => Value::list(Args::new()),
            length => Value::array(
                Elements::Integers(columns),
                Dimensions::from([length, width].as_slice()),
            ),
        };
        let pointers = Value::list([Value::vector(Elements::Integers(rows)), columns]);
        let data = Args::from(vec![Value::Integer(1), pointers, list(self.values.clone())]);
        let dimensions: Args = self.dimensions.iter().map(|side| whole(*side)).collect();
        let parts = vec![
            Value::Symbol(sym::Automatic),
            Value::list(dimensions),
            self.background.clone(),
            Value::list(data),
        ];
        Value::call(sym::SparseArray, Args::from(parts))
    }

    /// Returns the position of a place: indices from 0.
    fn position(&self, place: usize) -> Vec<usize> {
        position(place, &self.dimensions)
    }

    /// Returns the full array; `None` if it is too large.
    fn full(&self) -> Option<Value> {
        if self.size() > FULL_MAX {
            return None;
        }
        let real = |value: &Value| match value {
            Value::Real(real) => Some(*real),
            Value::Integer(0) => Some(0.0),
            _ => None,
        };
        let integer = |value: &Value| value.as_i64();
        if let Some(all) = self.spread(integer) {
            return Some(Value::array(Elements::Integers(all), self.shape()))
                .filter(|_| self.size() > 0)
                .or_else(|| Some(nested(&mut std::iter::empty(), &self.dimensions)));
        }
        // An exact 0 as the background is no machine real.
        if matches!(self.background, Value::Real(_))
            && let Some(all) = self.spread(real)
        {
            return Some(Value::array(Elements::Reals(all), self.shape()));
        }
        let mut all = vec![self.background.clone(); self.size()];
        for (place, value) in self.places.iter().zip(&self.values) {
            all[*place] = value.clone();
        }
        Some(nested(&mut all.into_iter(), &self.dimensions))
    }

    fn shape(&self) -> Dimensions {
        Dimensions::from(self.dimensions.as_slice())
    }

    /// Returns all elements as machine numbers, if they are such.
    fn spread<T: Copy>(&self, of: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
        let mut all = vec![of(&self.background)?; self.size()];
        for (place, value) in self.places.iter().zip(&self.values) {
            all[*place] = of(value)?;
        }
        Some(all)
    }

    /// Returns the element at a place.
    fn at(&self, place: usize) -> &Value {
        match self.places.binary_search(&place) {
            Ok(found) => &self.values[found],
            Err(_) => &self.background,
        }
    }

    /// Returns whether the background is 0.
    fn is_over_zero(&self) -> bool {
        crate::number::is_zero(&self.background)
    }
}

/// Appends what a position has after the first index, counted from 1; of a vector, its index.
fn push_columns(columns: &mut Vec<i64>, place: usize, dimensions: &[usize]) {
    let inner = if dimensions.len() == 1 { dimensions } else { &dimensions[1..] };
    let size: usize = inner.iter().product();
    let mut rest = place % size.max(1);
    let begin = columns.len();
    for side in inner.iter().rev() {
        columns.push((rest % side) as i64 + 1);
        rest /= side;
    }
    columns[begin..].reverse();
}

/// Returns the indices, from 0, of a place in an array.
fn position(place: usize, dimensions: &[usize]) -> Vec<usize> {
    let mut rest = place;
    let mut all: Vec<usize> = Vec::with_capacity(dimensions.len());
    for side in dimensions.iter().rev() {
        all.push(rest % side);
        rest /= side;
    }
    all.reverse();
    all
}

/// Returns the place of indices, from 0, in an array.
fn place_of(position: &[usize], dimensions: &[usize]) -> usize {
    position.iter().zip(dimensions).fold(0, |place, (index, side)| place * side + index)
}

/// Nests values into lists with these dimensions.
fn nested(values: &mut impl Iterator<Item = Value>, dimensions: &[usize]) -> Value {
    match dimensions {
        [] => values.next().unwrap_or(Value::Integer(0)),
        [count] => list(values.take(*count).collect()),
        [count, rest @ ..] => {
            let mut rows = Args::with_capacity(*count);
            for _ in 0..*count {
                rows.push(nested(values, rest));
            }
            Value::list(rows)
        }
    }
}

/// Returns a list, packed where it may be.
fn list(values: Vec<Value>) -> Value {
    match Elements::of_values(&values) {
        Some(elements) => Value::vector(elements),
        None => Value::list(Args::from(values)),
    }
}

fn whole(count: usize) -> Value {
    Value::Integer(count as i64)
}

/// The parts of the expression, before its elements are looked at.
struct Raw<'a> {
    dimensions: Vec<usize>,
    background: &'a Value,
    rows: Vec<i64>,
    columns: &'a Value,
    values: &'a Value,
}

impl<'a> Raw<'a> {
    fn read(value: &'a Value) -> Option<Self> {
        let [Value::Symbol(sym::Automatic), dimensions, background, data] =
            value.exactly(sym::SparseArray)?
        else {
            return None;
        };
        let dimensions: Vec<usize> =
            dimensions.as_list()?.iter().map(Value::as_usize).collect::<Option<_>>()?;
        let [Value::Integer(1), pointers, values] = data.as_list()? else { return None };
        let [rows, columns] = pointers.as_list()? else { return None };
        let rows = integers(rows)?;
        let count = if dimensions.len() == 1 { 1 } else { *dimensions.first()? };
        let length = i64::try_from(values.as_call()?.len()).ok()?;
        let fits = rows.len() == count + 1
            && rows[0] == 0
            && rows.is_sorted()
            && rows.last() == Some(&length)
            && columns.as_call()?.len() == values.as_call()?.len();
        fits.then_some(Self { dimensions, background, rows, columns, values })
    }

    /// Returns the elements with a first index in a range; the array is still the whole one.
    fn rows_from(&self, from: usize, to: usize) -> Option<Sparse> {
        let mut sparse = Sparse::empty(self.dimensions.clone(), self.background.clone())?;
        let is_vector = self.dimensions.len() == 1;
        let (from, to) = if is_vector { (0, 1) } else { (from, to) };
        let (begin, end) = (self.rows[from] as usize, self.rows[to] as usize);
        let inner = if is_vector { &self.dimensions[..] } else { &self.dimensions[1..] };
        let size: usize = inner.iter().product();
        let columns = columns_of(self.columns, begin..end, inner.len())?;
        let values = self.values.as_call()?;
        sparse.places.reserve(end - begin);
        sparse.values.reserve(end - begin);
        let mut row = from;
        for index in begin..end {
            while self.rows[row + 1] as usize <= index {
                row += 1;
            }
            let mut place = if is_vector { 0 } else { row };
            let own = &columns[(index - begin) * inner.len()..][..inner.len()];
            for (column, side) in own.iter().zip(inner) {
                let column = usize::try_from(column - 1).ok().filter(|column| column < side)?;
                place = place * side + column;
            }
            debug_assert!(is_vector || place / size.max(1) == row);
            sparse.places.push(place);
            sparse.values.push(values.get(index)?);
        }
        match sparse.places.is_sorted_by(|a, b| a < b) {
            true => Some(sparse),
            false => {
                let elements = sparse.places.drain(..).zip(sparse.values.drain(..)).collect();
                Some(sparse.fill(elements))
            }
        }
    }
}

/// Returns the integers of a list.
fn integers(value: &Value) -> Option<Vec<i64>> {
    if let Some(Elements::Integers(all)) = value.as_array().map(Array::elements) {
        return Some(all.clone());
    }
    value.as_list()?.iter().map(Value::as_i64).collect()
}

/// Returns the numbers of some rows of a list of such.
fn columns_of(value: &Value, rows: std::ops::Range<usize>, width: usize) -> Option<Vec<i64>> {
    if let Some(array) = value.as_array() {
        let Elements::Integers(all) = array.elements() else { return None };
        return match array.dimensions() {
            [_, own] if *own == width => Some(all[rows.start * width..rows.end * width].to_vec()),
            _ => None,
        };
    }
    let mut all = Vec::with_capacity(rows.len() * width);
    for row in value.as_list()?.get(rows)? {
        let row = integers(row).filter(|row| row.len() == width)?;
        all.extend(row);
    }
    Some(all)
}

/// Returns whether a value is a sparse array in its full form.
pub(super) fn is_sparse(value: &Value) -> bool {
    matches!(
        value.as_call().filter(|call| call.is(sym::SparseArray)).map(Call::args),
        Some([Value::Symbol(sym::Automatic), _, _, _])
    )
}

/// Tells that an array is too large to be written out.
fn too_large(session: &mut Session) {
    session.message(sym::General, "nomem", &[]);
}
