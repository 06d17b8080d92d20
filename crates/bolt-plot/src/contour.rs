//! Lines and areas of equal height (marching squares; Lorensen and Cline's cubes in the plane).

use crate::figure::Point;
use std::collections::HashMap;

/// Values at the crossings of a grid, rows from the bottom up.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Where the columns are, ascending.
    pub x: Vec<f64>,
    /// Where the rows are, ascending.
    pub y: Vec<f64>,
    /// One for each crossing, row by row; what is not finite is lower than everything.
    pub values: Vec<f64>,
}

impl Grid {
    fn at(&self, column: usize, row: usize) -> f64 {
        self.values[row * self.x.len() + column]
    }

    /// Returns the lowest and the highest finite value.
    pub fn range(&self) -> Option<[f64; 2]> {
        let finite = self.values.iter().copied().filter(|value| value.is_finite());
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = finite.fold(start, |(l, h), v| (l.min(v), h.max(v)));
        (low <= high).then_some([low, high])
    }

    /// Returns the grid with a rim around it that is lower than everything and takes no room.
    fn rimmed(&self) -> Self {
        let pad = |places: &[f64]| -> Vec<f64> {
            let ends = (places.first().copied(), places.last().copied());
            ends.0.into_iter().chain(places.iter().copied()).chain(ends.1).collect()
        };
        let (x, y) = (pad(&self.x), pad(&self.y));
        let mut values = vec![f64::NEG_INFINITY; x.len() * y.len()];
        for row in 0..self.y.len() {
            for column in 0..self.x.len() {
                values[(row + 1) * x.len() + column + 1] = self.at(column, row);
            }
        }
        Self { x, y, values }
    }
}

/// An edge of the grid: the crossing at its lower left end, and whether it goes up.
type EdgeId = (usize, usize, bool);

/// Returns the lines on which the values are at a level. A closed line ends where it begins.
pub fn lines(grid: &Grid, level: f64) -> Vec<Vec<Point>> {
    joined(&segments(grid, level, false))
}

/// Returns the outlines of what is at a level or above: what is inside an odd number of them.
pub fn region(grid: &Grid, level: f64) -> Vec<Vec<Point>> {
    joined(&segments(&grid.rimmed(), level, true))
}

struct Segments {
    ends: Vec<[EdgeId; 2]>,
    places: HashMap<EdgeId, Point>,
}

/// Returns for each cell the pieces of lines through it.
fn segments(grid: &Grid, level: f64, has_holes: bool) -> Segments {
    let mut found = Segments { ends: Vec::new(), places: HashMap::new() };
    let (columns, rows) = (grid.x.len(), grid.y.len());
    for row in 0..rows.saturating_sub(1) {
        for column in 0..columns.saturating_sub(1) {
            let corners =
                [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(i, j)| grid.at(column + i, row + j));
            // Through a cell that is not known on all corners goes no line.
            if !has_holes && corners.iter().any(|value| !value.is_finite()) {
                continue;
            }
            cell(grid, level, (column, row), corners, &mut found);
        }
    }
    found
}

fn cell(grid: &Grid, level: f64, (i, j): (usize, usize), corners: [f64; 4], found: &mut Segments) {
    let is_in = corners.map(|value| value >= level);
    let edges: [EdgeId; 4] = [(i, j, false), (i + 1, j, true), (i, j + 1, false), (i, j, true)];
    let crossed: Vec<EdgeId> =
        (0..4).filter(|k| is_in[*k] != is_in[(k + 1) % 4]).map(|k| edges[k]).collect();
    for edge in &crossed {
        found.places.entry(*edge).or_insert_with(|| place(grid, level, *edge));
    }
    match crossed[..] {
        [a, b] => found.ends.push([a, b]),
        [bottom, right, top, left] => {
            // A saddle: its middle tells which corners hang together.
            let middle = corners.iter().sum::<f64>() / 4.0;
            let pairs = match (middle >= level) == is_in[0] {
                true => [[bottom, right], [top, left]],
                false => [[left, bottom], [right, top]],
            };
            found.ends.extend(pairs);
        }
        _ => {}
    }
}

fn place(grid: &Grid, level: f64, (i, j, is_up): EdgeId) -> Point {
    let (k, l) = if is_up { (i, j + 1) } else { (i + 1, j) };
    let (a, b) = (grid.at(i, j), grid.at(k, l));
    let share = match (a.is_finite(), b.is_finite()) {
        (true, true) => ((level - a) / (b - a)).clamp(0.0, 1.0),
        (true, false) => 0.0,
        _ => 1.0,
    };
    let between = |from: f64, to: f64| from + (to - from) * share;
    [between(grid.x[i], grid.x[k]), between(grid.y[j], grid.y[l])]
}

/// Joins pieces at their common ends.
fn joined(segments: &Segments) -> Vec<Vec<Point>> {
    let mut at: HashMap<EdgeId, Vec<usize>> = HashMap::new();
    for (index, ends) in segments.ends.iter().enumerate() {
        ends.iter().for_each(|end| at.entry(*end).or_default().push(index));
    }
    let mut is_used = vec![false; segments.ends.len()];
    let mut lines = Vec::new();
    // Lines that end somewhere come first, so that none is begun in its middle.
    let begins = |i: &usize| segments.ends[*i].iter().any(|end| at[end].len() == 1);
    let order = (0..is_used.len()).filter(begins).chain(0..is_used.len());
    for start in order.collect::<Vec<_>>() {
        if is_used[start] {
            continue;
        }
        is_used[start] = true;
        let [a, b] = segments.ends[start];
        let (first, mut end) = if at[&a].len() == 1 {
            (a, b)
        } else if at[&b].len() == 1 {
            (b, a)
        } else {
            (a, b)
        };
        let mut line = vec![segments.places[&first], segments.places[&end]];
        while let Some(&next) = at[&end].iter().find(|index| !is_used[**index]) {
            is_used[next] = true;
            let [a, b] = segments.ends[next];
            end = if a == end { b } else { a };
            line.push(segments.places[&end]);
        }
        lines.push(line);
    }
    lines
}
