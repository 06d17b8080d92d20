//! Tables to delimited text.

use std::io::{self, Write};
use std::path::Path;

use bolt_base::UnixNanos;

use crate::data::date::Date;
use crate::data::error::DataError;
use crate::data::files::replace;
use crate::data::load::Dataset;
use crate::data::table::Table;

/// Writes data as delimited text, replacing the file whole.
///
/// The first column is `ts`: a date where all times are midnight, else a date and time, with `Z`
/// unless the source had no zone. Values have the fewest digits that give them back to the bit, and
/// NaN is an empty field. A panel is written one row an asset and time, with a column `symbol`.
///
/// # Errors
/// If the file cannot be written, or a panel has a universe, which has no place in such a file.
pub fn write(path: impl AsRef<Path>, data: &Dataset, delimiter: u8) -> Result<(), DataError> {
    let table = Table::of(data)?;
    replace(path.as_ref(), |writer| write_table(&table, writer, char::from(delimiter)))
}

fn write_table(table: &Table<'_>, writer: &mut impl Write, delimiter: char) -> io::Result<()> {
    writer.write_all(b"ts")?;
    let symbol = table.symbols.iter().map(|_| "symbol");
    for name in symbol.chain(table.columns.iter().map(|(name, _)| *name)) {
        write!(writer, "{delimiter}{}", quoted(name, delimiter))?;
    }
    let mut times = TimeWriter::new(table);
    for (row, at) in table.times.iter().enumerate() {
        writer.write_all(b"\n")?;
        times.write(writer, *at)?;
        if let Some((names, numbers)) = &table.symbols {
            write!(writer, "{delimiter}{}", quoted(&names[numbers[row] as usize], delimiter))?;
        }
        for (_, values) in &table.columns {
            match values[row] {
                value if value.is_nan() => write!(writer, "{delimiter}")?,
                // Whole numbers without a point; no long runs of zeros.
                value if value.fract() == 0.0 && value.abs() < 1e15 => {
                    write!(writer, "{delimiter}{value}")?;
                }
                value => write!(writer, "{delimiter}{value:?}")?,
            }
        }
    }
    writer.write_all(b"\n")
}

/// Puts a name in quotes if it would be taken for more than one field.
pub(super) fn quoted(name: &str, delimiter: char) -> String {
    if name.contains([delimiter, '"', '\n']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}

/// Writes times in one form, and keeps the text of the last date.
struct TimeWriter {
    dates_only: bool,
    is_naive: bool,
    date: Date,
    text: String,
}

impl TimeWriter {
    fn new(table: &Table<'_>) -> Self {
        let is_midnight = |at: &UnixNanos| at.nanos_of_day() == 0;
        let is_naive = table.is_naive();
        let dates_only = is_naive && table.times.iter().all(is_midnight);
        Self { dates_only, is_naive, date: Date::default(), text: String::new() }
    }

    fn write(&mut self, writer: &mut impl Write, at: UnixNanos) -> io::Result<()> {
        let date = Date::of_local(at.0);
        if self.text.is_empty() || date != self.date {
            (self.date, self.text) = (date, date.to_string());
        }
        writer.write_all(self.text.as_bytes())?;
        if self.dates_only {
            return Ok(());
        }
        let nanos = at.nanos_of_day();
        let seconds = nanos / 1_000_000_000;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let between = if self.is_naive { ' ' } else { 'T' };
        write!(writer, "{between}{hour:02}:{minute:02}:{second:02}")?;
        match nanos % 1_000_000_000 {
            0 => {}
            part if part % 1_000_000 == 0 => write!(writer, ".{:03}", part / 1_000_000)?,
            part => write!(writer, ".{part:09}")?,
        }
        if self.is_naive { Ok(()) } else { writer.write_all(b"Z") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Bars, Column, LoadOptions, Panel, TimeSource, Zone, load};
    use proptest::prelude::*;

    fn bars(times: &[i64], close: &[f64]) -> Bars {
        let times: Vec<UnixNanos> = times.iter().copied().map(UnixNanos).collect();
        let x: Column = close.iter().map(|v| if *v > 2.0 { f64::NAN } else { -v }).collect();
        let columns = [("close".to_owned(), close.to_vec().into()), ("x \"y\",z".to_owned(), x)];
        Bars::new("A", times, columns).unwrap()
    }

    fn text(data: &Dataset, delimiter: u8) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.csv");
        write(&path, data, delimiter).unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn times_and_values_have_their_shortest_form() {
        let day = UnixNanos::DAY;
        let data = Dataset::Bars(bars(&[0, day], &[1.5, 2e20]));
        assert_eq!(
            text(&data, b','),
            "ts,close,\"x \"\"y\"\",z\"\n1970-01-01,1.5,-1.5\n1970-01-02,2e20,\n"
        );
        let data = Dataset::Bars(bars(&[1, day + 3_000_000], &[1.0, 0.1]));
        let expected = "1970-01-01 00:00:00.000000001\t1\t-1\n1970-01-02 00:00:00.003\t0.1\t-0.1\n";
        assert_eq!(text(&data, b'\t').split_once('\n').unwrap().1, expected);
        let mut zoned = bars(&[0, day / 2], &[1.0, 2.0]);
        zoned.basis.source = TimeSource::Instant;
        zoned.basis.zone = Zone::named("Asia/Tokyo").unwrap();
        assert!(text(&Dataset::Bars(zoned), b',').contains("\n1970-01-01T12:00:00Z,2,-2\n"));
    }

    #[test]
    fn a_panel_is_written_as_rows() {
        let all =
            [bars(&[1, 2], &[1.0, 2.0]).with_symbol("A"), bars(&[2], &[1.5]).with_symbol("B")];
        let panel = Panel::align(&all).unwrap();
        let directory = tempfile::tempdir().unwrap();
        for name in ["x.csv", "x.tsv", "x.bolt"] {
            let path = directory.path().join(name);
            crate::data::write(&path, &Dataset::Panel(panel.clone())).unwrap();
            let back = load(&path, &LoadOptions::default()).unwrap().into_panel().unwrap();
            let expected: Vec<f64> = panel.field("close").unwrap().to_vec();
            let found: Vec<f64> = back.field("close").unwrap().to_vec();
            assert!(expected.iter().zip(&found).all(|(a, b)| a.to_bits() == b.to_bits()), "{name}");
        }
        assert!(
            crate::data::write(directory.path().join("x.doc"), &Dataset::Panel(panel)).is_err()
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_to_the_bit(
            rows in prop::collection::btree_map(any::<i64>(), any::<f64>(), 1..50)
        ) {
            let rows: Vec<(i64, f64)> = rows
                .into_iter()
                .map(|(at, value)| (at / 2, value.abs()))
                .filter(|(_, value)| value.is_finite() && *value > 0.0)
                .collect();
            prop_assume!(!rows.is_empty() && rows.windows(2).all(|pair| pair[0].0 < pair[1].0));
            let times: Vec<UnixNanos> = rows.iter().map(|(at, _)| UnixNanos(*at)).collect();
            let close: Column = rows.iter().map(|(_, value)| *value).collect();
            let before = Bars::new("x", times, [("close".to_owned(), close)]).unwrap();
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("x.csv");
            write(&path, &Dataset::Bars(before.clone()), b',').unwrap();
            let back = load(&path, &LoadOptions::default()).unwrap().into_bars().unwrap();
            prop_assert_eq!(back.content_hash(), before.content_hash());
        }
    }
}
