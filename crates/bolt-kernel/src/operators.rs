//! The operators of this crate.

use crate::graph::{Binary, Compare, Cross, Graph, Linear, NodeId, Recurrence, Unary, Window};
use crate::operator::{ACROSS_ASSETS, Argument, Arguments, Operator};

/// Returns the table of operators that belong to no particular field.
pub fn operators() -> &'static [Operator] {
    OPERATORS
}

const X: Argument = Argument::number("x");
const Y: Argument = Argument::number("y");
const N: Argument = Argument::rows("n", 1);
const TWO_OR_MORE: Argument = Argument::rows("n", 2);

/// An element-wise operator with nothing special about it; the base of most rows.
const BASE: Operator = Operator {
    name: "",
    group: "Arithmetic",
    columns: &[],
    arguments: &[X],
    variadic: false,
    results: &[],
    warm_up: "0",
    definition: "",
    source: "",
    example: "",
    build: |_, _| Vec::new(),
};

const COMPARISON: Operator =
    Operator { group: "Comparison and logic", arguments: &[X, Y], variadic: true, ..BASE };

const ROLLING: Operator =
    Operator { group: "Over time", arguments: &[X, N], warm_up: "n - 1", ..BASE };

const CROSS_SECTION: Operator = Operator { group: ACROSS_ASSETS, ..BASE };

fn unary(graph: &mut Graph, arguments: &Arguments, operation: Unary) -> Vec<NodeId> {
    vec![graph.unary(operation, arguments.node(0))]
}

fn fold(graph: &mut Graph, arguments: &Arguments, operation: Binary) -> Vec<NodeId> {
    let nodes = arguments.nodes();
    let folded =
        nodes[1..].iter().fold(nodes[0], |folded, &node| graph.binary(operation, folded, node));
    vec![folded]
}

/// A chain of comparisons: each of its neighbours compares.
fn chain(graph: &mut Graph, arguments: &Arguments, comparison: Compare, swap: bool) -> Vec<NodeId> {
    let links: Vec<NodeId> = arguments
        .nodes()
        .windows(2)
        .map(|pair| match swap {
            false => graph.compare(comparison, pair[0], pair[1]),
            true => graph.compare(comparison, pair[1], pair[0]),
        })
        .collect();
    vec![links[1..].iter().fold(links[0], |all, &link| graph.and(all, link))]
}

/// True on the row on which `a` comes to be above `b`.
fn cross_above(graph: &mut Graph, a: NodeId, b: NodeId) -> Vec<NodeId> {
    let above = graph.compare(Compare::Less, b, a);
    let (a_before, b_before) = (graph.delay(a, 1), graph.delay(b, 1));
    let not_above_before = graph.compare(Compare::LessEqual, a_before, b_before);
    vec![graph.and(above, not_above_before)]
}

fn running_sum(graph: &mut Graph, arguments: &Arguments) -> Vec<NodeId> {
    let linear = Linear {
        decay: 1.0.into(),
        gain: 1.0.into(),
        offset: 0,
        seed: 1,
        seed_divisor: 1.0.into(),
        warm_up: 1,
        row_by_row: false,
    };
    vec![graph.recurrence(Recurrence::Linear(linear), arguments.node(0))]
}

const OPERATORS: &[Operator] = &[
    Operator {
        name: "Plus",
        variadic: true,
        definition: "The sum, also written `x + y`.",
        example: "high + low",
        build: |g, a| fold(g, a, Binary::Add),
        ..BASE
    },
    Operator {
        name: "Subtract",
        arguments: &[X, Y],
        definition: "The difference, also written `x - y`.",
        example: "high - low",
        build: |g, a| fold(g, a, Binary::Sub),
        ..BASE
    },
    Operator {
        name: "Minus",
        definition: "The negative, also written `-x`.",
        example: "-close",
        build: |g, a| unary(g, a, Unary::Neg),
        ..BASE
    },
    Operator {
        name: "Times",
        variadic: true,
        definition: "The product, also written `x * y`.",
        example: "close * volume",
        build: |g, a| fold(g, a, Binary::Mul),
        ..BASE
    },
    Operator {
        name: "Divide",
        arguments: &[X, Y],
        definition: "The quotient, also written `x / y`; missing for zero by zero.",
        example: "close / open",
        build: |g, a| fold(g, a, Binary::Div),
        ..BASE
    },
    Operator {
        name: "Power",
        arguments: &[X, Y],
        definition: "The power, also written `x^y`; missing for a negative base with a fraction.",
        example: "close^2",
        build: |g, a| fold(g, a, Binary::Pow),
        ..BASE
    },
    Operator {
        name: "Mod",
        arguments: &[X, Y],
        definition: "The remainder `x - y Floor[x/y]`, of the sign of `y`.",
        example: "Mod[close, 10]",
        build: |g, a| fold(g, a, Binary::Mod),
        ..BASE
    },
    Operator {
        name: "Min",
        variadic: true,
        definition: "The smallest; missing if any is.",
        example: "Min[open, close]",
        build: |g, a| fold(g, a, Binary::Min),
        ..BASE
    },
    Operator {
        name: "Max",
        variadic: true,
        definition: "The largest; missing if any is.",
        example: "Max[open, close]",
        build: |g, a| fold(g, a, Binary::Max),
        ..BASE
    },
    Operator {
        name: "Abs",
        definition: "The absolute value.",
        example: "Abs[close - open]",
        build: |g, a| unary(g, a, Unary::Abs),
        ..BASE
    },
    Operator {
        name: "Sign",
        definition: "-1, 0 or 1.",
        example: "Sign[close - open]",
        build: |g, a| unary(g, a, Unary::Sign),
        ..BASE
    },
    Operator {
        name: "Sqrt",
        definition: "The square root; missing below zero.",
        example: "Sqrt[close]",
        build: |g, a| unary(g, a, Unary::Sqrt),
        ..BASE
    },
    Operator {
        name: "Exp",
        definition: "e to the power of `x`.",
        example: "Exp[close / 100]",
        build: |g, a| unary(g, a, Unary::Exp),
        ..BASE
    },
    Operator {
        name: "Log",
        definition: "The natural logarithm; missing below zero. `Log[b, x]` is to base `b`.",
        example: "Log[close]",
        build: |g, a| unary(g, a, Unary::Ln),
        ..BASE
    },
    Operator {
        name: "Sin",
        definition: "The sine of an angle in radians.",
        example: "Sin[close]",
        build: |g, a| unary(g, a, Unary::Sin),
        ..BASE
    },
    Operator {
        name: "Cos",
        definition: "The cosine of an angle in radians.",
        example: "Cos[close]",
        build: |g, a| unary(g, a, Unary::Cos),
        ..BASE
    },
    Operator {
        name: "Tan",
        definition: "The tangent of an angle in radians.",
        example: "Tan[close]",
        build: |g, a| unary(g, a, Unary::Tan),
        ..BASE
    },
    Operator {
        name: "Tanh",
        definition: "The hyperbolic tangent.",
        example: "Tanh[close / open - 1]",
        build: |g, a| unary(g, a, Unary::Tanh),
        ..BASE
    },
    Operator {
        name: "Floor",
        definition: "The largest whole number that is not above `x`.",
        example: "Floor[close]",
        build: |g, a| unary(g, a, Unary::Floor),
        ..BASE
    },
    Operator {
        name: "Ceiling",
        definition: "The smallest whole number that is not below `x`.",
        example: "Ceiling[close]",
        build: |g, a| unary(g, a, Unary::Ceil),
        ..BASE
    },
    Operator {
        name: "Round",
        definition: "The nearest whole number, halves to even.",
        example: "Round[close]",
        build: |g, a| unary(g, a, Unary::Round),
        ..BASE
    },
    Operator {
        name: "Less",
        definition: "Whether each is below the next, also written `x < y`.",
        example: "close < open",
        build: |g, a| chain(g, a, Compare::Less, false),
        ..COMPARISON
    },
    Operator {
        name: "LessEqual",
        definition: "Whether none is above the next, also written `x <= y`.",
        example: "close <= open",
        build: |g, a| chain(g, a, Compare::LessEqual, false),
        ..COMPARISON
    },
    Operator {
        name: "Greater",
        definition: "Whether each is above the next, also written `x > y`.",
        example: "close > open",
        build: |g, a| chain(g, a, Compare::Less, true),
        ..COMPARISON
    },
    Operator {
        name: "GreaterEqual",
        definition: "Whether none is below the next, also written `x >= y`.",
        example: "close >= open",
        build: |g, a| chain(g, a, Compare::LessEqual, true),
        ..COMPARISON
    },
    Operator {
        name: "Equal",
        definition: "Whether all are equal, also written `x == y`.",
        example: "close == open",
        build: |g, a| chain(g, a, Compare::Equal, false),
        ..COMPARISON
    },
    Operator {
        name: "Unequal",
        variadic: false,
        definition: "Whether they differ, also written `x != y`.",
        example: "close != open",
        build: |g, a| chain(g, a, Compare::Unequal, false),
        ..COMPARISON
    },
    Operator {
        name: "And",
        arguments: &[Argument::truth("a")],
        definition: "Whether all are true, also written `a && b`; false if any is false, even if \
                     another is missing.",
        example: "close > open && close > 100",
        build: |g, a| vec![a.nodes()[1..].iter().fold(a.node(0), |all, &next| g.and(all, next))],
        ..COMPARISON
    },
    Operator {
        name: "Or",
        arguments: &[Argument::truth("a")],
        definition: "Whether any is true, also written `a || b`; true if any is true, even if \
                     another is missing.",
        example: "close > open || close > 100",
        build: |g, a| vec![a.nodes()[1..].iter().fold(a.node(0), |all, &next| g.or(all, next))],
        ..COMPARISON
    },
    Operator {
        name: "Not",
        arguments: &[Argument::truth("a")],
        variadic: false,
        definition: "The opposite, also written `!a`; missing if `a` is.",
        example: "!(close > open)",
        build: |g, a| vec![g.not(a.node(0))],
        ..COMPARISON
    },
    Operator {
        name: "Xor",
        arguments: &[Argument::truth("a"), Argument::truth("b")],
        variadic: false,
        definition: "Whether exactly one is true; missing if either is.",
        example: "Xor[close > open, close > 100]",
        build: |g, a| {
            let (a, b) = (g.to_number(a.node(0)), g.to_number(a.node(1)));
            vec![g.compare(Compare::Unequal, a, b)]
        },
        ..COMPARISON
    },
    Operator {
        name: "Where",
        arguments: &[Argument::truth("c"), X, Y],
        variadic: false,
        definition: "`x` where the condition is true, `y` where it is false, missing where it is.",
        example: "Where[close > open, high, low]",
        build: |g, a| vec![g.select(a.node(0), a.node(1), a.node(2))],
        ..COMPARISON
    },
    Operator {
        name: "Boole",
        arguments: &[Argument::truth("a")],
        variadic: false,
        definition: "1 for true, 0 for false.",
        example: "Boole[close > open]",
        build: |g, a| vec![g.to_number(a.node(0))],
        ..COMPARISON
    },
    Operator {
        name: "MissingQ",
        arguments: &[X],
        variadic: false,
        definition: "Whether the value is missing; never missing itself.",
        example: "MissingQ[volume]",
        build: |g, a| vec![g.is_missing(a.node(0))],
        ..COMPARISON
    },
    Operator {
        name: "CrossAbove",
        variadic: false,
        definition: "An event: true on the row on which `x` is above `y` and was not on the row \
                     before.",
        example: "CrossAbove[SMA[close, 10], SMA[close, 30]]",
        build: |g, a| cross_above(g, a.node(0), a.node(1)),
        ..COMPARISON
    },
    Operator {
        name: "CrossBelow",
        variadic: false,
        definition: "An event: true on the row on which `x` is below `y` and was not on the row \
                     before.",
        example: "CrossBelow[RSI[close, 14], 30]",
        build: |g, a| cross_above(g, a.node(1), a.node(0)),
        ..COMPARISON
    },
    Operator {
        name: "Delay",
        arguments: &[X, Argument::rows("n", 0).or(1.0)],
        warm_up: "n",
        definition: "The value `n` rows ago.",
        example: "Delay[close, 1]",
        build: |g, a| vec![g.delay(a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "Delta",
        arguments: &[X, Argument::rows("n", 0).or(1.0)],
        warm_up: "n",
        definition: "The change over `n` rows: `x - Delay[x, n]`.",
        example: "Delta[close, 5]",
        build: |g, a| {
            let before = g.delay(a.node(0), a.rows(0));
            vec![g.binary(Binary::Sub, a.node(0), before)]
        },
        ..ROLLING
    },
    Operator {
        name: "TsSum",
        definition: "The sum of the last `n` rows.",
        example: "TsSum[volume, 20]",
        build: |g, a| vec![g.ts_sum(a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsMean",
        definition: "The mean of the last `n` rows.",
        example: "TsMean[close, 20]",
        build: |g, a| vec![g.ts_mean(a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsStd",
        arguments: &[X, TWO_OR_MORE],
        definition: "The standard deviation of the last `n` rows, with `n - 1` in the denominator; \
                     zero where they are equal.",
        example: "TsStd[close, 20]",
        build: |g, a| vec![g.ts_std(a.node(0), a.rows(0), 1)],
        ..ROLLING
    },
    Operator {
        name: "TsMin",
        definition: "The smallest of the last `n` rows.",
        example: "TsMin[low, 20]",
        build: |g, a| vec![g.ts_min(a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsMax",
        definition: "The largest of the last `n` rows.",
        example: "TsMax[high, 20]",
        build: |g, a| vec![g.ts_max(a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsArgMin",
        definition: "How many rows ago the smallest of the last `n` rows was, 0 for this one; the \
                     newest of equal ones.",
        example: "TsArgMin[low, 20]",
        build: |g, a| vec![g.ts_argmin(a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsArgMax",
        definition: "How many rows ago the largest of the last `n` rows was, 0 for this one; the \
                     newest of equal ones.",
        example: "TsArgMax[high, 20]",
        build: |g, a| vec![g.ts_argmax(a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsRank",
        definition: "The rank of this row among the last `n`, from `1/n` for the smallest to 1 for \
                     the largest; ties share their average rank.",
        example: "TsRank[volume, 20]",
        build: |g, a| vec![g.window(Window::Rank, a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsZScore",
        arguments: &[X, TWO_OR_MORE],
        definition: "The distance of this row from the mean of the last `n` in their standard \
                     deviations (`n - 1`); missing where they are equal.",
        example: "TsZScore[close, 20]",
        build: |g, a| vec![g.ts_zscore(a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsCorr",
        arguments: &[X, Y, TWO_OR_MORE],
        definition: "Pearson's correlation over the last `n` rows; missing where either stands \
                     still.",
        example: "TsCorr[close, volume, 20]",
        build: |g, a| vec![g.ts_corr(a.node(0), a.node(1), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsCov",
        arguments: &[X, Y, TWO_OR_MORE],
        definition: "The covariance over the last `n` rows, with `n - 1` in the denominator.",
        example: "TsCov[close, volume, 20]",
        build: |g, a| vec![g.ts_cov(a.node(0), a.node(1), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsSlope",
        arguments: &[X, TWO_OR_MORE],
        definition: "The slope per row of the least-squares line through the last `n` rows.",
        example: "TsSlope[close, 20]",
        build: |g, a| vec![g.ts_slope(a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsDecayLinear",
        definition: "The mean of the last `n` rows with weights `n` for this one down to 1.",
        example: "TsDecayLinear[close, 10]",
        build: |g, a| vec![g.ts_decay_linear(a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsEwm",
        warm_up: "0",
        definition: "The mean of all rows so far, each with the weight `(1 - a)^age`, \
                     `a = 2/(n + 1)`; missing rows have no weight but age.",
        example: "TsEwm[close, 10]",
        build: |g, a| {
            let decay = 1.0 - 2.0 / (f64::from(a.rows(0)) + 1.0);
            vec![g.recurrence(Recurrence::WeightedMean { decay: decay.into() }, a.node(0))]
        },
        ..ROLLING
    },
    Operator {
        name: "TsSkew",
        arguments: &[X, Argument::rows("n", 3)],
        definition: "The adjusted Fisher-Pearson skewness of the last `n` rows; missing where they \
                     are equal.",
        source: "Joanes and Gill, Comparing measures of sample skewness and kurtosis, 1998",
        example: "TsSkew[Delta[close], 20]",
        build: |g, a| vec![g.window(Window::Skew, a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsQuantile",
        arguments: &[X, N, Argument::constant("q", 0.0, 1.0)],
        definition: "The `q`-quantile of the last `n` rows, linear between order statistics.",
        source: "Hyndman and Fan, Sample quantiles in statistical packages, 1996, type 7",
        example: "TsQuantile[close, 20, 0.9]",
        build: |g, a| vec![g.window(Window::Quantile(a.constant(1).into()), a.node(0), a.rows(0))],
        ..ROLLING
    },
    Operator {
        name: "TsCumSum",
        arguments: &[X],
        warm_up: "0",
        definition: "The sum of all rows so far, missing ones left out.",
        example: "TsCumSum[volume]",
        build: running_sum,
        ..ROLLING
    },
    Operator {
        name: "CsRank",
        definition: "The rank among the assets of the row, from `1/count` for the smallest to 1; \
                     ties share their average rank.",
        example: "CsRank[close]",
        build: |g, a| vec![g.cross(Cross::Rank, a.node(0), None)],
        ..CROSS_SECTION
    },
    Operator {
        name: "CsZScore",
        definition: "The distance from the mean of the row in its standard deviations (of a \
                     sample).",
        example: "CsZScore[close]",
        build: |g, a| vec![g.cross(Cross::ZScore, a.node(0), None)],
        ..CROSS_SECTION
    },
    Operator {
        name: "CsDemean",
        definition: "The distance from the mean of the row.",
        example: "CsDemean[close]",
        build: |g, a| vec![g.cross(Cross::Demean, a.node(0), None)],
        ..CROSS_SECTION
    },
    Operator {
        name: "CsWinsorize",
        arguments: &[X, Argument::constant("q", 0.0, 0.5).or(0.01)],
        definition: "The value, clipped to the `q`- and `1 - q`-quantiles of the row.",
        example: "CsWinsorize[close, 0.05]",
        build: |g, a| vec![g.cross(Cross::Winsorize(a.constant(0).into()), a.node(0), None)],
        ..CROSS_SECTION
    },
    Operator {
        name: "CsScale",
        arguments: &[X, Argument::constant("total", 0.0, 1e9).or(1.0)],
        definition: "The value times what makes the absolute values of the row sum to `total`.",
        example: "CsScale[close]",
        build: |g, a| vec![g.cross(Cross::Scale(a.constant(0).into()), a.node(0), None)],
        ..CROSS_SECTION
    },
    Operator {
        name: "CsNeutralize",
        arguments: &[X, Argument::number("group")],
        definition: "The distance from the mean of the assets of the same group, such as a sector.",
        example: "CsNeutralize[close, Round[volume / 1000]]",
        build: |g, a| vec![g.cross(Cross::GroupDemean, a.node(0), Some(a.node(1)))],
        ..CROSS_SECTION
    },
    Operator {
        name: "CsResidual",
        arguments: &[X, Y],
        definition: "What the row's regression of `x` on `y` leaves over.",
        example: "CsResidual[close, volume]",
        build: |g, a| vec![g.cross(Cross::Residual, a.node(0), Some(a.node(1)))],
        ..CROSS_SECTION
    },
];
