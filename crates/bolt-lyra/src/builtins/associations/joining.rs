//! Tables joined: lists of associations, the rows, put together where their keys agree.

use std::collections::HashMap;

use triomphe::Arc;

use super::{absent, bare_key, entries_of, value_of};
use crate::association::Association;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[builtin(
    "JoinAcross",
    Attributes::NONE,
    join_across,
    "JoinAcross[a, b, k] joins the rows of two lists of associations that have the same value at \
     the key k; k1 -> k2 names the keys of both, a list several; \"Left\", \"Right\" and \"Outer\" \
     as a last argument keep rows that have no partner.",
    &[
        (
            "JoinAcross[{<|k -> 1, x -> a|>}, {<|k -> 1, y -> b|>, <|k -> 2, y -> c|>}, Key[k]]",
            "{<|k -> 1, x -> a, y -> b|>}",
        ),
        (
            "JoinAcross[{<|\"k\" -> 1|>}, {<|\"k\" -> 2, \"y\" -> c|>}, \"k\", \"Left\"]",
            "{<|\"k\" -> 1, \"y\" -> Missing[\"Unmatched\"]|>}",
        ),
    ],
)];

fn rows(value: &Value) -> Option<Vec<Association>> {
    value.as_list()?.iter().map(entries_of).collect()
}

/// The keys of both tables that have to agree.
fn key_pairs(spec: &Value) -> Vec<(Value, Value)> {
    let all = spec.as_list().unwrap_or(std::slice::from_ref(spec));
    let pair = |one: &Value| match sides(one) {
        Some((left, right, _)) => (bare_key(left), bare_key(right)),
        None => (bare_key(one), bare_key(one)),
    };
    all.iter().map(pair).collect()
}

fn at(row: &Association, keys: impl Iterator<Item = Value>) -> Vec<Value> {
    keys.map(|key| row.get(&key).map_or_else(|| absent(&key), |entry| entry.value.clone()))
        .collect()
}

/// A row of a table with the row of the other that is its partner.
fn joined(left: &Association, right: &Association, skipped: &[Value]) -> Value {
    let mut row = left.clone();
    for (key, entry) in right.iter() {
        if !skipped.contains(key) {
            row.insert_entry(key.clone(), entry.clone());
        }
    }
    value_of(row)
}

/// A row without a partner: what the others have is missing.
fn unmatched(keys: &[Value], known: &Association) -> Value {
    let missing =
        || Value::call(crate::symbol::sym::Missing, [Value::string("Unmatched")].as_slice());
    let mut row = Association::default();
    for key in keys.iter().chain(known.keys()) {
        match known.get(key) {
            Some(entry) => row.insert_entry(key.clone(), entry.clone()),
            None => row.insert(key.clone(), missing()),
        }
    }
    value_of(row)
}

fn join_across(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (left, right, spec, kind) = match call.args() {
        [left, right, spec] => (left, right, spec, "Inner"),
        [left, right, spec, Value::String(kind)] => (left, right, spec, kind.as_str()),
        _ => return Ok(Step::Same),
    };
    let (Some(left), Some(right)) = (rows(left), rows(right)) else { return Ok(Step::Same) };
    let (keeps_left, keeps_right) = match kind {
        "Inner" => (false, false),
        "Left" => (true, false),
        "Right" => (false, true),
        "Outer" => (true, true),
        _ => return Ok(Step::Same),
    };
    let pairs = key_pairs(spec);
    let own = |index: usize| pairs.iter().map(move |pair| [&pair.0, &pair.1][index].clone());
    let mut partners: HashMap<Vec<Value>, Vec<usize>> = HashMap::new();
    for (place, row) in right.iter().enumerate() {
        partners.entry(at(row, own(1))).or_default().push(place);
    }
    let skipped: Vec<Value> = own(1).collect();
    let mut is_used = vec![false; right.len()];
    let mut all = Args::new();
    let right_keys: Vec<Value> =
        right.first().map_or_else(Vec::new, |row| row.keys().cloned().collect());
    let left_keys: Vec<Value> =
        left.first().map_or_else(Vec::new, |row| row.keys().cloned().collect());
    for row in &left {
        session.check_interrupt()?;
        let found = partners.get(&at(row, own(0)));
        for &place in found.into_iter().flatten() {
            is_used[place] = true;
            all.push(joined(row, &right[place], &skipped));
        }
        if found.is_none() && keeps_left {
            let order: Vec<Value> = row
                .keys()
                .cloned()
                .chain(right_keys.iter().filter(|key| !skipped.contains(key)).cloned())
                .collect();
            all.push(unmatched(&order, row));
        }
    }
    for (row, _) in right.iter().zip(&is_used).filter(|(_, used)| keeps_right && !**used) {
        // The keys are called as in the first table.
        let mut named = Association::default();
        for (key, entry) in row.iter() {
            let pair = pairs.iter().find(|pair| pair.1 == *key);
            named.insert_entry(pair.map_or(key, |pair| &pair.0).clone(), entry.clone());
        }
        all.push(unmatched(&left_keys, &named));
    }
    Ok(Step::Done(Value::list(all)))
}
