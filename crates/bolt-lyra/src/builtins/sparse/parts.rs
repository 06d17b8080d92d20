//! Parts of sparse arrays.

use super::{Raw, Sparse, place_of};
use crate::symbol::sym;
use crate::value::Value;

/// Which indices of a side are taken.
enum Taken {
    One(usize),
    Several(Vec<usize>),
    All,
}

/// Returns an index from 0 of one that counts from 1 or, if negative, from the end.
fn index(value: &Value, side: usize) -> Option<usize> {
    let own = value.as_i64()?;
    let from_start = if own < 0 { side as i64 + own } else { own - 1 };
    usize::try_from(from_start).ok().filter(|index| *index < side)
}

fn taken(spec: &Value, side: usize) -> Option<Taken> {
    match spec {
        Value::Integer(_) => index(spec, side).map(Taken::One),
        Value::Symbol(sym::All) => Some(Taken::All),
        _ => match (spec.as_list(), spec.args_of(sym::Span)) {
            (Some(all), _) => {
                all.iter().map(|one| index(one, side)).collect::<Option<_>>().map(Taken::Several)
            }
            (_, Some(span)) => within(span, side).map(Taken::Several),
            _ => None,
        },
    }
}

/// Returns the indices of `a ;; b ;; step`.
fn within(span: &[Value], side: usize) -> Option<Vec<usize>> {
    let (first, last, step) = match span {
        [first, last] => (first, last, 1),
        [first, last, step] => (first, last, step.as_i64().filter(|step| *step != 0)?),
        _ => return None,
    };
    let end = |value: &Value, all: i64| match value {
        Value::Symbol(sym::All) => Some(all),
        _ => {
            let own = value.as_i64()?;
            Some(if own < 0 { side as i64 + own } else { own - 1 })
        }
    };
    let (low, high) = (0, side as i64 - 1);
    let (first, last) = match step > 0 {
        true => (end(first, low)?, end(last, high)?),
        false => (end(first, high)?, end(last, low)?),
    };
    let count = (last - first + step) / step;
    if count <= 0 {
        return Some(Vec::new());
    }
    let all = (0..count).map(|turn| first + turn * step);
    all.map(|index| usize::try_from(index).ok().filter(|index| *index < side)).collect()
}

/// Returns a part of a sparse array; the outer `None` if there is no such part.
pub(super) fn part(of: &Value, specs: &[Value]) -> Option<Value> {
    let raw = Raw::read(of)?;
    if specs.is_empty() || specs.len() > raw.dimensions.len() {
        return None;
    }
    let dimensions = raw.dimensions.clone();
    let all: Vec<Taken> = dimensions
        .iter()
        .enumerate()
        .map(|(axis, side)| specs.get(axis).map_or(Some(Taken::All), |spec| taken(spec, *side)))
        .collect::<Option<_>>()?;
    // Of one row no other is looked at.
    let sparse = match all[0] {
        Taken::One(row) => raw.rows_from(row, row + 1)?,
        _ => raw.rows_from(0, dimensions[0])?,
    };
    if let Some(position) = all.iter().map(one).collect::<Option<Vec<_>>>() {
        return Some(sparse.at(place_of(&position, &dimensions)).clone());
    }
    taken_from(&sparse, &all).map(|part| part.value())
}

fn one(taken: &Taken) -> Option<usize> {
    match taken {
        Taken::One(index) => Some(*index),
        _ => None,
    }
}

fn taken_from(of: &Sparse, all: &[Taken]) -> Option<Sparse> {
    let mut sides = Vec::new();
    // For each index of a side, where it goes in the part.
    let mut targets: Vec<Vec<Vec<usize>>> = Vec::new();
    for (taken, side) in all.iter().zip(&of.dimensions) {
        let mut to = vec![Vec::new(); *side];
        match taken {
            Taken::One(index) => to[*index].push(0),
            Taken::Several(own) => {
                own.iter().enumerate().for_each(|(place, index)| to[*index].push(place));
                sides.push(own.len());
            }
            Taken::All => {
                to.iter_mut().enumerate().for_each(|(index, own)| own.push(index));
                sides.push(*side);
            }
        }
        targets.push(to);
    }
    let is_kept: Vec<bool> = all.iter().map(|taken| one(taken).is_none()).collect();
    let empty = Sparse::empty(sides, of.background.clone())?;
    let mut elements = Vec::new();
    for (place, value) in of.places.iter().zip(&of.values) {
        let position = of.position(*place);
        let mut places = vec![0];
        for (axis, index) in position.iter().enumerate() {
            let to = &targets[axis][*index];
            let side = if is_kept[axis] {
                empty.dimensions[is_kept[..axis].iter().filter(|kept| **kept).count()]
            } else {
                1
            };
            places =
                places.iter().flat_map(|own| to.iter().map(move |to| own * side + to)).collect();
        }
        elements.extend(places.into_iter().map(|place| (place, value.clone())));
    }
    Some(empty.fill(elements))
}

/// Changes parts of a sparse array, each to a value or, of a list, to its own; returns whether
/// there are such parts. `None` if it is no sparse array.
pub(in crate::builtins) fn set_part(of: &mut Value, specs: &[Value], by: &Value) -> Option<bool> {
    if !super::is_sparse(of) {
        return None;
    }
    let sparse = Sparse::read(of)?;
    let changed = changed(&sparse, specs, by);
    let is_changed = changed.is_some();
    if let Some(changed) = changed {
        *of = changed.value();
    }
    Some(is_changed)
}

fn changed(of: &Sparse, specs: &[Value], by: &Value) -> Option<Sparse> {
    if specs.is_empty() || specs.len() > of.dimensions.len() {
        return None;
    }
    let mut places = vec![0];
    let mut counts = Vec::new();
    for (axis, side) in of.dimensions.iter().enumerate() {
        let own = match specs.get(axis).map_or(Some(Taken::All), |spec| taken(spec, *side))? {
            Taken::One(index) => vec![index],
            Taken::Several(own) => {
                counts.push(own.len());
                own
            }
            Taken::All => {
                counts.push(*side);
                (0..*side).collect()
            }
        };
        places =
            places.iter().flat_map(|at| own.iter().map(move |index| at * side + index)).collect();
    }
    let full = match super::is_sparse(by) {
        true => Sparse::read(by)?.full()?,
        false => by.clone(),
    };
    let own = super::build::of_full(&full, None, Value::Integer(0)).ok();
    let own = own.filter(|own| own.dimensions == counts);
    let new = places.iter().enumerate().map(|(turn, place)| {
        let value = own.as_ref().map_or(&full, |own| own.at(turn));
        (*place, value.clone())
    });
    // What is set stands before what was there: of two at a place the first holds.
    let old = of.places.iter().copied().zip(of.values.iter().cloned());
    let mut elements: Vec<_> = new.chain(old).collect();
    elements.sort_by_key(|(place, _)| *place);
    elements.dedup_by_key(|(place, _)| *place);
    let empty = Sparse::empty(of.dimensions.clone(), of.background.clone())?;
    Some(empty.fill(elements))
}
