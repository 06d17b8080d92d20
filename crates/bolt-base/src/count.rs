//! Counts with their nouns.

/// Returns a count with its noun, whose plural takes an `s`: `1 bar`, `2 bars`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_singular() {
        let cases = [(0, "0 bars"), (1, "1 bar"), (2, "2 bars"), (11, "11 bars")];
        for (count, expected) in cases {
            assert_eq!(counted(count, "bar"), expected);
        }
    }
}
