//! What is defined for symbols, as text and as answers.

use std::collections::HashSet;

use triomphe::Arc;

use crate::builtins::{Builtin, builtin};
use crate::definition::{Attributes, Definition};
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, grown};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Definition",
        Attributes::HOLD_ALL,
        |_, _| Ok(Step::Same),
        "Definition[f] is shown as the attributes, values, rules, options and defaults of f.",
        &[
            ("f[x_] := x^2; ToString[Definition[f]]", "\"f[x_] := x^2\""),
            ("n = 3; ToString[Definition[n]]", "\"n = 3\""),
        ],
    ),
    builtin(
        "FullDefinition",
        Attributes::HOLD_ALL,
        |_, _| Ok(Step::Same),
        "FullDefinition[f] is shown as the definitions of f and of all symbols that they use.",
        &[
            ("a = 1; f[x_] := x + a; ToString[FullDefinition[f]]", "\"f[x_] := x + a\\n\\na = 1\""),
            ("n = 3; ToString[FullDefinition[n]]", "\"n = 3\""),
        ],
    ),
    builtin(
        "ValueQ",
        Attributes::HOLD_ALL,
        |s, c| {
            Ok(match c.args() {
                [of, ..] => {
                    let value = s.evaluate(of)?;
                    Step::Done(Value::boolean(value != *of))
                }
                [] => Step::Same,
            })
        },
        "ValueQ[e] is True if e has a value: if it does not evaluate to itself.",
        &[("x = 1; ValueQ[x]", "True"), ("{ValueQ[y], ValueQ[f[1]]}", "{False, False}")],
    ),
    builtin(
        "Remove",
        Attributes::HOLD_ALL,
        remove,
        "Remove[x] removes the symbol x with all that is defined for it: what is read afterwards under its name is another symbol. Remove[\"pattern\"] removes the symbols whose names match.",
        &[
            ("old = 1; Remove[old]; NameQ[\"old\"]", "False"),
            ("t1 = 1; t2 = 2; Remove[\"Global`t*\"]; Names[\"Global`t*\"]", "{}"),
        ],
    ),
    builtin(
        "Save",
        Attributes::HOLD_REST,
        save,
        "Save[file, f] adds the full definitions of f to a file, as they would be typed; Save[file, {f, g}] those of several symbols. Get reads them again.",
        &[
            ("a = 5; Save[\"kept.wl\", a]; Clear[a]; Get[\"kept.wl\"]; a", "5"),
            ("sq[x_] := x^2; Save[\"sq.wl\", {sq}]; Clear[sq]; Get[\"sq.wl\"]; sq[3]", "9"),
        ],
    ),
];

/// Returns what `Definition[f]` and `FullDefinition[f]` are shown as.
pub(crate) fn defined(session: &Session, of: &Value, full: bool) -> Option<String> {
    let symbol = match of {
        Value::String(name) => session.names.find(name)?,
        _ => of.as_symbol()?,
    };
    let symbols = if full { with_all_used(session, symbol) } else { vec![symbol] };
    let lines: Vec<String> =
        symbols.into_iter().flat_map(|symbol| session.definitions_as_typed(symbol)).collect();
    Some(match lines.is_empty() {
        true => "Null".to_owned(),
        false => lines.join("\n\n"),
    })
}

/// Returns a symbol and those that its definitions use, none of them built in.
fn with_all_used(session: &Session, symbol: Symbol) -> Vec<Symbol> {
    let mut found = vec![symbol];
    let mut known: HashSet<Symbol> = found.iter().copied().collect();
    let mut place = 0;
    while let Some(&symbol) = found.get(place) {
        place += 1;
        let Some(definition) = session.definition(symbol) else { continue };
        for value in values_of(session, definition) {
            each_symbol(&value, &mut |symbol| {
                let is_own = &*session.names.full(symbol).context != "System`";
                if is_own && known.insert(symbol) {
                    found.push(symbol);
                }
            });
        }
    }
    found
}

/// Returns the expressions that a definition is made of.
fn values_of(session: &Session, definition: &Definition) -> Vec<Value> {
    let mut values: Vec<Value> = definition.own.iter().cloned().collect();
    let rare = definition.rare.as_deref();
    let rules = rare.into_iter().flat_map(|rare| [&rare.own, &rare.sub, &rare.up, &rare.numeric]);
    for rules in std::iter::once(&definition.down).chain(rules) {
        for rule in rules.list(session) {
            values.extend([rule.lhs.clone(), rule.rhs.clone()]);
        }
    }
    values.extend(rare.and_then(|rare| rare.options.clone()));
    values
}

fn each_symbol(value: &Value, each: &mut dyn FnMut(Symbol)) {
    match value {
        Value::Call(call) => grown(call.depth(), || {
            each_symbol(call.head(), each);
            call.args().iter().for_each(|arg| each_symbol(arg, each));
        }),
        Value::Association(entries) => {
            for (key, entry) in entries.iter() {
                each_symbol(key, each);
                each_symbol(&entry.value, each);
            }
        }
        _ => value.as_symbol().into_iter().for_each(each),
    }
}

/// Returns the symbols that an argument names.
fn named(session: &Session, of: &Value) -> Option<Vec<Symbol>> {
    match of {
        Value::String(pattern) => {
            Some(session.matching_names(pattern).into_iter().map(|(symbol, _)| symbol).collect())
        }
        _ => match of.as_list() {
            Some(list) => list
                .iter()
                .map(|one| named(session, one))
                .collect::<Option<Vec<_>>>()
                .map(|all| all.concat()),
            None => of.as_symbol().map(|symbol| vec![symbol]),
        },
    }
}

fn remove(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    for arg in call.args() {
        let Some(symbols) = named(session, arg).filter(|symbols| !symbols.is_empty()) else {
            session.message_of("Remove", "rmnsm", std::slice::from_ref(arg));
            continue;
        };
        for symbol in symbols {
            if session.attributes(symbol).has(Attributes::PROTECTED) {
                session.message_of("Remove", "rmptc", &[Value::Symbol(symbol)]);
                continue;
            }
            *session.change(symbol) = Definition::default();
            session.names.forget(symbol);
        }
    }
    Ok(Step::Done(Value::NULL))
}

fn save(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [Value::String(path), of @ ..] = call.args() else { return Ok(Step::Same) };
    let wanted: Args = Args::from(of);
    let Some(symbols) = named(session, &Value::list(wanted)) else { return Ok(Step::Same) };
    let mut text = String::new();
    let mut known = HashSet::new();
    for symbol in symbols {
        for symbol in with_all_used(session, symbol) {
            if known.insert(symbol) {
                for line in session.definitions_as_typed(symbol) {
                    text.push_str(&line);
                    text.push_str("\n\n");
                }
            }
        }
    }
    match session.host.write(path, text.as_bytes(), true) {
        Ok(()) => Ok(Step::Done(Value::NULL)),
        Err(_) => {
            session.message_of("Save", "noopen", &[Value::String(path.clone())]);
            Ok(Step::Done(Value::Symbol(sym::Failed)))
        }
    }
}

impl Session {
    /// Returns what is defined for a symbol, as it would be typed.
    pub(crate) fn definitions_as_typed(&self, symbol: Symbol) -> Vec<String> {
        let Some(definition) = self.definition(symbol) else { return Vec::new() };
        let name = self.names.shown(symbol);
        let mut lines: Vec<String> = Vec::new();
        let attributes = definition.attributes.without(Attributes::TEMPORARY);
        lines.extend(self.attributes_line(attributes, &name));
        if definition.attributes.has(Attributes::READ_PROTECTED) {
            return lines;
        }
        if let Some(own) = &definition.own {
            lines.push(format!("{name} = {}", self.input_form(own)));
        }
        let rare = definition.rare.as_deref();
        let mut rules = |rules: &crate::rule::Rules, prefix: &str| {
            for rule in rules.list(self) {
                let sign = if rule.delayed { ":=" } else { "=" };
                let (lhs, rhs) = (self.input_form(&rule.lhs), self.input_form(&rule.rhs));
                lines.push(format!("{prefix}{lhs} {sign} {rhs}"));
            }
        };
        if let Some(rare) = rare {
            rules(&rare.own, "");
        }
        rules(&definition.down, "");
        if let Some(rare) = rare {
            rules(&rare.sub, "");
            rules(&rare.up, &format!("{name} /: "));
            rules(&rare.numeric, "");
            rules(&rare.default, "");
            if let Some(options) = &rare.options {
                lines.push(format!("Options[{name}] = {}", self.input_form(options)));
            }
            let mut tags: Vec<_> = rare.messages.iter().collect();
            tags.sort_unstable_by_key(|(tag, _)| (*tag).clone());
            for (tag, text) in tags {
                lines.push(format!("{name}::{tag} = {}", self.input_form(text)));
            }
        }
        lines
    }
}
