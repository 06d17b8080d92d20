//! Weights of several assets: by hand, against signals for one asset, against a slow way, over the
//! first bars only, and against vectorbt.

mod cases;
mod oracle;
mod panels;

use bolt_base::{Rng, UnixNanos};
use bolt_market::broker::next_open::{Margin, Market, Settings};
use bolt_market::broker::{Costs, Error, backtesting_py, vectorbt};
use bolt_market::data::{Date, Interval};
use bolt_market::ledger::{Ledger, Reason};
use bolt_market::ohlc::Ohlc;
use bolt_market::signals::{self, Convention, Curve, SignalRules, Signals};
use bolt_market::weights::{PanelMarket, Rebalance, WeightRules, run};

use crate::random::pick;
use crate::support::csv_column;
use crate::vectorbt::compare_reference;
use cases::Case;

/// A market whose bars open and close at the prices given, bar by bar.
fn market<'a>(prices: &'a [f64], assets: usize) -> PanelMarket<'a> {
    let prices = Ohlc { open: prices, high: prices, low: prices, close: prices };
    PanelMarket {
        assets,
        stride: assets,
        prices,
        times: None,
        zone: None,
        dividends: None,
        splits: None,
    }
}

fn settings() -> Settings {
    Settings { cash: 1_000.0, ..Settings::default() }
}

fn trade(
    market: &PanelMarket<'_>,
    weights: &[f64],
    rules: WeightRules,
    settings: Settings,
) -> Ledger {
    run(market, weights, &rules, &Convention::NextOpen(settings), Curve::Keep).unwrap()
}

/// Returns bar, asset, units and price of each fill.
fn fills(ledger: &Ledger) -> Vec<(usize, usize, f64, f64)> {
    ledger.fills.iter().map(|fill| (fill.bar, fill.asset, fill.units, fill.price)).collect()
}

const NAN: f64 = f64::NAN;
const EVERY_BAR: WeightRules = WeightRules { rebalance: Rebalance::EveryBar, cash_buffer: 0.0 };

#[test]
fn what_is_decided_at_a_close_fills_at_the_next_open() {
    let prices = [10.0, 20.0, 10.0, 20.0, 20.0, 20.0];
    let ledger =
        trade(&market(&prices, 2), &[0.5, 0.25, NAN, NAN, NAN, NAN], EVERY_BAR, settings());
    assert_eq!(fills(&ledger), [(1, 0, 50.0, 10.0), (1, 1, 12.5, 20.0)]);
    assert_eq!(ledger.equity, [1_000.0, 1_000.0, 1_500.0]);
    assert_eq!(ledger.trades.iter().map(|trade| trade.asset).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn what_gets_smaller_is_filled_before_what_gets_larger() {
    // The second asset falls from the whole to nothing, and the first is bought with it.
    let prices = [10.0, 20.0, 10.0, 20.0, 10.0, 20.0];
    let ledger = trade(&market(&prices, 2), &[0.0, 1.0, 1.0, 0.0, NAN, NAN], EVERY_BAR, settings());
    assert_eq!(fills(&ledger), [(1, 1, 50.0, 20.0), (2, 1, -50.0, 20.0), (2, 0, 100.0, 10.0)]);
}

#[test]
fn purchases_that_cash_does_not_cover_are_cut_down_in_proportion() {
    let costs = Costs { fee_rate: 0.01, ..Costs::default() };
    let prices = [10.0, 20.0, 10.0, 20.0];
    let weights = [0.75, 0.25, NAN, NAN];
    let ledger = trade(&market(&prices, 2), &weights, EVERY_BAR, Settings { costs, ..settings() });
    let bought: Vec<f64> = ledger.fills.iter().map(|fill| fill.units * fill.price).collect();
    bolt_testkit::assert_close_slices(&bought, &[750.0 / 1.01, 250.0 / 1.01], 1e-12, "value");
    // Twice the account is asked for: half of each is bought.
    let ledger = trade(&market(&prices, 2), &[1.0, 1.0, NAN, NAN], EVERY_BAR, settings());
    assert_eq!(fills(&ledger), [(1, 0, 50.0, 10.0), (1, 1, 25.0, 20.0)]);
    // With a margin of a half it is covered.
    let margin = Margin { initial: 0.5, maintenance: 0.0 };
    let leveraged = Settings { margin, ..settings() };
    let ledger = trade(&market(&prices, 2), &[1.0, 1.0, NAN, NAN], EVERY_BAR, leveraged);
    assert_eq!(fills(&ledger), [(1, 0, 100.0, 10.0), (1, 1, 50.0, 20.0)]);
}

#[test]
fn an_order_waits_for_the_next_bar_of_its_asset() {
    let prices = [10.0, NAN, 10.0, NAN, 20.0, 40.0, 20.0, NAN, 20.0, 10.0];
    let weights = [0.5, 0.5, NAN, NAN, NAN, NAN, NAN, 0.0, NAN, NAN];
    let ledger = trade(&market(&prices, 2), &weights, EVERY_BAR, settings());
    // At the open of bar 2 the account is worth 1,500, of which half buys 18.75 units at 40, of
    // which cash covers 12.5.
    assert_eq!(fills(&ledger), [(1, 0, 50.0, 10.0), (2, 1, 12.5, 40.0), (4, 1, -12.5, 10.0)]);
    // Without a bar a position is worth its last close.
    assert_eq!(ledger.equity, [1_000.0, 1_000.0, 1_500.0, 1_500.0, 1_125.0]);
}

#[test]
fn short_weights_take_margin_and_pay_for_what_they_borrow() {
    let prices = [10.0, 10.0, 10.0, 10.0, 8.0, 10.0];
    let weights = [-0.5, 0.5, NAN, NAN, NAN, NAN];
    let dividends = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let splits = [1.0, 1.0, 1.0, 1.0, 1.0, 2.0];
    let year = 365 * UnixNanos::DAY;
    let times = [UnixNanos(0), UnixNanos(year), UnixNanos(2 * year)];
    let mut rates = settings();
    (rates.rates.borrow, rates.rates.credit) = (0.1, 0.02);
    let market = PanelMarket {
        times: Some(&times),
        dividends: Some(&dividends),
        splits: Some(&splits),
        ..market(&prices, 2)
    };
    let ledger = trade(&market, &weights, EVERY_BAR, rates);
    assert_eq!(fills(&ledger), [(1, 0, -51.0, 10.0), (1, 1, 51.0, 10.0)]);
    // In the first year cash of 1,000 earns 20. In the second, 1,020 less the 510 of the short sale
    // earn 10.2, and the short position pays a tenth of 510, and a dividend of 51. At its end the
    // price of what was sold is down by 2, and the other asset's 51 units are 102.
    let expected = [1_000.0, 1_020.0, 1_020.0 + 10.2 - 51.0 - 51.0 + 51.0 * 2.0 + 51.0 * 10.0];
    bolt_testkit::assert_close_slices(&ledger.equity, &expected, 1e-12, "equity");
    let [short, long] = &ledger.trades[..] else { panic!("two trades are open") };
    assert_eq!((short.asset, short.pnl.round(), long.entry_price), (0, 0.0, 5.0));
}

#[test]
fn a_buffer_stays_in_cash() {
    let prices = [10.0, 10.0];
    let rules = WeightRules { cash_buffer: 0.1, ..EVERY_BAR };
    let ledger = trade(&market(&prices, 1), &[1.0, NAN], rules, settings());
    assert_eq!(fills(&ledger), [(1, 0, 90.0, 10.0)]);
}

#[test]
fn weights_are_traded_when_the_rules_say() {
    let day = UnixNanos::DAY;
    // 1970-01-30 and the days after it; the second of February is the first Monday.
    let times: Vec<UnixNanos> = (29..35).map(|at| UnixNanos(at * day)).collect();
    let prices = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0];
    let market = PanelMarket { times: Some(&times), ..market(&prices, 1) };
    let check = |rebalance, weights: [f64; 6], expected: &[usize]| {
        let rules = WeightRules { rebalance, cash_buffer: 0.0 };
        let ledger = trade(&market, &weights, rules, settings());
        let bars: Vec<usize> = ledger.fills.iter().map(|fill| fill.bar).collect();
        assert_eq!(bars, expected, "{rebalance:?}");
    };
    let half = [0.5; 6];
    check(Rebalance::EveryBar, half, &[1, 2, 3, 4, 5]);
    check(Rebalance::OnChange, half, &[1]);
    check(Rebalance::OnChange, [0.5, 0.5, NAN, 0.5, 0.4, 0.4], &[1, 5]);
    check(Rebalance::EveryBars(2), half, &[1, 3, 5]);
    check(Rebalance::Every(Interval::Months(1)), half, &[1, 3]);
    check(Rebalance::Every(Interval::Weeks(1)), half, &[1, 4]);
    check(Rebalance::Every(Interval::Days(1)), half, &[1, 2, 3, 4, 5]);
    check(Rebalance::Outside(0.04), half, &[1, 4]);
    check(Rebalance::Outside(0.04), [0.5, NAN, NAN, NAN, 0.0, 0.0], &[1, 5]);
}

#[test]
fn a_margin_call_closes_each_asset_at_its_next_open() {
    let margin = Margin { initial: 0.5, maintenance: 0.4 };
    let leveraged = Settings { margin, ..settings() };
    let prices = [10.0, 10.0, 10.0, 10.0, 7.0, 7.0, 7.0, NAN, 7.0, 6.0];
    let weights = [1.0, 1.0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN];
    let ledger = trade(&market(&prices, 2), &weights, EVERY_BAR, leveraged);
    let closed: Vec<_> = ledger.fills[2..].iter().map(|f| (f.bar, f.asset, f.reason)).collect();
    assert_eq!(closed, [(3, 0, Reason::MarginCall), (4, 1, Reason::MarginCall)]);
    assert_eq!(ledger.equity, [1_000.0, 1_000.0, 400.0, 400.0, 300.0]);
    // Without equity trading ends, and the order that waits is dropped.
    let prices = [10.0, 10.0, 10.0, 10.0, 4.0, 4.0, 4.0, 4.0];
    let weights = [1.0, 1.0, 1.0, 1.0, NAN, NAN, 1.0, 1.0];
    let free = Settings { margin: Margin { initial: 0.5, maintenance: 0.0 }, ..settings() };
    let ledger = trade(&market(&prices, 2), &weights, EVERY_BAR, free);
    assert_eq!(ledger.exhausted.map(|end| end.bar), Some(2));
    assert_eq!((ledger.equity[3], ledger.fills.len()), (-200.0, 4));
}

#[test]
fn open_trades_close_at_the_end_if_asked() {
    let prices = [10.0, 20.0, 10.0, 20.0, 11.0, NAN];
    let weights = [0.5, 0.5, NAN, NAN, NAN, NAN];
    let ledger = trade(
        &market(&prices, 2),
        &weights,
        EVERY_BAR,
        Settings {
            finalize: true,
            costs: Costs { fee_fixed: 5.0, ..Costs::default() },
            ..settings()
        },
    );
    assert!(ledger.trades.iter().all(|trade| trade.exit.is_some()));
    let pnl: f64 = ledger.trades.iter().map(|trade| trade.pnl).sum();
    bolt_testkit::assert_close(ledger.equity[2], 1_000.0 + pnl, 1e-12, "equity");
}

#[test]
fn what_cannot_be_done_is_refused() {
    let prices = [10.0; 4];
    let market = market(&prices, 2);
    let check = |market: &PanelMarket<'_>, weights: &[f64], rules: WeightRules, expected: &str| {
        let convention = Convention::NextOpen(settings());
        let error = run(market, weights, &rules, &convention, Curve::Keep).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    let rule = |rebalance| WeightRules { rebalance, cash_buffer: 0.0 };
    check(&market, &[1.0; 3], EVERY_BAR, "`weights` has 3 values");
    check(&market, &[0.0, f64::INFINITY, 0.0, 0.0], EVERY_BAR, "`weights` is inf");
    check(&market, &[0.0; 4], WeightRules { cash_buffer: 1.0, ..EVERY_BAR }, "`cash_buffer`");
    check(&market, &[0.0; 4], rule(Rebalance::EveryBars(0)), "1 bar or more");
    check(&market, &[0.0; 4], rule(Rebalance::Outside(-0.1)), "0 or more");
    check(&market, &[0.0; 4], rule(Rebalance::Every(Interval::Days(1))), "need the times");
    check(&PanelMarket { stride: 1, ..market }, &[0.0; 4], EVERY_BAR, "`stride` is 1");
    let other = Convention::BacktestingPy(backtesting_py::Settings::default());
    let error = run(&market, &[0.0; 4], &EVERY_BAR, &other, Curve::Keep).unwrap_err();
    assert_eq!(
        error,
        Error::Unsupported { what: "account of several assets", convention: "backtesting.py" }
    );
}

/// One asset with weights must be traded as its signals are, to the last bit.
fn compare_with_signals(seed: u64) {
    let mut rng = Rng::new(seed);
    let mut case = Case::draw(&mut rng, 1);
    case.rules.cash_buffer = 0.0;
    let (rebalance, same) = pick(
        &mut rng,
        &[
            (Rebalance::OnChange, signals::Rebalance::OnChange),
            (Rebalance::EveryBar, signals::Rebalance::EveryBar),
            (Rebalance::Outside(0.03), signals::Rebalance::Outside(0.03)),
        ],
    );
    case.rules.rebalance = rebalance;
    case.settings.finalize = rng.uniform() < 0.3;
    let lane =
        |matrix: &Vec<f64>| -> Vec<f64> { matrix.iter().copied().step_by(case.stride).collect() };
    let prices = &case.prices;
    let [open, high, low, close] =
        [&prices.open, &prices.high, &prices.low, &prices.close].map(lane);
    let (dividends, splits) = (case.dividends.as_ref().map(lane), case.splits.as_ref().map(lane));
    let market = Market {
        prices: Ohlc { open: &open, high: &high, low: &low, close: &close },
        times: Some(&case.times),
        dividends: dividends.as_deref(),
        splits: splits.as_deref(),
    };
    let signals = Signals { target: Some(&case.weights), ..Signals::default() };
    let rules = SignalRules { rebalance: same, ..SignalRules::default() };
    let convention = Convention::NextOpen(case.settings);
    let expected = signals::run(&market, &signals, &rules, &convention, Curve::Keep).unwrap();
    let found = run(&case.market(), &case.weights, &case.rules, &convention, Curve::Keep).unwrap();
    assert_eq!(format!("{found:?}"), format!("{expected:?}"), "seed {seed}: {:?}", case.settings);
}

#[test]
fn one_asset_is_traded_as_its_signals_are() {
    (0..2_000).for_each(compare_with_signals);
}

fn compare_with_oracle(seed: u64) -> usize {
    let mut rng = Rng::new(seed);
    let assets = 1 + rng.below(6) as usize;
    let case = Case::draw(&mut rng, assets);
    let convention = Convention::NextOpen(case.settings);
    let found = run(&case.market(), &case.weights, &case.rules, &convention, Curve::Keep).unwrap();
    let oracle = oracle::Oracle::run(&case);
    let what = || format!("seed {seed}: {:?} {:?}", case.rules, case.settings);
    let scale = found.equity.iter().fold(case.settings.cash, |most, value| most.max(value.abs()));
    for (bar, (a, b)) in found.equity.iter().zip(&oracle.equity).enumerate() {
        assert!((a - b).abs() <= 1e-9 * scale, "bar {bar}: {a} is not {b}, {}", what());
    }
    // Orders of nothing but rounding errors may be there or not.
    let counts = |units: f64, price: f64| (units * price).abs() > 1e-9 * scale;
    let mine = fills(&found).into_iter().filter(|(_, _, units, price)| counts(*units, *price));
    let theirs = oracle.fills.iter().filter(|(_, _, units, price)| counts(*units, *price));
    let (mine, theirs): (Vec<_>, Vec<_>) = (mine.collect(), theirs.collect());
    assert_eq!(mine.len(), theirs.len(), "fills, {}", what());
    for (a, b) in mine.iter().zip(theirs) {
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs();
        let same = (a.0, a.1) == (b.0, b.1) && near(a.3, b.3);
        assert!(same && (a.2 - b.2).abs() * b.3 <= 1e-9 * scale, "{a:?}, {b:?}, {}", what());
    }
    mine.len()
}

#[test]
fn the_slow_way_gives_the_same() {
    let fills: usize = (0..1_000).map(compare_with_oracle).sum();
    assert!(fills > 20_000, "only {fills} fills");
}

/// The first of each month, equal weights, at the close.
#[test]
fn monthly_rebalancing_is_that_of_vectorbt() {
    let name = "reference/vbt_multi_equalweight.json";
    let Some(reference) = bolt_testkit::json(name) else { return };
    let Some(text) = bolt_testkit::text(reference["data"].as_str().unwrap()) else { return };
    let names = reference["cols"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let columns: Vec<Vec<f64>> = names.map(|name| csv_column(&text, name)).collect();
    let dates: Vec<&str> = text.lines().skip(1).map(|line| &line[..10]).collect();
    let first = dates.iter().position(|date| *date >= "2010-01-04").unwrap();
    let time = |date: &&str| UnixNanos(date.parse::<Date>().unwrap().midnight());
    let times: Vec<UnixNanos> = dates[first..].iter().map(time).collect();
    let close: Vec<f64> = (first..dates.len())
        .flat_map(|bar| columns.iter().map(move |column| column[bar]))
        .collect();
    let assets = columns.len();
    let market = PanelMarket { times: Some(&times), ..market(&close, assets) };
    let weights = vec![1.0 / assets as f64; close.len()];
    let rules = WeightRules { rebalance: Rebalance::Every(Interval::Months(1)), cash_buffer: 0.0 };
    let settings = vectorbt::Settings { cash: 100_000.0, fees: 0.001, ..Default::default() };
    let convention = Convention::Vectorbt(settings);
    let ledger = run(&market, &weights, &rules, &convention, Curve::Keep).unwrap();
    compare_reference(&ledger, &reference).unwrap();
    // Bands need the account, which that convention does not show.
    let rules = WeightRules { rebalance: Rebalance::Outside(0.1), cash_buffer: 0.0 };
    let error = run(&market, &weights, &rules, &convention, Curve::Keep).unwrap_err();
    assert!(error.to_string().contains("rebalancing band"), "{error}");
}
