//! The Lyra language: a symbolic language with the semantics of the Wolfram Language.
//!
//! A [`Session`] reads syntax trees (of `bolt-lyra-syntax`), evaluates them and writes the results.
//! An expression is a [`Value`]. The session does no input or output: what a program prints and
//! tells is collected as [`Note`]s.
//!
//! Start reading at `value`, then `evaluate`, `pattern` and `builtins`.

mod array;
mod aside;
mod association;
mod builtins;
mod compile;
mod complex64;
mod definition;
mod evaluate;
mod expand;
mod function;
mod history;
mod host;
mod level;
mod market;
mod message;
mod number;
mod order;
mod parallel;
mod pattern;
mod precise;
mod profile;
mod random;
mod read;
mod reference;
mod rule;
mod runtime;
mod scoping;
mod session;
mod support;
mod symbol;
mod trace;
mod tuning;
mod value;
mod write;
mod written;

pub use association::{Association, Entry};
pub use builtins::BuiltIn;
pub use definition::Attributes;
pub use host::{FileFacts, FileKind, Host, MemoryHost};
pub use market::{Datum, Market, MarketStrategy};
pub use reference::{Page, reference};
pub use runtime::{Crew, CrewRequest, Gauge, MemoryBinding, NodeGauge, Placement, Runtime};
pub use session::{Evaluated, Name, Names, Note, Session, Stop};
pub use symbol::{Symbol, Temporary, sym};
pub use tuning::SessionSettings;
pub use value::{Args, BigReal, Binary, Call, Complex, Value};

#[cfg(test)]
mod tests;
