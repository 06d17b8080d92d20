//! Corporate actions: prices as they were traded to prices that can be compared over time.
//!
//! Adjustment works backwards, as vendors do: the last price stays, and every price before the
//! ex-date of an action is multiplied by the action's factor.
//!
//! | action | price factor | volume factor |
//! |---|---|---|
//! | split of `ratio` new shares for one | `1 / ratio` | `ratio` |
//! | cash dividend `amount` a share | `1 - amount / close`, with the close before the ex-date | 1 |
//!
//! A dividend is in the terms of its ex-date. If a split shares that date, the split counts first:
//! the close before is divided by its ratio. Factors of several actions multiply. (Method: Center
//! for Research in Security Prices, "Data descriptions guide", cumulative factors.)
//!
//! Nothing is lost: [`Adjusted`] keeps the bars as they were, and for each bar the factors that its
//! prices and volume were multiplied with.

use bolt_base::UnixNanos;

use super::bars::Bars;
use super::column::Column;
use super::error::DataError;

/// What a company did to its shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// So many new shares for an old one: 7 for a split of seven for one, 0.1 for a reverse split of
    /// one for ten.
    Split(f64),
    /// So much cash a share.
    Dividend(f64),
}

/// An action and the first time at which the shares trade without the right to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CorporateAction {
    /// The ex-date.
    pub ex: UnixNanos,
    /// What happened.
    pub action: Action,
}

/// Which actions are taken out of the prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Adjustment {
    /// Splits: returns are those of the price.
    Splits,
    /// Splits and dividends: returns are those of a holder who reinvests dividends (total return).
    TotalReturn,
}

/// An action that was taken out, and what it did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AppliedAction {
    /// The action.
    pub action: CorporateAction,
    /// The first bar that trades without the right to it.
    pub bar: usize,
    /// What earlier prices were multiplied with.
    pub price_factor: f64,
    /// What earlier volumes were multiplied with.
    pub volume_factor: f64,
}

/// Adjusted bars and all that is needed to undo or explain the adjustment.
#[derive(Debug, Clone)]
pub struct Adjusted {
    /// The adjusted bars; columns other than prices and volume are as they were.
    pub bars: Bars,
    /// The bars as they were, which share their values with those given.
    pub raw: Bars,
    /// For each bar, adjusted price over raw price.
    pub price_factors: Column,
    /// For each bar, adjusted volume over raw volume.
    pub volume_factors: Column,
    /// The actions taken out, in the order of their ex-dates.
    pub applied: Vec<AppliedAction>,
    /// Actions without effect: before the second bar, after the last, or of a kind that the
    /// adjustment leaves in.
    pub left: Vec<CorporateAction>,
}

/// Takes corporate actions out of the prices and volumes of bars.
///
/// # Errors
/// If a ratio or amount is not a positive number, or a dividend is not below the close before its
/// ex-date.
pub fn adjust(
    bars: &Bars,
    actions: &[CorporateAction],
    adjustment: Adjustment,
) -> Result<Adjusted, DataError> {
    let mut actions = actions.to_vec();
    // On one date splits come first.
    let is_dividend = |action: &CorporateAction| matches!(action.action, Action::Dividend(_));
    actions.sort_by_key(|action| (action.ex, is_dividend(action)));
    let (mut applied, mut left): (Vec<AppliedAction>, Vec<CorporateAction>) = Default::default();
    for action in actions {
        let bar = bars.timestamps().partition_point(|at| *at < action.ex);
        let is_inside = bar > 0 && bar < bars.len();
        let is_wanted = adjustment == Adjustment::TotalReturn || !is_dividend(&action);
        check_amount(action)?;
        if is_inside && is_wanted {
            let (price_factor, volume_factor) = factors(action, bars, bar, &applied)?;
            applied.push(AppliedAction { action, bar, price_factor, volume_factor });
        } else {
            left.push(action);
        }
    }
    let price_factors = cumulated(bars.len(), applied.iter().map(|a| (a.bar, a.price_factor)));
    let volume_factors = cumulated(bars.len(), applied.iter().map(|a| (a.bar, a.volume_factor)));
    let mut adjusted = bars.clone();
    for (name, column) in bars.columns() {
        let factors = match name {
            "open" | "high" | "low" | "close" => &price_factors,
            "volume" => &volume_factors,
            _ => continue,
        };
        let product = column.iter().zip(factors.iter()).map(|(value, factor)| value * factor);
        adjusted = adjusted.with_column(name, product.collect())?;
    }
    let raw = bars.clone();
    Ok(Adjusted { bars: adjusted, raw, price_factors, volume_factors, applied, left })
}

fn impossible(action: CorporateAction, reason: &str) -> DataError {
    DataError::Mismatch(format!("cannot adjust for the action of {}: {reason}", action.ex))
}

fn check_amount(action: CorporateAction) -> Result<(), DataError> {
    let (Action::Split(amount) | Action::Dividend(amount)) = action.action;
    if amount > 0.0 && amount.is_finite() {
        return Ok(());
    }
    Err(impossible(action, &format!("`{amount}` is not a positive number")))
}

/// The factors of an action for the bars before `bar`. A close from before an earlier split is
/// brought to the terms of the action.
fn factors(
    action: CorporateAction,
    bars: &Bars,
    bar: usize,
    earlier: &[AppliedAction],
) -> Result<(f64, f64), DataError> {
    match action.action {
        Action::Split(ratio) => Ok((1.0 / ratio, ratio)),
        Action::Dividend(amount) => {
            let closes = &bars.close()[..bar];
            let Some(before) = closes.iter().rposition(|close| !close.is_nan()) else {
                return Ok((1.0, 1.0));
            };
            let is_between = |other: &&AppliedAction| {
                matches!(other.action.action, Action::Split(_)) && other.bar > before
            };
            let splits = earlier.iter().filter(is_between).map(|split| split.price_factor);
            let close = closes[before] * splits.product::<f64>();
            if amount < close {
                return Ok((1.0 - amount / close, 1.0));
            }
            let reason =
                format!("the dividend of {amount} is not below the close before it, {close}");
            Err(impossible(action, &reason))
        }
    }
}

/// For each bar, the product of the factors of all later bars; `factors` ascend by bar.
fn cumulated(bars: usize, factors: impl DoubleEndedIterator<Item = (usize, f64)>) -> Column {
    let mut values = vec![1.0; bars];
    let (mut product, mut end) = (1.0, bars);
    for (bar, factor) in factors.rev() {
        values[bar..end].fill(product);
        product *= factor;
        end = bar;
    }
    values[..end].fill(product);
    values.into()
}

/// Returns the dividends that a vendor's adjusted close implies, for bars whose close is adjusted
/// for splits only. Changes of the ratio by less than `tolerance` are taken for rounding.
///
/// # Errors
/// If the bars have no column `adj_close`.
pub fn implied_dividends(bars: &Bars, tolerance: f64) -> Result<Vec<CorporateAction>, DataError> {
    let (close, adjusted) = (bars.close(), bars.column("adj_close")?);
    let ratio = |bar: usize| adjusted[bar] / close[bar];
    let dividend = |bar: usize| {
        let factor = ratio(bar - 1) / ratio(bar);
        let action = Action::Dividend(close[bar - 1] * (1.0 - factor));
        (1.0 - factor > tolerance).then_some(CorporateAction { ex: bars.timestamps()[bar], action })
    };
    Ok((1..bars.len()).filter_map(dividend).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Date, LoadOptions, Policy, load};
    use bolt_testkit::{assert_close, assert_close_slices};

    fn at(date: &str) -> UnixNanos {
        UnixNanos(date.parse::<Date>().unwrap().midnight())
    }

    fn split(date: &str, ratio: f64) -> CorporateAction {
        CorporateAction { ex: at(date), action: Action::Split(ratio) }
    }

    fn dividend(date: &str, amount: f64) -> CorporateAction {
        CorporateAction { ex: at(date), action: Action::Dividend(amount) }
    }

    fn bars(close: &[f64]) -> Bars {
        let times: Vec<UnixNanos> = (0..close.len() as i64)
            .map(|day| UnixNanos(at("2024-01-01").0 + day * UnixNanos::DAY))
            .collect();
        let volume: Column = close.iter().map(|_| 100.0).collect();
        Bars::new(
            "X",
            times,
            [("close".to_owned(), close.to_vec().into()), ("volume".to_owned(), volume)],
        )
        .unwrap()
    }

    #[track_caller]
    fn check(
        close: &[f64],
        actions: &[CorporateAction],
        how: Adjustment,
        expected: (&[f64], &[f64]),
    ) {
        let adjusted = adjust(&bars(close), actions, how).unwrap();
        assert_close_slices(adjusted.bars.close(), expected.0, 1e-14, "close");
        assert_close_slices(adjusted.bars.volume().unwrap(), expected.1, 1e-14, "volume");
        assert_close_slices(adjusted.raw.close(), close, 0.0, "raw");
        let back: Vec<f64> = adjusted
            .bars
            .close()
            .iter()
            .zip(&*adjusted.price_factors)
            .map(|(a, f)| a / f)
            .collect();
        assert_close_slices(&back, close, 1e-14, "raw");
    }

    #[test]
    fn splits_and_dividends_multiply_backwards() {
        use Adjustment::{Splits, TotalReturn};
        check(
            &[100.0, 50.0, 51.0],
            &[split("2024-01-02", 2.0)],
            Splits,
            (&[50.0, 50.0, 51.0], &[200.0, 100.0, 100.0]),
        );
        check(
            &[10.0, 100.0],
            &[split("2024-01-02", 0.1)],
            Splits,
            (&[100.0, 100.0], &[10.0, 100.0]),
        );
        let both = [dividend("2024-01-03", 5.0), split("2024-01-02", 2.0)];
        check(
            &[100.0, 50.0, 45.0],
            &both,
            TotalReturn,
            (&[45.0, 45.0, 45.0], &[200.0, 100.0, 100.0]),
        );
        check(&[100.0, 50.0, 45.0], &both, Splits, (&[50.0, 50.0, 45.0], &[200.0, 100.0, 100.0]));
        // On one date the dividend is that of a new share.
        let same = [dividend("2024-01-02", 5.0), split("2024-01-02", 2.0)];
        check(&[100.0, 45.0], &same, TotalReturn, (&[45.0, 45.0], &[200.0, 100.0]));
        // An ex-date without a bar counts from the next one.
        check(
            &[100.0, f64::NAN, 45.0],
            &[split("2024-01-02", 2.0), dividend("2024-01-03", 5.0)],
            TotalReturn,
            (&[45.0, f64::NAN, 45.0], &[200.0, 100.0, 100.0]),
        );
    }

    #[test]
    fn actions_outside_of_the_data_are_left() {
        let actions =
            [split("2023-01-01", 2.0), split("2024-01-01", 2.0), split("2025-01-01", 2.0)];
        let adjusted = adjust(&bars(&[1.0, 2.0]), &actions, Adjustment::Splits).unwrap();
        assert_eq!((adjusted.applied.len(), adjusted.left.len()), (0, 3));
        assert_eq!(adjusted.bars.content_hash(), adjusted.raw.content_hash());
    }

    #[test]
    fn impossible_actions_are_refused() {
        let check = |action, expected: &str| {
            let error = adjust(&bars(&[1.0, 2.0]), &[action], Adjustment::TotalReturn)
                .unwrap_err()
                .to_string();
            assert!(error.contains("2024-01-02") && error.contains(expected), "{error}");
        };
        check(split("2024-01-02", 0.0), "`0` is not a positive number");
        check(dividend("2024-01-02", f64::NAN), "not a positive number");
        check(dividend("2024-01-02", 1.0), "not below the close");
    }

    fn shared(file: &str) -> Option<Bars> {
        let path = bolt_testkit::path(&format!("data/equities_daily/{file}"))?;
        let options = LoadOptions { policy: Policy::repair(), ..LoadOptions::default() };
        Some(load(path, &options).unwrap().into_bars().unwrap())
    }

    /// Apple's splits and the dividends it declared, against a vendor's adjusted close.
    #[test]
    fn declared_actions_give_the_adjusted_close_of_a_vendor() {
        let Some(vendor) = shared("AAPL_yahoo.csv") else { return };
        let actions = [
            split("2005-02-28", 2.0),
            split("2014-06-09", 7.0),
            dividend("2012-08-09", 2.65),
            dividend("2012-11-07", 2.65),
            dividend("2013-02-07", 2.65),
            dividend("2013-05-09", 3.05),
            dividend("2013-08-08", 3.05),
            dividend("2013-11-06", 3.05),
            dividend("2014-02-06", 3.05),
            dividend("2014-05-08", 3.29),
            dividend("2014-08-07", 0.47),
            dividend("2014-11-06", 0.47),
            dividend("2015-02-05", 0.47),
            dividend("2015-05-07", 0.52),
            dividend("2015-08-06", 0.52),
            dividend("2015-11-05", 0.52),
            dividend("2016-02-04", 0.52),
            dividend("2016-05-05", 0.57),
            dividend("2016-08-04", 0.57),
            dividend("2016-11-03", 0.57),
            dividend("2017-02-09", 0.57),
            dividend("2017-05-11", 0.63),
            dividend("2017-08-10", 0.63),
            dividend("2017-11-10", 0.63),
        ];
        // The file is adjusted for splits; what was traded is not.
        let traded = |(at_bar, close): (&UnixNanos, &f64)| {
            let before = |date: &str| *at_bar < at(date);
            close
                * if before("2005-02-28") {
                    14.0
                } else if before("2014-06-09") {
                    7.0
                } else {
                    1.0
                }
        };
        let close: Column = vendor.timestamps().iter().zip(&**vendor.close()).map(traded).collect();
        let raw =
            Bars::new("AAPL", vendor.timestamps().clone(), [("close".to_owned(), close)]).unwrap();
        let adjusted = adjust(&raw, &actions, Adjustment::TotalReturn).unwrap();
        assert_eq!((adjusted.applied.len(), adjusted.left.len()), (24, 0));
        assert_close_slices(
            adjusted.bars.close(),
            vendor.column("adj_close").unwrap(),
            2e-6,
            "adjusted",
        );
        let splits = adjust(&raw, &actions, Adjustment::Splits).unwrap();
        assert_close_slices(splits.bars.close(), vendor.close(), 1e-12, "splits");
    }

    #[test]
    fn implied_dividends_are_those_declared() {
        let Some(spy) = shared("SPY_yahoo.csv") else { return };
        let implied = implied_dividends(&spy, 1e-4).unwrap();
        assert_eq!(implied.len(), 40);
        for (found, (date, declared)) in implied.iter().rev().zip([
            ("2017-12-15", 1.3513),
            ("2017-09-15", 1.2346),
            ("2017-06-16", 1.1831),
            ("2017-03-17", 1.0331),
        ]) {
            let Action::Dividend(amount) = found.action else {
                panic!("only dividends are implied")
            };
            assert_eq!(found.ex, at(date));
            assert_close(amount, declared, 1e-3, date);
        }
        let adjusted = adjust(&spy, &implied, Adjustment::TotalReturn).unwrap();
        assert_close_slices(
            adjusted.bars.close(),
            spy.column("adj_close").unwrap(),
            1e-5,
            "adjusted",
        );
        assert!(implied_dividends(&bars(&[1.0]), 1e-4).is_err());
    }
}
