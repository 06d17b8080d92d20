//! Strings with parts of them replaced.

use triomphe::Arc;

use super::finding::count_of;
use super::pattern::{Found, Overlaps, Patterns, Reading};
use super::{for_each_text, not_strings};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "StringReplace",
        Attributes::NONE,
        |s, c| replace(s, c, Replaced::All),
        "StringReplace[s, p -> new] replaces the parts of s that match the string pattern p; of \
         several rules the first that matches counts; StringReplace[s, rules, n] replaces n parts.",
        &[
            ("StringReplace[\"abab\", \"a\" -> \"x\"]", "\"xbxb\""),
            (
                "StringReplace[\"2024-05\", RegularExpression[\"(\\\\d+)-(\\\\d+)\"] -> \"$2/$1\"]",
                "\"05/2024\"",
            ),
        ],
    ),
    builtin(
        "StringReplaceList",
        Attributes::NONE,
        |s, c| replace(s, c, Replaced::OneEach),
        "StringReplaceList[s, rules] is the list of the strings with one part replaced.",
        &[
            ("StringReplaceList[\"aba\", \"a\" -> \"x\"]", "{\"xba\", \"abx\"}"),
            ("StringReplaceList[\"b\", \"a\" -> \"x\"]", "{}"),
        ],
    ),
    builtin(
        "StringDelete",
        Attributes::NONE,
        |s, c| replace(s, c, Replaced::Deleted),
        "StringDelete[s, p] is s without the parts that match the string pattern p.",
        &[
            ("StringDelete[\"a-b-c\", \"-\"]", "\"abc\""),
            ("StringDelete[{\"a1\", \"2b\"}, DigitCharacter]", "{\"a\", \"b\"}"),
        ],
    ),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Replaced {
    /// All parts, by what the rules say.
    All,
    /// One part at a time.
    OneEach,
    /// All parts, by nothing.
    Deleted,
}

impl Replaced {
    fn name(self) -> &'static str {
        match self {
            Self::All => "StringReplace",
            Self::OneEach => "StringReplaceList",
            Self::Deleted => "StringDelete",
        }
    }
}

fn replace(session: &mut Session, call: &mut Arc<Call>, how: Replaced) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let (value, rules, most) = match args {
        [value, rules] => (value, rules, usize::MAX),
        [value, rules, most] => match count_of(most) {
            Some(most) => (value, rules, most),
            None => return Ok(Step::Same),
        },
        [_] => return Ok(Step::Same),
        _ => {
            session.wrong_count_of(how.name(), args.len(), 2, 3);
            return Ok(Step::Same);
        }
    };
    if how != Replaced::Deleted && !Patterns::are_rules(rules) {
        session.message_of(how.name(), "srep", std::slice::from_ref(rules));
        return Ok(Step::Same);
    }
    if super::texts(value).is_none() {
        return Ok(not_strings(session, how.name(), call));
    }
    let ignores_case = options.is_set(session, "IgnoreCase");
    let reading = Reading { ignores_case, ..Reading::default() };
    let Some(patterns) = Patterns::read(session, rules, reading) else {
        return Ok(Step::Same);
    };
    let results = for_each_text(session, value, &mut |session, text| {
        Ok(Some(match how {
            Replaced::OneEach => one_each(session, &patterns, text, most)?,
            Replaced::All => {
                let found = patterns.all(session, text, Overlaps::None, most)?;
                with_replacements(session, &patterns, text, &found)?
            }
            Replaced::Deleted => {
                let found = patterns.all(session, text, Overlaps::None, most)?;
                Value::string(without(text, &found))
            }
        }))
    })?;
    Ok(results.map_or(Step::Same, Step::Again))
}

fn without(text: &str, found: &[Found]) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut from = 0;
    for one in found {
        rest.push_str(&text[from..one.start]);
        from = one.end;
    }
    rest.push_str(&text[from..]);
    rest
}

/// A string, or strings and other expressions one after the other.
#[derive(Default)]
struct Joined {
    parts: Args,
    text: String,
}

impl Joined {
    fn push(&mut self, value: Value) {
        match value {
            Value::String(text) => self.text.push_str(&text),
            value => match value.args_of(sym::StringExpression) {
                Some(parts) => parts.iter().for_each(|part| self.push(part.clone())),
                None => {
                    self.end_text();
                    self.parts.push(value);
                }
            },
        }
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Value::string(std::mem::take(&mut self.text)));
        }
    }

    fn value(mut self) -> Value {
        if self.parts.is_empty() {
            return Value::string(self.text);
        }
        self.end_text();
        match self.parts.len() {
            1 => self.parts.remove(0),
            _ => Value::call(sym::StringExpression, self.parts),
        }
    }
}

/// Returns a text with what replaces the matches; what is no string makes it a `StringExpression`.
pub(super) fn with_replacements(
    session: &mut Session,
    patterns: &Patterns,
    text: &str,
    found: &[Found],
) -> Evaluated {
    let mut joined = Joined { text: String::with_capacity(text.len()), ..Joined::default() };
    let mut from = 0;
    for one in found {
        joined.text.push_str(&text[from..one.start]);
        from = one.end;
        match patterns.replacement(session, text, one)? {
            Some(new) => joined.push(new),
            None => joined.text.push_str(&text[one.start..one.end]),
        }
    }
    joined.text.push_str(&text[from..]);
    Ok(joined.value())
}

fn one_each(session: &mut Session, patterns: &Patterns, text: &str, most: usize) -> Evaluated {
    let found = patterns.all(session, text, Overlaps::OneAtEachPlace, most)?;
    let mut all = Args::new();
    for one in &found {
        all.push(with_replacements(session, patterns, text, std::slice::from_ref(one))?);
    }
    Ok(Value::list(all))
}
