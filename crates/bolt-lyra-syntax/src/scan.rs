//! Where things end whose inside is no tokens: comments, two-dimensional input and file names.

/// Returns the offset after the comment that starts with the `(*` at `start`, or `None` if its
/// `*)` is missing. Comments nest.
pub(crate) fn comment_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut position) = (1, start + 2);
    while depth > 0 {
        match (bytes.get(position)?, bytes.get(position + 1)) {
            (b'(', Some(b'*')) => (depth, position) = (depth + 1, position + 2),
            (b'*', Some(b')')) => (depth, position) = (depth - 1, position + 2),
            _ => position += 1,
        }
    }
    Some(position)
}

/// The mark `\(` as one character, as strings hold it; and `\)`, `\!`.
const OPEN_BOXES: char = '\u{F7C9}';
const CLOSE_BOXES: char = '\u{F7C0}';
const INTERPRET_BOXES: char = '\u{F7C1}';

/// Returns whether two-dimensional input starts `text`: `\(` or `\!\(`.
pub(crate) fn starts_boxes(text: &str) -> bool {
    let interpreted = text.strip_prefix("\\!").or(text.strip_prefix(INTERPRET_BOXES));
    let rest = interpreted.map_or(text, |rest| rest.trim_start_matches([' ', '\t']));
    rest.starts_with("\\(") || rest.starts_with(OPEN_BOXES)
}

/// Returns the offset after the two-dimensional input that starts at `start`, or `None` if its
/// `\)` is missing.
pub(crate) fn boxes_end(text: &str, start: usize) -> Option<usize> {
    let mut depth = 0;
    let mut characters = text[start..].char_indices();
    while let Some((i, character)) = characters.next() {
        let mark = match character {
            '\\' => characters.next().map_or('\\', |(_, sign)| sign),
            OPEN_BOXES => '(',
            CLOSE_BOXES => ')',
            _ => continue,
        };
        match mark {
            '(' => depth += 1,
            ')' if depth == 1 => {
                let length = if character == '\\' { 2 } else { character.len_utf8() };
                return Some(start + i + length);
            }
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns the offset after the bare file name at `start`, which is `start` if there is none. A
/// part in square brackets may hold anything but spaces, `<` and `>`.
pub(crate) fn file_name_end(text: &str, start: usize) -> usize {
    let mut position = start;
    while let Some(next) = text[position..].chars().next() {
        let length = match next {
            '[' => bracketed_length(&text[position..]),
            '\\' if text[position + 1..].starts_with(['\n', '\r']) => None,
            '$' | '`' | '/' | '.' | '\\' | '!' | '-' | '_' | ':' | '*' | '~' | '?' => Some(1),
            _ => next.is_alphanumeric().then_some(next.len_utf8()),
        };
        let Some(length) = length else { break };
        position += length;
    }
    position
}

fn bracketed_length(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            // The signs would start another file name, and looking on from each be slow.
            _ if byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>') => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(i + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_nest() {
        assert_eq!(comment_end("(* a (* b *) *) c", 0), Some(15));
        assert_eq!(comment_end("x(**)", 1), Some(5));
        assert_eq!(comment_end("(*)", 0), None);
        assert_eq!(comment_end("(* (* *)", 0), None);
    }

    #[test]
    fn boxes_nest() {
        assert_eq!(boxes_end(r"\(\(a\) b\)c", 0), Some(11));
        assert_eq!(boxes_end(r"\(\\)\)", 0), Some(7));
        assert_eq!(boxes_end(r"x\!\(a\)b", 1), Some(8));
        assert_eq!(boxes_end("\u{F7C9}a\\(b\\)\u{F7C0}c", 0), Some(12));
        assert_eq!(boxes_end(r"\(a", 0), None);
        assert!(starts_boxes(r"\!\(") && starts_boxes("\u{F7C1}\u{F7C9}") && !starts_boxes(r"\!a"));
    }

    #[test]
    fn file_names_end_at_other_punctuation() {
        let name = |text: &'static str| &text[..file_name_end(text, 0)];
        assert_eq!(name("a`b`, c"), "a`b`");
        assert_eq!(name(r"c:\x\y.wl; d"), r"c:\x\y.wl");
        assert_eq!(name("a[x]b]"), "a[x]b");
        assert_eq!(name("a[ b]"), "a");
        assert_eq!(name("a\\\nb"), "a");
        assert_eq!(name("δ.wl]"), "δ.wl");
        assert_eq!(name(")"), "");
    }
}
