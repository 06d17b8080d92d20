//! `NDSolve` and `NDSolveValue`

use triomphe::Arc;

use super::super::interpolating::Interpolant;
use super::super::numeric::complex::C;
use super::events::follow_with_events;
use super::system::{System, Unknown, systems};
use super::{End, Limits, Node, boundary, follow};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(in crate::builtins::calculus) const TABLE: &[Builtin] = &[
    builtin(
        "NDSolve",
        Attributes::NONE,
        |s, c| solve(s, c, false),
        "NDSolve[equations, y, {x, a, b}] is a list of solutions {{y -> InterpolatingFunction[...]}} \
         of ordinary differential equations with the values of y and its derivatives at one place, or \
         with conditions at several places, for which values at the first one are looked for; \
         y[x] in place of y gives values, a list several functions. WhenEvent among the equations \
         changes values at a place. Stiff equations are followed by a method for them. The options AccuracyGoal and PrecisionGoal say how many digits an error \
         of a step lies beyond, 10 by default, MaxSteps how many steps are taken at most.",
        &[
            (
                "s = NDSolve[{y'[x] == y[x], y[0] == 1}, y, {x, 0, 1}]; Round[10^7 y[1] /. s]",
                "{27182818}",
            ),
            (
                "Head[y /. First[NDSolve[{y''[x] == -y[x], y[0] == 0, y'[0] == 1}, y, {x, 0, 1}]]]",
                "InterpolatingFunction",
            ),
            (
                "s = NDSolve[{y''[x] == -y[x], y[0] == 0, y[1] == 1}, y, {x, 0, 1}]; Round[10^6 y'[0] /. s]",
                "{1188395}",
            ),
        ],
    ),
    builtin(
        "WhenEvent",
        Attributes::HOLD_ALL,
        |_, _| Ok(Step::Same),
        "WhenEvent[event, action] among the equations of NDSolve takes the action where the event \
         happens: for a == b where a - b goes through 0, for a < b and a > b where that becomes \
         true. The action is a rule for the new value of a function, as y'[t] -> -y'[t], \
         \"StopIntegration\", or a list of these.",
        &[
            (
                "f = NDSolveValue[{y''[t] == -2, y[0] == 1, y'[0] == 0, WhenEvent[y[t] == 0, y'[t] -> -y'[t]]}, y, {t, 0, 3}]; Round[10^6 f[2]]",
                "1000000",
            ),
            (
                "f = NDSolveValue[{y'[t] == y[t], y[0] == 1, WhenEvent[y[t] > 2, \"StopIntegration\"]}, y, {t, 0, 3}]; Round[10^6 f[\"Domain\"]]",
                "{{0, 693147}}",
            ),
        ],
    ),
    builtin(
        "NDSolveValue",
        Attributes::NONE,
        |s, c| solve(s, c, true),
        "NDSolveValue[equations, y, {x, a, b}] is the function y of the first solution that NDSolve \
         finds; y[x] in place of y gives its value.",
        &[
            (
                "f = NDSolveValue[{y'[x] == -1000 (y[x] - Cos[x]), y[0] == 2}, y, {x, 0, 1}]; Round[10^5 f[1]]",
                "54114",
            ),
            (
                "f = NDSolveValue[{y''[x] == -y[x], y[0] == 0, y'[0] == 1}, y, {x, 0, 2 Pi}]; Round[10^6 f'[Pi]]",
                "-1000000",
            ),
        ],
    ),
];

/// Digits beyond which the error of a step lies by default.
const GOAL: f64 = 10.0;
const MOST_STEPS: usize = 100_000;

/// What is asked for: functions and how they are written.
struct Asked {
    unknowns: Vec<Unknown>,
    x: Value,
    low: f64,
    high: f64,
}

fn asked(session: &mut Session, functions: &Value, range: &Value) -> Evaluated<Option<Asked>> {
    let (x, low, high) = match range.as_list() {
        Some([x, low, high]) => (x, low.clone(), high),
        Some([x, high]) => (x, high.clone(), high),
        _ => return Ok(None),
    };
    let (Some(low), Some(high)) = (session.machine_value(&low)?, session.machine_value(high)?)
    else {
        return Ok(None);
    };
    let mut unknowns = Vec::new();
    for function in functions.as_list().unwrap_or(std::slice::from_ref(functions)) {
        let name = match function.as_call() {
            Some(call) if call.args() == std::slice::from_ref(x) => call.head(),
            Some(_) => return Ok(None),
            None => function,
        };
        if name.as_symbol().is_none() {
            return Ok(None);
        }
        unknowns.push(Unknown { name: name.clone(), order: 0 });
    }
    let is_ordered = x.as_symbol().is_some() && low.is_finite() && high.is_finite() && low <= high;
    let asked = Asked { unknowns, x: x.clone(), low, high };
    Ok(Some(asked).filter(|asked| is_ordered && !asked.unknowns.is_empty()))
}

fn solve(session: &mut Session, call: &mut Arc<Call>, is_value: bool) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 3);
    let [equations, functions, range] = args else { return Ok(Step::Same) };
    let Some(mut asked) = asked(session, functions, range)? else { return Ok(Step::Same) };
    let Some(limits) = limits(session, options, &asked)? else { return Ok(Step::Same) };
    let mut all = Vec::new();
    flatten(equations, &mut all);
    let Some(found) = systems(session, &all, &mut asked.unknowns, &asked.x)? else {
        return Ok(Step::Same);
    };
    let mut solutions = Args::new();
    for system in &found {
        let Some(initial) = initial(session, system, limits)? else { return Ok(Step::Same) };
        let Some(rules) = solution(session, system, initial, &asked, limits)? else {
            return Ok(Step::Same);
        };
        solutions.push(rules);
    }
    let Some(first) = solutions.first().and_then(Value::as_list) else { return Ok(Step::Same) };
    if is_value {
        let mut result = functions.clone();
        for (name, function, _) in first.iter().filter_map(crate::rule::sides) {
            result = crate::builtins::forms::substituted(&result, name, function);
        }
        return Ok(Step::Again(result));
    }
    let mut written = Args::new();
    for rules in &solutions {
        let mut list = Args::new();
        let functions = functions.as_list().unwrap_or(std::slice::from_ref(functions));
        let rules = rules.as_list().unwrap_or(&[]);
        for (function, (name, value, _)) in
            functions.iter().zip(rules.iter().filter_map(crate::rule::sides))
        {
            let value = crate::builtins::forms::substituted(function, name, value);
            list.push(Value::rule(function.clone(), value));
        }
        written.push(Value::list(list));
    }
    Ok(Step::Done(Value::list(written)))
}

fn flatten(value: &Value, all: &mut Vec<Value>) {
    use crate::symbol::sym;
    match (value.as_list(), value.args_of(sym::And)) {
        (Some(list), _) | (_, Some(list)) => list.iter().for_each(|one| flatten(one, all)),
        _ => all.push(value.clone()),
    }
}

fn limits(session: &mut Session, options: Options<'_>, asked: &Asked) -> Evaluated<Option<Limits>> {
    let goal = |session: &mut Session, name: &str, otherwise: f64| -> Evaluated<Option<f64>> {
        match options.get(session, name) {
            Some(value) if value.as_symbol().is_none() => {
                let value = value.clone();
                session.machine_value(&value)
            }
            _ => Ok(Some(otherwise)),
        }
    };
    let absolute = goal(session, "AccuracyGoal", GOAL)?;
    let relative = goal(session, "PrecisionGoal", GOAL)?;
    let steps = goal(session, "MaxSteps", MOST_STEPS as f64)?;
    let (Some(absolute), Some(relative), Some(steps)) = (absolute, relative, steps) else {
        return Ok(None);
    };
    Ok(Some(Limits {
        to: asked.high,
        absolute: 10f64.powf(-absolute.clamp(1.0, 14.0)),
        relative: 10f64.powf(-relative.clamp(1.0, 13.0)),
        steps: steps.clamp(1.0, 1e7) as usize,
        longest: ((asked.high - asked.low) / 10.0).max(f64::MIN_POSITIVE),
    }))
}

/// The values at the start.
fn initial(session: &mut Session, system: &System, limits: Limits) -> Evaluated<Option<Vec<C>>> {
    let Some(boundary) = &system.boundary else { return Ok(Some(system.initial.clone())) };
    let mut slope = |session: &mut Session, x: f64, y: &[C]| system.slope(session, x, y);
    let count = system.initial.len();
    let found = boundary::initial_values(session, &mut slope, boundary, count, limits)?;
    if found.is_none() {
        session.message_of("NDSolve", "bvfail", &[]);
    }
    Ok(found)
}

/// Follows a system to both ends of the range; returns rules for its functions.
fn solution(
    session: &mut Session,
    system: &System,
    initial: Vec<C>,
    asked: &Asked,
    limits: Limits,
) -> Evaluated<Option<Value>> {
    let mut slope = |session: &mut Session, x: f64, y: &[C]| system.slope(session, x, y);
    let first = slope(session, system.start, &initial)?;
    if first.iter().any(|part| !part.is_finite()) {
        let place = [asked.x.clone(), Value::Real(system.start)];
        session.message_of("NDSolve", "ndnum", &place);
        return Ok(None);
    }
    let start = Node { x: system.start, y: initial, slope: first };
    let mut sides = [vec![start.clone()], vec![start]];
    for (nodes, to) in sides.iter_mut().zip([asked.low, asked.high]) {
        // The conditions may stand at an end of the range, or beyond it.
        let is_behind = if to == asked.low { to >= system.start } else { to <= system.start };
        if is_behind {
            continue;
        }
        let limits = Limits { to, ..limits };
        let end = match system.events.is_empty() || to < system.start {
            true => follow(session, &mut slope, nodes, &limits)?,
            false => follow_with_events(session, &mut slope, nodes, &system.events, &limits)?,
        };
        let at = nodes.last().map_or(to, |node| node.x);
        let parts = [asked.x.clone(), Value::Real(at)];
        match end {
            End::Reached | End::Stiff => {}
            End::Singular => session.message_of("NDSolve", "ndsz", &parts),
            End::TooManySteps => {
                let steps = Value::Integer(limits.steps as i64);
                session.message_of("NDSolve", "mxst", &[steps, parts[0].clone(), parts[1].clone()]);
            }
        }
    }
    let [down, up] = sides;
    let nodes: Vec<Node> = down.into_iter().skip(1).rev().chain(up).collect();
    Ok(Some(functions(&nodes, asked)))
}

fn functions(nodes: &[Node], asked: &Asked) -> Value {
    let mut rules = Args::new();
    let mut place = 0;
    for unknown in &asked.unknowns {
        let rows = nodes
            .iter()
            .map(|node| {
                let mut row = node.y[place..place + unknown.order].to_vec();
                row.push(node.slope[place + unknown.order - 1]);
                row
            })
            .collect();
        let grid = nodes.iter().map(|node| node.x).collect();
        let function = Interpolant { grid, rows, order: 7, derivative: 0 };
        rules.push(Value::rule(unknown.name.clone(), function.to_value()));
        place += unknown.order;
    }
    Value::list(rules)
}
