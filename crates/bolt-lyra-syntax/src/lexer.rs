//! Text as tokens.
//!
//! The lexer knows no grammar; where the grammar decides what comes next, after `::` and `<<`, the
//! parser asks for it ([`Lexer::tag`], [`Lexer::file_name`]). It reports nothing either: a broken
//! token says what is broken, and the parser reports it when it takes it, so that looking ahead is
//! free.

use crate::characters::{escaped_name, is_letter_like, is_newline, is_space};
use crate::expr::Span;
use crate::number::{self, NumberKind};
use crate::operators::{Operators, Punctuation};
use crate::scan::{boxes_end, comment_end, file_name_end, starts_boxes};
use crate::string_literal;

/// A token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
    /// Whether a line ended since the token before.
    pub(crate) on_new_line: bool,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// The end of the input.
    End,
    Symbol,
    Number(NumberKind),
    String,
    Boxes,
    /// `#`, `#2`, `#name`, `#"name"`, `##`, `##2`.
    Slot,
    /// `%`, `%%`, `%5`.
    Out,
    /// `_`, `__`, `___` or `_.`.
    Blank,
    Punctuation(Punctuation),
    /// A broken operand.
    Broken(Broken),
    /// A character that means nothing; an unknown `\[Name]` is one.
    Unknown,
    /// `*)` outside a comment.
    CommentEnd,
}

/// What is wrong with an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    Number,
    /// A context mark without a symbol.
    Symbol,
    String,
    Comment,
    Boxes,
}

/// Reads tokens one after another.
#[derive(Clone)]
pub(crate) struct Lexer<'s> {
    text: &'s str,
    position: usize,
    operators: &'static Operators,
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(text: &'s str, operators: &'static Operators) -> Self {
        Self { text, position: 0, operators }
    }

    /// Jumps to the end of the input.
    pub(crate) fn finish(&mut self) {
        self.position = self.text.len();
    }

    /// Reads the next token.
    pub(crate) fn next_token(&mut self) -> Token {
        let (on_new_line, open_comment) = self.skip_trivia();
        let start = self.position;
        let kind = match self.peek() {
            _ if open_comment => {
                self.finish();
                TokenKind::Broken(Broken::Comment)
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'$' | b'`' => self.symbol(),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek_at(1).is_ascii_digit() => self.number(),
            b'"' => self.string(),
            b'#' => self.slot(),
            b'%' => self.out(),
            b'_' => self.blank(),
            b'\\' => self.backslash(),
            0 if start >= self.text.len() => TokenKind::End,
            0..=127 => self.punctuation(),
            _ => self.other_character(),
        };
        Token { kind, span: Span::new(start as u32, self.position as u32), on_new_line }
    }

    /// Reads the name after `::`, on the same line: letters and digits or a string. `None` if
    /// there is none.
    pub(crate) fn tag(&mut self) -> Option<Span> {
        self.ask(|lexer, on_new_line| {
            match lexer.peek() {
                _ if on_new_line => return None,
                b'"' => lexer.position = string_literal::end(lexer.text, lexer.position)?,
                _ => lexer.name(),
            }
            Some(())
        })
    }

    /// Reads the file name after `<<` or `>>`. `None` if there is none.
    pub(crate) fn file_name(&mut self) -> Option<Span> {
        self.ask(|lexer, _| {
            lexer.position = match lexer.peek() {
                b'"' => string_literal::end(lexer.text, lexer.position)?,
                _ => file_name_end(lexer.text, lexer.position),
            };
            Some(())
        })
    }

    /// Reads a name in which `*` and `@` stand for others. `None` if there is none.
    pub(crate) fn name_pattern(&mut self) -> Option<Span> {
        let is_part = |c: char| c.is_alphanumeric() || "$`*@".contains(c);
        self.ask(|lexer, on_new_line| {
            let rest = &lexer.text[lexer.position..];
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            lexer.position += if on_new_line { 0 } else { length };
            Some(())
        })
    }

    /// Takes a character if it comes at once.
    pub(crate) fn takes(&mut self, character: u8) -> bool {
        let is_there = self.peek() == character;
        self.position += usize::from(is_there);
        is_there
    }

    /// Skips to the next token and lets `read` take something; stays in place if it takes nothing.
    fn ask(&mut self, read: impl FnOnce(&mut Self, bool) -> Option<()>) -> Option<Span> {
        let origin = self.position;
        let (on_new_line, _) = self.skip_trivia();
        let start = self.position;
        if read(self, on_new_line).is_some() && self.position > start {
            return Some(Span::new(start as u32, self.position as u32));
        }
        self.position = origin;
        None
    }

    /// Skips spaces, newlines and comments. Returns whether a line ended on the way, outside
    /// comments, and whether it stands before a comment that is never closed.
    fn skip_trivia(&mut self) -> (bool, bool) {
        let mut on_new_line = false;
        loop {
            match self.peek() {
                b' ' | b'\t' | 0xB | 0xC => self.position += 1,
                b'\n' | b'\r' => {
                    on_new_line = true;
                    self.position += 1;
                }
                b'(' if self.peek_at(1) == b'*' => match comment_end(self.text, self.position) {
                    Some(end) => self.position = end,
                    None => return (on_new_line, true),
                },
                128.. => {
                    let character = self.character();
                    if !is_space(character) && !is_newline(character) {
                        return (on_new_line, false);
                    }
                    on_new_line |= is_newline(character);
                    self.position += character.len_utf8();
                }
                _ => return (on_new_line, false),
            }
        }
    }

    fn symbol(&mut self) -> TokenKind {
        self.name();
        while self.peek() == b'`' {
            self.position += 1;
            if !self.starts_name() {
                return TokenKind::Broken(Broken::Symbol);
            }
            self.name();
        }
        TokenKind::Symbol
    }

    /// Skips letters and digits.
    fn name(&mut self) {
        loop {
            match self.peek() {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'$' => self.position += 1,
                128.. if self.starts_name() => self.position += self.character().len_utf8(),
                _ => return,
            }
        }
    }

    fn starts_name(&self) -> bool {
        match self.peek() {
            b'a'..=b'z' | b'A'..=b'Z' | b'$' => true,
            128.. => {
                let character = self.character();
                self.operators.character(character).is_none() && is_letter_like(character)
            }
            _ => false,
        }
    }

    fn number(&mut self) -> TokenKind {
        let number = number::scan(self.text, self.position);
        self.position = number.end;
        number.kind.map_or(TokenKind::Broken(Broken::Number), TokenKind::Number)
    }

    fn string(&mut self) -> TokenKind {
        match string_literal::end(self.text, self.position) {
            Some(end) => {
                self.position = end;
                TokenKind::String
            }
            None => {
                self.finish();
                TokenKind::Broken(Broken::String)
            }
        }
    }

    fn slot(&mut self) -> TokenKind {
        self.position += 1;
        if self.peek() == b'#' {
            self.position += 1;
            self.digits();
        } else if self.peek().is_ascii_digit() {
            self.digits();
        } else if self.peek() == b'"' {
            self.position = string_literal::end(self.text, self.position).unwrap_or(self.position);
        } else if self.starts_name() {
            return match self.symbol() {
                TokenKind::Symbol => TokenKind::Slot,
                broken => broken,
            };
        }
        TokenKind::Slot
    }

    fn out(&mut self) -> TokenKind {
        let start = self.position;
        while self.peek() == b'%' {
            self.position += 1;
        }
        if self.position == start + 1 {
            self.digits();
        }
        TokenKind::Out
    }

    fn digits(&mut self) {
        while self.peek().is_ascii_digit() {
            self.position += 1;
        }
    }

    fn blank(&mut self) -> TokenKind {
        let underscores = (1..3).take_while(|i| self.peek_at(*i) == b'_').count();
        self.position += 1 + underscores;
        if underscores == 0 && self.peek() == b'.' {
            self.position += 1;
        }
        TokenKind::Blank
    }

    fn backslash(&mut self) -> TokenKind {
        let rest = &self.text[self.position..];
        if starts_boxes(rest) {
            return self.boxes();
        }
        let after = rest[1..].chars().next().map_or(0, char::len_utf8);
        self.position += escaped_name(rest).map_or(1 + after, |name| name.len() + 3);
        TokenKind::Unknown
    }

    fn boxes(&mut self) -> TokenKind {
        match boxes_end(self.text, self.position) {
            Some(end) => {
                self.position = end;
                TokenKind::Boxes
            }
            None => {
                self.finish();
                TokenKind::Broken(Broken::Boxes)
            }
        }
    }

    fn punctuation(&mut self) -> TokenKind {
        let rest = &self.text.as_bytes()[self.position..];
        if rest.starts_with(b"*)") {
            self.position += 2;
            return TokenKind::CommentEnd;
        }
        match self.operators.longest(rest) {
            Some((punctuation, length)) => {
                self.position += length;
                TokenKind::Punctuation(punctuation)
            }
            None => {
                self.position += 1;
                TokenKind::Unknown
            }
        }
    }

    fn other_character(&mut self) -> TokenKind {
        let character = self.character();
        if let Some(punctuation) = self.operators.character(character) {
            self.position += character.len_utf8();
            return TokenKind::Punctuation(punctuation);
        }
        if is_letter_like(character) {
            return self.symbol();
        }
        if starts_boxes(&self.text[self.position..]) {
            return self.boxes();
        }
        self.position += character.len_utf8();
        TokenKind::Unknown
    }

    /// The character here; the caller has seen that there is one.
    fn character(&self) -> char {
        self.text[self.position..].chars().next().unwrap_or('\0')
    }

    /// The byte here, 0 at the end.
    fn peek(&self) -> u8 {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.position + ahead).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::OPERATORS;

    /// Checks the texts of the tokens of `source`, joined by `·`.
    #[track_caller]
    fn check(source: &str, expected: &str) {
        let mut lexer = Lexer::new(source, &OPERATORS);
        let mut texts = Vec::new();
        loop {
            let token = lexer.next_token();
            if token.kind == TokenKind::End {
                break;
            }
            texts.push(token.span.text(source));
        }
        assert_eq!(texts.join("·"), expected, "{source}");
    }

    #[test]
    fn tokens_are_the_longest_possible() {
        check("a`b$1+=x", "a`b$1·+=·x");
        check("2x 3.5`4y", "2·x·3.5`4·y");
        check("a_b__c___ _.", "a·_·b·__·c·___·_.");
        check("a_..b a_ ...", "a·_.·.·b·a·_·...");
        check("#1.c #ab #\"x y\" ##2 # 1", "#1·.·c·#ab·#\"x y\"·##2·#·1");
        check("%%% %12 %%3", "%%%·%12·%%·3");
        check("a;;;b", "a·;;·;·b");
        check("a===b=!=c=!d", "a·===·b·=!=·c·=·!·d");
        check("x/.5 x/.y x=.", "x·/·.5·x·/.·y·x·=.");
        check("1..2...", "1·..·2·...");
        check("a(* (* *) \" *)b", "a·b");
        check("<|a->b|>||c", "<|·a·->·b·|>·||·c");
        check("α→β≤γ⌊x⌋", "α·→·β·≤·γ·⌊·x·⌋");
        check(r#"\(x\)y \!\(z\)"#, r"\(x\)·y·\!\(z\)");
        check(r"\[Alpa] \t", r"\[Alpa]·\t");
        check("f::[x]", "f·::[·x·]");
    }

    #[test]
    fn a_new_line_outside_comments_is_noted() {
        let mut lexer = Lexer::new("a\nb (* \n *) c\u{2028}d", &OPERATORS);
        let lines: Vec<bool> = (0..4).map(|_| lexer.next_token().on_new_line).collect();
        assert_eq!(lines, [false, true, false, true]);
    }
}
