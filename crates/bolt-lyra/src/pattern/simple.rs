//! Patterns that look at each argument by itself.

use super::matching::has_head;
use super::{Compiled, Pattern};
use crate::definition::Attributes;
use crate::session::Session;
use crate::value::Value;

/// A pattern for a call of which each argument is asked for separately: `f[0, x_, n_Integer]`.
#[derive(Debug, Clone)]
pub(crate) struct Simple {
    pub(crate) tests: Vec<ArgumentTest>,
    /// Which argument each name is bound to.
    pub(crate) places: Vec<usize>,
}

/// What is asked of an argument.
#[derive(Debug, Clone)]
pub(crate) enum ArgumentTest {
    Any,
    Head(Value),
    Exact(Value),
    Holds(Value, Box<Self>),
}

impl Simple {
    /// Returns the pattern in this form, if it has it.
    pub(crate) fn new(pattern: &Compiled) -> Option<Self> {
        let Pattern::Call(call) = &pattern.root else { return None };
        let changes_form = call.attributes.has_any(Attributes::FLAT | Attributes::ORDERLESS);
        if pattern.repeats_name || changes_form || !matches!(call.head, Pattern::Exact(_)) {
            return None;
        }
        let mut places = vec![None; pattern.names.len()];
        let mut tests = Vec::with_capacity(call.args.len());
        for (place, arg) in call.args.iter().enumerate() {
            let test = match arg {
                Pattern::Bind(slot, of) => {
                    places[*slot] = Some(place);
                    test(of)?
                }
                _ => test(arg)?,
            };
            tests.push(test);
        }
        Some(Self { tests, places: places.into_iter().collect::<Option<_>>()? })
    }

    /// Returns whether arguments match, `None` if that takes an evaluation.
    pub(crate) fn fits(&self, session: &Session, args: &[Value]) -> Option<bool> {
        if args.len() != self.tests.len() {
            return Some(false);
        }
        for (test, arg) in self.tests.iter().zip(args) {
            if !test.fits(session, arg)? {
                return Some(false);
            }
        }
        Some(true)
    }
}

fn test(pattern: &Pattern) -> Option<ArgumentTest> {
    match pattern {
        Pattern::Any(None) => Some(ArgumentTest::Any),
        Pattern::Any(Some(head)) => Some(ArgumentTest::Head(head.clone())),
        Pattern::Exact(value) if value.is_atom() => Some(ArgumentTest::Exact(value.clone())),
        Pattern::Test(of, function) => {
            Some(ArgumentTest::Holds(function.clone(), Box::new(test(of)?)))
        }
        _ => None,
    }
}

impl ArgumentTest {
    fn fits(&self, session: &Session, arg: &Value) -> Option<bool> {
        match self {
            Self::Any => Some(true),
            Self::Head(head) => Some(has_head(arg, head)),
            Self::Exact(value) => Some(value == arg),
            Self::Holds(function, of) => match of.fits(session, arg)? {
                true => session.quick_test(function, arg),
                false => Some(false),
            },
        }
    }
}
