//! Small runs of the peers in which rounding, or equity below zero, decides what they print.

use bolt_base::UnixNanos;
use bolt_market::broker::vectorbt::{Amount, Column, Direction, Events, Request, run_signals};
use bolt_market::broker::{Error, backtesting_py, backtrader, vectorbt};
use bolt_market::ledger::{Fill, Ledger, Reason};
use bolt_market::ohlc::Ohlc;
use bolt_market::order::{Level, OrderRequest, Size};
use bolt_market::statistics::peers::{self, Statistics};
use bolt_market::strategy::Broker;

use crate::support::near;

fn flat(prices: &[f64]) -> Ohlc<'_> {
    Ohlc { open: prices, high: prices, low: prices, close: prices }
}

fn days(count: i64) -> Vec<UnixNanos> {
    (0..count).map(|day| UnixNanos((19_723 + day) * UnixNanos::DAY)).collect()
}

#[track_caller]
fn check(statistics: &Statistics, expected: &[(&str, f64)]) {
    for (label, value) in expected {
        let actual = statistics.number(label).unwrap();
        near(label, actual, *value, 1e-12, value.abs().max(1.0)).unwrap();
    }
}

/// The sum of the trades' gains would be one unit in the last place less, and the next equity a
/// drawdown that the peer does not see.
#[test]
fn open_trades_of_backtesting_py_are_valued_together() {
    let prices = [278.35, 278.35, 278.35, 287.84];
    let settings = backtesting_py::Settings { cash: 100_000.0, ..Default::default() };
    let mut strategy = |broker: &mut dyn Broker| {
        if broker.bar() == 1 {
            broker.submit(OrderRequest::buy(Size::Units(222.0)));
        }
    };
    let ledger = backtesting_py::run(flat(&prices), &settings, &mut strategy).unwrap();
    assert_eq!(ledger.equity[3].to_bits(), 102_106.78_f64.to_bits());
}

#[test]
fn a_ruined_account_of_backtesting_py_has_no_growth() {
    let close = [10.0, 10.0, 12.0, 16.0, 24.0, 24.0];
    let open = [10.0, 10.0, 10.0, 16.0, 24.0, 24.0];
    let prices = Ohlc { open: &open, high: &close, low: &open, close: &close };
    let settings = backtesting_py::Settings { cash: 1_000.0, margin: 0.1, ..Default::default() };
    let mut strategy = |broker: &mut dyn Broker| {
        if broker.bar() == 1 {
            broker.submit(OrderRequest::sell(Size::Units(200.0)));
        }
    };
    let ledger = backtesting_py::run(prices, &settings, &mut strategy).unwrap();
    assert_eq!(ledger.equity, [1000.0, 1000.0, 600.0, 0.0, 0.0, 0.0]);
    let statistics = peers::backtesting_py::of_ledger(&ledger, &close, &days(6), 0);
    check(
        &statistics,
        &[
            ("Return (Ann.) [%]", 0.0),
            ("Volatility (Ann.) [%]", 227_190_604_033_374.4),
            ("Sharpe Ratio", 0.0),
            ("Sortino Ratio", 0.0),
            ("Calmar Ratio", 0.0),
            ("Avg. Trade [%]", -60.0),
            ("CAGR [%]", -100.0),
        ],
    );
}

#[test]
fn a_trade_of_backtesting_py_that_lost_everything_is_left_at_zero() {
    let close = [10.0, 10.0, 10.0, 21.0, 21.0, 21.0];
    let settings = backtesting_py::Settings { cash: 1_000.0, ..Default::default() };
    let mut strategy = |broker: &mut dyn Broker| match broker.bar() {
        1 => {
            broker.submit(OrderRequest::sell(Size::Units(10.0)));
        }
        3 => broker.close_all(),
        _ => {}
    };
    let ledger = backtesting_py::run(flat(&close), &settings, &mut strategy).unwrap();
    let statistics = peers::backtesting_py::of_ledger(&ledger, &close, &days(6), 0);
    check(&statistics, &[("Avg. Trade [%]", 0.0), ("Expectancy [%]", -110.0)]);
}

/// 12 of 70 bars of four hours lie on a weekend: to the last bit of the peer's bound more than six
/// tenths of two days in seven.
#[test]
fn weekends_of_backtesting_py_count_from_a_bound() {
    let monday = 18_267 * UnixNanos::DAY;
    let times: Vec<_> = (0..70).map(|bar| UnixNanos(monday + bar * UnixNanos::DAY / 6)).collect();
    let mut equity = vec![1_000.0; 70];
    equity[69] = 1_010.0;
    let ledger = Ledger { equity, ..Ledger::default() };
    let statistics = peers::backtesting_py::of_ledger(&ledger, &[1.0; 70], &times, 0);
    let growth = 1.01_f64.powf(365.0 / 11.0) - 1.0;
    check(&statistics, &[("Return (Ann.) [%]", 100.0 * growth)]);
}

#[test]
fn returns_of_vectorbt_below_zero_are_gains_of_a_debt() {
    let close = [10.0, 16.0, 24.0, 25.5, 21.0, 20.0];
    let fills = vec![Fill {
        asset: 0,
        bar: 0,
        units: -8.0,
        price: 10.0,
        fees: 0.0,
        reason: Reason::Signal,
    }];
    let equity = vec![100.0, 52.0, -12.0, -24.0, 12.0, 20.0];
    let ledger = Ledger { equity, fills, ..Ledger::default() };
    check(
        &peers::vectorbt::of_ledger(&ledger, &close, &days(6), 100.0),
        &[
            ("Sharpe Ratio", -1.668_609_247_794_579_8),
            ("Calmar Ratio", -0.892_857_142_857_142_8),
            ("Omega Ratio", 0.799_281_119_939_462_7),
            ("Sortino Ratio", -2.561_327_699_033_048_7),
            ("Max Drawdown [%]", 124.0),
        ],
    );
}

/// The entry's price is a quotient, and a unit in the last place below the exit's.
#[test]
fn a_trade_of_vectorbt_at_one_price_gains_nothing() {
    let prices = [0.105; 3];
    let (entries, exits) = ([true, false, false], [false, true, false]);
    let events =
        Events { long_entries: Some(&entries), long_exits: Some(&exits), ..Events::default() };
    let request = Request {
        size: Column::Constant(0.56),
        amount: Amount::Percent,
        ..Request::new(flat(&prices), events)
    };
    let settings = vectorbt::Settings { cash: 1_000.0, ..Default::default() };
    let ledger = run_signals(&request, &settings).unwrap();
    assert!(ledger.trades[0].entry_price < 0.105);
    assert_eq!(ledger.trades[0].pnl, 0.0);
}

#[test]
fn vectorbt_reverses_no_position_by_a_fraction() {
    let prices = [10.0, 11.0, 12.0];
    let (long, short) = ([true, false, false], [false, false, true]);
    let events =
        Events { long_entries: Some(&long), short_entries: Some(&short), ..Events::default() };
    let half = Request {
        size: Column::Constant(0.5),
        amount: Amount::Percent,
        ..Request::new(flat(&prices), events)
    };
    let error = run_signals(&half, &vectorbt::Settings::default()).unwrap_err();
    assert!(matches!(error, Error::Unsupported { convention: "vectorbt", .. }), "{error}");
    let units = Request { amount: Amount::Units, ..half };
    assert_eq!(run_signals(&units, &vectorbt::Settings::default()).unwrap().fills.len(), 2);
}

/// The peer's `buy` and `sell` look at the size of their number alone.
#[test]
fn a_fraction_of_a_debt_is_sold_like_one_of_equity() {
    let prices = [10.0, 10.0, 10.0, 30.0, 30.0];
    let settings = backtrader::Settings { cash: 1_000.0, ..Default::default() };
    let mut strategy = |broker: &mut dyn Broker| match broker.bar() {
        1 => {
            broker.submit(OrderRequest::sell(Size::Units(100.0)));
        }
        3 => {
            assert_eq!(broker.equity(), -1_000.0);
            broker.submit(OrderRequest::sell(Size::EquityFraction(0.5)));
        }
        _ => {}
    };
    let ledger = backtrader::run(flat(&prices), &settings, &mut strategy).unwrap();
    let units: Vec<f64> = ledger.fills.iter().map(|fill| fill.units).collect();
    assert_eq!(units, [-100.0, -16.0]);
}

/// What goes with an entry that waits protects nothing yet.
#[test]
fn closing_a_trade_of_backtrader_leaves_the_bracket_of_a_waiting_entry() {
    let prices = [10.0, 10.0, 10.0, 10.0, 10.0, 8.0, 12.0, 12.0];
    let settings = backtrader::Settings { cash: 1_000.0, ..Default::default() };
    let mut strategy = |broker: &mut dyn Broker| match broker.bar() {
        1 => {
            broker.submit(OrderRequest::buy(Size::Units(5.0)));
            let take_profit = Some(Level::Price(11.0));
            let limit = Some(9.0);
            let bracket =
                OrderRequest { limit, take_profit, ..OrderRequest::buy(Size::Units(3.0)) };
            broker.submit(bracket);
        }
        3 => broker.close_all(),
        _ => {}
    };
    let ledger = backtrader::run(flat(&prices), &settings, &mut strategy).unwrap();
    let fills: Vec<_> = ledger.fills.iter().map(|fill| (fill.bar, fill.units)).collect();
    assert_eq!(fills, [(2, 5.0), (4, -5.0), (5, 3.0), (6, -3.0)]);
}

/// What 50.1 buys at 1.1 sells for one unit in the last place less, and pays a fee of 50.1 all the
/// same.
#[test]
fn a_sale_of_vectorbt_may_bring_its_fees_alone() {
    let prices = [1.1, 1.1];
    let (entries, never) = ([true, false], [false, false]);
    let events = Events::directed(&entries, &never, Direction::Short);
    let settings = vectorbt::Settings { cash: 100.2, fixed_fees: 50.1, ..Default::default() };
    let ledger = run_signals(&Request::new(flat(&prices), events), &settings).unwrap();
    assert_eq!(ledger.fills.len(), 1);
}
