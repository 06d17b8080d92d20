//! What expressions are as polynomials, by their form.

use crate::builtins::forms::contains_any;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Variables",
        Attributes::NONE,
        |s, c| Ok(variables(s, c)),
        "Variables[e] is the list of what e is a polynomial or a fraction of polynomials in.",
        &[("Variables[x^2 + 2 x y]", "{x, y}"), ("Variables[Sin[x]/a + 3]", "{a, Sin[x]}")],
    ),
    builtin(
        "PolynomialQ",
        Attributes::NONE,
        |s, c| Ok(is_polynomial(s, c)),
        "PolynomialQ[e, x] is True if e is a polynomial in x; PolynomialQ[e, {x, y}] in several \
         variables; PolynomialQ[e] in what stands in it.",
        &[("PolynomialQ[x^2 + a x, x]", "True"), ("PolynomialQ[1/x + 1, x]", "False")],
    ),
];

fn variables(session: &Session, call: &Call) -> Step {
    let [of] = call.args() else { return Step::Same };
    Step::Done(Value::list(Args::from(variables_in(session, of))))
}

/// Returns what an expression is a polynomial or a fraction of polynomials in, in canonical order.
pub(crate) fn variables_in(session: &Session, of: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    collect(session, of, &mut found);
    crate::order::sort(&session.names, &mut found);
    found.dedup();
    found
}

const ARITHMETIC: [crate::symbol::Symbol; 5] =
    [sym::Plus, sym::Times, sym::List, sym::Equal, sym::Rule];

fn collect(session: &Session, of: &Value, found: &mut Vec<Value>) {
    let is_sum = ARITHMETIC.iter().any(|&head| of.args_of(head).is_some());
    match of {
        Value::Call(call) if is_sum => grown(call.depth(), || {
            call.args().iter().for_each(|arg| collect(session, arg, found));
        }),
        Value::Call(call) if call.is(sym::Power) && call.args().len() == 2 => {
            let (base, exponent) = (&call.args()[0], &call.args()[1]);
            let terms = exponent.args_of(sym::Plus).unwrap_or(std::slice::from_ref(exponent));
            terms.iter().for_each(|term| collect_power(session, base, term, found));
        }
        _ if session.is_numeric(of) || of.as_str().is_some() => {}
        _ => found.push(of.clone()),
    }
}

/// A power is one of its base, or of the base to what is left of the exponent without its number.
fn collect_power(session: &Session, base: &Value, exponent: &Value, found: &mut Vec<Value>) {
    let is_exact = |value: &Value| {
        matches!(value, Value::Integer(_) | Value::BigInteger(_) | Value::Rational(_))
    };
    if is_exact(exponent) {
        return collect(session, base, found);
    }
    if session.is_numeric(base) {
        return;
    }
    let rest = match exponent.args_of(sym::Times) {
        Some([first, one]) if is_exact(first) => one.clone(),
        Some([first, rest @ ..]) if is_exact(first) => Value::call(sym::Times, Args::from(rest)),
        _ => exponent.clone(),
    };
    found.push(Value::call(sym::Power, [base.clone(), rest]));
}

fn is_polynomial(session: &Session, call: &Call) -> Step {
    let all;
    let (of, variables) = match call.args() {
        [of] => {
            all = variables_in(session, of);
            (of, &all[..])
        }
        [of, variables] => (of, variables.as_list().unwrap_or(std::slice::from_ref(variables))),
        _ => return Step::Same,
    };
    Step::Done(Value::boolean(holds(of, variables)))
}

/// Returns whether the variables stand in sums, products and powers to whole numbers only.
fn holds(of: &Value, variables: &[Value]) -> bool {
    if variables.contains(of) || !contains_any(of, variables) {
        return true;
    }
    let Value::Call(call) = of else { return false };
    grown(call.depth(), || match call.args() {
        [base, exponent] if call.is(sym::Power) => {
            number::integer(exponent).is_some()
                && !number::is_negative(exponent)
                && holds(base, variables)
        }
        args if call.is(sym::Plus) || call.is(sym::Times) => {
            args.iter().all(|arg| holds(arg, variables))
        }
        _ => false,
    })
}
