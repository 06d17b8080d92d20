//! Signals: the faster way against the general broker, and the same signals under each convention.

use bolt_base::Rng;
use bolt_market::broker::next_open::{self, Market};
use bolt_market::ohlc::Ohlc;
use bolt_market::signals::{
    Convention, Curve, Opposite, Rebalance, SignalRules, SignalStrategy, Signals, run,
};

use crate::random::{bars, events, maybe, pick, settings, size, spoil};

fn rules(rng: &mut Rng) -> SignalRules {
    SignalRules {
        size: size(rng),
        stop_loss: maybe(rng, &[0.003, 0.02, 0.1]),
        take_profit: maybe(rng, &[0.003, 0.02, 0.1]),
        trailing_stop: maybe(rng, &[0.01, 0.05]),
        max_bars: maybe(rng, &[0, 1, 2, 7, 40]),
        opposite: pick(
            rng,
            &[Opposite::Reverse, Opposite::Reverse, Opposite::Close, Opposite::Ignore],
        ),
        ..SignalRules::default()
    }
}

/// One run of the faster way and of the general broker must be equal in every bit.
fn compare_ways(seed: u64) {
    let mut rng = Rng::new(seed);
    let count = 1 + rng.below(400) as usize;
    let mut bars = bars(&mut rng, count);
    if rng.uniform() < 0.4 {
        spoil(&mut rng, &mut bars);
    }
    let columns: [Option<Vec<bool>>; 4] =
        std::array::from_fn(|_| (rng.uniform() < 0.7).then(|| events(&mut rng, count)));
    let [entry, exit, short_entry, short_exit] = columns.each_ref().map(Option::as_deref);
    let signals = Signals { entry, exit, short_entry, short_exit, ..Signals::default() };
    let (rules, settings) = (rules(&mut rng), settings(&mut rng));
    let market = Market::new(bars.view());
    let mut strategy = SignalStrategy::new(&bars.close, &signals, &rules);
    let general = next_open::run(&market, &settings, &mut strategy).unwrap();
    let convention = Convention::NextOpen(settings);
    let fast = run(&market, &signals, &rules, &convention, Curve::Keep).unwrap();
    assert_eq!(format!("{fast:?}"), format!("{general:?}"), "seed {seed}: {rules:?} {settings:?}");
    let last = run(&market, &signals, &rules, &convention, Curve::Last).unwrap();
    let kept = general.equity.last().map(|equity| equity.to_bits());
    assert_eq!(last.equity.first().map(|equity| equity.to_bits()), kept, "seed {seed}");
    assert_eq!(last.trades, general.trades, "seed {seed}");
}

#[test]
fn a_band_is_measured_at_the_last_known_close() {
    let open = [10.0, 10.0, 10.0, 12.0];
    let close = [10.0, 10.0, f64::INFINITY, 12.0];
    let prices = Ohlc { open: &open, high: &open, low: &open, close: &close };
    let signals = Signals { target: Some(&[0.5; 4]), ..Signals::default() };
    let rules = SignalRules { rebalance: Rebalance::Outside(0.1), ..SignalRules::default() };
    let convention = Convention::NextOpen(next_open::Settings::default());
    let ledger = run(&Market::new(prices), &signals, &rules, &convention, Curve::Keep).unwrap();
    assert_eq!((ledger.fills.len(), ledger.rejected), (1, Vec::new()));
}

#[test]
fn rounding_errors_are_not_traded() {
    let prices: Vec<f64> = (0..200).map(|bar| 100.0 + f64::from(bar % 7) / 3.0).collect();
    let prices = Ohlc { open: &prices, high: &prices, low: &prices, close: &prices };
    let signals = Signals { target: Some(&[1.0; 200]), ..Signals::default() };
    let rules = SignalRules { rebalance: Rebalance::EveryBar, ..SignalRules::default() };
    let convention = Convention::NextOpen(next_open::Settings::default());
    let ledger = run(&Market::new(prices), &signals, &rules, &convention, Curve::Keep).unwrap();
    assert_eq!((ledger.fills.len(), ledger.rejected), (1, Vec::new()));
}

#[test]
fn the_faster_way_equals_the_general_broker_bit_for_bit() {
    for seed in 0..2_000 {
        compare_ways(seed);
    }
}
