//! Rules for orders against strategies written by hand, against brokers that note what they are
//! asked, and over many parameters.

use bolt_kernel::Options;
use bolt_market::broker::{Costs, Error, backtesting_py, backtrader, next_open, vectorbt};
use bolt_market::formulas::{Columns, Formula, StrategyError};
use bolt_market::ledger::{Ledger, Side};
use bolt_market::ohlc::Ohlc;
use bolt_market::order::{
    Distance, Level, OneCancelsOther, Order, OrderId, OrderRequest, Purpose, Size, TradeId,
};
use bolt_market::plan::Plan;
use bolt_market::rules::{
    self, Condition, DistanceRule, ExitRule, LevelRule, OrderRule, RuleColumns, RuleStrategy,
    Rules, SizeRule, StopRule,
};
use bolt_market::signals::{Convention, Opposite, SignalRules};
use bolt_market::strategy::{Broker, OpenTrade, Strategy};

use crate::strategies::{Donchian, LimitDip, RsiBracket, RsiReversion, StakeCross, rsi, sma};
use crate::support::Bars;
use crate::sweep::Bars as RandomBars;

fn formula(text: &str) -> Formula {
    Formula::parse(text, text, text).unwrap()
}

fn order(
    when: &str,
    condition: Condition,
    side: Side,
    size: SizeRule<Formula>,
) -> OrderRule<Formula> {
    OrderRule {
        when: formula(when),
        condition,
        side,
        size: Some(size),
        limit: None,
        stop: None,
        stop_loss: None,
        take_profit: None,
        trailing_stop: None,
        max_bars: None,
        lasts_bars: Some(1),
        one_cancels_other: None,
    }
}

fn rules(orders: Vec<OrderRule<Formula>>) -> Rules {
    Rules { orders, exits: Vec::new(), stops: Vec::new() }
}

fn exit(when: &str, side: Option<Side>) -> ExitRule<Formula> {
    ExitRule { when: Some(formula(when)), after_bars: None, side, portion: 1.0 }
}

fn price(text: &str) -> Option<LevelRule<Formula>> {
    Some(LevelRule::Price(formula(text)))
}

fn columns<'a>(bars: &Ohlc<'a>) -> Columns<'a> {
    let columns =
        [("open", bars.open), ("high", bars.high), ("low", bars.low), ("close", bars.close)];
    Columns::new(bars.len(), columns)
}

fn evaluate(rules: &Rules, bars: &Ohlc<'_>) -> Result<RuleColumns, StrategyError> {
    rules.evaluate(&columns(bars), &bolt_indicators::catalog(), &[], &Options::default())
}

fn conventions() -> [Convention; 3] {
    let costs = Costs { spread: 0.0004, slippage: 0.0003, ..Costs::rate(0.001) };
    let commission = backtesting_py::Commission { fixed: 1.0, rate: 0.001 };
    [
        Convention::NextOpen(next_open::Settings {
            costs,
            cash: 100_000.0,
            ..next_open::Settings::default()
        }),
        Convention::BacktestingPy(backtesting_py::Settings {
            cash: 100_000.0,
            commission,
            ..backtesting_py::Settings::default()
        }),
        Convention::Backtrader(backtrader::Settings {
            cash: 100_000.0,
            commission: 0.001,
            first_bar: 0,
        }),
    ]
}

/// Trades the rules, and the strategy written by hand, under every convention over random bars.
#[track_caller]
fn check_written(rules: &Rules, by_hand: impl Fn(&Bars) -> Box<dyn Strategy>) {
    for seed in 0..3 {
        let random = RandomBars::random(seed, 1_500);
        let bars = Bars {
            open: random.open.clone(),
            high: random.high.clone(),
            low: random.low.clone(),
            close: random.close.clone(),
        };
        let market = next_open::Market::new(bars.view());
        let columns = evaluate(rules, &bars.view()).unwrap();
        for convention in conventions() {
            // One bar of history more than the warm-up, for strategies that look one bar back.
            let convention = match convention.after_warm_up(columns.warm_up) {
                Convention::NextOpen(settings) => {
                    let first_bar = columns.warm_up + 1;
                    Convention::NextOpen(next_open::Settings { first_bar, ..settings })
                }
                Convention::Backtrader(settings) => {
                    let first_bar = columns.warm_up + 1;
                    Convention::Backtrader(backtrader::Settings { first_bar, ..settings })
                }
                other => other,
            };
            let found =
                rules::run(&market, &columns, &SignalRules::default(), &convention).unwrap();
            let expected = convention.run_orders(&market, by_hand(&bars).as_mut()).unwrap();
            assert!(expected.trades.len() >= 10, "{} trades", expected.trades.len());
            check_same(&found, &expected, &format!("{} seed {seed}", convention.name()));
        }
    }
}

#[track_caller]
fn check_same(found: &Ledger, expected: &Ledger, what: &str) {
    assert_eq!(found.fills.len(), expected.fills.len(), "{what}");
    for (found, expected) in found.fills.iter().zip(&expected.fills) {
        assert_eq!((found.bar, found.reason), (expected.bar, expected.reason), "{what}");
        bolt_testkit::assert_close(found.units, expected.units, 1e-9, what);
        bolt_testkit::assert_close(found.price, expected.price, 1e-12, what);
    }
    for (found, expected) in found.equity.iter().zip(&expected.equity) {
        bolt_testkit::assert_close(*found, *expected, 1e-9, what);
    }
}

#[test]
fn stop_orders_of_two_sides_and_moved_stops() {
    let enter = |side, stop| OrderRule {
        stop: Some(formula(stop)),
        ..order("True", Condition::Flat, side, SizeRule::AvailableFraction(formula("0.5")))
    };
    let follow =
        |side, price| StopRule { side: Some(side), stop_loss: formula(price), ratchet: false };
    let rules = Rules {
        stops: vec![follow(Side::Long, "TsMin[low, 5]"), follow(Side::Short, "TsMax[high, 5]")],
        ..rules(vec![enter(Side::Long, "TsMax[high, 10]"), enter(Side::Short, "TsMin[low, 10]")])
    };
    check_written(&rules, |bars| Box::new(Donchian::new(bars, 10, 5)));
}

#[test]
fn a_limit_below_the_close_with_levels_and_a_time_limit() {
    let limit = "close * (1 - 0.01)";
    let buy = order(
        "close > SMA[close, 20]",
        Condition::Flat,
        Side::Long,
        SizeRule::AvailableFraction(formula("0.9")),
    );
    let rules = Rules {
        exits: vec![ExitRule { when: None, after_bars: Some(6), side: None, portion: 1.0 }],
        ..rules(vec![OrderRule {
            limit: Some(formula(limit)),
            stop_loss: price(&format!("{limit} * (1 - 0.03)")),
            take_profit: price(&format!("{limit} * (1 + 0.04)")),
            ..buy
        }])
    };
    check_written(&rules, |bars| {
        Box::new(LimitDip {
            close: bars.close.clone(),
            average: sma(&bars.close, 20),
            dip: 0.01,
            stop_loss: 0.03,
            take_profit: 0.04,
            hold_bars: 6,
        })
    });
}

#[test]
fn levels_away_from_the_close_and_an_exit() {
    let away = |text| Some(LevelRule::FromClose(DistanceRule::Fraction(formula(text))));
    let buy = order(
        "Delay[RSI[close, 14]] >= 45 && RSI[close, 14] < 45",
        Condition::Flat,
        Side::Long,
        SizeRule::AvailableFraction(formula("0.95")),
    );
    let rules = Rules {
        exits: vec![exit("RSI[close, 14] > 60", None)],
        ..rules(vec![OrderRule { stop_loss: away("0.05"), take_profit: away("2 * 0.05"), ..buy }])
    };
    check_written(&rules, |bars| {
        Box::new(RsiReversion {
            close: bars.close.clone(),
            rsi: rsi(&bars.close, 14),
            low: 45.0,
            high: 60.0,
            stop_loss: 0.05,
            take_profit: 0.1,
        })
    });
}

#[test]
fn brackets_and_fixed_stakes() {
    let stake = SizeRule::Units(formula("10"));
    let buy = order("CrossBelow[RSI[close, 14], 45]", Condition::Flat, Side::Long, stake.clone());
    let bracket = rules(vec![OrderRule {
        stop_loss: price("close * (1 - 0.05)"),
        take_profit: price("close * (1 + 0.1)"),
        ..buy
    }]);
    check_written(&bracket, |bars| {
        Box::new(RsiBracket {
            close: bars.close.clone(),
            rsi: rsi(&bars.close, 14),
            low: 45.0,
            stop_loss: 0.05,
            take_profit: 0.1,
            stake: 10.0,
        })
    });
    let [fast, slow] = ["SMA[close, 5]", "SMA[close, 15]"];
    let cross = Rules {
        exits: vec![exit(&format!("CrossBelow[{fast}, {slow}]"), Some(Side::Long))],
        ..rules(vec![order(
            &format!("CrossAbove[{fast}, {slow}]"),
            Condition::Flat,
            Side::Long,
            stake,
        )])
    };
    check_written(&cross, |bars| Box::new(StakeCross::new(bars, 5, 15, 10.0)));
}

/// A broker that fills nothing and notes what it is asked.
#[derive(Default)]
struct Notes {
    bar: usize,
    trades: Vec<OpenTrade>,
    orders: Vec<Order>,
    asked: Vec<String>,
    submitted: u64,
}

impl Broker for Notes {
    fn bar(&self) -> usize {
        self.bar
    }
    fn equity(&self) -> f64 {
        100.0
    }
    fn price(&self) -> f64 {
        10.0
    }
    fn cash(&self) -> f64 {
        100.0
    }
    fn position(&self) -> f64 {
        self.trades.iter().map(OpenTrade::units).sum()
    }
    fn trades(&self) -> &[OpenTrade] {
        &self.trades
    }
    fn orders(&self) -> &[Order] {
        &self.orders
    }
    fn submit(&mut self, request: OrderRequest) -> OrderId {
        self.submitted += 1;
        let id = OrderId(self.submitted);
        self.asked.push(format!("submit {} {:?}", id.0, request.size));
        self.orders.push(Order { id, purpose: Purpose::Entry, request });
        id
    }
    fn cancel(&mut self, order: OrderId) {
        if self.orders.iter().any(|waiting| waiting.id == order) {
            self.asked.push(format!("cancel {}", order.0));
        }
        self.orders.retain(|waiting| waiting.id != order);
    }
    fn set_stop_loss(&mut self, trade: TradeId, price: Option<f64>) {
        self.asked.push(format!("stop {} {price:?}", trade.0));
        let open = self.trades.iter_mut().find(|open| open.id == trade).unwrap();
        open.stop_loss = price;
    }
    fn set_take_profit(&mut self, _: TradeId, _: Option<f64>) {
        unreachable!("rules do not move targets");
    }
    fn close(&mut self, trade: TradeId, portion: f64) {
        self.asked.push(format!("close {} {portion}", trade.0));
    }
}

fn open_trade(id: u64, side: Side, entry_bar: usize, stop_loss: Option<f64>) -> OpenTrade {
    let (size, entry_price, take_profit) = (1.0, 10.0, None);
    OpenTrade { id: TradeId(id), side, size, entry_bar, entry_price, stop_loss, take_profit }
}

/// Returns what the rules ask for at each bar, over closes 1, 2, 3, ... and some open trades.
fn asked(rules: &Rules, bars: usize, trades: &[OpenTrade]) -> Vec<(Vec<String>, Vec<Order>)> {
    asked_with(rules, bars, trades, &SignalRules::default())
}

fn asked_with(
    rules: &Rules,
    bars: usize,
    trades: &[OpenTrade],
    defaults: &SignalRules,
) -> Vec<(Vec<String>, Vec<Order>)> {
    let close: Vec<f64> = (1..=bars).map(|bar| bar as f64).collect();
    let prices = Ohlc { open: &close, high: &close, low: &close, close: &close };
    let columns = evaluate(rules, &prices).unwrap();
    let mut strategy = RuleStrategy::new(&close, &columns.rules, defaults);
    let mut broker = Notes::default();
    (0..bars)
        .map(|bar| {
            broker.bar = bar;
            broker.trades.extend(trades.iter().filter(|trade| trade.entry_bar == bar));
            strategy.next(&mut broker);
            (std::mem::take(&mut broker.asked), broker.orders.clone())
        })
        .collect()
}

#[track_caller]
fn check_asked(rules: &Rules, trades: &[OpenTrade], expected: &[&[&str]]) {
    let found = asked(rules, expected.len(), trades);
    let found: Vec<Vec<&str>> =
        found.iter().map(|(asked, _)| asked.iter().map(String::as_str).collect()).collect();
    assert_eq!(found, expected);
}

fn limit_buy(when: &str, lasts_bars: Option<usize>) -> OrderRule<Formula> {
    let buy = order(when, Condition::Any, Side::Long, SizeRule::Units(formula("3")));
    OrderRule { limit: Some(formula("close - 1")), lasts_bars, ..buy }
}

#[test]
fn orders_wait_as_long_as_they_last_and_no_two_of_a_rule() {
    let submit = "submit 1 Units(3.0)";
    // The first close gives a limit of zero, which is a matter of the broker.
    check_asked(
        &rules(vec![limit_buy("close == 1", Some(1))]),
        &[],
        &[&[submit], &["cancel 1"], &[]],
    );
    check_asked(
        &rules(vec![limit_buy("close == 1", Some(3))]),
        &[],
        &[&[submit], &[], &[], &["cancel 1"], &[]],
    );
    check_asked(&rules(vec![limit_buy("close == 1", None)]), &[], &[&[submit], &[], &[], &[]]);
    check_asked(
        &rules(vec![limit_buy("close < 3", None)]),
        &[],
        &[&[submit], &["cancel 1", "submit 2 Units(3.0)"], &[]],
    );
    // A market order waits for a bar with prices, however long.
    let market = order("close == 1", Condition::Any, Side::Short, SizeRule::Value(formula("50")));
    check_asked(&rules(vec![market]), &[], &[&["submit 1 Value(-50.0)"], &[], &[]]);
}

#[test]
fn orders_are_given_on_their_conditions() {
    let long = open_trade(7, Side::Long, 0, None);
    let short = open_trade(8, Side::Short, 0, None);
    for (condition, expected) in [
        (Condition::Any, [true, true, true, true]),
        (Condition::Flat, [true, false, false, false]),
        (Condition::Long, [false, true, false, true]),
        (Condition::Short, [false, false, true, true]),
        (Condition::InPosition, [false, true, true, true]),
    ] {
        let rules =
            rules(vec![order("True", condition, Side::Long, SizeRule::Units(formula("1")))]);
        for (trades, expected) in [&[][..], &[long], &[short], &[long, short]].iter().zip(expected)
        {
            let given = !asked(&rules, 1, trades)[0].0.is_empty();
            assert_eq!(given, expected, "{condition:?} with {} trades", trades.len());
        }
    }
}

#[test]
fn an_order_carries_what_its_rule_says() {
    let away = |distance| Some(LevelRule::FromEntry(distance));
    let rule = OrderRule {
        limit: Some(formula("close + 1")),
        stop: Some(formula("close - 0.5")),
        stop_loss: away(DistanceRule::Fraction(formula("0.1"))),
        take_profit: Some(LevelRule::FromClose(DistanceRule::Absolute(formula("close / 4")))),
        trailing_stop: Some(DistanceRule::Absolute(formula("2 * close"))),
        max_bars: Some(9),
        one_cancels_other: Some(OneCancelsOther(4)),
        ..order(
            "True",
            Condition::Any,
            Side::Short,
            SizeRule::EquityFraction(formula("close / 10")),
        )
    };
    let orders = asked(&rules(vec![rule]), 2, &[]).pop().unwrap().1;
    let expected = OrderRequest {
        size: Size::EquityFraction(-0.2),
        limit: Some(3.0),
        stop: Some(1.5),
        stop_loss: Some(Level::Away(Distance::Fraction(0.1))),
        take_profit: Some(Level::Price(1.5)),
        trailing_stop: Some(Distance::Absolute(4.0)),
        max_bars: Some(9),
        one_cancels_other: Some(OneCancelsOther(4)),
    };
    assert_eq!(orders.last().unwrap().request, expected);
}

#[test]
fn what_a_rule_leaves_open_is_taken_from_the_defaults() {
    let defaults = SignalRules {
        size: Size::Value(500.0),
        stop_loss: Some(0.1),
        take_profit: Some(0.2),
        trailing_stop: Some(0.3),
        max_bars: Some(4),
        ..SignalRules::default()
    };
    let sized = order("True", Condition::Any, Side::Short, SizeRule::Units(formula("1")));
    let open = rules(vec![OrderRule { size: None, ..sized }]);
    let orders = asked_with(&open, 1, &[], &defaults).pop().unwrap().1;
    let fraction = Distance::Fraction;
    let expected = OrderRequest {
        stop_loss: Some(Level::Away(fraction(0.1))),
        take_profit: Some(Level::Away(fraction(0.2))),
        trailing_stop: Some(fraction(0.3)),
        max_bars: Some(4),
        ..OrderRequest::sell(Size::Value(500.0))
    };
    assert_eq!(orders[0].request, expected);
}

#[test]
fn an_order_with_a_missing_number_or_no_size_is_not_given() {
    let all = |rule| {
        let asked = asked(&rules(vec![rule]), 4, &[]);
        let lines = asked.iter().flat_map(|(asked, _)| asked);
        lines.filter(|line| line.starts_with("submit")).count()
    };
    let sized = |size| order("True", Condition::Any, Side::Long, SizeRule::Units(formula(size)));
    assert_eq!(all(sized("1")), 4);
    assert_eq!(all(sized("close - 2")), 2);
    assert_eq!(all(sized("Delay[close, 3]")), 1);
    assert_eq!(all(OrderRule { stop: Some(formula("Delay[close, 3]")), ..sized("1") }), 1);
    assert_eq!(all(OrderRule { stop_loss: price("Delay[close, 3]"), ..sized("1") }), 1);
    assert_eq!(all(sized("Where[close > 2, close, Delay[close, 9]]")), 2);
}

#[test]
fn exits_close_what_is_due() {
    let trades = [open_trade(1, Side::Long, 0, None), open_trade(2, Side::Short, 1, None)];
    let check = |exits: Vec<ExitRule<Formula>>, expected: &[&[&str]]| {
        check_asked(&Rules { exits, ..rules(Vec::new()) }, &trades, expected);
    };
    check(vec![exit("close == 2", None)], &[&[], &["close 1 1", "close 2 1"], &[]]);
    check(vec![exit("close == 2", Some(Side::Short))], &[&[], &["close 2 1"], &[]]);
    let after = |bars| ExitRule { when: None, after_bars: Some(bars), side: None, portion: 0.5 };
    check(vec![after(2)], &[&[], &[], &["close 1 0.5"], &["close 2 0.5"], &[]]);
    let both = ExitRule { when: Some(formula("close > 2")), portion: 1.0, ..after(2) };
    check(vec![both], &[&[], &[], &["close 1 1"], &["close 1 1", "close 2 1"]]);
    // What the first rule closes whole, the second leaves alone.
    let [first, second] = [exit("close == 2", Some(Side::Long)), exit("close == 2", None)];
    check(vec![first, second], &[&[], &["close 1 1", "close 2 1"]]);
}

#[test]
fn stops_are_moved_freely_or_towards_the_price() {
    let trades =
        [open_trade(1, Side::Long, 0, Some(2.0)), open_trade(2, Side::Short, 0, Some(2.0))];
    let check = |side, ratchet, expected: &[&[&str]]| {
        let stops = vec![StopRule { side, stop_loss: formula("close"), ratchet }];
        check_asked(&Rules { stops, ..rules(Vec::new()) }, &trades, expected);
    };
    check(
        None,
        false,
        &[
            &["stop 1 Some(1.0)", "stop 2 Some(1.0)"],
            &["stop 1 Some(2.0)", "stop 2 Some(2.0)"],
            &["stop 1 Some(3.0)", "stop 2 Some(3.0)"],
        ],
    );
    check(Some(Side::Long), true, &[&[], &[], &["stop 1 Some(3.0)"]]);
    check(Some(Side::Short), true, &[&["stop 2 Some(1.0)"], &[], &[]]);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let bars = RandomBars::random(1, 50);
    let market = next_open::Market::new(bars.prices());
    let buy = |size| rules(vec![order("True", Condition::Any, Side::Long, size)]);
    let columns = evaluate(&buy(SizeRule::Units(formula("1"))), &bars.prices()).unwrap();
    let [next_open, _, backtrader] = conventions();
    let plain = SignalRules::default();
    let refused = |defaults: &SignalRules, convention: &Convention| {
        rules::run(&market, &columns, defaults, convention).unwrap_err()
    };
    let vectorbt = Convention::Vectorbt(vectorbt::Settings::default());
    assert_eq!(
        refused(&plain, &vectorbt),
        Error::Unsupported { what: "orders", convention: "vectorbt" }
    );
    let opposite = SignalRules { opposite: Opposite::Close, ..plain };
    assert!(matches!(refused(&opposite, &next_open), Error::ForSignals { .. }));
    let both = SignalRules { stop_loss: Some(0.1), trailing_stop: Some(0.1), ..plain };
    assert!(matches!(refused(&both, &backtrader), Error::Unsupported { .. }));
    assert!(rules::run(&market, &columns, &both, &next_open).is_ok());

    let wrong = |rules: &Rules| evaluate(rules, &bars.prices()).unwrap_err().to_string();
    assert!(wrong(&buy(SizeRule::Units(formula("0 - 1")))).contains("must be positive"));
    assert!(wrong(&buy(SizeRule::AvailableFraction(formula("95")))).contains("up to 1"));
    assert!(wrong(&buy(SizeRule::Units(formula("close > 1")))).contains("wants a number"));
    let number = order("close", Condition::Any, Side::Long, SizeRule::Units(formula("1")));
    assert!(wrong(&rules(vec![number])).contains("wants true or false"));
}

#[test]
fn a_sweep_of_rules_gives_what_single_runs_give() {
    use bolt_exec::{CancelToken, Pool};
    use bolt_market::statistics::{PeriodsPerYear, RiskFree};
    use bolt_market::sweep::{Grid, Parameter, Path, Row, Sweep};

    let bars = RandomBars::random(5, 900);
    let catalog = bolt_indicators::catalog();
    let enter = OrderRule {
        stop: Some(formula("TsMax[high, entry]")),
        ..order("True", Condition::Flat, Side::Long, SizeRule::AvailableFraction(formula("size")))
    };
    let stops =
        vec![StopRule { side: None, stop_loss: formula("TsMin[low, exit]"), ratchet: true }];
    let plan = Plan::Orders(Rules { stops, ..rules(vec![enter]) });
    let parse = |text| Parameter::parse(text).unwrap();
    let grid = Grid::new(vec![parse("entry=5..40:5"), parse("exit=3,6"), parse("size=0.4,0.8")]);
    let grid = grid.unwrap();
    for convention in conventions() {
        let sweep = Sweep {
            market: next_open::Market::new(bars.prices()),
            columns: bars.columns(),
            plan: &plan,
            rules: SignalRules::default(),
            convention,
            grid: &grid,
            catalog: &catalog,
            options: Options::default(),
            periods: PeriodsPerYear::stated(252.0),
            risk_free: RiskFree::ZERO,
            memory_bytes: 1 << 18,
            assessment_bytes: 1 << 17,
        };
        assert_eq!(sweep.path(), Path::General);
        let all: Vec<usize> = (0..grid.len()).collect();
        let pool = Pool::new(Some(2)).unwrap();
        let mut rows: Vec<Row> = Vec::new();
        let sink = |new: &[Row]| {
            rows.extend_from_slice(new);
            Ok::<(), std::convert::Infallible>(())
        };
        sweep.run(&all, &pool, &CancelToken::default(), sink).unwrap();
        assert_eq!(rows.len(), 32);
        for row in &rows {
            let values = grid.combination(row.index);
            let names = grid.parameters().iter().map(|parameter| parameter.name.as_str());
            let parameters: Vec<(&str, f64)> = names.zip(values).collect();
            let options = Options::default();
            let single = plan.evaluate(&bars.columns(), &catalog, &parameters, &options).unwrap();
            let convention = convention.after_warm_up(single.warm_up());
            let market = next_open::Market::new(bars.prices());
            let ledger = single.trade(&market, &SignalRules::default(), &convention).unwrap();
            assert_eq!(row.equity_final, *ledger.equity.last().unwrap(), "{parameters:?}");
            assert_eq!(row.n_trades as usize, ledger.trades.len(), "{parameters:?}");
            assert!(row.n_trades > 3, "{parameters:?}");
        }
    }
}
