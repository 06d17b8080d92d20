//! Characters: codes, kinds, alphabets, counts.

use triomphe::Arc;

use super::{integer, list_of, of_text};
use crate::association::Association;
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Characters",
        Attributes::LISTABLE,
        |_, c| Ok(of_text(c, |text| list_of(text.chars()))),
        "Characters[s] is the list of the characters.",
        &[("Characters[\"abc\"]", "{\"a\", \"b\", \"c\"}"), ("Characters[\"\"]", "{}")],
    ),
    builtin(
        "CharacterRange",
        Attributes::NONE,
        |_, c| Ok(character_range(c)),
        "CharacterRange[\"a\", \"z\"] is the list of the characters from one to another, by code.",
        &[
            ("CharacterRange[\"a\", \"d\"]", "{\"a\", \"b\", \"c\", \"d\"}"),
            ("CharacterRange[48, 50]", "{\"0\", \"1\", \"2\"}"),
        ],
    ),
    builtin(
        "ToCharacterCode",
        Attributes::NONE,
        |_, c| Ok(to_codes(c)),
        "ToCharacterCode[s] is the list of the codes of the characters in Unicode; \
         ToCharacterCode[s, \"UTF-8\"] of the bytes in an encoding.",
        &[
            ("ToCharacterCode[\"abc\"]", "{97, 98, 99}"),
            ("ToCharacterCode[\"ä\", \"UTF-8\"]", "{195, 164}"),
        ],
    ),
    builtin(
        "FromCharacterCode",
        Attributes::NONE,
        |s, c| Ok(from_codes(s, c)),
        "FromCharacterCode[n] is the character with a code, FromCharacterCode[{n1, n2}] a string, \
         FromCharacterCode[codes, \"UTF-8\"] of bytes in an encoding.",
        &[
            ("FromCharacterCode[{104, 105}]", "\"hi\""),
            ("FromCharacterCode[{195, 164}, \"UTF-8\"]", "\"ä\""),
        ],
    ),
    builtin(
        "LetterQ",
        Attributes::LISTABLE,
        |_, c| Ok(all_are(c, char::is_alphabetic)),
        "LetterQ[s] is True if all characters are letters.",
        &[("LetterQ[\"ab\"]", "True"), ("LetterQ[\"a1\"]", "False")],
    ),
    builtin(
        "DigitQ",
        Attributes::LISTABLE,
        |_, c| Ok(all_are(c, |c| c.is_ascii_digit())),
        "DigitQ[s] is True if all characters are digits.",
        &[("DigitQ[\"12\"]", "True"), ("DigitQ[\"1.2\"]", "False")],
    ),
    builtin(
        "UpperCaseQ",
        Attributes::LISTABLE,
        |_, c| Ok(all_are(c, char::is_uppercase)),
        "UpperCaseQ[s] is True if all characters are capital letters.",
        &[("UpperCaseQ[\"AB\"]", "True"), ("UpperCaseQ[\"Ab\"]", "False")],
    ),
    builtin(
        "LowerCaseQ",
        Attributes::LISTABLE,
        |_, c| Ok(all_are(c, char::is_lowercase)),
        "LowerCaseQ[s] is True if all characters are small letters.",
        &[("LowerCaseQ[\"ab\"]", "True"), ("LowerCaseQ[\"Ab\"]", "False")],
    ),
    builtin(
        "PrintableASCIIQ",
        Attributes::LISTABLE,
        |_, c| Ok(all_are(c, |c| matches!(c, ' '..='~'))),
        "PrintableASCIIQ[s] is True if all characters are of ASCII and can be seen.",
        &[("PrintableASCIIQ[\"a b\"]", "True"), ("PrintableASCIIQ[\"ä\"]", "False")],
    ),
    builtin(
        "Alphabet",
        Attributes::NONE,
        |_, c| Ok(alphabet(c)),
        "Alphabet[] is the list of the small letters of English, Alphabet[\"Greek\"] of another \
         language.",
        &[("Take[Alphabet[], 3]", "{\"a\", \"b\", \"c\"}"), ("Length[Alphabet[\"Greek\"]]", "24")],
    ),
    builtin(
        "LetterNumber",
        Attributes::LISTABLE,
        |_, c| Ok(letter_number(c)),
        "LetterNumber[\"c\"] is the place of a letter in the alphabet, 0 if it is none; \
         LetterNumber[\"c\", \"Greek\"] in that of a language.",
        &[("LetterNumber[\"c\"]", "3"), ("LetterNumber[\"a1Z\"]", "{1, 0, 26}")],
    ),
    builtin(
        "FromLetterNumber",
        Attributes::LISTABLE,
        |_, c| Ok(from_letter_number(c)),
        "FromLetterNumber[n] is letter n of the alphabet, from the end if n is negative.",
        &[("FromLetterNumber[3]", "\"c\""), ("FromLetterNumber[-1]", "\"z\"")],
    ),
    builtin(
        "RemoveDiacritics",
        Attributes::LISTABLE,
        |_, c| Ok(of_text(c, |text| Value::string(text.chars().map(plain).collect::<String>()))),
        "RemoveDiacritics[s] has Latin letters without accents and other marks.",
        &[
            ("RemoveDiacritics[\"déjà vu\"]", "\"deja vu\""),
            ("RemoveDiacritics[\"Zürich\"]", "\"Zurich\""),
        ],
    ),
    builtin(
        "CharacterCounts",
        Attributes::NONE,
        |s, c| Ok(counts(s, c, |_| true)),
        "CharacterCounts[s] is an association of the characters with how often they occur, the \
         most frequent first.",
        &[
            ("CharacterCounts[\"abcb\"]", "<|\"b\" -> 2, \"c\" -> 1, \"a\" -> 1|>"),
            ("CharacterCounts[\"\"]", "<||>"),
        ],
    ),
    builtin(
        "LetterCounts",
        Attributes::NONE,
        |s, c| Ok(counts(s, c, char::is_alphabetic)),
        "LetterCounts[s] is an association of the letters with how often they occur, the most \
         frequent first.",
        &[
            ("LetterCounts[\"b-a-b\"]", "<|\"b\" -> 2, \"a\" -> 1|>"),
            ("LetterCounts[\"aA\", IgnoreCase -> True]", "<|\"a\" -> 2|>"),
        ],
    ),
    builtin(
        "TextWords",
        Attributes::LISTABLE,
        |_, c| Ok(of_text(c, |text| list_of(words(text)))),
        "TextWords[s] is the list of the words without the punctuation around them.",
        &[
            ("TextWords[\"It is, isn't it?\"]", "{\"It\", \"is\", \"isn't\", \"it\"}"),
            ("TextWords[\"\"]", "{}"),
        ],
    ),
    builtin(
        "WordCount",
        Attributes::LISTABLE,
        |_, c| Ok(of_text(c, |text| integer(words(text).count()))),
        "WordCount[s] is the number of words.",
        &[("WordCount[\"It is so.\"]", "3"), ("WordCount[\"\"]", "0")],
    ),
    builtin(
        "WordCounts",
        Attributes::NONE,
        |s, c| Ok(word_counts(s, c)),
        "WordCounts[s] is an association of the words with how often they occur, the most \
         frequent first.",
        &[
            ("WordCounts[\"to be or to do\"][\"to\"]", "2"),
            ("WordCounts[\"b a b\"]", "<|\"b\" -> 2, \"a\" -> 1|>"),
        ],
    ),
];

fn all_are(call: &Call, is: impl Fn(char) -> bool) -> Step {
    match call.args() {
        [Value::String(text)] => Step::Done(Value::boolean(text.chars().all(is))),
        [_] => Step::Done(Value::FALSE),
        _ => Step::Same,
    }
}

fn only_character(text: &str) -> Option<char> {
    let mut all = text.chars();
    all.next().filter(|_| all.next().is_none())
}

fn character_range(call: &Call) -> Step {
    let code = |value: &Value| match value {
        Value::String(text) => only_character(text).map(u32::from),
        _ => u32::try_from(value.as_i64()?).ok(),
    };
    let [first, last] = call.args() else { return Step::Same };
    match (code(first), code(last)) {
        (Some(first), Some(last)) if last <= u32::from(char::MAX) => {
            Step::Done(list_of((first..=last).filter_map(char::from_u32)))
        }
        _ => Step::Same,
    }
}

/// How characters are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Unicode,
    Utf8,
    Ascii,
    Latin1,
    Utf16,
    Utf32,
}

impl Encoding {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Unicode" => Self::Unicode,
            "UTF8" | "UTF-8" => Self::Utf8,
            "ASCII" | "PrintableASCII" => Self::Ascii,
            "ISO8859-1" | "ISOLatin1" | "WindowsANSI" => Self::Latin1,
            "UTF-16" | "UTF16" => Self::Utf16,
            "UTF-32" | "UTF32" => Self::Utf32,
            _ => return None,
        })
    }

    /// Returns the codes of a text; what the encoding lacks is `None`.
    fn encode(self, text: &str) -> Value {
        let code = |code: u32| Value::Integer(i64::from(code));
        let up_to = |most: u32| {
            let of = |c: char| match u32::from(c) {
                own if own <= most => code(own),
                _ => Value::Symbol(sym::None),
            };
            text.chars().map(of).collect::<Args>()
        };
        Value::list(match self {
            Self::Unicode | Self::Utf32 => up_to(u32::MAX),
            Self::Ascii => up_to(127),
            Self::Latin1 => up_to(255),
            Self::Utf8 => text.bytes().map(|byte| code(u32::from(byte))).collect(),
            Self::Utf16 => text.encode_utf16().map(|unit| code(u32::from(unit))).collect(),
        })
    }

    fn decode(self, codes: &[u32]) -> Option<String> {
        let bytes =
            || codes.iter().map(|&code| u8::try_from(code).ok()).collect::<Option<Vec<_>>>();
        match self {
            Self::Unicode | Self::Utf32 => codes.iter().map(|&code| char::from_u32(code)).collect(),
            Self::Ascii | Self::Latin1 => Some(bytes()?.into_iter().map(char::from).collect()),
            Self::Utf8 => String::from_utf8(bytes()?).ok(),
            Self::Utf16 => {
                let units: Option<Vec<u16>> =
                    codes.iter().map(|&code| u16::try_from(code).ok()).collect();
                String::from_utf16(&units?).ok()
            }
        }
    }
}

fn encoding(args: &[Value]) -> Option<Encoding> {
    match args {
        [] => Some(Encoding::Unicode),
        [name] => Encoding::named(name.as_str()?),
        _ => None,
    }
}

fn to_codes(call: &Call) -> Step {
    let [value, rest @ ..] = call.args() else { return Step::Same };
    let Some(encoding) = encoding(rest) else { return Step::Same };
    match (value, super::texts(value)) {
        (Value::String(text), _) => Step::Done(encoding.encode(text)),
        (_, Some(texts)) => {
            let codes = texts.into_iter().map(|text| encoding.encode(text)).collect::<Args>();
            Step::Done(Value::list(codes))
        }
        _ => Step::Same,
    }
}

fn from_codes(session: &mut Session, call: &Arc<Call>) -> Step {
    let [value, rest @ ..] = call.args() else { return Step::Same };
    let Some(encoding) = encoding(rest) else { return Step::Same };
    let of = |value: &Value| {
        let codes = value.as_list().unwrap_or(std::slice::from_ref(value));
        let codes: Option<Vec<u32>> =
            codes.iter().map(|code| u32::try_from(code.as_i64()?).ok()).collect();
        encoding.decode(&codes?).map(Value::string)
    };
    let nested =
        |list: &&[Value]| !list.is_empty() && list.iter().all(|one| one.as_list().is_some());
    let result = match value.as_list().filter(nested) {
        Some(lists) => lists.iter().map(of).collect::<Option<Args>>().map(Value::list),
        None => of(value),
    };
    match result {
        Some(result) => Step::Done(result),
        None => {
            if value.as_i64().is_some() || value.as_list().is_some() {
                let parts = [value.clone(), Value::Integer(1), Value::Call(call.clone())];
                session.message_of("FromCharacterCode", "notunicode", &parts);
            }
            Step::Same
        }
    }
}

/// Returns the small letters of a language in their order.
fn letters(language: &str) -> Option<&'static str> {
    Some(match language {
        "English" | "Latin" | "Dutch" | "Italian" | "Portuguese" | "French" | "Indonesian" => {
            "abcdefghijklmnopqrstuvwxyz"
        }
        "German" => "aäbcdefghijklmnoöpqrsßtuüvwxyz",
        "Spanish" => "abcdefghijklmnñopqrstuvwxyz",
        "Swedish" | "Finnish" => "abcdefghijklmnopqrstuvwxyzåäö",
        "Danish" | "Norwegian" => "abcdefghijklmnopqrstuvwxyzæøå",
        "Polish" => "aąbcćdeęfghijklłmnńoóprsśtuwyzźż",
        "Turkish" => "abcçdefgğhıijklmnoöprsştuüvyz",
        "Greek" => "αβγδεζηθικλμνξοπρστυφχψω",
        "Russian" | "Cyrillic" => "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "Ukrainian" => "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        "Hebrew" => "אבגדהוזחטיכלמנסעפצקרשת",
        _ => return None,
    })
}

fn alphabet(call: &Call) -> Step {
    let found = match call.args() {
        [] => letters("English"),
        [Value::String(language)] => letters(language),
        _ => None,
    };
    found.map_or(Step::Same, |letters| Step::Done(list_of(letters.chars())))
}

fn letter_number(call: &Call) -> Step {
    let (text, alphabet) = match call.args() {
        [Value::String(text)] => (text, letters("English")),
        [Value::String(text), Value::String(language)] => (text, letters(language)),
        _ => return Step::Same,
    };
    let Some(alphabet) = alphabet else { return Step::Same };
    let number = |c: char| {
        let small = super::pattern::lower(c);
        integer(alphabet.chars().position(|own| own == small).map_or(0, |place| place + 1))
    };
    Step::Done(match only_character(text) {
        Some(c) => number(c),
        None => Value::list(text.chars().map(number).collect::<Args>()),
    })
}

fn from_letter_number(call: &Call) -> Step {
    let (number, alphabet) = match call.args() {
        [Value::Integer(number)] => (*number, letters("English")),
        [Value::Integer(number), Value::String(language)] => (*number, letters(language)),
        _ => return Step::Same,
    };
    let Some(alphabet) = alphabet else { return Step::Same };
    let length = alphabet.chars().count() as i64;
    let place = if number < 0 { length + number } else { number - 1 };
    match usize::try_from(place).ok().and_then(|place| alphabet.chars().nth(place)) {
        Some(letter) => Step::Done(Value::string(letter.to_string())),
        None if number == 0 => Step::Done(Value::string(" ")),
        None => Step::Same,
    }
}

/// Returns a Latin letter without its marks.
fn plain(c: char) -> char {
    const MARKED: &[(char, &str)] = &[
        ('A', "ÀÁÂÃÄÅĀĂĄǍ"),
        ('C', "ÇĆĈĊČ"),
        ('D', "ĎĐ"),
        ('E', "ÈÉÊËĒĔĖĘĚ"),
        ('G', "ĜĞĠĢ"),
        ('H', "ĤĦ"),
        ('I', "ÌÍÎÏĨĪĬĮİ"),
        ('J', "Ĵ"),
        ('K', "Ķ"),
        ('L', "ĹĻĽĿŁ"),
        ('N', "ÑŃŅŇ"),
        ('O', "ÒÓÔÕÖØŌŎŐ"),
        ('R', "ŔŖŘ"),
        ('S', "ŚŜŞŠȘ"),
        ('T', "ŢŤŦȚ"),
        ('U', "ÙÚÛÜŨŪŬŮŰŲ"),
        ('W', "Ŵ"),
        ('Y', "ÝŶŸ"),
        ('Z', "ŹŻŽ"),
        ('a', "àáâãäåāăąǎ"),
        ('c', "çćĉċč"),
        ('d', "ďđ"),
        ('e', "èéêëēĕėęě"),
        ('g', "ĝğġģ"),
        ('h', "ĥħ"),
        ('i', "ìíîïĩīĭįı"),
        ('j', "ĵ"),
        ('k', "ķ"),
        ('l', "ĺļľŀł"),
        ('n', "ñńņň"),
        ('o', "òóôõöøōŏő"),
        ('r', "ŕŗř"),
        ('s', "śŝşšș"),
        ('t', "ţťŧț"),
        ('u', "ùúûüũūŭůűų"),
        ('w', "ŵ"),
        ('y', "ýŷÿ"),
        ('z', "źżž"),
    ];
    if c.is_ascii() {
        return c;
    }
    MARKED.iter().find(|(_, marked)| marked.contains(c)).map_or(c, |(plain, _)| *plain)
}

/// Returns an association of texts with how often they occur, the most frequent first.
fn counted<T: Into<String>>(all: impl Iterator<Item = T>) -> Value {
    let mut counts = indexmap::IndexMap::<String, usize>::new();
    for one in all {
        *counts.entry(one.into()).or_default() += 1;
    }
    // Of those that are as frequent, the one that was met last stands first, as in `ReverseSort`.
    counts.reverse();
    counts.sort_by(|_, a, _, b| b.cmp(a));
    let mut entries = Association::default();
    for (text, count) in counts {
        entries.insert(Value::string(text), integer(count));
    }
    Value::Association(Arc::new(entries))
}

fn folded(text: &str, folds: bool) -> String {
    if folds { text.to_lowercase() } else { text.to_owned() }
}

fn counts(session: &Session, call: &Call, is_counted: impl Fn(char) -> bool) -> Step {
    let (args, options) = Options::split(call.args(), 1);
    let text = match args {
        [Value::String(text)] => folded(text, options.is_set(session, "IgnoreCase")),
        _ => return Step::Same,
    };
    Step::Done(counted(text.chars().filter(|c| is_counted(*c))))
}

/// The words of a text: what white space separates, without signs around it.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

fn word_counts(session: &Session, call: &Call) -> Step {
    let (args, options) = Options::split(call.args(), 1);
    let text = match args {
        [Value::String(text)] => folded(text, options.is_set(session, "IgnoreCase")),
        _ => return Step::Same,
    };
    Step::Done(counted(words(&text)))
}
