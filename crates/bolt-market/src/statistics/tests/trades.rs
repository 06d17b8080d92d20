use bolt_testkit::assert_close;

use super::every;
use crate::ledger::{Exit, Fill, Reason, Side, Trade};
use crate::ohlc::Ohlc;
use crate::statistics::trades::{bars_held, excursion, exposure, nanos_held, summarize, turnover};

/// A trade of 10 units at 100, so that its return is its gain over 1,000.
fn trade(side: Side, entry_bar: usize, exit_bar: Option<usize>, pnl: f64) -> Trade {
    let exit = exit_bar.map(|bar| Exit { bar, price: 100.0 + pnl / 10.0, reason: Reason::Signal });
    Trade { asset: 0, side, size: 10.0, entry_bar, entry_price: 100.0, exit, pnl, fees: 2.0 }
}

fn some_trades() -> Vec<Trade> {
    vec![
        trade(Side::Long, 0, Some(3), 50.0),
        trade(Side::Long, 3, Some(4), 30.0),
        trade(Side::Short, 6, Some(9), -20.0),
        trade(Side::Long, 10, Some(11), 40.0),
        trade(Side::Short, 12, Some(13), -60.0),
        trade(Side::Long, 18, None, 500.0),
    ]
}

#[test]
fn a_list_of_trades_is_summarised() {
    let summary = summarize(&some_trades(), 20);
    assert_eq!((summary.closed, summary.open, summary.long, summary.short), (5, 1, 4, 2));
    assert_eq!((summary.consecutive_wins, summary.consecutive_losses), (2, 1));
    assert_eq!(summary.longest_bars, 3);
    let mean: f64 = 8.0;
    let variance = [42.0f64, 22.0, -28.0, 32.0, -68.0].map(|d| d * d).iter().sum::<f64>() / 4.0;
    for (name, actual, expected) in [
        ("win rate", summary.win_rate, 0.6),
        ("profit factor", summary.profit_factor, 120.0 / 80.0),
        ("expectancy", summary.expectancy, mean),
        ("expectancy return", summary.expectancy_return, 0.008),
        ("average win", summary.average_win, 40.0),
        ("average loss", summary.average_loss, -40.0),
        ("payoff", summary.payoff_ratio, 1.0),
        ("best", summary.best_return, 0.05),
        ("worst", summary.worst_return, -0.06),
        ("quality", summary.system_quality, 5f64.sqrt() * mean / variance.sqrt()),
        ("kelly", summary.kelly, 0.6 - 0.4),
        ("fees", summary.fees, 12.0),
        ("average bars", summary.average_bars, 9.0 / 5.0),
        // Bars 0-4, 6-9, 10-13 and 18-19.
        ("exposure", summary.exposure, 15.0 / 20.0),
    ] {
        assert_close(actual, expected, 1e-14, name);
    }
}

#[test]
fn what_no_trade_defines_is_nan() {
    let none = summarize(&[], 20);
    assert_eq!((none.closed, none.consecutive_wins, none.longest_bars), (0, 0, 0));
    assert_eq!(none.exposure, 0.0);
    for value in [none.win_rate, none.profit_factor, none.expectancy, none.best_return, none.kelly]
    {
        assert!(value.is_nan());
    }
    let gains = summarize(&some_trades()[..2], 20);
    assert!(gains.profit_factor.is_nan() && gains.average_loss.is_nan() && gains.kelly.is_nan());
    let one = summarize(&some_trades()[..1], 20);
    assert!(one.system_quality.is_nan());
    assert!(exposure(&some_trades(), 0).is_nan());
}

#[test]
fn lengths_are_in_bars_or_in_time() {
    let times = every(3_600_000_000_000, (2024, 5, 6), 20);
    let trades = some_trades();
    assert_eq!((bars_held(&trades[0]), bars_held(&trades[5])), (Some(3), None));
    assert_eq!(nanos_held(&trades[0], &times), Some(3 * 3_600_000_000_000));
    assert_eq!(nanos_held(&trades[5], &times), None);
}

#[test]
fn turnover_counts_both_directions() {
    let fill = |units: f64, price: f64| Fill {
        asset: 0,
        bar: 0,
        units,
        price,
        fees: 0.0,
        reason: Reason::Signal,
    };
    let equity = [1000.0, 1100.0, 900.0];
    assert_close(
        turnover(&[fill(10.0, 100.0), fill(-10.0, 110.0)], &equity),
        2.1,
        1e-14,
        "turnover",
    );
    assert!(turnover(&[], &[]).is_nan());
}

#[test]
fn excursions_see_the_whole_range_of_every_bar() {
    let low = [99.0, 95.0, 97.0, 103.0];
    let high = [104.0, 101.0, 108.0, 120.0];
    let flat = [100.0; 4];
    let prices = Ohlc { open: &flat, high: &high, low: &low, close: &flat };
    let long = excursion(&trade(Side::Long, 0, Some(2), 0.0), &prices);
    assert_close(long.adverse, -0.05, 1e-14, "adverse");
    assert_close(long.favourable, 0.08, 1e-14, "favourable");
    let short = excursion(&trade(Side::Short, 0, Some(2), 0.0), &prices);
    assert_close(short.adverse, -0.08, 1e-14, "adverse of a short");
    assert_close(short.favourable, 0.05, 1e-14, "favourable of a short");
    let open = excursion(&trade(Side::Long, 3, None, 0.0), &prices);
    assert_eq!(open.adverse, 0.0, "it never went below the entry");
    assert_close(open.favourable, 0.2, 1e-14, "until the last bar");
}
