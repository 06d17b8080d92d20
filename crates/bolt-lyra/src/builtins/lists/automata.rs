//! Cellular automata in one dimension and two.

use dashu_int::IBig;
use triomphe::Arc;

use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[builtin(
    "CellularAutomaton",
    Attributes::NONE,
    automaton,
    "CellularAutomaton[rule, init, t] is the list of the states of a cellular automaton from step 0 \
     to step t; with {t} of step t alone. A rule is n, {n, k} or {n, k, r} with k colours and \
     neighbours up to r away, {n, {k, 1}} where only their sum counts, {n, {k, weights}} for a sum \
     with weights, in two dimensions with a matrix of weights and {r, r}. init is a list, which is \
     a ring, or {list, colour} within cells of a colour, of which those are shown that are ever of \
     another one.",
    &[
        (
            "CellularAutomaton[30, {{1}, 0}, 2]",
            "{{0, 0, 1, 0, 0}, {0, 1, 1, 1, 0}, {1, 1, 0, 0, 1}}",
        ),
        ("CellularAutomaton[90, {0, 0, 1, 0}, 1]", "{{0, 0, 1, 0}, {0, 1, 0, 1}}"),
        (
            "CellularAutomaton[{224, {2, {{2, 2, 2}, {2, 1, 2}, {2, 2, 2}}}, {1, 1}}, \
             {{0, 0, 0, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 0, 0, 0}}, {{1}}]",
            "{{0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}, {0, 1, 1, 1, 0}, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}}",
        ),
    ],
)];

/// More cells than this are not computed at once, nor has a rule more cases.
const MOST: usize = 1 << 24;

/// What a cell becomes: the case that the sum of the neighbours' colours by weights says.
struct Rule {
    cases: Vec<i64>,
    /// Weights of the neighbourhood, row by row, and how far it reaches down and to the side.
    weights: Vec<i64>,
    reach: (usize, usize),
    is_flat: bool,
}

impl Rule {
    fn read(value: &Value) -> Option<Self> {
        let parts = value.as_list().unwrap_or(std::slice::from_ref(value));
        let (number, kind, reach) = match parts {
            [number] => (number, None, None),
            [number, kind] => (number, Some(kind), None),
            [number, kind, reach] => (number, Some(kind), Some(reach)),
            _ => return None,
        };
        let reaches = reach.map(|reach| reach.as_list().unwrap_or(std::slice::from_ref(reach)));
        let (reach, is_flat) = match reaches {
            None => ((0, 1), true),
            Some([side]) => ((0, side.as_usize()?), true),
            Some([down, side]) => ((down.as_usize()?, side.as_usize()?), false),
            Some(_) => return None,
        };
        let side = |reach: usize| reach.checked_mul(2).filter(|two| *two < 64).map(|two| two + 1);
        let size = side(reach.0)? * side(reach.1)?;
        let colours =
            |value: &Value| value.as_i64().filter(|colours| (2..=1 << 16).contains(colours));
        let (colours, weights) = match kind.map(|kind| (kind, kind.as_list())) {
            None => (2, positional(2, size)?),
            Some((kind, None)) => (colours(kind)?, positional(colours(kind)?, size)?),
            Some((_, Some([own, Value::Integer(weight)]))) => (colours(own)?, vec![*weight; size]),
            Some((_, Some([own, weights]))) => (colours(own)?, flat(weights)?),
            Some(_) => return None,
        };
        if weights.len() != size || weights.iter().any(|weight| !(0..=1 << 24).contains(weight)) {
            return None;
        }
        let greatest = weights.iter().sum::<i64>().checked_mul(colours - 1)?;
        let count = usize::try_from(greatest).ok().filter(|count| *count < MOST)? + 1;
        let cases = digits(&number::integer(number)?, colours, count)?;
        Some(Self { cases, weights, reach, is_flat })
    }

    /// Returns the next state of a ring, or of a torus of so many columns.
    fn step(&self, state: &[i64], columns: usize) -> Option<Vec<i64>> {
        let rows = state.len() / columns;
        let wide = 2 * self.reach.1 + 1;
        let mut next = Vec::with_capacity(state.len());
        for row in 0..rows {
            for column in 0..columns {
                let mut sum = 0_i64;
                for (place, weight) in self.weights.iter().enumerate() {
                    let (down, side) = (place / wide, place % wide);
                    let r = (row + down + rows * self.reach.0 - self.reach.0) % rows;
                    let c = (column + side + columns * self.reach.1 - self.reach.1) % columns;
                    sum += weight * state[r * columns + c];
                }
                next.push(*self.cases.get(usize::try_from(sum).ok()?)?);
            }
        }
        Some(next)
    }
}

/// Weights that tell all neighbourhoods apart.
fn positional(colours: i64, size: usize) -> Option<Vec<i64>> {
    let weight = |place: usize| colours.checked_pow(u32::try_from(size - 1 - place).ok()?);
    (0..size).map(weight).collect()
}

/// Returns the elements of a list or of the rows of a matrix.
fn flat(value: &Value) -> Option<Vec<i64>> {
    match value {
        Value::Integer(own) => Some(vec![*own]),
        _ => value.as_list()?.iter().map(flat).collect::<Option<Vec<_>>>().map(|all| all.concat()),
    }
}

/// Returns the last digits of a number, the last one first.
fn digits(number: &IBig, base: i64, count: usize) -> Option<Vec<i64>> {
    if *number < IBig::ZERO {
        return None;
    }
    let (mut rest, base) = (number.clone(), IBig::from(base));
    let mut all = vec![0; count];
    for digit in &mut all {
        if rest == IBig::ZERO {
            break;
        }
        *digit = i64::try_from(&rest % &base).ok()?;
        rest /= &base;
    }
    (rest == IBig::ZERO).then_some(all)
}

/// Which steps are shown, from the first to the last by a distance, and whether as a list.
struct Steps {
    shown: (usize, usize, usize),
    is_one: bool,
}

impl Steps {
    fn read(value: &Value) -> Option<Self> {
        let at = |shown, is_one| Some(Self { shown, is_one });
        if let Some(last) = value.as_usize() {
            return at((0, last, 1), false);
        }
        let [inner] = value.as_list()? else { return None };
        if let Some(only) = inner.as_usize() {
            return at((only, only, 1), false);
        }
        let all: Option<Vec<usize>> = inner.as_list()?.iter().map(Value::as_usize).collect();
        match all?[..] {
            [only] => at((only, only, 1), true),
            [first, last] if first <= last => at((first, last, 1), false),
            [first, last, by] if first <= last && by > 0 => at((first, last, by), false),
            _ => None,
        }
    }
}

fn automaton(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let one = Value::list([Value::list([Value::Integer(1)].as_slice())].as_slice());
    let (rule, initial, steps) = match call.args() {
        [rule, initial] => (rule, initial, &one),
        [rule, initial, steps] => (rule, initial, steps),
        _ => return Ok(Step::Same),
    };
    let (Some(rule), Some(steps)) = (Rule::read(rule), Steps::read(steps)) else {
        return Ok(Step::Same);
    };
    let Some(start) = initial_state(&rule, initial, steps.shown.1) else { return Ok(Step::Same) };
    let (mut state, columns, background) = start;
    let (first, last, by) = steps.shown;
    if state.len().saturating_mul(last - first + 1) > MOST {
        return Ok(Step::Same);
    }
    let mut shown = Vec::new();
    let mut around = background;
    for step in 0..=last {
        session.check_interrupt()?;
        if step >= first && (step - first).is_multiple_of(by) {
            shown.push((state.clone(), around));
        }
        match rule.step(&state, columns) {
            Some(next) if step < last => state = next,
            None => return Ok(Step::Same),
            Some(_) => {}
        }
        // On its own the background is a ring of one cell.
        around = around.and_then(|own| rule.step(&[own], 1)).map(|own| own[0]);
    }
    let rows = match rule.is_flat {
        true => trimmed(&shown),
        false => shown.iter().map(|(state, _)| matrix(state, columns)).collect(),
    };
    Ok(Step::Again(match (steps.is_one, rows) {
        (true, mut rows) => rows.remove(0),
        (false, rows) => Value::list(rows),
    }))
}

/// Returns the cells, how many columns they have and the colour around them. Within a background
/// there are as many cells as can be reached.
fn initial_state(
    rule: &Rule,
    initial: &Value,
    steps: usize,
) -> Option<(Vec<i64>, usize, Option<i64>)> {
    let colours = rule.cases.len() as i64;
    let is_known = |state: &[i64]| state.iter().all(|own| (0..colours).contains(own));
    let list = initial.as_list()?;
    if let [cells, Value::Integer(background)] = list
        && cells.as_list().is_some()
    {
        let cells = flat(cells).filter(|cells| rule.is_flat && is_known(cells))?;
        let margin = steps.checked_mul(rule.reach.1).filter(|margin| *margin < MOST)?;
        let mut state = vec![*background; margin];
        state.extend(cells);
        state.extend(std::iter::repeat_n(*background, margin));
        let columns = state.len();
        return is_known(&state).then_some((state, columns, Some(*background)));
    }
    let columns = match (rule.is_flat, list.first()?.as_list()) {
        (true, None) => list.len(),
        (false, Some(row)) => row.len(),
        _ => return None,
    };
    let is_even =
        |row: &Value| rule.is_flat || row.as_list().is_some_and(|row| row.len() == columns);
    let state = flat(initial).filter(|_| list.iter().all(is_even))?;
    (columns > 0 && is_known(&state)).then_some((state, columns, None))
}

/// Returns the states without the columns at both ends that never differ from what is around.
fn trimmed(shown: &[(Vec<i64>, Option<i64>)]) -> Args {
    let differs = |column: usize| {
        shown.iter().any(|(state, around)| around.is_none_or(|around| state[column] != around))
    };
    let width = shown.first().map_or(0, |(state, _)| state.len());
    let first = (0..width).find(|&column| differs(column)).unwrap_or(0);
    let end = (0..width).rev().find(|&column| differs(column)).map_or(first + 1, |last| last + 1);
    let end = end.min(width);
    shown.iter().map(|(state, _)| row(&state[first..end])).collect()
}

fn row(cells: &[i64]) -> Value {
    Value::list(cells.iter().map(|cell| Value::Integer(*cell)).collect::<Args>())
}

fn matrix(cells: &[i64], columns: usize) -> Value {
    Value::list(cells.chunks(columns).map(row).collect::<Args>())
}

#[cfg(test)]
mod tests {
    use crate::tests::check;

    #[test]
    fn elementary_rules_read_the_digits_of_their_number() {
        check(&[(
            "And @@ Table[CellularAutomaton[n, {0, 1, 1, 0, 1, 0, 0}, 1][[2]] === \
             (IntegerDigits[n, 2, 8][[8 - FromDigits[#, 2]]] & /@ \
             Partition[{0, 1, 1, 0, 1, 0, 0}, 3, 1, {2, 2}]), {n, 0, 255}]",
            "True",
        )]);
    }

    #[test]
    fn a_background_changes_as_its_cells_do() {
        check(&[
            ("CellularAutomaton[1, {{1}, 0}, 2]", "{{0, 1, 0}, {0, 0, 0}, {0, 1, 0}}"),
            ("CellularAutomaton[90, {{1}, 0}, {{4}}]", "{1, 0, 0, 0, 0, 0, 0, 0, 1}"),
            ("CellularAutomaton[300, {1}, 1]", "CellularAutomaton[300, {1}, 1]"),
        ]);
    }
}
