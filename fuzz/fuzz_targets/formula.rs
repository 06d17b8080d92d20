//! Formulas: any text is a strategy or an error, and a strategy gives a value at each bar.
#![no_main]

use bolt_kernel::Options;
use bolt_market::formulas::{Columns, Role, Strategy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(strategy) = Strategy::parse([(Role::Signal, text)]) else { return };
    let close: Vec<f64> = (0..50).map(|bar| 100.0 + f64::from(bar % 7)).collect();
    let names = ["open", "high", "low", "close", "volume"];
    let columns = Columns::new(close.len(), names.map(|name| (name, &close[..])));
    let catalog = bolt_indicators::catalog();
    let options = Options::default();
    if let Ok(signals) = strategy.evaluate(&columns, &catalog, &[("n", 3.0)], &options) {
        assert_eq!(signals.target.map(|target| target.len()), Some(close.len()));
    }
});
