//! What in strings matches, where, and how often.

use triomphe::Arc;

use super::pattern::{Overlaps, Patterns, Reading, character_places};
use super::{for_each_text, integer, not_strings};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "StringCases",
        Attributes::NONE,
        |s, c| find(s, c, What::Texts),
        "StringCases[s, p] is the list of the parts of s that match the string pattern p; \
         StringCases[s, p -> e] gives e for each; StringCases[s, p, n] the first n.",
        &[
            ("StringCases[\"a1b22\", DigitCharacter ..]", "{\"1\", \"22\"}"),
            (
                "StringCases[\"x=1,y=2\", k_ ~~ \"=\" ~~ v_ :> {k, v}]",
                "{{\"x\", \"1\"}, {\"y\", \"2\"}}",
            ),
        ],
    ),
    builtin(
        "StringPosition",
        Attributes::NONE,
        |s, c| find(s, c, What::Places),
        "StringPosition[s, p] is the list of the first and last places of the parts of s that \
         match, also of those that overlap; StringPosition[s, p, n] of the first n.",
        &[
            ("StringPosition[\"abab\", \"ab\"]", "{{1, 2}, {3, 4}}"),
            ("StringPosition[\"aaa\", \"aa\"]", "{{1, 2}, {2, 3}}"),
        ],
    ),
    builtin(
        "StringCount",
        Attributes::NONE,
        |s, c| find(s, c, What::Count),
        "StringCount[s, p] is how many parts of s match the string pattern p.",
        &[("StringCount[\"abab\", \"ab\"]", "2"), ("StringCount[\"aaa\", \"aa\"]", "1")],
    ),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Texts,
    Places,
    Count,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Texts => "StringCases",
            Self::Places => "StringPosition",
            Self::Count => "StringCount",
        }
    }
}

fn find(session: &mut Session, call: &mut Arc<Call>, what: What) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let (value, pattern, most) = match args {
        [value, pattern] => (value, pattern, usize::MAX),
        [value, pattern, most] if what != What::Count => match count_of(most) {
            Some(most) => (value, pattern, most),
            None => return Ok(Step::Same),
        },
        [_] => return Ok(Step::Same),
        _ => {
            session.wrong_count_of(what.name(), args.len(), 2, 3);
            return Ok(Step::Same);
        }
    };
    if super::texts(value).is_none() {
        return Ok(not_strings(session, what.name(), call));
    }
    let overlaps = match options.get(session, "Overlaps") {
        Some(Value::Symbol(sym::All)) => Overlaps::All,
        Some(Value::Symbol(sym::True)) => Overlaps::OneAtEachPlace,
        Some(_) => Overlaps::None,
        None if what == What::Places => Overlaps::OneAtEachPlace,
        None => Overlaps::None,
    };
    let ignores_case = options.is_set(session, "IgnoreCase");
    let reading = Reading { ignores_case, ..Reading::default() };
    let Some(patterns) = Patterns::read(session, pattern, reading) else {
        return Ok(Step::Same);
    };
    let results = for_each_text(session, value, &mut |session, text| {
        found(session, &patterns, text, (what, overlaps, most)).map(Some)
    })?;
    Ok(results.map_or(Step::Same, Step::Again))
}

/// Reads how many matches count at most.
pub(super) fn count_of(value: &Value) -> Option<usize> {
    match value {
        Value::Symbol(sym::Infinity | sym::All) => Some(usize::MAX),
        Value::Call(call) if call.is(sym::DirectedInfinity) => Some(usize::MAX),
        _ => value.as_usize(),
    }
}

fn found(
    session: &mut Session,
    patterns: &Patterns,
    text: &str,
    (what, overlaps, most): (What, Overlaps, usize),
) -> Evaluated {
    if let (What::Count, Overlaps::None, Some(literal)) = (what, overlaps, patterns.literal()) {
        return Ok(integer(text.matches(literal).count()));
    }
    let all = patterns.all(session, text, overlaps, most)?;
    Ok(match what {
        What::Count => integer(all.len()),
        What::Texts => {
            let mut texts = Args::new();
            for found in &all {
                texts.extend(patterns.replacement(session, text, found)?);
            }
            Value::list(texts)
        }
        What::Places => {
            let places = all.iter().flat_map(|found| [found.start, found.end]);
            let places = character_places(text, places);
            let pair = |pair: &[usize]| Value::list([integer(pair[0] + 1), integer(pair[1])]);
            Value::list(places.chunks(2).map(pair).collect::<Args>())
        }
    })
}
