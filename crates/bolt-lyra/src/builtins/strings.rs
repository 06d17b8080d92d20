//! Strings: joining, taking apart, looking inside.

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value, fixed};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "StringJoin",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        |s, c| Ok(join(s, c)),
        "a <> b or StringJoin[a, b] is one string of several; lists of strings are joined, too.",
        &[("\"ab\" <> \"cd\"", "\"abcd\""), ("StringJoin[{\"a\", \"b\"}]", "\"ab\"")],
    ),
    builtin(
        "StringLength",
        Attributes::LISTABLE,
        |_, c| Ok(of_text(c, |text| Value::Integer(text.chars().count() as i64))),
        "StringLength[s] is the number of characters.",
        &[("StringLength[\"abc\"]", "3"), ("StringLength[{\"a\", \"\"}]", "{1, 0}")],
    ),
    builtin(
        "Characters",
        Attributes::LISTABLE,
        |_, c| Ok(of_text(c, characters)),
        "Characters[s] is the list of the characters.",
        &[("Characters[\"abc\"]", "{\"a\", \"b\", \"c\"}"), ("Characters[\"\"]", "{}")],
    ),
    builtin(
        "StringReverse",
        Attributes::LISTABLE,
        |_, c| Ok(of_text(c, |text| Value::string(text.chars().rev().collect::<String>()))),
        "StringReverse[s] has the characters in reverse order.",
        &[("StringReverse[\"abc\"]", "\"cba\""), ("StringReverse[\"\"]", "\"\"")],
    ),
    builtin(
        "ToUpperCase",
        Attributes::LISTABLE,
        |_, c| Ok(of_text(c, |text| Value::string(text.to_uppercase()))),
        "ToUpperCase[s] has capital letters.",
        &[("ToUpperCase[\"aB\"]", "\"AB\""), ("ToUpperCase[\"1\"]", "\"1\"")],
    ),
    builtin(
        "ToLowerCase",
        Attributes::LISTABLE,
        |_, c| Ok(of_text(c, |text| Value::string(text.to_lowercase()))),
        "ToLowerCase[s] has small letters.",
        &[("ToLowerCase[\"aB\"]", "\"ab\""), ("ToLowerCase[\"1\"]", "\"1\"")],
    ),
    builtin(
        "StringTake",
        Attributes::NONE,
        |s, c| Ok(take(s, c, true)),
        "StringTake[s, n] is the first n characters, StringTake[s, -n] the last, StringTake[s, {m, \
         n}] those from m to n.",
        &[("StringTake[\"abcd\", 2]", "\"ab\""), ("StringTake[\"abcd\", {2, 3}]", "\"bc\"")],
    ),
    builtin(
        "StringDrop",
        Attributes::NONE,
        |s, c| Ok(take(s, c, false)),
        "StringDrop[s, n] is s without the first n characters, StringDrop[s, -n] without the last.",
        &[("StringDrop[\"abcd\", 1]", "\"bcd\""), ("StringDrop[\"abcd\", -1]", "\"abc\"")],
    ),
    builtin(
        "StringSplit",
        Attributes::NONE,
        |_, c| Ok(split(c)),
        "StringSplit[s] is the list of the words; StringSplit[s, d] of the parts between d.",
        &[
            ("StringSplit[\"a b  c\"]", "{\"a\", \"b\", \"c\"}"),
            ("StringSplit[\"a,b\", \",\"]", "{\"a\", \"b\"}"),
        ],
    ),
    builtin(
        "StringReplace",
        Attributes::NONE,
        |_, c| Ok(replace(c)),
        "StringReplace[s, a -> b] replaces a wherever it stands; the first of several rules counts.",
        &[
            ("StringReplace[\"abab\", \"a\" -> \"x\"]", "\"xbxb\""),
            ("StringReplace[\"ab\", {\"a\" -> \"b\", \"b\" -> \"a\"}]", "\"ba\""),
        ],
    ),
    builtin(
        "StringContainsQ",
        Attributes::NONE,
        |_, c| Ok(tests(c, |text, part| text.contains(part))),
        "StringContainsQ[s, part] is True if the part stands in s.",
        &[
            ("StringContainsQ[\"abc\", \"b\"]", "True"),
            ("StringContainsQ[\"abc\", \"x\"]", "False"),
        ],
    ),
    builtin(
        "StringStartsQ",
        Attributes::NONE,
        |_, c| Ok(tests(c, |text, part| text.starts_with(part))),
        "StringStartsQ[s, part] is True if s begins with the part.",
        &[("StringStartsQ[\"abc\", \"a\"]", "True"), ("StringStartsQ[\"abc\", \"b\"]", "False")],
    ),
    builtin(
        "StringEndsQ",
        Attributes::NONE,
        |_, c| Ok(tests(c, |text, part| text.ends_with(part))),
        "StringEndsQ[s, part] is True if s ends with the part.",
        &[("StringEndsQ[\"abc\", \"c\"]", "True"), ("StringEndsQ[\"abc\", \"b\"]", "False")],
    ),
    builtin(
        "StringCount",
        Attributes::NONE,
        |_, c| {
            Ok(match fixed(c) {
                Some([Value::String(text), Value::String(part)]) if !part.is_empty() => {
                    Step::Done(Value::Integer(text.matches(part.as_str()).count() as i64))
                }
                _ => Step::Same,
            })
        },
        "StringCount[s, part] is how often the part stands in s.",
        &[("StringCount[\"abab\", \"ab\"]", "2"), ("StringCount[\"aaa\", \"aa\"]", "1")],
    ),
];

fn of_text(call: &Call, with: impl FnOnce(&str) -> Value) -> Step {
    match fixed(call) {
        Some([Value::String(text)]) => Step::Done(with(text)),
        _ => Step::Same,
    }
}

fn characters(text: &str) -> Value {
    Value::list(text.chars().map(|c| Value::string(c.to_string())).collect::<Args>())
}

fn join(session: &mut Session, call: &Arc<Call>) -> Step {
    let mut joined = String::new();
    let mut pending: Vec<&Value> = call.args().iter().rev().collect();
    while let Some(value) = pending.pop() {
        match value {
            Value::String(text) => joined.push_str(text),
            _ => match value.as_list() {
                Some(list) => pending.extend(list.iter().rev()),
                None => {
                    let place = call.args().iter().position(|arg| arg == value).unwrap_or(0);
                    let place = Value::Integer(place as i64 + 1);
                    session.message(sym::StringJoin, "string", &[place, Value::Call(call.clone())]);
                    return Step::Same;
                }
            },
        }
    }
    Step::Done(Value::string(joined))
}

fn take(session: &mut Session, call: &Call, takes: bool) -> Step {
    let [of @ Value::String(text), spec] = call.args() else { return Step::Same };
    let all: Vec<char> = text.chars().collect();
    let name = if takes { "StringTake" } else { "StringDrop" };
    match super::lists::places_of(session, (name, takes), of, spec, all.len()) {
        Some(places) => Step::Done(Value::string(
            places.into_iter().map(|place| all[place]).collect::<String>(),
        )),
        None => Step::Same,
    }
}

fn split(call: &Call) -> Step {
    let parts: Args = match call.args() {
        [Value::String(text)] => text.split_whitespace().map(Value::string).collect(),
        [Value::String(text), Value::String(between)] if !between.is_empty() => {
            let mut parts: Vec<&str> = text.split(between.as_str()).collect();
            // Empty parts at the ends do not count.
            while parts.last().is_some_and(|part| part.is_empty()) {
                parts.pop();
            }
            let from = parts.iter().take_while(|part| part.is_empty()).count();
            parts[from..].iter().copied().map(Value::string).collect()
        }
        _ => return Step::Same,
    };
    Step::Done(Value::list(parts))
}

fn replace(call: &Call) -> Step {
    let Some([Value::String(text), rules]) = fixed(call) else { return Step::Same };
    let pair = |rule: &Value| match sides(rule) {
        Some((Value::String(from), Value::String(to), _)) if !from.is_empty() => {
            Some((from.clone(), to.clone()))
        }
        _ => None,
    };
    let rules = rules.as_list().unwrap_or(std::slice::from_ref(rules));
    let Some(pairs) = rules.iter().map(pair).collect::<Option<Vec<_>>>() else {
        return Step::Same;
    };
    let (mut replaced, mut rest) = (String::with_capacity(text.len()), text.as_str());
    'text: while let Some(next) = rest.chars().next() {
        for (from, to) in &pairs {
            if let Some(after) = rest.strip_prefix(from.as_str()) {
                replaced.push_str(to);
                rest = after;
                continue 'text;
            }
        }
        replaced.push(next);
        rest = &rest[next.len_utf8()..];
    }
    Step::Done(Value::string(replaced))
}

fn tests(call: &Call, is: fn(&str, &str) -> bool) -> Step {
    match fixed(call) {
        Some([Value::String(text), Value::String(part)]) => {
            Step::Done(Value::boolean(is(text, part)))
        }
        _ => Step::Same,
    }
}
