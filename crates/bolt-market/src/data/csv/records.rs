//! Small tables of words and numbers: contracts, positions, prices.
//!
//! Unlike bars, such a table has no times to be in order by; its columns are found by name, and a
//! cell is parsed by whoever knows what it means.

use std::borrow::Cow;
use std::io::Write as _;
use std::path::Path;

use bolt_base::nearest;

use super::fields::{is_missing, lines, split};
use super::sniff::{check_container, find_nul};
use super::write::quoted;
use crate::data::error::{DataError, FileFault, RowFault, RowFaultKind, RowFaults};
use crate::data::files::{FileBytes, replace};

/// A delimited text with a header.
pub struct Records {
    file: String,
    bytes: FileBytes,
    /// Where the rows begin, and the number of their first line.
    body: (usize, u64),
    delimiter: u8,
    columns: Vec<String>,
}

/// A column of [`Records`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordColumn(usize);

/// A row of [`Records`].
#[derive(Debug)]
pub struct Record<'a> {
    line: u64,
    columns: &'a [String],
    cells: Vec<Cow<'a, str>>,
}

impl Records {
    /// Opens a file. The delimiter is the first of tab, `;`, `|` and `,` that the header has.
    /// Names of columns count in lower case, with `_` for a blank.
    ///
    /// # Errors
    /// If the file cannot be read, is not text, is empty, or names a column twice.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        Self::new(&path.display().to_string(), FileBytes::open(path)?)
    }

    fn new(file: &str, bytes: FileBytes) -> Result<Self, DataError> {
        let at_file = |fault| DataError::file(file, fault);
        let mark = check_container(&bytes).map_err(at_file)?;
        find_nul(&bytes).map_or(Ok(()), |fault| Err(at_file(fault)))?;
        let header = lines(&bytes, mark, 1).next().ok_or_else(|| at_file(FileFault::Empty))?;
        let delimiter = *b"\t;|,".iter().find(|byte| header.text.contains(byte)).unwrap_or(&b',');
        let name = |cell: &[u8]| String::from_utf8_lossy(cell).to_lowercase().replace(' ', "_");
        let columns: Vec<String> = split(header.text, delimiter).into_iter().map(name).collect();
        for (second, name) in columns.iter().enumerate() {
            if let Some(first) = columns[..second].iter().position(|other| other == name) {
                let (first, second, name) = (first + 1, second + 1, name.clone());
                return Err(at_file(FileFault::DuplicateColumn {
                    name,
                    first,
                    second,
                    by_option: false,
                }));
            }
        }
        let start = bytes.len().min(header.start + end_of_line(&bytes[header.start..]) + 1);
        let body = (start, header.number + 1);
        Ok(Self { file: file.to_owned(), bytes, body, delimiter, columns })
    }

    /// Returns the names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Returns the first column that has one of the names.
    pub fn column(&self, names: &[&str]) -> Option<RecordColumn> {
        self.columns.iter().position(|name| names.contains(&name.as_str())).map(RecordColumn)
    }

    /// Returns the first column that has one of the names, the first of which is the usual one.
    ///
    /// # Errors
    /// If there is none.
    pub fn required(&self, names: &[&str]) -> Result<RecordColumn, DataError> {
        self.column(names).ok_or_else(|| {
            let columns = self.columns.iter().map(String::as_str);
            let fault = FileFault::NoColumn {
                name: names.first().copied().unwrap_or_default().to_owned(),
                suggestion: names
                    .iter()
                    .find_map(|name| nearest(name, columns.clone()))
                    .map(str::to_owned),
                columns: self.columns.clone(),
                by_option: false,
            };
            DataError::file(&self.file, fault)
        })
    }

    /// Parses every row that is not blank.
    ///
    /// # Errors
    /// If rows have more or fewer cells than the header, or `parse` refuses them; all are looked
    /// at, and the first faults told. If there is no row.
    pub fn parse<T>(
        &self,
        mut parse: impl FnMut(&Record<'_>) -> Result<T, RowFault>,
    ) -> Result<Vec<T>, DataError> {
        let (mut rows, mut first, mut count) = (Vec::new(), Vec::new(), 0);
        for line in lines(&self.bytes, self.body.0, self.body.1) {
            match self.record(line.text, line.number).and_then(|record| parse(&record)) {
                Ok(row) => rows.push(row),
                Err(fault) => {
                    count += 1;
                    if first.len() < RowFaults::MAX {
                        first.push(fault);
                    }
                }
            }
        }
        if count > 0 {
            return Err(RowFaults { file: self.file.clone(), unit: "line", first, count }.into());
        }
        if rows.is_empty() {
            return Err(DataError::file(&self.file, FileFault::HeaderOnly));
        }
        Ok(rows)
    }

    fn record<'a>(&'a self, text: &'a [u8], line: u64) -> Result<Record<'a>, RowFault> {
        let cells: Vec<Cow<'_, str>> =
            split(text, self.delimiter).into_iter().map(String::from_utf8_lossy).collect();
        let (expected, found) = (self.columns.len(), cells.len());
        let columns = &self.columns;
        if expected != found {
            let last = (expected.min(found)).saturating_sub(1);
            let value = cells.last().map(ToString::to_string).unwrap_or_default();
            let reason = format!("is the last of {found} fields where {expected} were expected");
            let kind = RowFaultKind::Refused(reason);
            return Err(RowFault { line, column: columns[last].clone(), value, kind });
        }
        Ok(Record { line, columns, cells })
    }
}

fn end_of_line(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len())
}

impl Record<'_> {
    /// Parses a cell; `None` if it is blank or a word for nothing, such as `nan`.
    ///
    /// # Errors
    /// If `parse` refuses the cell. Its reason reads on after the cell: `is not a date`.
    pub fn optional<T>(
        &self,
        column: RecordColumn,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, RowFault> {
        let cell = &self.cells[column.0];
        if is_missing(cell.as_bytes()) {
            return Ok(None);
        }
        parse(cell).map(Some).map_err(|reason| {
            // A reason that names the value would name it twice.
            let named = format!("`{cell}` ");
            self.fault(column, reason.strip_prefix(&named).unwrap_or(&reason))
        })
    }

    /// Parses a cell that must not be blank.
    ///
    /// # Errors
    /// If it is, or `parse` refuses it.
    pub fn get<T>(
        &self,
        column: RecordColumn,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, RowFault> {
        self.optional(column, parse)?.ok_or_else(|| self.fault(column, "is no value"))
    }

    /// Returns the fault of a cell; the reason reads on after the cell: `is not a date`.
    pub fn fault(&self, column: RecordColumn, reason: &str) -> RowFault {
        RowFault {
            line: self.line,
            column: self.columns[column.0].clone(),
            value: self.cells[column.0].to_string(),
            kind: RowFaultKind::Refused(reason.to_owned()),
        }
    }
}

/// Writes rows of cells below a header as comma-separated text, replacing the file whole.
///
/// # Errors
/// If the file cannot be written.
pub fn write_records<R: IntoIterator<Item = String>>(
    path: &Path,
    header: &[&str],
    rows: impl IntoIterator<Item = R>,
) -> Result<(), DataError> {
    replace(path, |writer| {
        writeln!(writer, "{}", header.join(","))?;
        for row in rows {
            let cells: Vec<String> = row.into_iter().map(|cell| quoted(&cell, ',')).collect();
            writeln!(writer, "{}", cells.join(","))?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Result<Records, DataError> {
        Records::new("t.csv", FileBytes::Read(text.as_bytes().to_vec()))
    }

    fn number(text: &str) -> Result<f64, String> {
        text.parse().map_err(|_| format!("`{text}` is not a number"))
    }

    fn pairs(text: &str) -> Result<Vec<(String, Option<f64>)>, DataError> {
        let records = records(text)?;
        let (name, value) = (records.required(&["name"])?, records.required(&["value", "x"])?);
        records.parse(|row| {
            Ok((row.get(name, |text| Ok(text.to_owned()))?, row.optional(value, number)?))
        })
    }

    #[test]
    fn columns_are_found_by_name_under_any_delimiter() {
        let expected = vec![("a,b".to_owned(), Some(1.5)), ("c".to_owned(), None)];
        for text in [
            "name,x\n\"a,b\",1.5\nc,\n",
            "\u{feff}X;extra;Name\r\n1.5;;a,b\r\n\r\nnan;;c",
            "value\tNAME\n1.5\ta,b\n-\tc\n",
        ] {
            assert_eq!(pairs(text).unwrap(), expected, "{text}");
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let message = pairs(text).unwrap_err().to_string();
        for part in expected {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
    }

    #[test]
    fn a_fault_says_where_it_is() {
        check(
            "name,x\na,1\n\nb,two\nc,3,4\n,5\n",
            &[
                "t.csv",
                "3 faults",
                "line 4, column `x`: `two` is not a number\n",
                "line 5, column `x`: `4` is the last of 3 fields where 2 were expected",
                "line 6, column `name`: `` is no value",
            ],
        );
        check("name,vaule\na,1\n", &["no column `value`", "did you mean `vaule`"]);
        check("name,name\na,1\n", &["columns 1 and 2", "`name`"]);
        check("name,x\n", &["a header and no rows"]);
        check("\n \n", &["empty"]);
        check("name,x\na,\0\n", &["NUL"]);
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let rows = [["a,\"b".to_owned(), "1.5".to_owned()], ["c".to_owned(), String::new()]];
        write_records(&path, &["name", "value"], rows).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "name,value\n\"a,\"\"b\",1.5\nc,\n");
        assert_eq!(Records::open(&path).unwrap().columns(), ["name", "value"]);
    }
}
