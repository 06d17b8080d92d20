//! Moving averages.

use crate::{BASE, X, rows};
use bolt_kernel::{Binary, Graph, Linear, NodeId, Operator, Recurrence};

pub(crate) const TABLE: &[Operator] = &[
    Operator {
        name: "SMA",
        arguments: &[X, rows(1, 30.0)],
        definition: "Simple moving average: the mean of the last `n` rows.",
        example: "SMA[close, 20]",
        build: |g, a| vec![g.ts_mean(a.node(0), a.rows(0))],
        ..BASE
    },
    Operator {
        name: "EMA",
        arguments: &[X, rows(1, 30.0)],
        definition: "Exponential moving average: each row moves it by `2/(n + 1)` of the distance; \
                     it starts as the mean of the first `n`.",
        example: "EMA[close, 20]",
        build: |g, a| vec![ema(g, a.node(0), a.rows(0), 0)],
        ..BASE
    },
    Operator {
        name: "WMA",
        arguments: &[X, rows(1, 30.0)],
        definition: "Weighted moving average, weights from `n` for this row down to 1.",
        example: "WMA[close, 20]",
        build: |g, a| vec![g.ts_decay_linear(a.node(0), a.rows(0))],
        ..BASE
    },
    Operator {
        name: "DEMA",
        arguments: &[X, rows(1, 30.0)],
        warm_up: "2 n - 2",
        definition: "Double exponential moving average: twice the EMA less its EMA.",
        source: "Mulloy, Technical Analysis of Stocks and Commodities, February 1994",
        example: "DEMA[close, 20]",
        build: |g, a| vec![dema(g, a.node(0), a.rows(0))],
        ..BASE
    },
    Operator {
        name: "TEMA",
        arguments: &[X, rows(1, 30.0)],
        warm_up: "3 n - 3",
        definition: "Triple exponential moving average: `3 e1 - 3 e2 + e3`, each the EMA of the one \
                     before.",
        source: "Mulloy, Technical Analysis of Stocks and Commodities, February 1994",
        example: "TEMA[close, 20]",
        build: |g, a| vec![tema(g, a.node(0), a.rows(0))],
        ..BASE
    },
    Operator {
        name: "TRIX",
        arguments: &[X, rows(1, 30.0)],
        warm_up: "3 n - 2",
        definition: "Change in percent over one row of the EMA of the EMA of the EMA.",
        source: "Hutson, Technical Analysis of Stocks and Commodities, 1983",
        example: "TRIX[close, 15]",
        build: |g, a| vec![trix(g, a.node(0), a.rows(0))],
        ..BASE
    },
];

/// Exponential moving average that begins at the `offset`th value.
pub(crate) fn ema(g: &mut Graph, x: NodeId, n: u32, offset: u32) -> NodeId {
    g.recurrence(Recurrence::Linear(ema_parameters(n, offset)), x)
}

fn ema_parameters(n: u32, offset: u32) -> Linear {
    let gain = 2.0 / (f64::from(n) + 1.0);
    Linear {
        decay: (1.0 - gain).into(),
        gain: gain.into(),
        offset,
        seed: n,
        seed_divisor: f64::from(n).into(),
        warm_up: n,
        row_by_row: false,
    }
}

/// Wilder's moving average: each row moves it by `1/n` of the distance.
pub(crate) fn wilder(g: &mut Graph, x: NodeId, n: u32) -> NodeId {
    let gain = 1.0 / f64::from(n);
    let linear = Linear {
        decay: (1.0 - gain).into(),
        gain: gain.into(),
        offset: 0,
        seed: n,
        seed_divisor: f64::from(n).into(),
        warm_up: n,
        row_by_row: false,
    };
    g.recurrence(Recurrence::Linear(linear), x)
}

fn dema(g: &mut Graph, x: NodeId, n: u32) -> NodeId {
    let first = ema(g, x, n, 0);
    let second = ema(g, first, n, 0);
    let two = g.constant(2.0);
    let doubled = g.binary(Binary::Mul, two, first);
    g.binary(Binary::Sub, doubled, second)
}

fn tema(g: &mut Graph, x: NodeId, n: u32) -> NodeId {
    let first = ema(g, x, n, 0);
    let second = ema(g, first, n, 0);
    let third = ema(g, second, n, 0);
    let three = g.constant(3.0);
    let distance = g.binary(Binary::Sub, first, second);
    let tripled = g.binary(Binary::Mul, three, distance);
    g.binary(Binary::Add, tripled, third)
}

fn trix(g: &mut Graph, x: NodeId, n: u32) -> NodeId {
    // A change from row to row is a few thousandths of a percent: rounding would be part of it.
    let parameters = Linear { row_by_row: true, ..ema_parameters(n, 0) };
    let third = (0..3).fold(x, |x, _| g.recurrence(Recurrence::Linear(parameters), x));
    rate_of_change(g, third, 1)
}

/// The change over `n` rows in percent; zero from zero.
pub(crate) fn rate_of_change(g: &mut Graph, x: NodeId, n: u32) -> NodeId {
    let before = g.delay(x, n);
    let (one, hundred) = (g.constant(1.0), g.constant(100.0));
    let ratio = g.binary(Binary::Div, x, before);
    let change = g.binary(Binary::Sub, ratio, one);
    let percent = g.binary(Binary::Mul, change, hundred);
    zero_unless(g, before, percent)
}

/// `value`, or zero where `divisor` is zero: TA-Lib's answer to a division by zero.
pub(crate) fn zero_unless(g: &mut Graph, divisor: NodeId, value: NodeId) -> NodeId {
    let zero = g.constant(0.0);
    let divides = g.to_bool(divisor);
    g.select(divides, value, zero)
}

/// `value` where `other` is there: results of one indicator begin together.
pub(crate) fn where_present(g: &mut Graph, other: NodeId, value: NodeId) -> NodeId {
    let missing = g.constant(f64::NAN);
    let absent = g.is_missing(other);
    g.select(absent, missing, value)
}
