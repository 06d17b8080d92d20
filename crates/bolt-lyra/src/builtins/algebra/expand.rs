//! `Expand` and its like.

use bolt_algebra::Integers;
use std::collections::HashSet;
use triomphe::Arc;

use super::build::{Reader, Refusal, is_whole};
use super::kernels::{Basis, Form};
use super::scalar::{Numbers, Scalars};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Expand",
        Attributes::NONE,
        expand_call,
        "Expand[e] multiplies out products and whole powers of sums in e; Expand[e, x] only those \
         in which the pattern x occurs. With Modulus -> p coefficients are taken modulo p.",
        &[
            ("Expand[(x + y)^3]", "x^3 + 3*x^2*y + 3*x*y^2 + y^3"),
            ("Expand[(a + b) (x + 1)^2, x]", "a + b + 2*(a + b)*x + (a + b)*x^2"),
        ],
    ),
    builtin(
        "ExpandAll",
        Attributes::NONE,
        expand_all_call,
        "ExpandAll[e] multiplies out products and whole powers of sums everywhere in e: in \
         denominators, exponents and arguments of functions too.",
        &[
            ("ExpandAll[a/(x (1 + x))]", "a/(x + x^2)"),
            ("ExpandAll[f[(1 + x)^2]]", "f[1 + 2*x + x^2]"),
        ],
    ),
];

/// Functions over whose arguments algebra goes part by part.
const THREADED: &[crate::symbol::Symbol] = &[
    sym::List,
    sym::Equal,
    sym::Unequal,
    sym::Less,
    sym::LessEqual,
    sym::Greater,
    sym::GreaterEqual,
    sym::And,
    sym::Or,
    sym::Not,
    sym::Xor,
    sym::Implies,
    sym::Rule,
];

/// Applies a function to the parts of lists, equations and conditions, to others as they are.
pub(crate) fn threaded(
    session: &mut Session,
    value: &Value,
    of: &mut dyn FnMut(&mut Session, &Value) -> Evaluated,
) -> Evaluated {
    match value {
        Value::Call(call) if THREADED.iter().any(|head| call.is(*head)) => {
            let parts = call.args().iter().map(|arg| threaded(session, arg, of));
            let parts: Args = parts.collect::<Evaluated<_>>()?;
            session.evaluate(&Value::call(call.head().clone(), parts))
        }
        Value::Call(call) if call.is(sym::SeriesData) => Ok(value.clone()),
        _ => of(session, value),
    }
}

/// Splits the arguments of a call into those before the first option and the options.
pub(crate) fn options(args: &[Value]) -> (&[Value], &[Value]) {
    let is_option = |value: &Value| {
        [sym::Rule, sym::RuleDelayed].iter().any(|head| value.args_of(*head).is_some())
    };
    let count = args.iter().rev().take_while(|arg| is_option(arg)).count();
    args.split_at(args.len() - count)
}

/// Returns the value of an option by its name.
pub(crate) fn option(session: &Session, options: &[Value], name: &str) -> Option<Value> {
    options.iter().find_map(|option| {
        let [key, value] = option.as_call()?.args() else { return None };
        let is_named = match key {
            Value::String(text) => **text == *name,
            _ => *session.names.full(key.as_symbol()?).name == *name,
        };
        is_named.then(|| value.clone())
    })
}

fn expand_call(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, rules) = options(call.args());
    let (value, pattern) = match args {
        [value] => (value.clone(), None),
        [value, pattern] => (value.clone(), Some(pattern.clone())),
        _ => {
            let count = args.len();
            session.wrong_count_of("Expand", count, 1, 2);
            return Ok(Step::Same);
        }
    };
    if let Some(modulus) = option(session, rules, "Modulus")
        && modulus != Value::Integer(0)
    {
        let reduced = super::modular::expand(session, &value, &modulus, "Expand")?;
        return Ok(reduced.map_or(Step::Same, Step::Done));
    }
    let expanded =
        threaded(session, &value, &mut |session, part| expand_in(session, part, pattern.as_ref()))?;
    Ok(Step::Done(expanded))
}

/// Multiplies an expression out.
pub(crate) fn expand(session: &mut Session, value: &Value) -> Evaluated {
    expand_in(session, value, None)
}

/// Multiplies out what a pattern occurs in.
fn expand_in(session: &mut Session, value: &Value, pattern: Option<&Value>) -> Evaluated {
    let mut opaque = HashSet::new();
    if let Some(pattern) = pattern {
        find_free(session, value, pattern, &mut opaque)?;
    }
    let mut current = value.clone();
    // What kernels become when they are multiplied may be sums again.
    for _ in 0..ROUNDS_MAX {
        if !needs_expansion(&current, &opaque) {
            return Ok(current);
        }
        session.check_interrupt()?;
        let next = once(session, &current, &opaque)?;
        if next == current {
            return Ok(next);
        }
        current = next;
    }
    Ok(current)
}

/// How often results are expanded again.
const ROUNDS_MAX: usize = 16;

/// Finds the sums, products and powers that a pattern does not occur in.
fn find_free(
    session: &mut Session,
    value: &Value,
    pattern: &Value,
    found: &mut HashSet<Value>,
) -> Evaluated<()> {
    let Value::Call(call) = value else { return Ok(()) };
    let is_arithmetic = [sym::Plus, sym::Times, sym::Power].iter().any(|head| call.is(*head));
    if !is_arithmetic {
        return Ok(());
    }
    let free = session.names.symbol("System`FreeQ");
    if session.call(&Value::Symbol(free), [value.clone(), pattern.clone()])?.is(sym::True) {
        found.insert(value.clone());
        return Ok(());
    }
    grown(call.depth(), || {
        call.args().iter().try_for_each(|arg| find_free(session, arg, pattern, found))
    })
}

/// Returns whether a product has a sum among its factors, or a power a sum as its base.
fn needs_expansion(value: &Value, opaque: &HashSet<Value>) -> bool {
    let is_sum = |value: &Value| value.args_of(sym::Plus).is_some() && !opaque.contains(value);
    let is_power = |value: &Value| match value.exactly(sym::Power) {
        Some([base, exponent]) => match exponent {
            Value::Integer(exponent) => *exponent > 0,
            Value::Rational(fraction) => {
                is_sum(base) && fraction.numerator() > fraction.denominator().as_ibig()
            }
            _ => false,
        },
        None => false,
    };
    match value {
        Value::Call(call) if opaque.contains(value) => call.is(sym::List),
        Value::Call(call) if call.is(sym::Plus) => {
            call.args().iter().any(|term| needs_expansion(term, opaque))
        }
        Value::Call(call) if call.is(sym::Times) => call
            .args()
            .iter()
            .any(|factor| is_sum(factor) || (is_power(factor) && needs_expansion(factor, opaque))),
        Value::Call(call) if call.is(sym::Power) && is_power(value) => {
            let base = &call.args()[0];
            !opaque.contains(base)
                && [sym::Plus, sym::Times].iter().any(|head| base.args_of(*head).is_some())
        }
        _ => false,
    }
}

fn once(session: &mut Session, value: &Value, opaque: &HashSet<Value>) -> Evaluated {
    let mut basis = Basis::new(session, Form::Polynomial, &[value], opaque.clone());
    basis.reverse();
    match is_whole(value) {
        true => with_scalars(session, value, &basis, Integers),
        false => with_scalars(session, value, &basis, Numbers),
    }
}

fn with_scalars<R: Scalars>(
    session: &mut Session,
    value: &Value,
    basis: &Basis,
    ring: R,
) -> Evaluated {
    let reader = Reader::new(basis, ring);
    match reader.read(value) {
        Ok(polynomial) if basis.is_plain() && session.has_plain_arithmetic() => {
            Ok(session.write_final(&reader, &polynomial))
        }
        Ok(polynomial) => session.evaluate(&reader.write(&polynomial)),
        Err(refusal) => {
            if refusal == Refusal::TooLarge {
                session.message(sym::General, "nomem", &[]);
            }
            Ok(value.clone())
        }
    }
}

fn expand_all_call(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, _) = options(call.args());
    let (value, pattern) = match args {
        [value] => (value.clone(), None),
        [value, pattern] => (value.clone(), Some(pattern.clone())),
        _ => {
            let count = args.len();
            session.wrong_count_of("ExpandAll", count, 1, 2);
            return Ok(Step::Same);
        }
    };
    Ok(Step::Done(everywhere(session, &value, pattern.as_ref())?))
}

/// Multiplies an expression out in all its parts.
#[allow(dead_code, reason = "other areas ask for it")]
pub(crate) fn expand_all(session: &mut Session, value: &Value) -> Evaluated {
    everywhere(session, value, None)
}

fn everywhere(session: &mut Session, value: &Value, pattern: Option<&Value>) -> Evaluated {
    let Value::Call(call) = value else { return Ok(value.clone()) };
    let inner = grown(call.depth(), || -> Evaluated {
        let head = everywhere(session, call.head(), pattern)?;
        let parts: Args = call
            .args()
            .iter()
            .map(|arg| everywhere(session, arg, pattern))
            .collect::<Evaluated<_>>()?;
        session.evaluate(&Value::call(head, parts))
    })?;
    let expanded = expand_in(session, &inner, pattern)?;
    denominators(session, &expanded, pattern)
}

/// Multiplies out the product of the inverse sums of each term.
fn denominators(session: &mut Session, value: &Value, pattern: Option<&Value>) -> Evaluated {
    if let Some(terms) = value.args_of(sym::Plus) {
        let terms: Args = terms
            .iter()
            .map(|term| denominators(session, term, pattern))
            .collect::<Evaluated<_>>()?;
        return session.evaluate(&Value::call(sym::Plus, terms));
    }
    let factors = value.args_of(sym::Times).unwrap_or(std::slice::from_ref(value));
    let (below, above): (Vec<&Value>, Vec<&Value>) =
        factors.iter().partition(|factor| super::parts::is_inverse(factor));
    if below.len() < 2 && below.iter().all(|factor| factor.args_of(sym::Power).is_none()) {
        return Ok(value.clone());
    }
    let inverted =
        |factor: &&Value| Value::call(sym::Power, [(*factor).clone(), Value::Integer(-1)]);
    let product =
        session.evaluate(&Value::call(sym::Times, below.iter().map(inverted).collect::<Args>()))?;
    if product.args_of(sym::Plus).is_none() && !needs_expansion(&product, &HashSet::new()) {
        return Ok(value.clone());
    }
    let product = expand_in(session, &product, pattern)?;
    let mut all: Args = above.into_iter().cloned().collect();
    all.push(Value::call(sym::Power, [product, Value::Integer(-1)]));
    session.evaluate(&Value::call(sym::Times, all))
}
