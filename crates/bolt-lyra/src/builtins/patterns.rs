//! What is done with patterns and rules.

use triomphe::Arc;

use super::functional::{elements, with_elements};
use super::options::Options;
use super::{Builtin, builtin};
use crate::association::{Association, Entry};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::level::Levels;
use crate::pattern::{Pattern, RuleList};
use crate::rule::{Rule, sides};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "MatchQ",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [value, pattern] => Step::Done(Value::boolean(s.matches(pattern, value)?)),
                _ => Step::Same,
            })
        },
        "MatchQ[e, pattern] is True if e matches the pattern.",
        &[("MatchQ[7, _Integer]", "True"), ("MatchQ[{a, b}, {x_, x_}]", "False")],
    ),
    builtin(
        "FreeQ",
        Attributes::NONE,
        free,
        "FreeQ[e, pattern] is True if no part of e matches the pattern.",
        &[("FreeQ[x^2 + 1, y]", "True"), ("FreeQ[f[x], x]", "False")],
    ),
    builtin(
        "MemberQ",
        Attributes::NONE,
        member,
        "MemberQ[e, pattern] is True if an element of e matches the pattern.",
        &[("MemberQ[{1, 2}, 2]", "True"), ("MemberQ[{1, x^2}, _^3]", "False")],
    ),
    builtin(
        "Cases",
        Attributes::NONE,
        cases,
        "Cases[e, pattern, levels, n] is the list of the elements of e that match; Cases[e, pattern -> value] gives the values instead.",
        &[("Cases[{1, a, 2}, _Integer]", "{1, 2}"), ("Cases[{f[1], g[2]}, f[x_] -> x]", "{1}")],
    ),
    builtin(
        "Count",
        Attributes::NONE,
        count,
        "Count[e, pattern, levels] is how many elements of e match.",
        &[("Count[{1, a, 2}, _Integer]", "2"), ("Count[{{1}, 1}, 1, {2}]", "1")],
    ),
    builtin(
        "Position",
        Attributes::NONE,
        position,
        "Position[e, pattern] is the list of the places of the parts that match.",
        &[("Position[{a, b, a}, a]", "{{1}, {3}}"), ("Position[{{x}, x}, x]", "{{1, 1}, {2}}")],
    ),
    builtin(
        "DeleteCases",
        Attributes::NONE,
        delete_cases,
        "DeleteCases[e, pattern] is e without the elements that match.",
        &[
            ("DeleteCases[{1, a, 2}, _Integer]", "{a}"),
            ("DeleteCases[{{1, a}, b}, a, {2}]", "{{1}, b}"),
        ],
    ),
    builtin(
        "ReplaceAll",
        Attributes::NONE,
        replace_all,
        "e /. rules or ReplaceAll[e, rules] replaces each part of e by the first rule that it matches; what was replaced is not looked into.",
        &[("x + y /. x -> 2", "2 + y"), ("{1, a} /. n_Integer :> n + 1", "{2, a}")],
    ),
    builtin(
        "ReplaceRepeated",
        Attributes::NONE,
        replace_repeated,
        "e //. rules or ReplaceRepeated[e, rules] replaces until nothing changes any more.",
        &[
            ("f[f[x]] //. f[y_] :> y", "x"),
            ("{3, 1, 2} //. {a___, b_, c_, d___} /; b > c :> {a, c, b, d}", "{1, 2, 3}"),
        ],
    ),
    builtin(
        "Replace",
        Attributes::NONE,
        replace,
        "Replace[e, rules] replaces e as a whole; Replace[e, rules, levels] the parts at the levels.",
        &[("Replace[x, x -> 1]", "1"), ("Replace[{x, {x}}, x -> 1, {2}]", "{x, {1}}")],
    ),
    builtin(
        "ReplaceList",
        Attributes::NONE,
        replace_list,
        "ReplaceList[e, rules] is the list of what e is replaced by in all ways in which it matches \
         the rules; ReplaceList[e, rules, n] of the first n.",
        &[
            (
                "ReplaceList[{a, b}, {x___, y___} -> {{x}, {y}}]",
                "{{{}, {a, b}}, {{a}, {b}}, {{a, b}, {}}}",
            ),
            ("ReplaceList[x, x -> 1, 0]", "{}"),
        ],
    ),
    builtin(
        "Rule",
        Attributes::SEQUENCE_HOLD,
        |_, _| Ok(Step::Same),
        "a -> b or Rule[a, b] replaces a by b.",
        &[("x /. x -> 1", "1"), ("Head[a -> b]", "Rule")],
    ),
    builtin(
        "RuleDelayed",
        Attributes::HOLD_REST.and(Attributes::SEQUENCE_HOLD),
        |_, _| Ok(Step::Same),
        "a :> b or RuleDelayed[a, b] replaces a by b, which is evaluated when it is used.",
        &[("{1, 2} /. n_Integer :> n + 1", "{2, 3}"), ("Head[a :> b]", "RuleDelayed")],
    ),
    builtin(
        "Pattern",
        Attributes::HOLD_FIRST,
        |_, _| Ok(Step::Same),
        "x : p or Pattern[x, p] matches what p matches and calls it x.",
        &[("f[2] /. f[x : _Integer] :> x", "2"), ("MatchQ[{1, 1}, {x_, x_}]", "True")],
    ),
    builtin(
        "Condition",
        Attributes::HOLD_REST,
        |_, _| Ok(Step::Same),
        "p /; test or Condition[p, test] matches what p matches if the test is True then.",
        &[("MatchQ[5, x_ /; x > 3]", "True"), ("f[x_] := 1 /; x > 0; f[-1]", "f[-1]")],
    ),
    builtin(
        "PatternTest",
        Attributes::HOLD_REST,
        |_, _| Ok(Step::Same),
        "p ? test or PatternTest[p, test] matches what p matches if the test is True of it.",
        &[("MatchQ[4, _?EvenQ]", "True"), ("Cases[{1, 2, 3}, _?OddQ]", "{1, 3}")],
    ),
    builtin(
        "Dispatch",
        Attributes::NONE,
        |_, _| Ok(Step::Same),
        "Dispatch[rules] stands for rules where they are applied: e /. Dispatch[rules].",
        &[("f[1] /. Dispatch[{f[x_] -> g[x]}]", "g[1]"), ("a /. Dispatch[{a -> b, b -> c}]", "b")],
    ),
    builtin(
        "Verbatim",
        Attributes::NONE,
        |_, _| Ok(Step::Same),
        "Verbatim[e] matches e itself, even if it looks like a pattern.",
        &[("MatchQ[_, Verbatim[_]]", "True"), ("MatchQ[1, Verbatim[_]]", "False")],
    ),
];

/// Returns the levels that an argument means, `None` (and a message) if it means none.
fn levels(session: &mut Session, spec: Option<&Value>, default: Levels) -> Option<Levels> {
    match spec {
        None => Some(default),
        Some(spec) => Levels::read(session, spec),
    }
}

impl Session {
    /// Returns whether an expression matches a pattern.
    pub(crate) fn matches(&mut self, pattern: &Value, value: &Value) -> Evaluated<bool> {
        let rule = self.pattern(pattern);
        Ok(rule.apply(self, value)?.is_some())
    }
}

/// Collects the parts at the levels that match, as what the pattern makes of them.
fn collect(
    session: &mut Session,
    rule: &Rule,
    of: &Value,
    levels: Levels,
    heads: bool,
    most: usize,
) -> Evaluated<Vec<(Value, Vec<Value>)>> {
    let mut found = Vec::new();
    let mut failure = None;
    let mut each = |part: &Value, index: &[Value]| {
        if found.len() >= most {
            return false;
        }
        match rule.apply(session, part) {
            Ok(Some(value)) => found.push((value, index.to_vec())),
            Ok(None) => {}
            Err(stop) => {
                failure = Some(stop);
                return false;
            }
        }
        true
    };
    match heads {
        true => levels.visit_with_heads(of, &mut each),
        false => levels.visit(of, &mut each),
    }
    match failure {
        Some(stop) => Err(stop),
        None => Ok(found),
    }
}

fn free(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, pattern, ..] = call.args() else { return Ok(Step::Same) };
    let rule = session.pattern(pattern);
    let all = Levels::between(0, i64::MAX);
    let found = collect(session, &rule, of, all, true, 1)?;
    Ok(Step::Done(Value::boolean(found.is_empty())))
}

fn member(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, pattern, rest @ ..] = call.args() else { return Ok(Step::Same) };
    let Some(levels) = levels(session, rest.first(), Levels::only(1)) else {
        return Ok(Step::Same);
    };
    let rule = session.pattern(pattern);
    let found = collect(session, &rule, of, levels, false, 1)?;
    Ok(Step::Done(Value::boolean(!found.is_empty())))
}

/// Returns the rule of `pattern -> value`; of a pattern alone, one that gives the match itself.
fn selecting(session: &mut Session, pattern: &Value) -> (std::sync::Arc<Rule>, bool) {
    match sides(pattern) {
        Some((lhs, rhs, delayed)) => (Rule::new(session, lhs, rhs, delayed).into(), true),
        None => (session.pattern(pattern), false),
    }
}

fn cases(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, pattern, rest @ ..] = call.args() else { return Ok(Step::Same) };
    let (rest, options) = Options::split(rest, 0);
    let heads = options.is_set(session, "Heads");
    let Some(levels) = levels(session, rest.first(), Levels::only(1)) else {
        return Ok(Step::Same);
    };
    let most = rest.get(1).and_then(Value::as_usize).unwrap_or(usize::MAX);
    let (rule, replaces) = selecting(session, pattern);
    let found = collect(session, &rule, of, levels, heads, most)?;
    let value = |(value, index): (Value, Vec<Value>)| match replaces {
        true => Some(value),
        false => super::structure::get(of, &index),
    };
    Ok(Step::Again(Value::list(found.into_iter().filter_map(value).collect::<Args>())))
}

fn count(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, pattern, rest @ ..] = call.args() else { return Ok(Step::Same) };
    let Some(levels) = levels(session, rest.first(), Levels::only(1)) else {
        return Ok(Step::Same);
    };
    let rule = session.pattern(pattern);
    if let (Pattern::Exact(value), Value::Call(list), []) = (&rule.pattern.root, of, rest)
        && value.is_atom()
    {
        let count = list.iter().filter(|element| element == value).count();
        return Ok(Step::Done(Value::Integer(count as i64)));
    }
    let found = collect(session, &rule, of, levels, false, usize::MAX)?;
    Ok(Step::Done(Value::Integer(found.len() as i64)))
}

fn position(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, pattern, rest @ ..] = call.args() else { return Ok(Step::Same) };
    let (rest, options) = Options::split(rest, 0);
    let heads = !options.get(session, "Heads").is_some_and(|is| is.is(sym::False));
    let Some(levels) = levels(session, rest.first(), Levels::between(0, i64::MAX)) else {
        return Ok(Step::Same);
    };
    let most = rest.get(1).and_then(Value::as_usize).unwrap_or(usize::MAX);
    let rule = session.pattern(pattern);
    let found = collect(session, &rule, of, levels, heads, most)?;
    let places = found.into_iter().map(|(_, index)| Value::list(Args::from(index)));
    Ok(Step::Done(Value::list(places.collect::<Args>())))
}

fn delete_cases(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, pattern, rest @ ..] = call.args() else { return Ok(Step::Same) };
    let rule = session.pattern(pattern);
    if let Some(spec) = rest.first() {
        let Some(levels) = Levels::read(session, spec) else { return Ok(Step::Same) };
        let found = collect(session, &rule, of, levels, false, usize::MAX)?;
        let marked = levels.map_with_index(of, &mut |part, index| match found
            .iter()
            .any(|(_, place)| place == index)
        {
            true => Value::call(sym::Sequence, Args::new()),
            false => part,
        });
        return Ok(Step::Again(marked));
    }
    let mut places = Vec::new();
    for (place, element) in elements(of).iter().enumerate() {
        if rule.apply(session, element)?.is_none() {
            places.push(place);
        }
    }
    Ok(Step::Again(with_elements(of, &places)))
}

/// Replaces the outermost parts that match; `None` if none does.
fn replace_parts(session: &mut Session, rules: &RuleList, of: &Value) -> Evaluated<Option<Value>> {
    if let Some(value) = rules.apply(session, of)? {
        return Ok(Some(value));
    }
    match of {
        Value::Call(call) => grown(call.depth(), || {
            let head = replace_parts(session, rules, call.head())?;
            let mut new: Option<Args> = None;
            for (place, arg) in call.args().iter().enumerate() {
                if let Some(value) = replace_parts(session, rules, arg)? {
                    new.get_or_insert_with(|| Args::from(call.args()))[place] = value;
                }
            }
            Ok(match (head, new) {
                (None, None) => None,
                (head, new) => Some(Value::call(
                    head.unwrap_or_else(|| call.head().clone()),
                    new.unwrap_or_else(|| Args::from(call.args())),
                )),
            })
        }),
        Value::Association(entries) => {
            let mut new: Option<Association> = None;
            for (key, entry) in entries.iter() {
                if let Some(value) = replace_parts(session, rules, &entry.value)? {
                    let entry = Entry { value, delayed: entry.delayed };
                    new.get_or_insert_with(|| (**entries).clone()).insert_entry(key.clone(), entry);
                }
            }
            Ok(new.map(|new| Value::Association(Arc::new(new))))
        }
        _ => Ok(None),
    }
}

/// Threads over a list of lists of rules.
fn is_list_of_lists(rules: &Value) -> bool {
    rules
        .as_list()
        .is_some_and(|list| !list.is_empty() && list.iter().all(|one| one.as_list().is_some()))
}

fn replace_all(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, rules] = call.args() else { return Ok(Step::Same) };
    if is_list_of_lists(rules) {
        let each = |rules: &Value| Value::call(sym::ReplaceAll, [of.clone(), rules.clone()]);
        let all = rules.as_list().unwrap_or(&[]).iter().map(each).collect::<Args>();
        return Ok(Step::Again(Value::list(all)));
    }
    let Some(compiled) = session.rules(rules) else {
        session.message(sym::ReplaceAll, "reps", std::slice::from_ref(rules));
        return Ok(Step::Same);
    };
    Ok(Step::Again(replace_parts(session, &compiled, of)?.unwrap_or_else(|| of.clone())))
}

fn replace_repeated(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, rules, ..] = call.args() else { return Ok(Step::Same) };
    let Some(compiled) = session.rules(rules) else {
        session.message(sym::ReplaceRepeated, "reps", std::slice::from_ref(rules));
        return Ok(Step::Same);
    };
    let mut value = of.clone();
    for _ in 0..65536 {
        session.check_interrupt()?;
        let Some(next) = replace_parts(session, &compiled, &value)? else {
            return Ok(Step::Done(value));
        };
        let next = session.evaluate(&next)?;
        if next == value {
            return Ok(Step::Done(value));
        }
        value = next;
    }
    session.message_of("ReplaceRepeated", "rrlim", &[of.clone(), Value::Integer(65536)]);
    Ok(Step::Done(value))
}

fn replace_list(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, rules, rest @ ..] = call.args() else { return Ok(Step::Same) };
    let most = match rest.first() {
        Some(most) => most.as_usize().unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let Some(compiled) = session.rules(rules) else {
        session.message_of("ReplaceList", "reps", std::slice::from_ref(rules));
        return Ok(Step::Same);
    };
    let mut all = Args::new();
    for rule in compiled.rules() {
        all.extend(rule.apply_in_all_ways(session, of, most - all.len().min(most))?);
    }
    Ok(Step::Again(Value::list(all)))
}

fn replace(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, rules, rest @ ..] = call.args() else { return Ok(Step::Same) };
    let (rest, options) = Options::split(rest, 0);
    let heads = options.is_set(session, "Heads");
    if is_list_of_lists(rules) {
        let each = |rules: &Value| Value::call(sym::Replace, [of.clone(), rules.clone()]);
        let all = rules.as_list().unwrap_or(&[]).iter().map(each).collect::<Args>();
        return Ok(Step::Again(Value::list(all)));
    }
    let Some(compiled) = session.rules(rules) else {
        session.message(sym::Replace, "reps", std::slice::from_ref(rules));
        return Ok(Step::Same);
    };
    let Some(levels) = levels(session, rest.first(), Levels::only(0)) else {
        return Ok(Step::Same);
    };
    let mut failure = None;
    let new = levels.with_heads(heads).map(of, &mut |part| {
        if failure.is_some() {
            return part;
        }
        match compiled.apply(session, &part) {
            Ok(value) => value.unwrap_or(part),
            Err(stop) => {
                failure = Some(stop);
                part
            }
        }
    });
    match failure {
        Some(stop) => Err(stop),
        None => Ok(Step::Again(new)),
    }
}
