//! Whole pages: structure, escaping, tables.

use bolt_base::UnixNanos;

use super::super::months::yearly;
use super::super::*;
use super::checker::{Element, check};
use super::{day, days};

const NASTY: &str = r#"a<b>&"c"'d'</script><script>alert(1)</script>"#;

fn trade(i: usize) -> Trade {
    Trade {
        symbol: String::new(),
        side: "long".to_owned(),
        size: 10.0,
        entry_time: days(i + 1)[i],
        entry_price: 100.0,
        exit_time: None,
        exit_price: f64::NAN,
        pnl: -1.5,
        return_fraction: f64::NAN,
        fees: 0.0,
        reason: "open".to_owned(),
    }
}

fn trades_page(trades: Vec<Trade>) -> String {
    let section = Trades { title: "Trades".to_owned(), note: String::new(), trades };
    render(&Page { sections: vec![Section::Trades(section)], ..Page::default() })
}

/// Returns the texts of the elements of a name.
fn texts(elements: &[Element], name: &str) -> Vec<String> {
    elements.iter().filter(|e| e.name == name).map(|e| e.text.clone()).collect()
}

/// Returns one section of each kind of chart, with one text everywhere.
fn charts_of<'a>(text: &'a str, times: &'a [UnixNanos], values: &'a [f64]) -> Vec<Section<'a>> {
    let title = || text.to_owned();
    let series = Series { name: text, values };
    let axis = || Axis { name: title(), values: vec![1.0, f64::NAN] };
    let metric =
        || Metric { name: title(), unit: Unit::Percent, values: vec![f64::NAN; 4], best: None };
    vec![
        Section::Equity(EquityCurve {
            title: title(),
            note: title(),
            times,
            zone: title(),
            equity: series,
            benchmark: Some(series),
            entries: &[0],
            exits: &[1],
        }),
        Section::Drawdown(Drawdown {
            title: title(),
            note: title(),
            times,
            zone: title(),
            drawdown: series,
        }),
        Section::HeatMap(HeatMap {
            title: title(),
            note: title(),
            x: axis(),
            y: axis(),
            metrics: vec![metric(), metric()],
        }),
        Section::Lines(LineChart {
            title: title(),
            note: title(),
            x: Abscissa::Numbers { numbers: &[1.0, 2.0, 3.0], name: title() },
            unit: Unit::Percent,
            series: vec![series],
        }),
    ]
}

/// Returns one section of each kind of table, with one text everywhere and odd numbers.
fn tables_of(text: &str, time: UnixNanos) -> Vec<Section<'static>> {
    let title = || text.to_owned();
    let odd = || vec![Value::Text(title()), Value::Number(f64::NAN), Value::Time(time)];
    let trade = Trade { symbol: title(), side: title(), reason: title(), ..trade(0) };
    let rows = vec![Statistic { label: title(), values: odd() }];
    vec![
        Section::Months(MonthlyReturns {
            title: title(),
            note: title(),
            months: vec![Month { year: 2001, month: 1, fraction: f64::NAN }],
        }),
        Section::Statistics(Statistics {
            title: title(),
            note: title(),
            columns: vec![title(), title()],
            groups: vec![Group { title: title(), rows }],
        }),
        Section::Trades(Trades { title: title(), note: title(), trades: vec![trade] }),
        Section::Table(Table {
            title: title(),
            note: title(),
            columns: vec![title(), title()],
            rows: vec![odd()],
        }),
    ]
}

/// Returns a page with one text everywhere.
fn page_of(text: &str, times: &[UnixNanos], values: &[f64]) -> String {
    let title = || text.to_owned();
    let charts = charts_of(text, times, values).into_iter();
    render(&Page {
        title: title(),
        subtitle: title(),
        facts: vec![
            Fact { label: title(), value: title(), is_code: false },
            Fact { label: title(), value: title(), is_code: true },
        ],
        headline: vec![Figure { label: title(), value: Value::Text(title()), tone: Tone::Bad }],
        warnings: vec![title()],
        sections: charts.chain(tables_of(text, times[0])).collect(),
    })
}

#[test]
fn text_never_becomes_markup() {
    let values = [1.0, f64::NAN, f64::INFINITY];
    let names = |html: &str| -> Vec<String> {
        check(html).into_iter().map(|element| element.name).collect()
    };
    let plain = names(&page_of("a long text that is as long as the nasty one", &days(3), &values));
    assert_eq!(names(&page_of(NASTY, &days(3), &values)), plain);
}

#[test]
fn a_page_loads_nothing() {
    let html = page_of("text", &days(3), &[1.0, 2.0, 3.0]);
    check(&html);
    for address in ["http://", "https://", "//cdn", "fetch(", "XMLHttpRequest", "import("] {
        assert!(!html.contains(address), "`{address}`");
    }
    assert!(html.contains("content=\"default-src 'none';"));
}

#[test]
fn an_empty_page_is_a_page() {
    let elements = check(&render(&Page::default()));
    assert_eq!(texts(&elements, "h1"), [""]);
    assert!(!elements.iter().any(|e| e.name == "nav" || e.name == "section"));
}

#[test]
fn warnings_stand_above_the_headline() {
    let html = page_of("text", &days(3), &[1.0, 2.0, 3.0]);
    assert!(html.find("class=\"warnings\"").unwrap() < html.find("class=\"headline\"").unwrap());
}

#[test]
fn months_compound_to_years() {
    let month = |year, month, fraction| Month { year, month, fraction };
    let months =
        [month(2002, 1, 0.5), month(2001, 12, 0.1), month(2001, 1, -0.5), month(2003, 1, f64::NAN)];
    let years = yearly(&months);
    assert!((years[&2001] + 0.45).abs() < 1e-15);
    assert!((years[&2002] - 0.5).abs() < 1e-15);
    assert!(years[&2003].is_nan());
    let section =
        MonthlyReturns { title: "Months".to_owned(), note: String::new(), months: months.to_vec() };
    let html = render(&Page { sections: vec![Section::Months(section)], ..Page::default() });
    let cells = texts(&check(&html), "td");
    assert_eq!(cells.len(), 3 * 13);
    assert_eq!(
        (cells[0].as_str(), cells[11].as_str(), cells[12].as_str()),
        ("−50.0", "10.0", "−45.0")
    );
    assert_eq!((cells[13].as_str(), cells[14].as_str(), cells[25].as_str()), ("50.0", "", "50.0"));
    assert_eq!((cells[26].as_str(), cells[38].as_str()), ("–", "–"));
}

#[test]
fn no_trades_say_so() {
    let html = trades_page(Vec::new());
    check(&html);
    assert!(html.contains("No trades."));
}

#[test]
fn an_open_trade_has_no_exit() {
    let cells = texts(&check(&trades_page(vec![trade(0)])), "td");
    let expected =
        ["long", "10", "2001-01-01", "100.00", "–", "–", "–", "−1.50", "–", "0.00", "open"];
    assert_eq!(cells, expected);
}

#[test]
fn the_first_page_is_text_and_all_trades_are_data() {
    let html = trades_page((0..45).map(trade).collect());
    let elements = check(&html);
    assert_eq!(elements.iter().filter(|e| e.name == "tr").count(), 21);
    let data = elements.iter().find(|e| e.get("type") == Some("application/json")).unwrap();
    let data: serde_json::Value = serde_json::from_str(&data.text).unwrap();
    let entries = &data["columns"][2];
    assert_eq!(entries["values"].as_array().unwrap().len(), 45);
    let start = entries["start"].as_f64().unwrap();
    let count = entries["values"][44].as_f64().unwrap();
    let last = start + count * entries["unit"].as_f64().unwrap();
    assert_eq!(last * 1e6, days(45)[44].0 as f64);
    assert!(data["columns"][4]["values"][0].is_null());
}

#[test]
fn trades_beyond_the_most_are_counted() {
    let first = trade(0);
    let html = trades_page(vec![first; Trades::MOST + 1234]);
    assert!(html.contains("The first 50,000 trades; 1,234 more are left out."));
    assert!(html.len() < 100 * Trades::MOST);
}

#[test]
fn a_symbol_column_is_shown_if_there_is_one() {
    let headings = |symbol: &str| {
        let trade = Trade { symbol: symbol.to_owned(), ..trade(0) };
        texts(&check(&trades_page(vec![trade])), "th")
    };
    assert_eq!(headings("")[0], "Side");
    assert_eq!(headings("GOOG")[0], "Symbol");
    assert!(headings("").contains(&"P&amp;L".to_owned()));
}

#[test]
fn values_left_out_of_a_table_are_dashes() {
    let table = Table {
        title: "Folds".to_owned(),
        note: String::new(),
        columns: vec!["Fold".to_owned(), "Start".to_owned(), "Sharpe".to_owned()],
        rows: vec![vec![Value::Count(1), Value::Time(day(2020, 1, 2))]],
    };
    let html = render(&Page { sections: vec![Section::Table(table)], ..Page::default() });
    assert_eq!(texts(&check(&html), "td"), ["1", "2020-01-02", "–"]);
    let rows = vec![Statistic { label: "Beta".to_owned(), values: vec![Value::Number(1.0)] }];
    let statistics = Statistics {
        title: "Statistics".to_owned(),
        note: String::new(),
        columns: vec!["Strategy".to_owned(), "Benchmark".to_owned()],
        groups: vec![Group { title: "Risk".to_owned(), rows }],
    };
    let sections = vec![Section::Statistics(statistics)];
    let html = render(&Page { sections, ..Page::default() });
    assert_eq!(texts(&check(&html), "td"), ["", "1.00", "–"]);
}
