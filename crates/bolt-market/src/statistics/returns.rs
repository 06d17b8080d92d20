//! Measures of a series of returns.
//!
//! The definitions are those that tear sheets of the quantstats library print, which most
//! readers of such numbers have seen; each is written out with its field. The tests hold every
//! one of them to that library's values. In the formulas `r` are the returns, `n` their number,
//! `N` the periods in a year, `f` the riskless return per period, `std` the standard deviation
//! with `n - 1`, and "equity" the product of all `1 + r` so far, beginning at 1.

use super::drawdowns;
use super::selection::probabilistic_sharpe;
use super::sums::{Moments, mean, ratio, regression, sum, sum_of};
use super::{PeriodsPerYear, RiskFree};
use crate::options::normal;

/// Returns the equity after each return, beginning with 1 before the first: `n + 1` values.
pub fn equity(returns: &[f64]) -> Vec<f64> {
    let mut equity = Vec::with_capacity(returns.len() + 1);
    equity.push(1.0);
    let mut value = 1.0;
    for r in returns {
        value *= 1.0 + r;
        equity.push(value);
    }
    equity
}

/// Returns the returns of an equity curve: one fewer than its values. A return on nothing or on a
/// debt, and one that leaves a debt, is not defined: NaN.
pub fn of_equity(equity: &[f64]) -> Vec<f64> {
    let change = |pair: &[f64]| match pair[0] > 0.0 && pair[1] >= 0.0 {
        true => pair[1] / pair[0] - 1.0,
        false => f64::NAN,
    };
    equity.windows(2).map(change).collect()
}

/// Returns the compounded return, `prod(1 + r) - 1`.
pub fn total(returns: &[f64]) -> f64 {
    returns.iter().fold(1.0, |value, r| value * (1.0 + r)) - 1.0
}

/// Returns the compound annual growth rate, `prod(1 + r)^(N / n) - 1`; NaN of nothing or if more
/// than everything was lost.
pub fn annual_growth(returns: &[f64], periods: PeriodsPerYear) -> f64 {
    let growth = 1.0 + total(returns);
    if returns.is_empty() || growth < 0.0 {
        return f64::NAN;
    }
    growth.powf(periods.value / returns.len() as f64) - 1.0
}

/// Returns the annual volatility, `std(r) sqrt(N)`; NaN of fewer than two returns.
pub fn volatility(returns: &[f64], periods: PeriodsPerYear) -> f64 {
    Moments::of(returns).deviation() * periods.value.sqrt()
}

/// Returns the annual Sharpe ratio, `mean(r - f) / std(r) sqrt(N)` (Sharpe, "The Sharpe ratio",
/// Journal of Portfolio Management 21, 1994); NaN if the returns do not vary.
pub fn sharpe(returns: &[f64], periods: PeriodsPerYear, risk_free: RiskFree) -> f64 {
    sharpe_per_period(&Moments::of(returns), risk_free.per_period(periods)) * periods.value.sqrt()
}

fn sharpe_per_period(moments: &Moments, free: f64) -> f64 {
    ratio(moments.mean - free, moments.deviation())
}

/// Returns the annual Sortino ratio, `mean(r - f) / sqrt(sum(min(r - f, 0)^2) / n) sqrt(N)`
/// (Sortino and Price, "Performance measurement in a downside risk framework", Journal of
/// Investing 3, 1994); NaN if no return is below the riskless.
pub fn sortino(returns: &[f64], periods: PeriodsPerYear, risk_free: RiskFree) -> f64 {
    let free = risk_free.per_period(periods);
    let below = sum_of(returns, |r| (r - free).min(0.0).powi(2)) / returns.len() as f64;
    ratio(mean(returns) - free, below.sqrt()) * periods.value.sqrt()
}

/// Returns the deepest fall of the equity from a peak, a negative fraction; 0 if it never fell.
pub fn max_drawdown(returns: &[f64]) -> f64 {
    drawdowns::deepest(&equity(returns))
}

/// Returns annual growth over the depth of the deepest drawdown; NaN without one.
pub fn calmar(returns: &[f64], periods: PeriodsPerYear) -> f64 {
    ratio(annual_growth(returns, periods), -max_drawdown(returns))
}

/// Returns the return that is undercut with probability `1 - confidence` if returns are normal:
/// `mean(r) + std(r) z`, with `z` the normal quantile.
pub fn value_at_risk(returns: &[f64], confidence: f64) -> f64 {
    let moments = Moments::of(returns);
    moments.mean + moments.deviation() * normal::quantile(1.0 - confidence)
}

/// Returns the mean of the returns below [`value_at_risk`] if returns are normal:
/// `mean(r) - std(r) phi(z) / (1 - confidence)`.
pub fn expected_shortfall(returns: &[f64], confidence: f64) -> f64 {
    shortfall(&Moments::of(returns), confidence)
}

fn shortfall(moments: &Moments, confidence: f64) -> f64 {
    let tail = 1.0 - confidence;
    moments.mean - moments.deviation() * normal::density(normal::quantile(tail)) / tail
}

/// Returns the value below which a fraction `p` of sorted values lies, interpolated between
/// neighbours; NaN of nothing.
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = p.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

/// Everything a tear sheet says about a series of returns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// [`sharpe`].
    pub sharpe: f64,
    /// Sharpe ratio divided by [`autocorrelation_penalty`].
    pub smart_sharpe: f64,
    /// Probability that the true Sharpe ratio is above 0, see
    /// [`super::selection::probabilistic_sharpe`].
    pub probabilistic_sharpe_ratio: f64,
    /// [`sortino`].
    pub sortino: f64,
    /// Sortino ratio over `sqrt(2)`, comparable with a Sharpe ratio (Schwager).
    pub adjusted_sortino: f64,
    /// [`calmar`].
    pub calmar: f64,
    /// Gains over losses relative to the riskless return, `sum(max(r - f, 0)) /
    /// sum(max(f - r, 0))` (Keating and Shadwick 2002).
    pub omega: f64,
    /// [`total`].
    pub comp: f64,
    /// [`annual_growth`].
    pub cagr: f64,
    /// Geometric mean return per period, `prod(1 + r)^(1 / n) - 1`.
    pub expected_return: f64,
    /// [`volatility`].
    pub volatility: f64,
    /// Sample skewness with the small-sample correction.
    pub skew: f64,
    /// Sample excess kurtosis with the small-sample correction; 0 for a normal distribution.
    pub kurtosis: f64,
    /// [`value_at_risk`] at 95 %.
    pub value_at_risk: f64,
    /// [`expected_shortfall`] at 95 %.
    pub cvar: f64,
    /// [`max_drawdown`].
    pub max_drawdown: f64,
    /// Root of the sum of squared drawdowns over `n - 1` (Martin 1987).
    pub ulcer_index: f64,
    /// Total return over ulcer index.
    pub ulcer_performance_index: f64,
    /// `sum(r)` over ulcer index times pitfall, the latter the expected shortfall (95 %) of the
    /// drawdowns over `std(r)`.
    pub serenity_index: f64,
    /// `sum(r)` over the sum of losses (Schwager).
    pub gain_to_pain_ratio: f64,
    /// 95 % quantile over 5 % quantile, absolute.
    pub tail_ratio: f64,
    /// Sum of gains over sum of losses.
    pub profit_factor: f64,
    /// Mean gain over mean loss.
    pub payoff_ratio: f64,
    /// Profit factor times tail ratio.
    pub common_sense_ratio: f64,
    /// Profit factor times win rate times payoff ratio.
    pub cpc_index: f64,
    /// Gains over returns that are not 0.
    pub win_rate: f64,
    /// Mean of the gains.
    pub avg_win: f64,
    /// Mean of the losses, negative.
    pub avg_loss: f64,
    /// Largest return.
    pub best: f64,
    /// Smallest return.
    pub worst: f64,
    /// Longest run of gains.
    pub consecutive_wins: usize,
    /// Longest run of losses.
    pub consecutive_losses: usize,
    /// Fraction to stake for the fastest growth (Kelly 1956): with payoff `b` and win rate `w`,
    /// `(b w - (1 - w)) / b`.
    pub kelly_criterion: f64,
    /// `((1 - w) / (1 + w))^n` with win rate `w`.
    pub risk_of_ruin: f64,
    /// `abs(sum(r))` over the depth of the deepest drawdown.
    pub recovery_factor: f64,
    /// Periods with a return that is not 0, as a fraction rounded up to whole percent.
    pub exposure: f64,
    /// Annual growth over exposure.
    pub rar: f64,
    /// 99 % quantile over the mean return of periods without loss.
    pub outlier_win_ratio: f64,
    /// 1 % quantile over the mean loss.
    pub outlier_loss_ratio: f64,
}

/// Confidence of value at risk and expected shortfall in a summary.
const CONFIDENCE: f64 = 0.95;

impl Summary {
    /// Measures a series. The riskless return enters the Sharpe, Sortino and omega ratios only.
    pub fn of(returns: &[f64], periods: PeriodsPerYear, risk_free: RiskFree) -> Self {
        let free = risk_free.per_period(periods);
        let moments = Moments::of(returns);
        let deviation = moments.deviation();
        let falls = Falls::of(returns, deviation);
        let outcomes = Outcomes::of(returns);
        let Outcomes { win_rate, average_win, average_loss, .. } = outcomes;
        // Before there is another column.
        let not_losing = mean_where(returns, |r| r >= 0.0);
        let mut sorted = returns.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let annual_sharpe = sharpe(returns, periods, risk_free);
        let annual_sortino = sortino(returns, periods, risk_free);
        let (comp, cagr) = (total(returns), annual_growth(returns, periods));
        let exposure = exposure(returns);
        let payoff_ratio = ratio(average_win, -average_loss);
        let profit_factor = ratio(outcomes.gains, outcomes.losses);
        let tail_ratio = ratio(quantile(&sorted, 0.95), quantile(&sorted, 0.05)).abs();
        Self {
            sharpe: annual_sharpe,
            smart_sharpe: annual_sharpe / autocorrelation_penalty(returns),
            probabilistic_sharpe_ratio: probabilistic_sharpe(
                sharpe_per_period(&moments, free),
                0.0,
                moments.count,
                moments.skewness(),
                moments.excess_kurtosis(),
            ),
            sortino: annual_sortino,
            adjusted_sortino: annual_sortino / std::f64::consts::SQRT_2,
            calmar: ratio(cagr, -falls.deepest),
            omega: ratio(
                sum_of(returns, |r| (r - free).max(0.0)),
                sum_of(returns, |r| (free - r).max(0.0)),
            ),
            comp,
            cagr,
            expected_return: annual_growth(returns, PeriodsPerYear::stated(1.0)),
            volatility: deviation * periods.value.sqrt(),
            skew: moments.skewness(),
            kurtosis: moments.excess_kurtosis(),
            value_at_risk: value_at_risk(returns, CONFIDENCE),
            cvar: shortfall(&moments, CONFIDENCE),
            max_drawdown: falls.deepest,
            ulcer_index: falls.ulcer,
            ulcer_performance_index: ratio(comp, falls.ulcer),
            serenity_index: ratio(sum(returns), falls.ulcer * falls.pitfall),
            gain_to_pain_ratio: ratio(sum(returns), outcomes.losses),
            tail_ratio,
            profit_factor,
            payoff_ratio,
            common_sense_ratio: profit_factor * tail_ratio,
            cpc_index: profit_factor * win_rate * payoff_ratio,
            win_rate,
            avg_win: average_win,
            avg_loss: average_loss,
            best: sorted.last().copied().unwrap_or(f64::NAN),
            worst: sorted.first().copied().unwrap_or(f64::NAN),
            consecutive_wins: longest_run(returns, |r| r > 0.0),
            consecutive_losses: longest_run(returns, |r| r < 0.0),
            kelly_criterion: ratio(payoff_ratio * win_rate - (1.0 - win_rate), payoff_ratio),
            risk_of_ruin: risk_of_ruin(win_rate, moments.count),
            recovery_factor: ratio(sum(returns).abs(), -falls.deepest),
            exposure,
            rar: ratio(cagr, exposure),
            outlier_win_ratio: ratio(quantile(&sorted, 0.99), not_losing),
            outlier_loss_ratio: ratio(quantile(&sorted, 0.01), average_loss),
        }
    }
}

/// What the drawdown curve says.
struct Falls {
    deepest: f64,
    ulcer: f64,
    pitfall: f64,
}

impl Falls {
    fn of(returns: &[f64], deviation: f64) -> Self {
        // In the place of the equity.
        let curve: Vec<f64> = drawdowns::below_peak(equity(returns).into_iter()).collect();
        let falls = &curve[1..];
        let squares = sum_of(falls, |fall| fall * fall);
        Self {
            deepest: curve.iter().copied().fold(0.0, f64::min),
            ulcer: if returns.len() < 2 {
                f64::NAN
            } else {
                (squares / (returns.len() - 1) as f64).sqrt()
            },
            pitfall: ratio(-shortfall(&Moments::of(falls), CONFIDENCE), deviation),
        }
    }
}

/// Gains and losses.
struct Outcomes {
    gains: f64,
    /// Positive.
    losses: f64,
    win_rate: f64,
    average_win: f64,
    average_loss: f64,
}

impl Outcomes {
    fn of(returns: &[f64]) -> Self {
        let count = |wanted: fn(f64) -> bool| returns.iter().filter(|&&r| wanted(r)).count() as f64;
        Self {
            gains: sum_of(returns, |r| r.max(0.0)),
            losses: sum_of(returns, |r| (-r).max(0.0)),
            win_rate: ratio(count(|r| r > 0.0), count(|r| r != 0.0)),
            average_win: mean_where(returns, |r| r > 0.0),
            average_loss: mean_where(returns, |r| r < 0.0),
        }
    }
}

fn mean_where(returns: &[f64], wanted: impl Fn(f64) -> bool) -> f64 {
    let chosen = || returns.iter().copied().filter(|&r| wanted(r));
    let mut values = Vec::with_capacity(chosen().count());
    values.extend(chosen());
    mean(&values)
}

/// Returns the length of the longest run of values that are `wanted`.
pub(super) fn longest_run(values: &[f64], wanted: impl Fn(f64) -> bool) -> usize {
    values.split(|&value| !wanted(value)).map(<[f64]>::len).max().unwrap_or(0)
}

fn risk_of_ruin(win_rate: f64, count: f64) -> f64 {
    if win_rate.is_nan() {
        return f64::NAN;
    }
    ((1.0 - win_rate) / (1.0 + win_rate)).powf(count)
}

fn exposure(returns: &[f64]) -> f64 {
    let active = returns.iter().filter(|&&r| r != 0.0).count() as f64;
    (active / returns.len() as f64 * 100.0).ceil() / 100.0
}

/// Returns by how much autocorrelation inflates a Sharpe ratio, at least 1:
/// `sqrt(1 + 2 sum((n - k) / n c^k))` for `k` from 1 to `n - 1`, with `c` the absolute
/// autocorrelation at lag 1 (after Lo, "The statistics of Sharpe ratios", Financial Analysts
/// Journal 58, 2002, for a geometric decay).
pub fn autocorrelation_penalty(returns: &[f64]) -> f64 {
    let n = returns.len();
    if n < 3 {
        return f64::NAN;
    }
    let (_, correlation) = regression(&returns[..n - 1], &returns[1..]);
    let decay = correlation.abs();
    let (mut power, mut sum) = (1.0, 0.0);
    for k in 1..n {
        power *= decay;
        if power < f64::MIN_POSITIVE {
            break;
        }
        sum += (n - k) as f64 / n as f64 * power;
    }
    (1.0 + 2.0 * sum).sqrt()
}
