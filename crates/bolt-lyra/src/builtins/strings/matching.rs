//! Whether strings match.

use triomphe::Arc;

use super::pattern::{Patterns, Reading};
use super::{for_each_text, not_strings};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "StringMatchQ",
        Attributes::NONE,
        |s, c| question(s, c, Question::Matches),
        "StringMatchQ[s, p] is True if the whole of s matches the string pattern p. In a string as \
         p, * stands for any characters and @ for one or more that are no capital letters.",
        &[
            ("StringMatchQ[\"a1b2\", (LetterCharacter ~~ DigitCharacter) ..]", "True"),
            ("StringMatchQ[{\"apple\", \"pear\"}, \"a*\"]", "{True, False}"),
        ],
    ),
    builtin(
        "StringFreeQ",
        Attributes::NONE,
        |s, c| question(s, c, Question::Free),
        "StringFreeQ[s, p] is True if nothing in s matches the string pattern p.",
        &[
            ("StringFreeQ[\"abc\", DigitCharacter]", "True"),
            ("StringFreeQ[\"ABC\", \"b\", IgnoreCase -> True]", "False"),
        ],
    ),
    builtin(
        "StringContainsQ",
        Attributes::NONE,
        |s, c| question(s, c, Question::Contains),
        "StringContainsQ[s, p] is True if something in s matches the string pattern p.",
        &[
            ("StringContainsQ[\"abc\", \"b\"]", "True"),
            ("StringContainsQ[\"a-c\", LetterCharacter ~~ LetterCharacter]", "False"),
        ],
    ),
    builtin(
        "StringStartsQ",
        Attributes::NONE,
        |s, c| question(s, c, Question::Starts),
        "StringStartsQ[s, p] is True if s begins with what the string pattern p matches.",
        &[
            ("StringStartsQ[\"abc\", \"a\"]", "True"),
            ("StringStartsQ[{\"1a\", \"b2\"}, DigitCharacter]", "{True, False}"),
        ],
    ),
    builtin(
        "StringEndsQ",
        Attributes::NONE,
        |s, c| question(s, c, Question::Ends),
        "StringEndsQ[s, p] is True if s ends with what the string pattern p matches.",
        &[
            ("StringEndsQ[\"abc\", \"c\"]", "True"),
            ("StringEndsQ[\"run.rs\", \".\" ~~ LetterCharacter ..]", "True"),
        ],
    ),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    Matches,
    Free,
    Contains,
    Starts,
    Ends,
}

impl Question {
    fn name(self) -> &'static str {
        match self {
            Self::Matches => "StringMatchQ",
            Self::Free => "StringFreeQ",
            Self::Contains => "StringContainsQ",
            Self::Starts => "StringStartsQ",
            Self::Ends => "StringEndsQ",
        }
    }
}

fn question(session: &mut Session, call: &mut Arc<Call>, of: Question) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let [value, pattern] = args else {
        if args.is_empty() || args.len() > 2 {
            session.wrong_count_of(of.name(), args.len(), 1, 2);
        }
        return Ok(Step::Same);
    };
    if super::texts(value).is_none() {
        return Ok(not_strings(session, of.name(), call));
    }
    let reading = Reading {
        ignores_case: options.is_set(session, "IgnoreCase"),
        abbreviated: of == Question::Matches,
        whole: matches!(of, Question::Matches | Question::Ends),
    };
    let Some(patterns) = Patterns::read(session, pattern, reading) else {
        return Ok(Step::Same);
    };
    let answers = for_each_text(session, value, &mut |session, text| {
        let mut search = patterns.search(text);
        let found = match of {
            Question::Matches | Question::Starts => patterns.at(session, &mut search, 0)?,
            Question::Free | Question::Contains | Question::Ends => {
                patterns.find(session, &mut search, 0)?
            }
        };
        Ok(Some(Value::boolean(found.is_some() != (of == Question::Free))))
    })?;
    Ok(answers.map_or(Step::Same, Step::Done))
}
