//! Expectations and probabilities of what depends on variables with distributions.

use triomphe::Arc;

use super::super::forms::{any_part, contains, over, plus, substituted, times};
use super::super::{Builtin, builtin};
use super::distributions::{Distribution, density, moment, support};
use super::events::probability_of;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Expectation",
        NONE,
        |s, c| evaluated(s, c, expectation),
        "Expectation[e, Distributed[x, distribution]] is the mean of e, where x has the \
         distribution or is one of a list of data; several independent variables are given in a \
         list. Expectation[Conditioned[e, c], ...] is the mean of e where c holds.",
        &[
            ("Expectation[x^2, Distributed[x, NormalDistribution[m, s]]]", "m^2 + s^2"),
            (
                "Expectation[x y, {Distributed[x, PoissonDistribution[2]], Distributed[y, ExponentialDistribution[3]]}]",
                "2/3",
            ),
            ("Expectation[x^2, Distributed[x, {1, 2, 3}]]", "14/3"),
        ],
    ),
    builtin(
        "NExpectation",
        NONE,
        |s, c| evaluated(s, c, numeric_expectation),
        "NExpectation[e, Distributed[x, distribution]] is the mean of e by numerical integration or \
         summation.",
        &[
            ("Round[NExpectation[x^2, Distributed[x, NormalDistribution[1, 2]]], 10^-6]", "5"),
            (
                "Round[10^6 NExpectation[1/(1 + x), Distributed[x, PoissonDistribution[2]]]]",
                "432332",
            ),
        ],
    ),
    builtin(
        "Probability",
        NONE,
        |s, c| evaluated(s, c, probability),
        "Probability[event, Distributed[x, distribution]] is the probability of an event, such as \
         an inequality or a combination of such; Probability[Conditioned[event, c], ...] that of \
         the event where c holds.",
        &[
            ("Probability[x > 1, Distributed[x, ExponentialDistribution[2]]]", "E^-2"),
            (
                "Probability[2 <= x <= 3, Distributed[x, DiscreteUniformDistribution[{1, 6}]]]",
                "1/3",
            ),
            (
                "Probability[Conditioned[x > 2, x > 1], Distributed[x, UniformDistribution[{0, 3}]]]",
                "1/2",
            ),
        ],
    ),
    builtin(
        "NProbability",
        NONE,
        |s, c| {
            let exact = Value::call(s.system_symbol("Probability"), Args::from(c.args()));
            let value = s.evaluate(&exact)?;
            let number = s.evaluate(&Value::call(sym::N, [value].as_slice()))?;
            Ok(if number.is_number() { Step::Done(number) } else { Step::Same })
        },
        "NProbability[event, Distributed[x, distribution]] is the probability of an event as a \
         machine number.",
        &[
            ("NProbability[x <= 1, Distributed[x, NormalDistribution[]]]", "0.8413447460685429"),
            ("NProbability[x > 1, Distributed[x, UniformDistribution[{0, 4}]]]", "0.75"),
        ],
    ),
    builtin(
        "Conditioned",
        NONE,
        |_, _| Ok(Step::Same),
        "Conditioned[e, c] is e where c holds, in Expectation and Probability.",
        &[
            (
                "Probability[Conditioned[x == 6, x > 3], Distributed[x, DiscreteUniformDistribution[{1, 6}]]]",
                "1/3",
            ),
            (
                "Expectation[Conditioned[x, x > 3], Distributed[x, DiscreteUniformDistribution[{1, 6}]]]",
                "5",
            ),
        ],
    ),
];

/// A variable with its distribution.
pub(super) struct Variable {
    pub(super) name: Value,
    pub(super) of: Distribution,
}

/// What is computed of an expression and variables; `None` if it is not known.
type Compute = fn(&mut Session, &Value, &[Variable]) -> Evaluated<Option<Value>>;

fn evaluated(session: &mut Session, call: &mut Arc<Call>, compute: Compute) -> Evaluated<Step> {
    let [of, variables] = call.args() else { return Ok(Step::Same) };
    let list = variables.as_list().unwrap_or(std::slice::from_ref(variables));
    let distributed = session.system_symbol("Distributed");
    let mut all = Vec::new();
    for variable in list {
        let Some([name, of]) = variable.exactly::<2>(distributed) else { return Ok(Step::Same) };
        let of = match of.as_list() {
            Some(_) => session.system("EmpiricalDistribution", [of.clone()].as_slice())?,
            None => of.clone(),
        };
        match Distribution::read(session, &of)? {
            Some(of) => all.push(Variable { name: name.clone(), of }),
            None => return Ok(Step::Same),
        }
    }
    let conditioned = session.system_symbol("Conditioned");
    let value = match of.exactly::<2>(conditioned) {
        Some([of, condition]) => under_condition(session, of, condition, &all, compute)?,
        None => compute(session, of, &all)?,
    };
    Ok(value.map_or(Step::Same, Step::Done))
}

fn under_condition(
    session: &mut Session,
    of: &Value,
    condition: &Value,
    variables: &[Variable],
    compute: Compute,
) -> Evaluated<Option<Value>> {
    let Some(whole) = probability(session, condition, variables)? else { return Ok(None) };
    let is_event = std::ptr::fn_addr_eq(compute, probability as Compute);
    let joint = match is_event {
        true => Value::call(sym::And, [of.clone(), condition.clone()]),
        false => times([of.clone(), Value::call(sym::Boole, [condition.clone()].as_slice())]),
    };
    let joint = session.evaluate(&joint)?;
    let Some(part) = compute(session, &joint, variables)? else { return Ok(None) };
    session.system("Simplify", [over(part, whole)].as_slice()).map(Some)
}

/// Takes the expectation over one variable after another.
fn expectation(
    session: &mut Session,
    of: &Value,
    variables: &[Variable],
) -> Evaluated<Option<Value>> {
    let mut value = of.clone();
    for variable in variables {
        session.check_interrupt()?;
        match over_variable(session, &value, variable)? {
            Some(next) => value = next,
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}

fn over_variable(
    session: &mut Session,
    of: &Value,
    variable: &Variable,
) -> Evaluated<Option<Value>> {
    if variable.name.as_list().is_some() {
        return Ok(None);
    }
    if !contains(of, &variable.name) {
        return Ok(Some(of.clone()));
    }
    let args = [of.clone(), variable.name.clone()];
    if session.system("PolynomialQ", args.as_slice())?.is(sym::True) {
        let list = session.system("CoefficientList", args.as_slice())?;
        if let Some(coefficients) = list.as_list()
            && coefficients.len() < 64
        {
            return of_polynomial(session, coefficients, &variable.of);
        }
    }
    if let Some(value) = of_exponential(session, of, variable)? {
        return Ok(Some(value));
    }
    match finite(session, &variable.of)? {
        Some(points) => over_points(session, of, variable, &points),
        None => integrated(session, of, variable),
    }
}

/// Families for which the expectation of E^(c x) exists for every c.
const ENTIRE: &[&str] =
    &["NormalDistribution", "PoissonDistribution", "BinomialDistribution", "BernoulliDistribution"];

/// Returns the expectation of E^(c x + d) by the function that generates moments.
fn of_exponential(
    session: &mut Session,
    of: &Value,
    variable: &Variable,
) -> Evaluated<Option<Value>> {
    let name = session.names.full(variable.of.value.head().as_symbol().unwrap_or(sym::Null));
    let Some([base, exponent]) = of.exactly::<2>(sym::Power) else { return Ok(None) };
    if !base.is(sym::E) || !ENTIRE.contains(&&*name.name) {
        return Ok(None);
    }
    let args = [exponent.clone(), variable.name.clone()];
    if !session.system("PolynomialQ", args.as_slice())?.is(sym::True) {
        return Ok(None);
    }
    let list = session.system("CoefficientList", args.as_slice())?;
    let Some([rest, factor]) = list.as_list() else { return Ok(None) };
    let args = [variable.of.value.clone(), factor.clone()];
    let generated = session.system("MomentGeneratingFunction", args.as_slice())?;
    let constant = super::super::forms::to_the(base.clone(), rest.clone());
    session.evaluate(&times([generated, constant])).map(Some)
}

fn of_polynomial(
    session: &mut Session,
    coefficients: &[Value],
    of: &Distribution,
) -> Evaluated<Option<Value>> {
    let mut sum = Args::new();
    for (order, coefficient) in coefficients.iter().enumerate() {
        if *coefficient == Value::Integer(0) {
            continue;
        }
        match moment(session, of, order)? {
            Some(value) => sum.push(times([coefficient.clone(), value])),
            None => return Ok(None),
        }
    }
    session.evaluate(&plus(sum)).map(Some)
}

/// Discrete distributions of more values than this are not gone through.
const MOST_POINTS: i64 = 100_000;

/// Returns the values of a distribution that has finitely many.
pub(super) fn finite(session: &mut Session, of: &Distribution) -> Evaluated<Option<Vec<Value>>> {
    if !of.is_discrete() || of.knows("Vector") {
        return Ok(None);
    }
    if of.knows("AnyValue") {
        let values = session.system("Union", [of.parameters[0].clone()].as_slice())?;
        return Ok(values.as_list().map(<[Value]>::to_vec));
    }
    let ends = support(session, of)?;
    Ok(ends.and_then(|(first, last)| match (first, last) {
        (Value::Integer(first), Value::Integer(last))
            if last.checked_sub(first).is_some_and(|count| count < MOST_POINTS) =>
        {
            Some((first..=last).map(Value::Integer).collect())
        }
        _ => None,
    }))
}

fn over_points(
    session: &mut Session,
    of: &Value,
    variable: &Variable,
    points: &[Value],
) -> Evaluated<Option<Value>> {
    let mut sum = Args::new();
    for point in points {
        session.check_interrupt()?;
        let Some(weight) = density(session, &variable.of, point)? else { return Ok(None) };
        let value = session.evaluate(&substituted(of, &variable.name, point))?;
        sum.push(session.evaluate(&times([weight, value]))?);
    }
    session.evaluate(&plus(sum)).map(Some)
}

/// Returns the density where the variable is inside the support, without the cases outside.
fn inner_density(session: &mut Session, variable: &Variable) -> Evaluated<Option<Value>> {
    let Some((first, last)) = support(session, &variable.of)? else { return Ok(None) };
    let Some(value) = density(session, &variable.of, &variable.name)? else { return Ok(None) };
    let head = if variable.of.is_discrete() { sym::LessEqual } else { sym::Less };
    let inside = Value::call(head, [first, variable.name.clone(), last].as_slice());
    if variable.of.is_discrete() {
        let Some([cases, _]) = value.exactly::<2>(sym::Piecewise) else { return Ok(Some(value)) };
        return Ok(match cases.as_list() {
            Some([only]) => only.as_list().and_then(|case| case.first().cloned()),
            _ => None,
        });
    }
    session.system("Refine", [value, inside].as_slice()).map(Some)
}

/// Integrates or sums over all values.
fn integrated(session: &mut Session, of: &Value, variable: &Variable) -> Evaluated<Option<Value>> {
    let Some(inner) = inner_density(session, variable)? else { return Ok(None) };
    let Some((first, last)) = support(session, &variable.of)? else { return Ok(None) };
    let range = Value::list([variable.name.clone(), first, last].as_slice());
    let head = if variable.of.is_discrete() { sym::Sum } else { sym::Integrate };
    session.quiet += 1;
    let value = session.evaluate(&Value::call(head, [times([inner, of.clone()]), range]));
    session.quiet -= 1;
    let value = value?;
    let is_open = |part: &Value| part.is(head) || part == &variable.name;
    if any_part(&value, &is_open) || any_part(&value, &|part| part.is(sym::Indeterminate)) {
        return Ok(None);
    }
    confirmed(session, of, variable, value)
}

/// Returns a value unless it is a number that numerical integration contradicts.
fn confirmed(
    session: &mut Session,
    of: &Value,
    variable: &Variable,
    value: Value,
) -> Evaluated<Option<Value>> {
    let Some(exact) = session.machine_value(&value)? else { return Ok(Some(value)) };
    session.quiet += 1;
    let check = numeric_over(session, of, variable);
    session.quiet -= 1;
    let Some(check) = check? else { return Ok(Some(value)) };
    Ok(match number::to_f64(&check) {
        Some(check) if (check - exact).abs() > 1e-4 * (1.0 + exact.abs()) => None,
        _ => Some(value),
    })
}

fn numeric_expectation(
    session: &mut Session,
    of: &Value,
    variables: &[Variable],
) -> Evaluated<Option<Value>> {
    let [variable] = variables else {
        let value = expectation(session, of, variables)?;
        return match value {
            Some(value) => session.system("N", [value].as_slice()).map(Some),
            None => Ok(None),
        };
    };
    if let Some(points) = finite(session, &variable.of)? {
        let value = over_points(session, of, variable, &points)?;
        return match value {
            Some(value) => session.system("N", [value].as_slice()).map(Some),
            None => Ok(None),
        };
    }
    numeric_over(session, of, variable)
}

fn numeric_over(
    session: &mut Session,
    of: &Value,
    variable: &Variable,
) -> Evaluated<Option<Value>> {
    let Some(inner) = inner_density(session, variable)? else { return Ok(None) };
    let Some((first, last)) = support(session, &variable.of)? else { return Ok(None) };
    let range = Value::list([variable.name.clone(), first, last].as_slice());
    let head = if variable.of.is_discrete() { sym::NSum } else { sym::NIntegrate };
    let value = session.evaluate(&Value::call(head, [times([inner, of.clone()]), range]))?;
    Ok(Some(value).filter(Value::is_number))
}

/// Returns the expectation of a power of a variable by integration.
pub(in crate::builtins) fn of_power(
    session: &mut Session,
    of: &Distribution,
    order: usize,
) -> Evaluated<Option<Value>> {
    let name = Value::Symbol(session.system_symbol("\\[FormalX]"));
    let power = super::super::forms::to_the(name.clone(), Value::Integer(order as i64));
    let variable = Variable { name, of: of.clone() };
    match finite(session, of)? {
        Some(points) => over_points(session, &power, &variable, &points),
        None => integrated(session, &power, &variable),
    }
}

pub(super) fn probability(
    session: &mut Session,
    event: &Value,
    variables: &[Variable],
) -> Evaluated<Option<Value>> {
    if event.is(sym::True) || event.is(sym::False) {
        return Ok(Some(Value::Integer(i64::from(event.is(sym::True)))));
    }
    let [variable] = variables else { return joint(session, event, variables) };
    if let Some(value) = probability_of(session, event, variable)? {
        return Ok(Some(value));
    }
    match finite(session, &variable.of)? {
        Some(_) => joint(session, event, variables),
        None => Ok(None),
    }
}

/// Goes through all values of variables that have finitely many.
fn joint(session: &mut Session, event: &Value, variables: &[Variable]) -> Evaluated<Option<Value>> {
    let Some((variable, rest)) = variables.split_first() else {
        return Ok(event.as_bool().map(|is| Value::Integer(i64::from(is))));
    };
    let Some(points) = finite(session, &variable.of)? else { return Ok(None) };
    let mut sum = Args::new();
    for point in &points {
        session.check_interrupt()?;
        let inner = session.evaluate(&substituted(event, &variable.name, point))?;
        let Some(inner) = joint(session, &inner, rest)? else { return Ok(None) };
        if inner == Value::Integer(0) {
            continue;
        }
        let Some(weight) = density(session, &variable.of, point)? else { return Ok(None) };
        sum.push(session.evaluate(&times([weight, inner]))?);
    }
    session.evaluate(&plus(sum)).map(Some)
}
