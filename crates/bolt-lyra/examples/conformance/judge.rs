//! What passes: the input and the expected value are the same expression, are equal, have the same
//! `InputForm`, or differ by what `Simplify` brings to 0. An integral passes as well if its
//! derivative is the integrand, after `Simplify` or at points.

use bolt_lyra::{Args, Session, Symbol, Value, sym};
use bolt_lyra_syntax::parse;

use crate::case::{Case, Outcome};
use crate::code_parser;

/// Returns a session that has loaded packages.
pub(crate) fn session(packages: &[String]) -> Result<Session, String> {
    let mut session = Session::new();
    for package in packages {
        let source = std::fs::read_to_string(package).map_err(|e| format!("{package}: {e}"))?;
        evaluate(&mut session, &source).map_err(|why| format!("{package}: {why}"))?;
    }
    session.take_notes();
    Ok(session)
}

/// Judges a case in a session that nothing else has used.
pub(crate) fn judge(session: &mut Session, case: &Case) -> Outcome {
    if case.kind == "parse" {
        return match code_parser::judge(&case.input, &case.expected) {
            None => Outcome::NotJudged,
            Some((_, Ok(()))) => Outcome::Passes,
            Some((_, Err(found))) => Outcome::Fails(found.replace('\n', " ")),
        };
    }
    match of_value(session, case) {
        Ok(()) => Outcome::Passes,
        Err(found) => Outcome::Fails(found),
    }
}

/// Evaluates a source line by line of a dialogue, so that `%` is the line before; returns the value
/// of the last.
fn evaluate(session: &mut Session, source: &str) -> Result<Value, String> {
    let parsed = parse(source);
    if parsed.has_errors() {
        return Err("broken syntax".into());
    }
    let mut last = Value::NULL;
    for expr in &parsed.exprs {
        let value = session.read(expr);
        last = session.evaluate_input(&value).map_err(|_| "the session is ended".to_owned())?;
    }
    Ok(last)
}

fn of_value(session: &mut Session, case: &Case) -> Result<(), String> {
    for line in &case.context {
        // What is before a case need not work for it to pass.
        let _ = evaluate(session, line);
    }
    session.take_notes();
    let value = without_form(evaluate(session, &case.input)?);
    if case.kind == "text" && session.shown(&value) == case.expected {
        return Ok(());
    }
    // Values of the derivative cost less than to simplify a difference of antiderivatives.
    if case.kind == "integral" && is_antiderivative(session, &case.input, &value) {
        return Ok(());
    }
    let expected = evaluate(session, &case.expected).map(without_form);
    if expected.is_ok_and(|expected| same(session, &value, &expected)) {
        return Ok(());
    }
    Err(session.input_form(&value).replace('\n', " ").chars().take(160).collect())
}

/// Returns what a form that says how it is shown holds.
fn without_form(value: Value) -> Value {
    let inner = |head| value.exactly(head).map(|[inner]: &[Value; 1]| inner.clone());
    inner(sym::InputForm).or_else(|| inner(sym::FullForm)).unwrap_or(value)
}

fn same(session: &mut Session, value: &Value, expected: &Value) -> bool {
    if value == expected || session.input_form(value) == session.input_form(expected) {
        return true;
    }
    let both = Args::from([value.clone(), expected.clone()].as_slice());
    let equal = session.evaluate(&Value::call(sym::Equal, both));
    equal.is_ok_and(|equal| equal.is(sym::True)) || vanishes(session, &difference(value, expected))
}

fn difference(a: &Value, b: &Value) -> Value {
    let minus = Value::call(sym::Times, [Value::Integer(-1), b.clone()].as_slice());
    Value::call(sym::Plus, [a.clone(), minus].as_slice())
}

fn vanishes(session: &mut Session, value: &Value) -> bool {
    let simplified = session.evaluate(&Value::call(sym::Simplify, [value.clone()].as_slice()));
    simplified.is_ok_and(|value| matches!(value, Value::Integer(0) | Value::Real(0.0)))
}

/// Returns whether the derivative of an answer is the integrand of `Integrate[f, x]`.
fn is_antiderivative(session: &mut Session, input: &str, answer: &Value) -> bool {
    let parsed = parse(input);
    let [expr] = &parsed.exprs[..] else { return false };
    let Some(("Integrate", [integrand, variable])) = expr.as_call() else { return false };
    if mentions(answer, sym::Integrate) {
        return false;
    }
    let (integrand, variable) = (session.read(integrand), session.read(variable));
    let evaluated = session.evaluate(&integrand).unwrap_or_else(|_| integrand.clone());
    // By the evaluator for complex machine numbers, which takes functions without one as unknown.
    if session.is_antiderivative(answer, &evaluated, &variable).unwrap_or(false) {
        return true;
    }
    let by = Value::call(sym::D, [answer.clone(), variable].as_slice());
    let Ok(derivative) = session.evaluate(&by) else { return false };
    match agree_at_points(session, &derivative, &integrand) {
        Some(agree) => agree,
        None => vanishes(session, &difference(&derivative, &integrand)),
    }
}

/// Returns whether a symbol is somewhere in a value.
fn mentions(value: &Value, symbol: Symbol) -> bool {
    match value {
        Value::Call(call) => {
            mentions(call.head(), symbol) || call.args().iter().any(|arg| mentions(arg, symbol))
        }
        _ => value.is(symbol),
    }
}

/// Points that must agree, points that are tried, and how near is near enough.
const POINTS: usize = 5;
const TRIES: usize = 20;
const TOLERANCE: f64 = 1e-8;

/// Returns whether two expressions are the same numbers at points; `None` if too few points give
/// numbers.
fn agree_at_points(session: &mut Session, a: &Value, b: &Value) -> Option<bool> {
    let mut variables = Vec::new();
    for value in [a, b] {
        free_symbols(session, value, &mut variables);
    }
    let mut agreeing = 0;
    for attempt in 0..TRIES {
        let place = |(index, variable): (usize, &Value)| {
            // Multiples of an irrational number are spread evenly.
            let spread = ((attempt * 7 + index * 3 + 1) as f64 * 0.618_033_988_749_894_9).fract();
            Value::rule(variable.clone(), Value::Real(0.35 + 1.3 * spread))
        };
        let rules = Value::list(variables.iter().enumerate().map(place).collect::<Args>());
        let Some((a, b)) = number_at(session, a, &rules).zip(number_at(session, b, &rules)) else {
            continue;
        };
        let size = b.0.hypot(b.1).max(1.0);
        if (a.0 - b.0).hypot(a.1 - b.1) > TOLERANCE * size {
            return Some(false);
        }
        agreeing += 1;
        if agreeing == POINTS {
            return Some(true);
        }
    }
    None
}

/// Collects the symbols that no context of the system holds.
fn free_symbols(session: &Session, value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Call(call) => call.args().iter().for_each(|arg| free_symbols(session, arg, found)),
        Value::Symbol(symbol) => {
            let is_system = &*session.names().full(*symbol).context == "System`";
            if !is_system && !found.contains(value) {
                found.push(value.clone());
            }
        }
        _ => {}
    }
}

/// Returns the complex number that an expression is at a point, if it is one.
fn number_at(session: &mut Session, value: &Value, rules: &Value) -> Option<(f64, f64)> {
    let at = Value::call(sym::ReplaceAll, [value.clone(), rules.clone()].as_slice());
    let number = session.evaluate(&Value::call(sym::N, [at].as_slice())).ok()?;
    let real = |value: &Value| match value {
        Value::Real(real) => Some(*real),
        Value::Integer(integer) => Some(*integer as f64),
        _ => None,
    };
    let parts = match &number {
        Value::Complex(complex) => (real(&complex.re)?, real(&complex.im)?),
        _ => (real(&number)?, 0.0),
    };
    (parts.0.is_finite() && parts.1.is_finite()).then_some(parts)
}
