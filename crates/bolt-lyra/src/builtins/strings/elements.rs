//! What string patterns are made of: names that mean something inside of patterns.

use triomphe::Arc;

use crate::builtins::{Builtin, builtin, inert};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "StringExpression",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        join,
        "a ~~ b or StringExpression[a, b] is a string pattern for a followed by b; strings are \
         joined.",
        &[("\"a\" ~~ \"b\"", "\"ab\""), ("StringMatchQ[\"axb\", \"a\" ~~ _ ~~ \"b\"]", "True")],
    ),
    inert(
        "RegularExpression",
        "RegularExpression[\"re\"] is a string pattern in the syntax of Perl; $1 in what replaces \
         it is the text of the first group.",
        &[
            ("StringCases[\"ab12\", RegularExpression[\"[a-z]+\"]]", "{\"ab\"}"),
            ("StringMatchQ[\"aaa\", RegularExpression[\"a{2,3}\"]]", "True"),
        ],
    ),
    inert(
        "LetterCharacter",
        "LetterCharacter is a string pattern for a letter.",
        &[
            ("StringMatchQ[\"a\", LetterCharacter]", "True"),
            ("StringCases[\"a1b\", LetterCharacter]", "{\"a\", \"b\"}"),
        ],
    ),
    inert(
        "DigitCharacter",
        "DigitCharacter is a string pattern for a digit from 0 to 9.",
        &[
            ("StringMatchQ[\"7\", DigitCharacter]", "True"),
            ("StringCount[\"a12\", DigitCharacter]", "2"),
        ],
    ),
    inert(
        "WordCharacter",
        "WordCharacter is a string pattern for a letter or a digit.",
        &[
            ("StringMatchQ[\"_\", WordCharacter]", "False"),
            ("StringCases[\"ab-c1\", WordCharacter ..]", "{\"ab\", \"c1\"}"),
        ],
    ),
    inert(
        "WhitespaceCharacter",
        "WhitespaceCharacter is a string pattern for a space, a tab or a line break.",
        &[
            ("StringMatchQ[\"\\n\", WhitespaceCharacter]", "True"),
            ("StringCount[\"a b c\", WhitespaceCharacter]", "2"),
        ],
    ),
    inert(
        "Whitespace",
        "Whitespace is a string pattern for one or more spaces, tabs and line breaks.",
        &[
            ("StringMatchQ[\" \\n \", Whitespace]", "True"),
            ("StringReplace[\"a   b\", Whitespace -> \"-\"]", "\"a-b\""),
        ],
    ),
    inert(
        "PunctuationCharacter",
        "PunctuationCharacter is a string pattern for a punctuation character.",
        &[
            ("StringMatchQ[\"!\", PunctuationCharacter]", "True"),
            ("StringDelete[\"a, b.\", PunctuationCharacter]", "\"a b\""),
        ],
    ),
    inert(
        "HexadecimalCharacter",
        "HexadecimalCharacter is a string pattern for a digit of base 16.",
        &[
            ("StringMatchQ[\"f\", HexadecimalCharacter]", "True"),
            ("StringMatchQ[\"g\", HexadecimalCharacter]", "False"),
        ],
    ),
    inert(
        "NumberString",
        "NumberString is a string pattern for a number with or without a sign and a point.",
        &[
            ("StringCases[\"1 and -2.5\", NumberString]", "{\"1\", \"-2.5\"}"),
            ("StringMatchQ[\".5\", NumberString]", "True"),
        ],
    ),
    inert(
        "WordBoundary",
        "WordBoundary is a string pattern for the place where a word begins or ends.",
        &[
            ("StringReplace[\"cat scat\", WordBoundary ~~ \"cat\" -> \"dog\"]", "\"dog scat\""),
            ("StringCount[\"a ab\", \"a\" ~~ WordBoundary]", "1"),
        ],
    ),
    inert(
        "StartOfString",
        "StartOfString is a string pattern for the beginning of a string.",
        &[
            ("StringDelete[\"aba\", StartOfString ~~ \"a\"]", "\"ba\""),
            ("StringCount[\"a\\na\", StartOfString ~~ \"a\"]", "1"),
        ],
    ),
    inert(
        "EndOfString",
        "EndOfString is a string pattern for the end of a string.",
        &[
            ("StringDelete[\"aba\", \"a\" ~~ EndOfString]", "\"ab\""),
            ("StringCount[\"a\\na\", \"a\" ~~ EndOfString]", "1"),
        ],
    ),
    inert(
        "StartOfLine",
        "StartOfLine is a string pattern for the beginning of a line.",
        &[
            ("StringCount[\"a\\na\", StartOfLine ~~ \"a\"]", "2"),
            ("StringReplace[\"a\\na\", StartOfLine -> \"> \"]", "\"> a\\n> a\""),
        ],
    ),
    inert(
        "EndOfLine",
        "EndOfLine is a string pattern for the end of a line.",
        &[
            ("StringCount[\"a\\na\", \"a\" ~~ EndOfLine]", "2"),
            ("StringSplit[\"a\\nb\", EndOfLine]", "{\"a\", \"\\nb\"}"),
        ],
    ),
    inert(
        "IgnoreCase",
        "IgnoreCase -> True is an option of functions of strings: capital letters match small ones.",
        &[
            ("StringCount[\"aA\", \"a\", IgnoreCase -> True]", "2"),
            ("StringMatchQ[\"AB\", \"ab\", IgnoreCase -> True]", "True"),
        ],
    ),
    inert(
        "Overlaps",
        "Overlaps -> True is an option of functions of strings: matches that begin inside others \
         count, with All several from one place, too.",
        &[
            ("StringCount[\"aaa\", \"aa\", Overlaps -> True]", "2"),
            ("StringCases[\"ab\", __, Overlaps -> All]", "{\"a\", \"ab\", \"b\"}"),
        ],
    ),
];

fn join(_: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let mut parts = Args::with_capacity(call.args().len());
    for arg in call.args() {
        match (parts.last_mut(), arg) {
            (Some(Value::String(before)), Value::String(text)) => {
                Arc::make_mut(before).push_str(text);
            }
            _ => parts.push(arg.clone()),
        }
    }
    Ok(match parts.len() {
        1 if call.args().len() > 1 => Step::Done(parts.remove(0)),
        count if count < call.args().len() => {
            Step::Again(Value::call(sym::StringExpression, parts))
        }
        _ => Step::Same,
    })
}
