//! String literals: where they end, their escapes, and how to write them.

use std::borrow::Cow;
use std::ops::Range;

use crate::characters;

/// Returns the offset after the string that starts with the quote at `start`, or `None` if its
/// closing quote is missing.
pub(crate) fn end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut position = start + 1;
    loop {
        match bytes.get(position)? {
            b'"' => return Some(position + 1),
            b'\\' => position += 2,
            _ => position += 1,
        }
    }
}

/// Resolves the escapes between the quotes of a string. `unknown` is told where `raw` has an
/// escape that strings do not have; such an escape stands for itself.
pub(crate) fn unescape(raw: &str, mut unknown: impl FnMut(Range<usize>)) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut position = 0;
    while let Some(length) = raw[position..].find('\\') {
        text.push_str(&raw[position..position + length]);
        position += length;
        let length = push_unescaped(&raw[position..], &mut text).unwrap_or_else(|| {
            let sign = raw[position + 1..].chars().next().map_or(0, char::len_utf8);
            text.push_str(&raw[position..position + 1 + sign]);
            unknown(position..position + 1 + sign);
            1 + sign
        });
        position += length;
    }
    text.push_str(&raw[position..]);
    Cow::Owned(text)
}

/// Resolves the escape at the start of `raw` and returns its length, or `None` if it is unknown.
fn push_unescaped(raw: &str, text: &mut String) -> Option<usize> {
    let sign = raw[1..].chars().next()?;
    let simple = match sign {
        '"' | '\\' | ' ' => Some(sign),
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{C}'),
        _ => characters::mark(sign),
    };
    if let Some(character) = simple {
        text.push(character);
        return Some(2);
    }
    match sign {
        // The marks of text that keeps its line breaks, and a line continued on the next.
        '<' | '>' | '\n' => Some(2),
        '\r' => Some(if raw[2..].starts_with('\n') { 3 } else { 2 }),
        '0'..='7' => {
            let digits =
                raw.get(1..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
            text.push(char::from_u32(u32::from_str_radix(digits, 8).ok()?)?);
            Some(4)
        }
        _ => {
            let (character, length) = characters::read_escape(raw)?;
            text.push(character);
            Some(length)
        }
    }
}

/// Appends `contents` as a string literal that reads back as the same characters.
pub(crate) fn push_literal(text: &mut String, contents: &str) {
    text.push('"');
    for character in contents.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            ' '..='~' => text.push(character),
            _ => match characters::mark_sign(character) {
                Some(sign) => text.extend(['\\', sign]),
                None => characters::push_readable(text, character),
            },
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        let unknown = |place: Range<usize>| panic!("unknown escape {:?} in {raw:?}", &raw[place]);
        assert_eq!(unescape(raw, unknown), expected, "{raw}");
        let mut literal = String::new();
        push_literal(&mut literal, expected);
        assert_eq!(end(&literal, 0), Some(literal.len()), "{literal}");
        let contents = &literal[1..literal.len() - 1];
        assert_eq!(unescape(contents, |_| panic!("{literal}")), expected, "{literal}");
    }

    #[test]
    fn escapes_resolve_and_are_written_back() {
        check("", "");
        check("plain α", "plain α");
        check(r#"a\"b\\c\n\t\r\b\f"#, "a\"b\\c\n\t\r\u{8}\u{C}");
        check(r"\[Alpha]\[Rule]\.41\:03b1\|01F600\101", "α\u{F522}Aα😀A");
        check(r"\<a\>\ b", "a b");
        check("a\\\nb\\\r\nc", "abc");
        check(r"\(\*x\)\!", "\u{F7C9}\u{F7C8}x\u{F7C0}\u{F7C1}");
        check("\u{0}\u{7F}\u{A0}\u{2028}\u{E000}", "\u{0}\u{7F}\u{A0}\u{2028}\u{E000}");
    }

    #[test]
    fn unknown_escapes_stand_for_themselves() {
        for raw in [r"\d", r"\[Alpa]", r"\:d800", r"\09", r"\α", r"\.4", "\\"] {
            let mut places = Vec::new();
            assert_eq!(unescape(raw, |place| places.push(place)), raw);
            assert_eq!(places.len(), 1, "{raw}");
        }
    }

    #[test]
    fn the_closing_quote_is_found() {
        assert_eq!(end(r#""a\"b" c"#, 0), Some(6));
        assert_eq!(end(r#""a\"#, 0), None);
        assert_eq!(end(r#"x "a"#, 2), None);
    }
}
