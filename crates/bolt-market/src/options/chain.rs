//! Options of many contracts, European and American mixed, each with a market of its own.

use bolt_exec::Pool;

use super::american::{Method, Prepared, PreparedGreeks};
use super::batch::{self, Columns};
use super::implied::{ImpliedVolatilityError, of_american, of_european};
use super::scenario::Style;
use super::{Contract, Greeks, Market, european};

/// An option and the market it is valued in, its volatility aside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Listing {
    /// What the parties agreed on.
    pub contract: Contract,
    /// When it may be exercised.
    pub style: Style,
    /// The market.
    pub market: Market,
}

/// The value of an option, and how it was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Valuation {
    /// The value and its derivatives.
    pub greeks: Greeks,
    /// How it was found; [`Method::European`] for every European option.
    pub method: Method,
    /// The spot from which on an American option is best exercised now, where it is known; see
    /// [`Prepared::critical_spot`].
    pub critical_spot: Option<f64>,
}

impl Listing {
    /// Values the option; `None` if a number describes no option.
    pub fn value(&self, volatility: f64) -> Option<Valuation> {
        let Self { contract, style, market } = self;
        let prepared = Prepared::new(contract, market, volatility);
        let (method, critical_spot) = (prepared.method()?, prepared.critical_spot());
        let (greeks, method, critical_spot) = match style {
            Style::European => {
                (european::greeks(contract, market, volatility), Method::European, None)
            }
            Style::American => {
                (PreparedGreeks::new(prepared).greeks(market.spot), method, critical_spot)
            }
        };
        (!greeks.price.is_nan()).then_some(Valuation { greeks, method, critical_spot })
    }

    /// Returns the volatility at which the option is worth `price`.
    ///
    /// # Errors
    /// As [`of_european`] and [`of_american`].
    pub fn implied_volatility(&self, price: f64) -> Result<f64, ImpliedVolatilityError> {
        match self.style {
            Style::European => of_european(&self.contract, &self.market, price),
            Style::American => of_american(&self.contract, &self.market, price),
        }
    }
}

/// Values options, European ones as a batch and American ones on the threads of the pool. A result
/// has the bits that [`Listing::value`] gives for that option alone, and NaN where that gives none.
///
/// # Panics
/// If `listings` and `volatilities` differ in length.
pub fn greeks(listings: &[Listing], volatilities: &[f64], pool: &Pool) -> Vec<Greeks> {
    assert_eq!(listings.len(), volatilities.len(), "one volatility for each option");
    let mut out = vec![Greeks::default(); listings.len()];
    let of_style = |style: Style| -> Vec<usize> {
        (0..listings.len()).filter(|&row| listings[row].style == style).collect()
    };
    let (europeans, americans) = (of_style(Style::European), of_style(Style::American));
    for (row, greeks) in europeans.iter().zip(batched(listings, volatilities, &europeans)) {
        out[*row] = greeks;
    }
    let solve = |row: usize| {
        let Listing { contract, market, .. } = &listings[row];
        PreparedGreeks::new(Prepared::new(contract, market, volatilities[row])).greeks(market.spot)
    };
    let solved = pool.map_items(americans.clone(), solve);
    for (row, greeks) in americans.into_iter().zip(solved) {
        out[row] = greeks;
    }
    out
}

fn batched<'a>(
    listings: &[Listing],
    volatilities: &[f64],
    rows: &'a [usize],
) -> impl Iterator<Item = Greeks> + use<'a> {
    let column = |get: fn(&Listing) -> f64| -> Vec<f64> {
        rows.iter().map(|&row| get(&listings[row])).collect()
    };
    let kind: Vec<_> = rows.iter().map(|&row| listings[row].contract.kind).collect();
    let volatility: Vec<f64> = rows.iter().map(|&row| volatilities[row]).collect();
    let columns = batch::greeks(&Columns {
        kind: &kind,
        strike: &column(|listing| listing.contract.strike),
        years: &column(|listing| listing.contract.years),
        spot: &column(|listing| listing.market.spot),
        rate: &column(|listing| listing.market.rate),
        dividend_yield: &column(|listing| listing.market.dividend_yield),
        volatility: &volatility,
    });
    (0..rows.len()).map(move |row| Greeks {
        price: columns.price[row],
        delta: columns.delta[row],
        gamma: columns.gamma[row],
        theta: columns.theta[row],
        vega: columns.vega[row],
        rho: columns.rho[row],
        dividend_rho: columns.dividend_rho[row],
    })
}
