//! Which unit computes a call: what was translated of the definitions of a symbol.
//!
//! Calls are counted for each symbol. From the call on that is the threshold of its settings, the
//! rules that are used are translated; when the rules with patterns change, counting begins anew.

use triomphe::Arc;

use super::code::Code;
use super::translate;
use crate::rule::{Found, Rules};
use crate::session::Session;
use crate::symbol::Symbol;
use crate::value::Value;

/// What is known of the calls of a symbol by its rules.
#[derive(Debug, Clone, Default)]
pub(crate) struct Units {
    /// The state of the rules that the units are of.
    version: u64,
    /// What was made of each rule with patterns.
    translations: Vec<Translation>,
    /// How many calls there were.
    pub(crate) calls: u64,
    /// How many calls there had been when the rules became what they are.
    since: u64,
    /// The call at which a rule was translated first.
    pub(crate) translated_at: Option<u64>,
    /// How often units were given up, since rules or built-in functions changed.
    pub(crate) deoptimizations: u64,
}

/// What was made of a rule.
#[derive(Debug, Clone, Default)]
enum Translation {
    #[default]
    None,
    Code(Arc<Code>),
    /// Why it cannot be translated, and the epoch of built-in functions in which that is so.
    Refused(u32),
}

impl Units {
    /// Returns whether a rule is translated.
    pub(crate) fn is_translated(&self) -> bool {
        self.translations.iter().any(|one| matches!(one, Translation::Code(_)))
    }

    /// Returns whether a rule is translated, in a state of the rules and of built-in functions.
    pub(crate) fn is_current(&self, version: u64, epoch: u32) -> bool {
        let is_current =
            |one: &Translation| matches!(one, Translation::Code(code) if code.epoch == epoch);
        self.version == version && self.translations.iter().any(is_current)
    }

    /// Makes it the units of rules in another state.
    fn begin(&mut self, version: u64) {
        if self.is_translated() {
            self.deoptimizations += 1;
        }
        if self.version != 0 {
            self.since = self.calls.saturating_sub(1);
        }
        self.version = version;
        self.translations.clear();
        self.translated_at = None;
    }
}

/// How a call goes on.
pub(crate) enum Selected {
    /// It is worth an expression that is yet to be evaluated.
    Value(Value),
    /// It is what a translated unit computes of its arguments.
    Code(Arc<Code>),
    /// The call has to be made to be matched.
    Unknown,
}

/// Counts a call of a symbol that has rules.
pub(crate) fn count_call(session: &mut Session, symbol: Symbol) {
    let definition = &mut session.definitions[symbol.index()];
    let version = definition.down.version();
    let units = definition.units.get_or_insert_default();
    units.calls += 1;
    if units.version != version {
        units.begin(version);
    }
    if units.calls == session.compiler.inlining.hot {
        session.compiler.hot += 1;
    }
}

/// Takes a call back that was counted: evaluation counts it.
pub(super) fn uncount_call(session: &mut Session, symbol: Symbol) {
    if let Some(units) = session.definitions[symbol.index()].units.as_deref_mut() {
        units.calls -= 1;
    }
}

/// Says how a call goes on that was counted, without the call being made.
pub(super) fn select(
    session: &mut Session,
    symbol: Symbol,
    rules: &Rules,
    head: &Value,
    args: &[Value],
) -> Selected {
    match rules.find(session, head, args) {
        Found::Exact(value) => Selected::Value(value),
        Found::Pattern(place) => match code(session, symbol, rules, place) {
            Some(code) => Selected::Code(code),
            None => Selected::Unknown,
        },
        Found::Unknown => Selected::Unknown,
    }
}

/// Returns what computes the right side of a rule now.
pub(super) fn current(session: &Session, symbol: Symbol, place: usize) -> Option<Arc<Code>> {
    let definition = session.definition(symbol)?;
    let units = definition.units.as_deref()?;
    match units.translations.get(place) {
        Some(Translation::Code(code))
            if code.is_valid(session) && units.version == definition.down.version() =>
        {
            Some(code.clone())
        }
        _ => None,
    }
}

/// Returns what computes the right side of a rule, once there were calls enough.
fn code(session: &mut Session, symbol: Symbol, rules: &Rules, place: usize) -> Option<Arc<Code>> {
    let (epoch, hot) = (session.builtin_epoch, session.compiler.hot);
    let units = session.definitions[symbol.index()].units.as_deref_mut()?;
    match units.translations.get(place) {
        Some(Translation::Code(code))
            if code.epoch == epoch && (code.hot == hot || !code.has_calls) =>
        {
            Some(code.clone())
        }
        Some(Translation::Refused(known)) if *known == epoch => None,
        _ => translate_rule(session, symbol, rules, place),
    }
}

fn translate_rule(
    session: &mut Session,
    symbol: Symbol,
    rules: &Rules,
    place: usize,
) -> Option<Arc<Code>> {
    let threshold = session.compiler.dispatch.threshold(symbol);
    let units = session.definitions[symbol.index()].units.as_deref_mut()?;
    if let Some(Translation::Code(code)) = units.translations.get(place)
        && code.epoch != session.builtin_epoch
    {
        // Built-in functions have changed, and may go on changing.
        units.deoptimizations += 1;
        units.since = units.calls;
        units.translations[place] = Translation::None;
    }
    let is_new = !matches!(units.translations.get(place), Some(Translation::Code(_)));
    if is_new && units.calls - units.since < threshold {
        return None;
    }
    let code = translate::rule(session, &rules.patterns()[place]);
    let epoch = session.builtin_epoch;
    let units = session.definitions[symbol.index()].units.as_deref_mut()?;
    if units.translations.len() <= place {
        units.translations.resize_with(place + 1, Translation::default);
    }
    units.translations[place] = match &code {
        Ok(code) => Translation::Code(code.clone()),
        Err(_) => Translation::Refused(epoch),
    };
    if code.is_ok() {
        units.translated_at.get_or_insert(units.calls);
    }
    code.ok()
}
