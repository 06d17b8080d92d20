//! What is told of translated functions.

use super::code::{Code, Op};
use super::translate::{self, Translated};
use super::{dispatch, show};
use crate::session::Session;
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

/// A rule, or a function without a name, and what it is as code.
pub(crate) struct Inspected {
    /// What it is of: the left side of the rule, or the function.
    pub(crate) of: Value,
    /// Whether the code computes calls from now on.
    pub(crate) is_in_use: bool,
    pub(crate) unit: Translated,
}

impl Inspected {
    /// Returns the instructions, one a line, or why there are none.
    pub(crate) fn text(&self, session: &Session) -> String {
        match &self.unit {
            Ok(code) => show::unit(session, code),
            Err(refusal) => format!("     interpreted: {}\n", refusal.text()),
        }
    }

    /// Returns how many instructions there were as translated, and how many are left where
    /// everything is as foreseen.
    pub(crate) fn sizes(&self) -> Option<(usize, usize)> {
        self.unit.as_ref().ok().map(|code| (code.report.before, code.report.after))
    }

    /// Returns what each pass that is on did: how many instructions it left out, changed or added.
    pub(crate) fn passes(&self) -> &[(&'static str, usize)] {
        self.unit.as_ref().map_or(&[], |code| &code.report.changed)
    }

    /// Returns why it is not translated, or the expressions in it that the session evaluates.
    pub(crate) fn reasons(&self) -> Vec<Value> {
        let code = match &self.unit {
            Ok(code) => code,
            Err(refusal) => return vec![Value::string(refusal.text())],
        };
        code.ops.iter().filter_map(|op| interpreted(code, op)).collect()
    }
}

/// Returns the expression that an instruction leaves to the session on the way that is foreseen.
fn interpreted(code: &Code, op: &Op) -> Option<Value> {
    let Op::Interpret { template, .. } = op else { return None };
    let held = &code.templates[*template as usize];
    let is_rare = !held.locals.is_empty() || !held.evaluates;
    let expression = held.template.skeleton();
    (!is_rare).then(|| Value::call(sym::HoldForm, [expression].as_slice()))
}

/// Returns what is known of a function: one entry for each rule of a symbol with patterns, or one
/// for a function without a name; `None` if it is neither.
pub(crate) fn inspect(session: &mut Session, of: &Value) -> Option<Vec<Inspected>> {
    if let Some(symbol) = of.as_symbol() {
        let rules = session.definition(symbol)?.down.clone();
        if rules.is_empty() {
            return None;
        }
        let mut all = Vec::new();
        for (place, rule) in rules.patterns().iter().enumerate() {
            let current = dispatch::current(session, symbol, place);
            let is_in_use = current.is_some();
            let unit = match current {
                Some(code) => Ok(code),
                None => translate::rule(session, rule),
            };
            all.push(Inspected { of: rule.lhs.clone(), is_in_use, unit });
        }
        return Some(all);
    }
    let Value::Call(call) = of else { return None };
    if !call.is(sym::Function) {
        return None;
    }
    let unit = translate::function(session, call).map(|(code, _)| code);
    Some(vec![Inspected { of: of.clone(), is_in_use: unit.is_ok(), unit }])
}

/// What is known of the calls of a symbol.
pub(crate) struct Statistics {
    pub(crate) calls: u64,
    pub(crate) is_translated: bool,
    pub(crate) translated_at: Option<u64>,
    pub(crate) deoptimizations: u64,
    pub(crate) threshold: u64,
}

/// Returns what is known of the calls of a symbol; `None` if it has no rules for them.
pub(crate) fn statistics(session: &Session, symbol: Symbol) -> Option<Statistics> {
    let definition = session.definition(symbol)?;
    let threshold = session.compiler.dispatch.threshold(symbol);
    let none = dispatch::Units::default();
    let units = definition.units.as_deref().unwrap_or(&none);
    if definition.down.is_empty() && units.calls == 0 {
        return None;
    }
    let is_current = units.is_current(definition.down.version(), session.builtin_epoch);
    Some(Statistics {
        calls: units.calls,
        is_translated: is_current,
        translated_at: units.translated_at.filter(|_| is_current),
        deoptimizations: units.deoptimizations + u64::from(units.is_translated() && !is_current),
        threshold,
    })
}

/// Returns expressions without doubles.
pub(crate) fn distinct(values: Vec<Value>) -> Args {
    let mut all = Args::new();
    for value in values {
        if !all.contains(&value) {
            all.push(value);
        }
    }
    all
}
