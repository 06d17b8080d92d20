//! What a portfolio of options and their underlying would be worth after moves of spot,
//! volatility and time.
//!
//! [`evaluate`] fills a slice of cells on the calling thread, [`evaluate_on`] on those of a pool.

use bolt_exec::Pool;

use super::american::{Prepared, PreparedGreeks};
use super::elementary::exp;
use super::european::{Terms, evaluate as european};
use super::{Contract, Greeks, Market};

/// When an option may be exercised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// At expiry only.
    European,
    /// At any time until expiry.
    American,
}

impl Style {
    /// Returns the name used in results: `european` or `american`.
    pub fn name(self) -> &'static str {
        match self {
            Self::European => "european",
            Self::American => "american",
        }
    }
}

/// What is held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Instrument {
    /// The underlying itself.
    Underlying,
    /// An option on it.
    Option {
        /// Its terms.
        contract: Contract,
        /// When it may be exercised.
        style: Style,
        /// Its volatility before any shock.
        volatility: f64,
    },
}

/// A holding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Units of the underlying (contracts times multiplier), negative if sold.
    pub units: f64,
    /// What is held.
    pub instrument: Instrument,
}

/// A move of the market.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shock {
    /// Relative change of the spot: `-0.1` is a fall by 10 %.
    pub spot: f64,
    /// Added to every volatility, which does not fall below 0.
    pub volatility: f64,
    /// Years that pass. An option that expires meanwhile is worth its payoff at the new spot.
    pub years: f64,
}

/// A portfolio after a shock.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    /// Value after the shock less value before; dividends and interest received are not in it.
    pub pnl: f64,
    /// Value and derivatives of the whole portfolio after the shock.
    pub greeks: Greeks,
}

/// Returns every combination of moves, the spot's changing fastest: the order in which
/// American options are valued quickest, for their boundaries do not depend on the spot.
pub fn grid(spots: &[f64], volatilities: &[f64], years: &[f64]) -> Vec<Shock> {
    let mut shocks = Vec::with_capacity(spots.len() * volatilities.len() * years.len());
    for &years in years {
        for &volatility in volatilities {
            shocks.extend(spots.iter().map(|&spot| Shock { spot, volatility, years }));
        }
    }
    shocks
}

/// Values the portfolio after each shock.
///
/// # Panics
/// If `cells` and `shocks` differ in length.
pub fn evaluate(positions: &[Position], market: &Market, shocks: &[Shock], cells: &mut [Cell]) {
    assert_eq!(shocks.len(), cells.len(), "one cell for each shock");
    let base = Sums::of(positions, market, &[Shock::default()]).cell(0, 0.0).greeks.price;
    for (shocks, cells) in shocks.chunks(BLOCK).zip(cells.chunks_mut(BLOCK)) {
        let sums = Sums::of(positions, market, shocks);
        for (i, cell) in cells.iter_mut().enumerate() {
            *cell = sums.cell(i, base);
        }
    }
}

/// Values the portfolio after each shock on the threads of a pool; the cells have the bits that
/// [`evaluate`] gives.
///
/// # Panics
/// If `cells` and `shocks` differ in length.
pub fn evaluate_on(
    pool: &Pool,
    positions: &[Position],
    market: &Market,
    shocks: &[Shock],
    cells: &mut [Cell],
) {
    assert_eq!(shocks.len(), cells.len(), "one cell for each shock");
    // A few parts a thread even out how long they take.
    let part = shocks.len().div_ceil(4 * pool.threads()).next_multiple_of(VECTOR).max(VECTOR);
    let parts = shocks.chunks(part).zip(cells.chunks_mut(part)).collect();
    pool.map_items(parts, |(shocks, cells): (&[Shock], &mut [Cell])| {
        evaluate(positions, market, shocks, cells);
    });
}

/// Shocks a block: large enough for long vector loops, small enough for the first cache.
const BLOCK: usize = 64;

/// The widest vector the loops are made for.
const VECTOR: usize = 8;

type Block = [f64; BLOCK];

/// The market after each shock of a block; unused places repeat the first shock.
struct Moves {
    count: usize,
    /// The count rounded up to whole vectors.
    padded: usize,
    spot: Block,
    volatility: Block,
    years: Block,
}

impl Moves {
    fn new(market: &Market, shocks: &[Shock]) -> Self {
        let part = |get: fn(&Shock) -> f64| {
            std::array::from_fn(|i| get(shocks.get(i).unwrap_or(&shocks[0])))
        };
        Self {
            count: shocks.len(),
            padded: shocks.len().next_multiple_of(VECTOR).min(BLOCK),
            spot: part(|shock| shock.spot).map(|spot| market.spot * (1.0 + spot)),
            volatility: part(|shock| shock.volatility),
            years: part(|shock| shock.years),
        }
    }
}

/// Sums over the positions, one row a greek.
struct Sums {
    rows: [Block; 7],
}

impl Sums {
    /// Values the portfolio after up to a block of shocks, at least one.
    fn of(positions: &[Position], market: &Market, shocks: &[Shock]) -> Self {
        let moves = Moves::new(market, shocks);
        let mut sums = Self { rows: [[0.0; BLOCK]; 7] };
        for Position { units, instrument } in positions {
            match instrument {
                Instrument::Underlying => sums.add_underlying(*units, &moves),
                Instrument::Option { contract, style: Style::European, volatility } => {
                    sums.add_european(*units, contract, market, *volatility, &moves);
                }
                Instrument::Option { contract, style: Style::American, volatility } => {
                    sums.add_american(*units, contract, market, *volatility, &moves);
                }
            }
        }
        sums
    }

    fn cell(&self, i: usize, base: f64) -> Cell {
        let greeks = Greeks::from_array(self.rows.map(|row| row[i]));
        Cell { pnl: greeks.price - base, greeks }
    }

    #[inline(always)]
    fn add(&mut self, i: usize, units: f64, greeks: &Greeks) {
        for (row, value) in self.rows.iter_mut().zip(greeks.to_array()) {
            row[i] += units * value;
        }
    }

    fn add_underlying(&mut self, units: f64, moves: &Moves) {
        for (i, &price) in moves.spot.iter().enumerate() {
            self.add(i, units, &Greeks { price, delta: 1.0, ..Greeks::default() });
        }
    }

    fn add_european(
        &mut self,
        units: f64,
        contract: &Contract,
        market: &Market,
        volatility: f64,
        moves: &Moves,
    ) {
        let (spot_discounts, strike_discounts) = discounts(contract, market, &moves.years);
        for i in 0..moves.padded {
            let shifted = volatility + moves.volatility[i];
            let years = contract.years - moves.years[i];
            let terms = Terms::with_discounts(
                &Contract { years: if years > 0.0 { years } else { 0.0 }, ..*contract },
                &Market { spot: moves.spot[i], ..*market },
                if shifted > 0.0 { shifted } else { 0.0 },
                (spot_discounts[i], strike_discounts[i]),
            );
            self.add(i, units, &european(&terms));
        }
    }

    fn add_american(
        &mut self,
        units: f64,
        contract: &Contract,
        market: &Market,
        volatility: f64,
        moves: &Moves,
    ) {
        let mut solved: Option<(f64, f64, PreparedGreeks)> = None;
        for i in 0..moves.count {
            let shifted = (volatility + moves.volatility[i]).max(0.0);
            let years = (contract.years - moves.years[i]).max(0.0);
            let prepared = match solved.take() {
                Some(known) if (known.0, known.1) == (shifted, years) => known.2,
                _ => {
                    let contract = Contract { years, ..*contract };
                    PreparedGreeks::new(Prepared::new(&contract, market, shifted))
                }
            };
            self.add(i, units, &prepared.greeks(moves.spot[i]));
            solved = Some((shifted, years, prepared));
        }
    }
}

/// Discount factors of dividends and interest after each step; steps repeat in a grid, so each
/// is computed once in a row.
fn discounts(contract: &Contract, market: &Market, steps: &Block) -> (Block, Block) {
    let (mut spot, mut strike) = ([0.0; BLOCK], [0.0; BLOCK]);
    for i in 0..BLOCK {
        if i > 0 && steps[i] == steps[i - 1] {
            (spot[i], strike[i]) = (spot[i - 1], strike[i - 1]);
        } else {
            let years = (contract.years - steps[i]).max(0.0);
            (spot[i], strike[i]) = (exp(-market.dividend_yield * years), exp(-market.rate * years));
        }
    }
    (spot, strike)
}
