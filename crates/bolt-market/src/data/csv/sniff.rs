//! What kind of text a file is: container, byte order mark, preamble, delimiter, decimal mark.

use super::fields::{self, Line};
use crate::data::error::FileFault;

/// How many lines detection looks at.
pub(super) const SAMPLE_LINES: usize = 200;

/// Bytes at the start of files that are not text, what they are, and what to do.
const CONTAINERS: [(&[u8], &str, &str); 12] = [
    (b"\x1f\x8b", "compressed with gzip", "decompress it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard", "decompress it first"),
    (b"BZh", "compressed with bzip2", "decompress it first"),
    (b"\xfd7zXZ", "compressed with xz", "decompress it first"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "unpack it, or export the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "export the sheet as CSV"),
    (b"PAR1", "a Parquet file", "name it `.parquet`"),
    (b"%PDF", "a PDF document", "export the data as CSV"),
    (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
    (b"{", "JSON", "convert it to CSV"),
    (b"[{", "JSON", "convert it to CSV"),
];

/// Returns the length of the byte order mark, after refusing what is not delimited text.
pub(super) fn check_container(bytes: &[u8]) -> Result<usize, FileFault> {
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let text = bytes[mark..].trim_ascii_start();
    if text.is_empty() {
        return Err(FileFault::Empty);
    }
    if let Some(&(_, kind, hint)) = CONTAINERS.iter().find(|(magic, ..)| text.starts_with(magic)) {
        return Err(FileFault::Container { kind, hint });
    }
    let start = text[..text.len().min(64)].to_ascii_lowercase();
    if start.starts_with(b"<!doctype") || start.starts_with(b"<html") || start.starts_with(b"<?xml")
    {
        let hint = "the download probably failed; open it to see why";
        return Err(FileFault::Container { kind: "a web page", hint });
    }
    Ok(mark)
}

/// Returns the fault of the first NUL byte.
pub(super) fn find_nul(bytes: &[u8]) -> Option<FileFault> {
    let at = bytes.iter().position(|&b| b == 0)?;
    let line = 1 + bytes[..at].iter().filter(|&&b| b == b'\n').count() as u64;
    let hint = "fetch it again, or save UTF-16 text as UTF-8";
    Some(FileFault::Binary { line, hint })
}

/// The first lines of the table and what separates its fields.
#[derive(Debug, Clone)]
pub(super) struct Sample<'a> {
    pub(super) delimiter: u8,
    /// The lines of the table, at most [`SAMPLE_LINES`]; the first may be a header.
    pub(super) lines: Vec<Line<'a>>,
}

/// Skips what stands before the table and finds the delimiter.
pub(super) fn sample(
    text: &[u8],
    start: usize,
    skip_lines: usize,
    delimiter: Option<u8>,
) -> Sample<'_> {
    let mut lines: Vec<Line<'_>> = fields::lines(text, start, 1)
        .filter(|line| line.number > skip_lines as u64)
        .skip_while(|line| line.text.starts_with(b"#"))
        .take(SAMPLE_LINES)
        .collect();
    let mut delimiter = delimiter;
    if let Some([b's', b'e', b'p', b'=', named]) = lines.first().map(|line| line.text) {
        delimiter = delimiter.or(Some(*named));
        lines.remove(0);
    }
    let delimiter = delimiter.unwrap_or_else(|| find_delimiter(&lines));
    skip_titles(&mut lines, delimiter);
    Sample { delimiter, lines }
}

/// Drops up to three lines of one field before lines of several: titles and addresses.
fn skip_titles(lines: &mut Vec<Line<'_>>, delimiter: u8) {
    let width = |line: &Line<'_>| fields::split(line.text, delimiter).len();
    let titles = lines.iter().take(3).take_while(|line| width(line) == 1).count();
    if lines.get(titles).is_some_and(|line| width(line) > 1) {
        lines.drain(..titles);
    }
}

/// The delimiters that are looked for. A comma may be a decimal mark, so it comes last.
const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];

/// Returns the first delimiter that all lines have equally often, or else the most frequent one.
fn find_delimiter(lines: &[Line<'_>]) -> u8 {
    let widths = |delimiter: u8| -> Vec<usize> {
        lines.iter().map(|line| fields::split(line.text, delimiter).len() - 1).collect()
    };
    // The first lines may be titles and the last may be cut off.
    let agrees = |delimiter: &u8| {
        let widths = widths(*delimiter);
        let most = widths.last().copied().max(widths.get(widths.len() / 2).copied());
        let most = most.unwrap_or(0);
        most > 0 && widths.iter().filter(|&&width| width == most).count() * 10 >= widths.len() * 8
    };
    let total = |delimiter: &u8| widths(*delimiter).iter().sum::<usize>();
    DELIMITERS
        .into_iter()
        .find(agrees)
        .or_else(|| DELIMITERS.into_iter().max_by_key(total).filter(|d| total(d) > 0))
        .unwrap_or(b',')
}

/// Returns the decimal mark of fields that are not separated by commas: a comma if any field is
/// digits, one comma and digits, and none has a point there.
pub(super) fn find_decimal_mark(rows: &[Vec<&[u8]>], delimiter: u8) -> u8 {
    let has = |mark: u8| rows.iter().flatten().any(|field| is_decimal(field, mark));
    if delimiter != b',' && has(b',') && !has(b'.') { b',' } else { b'.' }
}

fn is_decimal(field: &[u8], mark: u8) -> bool {
    let unsigned = field.strip_prefix(b"-").unwrap_or(field);
    let mut parts = unsigned.split(|&b| b == mark);
    let digits = |part: Option<&[u8]>| {
        part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    digits(parts.next()) && digits(parts.next()) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, delimiter: u8, decimal_mark: u8, first: &str) {
        let sample = sample(text.as_bytes(), 0, 0, None);
        assert_eq!(char::from(sample.delimiter), char::from(delimiter), "{text}");
        assert_eq!(sample.lines[0].text, first.as_bytes(), "{text}");
        let rows: Vec<_> =
            sample.lines.iter().map(|line| fields::split(line.text, delimiter)).collect();
        assert_eq!(find_decimal_mark(&rows, delimiter), decimal_mark, "{text}");
    }

    #[test]
    fn delimiters_and_decimal_marks() {
        check("a,b\n1.5,2\n", b',', b'.', "a,b");
        check("a;b;c\n1,5;2,5;3\n1,5;2;4", b';', b',', "a;b;c");
        check("a\tb\n2020-01-01\t1.5\n", b'\t', b'.', "a\tb");
        check("a|b\n1|2", b'|', b'.', "a|b");
        check("2020.01.01;1,5\n2020.01.02;1,5\n", b';', b',', "2020.01.01;1,5");
        check("\"a;b\",c\n\"x;y\",1\n\"z\",2", b',', b'.', "\"a;b\",c");
    }

    #[test]
    fn what_stands_before_the_table_is_skipped() {
        check("# made by hand\n\nts,close\n1,2\n", b',', b'.', "ts,close");
        check("https://example.com\nts,close\n1,2\n", b',', b'.', "ts,close");
        check("sep=;\nts;close\n1;2\n", b';', b'.', "ts;close");
        let skipped = sample(b"x,y\nts,close\n1,2\n", 0, 1, None);
        assert_eq!(skipped.lines[0].text, b"ts,close");
    }

    #[test]
    fn what_is_not_text_is_named() {
        let kind = |bytes: &[u8]| check_container(bytes).unwrap_err().to_string();
        assert!(kind(b"\x1f\x8b\x08").contains("gzip"));
        assert!(kind(b"PK\x03\x04rest").contains("Excel"));
        assert!(kind(b"\xff\xfet\0s\0").contains("UTF-16"));
        assert!(kind(b"<!DOCTYPE html><html>").contains("web page"));
        assert!(kind(b"  \r\n").contains("empty"));
        assert_eq!(check_container(b"\xef\xbb\xbfts,close"), Ok(3));
        assert_eq!(
            find_nul(b"ts\nab\0"),
            Some(FileFault::Binary {
                line: 2,
                hint: "fetch it again, or save UTF-16 text as UTF-8"
            })
        );
    }
}
