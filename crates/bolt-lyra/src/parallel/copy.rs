//! Values for another thread: copies that share nothing that both count or mark.
//!
//! Sessions mark calls that are final in an epoch of their definitions, and count who refers to
//! values. So what a worker works on is copied, and so is what it returns. Packed arrays have no
//! marks and are shared.

use std::collections::HashMap;

use triomphe::Arc;

use crate::association::{Association, Entry};
use crate::session::Session;
use crate::symbol::{Released, Symbol, Temporary};
use crate::value::{Args, BigReal, Call, Complex, Value, grown};

/// Copies values of a session into one that began as its copy.
#[derive(Debug)]
pub(crate) struct Copier {
    /// The temporary symbols that were met, each with that of the copy.
    temporaries: HashMap<Symbol, (Value, Value)>,
    /// Copies of what several refer to, by the address of the original.
    shared: HashMap<usize, Value>,
    released: Arc<Released>,
    /// Symbols from here on are unknown to the other session.
    base: usize,
    /// Whether the marks of what is final are copied.
    keeps_marks: bool,
    /// Whether a symbol was met that the other session has to be told of.
    pub(crate) is_foreign: bool,
}

impl Copier {
    /// Copies into a session.
    pub(crate) fn into(session: &Session) -> Self {
        Self {
            temporaries: HashMap::new(),
            shared: HashMap::new(),
            released: session.released.clone(),
            base: usize::MAX,
            keeps_marks: true,
            is_foreign: false,
        }
    }

    /// Copies out of a session whose symbols before `base` are those of the other.
    pub(crate) fn out_of(session: &Session, base: usize) -> Self {
        Self { base, keeps_marks: false, ..Self::into(session) }
    }

    /// Returns the temporary symbol of the original that one of the copy stands for.
    pub(crate) fn original(&self, symbol: Symbol) -> Option<&Value> {
        self.temporaries.get(&symbol).map(|(original, _)| original)
    }

    pub(crate) fn copy(&mut self, value: &Value) -> Value {
        match value {
            Value::Integer(_) | Value::Real(_) => value.clone(),
            Value::Symbol(symbol) => {
                self.is_foreign |= symbol.index() >= self.base;
                value.clone()
            }
            Value::Temporary(temporary) => self.temporary(value, temporary),
            Value::String(text) => Value::string(text.as_str()),
            Value::BigInteger(integer) => Value::BigInteger(Arc::new((**integer).clone())),
            Value::Rational(rational) => Value::Rational(Arc::new((**rational).clone())),
            Value::BigReal(real) => Value::BigReal(Arc::new(BigReal::clone(real))),
            Value::Complex(complex) => {
                let (re, im) = (self.copy(&complex.re), self.copy(&complex.im));
                Value::Complex(Arc::new(Complex { re, im }))
            }
            Value::Call(call) if call.array().is_some() => value.clone(),
            Value::Call(call) => grown(call.depth(), || self.call(call)),
            Value::Association(entries) => Value::Association(Arc::new(self.entries(entries))),
        }
    }

    fn temporary(&mut self, value: &Value, temporary: &Temporary) -> Value {
        self.is_foreign |= self.base != usize::MAX;
        let Self { temporaries, released, .. } = self;
        let symbol = temporary.symbol;
        let new = || {
            let own = Temporary { symbol, released: released.clone() };
            (value.clone(), Value::Temporary(Arc::new(own)))
        };
        match self.base {
            usize::MAX => temporaries.entry(symbol).or_insert_with(new).1.clone(),
            _ => value.clone(),
        }
    }

    fn call(&mut self, call: &Arc<Call>) -> Value {
        let address = Arc::as_ptr(call) as usize;
        let is_shared = !Arc::is_unique(call);
        if is_shared && let Some(copy) = self.shared.get(&address) {
            return copy.clone();
        }
        let head = self.copy(call.head());
        let args: Args = call.args().iter().map(|arg| self.copy(arg)).collect();
        let copy = Call::new(head, args);
        let mark = call.evaluated_at();
        if self.keeps_marks || mark == Call::EVER {
            copy.mark_evaluated(mark);
        }
        let copy = Value::from(copy);
        if is_shared {
            self.shared.insert(address, copy.clone());
        }
        copy
    }

    fn entries(&mut self, entries: &Association) -> Association {
        Association::new(entries.iter().map(|(key, entry)| {
            let value = self.copy(&entry.value);
            (self.copy(key), Entry { value, delayed: entry.delayed })
        }))
    }
}
