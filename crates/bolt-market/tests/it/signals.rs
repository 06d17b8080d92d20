//! Signals: the faster way against the general broker, and the same signals under each convention.

use bolt_base::Rng;
use bolt_market::broker::next_open::{self, Market};
use bolt_market::signals::{
    Convention, Curve, Opposite, SignalRules, SignalStrategy, Signals, run,
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
fn the_faster_way_equals_the_general_broker_bit_for_bit() {
    for seed in 0..2_000 {
        compare_ways(seed);
    }
}
