//! Probability distributions: each is a family of formulas in its parameters.
//!
//! A family says what it knows about itself: its density or mass, its distribution function, its
//! quantiles, moments and so on, as texts of the language in which `x` stands for the argument.
//! What it does not say is derived from the rest.

mod continuous;
mod derived;
mod discrete;
mod functions;
mod multivariate;

use triomphe::Arc;

use super::super::{Builtin, builtin};
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) use functions::described;
pub(super) use functions::{below, density, moment, support};

pub(in crate::builtins) const TABLES: &[&[Builtin]] =
    &[continuous::TABLE, derived::TABLE, discrete::TABLE, functions::TABLE, multivariate::TABLE];

/// What values a distribution has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::builtins) enum Kind {
    Continuous,
    Discrete,
}

/// A family of distributions.
#[derive(Debug)]
pub(in crate::builtins) struct Family {
    name: &'static str,
    pub(in crate::builtins) kind: Kind,
    /// How the arguments are brought into their full form, as rules on a call.
    forms: &'static str,
    /// What is known, by name, as rules on a call of the parameters and the argument.
    facts: &'static [(&'static str, &'static str)],
}

/// Writes families of distributions and the table of their constructors. The text `if` is a
/// condition on the parameters; a distribution for which it is `False` is none.
macro_rules! families {
    ($($kind:ident $name:literal, $params:literal if $valid:literal, $forms:literal, $usage:literal, $examples:expr, {
        $($fact:literal: $body:literal,)*
    })*) => {
        pub(super) const FAMILIES: &[Family] = &[$(Family {
            name: $name,
            kind: Kind::$kind,
            forms: $forms,
            facts: &[
                ("Valid", concat!("{_[", $params, ", x_] :> (", $valid, ")}")),
                $(($fact, concat!("{_[", $params, ", x_] :> (", $body, ")}")),)*
            ],
        }),*];

        pub(super) const TABLE: &[Builtin] = &[$(builtin(
            $name,
            Attributes::NONE,
            |session, call| construct(session, call, $forms),
            $usage,
            $examples,
        )),*];
    };
}
use families;

/// Brings a distribution without arguments into its full form.
fn construct(session: &mut Session, call: &mut Arc<Call>, forms: &'static str) -> Evaluated<Step> {
    if !call.args().is_empty() {
        return Ok(Step::Same);
    }
    Ok(match session.by_rules(call, forms)? {
        Step::Again(Value::Call(full)) => {
            Step::Again(Value::call(call.head().clone(), Args::from(full.args())))
        }
        other => other,
    })
}

/// A distribution: a family with parameters.
#[derive(Debug, Clone)]
pub(in crate::builtins) struct Distribution {
    pub(in crate::builtins) family: &'static Family,
    pub(in crate::builtins) parameters: Args,
    pub(in crate::builtins) value: Value,
}

impl Distribution {
    /// Reads a distribution; `None` if it is none.
    pub(in crate::builtins) fn read(
        session: &mut Session,
        value: &Value,
    ) -> Evaluated<Option<Self>> {
        let Value::Call(call) = value else { return Ok(None) };
        let Some(head) = call.head().as_symbol() else { return Ok(None) };
        let name = session.names.full(head);
        if &*name.context != "System`" {
            return Ok(None);
        }
        let families =
            [continuous::FAMILIES, discrete::FAMILIES, derived::FAMILIES, multivariate::FAMILIES];
        let Some(family) = families.into_iter().flatten().find(|family| *family.name == *name.name)
        else {
            return Ok(None);
        };
        let parameters = match session.by_rules(call, family.forms)? {
            Step::Again(Value::Call(full)) => Args::from(full.args()),
            _ => Args::from(call.args()),
        };
        let distribution = Self { family, parameters, value: value.clone() };
        let is_valid = distribution.fact(session, "Valid", None)?;
        Ok(is_valid.filter(|is| !is.is(sym::False)).map(|_| distribution))
    }

    /// Returns whether the family knows something about itself.
    pub(in crate::builtins) fn knows(&self, fact: &str) -> bool {
        self.family.facts.iter().any(|(name, _)| *name == fact)
    }

    /// Returns something that the family knows, of an argument or of none.
    pub(in crate::builtins) fn fact(
        &self,
        session: &mut Session,
        fact: &str,
        argument: Option<&Value>,
    ) -> Evaluated<Option<Value>> {
        let Some((_, text)) = self.family.facts.iter().find(|(name, _)| *name == fact) else {
            return Ok(None);
        };
        let mut args = self.parameters.clone();
        args.push(argument.cloned().unwrap_or(Value::Integer(0)));
        let call = Arc::new(Call::new(sym::List, args));
        Ok(match session.by_rules(&call, text)? {
            Step::Again(value) | Step::Done(value) => Some(session.evaluate(&value)?),
            Step::Same => None,
        })
    }

    pub(in crate::builtins) fn is_discrete(&self) -> bool {
        self.family.kind == Kind::Discrete
    }
}
