//! `DSolve`: ordinary differential equations of the textbook classes.
//!
//! Linear equations with constant coefficients of any order by the roots of the characteristic
//! polynomial and, for what stands on the right, repeated integration; Euler's, Airy's and Bessel's
//! equations; linear, Bernoulli and exact equations of the first order; equations with separated
//! variables; linear systems with constant coefficients.

mod first_order;
mod systems;

use triomphe::Arc;

use super::check::{Agreement, compare, vanishes};
use super::derivative::derivative;
use super::formula::lyra;
use super::integrate::antiderivative;
use super::poly::Poly;
use super::terms::{is_free, is_zero, substituted};
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// A problem for one unknown function.
struct Problem {
    /// What is 0, with symbols for the function and its derivatives.
    equation: Value,
    /// The symbols, by order.
    unknowns: Vec<Value>,
    x: Value,
    order: usize,
}

/// `DSolve[equations, y[x], x]`
pub(super) fn dsolve(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [equations, unknown, x] = call.args() else {
        session.wrong_count(sym::DSolve, call.args().len(), 3, usize::MAX);
        return Ok(Step::Same);
    };
    let unknown = match unknown.as_list() {
        Some([one]) => one,
        Some(several) => return systems::dsolve(session, equations, several, x),
        None => unknown,
    };
    let is_function = unknown.as_symbol().is_some();
    let name = match unknown.as_call() {
        Some(applied) if applied.args().len() == 1 && applied.args()[0] == *x => {
            applied.head().clone()
        }
        None if is_function => unknown.clone(),
        _ => return Ok(Step::Same),
    };
    let all = equations.as_list().unwrap_or(std::slice::from_ref(equations));
    let (main, conditions): (Vec<Value>, Vec<Value>) =
        all.iter().cloned().partition(|equation| mentions_function(equation, &name, x));
    let [main] = &main[..] else { return Ok(Step::Same) };
    session.quiet += 1;
    let found = solved(session, main, &name, x, &conditions);
    session.quiet -= 1;
    let Some(solutions) = found? else { return Ok(Step::Same) };
    let each = |solution: Value| {
        let right = match is_function {
            true => Value::call(sym::Function, [Value::list([x.clone()].as_slice()), solution]),
            false => solution,
        };
        Value::list([Value::rule(unknown.clone(), right)].as_slice())
    };
    Ok(Step::Done(Value::list(solutions.into_iter().map(each).collect::<Args>())))
}

fn mentions_function(value: &Value, name: &Value, x: &Value) -> bool {
    let Some(call) = value.as_call() else { return false };
    let is_own = call.args() == std::slice::from_ref(x)
        && (call.head() == name || derivative_order(call.head(), name).is_some());
    is_own || call.args().iter().any(|arg| mentions_function(arg, name, x))
}

/// The order n of Derivative[n][y].
fn derivative_order(head: &Value, name: &Value) -> Option<usize> {
    let call = head.as_call()?;
    let [order] = call.head().args_of(sym::Derivative)? else { return None };
    (call.args() == std::slice::from_ref(name)).then(|| order.as_usize())?
}

fn solved(
    session: &mut Session,
    equation: &Value,
    name: &Value,
    x: &Value,
    conditions: &[Value],
) -> Evaluated<Option<Vec<Value>>> {
    let Some([left, right]) = equation.exactly::<2>(sym::Equal) else { return Ok(None) };
    let whole = session.difference_of(left, right)?;
    let mut unknowns: Vec<Value> = Vec::new();
    for order in 0..=8 {
        let symbol = session.names.symbol(&format!("Lyra`DSolve`y{order}"));
        unknowns.push(Value::Symbol(symbol));
    }
    let mut highest = 0;
    let with = with_symbols(&whole, name, x, &unknowns, &mut highest);
    let with = session.evaluate(&with)?;
    if !is_free(&with, name) || highest == 0 {
        return Ok(None);
    }
    unknowns.truncate(highest + 1);
    let problem = Problem { equation: with, unknowns, x: x.clone(), order: highest };
    if let Some(solution) = by_special_functions(session, &problem)? {
        return match conditions.is_empty() {
            true => Ok(Some(vec![solution])),
            false => {
                let fitted = with_conditions(session, &solution, name, x, conditions, highest)?;
                Ok(fitted.map(|fitted| vec![fitted]))
            }
        };
    }
    let mut solutions = match linear(session, &problem)? {
        Some(solution) => vec![solution],
        None => match first_order::nonlinear(session, &problem)? {
            Some(solutions) => solutions,
            None => return Ok(None),
        },
    };
    let mut kept = Vec::new();
    for solution in solutions.drain(..) {
        if is_solution(session, &problem, &solution)? {
            kept.push(solution);
        }
    }
    if kept.is_empty() {
        return Ok(None);
    }
    if conditions.is_empty() {
        return Ok(Some(kept));
    }
    let mut fitted = Vec::new();
    for solution in &kept {
        if let Some(value) = with_conditions(session, solution, name, x, conditions, highest)? {
            fitted.push(value);
        }
    }
    Ok((!fitted.is_empty()).then_some(fitted))
}

fn with_symbols(
    value: &Value,
    name: &Value,
    x: &Value,
    unknowns: &[Value],
    highest: &mut usize,
) -> Value {
    let Some(call) = value.as_call() else { return value.clone() };
    if call.args() == std::slice::from_ref(x) {
        let order = match call.head() == name {
            true => Some(0),
            false => derivative_order(call.head(), name),
        };
        if let Some(order) = order.filter(|order| *order < unknowns.len()) {
            *highest = (*highest).max(order);
            return unknowns[order].clone();
        }
    }
    let args: Args =
        call.args().iter().map(|arg| with_symbols(arg, name, x, unknowns, highest)).collect();
    Value::call(call.head().clone(), args)
}

fn constant(session: &mut Session, n: usize) -> Value {
    let _ = session;
    Value::call(sym::C, [Value::Integer(n as i64)].as_slice())
}

/// Whether a function satisfies the equation at random points.
fn is_solution(session: &mut Session, problem: &Problem, solution: &Value) -> Evaluated<bool> {
    let mut with = problem.equation.clone();
    let mut current = solution.clone();
    for (order, unknown) in problem.unknowns.iter().enumerate() {
        if order > 0 {
            current = derivative(session, &current, &problem.x)?;
        }
        with = substituted(&with, unknown, &current);
    }
    is_zero_for_all(session, with, problem.order)
}

/// Whether an expression with the constants C[1], C[2], ... is 0 at random points.
fn is_zero_for_all(session: &mut Session, mut with: Value, constants: usize) -> Evaluated<bool> {
    // The constants are symbols for the check.
    for n in 1..=constants {
        let (own, symbol) = (
            constant(session, n),
            Value::Symbol(session.names.symbol(&format!("Lyra`DSolve`c{n}"))),
        );
        with = substituted(&with, &own, &symbol);
    }
    let with = session.evaluate(&with)?;
    if is_zero(&with) {
        return Ok(true);
    }
    let Some(all) = with.args_of(sym::Plus) else {
        return Ok(vanishes(session, &with) == Some(true));
    };
    // One part of the sum against the others: a difference of 0 has no scale.
    let (first, rest) = (all[0].clone(), session.sum_of(Args::from(&all[1..]))?);
    let rest = session.product_of([Value::Integer(-1), rest])?;
    Ok(compare(session, &first, &rest, 7) == Agreement::Agree)
}

/// a_n y^(n) + ... + a_0 y + g = 0
fn linear(session: &mut Session, problem: &Problem) -> Evaluated<Option<Value>> {
    let Problem { equation, unknowns, x, order } = problem;
    let mut coefficients = Vec::new();
    let mut rest = equation.clone();
    for unknown in unknowns {
        let slope = derivative(session, equation, unknown)?;
        if unknowns.iter().any(|other| !is_free(&slope, other)) {
            return Ok(None);
        }
        rest = substituted(&rest, unknown, &Value::Integer(0));
        coefficients.push(slope);
    }
    let rest = session.evaluate(&rest)?;
    let lead = coefficients[*order].clone();
    if is_zero(&lead) {
        return Ok(None);
    }
    if *order == 1 {
        return first_order_linear(session, &coefficients, &rest, x);
    }
    let mut monic = Vec::new();
    for coefficient in &coefficients {
        monic.push(session.quotient_of(coefficient, &lead)?);
    }
    let right = lyra!(session, "-rest/lead", rest, lead)?;
    if monic.iter().all(|coefficient| is_free(coefficient, x)) {
        return constant_coefficients(session, &monic, &right, x);
    }
    euler(session, &monic, &right, x)
}

/// Airy's equation y'' = (a + b x) y and Bessel's x^2 y'' + x y' + (k^2 x^2 - n^2) y = 0.
fn by_special_functions(session: &mut Session, problem: &Problem) -> Evaluated<Option<Value>> {
    let Problem { equation, unknowns, x, order: 2 } = problem else { return Ok(None) };
    let mut coefficients = Vec::new();
    let mut rest = equation.clone();
    for unknown in unknowns {
        let slope = derivative(session, equation, unknown)?;
        if unknowns.iter().any(|other| !is_free(&slope, other)) {
            return Ok(None);
        }
        rest = substituted(&rest, unknown, &Value::Integer(0));
        coefficients.push(slope);
    }
    let rest = session.evaluate(&rest)?;
    let [c, b, a] = &coefficients[..] else { return Ok(None) };
    if !is_zero(&rest) || is_zero(a) {
        return Ok(None);
    }
    let p = lyra!(session, "Together[b/a]", a, b)?;
    let q = lyra!(session, "Together[-c/a]", a, c)?;
    let (c1, c2) = (constant(session, 1), constant(session, 2));
    if is_zero(&p) {
        let Some(linear) = session.poly(&q, x)?.filter(|q| q.degree() == 1) else {
            return Ok(None);
        };
        let k = linear.at(1);
        let z = lyra!(session, "q/k^(2/3)", q, k)?;
        let z = session.system("Expand", [z].as_slice())?;
        return lyra!(session, "c1*AiryAi[z] + c2*AiryBi[z]", c1, c2, z).map(Some);
    }
    let unit = lyra!(session, "Together[p*x]", p, x)?;
    let square = lyra!(session, "Expand[-q*x^2]", q, x)?;
    let Some(square) = session.poly(&square, x)?.filter(|square| square.degree() == 2) else {
        return Ok(None);
    };
    if !number::is_one(&unit) || !is_zero(&square.at(1)) {
        return Ok(None);
    }
    let (k, n) = (square.at(2), square.at(0));
    let z = lyra!(session, "PowerExpand[Sqrt[k]]*x", k, x)?;
    let n = lyra!(session, "PowerExpand[Sqrt[-n]]", n)?;
    lyra!(session, "c1*BesselJ[n, z] + c2*BesselY[n, z]", c1, c2, n, z).map(Some)
}

/// a y' + b y + g = 0
fn first_order_linear(
    session: &mut Session,
    coefficients: &[Value],
    rest: &Value,
    x: &Value,
) -> Evaluated<Option<Value>> {
    let (b, a) = (&coefficients[0], &coefficients[1]);
    let p = lyra!(session, "b/a", a, b)?;
    let q = lyra!(session, "-rest/a", rest, a)?;
    let Some(integral) = antiderivative(session, &p, x)? else { return Ok(None) };
    let factor = lyra!(session, "E^integral", integral)?;
    let inner = session.product_of([factor.clone(), q])?;
    let Some(particular) = antiderivative(session, &inner, x)? else { return Ok(None) };
    let c = constant(session, 1);
    lyra!(session, "Expand[c/factor + particular/factor]", c, factor, particular).map(Some)
}

/// The roots of the characteristic polynomial with multiplicities, real ones and one of each
/// complex pair, larger real parts first.
fn characteristic_roots(
    session: &mut Session,
    monic: &[Value],
) -> Evaluated<Option<Vec<(Value, usize)>>> {
    let mut all = Vec::new();
    for (factor, times) in session.poly_factors(&Poly(monic.to_vec()))? {
        let Some(roots) = session.poly_roots(&factor)? else { return Ok(None) };
        all.extend(roots.into_iter().map(|root| (root, times)));
    }
    Ok(Some(all))
}

fn constant_coefficients(
    session: &mut Session,
    monic: &[Value],
    right: &Value,
    x: &Value,
) -> Evaluated<Option<Value>> {
    let Some(roots) = characteristic_roots(session, monic)? else { return Ok(None) };
    let basis = exponential_basis(session, &roots, x)?;
    let mut sum = Args::new();
    for (place, function) in basis.iter().enumerate() {
        let c = constant(session, place + 1);
        sum.push(session.product_of([c, function.clone()])?);
    }
    if !is_zero(right) {
        let mut flat = Vec::new();
        for (root, times) in &roots {
            flat.extend(std::iter::repeat_n(root.clone(), *times));
        }
        // (D - r1) ... (D - rn) y = g, one factor after the other.
        let mut value = right.clone();
        for root in &flat {
            let inner = lyra!(session, "Expand[value*E^(-root*x)]", value, root, x)?;
            let Some(integral) = antiderivative(session, &inner, x)? else { return Ok(None) };
            value = lyra!(session, "Expand[integral*E^(root*x)]", integral, root, x)?;
        }
        sum.push(value);
    }
    session.sum_of(sum).map(Some)
}

fn exponential_basis(
    session: &mut Session,
    roots: &[(Value, usize)],
    x: &Value,
) -> Evaluated<Vec<Value>> {
    let mut real = Vec::new();
    let mut other = Vec::new();
    for (root, times) in roots {
        let re = lyra!(session, "N[Re[root]]", root)?;
        let im = lyra!(session, "N[Im[root]]", root)?;
        let is_known = number::to_f64(&re).zip(number::to_f64(&im));
        match is_known {
            Some((re, im)) if im.abs() < 1e-12 => real.push((re, root.clone(), *times)),
            _ => other.push((is_known, root.clone(), *times)),
        }
    }
    real.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut basis = Vec::new();
    for (_, root, times) in &real {
        for k in 0..*times {
            let k = Value::Integer(k as i64);
            basis.push(lyra!(session, "x^k*E^(root*x)", x, k, root)?);
        }
    }
    for (value, root, times) in &other {
        let is_pair = value.is_some_and(|(_, im)| {
            other.iter().any(|(other, ..)| other.is_some_and(|(_, own)| (own + im).abs() < 1e-9))
        });
        if value.is_some_and(|(_, im)| im < 0.0) && is_pair {
            continue;
        }
        for k in 0..*times {
            let k = Value::Integer(k as i64);
            if is_pair {
                let a = lyra!(session, "ComplexExpand[Re[root]]", root)?;
                let b = lyra!(session, "ComplexExpand[Im[root]]", root)?;
                let (a, b) = match (a.is_number() || is_closed(&a), is_closed(&b)) {
                    (true, true) => (a, b),
                    _ => (lyra!(session, "Re[root]", root)?, lyra!(session, "Im[root]", root)?),
                };
                basis.push(lyra!(session, "x^k*E^(a*x)*Cos[b*x]", x, k, a, b)?);
                basis.push(lyra!(session, "x^k*E^(a*x)*Sin[b*x]", x, k, a, b)?);
            } else {
                basis.push(lyra!(session, "x^k*E^(root*x)", x, k, root)?);
            }
        }
    }
    Ok(basis)
}

fn is_closed(value: &Value) -> bool {
    match value {
        Value::Call(call) => {
            !call.is(sym::Re) && !call.is(sym::Im) && call.args().iter().all(is_closed)
        }
        _ => true,
    }
}

/// Coefficients a_k x^(k - n): the solutions are powers.
fn euler(
    session: &mut Session,
    monic: &[Value],
    right: &Value,
    x: &Value,
) -> Evaluated<Option<Value>> {
    let n = monic.len() - 1;
    let r = session.formula("r");
    let mut sum = Args::new();
    for (k, coefficient) in monic.iter().enumerate() {
        let power = Value::Integer((n - k) as i64);
        let a = lyra!(session, "coefficient*x^power", coefficient, x, power)?;
        if !is_free(&a, x) {
            return Ok(None);
        }
        let mut falling = a;
        for j in 0..k {
            let j = Value::Integer(j as i64);
            falling = lyra!(session, "falling*(r - j)", falling, r, j)?;
        }
        sum.push(falling);
    }
    let characteristic = session.sum_of(sum)?;
    let Some(poly) = session.poly(&characteristic, &r)? else { return Ok(None) };
    let monic = session.poly_monic(&poly)?;
    // With t = Log[x] the coefficients are constant.
    let t = Value::Symbol(session.names.symbol("Lyra`DSolve`t"));
    let scaled = {
        let power = Value::Integer(n as i64);
        let whole = lyra!(session, "right*x^power", right, x, power)?;
        let exponential = lyra!(session, "E^t", t)?;
        session.put(&whole, x, &exponential)?
    };
    let Some(solution) = constant_coefficients(session, &monic.0, &scaled, &t)? else {
        return Ok(None);
    };
    let log = lyra!(session, "Log[x]", x)?;
    session.put(&solution, &t, &log).map(Some)
}

/// Finds the constants for y[a] == b, y'[a] == b, ...
fn with_conditions(
    session: &mut Session,
    solution: &Value,
    name: &Value,
    x: &Value,
    conditions: &[Value],
    order: usize,
) -> Evaluated<Option<Value>> {
    let mut rows: Vec<(Vec<Value>, Value)> = Vec::new();
    let mut plain = Vec::new();
    for condition in conditions {
        let Some([left, right]) = condition.exactly::<2>(sym::Equal) else { return Ok(None) };
        let with = evaluated_at(session, left, name, x, solution)?;
        let against = evaluated_at(session, right, name, x, solution)?;
        let difference = session.difference_of(&with, &against)?;
        let mut row = Vec::new();
        let mut rest = difference.clone();
        let mut is_linear = true;
        for n in 1..=order {
            let c = constant(session, n);
            let slope = derivative(session, &difference, &c)?;
            is_linear &= (1..=order).all(|m| is_free(&slope, &constant(session, m)));
            rest = session.put(&rest, &c, &Value::Integer(0))?;
            row.push(slope);
        }
        if !is_linear {
            plain.push(difference);
            continue;
        }
        rows.push((row, session.product_of([Value::Integer(-1), rest])?));
    }
    if !plain.is_empty() {
        return one_constant(session, solution, &plain, order);
    }
    let Some(values) = solve_linear(session, rows, order)? else { return Ok(None) };
    let mut result = solution.clone();
    for (place, value) in values.into_iter().enumerate() {
        if let Some(value) = value {
            let c = constant(session, place + 1);
            result = substituted(&result, &c, &value);
        }
    }
    session.evaluate(&result).map(Some)
}

/// One condition that is not linear in the constant.
fn one_constant(
    session: &mut Session,
    solution: &Value,
    conditions: &[Value],
    order: usize,
) -> Evaluated<Option<Value>> {
    let ([condition], 1) = (conditions, order) else { return Ok(None) };
    let c = constant(session, 1);
    let zero = Value::Integer(0);
    let Some(found) = first_order::inverted(session, condition, &zero, &c, 0)? else {
        return Ok(None);
    };
    for value in found {
        let with = session.put(condition, &c, &value)?;
        if vanishes(session, &with) == Some(true) {
            return session.put(solution, &c, &value).map(Some);
        }
    }
    Ok(None)
}

/// Puts the solution for y[a] and its derivatives.
fn evaluated_at(
    session: &mut Session,
    value: &Value,
    name: &Value,
    x: &Value,
    solution: &Value,
) -> Evaluated {
    let Some(call) = value.as_call() else { return Ok(value.clone()) };
    if let [at] = call.args() {
        let order = match call.head() == name {
            true => Some(0),
            false => derivative_order(call.head(), name),
        };
        if let Some(order) = order {
            let mut current = solution.clone();
            for _ in 0..order {
                current = derivative(session, &current, x)?;
            }
            return session.put(&current, x, at);
        }
    }
    let mut args = Args::new();
    for arg in call.args() {
        args.push(evaluated_at(session, arg, name, x, solution)?);
    }
    session.evaluate(&Value::call(call.head().clone(), args))
}

/// Gaussian elimination; unknowns that nothing determines are `None`.
pub(super) fn solve_linear(
    session: &mut Session,
    mut rows: Vec<(Vec<Value>, Value)>,
    count: usize,
) -> Evaluated<Option<Vec<Option<Value>>>> {
    let is_zero =
        |session: &Session, value: &Value| is_zero(value) || vanishes(session, value) == Some(true);
    let mut pivots: Vec<Option<usize>> = vec![None; count];
    let mut done = 0;
    for (column, found) in pivots.iter_mut().enumerate() {
        let Some(place) = (done..rows.len()).find(|&row| !is_zero(session, &rows[row].0[column]))
        else {
            continue;
        };
        rows.swap(done, place);
        let pivot = rows[done].clone();
        for (place, (row, right)) in rows.iter_mut().enumerate() {
            if place == done || is_zero(session, &row[column]) {
                continue;
            }
            let factor = session.quotient_of(&row[column], &pivot.0[column])?;
            for (own, above) in row.iter_mut().zip(&pivot.0) {
                let product = session.product_of([factor.clone(), above.clone()])?;
                *own = session.difference_of(own, &product)?;
            }
            let product = session.product_of([factor, pivot.1.clone()])?;
            *right = session.difference_of(right, &product)?;
        }
        *found = Some(done);
        done += 1;
    }
    for (row, right) in &rows {
        if row.iter().all(|value| is_zero(session, value)) && !is_zero(session, right) {
            return Ok(None);
        }
    }
    let mut values = Vec::new();
    for (column, pivot) in pivots.iter().enumerate() {
        values.push(match pivot {
            Some(row) => {
                let value = session.quotient_of(&rows[*row].1, &rows[*row].0[column])?;
                let simple = match session.has_builtin("Together") {
                    true => session.system("Together", [value].as_slice())?,
                    false => value,
                };
                Some(simple)
            }
            None => None,
        });
    }
    Ok(Some(values))
}
