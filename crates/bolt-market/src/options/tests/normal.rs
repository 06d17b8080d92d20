use bolt_testkit::assert_close;

use crate::options::normal::{cdf, density, quantile};

/// Distance in units of the last place of the expected value.
fn ulps(actual: f64, expected: f64) -> u64 {
    actual.to_bits().abs_diff(expected.to_bits())
}

/// Values to 60 digits, rounded once.
#[test]
fn the_distribution_function_is_right_to_the_last_place() {
    for (x, expected) in [
        (-37.5, 4.605353009581955e-308),
        (-32.79, 4.087942969069455e-236),
        (-21.99, 1.794939293048543e-107),
        (-16.23, 1.5472971331270028e-59),
        (-12.43, 8.98171775677589e-36),
        (-9.1, 4.5165914914354566e-20),
        (-6.35, 1.0765746385121647e-10),
        (-4.23, 1.1684565594707405e-05),
        (-3.7, 0.00010779973347738826),
        (-2.73, 0.003166716277357795),
        (-2.42, 0.007760253550553646),
        (-0.82, 0.2061080535858131),
        (-30.0, 4.906713927148187e-198),
        (-20.0, 2.7536241186062337e-89),
        (-10.0, 7.619853024160525e-24),
        (-5.0, 2.866515718791939e-07),
        (-2.5, 0.006209665325776135),
        (-1.0, 0.15865525393145705),
        (-0.6744897501960817, 0.25),
        (-0.25, 0.4012936743170763),
        (-0.217, 0.414104172469652),
        (-0.131, 0.4478876537024638),
        (-0.064, 0.4744851134046951),
        (-0.008, 0.49680849579953634),
        (-0.001, 0.49960105778608893),
        (-1e-12, 0.49999999999960104),
        (0.0, 0.5),
        (0.3, 0.6179114221889527),
        (1.0, 0.8413447460685429),
        (3.0, 0.9986501019683699),
        (6.0, 0.9999999990134123),
        (40.0, 1.0),
        (-40.0, 0.0),
        (f64::INFINITY, 1.0),
        (f64::NEG_INFINITY, 0.0),
    ] {
        let actual = cdf(x);
        assert!(ulps(actual, expected) <= 1, "cdf({x:?}) = {actual:?}, not {expected:?}");
    }
    assert!(cdf(f64::NAN).is_nan());
}

/// The continued fraction of Laplace for the tail, evaluated from far enough back.
fn tail_by_continued_fraction(x: f64) -> f64 {
    let fraction = (1..4000).rev().fold(x, |rest, k| x + f64::from(k) / rest);
    (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt() / fraction
}

/// The Taylor series around zero.
fn tail_by_series(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for k in 1..200 {
        term *= -x * x / f64::from(2 * k);
        sum += term / f64::from(2 * k + 1);
    }
    0.5 - sum / std::f64::consts::TAU.sqrt()
}

#[test]
fn the_distribution_function_agrees_with_slow_expansions() {
    for i in 0..=4000 {
        let x = f64::from(i) * 0.005;
        let slow = if x < 2.0 { tail_by_series(x) } else { tail_by_continued_fraction(x) };
        let relative = cdf(-x) / slow - 1.0;
        assert!(relative.abs() < 3e-14, "x = {x}: off by {relative:e}");
        assert_close(cdf(x) + cdf(-x), 1.0, 3e-16, "both tails together");
    }
}

#[test]
fn the_density_integrates_to_the_distribution_function() {
    let step = 1e-3;
    for start in [-8.0, -3.0, -0.4, 1.0] {
        let simpson: f64 = (0..100)
            .map(|i| start + f64::from(i) * step)
            .map(|x| density(x) + 4.0 * density(x + 0.5 * step) + density(x + step))
            .sum();
        let expected = cdf(start + 0.1) - cdf(start);
        assert_close(simpson * step / 6.0 / expected, 1.0, 1e-11, "integral");
    }
}

#[test]
fn the_quantile_inverts_the_distribution_function() {
    for i in -370..=370 {
        let x = f64::from(i) / 10.0;
        // Above 8 the probability is 1 for a number with 53 bits.
        if x < 8.0 {
            let precision = 1e-15 + 1e-16 / density(x).min(1.0) * f64::from(u8::from(x > 0.0));
            assert_close(quantile(cdf(x)), x, precision, "quantile(cdf(x))");
        }
    }
    assert_eq!(quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(quantile(1.0), f64::INFINITY);
    for p in [-0.1, 1.1, f64::NAN] {
        assert!(quantile(p).is_nan());
    }
}
