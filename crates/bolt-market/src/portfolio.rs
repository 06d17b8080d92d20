//! What a portfolio is worth: positions of several assets and cash, valued as prices arrive.
//!
//! Values are in the one currency of the cash; a position's value is its units times its price. It
//! is given prices and knows neither files nor time. Start at [`Portfolio::begin`] and
//! [`Portfolio::update`].

use thiserror::Error;

/// One asset held.
#[derive(Debug, Clone, PartialEq)]
pub struct Holding {
    /// Its name.
    pub symbol: String,
    /// Units held, negative if sold short.
    pub units: f64,
    /// What a unit was bought or sold short for, if it is known.
    pub cost: Option<f64>,
}

/// Positions, a column each for symbol, units and cost, and cash.
#[derive(Debug, Clone, PartialEq)]
pub struct Portfolio {
    symbols: Vec<String>,
    units: Vec<f64>,
    /// NaN where it is not known.
    costs: Vec<f64>,
    cash: f64,
}

/// What happens to a position without a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Missing {
    /// The update is refused.
    Refuse,
    /// The last price stays; without one the update is refused.
    Keep,
}

/// Why a portfolio cannot be made or valued.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PortfolioError {
    /// A symbol that has two positions.
    #[error("the portfolio has two positions in `{symbol}`; add them up")]
    Twice {
        /// The symbol.
        symbol: String,
    },
    /// Units, a cost or cash that is not finite.
    #[error("the {what} of {of} is `{value}`, which is not a finite number")]
    NotFinite {
        /// What is not finite.
        what: &'static str,
        /// The symbol in backticks, or `the portfolio`.
        of: String,
        /// The number.
        value: f64,
    },
    /// A position that cannot be valued.
    #[error("there is no price for `{symbol}`{}", if *kept { ", nor an earlier one to keep" } else { "" })]
    NoPrice {
        /// The symbol.
        symbol: String,
        /// Whether the last price was to be kept.
        kept: bool,
    },
    /// An infinite price.
    #[error("the price of `{symbol}` is `{price}`, which is not a finite number")]
    Price {
        /// The symbol.
        symbol: String,
        /// The price.
        price: f64,
    },
}

/// Sums over the positions.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Totals {
    /// Cash and the value of all positions.
    pub equity: f64,
    /// Value of the positions held.
    pub long: f64,
    /// Value of the positions sold short, not positive while prices are not negative.
    pub short: f64,
    /// Profit of the positions against their costs, NaN while the cost of one held is not known.
    pub profit: f64,
    /// What the last update changed in the value of the positions whose price was known before.
    pub change: f64,
}

impl Totals {
    /// Returns the gross exposure: what is long and what is short added up without signs.
    pub fn gross(&self) -> f64 {
        self.long - self.short
    }

    /// Returns the net exposure: the value of all positions.
    pub fn net(&self) -> f64 {
        self.long + self.short
    }
}

/// A portfolio at some prices; columns are in the order of its positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Valuation {
    prices: Vec<f64>,
    values: Vec<f64>,
    weights: Vec<f64>,
    profits: Vec<f64>,
    totals: Totals,
}

impl Valuation {
    /// Returns the prices used, NaN before there is one.
    pub fn prices(&self) -> &[f64] {
        &self.prices
    }

    /// Returns the values, negative for what is sold short.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Returns the values as fractions of the equity; not finite if that is zero.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Returns the profits against the costs, NaN where a cost is not known.
    pub fn profits(&self) -> &[f64] {
        &self.profits
    }

    /// Returns the sums.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }
}

impl Portfolio {
    /// Returns a portfolio.
    ///
    /// # Errors
    /// If a symbol comes twice, or a number is not finite.
    pub fn new(holdings: Vec<Holding>, cash: f64) -> Result<Self, PortfolioError> {
        let not_finite = |what, of: String, value| PortfolioError::NotFinite { what, of, value };
        if !cash.is_finite() {
            return Err(not_finite("cash", "the portfolio".to_owned(), cash));
        }
        let mut portfolio =
            Self { symbols: Vec::new(), units: Vec::new(), costs: Vec::new(), cash };
        let mut seen = std::collections::HashSet::new();
        for Holding { symbol, units, cost } in holdings {
            for (what, value) in [("number of units", Some(units)), ("cost", cost)] {
                if let Some(value) = value.filter(|value| !value.is_finite()) {
                    return Err(not_finite(what, format!("`{symbol}`"), value));
                }
            }
            if !seen.insert(symbol.clone()) {
                return Err(PortfolioError::Twice { symbol });
            }
            portfolio.symbols.push(symbol);
            portfolio.units.push(units);
            portfolio.costs.push(cost.unwrap_or(f64::NAN));
        }
        Ok(portfolio)
    }

    /// Returns the symbols of the positions.
    pub fn symbols(&self) -> &[String] {
        &self.symbols
    }

    /// Returns the units of the positions.
    pub fn units(&self) -> &[f64] {
        &self.units
    }

    /// Returns the costs of the positions, NaN where they are not known.
    pub fn costs(&self) -> &[f64] {
        &self.costs
    }

    /// Returns the cash.
    pub fn cash(&self) -> f64 {
        self.cash
    }

    /// Returns a valuation that knows the last prices, NaN where there is none, and no value yet.
    ///
    /// # Panics
    /// If there are more or fewer prices than positions.
    pub fn begin(&self, last_prices: &[f64]) -> Valuation {
        assert_eq!(last_prices.len(), self.units.len(), "one price for each position");
        let unknown = vec![f64::NAN; self.units.len()];
        Valuation {
            prices: last_prices.to_vec(),
            values: unknown.clone(),
            weights: unknown.clone(),
            profits: unknown,
            totals: Totals::default(),
        }
    }

    /// Values the portfolio at new prices, NaN where there is none. Allocates nothing unless it
    /// fails, and then leaves the valuation as it was.
    ///
    /// # Errors
    /// If a position has no price, or an infinite one.
    ///
    /// # Panics
    /// If prices or valuation are of more or fewer positions.
    pub fn update(
        &self,
        prices: &[f64],
        missing: Missing,
        valuation: &mut Valuation,
    ) -> Result<(), PortfolioError> {
        let count = self.units.len();
        assert_eq!((prices.len(), valuation.prices.len()), (count, count), "one for each position");
        let keep = missing == Missing::Keep;
        // Without short circuits, so that the loop has no branches.
        let usable = prices.iter().zip(&valuation.prices).fold(true, |usable, (price, last)| {
            usable & (price.is_finite() | (keep & price.is_nan() & last.is_finite()))
        });
        if !usable {
            return Err(self.fault(prices, keep, valuation));
        }
        self.revalue(prices, valuation);
        Ok(())
    }

    /// Returns what is wrong with the first price that cannot be used.
    #[cold]
    fn fault(&self, prices: &[f64], keep: bool, valuation: &Valuation) -> PortfolioError {
        let unusable = |(price, last): (&f64, &f64)| {
            price.is_infinite() || (price.is_nan() && !(keep && last.is_finite()))
        };
        let at = prices.iter().zip(&valuation.prices).position(unusable).unwrap_or_default();
        let (symbol, price) = (self.symbols[at].clone(), prices[at]);
        match price.is_nan() {
            true => PortfolioError::NoPrice { symbol, kept: keep },
            false => PortfolioError::Price { symbol, price },
        }
    }

    fn revalue(&self, prices: &[f64], valuation: &mut Valuation) {
        let Valuation { prices: lasts, values, weights, profits, totals } = valuation;
        let count = self.units.len();
        // Slices of one length, so that the loop checks no bounds.
        let (units, costs, prices) = (&self.units[..count], &self.costs[..count], &prices[..count]);
        let (lasts, values) = (&mut lasts[..count], &mut values[..count]);
        let profits = &mut profits[..count];
        let mut sums = Totals::default();
        for i in 0..count {
            let price = if prices[i].is_nan() { lasts[i] } else { prices[i] };
            let value = units[i] * price;
            let change = units[i] * (price - lasts[i]);
            let profit = units[i] * (price - costs[i]);
            let (long, short) = if units[i] > 0.0 { (value, 0.0) } else { (0.0, value) };
            sums.long += long;
            sums.short += short;
            sums.profit += if units[i] == 0.0 { 0.0 } else { profit };
            sums.change += if change.is_nan() { 0.0 } else { change };
            (lasts[i], values[i], profits[i]) = (price, value, profit);
        }
        sums.equity = self.cash + sums.net();
        for (weight, value) in weights.iter_mut().zip(values) {
            *weight = *value / sums.equity;
        }
        *totals = sums;
    }
}

#[cfg(test)]
mod tests;
