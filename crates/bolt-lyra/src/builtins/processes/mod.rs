//! Series of values in time, random processes, and what is estimated of them.

mod arma;
mod objects;
mod random;
mod series;
#[cfg(test)]
mod tests;

use triomphe::Arc;

pub(super) use objects::{apply, combined, words};

use super::{Builtin, builtin};
use crate::array::Elements;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

/// The functions of this folder.
pub(super) const TABLES: &[&[Builtin]] = &[TABLE, random::TABLE, series::TABLE];

const TABLE: &[Builtin] = &[builtin(
    "EstimatedProcess",
    NONE,
    estimated,
    "EstimatedProcess[data, process] is the process with the parameters that make a list or \
         TimeSeries most likely: ARProcess[p], MAProcess[q], ARMAProcess[p, q] and \
         ARIMAProcess[p, d, q] by their exact likelihood, with a constant; WienerProcess[m, s], \
         GeometricBrownianMotionProcess[m, s, x0], OrnsteinUhlenbeckProcess[m, s, k] and \
         PoissonProcess[m].",
    &[
        ("EstimatedProcess[{0, 1, 3, 4}, PoissonProcess[m]]", "PoissonProcess[1.3333333333333333]"),
        ("EstimatedProcess[TimeSeries[{0, 1, 0, 3}], WienerProcess[m, s]][[1]]", "1."),
        (
            "SeedRandom[5]; With[{p = EstimatedProcess[RandomFunction[ARProcess[{0.6}, 2], {1, 200}], ARProcess[1]]}, Abs[p[[2, 1]] - 0.6] < 0.2 && Abs[p[[3]] - 2] < 0.8]",
            "True",
        ),
    ],
)];

/// The rules of `EstimatedProcess`.
const ESTIMATED: &str = "{EstimatedProcess[\"Process\", ARProcess[__], f_] :> ARProcess[f[[1]], f[[2]], f[[4]]],
          EstimatedProcess[\"Process\", MAProcess[__], f_] :> MAProcess[f[[1]], f[[3]], f[[4]]],
          EstimatedProcess[\"Process\", ARMAProcess[__], f_] :> ARMAProcess[f[[1]], f[[2]], f[[3]], f[[4]]],
          EstimatedProcess[\"Process\", ARIMAProcess[_, d_, _], f_] :> ARIMAProcess[f[[1]], f[[2]], d, f[[3]], f[[4]]],
          EstimatedProcess[TimeSeries[v_, _], p : (ARProcess | MAProcess | ARMAProcess | ARIMAProcess)[__]] :> EstimatedProcess[v, p],
          EstimatedProcess[x_List, ARProcess[___, a_List, _]] :> EstimatedProcess[x, ARProcess[Length[a]]],
          EstimatedProcess[x_List, MAProcess[___, b_List, _]] :> EstimatedProcess[x, MAProcess[Length[b]]],
          EstimatedProcess[x_List, ARMAProcess[___, a_List, b_List, _]] :> EstimatedProcess[x, ARMAProcess[Length[a], Length[b]]],
          EstimatedProcess[x_List, s : ARProcess[p_Integer]] :> With[{f = EstimatedProcess[\"Linear\", x, p, 0]}, EstimatedProcess[\"Process\", s, f] /; ListQ[f]],
          EstimatedProcess[x_List, s : MAProcess[q_Integer]] :> With[{f = EstimatedProcess[\"Linear\", x, 0, q]}, EstimatedProcess[\"Process\", s, f] /; ListQ[f]],
          EstimatedProcess[x_List, s : ARMAProcess[p_Integer, q_Integer]] :> With[{f = EstimatedProcess[\"Linear\", x, p, q]}, EstimatedProcess[\"Process\", s, f] /; ListQ[f]],
          EstimatedProcess[x_List, s : ARIMAProcess[p_Integer, d_Integer, q_Integer]] /; VectorQ[x, NumericQ] && d >= 0 :> With[{f = EstimatedProcess[\"Linear\", Differences[N[x], d], p, q]}, EstimatedProcess[\"Process\", s, f] /; ListQ[f]],
          EstimatedProcess[x_List, p_] /; VectorQ[x, NumericQ] && !MatchQ[p, _ARProcess | _MAProcess | _ARMAProcess | _ARIMAProcess] :> EstimatedProcess[TimeSeries[x], p],
          EstimatedProcess[TimeSeries[v_, {t_}], WienerProcess[_, _]] /; VectorQ[v, NumericQ] && Length[v] > 2 :> With[{m = N[(Last[v] - First[v])/(Last[t] - First[t])], d = Differences[N[t]]}, WienerProcess[m, Sqrt[Mean[(Differences[N[v]] - m d)^2/d]]]],
          EstimatedProcess[TimeSeries[v_, t_], GeometricBrownianMotionProcess[_, _, ___]] /; VectorQ[v, NumericQ] && Length[v] > 2 && Min[v] > 0 :> With[{w = EstimatedProcess[TimeSeries[Log[N[v]], t], WienerProcess[$m, $s]]}, GeometricBrownianMotionProcess[w[[1]] + w[[2]]^2/2, w[[2]], N[First[v]]]],
          EstimatedProcess[TimeSeries[v_, {t_}], OrnsteinUhlenbeckProcess[_, _, _]] /; VectorQ[v, NumericQ] && Length[v] > 3 && Variance[v] != 0 && With[{d = Differences[N[t]]}, Max[d] - Min[d] <= 10^-6 Max[d]] :> With[{x = N[Most[v]], y = N[Rest[v]], h = N[(Last[t] - First[t])/(Length[t] - 1)]}, With[{g = Covariance[x, y]/Variance[x]}, With[{m = (Mean[y] - g Mean[x])/(1 - g), e = Mean[(y - Mean[y] - g (x - Mean[x]))^2]}, OrnsteinUhlenbeckProcess[m, Sqrt[2 e (-Log[g]/h)/(1 - g^2)], -Log[g]/h] /; 0 < g < 1]]],
          EstimatedProcess[TimeSeries[v_, {t_}], PoissonProcess[_]] /; VectorQ[v, NumericQ] && Length[v] > 1 :> PoissonProcess[N[(Last[v] - First[v])/(Last[t] - First[t])]]}";

/// Fits a linear process for the rules, `EstimatedProcess["Linear", data, p, q]`, as `{constant,
/// {a}, {b}, variance, log likelihood, residuals}`; anything else by the rules.
fn estimated(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [Value::String(name), data, p, q] = call.args() else {
        return session.by_rules(call, ESTIMATED);
    };
    let (Some(p), Some(q), "Linear") = (p.as_usize(), q.as_usize(), name.as_str()) else {
        return Ok(Step::Same);
    };
    let mut all = Vec::new();
    for value in data.as_list().unwrap_or(&[]) {
        match session.machine_value(value)? {
            Some(value) => all.push(value),
            None => return Ok(Step::Same),
        }
    }
    let Some(fit) = arma::fit(&all, p, q) else { return Ok(Step::Same) };
    let list = |all: &[f64]| Value::list(all.iter().map(|x| Value::Real(*x)).collect::<Args>());
    let constant = fit.mean * (1.0 - fit.ar.iter().sum::<f64>());
    let parts = vec![
        Value::Real(constant),
        list(&fit.ar),
        list(&fit.ma),
        Value::Real(fit.variance),
        Value::Real(fit.log_likelihood),
        Value::vector(Elements::Reals(fit.residuals)),
    ];
    Ok(Step::Done(Value::list(Args::from(parts))))
}
