//! Lyra and the market: programs ask for bars and backtests, and formulas use what programs define.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bolt_config::Config;
use bolt_hardware::SimdLevel;
use bolt_lyra::{Datum, Market, MarketStrategy, Note};
use bolt_market::data::Bars;
use bolt_market::ledger::{Side, Trade};

use crate::statistics::Figure;
use crate::{
    Backtest, BacktestRequest, DataSource, LyraRuntime, MarketEvents, Session, SessionError,
    StrategyDefinition,
};

/// The market of a session of Lyra. The engines are assembled when they are first asked.
#[derive(Debug)]
pub struct LyraMarket {
    config: Config,
    session: Option<Session>,
    /// The vector instructions of kernels, where a program has chosen them.
    vectors: Arc<Mutex<Option<SimdLevel>>>,
}

impl LyraMarket {
    /// Makes a market that follows these settings.
    pub fn new(config: Config) -> Self {
        Self { config, session: None, vectors: Arc::default() }
    }

    /// Has kernels use the vector instructions that programs choose by a runtime.
    #[must_use]
    pub fn following(self, runtime: &LyraRuntime) -> Self {
        Self { vectors: runtime.vectors(), ..self }
    }

    fn session(&mut self) -> Result<&Session, SessionError> {
        if self.session.is_none() {
            self.session = Some(Session::new(self.config.clone())?);
        }
        let session = self.session.as_mut().expect("it was just made");
        if let Some(level) = *self.vectors.lock().unwrap_or_else(PoisonError::into_inner) {
            session.kernel.level = level;
        }
        Ok(session)
    }

    fn load(&mut self, path: &str) -> Result<Bars, SessionError> {
        let source = DataSource { paths: vec![PathBuf::from(path)], ..DataSource::default() };
        Ok(self.session()?.load_bars(&source)?.bars)
    }

    fn run(&mut self, strategy: &MarketStrategy) -> Result<Datum, SessionError> {
        let definition = StrategyDefinition::parse(Path::new("Backtest"), &written(strategy))?;
        let bars = self.load(&strategy.path)?;
        let session = self.session()?;
        let request = BacktestRequest {
            plan: definition.plan.clone(),
            parameters: definition.parameters.clone(),
            trading: definition.trading.resolve(&session.config)?,
            benchmark: None,
            events: MarketEvents::default(),
        };
        Ok(outcome(&bars, &session.backtest(&bars, &request)?))
    }
}

impl Market for LyraMarket {
    fn bars(&mut self, path: &str) -> Result<Datum, String> {
        let bars = self.load(path).map_err(|error| error.to_string())?;
        let times = bars.timestamps().iter().map(|time| Datum::Text(time.to_string())).collect();
        let columns =
            bars.columns().map(|(name, values)| (name.to_owned(), Datum::Numbers(values.to_vec())));
        let times = std::iter::once(("ts".to_owned(), Datum::List(times)));
        Ok(Datum::Record(times.chain(columns).collect()))
    }

    fn backtest(&mut self, strategy: &MarketStrategy) -> Result<Datum, String> {
        self.run(strategy).map_err(|error| error.to_string())
    }
}

/// Writes a strategy as a strategy file has it, so that names and values mean the same there.
fn written(strategy: &MarketStrategy) -> String {
    // Strings of JSON are strings of TOML.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let value = |datum: &Datum| match datum {
        Datum::Number(number) => format!("{number:?}"),
        Datum::Integer(integer) => integer.to_string(),
        Datum::Flag(flag) => flag.to_string(),
        Datum::Text(text) => quoted(text),
        other => quoted(&format!("{other:?}")),
    };
    let mut text = String::new();
    let mut section = |name: &str, entries: Vec<(&String, String)>| {
        text += &format!("[{name}]\n");
        for (key, value) in entries {
            text += &format!("{} = {value}\n", quoted(key));
        }
    };
    let MarketStrategy { path: _, formulas, parameters, trading } = strategy;
    section("formulas", formulas.iter().map(|(name, text)| (name, quoted(text))).collect());
    section("parameters", parameters.iter().map(|(name, n)| (name, format!("{n:?}"))).collect());
    section("trading", trading.iter().map(|(name, datum)| (name, value(datum))).collect());
    text
}

/// Returns what came of a backtest, figures first.
fn outcome(bars: &Bars, backtest: &Backtest) -> Datum {
    let mut record: Vec<(String, Datum)> = backtest
        .lines
        .iter()
        .map(|line| {
            let figure = match &line.figure {
                Figure::Number(number) => Datum::Number(*number),
                Figure::Count(count) => Datum::Integer(i64::try_from(*count).unwrap_or(i64::MAX)),
                Figure::Time(time) => Datum::Text(time.to_string()),
                Figure::Span(Some(span)) => Datum::Number(span.as_secs_f64()),
                Figure::Span(None) => Datum::None,
                Figure::Text(text) => Datum::Text(text.clone()),
            };
            (line.name.to_owned(), figure)
        })
        .collect();
    let trades = backtest.ledger.trades.iter().map(|trade| self::trade(bars, trade)).collect();
    record.push(("equity".to_owned(), Datum::Numbers(backtest.ledger.equity.clone())));
    record.push(("trades".to_owned(), Datum::List(trades)));
    Datum::Record(record)
}

fn trade(bars: &Bars, trade: &Trade) -> Datum {
    let time = |bar: usize| Datum::Text(bars.timestamps()[bar].to_string());
    // Parts of lists are counted from 1.
    let bar = |bar: usize| Datum::Integer(i64::try_from(bar + 1).unwrap_or(i64::MAX));
    let of_exit = |of: &dyn Fn(usize, f64) -> Datum| {
        trade.exit.as_ref().map_or(Datum::None, |exit| of(exit.bar, exit.price))
    };
    let side = if trade.side == Side::Long { "long" } else { "short" };
    let entries = [
        ("side", Datum::Text(side.to_owned())),
        ("size", Datum::Number(trade.size)),
        ("entry_bar", bar(trade.entry_bar)),
        ("entry_time", time(trade.entry_bar)),
        ("entry_price", Datum::Number(trade.entry_price)),
        ("exit_bar", of_exit(&|at, _| bar(at))),
        ("exit_time", of_exit(&|at, _| time(at))),
        ("exit_price", of_exit(&|_, price| Datum::Number(price))),
        ("pnl", Datum::Number(trade.pnl)),
        ("fees", Datum::Number(trade.fees)),
    ];
    Datum::Record(entries.into_iter().map(|(name, datum)| (name.to_owned(), datum)).collect())
}

/// What a program of Lyra defines, for formulas to use.
pub struct Definitions {
    path: PathBuf,
    session: bolt_lyra::Session,
}

impl std::fmt::Debug for Definitions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Definitions").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Definitions {
    /// Runs a program for what it defines.
    ///
    /// # Errors
    /// If it cannot be read, is broken, or tells a message.
    pub fn read(path: &Path) -> Result<Self, SessionError> {
        let text = std::fs::read_to_string(path).map_err(SessionError::file("read", path))?;
        let parsed = bolt_lyra_syntax::parse(&text);
        let wrong = |at: u32, message: String, hint: Option<String>| {
            let line = bolt_lyra_syntax::LineIndex::new(&text).line_column(at).line as usize;
            SessionError::StrategyFile { path: path.to_owned(), line, message, hint }
        };
        if parsed.has_errors()
            && let Some(first) = parsed.diagnostics.first()
        {
            return Err(wrong(first.span.start, first.message.clone(), first.hint.clone()));
        }
        let mut session = bolt_lyra::Session::new();
        for expr in &parsed.exprs {
            let value = session.read(expr);
            let ended = session.evaluate_line(&value).is_err();
            if let Some(told) = first_message(&mut session) {
                return Err(wrong(expr.span.start, told, None));
            }
            if ended {
                let message = "a program of definitions does not end the session".to_owned();
                return Err(wrong(expr.span.start, message, None));
            }
        }
        Ok(Self { path: path.to_owned(), session })
    }

    /// Returns a formula with what the program defines in place of its names. One that uses none of
    /// it, or that is no formula, is returned as it is.
    ///
    /// # Errors
    /// If a definition cannot be evaluated.
    pub fn expand(&mut self, formula: &str) -> Result<String, SessionError> {
        let Ok(expr) = bolt_lyra_syntax::parse_expression(formula) else {
            return Ok(formula.to_owned());
        };
        let value = self.session.read(&expr);
        let expanded = self.session.expand(&value);
        let told = first_message(&mut self.session);
        let failed = |why: &str| {
            let path = self.path.display();
            SessionError::Settings(format!("`{formula}` with the definitions of `{path}`: {why}"))
        };
        match (expanded, told) {
            (_, Some(told)) => Err(failed(&told)),
            (Err(_), None) => Err(failed("a definition does not return a value")),
            (Ok(None), None) => Ok(formula.to_owned()),
            (Ok(Some(value)), None) => Ok(self.session.input_form(&value)),
        }
    }
}

/// Returns the first message that was told since the last time.
fn first_message(session: &mut bolt_lyra::Session) -> Option<String> {
    session.take_notes().into_iter().find_map(|note| match note {
        Note::Message { name, text } => Some(format!("{name}: {text}")),
        Note::Printed(_) => None,
    })
}
