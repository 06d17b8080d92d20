//! Sessions: names, definitions and what holds while something is evaluated.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

use triomphe::Arc;

use crate::builtins;
use crate::definition::{Attributes, Definition};
use crate::history::History;
use crate::host::{Host, MemoryHost};
use crate::symbol::{Released, Symbol, Temporary, sym};
use crate::value::{Args, Value};

/// What a symbol is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The context, with the mark at its end: ``Global` ``.
    pub context: Arc<str>,
    /// The name within it.
    pub name: Arc<str>,
}

/// The names of a session's symbols.
#[derive(Debug, Clone)]
pub struct Names {
    names: Vec<Name>,
    by_name: HashMap<(Arc<str>, Arc<str>), Symbol>,
    contexts: HashMap<String, Arc<str>>,
    hot: Hot,
    /// How often names were looked for, and how many of these were among the hot ones.
    pub(crate) lookups: u64,
    pub(crate) hot_hits: u64,
    /// Where new symbols go.
    pub(crate) context: Arc<str>,
    /// Where symbols are looked for.
    pub(crate) path: Vec<Arc<str>>,
}

/// Symbols that were looked for lately, by their name as it is written; the slot is its hash.
#[derive(Debug, Clone)]
struct Hot {
    slots: Vec<Option<(Arc<str>, Symbol)>>,
    /// What the current context and path were for which they hold.
    context: Arc<str>,
    path: Vec<Arc<str>>,
}

impl Hot {
    /// As many symbols as a page of a program has.
    const SIZE: usize = 128;

    fn new(context: &Arc<str>) -> Self {
        Self { slots: vec![None; Self::SIZE], context: context.clone(), path: Vec::new() }
    }

    fn slot(&self, written: &str) -> Option<usize> {
        use std::hash::BuildHasher;
        let hash = foldhash::fast::FixedState::default().hash_one(written) as usize;
        hash.checked_rem(self.slots.len())
    }

    fn clear(&mut self) {
        self.slots.fill(None);
    }
}

impl Names {
    /// Returns how many hot symbols there may be.
    pub(crate) fn hot_size(&self) -> usize {
        self.hot.slots.len()
    }

    /// Sets how many hot symbols there may be; none of them is known then.
    pub(crate) fn set_hot_size(&mut self, size: usize) {
        self.hot.slots = vec![None; size];
    }

    /// Returns how many symbols are found by name.
    pub(crate) fn interned(&self) -> usize {
        self.by_name.len()
    }

    /// Gives back room that is not used.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.names.shrink_to_fit();
        self.by_name.shrink_to_fit();
    }

    /// Returns about how many bytes the table of names takes.
    pub(crate) fn bytes(&self) -> usize {
        let entry = size_of::<(Arc<str>, Arc<str>)>() + size_of::<Symbol>() + 1;
        let text = |name: &Name| name.name.len() + 2 * size_of::<usize>();
        self.names.capacity() * size_of::<Name>()
            + self.by_name.capacity() * entry
            + self.names.iter().map(text).sum::<usize>()
    }

    /// Returns a symbol that is hot.
    fn hot(&mut self, written: &str) -> Option<Symbol> {
        self.lookups += 1;
        let is_same = |a: &[Arc<str>], b: &[Arc<str>]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| Arc::ptr_eq(a, b))
        };
        if !Arc::ptr_eq(&self.hot.context, &self.context) || !is_same(&self.hot.path, &self.path) {
            self.hot.clear();
            self.hot.context = self.context.clone();
            self.hot.path.clone_from(&self.path);
            return None;
        }
        let (name, symbol) = self.hot.slots[self.hot.slot(written)?].as_ref()?;
        if **name != *written {
            return None;
        }
        self.hot_hits += 1;
        Some(*symbol)
    }

    fn new() -> Self {
        let mut names = Self {
            names: Vec::new(),
            by_name: HashMap::new(),
            contexts: HashMap::new(),
            hot: Hot::new(&Arc::from("")),
            lookups: 0,
            hot_hits: 0,
            context: Arc::from("Global`"),
            path: Vec::new(),
        };
        let (system, global) = (names.context("System`"), names.context("Global`"));
        names.context = global.clone();
        names.path = vec![system.clone(), global];
        for name in sym::NAMES {
            names.intern(&system, name);
        }
        names
    }

    pub(crate) fn context(&mut self, name: &str) -> Arc<str> {
        let make = || Arc::from(name);
        self.contexts.entry(name.to_owned()).or_insert_with(make).clone()
    }

    fn intern(&mut self, context: &Arc<str>, name: &str) -> Symbol {
        let name: Arc<str> = Arc::from(name);
        let key = (context.clone(), name.clone());
        if let Some(&symbol) = self.by_name.get(&key) {
            return symbol;
        }
        let symbol = self.add(Name { context: context.clone(), name });
        // It may come before one of the same name in another context.
        self.hot.clear();
        self.by_name.insert(key, symbol);
        symbol
    }

    fn add(&mut self, name: Name) -> Symbol {
        self.names.push(name);
        Symbol(u32::try_from(self.names.len() - 1).expect("fewer than 2^32 symbols"))
    }

    /// Returns what a symbol is called.
    pub fn full(&self, symbol: Symbol) -> &Name {
        &self.names[symbol.index()]
    }

    /// Returns how many symbols there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Returns whether there is none, which is never so.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Returns the symbol of a name as it is written, if there is one.
    pub fn find(&self, written: &str) -> Option<Symbol> {
        let get = |context: &Arc<str>, name: &str| {
            self.by_name.get(&(context.clone(), Arc::from(name))).copied()
        };
        match written.rfind('`') {
            Some(mark) => {
                let (context, name) = written.split_at(mark + 1);
                let context = match context.strip_prefix('`') {
                    Some(relative) => format!("{}{relative}", self.context),
                    None => context.to_owned(),
                };
                get(self.contexts.get(&context)?, name)
            }
            None => {
                self.path.iter().chain([&self.context]).find_map(|context| get(context, written))
            }
        }
    }

    /// Returns the symbol of a name as it is written, which is made if there is none.
    pub fn symbol(&mut self, written: &str) -> Symbol {
        if let Some(symbol) = self.hot(written) {
            return symbol;
        }
        let symbol = self.found_or_made(written);
        if let Some(slot) = self.hot.slot(written) {
            let name = &self.full(symbol).name;
            let name = if **name == *written { name.clone() } else { Arc::from(written) };
            self.hot.slots[slot] = Some((name, symbol));
        }
        symbol
    }

    fn found_or_made(&mut self, written: &str) -> Symbol {
        if let Some(symbol) = self.find(written) {
            return symbol;
        }
        let Some(mark) = written.rfind('`') else {
            let context = self.context.clone();
            return self.intern(&context, written);
        };
        let (context, name) = written.split_at(mark + 1);
        let context = match context.strip_prefix('`') {
            Some(relative) => format!("{}{relative}", self.context),
            None => context.to_owned(),
        };
        let context = self.context(&context);
        self.intern(&context, name)
    }

    /// Returns the name as it has to be written here: with its context unless it is found without.
    pub fn shown(&self, symbol: Symbol) -> String {
        let Name { context, name } = self.full(symbol);
        let visible = self.path.contains(context) || *context == self.context;
        match visible {
            true => name.to_string(),
            false => format!("{context}{name}"),
        }
    }

    /// Makes a symbol one that is not found by its name.
    pub(crate) fn forget(&mut self, symbol: Symbol) {
        let Name { context, name } = self.full(symbol).clone();
        if self.by_name.get(&(context.clone(), name.clone())) == Some(&symbol) {
            self.by_name.remove(&(context, name));
            self.hot.clear();
        }
    }

    /// Returns all symbols that are found by name.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &Name)> {
        self.by_name.values().map(|&symbol| (symbol, self.full(symbol)))
    }
}

/// Why an evaluation does not return a value.
#[derive(Debug)]
pub enum Stop {
    /// `Throw[value, tag]`
    Throw(Value, Option<Value>),
    /// `Return[value]`
    Return(Value),
    /// `Break[]`
    Break,
    /// `Continue[]`
    Continue,
    /// `Goto[label]`
    Goto(Value),
    /// `Abort[]`, a signal, or a limit.
    Abort,
    /// `Quit[code]`
    Quit(i32),
}

/// What evaluations return: a stop is boxed, since it is rare.
pub type Evaluated<T = Value> = Result<T, Box<Stop>>;

/// What a session tells while it evaluates.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// A line that the program printed.
    Printed(String),
    /// A message, such as `Power::infy`.
    Message {
        /// The symbol and the tag: `Power::infy`.
        name: String,
        /// The text, with its parts filled in.
        text: String,
    },
}

/// Who gets what is printed and told, as it comes.
struct Listener(Box<dyn FnMut(Note) + Send>);

/// Bounds of an evaluation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) recursion: u32,
    pub(crate) iterations: u32,
}

/// An interpreter of the language with everything that was defined in it.
pub struct Session {
    pub(crate) names: Names,
    pub(crate) definitions: Vec<Definition>,
    /// Counts changes that what was evaluated before may depend on.
    pub(crate) epoch: u32,
    /// Counts changes of attributes, which compiled patterns depend on.
    pub(crate) attribute_epoch: u32,
    /// Whether a symbol has rules for calls that it is an argument of.
    pub(crate) has_up_rules: bool,
    /// Whether there is a value that functions of numbers or lists know beside these, such as a
    /// quantity.
    pub(crate) has_objects: bool,
    /// Whether something was looked at that definitions do not tell, so that the result of what is
    /// being evaluated may change without a change of definitions.
    pub(crate) hidden_dependence: bool,
    pub(crate) limits: Limits,
    pub(crate) depth: u32,
    pub(crate) module_number: u64,
    notes: Vec<Note>,
    listener: Option<Listener>,
    /// What is printed and told, where that is kept.
    recorded: Option<Vec<Note>>,
    pub(crate) history: History,
    pub(crate) market: Option<Box<dyn crate::market::Market>>,
    pub(crate) host: Box<dyn Host>,
    pub(crate) streams: builtins::Streams,
    /// The contexts that were left by `Begin` and `BeginPackage`.
    pub(crate) outer_contexts: Vec<builtins::OuterContext>,
    /// The contexts of the packages that were loaded.
    pub(crate) packages: Vec<String>,
    pub(crate) quiet: u32,
    /// Names of the messages since the evaluation began, for `Check`.
    pub(crate) message_names: Vec<String>,
    pub(crate) switched_off: std::collections::HashSet<String>,
    pub(crate) interrupt: std::sync::Arc<AtomicBool>,
    pub(crate) released: Arc<Released>,
    /// Rules of built-in functions that are written in the language, by their text.
    pub(crate) written: HashMap<&'static str, Arc<[crate::rule::Rule]>>,
    /// What the calls of `Reap` around the current evaluation collect.
    pub(crate) harvests: Vec<builtins::Harvest>,
    /// Where random numbers come from.
    pub(crate) random: crate::random::Generator,
    /// Counts changes of what built-in functions do and of attributes, which translated code
    /// depends on.
    pub(crate) builtin_epoch: u32,
    /// How patterns are compiled, with those that were.
    pub(crate) patterns: crate::pattern::Patterns,
    /// Whether hot code is translated.
    pub(crate) is_compiling: bool,
    /// What is known of compiled functions.
    pub(crate) compiled: crate::compile::Compiled,
    /// What translation does, and when.
    pub(crate) compiler: crate::compile::Settings,
    /// The limits of time in force, the innermost last.
    pub(crate) deadlines: Vec<builtins::Deadline>,
    /// What time it is since the session began.
    pub(crate) clock: std::sync::Arc<dyn bolt_base::Clock>,
    /// Machines that are not in use.
    pub(crate) machines: Vec<crate::compile::Machine>,
    /// The most memory that was seen to be in use.
    pub(crate) memory_most: u64,
    /// What looks at the evaluation, if anything does.
    pub(crate) inspection: Option<Box<crate::trace::Inspection>>,
    /// Whether `Assert` looks at what it is given.
    pub(crate) asserts: bool,
    /// How many calls of `Enclose` there are around what is evaluated.
    pub(crate) enclosures: u32,
    /// Formulas of the program that were read, by their text.
    pub(crate) formulas: HashMap<&'static str, Value>,
    /// Who works on parallel loops.
    pub(crate) workers: crate::parallel::Workers,
    /// What makes it a worker, if it is one.
    pub(crate) worker: Option<Box<crate::parallel::Worker>>,
    /// What is measured of the evaluation, if anything is.
    pub(crate) profile: Option<Box<crate::profile::Profile>>,
    /// Settings of tuning, and what monitors have seen.
    pub(crate) tuning: Box<crate::tuning::Tuning>,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// Starts a session that knows the built-in symbols and nothing else.
    pub fn new() -> Self {
        let mut session = Self {
            names: Names::new(),
            definitions: Vec::new(),
            epoch: 1,
            attribute_epoch: 1,
            has_up_rules: false,
            has_objects: false,
            hidden_dependence: false,
            limits: Limits { recursion: 1024, iterations: 4096 },
            depth: 0,
            module_number: 0,
            notes: Vec::new(),
            listener: None,
            recorded: None,
            history: History::default(),
            market: None,
            host: Box::new(MemoryHost::default()),
            streams: builtins::Streams::default(),
            outer_contexts: Vec::new(),
            packages: vec!["Global`".to_owned(), "System`".to_owned()],
            quiet: 0,
            message_names: Vec::new(),
            switched_off: std::collections::HashSet::new(),
            interrupt: std::sync::Arc::default(),
            released: Arc::new(Released::default()),
            written: HashMap::new(),
            harvests: Vec::new(),
            random: crate::random::Generator::new(0),
            builtin_epoch: 1,
            patterns: crate::pattern::Patterns::default(),
            is_compiling: true,
            compiled: crate::compile::Compiled::default(),
            compiler: crate::compile::Settings::default(),
            deadlines: Vec::new(),
            clock: std::sync::Arc::new(bolt_base::SystemClock::default()),
            machines: Vec::new(),
            memory_most: 0,
            inspection: None,
            asserts: false,
            enclosures: 0,
            formulas: HashMap::new(),
            workers: crate::parallel::Workers::default(),
            worker: None,
            profile: None,
            tuning: Box::default(),
        };
        for builtin in builtins::all() {
            let symbol = session.names.symbol(&format!("System`{}", builtin.name));
            let definition = session.definition_mut(symbol);
            definition.attributes = builtin.attributes.and(Attributes::PROTECTED);
            definition.builtin = Some(builtin);
        }
        let words = builtins::words::all().map(|(name, _)| name);
        for name in sym::NAMES.iter().copied().chain(words) {
            let symbol = session.names.symbol(&format!("System`{name}"));
            session.definition_mut(symbol).attributes |= Attributes::PROTECTED;
        }
        session.set_system_values();
        session.set_graphics_values();
        session.set_host_values();
        builtins::contexts_changed(&mut session);
        session
    }

    /// Returns a session for another thread with the same names and settings, and nothing defined.
    pub(crate) fn sibling(&self, host: Box<dyn Host>) -> Self {
        Self {
            names: self.names.clone(),
            definitions: Vec::new(),
            notes: Vec::new(),
            listener: None,
            history: History::default(),
            market: None,
            host,
            streams: builtins::Streams::default(),
            outer_contexts: self.outer_contexts.clone(),
            packages: self.packages.clone(),
            message_names: Vec::new(),
            switched_off: self.switched_off.clone(),
            interrupt: std::sync::Arc::default(),
            released: Arc::new(Released::default()),
            written: HashMap::new(),
            harvests: Vec::new(),
            random: self.random.clone(),
            patterns: self.patterns.sibling(),
            recorded: None,
            inspection: None,
            compiled: crate::compile::Compiled::default(),
            compiler: self.compiler.clone(),
            deadlines: self.deadlines.clone(),
            clock: self.clock.clone(),
            machines: Vec::new(),
            formulas: HashMap::new(),
            workers: crate::parallel::Workers::default(),
            worker: None,
            profile: None,
            tuning: Box::default(),
            ..*self
        }
    }

    fn set_system_values(&mut self) {
        let values = [
            (sym::RecursionLimit, Value::Integer(1024)),
            (sym::IterationLimit, Value::Integer(4096)),
            (sym::Line, Value::Integer(1)),
            (sym::HistoryLength, Value::Symbol(sym::Infinity)),
            (sym::Context, Value::string("Global`")),
            (sym::MessageList, Value::list(Args::new())),
            (sym::Assumptions, Value::TRUE),
            (sym::I, Value::i()),
        ];
        for (symbol, value) in values {
            self.definition_mut(symbol).own = Some(value);
        }
        let settings = [
            sym::RecursionLimit,
            sym::IterationLimit,
            sym::Assumptions,
            sym::Line,
            sym::HistoryLength,
            sym::Pre,
            sym::Post,
        ];
        for symbol in settings {
            self.definition_mut(symbol).attributes = Attributes::NONE;
        }
        for symbol in [sym::List, sym::True, sym::False, sym::Symbol, sym::I] {
            self.definition_mut(symbol).attributes |= Attributes::LOCKED;
        }
        let constants =
            [sym::Pi, sym::E, sym::Degree, sym::GoldenRatio, sym::EulerGamma, sym::Catalan];
        for symbol in constants {
            self.definition_mut(symbol).attributes |=
                Attributes::CONSTANT | Attributes::READ_PROTECTED;
        }
        for symbol in [sym::Infinity, sym::ComplexInfinity, sym::I] {
            self.definition_mut(symbol).attributes |= Attributes::READ_PROTECTED;
        }
    }

    /// Returns what is defined for a symbol.
    pub(crate) fn definition(&self, symbol: Symbol) -> Option<&Definition> {
        self.definitions.get(symbol.index())
    }

    /// Returns what is defined for a symbol, to be changed.
    pub(crate) fn definition_mut(&mut self, symbol: Symbol) -> &mut Definition {
        if self.definitions.len() <= symbol.index() {
            self.definitions.resize_with(symbol.index() + 1, Definition::default);
        }
        &mut self.definitions[symbol.index()]
    }

    /// Returns the attributes of a symbol.
    pub(crate) fn attributes(&self, symbol: Symbol) -> Attributes {
        self.definition(symbol).map_or(Attributes::NONE, |definition| definition.attributes)
    }

    /// Returns the attributes of a head that is a symbol; other heads have none.
    pub(crate) fn attributes_of(&self, head: &Value) -> Attributes {
        head.as_symbol().map_or(Attributes::NONE, |symbol| self.attributes(symbol))
    }

    /// Begins a change of what is defined for a symbol: what was evaluated with it is no longer
    /// known to be in its final form.
    pub(crate) fn change(&mut self, symbol: Symbol) -> &mut Definition {
        if self.worker.is_some() {
            self.touch(symbol);
        }
        let epoch = self.epoch;
        if self.definition_mut(symbol).seen == epoch {
            self.new_epoch();
        }
        let definition = self.definition_mut(symbol);
        if definition.builtin.is_some() {
            self.builtin_epoch += 1;
        }
        self.definition_mut(symbol)
    }

    /// Forgets what is known to be in its final form.
    pub(crate) fn new_epoch(&mut self) {
        // At the last epoch nothing is marked any more, and everything is evaluated each time.
        self.epoch = (self.epoch + 1).min(Self::LAST_EPOCH);
    }

    /// Stands for the epoch of what was evaluated nobody knows when.
    pub(crate) const NO_EPOCH: u32 = 0;
    /// The epoch in which nothing is marked as evaluated.
    pub(crate) const LAST_EPOCH: u32 = u32::MAX - 1;

    /// Makes a symbol that lives as long as it is referred to, named after another.
    pub(crate) fn temporary(&mut self, like: Symbol) -> Value {
        self.module_number += 1;
        let Name { context, name } = self.names.full(like).clone();
        let name = Name { context, name: Arc::from(format!("{name}${}", self.module_number)) };
        let symbol = match self.released.pop() {
            Some(symbol) => {
                self.names.names[symbol.index()] = name;
                symbol
            }
            None => self.names.add(name),
        };
        *self.definition_mut(symbol) =
            Definition { attributes: Attributes::TEMPORARY, ..Definition::default() };
        Value::Temporary(Arc::new(Temporary { symbol, released: self.released.clone() }))
    }

    /// Returns a handle that aborts what is evaluated when it is set.
    pub fn interrupt(&self) -> std::sync::Arc<AtomicBool> {
        self.interrupt.clone()
    }

    /// Evaluates an expression as a line of input: what ends it early becomes its value.
    ///
    /// # Errors
    /// The exit code, if it asks to quit.
    pub fn evaluate_line(&mut self, value: &Value) -> Result<Value, i32> {
        self.depth = 0;
        self.message_names.clear();
        self.enclosures = 0;
        self.no_messages_yet();
        self.check_symbols();
        let stop = match self.guarded(|session| session.evaluate(value)) {
            Ok(value) => return Ok(value),
            Err(stop) => *stop,
        };
        Ok(match stop {
            Stop::Quit(code) => return Err(code),
            Stop::Return(value) => value,
            Stop::Break => {
                Value::call(sym::Hold, [Value::call(sym::Break, Args::new())].as_slice())
            }
            Stop::Continue => {
                Value::call(sym::Hold, [Value::call(sym::Continue, Args::new())].as_slice())
            }
            Stop::Goto(label) => {
                let goto = Value::call(sym::Goto, [label].as_slice());
                Value::call(sym::Hold, [goto].as_slice())
            }
            Stop::Throw(value, tag) => {
                let parts: Args = std::iter::once(value).chain(tag).collect();
                let throw = Value::call(sym::Throw, parts);
                self.message(sym::Throw, "nocatch", std::slice::from_ref(&throw));
                Value::call(sym::Hold, [throw].as_slice())
            }
            Stop::Abort => Value::Symbol(sym::Aborted),
        })
    }

    /// Gives it the files, the clock and the environment of a host. Until then its files are in
    /// memory, and it knows no time of day.
    pub fn set_host(&mut self, host: Box<dyn Host>) {
        self.workers = crate::parallel::Workers::of_host(&*host);
        self.host = host;
        self.set_host_values();
    }

    fn set_host_values(&mut self) {
        let directory = Value::string(self.host.temporary_directory());
        let zone = Value::Real(self.host.hours_ahead(self.host.now().unwrap_or_default()));
        let mut named = |name: &str| Value::Symbol(self.names.symbol(&format!("System`{name}")));
        let (object, plus) = (named("DateObject"), named("DatePlus"));
        let now = Value::call(object.clone(), Args::new());
        let today = Value::call(object, [now.clone(), Value::string("Day")]);
        let later = |days| Value::call(plus.clone(), [today.clone(), Value::Integer(days)]);
        let values = [
            ("$KernelCount", Value::Integer(self.workers.count() as i64)),
            ("$KernelID", Value::Integer(0)),
            ("$ProcessorCount", Value::Integer(self.workers.processors() as i64)),
            ("$CharacterEncoding", Value::string("UTF-8")),
            ("$SystemCharacterEncoding", Value::string("UTF-8")),
            ("$MachineEpsilon", Value::Real(f64::EPSILON)),
            ("$MachinePrecision", Value::Real(crate::number::MACHINE_DIGITS)),
            ("$MaxMachineNumber", Value::Real(f64::MAX)),
            ("$MinMachineNumber", Value::Real(f64::MIN_POSITIVE)),
            ("$MaxPrecision", Value::Symbol(sym::Infinity)),
            ("$MinPrecision", Value::Integer(0)),
            ("$TemporaryDirectory", directory),
            ("$TimeZone", zone),
            ("Tomorrow", later(1)),
            ("Yesterday", later(-1)),
            ("Today", today),
            ("Now", now),
        ];
        for (name, value) in values {
            let symbol = self.names.symbol(&format!("System`{name}"));
            self.set_protected(symbol, value);
        }
    }

    /// Sets a value that programs may not set.
    pub(crate) fn set_protected(&mut self, symbol: Symbol, value: Value) {
        let definition = self.change(symbol);
        definition.attributes |= Attributes::PROTECTED;
        definition.own = Some(value);
    }

    /// Prints a line or tells a message.
    pub(crate) fn tell(&mut self, note: Note) {
        self.recorded.iter_mut().for_each(|recorded| recorded.push(note.clone()));
        match &mut self.listener {
            Some(Listener(listener)) => listener(note),
            None => self.notes.push(note),
        }
    }

    /// Keeps what is printed and told from now on, as well as telling it; returns what was kept
    /// before.
    pub(crate) fn record_notes(&mut self) -> Option<Vec<Note>> {
        self.recorded.replace(Vec::new())
    }

    /// Returns what was kept since, and goes on as before.
    pub(crate) fn recorded_notes(&mut self, before: Option<Vec<Note>>) -> Vec<Note> {
        let recorded = std::mem::replace(&mut self.recorded, before).unwrap_or_default();
        if let Some(outer) = &mut self.recorded {
            outer.extend(recorded.iter().cloned());
        }
        recorded
    }

    /// Gives what is printed and told to a function from now on, as it comes.
    pub fn listen(&mut self, listener: impl FnMut(Note) + Send + 'static) {
        self.listener = Some(Listener(Box::new(listener)));
    }

    /// Takes what was printed and told since the last time; nothing if somebody listens.
    pub fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Returns the names of its symbols.
    pub fn names(&self) -> &Names {
        &self.names
    }
}
