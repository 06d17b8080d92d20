//! Strategy files: a strategy, its numbers and how it is traded, in one TOML text.
//!
//! ```toml
//! [strategy]
//! name = "breakout"
//!
//! [parameters]            # numbers that formulas use by name; `--set` changes them
//! entry = 20
//! exit = 10
//!
//! [trading]               # the flags of trading under their names; flags win
//! convention = "next-open"
//! fees = "0.1%"
//!
//! [[orders]]              # as many as there are
//! when = "True"           # on which bars
//! if = "flat"             # flat, long, short, in-position or any
//! side = "buy"            # or "sell"
//! size = 0.5              # or equity_size, units, value; numbers or formulas
//! stop = "TsMax[high, entry]"
//! lasts = 1               # bars a limit or stop order waits; 0 for as many as it takes
//!
//! [[exits]]
//! when = "RSI[close, 14] > 70"
//! side = "long"           # or short, all
//!
//! [[stops]]
//! side = "long"
//! stop_loss = "TsMin[low, exit]"
//! ratchet = true          # never further from the price than it was
//! ```
//!
//! In place of orders, `[formulas]` has `signal`, or `entry`, `exit` and the rest of the flags of
//! formulas. What the rules mean is written down at [`bolt_market::rules`]. An unknown key is an
//! error with the nearest known one, and every error names its line.

mod reader;
mod rules;
#[cfg(test)]
mod tests;
mod trading;

use std::path::{Path, PathBuf};

use bolt_base::nearest;
use bolt_market::formulas::{Formula, Role, Strategy, StrategyError};
use bolt_market::plan::Plan;
use bolt_market::rules::Rules;
use bolt_market::sweep::{Grid, Parameter};
use reader::{Document, Section};
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_128;

use crate::SessionError;
use crate::manifest::Manifest;
use crate::trading::TradingOptions;

/// A strategy as it was written down, in flags or in a file.
#[derive(Debug, Clone)]
pub struct StrategyDefinition {
    /// The formulas.
    pub plan: Plan,
    /// Numbers that formulas use by name.
    pub parameters: Vec<(String, f64)>,
    /// How it is traded, as far as it says so.
    pub trading: TradingOptions,
    /// The file it stands in.
    pub file: Option<SourceFile>,
}

/// The file of a strategy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path.
    pub path: PathBuf,
    /// The name it gives to the strategy.
    pub name: Option<String>,
    /// XXH3 of its text, 128 bits.
    pub hash: u128,
}

impl From<Plan> for StrategyDefinition {
    fn from(plan: Plan) -> Self {
        Self { plan, parameters: Vec::new(), trading: TradingOptions::default(), file: None }
    }
}

impl StrategyDefinition {
    /// Reads a strategy file.
    ///
    /// # Errors
    /// If it cannot be read, or something in it is wrong.
    pub fn read(path: &Path) -> Result<Self, SessionError> {
        let bytes = std::fs::read(path).map_err(SessionError::file("read", path))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
            let message = "this is not UTF-8 text".to_owned();
            SessionError::StrategyFile { path: path.to_owned(), line, message, hint: None }
        })?;
        Self::parse(path, &text)
    }

    /// Reads the text of a strategy file.
    ///
    /// # Errors
    /// If something in it is wrong.
    pub fn parse(path: &Path, text: &str) -> Result<Self, SessionError> {
        let document = Document { path, text };
        let table = document.parse()?;
        let file = Section::whole(&document, &table);
        file.knows(&["strategy", "parameters", "formulas", "trading", "orders", "exits", "stops"])?;
        let section = |name| file.get(name).map(reader::Item::section).transpose();
        let trading = section("trading")?.map(|section| trading::read(&section)).transpose()?;
        let parameters = section("parameters")?.map(|section| parameters(&section)).transpose()?;
        Ok(Self {
            plan: plan(&file)?,
            parameters: parameters.unwrap_or_default(),
            trading: trading.unwrap_or_default(),
            file: Some(SourceFile {
                path: path.to_owned(),
                name: section("strategy")?.map(|section| name(&section)).transpose()?.flatten(),
                hash: xxh3_128(text.as_bytes()),
            }),
        })
    }

    /// Returns the name of the strategy.
    pub fn name(&self) -> Option<&str> {
        self.file.as_ref()?.name.as_deref()
    }

    /// Returns the parameters with some of them set to other numbers.
    ///
    /// # Errors
    /// If the file has no parameter of that name.
    pub fn with(&self, set: &[(String, f64)]) -> Result<Vec<(String, f64)>, SessionError> {
        let mut parameters = self.parameters.clone();
        for (name, number) in set {
            match parameters.iter_mut().find(|(known, _)| known == name) {
                Some((_, default)) => *default = *number,
                None => {
                    self.check_parameter(name)?;
                    parameters.push((name.clone(), *number));
                }
            }
        }
        Ok(parameters)
    }

    /// Returns the grid of some ranges, with the parameters of the file that have none at their
    /// number there.
    ///
    /// # Errors
    /// If the file has no parameter of that name, or together they are no grid.
    pub fn grid(&self, ranges: Vec<Parameter>) -> Result<Grid, SessionError> {
        for range in &ranges {
            self.check_parameter(&range.name)?;
        }
        let is_open = |name: &String| !ranges.iter().any(|range| range.name == *name);
        let fixed = self.parameters.iter().filter(|(name, _)| is_open(name));
        let fixed =
            fixed.map(|(name, number)| Parameter { name: name.clone(), values: vec![*number] });
        Ok(Grid::new(fixed.collect::<Vec<_>>().into_iter().chain(ranges).collect())?)
    }

    /// Refuses a parameter that no formula of the file can have meant.
    fn check_parameter(&self, name: &str) -> Result<(), SessionError> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut known = self.parameters.iter().map(|(known, _)| known.as_str());
        if known.any(|known| known == name) {
            return Ok(());
        }
        let known = self.parameters.iter().map(|(known, _)| known.as_str());
        let hint = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the section `[parameters]` names them and gives each a number".to_owned(),
        };
        let path = file.path.display();
        Err(SessionError::Settings(format!("`{path}` has no parameter `{name}`\n  hint: {hint}")))
    }

    /// Returns a manifest that says which file the strategy stands in, if it does in one.
    pub fn describe(&self, manifest: Manifest) -> Manifest {
        let Some(SourceFile { path: _, name, hash }) = &self.file else { return manifest };
        let part: Value = json!({"name": name, "hash": format!("{hash:032x}")});
        manifest.with("strategy", part)
    }
}

fn name(section: &Section<'_>) -> Result<Option<String>, SessionError> {
    section.knows(&["name"])?;
    section.get("name").map(|item| item.text().map(str::to_owned)).transpose()
}

fn parameters(section: &Section<'_>) -> Result<Vec<(String, f64)>, SessionError> {
    let parameter = |item: reader::Item<'_>| {
        let name = item.key();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric());
        if !is_name {
            let message = format!("`{name}` is not a name that a formula can use");
            let hint = "take letters and digits, a letter first".to_owned();
            return Err(item.wrong(message, Some(hint)));
        }
        Ok((name.to_owned(), item.number()?))
    };
    section.items().into_iter().map(parameter).collect()
}

fn plan(file: &Section<'_>) -> Result<Plan, SessionError> {
    let sections = |name| match file.get(name) {
        Some(item) => item.sections(),
        None => Ok(Vec::new()),
    };
    let (orders, exits, stops) = (sections("orders")?, sections("exits")?, sections("stops")?);
    let Some(formulas) = file.get("formulas") else {
        if orders.is_empty() {
            let hint = "give `[formulas]` with a `signal` or an `entry`, or `[[orders]]`";
            let message = "there is nothing to trade".to_owned();
            return Err(file.wrong(message, Some(hint.to_owned())));
        }
        return Ok(Plan::Orders(Rules {
            orders: rules::orders(&orders)?,
            exits: rules::exits(&exits)?,
            stops: rules::stops(&stops)?,
        }));
    };
    if let Some(rule) = [&orders, &exits, &stops].into_iter().flatten().next() {
        let message = "a strategy is `[formulas]`, or `[[orders]]` with `[[exits]]` and \
                       `[[stops]]`, not both";
        return Err(rule.wrong(message.to_owned(), None));
    }
    Ok(Plan::Signals(signals(&formulas.section()?)?))
}

/// The keys of `[formulas]`: the flags of formulas.
const FORMULAS: [(&str, Role); 8] = [
    ("signal", Role::Signal),
    ("entry", Role::Entry),
    ("exit", Role::Exit),
    ("short_entry", Role::ShortEntry),
    ("short_exit", Role::ShortExit),
    ("entry_limit", Role::EntryLimit),
    ("entry_stop", Role::EntryStop),
    ("entry_size", Role::Size),
];

fn signals(section: &Section<'_>) -> Result<Strategy, SessionError> {
    section.knows(&FORMULAS.map(|(key, _)| key))?;
    let given = FORMULAS.iter().filter_map(|(key, role)| Some((*role, section.get(key)?)));
    let formulas: Vec<(Role, Formula)> = given
        .map(|(role, item)| Ok((role, item.formula()?)))
        .collect::<Result<_, SessionError>>()?;
    Strategy::new(formulas).map_err(|error| match error {
        StrategyError::SignalAndEvents
        | StrategyError::Nothing
        | StrategyError::ExitWithoutEntry { .. } => section.wrong(error.to_string(), None),
        other => other.into(),
    })
}
