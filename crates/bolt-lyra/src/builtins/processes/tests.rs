//! Processes against their definitions: moments of many paths, filters written out, known limits.

use crate::session::Session;
use crate::tests::check;
use crate::value::Value;

fn number(source: &str) -> f64 {
    match Session::new().run(&format!("N[{source}]")) {
        Value::Real(real) => real,
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn paths_have_the_moments_of_their_processes() {
    for process in [
        "WienerProcess[0.3, 2]",
        "GeometricBrownianMotionProcess[0.1, 0.2, 5]",
        "OrnsteinUhlenbeckProcess[1, 0.5, 2]",
        "OrnsteinUhlenbeckProcess[1, 0.5, 2, 3]",
        "PoissonProcess[4]",
        "BrownianBridgeProcess[1, {0, 1}, {2, 5}]",
    ] {
        let paths = format!(
            "SeedRandom[7]; p = {process}; d = RandomFunction[p, {{0, 1, 0.5}}, 400]; s = d[\"SliceData\", 1.];"
        );
        let bound = number(&format!("({paths} Abs[Mean[s] - Mean[p[1]]]/StandardDeviation[p[1]])"));
        assert!(bound < 0.2, "{process}: mean {bound}");
        let ratio = number(&format!("({paths} Variance[s]/Variance[p[1]])"));
        assert!((0.75..1.3).contains(&ratio), "{process}: variance {ratio}");
        let covariance = number(&format!(
            "({paths} Covariance[d[\"SliceData\", 0.5], s]/CovarianceFunction[p, 0.5, 1])"
        ));
        assert!((0.65..1.4).contains(&covariance), "{process}: covariance {covariance}");
    }
}

#[test]
fn covariances_of_linear_processes_are_those_of_their_expansion() {
    // The sum over products of the weights of errors.
    for process in [
        "ARMAProcess[{0.5, -0.3}, {0.4, 0.2, 0.1}, 2]",
        "ARProcess[{0.7, 0.1}, 1.5]",
        "MAProcess[{0.5, 0.25}, 3]",
    ] {
        for lag in 0..6 {
            let difference = number(&format!(
                "(q = ARMAProcess[\"Parts\", {process}]; w = ARMAProcess[\"Weights\", q, 400]; \
                 Abs[q[[4]] Drop[w, {lag}] . Drop[w, -{lag}] - CovarianceFunction[{process}, {lag}]])"
            ));
            assert!(difference < 1e-9, "{process} {lag}: {difference}");
        }
    }
}

#[test]
fn forecasts_follow_the_recursion() {
    check(&[
        ("TimeSeriesForecast[ARProcess[1, {1/2, 1/4}, 1], {2, 4, 8}, {2}][\"Values\"]", "{6., 6.}"),
        // Errors from the start: 1, 2 - 1/2, 3 - 3/4.
        ("TimeSeriesForecast[MAProcess[{1/2}, 1], {1, 2, 3}, {2}][\"Values\"]", "{1.125, 0.}"),
        (
            "TimeSeriesForecast[ARIMAProcess[0, {}, 2, {}, 1], {1, 3, 6}, {3}][\"Values\"]",
            "{9., 12., 15.}",
        ),
    ]);
}

#[test]
fn functions_of_series_work_on_their_values() {
    check(&[
        ("Normal[TimeSeries[{1, 2}] + TimeSeries[{5, 7}]]", "{{0, 6}, {1, 9}}"),
        (
            "Normal[TimeSeries[{{0, 0}, {2, 4}}] TimeSeries[{{0, 1}, {1, 1}, {2, 1}}]]",
            "{{0, 0}, {1, 2}, {2, 4}}",
        ),
        ("Normal[Differences[TimeSeries[{1, 4, 9}]]]", "{{1, 3}, {2, 5}}"),
        ("Normal[MovingAverage[TimeSeries[{1, 4, 10}], 2]]", "{{1, 5/2}, {2, 7}}"),
        (
            "Normal[MovingMap[Total, TimeSeries[{{0, 1}, {1, 2}, {3, 4}, {4, 8}}], 1]]",
            "{{1, 3}, {3, 4}, {4, 12}}",
        ),
        ("{Mean[#], Max[#], Total[#]} &[TimeSeries[{3, 4, 8}]]", "{5, 8, 15}"),
        (
            "TimeSeries[{{{2020, 1, 2}, 5}, {{2020, 1, 1}, 3}}][\"FirstDate\"]",
            "DateObject[{2020, 1, 1, 0, 0, 0.}, \"Instant\", \"Gregorian\", 0.]",
        ),
        ("TimeSeries[{{{2020, 1, 1}, 3}, {{2020, 1, 3}, 5}}][{2020, 1, 2}]", "4"),
        ("ToString[TimeSeries[{3, 4, 8}]]", "\"TimeSeries[<3>, {0, 2}]\""),
        ("TimeSeries[{3, 4}][5]", "TimeSeries[{3, 4}, {{0, 1}}][5]"),
    ]);
}

#[test]
fn estimates_come_near_what_made_the_data() {
    for (process, template, parts) in [
        ("WienerProcess[0.5, 2]", "WienerProcess[m, s]", 2),
        (
            "GeometricBrownianMotionProcess[0.1, 0.3, 5]",
            "GeometricBrownianMotionProcess[m, s, x]",
            2,
        ),
        ("OrnsteinUhlenbeckProcess[3, 0.5, 2]", "OrnsteinUhlenbeckProcess[m, s, k]", 3),
        ("PoissonProcess[4]", "PoissonProcess[m]", 1),
    ] {
        let worst = number(&format!(
            "(SeedRandom[3]; e = EstimatedProcess[RandomFunction[{process}, {{0, 150, 0.1}}], {template}]; \
             Max[Abs[Take[List @@ e, {parts}] - Take[List @@ {process}, {parts}]]])"
        ));
        assert!(worst < 0.6, "{process}: {worst}");
    }
}
