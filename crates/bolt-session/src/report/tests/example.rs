//! A page of real bars, as a user would get it. It is left in the temporary directory to look at.

use bolt_base::UnixNanos;
use bolt_market::broker::Costs;
use bolt_market::broker::next_open::{Market, Settings};
use bolt_market::data::{Bars, LoadOptions, load};
use bolt_market::ledger::Ledger;
use bolt_market::signals::{Convention, Curve, SignalRules, Signals, run};
use bolt_market::statistics::{PeriodsPerYear, RiskFree, calendar, drawdowns, returns};

use super::super::*;

const FAST: [f64; 12] = [5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0, 50.0, 55.0, 60.0];
const SLOW: [f64; 10] = [40.0, 60.0, 80.0, 100.0, 120.0, 140.0, 160.0, 180.0, 200.0, 220.0];

/// Returns the plain moving average, NaN before it has enough values.
fn average(close: &[f64], window: usize) -> Vec<f64> {
    let at = |i: usize| match (i + 1).checked_sub(window) {
        Some(start) => close[start..=i].iter().sum::<f64>() / window as f64,
        None => f64::NAN,
    };
    (0..close.len()).map(at).collect()
}

fn backtest(bars: &Bars, fast: usize, slow: usize) -> Ledger {
    let (fast, slow) = (average(bars.close(), fast), average(bars.close(), slow));
    let above = |i: usize| fast[i] > slow[i];
    let known = |i: usize| i > 0 && !slow[i - 1].is_nan() && !fast[i - 1].is_nan();
    let entry: Vec<bool> = (0..bars.len()).map(|i| known(i) && above(i) && !above(i - 1)).collect();
    let volume = bars.volume().unwrap();
    let falls = |i: usize| known(i) && !above(i) && above(i - 1) && volume[i] > 0.0;
    let exit: Vec<bool> = (0..bars.len()).map(falls).collect();
    let signals = Signals { entry: Some(&entry), exit: Some(&exit), ..Signals::default() };
    let settings = Settings { costs: Costs::rate(0.001), ..Settings::default() };
    let convention = Convention::NextOpen(settings);
    let market = Market::new(bars.ohlc());
    run(&market, &signals, &SignalRules::default(), &convention, Curve::Keep).unwrap()
}

fn sharpe(ledger: &Ledger) -> f64 {
    let returns = returns::of_equity(&ledger.equity);
    returns::sharpe(&returns, PeriodsPerYear::stated(252.0), RiskFree::ZERO)
}

fn trades(ledger: &Ledger, times: &[UnixNanos]) -> Vec<Trade> {
    let trade = |trade: &bolt_market::ledger::Trade| Trade {
        symbol: String::new(),
        side: trade.side.name().to_owned(),
        size: trade.size,
        entry_time: times[trade.entry_bar],
        entry_price: trade.entry_price,
        exit_time: trade.exit.map(|exit| times[exit.bar]),
        exit_price: trade.exit.map_or(f64::NAN, |exit| exit.price),
        pnl: trade.pnl,
        return_fraction: trade.return_fraction(),
        fees: trade.fees,
        reason: trade.exit.map_or("open", |exit| exit.reason.name()).to_owned(),
    };
    ledger.trades.iter().map(trade).collect()
}

fn row(label: &str, values: [Value; 2]) -> Statistic {
    Statistic { label: label.to_owned(), values: Vec::from(values) }
}

fn statistics(strategy: &[f64], benchmark: &[f64]) -> Statistics {
    let periods = PeriodsPerYear::stated(252.0);
    let [a, b] = [strategy, benchmark].map(|r| returns::Summary::of(r, periods, RiskFree::ZERO));
    let percent =
        |of: fn(&returns::Summary) -> f64| [Value::Percent(of(&a)), Value::Percent(of(&b))];
    let number = |of: fn(&returns::Summary) -> f64| [Value::Number(of(&a)), Value::Number(of(&b))];
    let group = |title: &str, rows| Group { title: title.to_owned(), rows };
    Statistics {
        title: "Statistics".to_owned(),
        note: "Daily returns, 252 periods a year, risk-free rate 0.".to_owned(),
        columns: vec!["Strategy".to_owned(), "Buy & hold".to_owned()],
        groups: vec![
            group(
                "Return",
                vec![
                    row("Total return", percent(|s| s.comp)),
                    row("Growth a year", percent(|s| s.cagr)),
                    row("Best day", percent(|s| s.best)),
                    row("Worst day", percent(|s| s.worst)),
                    row("Days with a gain", percent(|s| s.win_rate)),
                ],
            ),
            group(
                "Risk",
                vec![
                    row("Volatility a year", percent(|s| s.volatility)),
                    row("Deepest drawdown", percent(|s| s.max_drawdown)),
                    row("Value at risk, 95 %", percent(|s| s.value_at_risk)),
                    row("Expected shortfall, 95 %", percent(|s| s.cvar)),
                    row("Skewness", number(|s| s.skew)),
                    row("Excess kurtosis", number(|s| s.kurtosis)),
                ],
            ),
            group(
                "Return for risk",
                vec![
                    row("Sharpe", number(|s| s.sharpe)),
                    row("Sortino", number(|s| s.sortino)),
                    row("Calmar", number(|s| s.calmar)),
                    row("Omega", number(|s| s.omega)),
                    row("Probabilistic Sharpe", percent(|s| s.probabilistic_sharpe_ratio)),
                ],
            ),
        ],
    }
}

fn heat_map(bars: &Bars, held: f64) -> HeatMap {
    let pairs = SLOW.iter().flat_map(|slow| FAST.iter().map(move |fast| (*fast, *slow)));
    let runs = pairs
        .map(|(fast, slow)| (fast < slow).then(|| backtest(bars, fast as usize, slow as usize)));
    let runs: Vec<Option<Ledger>> = runs.collect();
    let metric = |name: &str, unit, of: &dyn Fn(&Ledger) -> f64| {
        let values: Vec<f64> = runs.iter().map(|run| run.as_ref().map_or(f64::NAN, of)).collect();
        let best = (0..values.len()).filter(|i| !values[*i].is_nan());
        let best = best.max_by(|a, b| values[*a].total_cmp(&values[*b]));
        let best = best.map(|i| (i % FAST.len(), i / FAST.len()));
        Metric { name: name.to_owned(), unit, values, best }
    };
    HeatMap {
        title: "Sweep of both windows".to_owned(),
        note: format!("{} combinations with fast < slow.", runs.iter().flatten().count()),
        x: Axis { name: "fast".to_owned(), values: FAST.to_vec() },
        y: Axis { name: "slow".to_owned(), values: SLOW.to_vec() },
        metrics: vec![
            metric("Sharpe", Unit::Number, &sharpe),
            metric("Total return", Unit::Percent, &|run: &Ledger| {
                run.equity[run.equity.len() - 1] / 10_000.0 - 1.0
            }),
            metric("Deepest drawdown", Unit::Percent, &|run: &Ledger| {
                drawdowns::deepest(&run.equity)
            }),
            metric("Sharpe above buy & hold", Unit::Number, &|run: &Ledger| sharpe(run) - held),
        ],
    }
}

/// Sharpe of the best pair of a year in that year and in the next.
fn folds(bars: &Bars) -> [Vec<f64>; 3] {
    let mut columns = [const { Vec::new() }; 3];
    for fold in 0..6 {
        let start = fold * 252;
        let (train, test) = (bars.slice(start..start + 504), bars.slice(start + 504..start + 756));
        let pairs = [(5, 20), (10, 30), (20, 50), (10, 60)];
        let best = pairs.into_iter().max_by(|a, b| {
            let of = |pair: &(usize, usize)| sharpe(&backtest(&train, pair.0, pair.1));
            of(a).total_cmp(&of(b))
        });
        let (fast, slow) = best.unwrap();
        columns[0].push(fold as f64 + 1.0);
        columns[1].push(sharpe(&backtest(&train, fast, slow)));
        columns[2].push(sharpe(&backtest(&test, fast, slow)));
    }
    columns
}

fn facts(bars: &Bars) -> Vec<Fact> {
    let fact = |label: &str, value: &str, is_code| Fact {
        label: label.to_owned(),
        value: value.to_owned(),
        is_code,
    };
    let hash = format!("{:032x}", bars.content_hash());
    vec![
        fact("Entry", "CrossAbove[SMA[close, 10], SMA[close, 30]]", true),
        fact("Exit", "CrossBelow[SMA[close, 10], SMA[close, 30]] && volume > 0", true),
        fact("Data", "GOOG, 2,148 daily bars, 2004-08-19 to 2013-03-01", false),
        fact("Data hash", &hash, true),
        fact("Convention", "next-open", false),
        fact("Costs", "0.1 % of each fill", false),
        fact("Cash", "10,000", false),
        fact("Version", "bolt 0.0.0, seed 42", false),
    ]
}

fn headline(ledger: &Ledger, returns: &[f64]) -> Vec<Figure> {
    let figure = |label: &str, value, tone| Figure { label: label.to_owned(), value, tone };
    let growth = returns::annual_growth(returns, PeriodsPerYear::stated(252.0));
    let win_rate =
        bolt_market::statistics::trades::summarize(&ledger.trades, returns.len()).win_rate;
    vec![
        figure("Total return", Value::Percent(returns::total(returns)), Tone::Good),
        figure("Growth a year", Value::Percent(growth), Tone::Good),
        figure("Sharpe", Value::Number(sharpe(ledger)), Tone::Neutral),
        figure("Deepest drawdown", Value::Percent(returns::max_drawdown(returns)), Tone::Bad),
        figure("Trades", Value::Count(ledger.trades.len() as i64), Tone::Neutral),
        figure("Trades with a gain", Value::Percent(win_rate), Tone::Neutral),
        figure("Final equity", Value::Money(ledger.equity[ledger.equity.len() - 1]), Tone::Neutral),
    ]
}

/// A backtest and what its page shows.
struct Run {
    bars: Bars,
    ledger: Ledger,
    benchmark: Vec<f64>,
    drawdown: Vec<f64>,
    /// Returns of the strategy and of the benchmark.
    returns: [Vec<f64>; 2],
    entries: Vec<usize>,
    exits: Vec<usize>,
    folds: [Vec<f64>; 3],
}

impl Run {
    fn new(bars: Bars) -> Self {
        let ledger = backtest(&bars, 10, 30);
        let close = bars.close();
        let benchmark: Vec<f64> = close.iter().map(|price| price / close[0] * 10_000.0).collect();
        let exit = |trade: &bolt_market::ledger::Trade| Some(trade.exit?.bar);
        Self {
            returns: [returns::of_equity(&ledger.equity), returns::of_equity(&benchmark)],
            drawdown: drawdowns::curve(&ledger.equity),
            entries: ledger.trades.iter().map(|trade| trade.entry_bar).collect(),
            exits: ledger.trades.iter().filter_map(exit).collect(),
            folds: folds(&bars),
            benchmark,
            ledger,
            bars,
        }
    }

    fn sections(&self) -> Vec<Section<'_>> {
        let zone = || "Times in UTC".to_owned();
        let times = self.bars.timestamps();
        let [strategy, market] = &self.returns;
        let months = calendar::monthly(strategy, &times[1..]).into_iter();
        let months = months.map(|m| Month { year: m.year, month: m.month, fraction: m.value });
        let held = returns::sharpe(market, PeriodsPerYear::stated(252.0), RiskFree::ZERO);
        let [fold, inside, outside] = &self.folds;
        let walk_forward = LineChart {
            title: "Walk-forward".to_owned(),
            note: "The best of four pairs in two years, and what it did in the next.".to_owned(),
            x: Abscissa::Numbers { numbers: fold, name: "Fold".to_owned() },
            unit: Unit::Number,
            series: vec![
                Series { name: "Sharpe, chosen", values: inside },
                Series { name: "Sharpe, unseen", values: outside },
            ],
        };
        vec![
            Section::Equity(EquityCurve {
                title: "Account value".to_owned(),
                note: String::new(),
                times,
                zone: zone(),
                equity: Series { name: "Strategy", values: &self.ledger.equity },
                benchmark: Some(Series { name: "Buy & hold", values: &self.benchmark }),
                entries: &self.entries,
                exits: &self.exits,
            }),
            Section::Drawdown(Drawdown {
                title: "Drawdown".to_owned(),
                note: String::new(),
                times,
                zone: zone(),
                drawdown: Series { name: "Strategy", values: &self.drawdown },
            }),
            Section::Months(MonthlyReturns {
                title: "Monthly returns".to_owned(),
                note: String::new(),
                months: months.collect(),
            }),
            Section::Statistics(statistics(strategy, market)),
            Section::HeatMap(heat_map(&self.bars, held)),
            Section::Lines(walk_forward),
            Section::Trades(Trades {
                title: "Trades".to_owned(),
                note: String::new(),
                trades: trades(&self.ledger, times),
            }),
        ]
    }
}

#[test]
fn a_page_of_real_bars_is_complete() {
    let Some(path) = bolt_testkit::path("data/equities_daily/GOOG_2004_2013.csv") else { return };
    let run = Run::new(load(path, &LoadOptions::default()).unwrap().into_bars().unwrap());
    let page = Page {
        title: "GOOG: crossing of moving averages".to_owned(),
        subtitle: "Backtest of one asset, long only, against buying and holding it".to_owned(),
        facts: facts(&run.bars),
        headline: headline(&run.ledger, &run.returns[0]),
        warnings: vec![
            "The windows were chosen on the bars they are tested on.".to_owned(),
            "Buying and holding gained more; see <Statistics>.".to_owned(),
        ],
        sections: run.sections(),
    };
    let html = render(&page);
    std::fs::write(std::env::temp_dir().join("bolt-report-example.html"), &html).unwrap();
    let elements = super::checker::check(&html);
    assert!(html.len() < 400_000, "{} bytes", html.len());
    for text in ["2,148 daily bars", "CrossAbove[SMA[close, 10]", "&amp;&amp; volume &gt; 0"] {
        assert!(html.contains(text), "`{text}` is missing");
    }
    let count = |name: &str| elements.iter().filter(|element| element.name == name).count();
    assert_eq!((count("section"), count("figure"), count("svg")), (7, 7, 7));
}
