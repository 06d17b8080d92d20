//! Options at the end of arguments.

use crate::rule::sides;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::Value;

/// Options that were given to a call, as rules.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options<'a>(&'a [Value]);

impl<'a> Options<'a> {
    /// Splits the options off arguments of which the first few are none.
    pub(crate) fn split(args: &'a [Value], least: usize) -> (&'a [Value], Self) {
        let is_option = |arg: &Value| match sides(arg) {
            Some((name, _, _)) => name.as_symbol().is_some() || name.as_str().is_some(),
            None => arg
                .as_list()
                .is_some_and(|all| !all.is_empty() && all.iter().all(|one| sides(one).is_some())),
        };
        let mut end = args.len();
        while end > least && is_option(&args[end - 1]) {
            end -= 1;
        }
        (&args[..end], Self(&args[end..]))
    }

    /// Returns the value of an option, if it was given.
    pub(crate) fn get(&self, session: &Session, name: &str) -> Option<&'a Value> {
        let rules = |arg: &'a Value| arg.as_list().unwrap_or(std::slice::from_ref(arg));
        self.0.iter().flat_map(rules).find_map(|rule| {
            let (own, value, _) = sides(rule)?;
            let is_own = match own {
                Value::String(text) => text.as_str() == name,
                _ => &*session.names.full(own.as_symbol()?).name == name,
            };
            is_own.then_some(value)
        })
    }

    /// Returns whether an option is `True`.
    pub(crate) fn is_set(&self, session: &Session, name: &str) -> bool {
        self.get(session, name).is_some_and(|value| value.is(sym::True))
    }
}
