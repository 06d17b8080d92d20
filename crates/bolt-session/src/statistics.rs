//! The figures of a run, line by line, as every output shows them.

use std::time::Duration;

use bolt_base::{UnixNanos, counted};
use bolt_market::data::Bars;
use bolt_market::ledger::{Ledger, RejectReason};
use bolt_market::signals::Convention;
use bolt_market::statistics::peers::Entry;
use bolt_market::statistics::{PeriodsPerYear, RiskFree, benchmark, drawdowns, returns, trades};

use crate::backtest::Summary;
use crate::when::show_time;

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// A number; NaN where it is not defined.
    Number(f64),
    /// How many there are of something.
    Count(usize),
    /// A point in time.
    Time(UnixNanos),
    /// A length of time, if there is one.
    Span(Option<Duration>),
    /// A text.
    Text(String),
}

/// A figure with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The name: lower case with the unit last, or a peer's own label.
    pub name: &'static str,
    /// The figure.
    pub figure: Figure,
}

/// What is known of a run.
pub(crate) struct Figures {
    /// The figures to lead with.
    pub(crate) summary: Summary,
    /// All figures.
    pub(crate) lines: Vec<Line>,
    /// What to know of them.
    pub(crate) notes: Vec<String>,
}

/// What the lines are computed from.
pub(crate) struct Run<'a> {
    pub(crate) bars: &'a Bars,
    pub(crate) ledger: &'a Ledger,
    pub(crate) convention: &'a Convention,
    pub(crate) periods: PeriodsPerYear,
    pub(crate) risk_free: RiskFree,
    /// The benchmark's closes at the bars.
    pub(crate) benchmark: Option<&'a [f64]>,
    pub(crate) cash: f64,
    pub(crate) warm_up: usize,
}

impl Run<'_> {
    /// Returns the figures: of a peer's convention the peer's own, else ours.
    pub(crate) fn figures(&self) -> Figures {
        let (close, times) = (self.bars.ohlc().close, self.bars.timestamps());
        match self.convention.peer_statistics(self.ledger, close, times, self.warm_up) {
            Some(statistics) => Figures {
                summary: self.summary().by_peer(&statistics),
                lines: statistics.lines.into_iter().map(peer_line).collect(),
                notes: self.notes(&format!("are what {} makes of it", self.convention.name())),
            },
            None => self.own(),
        }
    }

    /// Returns our own figures.
    pub(crate) fn own(&self) -> Figures {
        let returns = returns::of_equity(&self.ledger.equity);
        let mut lines = self.extent(&returns);
        let mut of_returns = of_returns(&returns, self.periods, self.risk_free);
        if has_undefined(&returns) {
            // What could still be counted would be of a part of the run.
            of_returns.iter_mut().for_each(|line| line.figure = none());
        }
        lines.extend(of_returns);
        lines.extend(self.falls());
        lines.extend(self.of_trades());
        if let Some(closes) = self.benchmark {
            lines.extend(self.against(&returns, closes));
        }
        Figures { summary: self.summary(), lines, notes: self.notes("are left out") }
    }

    fn summary(&self) -> Summary {
        Summary::own(self.ledger, self.cash, self.periods, self.risk_free)
    }

    fn notes(&self, figures: &str) -> Vec<String> {
        self.ruin(figures).into_iter().chain(self.nothing_filled()).collect()
    }

    /// Says that every order was dropped, and why the first was.
    fn nothing_filled(&self) -> Option<String> {
        let Ledger { fills, rejected, .. } = self.ledger;
        let first = rejected.first().filter(|_| fills.is_empty())?;
        let why = match first.reason {
            RejectReason::Unaffordable => "cash or margin did not suffice",
            RejectReason::TooSmall => {
                "its size came to less than a lot, or than the smallest order"
            }
            RejectReason::PositionLimit => "the largest position was held already",
            RejectReason::LevelsOutOfOrder => {
                "a stop, limit or target stood on the wrong side of the price"
            }
            RejectReason::Malformed => "its size or a price of it was no number to trade by",
            RejectReason::Unsupported => "the convention has no such order",
            RejectReason::Liquidated => "a margin call dropped it",
            RejectReason::Stopped => "trading had ended",
        };
        let orders = counted(rejected.len() as u64, "order");
        Some(format!("nothing was traded: {orders} dropped, the first because {why}"))
    }

    /// Says where equity is not positive, and what becomes of the figures of returns.
    fn ruin(&self, figures: &str) -> Option<String> {
        let equity = &self.ledger.equity;
        let ruined = |value: &f64| *value <= 0.0;
        let first = equity.iter().position(ruined)?;
        if !has_undefined(&returns::of_equity(equity)) {
            return None;
        }
        let bars = equity.iter().filter(|value| ruined(value)).count();
        let from = show_time(self.bars.timestamps()[first], &self.bars.basis.zone);
        Some(format!(
            "equity is zero or below at the close of {} from {from} on, where a return is not \
             defined: figures of returns {figures}",
            counted(bars as u64, "bar")
        ))
    }

    fn extent(&self, run: &[f64]) -> Vec<Line> {
        let equity = &self.ledger.equity;
        let times = self.bars.timestamps();
        let close = self.bars.ohlc().close;
        let hold = close.last().zip(close.first()).map_or(f64::NAN, |(last, first)| last / first);
        let peak = equity.iter().copied().fold(f64::NAN, f64::max);
        let last = equity.last().copied().unwrap_or(f64::NAN);
        vec![
            Line { name: "start", figure: times.first().map_or_else(none, |at| Figure::Time(*at)) },
            Line { name: "end", figure: times.last().map_or_else(none, |at| Figure::Time(*at)) },
            count("bars", times.len()),
            count("warm_up_bars", self.warm_up),
            number("periods_per_year", self.periods.value),
            Line { name: "periods_basis", figure: Figure::Text(self.periods.to_string()) },
            number("equity_final", last),
            number("equity_peak", peak),
            number("return_pct", 100.0 * (last / self.cash - 1.0)),
            number("buy_and_hold_return_pct", 100.0 * (hold - 1.0)),
            number("cagr_pct", 100.0 * returns::annual_growth(run, self.periods)),
        ]
    }

    fn falls(&self) -> Vec<Line> {
        let times = self.bars.timestamps();
        let falls = drawdowns::table(&self.ledger.equity, times, usize::MAX);
        let longest = falls.iter().map(|fall| fall.days).fold(f64::NAN, f64::max);
        let depths: Vec<f64> = falls.iter().map(|fall| 100.0 * fall.depth).collect();
        let mean = depths.iter().sum::<f64>() / depths.len() as f64;
        vec![
            number("max_dd_pct", 100.0 * drawdowns::deepest(&self.ledger.equity)),
            number("avg_dd_pct", mean),
            number("max_dd_days", longest),
            count("drawdowns", depths.len()),
        ]
    }

    fn of_trades(&self) -> Vec<Line> {
        let summary = trades::summarize(&self.ledger.trades, self.bars.len());
        vec![
            count("n_trades", self.ledger.trades.len()),
            count("n_closed", summary.closed),
            count("n_open", summary.open),
            count("n_long", summary.long),
            count("n_short", summary.short),
            number("win_rate_trades_pct", 100.0 * summary.win_rate),
            number("profit_factor_trades", summary.profit_factor),
            number("expectancy", summary.expectancy),
            number("expectancy_pct", 100.0 * summary.expectancy_return),
            number("avg_win", summary.average_win),
            number("avg_loss", summary.average_loss),
            number("payoff_ratio_trades", summary.payoff_ratio),
            number("best_trade_pct", 100.0 * summary.best_return),
            number("worst_trade_pct", 100.0 * summary.worst_return),
            number("sqn", summary.system_quality),
            number("kelly_trades", summary.kelly),
            number("fees", summary.fees),
            number("avg_trade_bars", summary.average_bars),
            count("max_trade_bars", summary.longest_bars),
            number("exposure_pct", 100.0 * summary.exposure_at_close),
            count("consecutive_wins_trades", summary.consecutive_wins),
            count("consecutive_losses_trades", summary.consecutive_losses),
            number("turnover", self.turnover()),
            count("n_rejected", self.ledger.rejected.len()),
        ]
    }

    /// Returns what was traded over mean equity; NaN if there was none at some bar.
    fn turnover(&self) -> f64 {
        let Ledger { equity, fills, .. } = self.ledger;
        let has_equity = equity.iter().all(|value| *value > 0.0);
        if has_equity { trades::turnover(fills, equity) } else { f64::NAN }
    }

    fn against(&self, run: &[f64], closes: &[f64]) -> Vec<Line> {
        let theirs = returns::of_equity(closes);
        let relative = benchmark::compare(run, &theirs, self.periods, self.risk_free);
        vec![
            number("benchmark_return_pct", 100.0 * returns::total(&theirs)),
            number("beta", relative.beta),
            number("alpha_pct", 100.0 * relative.alpha),
            number("correlation", relative.correlation),
            number("tracking_error_pct", 100.0 * relative.tracking_error),
            number("information_ratio", relative.information_ratio),
            number("treynor", relative.treynor),
        ]
    }
}

fn of_returns(run: &[f64], periods: PeriodsPerYear, risk_free: RiskFree) -> Vec<Line> {
    let s = returns::Summary::of(run, periods, risk_free);
    vec![
        number("volatility_pct", 100.0 * s.volatility),
        number("sharpe", s.sharpe),
        number("smart_sharpe", s.smart_sharpe),
        number("probabilistic_sharpe_pct", 100.0 * s.probabilistic_sharpe_ratio),
        number("sortino", s.sortino),
        number("adjusted_sortino", s.adjusted_sortino),
        number("calmar", s.calmar),
        number("omega", s.omega),
        number("ulcer_index", s.ulcer_index),
        number("ulcer_performance_index", s.ulcer_performance_index),
        number("serenity_index", s.serenity_index),
        number("recovery_factor", s.recovery_factor),
        number("value_at_risk_pct", 100.0 * s.value_at_risk),
        number("cvar_pct", 100.0 * s.cvar),
        number("skew", s.skew),
        number("kurtosis", s.kurtosis),
        number("gain_to_pain_ratio", s.gain_to_pain_ratio),
        number("tail_ratio", s.tail_ratio),
        number("profit_factor", s.profit_factor),
        number("payoff_ratio", s.payoff_ratio),
        number("common_sense_ratio", s.common_sense_ratio),
        number("cpc_index", s.cpc_index),
        number("win_rate_pct", 100.0 * s.win_rate),
        number("avg_win_pct", 100.0 * s.avg_win),
        number("avg_loss_pct", 100.0 * s.avg_loss),
        number("best_pct", 100.0 * s.best),
        number("worst_pct", 100.0 * s.worst),
        number("expected_return_pct", 100.0 * s.expected_return),
        count("consecutive_wins", s.consecutive_wins),
        count("consecutive_losses", s.consecutive_losses),
        number("kelly_criterion", s.kelly_criterion),
        number("risk_of_ruin", s.risk_of_ruin),
        number("outlier_win_ratio", s.outlier_win_ratio),
        number("outlier_loss_ratio", s.outlier_loss_ratio),
    ]
}

fn has_undefined(returns: &[f64]) -> bool {
    returns.iter().any(|change| change.is_nan())
}

fn number(name: &'static str, value: f64) -> Line {
    Line { name, figure: Figure::Number(value) }
}

fn count(name: &'static str, value: usize) -> Line {
    Line { name, figure: Figure::Count(value) }
}

fn none() -> Figure {
    Figure::Number(f64::NAN)
}

/// What peers count.
const PEER_COUNTS: [&str; 4] =
    ["# Trades", "Total Trades", "Total Closed Trades", "Total Open Trades"];

fn peer_line((name, entry): (&'static str, Entry)) -> Line {
    let figure = match entry {
        Entry::Number(value) if PEER_COUNTS.contains(&name) => Figure::Count(value as usize),
        Entry::Number(value) => Figure::Number(value),
        Entry::Time(at) => Figure::Time(at),
        Entry::Span(span) => Figure::Span(span),
    };
    Line { name, figure }
}
