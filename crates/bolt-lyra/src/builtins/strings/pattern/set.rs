//! Sets of characters: what one place of a string pattern accepts.

/// A kind of character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A letter of any script.
    Letter,
    /// `0` to `9`.
    Digit,
    /// A letter or a digit of any script.
    Word,
    /// A letter, a digit or `_`: what regular expressions call a word character.
    Identifier,
    /// White space.
    Space,
    /// White space within a line.
    Blank,
    /// A digit of base 16.
    Hexadecimal,
    /// Punctuation.
    Punctuation,
    /// A capital letter.
    Upper,
    /// A small letter.
    Lower,
    /// A control character.
    Control,
    /// Anything else than the end of a line.
    InLine,
    /// Any character.
    All,
}

impl Class {
    /// Returns whether a character is of this kind.
    pub(crate) fn contains(self, c: char) -> bool {
        match self {
            Self::Letter => c.is_alphabetic(),
            Self::Digit => c.is_ascii_digit(),
            Self::Word => c.is_alphanumeric(),
            Self::Identifier => c.is_alphanumeric() || c == '_',
            Self::Space => c.is_whitespace(),
            Self::Blank => c == ' ' || c == '\t',
            Self::Hexadecimal => c.is_ascii_hexdigit(),
            Self::Punctuation => is_punctuation(c),
            Self::Upper => c.is_uppercase(),
            Self::Lower => c.is_lowercase(),
            Self::Control => c.is_control(),
            Self::InLine => c != '\n',
            Self::All => true,
        }
    }
}

/// Returns whether a character is punctuation: of ASCII all signs, beyond it those of the blocks
/// for punctuation.
fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '\u{A1}' | '\u{A7}' | '\u{AB}' | '\u{B6}' | '\u{B7}' | '\u{BB}' | '\u{BF}')
        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '\u{3001}'..='\u{3003}')
}

/// A part of a set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    /// The characters from one to another.
    Range(char, char),
    /// A kind.
    Class(Class),
    /// Another set.
    Set(Set),
}

impl Item {
    fn contains(&self, c: char) -> bool {
        match self {
            Self::Range(first, last) => (*first..=*last).contains(&c),
            Self::Class(class) => class.contains(c),
            Self::Set(set) => set.contains(c),
        }
    }
}

/// A set of characters; whether one of ASCII is in it is a bit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Set {
    ascii: u128,
    items: Vec<Item>,
    negated: bool,
    ignores_case: bool,
}

impl Set {
    /// Returns the set of what is in an item, or in none of them.
    pub(crate) fn new(items: Vec<Item>, negated: bool, ignores_case: bool) -> Self {
        let mut set = Self { ascii: 0, items, negated, ignores_case };
        for code in 0..128_u8 {
            if set.looks_up(char::from(code)) {
                set.ascii |= 1 << code;
            }
        }
        set
    }

    /// Returns the set of a kind of characters.
    pub(crate) fn of(class: Class) -> Self {
        Self::new(vec![Item::Class(class)], false, false)
    }

    /// Returns whether a character is in it.
    pub(crate) fn contains(&self, c: char) -> bool {
        match c.is_ascii() {
            true => self.ascii >> (c as u32) & 1 == 1,
            false => self.looks_up(c),
        }
    }

    /// Returns the characters of ASCII in it, as bits.
    pub(crate) fn ascii(&self) -> u128 {
        self.ascii
    }

    fn looks_up(&self, c: char) -> bool {
        let has = |c: char| self.items.iter().any(|item| item.contains(c));
        let is_in = has(c) || (self.ignores_case && (has(lower(c)) || has(upper(c))));
        is_in != self.negated
    }
}

/// Returns the small letter of a letter where that is one character.
pub(crate) fn lower(c: char) -> char {
    let mut all = c.to_lowercase();
    all.next().filter(|_| all.next().is_none()).unwrap_or(c)
}

/// Returns the capital letter of a letter where that is one character.
pub(crate) fn upper(c: char) -> char {
    let mut all = c.to_uppercase();
    all.next().filter(|_| all.next().is_none()).unwrap_or(c)
}
