//! Reduction, scales and the drawing of lines and maps.

use bolt_base::UnixNanos;

use super::super::heatmap::{Grid, MOST_CELLS};
use super::super::scale::Scale;
use super::super::*;
use super::{checker, days};

#[test]
fn scales_have_room_and_end_at_zero() {
    let of = |values: &[f64]| {
        let scale = Scale::linear(values.iter().copied(), Unit::Number);
        (scale.low, scale.high)
    };
    assert_eq!(of(&[100.0, 200.0]), (95.0, 205.0));
    assert_eq!(of(&[1.0, 100.0]), (0.0, 105.0));
    assert_eq!(of(&[-0.5, 0.0]), (-0.525, 0.0));
    assert_eq!(of(&[0.0, 0.0]), (-1.0, 1.0));
    assert_eq!(of(&[50.0]), (45.0, 55.0));
    assert_eq!(of(&[f64::NAN, f64::INFINITY]), (0.0, 1.05));
    assert_eq!(Scale::linear([0.0].into_iter(), Unit::Percent).high, 0.01);
    assert_eq!(Scale::logarithmic([1.0, 0.0].into_iter()), None);
    let scale = Scale::logarithmic([1.0, 10.0, 100.0].into_iter()).unwrap();
    assert!((scale.place(10.0) - 0.5).abs() < 1e-12);
}

fn equity_page(times: &[UnixNanos], values: &[f64]) -> String {
    let curve = EquityCurve {
        title: "Equity".to_owned(),
        note: String::new(),
        times,
        zone: "UTC".to_owned(),
        equity: Series { name: "Strategy", values },
        benchmark: None,
        entries: &[],
        exits: &[],
    };
    let page = Page { sections: vec![Section::Equity(curve)], ..Page::default() };
    render(&page)
}

/// Returns the paths of a line, one for each scale.
fn lines(html: &str) -> Vec<String> {
    let elements = checker::check(html).into_iter();
    let paths = elements.filter(|e| e.name == "path" && e.has_class("line"));
    paths.map(|e| e.get("d").unwrap().to_owned()).collect()
}

#[test]
fn lines_break_at_missing_values() {
    let html = equity_page(&days(5), &[100.0, 100.0, f64::NAN, 200.0, 200.0]);
    // From 100 to 200 with 5 % of room: 95 to 205 on 3,000 units.
    assert_eq!(lines(&html)[0], "M0 2864l2500 0M7500 136l2500 0");
    assert_eq!(lines(&html).len(), 2, "a linear and a logarithmic one");
}

#[test]
fn a_single_bar_is_a_dot_in_the_middle() {
    let html = equity_page(&days(1), &[100.0]);
    assert_eq!(lines(&html)[0], "M5000 1500h0");
    assert!(html.contains("2001-01-01"));
}

#[test]
fn no_logarithmic_scale_for_a_debt() {
    assert_eq!(lines(&equity_page(&days(3), &[100.0, -5.0, 50.0])).len(), 1);
}

#[test]
fn no_bars_make_no_chart() {
    let html = equity_page(&[], &[]);
    checker::check(&html);
    assert!(html.contains("No values."));
}

#[test]
fn bars_without_any_value_make_an_empty_chart() {
    let html = equity_page(&days(3), &[f64::NAN; 3]);
    assert_eq!(lines(&html), [""]);
    assert!(html.contains("Strategy <b>–</b>"));
}

#[test]
fn a_million_bars_stay_below_a_megabyte() {
    let minute = 60_000_000_000;
    let start = super::day(2020, 1, 1).0;
    let times: Vec<UnixNanos> = (0..1_000_000).map(|i| UnixNanos(start + i * minute)).collect();
    let mut rng = bolt_base::Rng::new(7);
    let mut walk = || {
        let mut value = 10_000.0;
        let step = |_| {
            value *= 1.0 + 0.001 * rng.normal();
            value
        };
        (0..times.len()).map(step).collect::<Vec<f64>>()
    };
    let (mut equity, benchmark) = (walk(), walk());
    equity[123_457] = 1e7;
    let all: Vec<usize> = (0..times.len()).step_by(20).collect();
    let curve = EquityCurve {
        title: "Equity".to_owned(),
        note: String::new(),
        times: &times,
        zone: "UTC".to_owned(),
        equity: Series { name: "Strategy", values: &equity },
        benchmark: Some(Series { name: "Benchmark", values: &benchmark }),
        entries: &all,
        exits: &all,
    };
    let drawdown = Drawdown {
        title: "Drawdown".to_owned(),
        note: String::new(),
        times: &times,
        zone: "UTC".to_owned(),
        drawdown: Series { name: "Strategy", values: &equity },
    };
    let sections = vec![Section::Equity(curve), Section::Drawdown(drawdown)];
    let html = render(&Page { sections, ..Page::default() });
    checker::check(&html);
    assert!(html.len() < 1_000_000, "{} bytes", html.len());
    assert!(html.contains("1,000,000 values"), "the page says that it draws fewer");
    assert!(html.contains(",10000000,"), "one bar in a million is in the data");
}

#[test]
fn marks_stand_on_the_line_and_at_the_edge_if_there_are_many() {
    let page = |bars: usize| {
        let (times, values): (_, Vec<f64>) = (days(bars), vec![100.0; bars]);
        let all: Vec<usize> = (0..bars).collect();
        let curve = EquityCurve {
            title: "Equity".to_owned(),
            note: String::new(),
            times: &times,
            zone: "UTC".to_owned(),
            equity: Series { name: "Strategy", values: &values },
            benchmark: None,
            entries: &all,
            exits: &[0],
        };
        let html = render(&Page { sections: vec![Section::Equity(curve)], ..Page::default() });
        let paths = checker::check(&html).into_iter().filter(|e| e.has_class("entry"));
        let paths = paths.filter_map(|e| e.get("d").map(str::to_owned));
        paths.map(|d| d.split('M').take(3).collect::<Vec<_>>().join("M")).collect::<Vec<_>>()
    };
    assert_eq!(page(3), ["M0 1500h0M5000 1500h0"; 4], "rim and fill on two scales");
    assert_eq!(page(1001), ["M0 3000v-80M10 3000v-80"; 2]);
}

fn metric(values: Vec<f64>) -> Metric {
    Metric { name: "Sharpe".to_owned(), unit: Unit::Number, values, best: None }
}

#[test]
fn maps_colour_by_the_distance_from_zero_or_from_low_to_high() {
    let grid = Grid::new(&metric(vec![-1.0, 0.0, 2.0, f64::NAN]), 2, 2, 1);
    let classes: Vec<Option<String>> = grid.values.iter().map(|v| grid.class(*v)).collect();
    let expected = ["l3", "n0", "g6"].map(|class| Some(class.to_owned()));
    assert_eq!(classes[..3], expected);
    assert_eq!(classes[3], None);
    let losing = Grid::new(&metric(vec![-2.0, 1.0]), 2, 1, 1);
    assert_eq!(losing.class(-2.0).as_deref(), Some("l6"));
    assert_eq!(losing.class(1.0).as_deref(), Some("g3"));
    let grid = Grid::new(&metric(vec![1.0, 2.0, 3.0]), 3, 1, 1);
    let classes: Vec<Option<String>> = grid.values.iter().map(|v| grid.class(*v)).collect();
    assert_eq!(classes, ["s0", "s6", "s12"].map(|class| Some(class.to_owned())));
    assert_eq!(Grid::new(&metric(vec![4.0]), 1, 1, 1).class(4.0).unwrap(), "s6");
}

#[test]
fn maps_stand_on_their_first_row_and_merge_runs_of_small_cells() {
    let grid = Grid::new(&metric(vec![1.0, 1.0, 1.0, 3.0]), 2, 2, 1);
    let low = "M0 1h1v1h-1zM1 1h1v1h-1zM0 0h1v1h-1z";
    let expected = [("s0", low), ("s12", "M1 0h1v1h-1z")];
    assert_eq!(grid.paths(), expected.map(|(class, path)| (class.to_owned(), path.to_owned())));
    let mut values = vec![1.0; 50];
    values[49] = 3.0;
    let paths = Grid::new(&metric(values), 50, 1, 1).paths();
    assert_eq!(paths[0].1, "M0 0h49v1h-49z");
}

#[test]
fn large_maps_are_drawn_as_medians_of_blocks() {
    let grid = Grid::new(&metric(vec![1.0, 2.0, 9.0, 3.0, f64::NAN, 8.0]), 3, 2, 2);
    assert_eq!((grid.columns, grid.rows), (2, 1));
    assert_eq!(grid.values, [2.0, 8.5]);
    let side = 300;
    let axis =
        |name: &str| Axis { name: name.to_owned(), values: (0..side).map(f64::from).collect() };
    let mut rng = bolt_base::Rng::new(3);
    let count = (side * side) as usize;
    let metrics: Vec<Metric> = (0..4)
        .map(|_| Metric {
            best: Some((299, 0)),
            ..metric((0..count).map(|_| rng.normal()).collect())
        })
        .collect();
    let map = HeatMap {
        title: "Sweep".to_owned(),
        note: String::new(),
        x: axis("fast"),
        y: axis("slow"),
        metrics,
    };
    let html = render(&Page { sections: vec![Section::HeatMap(map)], ..Page::default() });
    checker::check(&html);
    assert!(html.contains("300 × 300 combinations; each cell is the median of up to 3 × 3."));
    assert!(300usize.div_ceil(3).pow(2) * 4 <= MOST_CELLS);
    assert!(html.len() < 1_000_000, "{} bytes", html.len());
}
