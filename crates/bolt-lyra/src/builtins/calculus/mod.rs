//! Calculus.

mod analysis;
mod check;
mod definite;
pub(crate) mod derivative;
mod derivative_table;
mod dsolve;
pub(crate) mod formula;
mod gosper;
mod integral;
pub(crate) mod integrate;
pub(crate) mod interpolating;
pub(crate) mod limit;
mod ndsolve;
pub(crate) mod numeric;
mod numerical;
pub(crate) mod operator;
mod partial;
mod pieces;
mod poly;
mod quadrature;
mod recurrences;
mod roots;
pub(crate) mod series;
pub(crate) mod summation;
mod sums;
mod symbolic_order;
pub(crate) mod terms;
mod transforms;
mod vector;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;

/// The tables of the topics.
pub(super) const TABLES: &[&[Builtin]] = &[
    TABLE,
    analysis::TABLE,
    interpolating::TABLE,
    ndsolve::TABLE,
    numerical::TABLE,
    recurrences::TABLE,
    series::TABLE,
    transforms::convolution::TABLE,
    transforms::fourier::TABLE,
    transforms::fourier_series::TABLE,
    transforms::generalized::TABLE,
    transforms::laplace::TABLE,
    transforms::sequences::TABLE,
    vector::TABLE,
];

const TABLE: &[Builtin] = &[
    builtin(
        "D",
        Attributes::READ_PROTECTED,
        partial::partial,
        "D[f, x] is the partial derivative of f by x; D[f, {x, n}] the n-th one; D[f, x, y] by x \
         and then by y; D[f, {{x, y}}] the list of the derivatives by x and by y. The option \
         NonConstants lists symbols that depend on the variable.",
        &[("D[x^n, x]", "n*x^(-1 + n)"), ("D[Sin[a x], {x, 2}]", "-(a^2*Sin[a*x])")],
    ),
    builtin(
        "Dt",
        Attributes::NONE,
        partial::total,
        "Dt[f] is the total differential of f; Dt[f, x] the total derivative by x, on which all \
         other symbols may depend but those that the option Constants lists.",
        &[
            ("Dt[x^2 y, Constants -> {y}]", "2*x*y*Dt[x, Constants -> {y}]"),
            ("Dt[a x, x]", "a + x*Dt[a, x]"),
        ],
    ),
    builtin(
        "Derivative",
        Attributes::N_HOLD_ALL,
        |_, _| Ok(Step::Same),
        "Derivative[n][f] or f' is the n-th derivative of a function of one argument; \
         Derivative[m, n][f] is that of a function of two, m times by the first and n times by \
         the second.",
        &[("Derivative[1][Sin]", "Cos[#]&"), ("(#^3 &)''[x]", "6*x")],
    ),
    builtin(
        "Integrate",
        Attributes::READ_PROTECTED,
        integral::integrate,
        "Integrate[f, x] is an antiderivative of f by x; Integrate[f, {x, a, b}] the integral of f \
         from a to b; Integrate[f, {x, a, b}, {y, c, d}] an integral over x of one over y. The option \
         Assumptions says what holds of symbols; conditions on them that are not assumed are given \
         with the result unless GenerateConditions is False. PrincipalValue -> True takes pieces \
         about poles that are symmetric.",
        &[
            ("Integrate[x^2 + 1/x, x]", "x^3/3 + Log[x]"),
            ("Integrate[Sin[x], {x, 0, Pi}]", "2"),
            ("Integrate[x^n, {x, 0, 1}, Assumptions -> n > 0]", "(1 + n)^-1"),
            ("Integrate[1/x, {x, -1, 2}, PrincipalValue -> True]", "Log[2]"),
        ],
    ),
    builtin(
        "Limit",
        Attributes::NONE,
        limit::limit,
        "Limit[f, x -> a] is the limit of f for x to a, which may be infinite. The option Direction \
         is \"FromAbove\" or -1, or \"FromBelow\" or 1; Assumptions says what holds of other symbols.",
        &[
            ("Limit[Sin[x]/x, x -> 0]", "1"),
            ("Limit[(1 + 1/n)^n, n -> Infinity]", "E"),
            ("Limit[1/x, x -> 0, Direction -> \"FromBelow\"]", "-Infinity"),
        ],
    ),
    builtin(
        "DSolve",
        Attributes::NONE,
        dsolve::dsolve,
        "DSolve[equation, y[x], x] is a list of solutions of a differential equation for y[x] with \
         the constants C[1], C[2], ...; DSolve[{equation, y[a] == b}, y[x], x] fits them to \
         conditions; DSolve[equations, {y[x], z[x]}, x] solves a linear system with constant \
         coefficients; DSolve[equation, y, x] gives functions.",
        &[
            ("DSolve[y'[x] == 2 y[x], y[x], x]", "{{y[x] -> E^(2*x)*C[1]}}"),
            ("DSolve[{y''[x] + y[x] == 0, y[0] == 0, y'[0] == 1}, y[x], x]", "{{y[x] -> Sin[x]}}"),
        ],
    ),
];
