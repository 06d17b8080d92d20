//! American options: value, greeks and the price at which to exercise.
//!
//! The holder gains from early exercise only what interest and dividends give, so the rates
//! decide how an option is valued; see [`Method`]. Single boundaries are solved by the spectral
//! method of Andersen, Lake and Offengenden, double boundaries (negative rate, more negative
//! yield) by a binomial tree. A tree of 1,001 steps takes three times as long as solving the
//! boundary, is a thousand times less precise and serves one spot, where the boundary serves all.
//!
//! A call is valued as the put it mirrors: spot and strike change places, and so do rate and
//! dividend yield (McDonald and Schroder, "A parity result for American options", 1998).

use super::boundary::{Boundary, Put};
use super::elementary::{exp, ln};
use super::lattice::Lattice;
use super::{Contract, Greeks, Market, OptionKind, european, is_valid};

/// How an American option is valued, decided by its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Early exercise never pays: a call without dividends, a put without interest.
    European,
    /// The spectral boundary method. Against solutions with twice the nodes its error is below
    /// 1e-5 of the strike, typically 1e-9, for volatilities of 1 % to 200 % and up to 20 years.
    Boundary,
    /// A Leisen-Reimer tree of 1,001 steps, within about 1e-5 of the strike: where two boundaries
    /// enclose the spots at which to exercise, and where the boundary method does not converge.
    /// Where volatility is too low for a tree, it is left out as in [`Method::Certain`].
    Lattice,
    /// Without volatility the best time to exercise is known, and the value is a formula.
    Certain,
}

impl Method {
    /// Returns the name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::European => "european",
            Self::Boundary => "boundary",
            Self::Lattice => "lattice",
            Self::Certain => "certain",
        }
    }
}

/// Returns the value of an American option; NaN if a number describes no option.
pub fn price(contract: &Contract, market: &Market, volatility: f64) -> f64 {
    Prepared::new(contract, market, volatility).price(market.spot)
}

/// Returns the value of an American option and its derivatives; NaN if a number describes no
/// option.
///
/// Where it is best to exercise now, the value is the payoff and moves with the spot only: theta,
/// vega and the rhos are 0. Elsewhere these four are central differences of prices.
pub fn greeks(contract: &Contract, market: &Market, volatility: f64) -> Greeks {
    Prepared::new(contract, market, volatility).greeks(market.spot)
}

/// An American option solved for all spots: with one boundary, each spot costs a twentieth of what
/// solving it did.
#[derive(Debug, Clone)]
pub struct Prepared {
    contract: Contract,
    /// Its spot is not used.
    market: Market,
    volatility: f64,
    solution: Solution,
}

#[derive(Debug, Clone)]
enum Solution {
    Invalid,
    European,
    Boundary(Box<Boundary>),
    Lattice,
    Certain,
}

/// Steps of the tree.
const STEPS: usize = 1001;

/// Step of the central differences: relative for time and volatility, absolute for rates.
const BUMP: f64 = 1e-3;
/// The same where values are rougher.
const COARSE_BUMP: f64 = 1e-2;

impl Prepared {
    /// Solves an option; of the market, only the rates are used.
    pub fn new(contract: &Contract, market: &Market, volatility: f64) -> Self {
        Self::from_similar(contract, market, volatility, None)
    }

    /// Solves an option beginning from the boundary of a similar one.
    fn from_similar(
        contract: &Contract,
        market: &Market,
        volatility: f64,
        start: Option<&Boundary>,
    ) -> Self {
        let (contract, market) = (*contract, *market);
        let solution = if !is_valid(&contract, &Market { spot: 1.0, ..market }, volatility) {
            Solution::Invalid
        } else {
            solve(&contract, &market, volatility, start)
        };
        Self { contract, market, volatility, solution }
    }

    /// Returns how the option is valued, or `None` if its numbers describe no option.
    pub fn method(&self) -> Option<Method> {
        match &self.solution {
            Solution::Invalid => None,
            Solution::European => Some(Method::European),
            Solution::Boundary(_) => Some(Method::Boundary),
            Solution::Lattice => Some(Method::Lattice),
            Solution::Certain => Some(Method::Certain),
        }
    }

    /// Returns the spot beyond which to exercise now (at or below it for a put, at or above it
    /// for a call), if the option has one boundary and it is known.
    pub fn critical_spot(&self) -> Option<f64> {
        let Solution::Boundary(boundary) = &self.solution else { return None };
        Some(match self.contract.kind {
            OptionKind::Put => self.contract.strike * boundary.critical(),
            OptionKind::Call => self.contract.strike / boundary.critical(),
        })
    }

    /// Returns the value at a spot.
    pub fn price(&self, spot: f64) -> f64 {
        self.by_spot(spot).0
    }

    /// Returns the value at a spot and its derivatives.
    pub fn greeks(&self, spot: f64) -> Greeks {
        PreparedGreeks::new(self.clone()).greeks(spot)
    }

    /// Solves the same option with one of its numbers moved.
    fn moved(&self, by: f64, part: fn(&mut Self) -> &mut f64) -> Self {
        let mut option = self.clone();
        *part(&mut option) += by;
        let start = match &self.solution {
            Solution::Boundary(boundary) => Some(boundary.as_ref()),
            _ => None,
        };
        Self::from_similar(&option.contract, &option.market, option.volatility, start)
    }

    fn at(&self, spot: f64) -> Market {
        Market { spot, ..self.market }
    }

    fn payoff(&self, spot: f64) -> f64 {
        (self.contract.kind.sign() * (spot - self.contract.strike)).max(0.0)
    }

    /// Value, delta and gamma.
    fn by_spot(&self, spot: f64) -> (f64, f64, f64) {
        let undefined = (f64::NAN, f64::NAN, f64::NAN);
        if !is_valid(&self.contract, &self.at(spot), self.volatility) {
            return undefined;
        }
        match &self.solution {
            Solution::Invalid => undefined,
            Solution::European => {
                let greeks = european::greeks(&self.contract, &self.at(spot), self.volatility);
                (greeks.price, greeks.delta, greeks.gamma)
            }
            Solution::Boundary(boundary) => self.by_boundary(boundary, spot),
            Solution::Lattice => self.by_lattice(spot),
            Solution::Certain => self.by_certainty(spot),
        }
    }

    /// Value of immediate exercise; where that is nothing, so is everything else.
    fn exercised(&self, spot: f64) -> (f64, f64, f64) {
        let payoff = self.payoff(spot);
        (payoff, if payoff > 0.0 { self.contract.kind.sign() } else { 0.0 }, 0.0)
    }

    fn by_boundary(&self, boundary: &Boundary, spot: f64) -> (f64, f64, f64) {
        let Contract { kind, strike, .. } = self.contract;
        let is_put = kind == OptionKind::Put;
        let moneyness = if is_put { spot / strike } else { strike / spot };
        if moneyness <= boundary.critical() {
            return self.exercised(spot);
        }
        let european = european::greeks(&self.contract, &self.at(spot), self.volatility);
        let premium = boundary.premium(moneyness);
        let (value, delta, gamma) = if is_put {
            (strike * premium.value, premium.delta, premium.gamma / strike)
        } else {
            // C(S) = S p(K / S).
            let delta = premium.value - moneyness * premium.delta;
            (spot * premium.value, delta, moneyness * moneyness * premium.gamma / spot)
        };
        let price = european.price + value;
        if price <= self.payoff(spot) {
            return self.exercised(spot);
        }
        (price, european.delta + delta, european.gamma + gamma)
    }

    fn by_lattice(&self, spot: f64) -> (f64, f64, f64) {
        let Contract { kind, strike, years } = self.contract;
        let Market { rate, dividend_yield, .. } = self.market;
        let is_call = kind == OptionKind::Call;
        let volatility = self.volatility;
        let lattice =
            Lattice { is_call, spot: spot / strike, years, rate, dividend_yield, volatility };
        let Some(value) = lattice.value(STEPS) else { return self.by_certainty(spot) };
        let price = strike * value.price;
        if price <= self.payoff(spot) {
            return self.exercised(spot);
        }
        (price, value.delta, value.gamma / strike)
    }

    /// Without volatility: exercise now, at the end, or where the gain stops growing.
    fn by_certainty(&self, spot: f64) -> (f64, f64, f64) {
        let Contract { kind, strike, years } = self.contract;
        let Market { rate, dividend_yield, .. } = self.market;
        let sign = kind.sign();
        let gain = |time: f64| {
            let discount = exp(-dividend_yield * time);
            (sign * (spot * discount - strike * exp(-rate * time)), sign * discount, 0.0)
        };
        let mut best = (0.0, 0.0, 0.0);
        let ratio = dividend_yield * spot / (rate * strike);
        let turn = if ratio > 0.0 { ln(ratio) / (dividend_yield - rate) } else { 0.0 };
        for time in [0.0, turn, years] {
            if (0.0..=years).contains(&time) && gain(time).0 > best.0 {
                best = gain(time);
            }
        }
        best
    }
}

/// An American option and its neighbours in time, volatility and rates, solved for all spots.
#[derive(Debug, Clone)]
pub struct PreparedGreeks {
    base: Prepared,
    /// By years, volatility, rate and dividend yield; none if greeks need no differences.
    differences: Option<[Difference; 4]>,
}

/// Two solutions and what they differ by.
#[derive(Debug, Clone)]
struct Difference {
    low: Prepared,
    high: Prepared,
    width: f64,
}

impl Difference {
    fn new(base: &Prepared, bump: f64, part: fn(&mut Prepared) -> &mut f64) -> Self {
        let (low, high) = (base.moved(-bump, part), base.moved(bump, part));
        Self { low, high, width: 2.0 * bump }
    }

    /// The slope of the value; 0 without time or volatility, which then decide nothing.
    fn quotient(&self, spot: f64) -> f64 {
        if self.width == 0.0 {
            return 0.0;
        }
        (self.high.price(spot) - self.low.price(spot)) / self.width
    }
}

impl PreparedGreeks {
    /// Solves an option's neighbours.
    pub fn new(base: Prepared) -> Self {
        let bump = match base.solution {
            Solution::Invalid | Solution::European => return Self { base, differences: None },
            Solution::Boundary(_) => BUMP,
            Solution::Lattice | Solution::Certain => COARSE_BUMP,
        };
        let differences = [
            Difference::new(&base, bump * base.contract.years, |o| &mut o.contract.years),
            Difference::new(&base, bump * base.volatility, |o| &mut o.volatility),
            Difference::new(&base, bump, |o| &mut o.market.rate),
            Difference::new(&base, bump, |o| &mut o.market.dividend_yield),
        ];
        Self { base, differences: Some(differences) }
    }

    /// Returns the value at a spot and its derivatives.
    pub fn greeks(&self, spot: f64) -> Greeks {
        let base = &self.base;
        let Some([years, volatility, rate, dividend_yield]) = &self.differences else {
            return european::greeks(&base.contract, &base.at(spot), base.volatility);
        };
        let (price, delta, gamma) = base.by_spot(spot);
        let kept = Greeks { price, delta, gamma, ..Greeks::default() };
        if price == base.payoff(spot) {
            return kept;
        }
        Greeks {
            theta: -years.quotient(spot),
            vega: volatility.quotient(spot),
            rho: rate.quotient(spot),
            dividend_rho: dividend_yield.quotient(spot),
            ..kept
        }
    }
}

fn solve(
    contract: &Contract,
    market: &Market,
    volatility: f64,
    start: Option<&Boundary>,
) -> Solution {
    let (rate, dividend_yield) = match contract.kind {
        OptionKind::Put => (market.rate, market.dividend_yield),
        OptionKind::Call => (market.dividend_yield, market.rate),
    };
    let years = contract.years;
    if rate <= 0.0 && dividend_yield >= rate {
        return Solution::European;
    }
    if years == 0.0 || volatility == 0.0 {
        return Solution::Certain;
    }
    if rate < 0.0 {
        return Solution::Lattice;
    }
    let put = Put { years, rate, dividend_yield, volatility };
    Boundary::solve(&put, start)
        .map_or(Solution::Lattice, |boundary| Solution::Boundary(Box::new(boundary)))
}
