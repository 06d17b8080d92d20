//! Levels: which parts of an expression are meant by `2`, `{1}`, `{0, -1}` or `Infinity`.

use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Value, grown};

/// A range of levels: counted from the top if not negative, else by the depth below.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Levels {
    first: i64,
    last: i64,
    heads: bool,
}

impl Levels {
    /// Returns one level.
    pub(crate) fn only(level: i64) -> Self {
        Self::between(level, level)
    }

    /// Returns the levels from one to another.
    pub(crate) fn between(first: i64, last: i64) -> Self {
        Self { first, last, heads: false }
    }

    /// Returns the same levels, heads being parts too or not.
    pub(crate) fn with_heads(self, heads: bool) -> Self {
        Self { heads, ..self }
    }

    /// Reads a level specification; tells a message if it is none.
    pub(crate) fn read(session: &mut Session, spec: &Value) -> Option<Self> {
        let level = |value: &Value| match value {
            Value::Integer(level) => Some(*level),
            Value::Symbol(sym::Infinity | sym::All) => Some(i64::MAX),
            Value::Call(call) if call.is(sym::DirectedInfinity) => match call.args() {
                [Value::Integer(-1)] => Some(i64::MIN),
                _ => Some(i64::MAX),
            },
            _ => None,
        };
        let levels = match spec.as_list() {
            Some([only]) => level(only).map(Self::only),
            Some([first, last]) => {
                level(first).zip(level(last)).map(|(first, last)| Self::between(first, last))
            }
            Some(_) => None,
            None if spec.is(sym::All) => Some(Self::between(0, i64::MAX)),
            None => level(spec).map(|last| Self::between(1, last)),
        };
        if levels.is_none() {
            session.message(sym::General, "level", std::slice::from_ref(spec));
        }
        levels
    }

    /// Returns whether a part so far from the top, of this depth, is at one of the levels.
    fn holds(self, level: i64, of: &Value) -> bool {
        // Deeper than either bound asks for is deep enough.
        let enough = self.first.min(self.last).min(0).saturating_neg().saturating_add(1);
        let depth = if enough > 1 { depth_up_to(of, enough) } else { 0 };
        let at_least = |bound: i64| if bound < 0 { -depth >= bound } else { level >= bound };
        let at_most = |bound: i64| if bound < 0 { -depth <= bound } else { level <= bound };
        at_least(self.first) && at_most(self.last)
    }

    /// Returns whether parts further from the top may be at one of the levels.
    fn goes_on(self, level: i64) -> bool {
        self.last < 0 || level < self.last
    }

    /// Returns the expression with other parts at the levels, the innermost first.
    pub(crate) fn map(self, of: &Value, with: &mut dyn FnMut(Value) -> Value) -> Value {
        self.map_with_index(of, &mut |part, _| with(part))
    }

    /// Does so with the places of the parts.
    pub(crate) fn map_with_index(
        self,
        of: &Value,
        with: &mut dyn FnMut(Value, &[Value]) -> Value,
    ) -> Value {
        self.map_at(of, 0, &mut Vec::new(), with)
    }

    fn map_at(
        self,
        of: &Value,
        level: i64,
        index: &mut Vec<Value>,
        with: &mut dyn FnMut(Value, &[Value]) -> Value,
    ) -> Value {
        let new = match of {
            Value::Call(call) if self.goes_on(level) => grown(call.depth(), || {
                let mut args = Args::with_capacity(call.args().len());
                let mut head = call.head().clone();
                if self.heads {
                    index.push(Value::Integer(0));
                    head = self.map_at(&head, level + 1, index, with);
                    index.pop();
                }
                for (place, arg) in call.args().iter().enumerate() {
                    index.push(Value::Integer(place as i64 + 1));
                    args.push(self.map_at(arg, level + 1, index, with));
                    index.pop();
                }
                Value::call(head, args)
            }),
            Value::Association(entries) if self.goes_on(level) => {
                let mut new = (**entries).clone();
                for (key, entry) in entries.iter() {
                    index.push(Value::call(sym::Key, [key.clone()].as_slice()));
                    new.insert(key.clone(), self.map_at(&entry.value, level + 1, index, with));
                    index.pop();
                }
                Value::Association(triomphe::Arc::new(new))
            }
            _ => of.clone(),
        };
        match self.holds(level, of) {
            true => with(new, index),
            false => new,
        }
    }

    /// Returns the parts at the levels, the innermost first.
    pub(crate) fn parts(self, of: &Value) -> Vec<Value> {
        let mut parts = Vec::new();
        self.visit(of, &mut |part, _| {
            parts.push(part.clone());
            true
        });
        parts
    }

    /// Calls something with the parts at the levels and their places, the innermost first, as long
    /// as it wants more.
    pub(crate) fn visit(self, of: &Value, each: &mut dyn FnMut(&Value, &[Value]) -> bool) {
        self.visit_at(of, 0, self.heads, &mut Vec::new(), each);
    }

    /// Does so for heads too.
    pub(crate) fn visit_with_heads(
        self,
        of: &Value,
        each: &mut dyn FnMut(&Value, &[Value]) -> bool,
    ) {
        self.visit_at(of, 0, true, &mut Vec::new(), each);
    }

    fn visit_at(
        self,
        of: &Value,
        level: i64,
        heads: bool,
        index: &mut Vec<Value>,
        each: &mut dyn FnMut(&Value, &[Value]) -> bool,
    ) -> bool {
        let inner = match of {
            Value::Call(call) if self.goes_on(level) => grown(call.depth(), || {
                let mut part = |place: usize, value: &Value, index: &mut Vec<Value>| {
                    index.push(Value::Integer(place as i64));
                    let goes_on = self.visit_at(value, level + 1, heads, index, each);
                    index.pop();
                    goes_on
                };
                (!heads || part(0, call.head(), index))
                    && call.args().iter().enumerate().all(|(p, arg)| part(p + 1, arg, index))
            }),
            Value::Association(entries) if self.goes_on(level) => {
                entries.iter().all(|(key, entry)| {
                    index.push(Value::call(sym::Key, [key.clone()].as_slice()));
                    let goes_on = self.visit_at(&entry.value, level + 1, heads, index, each);
                    index.pop();
                    goes_on
                })
            }
            _ => true,
        };
        inner && (!self.holds(level, of) || each(of, index))
    }
}

/// Returns the depth as `Depth` counts it: 1 for what has no parts.
pub(crate) fn depth(value: &Value) -> i64 {
    match value {
        Value::Call(call) => 1 + call.args().iter().map(depth_fast).max().unwrap_or(1),
        Value::Association(entries) => 1 + entries.values().map(depth).max().unwrap_or(1),
        _ => 1,
    }
}

/// Returns the depth, or a bound if it is no smaller.
fn depth_up_to(value: &Value, bound: i64) -> i64 {
    if bound <= 1 || value.is_atom() {
        return 1;
    }
    let mut deepest = 1;
    let mut look = |part: &Value| {
        deepest = deepest.max(depth_up_to(part, bound - 1));
        deepest < bound - 1
    };
    grown(value.depth(), || match value {
        Value::Call(call) => call.args().iter().all(&mut look),
        Value::Association(entries) => entries.values().all(&mut look),
        _ => true,
    });
    deepest + 1
}

fn depth_fast(value: &Value) -> i64 {
    match value {
        Value::Call(call) => grown(call.depth(), || depth(value)),
        _ => depth(value),
    }
}
