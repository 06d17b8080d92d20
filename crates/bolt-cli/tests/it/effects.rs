//! Each option of trading changes what comes of a strategy, or is refused beside it.

use crate::support::Workspace;

const ORDERS: &str = "
[[orders]]
when = 'RSI[close, 5] < 40'
side = 'buy'
[[orders]]
when = 'RSI[close, 5] > 60'
side = 'sell'
lasts = 3
limit = 'close * 1.001'
[[exits]]
when = 'CrossAbove[close, SMA[close, 20]]'
";

/// What is traded, with what gives it.
const STRATEGIES: [(&str, &[&str]); 5] = [
    ("signal", &["--signal", "Sign[RSI[close, 9] - 50]"]),
    ("truth", &["--signal", "RSI[close, 9] > 50"]),
    (
        "events",
        &[
            "--entry",
            "RSI[close, 5] < 40",
            "--exit",
            "RSI[close, 5] > 70",
            "--short-entry",
            "RSI[close, 5] > 55",
            "--entry-limit",
            "close * 1.001",
        ],
    ),
    ("orders", &["--strategy", "orders.toml"]),
    ("weights", &["other.csv", "--weights", "0.9 Sign[RSI[close, 9] - 50]"]),
];

/// Options, and what they have no effect on.
const OPTIONS: [(&[&str], &[&str]); 28] = [
    (&["--size", "40%"], &["signal", "truth", "weights"]),
    (&["--equity-size", "40%"], &["signal", "truth", "weights"]),
    (&["--units", "40"], &["signal", "truth", "weights"]),
    (&["--value", "5000"], &["signal", "truth", "weights"]),
    (&["--fee-minimum", "5"], &[]),
    (&["--stop-loss", "2%"], &["weights"]),
    (&["--take-profit", "3%"], &["weights"]),
    (&["--trailing-stop", "2%"], &["weights"]),
    (&["--max-bars", "3"], &["weights"]),
    (&["--accumulate"], &["signal", "truth", "orders", "weights"]),
    (&["--opposite", "close"], &["signal", "truth", "orders", "weights"]),
    (&["--opposite", "ignore"], &["signal", "truth", "orders", "weights"]),
    (&["--rebalance", "every"], &["events", "orders", "weights"]),
    (&["--rebalance", "2%"], &["events", "orders", "weights"]),
    (&["--volatility-target", "10%"], &["orders", "weights"]),
    (&["--leverage", "2"], &["signal", "truth"]),
    (&["--maintenance-margin", "95%"], &["truth"]),
    (&["--min-value", "9500"], &[]),
    (&["--max-position", "50%"], &[]),
    (&["--finalize"], &[]),
    (&["--fees", "0.1%"], &[]),
    (&["--fee-fixed", "2"], &[]),
    (&["--fee-per-unit", "0.01"], &[]),
    (&["--spread", "0.1%"], &[]),
    (&["--slippage", "0.1%"], &[]),
    (&["--credit-rate", "2%"], &[]),
    (&["--borrow-rate", "3%"], &["truth"]),
    (&["--max-position", "150%"], &["signal", "truth", "events", "orders", "weights"]),
];

#[test]
fn each_option_changes_something_or_is_refused() {
    let workspace = Workspace::new();
    for (name, seed) in [("walk.csv", "7"), ("other.csv", "8")] {
        let sample = ["data", "sample", "--bars", "600", "--interval", "1d", "--seed", seed];
        workspace.text(&[&sample[..], &["--out", name]].concat());
    }
    workspace.write("orders.toml", ORDERS);
    // Lots leave something for rebalancing to do.
    let data = ["backtest", "walk.csv", "--lot", "20", "--json"];
    for (kind, strategy) in STRATEGIES {
        let run = |more: &[&str]| {
            let output = workspace.run(&[&data[..], strategy, more].concat());
            let stderr = String::from_utf8(output.stderr).unwrap();
            match output.status.code() {
                Some(0) => {
                    let text = String::from_utf8(output.stdout).unwrap();
                    let mut found: serde_json::Value = serde_json::from_str(&text).unwrap();
                    found.as_object_mut().unwrap().remove("manifest");
                    Ok(found)
                }
                code => {
                    assert_eq!(code, Some(2), "{kind} {more:?}: {stderr}");
                    Err(stderr)
                }
            }
        };
        let plain = run(&[]).unwrap();
        for (option, without_effect) in OPTIONS {
            match (run(option), without_effect.contains(&kind)) {
                (Ok(found), false) => {
                    assert!(found != plain, "{option:?} has no effect on {kind}");
                }
                (Ok(_), true) => panic!("{option:?} is taken beside {kind}"),
                (Err(message), true) => assert!(message.contains("has no "), "{message}"),
                (Err(message), false) => panic!("{kind}: {message}"),
            }
        }
    }
}

#[test]
fn what_another_option_or_the_rest_of_a_strategy_settles_is_refused() {
    let workspace = Workspace::new();
    workspace.bars("wave.csv", 300);
    let run = |more: &[&str]| workspace.json(&[&["backtest", "wave.csv"], more].concat());
    let refused = |more: &[&str], part: &str| {
        let message = workspace.refused(&[&["backtest", "wave.csv"], more].concat());
        assert!(message.contains(part), "`{part}` is not in: {message}");
    };
    let entry = ["--entry", "RSI[close, 5] < 40"];
    let entry = |more: &[&'static str]| [&entry[..], more].concat();
    let scaled = "`--volatility-target` sizes entries";
    refused(&entry(&["--volatility-target", "10%", "--size", "50%"]), scaled);
    refused(&entry(&["--volatility-target", "10%", "--entry-size", "0.5"]), scaled);
    refused(
        &entry(&["--short-exit", "close > 99"]),
        "`short-exit` closes what `short-entry` opens",
    );
    refused(&["--short-entry", "close > 99", "--exit", "close > 99"], "`entry` opens");
    refused(&entry(&["--opposite", "ignore"]), "`--entry` and `--short-entry` together");
    refused(&entry(&["--borrow-rate", "1%"]), "nothing is sold short");
    refused(&entry(&["--debit-rate", "1%"]), "without `--leverage` there is no debt");
    run(&entry(&["--debit-rate", "1%", "--leverage", "2"]));
    refused(&entry(&["--leverage", "2", "--max-position", "201%"]), "`--leverage`, 1 unless given");
    let levered = ["--volatility-target", "90%", "--leverage", "2"];
    run(&[&["--signal", "True"], &levered[..]].concat());
    let peer = ["--convention", "vectorbt", "--weights", "1"];
    refused(&[&peer[..], &["--risk-free", "2%"]].concat(), "`vectorbt` has no");
    refused(&["--signal", "True", "--entry-limit", "close"], "give `entry` and `exit` in place");
}
