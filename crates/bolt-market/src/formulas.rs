//! The formulas of a strategy, and the columns of signals they give over bars.
//!
//! A strategy is either one level, `signal` of one asset or `weights` of several, or up to four events. Formulas are kept as syntax
//! trees, so that a sweep parses them once and lowers them with the numbers of each combination.

mod formula;

pub use formula::Formula;

use std::ops::Range;

use crate::signals::Signals;
use bolt_base::Bytes;
use bolt_kernel::{
    Catalog, Column, FormulaError, Graph, NodeId, Options, Output, Program, Scope, Shape,
};
use bolt_memory::{Refused, Working};
pub(crate) use formula::Wants;

/// The part that a formula plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The position wanted: true or false is long or flat, a number is a fraction of equity.
    Signal,
    /// The positions wanted in several assets, as a signal of each.
    Weights,
    /// Enter long.
    Entry,
    /// Leave long.
    Exit,
    /// Enter short.
    ShortEntry,
    /// Leave short.
    ShortExit,
    /// Limit price of entries.
    EntryLimit,
    /// Stop price of entries.
    EntryStop,
    /// Size of entries.
    Size,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 9] = [
        Self::Signal,
        Self::Weights,
        Self::Entry,
        Self::Exit,
        Self::ShortEntry,
        Self::ShortExit,
        Self::EntryLimit,
        Self::EntryStop,
        Self::Size,
    ];

    /// Returns the name used in options, files and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::Weights => "weights",
            Self::Entry => "entry",
            Self::Exit => "exit",
            Self::ShortEntry => "short-entry",
            Self::ShortExit => "short-exit",
            Self::EntryLimit => "entry-limit",
            Self::EntryStop => "entry-stop",
            Self::Size => "size",
        }
    }

    /// Returns whether it is the position wanted.
    pub fn is_level(self) -> bool {
        matches!(self, Self::Signal | Self::Weights)
    }

    /// Returns whether it is true on the bars on which something is to happen.
    pub fn is_event(self) -> bool {
        matches!(self, Self::Entry | Self::Exit | Self::ShortEntry | Self::ShortExit)
    }
}

/// Why the formulas of a strategy cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StrategyError {
    /// A formula is wrong.
    #[error("the formula of `{place}` is wrong: {}", errors[0].message)]
    Formula {
        /// Where it was written, see [`Formula::parse`].
        place: String,
        /// Its text.
        text: String,
        /// What is wrong with it, at least one finding.
        errors: Vec<FormulaError>,
    },
    /// There is not enough memory to evaluate them.
    #[error(transparent)]
    Memory(#[from] Refused),
    /// A level and events at once.
    #[error("a strategy is one `signal` or events such as `entry` and `exit`, not both")]
    SignalAndEvents,
    /// Nothing that enters a position.
    #[error("there is nothing to trade: give a `signal`, or at least an `entry`")]
    Nothing,
    /// Something that closes trades of a side that nothing enters.
    #[error("`{}` closes what `{}` opens, which is missing; add it or leave out `{0}`", exit.name(), entry.name())]
    ExitWithoutEntry {
        /// What closes.
        exit: Role,
        /// What would open.
        entry: Role,
    },
    /// Weights of several assets were asked for, and the strategy is not they alone.
    #[error("weights are one formula, `weights`; leave out `{}`", role.name())]
    NotWeights {
        /// What there is besides.
        role: Role,
    },
    /// A target beyond the whole of equity.
    #[error(
        "`{}` is {value} at bar {bar}; a number is the position as a fraction of equity, from -1 to 1",
        role.name()
    )]
    Target {
        /// What asks for it.
        role: Role,
        /// The value.
        value: f64,
        /// Index of the first bar that has one.
        bar: usize,
    },
}

/// The formulas of a strategy.
#[derive(Debug, Clone)]
pub struct Strategy {
    formulas: Vec<(Role, Formula)>,
}

impl Strategy {
    /// Parses the formulas of a strategy, each called by its role in messages.
    ///
    /// # Errors
    /// If one is not a formula, or together they are no strategy.
    pub fn parse<'t>(
        formulas: impl IntoIterator<Item = (Role, &'t str)>,
    ) -> Result<Self, StrategyError> {
        let parse = |(role, text): (Role, &str)| {
            let formula = Formula::parse(role.name(), role.name(), text)?;
            Ok::<_, StrategyError>((role, formula))
        };
        Self::new(formulas.into_iter().map(parse).collect::<Result<_, _>>()?)
    }

    /// Returns the strategy of some formulas.
    ///
    /// # Errors
    /// If together they are no strategy.
    pub fn new(formulas: Vec<(Role, Formula)>) -> Result<Self, StrategyError> {
        let has = |wanted: &dyn Fn(Role) -> bool| formulas.iter().any(|(role, _)| wanted(*role));
        let (level, events) = (has(&Role::is_level), has(&Role::is_event));
        if level && events {
            return Err(StrategyError::SignalAndEvents);
        }
        let other = formulas.iter().find(|(role, _)| *role != Role::Weights);
        if let (true, Some((role, _))) = (has(&|role| role == Role::Weights), other) {
            return Err(StrategyError::NotWeights { role: *role });
        }
        if !level && !has(&|role| matches!(role, Role::Entry | Role::ShortEntry)) {
            return Err(StrategyError::Nothing);
        }
        for (exit, entry) in [(Role::Exit, Role::Entry), (Role::ShortExit, Role::ShortEntry)] {
            if has(&|role| role == exit) && !has(&|role| role == entry) {
                return Err(StrategyError::ExitWithoutEntry { exit, entry });
            }
        }
        Ok(Self { formulas })
    }

    /// Returns the text of each formula.
    pub fn texts(&self) -> impl Iterator<Item = (Role, &str)> {
        self.formulas.iter().map(|(role, formula)| (*role, formula.text()))
    }

    /// Returns the [canonical text](Formula::canonical) of each formula.
    pub(crate) fn canonical(&self) -> Vec<(Role, String)> {
        self.formulas.iter().map(|(role, formula)| (*role, formula.canonical())).collect()
    }

    /// Returns the formula of a role.
    pub fn text(&self, role: Role) -> Option<&str> {
        self.texts().find(|(own, _)| *own == role).map(|(_, text)| text)
    }

    /// Adds the formulas to a graph; returns the node of each.
    ///
    /// # Errors
    /// Everything that is wrong with the first formula that is wrong.
    pub fn build(
        &self,
        graph: &mut Graph,
        scope: &Scope<'_>,
    ) -> Result<Vec<(Role, NodeId)>, StrategyError> {
        let build = |(role, formula): &(Role, Formula)| {
            let wants = if role.is_event() { Wants::Truths } else { Wants::Any };
            Ok((*role, formula.build(graph, scope, wants)?))
        };
        self.formulas.iter().map(build).collect()
    }

    /// Evaluates the formulas over columns of bars.
    ///
    /// # Errors
    /// If a formula is wrong, or the signal asks for more than the whole of equity.
    ///
    /// # Panics
    /// If columns differ in length.
    pub fn evaluate(
        &self,
        columns: &Columns<'_>,
        catalog: &Catalog,
        parameters: &[(&str, f64)],
        options: &Options,
    ) -> Result<SignalColumns, StrategyError> {
        let mut graph = Graph::new();
        let schema = columns.schema();
        let scope = Scope { catalog, columns: &schema, parameters, universe: None };
        let nodes = self.build(&mut graph, &scope)?;
        let roots: Vec<NodeId> = nodes.iter().map(|(_, node)| *node).collect();
        let program = Program::new(&graph, &roots);
        let inputs = columns.inputs(&program);
        let (outputs, mut held) = evaluate(&program, &inputs, columns.rows, 1, options)?;
        let roles = nodes.into_iter().map(|(role, _)| role);
        SignalColumns::from_outputs(roles.zip(outputs), program.longest_warm_up(), &mut held)
    }
}

/// Returns the name that formulas have for a column: `adjClose` for `adj_close`, because an underscore
/// makes a pattern there.
pub fn column_name(name: &str) -> String {
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(letters.as_str());
    }
    out
}

/// Columns of bars by name, of equal length.
#[derive(Debug, Clone)]
pub struct Columns<'a> {
    rows: usize,
    columns: Vec<(&'a str, &'a [f64])>,
}

impl<'a> Columns<'a> {
    /// Returns columns of `rows` rows.
    ///
    /// # Panics
    /// If a column has another length.
    pub fn new(rows: usize, columns: impl IntoIterator<Item = (&'a str, &'a [f64])>) -> Self {
        let columns: Vec<(&str, &[f64])> = columns.into_iter().collect();
        assert!(columns.iter().all(|(_, values)| values.len() == rows), "columns of {rows} rows");
        Self { rows, columns }
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the names, as formulas may use them.
    pub fn schema(&self) -> Vec<(&'a str, Shape)> {
        self.columns.iter().map(|(name, _)| (*name, Shape::Panel)).collect()
    }

    /// Returns the values of a program's inputs.
    ///
    /// # Panics
    /// If the program was not built over this schema.
    pub fn inputs(&self, program: &Program) -> Vec<Column<'a, f64>> {
        let find = |name: &str| self.columns.iter().find(|(known, _)| *known == name);
        program
            .inputs()
            .iter()
            .map(|input| match find(&input.name) {
                Some((_, values)) => Column::Series(values),
                None => panic!("the program reads `{}`, which is not in its schema", input.name),
            })
            .collect()
    }
}

/// What the formulas of a strategy say at each bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SignalColumns {
    /// Targets; a level that is true is 1.
    pub target: Option<Vec<f64>>,
    /// Events, true where they happen.
    pub entry: Option<Vec<bool>>,
    /// Events, true where they happen.
    pub exit: Option<Vec<bool>>,
    /// Events, true where they happen.
    pub short_entry: Option<Vec<bool>>,
    /// Events, true where they happen.
    pub short_exit: Option<Vec<bool>>,
    /// Prices, missing for none.
    pub entry_limit: Option<Vec<f64>>,
    /// Prices, missing for none.
    pub entry_stop: Option<Vec<f64>>,
    /// Sizes.
    pub size: Option<Vec<f64>>,
    /// First bars on which some number in the formulas has no value yet.
    pub warm_up: usize,
    /// Formulas that have no value on any bar.
    pub undefined: Vec<Role>,
}

impl SignalColumns {
    /// Returns what the kernel computed for each formula, as signals. What outputs take is reserved
    /// in `held`, which follows.
    ///
    /// # Errors
    /// If the signal asks for more than the whole of equity, or there is not memory enough.
    ///
    /// # Panics
    /// If the output of an event is not of truth values.
    pub(crate) fn from_outputs(
        outputs: impl IntoIterator<Item = (Role, Output<f64>)>,
        warm_up: usize,
        held: &mut Working,
    ) -> Result<Self, StrategyError> {
        let mut signals = Self { warm_up, ..Self::default() };
        for (role, output) in outputs {
            if output.is_missing() {
                signals.undefined.push(role);
            }
            signals.take(role, output, held)?;
        }
        Ok(signals)
    }

    fn take(
        &mut self,
        role: Role,
        output: Output<f64>,
        held: &mut Working,
    ) -> Result<(), StrategyError> {
        let column = match role {
            Role::Signal | Role::Weights => {
                let target = level(output, held)?;
                let beyond = |value: &f64| !value.is_nan() && value.abs() > 1.0;
                if let Some(bar) = target.iter().position(beyond) {
                    return Err(StrategyError::Target { role, value: target[bar], bar });
                }
                self.target = Some(target);
                return Ok(());
            }
            Role::EntryLimit => &mut self.entry_limit,
            Role::EntryStop => &mut self.entry_stop,
            Role::Size => &mut self.size,
            Role::Entry => return self.take_event(output, |signals| &mut signals.entry),
            Role::Exit => return self.take_event(output, |signals| &mut signals.exit),
            Role::ShortEntry => return self.take_event(output, |signals| &mut signals.short_entry),
            Role::ShortExit => return self.take_event(output, |signals| &mut signals.short_exit),
        };
        *column = Some(level(output, held)?);
        Ok(())
    }

    fn take_event(
        &mut self,
        output: Output<f64>,
        column: fn(&mut Self) -> &mut Option<Vec<bool>>,
    ) -> Result<(), StrategyError> {
        // What is missing has not happened. The truths become the events where they are.
        let events = output.into_truths().into_iter().map(|event| event == Some(true)).collect();
        *column(self) = Some(events);
        Ok(())
    }

    /// Returns the memory that the columns have allocated.
    pub fn allocated(&self) -> Bytes {
        fn of<T>(column: &Option<Vec<T>>) -> usize {
            column.as_ref().map_or(0, |values| values.capacity() * size_of::<T>())
        }
        let Self { target, entry_limit, entry_stop, size, .. } = self;
        let Self { entry, exit, short_entry, short_exit, .. } = self;
        let numbers = [target, entry_limit, entry_stop, size].map(of).iter().sum::<usize>();
        let events = [entry, exit, short_entry, short_exit].map(of).iter().sum::<usize>();
        Bytes((numbers + events) as u64)
    }

    /// Returns the columns at some of the bars; nothing of them is warm-up any more, and what has no
    /// value there may have one elsewhere.
    ///
    /// # Panics
    /// If the range does not lie inside.
    #[must_use]
    pub fn slice(&self, bars: Range<usize>) -> Self {
        let Self {
            target,
            entry,
            exit,
            short_entry,
            short_exit,
            entry_limit,
            entry_stop,
            size,
            warm_up: _,
            undefined: _,
        } = self;
        Self {
            target: part(target.as_deref(), &bars),
            entry: part(entry.as_deref(), &bars),
            exit: part(exit.as_deref(), &bars),
            short_entry: part(short_entry.as_deref(), &bars),
            short_exit: part(short_exit.as_deref(), &bars),
            entry_limit: part(entry_limit.as_deref(), &bars),
            entry_stop: part(entry_stop.as_deref(), &bars),
            size: part(size.as_deref(), &bars),
            warm_up: 0,
            undefined: Vec::new(),
        }
    }

    /// Returns the columns as engines take them.
    pub fn signals(&self) -> Signals<'_> {
        Signals {
            target: self.target.as_deref(),
            entry: self.entry.as_deref(),
            exit: self.exit.as_deref(),
            short_entry: self.short_entry.as_deref(),
            short_exit: self.short_exit.as_deref(),
            entry_limit: self.entry_limit.as_deref(),
            entry_stop: self.entry_stop.as_deref(),
            size: self.size.as_deref(),
        }
    }
}

fn part<T: Clone>(column: Option<&[T]>, bars: &Range<usize>) -> Option<Vec<T>> {
    Some(column?[bars.clone()].to_vec())
}

/// Evaluates a program; returns its results with what is reserved for them.
///
/// # Errors
/// If there is not memory enough.
///
/// # Panics
/// As [`Program::evaluate`].
pub(crate) fn evaluate(
    program: &Program,
    inputs: &[Column<'_, f64>],
    rows: usize,
    lanes: usize,
    options: &Options,
) -> Result<(Vec<Output<f64>>, Working), Refused> {
    let bytes = program.evaluation_bytes::<f64>(rows, lanes, options);
    let mut held = Working::of(Bytes(bytes as u64))?;
    let outputs = program.evaluate(inputs, rows, lanes, options);
    let results = outputs.iter().map(Output::allocated).sum::<usize>();
    held.resize(Bytes(results as u64))?;
    Ok((outputs, held))
}

/// Returns numbers as they are and truth values as 1 and 0; a level that is missing is not true.
/// What the output takes is reserved in `held`, which follows.
///
/// # Errors
/// If there is not memory enough.
pub(crate) fn level(output: Output<f64>, held: &mut Working) -> Result<Vec<f64>, Refused> {
    let before = Bytes(output.allocated() as u64);
    match output {
        Output::Numbers(values) => Ok(values),
        Output::Truths(values) => {
            held.grow(Bytes(size_of::<f64>() as u64 * values.len() as u64))?;
            let number = |value| f64::from(u8::from(value == Some(true)));
            let numbers = values.into_iter().map(number).collect();
            held.shrink(before);
            Ok(numbers)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::column_name;

    #[test]
    fn names_of_columns_are_symbols() {
        for (name, expected) in
            [("close", "close"), ("adj_close", "adjClose"), ("a_b_c", "aBC"), ("_x_", "x")]
        {
            assert_eq!(column_name(name), expected);
        }
    }
}
