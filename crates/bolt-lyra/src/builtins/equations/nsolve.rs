//! `NSolve`, `Roots`, `NRoots`, `ToRules`, `Eliminate`, `SolveAlways`, `CountRoots`.

use triomphe::Arc;

use super::command::{Question, question, solutions, written};
use super::forms::{contains, unknowns};
use super::numeric;
use super::polynomial::{Polynomial, difference};
use super::radicals;
use super::system::{Solution, differences};
use crate::builtins::simplify::facts::{Domain, Facts};
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// `NSolve[equations, unknowns, domain, digits]`
pub(super) fn nsolve(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let mut args: Vec<Value> = call.args().to_vec();
    let mut digits = None;
    if let [_, _, .., last] = &args[..]
        && let Some(count) = number::to_f64(last)
    {
        digits = Some(count).filter(|count| *count > 16.0);
        args.pop();
    }
    let call = Call::new(call.head().clone(), Args::from(args));
    let Some(mut question) = question(session, &call, "NSolve")? else { return Ok(Step::Same) };
    if let Some(found) = univariate(session, &question, digits)? {
        return written(session, &question.unknowns, found).map(Step::Done);
    }
    for case in &mut question.cases {
        for statement in case {
            *statement = rationalized(session, statement)?;
        }
    }
    let mut used_inverse = false;
    let Some(found) = solutions(session, &question, &mut used_inverse)? else {
        let name = session.system_symbol("NSolve");
        session.message(name, "nsmet", &[Value::Symbol(name)]);
        return Ok(Step::Same);
    };
    let exact = written(session, &question.unknowns, found)?;
    let precision = digits.map(Value::Real);
    let args: Args = std::iter::once(exact).chain(precision).collect();
    session.evaluate(&Value::call(sym::N, args)).map(Step::Done)
}

/// Approximate numbers as the fractions that they are, so that elimination is exact.
fn rationalized(session: &mut Session, value: &Value) -> Evaluated {
    session.rewrite_parts(value, &mut |_, part| {
        Ok(match part {
            Value::Real(real) => super::exact(*real),
            _ => None,
        })
    })
}

/// A polynomial equation in one unknown, solved numerically at once.
fn univariate(
    session: &mut Session,
    question: &Question,
    digits: Option<f64>,
) -> Evaluated<Option<Vec<Solution>>> {
    let ([case], [x]) = (&question.cases[..], &question.unknowns[..]) else { return Ok(None) };
    let [statement] = &case[..] else { return Ok(None) };
    let Some(equations) = differences(session, std::slice::from_ref(statement))? else {
        return Ok(None);
    };
    let [equation] = &equations[..] else { return Ok(None) };
    let Some(p) = Polynomial::read(session, equation, x)?.filter(|p| p.degree() > 0) else {
        return Ok(None);
    };
    let Some(all) = numeric_roots(session, &p, x, digits)? else { return Ok(None) };
    let is_real = question.domain <= Domain::Reals;
    let found = all
        .into_iter()
        .filter(|value| !is_real || number::is_real(value))
        .map(|value| Solution { values: vec![(x.clone(), value)], ..Solution::default() });
    Ok(Some(found.collect()))
}

/// All roots as numbers; those of exact polynomials by their factors, which multiplicity does not
/// blur.
fn numeric_roots(
    session: &mut Session,
    p: &Polynomial,
    x: &Value,
    digits: Option<f64>,
) -> Evaluated<Option<Vec<Value>>> {
    let mut factors = vec![(p.clone(), 1)];
    if p.is_rational() {
        let expression = session.evaluate(&p.at(x))?;
        let list = super::polynomial::factor_list(session, &expression)?;
        factors.clear();
        for (factor, count) in list {
            if let Some(own) = Polynomial::read(session, &factor, x)?.filter(|p| p.degree() > 0) {
                factors.push((own, count));
            }
        }
    }
    let mut all = Vec::new();
    for (factor, count) in factors {
        let found = match digits {
            Some(digits) => numeric::precise_roots(session, &factor, digits)?,
            None => numeric::roots_of(session, &factor)?,
        };
        let Some(found) = found else { return Ok(None) };
        for root in found {
            let root = match digits {
                Some(_) => root,
                None => session.evaluate(&Value::call(sym::N, [root].as_slice()))?,
            };
            all.extend(std::iter::repeat_n(root, count));
        }
    }
    crate::order::sort(&session.names, &mut all);
    Ok(Some(all))
}

/// `Roots[p == q, x]` as a disjunction, exact or numeric.
pub(super) fn roots(
    session: &mut Session,
    call: &mut Arc<Call>,
    numerical: bool,
) -> Evaluated<Step> {
    let [equation, x] = call.args() else { return Ok(Step::Same) };
    if let Some(is) = equation.as_bool() {
        return Ok(Step::Done(Value::boolean(is)));
    }
    let Some([a, b]) = equation.exactly(sym::Equal) else { return Ok(Step::Same) };
    let p = difference(session, a, b)?;
    let Some(p) = Polynomial::read(session, &p, x)?.filter(|p| p.degree() > 0) else {
        return Ok(Step::Same);
    };
    let all = match numerical {
        true => numeric_roots(session, &p, x, None)?,
        false => radicals::roots(session, &p, x)?,
    };
    let Some(all) = all else { return Ok(Step::Same) };
    let parts: Args =
        all.into_iter().map(|root| Value::call(sym::Equal, [x.clone(), root])).collect();
    Ok(Step::Done(match parts.len() {
        1 => parts.into_iter().next().unwrap_or(Value::FALSE),
        _ => Value::call(sym::Or, parts),
    }))
}

/// `ToRules[x == a || x == b]` is the sequence of `{x -> a}`, `{x -> b}`.
pub(super) fn to_rules(call: &Call) -> Step {
    let [statement] = call.args() else { return Step::Same };
    let rule = |equation: &Value| {
        equation.exactly(sym::Equal).map(|[x, value]| Value::rule(x.clone(), value.clone()))
    };
    let case = |case: &Value| -> Option<Value> {
        if case.is(sym::True) {
            return Some(Value::list(Args::new()));
        }
        let parts = case.args_of(sym::And).unwrap_or(std::slice::from_ref(case));
        let rules: Option<Args> = parts.iter().map(rule).collect();
        rules.map(Value::list)
    };
    if statement.is(sym::False) {
        return Step::Again(Value::call(sym::Sequence, Args::new()));
    }
    match statement.args_of(sym::Or) {
        Some(cases) => match cases.iter().map(case).collect::<Option<Args>>() {
            Some(all) => Step::Again(Value::call(sym::Sequence, all)),
            None => Step::Same,
        },
        None => case(statement).map_or(Step::Same, Step::Done),
    }
}

/// `Eliminate[equations, unknowns]`: what follows for the others.
pub(super) fn eliminate(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [statements, gone] = call.args() else {
        session.wrong_count_of("Eliminate", call.args().len(), 2, 2);
        return Ok(Step::Same);
    };
    let Some(cases) = super::command::cases_of(session, statements)? else { return Ok(Step::Same) };
    let [case] = &cases[..] else { return Ok(Step::Same) };
    let Some(equations) = differences(session, case)? else { return Ok(Step::Same) };
    let gone: Vec<Value> = gone.as_list().unwrap_or(std::slice::from_ref(gone)).to_vec();
    let mut left: Vec<Value> = unknowns(session, &Value::list(Args::from(&equations[..])));
    left.retain(|x| !gone.contains(x));
    crate::order::sort(&session.names, &mut left);
    let list = |all: &[Value]| Value::list(Args::from(all));
    let args = [list(&equations), list(&left), list(&gone)];
    let basis = session.system("GroebnerBasis", args.as_slice())?;
    let Some(basis) = basis.as_list() else { return Ok(Step::Same) };
    let mut statements = Args::new();
    for polynomial in basis {
        if gone.iter().any(|x| contains(polynomial, x)) {
            continue;
        }
        statements.push(without_constant(session, polynomial)?);
    }
    Ok(Step::Done(session.evaluate(&crate::builtins::simplify::facts::all_of(statements))?))
}

/// `p == 0` with the number on the right side.
fn without_constant(session: &mut Session, p: &Value) -> Evaluated {
    let (mut constant, mut rest) = (Value::Integer(0), Args::new());
    for term in super::forms::terms(p) {
        match term.is_number() {
            true => constant = number::negate(term),
            false => rest.push(term.clone()),
        }
    }
    let left = session.evaluate(&super::forms::plus(rest))?;
    session.evaluate(&Value::call(sym::Equal, [left, constant]))
}

/// `SolveAlways[equations, x]`: values of the other symbols for which the equations hold for all x.
pub(super) fn solve_always(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [statements, always] = call.args() else { return Ok(Step::Same) };
    let Some(cases) = super::command::cases_of(session, statements)? else { return Ok(Step::Same) };
    let [case] = &cases[..] else { return Ok(Step::Same) };
    let Some(mut equations) = differences(session, case)? else { return Ok(Step::Same) };
    let always = always.as_list().unwrap_or(std::slice::from_ref(always)).to_vec();
    for x in &always {
        let mut next = Vec::new();
        for equation in &equations {
            let Some(p) = Polynomial::read(session, equation, x)? else { return Ok(Step::Same) };
            next.extend(p.0);
        }
        equations = next;
    }
    let mut others = unknowns(session, &Value::list(Args::from(&equations[..])));
    crate::order::sort(&session.names, &mut others);
    let statements = equations
        .into_iter()
        .map(|e| Value::call(sym::Equal, [e, Value::Integer(0)]))
        .collect::<Args>();
    session
        .system("Solve", [Value::list(statements), Value::list(Args::from(others))])
        .map(Step::Done)
}

/// `CountRoots[p, x]`, `CountRoots[p, {x, a, b}]`: real roots with multiplicity.
pub(super) fn count_roots(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [p, spec] = call.args() else { return Ok(Step::Same) };
    let (x, range) = match spec.as_list() {
        Some([x, low, high]) => (x.clone(), Some((low.clone(), high.clone()))),
        Some(_) => return Ok(Step::Same),
        None => (spec.clone(), None),
    };
    let p = match p.exactly(sym::Equal) {
        Some([a, b]) => difference(session, a, b)?,
        None => p.clone(),
    };
    let Some(p) = Polynomial::read(session, &p, &x)?.filter(Polynomial::is_rational) else {
        return Ok(Step::Same);
    };
    let Some(all) = numeric_roots(session, &p, &x, None)? else { return Ok(Step::Same) };
    let mut count = 0;
    let facts = Facts::default();
    for root in all.iter().filter(|root| number::is_real(root)) {
        let inside = match &range {
            None => true,
            Some((low, high)) => {
                let within =
                    |relation, bound: &Value| Value::call(relation, [bound.clone(), root.clone()]);
                let (above, below) = (within(sym::LessEqual, low), within(sym::GreaterEqual, high));
                facts.decide(session, &above)? == Some(true)
                    && facts.decide(session, &below)? == Some(true)
            }
        };
        count += i64::from(inside);
    }
    Ok(Step::Done(Value::Integer(count)))
}
