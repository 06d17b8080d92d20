//! Whether the end of a file looks cut off.
//!
//! A last line without a line end is legal, and many programs write one. A line cut inside its last
//! number is the same to a parser: `1.5` is left of `1.52`, and `9` of `91234`. What can be told is
//! a last number that is shorter than every other in its column, as it is when the cut takes away
//! more than the digits in which numbers differ anyway. It is accepted and said, not refused: a
//! price may fall to one digit less on the last bar.

/// Rows that must be longer for a last one to be called short.
const ROWS_LEAST: usize = 10;

/// Returns whether the text ends without a line end, in a field shorter than the last one of every
/// other line that is not blank.
pub(super) fn is_short(text: &[u8], delimiter: u8) -> bool {
    let mut lines = text.split(|&byte| byte == b'\n').rev();
    let length = |line: &[u8]| {
        let begin = line.iter().rposition(|&byte| byte == delimiter).map_or(0, |at| at + 1);
        line[begin..].trim_ascii().len()
    };
    let Some(last) = lines.next().filter(|line| !line.trim_ascii().is_empty()) else {
        return false;
    };
    let last = length(last);
    let mut rows = 0;
    for line in lines.filter(|line| !line.trim_ascii().is_empty()) {
        if length(line) <= last {
            return false;
        }
        rows += 1;
    }
    rows >= ROWS_LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(end: &str, expected: bool) {
        let rows: String = (10..25).map(|day| format!("2024-01-{day},7,{day}.25\n")).collect();
        assert_eq!(is_short(format!("{rows}{end}").as_bytes(), b','), expected, "{end:?}");
    }

    #[test]
    fn a_number_shorter_than_all_others_at_the_end() {
        check("2024-01-25,7,25.2", true);
        check("2024-01-25,7,2", true);
        check("2024-01-25,7,", true);
        check("2024-01-25,7,25.2  ", true);
        check("2024-01-25,7,25.25", false);
        check("2024-01-25,7,25.2\n", false);
        check("2024-01-25,7,25.2\r\n", false);
        check("", false);
    }

    #[test]
    fn few_rows_tell_nothing() {
        assert!(!is_short(b"1,22\n2,22\n3,2", b','));
        assert!(!is_short(b"", b','));
    }
}
