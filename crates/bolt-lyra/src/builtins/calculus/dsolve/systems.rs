//! Linear systems of differential equations with constant coefficients, by the exponential of their
//! matrix and variation of the constants.

use super::super::derivative::derivative;
use super::super::formula::lyra;
use super::super::integrate::antiderivative;
use super::super::terms::{is_free, is_zero, substituted};
use super::{
    constant, evaluated_at, is_zero_for_all, mentions_function, solve_linear, with_symbols,
};
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Derivatives up to this order are looked for.
const MOST_ORDER: usize = 4;

/// Functions with the symbols for themselves and their derivatives up to the highest one.
struct Unknown {
    asked: Value,
    name: Value,
    symbols: Vec<Value>,
}

/// y' = A y + g for all functions and their derivatives below the highest one.
struct System {
    unknowns: Vec<Unknown>,
    equations: Vec<Value>,
    matrix: Vec<Vec<Value>>,
    right: Vec<Value>,
}

/// `DSolve[{equations}, {y[x], z[x]}, x]`
pub(super) fn dsolve(
    session: &mut Session,
    equations: &Value,
    asked: &[Value],
    x: &Value,
) -> Evaluated<Step> {
    let mut unknowns = Vec::new();
    for (place, one) in asked.iter().enumerate() {
        let name = match one.as_call() {
            Some(call) if call.args() == std::slice::from_ref(x) => call.head().clone(),
            None if one.as_symbol().is_some() => one.clone(),
            _ => return Ok(Step::Same),
        };
        let symbols = (0..=MOST_ORDER)
            .map(|order| {
                Value::Symbol(session.names.symbol(&format!("Lyra`DSolve`s{place}d{order}")))
            })
            .collect();
        unknowns.push(Unknown { asked: one.clone(), name, symbols });
    }
    let all = equations.as_list().unwrap_or(std::slice::from_ref(equations));
    let (main, conditions): (Vec<Value>, Vec<Value>) = all.iter().cloned().partition(|equation| {
        unknowns.iter().any(|unknown| mentions_function(equation, &unknown.name, x))
    });
    session.quiet += 1;
    let found = solved(session, unknowns, &main, &conditions, x);
    session.quiet -= 1;
    let Some(rules) = found? else { return Ok(Step::Same) };
    Ok(Step::Done(Value::list([Value::list(rules)].as_slice())))
}

fn solved(
    session: &mut Session,
    unknowns: Vec<Unknown>,
    main: &[Value],
    conditions: &[Value],
    x: &Value,
) -> Evaluated<Option<Args>> {
    let Some(system) = system(session, unknowns, main, x)? else { return Ok(None) };
    let Some(mut values) = general(session, &system, x)? else { return Ok(None) };
    let places = first_places(&system);
    if !is_solution(session, &system, &values, x)? {
        return Ok(None);
    }
    if !conditions.is_empty() {
        match with_conditions(session, &system, values, conditions, x)? {
            Some(fitted) => values = fitted,
            None => return Ok(None),
        }
    }
    let mut rules = Args::new();
    for (unknown, place) in system.unknowns.iter().zip(places) {
        let value = values[place].clone();
        let right = match unknown.asked.as_symbol().is_some() {
            true => Value::call(sym::Function, [Value::list([x.clone()].as_slice()), value]),
            false => value,
        };
        rules.push(Value::rule(unknown.asked.clone(), right));
    }
    Ok(Some(rules))
}

/// Where the functions themselves stand among the values that are followed.
fn first_places(system: &System) -> Vec<usize> {
    let mut next = 0;
    let place = |unknown: &Unknown| {
        let own = next;
        next += unknown.symbols.len() - 1;
        own
    };
    system.unknowns.iter().map(place).collect()
}

fn system(
    session: &mut Session,
    mut unknowns: Vec<Unknown>,
    main: &[Value],
    x: &Value,
) -> Evaluated<Option<System>> {
    if main.len() != unknowns.len() {
        return Ok(None);
    }
    let mut equations = Vec::new();
    for equation in main {
        let Some([left, right]) = equation.exactly::<2>(sym::Equal) else { return Ok(None) };
        equations.push(session.difference_of(left, right)?);
    }
    for unknown in &mut unknowns {
        let mut highest = 0;
        for equation in &mut equations {
            let with = with_symbols(equation, &unknown.name, x, &unknown.symbols, &mut highest);
            *equation = session.evaluate(&with)?;
        }
        if highest == 0 || equations.iter().any(|equation| !is_free(equation, &unknown.name)) {
            return Ok(None);
        }
        unknown.symbols.truncate(highest + 1);
    }
    let highest: Vec<Value> =
        unknowns.iter().filter_map(|unknown| unknown.symbols.last().cloned()).collect();
    let state: Vec<Value> = unknowns
        .iter()
        .flat_map(|unknown| unknown.symbols[..unknown.symbols.len() - 1].to_vec())
        .collect();
    let mut rows = Vec::new();
    for equation in &equations {
        let (row, rest) = linear_parts(session, equation, &highest)?;
        rows.push((row, session.product_of([Value::Integer(-1), rest])?));
    }
    let Some(values) = solve_linear(session, rows, highest.len())? else { return Ok(None) };
    let (mut matrix, mut right) = (Vec::new(), Vec::new());
    for (unknown, value) in unknowns.iter().zip(values) {
        let Some(value) = value else { return Ok(None) };
        let slopes = unknown.symbols[1..unknown.symbols.len() - 1].iter().cloned().chain([value]);
        for slope in slopes {
            let (row, rest) = linear_parts(session, &slope, &state)?;
            let is_constant = |value: &Value| {
                is_free(value, x) && state.iter().chain(&highest).all(|s| is_free(value, s))
            };
            if !row.iter().all(is_constant) {
                return Ok(None);
            }
            matrix.push(row);
            right.push(rest);
        }
    }
    Ok(Some(System { unknowns, equations, matrix, right }))
}

/// The coefficients of symbols in an expression, and what is left without them.
fn linear_parts(
    session: &mut Session,
    of: &Value,
    symbols: &[Value],
) -> Evaluated<(Vec<Value>, Value)> {
    let mut rest = of.clone();
    let mut row = Vec::new();
    for symbol in symbols {
        row.push(derivative(session, of, symbol)?);
        rest = substituted(&rest, symbol, &Value::Integer(0));
    }
    Ok((row, session.evaluate(&rest)?))
}

fn list(values: &[Value]) -> Value {
    Value::list(Args::from(values.to_vec()))
}

/// All values that are followed, with constants.
fn general(session: &mut Session, system: &System, x: &Value) -> Evaluated<Option<Vec<Value>>> {
    let Some(exponential) = exponential(session, &system.matrix, x)? else { return Ok(None) };
    let constants: Vec<Value> =
        (1..=system.matrix.len()).map(|place| constant(session, place)).collect();
    let constants = list(&constants);
    let mut values = lyra!(session, "exponential.constants", exponential, constants)?;
    if !system.right.iter().all(is_zero) {
        let minus = lyra!(session, "-x", x)?;
        let inverse = session.put(&exponential, x, &minus)?;
        let right = list(&system.right);
        let inner = lyra!(session, "Expand[inverse.right]", inverse, right)?;
        let mut integrals = Vec::new();
        for value in inner.as_list().unwrap_or(&[]).to_vec() {
            match antiderivative(session, &value, x)? {
                Some(integral) => integrals.push(integral),
                None => return Ok(None),
            }
        }
        let integrals = list(&integrals);
        values = lyra!(
            session,
            "values + Simplify[Expand[exponential.integrals]]",
            values,
            exponential,
            integrals
        )?;
    }
    Ok(values.as_list().map(<[Value]>::to_vec))
}

/// The exponential of A x, by Putzer's algorithm ("Avoiding the Jordan canonical form in the
/// discussion of linear systems with constant coefficients", 1966).
fn exponential(
    session: &mut Session,
    matrix: &[Vec<Value>],
    x: &Value,
) -> Evaluated<Option<Value>> {
    let n = matrix.len();
    let z = Value::Symbol(session.names.symbol("Lyra`DSolve`z"));
    let rows: Vec<Value> = matrix.iter().map(|row| list(row)).collect();
    let a = list(&rows);
    let characteristic = lyra!(session, "CharacteristicPolynomial[a, z]", a, z)?;
    let Some(poly) = session.poly(&characteristic, &z)? else { return Ok(None) };
    let mut roots = Vec::new();
    for (factor, times) in session.poly_factors(&poly)? {
        let Some(found) = session.poly_roots(&factor)? else { return Ok(None) };
        roots.extend(found.into_iter().flat_map(|root| std::iter::repeat_n(root, times)));
    }
    if roots.len() != n {
        return Ok(None);
    }
    let size = Value::Integer(n as i64);
    let one = lyra!(session, "IdentityMatrix[size]", size)?;
    let (mut power, mut sum) = (one.clone(), Args::new());
    let mut rate = Value::Integer(0);
    for (place, root) in roots.iter().enumerate() {
        // r' = root r + the one before, from 0; the first starts at 1.
        rate = match place {
            0 => lyra!(session, "E^(root*x)", root, x)?,
            _ => {
                let inner = lyra!(session, "Expand[rate*E^(-root*x)]", rate, root, x)?;
                let Some(whole) = antiderivative(session, &inner, x)? else { return Ok(None) };
                let start = session.put(&whole, x, &Value::Integer(0))?;
                lyra!(session, "Expand[(whole - start)*E^(root*x)]", whole, start, root, x)?
            }
        };
        sum.push(lyra!(session, "rate*power", rate, power)?);
        power = lyra!(session, "Expand[power.(a - root*one)]", power, a, root, one)?;
    }
    let whole = session.sum_of(sum)?;
    match has_complex(&whole) {
        false => lyra!(session, "Expand[whole]", whole).map(Some),
        true => lyra!(session, "Expand[ComplexExpand[Expand[whole]]]", whole).map(Some),
    }
}

fn has_complex(value: &Value) -> bool {
    match value {
        Value::Complex(_) => true,
        Value::Call(call) => call.args().iter().any(has_complex),
        _ => false,
    }
}

fn is_solution(
    session: &mut Session,
    system: &System,
    values: &[Value],
    x: &Value,
) -> Evaluated<bool> {
    let places = first_places(system);
    for equation in &system.equations {
        let mut with = equation.clone();
        for (unknown, place) in system.unknowns.iter().zip(&places) {
            let mut value = values[*place].clone();
            for (order, symbol) in unknown.symbols.iter().enumerate() {
                if order > 0 {
                    value = derivative(session, &value, x)?;
                }
                with = substituted(&with, symbol, &value);
            }
        }
        if !is_zero_for_all(session, with, values.len())? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Finds the constants for values at places.
fn with_conditions(
    session: &mut Session,
    system: &System,
    values: Vec<Value>,
    conditions: &[Value],
    x: &Value,
) -> Evaluated<Option<Vec<Value>>> {
    let places = first_places(system);
    let count = values.len();
    let constants: Vec<Value> = (1..=count).map(|place| constant(session, place)).collect();
    let mut rows = Vec::new();
    for condition in conditions {
        let Some([left, right]) = condition.exactly::<2>(sym::Equal) else { return Ok(None) };
        let mut difference = session.difference_of(left, right)?;
        for (unknown, place) in system.unknowns.iter().zip(&places) {
            difference = evaluated_at(session, &difference, &unknown.name, x, &values[*place])?;
        }
        let (row, rest) = linear_parts(session, &difference, &constants)?;
        if row.iter().any(|value| constants.iter().any(|c| !is_free(value, c))) {
            return Ok(None);
        }
        rows.push((row, session.product_of([Value::Integer(-1), rest])?));
    }
    let Some(found) = solve_linear(session, rows, count)? else { return Ok(None) };
    let mut fitted = Vec::new();
    for value in values {
        let mut with = value;
        for (c, value) in constants.iter().zip(&found) {
            if let Some(value) = value {
                with = substituted(&with, c, value);
            }
        }
        let with = session.evaluate(&with)?;
        fitted.push(session.system("Expand", [with].as_slice())?);
    }
    Ok(Some(fitted))
}
