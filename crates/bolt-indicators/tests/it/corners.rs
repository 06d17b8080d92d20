//! Values of TA-Lib 0.8 where prices leave it little to divide by.

use bolt_indicators::catalog;
use bolt_kernel::{Column, Graph, Options, Program, Scope, Shape, formula};
use bolt_testkit::assert_close_slices;

const NAN: f64 = f64::NAN;
const COLUMNS: [&str; 4] = ["high", "low", "close", "volume"];

/// Checks a formula over `[high, low, close, volume]`.
#[track_caller]
fn check(source: &str, columns: [&[f64]; 4], expected: &[f64]) {
    let catalog = catalog();
    let schema = COLUMNS.map(|name| (name, Shape::Panel));
    let scope = Scope { catalog: &catalog, columns: &schema, parameters: &[], universe: None };
    let mut graph = Graph::new();
    let node = formula(&mut graph, source, &scope).unwrap();
    let program = Program::new(&graph, &[node]);
    let index = |name: &str| COLUMNS.iter().position(|known| *known == name).unwrap();
    let column = |name: &str| Column::Series(columns[index(name)]);
    let inputs: Vec<_> = program.inputs().iter().map(|input| column(&input.name)).collect();
    let outputs = program.evaluate(&inputs, expected.len(), 1, &Options::default());
    let values = outputs.into_iter().next().unwrap().into_numbers();
    assert_close_slices(&values, expected, 1e-12, source);
}

fn scaled<const N: usize>(values: [f64; N], factor: f64) -> [f64; N] {
    values.map(|value| factor * value)
}

/// Of the prices 4, 5, 3, 6, 5 from the third on.
const RSI: [f64; 3] = [100.0 / 3.0, 700.0 / 9.0, 700.0 / 13.0];

const HIGH: [f64; 5] = [4.0, 5.0, 4.0, 6.0, 6.0];
const LOW: [f64; 5] = [3.0, 4.0, 3.0, 5.0, 5.0];
const CLOSE: [f64; 5] = [3.5, 4.5, 3.5, 5.5, 5.5];
const VOLUME: [f64; 5] = [10.0, 20.0, 30.0, 40.0, 50.0];

#[test]
fn strength_does_not_depend_on_the_unit_of_prices() {
    let close = [4.0, 5.0, 3.0, 6.0, 5.0, 5.0, 5.0];
    for factor in [1.0, 1e-15, 1e15] {
        let close = scaled(close, factor);
        check("RSI[close, 2]", [&close; 4], &[NAN, NAN, RSI[0], RSI[1], RSI[2], RSI[2], RSI[2]]);
    }
}

#[test]
fn strength_stays_while_the_price_rests() {
    let mut close = vec![4.0, 5.0, 3.0, 6.0];
    close.resize(400, 5.0);
    let mut expected = vec![NAN; 2];
    expected.extend([RSI[0], RSI[1]]);
    expected.resize(400, RSI[2]);
    check("RSI[close, 2]", [&close; 4], &expected);
}

#[test]
fn money_flow_does_not_depend_on_the_unit_of_prices() {
    for factor in [1.0, 1e-6] {
        let [high, low, close] = [HIGH, LOW, CLOSE].map(|prices| scaled(prices, factor));
        check(
            "MFI[2]",
            [&high, &low, &close, &VOLUME],
            &[NAN, NAN, 600.0 / 13.0, 880.0 / 13.0, 100.0],
        );
    }
}

#[test]
fn flows_at_negative_prices_do_not_count() {
    let [high, low, close] = [HIGH, LOW, CLOSE].map(|prices| prices.map(|price| price - 4.0));
    check("MFI[2]", [&high, &low, &close, &VOLUME], &[NAN, NAN, 0.0, 100.0, 100.0]);
}

/// The first two typical prices are equal but for rounding.
#[test]
fn typical_prices_equal_but_for_rounding_have_no_distance() {
    let (high, low, close) = ([20.2, 20.2, 20.3], [20.1, 20.0, 20.1], [20.1, 20.2, 20.2]);
    check("CCI[2]", [&high, &low, &close, &close], &[NAN, 0.0, 66.666666666663]);
}

#[test]
fn range_in_percent_of_the_close() {
    check("NATR[1]", [&HIGH, &LOW, &CLOSE, &VOLUME], &[NAN, 1.5, 1.5, 2.5, 1.0]);
    let close = [0.0, 4.5, 0.0, 5.5, 5.5];
    check(
        "NATR[2]",
        [&HIGH, &LOW, &close, &VOLUME],
        &[NAN, NAN, 0.0, 925.0 / 11.0, 51.13636363636363],
    );
}
