//! What a session knows: its lines so far, its names, and what is said of them.

use triomphe::Arc;

use super::options::Options;
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::history::Side;
use crate::session::{Evaluated, Name, Note, Session, Stop};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "In",
        Attributes::LISTABLE,
        |s, c| Ok(line(s, c, Side::Input)),
        "In[n] evaluates the n-th line of input again; In[-k] the k-th before this one.",
        &[("In[5]", "In[5]"), ("Head[In]", "Symbol")],
    ),
    builtin(
        "Out",
        Attributes::LISTABLE,
        |s, c| Ok(line(s, c, Side::Output)),
        "Out[n] or %n is the value of the n-th line; % or Out[] of the last one, %% or Out[-2] of the one before it.",
        &[("Out[5]", "%5"), ("FullForm[%%] // ToString", "\"Out[-2]\"")],
    ),
    builtin(
        "Quit",
        Attributes::NONE,
        |_, c| quit(c),
        "Quit[] ends the session; Quit[n] with the exit code n.",
        &[("Head[Quit]", "Symbol"), ("Hold[Quit[2]]", "Hold[Quit[2]]")],
    ),
    builtin(
        "Exit",
        Attributes::NONE,
        |_, c| quit(c),
        "Exit[] ends the session as Quit[] does.",
        &[("Head[Exit]", "Symbol"), ("Hold[Exit[]]", "Hold[Exit[]]")],
    ),
    builtin(
        "Names",
        Attributes::NONE,
        |s, c| Ok(names(s, c)),
        "Names[\"pattern\"] lists the names of symbols that match: * stands for any characters, @ for those that are not capital letters. Names[] lists those of the contexts that are searched.",
        &[
            ("Names[\"StringJ*\"]", "{\"StringJoin\"}"),
            ("total = 1; Names[\"Global`*\"]", "{\"total\"}"),
        ],
    ),
    builtin(
        "NameQ",
        Attributes::NONE,
        |s, c| Ok(is_name(s, c)),
        "NameQ[\"pattern\"] tells whether there is a symbol whose name matches.",
        &[("NameQ[\"Plus\"]", "True"), ("NameQ[\"Plis\"]", "False")],
    ),
    builtin(
        "Information",
        Attributes::HOLD_ALL,
        |s, c| Ok(information(s, c)),
        "Information[f] prints what f does, its attributes and what is defined for it. Information[f, LongForm -> False] prints only what it does. At the start of an expression ?f stands for this, ??f for all of it.",
        &[("Information[Plus]", "Null"), ("Information[\"Plus\"]", "Null")],
    ),
];

fn line(session: &mut Session, call: &Call, side: Side) -> Step {
    let number = match call.args() {
        [] => -1,
        [Value::Integer(number)] => *number,
        _ => return Step::Same,
    };
    session.hidden_dependence = true;
    match session.line_of_history(side, number) {
        Some(value) => Step::Again(value),
        None => Step::Same,
    }
}

fn quit(call: &Call) -> Evaluated<Step> {
    let code = match call.args() {
        [] => 0,
        [Value::Integer(code)] => i32::try_from(*code).unwrap_or(1),
        _ => return Ok(Step::Same),
    };
    Err(Box::new(Stop::Quit(code)))
}

/// Returns whether a text matches a pattern of names.
fn matches(pattern: &[char], text: &[char]) -> bool {
    // At which places of the text what was read of the pattern may end.
    let mut ends = vec![false; text.len() + 1];
    ends[0] = true;
    for wanted in pattern {
        let mut next = vec![false; text.len() + 1];
        for place in 0..=text.len() {
            let before = place.checked_sub(1);
            let goes_on = |ends: &[bool]| before.is_some_and(|before| ends[before]);
            let character = before.map(|before| text[before]);
            next[place] = match wanted {
                '*' => ends[place] || goes_on(&next),
                '@' => {
                    character.is_some_and(|c| !c.is_uppercase())
                        && (goes_on(&ends) || goes_on(&next))
                }
                _ => character == Some(*wanted) && goes_on(&ends),
            };
        }
        ends = next;
    }
    ends[text.len()]
}

impl Session {
    /// Returns the symbols whose names match a pattern, as they are written here, in order. Without
    /// a context in the pattern, those of the contexts that are searched.
    pub fn matching_names(&self, pattern: &str) -> Vec<(Symbol, String)> {
        let (context, name) = match pattern.rfind('`') {
            Some(mark) => pattern.split_at(mark + 1),
            None => ("", pattern),
        };
        let characters = |text: &str| text.chars().collect::<Vec<char>>();
        let (context, name) = (characters(context), characters(name));
        let is_wanted = |known: &Name| match context.is_empty() {
            true => self.names.path.contains(&known.context),
            false => matches(&context, &characters(&known.context)),
        };
        let mut found: Vec<(Symbol, String)> = self
            .names
            .iter()
            .filter(|(_, known)| is_wanted(known) && matches(&name, &characters(&known.name)))
            .map(|(symbol, _)| (symbol, self.names.shown(symbol)))
            .collect();
        found.sort_unstable_by_key(|(_, name)| (name.to_lowercase(), name.clone()));
        found
    }

    /// Returns what a symbol does, as `f::usage` tells it.
    pub fn usage(&self, symbol: Symbol) -> Option<String> {
        let definition = self.definition(symbol)?;
        let own = definition.rare.as_ref().and_then(|rare| rare.messages.get("usage"));
        match own {
            Some(text) => Some(text.as_str()?.to_owned()),
            None => match definition.builtin {
                Some(builtin) => Some(builtin.usage.to_owned()),
                None => super::words::usage(self.names.full(symbol)).map(str::to_owned),
            },
        }
    }

    /// Returns what is known of a symbol, as lines: what it does, and with `all` its attributes and
    /// definitions too.
    pub fn explain(&mut self, symbol: Symbol, all: bool) -> String {
        let name = self.names.shown(symbol);
        let mut lines: Vec<String> = self.usage(symbol).into_iter().collect();
        let is_built_in = self.definition(symbol).is_some_and(|known| known.builtin.is_some());
        if all || !is_built_in {
            lines.extend(self.definitions_as_typed(symbol));
        }
        match lines.is_empty() {
            true => name,
            false => lines.join("\n"),
        }
    }

    pub(super) fn attributes_line(&self, own: Attributes, name: &str) -> Option<String> {
        let held = Attributes::NAMED.iter().filter(|(attribute, _)| own.has(*attribute));
        let names: Vec<String> = held.map(|(_, held)| self.names.shown(*held)).collect();
        (!names.is_empty()).then(|| format!("Attributes[{name}] = {{{}}}", names.join(", ")))
    }
}

/// Returns the pattern of an argument that names symbols.
fn pattern(session: &Session, value: &Value) -> Option<String> {
    match value {
        Value::String(pattern) => Some(pattern.to_string()),
        _ => value.as_symbol().map(|symbol| session.names.shown(symbol)),
    }
}

fn names(session: &mut Session, call: &Call) -> Step {
    let patterns: Vec<String> = match call.args() {
        [] => vec!["*".to_owned()],
        [Value::String(pattern)] => vec![pattern.to_string()],
        [list] => match list.as_list().map(|list| list.iter().map(Value::as_str).collect()) {
            Some(Some(patterns)) => {
                let patterns: Vec<&str> = patterns;
                patterns.into_iter().map(str::to_owned).collect()
            }
            _ => return Step::Same,
        },
        _ => return Step::Same,
    };
    session.hidden_dependence = true;
    let mut found: Vec<String> = patterns
        .iter()
        .flat_map(|pattern| session.matching_names(pattern))
        .map(|(_, name)| name)
        .collect();
    if patterns.len() > 1 {
        found.sort_unstable_by_key(|name| (name.to_lowercase(), name.clone()));
        found.dedup();
    }
    Step::Done(Value::list(found.into_iter().map(Value::string).collect::<Args>()))
}

fn is_name(session: &mut Session, call: &Call) -> Step {
    let [Value::String(pattern)] = call.args() else { return Step::Same };
    session.hidden_dependence = true;
    Step::Done(Value::boolean(!session.matching_names(pattern).is_empty()))
}

fn information(session: &mut Session, call: &Arc<Call>) -> Step {
    let (args, options) = Options::split(call.args(), 1);
    let [of, ..] = args else { return Step::Same };
    let Some(pattern) = pattern(session, of) else { return Step::Same };
    let long_form = options.get(session, "LongForm");
    let is_long = long_form.is_none_or(|long| !long.is(sym::False));
    let found = session.matching_names(&pattern);
    match &found[..] {
        [] => session.message(
            session.names.find("Information").unwrap_or(sym::General),
            "notfound",
            &[Value::string(pattern)],
        ),
        [(symbol, _)] => {
            let text = session.explain(*symbol, is_long);
            session.tell(Note::Printed(text));
        }
        _ => {
            let all: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
            session.tell(Note::Printed(all.join("  ")));
        }
    }
    Step::Done(Value::NULL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything_and_at_signs_for_what_is_no_capital() {
        let check = |pattern: &str, text: &str| {
            let of = |text: &str| text.chars().collect::<Vec<char>>();
            matches(&of(pattern), &of(text))
        };
        assert!(check("*", "") && check("*", "Plus") && check("Pl*s", "Plus"));
        assert!(check("String*", "StringJoin") && !check("String@", "StringJoin"));
        assert!(check("S@", "Sin") && !check("@", "") && !check("Sin", "Sinh"));
        assert!(
            !check(&"*a".repeat(50), &"a".repeat(49)) && check(&"*a".repeat(50), &"a".repeat(50))
        );
    }

    #[test]
    fn lines_refer_to_earlier_ones() {
        let mut session = Session::new();
        let mut line = |source: &str| {
            let parsed = bolt_lyra_syntax::parse(source);
            let value = session.read(&parsed.exprs[0]);
            let value = session.evaluate_input(&value).expect("no line quits");
            session.input_form(&value)
        };
        assert_eq!(line("n = 6"), "6");
        assert_eq!(line("% n"), "36");
        assert_eq!(line("%% + %1"), "12");
        assert_eq!(line("n = 1; $Line;"), "Null");
        assert_eq!(line("%"), "4", "what is not shown is kept");
        assert_eq!(line("In[2]"), "4", "the line is evaluated again: 4 times 1");
        assert_eq!(line("{Out[2], Out[9]}"), "{36, %9}");
        assert_eq!(line("$HistoryLength = 2"), "2");
        assert_eq!(line("{Out[7], Out[-1], Out[2]}"), "{{36, %9}, 2, %2}");
    }
}
