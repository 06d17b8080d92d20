//! Strings taken apart at what matches, and trimmed.

use triomphe::Arc;

use super::finding::count_of;
use super::pattern::{Found, Overlaps, Patterns, Reading};
use super::{for_each_text, list_of, not_strings};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "StringSplit",
        Attributes::NONE,
        split,
        "StringSplit[s] is the list of the words; StringSplit[s, p] of the parts between what \
         matches p; StringSplit[s, p -> e] has e between them; StringSplit[s, p, n] has at most n \
         parts. Empty parts at the ends are left out unless n is All.",
        &[
            ("StringSplit[\"a b  c\"]", "{\"a\", \"b\", \"c\"}"),
            ("StringSplit[\"a1b22c\", DigitCharacter ..]", "{\"a\", \"b\", \"c\"}"),
        ],
    ),
    builtin(
        "StringTrim",
        Attributes::NONE,
        trim,
        "StringTrim[s] is s without white space at its ends; StringTrim[s, p] without what \
         matches p there.",
        &[("StringTrim[\"  ab \"]", "\"ab\""), ("StringTrim[\"--ab-\", \"-\" ..]", "\"ab\"")],
    ),
    builtin(
        "StringExtract",
        Attributes::NONE,
        extract,
        "StringExtract[s, n] is word n of s, from the end if n is negative; a list of numbers, All \
         or a span several; StringExtract[s, d -> n] counts what stands between d.",
        &[
            ("StringExtract[\"a bb ccc\", 2]", "\"bb\""),
            ("StringExtract[\"a,b;c,d\", \";\" -> 2, \",\" -> 1]", "\"c\""),
        ],
    ),
];

fn split(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let (value, pattern, most) = match args {
        [value] => (value, None, Some(usize::MAX)),
        [value, pattern] => (value, Some(pattern), Some(usize::MAX)),
        // `All` keeps empty parts at the ends.
        [value, pattern, Value::Symbol(sym::All)] => (value, Some(pattern), None),
        [value, pattern, most] => match count_of(most) {
            Some(most @ 1..) => (value, Some(pattern), Some(most)),
            _ => return Ok(Step::Same),
        },
        _ => {
            session.wrong_count_of("StringSplit", args.len(), 1, 3);
            return Ok(Step::Same);
        }
    };
    if super::texts(value).is_none() {
        return Ok(not_strings(session, "StringSplit", call));
    }
    let ignores_case = options.is_set(session, "IgnoreCase");
    let reading = Reading { ignores_case, ..Reading::default() };
    let Some(pattern) = pattern else {
        let results = for_each_text(session, value, &mut |_, text| {
            Ok(Some(list_of(text.split_whitespace())))
        })?;
        return Ok(results.map_or(Step::Same, Step::Done));
    };
    let Some(patterns) = Patterns::read(session, pattern, reading) else {
        return Ok(Step::Same);
    };
    let plain = most == Some(usize::MAX) && !Patterns::are_rules(pattern);
    let results = for_each_text(session, value, &mut |session, text| {
        if let Some(literal) = patterns.literal().filter(|_| plain) {
            return Ok(Some(parts_between(text, literal)));
        }
        let found = patterns.all(session, text, Overlaps::None, usize::MAX)?;
        parts(session, &patterns, text, (&found, pattern), most).map(Some)
    })?;
    Ok(results.map_or(Step::Same, Step::Again))
}

/// Returns the parts between the places of a text, without empty parts at the ends.
fn parts_between(text: &str, literal: &str) -> Value {
    let is_kept = |part: &str| !part.is_empty();
    // One character is found faster than a text.
    let mut characters = literal.chars();
    let parts: Vec<&str> = match (characters.next(), characters.next()) {
        (Some(only), None) => text.split(only).collect(),
        _ => text.split(literal).collect(),
    };
    let first = parts.iter().position(|part| is_kept(part)).unwrap_or(parts.len());
    let end = parts.iter().rposition(|part| is_kept(part)).map_or(first, |last| last + 1);
    list_of(parts[first..end].iter().copied())
}

/// Returns the parts between matches, with what the matches are replaced by where there are rules.
fn parts(
    session: &mut Session,
    patterns: &Patterns,
    text: &str,
    (found, pattern): (&[Found], &Value),
    most: Option<usize>,
) -> Evaluated {
    let has_rules = Patterns::are_rules(pattern);
    let mut parts: Vec<Value> = Vec::with_capacity(found.len() + 1);
    let (mut from, mut count) = (0, 1);
    for one in found {
        if most.is_some_and(|most| count >= most) {
            break;
        }
        // Nothing is between the beginning and an empty match there.
        if one.end == one.start && (one.start == 0 || one.start == text.len()) {
            continue;
        }
        parts.push(Value::string(&text[from..one.start]));
        count += 1;
        if has_rules {
            parts.extend(patterns.replacement(session, text, one)?);
        }
        from = one.end;
    }
    parts.push(Value::string(&text[from..]));
    if most.is_some() {
        let is_empty = |part: &Value| part.as_str() == Some("");
        while parts.last().is_some_and(is_empty) {
            parts.pop();
        }
        let leading = parts.iter().take_while(|part| is_empty(part)).count();
        parts.drain(..leading);
    }
    Ok(Value::list(Args::from(parts)))
}

fn trim(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, pattern) = match call.args() {
        [value] => (value, None),
        [value, pattern] => (value, Some(pattern)),
        args => {
            let count = args.len();
            session.wrong_count_of("StringTrim", count, 1, 2);
            return Ok(Step::Same);
        }
    };
    if super::texts(value).is_none() {
        return Ok(not_strings(session, "StringTrim", call));
    }
    let Some(pattern) = pattern else {
        let results =
            for_each_text(session, value, &mut |_, text| Ok(Some(Value::string(text.trim()))))?;
        return Ok(results.map_or(Step::Same, Step::Done));
    };
    let alternatives = match pattern.as_list() {
        Some(all) => Value::call(sym::Alternatives, Args::from(all)),
        None => pattern.clone(),
    };
    let at_end = Value::call(
        sym::StringExpression,
        [alternatives.clone(), Value::Symbol(session.names.symbol("System`EndOfString"))],
    );
    let Some(first) = Patterns::read(session, &alternatives, Reading::default()) else {
        return Ok(Step::Same);
    };
    let Some(last) = Patterns::read(session, &at_end, Reading::default()) else {
        return Ok(Step::Same);
    };
    let results = for_each_text(session, value, &mut |session, text| {
        let mut search = first.search(text);
        let start = first.at(session, &mut search, 0)?.map_or(0, |found| found.end);
        let rest = &text[start..];
        let mut search = last.search(rest);
        let end = last.find(session, &mut search, 0)?.map_or(rest.len(), |found| found.start);
        Ok(Some(Value::string(&rest[..end])))
    })?;
    Ok(results.map_or(Step::Same, Step::Done))
}

fn extract(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value @ Value::String(_), specs @ ..] = call.args() else { return Ok(Step::Same) };
    let mut current = value.clone();
    for spec in specs {
        let (pattern, part) = match crate::rule::sides(spec) {
            Some((pattern, part, _)) => (Some(pattern), part),
            None => (None, spec),
        };
        let args: Args = std::iter::once(current.clone()).chain(pattern.cloned()).collect();
        let function = Value::Symbol(session.names.symbol("System`StringSplit"));
        let words = session.call(&function, args)?;
        match crate::builtins::structure::get(&words, std::slice::from_ref(part)) {
            Some(found) => current = found,
            None => {
                let reason = [Value::string("PartAbsent"), part.clone()];
                return Ok(Step::Done(Value::call(sym::Missing, reason)));
            }
        }
    }
    Ok(Step::Done(current))
}
