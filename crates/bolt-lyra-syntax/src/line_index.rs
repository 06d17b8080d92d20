//! Byte offsets as lines and columns.

/// The line starts of a source, to turn offsets into lines and columns.
#[derive(Debug, Clone)]
pub struct LineIndex<'s> {
    source: &'s str,
    starts: Vec<u32>,
}

/// A place in a source as people count: from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl<'s> LineIndex<'s> {
    /// Finds the lines of `source`, which end in `\n`, `\r\n` or `\r`.
    pub fn new(source: &'s str) -> Self {
        let bytes = source.as_bytes();
        let ends = |i: &usize| match bytes[*i] {
            b'\n' => true,
            b'\r' => bytes.get(i + 1) != Some(&b'\n'),
            _ => false,
        };
        let after = (0..bytes.len()).filter(ends).map(|i| i as u32 + 1);
        Self { source, starts: std::iter::once(0).chain(after).collect() }
    }

    /// Returns the line and column of the character at or around a byte offset; past the end, those
    /// of the end.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let mut offset = (offset as usize).min(self.source.len());
        while !self.source.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= offset);
        let start = self.starts[line - 1] as usize;
        let column = self.source[start..offset].chars().count() + 1;
        LineColumn { line: line as u32, column: column as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, offset: u32, expected: (u32, u32)) {
        let place = LineIndex::new(source).line_column(offset);
        assert_eq!((place.line, place.column), expected, "offset {offset} of {source:?}");
    }

    #[test]
    fn counts_lines_and_characters_from_one() {
        check("", 0, (1, 1));
        check("ab\ncd", 0, (1, 1));
        check("ab\ncd", 2, (1, 3));
        check("ab\ncd", 3, (2, 1));
        check("ab\r\ncd\re", 4, (2, 1));
        check("ab\r\ncd\re", 7, (3, 1));
        check("αβ\nγδ", 2, (1, 2));
        check("αβ\nγδ", 3, (1, 2));
        check("αβ\nγδ", 7, (2, 2));
        check("a", 9, (1, 2));
    }
}
