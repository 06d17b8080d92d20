//! Equations as a system of the first order with its values at one place.

use super::super::formula::lyra;
use super::super::interpolating::value_of;
use super::super::numeric::Tape;
use super::super::numeric::complex::{C, c};
use super::super::terms::is_free;
use crate::builtins::forms::substituted;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value, grown};

/// Orders of derivatives beyond this are not followed.
const MOST_ORDER: usize = 40;

/// A function that is looked for.
#[derive(Debug, Clone)]
pub(super) struct Unknown {
    pub(super) name: Value,
    /// How many of its derivatives, itself included, have values that are followed.
    pub(super) order: usize,
}

/// What `y[x]` or `y''[x]` is: which function, which derivative, and where.
fn occurrence<'v>(value: &'v Value, unknowns: &[Unknown]) -> Option<(usize, usize, &'v Value)> {
    let call = value.as_call()?;
    let [at] = call.args() else { return None };
    let place = |name: &Value| unknowns.iter().position(|unknown| unknown.name == *name);
    if let Some(found) = place(call.head()) {
        return Some((found, 0, at));
    }
    let derived = call.head().as_call()?;
    let [order] = derived.head().args_of(sym::Derivative)? else { return None };
    let [name] = derived.args() else { return None };
    Some((place(name)?, order.as_usize().filter(|order| *order <= MOST_ORDER)?, at))
}

fn visit<'v>(
    value: &'v Value,
    unknowns: &[Unknown],
    found: &mut dyn FnMut(usize, usize, &'v Value),
) {
    if let Some((function, order, at)) = occurrence(value, unknowns) {
        found(function, order, at);
    }
    if let Value::Call(call) = value {
        grown(call.depth(), || call.args().iter().for_each(|arg| visit(arg, unknowns, found)));
    }
}

/// Puts symbols for functions and their derivatives.
fn with_symbols(
    value: &Value,
    unknowns: &[Unknown],
    symbol: &mut dyn FnMut(usize, usize, &Value) -> Value,
) -> Value {
    if let Some((function, order, at)) = occurrence(value, unknowns) {
        return symbol(function, order, at);
    }
    let Value::Call(call) = value else { return value.clone() };
    grown(call.depth(), || {
        let each = |arg: &Value| with_symbols(arg, unknowns, symbol);
        let args: Args = call.args().iter().map(each).collect();
        Value::call(call.head().clone(), args)
    })
}

/// The symbol that stands for a derivative of a function.
fn symbol(session: &mut Session, function: usize, order: usize) -> Value {
    Value::Symbol(session.names.symbol(&format!("Lyra`NDSolve`y{function}d{order}")))
}

/// A system of the first order: y' = f(x, y), y(x0) = y0.
#[derive(Debug)]
pub(super) struct System {
    x: Value,
    /// The symbols of the values that are followed.
    state: Vec<Value>,
    slopes: Vec<Value>,
    tape: Option<Tape>,
    pub(super) start: f64,
    pub(super) initial: Vec<C>,
}

/// Equations, sorted into those that hold everywhere and those at one place.
struct Sorted {
    everywhere: Vec<Value>,
    conditions: Vec<Value>,
    place: Option<Value>,
}

/// Sorts equations and finds the orders of the functions; `None` for what is no initial value
/// problem.
fn sorted(equations: &[Value], unknowns: &mut [Unknown], x: &Value) -> Option<Sorted> {
    let mut sorted = Sorted { everywhere: Vec::new(), conditions: Vec::new(), place: None };
    for equation in equations {
        let [_, _] = equation.exactly::<2>(sym::Equal)?;
        let (mut is_everywhere, mut is_single) = (false, true);
        let mut orders = vec![0; unknowns.len()];
        visit(equation, unknowns, &mut |function, order, at| {
            if at == x {
                is_everywhere = true;
                orders[function] = orders[function].max(order);
            } else if sorted.place.get_or_insert_with(|| at.clone()) != at {
                is_single = false;
            }
        });
        match is_everywhere {
            true => sorted.everywhere.push(equation.clone()),
            false => sorted.conditions.push(equation.clone()),
        }
        if !is_single {
            return None;
        }
        for (unknown, order) in unknowns.iter_mut().zip(orders) {
            unknown.order = unknown.order.max(order);
        }
    }
    let is_complete = unknowns.iter().all(|unknown| unknown.order > 0)
        && sorted.everywhere.len() == unknowns.len();
    is_complete.then_some(sorted)
}

/// Solves equations for symbols; returns the values of each solution.
fn solved(
    session: &mut Session,
    equations: Vec<Value>,
    symbols: &[Value],
) -> Evaluated<Option<Vec<Vec<Value>>>> {
    let list = Value::list(Args::from(symbols.to_vec()));
    session.quiet += 1;
    let found = session.system("Solve", [Value::list(Args::from(equations)), list]);
    session.quiet -= 1;
    let found = found?;
    let Some(solutions) = found.as_list() else { return Ok(None) };
    let mut all = Vec::new();
    for solution in solutions {
        let mut values = Vec::new();
        for symbol in symbols {
            let rules = solution.as_list().unwrap_or(&[]);
            let value = rules.iter().find_map(|rule| match crate::rule::sides(rule) {
                Some((left, right, _)) if left == symbol => Some(right.clone()),
                _ => None,
            });
            match value {
                Some(value) => values.push(value),
                None => return Ok(None),
            }
        }
        all.push(values);
    }
    Ok(Some(all))
}

/// Returns the systems that equations come to, one for each way to solve them for the highest
/// derivatives; `None` if they are no initial value problem that determines all values.
pub(super) fn systems(
    session: &mut Session,
    equations: &[Value],
    unknowns: &mut [Unknown],
    x: &Value,
) -> Evaluated<Option<Vec<System>>> {
    let Some(sorted) = sorted(equations, unknowns, x) else { return Ok(None) };
    let unknowns = &*unknowns;
    let put = |session: &mut Session, equations: &[Value]| -> Vec<Value> {
        let mut name = |function, order, _: &Value| symbol(session, function, order);
        equations.iter().map(|equation| with_symbols(equation, unknowns, &mut name)).collect()
    };
    let (everywhere, conditions) =
        (put(session, &sorted.everywhere), put(session, &sorted.conditions));
    let (mut state, mut highest) = (Vec::new(), Vec::new());
    for (function, unknown) in unknowns.iter().enumerate() {
        state.extend((0..unknown.order).map(|order| symbol(session, function, order)));
        highest.push(symbol(session, function, unknown.order));
    }
    let Some(place) = sorted.place else { return Ok(None) };
    let Some(start) = session.machine_value(&place)? else { return Ok(None) };
    let Some(initial) = initial_values(session, conditions, &state)? else { return Ok(None) };
    let Some(solutions) = solved(session, everywhere, &highest)? else { return Ok(None) };
    let mut all = Vec::new();
    for values in solutions {
        let mut slopes = Vec::new();
        for (function, (unknown, value)) in unknowns.iter().zip(&values).enumerate() {
            slopes.extend((1..unknown.order).map(|order| symbol(session, function, order)));
            slopes.push(value.clone());
        }
        let (x, state, initial) = (x.clone(), state.clone(), initial.clone());
        all.push(System::new(session, x, state, slopes, start, initial));
    }
    Ok(Some(all))
}

fn initial_values(
    session: &mut Session,
    conditions: Vec<Value>,
    state: &[Value],
) -> Evaluated<Option<Vec<C>>> {
    let Some(solutions) = solved(session, conditions, state)? else { return Ok(None) };
    let [values] = &solutions[..] else { return Ok(None) };
    let mut initial = Vec::new();
    for value in values {
        let number = lyra!(session, "N[value]", value)?;
        match complex(&number) {
            Some(number) => initial.push(number),
            None => return Ok(None),
        }
    }
    Ok(Some(initial))
}

/// Reads a machine number.
pub(super) fn complex(value: &Value) -> Option<C> {
    let (re, im) = number::parts(value);
    Some(c(number::to_f64(&re)?, number::to_f64(&im)?))
}

impl System {
    fn new(
        session: &Session,
        x: Value,
        state: Vec<Value>,
        slopes: Vec<Value>,
        start: f64,
        initial: Vec<C>,
    ) -> Self {
        let mut variables = vec![x.clone()];
        variables.extend(state.iter().cloned());
        let outputs: Vec<&Value> = slopes.iter().collect();
        let tape = Tape::new(session, &variables, &outputs);
        let tape =
            Some(tape).filter(|tape| !tape.is_opaque && tape.variables.len() == variables.len());
        Self { x, state, slopes, tape, start, initial }
    }

    /// Returns the slopes at a point, not numbers where there are none.
    pub(super) fn slope(&self, session: &mut Session, x: f64, y: &[C]) -> Evaluated<Vec<C>> {
        if let Some(tape) = &self.tape {
            let mut values = vec![c(x, 0.0)];
            values.extend_from_slice(y);
            return Ok(tape.run(&values, &mut Vec::new()));
        }
        let mut found = Vec::new();
        for slope in &self.slopes {
            let mut with = substituted(slope, &self.x, &Value::Real(x));
            for (symbol, value) in self.state.iter().zip(y) {
                if !is_free(&with, symbol) {
                    with = substituted(&with, symbol, &value_of(*value));
                }
            }
            let number = lyra!(session, "N[with]", with)?;
            found.push(complex(&number).unwrap_or(c(f64::NAN, f64::NAN)));
        }
        Ok(found)
    }
}
