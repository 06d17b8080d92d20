//! Indicators against values of TA-Lib over the same bars.

use bolt_kernel::{Column, Graph, Machine, NodeId, Options, Program, Scope, Shape, formula};
use bolt_market::data::{LoadOptions, Panel, Policy, load};
use std::ops::Range;

use crate::support::csv_column;

/// What rounding errors are measured by.
#[derive(Clone, Copy)]
enum Scale {
    /// The value.
    Value,
    /// The close, of which the value is a difference that may be near zero.
    Close,
    /// A hundred, of which the value is a part that may be near zero.
    Hundred,
}

use Scale::{Close, Hundred, Value};

/// A column of the references, the formula of the same values, the tolerance relative to the value,
/// and what small values are measured by.
const COLUMNS: [(&str, &str, f64, Scale); 30] = [
    ("SMA_20", "SMA[close, 20]", 1e-9, Value),
    ("EMA_20", "EMA[close, 20]", 1e-9, Value),
    ("WMA_20", "WMA[close, 20]", 1e-9, Value),
    ("DEMA_20", "DEMA[close, 20]", 1e-9, Value),
    ("RSI_14", "RSI[close, 14]", 1e-9, Value),
    ("MACD", "MACD[close, 12, 26, 9][\"macd\"]", 1e-9, Close),
    ("MACD_signal", "MACD[close, 12, 26, 9][\"signal\"]", 1e-9, Close),
    ("MACD_hist", "MACD[close, 12, 26, 9][\"histogram\"]", 1e-9, Close),
    ("BB_up", "BBANDS[close, 20, 2, 2][\"upper\"]", 1e-7, Value),
    ("BB_mid", "BBANDS[close, 20, 2, 2][\"middle\"]", 1e-9, Value),
    ("BB_low", "BBANDS[close, 20, 2, 2][\"lower\"]", 1e-7, Value),
    ("ATR_14", "ATR[14]", 1e-9, Value),
    ("NATR_14", "NATR[14]", 1e-9, Value),
    ("STOCH_k", "STOCH[14, 3, 3][\"k\"]", 1e-9, Hundred),
    ("STOCH_d", "STOCH[14, 3, 3][\"d\"]", 1e-9, Hundred),
    ("ADX_14", "ADX[14]", 1e-9, Value),
    ("PLUS_DI_14", "PLUSDI[14]", 1e-9, Value),
    ("MINUS_DI_14", "MINUSDI[14]", 1e-9, Value),
    ("CCI_20", "CCI[20]", 1e-9, Hundred),
    ("MFI_14", "MFI[14]", 1e-9, Value),
    ("OBV", "OBV[close]", 1e-9, Value),
    ("WILLR_14", "WILLR[14]", 1e-9, Value),
    ("ROC_10", "ROC[close, 10]", 1e-9, Value),
    ("STDDEV_20", "STDDEV[close, 20]", 1e-7, Value),
    ("SAR", "SAR[0.02, 0.2]", 1e-9, Value),
    ("AROONOSC_14", "AROONOSC[14]", 1e-9, Value),
    ("MAX_20", "MAX[high, 20]", 1e-9, Value),
    ("MIN_20", "MIN[low, 20]", 1e-9, Value),
    ("LINREG_14", "LINEARREG[close, 14]", 1e-9, Value),
    ("TRIX_15", "TRIX[close, 15]", 1e-9, Value),
];

/// A relative error that sums of some dozens of numbers may have.
const ROUNDING: f64 = 1e-13;

const FIELDS: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// A reference and the bars it was made from.
struct Reference {
    values: Panel,
    /// In the order of [`FIELDS`], as many rows as the reference has.
    bars: Vec<Vec<f64>>,
}

impl Reference {
    fn read(name: &str, data: &str) -> Option<Self> {
        let path = bolt_testkit::path(&format!("reference/talib_{name}.parquet"))?;
        let text = bolt_testkit::text(&format!("data/{data}.csv"))?;
        // A file with a column an indicator reads as a panel; oscillators are not positive.
        let policy = Policy { allow_nonpositive: true, ..Policy::default() };
        let options = LoadOptions { policy, ..LoadOptions::default() };
        let values = load(path, &options).unwrap().into_panel().unwrap();
        let column = |field| {
            let mut column = csv_column(&text, field);
            column.truncate(values.len());
            column
        };
        Some(Self { bars: FIELDS.map(column).to_vec(), values })
    }

    fn column(&self, name: &str) -> Vec<f64> {
        let lane = self.values.assets().iter().position(|known| known == name).unwrap();
        let values = self.values.field("close").unwrap();
        values.iter().skip(lane).step_by(self.values.stride()).copied().collect()
    }

    /// Returns rows of the inputs of a program.
    fn inputs(&self, program: &Program, rows: Range<usize>) -> Vec<Column<'_, f64>> {
        let field = |name: &str| FIELDS.iter().position(|known| *known == name).unwrap();
        let column = |name: &str| Column::Series(&self.bars[field(name)][rows.clone()]);
        program.inputs().iter().map(|input| column(&input.name)).collect()
    }
}

/// All formulas in one program, in the order of [`COLUMNS`].
fn program() -> Program {
    let catalog = bolt_indicators::catalog();
    let columns = FIELDS.map(|name| (name, Shape::Panel));
    let scope = Scope { catalog: &catalog, columns: &columns, parameters: &[], universe: None };
    let mut graph = Graph::new();
    let roots: Vec<NodeId> = COLUMNS
        .iter()
        .map(|(_, text, ..)| formula(&mut graph, text, &scope).unwrap_or_else(|e| panic!("{e:?}")))
        .collect();
    Program::new(&graph, &roots)
}

fn batch(reference: &Reference, program: &Program) -> Vec<Vec<f64>> {
    let rows = reference.values.len();
    let inputs = reference.inputs(program, 0..rows);
    let outputs = program.evaluate(&inputs, rows, 1, &Options::default());
    outputs.into_iter().map(bolt_kernel::Output::into_numbers).collect()
}

fn check_reference(name: &str, data: &str) {
    let Some(reference) = Reference::read(name, data) else { return };
    assert_eq!(reference.values.assets().len(), COLUMNS.len());
    let close = &reference.bars[3];
    for (values, (column, text, tolerance, scale)) in
        batch(&reference, &program()).iter().zip(COLUMNS)
    {
        let expected = reference.column(column);
        assert_eq!(values.len(), expected.len());
        for (row, (value, expected)) in values.iter().zip(expected).enumerate() {
            let rounding = match scale {
                Value => 0.0,
                Close => ROUNDING * close[row],
                Hundred => ROUNDING * 100.0,
            };
            let is_close = (value - expected).abs() <= (tolerance * expected.abs()).max(rounding);
            assert!(
                is_close || (value.is_nan() && expected.is_nan()),
                "{name}, `{text}` at row {row}: {value:?} is not {expected:?}"
            );
        }
    }
}

#[test]
fn every_column_is_reproduced() {
    check_reference("goog", "equities_daily/GOOG_2004_2013");
    check_reference("spy", "equities_daily/SPY_1999_2020");
    check_reference("btc_1m", "crypto_minute/BTCPERP_2022_01_1m");
    check_reference("eurusd_1h", "fx_hourly/EURUSD_2017_2018_1h");
}

#[test]
fn rows_as_they_arrive_give_the_same_bits() {
    let Some(reference) = Reference::read("goog", "equities_daily/GOOG_2004_2013") else { return };
    let program = program();
    let mut machine = Machine::new(&program, 1, &Options::default());
    let mut streamed = vec![Vec::new(); COLUMNS.len()];
    for row in 0..reference.values.len() {
        let inputs = reference.inputs(&program, row..row + 1);
        machine.run(&inputs, 1, |root, block| streamed[root].push(block.numbers(0)[0]));
    }
    let bits = |value: f64| if value.is_nan() { None } else { Some(value.to_bits()) };
    for (i, (streamed, whole)) in streamed.iter().zip(batch(&reference, &program)).enumerate() {
        assert_eq!(streamed.len(), whole.len());
        for (row, (a, b)) in streamed.iter().zip(whole).enumerate() {
            assert_eq!(bits(*a), bits(b), "{} at row {row}: {a:?} is not {b:?}", COLUMNS[i].1);
        }
    }
}
