//! Drawings: what they consist of, colours, plots of functions and of data.
//!
//! A drawing is an expression: plots return `Graphics[...]` with the points that they sampled.
//! `drawing` reads such an expression as a figure of bolt-plot, which writes SVG and text.

mod charts;
mod color_functions;
mod colors;
mod combine;
mod curves;
mod drawing;
mod fields;
mod functions;
mod lists;
mod options;
mod plotting;
mod reading;
mod sampling;
mod space;
mod styles;
#[cfg(test)]
mod tests;
mod words;

use bolt_plot::terminal::{self, Palette, Setting};

use super::Builtin;
use crate::session::{Evaluated, Session};
use crate::symbol::Symbol;
use crate::value::{Call, Value};

use drawing::{Ends, ends, range_of};

pub(crate) use color_functions::apply as apply_color_data;
pub(crate) use words::WORDS;

pub(super) const TABLES: &[&[Builtin]] = &[
    charts::TABLE,
    color_functions::TABLE,
    combine::TABLE,
    curves::TABLE,
    fields::TABLE,
    functions::TABLE,
    lists::TABLE,
    space::TABLE,
];

impl Session {
    /// Gives the names of colours and the options of plots their values.
    pub(crate) fn set_graphics_values(&mut self) {
        colors::set_names(self);
        options::set_defaults(self);
    }

    /// Returns whether an expression is a drawing, or a list that holds one.
    pub fn is_drawing(&self, value: &Value) -> bool {
        drawing::is_drawing(self, value)
    }

    /// Returns a drawing as an SVG document; `None` if the expression is no drawing.
    ///
    /// # Errors
    /// What ends the evaluation of its parts.
    pub fn to_svg(&mut self, value: &Value) -> Evaluated<Option<String>> {
        let figure = drawing::figure(self, value)?;
        Ok(figure.map(|figure| bolt_plot::svg::write(&figure)))
    }

    /// Returns a drawing as a page of HTML; `None` if the expression is no drawing.
    ///
    /// # Errors
    /// What ends the evaluation of its parts.
    pub fn to_html(&mut self, value: &Value) -> Evaluated<Option<String>> {
        let figure = drawing::figure(self, value)?;
        Ok(figure.map(|figure| bolt_plot::svg::page(&figure, "Plot")))
    }

    /// Returns a drawing as lines of text that are no wider than this, with escapes for so many
    /// colours (0, 256 or more); `None` if the expression is no drawing.
    ///
    /// # Errors
    /// What ends the evaluation of its parts.
    pub fn to_text(
        &mut self,
        value: &Value,
        width: usize,
        height: usize,
        colors: usize,
    ) -> Evaluated<Option<String>> {
        let palette = match colors {
            0 => Palette::Plain,
            1..=256 => Palette::Few,
            _ => Palette::Full,
        };
        let figure = drawing::figure(self, value)?;
        Ok(figure.map(|figure| terminal::write(&figure, Setting { width, height, palette })))
    }
}

/// Returns the name of the symbol that is the head of an expression, without its context.
fn head_of<'s>(session: &'s Session, value: &Value) -> Option<&'s str> {
    name_of(session, value.as_call()?.head())
}

/// Returns the name of a symbol, without its context.
fn name_of<'s>(session: &'s Session, value: &Value) -> Option<&'s str> {
    let name = |symbol: Symbol| &*session.names.full(symbol).name;
    value.as_symbol().map(name)
}

/// Returns the arguments, if it is a call of the symbol of this name.
fn args_of<'v>(session: &Session, value: &'v Value, name: &str) -> Option<&'v [Value]> {
    (head_of(session, value) == Some(name)).then(|| value.as_call().map(Call::args)).flatten()
}

/// Returns a list of pairs of machine numbers.
fn points(points: &[[f64; 2]]) -> Value {
    use crate::array::{Dimensions, Elements};
    if points.is_empty() {
        return Value::list(crate::value::Args::new());
    }
    let elements = Elements::Reals(points.iter().flatten().copied().collect());
    Value::array(elements, Dimensions::from([points.len(), 2].as_slice()))
}

/// Returns a pair of machine numbers.
fn pair([x, y]: [f64; 2]) -> Value {
    Value::list([Value::Real(x), Value::Real(y)])
}
