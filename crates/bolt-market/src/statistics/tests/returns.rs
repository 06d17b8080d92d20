use bolt_base::Rng;
use bolt_testkit::assert_close;
use proptest::prelude::*;

use super::{closes, noise};
use crate::statistics::returns::{self, Summary};
use crate::statistics::sums::Moments;
use crate::statistics::{PeriodsPerYear, RiskFree};

const DAILY: f64 = 252.0;

fn summary(values: &[f64]) -> Summary {
    Summary::of(values, PeriodsPerYear::stated(DAILY), RiskFree::ZERO)
}

/// The fields by the names that quantstats gives them.
fn fields(s: &Summary) -> [(&'static str, f64); 39] {
    [
        ("sharpe", s.sharpe),
        ("smart_sharpe", s.smart_sharpe),
        ("probabilistic_sharpe_ratio", s.probabilistic_sharpe_ratio),
        ("sortino", s.sortino),
        ("adjusted_sortino", s.adjusted_sortino),
        ("calmar", s.calmar),
        ("omega", s.omega),
        ("comp", s.comp),
        ("cagr", s.cagr),
        ("expected_return", s.expected_return),
        ("volatility", s.volatility),
        ("skew", s.skew),
        ("kurtosis", s.kurtosis),
        ("value_at_risk", s.value_at_risk),
        ("cvar", s.cvar),
        ("max_drawdown", s.max_drawdown),
        ("ulcer_index", s.ulcer_index),
        ("ulcer_performance_index", s.ulcer_performance_index),
        ("serenity_index", s.serenity_index),
        ("gain_to_pain_ratio", s.gain_to_pain_ratio),
        ("tail_ratio", s.tail_ratio),
        ("profit_factor", s.profit_factor),
        ("payoff_ratio", s.payoff_ratio),
        ("common_sense_ratio", s.common_sense_ratio),
        ("cpc_index", s.cpc_index),
        ("win_rate", s.win_rate),
        ("avg_win", s.avg_win),
        ("avg_loss", s.avg_loss),
        ("best", s.best),
        ("worst", s.worst),
        ("consecutive_wins", s.consecutive_wins as f64),
        ("consecutive_losses", s.consecutive_losses as f64),
        ("kelly_criterion", s.kelly_criterion),
        ("risk_of_ruin", s.risk_of_ruin),
        ("recovery_factor", s.recovery_factor),
        ("exposure", s.exposure),
        ("rar", s.rar),
        ("outlier_win_ratio", s.outlier_win_ratio),
        ("outlier_loss_ratio", s.outlier_loss_ratio),
    ]
}

#[test]
fn every_figure_is_that_of_quantstats() {
    for file in ["reference/qs_goog.json", "reference/qs_spy.json"] {
        let Some(reference) = bolt_testkit::json(file) else { return };
        let data = reference["data"].as_str().unwrap().trim_start_matches("data/");
        let Some((_, closes)) = closes(data) else { return };
        let summary = summary(&returns::of_equity(&closes));
        let stats = reference["stats"].as_object().unwrap();
        assert_eq!(stats.len(), fields(&summary).len(), "{file} has figures that are not here");
        for (name, actual) in fields(&summary) {
            assert_close(actual, stats[name].as_f64().unwrap(), 1e-9, &format!("{file} {name}"));
        }
    }
}

/// A number of twice the usual precision, as an unevaluated sum.
#[derive(Debug, Clone, Copy)]
struct Double(f64, f64);

impl Double {
    fn new(value: f64) -> Self {
        Self(value, 0.0)
    }

    fn renormalised(high: f64, low: f64) -> Self {
        let sum = high + low;
        Self(sum, low - (sum - high))
    }

    fn plus(self, other: Self) -> Self {
        let sum = self.0 + other.0;
        let part = sum - self.0;
        let error = (self.0 - (sum - part)) + (other.0 - part);
        Self::renormalised(sum, error + self.1 + other.1)
    }

    fn times(self, other: Self) -> Self {
        let product = self.0 * other.0;
        let error = self.0.mul_add(other.0, -product);
        Self::renormalised(product, error + self.0 * other.1 + self.1 * other.0)
    }

    fn over(self, divisor: f64) -> Self {
        let first = self.0 / divisor;
        let rest = self.plus(Self::new(divisor).times(Self::new(-first)));
        Self::renormalised(first, rest.0 / divisor)
    }
}

/// Mean, standard deviation, skewness and excess kurtosis in twice the precision.
fn slow_moments(values: &[f64]) -> [f64; 4] {
    let n = values.len() as f64;
    let total = |term: &dyn Fn(Double) -> Double| {
        values.iter().fold(Double::new(0.0), |sum, &x| sum.plus(term(Double::new(x))))
    };
    let mean = total(&|x| x).over(n);
    let minus = Double(-mean.0, -mean.1);
    let second = total(&|x| x.plus(minus).times(x.plus(minus))).0;
    let cube = |d: Double| d.times(d).times(d);
    let third = total(&|x| cube(x.plus(minus))).0;
    let fourth = total(&|x| cube(x.plus(minus)).times(x.plus(minus))).0;
    let (biased, scale) = (second / n, (n - 1.0) / ((n - 2.0) * (n - 3.0)));
    [
        mean.0,
        (second / (n - 1.0)).sqrt(),
        third / n / biased.powf(1.5) * (n * (n - 1.0)).sqrt() / (n - 2.0),
        scale * ((n + 1.0) * fourth / n / (biased * biased) - 3.0 * (n - 1.0)),
    ]
}

fn check_against_twice_the_precision(values: &[f64], tolerance: f64) {
    let [mean, deviation, skewness, kurtosis] = slow_moments(values);
    let moments = Moments::of(values);
    let growth = values
        .iter()
        .fold(Double::new(1.0), |product, &r| product.times(Double::new(1.0).plus(Double::new(r))));
    let annual = PeriodsPerYear::stated(DAILY);
    let equal = |actual: f64, expected: f64, what: &str| {
        let error = (actual / expected - 1.0).abs();
        assert!(error < tolerance, "{what}: {actual:?}, not {expected:?}: {error:e}");
    };
    equal(moments.mean, mean, "mean");
    equal(moments.deviation(), deviation, "deviation");
    equal(moments.skewness(), skewness, "skewness");
    equal(moments.excess_kurtosis(), kurtosis, "kurtosis");
    equal(1.0 + returns::total(values), growth.0, "growth");
    let sharpe = returns::sharpe(values, annual, RiskFree::ZERO);
    equal(sharpe, mean / deviation * DAILY.sqrt(), "sharpe");
}

#[test]
fn a_million_returns_keep_nine_digits() {
    let mut rng = Rng::new(1);
    let mut values = noise(&mut rng, 1_000_000, 2e-6, 1e-3);
    // What makes plain sums fail: a large offset, outliers, an ordering by size.
    values[77] = 0.5;
    values[500_000] = -0.4;
    check_against_twice_the_precision(&values, 1e-10);
    values.sort_by(f64::total_cmp);
    check_against_twice_the_precision(&values, 1e-10);
    let offset: Vec<f64> = noise(&mut rng, 1_000_000, 1e-3, 1e-9);
    let [mean, deviation, ..] = slow_moments(&offset);
    let moments = Moments::of(&offset);
    assert_close(moments.mean / mean, 1.0, 1e-14, "mean of an offset");
    assert_close(moments.deviation() / deviation, 1.0, 1e-9, "deviation beside an offset");
}

proptest! {
    #[test]
    fn moments_are_those_of_twice_the_precision(
        values in prop::collection::vec(-0.2f64..0.2, 8..300)
    ) {
        let [mean, deviation, skewness, kurtosis] = slow_moments(&values);
        let moments = Moments::of(&values);
        assert_close(moments.mean, mean, 1e-15, "mean");
        assert_close(moments.deviation(), deviation, 1e-14, "deviation");
        assert_close(moments.skewness(), skewness, 1e-11, "skewness");
        assert_close(moments.excess_kurtosis(), kurtosis, 1e-11, "kurtosis");
    }

    #[test]
    fn a_ratio_does_not_depend_on_leverage(
        values in prop::collection::vec(-0.1f64..0.1, 5..60), leverage in 0.1f64..3.0
    ) {
        let scaled: Vec<f64> = values.iter().map(|r| r * leverage).collect();
        let (a, b) = (summary(&values), summary(&scaled));
        assert_close(a.sharpe, b.sharpe, 1e-9, "sharpe");
        assert_close(a.omega, b.omega, 1e-9, "omega");
        assert_close(a.skew, b.skew, 1e-9, "skew");
        prop_assert_eq!(a.consecutive_wins, b.consecutive_wins);
    }
}

#[test]
fn what_is_undefined_is_nan_and_never_zero() {
    for (name, value) in fields(&summary(&[])) {
        // No run of gains is a run of length 0, and what never began never fell.
        let counted = name.starts_with("consecutive") || ["comp", "max_drawdown"].contains(&name);
        assert!(value.is_nan() || (counted && value == 0.0), "{name} of nothing is {value}");
    }
    let constant = summary(&[0.001; 40]);
    let ratios = [constant.sharpe, constant.sortino, constant.calmar, constant.omega];
    assert!(ratios.iter().all(|ratio| ratio.is_nan()), "{ratios:?}");
    assert!(constant.skew.is_nan() && constant.profit_factor.is_nan());
    assert_eq!(constant.max_drawdown, 0.0);
    // A mean that rounds away from what it is the mean of is no variation.
    for count in 3..40 {
        for part in [0.1, 0.3, 1.0 / 3.0, 0.017, -0.7] {
            let same = summary(&vec![part / 7.0; count]);
            assert!(same.sharpe.is_nan(), "{count} times {part}: {}", same.sharpe);
        }
    }
    assert!(summary(&[0.01]).volatility.is_nan());
    let ruined = summary(&[0.1, -1.5, 0.2]);
    assert!(ruined.cagr.is_nan(), "{}", ruined.cagr);
}

#[test]
fn the_riskless_return_is_stated_per_period_or_per_year() {
    let values = noise(&mut Rng::new(4), 500, 1e-3, 1e-2);
    let annual = PeriodsPerYear::stated(DAILY);
    let free = RiskFree::Annual(0.05);
    assert_close((1.0 + free.per_period(annual)).powf(DAILY), 1.05, 1e-12, "a year of it");
    let shifted: Vec<f64> = values.iter().map(|r| r - free.per_period(annual)).collect();
    for measure in [returns::sharpe, returns::sortino] {
        let per_period = RiskFree::PerPeriod(free.per_period(annual));
        let expected = measure(&shifted, annual, RiskFree::ZERO);
        assert_close(measure(&values, annual, free), expected, 1e-12, "annual");
        assert_close(measure(&values, annual, per_period), expected, 1e-12, "per period");
    }
}

#[test]
fn a_return_on_a_debt_is_not_defined() {
    let found = returns::of_equity(&[100.0, 150.0, 0.0, 0.0, 10.0, -5.0, -2.0, 4.0]);
    let defined: Vec<bool> = found.iter().map(|change| change.is_finite()).collect();
    assert_eq!(defined, [true, true, false, false, false, false, false]);
    assert_eq!(found[..2], [0.5, -1.0]);
    // All that was there is lost, and no more: that is a growth of -100 %.
    assert_eq!(returns::annual_growth(&found[..2], PeriodsPerYear::stated(252.0)), -1.0);
    let ruined = summary(&found);
    assert!(ruined.sharpe.is_nan() && ruined.cagr.is_nan() && ruined.volatility.is_nan());
}
