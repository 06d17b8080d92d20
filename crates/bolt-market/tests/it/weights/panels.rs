//! Formulas over a panel: their weights, and runs over the first bars only.

use bolt_base::{Rng, UnixNanos};
use bolt_kernel::{Catalog, Options};
use bolt_market::data::sample::{SampleOptions, sample};
use bolt_market::data::{Bars, Column, Interval, Panel};
use bolt_market::formulas::{Role, Strategy};
use bolt_market::signals::{Convention, Curve};
use bolt_market::weights::{PanelMarket, WeightRules, evaluate, run};

use super::cases::Case;
use super::{NAN, fills, settings, trade};
use crate::formulas::Formulas;
use crate::prefix::ledger_until;

/// A random formula over a sample panel, of which assets begin late, end early, have gaps and
/// leave the universe, traded under random rules.
fn check_first_bars(seed: u64, formulas: &Formulas, catalog: &Catalog) -> usize {
    let mut rng = Rng::new(seed);
    let assets = 2 + rng.below(5) as usize;
    let (panel, members) = random_panel(&mut rng, assets);
    let text = formulas.fraction(&mut rng, 2);
    let strategy = Strategy::parse([(Role::Weights, text.as_str())]).unwrap();
    let case = Case::draw(&mut rng, assets);
    let traded = |bars: usize| {
        let panel = first_of(&panel, bars).with_universe(&members[..bars * assets]).unwrap();
        let weights =
            evaluate(&strategy, &panel, catalog, &[], &Options::default()).unwrap().values;
        let convention = Convention::NextOpen(case.settings);
        let market = PanelMarket::of(&panel).unwrap();
        let ledger = run(&market, &weights, &case.rules, &convention, Curve::Keep).unwrap();
        (weights, ledger)
    };
    let all = panel.len();
    let (weights, ledger) = traded(all);
    for bars in [1 + rng.below(all as u64) as usize, 1 + rng.below(all as u64) as usize, all - 1] {
        let what = format!("seed {seed}, first {bars} of {all}: {text} {:?}", case.rules);
        let (first_weights, first) = traded(bars);
        let bits = |weights: &[f64]| -> Vec<u64> {
            let weights = weights[..bars * assets].iter();
            weights.map(|w| if w.is_nan() { u64::MAX } else { w.to_bits() }).collect()
        };
        assert!(bits(&first_weights) == bits(&weights), "{what}: weights differ");
        assert_eq!(
            ledger_until(&first, bars, bars),
            ledger_until(&ledger, bars, bars),
            "{what}\n{:?}",
            case.settings
        );
    }
    ledger.fills.len()
}

/// Returns a panel of daily bars, and who belongs to the universe, row by row.
fn random_panel(rng: &mut Rng, assets: usize) -> (Panel, Vec<bool>) {
    let options = SampleOptions {
        seed: rng.next_u64(),
        bars: 60 + rng.below(100) as usize,
        assets,
        interval: Interval::Days(1),
        volatility: 0.8,
        ..SampleOptions::default()
    };
    let whole = sample(&options).unwrap().into_panel().unwrap();
    let cut = |asset: usize, rng: &mut Rng| {
        let bars = whole.asset(asset).unwrap();
        let (first, last) = match asset {
            0 => (0, bars.len()),
            _ => (rng.below(20) as usize, bars.len() - rng.below(20) as usize),
        };
        let keep: Vec<bool> = (0..bars.len()).map(|_| asset == 0 || rng.uniform() < 0.9).collect();
        let rows = move |row: &usize| (first..last).contains(row) && keep[*row];
        let rows: Vec<usize> = (0..bars.len()).filter(rows).collect();
        let times: Vec<UnixNanos> = rows.iter().map(|row| bars.timestamps()[*row]).collect();
        let columns = bars.columns().map(|(name, column)| {
            (name.to_owned(), rows.iter().map(|row| column[*row]).collect::<Column>())
        });
        Bars::new(bars.symbol.clone(), times, columns.collect::<Vec<_>>()).unwrap()
    };
    let bars: Vec<Bars> = (0..assets).map(|asset| cut(asset, rng)).collect();
    let panel = Panel::align(&bars).unwrap();
    let mut member = vec![true; assets];
    let mut members = Vec::new();
    for _ in 0..panel.len() {
        let asset = rng.below(assets as u64) as usize;
        member[asset] ^= rng.uniform() < 0.1;
        members.extend_from_slice(&member);
    }
    (panel, members)
}

/// Returns the first rows of a panel whose first asset has all of them.
fn first_of(panel: &Panel, bars: usize) -> Panel {
    let end = UnixNanos(panel.timestamps()[bars - 1].0 + 1);
    let start = panel.timestamps()[0];
    let first = |asset| panel.asset(asset).unwrap().between(start, end);
    Panel::align(&(0..panel.assets().len()).map(first).collect::<Vec<_>>()).unwrap()
}

#[test]
fn the_first_bars_give_the_first_results() {
    let catalog = bolt_indicators::catalog();
    let formulas = Formulas::new(&catalog, true);
    let traded = (0..200).filter(|seed| check_first_bars(*seed, &formulas, &catalog) > 1).count();
    assert!(traded > 100, "only {traded} strategies traded");
}

#[test]
fn an_asset_that_would_never_trade_is_refused() {
    let column = |price: f64| Column::from(vec![price]);
    let only = vec![("close".to_owned(), column(1.0))];
    let whole = ["open", "high", "low", "close"].map(|name| (name.to_owned(), column(1.0)));
    let time = vec![UnixNanos(0)];
    let bars = |name: &str, columns| Bars::new(name, time.clone(), columns).unwrap();
    let (a, b) = (bars("A", whole.to_vec()), bars("B", only));
    assert!(PanelMarket::of(&Panel::align(std::slice::from_ref(&b)).unwrap()).is_ok());
    let error = PanelMarket::of(&Panel::align(&[a, b]).unwrap()).unwrap_err();
    assert!(error.to_string().contains("cannot trade `B`"), "{error}");
}

/// Four assets with closes 1 to 4 times 10, of which the third has no second bar.
fn panel() -> Panel {
    let bars = |number: i64| {
        let days = (0..3).filter(|day| (number, *day) != (3, 1));
        let times: Vec<UnixNanos> = days.map(|day| UnixNanos(day * UnixNanos::DAY)).collect();
        let close: Column = times.iter().map(|_| 10.0 * number as f64).collect();
        Bars::new(format!("A{number}"), times, [("close".to_owned(), close)]).unwrap()
    };
    Panel::align(&[bars(1), bars(2), bars(3), bars(4)]).unwrap()
}

#[track_caller]
fn check_weights(panel: &Panel, formula: &str, expected: [[f64; 4]; 3]) {
    let catalog = bolt_indicators::catalog();
    let strategy = Strategy::parse([(Role::Weights, formula)]).unwrap();
    let weights = evaluate(&strategy, panel, &catalog, &[("n", 4.0)], &Options::default()).unwrap();
    bolt_testkit::assert_close_slices(&weights.values, expected.as_flattened(), 1e-15, formula);
}

#[test]
fn weights_are_formulas_over_the_assets_of_a_bar() {
    let panel = panel();
    check_weights(
        &panel,
        "CsRank[close] - 0.5",
        [
            [-0.25, 0.0, 0.25, 0.5],
            [1.0 / 3.0 - 0.5, 2.0 / 3.0 - 0.5, NAN, 0.5],
            [-0.25, 0.0, 0.25, 0.5],
        ],
    );
    let top = "If[CsRank[close] > 0.6, 1/n, 0]";
    check_weights(
        &panel,
        top,
        [[0.0, 0.0, 0.25, 0.25], [0.0, 0.25, NAN, 0.25], [0.0, 0.0, 0.25, 0.25]],
    );
    check_weights(
        &panel,
        "Delay[close] > 15",
        [[0.0; 4], [0.0, 1.0, NAN, 1.0], [0.0, 1.0, 0.0, 1.0]],
    );
}

#[test]
fn assets_outside_of_the_universe_are_sold_and_not_ranked() {
    let (inside, outside) = ([true; 4], [true, true, true, false]);
    let members = [inside, outside, outside];
    let panel = panel().with_universe(members.as_flattened()).unwrap();
    let top = "If[CsRank[close] > 0.6, 1/n, 0]";
    check_weights(
        &panel,
        top,
        [[0.0, 0.0, 0.25, 0.25], [0.0, 0.25, NAN, 0.0], [0.0, 0.25, 0.25, 0.0]],
    );
    // The fourth asset is sold when it leaves, the third kept through its missing bar.
    let weights = [0.0, 0.0, 0.25, 0.25, 0.0, 0.25, NAN, 0.0, 0.0, 0.25, 0.25, 0.0];
    let market = PanelMarket::of(&panel).unwrap();
    let ledger = trade(&market, &weights, WeightRules::default(), settings());
    let fills = fills(&ledger);
    assert_eq!(
        fills,
        [(1, 3, 6.25, 40.0), (2, 3, -6.25, 40.0), (2, 1, 12.5, 20.0), (2, 2, 250.0 / 30.0, 30.0)]
    );
}

#[test]
fn what_is_no_weight_is_refused() {
    let catalog = bolt_indicators::catalog();
    let check = |formulas: &[(Role, &str)], expected: &str| {
        let strategy = Strategy::parse(formulas.iter().copied()).unwrap();
        let error = evaluate(&strategy, &panel(), &catalog, &[], &Options::default()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(&[(Role::Entry, "close > 15")], "leave out `entry`");
    check(&[(Role::Weights, "close / 20")], "`weights` is 1.5 at bar 0");
    let both = Strategy::parse([(Role::Weights, "1"), (Role::Signal, "1")]).unwrap_err();
    assert!(both.to_string().contains("leave out `signal`"), "{both}");
    check(&[(Role::Weights, "volume")], "no column or parameter `volume`");
}
