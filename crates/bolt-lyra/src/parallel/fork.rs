//! Workers: copies of a session that evaluate for it, and what they may not do.
//!
//! A worker knows what its session knows. What it evaluates counts only if nothing but values and
//! notes come of it: a worker that changes a definition, or asks for what only the session itself
//! has, leaves, and the session evaluates everything itself, in order. So nobody can tell workers
//! from the session by results, and no definition has to be sent back.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc as Shared, Mutex, PoisonError};
use std::time::Duration;

use triomphe::Arc;

use super::copy::Copier;
use crate::association::{Association, Entry};
use crate::definition::{Definition, Rare};
use crate::host::{FileFacts, Host};
use crate::rule::{Rule, Rules};
use crate::session::{Name, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value, grown};

/// Whether workers have left, and why the first did.
#[derive(Debug, Default)]
pub(crate) struct Departure {
    has_left: AtomicBool,
    why: Mutex<Option<String>>,
}

impl Departure {
    pub(crate) fn has_left(&self) -> bool {
        self.has_left.load(Ordering::Relaxed)
    }

    fn leave(&self, why: &str) {
        let mut first = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(|| why.to_owned());
        self.has_left.store(true, Ordering::Relaxed);
    }

    /// Returns why the first left, if one has.
    pub(crate) fn why(&self) -> Option<String> {
        self.why.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What makes a session a worker.
#[derive(Debug)]
pub(crate) struct Worker {
    /// Symbols from here on are its own.
    pub(crate) base: usize,
    /// The variable of the loop that it works on.
    pub(crate) variable: Option<Symbol>,
    /// What was defined for symbols before the current item changed it.
    touched: HashMap<Symbol, Definition>,
    departure: Shared<Departure>,
}

impl Session {
    /// Returns a worker, and what copies values for it.
    pub(crate) fn fork(&self, departure: &Shared<Departure>) -> (Self, Copier) {
        let inner = self.host.reader();
        let host = Watched { inner, departure: departure.clone() };
        let mut worker = self.sibling(Box::new(host));
        let mut copier = Copier::into(&worker);
        let plain = |definition: &Definition| Definition {
            attributes: definition.attributes,
            seen: definition.seen,
            builtin: definition.builtin,
            ..Definition::default()
        };
        worker.definitions = self.definitions.iter().map(plain).collect();
        for (index, definition) in self.definitions.iter().enumerate() {
            let Definition { own, down, rare, .. } = definition;
            if own.is_none() && down.is_empty() && rare.is_none() {
                continue;
            }
            let own = own.as_ref().map(|own| copier.copy(own));
            let down = copied(&mut worker, &mut copier, down);
            let rare = rare.as_ref().map(|rare| Box::new(rarely(&mut worker, &mut copier, rare)));
            let new = &mut worker.definitions[index];
            (new.own, new.down, new.rare) = (own, down, rare);
        }
        worker.worker = Some(Box::new(Worker {
            base: self.names.len(),
            variable: None,
            touched: HashMap::new(),
            departure: departure.clone(),
        }));
        (worker, copier)
    }

    /// Takes note that what is defined for a symbol may change.
    pub(crate) fn touch(&mut self, symbol: Symbol) {
        let Some(worker) = &mut self.worker else { return };
        // What was told is told again by the session itself.
        let is_own = worker.variable == Some(symbol) || symbol == sym::MessageList;
        if symbol.index() >= worker.base || is_own {
            return;
        }
        let before = || self.definitions.get(symbol.index()).cloned().unwrap_or_default();
        worker.touched.entry(symbol).or_insert_with(before);
    }

    /// Ends the work if it is that of a worker, which cannot have something.
    pub(crate) fn leave(&self, why: &str) {
        if let Some(worker) = &self.worker {
            worker.departure.leave(why);
            self.interrupt.store(true, Ordering::Relaxed);
        }
    }

    /// Leaves if something is defined otherwise than before the current item, which ends.
    pub(crate) fn end_item(&mut self) {
        let Some(worker) = &mut self.worker else { return };
        let touched = std::mem::take(&mut worker.touched);
        let changed = touched.iter().find(|(symbol, before)| {
            self.definitions.get(symbol.index()).is_some_and(|now| !is_unchanged(before, now))
        });
        if let Some((&symbol, _)) = changed {
            self.leave(&format!("a definition of {}", self.names.shown(symbol)));
        }
        if !self.streams.is_unused() {
            self.leave("a stream");
        }
    }

    /// Returns a value of a worker as one of this session, which gets the symbols that it does not
    /// know. `copier` made the worker's values.
    pub(crate) fn adopt(&mut self, worker: &Self, copier: &Copier, value: &Value) -> Value {
        let base = worker.worker.as_ref().map_or(usize::MAX, |worker| worker.base);
        let mut adoption = Adoption { worker, copier, base, known: HashMap::new() };
        adoption.value(self, value)
    }
}

fn copied(worker: &mut Session, copier: &mut Copier, rules: &Rules) -> Rules {
    rules.remade(|rule| {
        let (lhs, rhs) = (copier.copy(&rule.lhs), copier.copy(&rule.rhs));
        // A rule keeps its left side without the outermost `HoldPattern`.
        Rule::new(worker, &lhs, &rhs, rule.delayed)
    })
}

fn rarely(worker: &mut Session, copier: &mut Copier, rare: &Rare) -> Rare {
    let Rare { own, sub, up, numeric, default, options, messages } = rare;
    let mut rules = |rules| copied(worker, copier, rules);
    let [own, sub, up, numeric, default] = [own, sub, up, numeric, default].map(&mut rules);
    let options = options.as_ref().map(|options| copier.copy(options));
    let message = |(tag, text): (&String, &Value)| (tag.clone(), copier.copy(text));
    let messages = messages.iter().map(message).collect();
    Rare { own, sub, up, numeric, default, options, messages }
}

/// Returns whether nothing is defined otherwise. Rules that were made anew count as others.
fn is_unchanged(before: &Definition, now: &Definition) -> bool {
    let none = Rare::default();
    let rare = |definition: &Definition| -> *const Rare {
        definition.rare.as_deref().map_or(std::ptr::null(), std::ptr::from_ref)
    };
    let (a, b) = (before.rare.as_deref().unwrap_or(&none), now.rare.as_deref().unwrap_or(&none));
    let same_rare = || {
        a.own.is(&b.own)
            && a.sub.is(&b.sub)
            && a.up.is(&b.up)
            && a.numeric.is(&b.numeric)
            && a.default.is(&b.default)
            && a.options == b.options
            && a.messages == b.messages
    };
    before.attributes == now.attributes
        && before.own == now.own
        && before.down.is(&now.down)
        && (rare(before) == rare(now) || same_rare())
}

/// Makes values of a worker values of its session.
struct Adoption<'a> {
    worker: &'a Session,
    copier: &'a Copier,
    base: usize,
    known: HashMap<Symbol, Value>,
}

impl Adoption<'_> {
    fn value(&mut self, session: &mut Session, value: &Value) -> Value {
        match value {
            Value::Symbol(symbol) if symbol.index() >= self.base => self.symbol(session, *symbol),
            Value::Temporary(temporary) => self.symbol(session, temporary.symbol),
            Value::Call(call) if call.array().is_none() => grown(call.depth(), || {
                let head = self.value(session, call.head());
                let args: Args = call.args().iter().map(|arg| self.value(session, arg)).collect();
                Value::call(head, args)
            }),
            Value::Association(entries) => {
                let entry = |(key, entry): (&Value, &Entry)| {
                    let value = self.value(session, &entry.value);
                    (self.value(session, key), Entry { value, delayed: entry.delayed })
                };
                Value::Association(Arc::new(Association::new(entries.iter().map(entry))))
            }
            _ => value.clone(),
        }
    }

    fn symbol(&mut self, session: &mut Session, symbol: Symbol) -> Value {
        if let Some(original) = self.copier.original(symbol) {
            return original.clone();
        }
        if let Some(known) = self.known.get(&symbol) {
            return known.clone();
        }
        let Name { context, name } = self.worker.names.full(symbol).clone();
        let is_temporary = self.worker.attributes(symbol).has(crate::Attributes::TEMPORARY);
        if !is_temporary {
            let own = Value::Symbol(session.names.symbol(&format!("{context}{name}")));
            self.known.insert(symbol, own.clone());
            return own;
        }
        let stem = name.rsplit_once('$').map_or(&*name, |(stem, _)| stem);
        let like = session.names.symbol(&format!("{context}{stem}"));
        let new = session.temporary(like);
        self.known.insert(symbol, new.clone());
        self.define(session, symbol, &new);
        new
    }

    /// Defines a new temporary symbol as that of the worker is.
    fn define(&mut self, session: &mut Session, symbol: Symbol, new: &Value) {
        let (Some(new), Some(of)) = (new.as_symbol(), self.worker.definition(symbol)) else {
            return;
        };
        let own = of.own.as_ref().map(|own| self.value(session, own));
        let rules = of.down.list(self.worker);
        session.definition_mut(new).own = own;
        for rule in rules {
            let (lhs, rhs) = (self.value(session, &rule.lhs), self.value(session, &rule.rhs));
            let lhs = Value::call(sym::HoldPattern, [lhs].as_slice());
            let rule = Rule::new(session, &lhs, &rhs, rule.delayed);
            session.definition_mut(new).down.add(rule);
        }
    }
}

/// The host of a worker: it reads what the session's host reads, and leaves where that is not
/// enough.
struct Watched {
    inner: Option<Box<dyn Host>>,
    departure: Shared<Departure>,
}

impl Watched {
    fn leave<T>(&self) -> io::Result<T> {
        self.departure.leave("a file");
        Err(io::Error::other("a worker changes no file"))
    }

    fn inner(&self) -> io::Result<&dyn Host> {
        match &self.inner {
            Some(inner) => Ok(&**inner),
            None => self.leave(),
        }
    }
}

impl Host for Watched {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.inner()?.read(path)
    }

    fn write(&mut self, _: &str, _: &[u8], _: bool) -> io::Result<()> {
        self.leave()
    }

    fn facts(&self, path: &str) -> Option<FileFacts> {
        self.inner().ok()?.facts(path)
    }

    fn list(&self, directory: &str) -> io::Result<Vec<String>> {
        self.inner()?.list(directory)
    }

    fn create_directory(&mut self, _: &str) -> io::Result<()> {
        self.leave()
    }

    fn remove(&mut self, _: &str) -> io::Result<()> {
        self.leave()
    }

    fn rename(&mut self, _: &str, _: &str) -> io::Result<()> {
        self.leave()
    }

    fn directory(&self) -> String {
        self.inner().map_or_else(|_| String::new(), Host::directory)
    }

    fn set_directory(&mut self, _: &str) -> io::Result<()> {
        self.leave()
    }

    fn temporary_directory(&self) -> String {
        self.inner().map_or_else(|_| String::new(), Host::temporary_directory)
    }

    fn now(&self) -> Option<Duration> {
        self.inner().ok()?.now()
    }

    fn hours_ahead(&self, at: Duration) -> f64 {
        self.inner().map_or(0.0, |inner| inner.hours_ahead(at))
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.inner().ok()?.variable(name)
    }
}
