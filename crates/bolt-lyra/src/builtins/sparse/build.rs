//! Sparse arrays from rules for positions, from full lists and from others.

use super::{FULL_MAX, Sparse, integers, is_sparse, list, place_of, position};
use crate::rule::{Rule, sides};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::Value;

/// Why no sparse array comes of arguments.
pub(super) enum Refusal {
    /// The dimensions cannot be told.
    Dimensions,
    /// A position is not within the dimensions.
    Position(Value),
    /// It is no such specification.
    Form,
}

type Built = Evaluated<Result<Sparse, Refusal>>;

/// Builds an array of rules or a list, with dimensions and a background if these are given.
pub(super) fn build(
    session: &mut Session,
    of: &Value,
    dimensions: Option<Vec<usize>>,
    background: Value,
) -> Built {
    if is_sparse(of) {
        return Ok(Sparse::read(of)
            .ok_or(Refusal::Form)
            .map(|own| resized(&own, dimensions, background)));
    }
    if let Some((positions, values, _)) = sides(of)
        && let Some(pairs) = listed(positions, values)
    {
        return by_rules(session, &pairs, dimensions, background);
    }
    if let Some(rule) = sides(of) {
        let rule = (rule.0.clone(), rule.1.clone(), rule.2);
        return by_rules(session, &[rule], dimensions, background);
    }
    let Some(all) = of.as_list() else { return Ok(Err(Refusal::Form)) };
    let rules: Option<Vec<_>> =
        all.iter().map(|rule| sides(rule).map(|(a, b, c)| (a.clone(), b.clone(), c))).collect();
    match rules {
        Some(rules) if !all.is_empty() || dimensions.is_some() => {
            by_rules(session, &rules, dimensions, background)
        }
        _ => Ok(of_full(of, dimensions, background)),
    }
}

type Pair = (Value, Value, bool);

/// Reads `{position, ...} -> {value, ...}`, or one value for all positions.
fn listed(positions: &Value, values: &Value) -> Option<Vec<Pair>> {
    let all = positions.as_list()?;
    let is_one = |position: &Value| position.as_list().is_some_and(|own| own.iter().all(is_index));
    let are_indices = all.iter().all(is_index);
    if !(all.iter().all(is_one) || are_indices && values.as_list().is_some()) {
        return None;
    }
    let pair = |(place, position): (usize, &Value)| {
        let value = match values.as_list() {
            Some(values) => values.get(place)?.clone(),
            None => values.clone(),
        };
        Some((position.clone(), value, false))
    };
    let fits = values.as_list().is_none_or(|values| values.len() == all.len());
    all.iter().enumerate().map(pair).collect::<Option<Vec<_>>>().filter(|_| fits)
}

fn is_index(value: &Value) -> bool {
    matches!(value, Value::Integer(1..))
}

/// Returns the indices, from 0, of a position that is given by numbers.
fn indices(position: &Value) -> Option<Vec<usize>> {
    let one = |index: &i64| usize::try_from(*index - 1).ok();
    match position {
        Value::Integer(index) => Some(vec![one(index)?]),
        _ => integers(position).filter(|all| !all.is_empty())?.iter().map(one).collect(),
    }
}

fn by_rules(
    session: &mut Session,
    rules: &[Pair],
    dimensions: Option<Vec<usize>>,
    background: Value,
) -> Built {
    let dimensions = match dimensions.or_else(|| extent(rules)) {
        Some(dimensions) if !dimensions.is_empty() => dimensions,
        _ => return Ok(Err(Refusal::Dimensions)),
    };
    let Some(sparse) = Sparse::empty(dimensions.clone(), background) else {
        return Ok(Err(Refusal::Dimensions));
    };
    let mut elements = Vec::with_capacity(rules.len());
    let mut others = Vec::new();
    for (order, (position, value, delayed)) in rules.iter().enumerate() {
        if let Some(own) = indices(position) {
            let is_inside = own.len() == dimensions.len()
                && own.iter().zip(&dimensions).all(|(index, side)| index < side);
            if !is_inside {
                return Ok(Err(Refusal::Position(position.clone())));
            }
            let value = if *delayed { session.evaluate(value)? } else { value.clone() };
            elements.push((place_of(&own, &dimensions), order, value));
        } else if let Some(band) = position.as_call().filter(|own| is_band(session, own)) {
            let Some(band) = Band::read(band.args(), &dimensions) else {
                return Ok(Err(Refusal::Form));
            };
            let mut put = |position: &[usize], value: &Value| {
                elements.push((place_of(position, &dimensions), order, value.clone()));
            };
            band.each(value, &dimensions, &mut put);
        } else {
            others.push((order, Rule::new(session, position, value, *delayed)));
        }
    }
    if !others.is_empty() {
        by_patterns(session, &others, &dimensions, &mut elements)?;
    }
    // The first rule for a position holds.
    elements.sort_by_key(|(place, order, _)| (*place, *order));
    let elements = elements.into_iter().map(|(place, _, value)| (place, value)).collect();
    Ok(Ok(sparse.fill(elements)))
}

/// Tries patterns for positions at every position.
fn by_patterns(
    session: &mut Session,
    rules: &[(usize, Rule)],
    dimensions: &[usize],
    elements: &mut Vec<(usize, usize, Value)>,
) -> Evaluated<()> {
    let size: usize = dimensions.iter().product();
    if size > FULL_MAX {
        super::too_large(session);
        return Ok(());
    }
    for place in 0..size {
        if place % 256 == 0 {
            session.check_interrupt()?;
        }
        let indices = position(place, dimensions);
        let indices: Vec<Value> =
            indices.into_iter().map(|index| Value::Integer(index as i64 + 1)).collect();
        let position = Value::list(crate::value::Args::from(indices));
        for (order, rule) in rules {
            if let Some(value) = rule.apply(session, &position)? {
                let value = session.evaluate(&value)?;
                elements.push((place, *order, value));
                break;
            }
        }
    }
    Ok(())
}

/// Returns the least dimensions that have all positions, if these are numbers.
fn extent(rules: &[Pair]) -> Option<Vec<usize>> {
    let mut all: Vec<usize> = Vec::new();
    for (position, value, _) in rules {
        let own = match indices(position) {
            Some(own) => own,
            // A band of values in a matrix ends with the last of them.
            None => {
                let [start] = position.as_call()?.args() else { return None };
                let (start, values) = (indices(start)?, value.as_list()?);
                if values.iter().any(|value| value.as_list().is_some()) {
                    return None;
                }
                start.iter().map(|index| index + values.len().max(1) - 1).collect()
            }
        };
        if all.is_empty() {
            all = vec![0; own.len()];
        }
        if all.len() != own.len() {
            return None;
        }
        all.iter_mut().zip(&own).for_each(|(side, index)| *side = (*side).max(index + 1));
    }
    Some(all)
}

fn is_band(session: &Session, call: &crate::value::Call) -> bool {
    let name = |symbol| session.names.full(symbol);
    call.head().as_symbol().is_some_and(|head| &*name(head).name == "Band")
}

/// Positions one after the other: from a start by a step.
struct Band {
    start: Vec<usize>,
    /// The last index of each side, if there is a given end.
    end: Option<Vec<usize>>,
    step: Option<Vec<i64>>,
}

impl Band {
    fn read(args: &[Value], dimensions: &[usize]) -> Option<Self> {
        let from_end = |value: &Value| -> Option<Vec<usize>> {
            let all = integers(value).filter(|all| all.len() == dimensions.len())?;
            let one = |(index, side): (&i64, &usize)| match index {
                1.. => usize::try_from(index - 1).ok(),
                ..0 => usize::try_from(*side as i64 + index).ok(),
                0 => None,
            };
            all.iter().zip(dimensions).map(one).collect()
        };
        let end = |value: &Value| match value {
            Value::Symbol(sym::Automatic) => Some(None),
            _ => from_end(value).map(Some),
        };
        Some(match args {
            [start] => Self { start: from_end(start)?, end: None, step: None },
            [start, last] => Self { start: from_end(start)?, end: end(last)?, step: None },
            [start, last, step] => {
                let step = integers(step).filter(|step| step.len() == dimensions.len())?;
                let moves = step.iter().any(|by| *by != 0);
                Self { start: from_end(start)?, end: end(last)?, step: Some(step) }.filter(moves)?
            }
            _ => return None,
        })
    }

    fn filter(self, is: bool) -> Option<Self> {
        is.then_some(self)
    }

    /// Gives each position with its value.
    fn each(&self, value: &Value, dimensions: &[usize], put: &mut dyn FnMut(&[usize], &Value)) {
        let is_block = |value: &Value| depth(value) == dimensions.len() && dimensions.len() > 1;
        let one = std::slice::from_ref(value);
        let (values, repeats) = match value.as_list() {
            Some(_) if is_block(value) => (one, self.end.is_some()),
            Some(values) => (values, self.end.is_some()),
            None => (one, true),
        };
        if values.is_empty() {
            return;
        }
        let mut at: Vec<i64> = self.start.iter().map(|index| *index as i64).collect();
        for turn in 0.. {
            if !repeats && turn == values.len() || !self.covers(&at, dimensions) {
                break;
            }
            let value = &values[turn % values.len()];
            let sides = if is_block(value) { sides_of(value) } else { vec![1; dimensions.len()] };
            self.put_block(value, &sides, (&at, dimensions), put);
            for (axis, index) in at.iter_mut().enumerate() {
                *index += self.step.as_ref().map_or(sides[axis] as i64, |step| step[axis]);
            }
        }
    }

    fn covers(&self, at: &[i64], dimensions: &[usize]) -> bool {
        let inside = |(axis, index): (usize, &i64)| {
            let last = self.end.as_ref().map_or(dimensions[axis] - 1, |end| end[axis]);
            let start = self.start[axis] as i64;
            let falls = self.step.as_ref().is_some_and(|step| step[axis] < 0);
            match falls {
                true if self.end.is_some() => (last as i64..=start).contains(index),
                true => (0..=start).contains(index),
                false => (start..=last as i64).contains(index),
            }
        };
        at.iter().enumerate().all(inside)
    }

    fn put_block(
        &self,
        value: &Value,
        sides: &[usize],
        (at, dimensions): (&[i64], &[usize]),
        put: &mut dyn FnMut(&[usize], &Value),
    ) {
        let count: usize = sides.iter().product();
        for place in 0..count {
            let offset = position(place, sides);
            let own: Vec<usize> =
                at.iter().zip(&offset).map(|(begin, by)| *begin as usize + by).collect();
            let is_inside = own.iter().zip(dimensions).all(|(index, side)| index < side);
            if !is_inside {
                continue;
            }
            match depth(value) == sides.len() && count > 1 || sides.len() == depth(value) {
                true => {
                    let inner = offset.iter().try_fold(value.clone(), |part, index| {
                        part.as_call().and_then(|part| part.get(*index))
                    });
                    inner.iter().for_each(|inner| put(&own, inner));
                }
                false => put(&own, value),
            }
        }
    }
}

/// Returns how deep the lists of a value are nested.
fn depth(value: &Value) -> usize {
    value.as_list().map_or(0, |all| 1 + all.first().map_or(0, depth))
}

/// Returns the lengths of the sides of a full array.
fn sides_of(value: &Value) -> Vec<usize> {
    match value.as_list() {
        Some(all) => std::iter::once(all.len())
            .chain(all.first().map(sides_of).unwrap_or_default())
            .collect(),
        None => Vec::new(),
    }
}

/// Collects the elements of a full array; returns whether it is one with these dimensions.
fn collect(value: &Value, sides: &[usize], all: &mut Vec<Value>) -> bool {
    match sides {
        [] => {
            all.push(value.clone());
            true
        }
        [side, rest @ ..] => match value.as_list() {
            Some(own) => own.len() == *side && own.iter().all(|own| collect(own, rest, all)),
            None => false,
        },
    }
}

/// Reads a full array, as deep as its lists are all of the same length.
pub(super) fn of_full(
    of: &Value,
    dimensions: Option<Vec<usize>>,
    background: Value,
) -> Result<Sparse, Refusal> {
    let mut sides = sides_of(of);
    let mut all = Vec::new();
    while !sides.is_empty() && !collect(of, &sides, &mut all) {
        all.clear();
        sides.pop();
    }
    if sides.is_empty() {
        return Err(Refusal::Form);
    }
    let sparse = Sparse::empty(sides, background.clone()).ok_or(Refusal::Dimensions)?;
    let sparse = sparse.fill(all.into_iter().enumerate().collect());
    Ok(resized(&sparse, dimensions, background))
}

/// Returns the part of an array that other dimensions have, over a background.
fn resized(of: &Sparse, dimensions: Option<Vec<usize>>, background: Value) -> Sparse {
    let dimensions = dimensions.unwrap_or_else(|| of.dimensions.clone());
    if dimensions == of.dimensions && background == of.background {
        return of.clone();
    }
    let empty = Sparse::empty(dimensions.clone(), background);
    let Some(sparse) = empty.filter(|own| own.dimensions.len() == of.dimensions.len()) else {
        return of.clone();
    };
    let element = |place: usize, value: &Value| {
        let position = of.position(place);
        let is_inside = position.iter().zip(&dimensions).all(|(index, side)| index < side);
        is_inside.then(|| (place_of(&position, &dimensions), value.clone()))
    };
    let elements: Vec<_> = match sparse.background == of.background {
        true => {
            let pairs = of.places.iter().zip(&of.values);
            pairs.filter_map(|(place, value)| element(*place, value)).collect()
        }
        false => (0..of.size()).filter_map(|place| element(place, of.at(place))).collect(),
    };
    sparse.fill(elements)
}

/// Returns rules for the elements, and one for the background.
pub(super) fn rules(of: &Sparse) -> Value {
    let rule = |(place, value): (&usize, &Value)| {
        let indices = of.position(*place).into_iter().map(|index| Value::Integer(index as i64 + 1));
        Value::rule(list(indices.collect()), value.clone())
    };
    let blank = || Value::call(sym::Blank, crate::value::Args::new());
    let blanks: crate::value::Args = of.dimensions.iter().map(|_| blank()).collect();
    let last = Value::rule(Value::list(blanks), of.background.clone());
    let all = of.places.iter().zip(&of.values).map(rule).chain([last]);
    Value::list(all.collect::<crate::value::Args>())
}
