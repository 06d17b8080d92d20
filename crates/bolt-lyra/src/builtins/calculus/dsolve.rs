//! `DSolve`: ordinary differential equations of the textbook classes.
//!
//! Linear equations with constant coefficients of any order by the roots of the characteristic
//! polynomial and, for what stands on the right, repeated integration; Euler's equations; linear
//! and Bernoulli equations of the first order; equations with separated variables.

use triomphe::Arc;

use super::check::{Agreement, compare, vanishes};
use super::derivative::derivative;
use super::formula::lyra;
use super::integrate::antiderivative;
use super::poly::Poly;
use super::terms::{base_and_exponent, factors, is_free, is_zero, substituted, terms};
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
        Some(_) => return Ok(Step::Same),
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
    let mut solutions = match linear(session, &problem)? {
        Some(solution) => vec![solution],
        None => match nonlinear(session, &problem)? {
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
    // The constants are symbols for the check.
    for n in 1..=problem.order {
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

/// y' = f(x, y)
fn nonlinear(session: &mut Session, problem: &Problem) -> Evaluated<Option<Vec<Value>>> {
    let Problem { equation, unknowns, x, order } = problem;
    if *order != 1 {
        return Ok(None);
    }
    let (y, dy) = (&unknowns[0], &unknowns[1]);
    let slope = derivative(session, equation, dy)?;
    if !is_free(&slope, dy) {
        return Ok(None);
    }
    let rest = session.put(equation, dy, &Value::Integer(0))?;
    let f = lyra!(session, "-rest/slope", rest, slope)?;
    if let Some(found) = bernoulli(session, &f, x, y)? {
        return Ok(Some(found));
    }
    if let Some(found) = separated(session, &f, x, y)? {
        return Ok(Some(found));
    }
    homogeneous(session, &f, x, y)
}

/// y' = p y + q y^n
fn bernoulli(
    session: &mut Session,
    f: &Value,
    x: &Value,
    y: &Value,
) -> Evaluated<Option<Vec<Value>>> {
    let f = session.system("Expand", [f.clone()].as_slice())?;
    let (mut p, mut q) = (Args::new(), Args::new());
    let mut n: Option<Value> = None;
    for term in terms(&f) {
        let mut power = Value::Integer(0);
        let mut rest = Args::new();
        for factor in factors(term) {
            let (base, exponent) = base_and_exponent(factor);
            match base == *y {
                true => power = exponent,
                false => rest.push(factor.clone()),
            }
        }
        let rest = session.product_of(rest)?;
        if !is_free(&rest, y) || !is_free(&power, y) || !is_free(&power, x) {
            return Ok(None);
        }
        match number::is_one(&power) {
            true => p.push(rest),
            false => {
                if n.as_ref().is_some_and(|known| *known != power) {
                    return Ok(None);
                }
                n = Some(power);
                q.push(rest);
            }
        }
    }
    let Some(n) = n else { return Ok(None) };
    let (p, q) = (session.sum_of(p)?, session.sum_of(q)?);
    // v = y^(1-n): v' = (1-n) (p v + q)
    let a = lyra!(session, "-(1 - n)*p", n, p)?;
    let g = lyra!(session, "-(1 - n)*q", n, q)?;
    let Some(v) = first_order_linear(session, &[a, Value::Integer(1)], &g, x)? else {
        return Ok(None);
    };
    let m = lyra!(session, "1/(1 - n)", n)?;
    let root = session.power_of(&v, &m)?;
    let is_even = super::terms::small_fraction(&m).is_some_and(|(_, q)| q % 2 == 0);
    if is_even {
        let minus = session.product_of([Value::Integer(-1), root.clone()])?;
        return Ok(Some(vec![minus, root]));
    }
    Ok(Some(vec![root]))
}

/// y' = a(x) b(y)
fn separated(
    session: &mut Session,
    f: &Value,
    x: &Value,
    y: &Value,
) -> Evaluated<Option<Vec<Value>>> {
    let f = match session.has_builtin("Factor") {
        true => session.system("Factor", [f.clone()].as_slice())?,
        false => f.clone(),
    };
    let (mut a, mut b) = (Args::new(), Args::new());
    for factor in factors(&f) {
        match (is_free(factor, y), is_free(factor, x)) {
            (true, _) => a.push(factor.clone()),
            (_, true) => b.push(factor.clone()),
            _ => return Ok(None),
        }
    }
    let (a, b) = (session.product_of(a)?, session.product_of(b)?);
    let inverse = session.power_of(&b, &Value::Integer(-1))?;
    let (Some(left), Some(right)) =
        (antiderivative(session, &inverse, y)?, antiderivative(session, &a, x)?)
    else {
        return Ok(None);
    };
    let c = constant(session, 1);
    let right = session.sum_of([right, c])?;
    inverted(session, &left, &right, y, 0)
}

/// y' = g(y/x)
fn homogeneous(
    session: &mut Session,
    f: &Value,
    x: &Value,
    y: &Value,
) -> Evaluated<Option<Vec<Value>>> {
    let v = Value::Symbol(session.names.symbol("Lyra`DSolve`v"));
    let product = session.product_of([v.clone(), x.clone()])?;
    let with = session.put(f, y, &product)?;
    let with = match session.has_builtin("Together") {
        true => session.system("Cancel", [with].as_slice())?,
        false => with,
    };
    if !is_free(&with, x) {
        return Ok(None);
    }
    let slope = lyra!(session, "(with - v)/x", with, v, x)?;
    let Some(found) = separated(session, &slope, x, &v)? else { return Ok(None) };
    let mut all = Vec::new();
    for value in found {
        all.push(session.product_of([x.clone(), value])?);
    }
    Ok(Some(all))
}

/// Solves F(y) = r for y where y stands once, inside of functions with an inverse.
fn inverted(
    session: &mut Session,
    left: &Value,
    right: &Value,
    y: &Value,
    depth: usize,
) -> Evaluated<Option<Vec<Value>>> {
    if left == y {
        return Ok(Some(vec![right.clone()]));
    }
    if depth > 12 {
        return Ok(None);
    }
    let Some(call) = left.as_call() else { return Ok(None) };
    let depending: Vec<&Value> = call.args().iter().filter(|arg| !is_free(arg, y)).collect();
    let [inner] = depending[..] else {
        return inverted_logs(session, left, right, y, depth);
    };
    let others: Args = call.args().iter().filter(|arg| is_free(arg, y)).cloned().collect();
    let (inner, r) = (inner.clone(), right);
    let next = match call.head().as_symbol() {
        Some(sym::Plus) => {
            let rest = session.sum_of(others)?;
            vec![session.difference_of(r, &rest)?]
        }
        Some(sym::Times) => {
            let rest = session.product_of(others)?;
            vec![session.quotient_of(r, &rest)?]
        }
        Some(sym::Power) if call.args()[0] == inner => {
            let n = &call.args()[1];
            let root = lyra!(session, "r^(1/n)", r, n)?;
            let is_even = super::terms::small_fraction(n).is_some_and(|(p, _)| p % 2 == 0);
            match is_even {
                true => vec![session.product_of([Value::Integer(-1), root.clone()])?, root],
                false => vec![root],
            }
        }
        Some(sym::Power) => {
            let b = &call.args()[0];
            vec![lyra!(session, "Log[r]/Log[b]", r, b)?]
        }
        Some(sym::Log) => vec![exponential(session, r)?],
        Some(sym::ArcTan) => vec![lyra!(session, "Tan[r]", r)?],
        Some(sym::ArcSin) => vec![lyra!(session, "Sin[r]", r)?],
        Some(sym::ArcTanh) => vec![lyra!(session, "Tanh[r]", r)?],
        Some(sym::ArcSinh) => vec![lyra!(session, "Sinh[r]", r)?],
        Some(sym::Tan) => vec![lyra!(session, "ArcTan[r]", r)?],
        Some(sym::Sin) => vec![lyra!(session, "ArcSin[r]", r)?],
        _ => return Ok(None),
    };
    let mut all = Vec::new();
    for r in next {
        match inverted(session, &inner, &r, y, depth + 1)? {
            Some(found) => all.extend(found),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// E^(r + k C[1]) is a constant times E^r.
fn exponential(session: &mut Session, r: &Value) -> Evaluated {
    let r = session.system("Expand", [r.clone()].as_slice())?;
    let c = constant(session, 1);
    let (with, rest): (Args, Args) = terms(&r).iter().cloned().partition(|term| !is_free(term, &c));
    if with.is_empty() {
        return lyra!(session, "E^r", r);
    }
    let rest = session.sum_of(rest)?;
    lyra!(session, "c*E^rest", c, rest)
}

/// a Log[u] + b Log[v] = r by exponentials, where that is linear in y.
fn inverted_logs(
    session: &mut Session,
    left: &Value,
    right: &Value,
    y: &Value,
    depth: usize,
) -> Evaluated<Option<Vec<Value>>> {
    if left.args_of(sym::Plus).is_none_or(|terms| terms.len() != 2) {
        return Ok(None);
    }
    let mut product = Args::new();
    let mut scale: Option<Value> = None;
    for term in terms(left) {
        let Some(place) = factors(term).iter().position(|f| f.args_of(sym::Log).is_some()) else {
            return Ok(None);
        };
        let Some([inner]) = factors(term)[place].args_of(sym::Log) else { return Ok(None) };
        let rest: Args = factors(term)
            .iter()
            .enumerate()
            .filter(|(k, _)| *k != place)
            .map(|(_, f)| f.clone())
            .collect();
        let own = session.product_of(rest)?;
        let first = scale.get_or_insert_with(|| own.clone()).clone();
        let ratio = session.quotient_of(&own, &first)?;
        product.push(session.power_of(inner, &ratio)?);
    }
    let Some(scale) = scale else { return Ok(None) };
    let quotient = session.product_of(product)?;
    let r = session.quotient_of(right, &scale)?;
    let r = exponential(session, &r)?;
    // A quotient of linear expressions.
    let Some(fraction) = session.fraction_in(&quotient, y)? else { return Ok(None) };
    let bottom = match &fraction.bottom[..] {
        [] => Poly::constant(Value::Integer(1)),
        [(poly, 1)] => poly.clone(),
        _ => return Ok(None),
    };
    if fraction.top.degree() > 1 || bottom.degree() > 1 {
        return Ok(None);
    }
    let _ = depth;
    let (a, b, c, d) = (fraction.top.at(0), fraction.top.at(1), bottom.at(0), bottom.at(1));
    Ok(Some(vec![lyra!(session, "(c*r - a)/(b - d*r)", a, b, c, d, r)?]))
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
    let Some(found) = inverted(session, condition, &zero, &c, 0)? else { return Ok(None) };
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
fn solve_linear(
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
