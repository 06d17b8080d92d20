//! Models fitted to data by least squares: linear ones directly, others by iteration.

use triomphe::Arc;

use super::super::forms::{plus, substituted, times};
use super::super::options::Options;
use super::super::{Builtin, builtin};
use super::least_squares::{minimize, solve};
use crate::association::{Association, Entry};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Fit",
        NONE,
        fit,
        "Fit[data, {f1, f2, ...}, vars] is the sum of multiples of the fi that is nearest to the \
         data by least squares; data are {y1, y2, ...} at 1, 2, ... or points {x, ..., y}.",
        &[
            ("Round[Fit[{{0, 1}, {1, 3}, {2, 5}}, {1, x}, x] /. x -> {0, 1}, 10^-6]", "{1, 3}"),
            ("Round[Fit[{1, 4, 9, 16}, {1, x, x^2}, x] /. x -> 10, 10^-6]", "100"),
        ],
    ),
    builtin(
        "LinearModelFit",
        NONE,
        linear_model,
        "LinearModelFit[data, {f1, f2, ...}, vars] is a FittedModel of a constant and multiples of \
         the fi; LinearModelFit[{m, y}] has the columns of a matrix for its functions. \
         IncludeConstantBasis -> False leaves the constant out.",
        &[
            (
                "Round[LinearModelFit[{{0, 1}, {1, 3}, {2, 5}}, x, x][\"BestFitParameters\"], 10^-6]",
                "{1, 2}",
            ),
            (
                "Round[LinearModelFit[{{0, 1}, {1, 2}, {2, 4}}, x, x][\"RSquared\"], 1/1000]",
                "241/250",
            ),
        ],
    ),
    builtin(
        "FindFit",
        NONE,
        find_fit,
        "FindFit[data, e, pars, vars] is a list of rules for the parameters with which e is nearest \
         to the data by least squares; {{p, p0}, ...} begins the search at p0, else at 1.",
        &[
            (
                "Round[{a, b} /. FindFit[{{0, 2}, {1, 6}, {2, 18}}, a b^x, {a, b}, x], 10^-6]",
                "{2, 3}",
            ),
            ("Round[k /. FindFit[{2, 4, 6}, k x, k, x], 10^-6]", "2"),
        ],
    ),
    builtin(
        "NonlinearModelFit",
        NONE,
        nonlinear_model,
        "NonlinearModelFit[data, e, pars, vars] is a FittedModel of a formula with parameters.",
        &[
            (
                "Round[NonlinearModelFit[{{0, 2}, {1, 6}, {2, 18}}, a b^x, {a, b}, x][3], 10^-6]",
                "54",
            ),
            (
                "Round[a /. NonlinearModelFit[{1, 3, 5}, a x + b, {a, b}, x][\"BestFitParameters\"], 10^-6]",
                "2",
            ),
        ],
    ),
    builtin(
        "FittedModel",
        Attributes::HOLD_ALL,
        |_, _| Ok(Step::Same),
        "FittedModel[...] is a model that was fitted to data: f[x] is its value, Normal[f] its \
         formula, f[\"Properties\"] the list of what it tells, such as \"BestFit\", \"RSquared\", \
         \"FitResiduals\" and \"ParameterTableEntries\".",
        &[
            ("Round[Normal[LinearModelFit[{1, 3, 5}, x, x]] /. x -> {0, 1}, 10^-6]", "{-1, 1}"),
            ("Round[LinearModelFit[{1, 3, 5}, x, x][7], 10^-6]", "13"),
        ],
    ),
];

/// Points and the values there.
struct Data {
    points: Vec<Vec<Value>>,
    values: Vec<f64>,
}

fn read(session: &mut Session, data: &Value, variables: usize) -> Evaluated<Option<Data>> {
    let Some(list) = data.as_list().filter(|list| !list.is_empty()) else { return Ok(None) };
    let (mut points, mut values) = (Vec::new(), Vec::new());
    for (place, row) in list.iter().enumerate() {
        let (point, value) = match row.as_list() {
            Some([point @ .., value]) => (point.to_vec(), value),
            Some([]) => return Ok(None),
            None => (vec![Value::Integer(place as i64 + 1)], row),
        };
        match session.machine_value(value)? {
            Some(value) if point.len() == variables => {
                points.push(point);
                values.push(value);
            }
            _ => return Ok(None),
        }
    }
    Ok(Some(Data { points, values }))
}

fn items(value: &Value) -> Vec<Value> {
    value.as_list().unwrap_or(std::slice::from_ref(value)).to_vec()
}

/// Returns the machine value of a formula where variables have values.
fn at(
    session: &mut Session,
    formula: &Value,
    variables: &[Value],
    point: &[Value],
) -> Evaluated<Option<f64>> {
    let mut value = formula.clone();
    for (variable, by) in variables.iter().zip(point) {
        value = substituted(&value, variable, by);
    }
    let value = session.evaluate(&value)?;
    session.machine_value(&value)
}

/// Returns the values of functions at points, a row per point.
fn design(
    session: &mut Session,
    functions: &[Value],
    variables: &[Value],
    points: &[Vec<Value>],
) -> Evaluated<Option<Vec<Vec<f64>>>> {
    let mut rows = Vec::new();
    for point in points {
        session.check_interrupt()?;
        let mut row = Vec::new();
        for function in functions {
            match at(session, function, variables, point)? {
                Some(value) => row.push(value),
                None => return Ok(None),
            }
        }
        rows.push(row);
    }
    Ok(Some(rows))
}

fn reals(values: &[f64]) -> Value {
    Value::list(values.iter().map(|&value| Value::Real(value)).collect::<Args>())
}

fn matrix(rows: &[Vec<f64>]) -> Value {
    Value::list(rows.iter().map(|row| reals(row)).collect::<Args>())
}

fn combination(parameters: &[f64], functions: &[Value]) -> Value {
    let part =
        |(parameter, function): (&f64, &Value)| times([Value::Real(*parameter), function.clone()]);
    plus(parameters.iter().zip(functions).map(part).collect::<Args>())
}

fn fit(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [data, functions, variables] = call.args() else { return Ok(Step::Same) };
    let (functions, variables) = (items(functions), items(variables));
    let Some(data) = read(session, data, variables.len())? else { return Ok(Step::Same) };
    let Some(rows) = design(session, &functions, &variables, &data.points)? else {
        return Ok(Step::Same);
    };
    Ok(match solve(&rows, &data.values) {
        Some(parameters) => Step::Again(combination(&parameters, &functions)),
        None => Step::Same,
    })
}

/// Puts a fitted model together from what it is made of.
fn model(entries: Vec<(&str, Value)>, session: &mut Session) -> Value {
    let entry = |(key, value)| (Value::string(key), Entry { value, delayed: false });
    let parts = Association::new(entries.into_iter().map(entry));
    let head = session.system_symbol("FittedModel");
    Value::call(head, [Value::Association(Arc::new(parts))].as_slice())
}

fn linear_model(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let has_constant =
        !options.get(session, "IncludeConstantBasis").is_some_and(|value| value.is(sym::False));
    let (functions, variables, rows, values) = match args {
        [pair] => match of_matrix(session, pair)? {
            Some(parts) => parts,
            None => return Ok(Step::Same),
        },
        [data, functions, variables] => {
            let (mut functions, variables) = (items(functions), items(variables));
            let one = Value::Integer(1);
            if has_constant && !functions.contains(&one) {
                functions.insert(0, one);
            }
            let Some(data) = read(session, data, variables.len())? else { return Ok(Step::Same) };
            match design(session, &functions, &variables, &data.points)? {
                Some(rows) => (functions, variables, rows, data.values),
                None => return Ok(Step::Same),
            }
        }
        _ => return Ok(Step::Same),
    };
    let Some(parameters) = solve(&rows, &values) else { return Ok(Step::Same) };
    let best = session.evaluate(&combination(&parameters, &functions))?;
    let has_constant = functions.contains(&Value::Integer(1));
    let made = vec![
        ("Type", Value::string("Linear")),
        ("BestFit", best),
        ("BestFitParameters", reals(&parameters)),
        ("BasisFunctions", Value::list(Args::from(functions))),
        ("Variables", Value::list(Args::from(variables))),
        ("DesignMatrix", matrix(&rows)),
        ("Response", reals(&values)),
        ("HasConstant", Value::boolean(has_constant)),
    ];
    Ok(Step::Done(model(made, session)))
}

type Linear = (Vec<Value>, Vec<Value>, Vec<Vec<f64>>, Vec<f64>);

/// Reads a design matrix and a response; the functions are `#1`, `#2`, ...
fn of_matrix(session: &mut Session, pair: &Value) -> Evaluated<Option<Linear>> {
    let Some([rows, values]) = pair.as_list() else { return Ok(None) };
    let (Some(rows), Some(values)) = (rows.as_list(), values.as_list()) else { return Ok(None) };
    let mut matrix = Vec::new();
    for row in rows {
        match machine_list(session, row)? {
            Some(row) => matrix.push(row),
            None => return Ok(None),
        }
    }
    let Some(values) = machine_list(session, &Value::list(Args::from(values)))? else {
        return Ok(None);
    };
    let width = matrix.first().map_or(0, Vec::len);
    if matrix.len() != values.len() || matrix.iter().any(|row| row.len() != width) {
        return Ok(None);
    }
    let slot = |k: usize| Value::call(sym::Slot, [Value::Integer(k as i64 + 1)].as_slice());
    let slots: Vec<Value> = (0..width).map(slot).collect();
    Ok(Some((slots.clone(), slots, matrix, values)))
}

fn machine_list(session: &mut Session, list: &Value) -> Evaluated<Option<Vec<f64>>> {
    let Some(list) = list.as_list() else { return Ok(None) };
    let mut all = Vec::new();
    for value in list {
        match session.machine_value(value)? {
            Some(value) => all.push(value),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// A formula fitted by iteration.
struct Fitted {
    names: Vec<Value>,
    parameters: Vec<f64>,
    variables: Vec<Value>,
    /// The derivatives by the parameters at the points.
    slopes: Vec<Vec<f64>>,
    values: Vec<f64>,
}

fn fitted(session: &mut Session, args: &[Value]) -> Evaluated<Option<Fitted>> {
    let [data, formula, parameters, variables] = args else { return Ok(None) };
    if formula.as_list().is_some() {
        return Ok(None);
    }
    let variables = items(variables);
    let (mut names, mut start) = (Vec::new(), Vec::new());
    for parameter in items(parameters) {
        match parameter.as_list() {
            Some([name, begin]) => {
                let Some(begin) = session.machine_value(begin)? else { return Ok(None) };
                names.push(name.clone());
                start.push(begin);
            }
            Some(_) => return Ok(None),
            None => {
                names.push(parameter);
                start.push(1.0);
            }
        }
    }
    let Some(data) = read(session, data, variables.len())? else { return Ok(None) };
    let mut formulas = vec![formula.clone()];
    for name in &names {
        formulas.push(session.evaluate(&Value::call(sym::D, [formula.clone(), name.clone()]))?);
    }
    let mut all = variables.clone();
    all.extend(names.iter().cloned());
    let mut evaluate = |parameters: &[f64]| {
        let extended = |point: &Vec<Value>| {
            point.iter().cloned().chain(parameters.iter().map(|&p| Value::Real(p))).collect()
        };
        let points: Vec<Vec<Value>> = data.points.iter().map(extended).collect();
        design(session, &formulas, &all, &points)
    };
    let Some((parameters, slopes)) = minimize(&data.values, &start, &mut evaluate)? else {
        return Ok(None);
    };
    Ok(Some(Fitted { names, parameters, variables, slopes, values: data.values }))
}

fn rules(fitted: &Fitted) -> Value {
    let pair = |(name, value): (&Value, &f64)| Value::rule(name.clone(), Value::Real(*value));
    Value::list(fitted.names.iter().zip(&fitted.parameters).map(pair).collect::<Args>())
}

fn find_fit(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, _) = Options::split(call.args(), 4);
    Ok(match fitted(session, args)? {
        Some(fitted) => Step::Done(rules(&fitted)),
        None => Step::Same,
    })
}

fn nonlinear_model(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, _) = Options::split(call.args(), 4);
    let Some(fitted) = fitted(session, args)? else { return Ok(Step::Same) };
    let mut best = args[1].clone();
    for (name, value) in fitted.names.iter().zip(&fitted.parameters) {
        best = substituted(&best, name, &Value::Real(*value));
    }
    let best = session.evaluate(&best)?;
    let mut predicted = Vec::new();
    let Some(data) = read(session, &args[0], fitted.variables.len())? else {
        return Ok(Step::Same);
    };
    for point in &data.points {
        match at(session, &best, &fitted.variables, point)? {
            Some(value) => predicted.push(value),
            None => return Ok(Step::Same),
        }
    }
    let made = vec![
        ("Type", Value::string("Nonlinear")),
        ("BestFit", best),
        ("BestFitParameters", rules(&fitted)),
        ("Variables", Value::list(Args::from(fitted.variables.clone()))),
        ("DesignMatrix", matrix(&fitted.slopes)),
        ("Response", reals(&fitted.values)),
        ("PredictedResponse", reals(&predicted)),
        ("HasConstant", Value::FALSE),
    ];
    Ok(Step::Done(model(made, session)))
}

/// Returns the formula of a fitted model.
pub(in crate::builtins) fn formula(model: &Call) -> Option<Value> {
    match model.args() {
        [Value::Association(parts)] => {
            parts.get(&Value::string("BestFit")).map(|entry| entry.value.clone())
        }
        _ => None,
    }
}

/// What a fitted model tells: of its parts `m`, a property.
const PROPERTIES: &str = "{
    FittedModel[m_][\"Properties\"] :> {\"AdjustedRSquared\", \"AIC\", \"BasisFunctions\", \"BestFit\", \"BestFitParameters\", \"BIC\", \"CookDistances\", \"CorrelationMatrix\", \"CovarianceMatrix\", \"DesignMatrix\", \"EstimatedVariance\", \"FitResiduals\", \"Function\", \"HatDiagonal\", \"ParameterConfidenceIntervals\", \"ParameterErrors\", \"ParameterPValues\", \"ParameterTable\", \"ParameterTableEntries\", \"ParameterTStatistics\", \"PredictedResponse\", \"Response\", \"RSquared\", \"StandardizedResiduals\"},
    FittedModel[m_][\"Function\"] :> With[{e = m[\"BestFit\"], v = m[\"Variables\"]}, If[MatchQ[v, {___Slot}], Function[e], Function[v, e]]],
    FittedModel[m_][\"PredictedResponse\"] :> m[\"DesignMatrix\"] . m[\"BestFitParameters\"],
    f_[\"FitResiduals\"] :> f[\"Response\"] - f[\"PredictedResponse\"],
    f_[\"EstimatedVariance\"] :> Total[f[\"FitResiduals\"]^2]/(Subtract @@ Dimensions[f[\"DesignMatrix\"]]),
    f_[\"CovarianceMatrix\"] :> f[\"EstimatedVariance\"] Inverse[Transpose[f[\"DesignMatrix\"]] . f[\"DesignMatrix\"]],
    f_[\"CorrelationMatrix\"] :> With[{c = f[\"CovarianceMatrix\"]}, c/Outer[Times, Sqrt[Diagonal[c]], Sqrt[Diagonal[c]]]],
    f_[\"ParameterErrors\"] :> Sqrt[Diagonal[f[\"CovarianceMatrix\"]]],
    f_[\"ParameterTStatistics\"] :> (f[\"BestFitParameters\"] /. (_ -> $v_) :> $v)/f[\"ParameterErrors\"],
    f_[\"ParameterPValues\"] :> With[{d = StudentTDistribution[Subtract @@ Dimensions[f[\"DesignMatrix\"]]]}, 2 SurvivalFunction[d, Abs[#]] & /@ f[\"ParameterTStatistics\"]],
    f_[\"ParameterConfidenceIntervals\"] :> With[{q = Quantile[StudentTDistribution[Subtract @@ Dimensions[f[\"DesignMatrix\"]]], 0.975], b = f[\"BestFitParameters\"] /. (_ -> $v_) :> $v, e = f[\"ParameterErrors\"]}, Transpose[{b - q e, b + q e}]],
    f_[\"ParameterTableEntries\"] :> Transpose[{f[\"BestFitParameters\"] /. (_ -> $v_) :> $v, f[\"ParameterErrors\"], f[\"ParameterTStatistics\"], f[\"ParameterPValues\"]}],
    FittedModel[m_][\"ParameterTable\"] :> Grid[Prepend[MapThread[Prepend, {FittedModel[m][\"ParameterTableEntries\"], Lookup[m, \"BasisFunctions\", First /@ m[\"BestFitParameters\"]]}], {\"\", \"Estimate\", \"Standard Error\", \"t-Statistic\", \"P-Value\"}]],
    FittedModel[m_][\"RSquared\"] :> With[{y = m[\"Response\"]}, 1 - Total[FittedModel[m][\"FitResiduals\"]^2]/Total[(y - If[m[\"HasConstant\"], Mean[y], 0])^2]],
    FittedModel[m_][\"AdjustedRSquared\"] :> With[{n = Length[m[\"Response\"]], p = Last[Dimensions[m[\"DesignMatrix\"]]]}, 1 - (n - If[m[\"HasConstant\"], 1, 0])/(n - p) (1 - FittedModel[m][\"RSquared\"])],
    f_[\"HatDiagonal\"] :> With[{x = f[\"DesignMatrix\"]}, Diagonal[x . Inverse[Transpose[x] . x] . Transpose[x]]],
    f_[\"StandardizedResiduals\"] :> f[\"FitResiduals\"]/Sqrt[f[\"EstimatedVariance\"] (1 - f[\"HatDiagonal\"])],
    f_[\"CookDistances\"] :> With[{h = f[\"HatDiagonal\"]}, f[\"FitResiduals\"]^2 h/(Last[Dimensions[f[\"DesignMatrix\"]]] f[\"EstimatedVariance\"] (1 - h)^2)],
    f_[\"AIC\"] :> With[{n = Length[f[\"Response\"]], p = Last[Dimensions[f[\"DesignMatrix\"]]]}, n (Log[2 Pi Total[f[\"FitResiduals\"]^2]/n] + 1) + 2 (p + 1)],
    f_[\"BIC\"] :> With[{n = Length[f[\"Response\"]], p = Last[Dimensions[f[\"DesignMatrix\"]]]}, n (Log[2 Pi Total[f[\"FitResiduals\"]^2]/n] + 1) + Log[n] (p + 1)],
    f_[p_List] /; VectorQ[p, StringQ] :> f /@ p
}";

/// Applies a fitted model to a point, or tells a property of it.
pub(in crate::builtins) fn apply(
    session: &mut Session,
    head: &Call,
    call: &Call,
) -> Evaluated<Step> {
    let [Value::Association(parts)] = head.args() else { return Ok(Step::Same) };
    let part = |name: &str| parts.get(&Value::string(name)).map(|entry| entry.value.clone());
    if let [Value::String(name)] = call.args()
        && !matches!(name.as_str(), "Type" | "Variables" | "HasConstant")
        && let Some(known) = part(name)
    {
        return Ok(Step::Done(known));
    }
    if let [Value::String(_) | Value::Call(_)] = call.args() {
        let whole = Value::call(head.head().clone(), Args::from(head.args()));
        let call = Arc::new(Call::new(whole, Args::from(call.args())));
        let step = session.by_rules(&call, PROPERTIES)?;
        if !matches!(step, Step::Same) {
            return Ok(step);
        }
    }
    let (Some(mut value), Some(variables)) = (part("BestFit"), part("Variables")) else {
        return Ok(Step::Same);
    };
    let variables = variables.as_list().unwrap_or(&[]);
    if variables.len() != call.args().len() || call.args().iter().any(|arg| arg.as_str().is_some())
    {
        return Ok(Step::Same);
    }
    for (variable, by) in variables.iter().zip(call.args()) {
        value = substituted(&value, variable, by);
    }
    Ok(Step::Again(value))
}
