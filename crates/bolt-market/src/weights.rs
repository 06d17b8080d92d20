//! Weights of several assets, and how they are traded in one account.
//!
//! A weight is the position wanted in an asset as a fraction of the account's equity, negative for
//! short; NaN leaves the position as it is. Weights come from a formula over a panel
//! ([`evaluate`]) or from anywhere else, and [`run`] trades them, by default under the next-open
//! convention, of which everything holds here that does not speak of stops ([`broker::next_open`](crate::broker::next_open)). What
//! several assets add to it is this.
//!
//! # Decisions
//! At the close of a bar [`Rebalance`] says which weights are traded; of those, each known one
//! becomes an order that waits for the next open of its asset, in place of an older one. The
//! [`WeightRules::cash_buffer`] makes all weights smaller.
//!
//! # Assets without a bar
//! A bar of an asset of which a price is unknown, or not positive, is a gap, as for one asset: its
//! order waits for the asset's next bar, and its position is worth the last known close. So an
//! asset may begin late, end early and follow a calendar of its own.
//!
//! # Fills
//! All orders that fill at an open are sized together. First everything that makes a position
//! smaller, or closes it, is filled: targets are fractions of the equity at the opens, before any
//! fill. Then, with equity after these costs, everything that opens a position or makes it larger;
//! if equity less the margin of what is held does not cover all of that, fees included, each order
//! gets a share in proportion to what it would take. A weight beyond what the margin allows is cut
//! down in the same way, where an order for one asset would be dropped. A position that changes
//! sides is closed in the first part and opened in the second.
//!
//! A margin call, or the end of equity, closes each position at the next open of its asset and drops
//! the orders that wait.

mod formula;
mod next_open;
mod schedule;
mod vectorbt;

pub use formula::{Weights, evaluate};

use crate::broker::{Error, check_length, check_prices, check_setting};
use crate::data::{DataError, Interval, Panel, Zone};
use crate::ledger::Ledger;
use crate::ohlc::Ohlc;
use crate::signals::{Convention, Curve};
use bolt_base::UnixNanos;

/// What happens in the market of several assets. Matrices are time-major: the value of asset `a` at
/// bar `t` stands at `t * stride + a`.
#[derive(Debug, Clone, Copy)]
pub struct PanelMarket<'a> {
    /// Number of assets.
    pub assets: usize,
    /// Values from one bar to the next in each matrix, at least the number of assets.
    pub stride: usize,
    /// Matrices of prices, NaN where an asset has no bar.
    pub prices: Ohlc<'a>,
    /// When each bar opens; needed for interest and for periods of a calendar.
    pub times: Option<&'a [UnixNanos]>,
    /// The zone of that calendar; UTC if absent.
    pub zone: Option<&'a Zone>,
    /// Matrix of cash paid per unit to who held it before the bar's open; 0 or NaN for none.
    pub dividends: Option<&'a [f64]>,
    /// Matrix of units that one unit becomes at the bar's open; 1 or NaN for no split.
    pub splits: Option<&'a [f64]>,
}

impl<'a> PanelMarket<'a> {
    /// Returns the prices of a panel. Of one without `open`, `high` and `low` the close stands for
    /// all four.
    ///
    /// # Errors
    /// If there is no `close`, or an asset has nothing else where others have: it would never trade.
    pub fn of(panel: &'a Panel) -> Result<Self, DataError> {
        let close = panel.field("close")?;
        let price = |name| panel.field(name).unwrap_or(close);
        let market = Self {
            assets: panel.assets().len(),
            stride: panel.stride(),
            prices: Ohlc { open: price("open"), high: price("high"), low: price("low"), close },
            times: Some(panel.timestamps()),
            zone: Some(&panel.basis.zone),
            dividends: None,
            splits: None,
        };
        let has = |matrix: &[f64], asset: usize| {
            matrix.iter().skip(asset).step_by(market.stride).any(|price| !price.is_nan())
        };
        let prices = market.prices;
        match (0..market.assets).find(|&a| has(prices.close, a) && !has(prices.open, a)) {
            Some(asset) => Err(DataError::Mismatch(format!(
                "cannot trade `{}`: it has closes only, where other assets have opens; load closes \
                 only, or whole bars of all",
                panel.assets()[asset]
            ))),
            None => Ok(market),
        }
    }

    /// Returns the number of bars.
    pub fn bars(&self) -> usize {
        self.prices.len() / self.stride.max(1)
    }

    /// Returns the first `bars` bars.
    ///
    /// # Panics
    /// If there are fewer.
    #[must_use]
    pub fn first(&self, bars: usize) -> Self {
        let values = bars * self.stride;
        Self {
            prices: self.prices.first(values),
            times: self.times.map(|times| &times[..bars]),
            dividends: self.dividends.map(|dividends| &dividends[..values]),
            splits: self.splits.map(|splits| &splits[..values]),
            ..*self
        }
    }

    /// Returns the values of a matrix at a bar, one an asset.
    fn row(&self, matrix: &'a [f64], bar: usize) -> &'a [f64] {
        &matrix[bar * self.stride..][..self.assets]
    }

    fn check(&self) -> Result<(), Error> {
        let Self { assets, stride, prices, times, zone: _, dividends, splits } = *self;
        check_setting("assets", assets as f64, assets > 0, "1 or more")?;
        check_setting("stride", stride as f64, stride >= assets, "the number of assets or more")?;
        let (bars, values) = (self.bars(), prices.len());
        check_length("close", values, bars * stride)?;
        check_prices(&prices)?;
        check_length("times", times.map_or(bars, <[_]>::len), bars)?;
        check_length("dividends", dividends.map_or(values, <[_]>::len), values)?;
        check_length("splits", splits.map_or(values, <[_]>::len), values)
    }
}

/// When weights are traded.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Rebalance {
    /// Each when it changes.
    #[default]
    OnChange,
    /// At every bar.
    EveryBar,
    /// At every bar whose number, counted from the first that is decided on, is a multiple of this.
    EveryBars(usize),
    /// At the first bar that is decided on, and the first of each period of the calendar: days
    /// counted from 1970-01-01, weeks from a Monday, months from January.
    Every(Interval),
    /// Each when its position's fraction of equity is further away from it than this.
    Outside(f64),
}

/// How weights are traded.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WeightRules {
    /// When.
    pub rebalance: Rebalance,
    /// Fraction of equity that is not invested: weights are fractions of what is left.
    pub cash_buffer: f64,
}

impl WeightRules {
    fn check(&self, times: Option<&[UnixNanos]>) -> Result<(), Error> {
        let Self { rebalance, cash_buffer } = *self;
        let valid = (0.0..1.0).contains(&cash_buffer);
        check_setting("cash_buffer", cash_buffer, valid, "in [0, 1)")?;
        match rebalance {
            Rebalance::EveryBars(bars) => {
                check_setting("rebalance", bars as f64, bars > 0, "1 bar or more")
            }
            Rebalance::Outside(band) => check_setting("rebalance", band, band >= 0.0, "0 or more"),
            Rebalance::Every(_) if times.is_none() => Err(Error::TimesMissing),
            Rebalance::Every(_) | Rebalance::OnChange | Rebalance::EveryBar => Ok(()),
        }
    }

    /// Returns the fraction of equity that a weight comes to.
    fn target(&self, weight: f64) -> f64 {
        weight * (1.0 - self.cash_buffer)
    }
}

/// Trades weights under a convention; `weights` has a value for each bar and asset, bar by bar.
///
/// # Errors
/// If columns differ in length, a weight is infinite, a setting is out of its range, or the
/// convention cannot do what is asked: only next-open and vectorbt know several assets.
pub fn run(
    market: &PanelMarket<'_>,
    weights: &[f64],
    rules: &WeightRules,
    convention: &Convention,
    curve: Curve,
) -> Result<Ledger, Error> {
    market.check()?;
    check_length("weights", weights.len(), market.bars() * market.assets)?;
    let largest = weights.iter().fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
    check_setting("weights", largest, largest.is_finite(), "finite, or NaN")?;
    rules.check(market.times)?;
    let ledger = match convention {
        Convention::NextOpen(settings) => next_open::run(market, weights, rules, settings)?,
        Convention::Vectorbt(settings) => vectorbt::run(market, weights, rules, settings)?,
        Convention::BacktestingPy(_) | Convention::Backtrader(_) => {
            let what = "account of several assets";
            return Err(Error::Unsupported { what, convention: convention.name() });
        }
    };
    Ok(curve.cut(ledger))
}
