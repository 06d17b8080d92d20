//! `bolt data import --adjust`.

use anyhow::{Result, bail};
use bolt_market::data::actions::{Action, Adjustment, CorporateAction, adjust};
use bolt_market::data::{Bars, Dataset};
use clap::ValueEnum;
use serde_json::{Value, json};

/// What is taken out of the prices.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    /// Splits: returns are those of the price
    Splits,
    /// Splits and dividends: returns are those of a holder who reinvests dividends
    TotalReturn,
}

/// Adjusts bars for the actions in their columns; returns them with what was done.
pub(super) fn run(
    data: Dataset,
    kind: Kind,
    splits: Option<&str>,
    dividends: Option<&str>,
) -> Result<(Dataset, Vec<Value>)> {
    let (adjustment, wanted) = match kind {
        Kind::Splits => (Adjustment::Splits, splits.is_some()),
        Kind::TotalReturn => (Adjustment::TotalReturn, splits.is_some() || dividends.is_some()),
    };
    if !wanted {
        bail!("`--adjust` needs the columns of what happened: give `--splits` or `--dividends`");
    }
    let bars = data.into_bars()?;
    let mut actions = actions(&bars, splits, Action::Split, |ratio| ratio != 1.0)?;
    actions.extend(self::actions(&bars, dividends, Action::Dividend, |_| true)?);
    let adjusted = adjust(&bars, &actions, adjustment)?;
    let view = |applied: &bolt_market::data::actions::AppliedAction| {
        let (name, amount) = match applied.action.action {
            Action::Split(ratio) => ("split", ratio),
            Action::Dividend(amount) => ("dividend", amount),
        };
        json!({
            "ex": applied.action.ex.to_string(),
            name: amount,
            "price_factor": applied.price_factor,
        })
    };
    let views = adjusted.applied.iter().map(view).collect();
    Ok((Dataset::Bars(adjusted.bars), views))
}

/// Returns what a column says happened; 0 and a missing value are nothing.
fn actions(
    bars: &Bars,
    column: Option<&str>,
    action: fn(f64) -> Action,
    counts: fn(f64) -> bool,
) -> Result<Vec<CorporateAction>> {
    let Some(name) = column else { return Ok(Vec::new()) };
    // Columns go by their plain names; the title of the file is accepted too.
    let plain = name.trim().to_lowercase().replace(' ', "_");
    let values = bars.column(&plain)?;
    let happened = values
        .iter()
        .zip(bars.timestamps().iter())
        .filter(|(value, _)| !value.is_nan() && **value != 0.0 && counts(**value));
    Ok(happened.map(|(value, ex)| CorporateAction { ex: *ex, action: action(*value) }).collect())
}
