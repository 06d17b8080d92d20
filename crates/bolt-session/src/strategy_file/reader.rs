//! Reading a TOML text section by section, with the line of whatever is wrong.
//!
//! A section is asked for the keys it may have; any other is refused with the nearest of them.

use std::ops::Range;
use std::path::Path;

use bolt_base::nearest;
use bolt_market::formulas::Formula;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::SessionError;

type Read<T> = Result<T, SessionError>;

/// A text and where it came from.
pub(super) struct Document<'t> {
    pub(super) path: &'t Path,
    pub(super) text: &'t str,
}

impl<'t> Document<'t> {
    /// Parses the whole text.
    pub(super) fn parse(&self) -> Read<Spanned<DeTable<'t>>> {
        DeTable::parse(self.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            self.wrong(&span, format!("this is not TOML: {}", error.message()), None)
        })
    }

    pub(super) fn wrong(
        &self,
        span: &Range<usize>,
        message: String,
        hint: Option<String>,
    ) -> SessionError {
        let (path, line) = (self.path.to_owned(), self.line(span));
        SessionError::StrategyFile { path, line, message, hint }
    }

    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        1 + before.matches('\n').count()
    }
}

/// A table.
#[derive(Clone)]
pub(super) struct Section<'t> {
    document: &'t Document<'t>,
    /// What it is called: `trading`, `orders[0]`; empty for the whole file.
    name: String,
    span: Range<usize>,
    table: &'t DeTable<'t>,
}

/// A value, by its key.
pub(super) struct Item<'t> {
    document: &'t Document<'t>,
    /// The whole name: `orders[0].limit`.
    name: String,
    key: &'t str,
    span: Range<usize>,
    value: &'t DeValue<'t>,
}

impl<'t> Section<'t> {
    pub(super) fn whole(document: &'t Document<'t>, table: &'t Spanned<DeTable<'t>>) -> Self {
        Self { document, name: String::new(), span: table.span(), table: table.get_ref() }
    }

    /// Refuses keys that are not among the `known`.
    pub(super) fn knows(&self, known: &[&str]) -> Read<()> {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let place = if self.name.is_empty() {
                    "a strategy file".to_owned()
                } else {
                    format!("`{}`", self.name)
                };
                let hint = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it may have `{}`", known.join("`, `")),
                };
                let message = format!("{place} has no `{name}`");
                return Err(self.document.wrong(&key.span(), message, Some(hint)));
            }
        }
        Ok(())
    }

    pub(super) fn get(&self, key: &str) -> Option<Item<'t>> {
        let (key, value) = self.table.get_key_value(key)?;
        let name = match self.name.as_str() {
            "" => key.get_ref().to_string(),
            section => format!("{section}.{}", key.get_ref()),
        };
        let (key, span, value) = (key.get_ref(), value.span(), value.get_ref());
        Some(Item { document: self.document, name, key, span, value })
    }

    /// Returns the only one of some keys that is there, if any.
    pub(super) fn one_of(&self, keys: &[&str]) -> Read<Option<Item<'t>>> {
        let mut given = keys.iter().filter_map(|key| self.get(key));
        let first = given.next();
        match (&first, given.next()) {
            (Some(first), Some(second)) => {
                Err(second
                    .wrong(format!("`{}` and `{}` say the same", first.key, second.key), None))
            }
            _ => Ok(first),
        }
    }

    /// Returns a value that must be there.
    pub(super) fn need(&self, key: &str, hint: &str) -> Read<Item<'t>> {
        let missing =
            || self.wrong(format!("`{}` lacks `{key}`", self.name), Some(hint.to_owned()));
        self.get(key).ok_or_else(missing)
    }

    /// Returns all values.
    pub(super) fn items(&self) -> Vec<Item<'t>> {
        self.table.keys().filter_map(|key| self.get(key.get_ref())).collect()
    }

    pub(super) fn wrong(&self, message: String, hint: Option<String>) -> SessionError {
        self.document.wrong(&self.span, message, hint)
    }
}

impl<'t> Item<'t> {
    pub(super) fn key(&self) -> &'t str {
        self.key
    }

    pub(super) fn wrong(&self, message: String, hint: Option<String>) -> SessionError {
        self.document.wrong(&self.span, message, hint)
    }

    fn wants(&self, what: &str, hint: Option<&str>) -> SessionError {
        self.wrong(format!("`{}` wants {what}", self.name), hint.map(str::to_owned))
    }

    pub(super) fn section(self) -> Read<Section<'t>> {
        match self.value {
            DeValue::Table(table) => {
                Ok(Section { document: self.document, name: self.name, span: self.span, table })
            }
            _ => Err(self.wants(&format!("a section, `[{}]`", self.name), None)),
        }
    }

    pub(super) fn sections(self) -> Read<Vec<Section<'t>>> {
        let wrong = || self.wants(&format!("sections, each begun by `[[{}]]`", self.name), None);
        let DeValue::Array(array) = self.value else { return Err(wrong()) };
        let section = |(index, value): (usize, &'t Spanned<DeValue<'t>>)| match value.get_ref() {
            DeValue::Table(table) => {
                let name = format!("{}[{index}]", self.name);
                Ok(Section { document: self.document, name, span: value.span(), table })
            }
            _ => Err(wrong()),
        };
        array.iter().enumerate().map(section).collect()
    }

    pub(super) fn is_section(&self) -> bool {
        matches!(self.value, DeValue::Table(_))
    }

    pub(super) fn text(&self) -> Read<&'t str> {
        match self.value {
            DeValue::String(text) => Ok(text),
            _ => Err(self.wants("a text in quotes", None)),
        }
    }

    pub(super) fn flag(&self) -> Read<bool> {
        match self.value {
            DeValue::Boolean(flag) => Ok(*flag),
            _ => Err(self.wants("true or false", None)),
        }
    }

    fn as_number(&self) -> Option<f64> {
        let number = match self.value {
            DeValue::Integer(integer) => {
                i128::from_str_radix(integer.as_str(), integer.radix()).ok()? as f64
            }
            DeValue::Float(float) => float.as_str().parse().ok()?,
            _ => return None,
        };
        number.is_finite().then_some(number)
    }

    pub(super) fn number(&self) -> Read<f64> {
        self.as_number().ok_or_else(|| self.wants("a number", None))
    }

    /// Returns a number that meets a condition, which `range` puts in words.
    pub(super) fn number_that(&self, range: &str, meets: fn(f64) -> bool) -> Read<f64> {
        self.check(self.number()?, range, meets)
    }

    pub(super) fn check(&self, number: f64, range: &str, meets: fn(f64) -> bool) -> Read<f64> {
        if meets(number) {
            Ok(number)
        } else {
            Err(self.wrong(format!("`{}` is {number}, and must be {range}", self.name), None))
        }
    }

    /// Returns a whole number, at least `least`.
    pub(super) fn count(&self, least: usize) -> Read<usize> {
        let number = self.number()?;
        if number.fract() == 0.0 && number >= least as f64 && number < 1e15 {
            Ok(number as usize)
        } else {
            Err(self.wrong(
                format!("`{}` is {number}, and must be a whole number from {least} on", self.name),
                None,
            ))
        }
    }

    /// Returns a fraction: `0.05` or `"5%"`.
    pub(super) fn fraction(&self) -> Read<f64> {
        let percent = |text: &str| text.trim().strip_suffix('%')?.trim().parse::<f64>().ok();
        let number = match self.value {
            DeValue::String(text) => percent(text).map(|percent| percent / 100.0),
            _ => self.as_number(),
        };
        let number = number.filter(|number| number.is_finite());
        number.ok_or_else(|| self.wants("a fraction", Some("write `0.05` or `\"5%\"`")))
    }

    /// Returns what one of some words stands for.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Read<T> {
        let names = || choices.iter().map(|(name, _)| *name);
        let all = || format!("one of `\"{}\"`", names().collect::<Vec<_>>().join("\"`, `\""));
        let DeValue::String(text) = self.value else { return Err(self.wants(&all(), None)) };
        match choices.iter().find(|(name, _)| *name == text.as_ref()) {
            Some((_, choice)) => Ok(*choice),
            None => {
                let hint = match nearest(text, names()) {
                    Some(near) => format!("did you mean `\"{near}\"`?"),
                    None => format!("it may be {}", all()),
                };
                Err(self.wrong(format!("`{}` cannot be `{text}`", self.name), Some(hint)))
            }
        }
    }

    /// Returns the formula of a text.
    pub(super) fn formula(&self) -> Read<Formula> {
        match self.value {
            DeValue::String(text) => self.parse(text),
            _ => Err(self.wants("a formula in quotes", None)),
        }
    }

    /// Returns the formula of a text, or of a number.
    pub(super) fn number_or_formula(&self) -> Read<Formula> {
        match (self.as_number(), self.value) {
            (Some(number), _) => self.parse(&number.to_string()),
            (None, DeValue::String(text)) => self.parse(text),
            (None, _) => Err(self.wants("a number, or a formula in quotes", None)),
        }
    }

    fn parse(&self, text: &str) -> Read<Formula> {
        let line = self.document.line(&self.span);
        let place = format!("{}:{line}: {}", self.document.path.display(), self.key);
        Ok(Formula::parse(self.name.clone(), place, text)?)
    }
}
