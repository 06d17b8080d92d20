//! Counts as people read them.

/// Returns a count with separators: `12,345`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Returns a count with its noun, whose plural takes an `s`: `1 bar`, `2,000 bars`.
pub fn counted(value: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(value), if value == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::{count, counted};

    #[test]
    fn thousands_are_separated() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")];
        for (value, expected) in cases {
            assert_eq!(count(value), expected);
        }
    }

    #[test]
    fn one_is_singular() {
        let cases = [(0, "0 bars"), (1, "1 bar"), (2, "2 bars"), (2_000, "2,000 bars")];
        for (value, expected) in cases {
            assert_eq!(counted(value, "bar"), expected);
        }
    }
}
