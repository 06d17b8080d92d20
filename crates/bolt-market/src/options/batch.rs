//! European options by the column.
//!
//! The loops are over blocks in local arrays, which the compiler turns into vector code; a
//! result has the same bits as [`super::european`] gives for that option alone.

use super::european::{Terms, evaluate};
use super::{Contract, Market, OptionKind};

/// Options to value, one a row; every column has the same length. See [`Contract`] and
/// [`Market`] for the units.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Call or put.
    pub kind: &'a [OptionKind],
    /// Strike prices.
    pub strike: &'a [f64],
    /// Years until expiry.
    pub years: &'a [f64],
    /// Prices of the underlying.
    pub spot: &'a [f64],
    /// Rates.
    pub rate: &'a [f64],
    /// Dividend yields.
    pub dividend_yield: &'a [f64],
    /// Volatilities.
    pub volatility: &'a [f64],
}

/// A value and its derivatives for each option, one a row. See [`super::Greeks`] for the units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GreeksColumns {
    /// Values.
    pub price: Vec<f64>,
    /// Deltas.
    pub delta: Vec<f64>,
    /// Gammas.
    pub gamma: Vec<f64>,
    /// Thetas, per year.
    pub theta: Vec<f64>,
    /// Vegas, per 1.00.
    pub vega: Vec<f64>,
    /// Rhos, per 1.00.
    pub rho: Vec<f64>,
    /// Dividend rhos, per 1.00.
    pub dividend_rho: Vec<f64>,
}

/// Options a block: inputs and results of one take 7 KiB, well inside the first cache.
const BLOCK: usize = 64;

type Block = [f64; BLOCK];

/// The inputs of a block, padded with ones.
struct Inputs {
    is_call: [bool; BLOCK],
    strike: Block,
    years: Block,
    spot: Block,
    rate: Block,
    dividend_yield: Block,
    volatility: Block,
}

impl Columns<'_> {
    /// Returns the number of options.
    ///
    /// # Panics
    /// If a column has another length than the others.
    fn rows(&self) -> usize {
        let Self { kind, strike, years, spot, rate, dividend_yield, volatility } = self;
        let rows = kind.len();
        for column in [strike, years, spot, rate, dividend_yield, volatility] {
            assert_eq!(column.len(), rows, "columns of options differ in length");
        }
        rows
    }

    /// Copies up to a block of rows beginning at `start`.
    fn block(&self, start: usize, rows: usize) -> Inputs {
        let load = |column: &[f64]| {
            let mut block = [1.0; BLOCK];
            block[..rows].copy_from_slice(&column[start..start + rows]);
            block
        };
        let mut is_call = [false; BLOCK];
        for (flag, kind) in is_call.iter_mut().zip(&self.kind[start..start + rows]) {
            *flag = *kind == OptionKind::Call;
        }
        Inputs {
            is_call,
            strike: load(self.strike),
            years: load(self.years),
            spot: load(self.spot),
            rate: load(self.rate),
            dividend_yield: load(self.dividend_yield),
            volatility: load(self.volatility),
        }
    }
}

impl Inputs {
    #[inline(always)]
    fn terms(&self, i: usize) -> Terms {
        let kind = if self.is_call[i] { OptionKind::Call } else { OptionKind::Put };
        let contract = Contract { kind, strike: self.strike[i], years: self.years[i] };
        let market = Market {
            spot: self.spot[i],
            rate: self.rate[i],
            dividend_yield: self.dividend_yield[i],
        };
        Terms::new(&contract, &market, self.volatility[i])
    }
}

/// Writes the value of each option to `prices`.
///
/// # Panics
/// If the columns or `prices` differ in length.
pub fn prices(options: &Columns, prices: &mut [f64]) {
    assert_eq!(options.rows(), prices.len(), "one price for each option");
    for (index, chunk) in prices.chunks_mut(BLOCK).enumerate() {
        let inputs = options.block(index * BLOCK, chunk.len());
        let mut out = [0.0; BLOCK];
        for (i, price) in out.iter_mut().enumerate() {
            *price = evaluate(&inputs.terms(i)).price;
        }
        chunk.copy_from_slice(&out[..chunk.len()]);
    }
}

/// Returns the value of each option and its derivatives.
///
/// # Panics
/// If the columns differ in length.
pub fn greeks(options: &Columns) -> GreeksColumns {
    let rows = options.rows();
    let mut columns: [Vec<f64>; 7] = std::array::from_fn(|_| Vec::with_capacity(rows));
    for start in (0..rows).step_by(BLOCK) {
        let length = BLOCK.min(rows - start);
        let inputs = options.block(start, length);
        let mut out = [[0.0; BLOCK]; 7];
        for i in 0..BLOCK {
            let greeks = evaluate(&inputs.terms(i)).to_array();
            for (row, value) in out.iter_mut().zip(greeks) {
                row[i] = value;
            }
        }
        for (column, block) in columns.iter_mut().zip(&out) {
            column.extend_from_slice(&block[..length]);
        }
    }
    let [price, delta, gamma, theta, vega, rho, dividend_rho] = columns;
    GreeksColumns { price, delta, gamma, theta, vega, rho, dividend_rho }
}
