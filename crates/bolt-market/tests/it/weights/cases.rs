//! Random markets of several assets, weights and settings; a seed reproduces each of them.

use bolt_base::{Rng, UnixNanos};
use bolt_market::broker::next_open::Settings;
use bolt_market::data::Interval;
use bolt_market::weights::{PanelMarket, Rebalance, WeightRules};

use crate::prefix::draw_next_open;
use crate::random::{bars, maybe, pick, spoil};
use crate::support::Bars;

/// What stands in the lanes that no asset uses.
const UNUSED: f64 = 12_345.0;

pub(crate) struct Case {
    pub(crate) assets: usize,
    pub(crate) stride: usize,
    /// Matrices of prices.
    pub(crate) prices: Bars,
    pub(crate) times: Vec<UnixNanos>,
    pub(crate) dividends: Option<Vec<f64>>,
    pub(crate) splits: Option<Vec<f64>>,
    pub(crate) weights: Vec<f64>,
    pub(crate) rules: WeightRules,
    pub(crate) settings: Settings,
}

impl Case {
    pub(crate) fn draw(rng: &mut Rng, assets: usize) -> Self {
        let count = 20 + rng.below(120) as usize;
        let stride = assets + rng.below(3) as usize;
        let matrix = || vec![UNUSED; count * stride];
        let mut case = Self {
            assets,
            stride,
            prices: Bars { open: matrix(), high: matrix(), low: matrix(), close: matrix() },
            times: times(rng, count),
            dividends: maybe(rng, &[()]).map(|()| matrix()),
            splits: maybe(rng, &[()]).map(|()| matrix()),
            weights: weights(rng, count, assets),
            rules: WeightRules {
                rebalance: rebalance(rng),
                cash_buffer: maybe(rng, &[0.02, 0.5]).unwrap_or(0.0),
            },
            settings: draw_next_open(rng),
        };
        for asset in 0..assets {
            case.add_asset(rng, asset);
        }
        case
    }

    fn add_asset(&mut self, rng: &mut Rng, asset: usize) {
        let count = self.times.len();
        let mut own = bars(rng, count);
        if rng.uniform() < 0.5 {
            spoil(rng, &mut own);
        }
        let lane = |matrix: &mut Vec<f64>, values: Vec<f64>| {
            matrix[asset..].iter_mut().step_by(self.stride).zip(values).for_each(|(to, v)| *to = v);
        };
        lane(&mut self.prices.open, own.open);
        lane(&mut self.prices.high, own.high);
        lane(&mut self.prices.low, own.low);
        lane(&mut self.prices.close, own.close);
        let mut rare = |usual: f64, values: &[f64]| -> Vec<f64> {
            (0..count)
                .map(|_| if rng.uniform() < 0.03 { pick(rng, values) } else { usual })
                .collect()
        };
        if let Some(dividends) = &mut self.dividends {
            lane(dividends, rare(0.0, &[0.5, 3.0, f64::NAN]));
        }
        if let Some(splits) = &mut self.splits {
            lane(splits, rare(1.0, &[2.0, 0.1, 1.5, f64::NAN]));
        }
    }

    pub(crate) fn market(&self) -> PanelMarket<'_> {
        PanelMarket {
            assets: self.assets,
            stride: self.stride,
            prices: self.prices.view(),
            times: Some(&self.times),
            zone: None,
            dividends: self.dividends.as_deref(),
            splits: self.splits.as_deref(),
        }
    }
}

/// Days, of which some are left out.
fn times(rng: &mut Rng, count: usize) -> Vec<UnixNanos> {
    let mut day = 19_000 + rng.below(400) as i64;
    let mut next = || {
        day += pick(rng, &[1, 1, 1, 3, 17]);
        UnixNanos(day * UnixNanos::DAY)
    };
    (0..count).map(|_| next()).collect()
}

/// Weights that change now and then; those of a bar may come to more than the whole.
fn weights(rng: &mut Rng, count: usize, assets: usize) -> Vec<f64> {
    let values: &[f64] = match rng.below(3) {
        0 => &[0.0, 0.1, 0.3, 1.0],
        1 => &[-0.5, 0.0, 0.2, 0.2, 0.6, -1.0],
        _ => &[0.0, 1.0, -1.0, 0.5],
    };
    let changes = pick(rng, &[0.02, 0.1, 0.5, 1.0]);
    let mut row = vec![f64::NAN; assets];
    let mut all = Vec::new();
    for _ in 0..count {
        for weight in &mut row {
            if rng.uniform() < changes {
                *weight = if rng.uniform() < 0.1 { f64::NAN } else { pick(rng, values) };
            }
        }
        all.extend_from_slice(&row);
    }
    all
}

fn rebalance(rng: &mut Rng) -> Rebalance {
    pick(
        rng,
        &[
            Rebalance::OnChange,
            Rebalance::EveryBar,
            Rebalance::EveryBars(3),
            Rebalance::Every(Interval::Weeks(1)),
            Rebalance::Every(Interval::Months(1)),
            Rebalance::Every(Interval::Months(3)),
            Rebalance::Outside(0.05),
            Rebalance::Outside(0.013),
        ],
    )
}
