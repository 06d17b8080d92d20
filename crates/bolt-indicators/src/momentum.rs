//! Momentum and oscillators.

use crate::smoothing::{ema, rate_of_change, where_present, wilder, zero_unless};
use crate::{BASE, X, rows};
use bolt_kernel::{Argument, Arguments, Binary, Compare, Graph, NodeId, Operator, Unary, Window};

const WILDER: &str = "Wilder, New Concepts in Technical Trading Systems, 1978";

pub(crate) const TABLE: &[Operator] = &[
    Operator {
        name: "RSI",
        arguments: &[X, rows(2, 14.0)],
        warm_up: "n",
        definition: "Relative strength index: Wilder's average of gains as a percentage of that of \
                     gains and losses; 0 where nothing moved.",
        source: WILDER,
        example: "RSI[close, 14]",
        build: |g, a| vec![rsi(g, a.node(0), a.rows(0))],
        ..BASE
    },
    Operator {
        name: "MACD",
        arguments: &[
            X,
            Argument::rows("fast", 2).or(12.0),
            Argument::rows("slow", 2).or(26.0),
            Argument::rows("signal", 1).or(9.0),
        ],
        results: &["macd", "signal", "histogram"],
        warm_up: "Max[fast, slow] + signal - 2",
        definition: "Moving average convergence/divergence: the fast EMA less the slow one, the \
                     EMA of that, and their distance.",
        source: "Appel, Technical Analysis: Power Tools for Active Investors, 2005",
        example: "MACD[close, 12, 26, 9][\"histogram\"]",
        build: macd,
        ..BASE
    },
    Operator {
        name: "ROC",
        arguments: &[X, rows(1, 10.0)],
        warm_up: "n",
        definition: "Rate of change over `n` rows, in percent.",
        example: "ROC[close, 10]",
        build: |g, a| vec![rate_of_change(g, a.node(0), a.rows(0))],
        ..BASE
    },
    Operator {
        name: "MOM",
        arguments: &[X, rows(1, 10.0)],
        warm_up: "n",
        definition: "Momentum: the change over `n` rows.",
        example: "MOM[close, 10]",
        build: |g, a| {
            let before = g.delay(a.node(0), a.rows(0));
            vec![g.binary(Binary::Sub, a.node(0), before)]
        },
        ..BASE
    },
    Operator {
        name: "STOCH",
        columns: &["high", "low", "close"],
        arguments: &[
            Argument::rows("fastK", 1).or(5.0),
            Argument::rows("slowK", 1).or(3.0),
            Argument::rows("slowD", 1).or(3.0),
        ],
        results: &["k", "d"],
        warm_up: "fastK + slowK + slowD - 3",
        definition: "Stochastic oscillator: the close's place in the range of the last `fastK` \
                     rows in percent, averaged over `slowK` rows, and that over `slowD`.",
        source: "Lane, Technical Analysis of Stocks and Commodities, 1984",
        example: "STOCH[14, 3, 3][\"k\"]",
        build: stoch,
        ..BASE
    },
    Operator {
        name: "WILLR",
        columns: &["high", "low", "close"],
        arguments: &[rows(2, 14.0)],
        definition: "Williams' %R: the close's distance from the high of the last `n` rows in \
                     percent of their range, negative.",
        source: "Williams, How I Made One Million Dollars, 1973",
        example: "WILLR[14]",
        build: |g, a| vec![willr(g, a)],
        ..BASE
    },
    Operator {
        name: "CCI",
        columns: &["high", "low", "close"],
        arguments: &[rows(2, 14.0)],
        definition: "Commodity channel index: the typical price's distance from its mean, in units \
                     of 0.015 mean absolute deviations.",
        source: "Lambert, Commodities, October 1980",
        example: "CCI[20]",
        build: |g, a| vec![cci(g, a)],
        ..BASE
    },
];

fn rsi(g: &mut Graph, x: NodeId, n: u32) -> NodeId {
    let before = g.delay(x, 1);
    let change = g.binary(Binary::Sub, x, before);
    let zero = g.constant(0.0);
    let gain = g.binary(Binary::Max, change, zero);
    let fall = g.unary(Unary::Neg, change);
    let loss = g.binary(Binary::Max, fall, zero);
    let (gains, losses) = (wilder(g, gain, n), wilder(g, loss, n));
    let moves = g.binary(Binary::Add, gains, losses);
    let hundred = g.constant(100.0);
    let ratio = g.binary(Binary::Div, gains, moves);
    let strength = g.binary(Binary::Mul, hundred, ratio);
    zero_unless(g, moves, strength)
}

fn macd(g: &mut Graph, a: &Arguments) -> Vec<NodeId> {
    let (x, fast, slow) = (a.node(0), a.rows(0).min(a.rows(1)), a.rows(0).max(a.rows(1)));
    // Both averages begin on the same row.
    let fast = ema(g, x, fast, slow - fast);
    let slow = ema(g, x, slow, 0);
    let line = g.binary(Binary::Sub, fast, slow);
    let signal = ema(g, line, a.rows(2), 0);
    let histogram = g.binary(Binary::Sub, line, signal);
    vec![where_present(g, signal, line), signal, histogram]
}

/// Highest high and lowest low of the last `n` rows.
fn channel(g: &mut Graph, a: &Arguments, n: u32) -> (NodeId, NodeId) {
    (g.ts_max(a.column(0), n), g.ts_min(a.column(1), n))
}

fn stoch(g: &mut Graph, a: &Arguments) -> Vec<NodeId> {
    let (highest, lowest) = channel(g, a, a.rows(0));
    let range = g.binary(Binary::Sub, highest, lowest);
    let hundred = g.constant(100.0);
    let unit = g.binary(Binary::Div, range, hundred);
    let above = g.binary(Binary::Sub, a.column(2), lowest);
    let place = g.binary(Binary::Div, above, unit);
    let place = zero_unless(g, unit, place);
    let k = g.ts_mean(place, a.rows(1));
    let d = g.ts_mean(k, a.rows(2));
    vec![where_present(g, d, k), d]
}

fn willr(g: &mut Graph, a: &Arguments) -> NodeId {
    let (highest, lowest) = channel(g, a, a.rows(0));
    let range = g.binary(Binary::Sub, highest, lowest);
    let minus_hundred = g.constant(-100.0);
    let unit = g.binary(Binary::Div, range, minus_hundred);
    let below = g.binary(Binary::Sub, highest, a.column(2));
    let place = g.binary(Binary::Div, below, unit);
    zero_unless(g, unit, place)
}

/// The mean of high, low and close, the operator's three columns.
pub(crate) fn typical_price(g: &mut Graph, a: &Arguments) -> NodeId {
    let sum = g.binary(Binary::Add, a.column(0), a.column(1));
    let sum = g.binary(Binary::Add, sum, a.column(2));
    let three = g.constant(3.0);
    g.binary(Binary::Div, sum, three)
}

fn cci(g: &mut Graph, a: &Arguments) -> NodeId {
    let typical = typical_price(g, a);
    let mean = g.ts_mean(typical, a.rows(0));
    let distance = g.binary(Binary::Sub, typical, mean);
    let deviation = g.window(Window::MeanDeviation, typical, a.rows(0));
    let unit = g.constant(0.015);
    let scaled = g.binary(Binary::Mul, unit, deviation);
    let index = g.binary(Binary::Div, distance, scaled);
    // Typical prices that differ by rounding alone are equal.
    let (rounding, zero) = (g.constant(1e-14), g.constant(0.0));
    let least = g.binary(Binary::Mul, rounding, mean);
    let least = g.unary(Unary::Abs, least);
    let varies = g.compare(Compare::Less, least, deviation);
    g.select(varies, index, zero)
}
