//! Parts of strings by place.

use triomphe::Arc;

use super::whole::count;
use super::{for_each_text, integer, not_strings};
use crate::builtins::lists::places_of;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "StringTake",
        Attributes::NONE,
        |s, c| take(s, c, true),
        "StringTake[s, n] is the first n characters, StringTake[s, -n] the last, StringTake[s, {m, \
         n}] those from m to n, StringTake[s, UpTo[n]] n if there are as many; of a list of \
         specifications like {m, n} there is a list of strings.",
        &[
            ("StringTake[\"abcd\", {2, 3}]", "\"bc\""),
            ("StringTake[{\"abc\", \"xyz\"}, -1]", "{\"c\", \"z\"}"),
        ],
    ),
    builtin(
        "StringDrop",
        Attributes::NONE,
        |s, c| take(s, c, false),
        "StringDrop[s, n] is s without the first n characters, StringDrop[s, -n] without the last, \
         StringDrop[s, {m, n}] without those from m to n.",
        &[("StringDrop[\"abcd\", 1]", "\"bcd\""), ("StringDrop[\"abcd\", {2, 3}]", "\"ad\"")],
    ),
    builtin(
        "StringPart",
        Attributes::NONE,
        part,
        "StringPart[s, n] is character n, from the end if n is negative; a list of numbers gives a \
         list of characters.",
        &[("StringPart[\"abc\", 2]", "\"b\""), ("StringPart[\"abc\", {1, -1}]", "{\"a\", \"c\"}")],
    ),
    builtin(
        "StringInsert",
        Attributes::NONE,
        insert,
        "StringInsert[s, new, n] has new so that it begins at character n; a negative n counts \
         from the end; a list of places inserts at all of them.",
        &[
            ("StringInsert[\"abcd\", \"X\", 3]", "\"abXcd\""),
            ("StringInsert[\"abcd\", \"-\", {1, -1}]", "\"-abcd-\""),
        ],
    ),
    builtin(
        "StringReplacePart",
        Attributes::NONE,
        replace_part,
        "StringReplacePart[s, new, {m, n}] has new in place of the characters from m to n; lists \
         of places and of new strings replace several.",
        &[
            ("StringReplacePart[\"abcdef\", \"X\", {2, 4}]", "\"aXef\""),
            ("StringReplacePart[\"abcdef\", \"X\", {{1, 2}, {-1, -1}}]", "\"XcdeX\""),
        ],
    ),
    builtin(
        "StringPartition",
        Attributes::NONE,
        partition,
        "StringPartition[s, n] is the list of the parts of n characters; StringPartition[s, n, d] \
         begins one every d characters; UpTo[n] keeps a shorter one at the end.",
        &[
            ("StringPartition[\"abcde\", 2]", "{\"ab\", \"cd\"}"),
            ("StringPartition[\"abcd\", 3, 1]", "{\"abc\", \"bcd\"}"),
        ],
    ),
    builtin(
        "StringTakeDrop",
        Attributes::NONE,
        |s, c| {
            let [value, spec] = c.args() else { return Ok(Step::Same) };
            let half = |s: &mut Session, name: &str| {
                let function = Value::Symbol(s.names.symbol(name));
                s.call(&function, [value.clone(), spec.clone()])
            };
            let (taken, rest) = (half(s, "StringTake")?, half(s, "StringDrop")?);
            Ok(Step::Done(Value::list([taken, rest])))
        },
        "StringTakeDrop[s, n] is {StringTake[s, n], StringDrop[s, n]}.",
        &[
            ("StringTakeDrop[\"abcde\", 2]", "{\"ab\", \"cde\"}"),
            ("StringTakeDrop[\"abcde\", -1]", "{\"e\", \"abcd\"}"),
        ],
    ),
];

fn take(session: &mut Session, call: &mut Arc<Call>, takes: bool) -> Evaluated<Step> {
    let name = if takes { "StringTake" } else { "StringDrop" };
    let [value, spec] = call.args() else {
        session.wrong_count_of(name, call.args().len(), 2, 2);
        return Ok(Step::Same);
    };
    if super::texts(value).is_none() {
        return Ok(not_strings(session, name, call));
    }
    let several = spec
        .as_list()
        .filter(|specs| !specs.is_empty() && specs.iter().all(|spec| spec.as_list().is_some()));
    let result = for_each_text(session, value, &mut |session, text| match several {
        Some(specs) if takes => {
            let of = |spec| one(session, text, spec, (name, takes));
            Ok(specs.iter().map(of).collect::<Option<Args>>().map(Value::list))
        }
        _ => Ok(one(session, text, spec, (name, takes))),
    })?;
    Ok(result.map_or(Step::Same, Step::Done))
}

fn one(
    session: &mut Session,
    text: &str,
    spec: &Value,
    (name, takes): (&str, bool),
) -> Option<Value> {
    let length = count(text);
    let up_to = spec.as_call().and_then(|call| {
        let is_up_to = &*session.names.full(call.head().as_symbol()?).name == "UpTo";
        call.args().first().filter(|_| is_up_to)?.as_usize()
    });
    let spec = match up_to {
        Some(most) => integer(most.min(length)),
        None => spec.clone(),
    };
    // The first characters of a text need not be counted.
    if let (true, Value::Integer(n @ 0..)) = (text.is_ascii(), &spec)
        && let Ok(n) = usize::try_from(*n)
        && n <= length
    {
        return Some(Value::string(if takes { &text[..n] } else { &text[n..] }));
    }
    let all: Vec<char> = text.chars().collect();
    let places = places_of(session, (name, takes), &Value::string(text), &spec, all.len())?;
    Some(Value::string(places.into_iter().map(|place| all[place]).collect::<String>()))
}

/// Returns the place, counted from 0, that a number stands for.
fn place(number: i64, length: usize) -> Option<usize> {
    let place = match number {
        1.. => usize::try_from(number).ok()? - 1,
        0 => return None,
        _ => length.checked_sub(usize::try_from(number.checked_neg()?).ok()?)?,
    };
    (place < length).then_some(place)
}

fn part(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value, spec] = call.args() else { return Ok(Step::Same) };
    let result = for_each_text(session, value, &mut |session, text| {
        let all: Vec<char> = text.chars().collect();
        let mut of = |number: &Value| {
            let found = number.as_i64().and_then(|number| place(number, all.len()));
            if found.is_none() && number.as_i64().is_some() {
                let parts = [number.clone(), Value::string(text)];
                session.message_of("StringPart", "partw", &parts);
            }
            found.map(|place| Value::string(all[place].to_string()))
        };
        Ok(match spec.as_list() {
            Some(numbers) => numbers.iter().map(of).collect::<Option<Args>>().map(Value::list),
            None => of(spec),
        })
    })?;
    Ok(result.map_or(Step::Same, Step::Done))
}

fn insert(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value, Value::String(new), spec] = call.args() else {
        if call.args().len() != 3 {
            session.wrong_count_of("StringInsert", call.args().len(), 3, 3);
        }
        return Ok(Step::Same);
    };
    if super::texts(value).is_none() {
        return Ok(not_strings(session, "StringInsert", call));
    }
    let numbers: Option<Vec<i64>> =
        spec.as_list().unwrap_or(std::slice::from_ref(spec)).iter().map(Value::as_i64).collect();
    let Some(numbers) = numbers else { return Ok(Step::Same) };
    let result = for_each_text(session, value, &mut |session, text| {
        let all: Vec<char> = text.chars().collect();
        let mut places = Vec::new();
        for number in &numbers {
            // -1 is after the last character.
            let wanted = if *number < 0 { all.len() as i64 + 2 + number } else { *number };
            if wanted < 1 || wanted > all.len() as i64 + 1 {
                let parts = [Value::Integer(*number), Value::string(text)];
                session.message_of("StringInsert", "ins", &parts);
                return Ok(None);
            }
            places.push(wanted as usize - 1);
        }
        places.sort_unstable();
        let mut inserted = String::new();
        let mut from = 0;
        for place in places {
            inserted.extend(&all[from..place]);
            inserted.push_str(new);
            from = place;
        }
        inserted.extend(&all[from..]);
        Ok(Some(Value::string(inserted)))
    })?;
    Ok(result.map_or(Step::Same, Step::Done))
}

fn replace_part(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value, new, spec] = call.args() else { return Ok(Step::Same) };
    let Some(specs) = spec.as_list() else { return Ok(Step::Same) };
    let specs = match specs {
        [Value::Integer(_), Value::Integer(_)] => std::slice::from_ref(spec),
        _ => specs,
    };
    let result = for_each_text(session, value, &mut |_, text| {
        Ok(with_parts(text, new, specs).map(Value::string))
    })?;
    Ok(result.map_or(Step::Same, Step::Done))
}

/// Returns a text with other parts, `None` if they overlap or are not there.
fn with_parts(text: &str, new: &Value, specs: &[Value]) -> Option<String> {
    let all: Vec<char> = text.chars().collect();
    let mut ranges = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let [Value::Integer(first), Value::Integer(last)] = spec.as_list()? else { return None };
        let new = match new.as_list() {
            Some(several) => several.get(index)?.as_str()?,
            None => new.as_str()?,
        };
        ranges.push((place(*first, all.len())?, place(*last, all.len())? + 1, new));
    }
    ranges.sort_unstable_by_key(|range| range.0);
    let mut replaced = String::new();
    let mut from = 0;
    for (start, end, new) in ranges {
        if start < from || end < start {
            return None;
        }
        replaced.extend(&all[from..start]);
        replaced.push_str(new);
        from = end;
    }
    replaced.extend(&all[from..]);
    Some(replaced)
}

fn partition(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, size, step) = match call.args() {
        [value, size] => (value, size, None),
        [value, size, step] => (value, size, Some(step)),
        _ => return Ok(Step::Same),
    };
    let up_to = size.as_call().filter(|call| {
        call.head().as_symbol().is_some_and(|head| &*session.names.full(head).name == "UpTo")
    });
    let number = up_to.and_then(|call| call.args().first()).unwrap_or(size);
    let (Some(size @ 1..), keeps_rest) = (number.as_usize(), up_to.is_some()) else {
        return Ok(Step::Same);
    };
    let step = match step.map(Value::as_usize) {
        None => size,
        Some(Some(step @ 1..)) => step,
        Some(_) => return Ok(Step::Same),
    };
    let result = for_each_text(session, value, &mut |_, text| {
        let all: Vec<char> = text.chars().collect();
        let starts = (0..all.len()).step_by(step);
        let of = |start: usize| all[start..all.len().min(start + size)].iter().collect::<String>();
        let is_kept = |start: &usize| keeps_rest || start + size <= all.len();
        Ok(Some(super::list_of(starts.filter(is_kept).map(of))))
    })?;
    Ok(result.map_or(Step::Same, Step::Done))
}
