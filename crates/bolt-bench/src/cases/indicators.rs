//! Eight indicators of TA-Lib over a million bars: each alone, and each with eight parameters at
//! once, which is what a sweep asks for.

use crate::bench::{Bench, Case, Goal, Peer};
use crate::formulas;
use crate::inputs::{Inputs, minutes};
use crate::peers::Peers;
use crate::values::Values;
use anyhow::Result;
use bolt_kernel::{Options, Output};
use bolt_market::data::Bars;
use serde_json::json;

const BARS: usize = 1_000_000;

/// Name, formulas with `%` for the window, and the window of the indicator alone.
const INDICATORS: [(&str, &[&str], u32); 8] = [
    ("SMA", &["SMA[close, %]"], 20),
    ("EMA", &["EMA[close, %]"], 20),
    ("RSI", &["RSI[close, %]"], 14),
    (
        "MACD",
        &[
            "MACD[close, %, 2 %, 9][\"macd\"]",
            "MACD[close, %, 2 %, 9][\"signal\"]",
            "MACD[close, %, 2 %, 9][\"histogram\"]",
        ],
        13,
    ),
    (
        "BBANDS",
        &[
            "BBANDS[close, %, 2, 2][\"upper\"]",
            "BBANDS[close, %, 2, 2][\"middle\"]",
            "BBANDS[close, %, 2, 2][\"lower\"]",
        ],
        20,
    ),
    ("ATR", &["ATR[%]"], 14),
    ("STOCH", &["STOCH[%, 3, 3][\"k\"]", "STOCH[%, 3, 3][\"d\"]"], 14),
    ("ADX", &["ADX[%]"], 14),
];

/// Windows of the eight parameters.
const WINDOWS: [u32; 8] = [10, 15, 20, 25, 30, 35, 40, 45];

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    let alone = |name: &str| format!("{}-1M", name.to_lowercase());
    let lanes = |name: &str| format!("{}-1M-8-windows", name.to_lowercase());
    if !INDICATORS.iter().any(|(name, ..)| bench.wants(&alone(name)) || bench.wants(&lanes(name))) {
        return Ok(());
    }
    let (inputs, bars) = (Inputs::new()?, minutes(BARS)?);
    inputs.bars(&bars)?;
    let single = INDICATORS.map(|(name, _, window)| (name.to_owned(), json!([window])));
    let several = INDICATORS.map(|(name, ..)| (format!("{name}-8"), json!(WINDOWS)));
    let windows: serde_json::Map<_, _> = single.into_iter().chain(several).collect();
    inputs.numbers(&json!({ "windows": windows }))?;
    let mut peers = bench.peers("indicators.py", &inputs)?;
    for (name, texts, window) in INDICATORS {
        let peer = Peer::whole(format!("TA-Lib:{name}"));
        measure(bench, &mut peers, alone(name), &bars, texts, &[window], (1.0, peer))?;
    }
    for (name, texts, _) in INDICATORS {
        let peer = Peer::whole(format!("TA-Lib:{name}-8"));
        measure(bench, &mut peers, lanes(name), &bars, texts, &WINDOWS, (3.0, peer))?;
    }
    Ok(())
}

fn measure(
    bench: &mut Bench,
    peers: &mut Option<Peers>,
    name: String,
    bars: &Bars,
    texts: &[&str],
    windows: &[u32],
    (goal, peer): (f64, Peer),
) -> Result<()> {
    let sources: Vec<String> = windows
        .iter()
        .flat_map(|window| texts.iter().map(move |text| text.replace('%', &window.to_string())))
        .collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let program = formulas::program(&sources)?;
    let columns = formulas::series(&program, |name| bars.get(name).map(|column| &**column))?;
    let options = Options::default();
    let ours = || {
        let outputs = program.evaluate(&columns, bars.len(), 1, &options);
        Ok(Values::F64(outputs.into_iter().map(Output::into_numbers).collect()))
    };
    let goals = vec![Goal::Ratio(goal, vec![peer])];
    bench.run(peers, Case { name, ours: Box::new(ours), goals, tolerance: 1e-6 })
}
