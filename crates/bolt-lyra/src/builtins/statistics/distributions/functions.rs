//! Functions of a distribution: its density, its distribution function and quantiles, moments.

use triomphe::Arc;

use super::{Builtin, Distribution, builtin};
use crate::builtins::forms::{is_zero, minus, over, plus, substituted, times, to_the};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "PDF",
        NONE,
        |s, c| pointwise(s, c, density),
        "PDF[distribution, x] is the probability density at x, of a discrete distribution the \
         probability of x; PDF[distribution] is it as a function.",
        &[
            ("PDF[NormalDistribution[], 0]", "1/(Sqrt[2]*Sqrt[Pi])"),
            ("PDF[PoissonDistribution[1], {0, 2}]", "{E^-1, 1/(2*E)}"),
        ],
    ),
    builtin(
        "CDF",
        NONE,
        |s, c| pointwise(s, c, below),
        "CDF[distribution, x] is the probability of a value that is not above x; CDF[distribution] \
         is it as a function.",
        &[
            ("CDF[UniformDistribution[{0, 4}], 1]", "1/4"),
            ("CDF[NormalDistribution[], 1.]", "0.8413447460685429"),
        ],
    ),
    builtin(
        "SurvivalFunction",
        NONE,
        |s, c| pointwise(s, c, above),
        "SurvivalFunction[distribution, x] is the probability of a value above x.",
        &[
            ("SurvivalFunction[ExponentialDistribution[2], 1]", "E^-2"),
            ("SurvivalFunction[UniformDistribution[{0, 4}], 1]", "3/4"),
        ],
    ),
    builtin(
        "HazardFunction",
        NONE,
        |s, c| pointwise(s, c, hazard),
        "HazardFunction[distribution, x] is the density at x of values that are known not to be \
         below x.",
        &[
            ("HazardFunction[ExponentialDistribution[2], 1]", "2"),
            ("HazardFunction[UniformDistribution[{0, 4}], 2]", "1/2"),
        ],
    ),
    builtin(
        "InverseCDF",
        NONE,
        |s, c| pointwise(s, c, quantile),
        "InverseCDF[distribution, q] is the least x for which the CDF is not below q.",
        &[
            ("InverseCDF[NormalDistribution[m, s], 1/2]", "m"),
            ("InverseCDF[BinomialDistribution[4, 1/2], 1/2]", "2"),
        ],
    ),
    builtin(
        "InverseSurvivalFunction",
        NONE,
        |s, c| pointwise(s, c, inverse_survival),
        "InverseSurvivalFunction[distribution, q] is the x above which values have the probability \
         q.",
        &[
            ("InverseSurvivalFunction[ExponentialDistribution[2], 1/2]", "Log[2]/2"),
            ("InverseSurvivalFunction[UniformDistribution[{0, 4}], 1/4]", "3"),
        ],
    ),
    builtin(
        "CharacteristicFunction",
        NONE,
        |s, c| pointwise(s, c, characteristic),
        "CharacteristicFunction[distribution, t] is the expectation of E^(I t x).",
        &[
            ("CharacteristicFunction[NormalDistribution[0, 1], t]", "E^-(t^2/2)"),
            ("CharacteristicFunction[BernoulliDistribution[p], t]", "1 - p + E^(I*t)*p"),
        ],
    ),
    builtin(
        "MomentGeneratingFunction",
        NONE,
        |s, c| pointwise(s, c, generating),
        "MomentGeneratingFunction[distribution, t] is the expectation of E^(t x).",
        &[
            ("MomentGeneratingFunction[NormalDistribution[0, 1], t]", "E^(t^2/2)"),
            ("MomentGeneratingFunction[PoissonDistribution[m], t]", "E^((-1 + E^t)*m)"),
        ],
    ),
    builtin(
        "DistributionParameterQ",
        NONE,
        |s, c| {
            let [of] = c.args() else { return Ok(Step::Same) };
            Ok(Step::Done(Value::boolean(Distribution::read(s, of)?.is_some())))
        },
        "DistributionParameterQ[distribution] is True if it is a distribution with possible \
         parameters.",
        &[
            ("DistributionParameterQ[NormalDistribution[0, 1]]", "True"),
            ("DistributionParameterQ[NormalDistribution[0, -1]]", "False"),
        ],
    ),
    builtin(
        "DistributionDomain",
        NONE,
        domain,
        "DistributionDomain[distribution] is what values it has: an interval, or a span of integers.",
        &[
            ("DistributionDomain[ExponentialDistribution[2]]", "Interval[{0, Infinity}]"),
            ("DistributionDomain[BinomialDistribution[4, 1/2]]", "0 ;; 4"),
        ],
    ),
    builtin(
        "FactorialMoment",
        NONE,
        |s, c| match c.args() {
            [Value::Call(list), r] if list.is(sym::List) => {
                let r = r.clone();
                let factorial = s.system_symbol("FactorialPower");
                let power = Value::call(factorial, [Value::Call(list.clone()), r]);
                Ok(Step::Again(Value::call(s.system_symbol("Mean"), [power].as_slice())))
            }
            [of, r] => match Distribution::read(s, of)? {
                Some(of) => {
                    Ok(of.fact(s, "FactorialMoment", Some(r))?.map_or(Step::Same, Step::Done))
                }
                None => Ok(Step::Same),
            },
            _ => Ok(Step::Same),
        },
        "FactorialMoment[of, r] is the mean of x (x - 1) ... (x - r + 1), of data or of a discrete \
         distribution.",
        &[
            ("FactorialMoment[PoissonDistribution[m], 3]", "m^3"),
            ("FactorialMoment[{2, 4}, 2]", "7"),
        ],
    ),
    builtin(
        "Distributed",
        NONE,
        |_, _| Ok(Step::Same),
        "Distributed[x, distribution] says that x has a distribution, in Expectation, Probability \
         and their like.",
        &[
            ("Expectation[2 x, Distributed[x, PoissonDistribution[3]]]", "6"),
            ("Head[Distributed[x, NormalDistribution[]]]", "Distributed"),
        ],
    ),
];

/// A function of a distribution and a point; `None` if it is not known.
type Pointwise = fn(&mut Session, &Distribution, &Value) -> Evaluated<Option<Value>>;

fn pointwise(session: &mut Session, call: &mut Arc<Call>, function: Pointwise) -> Evaluated<Step> {
    let Some(of) = call.args().first() else { return Ok(Step::Same) };
    let Some(distribution) = Distribution::read(session, of)? else { return Ok(Step::Same) };
    match &call.args()[1..] {
        [] => {
            let formal = session.system_symbol("\\[FormalX]");
            let value = function(session, &distribution, &Value::Symbol(formal))?;
            let slot = Value::call(sym::Slot, [Value::Integer(1)].as_slice());
            Ok(value.map_or(Step::Same, |value| {
                let body = substituted(&value, &Value::Symbol(formal), &slot);
                Step::Done(Value::call(sym::Function, [body].as_slice()))
            }))
        }
        [points] => match points.as_list() {
            Some(list) if !distribution.knows("Vector") => {
                let head = call.head().clone();
                let each = |point: &Value| Value::call(head.clone(), [of.clone(), point.clone()]);
                Ok(Step::Again(Value::list(list.iter().map(each).collect::<Args>())))
            }
            _ => Ok(function(session, &distribution, points)?.map_or(Step::Same, Step::Done)),
        },
        _ => Ok(Step::Same),
    }
}

/// Facts that say `$Failed` of an argument say nothing of it.
fn known(value: Option<Value>) -> Option<Value> {
    value.filter(|value| !value.is(sym::Failed))
}

pub(in super::super) fn density(
    session: &mut Session,
    of: &Distribution,
    x: &Value,
) -> Evaluated<Option<Value>> {
    if of.is_discrete() && !of.knows("AnyValue") && number::is_real(x) && !is_whole(x) {
        return Ok(Some(Value::Integer(0)));
    }
    Ok(known(of.fact(session, "PDF", Some(x))?))
}

fn is_whole(x: &Value) -> bool {
    number::integer(x).is_some() || matches!(x, Value::Real(real) if real.fract() == 0.0)
}

pub(in super::super) fn below(
    session: &mut Session,
    of: &Distribution,
    x: &Value,
) -> Evaluated<Option<Value>> {
    match x.exactly::<1>(sym::DirectedInfinity) {
        Some([Value::Integer(1)]) => return Ok(Some(Value::Integer(1))),
        Some([Value::Integer(-1)]) => return Ok(Some(Value::Integer(0))),
        _ => {}
    }
    if let Some(value) = known(of.fact(session, "CDF", Some(x))?) {
        return Ok(Some(value));
    }
    if !of.is_discrete() || !number::is_real(x) || of.knows("Vector") {
        return Ok(None);
    }
    // The sum of the probabilities up to x.
    let Some(first) = support(session, of)?.and_then(|(first, _)| number::integer(&first)) else {
        return Ok(None);
    };
    let last = number::integer(&crate::builtins::integers::floor(x));
    let (Ok(first), Some(Ok(last))) =
        (i64::try_from(&first), last.map(|last| i64::try_from(&last)))
    else {
        return Ok(None);
    };
    let mut sum = Args::new();
    for at in first..=last.min(first.saturating_add(100_000)) {
        session.check_interrupt()?;
        match density(session, of, &Value::Integer(at))? {
            Some(part) => sum.push(part),
            None => return Ok(None),
        }
    }
    session.evaluate(&plus(sum)).map(Some)
}

fn above(session: &mut Session, of: &Distribution, x: &Value) -> Evaluated<Option<Value>> {
    if let Some(value) = known(of.fact(session, "SurvivalFunction", Some(x))?) {
        return Ok(Some(value));
    }
    match below(session, of, x)? {
        Some(below) => complement(session, &below).map(Some),
        None => Ok(None),
    }
}

/// Returns one less a probability, case by case.
fn complement(session: &mut Session, value: &Value) -> Evaluated {
    let less = |value: &Value| minus(Value::Integer(1), value.clone());
    let Some([cases, otherwise]) = value.exactly::<2>(sym::Piecewise) else {
        return session.evaluate(&less(value));
    };
    let case = |case: &Value| match case.as_list() {
        Some([value, condition]) => Value::list([less(value), condition.clone()]),
        _ => case.clone(),
    };
    let cases: Args = cases.as_list().unwrap_or(&[]).iter().map(case).collect();
    session.evaluate(&Value::call(sym::Piecewise, [Value::list(cases), less(otherwise)]))
}

fn hazard(session: &mut Session, of: &Distribution, x: &Value) -> Evaluated<Option<Value>> {
    if let Some(value) = known(of.fact(session, "HazardFunction", Some(x))?) {
        return Ok(Some(value));
    }
    let (Some(density), Some(above)) = (density(session, of, x)?, above(session, of, x)?) else {
        return Ok(None);
    };
    // Of integers, those from x on are not below x.
    let rest = if of.is_discrete() { plus([above, density.clone()]) } else { above };
    if let Some(cases) = case_by_case(&density, &rest) {
        let value = session.evaluate(&cases)?;
        return session.system("Simplify", [value].as_slice()).map(Some);
    }
    let ratio = over(density, rest);
    session.system("PiecewiseExpand", [ratio].as_slice()).map(Some)
}

/// Returns the quotient of two values that distinguish the same cases.
fn case_by_case(top: &Value, bottom: &Value) -> Option<Value> {
    let [tops, top_else] = top.exactly::<2>(sym::Piecewise)?;
    let [bottoms, bottom_else] = bottom.exactly::<2>(sym::Piecewise)?;
    let (tops, bottoms) = (tops.as_list()?, bottoms.as_list()?);
    let mut cases = Args::new();
    for (top, bottom) in tops.iter().zip(bottoms) {
        let ([a, when], [b, also]) = (top.as_list()?, bottom.as_list()?) else { return None };
        if when != also {
            return None;
        }
        cases.push(Value::list([over(a.clone(), b.clone()), when.clone()]));
    }
    let otherwise = over(top_else.clone(), bottom_else.clone());
    (tops.len() == bottoms.len())
        .then(|| Value::call(sym::Piecewise, [Value::list(cases), otherwise]))
}

/// Returns the least and the greatest value, or their bounds.
pub(in super::super) fn support(
    session: &mut Session,
    of: &Distribution,
) -> Evaluated<Option<(Value, Value)>> {
    let support = of.fact(session, "Support", None)?;
    Ok(support.and_then(|support| match support.as_list() {
        Some([first, last]) => Some((first.clone(), last.clone())),
        _ => None,
    }))
}

fn quantile(session: &mut Session, of: &Distribution, q: &Value) -> Evaluated<Option<Value>> {
    if of.knows("Vector") {
        return Ok(None);
    }
    let size = session.machine_value(q)?;
    if size.is_some_and(|size| !(0.0..=1.0).contains(&size)) {
        return Ok(None);
    }
    if size == Some(0.0) || size == Some(1.0) {
        let ends = support(session, of)?;
        return Ok(ends.map(|(first, last)| if size == Some(0.0) { first } else { last }));
    }
    match known(of.fact(session, "Quantile", Some(q))?) {
        Some(value) if size.is_some() => Ok(Some(value)),
        Some(value) => {
            let within = Value::call(
                sym::LessEqual,
                [Value::Integer(0), q.clone(), Value::Integer(1)].as_slice(),
            );
            session.evaluate(&Value::call(sym::ConditionalExpression, [value, within])).map(Some)
        }
        None if size.is_some() => search(session, of, q),
        None => Ok(None),
    }
}

fn inverse_survival(
    session: &mut Session,
    of: &Distribution,
    q: &Value,
) -> Evaluated<Option<Value>> {
    if number::is_real(q)
        && let Some(value) = known(of.fact(session, "InverseSurvivalFunction", Some(q))?)
        && number::to_f64(q).is_some_and(|q| 0.0 < q && q < 1.0)
    {
        return Ok(Some(value));
    }
    let rest = session.evaluate(&minus(Value::Integer(1), q.clone()))?;
    quantile(session, of, &rest)
}

/// Looks for the least value whose CDF is not below q: among integers exactly, else between
/// machine numbers.
fn search(session: &mut Session, of: &Distribution, q: &Value) -> Evaluated<Option<Value>> {
    let Some((first, last)) = support(session, of)? else { return Ok(None) };
    let finite = |value: &Value| number::to_f64(value).filter(|x| x.is_finite());
    let numeric = |session: &mut Session, value: &Value| session.machine_value(value);
    let (first, last) = (numeric(session, &first)?.or(finite(&first)), numeric(session, &last)?);
    let is_discrete = of.is_discrete();
    let point = |x: f64| if is_discrete { Value::Integer(x as i64) } else { Value::Real(x) };
    let reaches = |session: &mut Session, x: f64| -> Evaluated<Option<bool>> {
        session.check_interrupt()?;
        let Some(value) = below(session, of, &point(x))? else { return Ok(None) };
        let difference = session.evaluate(&minus(value, q.clone()))?;
        Ok(session.machine_value(&difference)?.map(|difference| difference >= 0.0))
    };
    let infinite = f64::is_finite;
    let mut high = last.filter(|x| infinite(*x));
    let mut low = first.filter(|x| infinite(*x)).map(|x| if is_discrete { x - 1.0 } else { x });
    let mut step = 1.0;
    while high.is_none() || low.is_none() {
        let start = low.or(high).unwrap_or(0.0);
        if high.is_none() {
            match reaches(session, start + step)? {
                Some(true) => high = Some(start + step),
                Some(false) => low = Some(start + step),
                None => return Ok(None),
            }
        } else {
            match reaches(session, start - step)? {
                Some(false) => low = Some(start - step),
                Some(true) => high = Some(start - step),
                None => return Ok(None),
            }
        }
        step *= 2.0;
        if step > 1e15 {
            return Ok(None);
        }
    }
    let (Some(mut low), Some(mut high)) = (low, high) else { return Ok(None) };
    for _ in 0..200 {
        let middle = if is_discrete { ((low + high) / 2.0).floor() } else { (low + high) / 2.0 };
        if middle <= low || middle >= high {
            break;
        }
        match reaches(session, middle)? {
            Some(true) => high = middle,
            Some(false) => low = middle,
            None => return Ok(None),
        }
    }
    Ok(Some(point(high)))
}

fn characteristic(session: &mut Session, of: &Distribution, t: &Value) -> Evaluated<Option<Value>> {
    Ok(known(of.fact(session, "CharacteristicFunction", Some(t))?))
}

fn generating(session: &mut Session, of: &Distribution, t: &Value) -> Evaluated<Option<Value>> {
    let turned =
        session.evaluate(&times([Value::Integer(-1), Value::i(), t.clone()].as_slice()))?;
    match characteristic(session, of, &turned)? {
        Some(value) if !crate::builtins::forms::any_part(&value, &|v| v.is(sym::Abs)) => {
            session.expanded_exponents(&value).map(Some)
        }
        _ => Ok(None),
    }
}

impl Session {
    /// Evaluates an expression once more, with exponents expanded.
    fn expanded_exponents(&mut self, value: &Value) -> Evaluated {
        self.rewrite_parts(value, &mut |session, part| {
            Ok(match part.exactly::<2>(sym::Power) {
                Some([base, exponent]) if base.is(sym::E) => {
                    let simple = session.system("Simplify", [exponent.clone()].as_slice())?;
                    (simple != *exponent).then(|| to_the(base.clone(), simple))
                }
                _ => None,
            })
        })
    }
}

fn domain(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(of) = Distribution::read(session, of)? else { return Ok(Step::Same) };
    let Some((first, last)) = support(session, &of)? else { return Ok(Step::Same) };
    Ok(Step::Done(match of.is_discrete() {
        true => Value::call(sym::Span, [first, last]),
        false => Value::call(sym::Interval, [Value::list([first, last])].as_slice()),
    }))
}

/// Returns what a distribution says of itself by a name such as `Mean`: what its family knows, or
/// what follows from its moments. `None` if the argument is no distribution or nothing is known.
pub(in crate::builtins) fn described(
    session: &mut Session,
    value: &Value,
    name: &str,
    argument: Option<&Value>,
) -> Evaluated<Option<Value>> {
    let Some(of) = Distribution::read(session, value)? else { return Ok(None) };
    if name == "Quantile" {
        let Some(q) = argument else { return Ok(None) };
        let Some(list) = q.as_list() else { return quantile(session, &of, q) };
        let symbol = session.system_symbol(name);
        let each = |q: &Value| Value::call(symbol, [value.clone(), q.clone()]);
        let all = Value::list(list.iter().map(each).collect::<Args>());
        return session.evaluate(&all).map(Some);
    }
    if name == "Moment" || name == "CentralMoment" {
        return match argument.and_then(Value::as_usize) {
            Some(order) if name == "Moment" => moment(session, &of, order),
            Some(order) => central(session, &of, order),
            None => Ok(None),
        };
    }
    if let Some(value) = known(of.fact(session, name, argument)?) {
        return Ok(Some(value));
    }
    if of.knows("Vector") {
        return Ok(None);
    }
    let value = match name {
        "Mean" => moment(session, &of, 1)?,
        "Variance" => central(session, &of, 2)?,
        "Skewness" => ratio(session, &of, 3)?,
        "Kurtosis" => ratio(session, &of, 4)?,
        _ => None,
    };
    Ok(value)
}

/// Returns the central moment of an order in units of the deviation.
fn ratio(session: &mut Session, of: &Distribution, order: usize) -> Evaluated<Option<Value>> {
    let (Some(top), Some(variance)) = (central(session, of, order)?, variance(session, of)?) else {
        return Ok(None);
    };
    let half = crate::builtins::forms::ratio(order as i64, 2);
    let value = over(top, to_the(variance, half));
    session.system("Simplify", [value].as_slice()).map(Some)
}

fn variance(session: &mut Session, of: &Distribution) -> Evaluated<Option<Value>> {
    match known(of.fact(session, "Variance", None)?) {
        Some(value) => Ok(Some(value)),
        None => central(session, of, 2),
    }
}

/// Returns the expectation of a power.
pub(in super::super) fn moment(
    session: &mut Session,
    of: &Distribution,
    order: usize,
) -> Evaluated<Option<Value>> {
    if order == 0 {
        return Ok(Some(Value::Integer(1)));
    }
    if order == 1
        && let Some(mean) = known(of.fact(session, "Mean", None)?)
    {
        return Ok(Some(mean));
    }
    let power = Value::Integer(order as i64);
    if let Some(value) = known(of.fact(session, "Moment", Some(&power))?) {
        return Ok(Some(value));
    }
    if of.knows("FactorialMoment") {
        // x^r is the sum of S(r, k) x (x - 1) ... (x - k + 1).
        let mut sum = Args::new();
        for k in 1..=order as i64 {
            let args = [power.clone(), Value::Integer(k)];
            let count = session.system("StirlingS2", args.as_slice())?;
            let Some(part) = of.fact(session, "FactorialMoment", Some(&Value::Integer(k)))? else {
                return Ok(None);
            };
            sum.push(times([count, part]));
        }
        return session.evaluate(&plus(sum)).map(Some);
    }
    if order == 2
        && let (Some(mean), Some(variance)) =
            (known(of.fact(session, "Mean", None)?), known(of.fact(session, "Variance", None)?))
    {
        return session.evaluate(&plus([variance, to_the(mean, power)])).map(Some);
    }
    if order == 3
        && let (Some(mean), Some(variance), Some(third)) =
            (moment(session, of, 1)?, variance(session, of)?, known_central(session, of, order)?)
    {
        let parts = [Value::Integer(3), mean.clone(), variance];
        let sum = plus([third, times(parts.as_slice()), to_the(mean, power)].as_slice());
        return session.evaluate(&sum).map(Some);
    }
    crate::builtins::statistics::expectation::of_power(session, of, order)
}

/// Returns the third or fourth central moment by what the family says of its shape.
fn known_central(
    session: &mut Session,
    of: &Distribution,
    order: usize,
) -> Evaluated<Option<Value>> {
    let fact = if order == 3 { "Skewness" } else { "Kurtosis" };
    let variance = known(of.fact(session, "Variance", None)?);
    let (Some(ratio), Some(variance)) = (known(of.fact(session, fact, None)?), variance) else {
        return Ok(None);
    };
    let power = to_the(variance, crate::builtins::forms::ratio(order as i64, 2));
    let value = session.evaluate(&times([ratio, power]))?;
    session.system("PowerExpand", [value].as_slice()).map(Some)
}

fn central(session: &mut Session, of: &Distribution, order: usize) -> Evaluated<Option<Value>> {
    match order {
        0 => return Ok(Some(Value::Integer(1))),
        1 => return Ok(Some(Value::Integer(0))),
        2 => {
            if let Some(value) = known(of.fact(session, "Variance", None)?) {
                return Ok(Some(value));
            }
        }
        3 | 4 if !of.knows("Moment") && !of.knows("FactorialMoment") => {
            if let Some(value) = known_central(session, of, order)? {
                return Ok(Some(value));
            }
        }
        _ => {}
    }
    let Some(mean) = moment(session, of, 1)? else { return Ok(None) };
    if mean.is(sym::Indeterminate) {
        return Ok(Some(mean));
    }
    let mut sum = Args::new();
    for k in 0..=order {
        let Some(part) = moment(session, of, k)? else { return Ok(None) };
        let args = [Value::Integer(order as i64), Value::Integer(k as i64)];
        let count = session.system("Binomial", args.as_slice())?;
        let shift = times([Value::Integer(-1), mean.clone()]);
        let shift = match order - k {
            0 => Value::Integer(1),
            rest => to_the(shift, Value::Integer(rest as i64)),
        };
        sum.push(times([count, part, shift].as_slice()));
    }
    let value = session.evaluate(&plus(sum))?;
    if is_zero(&value) {
        return Ok(Some(value));
    }
    session.system("Simplify", [value].as_slice()).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distributions with numbers for their parameters.
    const SAMPLES: &[&str] = &[
        "NormalDistribution[1, 2]",
        "UniformDistribution[{-1, 3}]",
        "ExponentialDistribution[3/2]",
        "LogNormalDistribution[1/5, 1/2]",
        "StudentTDistribution[1, 2, 6]",
        "ChiSquareDistribution[5]",
        "GammaDistribution[5/2, 3]",
        "InverseGammaDistribution[6, 4]",
        "MaxwellDistribution[2]",
        "RayleighDistribution[2]",
        "BetaDistribution[2, 7/2]",
        "FRatioDistribution[5, 12]",
        "WeibullDistribution[3/2, 2]",
        "LaplaceDistribution[1, 2]",
        "LogisticDistribution[1, 2]",
        "ParetoDistribution[2, 6]",
        "GumbelDistribution[1, 2]",
        "ExtremeValueDistribution[1, 2]",
        "HalfNormalDistribution[1/2]",
        "TriangularDistribution[{0, 4}, 1]",
        "FrechetDistribution[5, 2]",
        "LogLogisticDistribution[5, 2]",
    ];

    const DISCRETE: &[&str] = &[
        "BinomialDistribution[9, 1/3]",
        "PoissonDistribution[5/2]",
        "GeometricDistribution[1/3]",
        "NegativeBinomialDistribution[3, 2/5]",
        "DiscreteUniformDistribution[{2, 7}]",
        "HypergeometricDistribution[5, 8, 20]",
        "LogSeriesDistribution[3/5]",
    ];

    fn number(session: &mut Session, source: &str) -> f64 {
        let parsed = bolt_lyra_syntax::parse(&format!("N[{source}]"));
        let value = session.read(&parsed.exprs[0]);
        let value = session.evaluate(&value).expect("nothing stops it");
        number::to_f64(&value).unwrap_or(f64::NAN)
    }

    fn close(a: f64, b: f64, within: f64, what: &str) {
        assert!((a - b).abs() <= within * (1.0 + b.abs()), "{what}: {a} {b}");
    }

    #[test]
    fn quantiles_and_densities_follow_from_the_distribution_function() {
        let mut session = Session::new();
        for of in SAMPLES {
            for q in [0.07, 0.5, 0.83] {
                let x = number(&mut session, &format!("Quantile[{of}, {q}]"));
                let mut at = |function: &str, x: f64| {
                    number(
                        &mut session,
                        &format!("{function}[{of}, SetPrecision[{x:?}, MachinePrecision]]"),
                    )
                };
                close(at("CDF", x), q, 1e-10, of);
                close(at("SurvivalFunction", x), 1.0 - q, 1e-10, of);
                let step = 1e-5 * (1.0 + x.abs());
                let slope = (at("CDF", x + step) - at("CDF", x - step)) / (2.0 * step);
                close(at("PDF", x), slope, 1e-6, of);
            }
        }
    }

    #[test]
    fn moments_of_discrete_distributions_are_their_sums() {
        let mut session = Session::new();
        for of in DISCRETE {
            let mut sums = [0.0; 5];
            let mut below = 0.0;
            for k in 0..120 {
                let p = number(&mut session, &format!("PDF[{of}, {k}]"));
                below += p;
                if k < 4 {
                    close(number(&mut session, &format!("CDF[{of}, {k}]")), below, 1e-12, of);
                }
                let of_power = |order: usize| p * f64::from(k).powi(order as i32);
                (0..5).for_each(|order| sums[order] += of_power(order));
            }
            close(sums[0], 1.0, 1e-12, of);
            let mean = number(&mut session, &format!("Mean[{of}]"));
            close(mean, sums[1], 1e-10, of);
            let variance = sums[2] - mean * mean;
            close(number(&mut session, &format!("Variance[{of}]")), variance, 1e-9, of);
            let third = sums[3] - 3.0 * mean * sums[2] + 2.0 * mean.powi(3);
            let skewness = number(&mut session, &format!("Skewness[{of}]"));
            close(skewness, third / variance.powf(1.5), 1e-8, of);
        }
    }
}
