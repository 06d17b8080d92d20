//! Equations as a system of the first order with its values at one place.

use super::super::formula::lyra;
use super::super::interpolating::value_of;
use super::super::numeric::Tape;
use super::super::numeric::complex::{C, ZERO, c};
use super::super::terms::is_free;
use super::boundary::Boundary;
use super::events::Event;
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
    /// The values at the start, to be found if there is a boundary.
    pub(super) initial: Vec<C>,
    /// Conditions at several places, which the values at the start have to be found for.
    pub(super) boundary: Option<Boundary>,
    /// What happens where something becomes true.
    pub(super) events: Vec<Event>,
}

/// Equations, sorted into those that hold everywhere and those at single places, with events.
struct Sorted {
    everywhere: Vec<Value>,
    conditions: Vec<Value>,
    places: Vec<Value>,
    events: Vec<[Value; 2]>,
}

/// Sorts equations and finds the orders of the functions; `None` for what is no problem for as many
/// functions as there are equations.
fn sorted(
    session: &Session,
    equations: &[Value],
    unknowns: &mut [Unknown],
    x: &Value,
) -> Option<Sorted> {
    let mut sorted = Sorted {
        everywhere: Vec::new(),
        conditions: Vec::new(),
        places: Vec::new(),
        events: Vec::new(),
    };
    for equation in equations {
        if let Some(event) = super::events::read(session, equation) {
            sorted.events.push(event);
            continue;
        }
        let [_, _] = equation.exactly::<2>(sym::Equal)?;
        let mut is_everywhere = false;
        let mut orders = vec![0; unknowns.len()];
        visit(equation, unknowns, &mut |function, order, at| {
            if at == x {
                is_everywhere = true;
                orders[function] = orders[function].max(order);
            } else if !sorted.places.contains(at) {
                sorted.places.push(at.clone());
            }
        });
        match is_everywhere {
            true => sorted.everywhere.push(equation.clone()),
            false => sorted.conditions.push(equation.clone()),
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
    let Some(sorted) = sorted(session, equations, unknowns, x) else { return Ok(None) };
    let unknowns = &*unknowns;
    let put = |session: &mut Session, equations: &[Value]| -> Vec<Value> {
        let mut name = |function, order, _: &Value| symbol(session, function, order);
        equations.iter().map(|equation| with_symbols(equation, unknowns, &mut name)).collect()
    };
    let everywhere = put(session, &sorted.everywhere);
    let (mut state, mut highest) = (Vec::new(), Vec::new());
    for (function, unknown) in unknowns.iter().enumerate() {
        state.extend((0..unknown.order).map(|order| symbol(session, function, order)));
        highest.push(symbol(session, function, unknown.order));
    }
    let mut places = Vec::new();
    for place in &sorted.places {
        let Some(at) = session.machine_value(place)? else { return Ok(None) };
        places.push(at);
    }
    let Some(start) = places.iter().copied().reduce(f64::min) else { return Ok(None) };
    let (mut initial, mut boundary) = (vec![ZERO; state.len()], None);
    if let [_] = places[..] {
        let conditions = put(session, &sorted.conditions);
        let Some(values) = initial_values(session, conditions, &state)? else { return Ok(None) };
        initial = values;
    } else {
        boundary = residuals(session, &sorted, unknowns, &places)?;
        if boundary.is_none() {
            return Ok(None);
        }
    }
    let Some(solutions) = solved(session, everywhere, &highest)? else { return Ok(None) };
    let mut all = Vec::new();
    for values in solutions {
        let mut slopes = Vec::new();
        for (function, (unknown, value)) in unknowns.iter().zip(&values).enumerate() {
            slopes.extend((1..unknown.order).map(|order| symbol(session, function, order)));
            slopes.push(value.clone());
        }
        let mut system = System::new(session, x.clone(), state.clone(), slopes);
        (system.start, system.initial) = (start, initial.clone());
        system.boundary = boundary.take();
        for [event, action] in &sorted.events {
            let parts = put(session, &[event.clone(), action.clone()]);
            let Some(event) = Event::new(session, &parts[0], &parts[1], x, &state)? else {
                return Ok(None);
            };
            system.events.push(event);
        }
        all.push(system);
    }
    Ok(Some(all))
}

/// Conditions at several places: what of the values there has to be 0.
fn residuals(
    session: &mut Session,
    sorted: &Sorted,
    unknowns: &[Unknown],
    places: &[f64],
) -> Evaluated<Option<Boundary>> {
    let count: usize = unknowns.iter().map(|unknown| unknown.order).sum();
    if sorted.conditions.len() != count {
        return Ok(None);
    }
    let mut variables = Vec::new();
    for place in 0..places.len() {
        for (function, unknown) in unknowns.iter().enumerate() {
            for order in 0..unknown.order {
                variables.push(symbol_at(session, function, order, place));
            }
        }
    }
    let mut all = Vec::new();
    for condition in &sorted.conditions {
        let Some([left, right]) = condition.exactly::<2>(sym::Equal) else { return Ok(None) };
        let difference = session.difference_of(left, right)?;
        let mut name = |function, order, at: &Value| {
            let place = sorted.places.iter().position(|place| place == at).unwrap_or(0);
            symbol_at(session, function, order, place)
        };
        let with = with_symbols(&difference, unknowns, &mut name);
        all.push(with);
    }
    let outputs: Vec<&Value> = all.iter().collect();
    let tape = Tape::new(session, &variables, &outputs);
    let is_known = !tape.is_opaque && tape.variables.len() == variables.len();
    Ok(is_known.then(|| Boundary { places: places.to_vec(), residuals: tape }))
}

/// The symbol of a value at one of several places.
fn symbol_at(session: &mut Session, function: usize, order: usize, place: usize) -> Value {
    let name = format!("Lyra`NDSolve`y{function}d{order}p{place}");
    Value::Symbol(session.names.symbol(&name))
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
    fn new(session: &Session, x: Value, state: Vec<Value>, slopes: Vec<Value>) -> Self {
        let mut variables = vec![x.clone()];
        variables.extend(state.iter().cloned());
        let outputs: Vec<&Value> = slopes.iter().collect();
        let tape = Tape::new(session, &variables, &outputs);
        let tape =
            Some(tape).filter(|tape| !tape.is_opaque && tape.variables.len() == variables.len());
        let (initial, events) = (Vec::new(), Vec::new());
        Self { x, state, slopes, tape, start: 0.0, initial, boundary: None, events }
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
