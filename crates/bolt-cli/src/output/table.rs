//! Columns of text.

use std::io::{self, Write};

use super::Style;

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}

/// A table whose columns are as wide as what stands in them.
#[derive(Debug, Default)]
pub(crate) struct Table {
    header: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Returns a table; titles that begin with `>` are of columns set to the right.
    pub(crate) fn new<'a>(titles: impl IntoIterator<Item = &'a str>) -> Self {
        let column = |title: &str| match title.strip_prefix('>') {
            Some(title) => (title.to_owned(), Align::Right),
            None => (title.to_owned(), Align::Left),
        };
        Self { header: titles.into_iter().map(column).collect(), rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().collect());
    }

    pub(crate) fn write(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let widths: Vec<usize> = (0..self.header.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column)).map(String::as_str);
                let cells = cells.chain([self.header[column].0.as_str()]);
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let titles: Vec<String> = self.header.iter().map(|(title, _)| title.clone()).collect();
        if titles.iter().any(|title| !title.is_empty()) {
            writeln!(out, "{}", style.dim(&self.line(&titles, &widths)))?;
        }
        for row in &self.rows {
            writeln!(out, "{}", self.line(row, &widths))?;
        }
        Ok(())
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, width), (_, align)) in cells.iter().zip(widths).zip(&self.header) {
            let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
            match align {
                Align::Right => line.push_str(&format!("{padding}{cell}")),
                Align::Left => line.push_str(&format!("{cell}{padding}")),
            }
            line.push_str("  ");
        }
        line.trim_end().to_owned()
    }
}
