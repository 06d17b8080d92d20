//! Products of lists: outer, inner, and what is sown and reaped.

use triomphe::Arc;

use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::Rule;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Outer",
        Attributes::NONE,
        outer,
        "Outer[f, a, b] applies f to every pair of an element of a and one of b, at the lowest \
         levels; Outer[f, a, b, n] takes lists at level n as elements, Outer[f, a, b, n1, n2] at \
         levels n1 of a and n2 of b.",
        &[
            ("Outer[f, {a, b}, {c, d}]", "{{f[a, c], f[a, d]}, {f[b, c], f[b, d]}}"),
            ("Outer[f, {{a}, {b}}, {c}, 1]", "{{f[{a}, c]}, {f[{b}, c]}}"),
        ],
    ),
    builtin(
        "Inner",
        Attributes::NONE,
        inner,
        "Inner[f, a, b, g] is Dot with f in place of Times and g in place of Plus; g is Plus if it \
         is not given.",
        &[
            ("Inner[f, {a, b}, {x, y}, g]", "g[f[a, x], f[b, y]]"),
            ("Inner[Times, {{1, 2}, {3, 4}}, {x, y}]", "{x + 2*y, 3*x + 4*y}"),
        ],
    ),
    written!(
        "Through",
        Attributes::NONE,
        "{Through[p_[f___][x___]] :> p @@ (#[x] & /@ {f}),
          Through[p_[f___][x___], h_] :> If[p === h, p @@ (#[x] & /@ {f}), p[f][x]],
          Through[e_] /; AtomQ[e] || AtomQ[Head[e]] :> e}",
        "Through[p[f, g][x]] gives p[f[x], g[x]]; Through[e, h] only if p is h.",
        &[("Through[{f, g}[x]]", "{f[x], g[x]}"), ("Through[(f + g)[x]]", "f[x] + g[x]")],
    ),
    written!(
        "Operate",
        Attributes::NONE,
        "{Operate[p_, e_] :> Operate[p, e, 1], Operate[p_, e_, 0] :> p[e],
          Operate[p_, e_, n_Integer?Positive] :> If[AtomQ[e], e, Operate[p, Head[e], n - 1] @@ e]}",
        "Operate[p, f[x]] gives p[f][x]; Operate[p, e, n] applies p to the n-th head.",
        &[("Operate[p, f[a, b]]", "p[f][a, b]"), ("Operate[p, f[a][b], 2]", "p[f][a][b]")],
    ),
    builtin(
        "Sow",
        Attributes::NONE,
        sow,
        "Sow[e] is e, and adds it to what the nearest Reap around it collects; Sow[e, tag] under a \
         tag, Sow[e, {t1, t2}] under several.",
        &[("Reap[Sow[a]; b]", "{b, {{a}}}"), ("Reap[Sow[1, x]; Sow[2, y]; 3]", "{3, {{1}, {2}}}")],
    ),
    builtin(
        "Reap",
        Attributes::HOLD_FIRST,
        reap,
        "Reap[e] is the value of e and the lists of what was sown meanwhile, one for each tag; \
         Reap[e, pattern] of tags that match, {p1, p2} for each of several patterns; a third \
         argument is applied to each tag and its list.",
        &[
            ("Reap[Do[Sow[k^2], {k, 3}]; done]", "{done, {{1, 4, 9}}}"),
            ("Reap[Sow[1, x]; Sow[2, y]; 3, y]", "{3, {{2}}}"),
            ("Reap[Sow[1, x]; Sow[2, x]; 3, _, f]", "{3, {f[x, {1, 2}]}}"),
        ],
    ),
];

/// Results of more elements than this are not made.
const MOST: u64 = 1 << 26;

fn outer(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [function, rest @ ..] = call.args() else { return Ok(Step::Same) };
    let is_list = |value: &&Value| matches!(value, Value::Call(_));
    let count = rest.iter().take_while(is_list).count();
    let (lists, levels) = rest.split_at(count);
    let Some(Value::Call(first)) = lists.first() else { return Ok(Step::Same) };
    let head = first.head().clone();
    let is_like = |value: &Value| value.as_call().is_some_and(|call| *call.head() == head);
    let bound = |value: &Value| match value {
        Value::Symbol(sym::Infinity) => Some(usize::MAX),
        Value::Call(_) => Some(usize::MAX),
        _ => value.as_usize(),
    };
    let levels: Option<Vec<usize>> = levels.iter().map(bound).collect();
    let Some(mut levels) = levels.filter(|levels| levels.len() <= count) else {
        return Ok(Step::Same);
    };
    let last = levels.last().copied().unwrap_or(usize::MAX);
    levels.resize(count, last);
    if !lists.iter().all(is_like) {
        session.message_of("Outer", "heads", &[lists[0].clone(), lists[count - 1].clone()]);
        return Ok(Step::Same);
    }
    let sizes = lists.iter().zip(&levels).map(|(list, &level)| leaves(list, &head, level));
    if sizes.fold(1u64, u64::saturating_mul) > MOST {
        session.message(sym::General, "nomem", &[]);
        return Ok(Step::Same);
    }
    let lists: Vec<(&Value, usize)> = lists.iter().zip(levels).collect();
    Ok(Step::Again(outer_of(function, &head, &lists, &mut Args::new())))
}

fn leaves(of: &Value, head: &Value, level: usize) -> u64 {
    match of {
        Value::Call(call) if level > 0 && call.head() == head => {
            grown(call.depth(), || call.args().iter().map(|arg| leaves(arg, head, level - 1)).sum())
        }
        _ => 1,
    }
}

fn outer_of(function: &Value, head: &Value, lists: &[(&Value, usize)], chosen: &mut Args) -> Value {
    let Some(((of, level), rest)) = lists.split_first() else {
        return Value::call(function.clone(), chosen.clone());
    };
    match of {
        Value::Call(call) if *level > 0 && call.head() == head => grown(call.depth(), || {
            let mut all = Args::with_capacity(call.args().len());
            for arg in call.args() {
                let mut inner = vec![(arg, level - 1)];
                inner.extend_from_slice(rest);
                all.push(outer_of(function, head, &inner, chosen));
            }
            Value::call(head.clone(), all)
        }),
        _ => {
            chosen.push((*of).clone());
            let value = outer_of(function, head, rest, chosen);
            chosen.pop();
            value
        }
    }
}

fn inner(_: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (f, a, b, g) = match call.args() {
        [f, a, b] => (f, a, b, Value::Symbol(sym::Plus)),
        [f, a, b, g] => (f, a, b, g.clone()),
        _ => return Ok(Step::Same),
    };
    Ok(contracted(f, a, b, &g).map_or(Step::Same, Step::Again))
}

/// Contracts the last level of one array with the first of another.
pub(in crate::builtins) fn contracted(f: &Value, a: &Value, b: &Value, g: &Value) -> Option<Value> {
    let (x, y) = (a.as_call()?, b.as_call()?);
    if let Some(Value::Call(first)) = x.args().first()
        && first.head() == x.head()
    {
        let rows: Option<Args> = x.args().iter().map(|row| contracted(f, row, b, g)).collect();
        return Some(Value::call(x.head().clone(), rows?));
    }
    if x.args().len() != y.args().len() || x.head() != y.head() {
        return None;
    }
    with_columns(f, x.args(), y.args(), x.head(), g)
}

/// Contracts a vector with an array, for each place in the array's other levels.
fn with_columns(f: &Value, row: &[Value], of: &[Value], head: &Value, g: &Value) -> Option<Value> {
    let is_deeper = |value: &Value| value.as_call().is_some_and(|call| call.head() == head);
    if !of.is_empty() && of.iter().all(is_deeper) {
        let lines: Vec<&[Value]> = of.iter().filter_map(Value::as_call).map(Call::args).collect();
        let width = lines[0].len();
        if lines.iter().any(|line| line.len() != width) {
            return None;
        }
        let column = |place: usize| {
            let column: Vec<Value> = lines.iter().map(|line| line[place].clone()).collect();
            with_columns(f, row, &column, head, g)
        };
        let all: Option<Args> = (0..width).map(column).collect();
        return Some(Value::call(head.clone(), all?));
    }
    let pairs = row.iter().zip(of).map(|(a, b)| Value::call(f.clone(), [a.clone(), b.clone()]));
    Some(Value::call(g.clone(), pairs.collect::<Args>()))
}

/// What a `Reap` collects: tags with what was sown under them, by the pattern they match.
#[derive(Debug)]
pub(crate) struct Harvest {
    patterns: Vec<Rule>,
    sown: Vec<Vec<(Value, Args)>>,
}

fn sow(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let none = Value::Symbol(sym::None);
    let (value, tags) = match call.args() {
        [value] => (value.clone(), none),
        [value, tags] => (value.clone(), tags.clone()),
        _ => return Ok(Step::Same),
    };
    session.hidden_dependence = true;
    for tag in tags.as_list().unwrap_or(std::slice::from_ref(&tags)) {
        for depth in (0..session.harvests.len()).rev() {
            let patterns = session.harvests[depth].patterns.clone();
            let mut is_reaped = false;
            for (place, pattern) in patterns.iter().enumerate() {
                if pattern.apply(session, tag)?.is_some() {
                    is_reaped = true;
                    let groups = &mut session.harvests[depth].sown[place];
                    match groups.iter_mut().find(|(known, _)| known == tag) {
                        Some((_, group)) => group.push(value.clone()),
                        None => groups.push((tag.clone(), [value.clone()].as_slice().into())),
                    }
                }
            }
            if is_reaped {
                break;
            }
        }
    }
    Ok(Step::Done(value))
}

fn reap(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (body, pattern, with) = match call.args() {
        [body] => (body, None, None),
        [body, pattern] => (body, Some(pattern), None),
        [body, pattern, with] => (body, Some(pattern), Some(with)),
        _ => return Ok(Step::Same),
    };
    session.hidden_dependence = true;
    let any = Value::call(sym::Blank, Args::new());
    let several = pattern.and_then(Value::as_list);
    let all = several.unwrap_or(std::slice::from_ref(pattern.unwrap_or(&any)));
    let patterns: Vec<Rule> =
        all.iter().map(|one| Rule::new(session, one, &Value::NULL, false)).collect();
    let sown = vec![Vec::new(); patterns.len()];
    session.harvests.push(Harvest { patterns, sown });
    let value = session.evaluate(body);
    let harvest = session.harvests.pop();
    let value = value?;
    let Some(Harvest { sown, patterns: _ }) = harvest else { return Ok(Step::Same) };
    let group = |(tag, group): (Value, Args)| match with {
        Some(with) => Value::call(with.clone(), [tag, Value::list(group)]),
        None => Value::list(group),
    };
    let mut lists =
        sown.into_iter().map(|groups| Value::list(groups.into_iter().map(group).collect::<Args>()));
    let reaped = match several {
        Some(_) => Value::list(lists.collect::<Args>()),
        None => lists.next().unwrap_or(Value::NULL),
    };
    Ok(Step::Again(Value::list([value, reaped])))
}
