//! Sample markets: made-up bars with the habits of real ones, from a seed.
//!
//! Prices follow a geometric Brownian motion whose drift and volatility depend on a regime (rise,
//! fall, calm) that switches at random, and whose volatility also wanders on its own: its
//! logarithm is an Ornstein-Uhlenbeck process. So returns have fat tails and volatility comes in
//! clusters. Each bar is a path of [`STEPS`] steps, of which it keeps the first, highest, lowest
//! and last price. Several assets share the regime and, as far as they are correlated, the
//! steps.
//!
//! It is for examples, tests and speed measurements. Nothing in it can be predicted.

use bolt_base::{Rng, UnixNanos};

use super::bars::Bars;
use super::calendar::Calendar;
use super::column::Column;
use super::date::Date;
use super::error::DataError;
use super::frame::{TimeBasis, TimeSource};
use super::interval::Interval;
use super::load::Dataset;
use super::panel::Panel;

/// How many steps the path of a bar has.
pub const STEPS: usize = 8;

/// What to make.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleOptions {
    /// Gives the same bits again on the same platform; two platforms may round logarithms
    /// differently.
    pub seed: u64,
    /// How many bars of each asset.
    pub bars: usize,
    /// How many assets; one makes bars, several a panel.
    pub assets: usize,
    /// The time between bars: a length of time, or one day.
    pub interval: Interval,
    /// No bar is before this time.
    pub start: UnixNanos,
    /// When the market trades.
    pub calendar: Calendar,
    /// The first price.
    pub price: f64,
    /// Digits behind the point that prices are rounded to.
    pub decimals: u32,
    /// The mean volatility of a year of 365.25 days.
    pub volatility: f64,
    /// The mean drift of a year.
    pub drift: f64,
    /// The correlation of two assets' returns, from 0 to 1.
    pub correlation: f64,
}

impl Default for SampleOptions {
    /// A hundred thousand minutes of one asset, around the clock.
    fn default() -> Self {
        Self {
            seed: 1,
            bars: 100_000,
            assets: 1,
            interval: Interval::Time(60_000_000_000),
            start: UnixNanos(1_577_836_800_000_000_000),
            calendar: Calendar::Always,
            price: 100.0,
            decimals: 2,
            volatility: 0.4,
            drift: 0.05,
            correlation: 0.3,
        }
    }
}

/// Drift added and volatility multiplied in a regime, and its mean length in years.
struct Regime {
    drift: f64,
    volatility: f64,
    years: f64,
}

const REGIMES: [Regime; 3] = [
    Regime { drift: 0.25, volatility: 0.9, years: 0.3 },
    Regime { drift: -0.4, volatility: 1.5, years: 0.15 },
    Regime { drift: 0.0, volatility: 0.6, years: 0.2 },
];

/// How fast the volatility of an asset returns to its mean, a year, and how far it strays.
const REVERSION: f64 = 20.0;
const STRAY: f64 = 0.45;

/// The seeds of the parts of a market, which never disturb one another.
const MARKET: u64 = 0;
const FIRST_ASSET: u64 = 1;

/// Makes a sample market. Columns are `open`, `high`, `low`, `close` and `volume`; assets are called
/// `SAMPLE` or `SAMPLE1`, `SAMPLE2` and so on.
///
/// # Errors
/// If an option is out of its range, or the calendar ends before the bars do.
pub fn sample(options: &SampleOptions) -> Result<Dataset, DataError> {
    check(options)?;
    let times: Column<UnixNanos> = times(options)?.into();
    let asset = |number: usize| {
        let symbol =
            if options.assets == 1 { "SAMPLE".to_owned() } else { format!("SAMPLE{}", number + 1) };
        let mut bars = Bars::of_ordered(symbol, times.clone(), path(options, number as u64))?;
        bars.interval = Some(options.interval);
        let zone = options.calendar.zone().clone();
        bars.basis = TimeBasis::of(zone, TimeSource::Naive, &times);
        Ok(bars)
    };
    let bars: Vec<Bars> = (0..options.assets).map(asset).collect::<Result<_, DataError>>()?;
    match <[Bars; 1]>::try_from(bars) {
        Ok([bars]) => Ok(Dataset::Bars(bars)),
        Err(bars) => Panel::align(&bars).map(Dataset::Panel),
    }
}

fn check(options: &SampleOptions) -> Result<(), DataError> {
    let SampleOptions {
        seed: _,
        bars,
        assets,
        interval,
        start: _,
        calendar: _,
        price,
        decimals,
        volatility,
        drift,
        correlation,
    } = options;
    let fail =
        |what: &str| Err(DataError::Mismatch(format!("cannot make a sample market: {what}")));
    let values = bars.checked_mul(*assets).and_then(|values| values.checked_mul(5));
    if *bars == 0 || *assets == 0 || values.is_none_or(|values| values > Panel::MAX_VALUES) {
        return fail("there must be at least one bar and one asset, and fewer than 2^31 values");
    }
    if !matches!(interval, Interval::Time(_) | Interval::Days(1)) {
        return fail("the interval must be a length of time, such as `5m`, or `1d`");
    }
    if !(price.is_finite() && *price > 0.0 && *decimals <= 9) {
        return fail("the price must be positive, with at most 9 decimals");
    }
    if !(volatility.is_finite() && *volatility >= 0.0 && drift.is_finite()) {
        return fail("volatility must be at least 0 and drift a number");
    }
    if !(0.0..=1.0).contains(correlation) {
        return fail("the correlation must lie between 0 and 1");
    }
    Ok(())
}

/// The opening times of the bars.
fn times(options: &SampleOptions) -> Result<Vec<UnixNanos>, DataError> {
    let SampleOptions { bars, interval, start, calendar, .. } = options;
    let mut clock = calendar.zone().clock();
    let mut date = Date::of_local(clock.local(*start));
    let mut times = Vec::with_capacity(*bars);
    // In portions, because only the calendar knows how many days it takes.
    while times.len() < *bars {
        let sessions = calendar.sessions(date..date + 366);
        date = date + 366;
        if date.midnight() == i64::MAX || date > Date::of_local(i64::MAX) {
            let reason = format!("the calendar `{}` ends before {bars} bars", calendar.name());
            return Err(DataError::Mismatch(format!("cannot make a sample market: {reason}")));
        }
        for session in sessions {
            match interval {
                Interval::Time(nanos) => {
                    let late = start.0.saturating_sub(session.open.0).max(0);
                    let first = session.open.0 + (late + nanos - 1) / nanos * nanos;
                    let openings = (first..session.close.0).step_by(*nanos as usize);
                    times.extend(openings.take(bars - times.len()).map(UnixNanos));
                }
                Interval::Days(_) | Interval::Weeks(_) | Interval::Months(_) => {
                    let at = clock.instant_or_first(session.date.midnight());
                    times.extend(Some(at).filter(|at| at >= start));
                }
            }
            if times.len() == *bars {
                break;
            }
        }
    }
    Ok(times)
}

/// The columns of one asset.
fn path(options: &SampleOptions, asset: u64) -> Vec<(String, Column)> {
    let years = options.interval.nominal_nanos() as f64 / (365.25 * UnixNanos::DAY as f64);
    let step = years / STEPS as f64;
    let (shared, own) = (options.correlation.sqrt(), (1.0 - options.correlation).sqrt());
    let scale = 10f64.powi(options.decimals as i32);
    let rounded = |price: f64| (price * scale).round().max(1.0) / scale;
    // Each asset draws the market's numbers anew: the same generator gives the same numbers.
    let root = Rng::new(options.seed);
    let mut market = Market::new(root.fork(MARKET), years);
    let mut rng = root.fork(FIRST_ASSET + asset);
    let mut columns: [Vec<f64>; 5] = std::array::from_fn(|_| Vec::with_capacity(options.bars));
    let mut log_price = options.price.ln();
    let mut stray = 0.0;
    let pull = (-REVERSION * years).exp();
    for _ in 0..options.bars {
        let regime = market.next_regime();
        stray = stray * pull + STRAY * (1.0 - pull * pull).sqrt() * rng.normal();
        let relative = regime.volatility * f64::exp(stray - STRAY * STRAY / 2.0);
        let volatility = options.volatility * relative;
        let drift = (options.drift + regime.drift - volatility * volatility / 2.0) * step;
        let deviation = volatility * step.sqrt();
        let open = log_price;
        let (mut high, mut low) = (open, open);
        for _ in 0..STEPS {
            log_price += drift + deviation * (shared * market.rng.normal() + own * rng.normal());
            high = high.max(log_price);
            low = low.min(log_price);
        }
        let activity = relative * f64::exp(0.4 * rng.normal());
        let volume = (1_000.0 * activity * (1.0 + (high - low) / (deviation + 1e-12))).round();
        let [opens, highs, lows, closes, volumes] = &mut columns;
        opens.push(rounded(open.exp()));
        highs.push(rounded(high.exp()));
        lows.push(rounded(low.exp()));
        closes.push(rounded(log_price.exp()));
        volumes.push(volume);
    }
    let names = ["open", "high", "low", "close", "volume"];
    names.iter().zip(columns).map(|(name, values)| ((*name).to_owned(), values.into())).collect()
}

/// What all assets share.
struct Market {
    rng: Rng,
    years: f64,
    regime: usize,
}

impl Market {
    fn new(mut rng: Rng, years: f64) -> Self {
        let regime = rng.below(REGIMES.len() as u64) as usize;
        Self { rng, years, regime }
    }

    /// Returns the regime of the next bar.
    fn next_regime(&mut self) -> &'static Regime {
        let leaves = self.rng.uniform() < (self.years / REGIMES[self.regime].years).min(0.5);
        if leaves {
            let others = REGIMES.len() as u64 - 1;
            self.regime = (self.regime + 1 + self.rng.below(others) as usize) % REGIMES.len();
        }
        &REGIMES[self.regime]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{LoadOptions, load, write};

    fn bars(options: &SampleOptions) -> Bars {
        sample(options).unwrap().into_bars().unwrap()
    }

    fn returns(close: &[f64]) -> Vec<f64> {
        close.windows(2).map(|pair| (pair[1] / pair[0]).ln()).collect()
    }

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    fn correlation(a: &[f64], b: &[f64]) -> f64 {
        let (ma, mb) = (mean(a), mean(b));
        let moment = |x: &[f64], mx: f64, y: &[f64], my: f64| -> f64 {
            x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum()
        };
        moment(a, ma, b, mb) / (moment(a, ma, a, ma) * moment(b, mb, b, mb)).sqrt()
    }

    #[test]
    fn a_seed_gives_the_same_bits_and_another_seed_others() {
        let options = |seed, bars| SampleOptions { seed, bars, ..SampleOptions::default() };
        let hash = |seed, bars| self::bars(&options(seed, bars)).content_hash();
        assert_eq!(hash(1, 500), hash(1, 500));
        assert_ne!(hash(1, 500), hash(2, 500));
        // More bars continue the same market.
        assert_eq!(bars(&options(1, 900)).slice(0..500).content_hash(), hash(1, 500));
    }

    #[test]
    fn bars_are_consistent_and_survive_a_strict_reader() {
        let made = bars(&SampleOptions { bars: 20_000, ..SampleOptions::default() });
        assert!(
            made.close()[..1999]
                .iter()
                .zip(&made.ohlc().open[1..])
                .all(|(close, open)| close == open)
        );
        let directory = tempfile::tempdir().unwrap();
        for name in ["x.csv", "x.bolt"] {
            let path = directory.path().join(name);
            write(&path, &Dataset::Bars(made.clone())).unwrap();
            let back = load(&path, &LoadOptions::default()).unwrap().into_bars().unwrap();
            assert_eq!(back.content_hash(), made.content_hash(), "{name}");
            assert_eq!(back.report.gaps.missing_bars, 0);
        }
    }

    #[test]
    fn returns_have_the_habits_of_real_ones() {
        let interval = Interval::Time(900_000_000_000);
        let options =
            SampleOptions { bars: 150_000, interval, decimals: 9, ..SampleOptions::default() };
        let r = returns(bars(&options).close());
        let variance = r.iter().map(|x| x * x).sum::<f64>() / r.len() as f64;
        let annual = (variance * 365.25 * 96.0).sqrt();
        assert!((0.3..0.6).contains(&annual), "volatility {annual}");
        let kurtosis = r.iter().map(|x| x.powi(4)).sum::<f64>() / r.len() as f64 / variance.powi(2);
        assert!(kurtosis > 4.0, "kurtosis {kurtosis}");
        let sizes: Vec<f64> = r.iter().map(|x| x.abs()).collect();
        let clusters = correlation(&sizes[100..], &sizes[..sizes.len() - 100]);
        let memory = correlation(&r[1..], &r[..r.len() - 1]);
        assert!(clusters > 0.1 && memory.abs() < 0.02, "{clusters} {memory}");
    }

    #[test]
    fn assets_are_correlated_as_told() {
        for wanted in [0.0, 0.5, 1.0] {
            let options = SampleOptions {
                bars: 20_000,
                assets: 3,
                correlation: wanted,
                decimals: 9,
                ..SampleOptions::default()
            };
            let panel = sample(&options).unwrap().into_panel().unwrap();
            assert_eq!(panel.assets(), ["SAMPLE1", "SAMPLE2", "SAMPLE3"]);
            let close = |asset| returns(panel.asset(asset).unwrap().close());
            let found = correlation(&close(0), &close(1));
            assert!((found - wanted).abs() < 0.08, "{found} instead of {wanted}");
        }
    }

    #[test]
    fn bars_lie_in_the_sessions_of_their_calendar() {
        for (interval, count) in [("1m", 2_000), ("1d", 600)] {
            let interval = interval.parse().unwrap();
            let options = SampleOptions {
                bars: count,
                interval,
                calendar: Calendar::Nyse,
                ..SampleOptions::default()
            };
            let made = bars(&options);
            assert_eq!(made.len(), count);
            let check = Calendar::Nyse.check(&made);
            assert!(
                check.missing_sessions.is_empty() && check.bars_outside.is_empty(),
                "{check:?}"
            );
        }
    }

    #[test]
    fn no_bar_is_before_the_start() {
        let start = UnixNanos(1_577_836_800_000_000_000 + 90_000_000_001);
        let options = SampleOptions { bars: 3, start, ..SampleOptions::default() };
        let times: Vec<String> =
            bars(&options).timestamps().iter().map(ToString::to_string).collect();
        assert_eq!(times, ["2020-01-01T00:02:00Z", "2020-01-01T00:03:00Z", "2020-01-01T00:04:00Z"]);
        let options = SampleOptions { bars: 5, interval: Interval::Time(1), ..options };
        assert_eq!(bars(&options).timestamps()[4].0, start.0 + 4);
    }

    #[test]
    fn options_out_of_range_are_refused() {
        let refused = |options: SampleOptions| assert!(sample(&options).is_err(), "{options:?}");
        let usual = SampleOptions { bars: 10, ..SampleOptions::default() };
        refused(SampleOptions { bars: 0, ..usual.clone() });
        refused(SampleOptions { assets: usize::MAX, ..usual.clone() });
        refused(SampleOptions { interval: Interval::Weeks(1), ..usual.clone() });
        refused(SampleOptions { price: f64::NAN, ..usual.clone() });
        refused(SampleOptions { decimals: 10, ..usual.clone() });
        refused(SampleOptions { volatility: -1.0, ..usual.clone() });
        refused(SampleOptions { correlation: 1.1, ..usual.clone() });
        refused(SampleOptions { interval: Interval::Days(1), bars: 200_000, ..usual });
    }
}
