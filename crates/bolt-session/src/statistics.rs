//! The figures of a run, line by line, as every output shows them.

use std::time::Duration;

use bolt_base::UnixNanos;
use bolt_market::data::Bars;
use bolt_market::ledger::Ledger;
use bolt_market::signals::Convention;
use bolt_market::statistics::peers::Entry;
use bolt_market::statistics::{PeriodsPerYear, RiskFree, benchmark, drawdowns, returns, trades};

use crate::backtest::Summary;

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// A number; NaN where it is not defined.
    Number(f64),
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
    /// Returns the figures to lead with and all of them: of a peer's convention the peer's own, else
    /// ours.
    pub(crate) fn figures(&self) -> (Summary, Vec<Line>) {
        let own = Summary::own(self.ledger, self.cash, self.periods, self.risk_free);
        let (close, times) = (self.bars.ohlc().close, self.bars.timestamps());
        match self.convention.peer_statistics(self.ledger, close, times, self.warm_up) {
            Some(statistics) => {
                let summary = own.by_peer(&statistics);
                (summary, statistics.lines.into_iter().map(peer_line).collect())
            }
            None => (own, self.own()),
        }
    }

    /// Returns our own lines.
    pub(crate) fn own(&self) -> Vec<Line> {
        let equity = &self.ledger.equity;
        let returns = returns::of_equity(equity);
        let mut lines = self.extent(&returns);
        lines.extend(of_returns(&returns, self.periods, self.risk_free));
        lines.extend(self.falls());
        lines.extend(self.of_trades());
        if let Some(closes) = self.benchmark {
            lines.extend(self.against(&returns, closes));
        }
        lines
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
            number("bars", times.len() as f64),
            number("warm_up_bars", self.warm_up as f64),
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
            number("avg_dd_pct", mean),
            number("max_dd_days", longest),
            number("drawdowns", depths.len() as f64),
        ]
    }

    fn of_trades(&self) -> Vec<Line> {
        let summary = trades::summarize(&self.ledger.trades, self.bars.len());
        vec![
            number("n_trades", self.ledger.trades.len() as f64),
            number("n_closed", summary.closed as f64),
            number("n_open", summary.open as f64),
            number("n_long", summary.long as f64),
            number("n_short", summary.short as f64),
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
            number("max_trade_bars", summary.longest_bars as f64),
            number("exposure_pct", 100.0 * summary.exposure_at_close),
            number("consecutive_wins_trades", summary.consecutive_wins as f64),
            number("consecutive_losses_trades", summary.consecutive_losses as f64),
            number("turnover", trades::turnover(&self.ledger.fills, &self.ledger.equity)),
            number("n_rejected", self.ledger.rejected.len() as f64),
        ]
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
        number("max_dd_pct", 100.0 * s.max_drawdown),
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
        number("consecutive_wins", s.consecutive_wins as f64),
        number("consecutive_losses", s.consecutive_losses as f64),
        number("kelly_criterion", s.kelly_criterion),
        number("risk_of_ruin", s.risk_of_ruin),
        number("outlier_win_ratio", s.outlier_win_ratio),
        number("outlier_loss_ratio", s.outlier_loss_ratio),
    ]
}

fn number(name: &'static str, value: f64) -> Line {
    Line { name, figure: Figure::Number(value) }
}

fn none() -> Figure {
    Figure::Number(f64::NAN)
}

fn peer_line((name, entry): (&'static str, Entry)) -> Line {
    let figure = match entry {
        Entry::Number(value) => Figure::Number(value),
        Entry::Time(at) => Figure::Time(at),
        Entry::Span(span) => Figure::Span(span),
    };
    Line { name, figure }
}
