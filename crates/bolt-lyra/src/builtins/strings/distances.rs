//! How far strings and lists are from one another, and what they have in common.

use triomphe::Arc;

use super::integer;
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "EditDistance",
        Attributes::NONE,
        |s, c| measured(s, c, "EditDistance", &|s, a, b| edits(s, a, b, false).map(Some)),
        "EditDistance[u, v] is how many insertions, deletions and substitutions make v of u \
         (Levenshtein); u and v are strings or lists.",
        &[("EditDistance[\"kitten\", \"sitting\"]", "3"), ("EditDistance[{1, 2, 3}, {1, 3}]", "1")],
    ),
    builtin(
        "DamerauLevenshteinDistance",
        Attributes::NONE,
        |s, c| {
            measured(s, c, "DamerauLevenshteinDistance", &|s, a, b| edits(s, a, b, true).map(Some))
        },
        "DamerauLevenshteinDistance[u, v] is how many insertions, deletions, substitutions and \
         exchanges of neighbours make v of u.",
        &[
            ("DamerauLevenshteinDistance[\"ab\", \"ba\"]", "1"),
            ("DamerauLevenshteinDistance[\"abc\", \"b\"]", "2"),
        ],
    ),
    builtin(
        "HammingDistance",
        Attributes::NONE,
        |s, c| measured(s, c, "HammingDistance", &|_, a, b| Ok(hamming(a, b))),
        "HammingDistance[u, v] is at how many places strings or lists of one length differ.",
        &[
            ("HammingDistance[\"karolin\", \"kathrin\"]", "3"),
            ("HammingDistance[{1, 0, 1}, {1, 1, 1}]", "1"),
        ],
    ),
    builtin(
        "LongestCommonSubsequence",
        Attributes::NONE,
        |s, c| common(s, c, true),
        "LongestCommonSubsequence[u, v] is the longest run of neighbours that u and v have in \
         common.",
        &[
            ("LongestCommonSubsequence[\"abcdx\", \"xbcda\"]", "\"bcd\""),
            ("LongestCommonSubsequence[{1, 2, 3}, {2, 3, 4}]", "{2, 3}"),
        ],
    ),
    builtin(
        "LongestCommonSequence",
        Attributes::NONE,
        |s, c| common(s, c, false),
        "LongestCommonSequence[u, v] is the longest sequence, neighbours or not, that u and v have \
         in common in this order.",
        &[
            ("LongestCommonSequence[\"abxcd\", \"aybzcd\"]", "\"abcd\""),
            ("LongestCommonSequence[{1, 5, 2}, {1, 0, 2}]", "{1, 2}"),
        ],
    ),
];

/// The elements of a string, or of a list.
fn elements(value: &Value, ignores_case: bool) -> Option<Vec<Value>> {
    match value {
        Value::String(text) => {
            let text = if ignores_case { text.to_lowercase() } else { text.to_string() };
            Some(text.chars().map(|c| Value::Integer(i64::from(u32::from(c)))).collect())
        }
        _ => value.as_list().map(<[Value]>::to_vec),
    }
}

/// Computes a distance of two sequences.
type Distance<'d> = &'d dyn Fn(&Session, &[Value], &[Value]) -> Evaluated<Option<usize>>;

fn measured(
    session: &mut Session,
    call: &mut Arc<Call>,
    name: &str,
    distance: Distance<'_>,
) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let [a, b] = args else {
        session.wrong_count_of(name, args.len(), 2, 2);
        return Ok(Step::Same);
    };
    if a.as_str().is_some() != b.as_str().is_some() {
        return Ok(Step::Same);
    }
    let ignores_case = options.is_set(session, "IgnoreCase");
    let (Some(left), Some(right)) = (elements(a, ignores_case), elements(b, ignores_case)) else {
        return Ok(Step::Same);
    };
    match distance(session, &left, &right)? {
        Some(distance) => Ok(Step::Done(integer(distance))),
        None => {
            session.message_of(name, "idim", &[a.clone(), b.clone()]);
            Ok(Step::Same)
        }
    }
}

/// The least number of edits, row by row; `exchanges` counts that of neighbours as one.
fn edits(session: &Session, a: &[Value], b: &[Value], exchanges: bool) -> Evaluated<usize> {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        session.check_interrupt()?;
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, right) in b.iter().enumerate() {
            let substituted = last[j] + usize::from(left != right);
            let mut least = substituted.min(last[j + 1] + 1).min(row[j] + 1);
            if exchanges && i > 0 && j > 0 && *left == b[j - 1] && a[i - 1] == *right {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    Ok(last[b.len()])
}

fn hamming(a: &[Value], b: &[Value]) -> Option<usize> {
    (a.len() == b.len()).then(|| a.iter().zip(b).filter(|(a, b)| a != b).count())
}

/// Pairs of elements whose lengths are kept at once.
const PAIRS_MAX: usize = 1 << 28;

fn common(session: &mut Session, call: &Call, neighbours: bool) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let [a, b] = args else { return Ok(Step::Same) };
    let folds = options.is_set(session, "IgnoreCase");
    let (Some(left), Some(right)) = (elements(a, folds), elements(b, folds)) else {
        return Ok(Step::Same);
    };
    let places = match neighbours {
        true => common_run(session, &left, &right)?,
        false if left.len().saturating_mul(right.len()) > PAIRS_MAX => {
            session.message(sym::General, "nomem", &[]);
            return Ok(Step::Same);
        }
        false => common_sequence(session, &left, &right)?,
    };
    Ok(match a {
        Value::String(text) => {
            let all: Vec<char> = text.chars().collect();
            Step::Done(Value::string(places.iter().map(|&place| all[place]).collect::<String>()))
        }
        _ => Step::Done(Value::list(
            places.iter().map(|&place| left[place].clone()).collect::<Args>(),
        )),
    })
}

/// Returns the places in the first of the first of the longest runs that are in both.
fn common_run(session: &Session, a: &[Value], b: &[Value]) -> Evaluated<Vec<usize>> {
    let mut last = vec![0; b.len() + 1];
    let (mut length, mut end) = (0, 0);
    for (i, left) in a.iter().enumerate() {
        session.check_interrupt()?;
        let mut row = vec![0; b.len() + 1];
        for (j, right) in b.iter().enumerate() {
            if left == right {
                row[j + 1] = last[j] + 1;
                if row[j + 1] > length {
                    (length, end) = (row[j + 1], i + 1);
                }
            }
        }
        last = row;
    }
    Ok((end - length..end).collect())
}

/// Returns the places in the first of a longest sequence that is in both.
fn common_sequence(session: &Session, a: &[Value], b: &[Value]) -> Evaluated<Vec<usize>> {
    let width = b.len() + 1;
    let mut lengths = vec![0_u32; (a.len() + 1) * width];
    for (i, left) in a.iter().enumerate().rev() {
        session.check_interrupt()?;
        for (j, right) in b.iter().enumerate().rev() {
            lengths[i * width + j] = match left == right {
                true => lengths[(i + 1) * width + j + 1] + 1,
                false => lengths[(i + 1) * width + j].max(lengths[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j, mut places) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            places.push(i);
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    Ok(places)
}
