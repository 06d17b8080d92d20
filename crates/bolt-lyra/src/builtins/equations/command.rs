//! `Solve` and its like: arguments taken apart, solutions checked, ordered and written.

use triomphe::Arc;

use super::forms::{any_part, of, substituted};
use super::system::{self, Solution, differences};
use super::univariate::{Outcome, Solver};
use crate::builtins::simplify::facts::{Domain, Facts, all_of, domain};
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// What is asked: statements, unknowns, and where solutions are looked for.
pub(super) struct Question {
    /// Conjunctions, one of which has to hold.
    pub(super) cases: Vec<Vec<Value>>,
    pub(super) unknowns: Vec<Value>,
    pub(super) domain: Domain,
    pub(super) modulus: Option<i64>,
}

/// Reads the arguments of `Solve[statements, unknowns, domain, options]`.
pub(super) fn question(
    session: &mut Session,
    call: &Call,
    name: &str,
) -> Evaluated<Option<Question>> {
    let mut positional: Vec<Value> = Vec::new();
    let mut modulus = None;
    for arg in call.args() {
        match crate::rule::sides(arg) {
            Some((option, value, _)) if !positional.is_empty() => {
                let option =
                    option.as_symbol().map(|symbol| session.names.full(symbol).name.clone());
                if option.as_deref() == Some("Modulus") {
                    modulus = value.as_i64().filter(|m| *m > 1);
                }
            }
            _ => positional.push(arg.clone()),
        }
    }
    let (statements, unknowns, set) = match &positional[..] {
        [statements] => (statements, None, None),
        [statements, unknowns] => match domain(session, unknowns) {
            Some(set) => (statements, None, Some(set.0)),
            None => (statements, Some(unknowns), None),
        },
        [statements, unknowns, set] => match domain(session, set) {
            Some(set) => (statements, Some(unknowns), Some(set.0)),
            None => return Ok(None),
        },
        _ => {
            session.wrong_count_of(name, call.args().len(), 1, 3);
            return Ok(None);
        }
    };
    let Some(cases) = cases_of(session, statements)? else {
        session.message_of(name, "naqs", std::slice::from_ref(statements));
        return Ok(None);
    };
    let unknowns = match unknowns {
        Some(unknowns) => unknowns.as_list().unwrap_or(std::slice::from_ref(unknowns)).to_vec(),
        None => {
            let mut all = super::forms::unknowns(session, statements);
            all.retain(|one| domain(session, one).is_none());
            crate::order::sort(&session.names, &mut all);
            all
        }
    };
    if let Some(wrong) = unknowns.iter().find(|x| !is_unknown(session, x)) {
        session.message_of(name, "ivar", std::slice::from_ref(wrong));
        return Ok(None);
    }
    let domain = set.unwrap_or(Domain::Complexes);
    Ok(Some(Question { cases, unknowns, domain, modulus }))
}

/// Symbols and calls of functions that are no arithmetic may be solved for.
fn is_unknown(session: &Session, value: &Value) -> bool {
    match value {
        Value::Symbol(_) | Value::Temporary(_) => {
            !session.is_numeric(value) && value.as_bool().is_none()
        }
        Value::Call(call) => {
            !call.is(sym::List)
                && !session
                    .attributes_of(call.head())
                    .has(crate::definition::Attributes::NUMERIC_FUNCTION)
        }
        _ => false,
    }
}

/// The disjunctive normal form of statements, `None` if something is no statement.
pub(super) fn cases_of(
    session: &mut Session,
    statements: &Value,
) -> Evaluated<Option<Vec<Vec<Value>>>> {
    let whole = match statements.as_list() {
        Some(list) => all_of(flat(list)),
        None => statements.clone(),
    };
    let whole = session.evaluate(&whole)?;
    if let Some(is) = whole.as_bool() {
        return Ok(Some(if is { vec![Vec::new()] } else { Vec::new() }));
    }
    let needs_expansion = any_part(&whole, &|part| {
        part.args_of(sym::Or).is_some() || part.args_of(sym::Not).is_some()
    });
    let whole = match needs_expansion {
        true => session.system("LogicalExpand", [whole].as_slice())?,
        false => whole,
    };
    let parts = |head, value: &Value| match value.args_of(head) {
        Some(all) => all.to_vec(),
        None => vec![value.clone()],
    };
    let cases: Vec<Vec<Value>> =
        parts(sym::Or, &whole).iter().map(|case| parts(sym::And, case)).collect();
    const STATEMENTS: &[crate::symbol::Symbol] = &[
        sym::Equal,
        sym::Unequal,
        sym::Less,
        sym::LessEqual,
        sym::Greater,
        sym::GreaterEqual,
        sym::Inequality,
        sym::Element,
        sym::Not,
    ];
    let is_statement = |value: &Value| STATEMENTS.iter().any(|&head| value.args_of(head).is_some());
    Ok(cases.iter().flatten().all(is_statement).then_some(cases))
}

fn flat(list: &[Value]) -> Args {
    let mut all = Args::new();
    for one in list {
        match one.as_list() {
            Some(inner) => all.extend(flat(inner)),
            None => all.push(one.clone()),
        }
    }
    all
}

/// `Solve[...]`
pub(super) fn solve(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(question) = question(session, call, "Solve")? else { return Ok(Step::Same) };
    if let Some(modulus) = question.modulus {
        return super::modular::solve(session, &question, modulus)
            .map(|all| all.map_or(Step::Same, Step::Done));
    }
    let mut used_inverse = false;
    let solutions = solutions(session, &question, &mut used_inverse)?;
    let Some(solutions) = solutions else {
        if let Some(found) = super::integer::solve(session, &question)? {
            return Ok(Step::Done(found));
        }
        session.message_of("Solve", "nsmet", &[Value::Symbol(sym::Solve)]);
        return Ok(Step::Same);
    };
    if used_inverse {
        session.message_of("Solve", "ifun", &[Value::Symbol(sym::Solve)]);
    }
    let is_open = |solution: &Solution| solution.values.len() < question.unknowns.len();
    if solutions.iter().any(is_open) && question.unknowns.len() > 1 {
        session.message_of("Solve", "svars", &[]);
    }
    written(session, &question.unknowns, solutions).map(Step::Done)
}

/// Returns the solutions of all cases; `None` if they are not found.
pub(super) fn solutions(
    session: &mut Session,
    question: &Question,
    used_inverse: &mut bool,
) -> Evaluated<Option<Vec<Solution>>> {
    let mut all: Vec<Solution> = Vec::new();
    let is_real = question.domain <= Domain::Reals;
    for case in &question.cases {
        let (equations, others): (Vec<Value>, Vec<Value>) =
            case.iter().cloned().partition(|part| part.args_of(sym::Equal).is_some());
        let Some(equations) = differences(session, &equations)? else { return Ok(None) };
        if equations.is_empty() && !others.is_empty() {
            return Ok(None);
        }
        let mut solver = Solver::new(is_real);
        let found = match (&equations[..], &question.unknowns[..]) {
            ([equation], [x]) => one(&mut solver, session, equation, x)?,
            _ => system::solve(&mut solver, session, &equations, &question.unknowns)?,
        };
        *used_inverse |= solver.used_inverse;
        let Some(found) = found else { return Ok(None) };
        for solution in found {
            if let Some(kept) = filtered(session, solution, &others, question)? {
                all.push(kept);
            }
        }
    }
    Ok(Some(all))
}

/// One equation in one unknown, whose roots keep their multiplicity.
fn one(
    solver: &mut Solver,
    session: &mut Session,
    equation: &Value,
    x: &Value,
) -> Evaluated<Option<Vec<Solution>>> {
    Ok(match solver.solve(session, equation, x)? {
        Outcome::Everything => Some(vec![Solution::default()]),
        Outcome::Unknown => None,
        Outcome::Branches(found) => Some(
            found
                .into_iter()
                .map(|branch| Solution {
                    values: vec![(x.clone(), branch.value)],
                    conditions: branch.conditions,
                    parameters: branch.parameters,
                })
                .collect(),
        ),
    })
}

/// Drops a solution that is not in the domain or fails a condition; what is not known becomes a
/// condition of it.
fn filtered(
    session: &mut Session,
    mut solution: Solution,
    others: &[Value],
    question: &Question,
) -> Evaluated<Option<Solution>> {
    let mut facts = Facts::default();
    for condition in &solution.conditions {
        facts.add(session, condition)?;
    }
    if question.domain < Domain::Complexes {
        for (_, value) in &solution.values {
            let is_open = value.is_atom() && !value.is_number();
            match facts.is_in(session, value, question.domain)? {
                Some(false) => return Ok(None),
                Some(true) => {}
                None if is_open => {}
                None => {
                    if let Some((_, im)) = session.complex_value(value)?
                        && im.abs() > 1e-9
                    {
                        return Ok(None);
                    }
                    if let Some(condition) = real_condition(session, value)?
                        && !solution.conditions.contains(&condition)
                    {
                        solution.conditions.push(condition);
                    }
                }
            }
        }
    }
    for other in others {
        let mut statement = other.clone();
        for (x, value) in &solution.values {
            statement = substituted(&statement, x, value);
        }
        let statement = session.evaluate(&statement)?;
        match facts.decide(session, &statement)? {
            Some(false) => return Ok(None),
            Some(true) => {}
            None => solution.conditions.push(statement),
        }
    }
    Ok(Some(solution))
}

/// What must hold for a value with even roots of symbols in it to be real.
fn real_condition(session: &mut Session, value: &Value) -> Evaluated<Option<Value>> {
    let mut found = None;
    session.rewrite_parts(value, &mut |session, part| {
        if let Some([base, exponent]) = part.exactly(sym::Power)
            && let Some(rational) = number::rational(exponent)
            && *rational.denominator() == dashu_int::UBig::from(2u8)
            && !session.is_numeric(base)
        {
            found = Some(Value::call(sym::GreaterEqual, [base.clone(), Value::Integer(0)]));
        }
        Ok(None)
    })?;
    match found {
        Some(condition) => session.system("Simplify", [condition].as_slice()).map(Some),
        None => Ok(None),
    }
}

/// Numbers the arbitrary integers: the innermost is C[1].
fn with_parameters(session: &mut Session, solution: &Solution, value: &Value) -> Value {
    let c = session.system_symbol("C");
    let count = solution.parameters.len();
    let mut value = value.clone();
    for (place, parameter) in solution.parameters.iter().enumerate() {
        let number = i64::try_from(count - place).unwrap_or(1);
        value = substituted(&value, parameter, &of(c, Value::Integer(number)));
    }
    value
}

/// Writes solutions as lists of rules, in canonical order.
pub(super) fn written(
    session: &mut Session,
    unknowns: &[Value],
    solutions: Vec<Solution>,
) -> Evaluated {
    let mut rows = Vec::with_capacity(solutions.len());
    for solution in solutions {
        // That parameters are integers stands first.
        let (integers, others): (Vec<Value>, Vec<Value>) = solution
            .conditions
            .iter()
            .rev()
            .cloned()
            .partition(|condition| condition.args_of(sym::Element).is_some());
        let condition = all_of(integers.into_iter().rev().chain(others).collect());
        let condition = with_parameters(session, &solution, &condition);
        let mut row = Args::new();
        for x in unknowns {
            let Some((_, value)) = solution.values.iter().find(|(own, _)| own == x) else {
                continue;
            };
            let value = with_parameters(session, &solution, value);
            let value = session.evaluate(&value)?;
            let value = match condition.is(sym::True) {
                true => value,
                false => Value::call(sym::ConditionalExpression, [value, condition.clone()]),
            };
            row.push(Value::rule(x.clone(), session.evaluate(&value)?));
        }
        rows.push(Value::list(row));
    }
    sort_rows(session, &mut rows)?;
    let has_repeats = unknowns.len() == 1;
    if !has_repeats {
        rows.dedup();
    }
    Ok(Value::list(Args::from(rows)))
}

/// Numbers by value, everything else canonically.
fn sort_rows(session: &mut Session, rows: &mut Vec<Value>) -> Evaluated<()> {
    let mut keyed = Vec::with_capacity(rows.len());
    for row in rows.drain(..) {
        let mut key = Args::new();
        for rule in row.as_list().unwrap_or(&[]) {
            if let Some([_, value]) = rule.exactly(sym::Rule) {
                key.push(value.clone());
            }
        }
        keyed.push((Value::list(key), row));
    }
    keyed.sort_by(|(a, _), (b, _)| crate::order::compare(&session.names, a, b));
    rows.extend(keyed.into_iter().map(|(_, row)| row));
    Ok(())
}
