//! The syntax of numbers: `12`, `1.5`, `16^^ff`, `1.5`20`, `1.5``20`, `1.5*^-3`.
//!
//! It knows where a number ends and whether it is well formed. It computes no value.

use std::ops::Range;

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberKind {
    Integer,
    /// Exact, with a negative exponent.
    Rational,
    /// With a decimal point or a precision.
    Real,
}

/// A number at some place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    /// Offset after its last byte.
    pub(crate) end: usize,
    /// What it is, or what is wrong and where.
    pub(crate) kind: Result<NumberKind, (NumberError, Range<usize>)>,
    /// Where a sign stands that belongs to the precision.
    pub(crate) precision_sign: Option<usize>,
}

/// What can be wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberError {
    /// The base before `^^` is not from 2 to 36.
    Base,
    /// No digit after `^^`.
    NoDigits,
    /// A digit that the base does not have.
    Digit,
    /// No number after the two backticks of an accuracy.
    NoAccuracy,
    /// No digits after `*^`.
    NoExponent,
    /// An exponent with a fraction.
    FractionalExponent,
}

/// Reads the number that starts at `start`, where `text` has a digit or a point and a digit.
pub(crate) fn scan(text: &str, start: usize) -> Number {
    let mut scanner = Scanner { bytes: text.as_bytes(), position: start, error: None };
    let mut real = scanner.mantissa(start);
    let mut precision_sign = None;
    if scanner.eat(b'`') {
        real = true;
        precision_sign = scanner.precision();
    }
    let negative_exponent = scanner.exponent();
    let kind = match scanner.error {
        Some(error) => Err(error),
        None if real => Ok(NumberKind::Real),
        None if negative_exponent => Ok(NumberKind::Rational),
        None => Ok(NumberKind::Integer),
    };
    Number { end: scanner.position, kind, precision_sign }
}

struct Scanner<'s> {
    bytes: &'s [u8],
    position: usize,
    error: Option<(NumberError, Range<usize>)>,
}

impl Scanner<'_> {
    /// Reads the digits with base and point; returns whether there is a point.
    fn mantissa(&mut self, start: usize) -> bool {
        self.digits();
        if !self.rest().starts_with(b"^^") {
            let fraction = self.point(self.position > start);
            self.digits();
            return fraction;
        }
        let base = self.base(start..self.position);
        self.position += 2;
        let first = self.position;
        self.alphanumerics();
        let fraction = self.point(true);
        self.alphanumerics();
        self.check_digits(first, base);
        fraction
    }

    /// Reads a base of at most two significant digits; 36 stands in for a bad one.
    fn base(&mut self, span: Range<usize>) -> u32 {
        let digits = self.bytes[span.clone()].iter().map(|digit| u32::from(digit - b'0'));
        let base = digits.fold(0, |base, digit| (base * 10 + digit).min(100));
        if (2..=36).contains(&base) {
            return base;
        }
        self.fail(NumberError::Base, span);
        36
    }

    /// Reads a point that belongs to the number. Two points do not; and where no digit came
    /// before, a digit must come after.
    fn point(&mut self, after_digits: bool) -> bool {
        let next = self.bytes.get(self.position + 1).copied().unwrap_or(0);
        let belongs = if after_digits { next != b'.' } else { next.is_ascii_digit() };
        self.peek() == b'.' && belongs && self.eat(b'.')
    }

    fn check_digits(&mut self, first: usize, base: u32) {
        let digits = first..self.position;
        let bad = |i: &usize| self.bytes[*i] != b'.' && !char::from(self.bytes[*i]).is_digit(base);
        if let Some(i) = digits.clone().find(bad) {
            self.fail(NumberError::Digit, i..i + 1);
        } else if digits.clone().all(|i| self.bytes[i] == b'.') {
            self.fail(NumberError::NoDigits, first - 2..first);
        }
    }

    /// Reads what follows the first backtick; returns where a precision's sign stands.
    fn precision(&mut self) -> Option<usize> {
        let accuracy = self.eat(b'`');
        let start = self.position;
        let sign = matches!(self.peek(), b'+' | b'-');
        let after_sign = &self.bytes[(start + usize::from(sign)).min(self.bytes.len())..];
        let number_follows = match after_sign {
            [first, ..] if first.is_ascii_digit() => true,
            [b'.', second, ..] => second.is_ascii_digit(),
            _ => false,
        };
        if !number_follows {
            if accuracy {
                self.fail(NumberError::NoAccuracy, start - 2..start);
            }
            return None;
        }
        self.position += usize::from(sign);
        let first = self.position;
        self.digits();
        self.point(self.position > first);
        self.digits();
        (sign && !accuracy).then_some(start)
    }

    /// Reads an exponent; returns whether it is negative.
    fn exponent(&mut self) -> bool {
        if !self.rest().starts_with(b"*^") {
            return false;
        }
        let start = self.position;
        self.position += 2;
        let negative = self.peek() == b'-';
        if matches!(self.peek(), b'+' | b'-') {
            self.position += 1;
        }
        let first = self.position;
        self.digits();
        if self.position == first {
            self.fail(NumberError::NoExponent, start..first);
        } else if self.point(false) {
            let point = self.position - 1;
            self.digits();
            self.fail(NumberError::FractionalExponent, point..self.position);
        }
        negative
    }

    fn fail(&mut self, error: NumberError, span: Range<usize>) {
        self.error.get_or_insert((error, span));
    }

    fn digits(&mut self) {
        while self.peek().is_ascii_digit() {
            self.position += 1;
        }
    }

    fn alphanumerics(&mut self) {
        while self.peek().is_ascii_alphanumeric() {
            self.position += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.position += usize::from(found);
        found
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.position..]
    }

    fn peek(&self) -> u8 {
        self.bytes.get(self.position).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that the number at the start of `text` is `number` and of this kind.
    #[track_caller]
    fn check(text: &str, number: &str, kind: NumberKind) {
        let found = scan(text, 0);
        assert_eq!((&text[..found.end], found.kind), (number, Ok(kind)), "{text}");
    }

    #[track_caller]
    fn check_error(text: &str, error: NumberError, place: &str) {
        let found = scan(text, 0);
        let (found_error, span) = found.kind.unwrap_err();
        assert_eq!((found_error, &text[span]), (error, place), "{text}");
    }

    #[test]
    fn numbers_end_where_they_should() {
        use NumberKind::{Integer, Rational, Real};
        check("12x", "12", Integer);
        check("1*^3", "1*^3", Integer);
        check("1*^+3", "1*^+3", Integer);
        check("1*^-2", "1*^-2", Rational);
        check("16^^fF*2", "16^^fF", Integer);
        check("002^^111", "002^^111", Integer);
        check("12^^a.a", "12^^a.a", Real);
        check("16^^.FF*^32", "16^^.FF*^32", Real);
        check("1.5.5", "1.5", Real);
        check(".5", ".5", Real);
        check("2.Pi", "2.", Real);
        check("1..", "1", Integer);
        check("1*^2...", "1*^2", Integer);
        check("123`.xxx", "123`", Real);
        check("106`.7", "106`.7", Real);
        check("1.2`3.*^4", "1.2`3.*^4", Real);
        check("6`5..", "6`5", Real);
        check("1.5``20.3", "1.5``20.3", Real);
        check("0``-5", "0``-5", Real);
        check("1`-x", "1`", Real);
        check("1`+.5", "1`+.5", Real);
        check("a12"[1..].into(), "12", Integer);
    }

    #[test]
    fn errors_name_their_place() {
        check_error("37^^2", NumberError::Base, "37");
        check_error("99999999999^^2", NumberError::Base, "99999999999");
        check_error("16^^zz", NumberError::Digit, "z");
        check_error("2^^3", NumberError::Digit, "3");
        check_error("10^^2.Pi", NumberError::Digit, "P");
        check_error("2^^.", NumberError::NoDigits, "^^");
        check_error("2^^@", NumberError::NoDigits, "^^");
        check_error("1.2``->3", NumberError::NoAccuracy, "``");
        check_error("123*^", NumberError::NoExponent, "*^");
        check_error("123*^-x", NumberError::NoExponent, "*^-");
        check_error("1*^2.5", NumberError::FractionalExponent, ".5");
    }
}
