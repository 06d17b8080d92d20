//! Regular expressions, in the syntax of Perl, as patterns.

use triomphe::Arc;

use super::node::{Node, Place};
use super::set::{Class, Item, Set};

/// Groups may be inside one another so deep.
const DEPTH_MAX: usize = 200;
/// A part may be repeated so often.
const REPEATS_MAX: usize = 10_000;

/// Flags that change what the rest means.
#[derive(Debug, Clone, Copy)]
struct Flags {
    ignores_case: bool,
    /// `.` takes line breaks, too.
    dot_all: bool,
    /// `^` and `$` are at lines.
    lines: bool,
    /// White space and comments do not count.
    extended: bool,
    /// Quantifiers take as little as possible.
    lazy: bool,
}

/// A regular expression as a pattern, with how many slots it has in all.
pub(super) struct Parsed {
    pub(super) node: Node,
    pub(super) slots: usize,
}

/// Reads a regular expression; its groups are the slots from `first_slot` on.
pub(super) fn parse(
    text: &str,
    first_slot: usize,
    ignores_case: bool,
    lazy: bool,
) -> Option<Parsed> {
    let flags = Flags { ignores_case, dot_all: false, lines: false, extended: false, lazy };
    let mut parser = Parser {
        text: text.chars().collect(),
        at: 0,
        flags,
        first_slot,
        slots: first_slot,
        names: Vec::new(),
        depth: 0,
    };
    let node = parser.alternatives()?;
    (parser.at == parser.text.len()).then_some(Parsed { node, slots: parser.slots })
}

struct Parser {
    text: Vec<char>,
    at: usize,
    flags: Flags,
    first_slot: usize,
    slots: usize,
    names: Vec<(String, usize)>,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn accept(&mut self, text: &str) -> bool {
        let is_next = text.chars().enumerate().all(|(i, c)| self.text.get(self.at + i) == Some(&c));
        if is_next {
            self.at += text.chars().count();
        }
        is_next
    }

    /// Takes everything up to an end, which is taken, too.
    fn until(&mut self, end: char) -> Option<String> {
        let length = self.text[self.at..].iter().position(|c| *c == end)?;
        let inside = self.text[self.at..self.at + length].iter().collect();
        self.at += length + 1;
        Some(inside)
    }

    fn alternatives(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let mut all = vec![self.sequence()?];
        while self.accept("|") {
            all.push(self.sequence()?);
        }
        self.depth -= 1;
        Some(if all.len() == 1 { all.remove(0) } else { Node::Either(all) })
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                None | Some('|' | ')') => break,
                Some(c) if self.flags.extended && c.is_whitespace() => {
                    self.at += 1;
                    continue;
                }
                Some('#') if self.flags.extended => {
                    while self.next().is_some_and(|c| c != '\n') {}
                    continue;
                }
                Some(_) => {}
            }
            if self.accept("\\Q") {
                while !self.accept("\\E") {
                    let Some(c) = self.next() else { break };
                    parts.push(self.character(c));
                }
                continue;
            }
            let Some(part) = self.atom()? else { continue };
            parts.push(self.quantified(part)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Node::Sequence(parts) })
    }

    fn character(&self, c: char) -> Node {
        Node::Char(c, self.flags.ignores_case)
    }

    fn set(&self, items: Vec<Item>, negated: bool) -> Node {
        Node::Set(Arc::new(Set::new(items, negated, self.flags.ignores_case)))
    }

    /// Reads one part; the inner `None` is a flag, which matches nothing itself.
    fn atom(&mut self) -> Option<Option<Node>> {
        Some(Some(match self.next()? {
            '.' => {
                let class = if self.flags.dot_all { Class::All } else { Class::InLine };
                Node::Set(Arc::new(Set::of(class)))
            }
            '^' => Node::At(if self.flags.lines { Place::LineStart } else { Place::Start }),
            '$' => Node::At(if self.flags.lines { Place::LineEnd } else { Place::LastEnd }),
            '[' => self.bracket()?,
            '(' => return self.group(),
            '\\' => self.escape()?,
            '*' | '+' | '?' => return None,
            c => self.character(c),
        }))
    }

    fn quantified(&mut self, of: Node) -> Option<Node> {
        let mut node = of;
        loop {
            let before = self.at;
            let (least, most) = match self.next() {
                Some('*') => (0, None),
                Some('+') => (1, None),
                Some('?') => (0, Some(1)),
                Some('{') => match self.counts() {
                    Some(counts) => counts,
                    None => {
                        // A brace that counts nothing stands for itself.
                        self.at = before;
                        return Some(node);
                    }
                },
                _ => {
                    self.at = before;
                    return Some(node);
                }
            };
            if least > REPEATS_MAX || most.is_some_and(|most| most > REPEATS_MAX || most < least) {
                return None;
            }
            let is_possessive = self.accept("+");
            let greedy = self.accept("?") == self.flags.lazy;
            node = Node::Repeat { of: Box::new(node), least, most, greedy };
            if is_possessive {
                node = Node::Atomic(Box::new(node));
            }
        }
    }

    /// Reads `m}`, `m,}` or `m,n}`.
    fn counts(&mut self) -> Option<(usize, Option<usize>)> {
        let end = self.text[self.at..].iter().position(|c| *c == '}')?;
        let inside: String = self.text[self.at..self.at + end].iter().collect();
        let counts = match inside.split_once(',') {
            None => {
                let times = inside.parse().ok()?;
                (times, Some(times))
            }
            Some((least, "")) => (least.parse().ok()?, None),
            Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
        };
        self.at += end + 1;
        Some(counts)
    }

    fn group(&mut self) -> Option<Option<Node>> {
        if !self.accept("?") {
            return self.captured(None).map(Some);
        }
        if self.accept("#") {
            self.until(')')?;
            return Some(None);
        }
        let look = |ahead, negated| (ahead, negated);
        let kinds = [
            ("=", look(true, false)),
            ("!", look(true, true)),
            ("<=", look(false, false)),
            ("<!", look(false, true)),
        ];
        for (mark, (ahead, negated)) in kinds {
            if self.accept(mark) {
                let of = Box::new(self.enclosed()?);
                return Some(Some(Node::Look { ahead, negated, of }));
            }
        }
        if self.accept(">") {
            return Some(Some(Node::Atomic(Box::new(self.enclosed()?))));
        }
        if self.accept("P<") || self.accept("<") {
            let name = self.until('>')?;
            return self.captured(Some(name)).map(Some);
        }
        let outside = self.flags;
        let mut on = true;
        loop {
            match self.next()? {
                '-' => on = false,
                'i' => self.flags.ignores_case = on,
                's' => self.flags.dot_all = on,
                'm' => self.flags.lines = on,
                'x' => self.flags.extended = on,
                'U' => self.flags.lazy = on,
                ':' => {
                    let node = self.enclosed()?;
                    self.flags = outside;
                    return Some(Some(node));
                }
                // The flags count to the end of the group that this stands in.
                ')' => return Some(None),
                _ => return None,
            }
        }
    }

    fn captured(&mut self, name: Option<String>) -> Option<Node> {
        let slot = self.slots;
        self.slots += 1;
        if let Some(name) = name {
            self.names.push((name, slot));
        }
        let of = Box::new(self.enclosed()?);
        Some(Node::Group { slot, of })
    }

    fn enclosed(&mut self) -> Option<Node> {
        let outside = self.flags;
        let node = self.alternatives()?;
        self.flags = outside;
        self.accept(")").then_some(node)
    }

    fn escape(&mut self) -> Option<Node> {
        let c = self.next()?;
        if let Some((class, negated)) = class_escape(c) {
            return Some(self.set(vec![Item::Class(class)], negated));
        }
        Some(match c {
            'b' => Node::At(Place::Boundary),
            'B' => Node::At(Place::NoBoundary),
            'A' => Node::At(Place::Start),
            'z' => Node::At(Place::End),
            'Z' => Node::At(Place::LastEnd),
            'R' => self.set(vec![Item::Range('\n', '\r')], false),
            'N' => Node::Set(Arc::new(Set::of(Class::InLine))),
            'p' | 'P' => {
                let item = self.property(c == 'P')?;
                self.set(vec![item], false)
            }
            'k' => {
                self.next().filter(|c| matches!(c, '<' | '{' | '\''))?;
                let end = match self.text[self.at - 1] {
                    '<' => '>',
                    '{' => '}',
                    _ => '\'',
                };
                let name = self.until(end)?;
                let slot = self.names.iter().find(|(own, _)| *own == name)?.1;
                Node::Same(slot, self.flags.ignores_case)
            }
            '1'..='9' => {
                let mut number = c.to_digit(10)? as usize;
                while let Some(digit) = self.peek().and_then(|c| c.to_digit(10))
                    && self.first_slot + number * 10 + digit as usize <= self.slots
                {
                    number = number * 10 + digit as usize;
                    self.at += 1;
                }
                let slot = self.first_slot + number - 1;
                (slot < self.slots).then_some(Node::Same(slot, self.flags.ignores_case))?
            }
            _ => {
                let c = self.character_escape(c)?;
                self.character(c)
            }
        })
    }

    /// Reads the rest of an escape that stands for a character.
    fn character_escape(&mut self, c: char) -> Option<char> {
        Some(match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'f' => '\u{C}',
            'v' => '\u{B}',
            'a' => '\u{7}',
            'e' => '\u{1B}',
            '0' => '\0',
            'x' if self.accept("{") => {
                char::from_u32(u32::from_str_radix(&self.until('}')?, 16).ok()?)?
            }
            'x' | 'u' => {
                let digits = if c == 'x' { 2 } else { 4 };
                let code: String = (0..digits).map_while(|_| self.next()).collect();
                char::from_u32(u32::from_str_radix(&code, 16).ok()?)?
            }
            c if c.is_ascii_alphanumeric() => return None,
            c => c,
        })
    }

    /// Reads what follows `\p`.
    fn property(&mut self, negated: bool) -> Option<Item> {
        let name = match self.next()? {
            '{' => self.until('}')?,
            c => c.to_string(),
        };
        let (name, negated) = match name.strip_prefix('^') {
            Some(name) => (name.to_owned(), !negated),
            None => (name, negated),
        };
        let class = match name.as_str() {
            "L" | "L&" | "Letter" => Class::Letter,
            "Lu" | "Uppercase_Letter" => Class::Upper,
            "Ll" | "Lowercase_Letter" => Class::Lower,
            "N" | "Nd" => Class::Digit,
            "P" => Class::Punctuation,
            "Z" | "Zs" => Class::Space,
            "Cc" => Class::Control,
            _ => return None,
        };
        Some(Item::Set(Set::new(vec![Item::Class(class)], negated, false)))
    }

    fn bracket(&mut self) -> Option<Node> {
        let negated = self.accept("^");
        let mut items = Vec::new();
        let mut is_first = true;
        loop {
            if self.accept("]") {
                if !is_first {
                    break;
                }
                // A bracket that comes first stands for itself.
                items.push(Item::Range(']', ']'));
                is_first = false;
                continue;
            }
            is_first = false;
            if self.accept("[:") {
                items.push(self.posix_class()?);
                continue;
            }
            let first = match self.bracket_item()? {
                Ok(c) => c,
                Err(item) => {
                    items.push(item);
                    continue;
                }
            };
            let is_range =
                self.peek() == Some('-') && self.text.get(self.at + 1).is_some_and(|c| *c != ']');
            if !is_range {
                items.push(Item::Range(first, first));
                continue;
            }
            self.at += 1;
            match self.bracket_item()? {
                Ok(last) if first <= last => items.push(Item::Range(first, last)),
                _ => return None,
            }
        }
        Some(self.set(items, negated))
    }

    /// Reads one character of a bracket, or what stands for several.
    fn bracket_item(&mut self) -> Option<Result<char, Item>> {
        let c = self.next()?;
        if c != '\\' {
            return Some(Ok(c));
        }
        let c = self.next()?;
        if let Some((class, negated)) = class_escape(c) {
            return Some(Err(Item::Set(Set::new(vec![Item::Class(class)], negated, false))));
        }
        Some(match c {
            'p' | 'P' => Err(self.property(c == 'P')?),
            'b' => Ok('\u{8}'),
            _ => Ok(self.character_escape(c)?),
        })
    }

    fn posix_class(&mut self) -> Option<Item> {
        let negated = self.accept("^");
        let name = self.until(':')?;
        self.accept("]").then_some(())?;
        let class = match name.as_str() {
            "alpha" => Class::Letter,
            "digit" => Class::Digit,
            "alnum" => Class::Word,
            "word" => Class::Identifier,
            "space" => Class::Space,
            "blank" => Class::Blank,
            "xdigit" => Class::Hexadecimal,
            "punct" => Class::Punctuation,
            "upper" => Class::Upper,
            "lower" => Class::Lower,
            "cntrl" => Class::Control,
            _ => return None,
        };
        Some(Item::Set(Set::new(vec![Item::Class(class)], negated, false)))
    }
}

fn class_escape(c: char) -> Option<(Class, bool)> {
    let class = match c.to_ascii_lowercase() {
        'd' => Class::Digit,
        'w' => Class::Identifier,
        's' => Class::Space,
        'h' => Class::Blank,
        _ => return None,
    };
    Some((class, c.is_ascii_uppercase()))
}
