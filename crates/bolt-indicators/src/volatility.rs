//! Ranges and deviations.

use crate::smoothing::{where_present, wilder, zero_unless};
use crate::{BASE, X, rows};
use bolt_kernel::{Argument, Arguments, Binary, Graph, NodeId, Operator, Unary};

const WILDER: &str = "Wilder, New Concepts in Technical Trading Systems, 1978";
const PRICES: &[&str] = &["high", "low", "close"];

pub(crate) const TABLE: &[Operator] = &[
    Operator {
        name: "TRANGE",
        columns: PRICES,
        warm_up: "1",
        definition: "True range: the largest of high less low and the distances of both from the \
                     previous close.",
        source: WILDER,
        example: "TRANGE[]",
        build: |g, a| vec![true_range(g, a)],
        ..BASE
    },
    Operator {
        name: "ATR",
        columns: PRICES,
        arguments: &[rows(1, 14.0)],
        warm_up: "n",
        definition: "Average true range: Wilder's average of the true range.",
        source: WILDER,
        example: "ATR[14]",
        build: |g, a| vec![atr(g, a)],
        ..BASE
    },
    Operator {
        name: "NATR",
        columns: PRICES,
        arguments: &[rows(1, 14.0)],
        warm_up: "n",
        definition: "Average true range in percent of the close, 0 where the close is 0; over one \
                     row the true range itself, as TA-Lib has it.",
        source: "Forman, Technical Analysis of Stocks and Commodities, May 2006",
        example: "NATR[14]",
        build: |g, a| vec![natr(g, a)],
        ..BASE
    },
    Operator {
        name: "STDDEV",
        arguments: &[X, rows(2, 5.0), Argument::constant("deviations", -1e9, 1e9).or(1.0)],
        definition: "Standard deviation of the last `n` rows, with `n` in the denominator, times \
                     `deviations`.",
        example: "STDDEV[close, 20]",
        build: |g, a| {
            let deviation = g.ts_std(a.node(0), a.rows(0), 0);
            let factor = g.constant(a.constant(1));
            vec![g.binary(Binary::Mul, deviation, factor)]
        },
        ..BASE
    },
    Operator {
        name: "VAR",
        arguments: &[X, rows(2, 5.0)],
        definition: "Variance of the last `n` rows, with `n` in the denominator.",
        example: "VAR[close, 20]",
        build: |g, a| {
            let deviation = g.ts_std(a.node(0), a.rows(0), 0);
            vec![g.binary(Binary::Mul, deviation, deviation)]
        },
        ..BASE
    },
    Operator {
        name: "BBANDS",
        arguments: &[
            X,
            rows(2, 5.0),
            Argument::constant("up", -1e9, 1e9).or(2.0),
            Argument::constant("down", -1e9, 1e9).or(2.0),
        ],
        results: &["upper", "middle", "lower"],
        definition: "Bollinger bands: the mean of the last `n` rows, and that many standard \
                     deviations (`n` in the denominator) above and below.",
        source: "Bollinger, Bollinger on Bollinger Bands, 2001",
        example: "BBANDS[close, 20, 2, 2][\"upper\"]",
        build: bands,
        ..BASE
    },
];

pub(crate) fn true_range(g: &mut Graph, a: &Arguments) -> NodeId {
    let (high, low, close) = (a.column(0), a.column(1), a.column(2));
    let before = g.delay(close, 1);
    let range = g.binary(Binary::Sub, high, low);
    let up = g.binary(Binary::Sub, high, before);
    let down = g.binary(Binary::Sub, low, before);
    let (up, down) = (g.unary(Unary::Abs, up), g.unary(Unary::Abs, down));
    let larger = g.binary(Binary::Max, range, up);
    g.binary(Binary::Max, larger, down)
}

fn atr(g: &mut Graph, a: &Arguments) -> NodeId {
    let range = true_range(g, a);
    wilder(g, range, a.rows(0))
}

fn natr(g: &mut Graph, a: &Arguments) -> NodeId {
    let average = atr(g, a);
    if a.rows(0) == 1 {
        return average;
    }
    let hundred = g.constant(100.0);
    let ratio = g.binary(Binary::Div, average, a.column(2));
    let percent = g.binary(Binary::Mul, ratio, hundred);
    let percent = zero_unless(g, a.column(2), percent);
    where_present(g, average, percent)
}

fn bands(g: &mut Graph, a: &Arguments) -> Vec<NodeId> {
    let middle = g.ts_mean(a.node(0), a.rows(0));
    let deviation = g.ts_std(a.node(0), a.rows(0), 0);
    let (up, down) = (g.constant(a.constant(1)), g.constant(a.constant(2)));
    let above = g.binary(Binary::Mul, deviation, up);
    let below = g.binary(Binary::Mul, deviation, down);
    let upper = g.binary(Binary::Add, middle, above);
    let lower = g.binary(Binary::Sub, middle, below);
    vec![upper, middle, lower]
}
