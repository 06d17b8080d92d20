//! Indicators that weigh prices by volume.

use crate::momentum::typical_price;
use crate::{BASE, rows};
use bolt_kernel::{
    Argument, Arguments, Binary, Compare, Graph, Linear, NodeId, Operator, Recurrence, Unary,
};

pub(crate) const TABLE: &[Operator] = &[
    Operator {
        name: "OBV",
        columns: &["volume"],
        arguments: &[Argument::number("x")],
        warm_up: "0",
        definition: "On-balance volume: the sum of volumes, those of rows on which `x` fell \
                     negative.",
        source: "Granville, New Key to Stock Market Profits, 1963",
        example: "OBV[close]",
        build: |g, a| vec![obv(g, a)],
        ..BASE
    },
    Operator {
        name: "MFI",
        columns: &["high", "low", "close", "volume"],
        arguments: &[rows(2, 14.0)],
        warm_up: "n",
        definition: "Money flow index: typical price times volume of rows on which the typical \
                     price rose, as a percentage of that of rows on which it moved, over `n` rows.",
        source: "Quong and Soudack, Technical Analysis of Stocks and Commodities, March 1989",
        example: "MFI[14]",
        build: |g, a| vec![mfi(g, a)],
        ..BASE
    },
];

/// `yes` where `x` rose, `no` where it fell, zero where it changed by no more than `tolerance` of
/// the values' sum.
fn by_direction(g: &mut Graph, x: NodeId, tolerance: f64, yes: NodeId, no: NodeId) -> NodeId {
    let before = g.delay(x, 1);
    let change = g.binary(Binary::Sub, x, before);
    let (sum, tolerance) = (g.binary(Binary::Add, x, before), g.constant(tolerance));
    let least = g.binary(Binary::Mul, tolerance, sum);
    let least = g.unary(Unary::Abs, least);
    let fall = g.unary(Unary::Neg, change);
    let zero = g.constant(0.0);
    let rose = g.compare(Compare::Less, least, change);
    let fell = g.compare(Compare::Less, least, fall);
    let otherwise = g.select(fell, no, zero);
    g.select(rose, yes, otherwise)
}

fn obv(g: &mut Graph, a: &Arguments) -> NodeId {
    let (x, volume) = (a.node(0), a.column(0));
    let negative = g.unary(Unary::Neg, volume);
    let flow = by_direction(g, x, 0.0, volume, negative);
    // The first row has nothing to compare with and counts in full.
    let before = g.delay(x, 1);
    let first = g.is_missing(before);
    let flow = g.select(first, volume, flow);
    let sum = Linear {
        decay: 1.0.into(),
        gain: 1.0.into(),
        offset: 0,
        seed: 1,
        seed_divisor: 1.0.into(),
        warm_up: 1,
        row_by_row: false,
    };
    g.recurrence(Recurrence::Linear(sum), flow)
}

fn mfi(g: &mut Graph, a: &Arguments) -> NodeId {
    let typical = typical_price(g, a);
    let flow = g.binary(Binary::Mul, typical, a.column(3));
    let zero = g.constant(0.0);
    // Typical prices that differ by rounding alone are equal.
    let into = by_direction(g, typical, 1e-14, flow, zero);
    let out_of = by_direction(g, typical, 1e-14, zero, flow);
    let (into, out_of) = (g.ts_sum(into, a.rows(0)), g.ts_sum(out_of, a.rows(0)));
    let all = g.binary(Binary::Add, into, out_of);
    let ratio = g.binary(Binary::Div, into, all);
    // At negative prices flows are no parts of their sum.
    let (zero, hundred) = (g.constant(0.0), g.constant(100.0));
    let percent = g.binary(Binary::Mul, hundred, ratio);
    let percent = g.binary(Binary::Max, percent, zero);
    let percent = g.binary(Binary::Min, percent, hundred);
    let flows = g.compare(Compare::Less, zero, all);
    g.select(flows, percent, zero)
}
