//! Adaptive sampling.

use proptest::prelude::*;

use crate::sample::*;

const HOW: Sampling =
    Sampling { points: 50, depth: 6, most: 100_000, aspect: 0.618, finds_breaks: true };

fn sampled(of: impl Fn(f64) -> f64, ends: [f64; 2]) -> Vec<Sample> {
    let value = |x: f64| Ok::<_, ()>(Some(of(x)).filter(|y| y.is_finite()));
    function(ends, HOW, value).unwrap()
}

fn breaks(samples: &[Sample]) -> usize {
    samples.split(|sample| sample.1.is_none()).filter(|run| !run.is_empty()).count() - 1
}

proptest! {
    #[test]
    fn samples_ascend_within_the_ends_and_lie_on_the_function(
        a in -3.0..3.0f64, b in 0.1..8.0f64, low in -9.0..9.0f64, width in 0.01..20.0f64,
    ) {
        let of = |x: f64| a * x + (b * x).sin() * x.abs().sqrt();
        let samples = sampled(of, [low, low + width]);
        prop_assert!(samples.windows(2).all(|pair| pair[0].0 < pair[1].0));
        prop_assert!(samples[0].0 >= low && samples[samples.len() - 1].0 <= low + width);
        for (x, y) in samples {
            prop_assert_eq!(y, Some(of(x)));
        }
    }

    #[test]
    fn lines_between_samples_are_near_a_smooth_function(b in 0.5..12.0f64) {
        let of = |x: f64| (b * x).sin();
        let samples = sampled(of, [0.0, 4.0]);
        for pair in samples.windows(2) {
            let [(x0, Some(y0)), (x1, Some(y1))] = pair else { panic!("it has no gap") };
            // As it is drawn: 4 across and 2 up in a drawing that is 1 wide and 0.618 high.
            let off = (of((x0 + x1) / 2.0) - (y0 + y1) / 2.0) * 0.309;
            let slope = (y1 - y0) * 0.309 / ((x1 - x0) / 4.0);
            prop_assert!(off.abs() / slope.hypot(1.0) < 0.002, "at {}", x0);
        }
    }
}

#[test]
fn jumps_and_poles_are_breaks_and_slopes_are_none() {
    assert_eq!(breaks(&sampled(f64::tan, [0.0, 10.0])), 3);
    assert_eq!(breaks(&sampled(|x| 1.0 / x, [-1.0, 1.1])), 1);
    assert_eq!(breaks(&sampled(f64::floor, [0.5, 4.5])), 4);
    assert_eq!(breaks(&sampled(|x| (1000.0 * (x - 0.3)).tanh(), [0.0, 1.0])), 0);
    assert_eq!(breaks(&sampled(f64::abs, [-1.0, 1.0])), 0);
    assert_eq!(breaks(&sampled(f64::exp, [0.0, 30.0])), 0);
}

#[test]
fn poles_are_cut_off_and_peaks_are_not() {
    let range = |of: fn(f64) -> f64, ends| shown_range(&sampled(of, ends)).unwrap();
    let [low, high] = range(f64::tan, [0.0, 10.0]);
    assert!(low > -30.0 && low < -2.0 && high > 2.0 && high < 30.0, "{low} {high}");
    let [_, high] = range(|x| (-100.0 * x * x).exp(), [-5.0, 5.0]);
    assert!(high > 0.99, "{high}");
    let [low, _] = range(f64::ln, [0.0, 1.0]);
    assert!(low > -8.0 && low < -2.0, "{low}");
    assert!(range(|x| x * x, [0.0, 2.0])[1] > 3.99);
}

#[test]
fn a_curve_is_sampled_where_it_bends() {
    let circle = |t: f64| Ok::<_, ()>(Some([t.cos(), t.sin()]));
    let samples =
        curve([0.0, std::f64::consts::TAU], Sampling { points: 10, ..HOW }, circle).unwrap();
    for pair in samples.windows(2) {
        let [(_, Some(a)), (_, Some(b))] = pair else { panic!("it has no gap") };
        let middle = ((a[0] + b[0]) / 2.0).hypot((a[1] + b[1]) / 2.0);
        assert!(middle > 0.995, "{middle}");
    }
}
