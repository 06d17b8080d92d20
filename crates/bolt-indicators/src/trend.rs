//! Direction and extremes.

use crate::smoothing::{wilder, zero_unless};
use crate::volatility::true_range;
use crate::{BASE, X, rows};
use bolt_kernel::{
    Argument, Arguments, Binary, Compare, Graph, Linear, NodeId, Operator, Recurrence, Unary,
};

const WILDER: &str = "Wilder, New Concepts in Technical Trading Systems, 1978";
const PRICES: &[&str] = &["high", "low", "close"];
const RANGE: &[&str] = &["high", "low"];

pub(crate) const TABLE: &[Operator] = &[
    Operator {
        name: "MAX",
        arguments: &[X, rows(1, 30.0)],
        definition: "Highest of the last `n` rows.",
        example: "MAX[high, 20]",
        build: |g, a| vec![g.ts_max(a.node(0), a.rows(0))],
        ..BASE
    },
    Operator {
        name: "MIN",
        arguments: &[X, rows(1, 30.0)],
        definition: "Lowest of the last `n` rows.",
        example: "MIN[low, 20]",
        build: |g, a| vec![g.ts_min(a.node(0), a.rows(0))],
        ..BASE
    },
    Operator {
        name: "MIDPRICE",
        columns: RANGE,
        arguments: &[rows(1, 14.0)],
        definition: "Middle between the highest high and the lowest low of the last `n` rows.",
        example: "MIDPRICE[14]",
        build: |g, a| {
            let (highest, lowest) =
                (g.ts_max(a.column(0), a.rows(0)), g.ts_min(a.column(1), a.rows(0)));
            let sum = g.binary(Binary::Add, highest, lowest);
            let two = g.constant(2.0);
            vec![g.binary(Binary::Div, sum, two)]
        },
        ..BASE
    },
    Operator {
        name: "LINEARREG",
        arguments: &[X, rows(2, 14.0)],
        definition: "Value on this row of the least-squares line through the last `n`.",
        example: "LINEARREG[close, 14]",
        build: |g, a| vec![linear_regression(g, a.node(0), a.rows(0))],
        ..BASE
    },
    Operator {
        name: "LINEARREGSLOPE",
        arguments: &[X, rows(2, 14.0)],
        definition: "Slope per row of the least-squares line through the last `n` rows.",
        example: "LINEARREGSLOPE[close, 14]",
        build: |g, a| vec![g.ts_slope(a.node(0), a.rows(0))],
        ..BASE
    },
    Operator {
        name: "AROON",
        columns: RANGE,
        arguments: &[rows(2, 14.0)],
        results: &["down", "up"],
        warm_up: "n",
        definition: "How recent the lowest low and the highest high of the last `n + 1` rows are: \
                     100 for this row, 0 for `n` rows ago.",
        source: "Chande, Technical Analysis of Stocks and Commodities, September 1995",
        example: "AROON[14][\"up\"]",
        build: |g, a| {
            let (down, up) = aroon(g, a);
            vec![down, up]
        },
        ..BASE
    },
    Operator {
        name: "AROONOSC",
        columns: RANGE,
        arguments: &[rows(2, 14.0)],
        warm_up: "n",
        definition: "Aroon up less Aroon down.",
        source: "Chande, Technical Analysis of Stocks and Commodities, September 1995",
        example: "AROONOSC[14]",
        build: |g, a| {
            let (down, up) = aroon(g, a);
            vec![g.binary(Binary::Sub, up, down)]
        },
        ..BASE
    },
    Operator {
        name: "PLUSDI",
        columns: PRICES,
        arguments: &[rows(2, 14.0)],
        warm_up: "n",
        definition: "Plus directional indicator: smoothed upward movement in percent of the \
                     smoothed true range.",
        source: WILDER,
        example: "PLUSDI[14]",
        build: |g, a| vec![directional_indicators(g, a).0],
        ..BASE
    },
    Operator {
        name: "MINUSDI",
        columns: PRICES,
        arguments: &[rows(2, 14.0)],
        warm_up: "n",
        definition: "Minus directional indicator: smoothed downward movement in percent of the \
                     smoothed true range.",
        source: WILDER,
        example: "MINUSDI[14]",
        build: |g, a| vec![directional_indicators(g, a).1],
        ..BASE
    },
    Operator {
        name: "DX",
        columns: PRICES,
        arguments: &[rows(2, 14.0)],
        warm_up: "n",
        definition: "Directional movement index: the distance of both directional indicators in \
                     percent of their sum.",
        source: WILDER,
        example: "DX[14]",
        build: |g, a| vec![directional_index(g, a)],
        ..BASE
    },
    Operator {
        name: "ADX",
        columns: PRICES,
        arguments: &[rows(2, 14.0)],
        warm_up: "2 n - 1",
        definition: "Average directional movement index: Wilder's average of DX.",
        source: WILDER,
        example: "ADX[14]",
        build: |g, a| {
            let index = directional_index(g, a);
            vec![wilder(g, index, a.rows(0))]
        },
        ..BASE
    },
    Operator {
        name: "SAR",
        columns: RANGE,
        arguments: &[
            Argument::constant("acceleration", 0.0, 1e9).or(0.02),
            Argument::constant("maximum", 0.0, 1e9).or(0.2),
        ],
        warm_up: "1",
        definition: "Parabolic stop and reverse: a stop that closes in on the price and changes \
                     sides when touched.",
        source: WILDER,
        example: "SAR[0.02, 0.2]",
        build: |g, a| vec![parabolic(g, a)],
        ..BASE
    },
];

fn linear_regression(g: &mut Graph, x: NodeId, n: u32) -> NodeId {
    let (mean, slope) = (g.ts_mean(x, n), g.ts_slope(x, n));
    let half = g.constant((f64::from(n) - 1.0) / 2.0);
    let rise = g.binary(Binary::Mul, slope, half);
    g.binary(Binary::Add, mean, rise)
}

fn aroon(g: &mut Graph, a: &Arguments) -> (NodeId, NodeId) {
    let n = a.rows(0);
    let (length, unit) = (g.constant(f64::from(n)), g.constant(100.0 / f64::from(n)));
    let (lowest, highest) = (g.ts_argmin(a.column(1), n + 1), g.ts_argmax(a.column(0), n + 1));
    let mut recency = |age: NodeId| {
        let left = g.binary(Binary::Sub, length, age);
        g.binary(Binary::Mul, unit, left)
    };
    (recency(lowest), recency(highest))
}

/// Upward and downward movement of the range.
fn movements(g: &mut Graph, a: &Arguments) -> (NodeId, NodeId) {
    let (high, low) = (a.column(0), a.column(1));
    let (high_before, low_before) = (g.delay(high, 1), g.delay(low, 1));
    let up = g.binary(Binary::Sub, high, high_before);
    let down = g.binary(Binary::Sub, low_before, low);
    let zero = g.constant(0.0);
    let mut larger = |a: NodeId, b: NodeId| {
        let positive = g.compare(Compare::Less, zero, a);
        let exceeds = g.compare(Compare::Less, b, a);
        let counts = g.and(positive, exceeds);
        g.select(counts, a, zero)
    };
    (larger(up, down), larger(down, up))
}

/// Wilder's running sum: it starts as the sum of the first `n - 1` rows.
fn running_sum(g: &mut Graph, x: NodeId, n: u32) -> NodeId {
    let linear = Linear {
        decay: (1.0 - 1.0 / f64::from(n)).into(),
        gain: 1.0.into(),
        offset: 0,
        seed: n - 1,
        seed_divisor: 1.0.into(),
        warm_up: n,
        row_by_row: false,
    };
    g.recurrence(Recurrence::Linear(linear), x)
}

fn directional_indicators(g: &mut Graph, a: &Arguments) -> (NodeId, NodeId) {
    let n = a.rows(0);
    let (up, down) = movements(g, a);
    let range = true_range(g, a);
    let (up, down, range) =
        (running_sum(g, up, n), running_sum(g, down, n), running_sum(g, range, n));
    let hundred = g.constant(100.0);
    let mut indicator = |movement: NodeId| {
        let ratio = g.binary(Binary::Div, movement, range);
        let percent = g.binary(Binary::Mul, hundred, ratio);
        zero_unless(g, range, percent)
    };
    (indicator(up), indicator(down))
}

fn directional_index(g: &mut Graph, a: &Arguments) -> NodeId {
    let (plus, minus) = directional_indicators(g, a);
    let distance = g.binary(Binary::Sub, minus, plus);
    let distance = g.unary(Unary::Abs, distance);
    let sum = g.binary(Binary::Add, minus, plus);
    let ratio = g.binary(Binary::Div, distance, sum);
    let hundred = g.constant(100.0);
    let percent = g.binary(Binary::Mul, hundred, ratio);
    zero_unless(g, sum, percent)
}

/// The range of a row and of the one before, as the parabolic stop sees them.
struct Bars {
    high: NodeId,
    low: NodeId,
    /// Higher of both highs and lower of both lows; on the first row of the stop its own.
    high_of_two: NodeId,
    low_of_two: NodeId,
}

/// A rule of the parabolic stop for one side; the other side's is its mirror image.
struct Stop {
    /// The stop of this row.
    stop: NodeId,
    /// The stop of the next row.
    next: NodeId,
    extreme: NodeId,
    acceleration: NodeId,
    /// Whether the position turned.
    turned: NodeId,
}

fn parabolic(g: &mut Graph, a: &Arguments) -> NodeId {
    let (high, low) = (a.column(0), a.column(1));
    let (high_before, low_before) = (g.delay(high, 1), g.delay(low, 1));
    let first_step = g.constant(a.constant(0).min(a.constant(1)));
    let maximum = g.constant(a.constant(1));
    let (zero, one) = (g.constant(0.0), g.constant(1.0));

    let (started_state, started) = g.state(0.0);
    let (long_state, long) = g.state(0.0);
    let (stop_state, stop) = g.state(0.0);
    let (extreme_state, extreme) = g.state(0.0);
    let (acceleration_state, acceleration) = g.state(0.0);

    // The side of the first row is that of the larger movement since the row before.
    let is_started = g.to_bool(started);
    let (_, down) = movements(g, a);
    let begins_long = g.compare(Compare::LessEqual, down, zero);
    let is_long = g.to_bool(long);
    let is_long = choose(g, is_started, is_long, begins_long);
    let begin_stop = g.select(begins_long, low_before, high_before);
    let begin_extreme = g.select(begins_long, high, low);
    let stop = g.select(is_started, stop, begin_stop);
    let extreme = g.select(is_started, extreme, begin_extreme);
    let acceleration = g.select(is_started, acceleration, first_step);

    let both_high = g.binary(Binary::Max, high_before, high);
    let both_low = g.binary(Binary::Min, low_before, low);
    let bars = Bars {
        high,
        low,
        high_of_two: g.select(is_started, both_high, high),
        low_of_two: g.select(is_started, both_low, low),
    };
    let state = (stop, extreme, acceleration);
    let as_long = long_rule(g, &bars, state, first_step, maximum);
    let as_short = short_rule(g, &bars, state, first_step, maximum);

    let output = g.select(is_long, as_long.stop, as_short.stop);
    let next_stop = g.select(is_long, as_long.next, as_short.next);
    let next_extreme = g.select(is_long, as_long.extreme, as_short.extreme);
    let next_acceleration = g.select(is_long, as_long.acceleration, as_short.acceleration);
    let turned = choose(g, is_long, as_long.turned, as_short.turned);
    let stays = g.not(turned);
    let next_long = choose(g, is_long, stays, turned);
    let next_long = g.select(next_long, one, zero);

    // A row without prices leaves everything as it was.
    let absent = g.is_missing(output);
    for (state, before, next) in [
        (started_state, started, one),
        (long_state, long, next_long),
        (stop_state, stop, next_stop),
        (extreme_state, extreme, next_extreme),
        (acceleration_state, acceleration, next_acceleration),
    ] {
        let next = g.select(absent, before, next);
        g.set_state(state, next);
    }
    output
}

/// A truth value chosen by another.
fn choose(g: &mut Graph, condition: NodeId, yes: NodeId, no: NodeId) -> NodeId {
    let otherwise = g.not(condition);
    let (yes, no) = (g.and(condition, yes), g.and(otherwise, no));
    g.or(yes, no)
}

fn toward(g: &mut Graph, stop: NodeId, extreme: NodeId, acceleration: NodeId) -> NodeId {
    let distance = g.binary(Binary::Sub, extreme, stop);
    let step = g.binary(Binary::Mul, acceleration, distance);
    g.binary(Binary::Add, stop, step)
}

fn long_rule(
    g: &mut Graph,
    bars: &Bars,
    (stop, extreme, acceleration): (NodeId, NodeId, NodeId),
    first_step: NodeId,
    maximum: NodeId,
) -> Stop {
    let turned = g.compare(Compare::LessEqual, bars.low, stop);
    // Turned short: the stop is the last extreme, above both bars.
    let reversed = g.binary(Binary::Max, extreme, bars.high_of_two);
    let after = toward(g, reversed, bars.low, first_step);
    let after_turn = g.binary(Binary::Max, after, bars.high_of_two);
    // Still long: a new high accelerates, and the stop stays below both bars.
    let higher = g.compare(Compare::Less, extreme, bars.high);
    let faster = g.binary(Binary::Add, acceleration, first_step);
    let faster = g.binary(Binary::Min, faster, maximum);
    let new_acceleration = g.select(higher, faster, acceleration);
    let new_extreme = g.binary(Binary::Max, extreme, bars.high);
    let after = toward(g, stop, new_extreme, new_acceleration);
    let after_stay = g.binary(Binary::Min, after, bars.low_of_two);
    Stop {
        stop: g.select(turned, reversed, stop),
        next: g.select(turned, after_turn, after_stay),
        extreme: g.select(turned, bars.low, new_extreme),
        acceleration: g.select(turned, first_step, new_acceleration),
        turned,
    }
}

fn short_rule(
    g: &mut Graph,
    bars: &Bars,
    (stop, extreme, acceleration): (NodeId, NodeId, NodeId),
    first_step: NodeId,
    maximum: NodeId,
) -> Stop {
    let turned = g.compare(Compare::LessEqual, stop, bars.high);
    let reversed = g.binary(Binary::Min, extreme, bars.low_of_two);
    let after = toward(g, reversed, bars.high, first_step);
    let after_turn = g.binary(Binary::Min, after, bars.low_of_two);
    let lower = g.compare(Compare::Less, bars.low, extreme);
    let faster = g.binary(Binary::Add, acceleration, first_step);
    let faster = g.binary(Binary::Min, faster, maximum);
    let new_acceleration = g.select(lower, faster, acceleration);
    let new_extreme = g.binary(Binary::Min, extreme, bars.low);
    let after = toward(g, stop, new_extreme, new_acceleration);
    let after_stay = g.binary(Binary::Max, after, bars.high_of_two);
    Stop {
        stop: g.select(turned, reversed, stop),
        next: g.select(turned, after_turn, after_stay),
        extreme: g.select(turned, bars.high, new_extreme),
        acceleration: g.select(turned, first_step, new_acceleration),
        turned,
    }
}
