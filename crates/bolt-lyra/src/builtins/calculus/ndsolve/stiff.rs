//! The Rosenbrock method RODAS of order 4(3) for stiff equations (Hairer and Wanner, "Solving
//! Ordinary Differential Equations II", IV.7), with derivatives by differences.

use super::super::numeric::complex::{C, ZERO, r};
use super::{End, Limits, Node, Slope, scaled_norm};
use crate::session::{Evaluated, Session};

const GAMMA: f64 = 0.25;
const NODES: [f64; 6] = [0.0, 0.386, 0.21, 0.63, 1.0, 1.0];
const BY_TIME: [f64; 6] = [0.25, -0.1043, 0.1035, -0.0362, 0.0, 0.0];
const STAGES: [&[f64]; 6] = [
    &[],
    &[1.544],
    &[0.946_678_528_081_582_6, 0.255_701_169_898_328_4],
    &[3.314_825_187_068_521, 2.896_124_015_972_201, 0.998_641_913_997_781_7],
    &[1.221_224_509_226_641, 6.019_134_481_288_629, 12.537_083_329_320_87, -0.687_886_036_105_895],
    &[
        1.221_224_509_226_641,
        6.019_134_481_288_629,
        12.537_083_329_320_87,
        -0.687_886_036_105_895,
        1.0,
    ],
];
const COUPLING: [&[f64]; 6] = [
    &[],
    &[-5.6688],
    &[-2.430_093_356_833_875, -0.206_359_915_709_191_5],
    &[-0.107_352_905_815_137_5, -9.594_562_251_023_355, -20.470_286_148_096_16],
    &[7.496_443_313_967_647, -10.246_804_314_643_52, -33.999_903_528_199_05, 11.708_908_932_061_6],
    &[
        8.083_246_795_921_522,
        -7.981_132_988_064_893,
        -31.521_594_328_743_71,
        16.319_305_431_231_36,
        -6.058_818_238_834_054,
    ],
];

/// A matrix in the form of Gaussian elimination with row exchanges.
struct Eliminated {
    rows: Vec<Vec<C>>,
    order: Vec<usize>,
}

impl Eliminated {
    fn new(mut rows: Vec<Vec<C>>) -> Option<Self> {
        let n = rows.len();
        let mut order: Vec<usize> = (0..n).collect();
        for column in 0..n {
            let size = |row: &usize| rows[*row][column].abs();
            let pivot = (column..n).max_by(|a, b| size(a).total_cmp(&size(b)))?;
            if size(&pivot) == 0.0 || size(&pivot).is_nan() {
                return None;
            }
            rows.swap(column, pivot);
            order.swap(column, pivot);
            let (above, below) = rows.split_at_mut(column + 1);
            let top = &above[column];
            for row in below {
                let factor = row[column] / top[column];
                row[column] = factor;
                for (own, up) in row.iter_mut().zip(top).skip(column + 1) {
                    *own = *own - factor * *up;
                }
            }
        }
        Some(Self { rows, order })
    }

    fn solve(&self, right: &[C]) -> Vec<C> {
        let n = self.rows.len();
        let mut x: Vec<C> = self.order.iter().map(|&place| right[place]).collect();
        for row in 0..n {
            for column in 0..row {
                x[row] = x[row] - self.rows[row][column] * x[column];
            }
        }
        for row in (0..n).rev() {
            for column in row + 1..n {
                x[row] = x[row] - self.rows[row][column] * x[column];
            }
            x[row] = x[row] / self.rows[row][row];
        }
        x
    }
}

/// Returns the derivatives of the slopes by each of the values, by columns, and by x.
fn derivatives(
    session: &mut Session,
    slope: Slope<'_>,
    node: &Node,
    limits: &Limits,
) -> Evaluated<(Vec<Vec<C>>, Vec<C>)> {
    let small = f64::EPSILON.sqrt();
    let mut columns = Vec::new();
    for place in 0..node.y.len() {
        let mut y = node.y.clone();
        let step = small * y[place].abs().max(1e-5);
        y[place] = y[place] + r(step);
        // The step as it was made, after rounding.
        let made = (y[place] - node.y[place]).re;
        let there = slope(session, node.x, &y)?;
        let quotient = |(a, b): (&C, &C)| (*a - *b) / r(made);
        columns.push(there.iter().zip(&node.slope).map(quotient).collect());
    }
    let step = (small * node.x.abs().max(1e-5)).copysign(limits.to - node.x);
    let there = slope(session, node.x + step, &node.y)?;
    let by_x = there.iter().zip(&node.slope).map(|(a, b)| (*a - *b) / r(step)).collect();
    Ok((columns, by_x))
}

/// The stages of a step, `None` if its matrix has no inverse.
fn stages(
    session: &mut Session,
    slope: Slope<'_>,
    node: &Node,
    h: f64,
    columns: &[Vec<C>],
    by_x: &[C],
) -> Evaluated<Option<Vec<Vec<C>>>> {
    let n = node.y.len();
    let entry = |row: usize, column: usize| {
        let diagonal = if row == column { r(1.0 / (h * GAMMA)) } else { ZERO };
        diagonal - columns[column][row]
    };
    let matrix = (0..n).map(|row| (0..n).map(|column| entry(row, column)).collect()).collect();
    let Some(matrix) = Eliminated::new(matrix) else { return Ok(None) };
    let mut found: Vec<Vec<C>> = Vec::new();
    for stage in 0..6 {
        let weighted = |weights: &[f64], place: usize| {
            weights.iter().zip(&found).fold(ZERO, |sum, (w, k)| sum + k[place] * r(*w))
        };
        let y: Vec<C> = (0..n).map(|i| node.y[i] + weighted(STAGES[stage], i)).collect();
        let there = match stage {
            0 => node.slope.clone(),
            _ => slope(session, node.x + NODES[stage] * h, &y)?,
        };
        let right: Vec<C> = (0..n)
            .map(|i| {
                there[i]
                    + weighted(COUPLING[stage], i) * r(1.0 / h)
                    + by_x[i] * r(h * BY_TIME[stage])
            })
            .collect();
        found.push(matrix.solve(&right));
    }
    Ok(Some(found))
}

/// Takes steps from the last node to the end.
pub(super) fn integrate(
    session: &mut Session,
    slope: Slope<'_>,
    nodes: &mut Vec<Node>,
    limits: &Limits,
) -> Evaluated<End> {
    let Some(mut node) = nodes.last().cloned() else { return Ok(End::Reached) };
    let mut h = limits.first_step(&node.y, &node.slope, node.x);
    let mut known = None;
    loop {
        session.check_interrupt()?;
        if node.x == limits.to {
            return Ok(End::Reached);
        }
        if nodes.len() > limits.steps {
            return Ok(End::TooManySteps);
        }
        let is_last = (limits.to - node.x).abs() <= h.abs() * 1.000_000_1;
        if is_last {
            h = limits.to - node.x;
        }
        if h.abs() <= 4.0 * f64::EPSILON * node.x.abs().max(f64::MIN_POSITIVE) {
            return Ok(End::Singular);
        }
        let (columns, by_x) = match known.take() {
            Some(known) => known,
            None => derivatives(session, slope, &node, limits)?,
        };
        let made = stages(session, slope, &node, h, &columns, &by_x)?;
        let result = made.map(|k| {
            let weights = STAGES[5];
            let at = |i: usize| {
                let sum = weights.iter().zip(&k).fold(ZERO, |sum, (w, k)| sum + k[i] * r(*w));
                node.y[i] + sum + k[5][i]
            };
            ((0..node.y.len()).map(at).collect::<Vec<C>>(), k[5].clone())
        });
        let error = match &result {
            Some((y, error)) => scaled_norm(error, &node.y, y, limits),
            None => f64::INFINITY,
        };
        let factor = (0.9 * error.max(1e-10).powf(-0.25)).clamp(0.15, 5.0);
        match result {
            Some((y, _)) if error <= 1.0 => {
                let x = if is_last { limits.to } else { node.x + h };
                let there = slope(session, x, &y)?;
                node = Node { x, y, slope: there };
                nodes.push(node.clone());
                h = limits.bounded(h * factor);
            }
            _ => {
                h *= if error.is_finite() { factor.min(0.9) } else { 0.1 };
                known = Some((columns, by_x));
            }
        }
    }
}
