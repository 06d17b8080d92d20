//! Runs of neighbouring elements that match a pattern of a list.

use triomphe::Arc;

use super::super::options::Options;
use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::{Rule, sides};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "SequenceCases",
        Attributes::NONE,
        cases,
        "SequenceCases[list, p] lists the runs of neighbouring elements that match the list p, the longest at each place; SequenceCases[list, p -> e] gives e for each; a third argument is how many at most, Overlaps -> True looks at every place.",
        &[
            ("SequenceCases[{1, 2, 4, 5, 6}, {_?EvenQ, _?OddQ}]", "{{4, 5}}"),
            ("SequenceCases[{1, 2, 4, 7, 8}, {x__?EvenQ} :> f[x]]", "{f[2, 4], f[8]}"),
        ],
    ),
    builtin(
        "SequencePosition",
        Attributes::NONE,
        positions,
        "SequencePosition[list, p] gives where runs of elements that match the list p begin and end; Overlaps -> False leaves out what overlaps.",
        &[
            ("SequencePosition[{a, b, a, b}, {a, b}]", "{{1, 2}, {3, 4}}"),
            ("SequencePosition[{a, a, a}, {a, a}]", "{{1, 2}, {2, 3}}"),
        ],
    ),
    builtin(
        "SequenceCount",
        Attributes::NONE,
        count,
        "SequenceCount[list, p] is how many runs of elements match the list p; Overlaps -> True counts those that overlap as well.",
        &[
            ("SequenceCount[{1, 2, 1, 2}, {1, 2}]", "2"),
            ("SequenceCount[{a, a, a}, {a, a}, Overlaps -> True]", "2"),
        ],
    ),
    builtin(
        "SequenceReplace",
        Attributes::NONE,
        replace,
        "SequenceReplace[list, p -> e] puts e for each run of elements that matches the list p; several rules are tried in turn, a third argument is how many at most.",
        &[
            ("SequenceReplace[{a, b, c}, {a, b} -> x]", "{x, c}"),
            ("SequenceReplace[{1, 2, 3, 4}, {x_, y_} :> x + y]", "{3, 7}"),
        ],
    ),
    builtin(
        "SequenceSplit",
        Attributes::NONE,
        split,
        "SequenceSplit[list, p] splits a list at the runs of elements that match the list p; SequenceSplit[list, p -> e] keeps e where it splits.",
        &[
            ("SequenceSplit[{a, b, x, c}, {x}]", "{{a, b}, {c}}"),
            ("SequenceSplit[{a, x, b}, {x} -> y]", "{{a}, y, {b}}"),
        ],
    ),
];

/// Patterns of runs, each with what it becomes.
struct Runs {
    rules: Vec<Rule>,
    /// The least and the greatest length of what may match.
    lengths: (usize, usize),
}

/// A run of elements that matched: from here up to there, and what it becomes.
struct Found {
    start: usize,
    end: usize,
    value: Value,
}

impl Runs {
    /// Reads a pattern, a rule or a list of rules.
    fn new(session: &mut Session, given: &Value) -> Option<Self> {
        let rules_of = |given: &Value| sides(given).is_some();
        let all = match given.as_list() {
            Some(list) if !list.is_empty() && list.iter().all(rules_of) => list.to_vec(),
            _ => vec![given.clone()],
        };
        let (mut rules, mut lengths) = (Vec::new(), (usize::MAX, 0));
        for one in all {
            let whole = session.names.symbol("System`Private`run");
            let whole = Value::Symbol(whole);
            let (lhs, rule) = match sides(&one) {
                Some((lhs, rhs, delayed)) => (lhs.clone(), Rule::new(session, lhs, rhs, delayed)),
                None => {
                    let lhs = Value::call(sym::Pattern, [whole.clone(), one.clone()]);
                    (one.clone(), Rule::new(session, &lhs, &whole, true))
                }
            };
            let own = length_of(session, &lhs)?;
            lengths = (lengths.0.min(own.0), lengths.1.max(own.1));
            rules.push(rule);
        }
        Some(Self { rules, lengths })
    }

    /// Returns the longest run that begins at a place and matches.
    fn at(&self, session: &mut Session, list: &[Value], start: usize) -> Evaluated<Option<Found>> {
        let most = (list.len() - start).min(self.lengths.1);
        for rule in &self.rules {
            for length in (self.lengths.0.max(1)..=most).rev() {
                session.check_interrupt()?;
                let end = start + length;
                let run = Value::list(Args::from(&list[start..end]));
                if let Some(value) = rule.apply(session, &run)? {
                    return Ok(Some(Found { start, end, value }));
                }
            }
        }
        Ok(None)
    }

    /// Returns the runs of a list from its beginning on, `most` of them at most.
    fn all(
        &self,
        session: &mut Session,
        list: &[Value],
        overlaps: bool,
        most: usize,
    ) -> Evaluated<Vec<Found>> {
        let (mut all, mut place) = (Vec::new(), 0);
        while place < list.len() && all.len() < most {
            let Some(found) = self.at(session, list, place)? else {
                place += 1;
                continue;
            };
            place = if overlaps { place + 1 } else { found.end };
            all.push(found);
        }
        Ok(all)
    }
}

/// Returns how many elements a pattern of a list may match: it must be a list, with or without a
/// name and conditions.
fn length_of(session: &mut Session, pattern: &Value) -> Option<(usize, usize)> {
    let Value::Call(call) = pattern else { return None };
    match call.args() {
        [_, of] if call.is(sym::Pattern) => length_of(session, of),
        [of, _] if call.is(sym::Condition) || call.is(sym::PatternTest) => length_of(session, of),
        [of] if call.is(sym::HoldPattern) => length_of(session, of),
        options if call.is(sym::Alternatives) => {
            let lengths: Option<Vec<(usize, usize)>> =
                options.iter().map(|option| length_of(session, option)).collect();
            let lengths = lengths?;
            let least = lengths.iter().map(|length| length.0).min()?;
            Some((least, lengths.iter().map(|length| length.1).max()?))
        }
        elements if call.is(sym::List) => Some(crate::pattern::lengths(session, elements)),
        _ => None,
    }
}

/// What a call asks for.
struct Question<'a> {
    list: &'a [Value],
    runs: Runs,
    overlaps: bool,
    most: usize,
}

fn question<'a>(session: &mut Session, call: &'a Call, overlaps: bool) -> Option<Question<'a>> {
    let (args, options) = Options::split(call.args(), 2);
    let (list, pattern, most) = match args {
        [list, pattern] => (list, pattern, usize::MAX),
        [list, pattern, most] if most.is(sym::Infinity) || most.is(sym::All) => {
            (list, pattern, usize::MAX)
        }
        [list, pattern, most] => (list, pattern, most.as_usize()?),
        _ => return None,
    };
    let list = list.as_list()?;
    let overlaps = match options.get(session, "Overlaps") {
        Some(given) => given.is(sym::True) || given.is(sym::All),
        None => overlaps,
    };
    let runs = Runs::new(session, pattern)?;
    Some(Question { list, runs, overlaps, most })
}

impl Question<'_> {
    fn found(&self, session: &mut Session) -> Evaluated<Vec<Found>> {
        self.runs.all(session, self.list, self.overlaps, self.most)
    }
}

fn cases(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(question) = question(session, call, false) else { return Ok(Step::Same) };
    let found = question.found(session)?;
    Ok(Step::Again(Value::list(found.into_iter().map(|found| found.value).collect::<Args>())))
}

fn positions(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(question) = question(session, call, true) else { return Ok(Step::Same) };
    let place = |found: Found| {
        Value::list([Value::Integer(found.start as i64 + 1), Value::Integer(found.end as i64)])
    };
    let found = question.found(session)?;
    Ok(Step::Done(Value::list(found.into_iter().map(place).collect::<Args>())))
}

fn count(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(question) = question(session, call, false) else { return Ok(Step::Same) };
    Ok(Step::Done(Value::Integer(question.found(session)?.len() as i64)))
}

fn replace(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(question) = question(session, call, false) else { return Ok(Step::Same) };
    let (mut result, mut place) = (Args::new(), 0);
    for found in question.found(session)? {
        result.extend(question.list[place..found.start].iter().cloned());
        result.push(found.value);
        place = found.end;
    }
    result.extend(question.list[place..].iter().cloned());
    Ok(Step::Again(Value::list(result)))
}

fn split(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(question) = question(session, call, false) else { return Ok(Step::Same) };
    let keeps = call.args().get(1).is_some_and(|pattern| {
        sides(pattern).is_some()
            || pattern
                .as_list()
                .is_some_and(|all| all.first().is_some_and(|one| sides(one).is_some()))
    });
    let (mut result, mut place) = (Args::new(), 0);
    let add = |result: &mut Args, run: &[Value]| {
        if !run.is_empty() {
            result.push(Value::list(Args::from(run)));
        }
    };
    for found in question.found(session)? {
        add(&mut result, &question.list[place..found.start]);
        result.extend(keeps.then_some(found.value));
        place = found.end;
    }
    add(&mut result, &question.list[place..]);
    Ok(Step::Again(Value::list(result)))
}
