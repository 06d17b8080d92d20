//! American options on binomial trees (Cox, Ross and Rubinstein 1979). At the last step before the
//! end a node has the European value by the formula of Black and Scholes, which takes away the
//! sawtooth of the error, so that two trees give the limit (Broadie and Detemple 1996).

/// An option on an asset; rates are continuous.
#[derive(Debug, Clone, Copy)]
pub(super) struct Option {
    pub(super) spot: f64,
    pub(super) strike: f64,
    pub(super) rate: f64,
    pub(super) time: f64,
    pub(super) volatility: f64,
    pub(super) dividend: f64,
    pub(super) is_call: bool,
}

/// Steps of the coarser tree.
const STEPS: usize = 500;

/// Returns the share of the standard normal distribution below a number.
fn normal(x: f64) -> f64 {
    0.5 * erfc(-x / std::f64::consts::SQRT_2)
}

/// Returns the complementary error function: by its series near 0, else by its continued fraction
/// (Abramowitz and Stegun, 7.1.6 and 7.1.14).
fn erfc(x: f64) -> f64 {
    if x < 0.0 {
        return 2.0 - erfc(-x);
    }
    if x < 2.5 {
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term > 1e-18 * sum && n < 200.0 {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        return 1.0 - 2.0 / std::f64::consts::PI.sqrt() * (-x * x).exp() * sum;
    }
    let tail = (1..=60).rev().fold(x, |tail, k| x + 0.5 * f64::from(k) / tail);
    (-x * x).exp() / (std::f64::consts::PI.sqrt() * tail)
}

impl Option {
    fn payoff(&self, spot: f64) -> f64 {
        let gain = if self.is_call { spot - self.strike } else { self.strike - spot };
        gain.max(0.0)
    }

    /// Returns the value of the European option with so much time left.
    fn european(&self, spot: f64, time: f64) -> f64 {
        let spread = self.volatility * time.sqrt();
        let drift = self.rate - self.dividend + 0.5 * self.volatility * self.volatility;
        let d = ((spot / self.strike).ln() + drift * time) / spread;
        let sign = if self.is_call { 1.0 } else { -1.0 };
        let asset = spot * (-self.dividend * time).exp() * normal(sign * d);
        let cash = self.strike * (-self.rate * time).exp() * normal(sign * (d - spread));
        sign * (asset - cash)
    }

    fn on_tree(&self, steps: usize) -> f64 {
        let step = self.time / steps as f64;
        let up = (self.volatility * step.sqrt()).exp();
        let growth = ((self.rate - self.dividend) * step).exp();
        let chance = (growth - 1.0 / up) / (up - 1.0 / up);
        let discount = (-self.rate * step).exp();
        let spot = |level: usize, ups: usize| self.spot * up.powi(2 * ups as i32 - level as i32);
        let last = steps - 1;
        let mut values: Vec<f64> = (0..=last)
            .map(|ups| {
                let spot = spot(last, ups);
                self.european(spot, step).max(self.payoff(spot))
            })
            .collect();
        for level in (0..last).rev() {
            let mut at = spot(level, 0);
            for ups in 0..=level {
                let held = discount * (chance * values[ups + 1] + (1.0 - chance) * values[ups]);
                values[ups] = held.max(self.payoff(at));
                at *= up * up;
            }
        }
        values[0]
    }

    /// Returns the value; `None` if it is no option that a tree can hold.
    pub(super) fn american(&self) -> std::option::Option<f64> {
        let numbers =
            [self.spot, self.strike, self.rate, self.time, self.volatility, self.dividend];
        let is_sound = numbers.iter().all(|number| number.is_finite())
            && self.spot > 0.0
            && self.strike > 0.0
            && self.time >= 0.0
            && self.volatility >= 0.0;
        if !is_sound {
            return None;
        }
        if self.time == 0.0 {
            return Some(self.payoff(self.spot));
        }
        // A step up or down must have a chance between 0 and 1.
        let least = (self.rate - self.dividend).abs() * (self.time / STEPS as f64).sqrt();
        if self.volatility <= least {
            return self.certain();
        }
        let (coarse, fine) = (self.on_tree(STEPS), self.on_tree(2 * STEPS));
        Some((2.0 * fine - coarse).max(self.payoff(self.spot)))
    }

    /// Without volatility the best time is known from the start.
    fn certain(&self) -> std::option::Option<f64> {
        let value = |k: u32| {
            let time = self.time * f64::from(k) / 10_000.0;
            let spot = self.spot * ((self.rate - self.dividend) * time).exp();
            (-self.rate * time).exp() * self.payoff(spot)
        };
        (self.volatility == 0.0).then(|| (0..=10_000).map(value).fold(0.0, f64::max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(strike: f64, dividend: f64, is_call: bool) -> Option {
        Option { spot: 100.0, strike, rate: 0.05, time: 1.0, volatility: 0.25, dividend, is_call }
    }

    /// Crank-Nicolson in the logarithm of the price with projected relaxation.
    fn by_differences(of: &Option) -> f64 {
        let (nodes, times) = (401, 400);
        let width = 5.0 * of.volatility * of.time.sqrt();
        let h = 2.0 * width / (nodes - 1) as f64;
        let dt = of.time / times as f64;
        let spot = |k: usize| of.spot * (-width + h * k as f64).exp();
        let pay: Vec<f64> = (0..nodes).map(|k| of.payoff(spot(k))).collect();
        let square = of.volatility * of.volatility;
        let (a, b) = (0.5 * square / (h * h), (of.rate - of.dividend - 0.5 * square) / (2.0 * h));
        let (low, mid, high) = (a - b, -2.0 * a - of.rate, a + b);
        let mut value = pay.clone();
        for _ in 0..times {
            let inner = 1..nodes - 1;
            let right: Vec<f64> = (0..nodes)
                .map(|k| match inner.contains(&k) {
                    true => {
                        let image = low * value[k - 1] + mid * value[k] + high * value[k + 1];
                        value[k] + 0.5 * dt * image
                    }
                    false => pay[k],
                })
                .collect();
            for _ in 0..60 {
                for k in inner.clone() {
                    let known = right[k] + 0.5 * dt * (low * value[k - 1] + high * value[k + 1]);
                    let solved = known / (1.0 - 0.5 * dt * mid);
                    value[k] = (value[k] + 1.3 * (solved - value[k])).max(pay[k]);
                }
            }
        }
        value[nodes / 2]
    }

    #[test]
    fn trees_agree_with_finite_differences() {
        for (strike, dividend, is_call) in
            [(100.0, 0.0, false), (110.0, 0.02, false), (90.0, 0.08, true), (100.0, 0.1, true)]
        {
            let option = option(strike, dividend, is_call);
            let (tree, grid) = (option.american().unwrap(), by_differences(&option));
            assert!((tree - grid).abs() < 0.01, "{strike} {dividend}: {tree} {grid}");
        }
    }

    #[test]
    fn a_call_without_dividends_is_not_exercised_early() {
        let option = option(95.0, 0.0, true);
        let european = option.european(100.0, 1.0);
        assert!((option.american().unwrap() - european).abs() < 1e-5);
    }

    #[test]
    fn the_error_function_has_no_seam() {
        // Values of the tables of Abramowitz and Stegun.
        for (x, wanted) in [(0.5, 0.479_500_122), (1.0, 0.157_299_207), (2.0, 0.004_677_735)] {
            assert!((erfc(x) - wanted).abs() < 1e-9);
        }
        assert!((erfc(2.5 - 1e-12) / erfc(2.5) - 1.0).abs() < 1e-10);
    }
}
