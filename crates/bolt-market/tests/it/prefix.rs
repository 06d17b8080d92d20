//! What comes later changes nothing: a run over the first bars gives the first results of the whole
//! run, bit for bit.
//!
//! Left out are the settings that look at the end by definition: closing open trades there
//! (`finalize`, `finalize_trades`). An order that fills at the close it was decided on
//! (`trade_on_close`) fills, in that convention, only once there is another bar.

use bolt_base::{Rng, UnixNanos};
use bolt_kernel::{Catalog, Options};
use bolt_market::broker::next_open::{self, Margin, Market, Rates};
use bolt_market::broker::{Error, backtesting_py, backtrader, vectorbt};
use bolt_market::data::Interval;
use bolt_market::data::sample::{SampleOptions, sample};
use bolt_market::formulas::{Columns, Role, SignalColumns, Strategy};
use bolt_market::ledger::Ledger;
use bolt_market::signals::{
    Convention, Curve, Opposite, Rebalance, Repeated, SignalRules, VolatilityTarget, run,
};

use crate::formulas::Formulas;
use crate::random::{maybe, pick, settings, size, spoil};
use crate::support::Bars;

const CONVENTIONS: u64 = 4;

/// A market and a way to trade it, all from one seed.
struct Case {
    bars: Bars,
    volume: Vec<f64>,
    times: Vec<UnixNanos>,
    dividends: Option<Vec<f64>>,
    splits: Option<Vec<f64>>,
    formulas: Vec<(Role, String)>,
    rules: SignalRules,
    convention: Convention,
}

impl Case {
    fn draw(rng: &mut Rng, convention: u64, catalog: &Catalog) -> Self {
        let options = SampleOptions {
            seed: rng.next_u64(),
            bars: 60 + rng.below(240) as usize,
            interval: Interval::Days(1),
            volatility: pick(rng, &[0.2, 0.8, 2.0]),
            decimals: pick(rng, &[0, 2]),
            ..SampleOptions::default()
        };
        let sample = sample(&options).unwrap().into_bars().unwrap();
        let column = |name: &str| sample.column(name).unwrap().to_vec();
        let mut case = Self {
            bars: Bars {
                open: column("open"),
                high: column("high"),
                low: column("low"),
                close: column("close"),
            },
            volume: column("volume"),
            times: sample.timestamps().to_vec(),
            dividends: None,
            splits: None,
            formulas: formulas(rng, &Formulas::new(catalog, false)),
            rules: rules(rng),
            convention: draw_convention(rng, convention),
        };
        if matches!(case.convention, Convention::NextOpen(_)) {
            case.add_events(rng);
        }
        case
    }

    /// Gaps, dividends and splits, of which only the next-open convention knows.
    fn add_events(&mut self, rng: &mut Rng) {
        if rng.uniform() < 0.3 {
            spoil(rng, &mut self.bars);
        }
        let mut rare = |usual: f64, values: &[f64]| -> Option<Vec<f64>> {
            let mut one = || if rng.uniform() < 0.03 { pick(rng, values) } else { usual };
            let column: Vec<f64> = self.times.iter().map(|_| one()).collect();
            (rng.uniform() < 0.3).then_some(column)
        };
        self.dividends = rare(0.0, &[0.5, 3.0, f64::NAN]);
        self.splits = rare(1.0, &[2.0, 0.1, 1.5, f64::NAN]);
    }

    /// Runs the case on its first bars.
    fn run(&self, bars: usize, catalog: &Catalog) -> Result<(SignalColumns, Ledger), Error> {
        let prices = self.bars.view().first(bars);
        let columns = [
            ("open", prices.open),
            ("high", prices.high),
            ("low", prices.low),
            ("close", prices.close),
            ("volume", &self.volume[..bars]),
        ];
        let formulas = self.formulas.iter().map(|(role, text)| (*role, text.as_str()));
        let columns = Strategy::parse(formulas)
            .and_then(|strategy| {
                let columns = Columns::new(bars, columns);
                strategy.evaluate(&columns, catalog, &[], &Options::default())
            })
            .unwrap_or_else(|error| panic!("{:?}: {error}", self.formulas));
        let market = Market {
            prices,
            times: Some(&self.times[..bars]),
            dividends: self.dividends.as_ref().map(|dividends| &dividends[..bars]),
            splits: self.splits.as_ref().map(|splits| &splits[..bars]),
        };
        let convention = self.convention.after_warm_up(columns.warm_up);
        let ledger = run(&market, &columns.signals(), &self.rules, &convention, Curve::Keep)?;
        Ok((columns, ledger))
    }

    /// Returns how many of the first bars' fills a run over them can know.
    fn settled(&self, bars: usize) -> usize {
        match self.convention {
            Convention::BacktestingPy(settings) if settings.trade_on_close => bars - 1,
            _ => bars,
        }
    }
}

fn formulas(rng: &mut Rng, formulas: &Formulas) -> Vec<(Role, String)> {
    if rng.uniform() < 0.35 {
        return vec![(Role::Signal, formulas.fraction(rng, 2))];
    }
    let mut roles = vec![(Role::Entry, formulas.truth(rng, 2))];
    for role in [Role::Exit, Role::ShortEntry, Role::ShortExit] {
        let has_short_entry = roles.iter().any(|(role, _)| *role == Role::ShortEntry);
        if rng.uniform() < 0.6 && (role != Role::ShortExit || has_short_entry) {
            roles.push((role, formulas.truth(rng, 2)));
        }
    }
    for (role, text) in [
        (Role::EntryLimit, "Where[close > open, 0.99 close, Missing]"),
        (Role::EntryStop, "1.01 TsMax[high, 3]"),
        (Role::Size, "0.2 + 0.5 Boole[close > open]"),
    ] {
        if rng.uniform() < 0.15 {
            roles.push((role, text.to_owned()));
        }
    }
    roles
}

fn rules(rng: &mut Rng) -> SignalRules {
    let mut rarely = |values: &[f64]| (rng.uniform() < 0.3).then(|| pick(rng, values));
    SignalRules {
        stop_loss: rarely(&[0.003, 0.02, 0.1]),
        take_profit: rarely(&[0.003, 0.02, 0.1]),
        trailing_stop: rarely(&[0.01, 0.05]),
        max_bars: rarely(&[0.0, 1.0, 2.0, 7.0, 40.0]).map(|bars| bars as usize),
        volatility: rarely(&[0.2]).map(|annual| VolatilityTarget {
            annual,
            window_bars: 10,
            bars_per_year: 365.0,
            maximum: 1.0,
        }),
        size: size(rng),
        repeated: pick(rng, &[Repeated::Ignore, Repeated::Ignore, Repeated::Add]),
        opposite: pick(
            rng,
            &[Opposite::Reverse, Opposite::Reverse, Opposite::Close, Opposite::Ignore],
        ),
        rebalance: pick(rng, &[Rebalance::OnChange, Rebalance::EveryBar, Rebalance::Outside(0.05)]),
    }
}

fn draw_convention(rng: &mut Rng, which: u64) -> Convention {
    let cash = pick(rng, &[1_000.0, 10_000.0, 1e6]);
    let fees = maybe(rng, &[0.0005, 0.01]).unwrap_or(0.0);
    let fixed_fees = maybe(rng, &[0.5, 40.0]).unwrap_or(0.0);
    match which {
        0 => Convention::NextOpen(draw_next_open(rng)),
        1 => Convention::BacktestingPy(backtesting_py::Settings {
            cash,
            commission: backtesting_py::Commission { fixed: fixed_fees, rate: fees },
            spread: maybe(rng, &[0.001]).unwrap_or(0.0),
            margin: pick(rng, &[1.0, 0.2]),
            trade_on_close: rng.uniform() < 0.3,
            hedging: rng.uniform() < 0.3,
            exclusive_orders: rng.uniform() < 0.3,
            finalize_trades: false,
            first_bar: 1,
        }),
        2 => Convention::Backtrader(backtrader::Settings { cash, commission: fees, first_bar: 0 }),
        _ => Convention::Vectorbt(vectorbt::Settings {
            cash,
            fees,
            fixed_fees,
            slippage: maybe(rng, &[0.001]).unwrap_or(0.0),
            size_granularity: maybe(rng, &[1.0, 0.1]),
        }),
    }
}

pub(crate) fn draw_next_open(rng: &mut Rng) -> next_open::Settings {
    let settings = settings(rng);
    let initial = settings.margin.initial;
    let maintenance = maybe(rng, &[0.3, 0.8]).unwrap_or(0.0) * initial;
    let rates = maybe(rng, &[Rates { credit: 0.02, debit: 0.08, borrow: 0.05 }]);
    next_open::Settings {
        margin: Margin { initial, maintenance },
        rates: rates.unwrap_or_default(),
        finalize: false,
        ..settings
    }
}

/// Returns the first case of a seed that the convention can do, and its run.
fn possible(seed: u64, convention: u64, catalog: &Catalog) -> (Case, SignalColumns, Ledger) {
    for attempt in 0.. {
        let mut rng = Rng::new(seed).fork(convention).fork(attempt);
        let case = Case::draw(&mut rng, convention, catalog);
        match case.run(case.times.len(), catalog) {
            Ok((columns, ledger)) => return (case, columns, ledger),
            Err(Error::Unsupported { .. } | Error::TargetAndEntries { .. }) => {}
            Err(error) => panic!("seed {seed}: {error}"),
        }
    }
    unreachable!("some attempt is possible")
}

/// Returns the first values of every column, bit for bit.
fn columns_until(columns: &SignalColumns, bars: usize) -> Vec<Vec<u64>> {
    let SignalColumns {
        target,
        entry,
        exit,
        short_entry,
        short_exit,
        entry_limit,
        entry_stop,
        size,
        ..
    } = columns;
    let number = |value: &f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
    let numbers = [target, entry_limit, entry_stop, size];
    let numbers = numbers.into_iter().flatten().map(|c| c[..bars].iter().map(number).collect());
    let events = [entry, exit, short_entry, short_exit];
    let events = events.into_iter().flatten();
    numbers.chain(events.map(|c| c[..bars].iter().map(|e| u64::from(*e)).collect())).collect()
}

/// Returns what a ledger says of the first bars, bit for bit, as text.
pub(crate) fn ledger_until(ledger: &Ledger, bars: usize, settled: usize) -> String {
    let bits: Vec<u64> = ledger.equity[..bars].iter().map(|equity| equity.to_bits()).collect();
    let fills: Vec<_> = ledger.fills.iter().filter(|fill| fill.bar < settled).collect();
    let rejected: Vec<_> = ledger.rejected.iter().filter(|order| order.bar < settled).collect();
    format!("{bits:?}\n{fills:?}\n{rejected:?}")
}

/// Checks a seed under one convention; returns the number of fills.
fn check(seed: u64, convention: u64, catalog: &Catalog) -> usize {
    let (case, columns, ledger) = possible(seed, convention, catalog);
    let mut rng = Rng::new(seed).fork(CONVENTIONS);
    let all = case.times.len();
    let random = [(); 5].map(|()| 1 + rng.below(all as u64) as usize);
    for bars in random.into_iter().chain([1, all - 1]) {
        let what = || {
            let name = case.convention.name();
            format!("seed {seed}, {name}, first {bars} of {all}: {:?}", case.formulas)
        };
        let (first_columns, first) = case.run(bars, catalog).unwrap();
        assert!(
            columns_until(&first_columns, bars) == columns_until(&columns, bars),
            "{}: signals differ",
            what()
        );
        let settled = case.settled(bars);
        let (first, whole) =
            (ledger_until(&first, bars, settled), ledger_until(&ledger, bars, settled));
        assert_eq!(first, whole, "{}\n{:?}\n{:?}", what(), case.rules, case.convention);
    }
    ledger.fills.len()
}

#[test]
fn the_first_bars_give_the_first_results() {
    let catalog = bolt_indicators::catalog();
    for convention in 0..CONVENTIONS {
        let traded = (0..200).filter(|seed| check(*seed, convention, &catalog) > 1).count();
        println!("convention {convention}: {traded} of 200 traded");
        assert!(traded > 100, "only {traded} strategies of convention {convention} traded");
    }
}
