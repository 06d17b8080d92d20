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
    let workspace = Workspace::new();
    workspace.write("c.csv", "type,strike,years,rate\nput,40,1,6%\nput,40,1,-3\n");
    let warned = |arguments: &[&str], expected: &[&str]| {
        let output = workspace.run(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {stderr}");
        assert_eq!(stderr.lines().count(), expected.len(), "{arguments:?}: {stderr}");
        for part in expected {
            assert!(stderr.contains(part), "`{part}` is not in: {stderr}");
        }
    };
    let volatile = ["a volatility of 20 is 2000 % a year; 20 % is written `20%` or `0.2`"];
    let rate = ["a rate of 5 is 500 % a year; 5 % is written `5%` or `0.05`"];
    let dividends = ["a dividend yield of -2 is -200 % a year"];
    warned(&with("price", &PUT, &["--volatility", "20"]), &volatile);
    warned(&with("price", &PUT, &["--volatility", "4.9", "--dividend-yield", "99%"]), &[]);
    let (put, market) = (["--type", "put", "--strike", "40", "--years", "1"], ["--spot", "36"]);
    let at = |more: [&'static str; 2]| [&market[..], &more].concat();
    let priced = [&put[..], &["--volatility", "20%"]].concat();
    warned(&with("price", &priced, &at(["--rate", "5"])), &rate);
    warned(&with("price", &priced, &at(["--dividend-yield", "-2"])), &dividends);
    let quoted = [&put[..], &["--price", "0.1", "--rate", "5"]].concat();
    warned(&with("implied", &quoted, &market), &rate);
    let held = ["--position", "put:40:1:1:20%"];
    warned(&with("scenario", &held, &at(["--rate", "5"])), &rate);
    let chain = ["c.csv", "--volatility", "20%"];
    warned(&with("chain", &chain, &market), &["a rate of -3 is -300 %"]);
}

const CHAIN: &str = "\
Type,Style,Strike,Expiry,Price,Volatility,Note
call,european,100,2026-06-30,,20%,a
put,american,110,2026-12-30,,0.3,b
call,,95,2026-06-30,7.5,,c
";

const TODAY: [&str; 6] = ["--spot", "100", "--rate", "5%", "--date", "2025-12-30"];

#[test]
fn a_chain_is_priced_row_by_row() {
    let workspace = Workspace::new();
    workspace.write("chain.csv", CHAIN);
    let arguments = with("chain", &["chain.csv"], &TODAY);
    let found = workspace.json(&arguments);
    assert_eq!(found["schema"], "bolt.options.chain/1");
    let rows = found["options"].as_array().unwrap();
    let days = ["--spot", "100", "--rate", "5%", "--date", "2025-12-30", "--expiry"];
    let rest: [&[&str]; 3] = [
        &["2026-06-30", "--type", "call", "--strike", "100", "--volatility", "0.2"],
        &[
            "2026-12-30",
            "--type",
            "put",
            "--strike",
            "110",
            "--volatility",
            "0.3",
            "--style",
            "american",
        ],
        &["2026-06-30", "--type", "call", "--strike", "95", "--price", "7.5"],
    ];
    for (row, rest) in rows.iter().zip(rest) {
        let subcommand = if rest.contains(&"--price") { "implied" } else { "price" };
        let expected = workspace.json(&with(subcommand, &days, rest));
        for name in ["price", "volatility", "delta", "gamma", "theta_per_day", "vega", "rho"] {
            assert_eq!(row[name], expected[name], "{name}");
        }
    }
    assert_eq!((&rows[2]["quote"], &rows[0]["quote"]), (&7.5.into(), &Value::Null));
    let shown = workspace.run(&arguments);
    assert!(String::from_utf8(shown.stderr).unwrap().contains("columns not used: `note`"));
    assert_eq!(String::from_utf8(shown.stdout).unwrap().lines().count(), 4);
}

#[test]
fn what_a_chain_writes_is_a_chain() {
    let workspace = Workspace::new();
    workspace.write("chain.csv", CHAIN);
    workspace.text(&with("chain", &["chain.csv", "--out", "greeks.csv"], &TODAY));
    let written = workspace.read("greeks.csv");
    assert!(written.starts_with("type,style,strike,years,spot,rate,dividend_yield,volatility,"));
    workspace.text(&["options", "chain", "greeks.csv", "--out", "again.csv"]);
    let column = |text: &str, name: &str| -> Vec<String> {
        let at = text.lines().next().unwrap().split(',').position(|found| found == name).unwrap();
        text.lines().map(|line| line.split(',').nth(at).unwrap().to_owned()).collect()
    };
    let again = workspace.read("again.csv");
    for name in ["price", "volatility", "delta", "dividend_rho"] {
        assert_eq!(column(&again, name), column(&written, name), "{name}");
    }
}

#[track_caller]
fn refused_chain(text: &str, more: &[&str], expected: &[&str]) {
    let workspace = Workspace::new();
    workspace.write("chain.csv", text);
    let message = workspace.refused(&with("chain", &["chain.csv"], more));
    for part in expected {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn a_bad_row_says_where_it_is() {
    let header = "type,strike,years,spot,volatility,price\n";
    let rows = |rows: &str| format!("{header}{rows}");
    refused_chain(
        &rows("call,100,1,100,0.2,\ncal,100,1,100,0.2,\nput,-5,1,100,0.2,\n"),
        &[],
        &[
            "chain.csv",
            "2 faults",
            "line 3, column `type`: `cal` is neither",
            "line 4, column `strike`",
        ],
    );
    refused_chain(&rows("call,100,,100,0.2,\n"), &[], &["line 2, column `years`"]);
    refused_chain(
        &rows("call,100,1,100,,\n"),
        &[],
        &["line 2, column `volatility`", "--volatility"],
    );
    refused_chain(&rows("call,90,1,100,,5\n"), &[], &["line 2, column `price`", "--keep-going"]);
    refused_chain(&rows("call,100,1\n"), &[], &["line 2", "3 fields where 6"]);
    refused_chain("type,strikes,years\ncall,1,1\n", &[], &["`strike`", "did you mean `strikes`"]);
    refused_chain("type,strike,years\ncall,1,1\n", &[], &["no column `spot`"]);
    refused_chain("type,strike,years\ncall,1,1\n", &["--spot", "1"], &["no column `volatility`"]);
    refused_chain("type,strike,expiry\ncall,1,2026-01-01\n", &["--spot", "1"], &["--date"]);
    let missing = Workspace::new().run(&["options", "chain", "nothing.csv"]);
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn prices_that_no_volatility_gives_can_be_left_out() {
    let workspace = Workspace::new();
    workspace
        .write("chain.csv", "type,strike,years,spot,price\ncall,90,1,100,5\ncall,90,1,100,12\n");
    let output = workspace.run(&["options", "chain", "chain.csv", "--keep-going", "--json"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("1 of 2 prices"));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(found["options"][0]["volatility"].is_null() && found["options"][0]["delta"].is_null());
    assert!(found["options"][1]["volatility"].as_f64().unwrap() > 0.0);
}

const SHOCKS: [&str; 6] =
    ["--spots", "-10%..10%:10%", "--volatilities", "-5%,0,5%", "--years-passed", "0,73d"];

#[test]
fn scenarios_are_prices_at_other_terms() {
    let workspace = Workspace::new();
    let positions = ["--position", "put:40:1:-3:0.3:american", "call:50:0.5:2", "stock:4"];
    let market = ["--spot", "36", "--rate", "6%", "--volatility", "0.25"];
    let found = workspace.json(&with("scenario", &positions, &[&market[..], &SHOCKS].concat()));
    assert_eq!(found["schema"], "bolt.options.scenario/1");
    let cells = found["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 3 * 3 * 2);
    let value = |kind: &str, style: &str, numbers: [f64; 4]| {
        let names = ["strike", "years", "spot", "volatility"];
        let numbers: Vec<(&str, f64)> =
            names.into_iter().zip(numbers).chain([("rate", 0.06)]).collect();
        workspace.json(&borrowed(&option("price", kind, style, &numbers)))["price"]
            .as_f64()
            .unwrap()
    };
    let total = |spot: f64, change: f64, passed: f64| {
        4.0 * spot - 3.0 * value("put", "american", [40.0, 1.0 - passed, spot, 0.3 + change])
            + 2.0 * value("call", "european", [50.0, 0.5 - passed, spot, 0.25 + change])
    };
    let base = total(36.0, 0.0, 0.0);
    assert_close(found["base"]["price"].as_f64().unwrap(), base, 1e-9, "base");
    for cell in cells {
        let number = |name: &str| cell[name].as_f64().unwrap();
        let spot = 36.0 * (1.0 + number("spot_change"));
        let expected = total(spot, number("volatility_change"), number("years_passed"));
        assert_close(number("price"), expected, 1e-9, "price");
        assert_close(number("pnl"), expected - base, 1e-9, "pnl");
    }
    let one = with("scenario", &positions, &[&market[..], &SHOCKS, &["--threads", "1"]].concat());
    assert_eq!(workspace.json(&one), found);
}

#[test]
fn a_table_of_scenarios_has_spots_down_and_volatilities_across() {
    let workspace = Workspace::new();
    let arguments = ["--spot", "100", "--position", "stock:2"];
    let shown = workspace.text(&with("scenario", &arguments, &SHOCKS));
    assert!(
        shown.contains("profit or loss") && shown.contains("after 0.2000 years (73 days)"),
        "{shown}"
    );
    let line = |label: &str| -> Vec<String> {
        let line = shown.lines().find(|line| line.trim_start().starts_with(label)).unwrap();
        line.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(line("-10 %"), ["-10", "%", "90", "-20", "-20", "-20"]);
    assert_eq!(line("spot"), ["spot", "-5", "%", "0", "%", "+5", "%"]);
    let deltas = workspace.text(&with("scenario", &arguments, &["--show", "delta"]));
    assert!(deltas.contains("delta") && deltas.lines().last().unwrap().ends_with(" 2"), "{deltas}");
}

#[test]
fn a_file_of_positions_is_as_good_as_flags() {
    let workspace = Workspace::new();
    workspace.write(
        "book.csv",
        "type,strike,expiry,units,volatility,style\nput,40,2026-12-30,-3,30%,american\nstock,,,4,,\n",
    );
    let market = ["--spot", "36", "--rate", "6%"];
    let file = ["--positions", "book.csv", "--date", "2025-12-30"];
    let flags = ["--position", "put:40:1:-3:0.3:american", "--position", "stock:4"];
    let run = |positions: &[&str]| workspace.json(&with("scenario", positions, &market));
    assert_eq!(run(&file), run(&flags));
}

#[test]
fn scenarios_that_make_no_sense() {
    let run = |more: &[&'static str], expected: &[&str]| {
        refused(&with("scenario", &["--spot", "100"], more), expected);
    };
    run(&[], &["no positions", "--position call:100:0.5:10"]);
    run(&["--position", "call:100:0.5"], &["`call:100:0.5`", "its colons: 3", "hint"]);
    run(&["--position", "call:100:0.5:10"], &["no volatility", "--volatility"]);
    run(&["--position", "call:0:0.5:10:0.2"], &["`0` is not a positive number"]);
    run(&["--position", "cal:100:0.5:10:0.2"], &["did you mean `call`"]);
    run(&["--position", "stock:1", "--spots", "-100%..0:50%"], &["-100 %", "leaves no price"]);
    run(&["--position", "stock:1", "--spots", "-10%..10%"], &["has no step"]);
    run(&["--position", "stock:1", "--years-passed", "-1"], &["-1"]);
    let steps = ["--position", "stock:1", "--spots", "0..1:0.001", "--volatilities", "0..1:0.001"];
    run(&steps, &["1002001 cells", "larger steps"]);
    let workspace = Workspace::new();
    workspace.write("book.csv", "type,strike,years,units\ncall,100,1,many\n");
    let file =
        with("scenario", &["--spot", "100", "--positions", "book.csv"], &["--volatility", "0.2"]);
    assert!(workspace.refused(&file).contains("line 2, column `units`: `many` is not a number"));
}
