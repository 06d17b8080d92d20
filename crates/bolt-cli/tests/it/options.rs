//! `bolt options`.

use bolt_testkit::{assert_close, json};
use serde_json::Value;

use crate::support::Workspace;

/// Arguments of an option: type, style and numbers.
fn option(subcommand: &str, kind: &str, style: &str, numbers: &[(&str, f64)]) -> Vec<String> {
    let words = ["options", subcommand, "--type", kind, "--style", style].map(str::to_owned);
    let numbers = numbers.iter().map(|(name, value)| format!("--{name}={value}"));
    words.into_iter().chain(numbers).collect()
}

fn borrowed(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

const NUMBERS: [(&str, &str); 6] = [
    ("spot", "S"),
    ("strike", "K"),
    ("years", "T"),
    ("rate", "r"),
    ("yield", "q"),
    ("volatility", "vol"),
];

fn numbers(row: &Value) -> Vec<(&'static str, f64)> {
    NUMBERS.iter().map(|(name, field)| (*name, row[field].as_f64().unwrap())).collect()
}

#[test]
fn prices_and_greeks_are_quantlib_s() {
    let Some(reference) = json("reference/quantlib_options.json") else { return };
    let workspace = Workspace::new();
    let names = [
        ("price", "price"),
        ("delta", "delta"),
        ("gamma", "gamma"),
        ("theta_per_year", "theta_per_year"),
        ("vega", "vega_per_unit_vol"),
        ("rho", "rho_per_unit_rate"),
        ("dividend_rho", "dividend_rho"),
    ];
    let rows = reference["european"].as_array().unwrap();
    for row in rows.iter().skip(500).step_by(149) {
        let arguments = option("price", row["type"].as_str().unwrap(), "european", &numbers(row));
        let found = workspace.json(&borrowed(&arguments));
        assert_eq!(
            (&found["schema"], &found["method"]),
            (&"bolt.options.price/1".into(), &"european".into())
        );
        for (name, field) in names {
            let (found, expected) = (found[name].as_f64().unwrap(), row[field].as_f64().unwrap());
            assert_close(found, expected, 1e-9, name);
        }
    }
    for row in reference["american"].as_array().unwrap().iter().step_by(7) {
        let arguments = option("price", row["type"].as_str().unwrap(), "american", &numbers(row));
        let found = workspace.json(&borrowed(&arguments))["price"].as_f64().unwrap();
        let tree = row["american_leisen_reimer_2001"].as_f64().unwrap();
        assert_close(found, tree, 1e-4, "american");
    }
}

const PUT: [&str; 10] =
    ["--type", "put", "--spot", "36", "--strike", "40", "--rate", "6%", "--years", "1"];

fn with<'a>(subcommand: &'a str, option: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    ["options", subcommand].iter().chain(option).chain(more).copied().collect()
}

#[test]
fn units_and_methods_are_said() {
    let workspace = Workspace::new();
    let arguments = with("price", &PUT, &["--style", "american", "--volatility", "20%"]);
    let found = workspace.json(&arguments);
    assert_eq!(found["method"], "boundary");
    let number = |name: &str| found[name].as_f64().unwrap();
    assert_close(number("theta_per_day"), number("theta_per_year") / 365.0, 1e-15, "theta");
    assert_close(number("vega_per_percent"), number("vega") / 100.0, 1e-15, "vega");
    assert_close(number("rho_per_percent"), number("rho") / 100.0, 1e-15, "rho");
    assert!(number("critical_spot") < 36.0);
    let shown = workspace.text(&arguments);
    for part in [
        "american put",
        "volatility 20 %",
        "exercise boundary",
        "by a day's passing",
        "by 1 % of volatility",
    ] {
        assert!(shown.contains(part), "`{part}` is not in: {shown}");
    }
}

#[test]
fn a_date_is_a_number_of_years() {
    let workspace = Workspace::new();
    let years = workspace.json(&with("price", &PUT, &["--volatility", "0.2"]));
    let dates = ["--expiry", "2026-06-30", "--date", "2025-06-30", "--volatility", "0.2"];
    assert_eq!(workspace.json(&with("price", &PUT[..8], &dates)), years);
}

#[test]
fn the_implied_volatility_gives_the_price_back() {
    let workspace = Workspace::new();
    for style in ["european", "american"] {
        let price =
            workspace.json(&with("price", &PUT, &["--style", style, "--volatility", "0.3"]));
        let given = price["price"].to_string();
        let found = workspace.json(&with("implied", &PUT, &["--style", style, "--price", &given]));
        assert_eq!(found["schema"], "bolt.options.implied/1");
        assert_close(found["volatility"].as_f64().unwrap(), 0.3, 1e-8, style);
        assert_close(
            found["price"].as_f64().unwrap(),
            price["price"].as_f64().unwrap(),
            1e-9,
            style,
        );
        assert!(
            workspace.text(&with("implied", &PUT, &["--price", "5"])).starts_with("volatility 0.")
        );
    }
}

#[track_caller]
fn refused(arguments: &[&str], expected: &[&str]) {
    let message = Workspace::new().refused(arguments);
    for part in expected {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn options_that_make_no_sense() {
    let price = |more: &[&'static str], expected: &[&str]| {
        refused(&with("price", &PUT, more), expected);
    };
    price(&[], &["--volatility"]);
    price(&["--volatility", "-20%"], &["`-20%` is negative", "20%"]);
    price(&["--volatility", "high"], &["not a fraction", "`5%`"]);
    price(&["--volatility", "0.2", "--style", "americn"], &["did you mean `american`"]);
    price(&["--volatility", "0.2", "--expiry", "2026-01-01"], &["--years"]);
    price(&["--volatility", "0.2", "--date", "2026-01-01"], &["--years", "--date"]);
    refused(&["options", "price", "--type", "calll"], &["did you mean `call`"]);
    refused(
        &["options", "price", "--type", "call", "--strike", "0"],
        &["`0` is not a positive number"],
    );
    let dates = ["--volatility", "0.2", "--expiry", "2026-01-01", "--date", "2026-01-02"];
    refused(&with("price", &PUT[..8], &dates), &["2026-01-01", "before"]);
    refused(&with("price", &PUT[..8], &["--volatility", "0.2"]), &["--years"]);
    refused(&with("implied", &PUT, &["--price", "0.5"]), &["below", "check the rate"]);
    refused(&with("implied", &PUT, &["--price", "99"]), &["infinite volatility", "same unit"]);
    refused(&with("implied", &PUT[..8], &["--years", "0", "--price", "4"]), &["expired"]);
}

#[test]
fn a_percentage_without_its_sign_is_suspicious() {
    let output = Workspace::new().run(&with("price", &PUT, &["--volatility", "20"]));
    assert!(output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("`20%`"));
}
