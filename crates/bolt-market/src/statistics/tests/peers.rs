use std::time::Duration;

use bolt_base::UnixNanos;
use bolt_testkit::is_close;
use serde_json::Value;

use super::{SECOND, closes, time};
use crate::ledger::{Exit, Fill, Ledger, Reason, Side, Trade};
use crate::statistics::peers::{Entry, Statistics, backtesting_py, vectorbt};

/// Reads `3 days 01:02:03.5`.
fn duration(text: &str) -> Duration {
    let (days, clock) = text.split_once(" days ").unwrap();
    let seconds = clock.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap());
    Duration::from_secs(days.parse::<u64>().unwrap() * 86_400) + Duration::from_secs_f64(seconds)
}

#[track_caller]
fn check(actual: &Statistics, reference: &Value, file: &str) {
    let expected = reference["stats"].as_object().unwrap();
    assert_eq!(actual.lines.len(), expected.len(), "{file} has other lines");
    for (label, entry) in &actual.lines {
        let value = &expected[*label];
        let same = match entry {
            Entry::Number(number) => is_close(*number, value.as_f64().unwrap(), 1e-9),
            Entry::Time(at) => *at == time(value.as_str().unwrap()),
            // The peers cut their text off below a microsecond.
            Entry::Span(span) => {
                let expected = duration(value.as_str().unwrap());
                span.unwrap().abs_diff(expected) < Duration::from_nanos(1001)
            }
        };
        assert!(same, "{file}: `{label}` is {entry:?}, not {value}");
    }
}

fn number(row: &Value, name: &str) -> f64 {
    row[name].as_f64().unwrap()
}

fn index(row: &Value, name: &str) -> usize {
    row[name].as_u64().unwrap() as usize
}

/// Equity is published for every k-th bar: what was rebuilt must be the same there.
fn check_equity(equity: &[f64], reference: &Value, file: &str) {
    let step = index(reference, "equity_every_k");
    for (i, expected) in reference["equity"].as_array().unwrap().iter().enumerate() {
        let (actual, expected) = (equity[i * step], expected.as_f64().unwrap());
        assert!(
            is_close(actual, expected, 1e-9),
            "{file} equity {}: {actual} {expected}",
            i * step
        );
    }
}

fn backtesting_trade(row: &Value) -> Trade {
    let size = number(row, "Size");
    Trade {
        asset: 0,
        side: if size > 0.0 { Side::Long } else { Side::Short },
        size: size.abs(),
        entry_bar: index(row, "EntryBar"),
        entry_price: number(row, "EntryPrice"),
        exit: Some(Exit {
            bar: index(row, "ExitBar"),
            price: number(row, "ExitPrice"),
            reason: Reason::Signal,
        }),
        pnl: number(row, "PnL"),
        fees: number(row, "Commission"),
    }
}

/// The account at each close: cash, open trades at the close, and the entry's commission paid.
fn backtesting_equity(reference: &Value, trades: &[Trade], close: &[f64]) -> Vec<f64> {
    let arguments = &reference["backtest_args"];
    let (fixed, rate) = match &arguments["commission"] {
        Value::Array(parts) => (parts[0].as_f64().unwrap(), parts[1].as_f64().unwrap()),
        rate => (0.0, rate.as_f64().unwrap()),
    };
    // Trades at a close are booked when the next bar begins.
    let late = usize::from(arguments["trade_on_close"] == true);
    let mut equity = vec![number(arguments, "cash"); close.len()];
    for trade in trades {
        let commission = fixed + rate * trade.size * trade.entry_price;
        let (first, after) = (trade.entry_bar + late, trade.exit.unwrap().bar + late);
        for bar in first..after {
            let gain = trade.side.sign() * trade.size * (close[bar] - trade.entry_price);
            equity[bar] += gain - commission;
        }
        equity[after..].iter_mut().for_each(|value| *value += trade.pnl);
    }
    equity
}

#[test]
fn backtesting_py_s_figures_are_reproduced() {
    // The longest warm-up of each strategy's indicators decides where "buy and hold" begins.
    for (file, first_bar) in [
        ("bt_donchian_btc1m", 239),
        ("bt_donchian_goog", 19),
        ("bt_limitdip_eurusd", 49),
        ("bt_rsi_sltp_eurusd", 14),
        ("bt_rsi_sltp_goog", 14),
        ("bt_smacross_goog_c002", 19),
        ("bt_smacross_goog_spread_toc", 19),
    ] {
        let Some(reference) = bolt_testkit::json(&format!("reference/{file}.json")) else { return };
        let data = reference["data"].as_str().unwrap().trim_start_matches("data/");
        let Some((times, close)) = closes(data) else { return };
        let rows = reference["trades"].as_array().unwrap();
        let trades: Vec<Trade> = rows.iter().map(backtesting_trade).collect();
        let mut equity = backtesting_equity(&reference, &trades, &close);
        check_equity(&equity, &reference, file);
        if file == "bt_rsi_sltp_eurusd" {
            // Closing everything, the peer opened a trade in the last bar that it does not list.
            equity[close.len() - 1] = number(&reference["stats"], "Equity Final [$]");
        }
        let (equity, trades, close, times) = (&equity[..], &trades[..], &close[..], &times[..]);
        let run = backtesting_py::Run { equity, trades, close, times, first_bar };
        check(&backtesting_py::statistics(&run), &reference, file);
    }
}

/// The peer's list does not have the trade still open; its size follows from the equity.
#[test]
fn backtesting_py_leaves_open_trades_out() {
    let file = "bt_smacross_goog_c002_nofinalize";
    let Some(reference) = bolt_testkit::json(&format!("reference/{file}.json")) else { return };
    let Some(whole) = bolt_testkit::json("reference/bt_smacross_goog_c002.json") else { return };
    let Some((times, close)) = closes("equities_daily/GOOG_2004_2013.csv") else { return };
    let rows = whole["trades"].as_array().unwrap();
    let mut trades: Vec<Trade> = rows.iter().map(backtesting_trade).collect();
    let mut equity = backtesting_equity(&whole, &trades, &close);
    // The run that closes everything differs in its last bar only, where it sells at the open.
    let last = trades.last_mut().unwrap();
    let bar = equity.len() - 1;
    assert_eq!(last.exit.unwrap().bar, bar);
    let commission = number(&whole["backtest_args"], "commission") * last.size * last.entry_price;
    let gain = last.side.sign() * last.size * (close[bar] - last.entry_price);
    equity[bar] += gain - commission - last.pnl;
    last.exit = None;
    check_equity(&equity, &reference, file);
    let run = backtesting_py::Run {
        equity: &equity,
        trades: &trades,
        close: &close,
        times: &times,
        first_bar: 19,
    };
    check(&backtesting_py::statistics(&run), &reference, file);
}

fn vectorbt_ledger(reference: &Value, close: &[f64]) -> Ledger {
    let fill = |row: &Value| Fill {
        asset: 0,
        bar: index(row, "bar"),
        units: if row["side"] == "buy" { number(row, "size") } else { -number(row, "size") },
        price: number(row, "price"),
        fees: number(row, "fees"),
        reason: Reason::Signal,
    };
    let trade = |row: &Value| Trade {
        asset: 0,
        side: if row["direction"] == "long" { Side::Long } else { Side::Short },
        size: number(row, "size"),
        entry_bar: index(row, "entry_bar"),
        entry_price: number(row, "entry_price"),
        exit: (row["open"] == false).then(|| Exit {
            bar: index(row, "exit_bar"),
            price: number(row, "exit_price"),
            reason: Reason::Signal,
        }),
        pnl: number(row, "pnl"),
        fees: number(row, "entry_fees") + number(row, "exit_fees"),
    };
    let fills: Vec<Fill> = reference["orders"].as_array().unwrap().iter().map(fill).collect();
    let trades = reference["trades"].as_array().unwrap().iter().map(trade).collect();
    let (mut cash, mut units) = (number(&reference["from_signals_args"], "init_cash"), 0.0);
    let mut equity = Vec::new();
    for (bar, price) in close.iter().enumerate() {
        for fill in fills.iter().filter(|fill| fill.bar == bar) {
            cash -= fill.units * fill.price + fill.fees;
            units += fill.units;
        }
        equity.push(cash + units * price);
    }
    Ledger { equity, fills, trades, ..Ledger::default() }
}

#[test]
fn vectorbt_s_figures_are_reproduced() {
    for file in [
        "vbt_rsi_stops_eurusd",
        "vbt_smacross_goog_close",
        "vbt_smacross_goog_longshort_nextopen",
        "vbt_smacross_goog_nextopen",
    ] {
        let Some(reference) = bolt_testkit::json(&format!("reference/{file}.json")) else { return };
        let data = reference["data"].as_str().unwrap().trim_start_matches("data/");
        let Some((times, close)) = closes(data) else { return };
        let ledger = vectorbt_ledger(&reference, &close);
        check_equity(&ledger.equity, &reference, file);
        let arguments = &reference["from_signals_args"];
        let hours = if arguments["freq"] == "1D" { 24 } else { 1 };
        let run = vectorbt::Run {
            ledger: &ledger,
            close: &close,
            times: &times,
            initial_cash: number(arguments, "init_cash"),
            bar: Duration::from_secs(hours * 3600),
        };
        check(&vectorbt::statistics(&run), &reference, file);
    }
}

fn days(count: usize) -> Vec<UnixNanos> {
    super::every(UnixNanos::DAY, (2024, 1, 1), count)
}

#[test]
fn a_partly_invested_portfolio_has_its_exposure_and_a_peer_s_infinities() {
    // What the peer printed for 4 units sold short at 11 and bought back at 16, fees 1 %.
    let close = [10.0, 11.0, 9.0, 12.0, 15.0, 14.0, 16.0, 13.0];
    let fill = |bar, units: f64, price: f64, fees| Fill {
        asset: 0,
        bar,
        units,
        price,
        fees,
        reason: Reason::Signal,
    };
    let ledger = Ledger {
        equity: vec![100.0, 99.56, 107.56, 95.56, 83.56, 87.56, 78.92, 78.92],
        fills: vec![fill(1, -4.0, 11.0, 0.44), fill(6, 4.0, 16.0, 0.64)],
        trades: vec![],
        ..Ledger::default()
    };
    let times = days(8);
    let (initial_cash, bar) = (100.0, Duration::from_secs(86_400));
    let run = vectorbt::Run { ledger: &ledger, close: &close, times: &times, initial_cash, bar };
    let statistics = vectorbt::statistics(&run);
    for (label, expected) in [
        ("Max Gross Exposure [%]", 51.92107995846313),
        ("Max Drawdown [%]", 26.626998884343),
        ("Sharpe Ratio", -6.606799),
        ("Omega Ratio", 0.376888),
        ("Sortino Ratio", -7.348349),
    ] {
        let actual = statistics.number(label).unwrap();
        assert!(is_close(actual, expected, 1e-6), "{label}: {actual}");
    }
    // What it printed when the short was covered in part, enlarged and reversed.
    let ledger = Ledger {
        equity: vec![100.0, 99.56, 107.56, 95.38, 87.88, 90.24, 83.24, 93.09],
        fills: vec![
            fill(1, -4.0, 11.0, 0.44),
            fill(3, 1.5, 12.0, 0.18),
            fill(5, -1.0, 14.0, 0.14),
            fill(7, 5.0, 13.0, 0.65),
        ],
        trades: vec![],
        ..Ledger::default()
    };
    let exposure = |ledger: &Ledger, bars: usize| {
        let ledger = Ledger { equity: ledger.equity[..bars].to_vec(), ..ledger.clone() };
        let (close, times) = (&close[..bars], &times[..bars]);
        let run = vectorbt::Run { ledger: &ledger, close, times, initial_cash, bar };
        vectorbt::statistics(&run).number("Max Gross Exposure [%]").unwrap()
    };
    for (bars, expected) in [(2, 44.194456), (6, 46.560243), (7, 49.89308624), (8, 49.89308624)] {
        let actual = exposure(&ledger, bars);
        assert!(is_close(actual, expected, 1e-7), "{bars} bars: {actual}, not {expected}");
    }
    let long = Ledger { fills: ledger.fills[3..].to_vec(), ..ledger.clone() };
    assert!(is_close(exposure(&long, 8), 100.0 * 65.0 / 99.35, 1e-12), "{}", exposure(&long, 8));
    let five_days = Entry::Span(Some(Duration::from_secs(5 * 86_400)));
    assert_eq!(statistics.get("Max Drawdown Duration"), Some(five_days));
    let idle =
        Ledger { equity: vec![100.0; 8], fills: vec![], trades: vec![], ..Ledger::default() };
    let statistics = vectorbt::statistics(&vectorbt::Run { ledger: &idle, ..run });
    assert_eq!(statistics.number("Sharpe Ratio"), Some(f64::INFINITY));
    assert_eq!(statistics.number("Max Gross Exposure [%]"), Some(0.0));
    assert!(statistics.number("Max Drawdown [%]").unwrap().is_nan());
    assert!(statistics.number("Win Rate [%]").unwrap().is_nan());
    assert_eq!(statistics.get("Avg Winning Trade Duration"), Some(Entry::Span(None)));
    assert_eq!(statistics.get("No such line"), None);
}

/// A fall of the last bar alone counts only if it is the only one.
#[test]
fn backtesting_py_s_last_bar_is_no_drawdown() {
    let times = days(11);
    let falls = |equity: [f64; 11]| {
        let run = backtesting_py::Run {
            equity: &equity,
            trades: &[],
            close: &equity,
            times: &times,
            first_bar: 0,
        };
        let statistics = backtesting_py::statistics(&run);
        let mean = statistics.number("Avg. Drawdown [%]").unwrap();
        (mean, statistics.get("Max. Drawdown Duration").unwrap())
    };
    let (mean, longest) = falls([1.0, 1.0, 1.0, 1.0, 2.02, 2.01, 2.01, 2.03, 2.05, 2.07, 2.06]);
    assert!(is_close(mean, -100.0 / 202.0, 1e-12), "{mean}");
    assert_eq!(longest, Entry::Span(Some(Duration::from_secs(3 * 86_400))));
    let (mean, longest) = falls([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9]);
    assert!(is_close(mean, -10.0, 1e-12), "{mean}");
    assert_eq!(longest, Entry::Span(None));
    assert!(falls([1.0; 11]).0.is_nan());
}

/// Spacings of exactly 7, 31 and 365 days are weekly, monthly and yearly to the peer, and all
/// others daily; lengths are rounded up to the bars' unit.
#[test]
fn backtesting_py_resamples_by_the_bars_spacing() {
    let equity: Vec<f64> = (0..60).map(|i| 100.0 + f64::from(i % 7) + 0.1 * f64::from(i)).collect();
    for (hours, periods) in
        [(24, 365.0), (168, 52.0), (744, 12.0), (8760, 1.0), (336, 252.0), (12, 365.0)]
    {
        let times = super::every(hours * 3600 * SECOND, (1971, 1, 4), 60);
        let run = backtesting_py::Run {
            equity: &equity,
            trades: &[],
            close: &equity,
            times: &times,
            first_bar: 0,
        };
        let statistics = backtesting_py::statistics(&run);
        // Two bars share a day, and after leap years two share a calendar year.
        let first = if hours == 12 { equity[1] } else { equity[0] };
        let (last, steps) = (
            equity[59],
            match hours {
                12 => 29.0,
                8760 => 58.0,
                _ => 59.0,
            },
        );
        let expected = 100.0 * ((last / first).powf(periods / steps) - 1.0);
        let actual = statistics.number("Return (Ann.) [%]").unwrap();
        assert!(is_close(actual, expected, 1e-9), "{hours} hours: {actual}, not {expected}");
    }
    // Weekly bars on Wednesdays, one of them a day late: still one a week, from Monday to Sunday.
    let mut times = super::every(7 * 24 * 3600 * SECOND, (2024, 1, 3), 60);
    times[30].0 += 24 * 3600 * SECOND;
    let run = backtesting_py::Run {
        equity: &equity,
        trades: &[],
        close: &equity,
        times: &times,
        first_bar: 0,
    };
    let expected = 100.0 * ((equity[59] / equity[0]).powf(52.0 / 59.0) - 1.0);
    let actual = backtesting_py::statistics(&run).number("Return (Ann.) [%]").unwrap();
    assert!(is_close(actual, expected, 1e-9), "{actual}, not {expected}");
    let times = super::every(90 * 60 * SECOND, (2024, 1, 1), 60);
    let run = backtesting_py::Run {
        equity: &equity,
        trades: &[],
        close: &equity,
        times: &times,
        first_bar: 0,
    };
    let statistics = backtesting_py::statistics(&run);
    let Some(Entry::Span(Some(mean))) = statistics.get("Avg. Drawdown Duration") else {
        panic!("no drawdown duration");
    };
    assert_eq!(mean.as_secs() % 60, 0, "whole minutes: {mean:?}");
    assert!(statistics.number("Kelly Criterion").unwrap().is_nan());
    assert_eq!(statistics.get("Avg. Trade Duration"), Some(Entry::Span(None)));
}
