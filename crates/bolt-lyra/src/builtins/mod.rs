//! The built-in functions, by area.
//!
//! Each area is a table: the name, the attributes, what it does, and a usage message with
//! examples, which are tests.

pub(crate) mod algebra;
/// An entry of a table for a function that is written in the language: see `crate::written`.
macro_rules! written {
    ($name:literal, $attributes:expr, $rules:literal, $usage:literal, $examples:expr $(,)?) => {
        $crate::builtins::builtin(
            $name,
            $attributes,
            |session, call| session.by_rules(call, $rules),
            $usage,
            $examples,
        )
    };
}

pub(crate) mod arithmetic;
pub(crate) mod assignment;
mod associations;
mod attributes;
pub(crate) mod calculus;
mod combinatorics;
pub(crate) mod comparison;
mod compiled_patterns;
mod compiler;
mod control;
mod dates;
pub(crate) mod elementary;
mod equations;
mod files;
mod finance;
pub(crate) mod forms;
mod functional;
mod graphics;
mod graphs;
mod inequality;
mod inquiry;
mod inspection;
mod integers;
pub(crate) mod iteration;
mod linear;
mod lists;
mod logic;
mod market;
mod messages;
pub(crate) mod numbers;
mod operators;
pub(crate) mod options;
mod output;
mod parallel;
mod patterns;
mod processes;
mod quantities;
mod scope;
mod simplify;
mod sparse;
mod special;
mod statistics;
mod strings;
mod structure;
mod time;
mod trigonometry;
mod tuning;
pub(crate) mod words;

use triomphe::Arc;

use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::Symbol;
use crate::value::{Call, Value};

pub(crate) use combinatorics::products::Harvest;
pub(crate) use files::{OuterContext, Streams, context_assigned, contexts_changed};
pub(crate) use graphics::apply_color_data;
pub(crate) use inspection::defined;
pub(crate) use operators::apply_operator;
pub(crate) use output::Displayed;
pub(crate) use simplify::combined;
pub(crate) use time::{Deadline, processor_time};
pub(crate) use tuning::begin_monitor;
pub(crate) use tuning::units::{combined as combined_units, is_unit};

/// What a built-in function does with a call whose arguments are evaluated as its attributes say.
/// It may change the call only if it does not return [`Step::Same`].
pub(crate) type Apply = fn(&mut Session, &mut Arc<Call>) -> Evaluated<Step>;

/// A built-in function.
pub(crate) struct Builtin {
    /// Its name in ``System` ``.
    pub(crate) name: &'static str,
    pub(crate) attributes: Attributes,
    pub(crate) apply: Apply,
    /// What it does, in a paragraph.
    pub(crate) usage: &'static str,
    /// Inputs with their results.
    pub(crate) examples: &'static [(&'static str, &'static str)],
    /// Where its table is.
    place: &'static std::panic::Location<'static>,
}

impl Builtin {
    /// Returns the area of its table: the name of the file or the folder.
    fn area(&self) -> &'static str {
        let path = self.place.file();
        let (_, within) = path.rsplit_once("builtins/").unwrap_or(("", path));
        within.split(['/', '.']).next().unwrap_or(within)
    }
}

impl std::fmt::Debug for Builtin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Returns an entry of a table.
#[track_caller]
pub(crate) const fn builtin(
    name: &'static str,
    attributes: Attributes,
    apply: Apply,
    usage: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> Builtin {
    let place = std::panic::Location::caller();
    Builtin { name, attributes, apply, usage, examples, place }
}

/// Returns an entry of what evaluates to itself, such as a wrapper that output forms know.
#[track_caller]
const fn inert(
    name: &'static str,
    usage: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> Builtin {
    builtin(name, Attributes::NONE, |_, _| Ok(Step::Same), usage, examples)
}

/// Something that is built in, as users are told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its name in ``System` ``.
    pub name: &'static str,
    /// The area that it belongs to, such as `strings`; `words` for what is no function.
    pub area: &'static str,
    /// What it does, in a paragraph.
    pub usage: &'static str,
    /// Inputs with their results, as they would be typed.
    pub examples: &'static [(&'static str, &'static str)],
}

/// The tables of the areas that are folders.
const FOLDERS: &[&[&[Builtin]]] = &[
    associations::TABLES,
    calculus::TABLES,
    compiler::TABLES,
    dates::TABLES,
    files::TABLES,
    graphs::TABLES,
    graphics::TABLES,
    inspection::TABLES,
    output::TABLES,
    parallel::TABLES,
    processes::TABLES,
    simplify::TABLES,
    strings::TABLES,
    combinatorics::TABLES,
    linear::TABLES,
    numbers::TABLES,
    statistics::TABLES,
    statistics::distributions::TABLES,
    tuning::TABLES,
];

/// Returns all of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Builtin> {
    let areas: &[&'static [Builtin]] = &[
        algebra::algebraic::TABLE,
        algebra::apart::TABLE,
        algebra::coefficients::TABLE,
        algebra::divide::TABLE,
        algebra::expand::TABLE,
        algebra::factor::TABLE,
        algebra::forms::TABLE,
        algebra::ideals::TABLE,
        algebra::parts::TABLE,
        algebra::polynomials::TABLE,
        algebra::resultants::TABLE,
        algebra::rules::TABLE,
        algebra::together::TABLE,
        arithmetic::TABLE,
        assignment::TABLE,
        attributes::TABLE,
        comparison::TABLE,
        compiled_patterns::TABLE,
        control::TABLE,
        elementary::TABLE,
        equations::TABLE,
        equations::EXTREMA,
        elementary::parts::TABLE,
        elementary::rounding::TABLE,
        elementary::trigonometric::TABLE,
        finance::TABLE,
        functional::TABLE,
        integers::TABLE,
        iteration::TABLE,
        lists::TABLE,
        lists::arrays::TABLE,
        lists::automata::TABLE,
        lists::fourier::TABLE,
        lists::groups::TABLE,
        lists::clusters::TABLE,
        lists::nearest::TABLE,
        lists::padding::TABLE,
        lists::places::TABLE,
        lists::sequences::TABLE,
        lists::sets::TABLE,
        lists::windows::TABLE,
        logic::TABLE,
        market::TABLE,
        messages::TABLE,
        operators::TABLE,
        options::TABLE,
        patterns::TABLE,
        quantities::TABLE,
        scope::TABLE,
        sparse::TABLE,
        special::tables::TABLE,
        structure::TABLE,
        time::TABLE,
        trigonometry::TABLE,
    ];
    areas.iter().chain(FOLDERS.iter().copied().flatten()).copied().flatten()
}

impl Session {
    /// Returns what a function of quantities comes to, or of others of the values that stand for
    /// something with an arithmetic of its own.
    pub(crate) fn of_objects(&mut self, head: &Value, args: &[Value]) -> Evaluated<Option<Value>> {
        match head {
            Value::Symbol(head) => match sparse::combined(self, *head, args)? {
                Some(value) => Ok(Some(value)),
                None => match processes::combined(self, *head, args)? {
                    Some(value) => Ok(Some(value)),
                    None => quantities::combined(self, *head, args),
                },
            },
            _ => Ok(None),
        }
    }

    /// Returns what is built in: functions, and words that functions know.
    pub fn built_in() -> impl Iterator<Item = BuiltIn> {
        // Of several entries of a name the last holds, as in a session.
        let functions: std::collections::BTreeMap<&str, &Builtin> =
            all().map(|builtin| (builtin.name, builtin)).collect();
        let is_word = |(name, _): &(&str, &str)| !functions.contains_key(name);
        let words: Vec<_> = words::all().filter(is_word).collect();
        let functions = functions.into_values().map(|builtin| BuiltIn {
            name: builtin.name,
            area: builtin.area(),
            usage: builtin.usage,
            examples: builtin.examples,
        });
        let word = |(name, usage)| BuiltIn { name, area: "words", usage, examples: &[] };
        functions.chain(words.into_iter().map(word))
    }

    /// Tells that a function was called with a wrong number of arguments.
    pub(crate) fn wrong_count(&mut self, symbol: Symbol, count: usize, least: usize, most: usize) {
        let name = Value::Symbol(symbol);
        let of = |count: usize| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        match (least, most) {
            (1, 1) => self.message(symbol, "argx", &[name, of(count)]),
            _ if least == most && count == 1 => {
                self.message(symbol, "argr", &[name, of(least)]);
            }
            _ if least == most => self.message(symbol, "argrx", &[name, of(count), of(least)]),
            _ if most == usize::MAX => self.message(symbol, "argm", &[name, of(count)]),
            _ if most == least + 1 => {
                self.message(symbol, "argt", &[name, of(count), of(least), of(most)]);
            }
            _ => self.message(symbol, "argb", &[name, of(count), of(least), of(most)]),
        }
    }
}
