//! Keeping runs in the store.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use bolt_base::{Rng, UnixNanos};
use bolt_config::{Config, Origin};
use bolt_market::data::Bars;
use bolt_market::ledger::{self, Trade};
use bolt_sql::records::{Run, RunId, RunKind, Side, TradeExit, TradeRecord};
use bolt_sql::{Store, StoreOptions};

use crate::SessionError;
use crate::backtest::{Backtest, Summary};
use crate::manifest::Manifest;

/// Writes runs into the store that the settings name.
#[derive(Debug)]
pub struct Recorder {
    store: Store,
}

impl Recorder {
    /// Opens the store.
    ///
    /// # Errors
    /// If the settings name none, or it cannot be opened.
    pub fn open(config: &Config) -> Result<Self, SessionError> {
        Ok(Self { store: Store::open(path(config)?, &options(config))? })
    }

    /// Opens the store to read it, and makes none. A store of which nobody has said where it is
    /// holds nothing until something is recorded.
    ///
    /// # Errors
    /// If the settings name a store that is not there, or it cannot be opened.
    pub fn open_existing(config: &Config) -> Result<Self, SessionError> {
        let path = path(config)?;
        let store = match is_named(config) || path.exists() {
            true => Store::open_existing(path, &options(config))?,
            false => Store::empty(path)?,
        };
        Ok(Self { store })
    }

    /// Returns the store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the store, to be changed.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Records a backtest with its trades.
    ///
    /// # Errors
    /// If the store cannot be written to.
    pub fn backtest(
        &mut self,
        name: &str,
        bars: &Bars,
        backtest: &Backtest,
        manifest: &Manifest,
    ) -> Result<RunId, SessionError> {
        let trades: Vec<TradeRecord> = backtest
            .ledger
            .trades
            .iter()
            .map(|trade| record(trade, bars, &backtest.assets))
            .collect();
        let run = run(RunKind::Backtest, name, manifest, figures(&backtest.summary));
        Ok(self.store.record(&run, &trades, &[], &mut seed())?)
    }

    /// Records a sweep or a walk-forward run by its figures.
    ///
    /// # Errors
    /// If the store cannot be written to.
    pub fn figures(
        &mut self,
        kind: RunKind,
        name: &str,
        figures: BTreeMap<String, f64>,
        manifest: &Manifest,
    ) -> Result<RunId, SessionError> {
        let run = run(kind, name, manifest, figures);
        Ok(self.store.record(&run, &[], &[], &mut seed())?)
    }
}

fn path(config: &Config) -> Result<&Path, SessionError> {
    config.store_path().ok_or_else(|| {
        let reason = "there is no home directory for the store of runs; set `store.path`";
        SessionError::Settings(reason.to_owned())
    })
}

fn options(config: &Config) -> StoreOptions {
    let timeout = config.limits_query_timeout();
    StoreOptions {
        busy_timeout: config.store_busy_timeout(),
        query_timeout: (!timeout.is_zero()).then_some(timeout),
        slow_query: config.store_slow_query(),
    }
}

/// Returns whether somebody has said where the store is.
fn is_named(config: &Config) -> bool {
    let mut settings = config.settings().filter(|(knob, _)| knob.name == "store.path");
    settings.any(|(_, setting)| !matches!(setting.origin, Origin::Default | Origin::Derived(_)))
}

fn run(kind: RunKind, name: &str, manifest: &Manifest, figures: BTreeMap<String, f64>) -> Run {
    let formulas = manifest.parts.get("formulas").and_then(|formulas| formulas.as_object());
    let formulas: Vec<String> = formulas
        .into_iter()
        .flatten()
        .map(|(role, text)| format!("{role}: {}", text.as_str().unwrap_or_default()))
        .collect();
    Run {
        created: now(),
        kind,
        name: name.to_owned(),
        formula: formulas.join("; "),
        manifest: manifest.to_json().to_string(),
        figures,
    }
}

fn figures(summary: &Summary) -> BTreeMap<String, f64> {
    let Summary { equity_final, return_pct, max_dd_pct, sharpe, n_trades } = *summary;
    BTreeMap::from([
        ("equity_final".to_owned(), equity_final),
        ("return_pct".to_owned(), return_pct),
        ("max_dd_pct".to_owned(), max_dd_pct),
        ("sharpe".to_owned(), sharpe),
        ("n_trades".to_owned(), n_trades as f64),
    ])
}

fn record(trade: &Trade, bars: &Bars, assets: &[String]) -> TradeRecord {
    let time = |bar: usize| bars.timestamps()[bar];
    TradeRecord {
        timestamp: time(trade.entry_bar),
        symbol: assets[trade.asset].clone(),
        side: match trade.side {
            ledger::Side::Long => Side::Long,
            ledger::Side::Short => Side::Short,
        },
        size: trade.size,
        entry_price: trade.entry_price,
        exit: trade.exit.map(|exit| TradeExit {
            timestamp: time(exit.bar),
            price: exit.price,
            reason: exit.reason.name().to_owned(),
        }),
        pnl: trade.pnl,
        fees: trade.fees,
    }
}

fn now() -> UnixNanos {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixNanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// Returns the randomness of an id: the time and the process.
fn seed() -> Rng {
    Rng::new(now().0.unsigned_abs() ^ (u64::from(std::process::id()) << 40))
}
