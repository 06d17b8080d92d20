//! Lines of a width.

/// Breaks text between words into a first line of at most `first` characters and others of at most
/// `rest`, both at least one. A word that is longer than a line is broken, too.
pub(super) fn fold(text: &str, first: usize, rest: usize) -> Vec<String> {
    let words = text.trim_start_matches(' ');
    let indent = text.len() - words.len();
    let (mut lines, mut length) = (vec![" ".repeat(indent)], indent);
    for (index, word) in words.split(' ').enumerate() {
        let room = if lines.len() == 1 { first } else { rest };
        if index > 0 && length + 1 + word.chars().count() > room {
            lines.push(String::new());
            length = 0;
        } else if index > 0 {
            append(&mut lines, " ");
            length += 1;
        }
        for letter in word.chars() {
            let room = if lines.len() == 1 { first } else { rest };
            if length >= room {
                lines.push(String::new());
                length = 0;
            }
            append(&mut lines, letter.encode_utf8(&mut [0; 4]));
            length += 1;
        }
    }
    lines
}

fn append(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, first: usize, rest: usize, expected: &[&str]) {
        assert_eq!(fold(text, first, rest), expected, "{text}");
    }

    #[test]
    fn lines_end_between_words() {
        check("", 5, 5, &[""]);
        check("one two", 7, 7, &["one two"]);
        check("one two", 6, 6, &["one", "two"]);
        check("one two three", 7, 5, &["one two", "three"]);
        check("a  b", 9, 9, &["a  b"]);
        check("  one two", 5, 3, &["  one", "two"]);
        check("äöü ßé", 3, 3, &["äöü", "ßé"]);
    }

    #[test]
    fn words_without_room_are_broken() {
        check("abcdefg", 3, 3, &["abc", "def", "g"]);
        check("ab cdefg", 4, 3, &["ab", "cde", "fg"]);
        check("    abc", 2, 2, &["    ", "ab", "c"]);
    }

    #[test]
    fn no_line_is_too_long_and_no_letter_lost() {
        let text = "Moving average convergence/divergence: the fast EMA less the slow one, äöü";
        for first in 1..80 {
            for rest in [1, 2, 7, 30] {
                let lines = fold(text, first, rest);
                assert!(lines[0].chars().count() <= first, "{first} {rest}");
                assert!(lines[1..].iter().all(|line| line.chars().count() <= rest));
                let letters = |text: &str| text.replace(' ', "");
                assert_eq!(letters(&lines.concat()), letters(text));
            }
        }
    }
}
