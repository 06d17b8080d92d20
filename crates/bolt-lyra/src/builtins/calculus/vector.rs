//! Vector analysis in Cartesian coordinates.

use triomphe::Arc;

use super::derivative::derivative;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Grad",
        Attributes::NONE,
        grad,
        "Grad[f, {x, y}] is the list of the derivatives of f by x and y; of a list of functions, \
         the matrix of them.",
        &[
            ("Grad[x^2 y, {x, y}]", "{2*x*y, x^2}"),
            ("Grad[{x, y^2}, {x, y}]", "{{1, 0}, {0, 2*y}}"),
        ],
    ),
    builtin(
        "Div",
        Attributes::NONE,
        div,
        "Div[{f, g}, {x, y}] is the divergence D[f, x] + D[g, y] of a vector field.",
        &[("Div[{x^2, x y}, {x, y}]", "3*x"), ("Div[{x, y, z}, {x, y, z}]", "3")],
    ),
    builtin(
        "Curl",
        Attributes::NONE,
        curl,
        "Curl[{f, g, h}, {x, y, z}] is the curl of a vector field; in two dimensions it is \
         D[g, x] - D[f, y].",
        &[("Curl[{-y, x}, {x, y}]", "2"), ("Curl[{y z, 0, 0}, {x, y, z}]", "{0, y, -z}")],
    ),
    builtin(
        "Laplacian",
        Attributes::NONE,
        laplacian,
        "Laplacian[f, {x, y}] is the sum of the second derivatives of f by x and by y.",
        &[("Laplacian[x^2 + y^3, {x, y}]", "2 + 6*y"), ("Laplacian[x y, {x, y}]", "0")],
    ),
];

fn arguments(call: &Call) -> Option<(&Value, &[Value])> {
    let [of, variables] = call.args() else { return None };
    Some((of, variables.as_list()?))
}

fn gradient(session: &mut Session, of: &Value, variables: &[Value]) -> Evaluated {
    let mut parts = Args::new();
    if let Some(elements) = of.as_list() {
        for element in elements {
            parts.push(gradient(session, element, variables)?);
        }
    } else {
        for variable in variables {
            parts.push(derivative(session, of, variable)?);
        }
    }
    Ok(Value::list(parts))
}

fn grad(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((of, variables)) = arguments(call) else { return Ok(Step::Same) };
    gradient(session, of, variables).map(Step::Again)
}

fn div(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((of, variables)) = arguments(call) else { return Ok(Step::Same) };
    let Some(field) = of.as_list().filter(|field| field.len() == variables.len()) else {
        return Ok(Step::Same);
    };
    let mut parts = Args::new();
    for (element, variable) in field.iter().zip(variables) {
        parts.push(derivative(session, element, variable)?);
    }
    session.sum_of(parts).map(Step::Done)
}

fn curl(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((of, variables)) = arguments(call) else { return Ok(Step::Same) };
    let field = of.as_list().unwrap_or(&[]);
    if field.len() != variables.len() {
        return Ok(Step::Same);
    }
    let mut turn = |a: usize, b: usize| -> Evaluated {
        let first = derivative(session, &field[b], &variables[a])?;
        let second = derivative(session, &field[a], &variables[b])?;
        session.difference_of(&first, &second)
    };
    match field.len() {
        2 => turn(0, 1).map(Step::Done),
        3 => {
            let parts = vec![turn(1, 2)?, turn(2, 0)?, turn(0, 1)?];
            Ok(Step::Done(Value::list(Args::from(parts))))
        }
        _ => Ok(Step::Same),
    }
}

fn laplacian(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((of, variables)) = arguments(call) else { return Ok(Step::Same) };
    let mut parts = Args::new();
    for variable in variables {
        let order = Value::list([variable.clone(), Value::Integer(2)]);
        parts.push(Value::call(sym::D, [of.clone(), order]));
    }
    session.sum_of(parts).map(Step::Done)
}
