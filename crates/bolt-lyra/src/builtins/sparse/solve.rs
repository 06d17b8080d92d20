//! Systems of equations with a sparse matrix of machine numbers.
//!
//! Rows and columns are put into the order of Cuthill and McKee (1969), reversed, which keeps what
//! elimination fills in near the diagonal; then the columns are eliminated one after the other,
//! each in time proportional to its arithmetic (Gilbert and Peierls 1988). Symmetric systems that
//! would fill in too much are solved by conjugate gradients (Hestenes and Stiefel 1952), and
//! others, if that is asked for, by stabilized biconjugate gradients (van der Vorst 1992).

use super::{Sparse, build, is_sparse};
use crate::array::Elements;
use crate::builtins::options::Options;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Value};

/// Elements that factors may have before symmetric systems are solved by iteration.
const FILL_MAX: usize = 60_000_000;

/// Systems up to this size that elimination finds singular are looked at as full ones.
const FULL_MAX: usize = 400;

/// How small the residual of an iteration has to be, relative to the right side.
const TOLERANCE: f64 = 1e-13;

/// A square matrix column by column.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    size: usize,
    begin: Vec<usize>,
    rows: Vec<usize>,
    values: Vec<f64>,
}

impl Columns {
    /// Takes the columns from elements in any order.
    fn new(size: usize, elements: &[(usize, usize, f64)]) -> Self {
        let mut begin = vec![0; size + 1];
        elements.iter().for_each(|(_, column, _)| begin[column + 1] += 1);
        for column in 0..size {
            begin[column + 1] += begin[column];
        }
        let (mut rows, mut values) = (vec![0; elements.len()], vec![0.0; elements.len()]);
        let mut next = begin.clone();
        for &(row, column, value) in elements {
            rows[next[column]] = row;
            values[next[column]] = value;
            next[column] += 1;
        }
        Self { size, begin, rows, values }
    }

    fn of(sparse: &Sparse) -> Option<Self> {
        let [size, width] = sparse.dimensions[..] else { return None };
        if size != width || size == 0 || !sparse.is_over_zero() {
            return None;
        }
        let element = |(place, value): (&usize, &Value)| {
            Some((place / size, place % size, number::to_f64(value)?))
        };
        let elements: Option<Vec<_>> =
            sparse.places.iter().zip(&sparse.values).map(element).collect();
        Some(Self::new(size, &elements?))
    }

    fn column(&self, column: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.begin[column]..self.begin[column + 1];
        self.rows[range.clone()].iter().copied().zip(self.values[range].iter().copied())
    }

    fn times(&self, x: &[f64]) -> Vec<f64> {
        let mut product = vec![0.0; self.size];
        for (column, factor) in x.iter().enumerate() {
            self.column(column).for_each(|(row, value)| product[row] += value * factor);
        }
        product
    }

    fn residual(&self, x: &[f64], b: &[f64]) -> Vec<f64> {
        b.iter().zip(self.times(x)).map(|(b, ax)| b - ax).collect()
    }

    fn transposed(&self) -> Self {
        let elements: Vec<_> = (0..self.size)
            .flat_map(|column| self.column(column).map(move |(row, value)| (column, row, value)))
            .collect();
        Self::new(self.size, &elements)
    }

    fn diagonal(&self) -> Vec<f64> {
        let on = |column: usize| {
            self.column(column).find(|(row, _)| *row == column).map_or(0.0, |(_, value)| value)
        };
        (0..self.size).map(on).collect()
    }

    /// Whether it is symmetric with positive elements on its diagonal.
    fn may_be_positive(&self) -> bool {
        let turned = self.transposed();
        let sorted = |of: &Self, column: usize| {
            let mut all: Vec<(usize, f64)> = of.column(column).collect();
            all.sort_unstable_by_key(|(row, _)| *row);
            all
        };
        self.diagonal().iter().all(|value| *value > 0.0)
            && (0..self.size).all(|column| sorted(self, column) == sorted(&turned, column))
    }

    /// Returns the order of Cuthill and McKee, reversed, of the graph of the elements.
    fn order(&self) -> Vec<usize> {
        let turned = self.transposed();
        let neighbours = |node: usize| {
            let mut all: Vec<usize> =
                self.column(node).chain(turned.column(node)).map(|(row, _)| row).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let graph: Vec<Vec<usize>> = (0..self.size).map(neighbours).collect();
        let mut by_degree: Vec<usize> = (0..self.size).collect();
        by_degree.sort_by_key(|node| graph[*node].len());
        let mut is_known = vec![false; self.size];
        let mut order = Vec::with_capacity(self.size);
        for start in by_degree {
            if is_known[start] {
                continue;
            }
            let start = far_end(&graph, start);
            walk(&graph, start, &mut is_known, &mut order);
        }
        order.reverse();
        order
    }

    /// Returns about how many elements its factors have in an order.
    fn fill(&self, order: &[usize]) -> usize {
        let mut place = vec![0; self.size];
        order.iter().enumerate().for_each(|(turn, node)| place[*node] = turn);
        let reach = |column: usize| {
            let own = place[column];
            self.column(column).map(|(row, _)| own.abs_diff(place[row])).max().unwrap_or(0)
        };
        (0..self.size).map(reach).fold(0usize, |sum, reach| sum.saturating_add(2 * reach + 1))
    }
}

/// Adds what is connected with a node, the nearest first, of these those with few neighbours.
fn walk(graph: &[Vec<usize>], start: usize, is_known: &mut [bool], order: &mut Vec<usize>) {
    let mut at = order.len();
    order.push(start);
    is_known[start] = true;
    while at < order.len() {
        let begin = order.len();
        for &next in &graph[order[at]] {
            if !is_known[next] {
                is_known[next] = true;
                order.push(next);
            }
        }
        order[begin..].sort_by_key(|node| graph[*node].len());
        at += 1;
    }
}

/// Returns a node that is far from one: the last that a search in breadth reaches, twice.
fn far_end(graph: &[Vec<usize>], start: usize) -> usize {
    let mut end = start;
    for _ in 0..2 {
        let mut is_known = std::collections::HashSet::from([end]);
        let mut order = vec![end];
        let mut at = 0;
        while at < order.len() {
            for &next in &graph[order[at]] {
                if is_known.insert(next) {
                    order.push(next);
                }
            }
            at += 1;
        }
        end = order[order.len() - 1];
    }
    end
}

/// Triangular factors, column by column; rows are numbered as they were eliminated.
struct Factors {
    lower: Vec<Vec<(usize, f64)>>,
    upper: Vec<Vec<(usize, f64)>>,
    pivots: Vec<f64>,
    /// When each row was eliminated.
    turn_of: Vec<usize>,
    order: Vec<usize>,
}

/// A pivot on the diagonal is taken if no other is larger by more than this.
const DIAGONAL_SHARE: f64 = 0.1;

/// Eliminates the columns in an order; `None` if the matrix is singular.
fn factors(session: &Session, of: &Columns, order: Vec<usize>) -> Evaluated<Option<Factors>> {
    let size = of.size;
    let none = usize::MAX;
    let mut turn_of = vec![none; size];
    // Until a row is eliminated, the columns of `lower` have it by its own number.
    let mut lower: Vec<Vec<(usize, f64)>> = Vec::with_capacity(size);
    let (mut upper, mut pivots) = (Vec::with_capacity(size), Vec::with_capacity(size));
    let (mut sums, mut seen) = (vec![0.0; size], vec![none; size]);
    let mut search = Search::default();
    for (turn, &column) in order.iter().enumerate() {
        if turn % 64 == 0 {
            session.check_interrupt()?;
        }
        search.reach(of, column, &lower, &turn_of, &mut seen, turn);
        search.found.iter().for_each(|row| sums[*row] = 0.0);
        of.column(column).for_each(|(row, value)| sums[row] += value);
        let mut above = Vec::new();
        for &row in search.found.iter().rev() {
            let done = turn_of[row];
            if done == none {
                continue;
            }
            let factor = sums[row];
            if factor != 0.0 {
                above.push((done, factor));
                lower[done].iter().for_each(|(row, value)| sums[*row] -= value * factor);
            }
        }
        let rest: Vec<usize> =
            search.found.iter().copied().filter(|row| turn_of[*row] == none).collect();
        let largest = rest.iter().map(|row| sums[*row].abs()).fold(0.0, f64::max);
        if largest == 0.0 || !largest.is_finite() {
            return Ok(None);
        }
        let on_diagonal = turn_of[column] == none
            && seen[column] == turn
            && sums[column].abs() >= DIAGONAL_SHARE * largest;
        let pivot = match on_diagonal {
            true => column,
            false => rest.iter().copied().find(|row| sums[*row].abs() == largest).unwrap_or(column),
        };
        turn_of[pivot] = turn;
        pivots.push(sums[pivot]);
        upper.push(above);
        let below = rest.iter().filter(|row| **row != pivot && sums[**row] != 0.0);
        lower.push(below.map(|row| (*row, sums[*row] / sums[pivot])).collect());
    }
    for column in &mut lower {
        column.iter_mut().for_each(|(row, _)| *row = turn_of[*row]);
    }
    Ok(Some(Factors { lower, upper, pivots, turn_of, order }))
}

/// Finds which rows a column will have when those before it are eliminated.
#[derive(Default)]
struct Search {
    /// The rows, each after those that its elimination changes.
    found: Vec<usize>,
    stack: Vec<(usize, usize)>,
}

impl Search {
    fn reach(
        &mut self,
        of: &Columns,
        column: usize,
        lower: &[Vec<(usize, f64)>],
        turn_of: &[usize],
        seen: &mut [usize],
        turn: usize,
    ) {
        self.found.clear();
        for (start, _) in of.column(column) {
            if seen[start] == turn {
                continue;
            }
            seen[start] = turn;
            self.stack.push((start, 0));
            while let Some((row, next)) = self.stack.pop() {
                let below = lower.get(turn_of[row]).map_or(&[][..], Vec::as_slice);
                let step = below[next..].iter().position(|(row, _)| seen[*row] != turn);
                match step {
                    Some(step) => {
                        let child = below[next + step].0;
                        seen[child] = turn;
                        self.stack.push((row, next + step + 1));
                        self.stack.push((child, 0));
                    }
                    None => self.found.push(row),
                }
            }
        }
    }
}

impl Factors {
    fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; b.len()];
        self.turn_of.iter().zip(b).for_each(|(turn, value)| y[*turn] = *value);
        for turn in 0..y.len() {
            let value = y[turn];
            self.lower[turn].iter().for_each(|(row, factor)| y[*row] -= factor * value);
        }
        for turn in (0..y.len()).rev() {
            y[turn] /= self.pivots[turn];
            let value = y[turn];
            self.upper[turn].iter().for_each(|(row, factor)| y[*row] -= factor * value);
        }
        let mut x = vec![0.0; b.len()];
        self.order.iter().zip(y).for_each(|(column, value)| x[*column] = value);
        x
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// Returns the elements divided by those of the diagonal.
fn scaled(of: &[f64], diagonal: &[f64]) -> Vec<f64> {
    of.iter()
        .zip(diagonal)
        .map(|(value, by)| if *by == 0.0 { *value } else { value / by })
        .collect()
}

/// Solves a symmetric positive definite system; `None` if the iteration does not settle.
fn conjugate_gradients(session: &Session, of: &Columns, b: &[f64]) -> Evaluated<Option<Vec<f64>>> {
    let diagonal = of.diagonal();
    let mut x = vec![0.0; b.len()];
    let mut rest = b.to_vec();
    let mut z = scaled(&rest, &diagonal);
    let mut direction = z.clone();
    let mut size = dot(&rest, &z);
    let goal = TOLERANCE * norm(b);
    for _ in 0..10 * b.len() + 100 {
        session.check_interrupt()?;
        if norm(&rest) <= goal {
            return Ok(Some(x));
        }
        let image = of.times(&direction);
        let curvature = dot(&direction, &image);
        if curvature <= 0.0 || !curvature.is_finite() {
            return Ok(None);
        }
        let step = size / curvature;
        x.iter_mut().zip(&direction).for_each(|(x, d)| *x += step * d);
        rest.iter_mut().zip(&image).for_each(|(r, d)| *r -= step * d);
        z = scaled(&rest, &diagonal);
        let next = dot(&rest, &z);
        let share = next / size;
        size = next;
        direction.iter_mut().zip(&z).for_each(|(d, z)| *d = z + share * *d);
    }
    Ok(None)
}

/// Solves any system; `None` if the iteration does not settle.
fn biconjugate(session: &Session, of: &Columns, b: &[f64]) -> Evaluated<Option<Vec<f64>>> {
    let diagonal = of.diagonal();
    let mut x = vec![0.0; b.len()];
    let mut rest = b.to_vec();
    let shadow = rest.clone();
    let (mut p, mut v) = (vec![0.0; b.len()], vec![0.0; b.len()]);
    let (mut rho, mut alpha, mut omega) = (1.0, 1.0, 1.0);
    let goal = TOLERANCE * norm(b);
    for _ in 0..10 * b.len() + 100 {
        session.check_interrupt()?;
        if norm(&rest) <= goal {
            break;
        }
        let next = dot(&shadow, &rest);
        let beta = next / rho * alpha / omega;
        rho = next;
        p = (0..p.len()).map(|k| rest[k] + beta * (p[k] - omega * v[k])).collect();
        let direction = scaled(&p, &diagonal);
        v = of.times(&direction);
        alpha = rho / dot(&shadow, &v);
        let s: Vec<f64> = rest.iter().zip(&v).map(|(r, v)| r - alpha * v).collect();
        let other = scaled(&s, &diagonal);
        let t = of.times(&other);
        let square = dot(&t, &t);
        omega = if square == 0.0 { 0.0 } else { dot(&t, &s) / square };
        (0..x.len()).for_each(|k| x[k] += alpha * direction[k] + omega * other[k]);
        rest = s.iter().zip(&t).map(|(s, t)| s - omega * t).collect();
        if !norm(&rest).is_finite() || (omega == 0.0 && norm(&rest) > goal) {
            return Ok(None);
        }
    }
    let is_solved = norm(&of.residual(&x, b)) <= 100.0 * goal;
    Ok(is_solved.then_some(x))
}

/// How a system is solved.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Automatic,
    Direct,
    Iterative,
}

/// Solves for several right sides; `None` if that fails.
fn solved(
    session: &Session,
    of: &Columns,
    right: &[Vec<f64>],
    way: Way,
) -> Evaluated<Option<Vec<Vec<f64>>>> {
    let order = of.order();
    let is_large = of.fill(&order) > FILL_MAX;
    let iterates = way == Way::Iterative || way == Way::Automatic && is_large;
    if iterates && of.may_be_positive() {
        let all = right.iter().map(|b| conjugate_gradients(session, of, b));
        if let Some(all) = all.collect::<Evaluated<Option<Vec<_>>>>()? {
            return Ok(Some(all));
        }
    }
    if way == Way::Iterative {
        return right.iter().map(|b| biconjugate(session, of, b)).collect();
    }
    let Some(factors) = factors(session, of, order)? else { return Ok(None) };
    let solve = |b: &Vec<f64>| {
        let mut x = factors.solve(b);
        // One step of refinement takes away what pivots on the diagonal have cost.
        let correction = factors.solve(&of.residual(&x, b));
        x.iter_mut().zip(correction).for_each(|(x, more)| *x += more);
        x
    };
    let all: Vec<Vec<f64>> = right.iter().map(solve).collect();
    let is_finite = all.iter().flatten().all(|x| x.is_finite());
    Ok(is_finite.then_some(all))
}

/// `LinearSolve[s, b]`: by elimination or iteration if the numbers are approximate, else as a full
/// matrix.
pub(super) fn linear_solve(session: &mut Session, args: &[Value]) -> Evaluated<Option<Value>> {
    let (plain, options) = Options::split(args, 2);
    let [of, b] = plain else { return Ok(None) };
    let method = options.get(session, "Method");
    let method = method.and_then(|method| match method.as_list() {
        Some(parts) => parts.first().and_then(Value::as_str),
        None => method.as_str(),
    });
    let way = match method {
        Some("Krylov") => Way::Iterative,
        Some("Multifrontal" | "Direct") => Way::Direct,
        _ => Way::Automatic,
    };
    let full = |session: &mut Session| {
        let normal = |session: &mut Session, value: &Value| match is_sparse(value) {
            true => session.system("Normal", [value.clone()].as_slice()),
            false => Ok(value.clone()),
        };
        let parts = [normal(session, of)?, normal(session, b)?];
        let head = session.system_symbol("LinearSolve");
        let is_left = parts.iter().any(is_sparse);
        Ok((!is_left).then(|| Value::call(head, parts)))
    };
    let (Some(sparse), Some(right)) = (Sparse::read(of), read(b)) else { return full(session) };
    let is_approximate =
        |of: &Sparse| of.values.iter().any(|value| matches!(value, Value::Real(_)));
    let (true, Some(columns)) =
        (is_approximate(&sparse) || is_approximate(&right), Columns::of(&sparse))
    else {
        return full(session);
    };
    if right.dimensions[0] != columns.size || right.dimensions.len() > 2 {
        session.message_of("LinearSolve", "lslc", &[]);
        return Ok(None);
    }
    let Some(sides) = machine_columns(&right) else { return full(session) };
    let Some(solution) = solved(session, &columns, &sides, way)? else {
        if columns.size <= FULL_MAX {
            return full(session);
        }
        session.message_of("LinearSolve", "sing", std::slice::from_ref(of));
        return Ok(None);
    };
    Ok(Some(match right.dimensions.len() {
        1 => Value::vector(Elements::Reals(solution.into_iter().next().unwrap_or_default())),
        _ => {
            let row = |row: usize| solution.iter().map(|own| own[row]).collect();
            let rows = (0..columns.size).map(|at| Value::vector(Elements::Reals(row(at))));
            Value::list(rows.collect::<Args>())
        }
    }))
}

fn read(b: &Value) -> Option<Sparse> {
    match is_sparse(b) {
        true => Sparse::read(b),
        false => build::of_full(b, None, Value::Integer(0)).ok(),
    }
}

/// Returns the columns of a matrix, or a vector, as machine numbers.
fn machine_columns(of: &Sparse) -> Option<Vec<Vec<f64>>> {
    let width = of.dimensions.get(1).copied().unwrap_or(1);
    let background = number::to_f64(&of.background)?;
    let mut all = vec![vec![background; of.dimensions[0]]; width];
    for (place, value) in of.places.iter().zip(&of.values) {
        all[place % width][place / width] = number::to_f64(value)?;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elimination of a full matrix with the largest pivot.
    fn oracle(mut rows: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
        let size = b.len();
        for k in 0..size {
            let best = (k..size).max_by(|&i, &j| rows[i][k].abs().total_cmp(&rows[j][k].abs()));
            let best = best.expect("a row is left");
            rows.swap(k, best);
            b.swap(k, best);
            for i in k + 1..size {
                let factor = rows[i][k] / rows[k][k];
                let top = rows[k].clone();
                rows[i].iter_mut().zip(&top).skip(k).for_each(|(x, t)| *x -= factor * t);
                b[i] -= factor * b[k];
            }
        }
        for k in (0..size).rev() {
            let known: f64 = (k + 1..size).map(|j| rows[k][j] * b[j]).sum();
            b[k] = (b[k] - known) / rows[k][k];
        }
        b
    }

    fn random(size: usize, is_symmetric: bool, seed: u64) -> (Vec<Vec<f64>>, Vec<f64>) {
        let mut rng = bolt_base::Rng::new(seed);
        let mut rows = vec![vec![0.0; size]; size];
        for _ in 0..3 * size {
            let (i, j) = (rng.below(size as u64) as usize, rng.below(size as u64) as usize);
            rows[i][j] = rng.normal();
            if is_symmetric {
                rows[j][i] = rows[i][j];
            }
        }
        for (i, row) in rows.iter_mut().enumerate() {
            row[i] = match is_symmetric {
                true => 20.0 + rng.normal().abs(),
                // Some of the diagonal is 0, so that rows must change places.
                false => f64::from(u8::from(i % 3 > 0)) * rng.normal(),
            };
        }
        // A cycle keeps the matrix regular.
        if !is_symmetric {
            (0..size).for_each(|i| rows[i][(i + 1) % size] += 2.5);
        }
        (rows, (0..size).map(|_| rng.normal()).collect())
    }

    fn columns(rows: &[Vec<f64>]) -> Columns {
        let mut elements = Vec::new();
        for (i, row) in rows.iter().enumerate() {
            let own = row.iter().enumerate().filter(|(_, value)| **value != 0.0);
            elements.extend(own.map(|(j, value)| (i, j, *value)));
        }
        Columns::new(rows.len(), &elements)
    }

    fn assert_near(a: &[f64], b: &[f64], note: &str) {
        let scale = b.iter().fold(1.0f64, |scale, x| scale.max(x.abs()));
        a.iter().zip(b).for_each(|(a, b)| assert!((a - b).abs() < 1e-8 * scale, "{note}: {a} {b}"));
    }

    #[test]
    fn sparse_systems_have_the_solutions_of_full_ones() {
        let session = Session::new();
        for size in [1, 2, 3, 7, 20, 60] {
            for seed in 0..6 {
                let (rows, b) = random(size, false, seed + 10 * size as u64);
                let wanted = oracle(rows.clone(), b.clone());
                let found = solved(&session, &columns(&rows), &[b], Way::Direct).unwrap();
                let found = found.unwrap_or_else(|| panic!("{size} {seed} is regular"));
                assert_near(&found[0], &wanted, "direct");
            }
        }
    }

    #[test]
    fn iterations_settle_at_the_solution() {
        let session = Session::new();
        for size in [1, 5, 40] {
            let (rows, b) = random(size, true, size as u64);
            let matrix = columns(&rows);
            assert!(matrix.may_be_positive());
            let wanted = oracle(rows, b.clone());
            let found = conjugate_gradients(&session, &matrix, &b).unwrap().expect("it settles");
            assert_near(&found, &wanted, "conjugate gradients");
            let found = biconjugate(&session, &matrix, &b).unwrap().expect("it settles");
            assert_near(&found, &wanted, "biconjugate gradients");
        }
    }

    #[test]
    fn a_singular_matrix_has_no_factors() {
        let session = Session::new();
        let matrix = columns(&[vec![1.0, 2.0], vec![2.0, 4.0]]);
        assert!(solved(&session, &matrix, &[vec![1.0, 1.0]], Way::Direct).unwrap().is_none());
    }

    #[test]
    fn the_order_keeps_a_shuffled_band_narrow() {
        let size = 300;
        let shuffled = |k: usize| k * 97 % size;
        let mut elements = Vec::new();
        for k in 0..size {
            elements.push((shuffled(k), shuffled(k), 2.0));
            if k + 1 < size {
                elements.push((shuffled(k), shuffled(k + 1), -1.0));
                elements.push((shuffled(k + 1), shuffled(k), -1.0));
            }
        }
        let matrix = Columns::new(size, &elements);
        assert_eq!(matrix.fill(&matrix.order()), 3 * size);
        assert!(matrix.fill(&(0..size).collect::<Vec<_>>()) > 50 * size);
    }
}
