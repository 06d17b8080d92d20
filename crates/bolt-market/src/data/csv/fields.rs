//! Lines and fields of delimited text, where the quick reader does not apply.

/// A field: its content without quotes and surrounding blanks, and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// The content.
    pub(super) content: &'a [u8],
    /// The position of the delimiter or line end behind it, or the length of the text.
    pub(super) end: usize,
    /// Whether a quote opens the field and its line does not close it.
    pub(super) open_quote: bool,
}

/// Returns the field at `at`.
pub(super) fn field_at(text: &[u8], at: usize, delimiter: u8) -> Field<'_> {
    let rest = &text[at..];
    let blanks = rest.iter().take_while(|&&b| b == b' ' && b != delimiter).count();
    if rest.get(blanks) == Some(&b'"') {
        return quoted_field(text, at + blanks + 1, delimiter);
    }
    let end = at + end_of_field(rest, delimiter);
    Field { content: text[at..end].trim_ascii(), end, open_quote: false }
}

/// Returns the quoted field whose content begins at `at`. A doubled quote inside is content.
fn quoted_field(text: &[u8], at: usize, delimiter: u8) -> Field<'_> {
    let mut close = at;
    loop {
        match text.get(close) {
            Some(b'"') if text.get(close + 1) == Some(&b'"') => close += 2,
            Some(b'"') => break,
            None | Some(b'\n') => {
                return Field { content: &text[at..close], end: close, open_quote: true };
            }
            Some(_) => close += 1,
        }
    }
    let end = close + 1 + end_of_field(&text[close + 1..], delimiter);
    let open_quote = !text[close + 1..end].trim_ascii().is_empty();
    Field { content: text[at..close].trim_ascii(), end, open_quote }
}

fn end_of_field(text: &[u8], delimiter: u8) -> usize {
    text.iter().position(|&b| b == delimiter || b == b'\n').unwrap_or(text.len())
}

/// Returns the contents of a line's fields.
pub(super) fn split(line: &[u8], delimiter: u8) -> Vec<&[u8]> {
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let field = field_at(line, at, delimiter);
        fields.push(field.content);
        if field.end >= line.len() || line[field.end] == b'\n' {
            return fields;
        }
        at = field.end + 1;
    }
}

/// A line that is not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Its text without the line end.
    pub(super) text: &'a [u8],
    /// Its number in the file, counted from 1.
    pub(super) number: u64,
    /// Where it begins in the file.
    pub(super) start: usize,
}

/// Returns the lines from byte `start` on, which is line `number`, without blank ones.
pub(super) fn lines(text: &[u8], start: usize, number: u64) -> impl Iterator<Item = Line<'_>> {
    let begin = move |at: &mut usize, line: &[u8]| {
        let start = *at;
        *at += line.len() + 1;
        start
    };
    text.get(start..)
        .unwrap_or_default()
        .split(|&b| b == b'\n')
        .scan(start, move |at, line| Some((begin(at, line), line)))
        .zip(number..)
        .map(|((start, line), number)| Line { text: line.trim_ascii_end(), number, start })
        .filter(|line| !line.text.trim_ascii().is_empty())
}

/// Returns whether a field says that there is no value.
pub(super) fn is_missing(field: &[u8]) -> bool {
    const WORDS: [&[u8]; 9] = [b"", b"nan", b"na", b"n/a", b"#n/a", b"null", b"none", b"-", b"nil"];
    field.len() <= 4 && WORDS.iter().any(|word| field.eq_ignore_ascii_case(word))
}

/// Returns the value of `true` and `false`.
pub(super) fn parse_truth(field: &[u8]) -> Option<f64> {
    let is = |word: &str| field.eq_ignore_ascii_case(word.as_bytes());
    if is("true") { Some(1.0) } else { is("false").then_some(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        let fields = split(line.as_bytes(), b',');
        let fields: Vec<&str> = fields.iter().map(|f| std::str::from_utf8(f).unwrap()).collect();
        assert_eq!(fields, expected, "{line}");
    }

    #[test]
    fn fields_with_and_without_quotes() {
        check("a,b", &["a", "b"]);
        check("a, b ,", &["a", "b", ""]);
        check("", &[""]);
        check(r#""a,b",c"#, &["a,b", "c"]);
        check(r#" "a" , c"#, &["a", "c"]);
        check(r#""a ""b"" c",d"#, &[r#"a ""b"" c"#, "d"]);
        check("a\r", &["a"]);
        assert!(field_at(br#""open,b"#, 0, b',').open_quote);
        assert!(field_at(b"\"open\nb\"", 0, b',').open_quote);
        assert!(field_at(br#""a"b,c"#, 0, b',').open_quote);
        assert_eq!(split(b"a\tb\t", b'\t'), [&b"a"[..], b"b", b""]);
        assert_eq!(split(b"a b", b' '), [b"a", b"b"]);
    }

    #[test]
    fn blank_lines_keep_the_numbers_of_the_others() {
        let text = b"a\n\n  \r\nb\r\nc";
        let found: Vec<_> = lines(text, 0, 1).map(|l| (l.text, l.number, l.start)).collect();
        assert_eq!(found, [(&b"a"[..], 1, 0), (b"b", 4, 7), (b"c", 5, 10)]);
        assert_eq!(lines(text, 99, 1).count(), 0);
    }

    #[test]
    fn words_for_nothing() {
        assert!(["", "NaN", "null", "N/A", "-"].iter().all(|word| is_missing(word.as_bytes())));
        assert!(!is_missing(b"0") && !is_missing(b"nothing"));
        assert_eq!(
            (parse_truth(b"True"), parse_truth(b"FALSE"), parse_truth(b"t")),
            (Some(1.0), Some(0.0), None)
        );
    }

    proptest! {
        #[test]
        fn any_line_is_split(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let delimiters = bytes.iter().filter(|&&b| b == b',').count();
            prop_assert!(split(&bytes, b',').len() <= delimiters + 1);
        }
    }
}
