//! "Did you mean": the nearest known word to a mistyped one.

/// Returns the candidate nearest to `word`, if one is near enough to be a likely typing error.
///
/// Distance is the number of single-character insertions, deletions, substitutions and swaps of
/// neighbours, ignoring case (Damerau 1964); near enough is at most a third of the word's length,
/// and at least one. The first of equally near candidates wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let limit = (word.len() / 3).max(1);
    // A distance is at least the difference of lengths.
    let may_be_near = |candidate: &&str| candidate.chars().count().abs_diff(word.len()) <= limit;
    candidates
        .into_iter()
        .filter(may_be_near)
        .map(|candidate| {
            let lower: Vec<char> = candidate.to_lowercase().chars().collect();
            (distance(&word, &lower), candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitute = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = substitute.min(last[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if swapped {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: Option<&str>) {
        assert_eq!(nearest(word, ["TsMean", "TsMax", "close", "open", "SMA"]), expected, "{word}");
    }

    #[test]
    fn finds_likely_typing_errors_only() {
        check("TsMaen", Some("TsMean"));
        check("tsmax", Some("TsMax"));
        check("clsoe", Some("close"));
        check("SNA", Some("SMA"));
        check("opne", Some("open"));
        check("zzzzzz", None);
        check("", None);
    }
}
