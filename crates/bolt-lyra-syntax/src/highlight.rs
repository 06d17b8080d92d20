//! What the parts of a source are, for colours.

use crate::expr::Span;
use crate::lexer::{Broken, Lexer, TokenKind};
use crate::operators::{OPERATORS, Punctuation};

/// What a part of a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// A symbol, with its context.
    Symbol,
    /// A number.
    Number,
    /// A string, closed or not.
    String,
    /// A blank, a slot or an output: `_`, `#1`, `%2`.
    Special,
    /// Brackets and commas.
    Bracket,
    /// An operator.
    Operator,
    /// A comment, closed or not.
    Comment,
    /// What means nothing.
    Unknown,
}

/// Returns what the parts of a source are, in order. Between them are spaces and ends of lines.
/// Named characters such as `\[Alpha]` are symbols.
pub fn classes(source: &str) -> Vec<(Span, Class)> {
    let mut found = Vec::new();
    // Longer sources have no places of 32 bits.
    if u32::try_from(source.len()).is_err() {
        return found;
    }
    let mut lexer = Lexer::new(source, &OPERATORS);
    let mut end = 0;
    loop {
        let token = lexer.next_token();
        add_comments(source, Span::new(end, token.span.start), &mut found);
        end = token.span.end;
        let class = match token.kind {
            TokenKind::End => return found,
            TokenKind::Symbol | TokenKind::Broken(Broken::Symbol) => Class::Symbol,
            TokenKind::Number(_) | TokenKind::Broken(Broken::Number) => Class::Number,
            TokenKind::String | TokenKind::Broken(Broken::String) => Class::String,
            TokenKind::Slot | TokenKind::Out | TokenKind::Blank => Class::Special,
            TokenKind::Boxes | TokenKind::Broken(Broken::Boxes) => Class::String,
            TokenKind::Broken(Broken::Comment) => Class::Comment,
            TokenKind::Punctuation(Punctuation::Operator(_)) => Class::Operator,
            TokenKind::Punctuation(_) => Class::Bracket,
            TokenKind::Unknown if token.span.text(source).starts_with("\\[") => Class::Symbol,
            TokenKind::Unknown | TokenKind::CommentEnd => Class::Unknown,
        };
        found.push((token.span, class));
    }
}

/// Adds what is between two tokens, if it is more than space.
fn add_comments(source: &str, between: Span, found: &mut Vec<(Span, Class)>) {
    let text = between.text(source);
    let trimmed = text.trim();
    if !trimmed.is_empty() {
        let start = between.start + (text.len() - text.trim_start().len()) as u32;
        found.push((Span::new(start, start + trimmed.len() as u32), Class::Comment));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_its_class() {
        let source = r#"f[x_, "a"] (* b *) := 1.5 #2 \[Alpha] "open"#;
        let parts: Vec<(&str, Class)> =
            classes(source).iter().map(|(span, class)| (span.text(source), *class)).collect();
        let expected = [
            ("f", Class::Symbol),
            ("[", Class::Bracket),
            ("x", Class::Symbol),
            ("_", Class::Special),
            (",", Class::Bracket),
            ("\"a\"", Class::String),
            ("]", Class::Bracket),
            ("(* b *)", Class::Comment),
            (":=", Class::Operator),
            ("1.5", Class::Number),
            ("#2", Class::Special),
            (r"\[Alpha]", Class::Symbol),
            ("\"open", Class::String),
        ];
        assert_eq!(parts, expected);
        assert_eq!(
            classes("a (* open"),
            [(Span::new(0, 1), Class::Symbol), (Span::new(2, 9), Class::Comment)]
        );
    }
}
