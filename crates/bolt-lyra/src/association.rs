//! Associations: keys and values in the order of insertion, found by hash.

use std::hash::{BuildHasher, Hash, Hasher};

use indexmap::IndexMap;

use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// How the keys are hashed: the same in every run.
type State = foldhash::fast::FixedState;

/// Keys and values, in order.
#[derive(Debug, Clone, Default)]
pub struct Association {
    entries: IndexMap<Value, Entry, State>,
}

/// What stands beside a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The value.
    pub value: Value,
    /// Whether it was given by `:>`, to be evaluated when it is asked for.
    pub delayed: bool,
}

impl Association {
    /// Returns an association of the entries; a later one of a key replaces the value of an
    /// earlier one, in its place.
    pub fn new(entries: impl IntoIterator<Item = (Value, Entry)>) -> Self {
        Self { entries: entries.into_iter().collect() }
    }

    /// Returns how many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns what stands beside a key.
    pub fn get(&self, key: &Value) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Sets the value of a key, in its place if it is there, else at the end.
    pub fn insert(&mut self, key: Value, value: Value) {
        self.insert_entry(key, Entry { value, delayed: false });
    }

    /// Sets what stands beside a key, in its place if it is there, else at the end.
    pub fn insert_entry(&mut self, key: Value, entry: Entry) {
        self.entries.insert(key, entry);
    }

    /// Removes a key; the others keep their order.
    pub fn remove(&mut self, key: &Value) -> Option<Value> {
        self.entries.shift_remove(key).map(|entry| entry.value)
    }

    /// Removes keys; the others keep their order.
    pub fn remove_all(&mut self, keys: &[Value]) {
        match keys {
            [] => {}
            [key] => drop(self.remove(key)),
            _ => {
                let gone: std::collections::HashSet<&Value> = keys.iter().collect();
                self.entries.retain(|key, _| !gone.contains(key));
            }
        }
    }

    /// Returns the keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.entries.keys()
    }

    /// Returns the values, in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.entries.values().map(|entry| &entry.value)
    }

    /// Returns keys and what stands beside them, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Value, &Entry)> {
        self.entries.iter()
    }

    /// Returns the entry at a place, counted from 0.
    pub fn nth(&self, place: usize) -> Option<(&Value, &Entry)> {
        self.entries.get_index(place)
    }

    pub(crate) fn depth(&self) -> u32 {
        let inner = |(key, entry): (&Value, &Entry)| key.depth().max(entry.value.depth());
        self.iter().map(inner).max().unwrap_or(0).saturating_add(1)
    }
}

/// Equal are those with the same entries in the same order.
impl PartialEq for Association {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Hash for Association {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut hasher = State::default().build_hasher();
        for (key, entry) in self.iter() {
            key.hash(&mut hasher);
            entry.value.hash(&mut hasher);
        }
        state.write_u64(hasher.finish());
    }
}

/// Returns the call that an association is written as: `Association[k -> v, ...]`.
pub(crate) fn as_call(association: &Association) -> Call {
    let rule = |(key, entry): (&Value, &Entry)| {
        let head = if entry.delayed { sym::RuleDelayed } else { sym::Rule };
        Value::call(head, [key.clone(), entry.value.clone()])
    };
    Call::new(sym::Association, association.iter().map(rule).collect::<Args>())
}
