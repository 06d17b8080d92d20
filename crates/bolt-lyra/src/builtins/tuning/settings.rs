//! Functions that set settings: `ConfigureWorkStealing[stealAttempts -> 3]`.
//!
//! Such a function returns an association of its settings as they are in effect. A setting that has
//! no effect here is `"Unavailable" -> reason` in it, whether it was given or not.

use crate::builtins::forms::record;
use crate::builtins::tuning::units;
use crate::evaluate::Step;
use crate::number;
use crate::rule::sides;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Call, Value};

/// What values a setting takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// `True` or `False`.
    Switch,
    /// A whole number.
    Count(i64, i64),
    /// A number.
    Number(f64, f64),
    /// An amount of memory.
    Size,
    /// A time.
    Time,
    /// One of some words.
    Word(&'static [&'static str]),
    /// Several of some words.
    Words(&'static [&'static str]),
    /// Any text.
    Text,
}

/// Sets a setting, if a value is given; returns what is in effect, or why nothing is.
pub(super) type Apply = fn(&mut Session, Option<&Value>) -> Result<Value, String>;

/// A setting of a function.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) apply: Apply,
}

/// Returns a setting.
pub(super) const fn setting(name: &'static str, kind: Kind, apply: Apply) -> Setting {
    Setting { name, kind, apply }
}

impl Kind {
    fn takes(self, value: &Value) -> bool {
        let is_between = |low: f64, high: f64, x: Option<f64>| {
            x.is_some_and(|x| x.is_finite() && low <= x && x <= high)
        };
        match self {
            Self::Switch => value.as_bool().is_some(),
            Self::Count(low, high) => {
                value.as_i64().is_some_and(|count| (low..=high).contains(&count))
            }
            Self::Number(low, high) => is_between(low, high, number::to_f64(value)),
            Self::Size => is_between(0.0, 1e18, units::bytes(value)),
            Self::Time => is_between(1e-6, 1e9, units::seconds(value)),
            Self::Word(words) => value.as_str().is_some_and(|text| words.contains(&text)),
            Self::Words(words) => value.as_list().is_some_and(|list| {
                list.iter().all(|one| one.as_str().is_some_and(|text| words.contains(&text)))
            }),
            Self::Text => value.as_str().is_some(),
        }
    }

    /// Says what values it takes; of an unknown word, which one is near.
    fn told(self, value: &Value) -> String {
        let near = |words: &[&'static str]| {
            let list = value.as_list().unwrap_or(std::slice::from_ref(value));
            let mut unknown = list.iter().filter_map(Value::as_str);
            unknown
                .find(|text| !words.contains(text))
                .and_then(|text| bolt_base::nearest(text, words.iter().copied()))
                .map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"))
        };
        let listed = |words: &[&str]| {
            words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Switch => "True or False".to_owned(),
            Self::Count(low, i64::MAX) => format!("a whole number from {low}"),
            Self::Count(low, high) => format!("a whole number from {low} to {high}"),
            Self::Number(low, high) => format!("a number from {low} to {high}"),
            Self::Size => "an amount of memory such as Megabytes[16]".to_owned(),
            Self::Time => "a time such as Milliseconds[100]".to_owned(),
            Self::Word(words) => format!("one of {}{}", listed(words), near(words)),
            Self::Words(words) => format!("a list of {}{}", listed(words), near(words)),
            Self::Text => "a string".to_owned(),
        }
    }
}

/// Remembers the value of a setting, if one is given; returns the one that is remembered.
pub(super) fn remembered(
    session: &mut Session,
    function: &'static str,
    name: &'static str,
    value: Option<&Value>,
    default: impl FnOnce() -> Value,
) -> Value {
    let key = (function, name);
    if let Some(value) = value {
        session.tuning.chosen.insert(key, value.clone());
    }
    session.tuning.chosen.get(&key).cloned().unwrap_or_else(default)
}

/// Returns `"Unavailable" -> reason`.
pub(super) fn unavailable(reason: impl Into<String>) -> Value {
    Value::rule(Value::string("Unavailable"), Value::string(reason))
}

/// Returns a value, or `"Unavailable" -> reason`.
pub(super) fn known(value: Result<Value, String>) -> Value {
    value.unwrap_or_else(unavailable)
}

/// Reads settings that a function is given; `None` if one of them is wrong, which is told.
pub(super) fn read<'v>(
    session: &mut Session,
    function: &'static str,
    settings: &[Setting],
    given: &'v [Value],
) -> Option<Vec<(Setting, &'v Value)>> {
    let mut all = Vec::new();
    let flat = given.iter().flat_map(|one| one.as_list().unwrap_or(std::slice::from_ref(one)));
    for option in flat {
        let Some((key, value, _)) = sides(option) else {
            session.message_of(function, "setting", &[option.clone(), Value::string(function)]);
            return None;
        };
        let name = match key {
            Value::String(text) => text.to_string(),
            _ => key
                .as_symbol()
                .map_or_else(String::new, |symbol| session.names.full(symbol).name.to_string()),
        };
        let Some(&setting) = settings.iter().find(|setting| setting.name == name) else {
            let near = bolt_base::nearest(&name, settings.iter().map(|setting| setting.name));
            let mut parts = vec![key.clone(), Value::string(function)];
            parts.extend(near.map(Value::string));
            session.message_of(function, if near.is_some() { "near" } else { "setting" }, &parts);
            return None;
        };
        if !setting.kind.takes(value) {
            let told = setting.kind.told(value);
            let parts = [value.clone(), key.clone(), Value::string(told)];
            session.message_of(function, "value", &parts);
            return None;
        }
        all.push((setting, value));
    }
    Some(all)
}

/// Sets what a function is given, and returns its settings as they are in effect; `$Failed`, and
/// nothing is set, if one is wrong.
pub(super) fn configure(
    session: &mut Session,
    function: &'static str,
    settings: &[Setting],
    call: &Call,
) -> Step {
    session.leave("settings of the session");
    session.hidden_dependence = true;
    let Some(given) = read(session, function, settings, call.args()) else {
        return Step::Done(Value::Symbol(sym::Failed));
    };
    let mut failed: Vec<(&str, String)> = Vec::new();
    for (setting, value) in given {
        if let Err(why) = (setting.apply)(session, Some(value)) {
            failed.push((setting.name, why));
        }
    }
    let in_effect = settings.iter().map(|setting| {
        // Why a value that was given has no effect says more than what is in effect.
        let refused = failed.iter().find(|(name, _)| *name == setting.name);
        let value = match refused {
            Some((_, why)) => unavailable(why.as_str()),
            None => known((setting.apply)(session, None)),
        };
        (setting.name, value)
    });
    Step::Done(record(in_effect.collect::<Vec<_>>()))
}
