//! Strings as a whole: joined, repeated, padded, in other cases.

use triomphe::Arc;

use super::{for_each_text, integer, not_strings, of_text};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

/// Longer strings are not made by repeating.
const LENGTH_MAX: usize = 1 << 30;

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
        |s, c| Ok(length(s, c)),
        "StringLength[s] is the number of characters.",
        &[("StringLength[\"abc\"]", "3"), ("StringLength[{\"a\", \"\"}]", "{1, 0}")],
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
        "Capitalize",
        Attributes::LISTABLE,
        |_, c| Ok(capitalize(c)),
        "Capitalize[s] begins with a capital letter; Capitalize[s, \"AllWords\"] has one in every \
         word.",
        &[
            ("Capitalize[\"abc def\"]", "\"Abc def\""),
            ("Capitalize[\"abc def\", \"AllWords\"]", "\"Abc Def\""),
        ],
    ),
    builtin(
        "Decapitalize",
        Attributes::LISTABLE,
        |_, c| {
            Ok(of_text(c, |text| Value::string(first_in(text, |c| c.to_lowercase().to_string()))))
        },
        "Decapitalize[s] begins with a small letter.",
        &[("Decapitalize[\"ABC\"]", "\"aBC\""), ("Decapitalize[\"\"]", "\"\"")],
    ),
    builtin(
        "StringRepeat",
        Attributes::NONE,
        |s, c| Ok(repeat(s, c)),
        "StringRepeat[s, n] is s n times; StringRepeat[s, n, length] no longer than length.",
        &[
            ("StringRepeat[\"ab\", 3]", "\"ababab\""),
            ("StringRepeat[\"abc\", 5, 7]", "\"abcabca\""),
        ],
    ),
    builtin(
        "StringRiffle",
        Attributes::NONE,
        riffle,
        "StringRiffle[list, between] joins what the elements are as strings with a string between \
         them, a space if none is given; {left, between, right} puts strings around; more of them \
         are for lists inside.",
        &[
            ("StringRiffle[{\"a\", \"b\", 1}]", "\"a b 1\""),
            ("StringRiffle[{1, 2, 3}, {\"(\", \", \", \")\"}]", "\"(1, 2, 3)\""),
        ],
    ),
    builtin(
        "StringPadLeft",
        Attributes::NONE,
        |s, c| pad(s, c, true),
        "StringPadLeft[s, n] is s with spaces before it so that it has n characters, or its last n; \
         StringPadLeft[s, n, padding] takes other characters; a list is padded to its longest.",
        &[
            ("StringPadLeft[\"7\", 3, \"0\"]", "\"007\""),
            ("StringPadLeft[{\"a\", \"bcd\"}]", "{\"  a\", \"bcd\"}"),
        ],
    ),
    builtin(
        "StringPadRight",
        Attributes::NONE,
        |s, c| pad(s, c, false),
        "StringPadRight[s, n] is s with spaces after it so that it has n characters, or its first \
         n; StringPadRight[s, n, padding] takes other characters.",
        &[("StringPadRight[\"a\", 3]", "\"a  \""), ("StringPadRight[\"abcd\", 2]", "\"ab\"")],
    ),
    builtin(
        "StringRotateLeft",
        Attributes::NONE,
        |s, c| rotate(s, c, true),
        "StringRotateLeft[s, n] moves the first n characters to the end, 1 if no n is given.",
        &[
            ("StringRotateLeft[\"abcd\"]", "\"bcda\""),
            ("StringRotateLeft[\"abcd\", 3]", "\"dabc\""),
        ],
    ),
    builtin(
        "StringRotateRight",
        Attributes::NONE,
        |s, c| rotate(s, c, false),
        "StringRotateRight[s, n] moves the last n characters to the beginning.",
        &[
            ("StringRotateRight[\"abcd\"]", "\"dabc\""),
            ("StringRotateRight[\"abcd\", -1]", "\"bcda\""),
        ],
    ),
];

fn join(session: &mut Session, call: &Arc<Call>) -> Step {
    let mut joined = String::new();
    let mut pending: Vec<&Value> = call.args().iter().rev().collect();
    while let Some(value) = pending.pop() {
        bolt_base::interrupt::poll();
        match value {
            Value::String(text) => joined.push_str(text),
            _ => match value.as_list() {
                Some(list) => pending.extend(list.iter().rev()),
                None => {
                    let place = call.args().iter().position(|arg| arg == value).unwrap_or(0);
                    let parts = [integer(place + 1), Value::Call(call.clone())];
                    session.message(sym::StringJoin, "string", &parts);
                    return Step::Same;
                }
            },
        }
    }
    Step::Done(Value::string(joined))
}

fn length(session: &mut Session, call: &Arc<Call>) -> Step {
    match call.args() {
        [Value::String(text)] => Step::Done(integer(count(text))),
        [_] => {
            let parts = [Value::Integer(1), Value::Call(call.clone())];
            session.message_of("StringLength", "string", &parts);
            Step::Same
        }
        args => {
            session.wrong_count_of("StringLength", args.len(), 1, 1);
            Step::Same
        }
    }
}

/// Returns how many characters a text has.
pub(super) fn count(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

fn first_in(text: &str, with: impl Fn(char) -> String) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => with(first) + rest.as_str(),
        None => String::new(),
    }
}

fn capitalize(call: &Call) -> Step {
    let upper = |word: &str| first_in(word, |c| c.to_uppercase().to_string());
    match call.args() {
        [Value::String(text)] => Step::Done(Value::string(upper(text))),
        [Value::String(text), Value::String(how)] if how.as_str() == "AllWords" => {
            let words: Vec<String> = text.split(' ').map(upper).collect();
            Step::Done(Value::string(words.join(" ")))
        }
        _ => Step::Same,
    }
}

fn repeat(session: &mut Session, call: &Arc<Call>) -> Step {
    let (text, times, most) = match call.args() {
        [Value::String(text), times] => (text, times, usize::MAX),
        [Value::String(text), times, most] => match most.as_usize() {
            Some(most) => (text, times, most),
            None => return Step::Same,
        },
        args => {
            if args.len() < 2 || args.len() > 3 {
                session.wrong_count_of("StringRepeat", args.len(), 2, 3);
            }
            return Step::Same;
        }
    };
    let Some(times) = times.as_usize() else {
        let parts = [Value::Integer(2), Value::Call(call.clone())];
        session.message_of("StringRepeat", "intp", &parts);
        return Step::Same;
    };
    let length = count(text).saturating_mul(times).min(most);
    if length.saturating_mul(4) > LENGTH_MAX {
        session.message_of("StringRepeat", "nomem", &[]);
        return Step::Same;
    }
    let whole = length / count(text).max(1);
    let mut repeated = text.repeat(whole);
    repeated.extend(text.chars().take(length - whole * count(text)));
    Step::Done(Value::string(repeated))
}

fn riffle(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (list, given) = match call.args() {
        [list, given @ ..] if list.as_list().is_some() => (list, given),
        [_, ..] => {
            let parts = [Value::Integer(1), Value::Call(call.clone())];
            session.message_of("StringRiffle", "list", &parts);
            return Ok(Step::Same);
        }
        [] => return Ok(Step::Same),
    };
    let texts = |value: &Value| match value {
        Value::String(text) => Some([String::new(), text.to_string(), String::new()]),
        _ => {
            let [left, between, right] = value.as_list()? else { return None };
            let own = |value: &Value| value.as_str().map(str::to_owned);
            Some([own(left)?, own(between)?, own(right)?])
        }
    };
    let Some(mut separators) = given.iter().map(texts).collect::<Option<Vec<_>>>() else {
        return Ok(Step::Same);
    };
    let depth = depth_of(list);
    if given.is_empty() {
        // Words are separated by a space, lists of them by a line break, those by one more.
        let between = |inner: usize| if inner == 0 { " ".to_owned() } else { "\n".repeat(inner) };
        let of = |level| [String::new(), between(depth - 1 - level), String::new()];
        separators = (0..depth).map(of).collect();
    }
    let mut joined = String::new();
    riffled(session, list, &separators, &mut joined);
    Ok(Step::Done(Value::string(joined)))
}

/// How many levels of lists there are along the first elements.
fn depth_of(list: &Value) -> usize {
    match list.as_list() {
        Some(elements) => 1 + elements.first().map_or(0, depth_of),
        None => 0,
    }
}

fn riffled(session: &mut Session, list: &Value, separators: &[[String; 3]], joined: &mut String) {
    let (Some(elements), [[left, between, right], inner @ ..]) = (list.as_list(), separators)
    else {
        joined.push_str(&session.shown(list));
        return;
    };
    joined.push_str(left);
    for (place, element) in elements.iter().enumerate() {
        if place > 0 {
            joined.push_str(between);
        }
        riffled(session, element, inner, joined);
    }
    joined.push_str(right);
}

fn pad(session: &mut Session, call: &mut Arc<Call>, left: bool) -> Evaluated<Step> {
    let name = if left { "StringPadLeft" } else { "StringPadRight" };
    let (args, _) = Options::split(call.args(), 1);
    let (value, length, padding) = match args {
        [value] => (value, None, " "),
        [value, Value::Symbol(sym::Automatic)] => (value, None, " "),
        [value, length] => (value, Some(length), " "),
        [value, Value::Symbol(sym::Automatic), Value::String(padding)] => {
            (value, None, padding.as_str())
        }
        [value, length, Value::String(padding)] => (value, Some(length), padding.as_str()),
        _ => return Ok(Step::Same),
    };
    let Some(texts) = super::texts(value) else { return Ok(not_strings(session, name, call)) };
    let length = match length {
        None => texts.iter().copied().map(count).max().unwrap_or(0),
        Some(length) => match length.as_usize().filter(|length| *length <= LENGTH_MAX / 4) {
            Some(length) => length,
            None => return Ok(Step::Same),
        },
    };
    if padding.is_empty() {
        return Ok(Step::Same);
    }
    let results = for_each_text(session, value, &mut |_, text| {
        Ok(Some(Value::string(padded(text, length, padding, left))))
    })?;
    Ok(results.map_or(Step::Same, Step::Done))
}

/// Lays a text over as many characters of a padding that goes on and on, which ends with it or
/// begins with it.
fn padded(text: &str, length: usize, padding: &str, left: bool) -> String {
    let own = count(text);
    if own >= length {
        let skipped = if left { own - length } else { 0 };
        return text.chars().skip(skipped).take(length).collect();
    }
    let padding: Vec<char> = padding.chars().collect();
    match left {
        true => {
            let start = (padding.len() - length % padding.len()) % padding.len();
            let before = padding.iter().cycle().skip(start).take(length - own);
            before.chain(text.chars().collect::<Vec<_>>().iter()).collect()
        }
        false => {
            let after = padding.iter().cycle().skip(own % padding.len()).take(length - own);
            text.to_owned() + &after.collect::<String>()
        }
    }
}

fn rotate(session: &mut Session, call: &mut Arc<Call>, left: bool) -> Evaluated<Step> {
    let (value, by) = match call.args() {
        [value] => (value, 1),
        [value, Value::Integer(by)] => (value, *by),
        _ => return Ok(Step::Same),
    };
    let results = for_each_text(session, value, &mut |_, text| {
        let mut all: Vec<char> = text.chars().collect();
        if !all.is_empty() {
            let by = by.rem_euclid(all.len() as i64) as usize;
            if left { all.rotate_left(by) } else { all.rotate_right(by) }
        }
        Ok(Some(Value::string(all.into_iter().collect::<String>())))
    })?;
    Ok(results.map_or(Step::Same, Step::Done))
}
