//! Columns of text.

use std::io::{self, Write};

use super::Style;
use super::fold::fold;

/// A column of a table, by the marks that its title begins with.
#[derive(Debug, Default)]
struct Column {
    title: String,
    /// `>`: it is set to the right.
    is_right: bool,
    /// `?`: it is left out where there is no room for it.
    is_optional: bool,
    /// `~`: it holds words, which are set in several lines where there is no room for one.
    is_text: bool,
}

/// A table whose columns are as wide as what stands in them.
///
/// Where lines have a width that they do not fit in, the column of words becomes narrower, or goes
/// below its rows; then optional columns are left out, beginning with the last, which a line at the
/// end says; what still does not fit is set in several tables, which repeat the columns that name
/// the rows.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    /// Number of columns that name the rows.
    names: usize,
}

/// Columns between two columns.
const GAP: usize = 2;
/// Least width of a column of words beside others.
const TEXT_LEAST: usize = 20;
/// How far words below a row are indented.
const INDENT: usize = 6;

/// What of a table is shown, and how.
#[derive(Debug)]
struct Layout {
    /// The columns beside one another.
    shown: Vec<usize>,
    left_out: Vec<usize>,
    widths: Vec<usize>,
    /// The column of words, if it goes below the rows, and its width.
    below: Option<(usize, usize)>,
}

impl Table {
    /// Returns a table; what a title begins with says how its [`Column`] is set.
    pub(crate) fn new<'a>(titles: impl IntoIterator<Item = &'a str>) -> Self {
        let column = |title: &str| {
            let mut column = Column::default();
            for (at, mark) in title.char_indices() {
                match mark {
                    '>' => column.is_right = true,
                    '?' => column.is_optional = true,
                    '~' => column.is_text = true,
                    _ => {
                        title[at..].clone_into(&mut column.title);
                        break;
                    }
                }
            }
            column
        };
        let columns = titles.into_iter().map(column).collect();
        Self { columns, rows: Vec::new(), names: 1 }
    }

    /// Says how many of the first columns name the rows.
    pub(crate) fn named_by(mut self, columns: usize) -> Self {
        self.names = columns;
        self
    }

    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().collect());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn write(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let layout = self.layout(style.width());
        for (index, block) in self.blocks(&layout, style.width()).iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            let below = layout.below.filter(|_| index == 0);
            self.write_block(out, style, block, &layout.widths, below)?;
        }
        if !layout.left_out.is_empty() {
            let left_out = layout.left_out.iter().rev();
            let mut titles: Vec<&str> =
                left_out.map(|&column| self.columns[column].title.as_str()).collect();
            titles.dedup();
            let text = style.fold(&format!("no room for {}", titles.join(", ")), 2);
            writeln!(out, "{}", style.dim(&text))?;
        }
        Ok(())
    }

    /// Returns the width that each column takes.
    fn widths(&self) -> Vec<usize> {
        let width = |(index, column): (usize, &Column)| {
            let cells = self.rows.iter().filter_map(|row| row.get(index)).map(String::as_str);
            let cells = cells.chain([column.title.as_str()]);
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        self.columns.iter().enumerate().map(width).collect()
    }

    fn layout(&self, room: Option<usize>) -> Layout {
        let widths = self.widths();
        let shown = (0..widths.len()).filter(|&column| widths[column] > 0).collect();
        let mut layout = Layout { shown, left_out: Vec::new(), widths, below: None };
        let Some(room) = room else { return layout };
        let Layout { shown, left_out, widths, below } = &mut layout;
        if let Some(at) = shown.iter().position(|&column| self.columns[column].is_text) {
            let (text, natural) = (shown[at], widths[shown[at]]);
            let beside = room.saturating_sub(total(shown, widths) - natural);
            if beside >= natural.min(TEXT_LEAST) {
                widths[text] = natural.min(beside);
            } else {
                *below = Some((shown.remove(at), room.saturating_sub(INDENT).max(1)));
            }
        }
        while total(shown, widths) > room {
            let last = shown.iter().rposition(|&column| self.columns[column].is_optional);
            let Some(last) = last else { break };
            left_out.push(shown.remove(last));
        }
        layout
    }

    /// Returns the columns of each table.
    fn blocks(&self, layout: &Layout, room: Option<usize>) -> Vec<Vec<usize>> {
        let Layout { shown, widths, .. } = layout;
        let (names, others) = shown.split_at(self.names.min(shown.len()));
        let mut blocks: Vec<Vec<usize>> = Vec::new();
        for &column in others {
            let added = GAP + widths[column];
            let has_room =
                |block: &Vec<usize>| room.is_none_or(|room| total(block, widths) + added <= room);
            match blocks.last_mut().filter(|block| has_room(block)) {
                Some(block) => block.push(column),
                None => blocks.push([names, &[column]].concat()),
            }
        }
        if blocks.is_empty() { vec![names.to_vec()] } else { blocks }
    }

    fn write_block(
        &self,
        out: &mut dyn Write,
        style: Style,
        block: &[usize],
        widths: &[usize],
        below: Option<(usize, usize)>,
    ) -> io::Result<()> {
        let titles: Vec<String> = self.columns.iter().map(|column| column.title.clone()).collect();
        if block.iter().any(|&column| !titles[column].is_empty()) {
            for line in self.lines(&titles, block, widths) {
                writeln!(out, "{}", style.dim(&line))?;
            }
        }
        for row in &self.rows {
            for line in self.lines(row, block, widths) {
                writeln!(out, "{line}")?;
            }
            let words = below.and_then(|(column, width)| Some((row.get(column)?, width)));
            let words = words.filter(|(text, _)| !text.is_empty());
            for line in words.into_iter().flat_map(|(text, width)| fold(text, width, width)) {
                writeln!(out, "{}{line}", " ".repeat(INDENT))?;
            }
        }
        Ok(())
    }

    /// Returns the lines of a row.
    fn lines(&self, row: &[String], block: &[usize], widths: &[usize]) -> Vec<String> {
        let cell = |&column: &usize| {
            let (text, width) = (row.get(column).map_or("", String::as_str), widths[column]);
            match self.columns[column].is_text && text.chars().count() > width {
                true => fold(text, width, width),
                false => vec![text.to_owned()],
            }
        };
        let cells: Vec<Vec<String>> = block.iter().map(cell).collect();
        let count = cells.iter().map(Vec::len).max().unwrap_or(0);
        let line = |index: usize| {
            let mut line = String::new();
            for (cell, &column) in cells.iter().zip(block) {
                let text = cell.get(index).map_or("", String::as_str);
                let padding = " ".repeat(widths[column].saturating_sub(text.chars().count()));
                match self.columns[column].is_right {
                    true => line.extend([padding.as_str(), text]),
                    false => line.extend([text, padding.as_str()]),
                }
                line.push_str(&" ".repeat(GAP));
            }
            line.trim_end().to_owned()
        };
        (0..count).map(line).collect()
    }
}

/// Returns the width of columns beside one another.
fn total(columns: &[usize], widths: &[usize]) -> usize {
    let gaps = GAP * columns.len().saturating_sub(1);
    columns.iter().map(|&column| widths[column]).sum::<usize>() + gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(titles: &[&str], names: usize, rows: &[&[&str]], width: usize, expected: &str) {
        let mut table = Table::new(titles.iter().copied()).named_by(names);
        for row in rows {
            table.push(row.iter().map(|&cell| cell.to_owned()));
        }
        let mut out = Vec::new();
        table.write(&mut out, Style::plain((width > 0).then_some(width))).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected.trim_start_matches('\n'));
    }

    const TRADES: [&str; 5] = ["", ">?size", ">pnl", ">?return %", "?reason"];
    const ROWS: [&[&str]; 2] =
        [&["long", "71.08", "-9.9", "-0.15", "signal"], &["short", "9", "5", "8.05", ""]];

    #[test]
    fn what_fits_is_as_wide_as_it_needs() {
        let whole = "
        size   pnl  return %  reason
long   71.08  -9.9     -0.15  signal
short      9     5      8.05
";
        check(&TRADES, 1, &ROWS, 0, whole);
        check(&TRADES, 1, &ROWS, 36, whole);
        check(&["", ""], 1, &[&["a", "b"]], 0, "a  b\n");
    }

    #[test]
    fn the_last_optional_columns_are_left_out_first() {
        let without_reason = "
        size   pnl  return %
long   71.08  -9.9     -0.15
short      9     5      8.05
no room for reason
";
        check(&TRADES, 1, &ROWS, 35, without_reason);
        check(&TRADES, 1, &ROWS, 28, without_reason);
        let least = "
        pnl
long   -9.9
short     5
no room for
  size, return
  %, reason
";
        check(&TRADES, 1, &ROWS, 14, least);
    }

    #[test]
    fn words_are_set_in_lines_beside_or_below() {
        let row: &[&str] = &["Abs[x]", "9", "The absolute value of a number"];
        let titles = ["name", ">?n", "~what"];
        let lines = "
name    n  what
Abs[x]  9  The absolute value of
           a number
";
        check(&titles, 1, &[row], 32, lines);
        let below = "
name    n
Abs[x]  9
      The absolute value of
      a number
";
        check(&titles, 1, &[row], 28, below);
        let short: [&[&str]; 2] = [&["AAPL", "1", "kept"], &["MSFT", "2", ""]];
        check(&titles, 1, &short, 13, "name  n  what\nAAPL  1  kept\nMSFT  2\n");
        check(&titles, 1, &short, 12, "name  n\nAAPL  1\n      kept\nMSFT  2\n");
    }

    #[test]
    fn what_is_needed_is_set_in_several_tables() {
        let rows: [&[&str]; 2] = [&["-5 %", "95", "1", "2", "3"], &["0 %", "100", "4", "5", "6"]];
        let blocks = "
      spot  -5 %  0 %
-5 %    95     1    2
 0 %   100     4    5

      spot  +5 %
-5 %    95     3
 0 %   100     6
";
        check(&[">", ">spot", ">-5 %", ">0 %", ">+5 %"], 2, &rows, 22, blocks);
        // One column is better than none.
        check(&["", "value"], 1, &[&["name", "wide"]], 5, "      value\nname  wide\n");
    }
}
