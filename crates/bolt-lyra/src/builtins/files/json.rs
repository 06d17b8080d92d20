//! JSON (RFC 8259) to and from expressions.

use triomphe::Arc;

use crate::association::Association;
use crate::number;
use crate::rule::sides;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Value, grown};

/// Objects and arrays may be inside one another so deep.
const DEPTH_MAX: usize = 10_000;

/// Reads a text, with objects as associations or as lists of rules; `None` if it is broken.
pub(super) fn read(text: &str, as_rules: bool) -> Option<Value> {
    let mut reader = Reader { text, at: 0, as_rules };
    let value = reader.value(0)?;
    reader.skip_space();
    (reader.at == text.len()).then_some(value)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    as_rules: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at +=
            self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn accept(&mut self, token: &str) -> bool {
        self.skip_space();
        let is_next = self.rest().starts_with(token);
        self.at += if is_next { token.len() } else { 0 };
        is_next
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > DEPTH_MAX {
            return None;
        }
        self.skip_space();
        match self.rest().bytes().next()? {
            b'{' => stacker::maybe_grow(64 << 10, 1 << 20, || self.object(depth)),
            b'[' => stacker::maybe_grow(64 << 10, 1 << 20, || self.array(depth)),
            b'"' => self.string().map(Value::string),
            b't' => self.accept("true").then_some(Value::TRUE),
            b'f' => self.accept("false").then_some(Value::FALSE),
            b'n' => self.accept("null").then_some(Value::NULL),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut entries = Association::default();
        let mut rules = Args::new();
        if !self.accept("}") {
            loop {
                self.skip_space();
                let key = Value::string(self.string()?);
                self.accept(":").then_some(())?;
                let value = self.value(depth + 1)?;
                match self.as_rules {
                    true => rules.push(Value::rule(key, value)),
                    false => entries.insert(key, value),
                }
                if self.accept("}") {
                    break;
                }
                self.accept(",").then_some(())?;
            }
        }
        Some(match self.as_rules {
            true => Value::list(rules),
            false => Value::Association(Arc::new(entries)),
        })
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut elements = Args::new();
        if !self.accept("]") {
            loop {
                elements.push(self.value(depth + 1)?);
                if self.accept("]") {
                    break;
                }
                self.accept(",").then_some(())?;
            }
        }
        Some(Value::list(elements))
    }

    fn string(&mut self) -> Option<String> {
        self.rest().starts_with('"').then_some(())?;
        self.at += 1;
        let mut text = String::new();
        loop {
            let c = self.rest().chars().next()?;
            self.at += c.len_utf8();
            match c {
                '"' => return Some(text),
                '\\' => {
                    let escape = self.rest().chars().next()?;
                    self.at += escape.len_utf8();
                    text.push(match escape {
                        '"' | '\\' | '/' => escape,
                        'b' => '\u{8}',
                        'f' => '\u{C}',
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'u' => self.unicode()?,
                        _ => return None,
                    });
                }
                c if c < ' ' => return None,
                c => text.push(c),
            }
        }
    }

    /// Reads the digits of `\uXXXX`, and of the second half where the first is one.
    fn unicode(&mut self) -> Option<char> {
        let high = self.unit()?;
        if !(0xD800..0xDC00).contains(&high) {
            return char::from_u32(high);
        }
        self.rest().starts_with("\\u").then(|| self.at += 2)?;
        let low = self.unit().filter(|low| (0xDC00..0xE000).contains(low))?;
        char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    fn number(&mut self) -> Option<Value> {
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let length = self.rest().find(|c| !is_part(c)).unwrap_or(self.rest().len());
        let text = &self.text[self.at..self.at + length];
        let digits = text.strip_prefix('-').unwrap_or(text);
        let leads_with_zero =
            digits.starts_with('0') && digits.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        let is_bare = digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.ends_with('.');
        if !is_bare || leads_with_zero || digits.contains(".e") || digits.contains(".E") {
            return None;
        }
        let value = super::csv::number_of(text)?;
        self.at += length;
        Some(value)
    }
}

/// Writes an expression, `None` if it has a part that JSON cannot hold; `compact` leaves out line
/// breaks.
pub(super) fn write(session: &Session, value: &Value, compact: bool) -> Option<String> {
    let mut text = String::new();
    write_to(session, value, compact, 0, &mut text)?;
    Some(text)
}

/// Lists inside of one another that are written.
const LEVELS_MAX: usize = 1_000;

fn write_to(
    session: &Session,
    value: &Value,
    compact: bool,
    level: usize,
    text: &mut String,
) -> Option<()> {
    if level > LEVELS_MAX || session.check_interrupt().is_err() {
        return None;
    }
    match value {
        Value::String(own) => push_string(text, own),
        Value::Integer(_) | Value::BigInteger(_) => text.push_str(&session.input_form(value)),
        Value::Real(real) if real.is_finite() => text.push_str(&real_text(*real)),
        Value::BigReal(_) | Value::Rational(_) => text.push_str(&real_text(number::to_f64(value)?)),
        Value::Symbol(sym::True) => text.push_str("true"),
        Value::Symbol(sym::False) => text.push_str("false"),
        Value::Symbol(sym::Null | sym::None) => text.push_str("null"),
        Value::Association(entries) => {
            let entries: Vec<(&Value, &Value)> =
                entries.iter().map(|(key, entry)| (key, &entry.value)).collect();
            write_object(session, &entries, compact, level, text)?;
        }
        Value::Call(call) if call.is(sym::List) => {
            let rules: Option<Vec<(&Value, &Value)>> = call
                .args()
                .iter()
                .map(|one| sides(one).map(|(key, value, _)| (key, value)))
                .collect();
            match rules.filter(|rules| !rules.is_empty()) {
                Some(rules) => write_object(session, &rules, compact, level, text)?,
                None => grown(call.depth(), || {
                    let mut each = |one: &Value, text: &mut String| {
                        write_to(session, one, compact, level + 1, text)
                    };
                    enclosed("[", call.args(), "]", compact, level, text, &mut each)
                })?,
            }
        }
        Value::Call(call) if call.is(sym::Missing) => text.push_str("null"),
        _ => return None,
    }
    Some(())
}

fn write_object(
    session: &Session,
    entries: &[(&Value, &Value)],
    compact: bool,
    level: usize,
    text: &mut String,
) -> Option<()> {
    let mut each = |(key, value): &(&Value, &Value), text: &mut String| {
        match key {
            Value::String(key) => push_string(text, key),
            Value::Symbol(symbol) => push_string(text, &session.names.full(*symbol).name),
            Value::Integer(number) => push_string(text, &number.to_string()),
            _ => return None,
        }
        text.push(':');
        write_to(session, value, compact, level + 1, text)
    };
    enclosed("{", entries, "}", compact, level, text, &mut each)
}

fn enclosed<T>(
    open: &str,
    parts: &[T],
    close: &str,
    compact: bool,
    level: usize,
    text: &mut String,
    each: &mut dyn FnMut(&T, &mut String) -> Option<()>,
) -> Option<()> {
    let line = |text: &mut String, level: usize| {
        if !compact && !parts.is_empty() {
            text.push('\n');
            text.push_str(&"\t".repeat(level));
        }
    };
    text.push_str(open);
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        line(text, level + 1);
        each(part, text)?;
    }
    line(text, level);
    text.push_str(close);
    Some(())
}

fn real_text(real: f64) -> String {
    // The shortest text that is read back as the same number, with a point.
    format!("{real:?}")
}

fn push_string(text: &mut String, own: &str) {
    text.push('"');
    for c in own.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            c if c < ' ' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
}
