//! Expressions evaluated the obvious way: every result from scratch, in `f64`, no sharing.

use bolt_kernel::{
    Binary, Compare, Cross, Graph, Linear, NodeId, Recurrence, Shape, Unary, ValueType, Window,
};

/// An expression over panel inputs, built both into a graph and into columns.
#[derive(Debug, Clone)]
pub(crate) enum Expr {
    Input(usize),
    Constant(f64),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    Compare(Compare, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Select(Box<Expr>, Box<Expr>, Box<Expr>),
    ToNumber(Box<Expr>),
    ToBool(Box<Expr>),
    IsMissing(Box<Expr>),
    Delay(Box<Expr>, u32),
    Rolling(Rolling, Box<Expr>, u32),
    Together(Together, Box<Expr>, Box<Expr>, u32),
    Linear(Linear, Box<Expr>),
    WeightedMean(f64, Box<Expr>),
    Cross(Cross, Box<Expr>),
    CrossTogether(Cross, Box<Expr>, Box<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rolling {
    Sum,
    Mean,
    Std,
    Min,
    Max,
    ArgMin,
    ArgMax,
    Rank,
    ZScore,
    Slope,
    DecayLinear,
    Skew,
    Quantile(f64),
    MeanDeviation,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Together {
    Cov,
    Corr,
}

/// Values by row and lane; truth values are 1, 0 and NaN.
pub(crate) type Values = Vec<Vec<f64>>;

impl Expr {
    pub(crate) fn build(&self, graph: &mut Graph) -> NodeId {
        match self {
            Self::Input(index) => graph.input(&format!("x{index}"), Shape::Panel),
            Self::Constant(value) => graph.constant(*value),
            Self::Unary(operation, x) => {
                let x = x.build(graph);
                graph.unary(*operation, x)
            }
            Self::Binary(operation, a, b) => {
                let (a, b) = (a.build(graph), b.build(graph));
                graph.binary(*operation, a, b)
            }
            Self::Compare(comparison, a, b) => {
                let (a, b) = (a.build(graph), b.build(graph));
                graph.compare(*comparison, a, b)
            }
            Self::Not(x) => {
                let x = x.build(graph);
                graph.not(x)
            }
            Self::And(a, b) => {
                let (a, b) = (a.build(graph), b.build(graph));
                graph.and(a, b)
            }
            Self::Or(a, b) => {
                let (a, b) = (a.build(graph), b.build(graph));
                graph.or(a, b)
            }
            Self::Select(c, a, b) => {
                let (c, a, b) = (c.build(graph), a.build(graph), b.build(graph));
                graph.select(c, a, b)
            }
            Self::ToNumber(x) => {
                let x = x.build(graph);
                graph.to_number(x)
            }
            Self::ToBool(x) => {
                let x = x.build(graph);
                graph.to_bool(x)
            }
            Self::IsMissing(x) => {
                let x = x.build(graph);
                graph.is_missing(x)
            }
            Self::Delay(x, rows) => {
                let x = x.build(graph);
                graph.delay(x, *rows)
            }
            Self::Rolling(rolling, x, rows) => {
                let x = x.build(graph);
                build_rolling(graph, *rolling, x, *rows)
            }
            Self::Together(together, x, y, rows) => {
                let (x, y) = (x.build(graph), y.build(graph));
                match together {
                    Together::Cov => graph.ts_cov(x, y, *rows),
                    Together::Corr => graph.ts_corr(x, y, *rows),
                }
            }
            Self::Linear(linear, x) => {
                let x = x.build(graph);
                graph.recurrence(Recurrence::Linear(*linear), x)
            }
            Self::WeightedMean(decay, x) => {
                let x = x.build(graph);
                graph.recurrence(Recurrence::WeightedMean { decay: (*decay).into() }, x)
            }
            Self::Cross(cross, x) => {
                let x = x.build(graph);
                graph.cross(*cross, x, None)
            }
            Self::CrossTogether(cross, x, y) => {
                let (x, y) = (x.build(graph), y.build(graph));
                graph.cross(*cross, x, Some(y))
            }
        }
    }

    /// Returns whether a lane's values depend on other lanes.
    pub(crate) fn looks_across_lanes(&self) -> bool {
        // The debug text names every variant in the tree.
        format!("{self:?}").contains("Cross")
    }

    /// Returns whether it holds an operation that subtracts sums that may all but cancel: what is
    /// left of them may differ in its last places between one lane and many.
    pub(crate) fn subtracts_sums(&self) -> bool {
        let text = format!("{self:?}");
        let names = ["Std", "ZScore", "Slope", "DecayLinear", "Together"];
        names.iter().any(|name| text.contains(name))
    }

    pub(crate) fn is_truth(&self) -> bool {
        let mut graph = Graph::new();
        let node = self.build(&mut graph);
        graph.value_type(node) == ValueType::Bool
    }

    pub(crate) fn evaluate(&self, inputs: &[Values]) -> Values {
        let rows = inputs[0].len();
        let lanes = inputs[0][0].len();
        let map = |x: &Expr, f: &dyn Fn(f64) -> f64| -> Values {
            x.evaluate(inputs).iter().map(|row| row.iter().map(|x| f(*x)).collect()).collect()
        };
        let zip = |a: &Expr, b: &Expr, f: &dyn Fn(f64, f64) -> f64| -> Values {
            let (a, b) = (a.evaluate(inputs), b.evaluate(inputs));
            let row =
                |(a, b): (&Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(a, b)| f(*a, *b)).collect();
            a.iter().zip(&b).map(row).collect()
        };
        match self {
            Self::Input(index) => inputs[*index].clone(),
            Self::Constant(value) => vec![vec![*value; lanes]; rows],
            Self::Unary(operation, x) => map(x, &|x| unary(*operation, x)),
            Self::Binary(operation, a, b) => zip(a, b, &|a, b| binary(*operation, a, b)),
            Self::Compare(comparison, a, b) => zip(a, b, &|a, b| compare(*comparison, a, b)),
            Self::Not(x) => map(x, &|x| 1.0 - x),
            Self::And(a, b) => zip(a, b, &|a, b| match (a, b) {
                (0.0, _) | (_, 0.0) => 0.0,
                (1.0, 1.0) => 1.0,
                _ => f64::NAN,
            }),
            Self::Or(a, b) => zip(a, b, &|a, b| match (a, b) {
                (1.0, _) | (_, 1.0) => 1.0,
                (0.0, 0.0) => 0.0,
                _ => f64::NAN,
            }),
            Self::Select(c, a, b) => {
                let (a, b) = (a.evaluate(inputs), b.evaluate(inputs));
                let mut out = c.evaluate(inputs);
                for (row, out) in out.iter_mut().enumerate() {
                    for (lane, out) in out.iter_mut().enumerate() {
                        *out = match *out {
                            1.0 => a[row][lane],
                            0.0 => b[row][lane],
                            _ => f64::NAN,
                        };
                    }
                }
                out
            }
            Self::ToNumber(x) => x.evaluate(inputs),
            Self::ToBool(x) => map(x, &|x| compare(Compare::Unequal, x, 0.0)),
            Self::IsMissing(x) => map(x, &|x| f64::from(u8::from(x.is_nan()))),
            Self::Delay(x, delay) => {
                if let Some(constant) = x.constant() {
                    return vec![vec![constant; lanes]; rows];
                }
                let x = x.evaluate(inputs);
                let delay = *delay as usize;
                (0..rows)
                    .map(
                        |row| {
                            if row < delay { vec![f64::NAN; lanes] } else { x[row - delay].clone() }
                        },
                    )
                    .collect()
            }
            Self::Rolling(rolling, x, n) => {
                windows(&[x], *n, inputs, &|window| rolling_value(*rolling, &window[0]))
            }
            Self::Together(together, x, y, n) => windows(&[x, y], *n, inputs, &|window| {
                together_value(*together, &window[0], &window[1])
            }),
            Self::Linear(linear, x) => by_lane(&x.evaluate(inputs), &|x| linear_lane(*linear, x)),
            Self::WeightedMean(decay, x) => {
                by_lane(&x.evaluate(inputs), &|x| weighted_mean_lane(*decay, x))
            }
            Self::Cross(cross, x) => {
                x.evaluate(inputs).iter().map(|row| cross_row(*cross, row, None)).collect()
            }
            Self::CrossTogether(cross, x, y) => {
                let (x, y) = (x.evaluate(inputs), y.evaluate(inputs));
                x.iter().zip(&y).map(|(x, y)| cross_row(*cross, x, Some(y))).collect()
            }
        }
    }

    fn constant(&self) -> Option<f64> {
        match self {
            Self::Constant(value) => Some(*value),
            _ => None,
        }
    }
}

fn build_rolling(graph: &mut Graph, rolling: Rolling, x: NodeId, n: u32) -> NodeId {
    match rolling {
        Rolling::Sum => graph.ts_sum(x, n),
        Rolling::Mean => graph.ts_mean(x, n),
        Rolling::Std => graph.ts_std(x, n, 1),
        Rolling::Min => graph.ts_min(x, n),
        Rolling::Max => graph.ts_max(x, n),
        Rolling::ArgMin => graph.ts_argmin(x, n),
        Rolling::ArgMax => graph.ts_argmax(x, n),
        Rolling::Rank => graph.window(Window::Rank, x, n),
        Rolling::ZScore => graph.ts_zscore(x, n),
        Rolling::Slope => graph.ts_slope(x, n),
        Rolling::DecayLinear => graph.ts_decay_linear(x, n),
        Rolling::Skew => graph.window(Window::Skew, x, n),
        Rolling::Quantile(q) => graph.window(Window::Quantile(q.into()), x, n),
        Rolling::MeanDeviation => graph.window(Window::MeanDeviation, x, n),
    }
}

fn unary(operation: Unary, x: f64) -> f64 {
    match operation {
        Unary::Neg => -x,
        Unary::Abs => x.abs(),
        Unary::Sign if x == 0.0 || x.is_nan() => x,
        Unary::Sign => x.signum(),
        Unary::Sqrt => x.sqrt(),
        Unary::Exp => x.exp(),
        Unary::Ln => x.ln(),
        Unary::Sin => x.sin(),
        Unary::Cos => x.cos(),
        Unary::Tan => x.tan(),
        Unary::Tanh => x.tanh(),
        Unary::Floor => x.floor(),
        Unary::Ceil => x.ceil(),
        Unary::Round => x.round_ties_even(),
    }
}

fn binary(operation: Binary, a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    match operation {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Min => a.min(b),
        Binary::Max => a.max(b),
        Binary::Pow => a.powf(b),
        Binary::Mod => a - b * (a / b).floor(),
    }
}

fn compare(comparison: Compare, a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    f64::from(u8::from(match comparison {
        Compare::Less => a < b,
        Compare::LessEqual => a <= b,
        Compare::Equal => a == b,
        Compare::Unequal => a != b,
    }))
}

/// Calls `f` with the windows of each operand, oldest value first; NaN unless all are complete.
fn windows(
    operands: &[&Expr],
    n: u32,
    inputs: &[Values],
    f: &dyn Fn(&[Vec<f64>]) -> f64,
) -> Values {
    let columns: Vec<Values> = operands.iter().map(|x| x.evaluate(inputs)).collect();
    let constant: Vec<Option<f64>> = operands.iter().map(|x| x.constant()).collect();
    let (rows, lanes, n) = (columns[0].len(), columns[0][0].len(), n as usize);
    let value = |row: usize, lane: usize| {
        let window = |operand: usize| -> Option<Vec<f64>> {
            if let Some(value) = constant[operand] {
                return Some(vec![value; n]);
            }
            let first = (row + 1).checked_sub(n)?;
            Some((first..=row).map(|row| columns[operand][row][lane]).collect())
        };
        let all: Option<Vec<Vec<f64>>> = (0..operands.len()).map(window).collect();
        match all {
            Some(all) if all.iter().flatten().all(|x| !x.is_nan()) => f(&all),
            _ => f64::NAN,
        }
    };
    (0..rows).map(|row| (0..lanes).map(|lane| value(row, lane)).collect()).collect()
}

/// The correctly rounded sum: partial sums are kept apart so that nothing is lost (Shewchuk 1997).
fn exact_sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut parts: Vec<f64> = Vec::new();
    for value in values {
        let mut rest = value;
        let mut kept = Vec::new();
        for part in parts {
            let sum = rest + part;
            let (large, small) = if rest.abs() < part.abs() { (part, rest) } else { (rest, part) };
            let error = small - (sum - large);
            if error != 0.0 {
                kept.push(error);
            }
            rest = sum;
        }
        kept.push(rest);
        parts = kept;
    }
    parts.iter().sum()
}

fn mean(x: &[f64]) -> f64 {
    exact_sum(x.iter().copied()) / x.len() as f64
}

fn moment(x: &[f64], y: &[f64]) -> f64 {
    let (x_mean, y_mean) = (mean(x), mean(y));
    x.iter().zip(y).map(|(x, y)| (x - x_mean) * (y - y_mean)).sum()
}

fn is_constant(x: &[f64]) -> bool {
    x.iter().all(|value| *value == x[0])
}

fn deviation(x: &[f64]) -> f64 {
    if is_constant(x) && x.len() > 1 {
        return 0.0;
    }
    (moment(x, x) / (x.len() as f64 - 1.0)).sqrt()
}

fn rolling_value(rolling: Rolling, x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let newest = x[x.len() - 1];
    match rolling {
        Rolling::Sum => mean(x) * n,
        Rolling::Mean => mean(x),
        Rolling::Std => deviation(x),
        Rolling::Min => x.iter().copied().fold(f64::INFINITY, f64::min),
        Rolling::Max => x.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Rolling::ArgMin | Rolling::ArgMax => {
            let best = rolling_value(
                if rolling == Rolling::ArgMin { Rolling::Min } else { Rolling::Max },
                x,
            );
            x.iter().rev().position(|value| *value == best).unwrap() as f64
        }
        Rolling::Rank => {
            let below = x.iter().filter(|value| **value < newest).count() as f64;
            let equal = x.iter().filter(|value| **value == newest).count() as f64;
            (below + (equal + 1.0) / 2.0) / n
        }
        Rolling::ZScore if is_constant(x) => f64::NAN,
        Rolling::ZScore => {
            let distances = x.iter().flat_map(|&x| [newest, -x]);
            exact_sum(distances) / n / deviation(x)
        }
        Rolling::Slope => {
            // Twice the centred row number is an integer: add each value that often.
            let weighted = x.iter().enumerate().flat_map(|(i, &x)| {
                let weight = 2 * i as i64 - (n as i64 - 1);
                std::iter::repeat_n(if weight < 0 { -x } else { x }, weight.unsigned_abs() as usize)
            });
            exact_sum(weighted) / 2.0 / (n * (n * n - 1.0) / 12.0)
        }
        Rolling::DecayLinear => {
            let weighted: f64 = x.iter().enumerate().map(|(i, x)| (i as f64 + 1.0) * x).sum();
            weighted / (n * (n + 1.0) / 2.0)
        }
        Rolling::Skew if is_constant(x) => f64::NAN,
        Rolling::Skew => {
            let m = mean(x);
            let power = |p: i32| x.iter().map(|x| (x - m).powi(p)).sum::<f64>() / n;
            power(3) / power(2).powf(1.5) * (n * (n - 1.0)).sqrt() / (n - 2.0)
        }
        Rolling::Quantile(q) => quantile(x, q),
        Rolling::MeanDeviation => {
            let m = mean(x);
            x.iter().map(|x| (x - m).abs()).sum::<f64>() / n
        }
    }
}

fn quantile(x: &[f64], q: f64) -> f64 {
    let mut sorted = x.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = q * (x.len() as f64 - 1.0);
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    if low == high { low } else { low + (high - low) * place.fract() }
}

fn together_value(together: Together, x: &[f64], y: &[f64]) -> f64 {
    match together {
        Together::Cov => moment(x, y) / (x.len() as f64 - 1.0),
        Together::Corr if is_constant(x) || is_constant(y) => f64::NAN,
        Together::Corr => moment(x, y) / (moment(x, x) * moment(y, y)).sqrt(),
    }
}

fn by_lane(x: &Values, f: &dyn Fn(&[f64]) -> Vec<f64>) -> Values {
    let mut out = x.clone();
    for lane in 0..x[0].len() {
        let column: Vec<f64> = x.iter().map(|row| row[lane]).collect();
        for (row, value) in f(&column).into_iter().enumerate() {
            out[row][lane] = value;
        }
    }
    out
}

fn linear_lane(linear: Linear, x: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = Vec::new();
    let mut y = 0.0;
    x.iter()
        .map(|&x| {
            if !x.is_finite() {
                return f64::NAN;
            }
            values.push(x);
            let after = values.len().saturating_sub(linear.offset as usize);
            if after == 0 {
                return f64::NAN;
            }
            let started = &values[linear.offset as usize..];
            if after <= linear.seed as usize {
                y = started.iter().sum::<f64>() / linear.seed_divisor.value();
            } else {
                y = y * linear.decay.value() + x * linear.gain.value();
            }
            if after >= linear.warm_up as usize { y } else { f64::NAN }
        })
        .collect()
}

fn weighted_mean_lane(decay: f64, x: &[f64]) -> Vec<f64> {
    (0..x.len())
        .map(|row| {
            let weighted = (0..=row)
                .filter(|&i| x[i].is_finite())
                .map(|i| (decay.powi((row - i) as i32), x[i]))
                .fold((0.0, 0.0), |(sum, weights), (weight, x)| {
                    (sum + weight * x, weights + weight)
                });
            if x[row].is_finite() { weighted.0 / weighted.1 } else { f64::NAN }
        })
        .collect()
}

fn cross_row(cross: Cross, x: &[f64], other: Option<&[f64]>) -> Vec<f64> {
    let second = |lane: usize| other.map_or(0.0, |other| other[lane]);
    let present: Vec<usize> =
        (0..x.len()).filter(|&i| x[i].is_finite() && second(i).is_finite()).collect();
    let values: Vec<f64> = present.iter().map(|&i| x[i]).collect();
    let seconds: Vec<f64> = present.iter().map(|&i| second(i)).collect();
    let mut out = vec![f64::NAN; x.len()];
    for &i in &present {
        let n = values.len() as f64;
        out[i] = match cross {
            Cross::Rank => {
                let below = values.iter().filter(|value| **value < x[i]).count() as f64;
                let equal = values.iter().filter(|value| **value == x[i]).count() as f64;
                (below + (equal + 1.0) / 2.0) / n
            }
            Cross::ZScore => (x[i] - mean(&values)) / (moment(&values, &values) / (n - 1.0)).sqrt(),
            Cross::Demean => x[i] - mean(&values),
            Cross::Winsorize(q) => {
                let (low, high) =
                    (quantile(&values, q.value()), quantile(&values, 1.0 - q.value()));
                x[i].max(low).min(high)
            }
            Cross::Scale(total) => {
                x[i] / values.iter().map(|x| x.abs()).sum::<f64>() * total.value()
            }
            Cross::GroupDemean => {
                let same: Vec<f64> =
                    present.iter().filter(|&&j| second(j) == second(i)).map(|&j| x[j]).collect();
                x[i] - mean(&same)
            }
            Cross::Residual => {
                let spread = moment(&seconds, &seconds);
                let slope = if spread > 0.0 { moment(&values, &seconds) / spread } else { 0.0 };
                x[i] - mean(&values) - slope * (second(i) - mean(&seconds))
            }
        };
    }
    out
}
