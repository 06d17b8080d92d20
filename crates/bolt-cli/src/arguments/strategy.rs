//! A strategy: formulas, or a file.

use std::borrow::Cow;
use std::path::PathBuf;

use anyhow::Result;
use bolt_market::formulas::{Formula, Role, Strategy};
use bolt_market::plan::Plan;
use bolt_session::{Definitions, StrategyDefinition};
use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Strategy")]
pub(crate) struct StrategyArguments {
    /// Read the strategy from a TOML file: formulas, or rules for orders (see below)
    #[arg(long, value_name = "FILE", conflicts_with_all = FORMULAS)]
    strategy: Option<PathBuf>,
    /// Use the functions and values that a Lyra program defines in formulas
    #[arg(long, value_name = "FILE", conflicts_with = "strategy")]
    define: Option<PathBuf>,
    /// Position wanted: True or False is long or flat, a number is a fraction of equity
    #[arg(long, short, value_name = "FORMULA")]
    signal: Option<String>,
    /// Enter long where this is True
    #[arg(long, value_name = "FORMULA")]
    entry: Option<String>,
    /// Leave long where this is True
    #[arg(long, value_name = "FORMULA")]
    exit: Option<String>,
    /// Enter short where this is True
    #[arg(long, value_name = "FORMULA")]
    short_entry: Option<String>,
    /// Leave short where this is True
    #[arg(long, value_name = "FORMULA")]
    short_exit: Option<String>,
    /// Limit price of entries
    #[arg(long, value_name = "FORMULA")]
    entry_limit: Option<String>,
    /// Stop price of entries
    #[arg(long, value_name = "FORMULA")]
    entry_stop: Option<String>,
    /// Size of each entry, in the unit of --size
    #[arg(long, value_name = "FORMULA")]
    entry_size: Option<String>,
}

/// The options that a strategy file has in itself.
pub(crate) const FORMULAS: [&str; 8] = [
    "signal",
    "entry",
    "exit",
    "short_entry",
    "short_exit",
    "entry_limit",
    "entry_stop",
    "entry_size",
];

/// What a strategy file looks like, for the help of commands that take one.
pub(crate) const FILE_HELP: &str = r#"Strategy files:
  [strategy]
  name = "breakout"
  [parameters]                  # numbers that formulas use by name; --set changes them
  entry = 20
  exit = 10
  [trading]                     # the options under Trading and Costs, - written _; options win
  fees = "0.1%"
  [[orders]]                    # handed in at the close of each bar on which `when` is true
  when = "True"
  if = "flat"                   # flat, long, short, in-position or any
  side = "buy"                  # or sell
  size = 0.5                    # or equity_size, units, value: a number or a formula
  stop = "TsMax[high, entry]"   # and limit: prices
  stop_loss = { fraction = 0.05 }   # from the entry; of = "close" from the close; or a price
  lasts = 1                     # bars a limit or stop order waits, 0 for as many as it takes
  group = "entries"             # the first of a group to fill cancels the others
  [[stops]]                     # moves stop-losses at each close
  side = "long"                 # short or all
  stop_loss = "TsMin[low, exit]"
  ratchet = true                # only towards the price
  [[exits]]                     # closes trades
  when = "RSI[close, 14] > 70"  # and, or instead, after_bars = 24; portion = 0.5
In place of orders, exits and stops, [formulas] has signal, or entry, exit and the others.
take_profit, trailing_stop and max_bars stand beside stop_loss."#;

/// Returns a formula with definitions in place of their names.
pub(crate) fn expanded<'t>(
    definitions: Option<&mut Definitions>,
    formula: &'t str,
) -> Result<Cow<'t, str>> {
    Ok(match definitions {
        Some(definitions) => Cow::Owned(definitions.expand(formula)?),
        None => Cow::Borrowed(formula),
    })
}

impl StrategyArguments {
    /// Reads the strategy.
    pub(crate) fn definition(&self) -> Result<StrategyDefinition> {
        match &self.strategy {
            Some(path) => Ok(StrategyDefinition::read(path)?),
            None => Ok(self.plan()?.into()),
        }
    }

    /// Parses the formulas.
    fn plan(&self) -> Result<Plan> {
        let mut definitions = self.definitions()?;
        let parse = |(role, flag, text): (Role, &str, &str)| {
            let text = expanded(definitions.as_mut(), text)?;
            Ok((role, Formula::parse(role.name(), flag, text)?))
        };
        let formulas = self.texts().map(parse).collect::<Result<_>>()?;
        Ok(Strategy::new(formulas)?.into())
    }

    /// Reads what formulas may use besides the functions of the program.
    pub(crate) fn definitions(&self) -> Result<Option<Definitions>> {
        Ok(self.define.as_deref().map(Definitions::read).transpose()?)
    }

    fn texts(&self) -> impl Iterator<Item = (Role, &'static str, &str)> {
        let Self {
            strategy: _,
            define: _,
            signal,
            entry,
            exit,
            short_entry,
            short_exit,
            entry_limit,
            entry_stop,
            entry_size,
        } = self;
        let all = [
            (Role::Signal, "--signal", signal),
            (Role::Entry, "--entry", entry),
            (Role::Exit, "--exit", exit),
            (Role::ShortEntry, "--short-entry", short_entry),
            (Role::ShortExit, "--short-exit", short_exit),
            (Role::EntryLimit, "--entry-limit", entry_limit),
            (Role::EntryStop, "--entry-stop", entry_stop),
            (Role::Size, "--entry-size", entry_size),
        ];
        all.into_iter()
            .filter_map(|(role, flag, text)| text.as_deref().map(|text| (role, flag, text)))
    }
}
