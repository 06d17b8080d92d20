//! Named characters and continued lines, resolved before the lexer looks.
//!
//! Outside strings, comments, two-dimensional input and file names, `\[Rule]`, `\:2192` and the
//! like stand for a character wherever they appear, and a backslash at the end of a line joins it
//! to the next. Resolving them first keeps the lexer free of them; a map takes the spans that the
//! parser finds back to the source. A source without such escapes is not copied.

use std::borrow::Cow;

use crate::characters;
use crate::expr::{Expr, ExprKind, Span};
use crate::scan::{boxes_end, comment_end, file_name_end, starts_boxes};
use crate::string_literal;

/// A source with its escapes resolved.
pub(crate) struct Decoded<'s> {
    pub(crate) text: Cow<'s, str>,
    places: Vec<Place>,
}

/// Where text was replaced.
struct Place {
    decoded: Span,
    source: Span,
}

/// Resolves the escapes of `source`.
pub(crate) fn decode(source: &str) -> Decoded<'_> {
    let mut decoded = Decoded { text: Cow::Borrowed(source), places: Vec::new() };
    if !source.contains('\\') {
        return decoded;
    }
    let (mut copied, mut position, mut text) = (0, 0, String::new());
    while position < source.len() {
        let Some((replacement, end)) = escape(source, position) else {
            position = skip(source, position);
            continue;
        };
        text.push_str(&source[copied..position]);
        let start = text.len();
        text.extend(replacement);
        decoded.places.push(Place {
            decoded: Span::new(start as u32, text.len() as u32),
            source: Span::new(position as u32, end as u32),
        });
        (copied, position) = (end, end);
    }
    if !decoded.places.is_empty() {
        text.push_str(&source[copied..]);
        decoded.text = Cow::Owned(text);
    }
    decoded
}

/// Reads the escape at `position`, if one is there: what it stands for and where it ends.
fn escape(source: &str, position: usize) -> Option<(Option<char>, usize)> {
    if source.as_bytes()[position] != b'\\' {
        return None;
    }
    let (rest, after) = (&source[position..], &source[position + 1..]);
    if let Some(line) = after.strip_prefix("\r\n").or(after.strip_prefix(['\n', '\r'])) {
        let line = line.trim_start_matches([' ', '\t']);
        return Some((None, source.len() - line.len()));
    }
    let (character, length) = characters::read_escape(rest)?;
    Some((Some(character), position + length))
}

/// Returns the offset after what stands at `position`, which is no escape.
fn skip(source: &str, position: usize) -> usize {
    let rest = &source.as_bytes()[position..];
    let end = match rest {
        [b'"', ..] => string_literal::end(source, position),
        [b'(', b'*', ..] => comment_end(source, position),
        [b'\\' | 0xEF, ..] if starts_boxes(&source[position..]) => boxes_end(source, position),
        [b'\\', ..] => {
            let next = source[position + 1..].chars().next();
            Some(position + 1 + next.map_or(0, char::len_utf8))
        }
        [b'<', b'<', ..] | [b'>', b'>', ..] => {
            let signs = rest.iter().take(3).take_while(|byte| **byte == rest[0]).count();
            let name = source[position + signs..].trim_start();
            Some(file_name_end(source, source.len() - name.len()))
        }
        _ => Some(position + 1),
    };
    end.unwrap_or(source.len())
}

impl Decoded<'_> {
    /// Returns whether offsets in the text are offsets in the source.
    pub(crate) fn is_source(&self) -> bool {
        self.places.is_empty()
    }

    /// Returns the source's span of a span of the text, kept inside `bounds`.
    pub(crate) fn source_span(&self, span: Span, bounds: Span) -> Span {
        let start = self.source_start(span.start).clamp(bounds.start, bounds.end);
        if span.is_empty() {
            return Span::at(start);
        }
        Span::new(start, self.source_end(span.end).clamp(start, bounds.end))
    }

    /// Turns the spans of a tree into those of the source.
    pub(crate) fn restore(&self, expr: &mut Expr, bounds: Span) {
        expr.span = self.source_span(expr.span, bounds);
        let inner = expr.span;
        match &mut expr.kind {
            ExprKind::Call { head, args } => {
                self.restore(head, inner);
                args.iter_mut().for_each(|arg| self.restore(arg, inner));
            }
            ExprKind::Error(parts) => parts.iter_mut().for_each(|part| self.restore(part, inner)),
            _ => {}
        }
    }

    /// The source's offset of what starts at an offset of the text: after a line's continuation.
    fn source_start(&self, offset: u32) -> u32 {
        let before = self.places.partition_point(|place| place.decoded.end <= offset);
        self.shift(before, offset)
    }

    /// The source's offset of what ends at an offset of the text: before a line's continuation.
    fn source_end(&self, offset: u32) -> u32 {
        let ends_before =
            |place: &Place| place.decoded.end <= offset && place.decoded.start < offset;
        self.shift(self.places.partition_point(ends_before), offset)
    }

    fn shift(&self, places_before: usize, offset: u32) -> u32 {
        match places_before.checked_sub(1) {
            Some(last) => {
                let Place { decoded, source } = &self.places[last];
                source.end + (offset - decoded.end)
            }
            None => offset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(decode(source).text, expected, "{source:?}");
    }

    #[test]
    fn escapes_resolve_outside_strings_comments_boxes_and_file_names() {
        check("a+b", "a+b");
        check(r"a \[Rule] \[Alpha]", "a \u{F522} α");
        check(r"\:03b1\.41\|01F600", "αA😀");
        check("12\\\n  34\\\r\n5", "12345");
        check("a\\\n", "a");
        check(r#""\[Alpha]\"" \[Alpha]"#, r#""\[Alpha]\"" α"#);
        check(r"(* \[Alpha] (* ", r"(* \[Alpha] (* ");
        check(r"(* \[Alpha] *)\[Alpha]", r"(* \[Alpha] *)α");
        check(r"\(\[Alpha]\)\[Alpha]", r"\(\[Alpha]\)α");
        check(r"a>>b\[Beta] \[Beta]", r"a>>b\[Beta] β");
        check(r"<<  b\[Beta];\[Beta]", r"<<  b\[Beta];β");
        check(r"\[Alpa]\:d800\t\", r"\[Alpa]\:d800\t\");
        check(r"→\[Alpha]⇾", "→α⇾");
    }

    #[test]
    fn spans_return_to_the_source() {
        let source = "x\\[Alpha]\\\n y";
        let decoded = decode(source);
        let whole = Span::new(0, source.len() as u32);
        let text = |start, end| decoded.source_span(Span::new(start, end), whole).text(source);
        assert_eq!(decoded.text, "xαy");
        assert_eq!(text(0, 1), "x");
        assert_eq!(text(1, 3), "\\[Alpha]");
        assert_eq!(text(3, 4), "y");
        assert_eq!(text(0, 4), source);
    }
}
