//! `bolt portfolio`.

use serde_json::{Value, json};

use crate::support::Workspace;

fn update<'a>(name: &'a str, date: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["portfolio", "update", name, "--date", date], more].concat()
}

const FIRST: [&str; 8] = [
    "--positions",
    "AAPL=10@100",
    "MSFT=-4@50",
    "--cash",
    "300",
    "--prices",
    "AAPL=110",
    "MSFT=60",
];

#[test]
fn an_update_values_and_keeps() {
    let workspace = Workspace::new();
    let found = workspace.json(&update("mine", "2026-01-05", &FIRST));
    assert_eq!(found["schema"], "bolt.portfolio.update/1");
    let number = |found: &Value, name: &str| found[name].as_f64().unwrap();
    // 1,100 of Apple less 240 of Microsoft and 300 of cash.
    for (name, expected) in [
        ("equity", 1160.0),
        ("gross_exposure", 1340.0),
        ("net_exposure", 860.0),
        ("short_exposure", -240.0),
        ("unrealized_pnl", 60.0),
    ] {
        assert_eq!(number(&found, name), expected, "{name}");
    }
    assert_eq!(found["since"], Value::Null);
    assert_eq!(found["positions"][1]["weight"], json!(-240.0 / 1160.0));
    let next = ["--cash", "400", "--prices", "AAPL=120", "MSFT=55"];
    let found = workspace.json(&update("mine", "2026-01-06", &next));
    // A deposit of 100 is in the equity, and not in what prices did: 10 x 10 + 4 x 5.
    let since =
        json!({"date": "2026-01-05T00:00:00Z", "equity": 1160.0, "pnl": 220.0, "price_pnl": 120.0});
    assert_eq!((number(&found, "equity"), &found["since"]), (1380.0, &since));
    assert_eq!(found["positions"][0]["cost"], 100.0);
    let mut shown = workspace.json(&["portfolio", "show", "mine"]);
    assert_eq!(shown["schema"], "bolt.portfolio/1");
    shown["schema"] = found["schema"].clone();
    assert_eq!(shown, found);
}

#[test]
fn a_price_that_is_missing_may_be_kept() {
    let workspace = Workspace::new();
    workspace.text(&update("mine", "2026-01-05", &FIRST));
    let missing = update("mine", "2026-01-06", &["--prices", "AAPL=120"]);
    let message = workspace.refused(&missing);
    assert!(
        message.contains("no price for `MSFT`") && message.contains("--stale keep"),
        "{message}"
    );
    let output = workspace.run(&[&missing[..], &["--stale", "keep"]].concat());
    assert!(String::from_utf8(output.stderr).unwrap().contains("kept: MSFT"));
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("last price kept") && shown.contains("equity +100"), "{shown}");
    let new = update("new", "2026-01-06", &["--positions", "A=1", "--stale", "keep"]);
    assert!(workspace.refused(&new).contains("nor an earlier one"));
    assert_eq!(workspace.json(&["portfolio", "list"])["portfolios"].as_array().unwrap().len(), 1);
}

#[test]
fn files_are_as_good_as_flags() {
    let workspace = Workspace::new();
    workspace.write("positions.csv", "Symbol;Units;Cost\nAAPL;10;100\nMSFT;-4;50\n");
    workspace.write("prices.csv", "ticker,close,volume\nMSFT,60,1\nAAPL,110,2\nIBM,,3\n");
    let files = ["--positions", "positions.csv", "--cash", "300", "--prices", "prices.csv"];
    let mut found = workspace.json(&update("files", "2026-01-05", &files));
    found["name"] = "flags".into();
    assert_eq!(found, workspace.json(&update("flags", "2026-01-05", &FIRST)));
    let other = update("files", "2026-01-06", &["--prices", "prices.csv", "AAPL=111"]);
    assert_eq!(workspace.json(&other)["since"]["price_pnl"], 10.0);
}

#[test]
fn a_cost_holds_until_units_are_added() {
    let workspace = Workspace::new();
    let prices = ["--prices", "AAPL=110", "MSFT=60"];
    // The next positions of 10 Apple at 100 and -4 Microsoft at 50, and the costs that they have.
    for (apple, microsoft, costs) in [
        ("AAPL=10", "MSFT=-4", [Some(100.0), Some(50.0)]),
        ("AAPL=3", "MSFT=-0.5", [Some(100.0), Some(50.0)]),
        ("AAPL=0", "MSFT=0", [Some(100.0), Some(50.0)]),
        ("AAPL=11", "MSFT=-5", [None, None]),
        ("AAPL=-1", "MSFT=1", [None, None]),
        ("AAPL=11@101", "MSFT=-4", [Some(101.0), Some(50.0)]),
    ] {
        let name = format!("{apple}{microsoft}");
        workspace.text(&update(&name, "2026-01-05", &FIRST));
        let next = [&["--positions", apple, microsoft][..], &prices].concat();
        let output =
            workspace.run(&[&update(&name, "2026-01-06", &next)[..], &["--json"]].concat());
        let (found, warning) = (output.stdout, String::from_utf8(output.stderr).unwrap());
        let found: Value = serde_json::from_slice(&found).unwrap();
        let kept = [0, 1].map(|position| found["positions"][position]["cost"].as_f64());
        assert_eq!(kept, costs, "{name}");
        assert_eq!(found["cash"], 300.0);
        assert_eq!(found["unrealized_pnl"].is_null(), costs[0].is_none(), "{name}");
        assert_eq!(warning.contains("AAPL=11@COST"), apple == "AAPL=11", "{warning}");
    }
}

#[test]
fn a_gain_is_not_known_without_a_cost() {
    let workspace = Workspace::new();
    let more = ["--positions", "AAPL=10@100", "MSFT=4", "--prices", "AAPL=110", "MSFT=60"];
    let output = workspace.run(&update("mine", "2026-01-05", &more));
    let (shown, note) = (output.stdout, String::from_utf8(output.stderr).unwrap());
    let shown = String::from_utf8(shown).unwrap();
    assert!(shown.contains("unrealized pnl -\n"), "{shown}");
    assert!(note.contains("MSFT") && !note.contains("AAPL"), "{note}");
    let found = workspace.json(&["portfolio", "show", "mine"]);
    assert_eq!(
        (&found["unrealized_pnl"], &found["positions"][1]["cost"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(found["positions"][0]["unrealized_pnl"], 100.0);
}

#[test]
fn the_history_is_kept_in_order() {
    let workspace = Workspace::new();
    workspace.text(&update("mine", "2026-02-10", &FIRST));
    for (date, price) in [("2026-01-31", "100"), ("2026-02-11T15:30:00+01:00", "130")] {
        let prices = format!("AAPL={price}");
        workspace.text(&update("mine", date, &["--positions", "AAPL=1", "--prices", &prices]));
    }
    let history = |more: &[&str]| -> Vec<(String, f64)> {
        let arguments = [&["portfolio", "history", "mine"], more].concat();
        let found = workspace.json(&arguments);
        assert_eq!(found["schema"], "bolt.portfolio.history/1");
        let points = found["points"].as_array().unwrap().iter();
        points
            .map(|point| {
                (point["date"].as_str().unwrap().to_owned(), point["equity"].as_f64().unwrap())
            })
            .collect()
    };
    let january = ("2026-01-31T00:00:00Z".to_owned(), 100.0);
    let all = history(&[]);
    assert_eq!((all.len(), &all[0]), (3, &january));
    assert_eq!(all[2], ("2026-02-11T14:30:00Z".to_owned(), 430.0));
    assert_eq!(history(&["--to", "2026-01"]), [january]);
    assert_eq!(history(&["--from", "2026-02", "--to", "2026-02-10"]), all[1..2]);
    let shown = workspace.text(&["portfolio", "history", "mine"]);
    assert!(shown.contains("2026-02-11 14:30") && shown.contains("-730"), "{shown}");
    let listed = workspace.text(&["portfolio", "list"]);
    assert!(listed.lines().nth(1).unwrap().starts_with("mine"), "{listed}");
}

#[test]
fn requests_that_make_no_sense() {
    let workspace = Workspace::new();
    workspace.text(&update("mine", "2026-01-05", &FIRST));
    let refused = |arguments: &[&str], expected: &[&str]| {
        let message = workspace.refused(arguments);
        for part in expected {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
    };
    refused(&["portfolio", "show", "mien"], &["no portfolio `mien`", "did you mean `mine`"]);
    refused(&["portfolio", "history", "other"], &["bolt portfolio list"]);
    refused(
        &update("mine", "2026-01-05", &["--prices", "AAPL=1", "MSFT=1"]),
        &["2026-01-05", "already", "another --date"],
    );
    refused(&update("mine", "tomorrow", &[]), &["tomorrow", "not a time"]);
    refused(
        &update("new", "2026-01-05", &["--prices", "A=1"]),
        &["no positions before 2026-01-05", "--positions"],
    );
    let new =
        |more: &[&str], expected: &[&str]| refused(&update("new", "2026-01-05", more), expected);
    new(&["--positions", "A=x"], &["`A=x`", "not a number", "AAPL=10"]);
    new(&["--positions", "=1"], &["no symbol"]);
    new(&["--positions", "A=1", "A=2", "--prices", "A=1"], &["two positions in `A`"]);
    for (price, reason) in [
        ("A=inf", "not a number"),
        ("A=nan", "not a number"),
        ("A=-5", "not a positive number"),
        ("A=0", "not a positive number"),
        ("A=", "not a number"),
    ] {
        new(&["--positions", "A=1", "--prices", price], &[price, reason]);
    }
    new(&["--positions", "A=1e999", "--prices", "A=1"], &["`1e999` is beyond 1e15"]);
    for position in ["A=inf", "A=NaN", "A=1@inf"] {
        new(&["--positions", position, "--prices", "A=1"], &[position, "not a number"]);
    }
    new(&["--positions", "A=1@-5", "--prices", "A=1"], &["`A=1@-5`", "zero or more"]);
    new(&["--positions", "A=1", "--cash", "inf"], &["--cash", "`inf` is not a number"]);
    let apple = ["--positions", "AAPL=1", "--prices"];
    new(&[&apple[..], &["APPL=1"]].concat(), &["no position in it", "did you mean `AAPL`"]);
    new(&[&apple[..], &["AAPL=1", "XYZ=1"]].concat(), &["`XYZ`", "--positions says"]);
    workspace.write("r.csv", "symbol,price\nAAPL,1\nIBM,-2\n");
    new(&[&apple[..], &["r.csv"]].concat(), &["line 3, column `price`: `-2`", "positive"]);
    workspace.write("p.csv", "symbol,units\nA,1\nB,many\n");
    new(&["--positions", "p.csv"], &["p.csv", "line 3, column `units`: `many`"]);
    workspace.write("q.csv", "symbol,unit\nA,1\n");
    new(&["--positions", "q.csv"], &["no column `units`", "did you mean `unit`"]);
    new(&["--positions", "AAPL"], &["there is no file `AAPL`\n  hint: write AAPL=10 or"]);
    new(&["--positions", "A=1", "--prices", "A"], &["there is no file `A`", "AAPL=212.5"]);
    let missing = workspace.run(&update("new", "2026-01-05", &["--positions", "nothing.csv"]));
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn the_history_of_a_run_is_not_changed() {
    let workspace = Workspace::new();
    let store = workspace.path("bolt.db");
    let id = {
        let mut store = bolt_sql::Store::open(&store, &bolt_sql::StoreOptions::default()).unwrap();
        let run = bolt_sql::records::Run {
            created: bolt_base::UnixNanos(0),
            kind: bolt_sql::records::RunKind::Backtest,
            name: String::new(),
            formula: String::new(),
            manifest: "{}".to_owned(),
            figures: std::collections::BTreeMap::new(),
        };
        let point = bolt_sql::records::PortfolioPoint {
            date: bolt_base::UnixNanos(7),
            equity: 1.0,
            cash: 1.0,
            positions: std::collections::BTreeMap::new(),
            prices: std::collections::BTreeMap::new(),
            costs: std::collections::BTreeMap::new(),
        };
        store.record(&run, &[], &[point], &mut bolt_base::Rng::new(1)).unwrap()
    };
    let at = ["--store", store.to_str().unwrap()];
    let more = ["--positions", "A=1", "--prices", "A=1"];
    let message = workspace.refused(&[&update(id.as_str(), "2026-01-05", &more)[..], &at].concat());
    assert!(message.contains("history of a run"), "{message}");
    let history = ["portfolio", "history", id.as_str()];
    assert_eq!(workspace.json(&[&history[..], &at].concat())["points"][0]["equity"], 1.0);
}
