//! The convention of weights worked out the slow way: no lots, no closed forms, every total summed
//! anew, and what a budget buys found by bisection.

use bolt_market::broker::next_open::Settings;
use bolt_market::data::Interval;
use bolt_market::weights::Rebalance;

use super::cases::Case;

/// Bar, asset, units and price of a fill.
pub(crate) type Filled = (usize, usize, f64, f64);

pub(crate) struct Oracle<'a> {
    case: &'a Case,
    cash: f64,
    units: Vec<f64>,
    last: Vec<f64>,
    wanted: Vec<Option<f64>>,
    known: Vec<f64>,
    call: Vec<bool>,
    ruined: bool,
    pub(crate) equity: Vec<f64>,
    pub(crate) fills: Vec<Filled>,
}

impl<'a> Oracle<'a> {
    pub(crate) fn run(case: &'a Case) -> Self {
        let n = case.assets;
        let mut oracle = Self {
            case,
            cash: case.settings.cash,
            units: vec![0.0; n],
            last: vec![0.0; n],
            wanted: vec![None; n],
            known: vec![f64::NAN; n],
            call: vec![false; n],
            ruined: false,
            equity: Vec::new(),
            fills: Vec::new(),
        };
        (0..case.times.len()).for_each(|bar| oracle.bar(bar));
        oracle
    }

    fn settings(&self) -> &'a Settings {
        &self.case.settings
    }

    fn at(&self, matrix: &[f64], bar: usize, asset: usize) -> f64 {
        matrix[bar * self.case.stride + asset]
    }

    /// Returns the open of an asset that has a whole bar.
    fn open(&self, bar: usize, asset: usize) -> Option<f64> {
        let prices = &self.case.prices;
        let all = [&prices.open, &prices.high, &prices.low, &prices.close]
            .map(|matrix| self.at(matrix, bar, asset));
        all.iter().all(|price| price.is_finite() && *price > 0.0).then_some(all[0])
    }

    fn price(&self, bar: usize, asset: usize) -> f64 {
        self.open(bar, asset).unwrap_or(self.last[asset])
    }

    fn worth(&self, price: impl Fn(usize) -> f64) -> f64 {
        self.cash + (0..self.units.len()).map(|a| self.units[a] * price(a)).sum::<f64>()
    }

    fn gross(&self, price: impl Fn(usize) -> f64) -> f64 {
        (0..self.units.len()).map(|a| self.units[a].abs() * price(a)).sum()
    }

    fn bar(&mut self, bar: usize) {
        self.hold(bar);
        self.calls(bar);
        self.trade(bar);
        for asset in 0..self.units.len() {
            let close = self.at(&self.case.prices.close, bar, asset);
            if close.is_finite() && close > 0.0 {
                self.last[asset] = close;
            }
        }
        let equity = self.worth(|asset| self.last[asset]);
        self.equity.push(equity);
        if self.ruined {
            return;
        }
        let gross = self.gross(|asset| self.last[asset]);
        self.ruined = equity <= 0.0;
        if self.ruined || equity < self.settings().margin.maintenance * gross {
            self.call.fill(true);
        }
        if self.ruined {
            self.wanted.fill(None);
        } else if bar >= self.settings().first_bar {
            self.decide(bar, equity);
        }
    }

    fn hold(&mut self, bar: usize) {
        let n = self.units.len();
        if let Some(splits) = &self.case.splits {
            for asset in 0..n {
                let ratio = self.at(splits, bar, asset);
                if !ratio.is_nan() {
                    self.units[asset] *= ratio;
                    self.last[asset] /= ratio;
                }
            }
        }
        if bar > 0 {
            let rates = self.settings().rates;
            let days = (self.case.times[bar].0 - self.case.times[bar - 1].0) as f64 / 86_400e9;
            let short: f64 = (0..n)
                .filter(|a| self.units[*a] < 0.0)
                .map(|a| -self.units[a] * self.last[a])
                .sum();
            let paid = match self.cash {
                debt if debt < 0.0 => debt * rates.debit,
                cash => (cash - short).max(0.0) * rates.credit,
            };
            self.cash += (paid - short * rates.borrow) * days / 365.0;
        }
        if let Some(dividends) = &self.case.dividends {
            for asset in 0..n {
                let dividend = self.at(dividends, bar, asset);
                self.cash += if dividend.is_nan() { 0.0 } else { self.units[asset] * dividend };
            }
        }
    }

    fn calls(&mut self, bar: usize) {
        for asset in 0..self.units.len() {
            if self.call[asset] && self.open(bar, asset).is_some() {
                self.call[asset] = false;
                self.wanted[asset] = None;
                self.fill(bar, asset, -self.units[asset]);
            }
        }
    }

    fn taken(&self, bar: usize, asset: usize, units: f64) -> f64 {
        let costs = self.settings().costs;
        let worse = costs.spread / 2.0 + costs.slippage;
        self.price(bar, asset) * if units > 0.0 { 1.0 + worse } else { 1.0 - worse }
    }

    fn fees(&self, price: f64, units: f64) -> f64 {
        let costs = self.settings().costs;
        let units = units.abs();
        let fees = costs.fee_fixed + costs.fee_per_unit * units + costs.fee_rate * units * price;
        fees.max(costs.fee_minimum)
    }

    fn fill(&mut self, bar: usize, asset: usize, units: f64) {
        if units == 0.0 {
            return;
        }
        let price = self.taken(bar, asset, units);
        self.cash -= units * price + self.fees(price, units);
        self.units[asset] += units;
        self.fills.push((bar, asset, units, price));
    }

    fn lots(&self, units: f64) -> f64 {
        let Some(lot) = self.settings().lot else { return units };
        ((units.abs() / lot * (1.0 + 1e-12)).floor() * lot).copysign(units)
    }

    fn trade(&mut self, bar: usize) {
        let equity = self.worth(|asset| self.price(bar, asset));
        let mut orders = Vec::new();
        for asset in 0..self.units.len() {
            let (Some(open), Some(target)) = (self.open(bar, asset), self.wanted[asset]) else {
                continue;
            };
            self.wanted[asset] = None;
            let held = self.units[asset];
            let change = target * equity / open - held;
            let met = target != 0.0 && (change * open).abs() <= 1e-12 * equity.abs();
            if change == 0.0 || met {
                continue;
            }
            let mut closed = 0.0;
            if change * held < 0.0 {
                // All of it, if nothing is to be left on this side.
                let whole = target * held <= 0.0 || change.abs() >= held.abs();
                closed = if whole { -held } else { self.lots(change) };
            }
            orders.push((asset, target, change.signum(), closed));
        }
        for (asset, _, _, closed) in &orders {
            self.fill(bar, *asset, *closed);
            if self.units[*asset].abs() < 1e-12 * closed.abs() {
                self.units[*asset] = 0.0;
            }
        }
        self.enlarge(bar, &orders);
    }

    /// Returns what of the free equity some units more would take.
    fn takes(&self, bar: usize, asset: usize, units: f64) -> f64 {
        let (shown, price) = (self.price(bar, asset), self.taken(bar, asset, units));
        let margin = self.settings().margin.initial * shown * units.abs();
        margin + (price - shown).abs() * units.abs() + self.fees(price, units)
    }

    fn enlarge(&mut self, bar: usize, orders: &[(usize, f64, f64, f64)]) {
        let equity = self.worth(|asset| self.price(bar, asset));
        let held = self.gross(|asset| self.price(bar, asset));
        let free = equity - self.settings().margin.initial * held;
        let mut wishes = Vec::new();
        for (asset, target, side, _) in orders {
            let units = target * equity / self.price(bar, *asset) - self.units[*asset];
            if self.units[*asset] * side >= 0.0 && *target != 0.0 && units * side > 0.0 {
                wishes.push((*asset, units));
            }
        }
        let takes = |(asset, units): &(usize, f64)| self.takes(bar, *asset, *units);
        let total: f64 = wishes.iter().map(takes).sum();
        let share = if total > free { free.max(0.0) / total } else { 1.0 };
        let fills: Vec<(usize, f64)> = wishes
            .iter()
            .map(|wish| (wish.0, self.covered(bar, *wish, share * takes(wish), equity)))
            .collect();
        for (asset, units) in fills {
            self.fill(bar, asset, units);
        }
    }

    /// Returns the most of a wish that a budget and the settings allow.
    fn covered(&self, bar: usize, (asset, wish): (usize, f64), budget: f64, equity: f64) -> f64 {
        let (mut least, mut most) = (0.0, 1.0);
        if self.takes(bar, asset, wish) <= budget * (1.0 + 1e-12) {
            least = 1.0;
        }
        for _ in 0..200 {
            let middle = (least + most) / 2.0;
            if self.takes(bar, asset, wish * middle) <= budget {
                least = middle;
            } else {
                most = middle;
            }
        }
        let price = self.price(bar, asset);
        let room = self.settings().maximum_position * equity / price - self.units[asset].abs();
        if room <= 0.0 {
            return 0.0;
        }
        let units = self.lots((wish * least).abs().min(room).copysign(wish));
        if units.abs() * price < self.settings().minimum_value { 0.0 } else { units }
    }

    fn decide(&mut self, bar: usize, equity: f64) {
        let (rules, first) = (self.case.rules, self.settings().first_bar);
        let new_period = |period: fn(i64) -> i64| {
            let day = |bar: usize| self.case.times[bar].0 / 86_400_000_000_000;
            bar == first || period(day(bar)) != period(day(bar - 1))
        };
        let due = match rules.rebalance {
            Rebalance::OnChange => false,
            Rebalance::EveryBar | Rebalance::Outside(_) => true,
            Rebalance::EveryBars(bars) => (bar - first).is_multiple_of(bars),
            // 1970-01-01 was a Thursday.
            Rebalance::Every(Interval::Weeks(1)) => new_period(|day| (day + 3) / 7),
            Rebalance::Every(Interval::Months(1)) => new_period(month),
            Rebalance::Every(Interval::Months(3)) => new_period(|day| month(day) / 3),
            Rebalance::Every(other) => panic!("no case has {other}"),
        };
        for asset in 0..self.units.len() {
            let weight = self.case.weights[bar * self.case.assets + asset];
            if weight.is_nan() {
                continue;
            }
            let target = weight * (1.0 - rules.cash_buffer);
            let value = self.units[asset] * self.last[asset];
            let due = match rules.rebalance {
                Rebalance::OnChange => weight != self.known[asset],
                Rebalance::Outside(band) => {
                    (value / equity - target).abs() > band || (target == 0.0 && value != 0.0)
                }
                _ => due,
            };
            self.known[asset] = weight;
            if due {
                self.wanted[asset] = Some(target);
            }
        }
    }
}

/// Months since January of year 0.
fn month(day: i64) -> i64 {
    let (year, month, _) = bolt_base::UnixNanos(day * bolt_base::UnixNanos::DAY).date();
    i64::from(year) * 12 + i64::from(month) - 1
}
