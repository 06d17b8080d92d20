//! What reading delimited text gives, through the public function.

use std::fmt::Write;

use bolt_base::{Rng, UnixNanos};
use bolt_exec::Pool;
use proptest::prelude::*;

use super::{CsvOptions, DateOrder, EpochUnit};
use crate::data::{
    Bars, ColumnOptions, DataError, Dataset, FrameKind, LoadOptions, Panel, Policy, RepairKind,
    TimeSource, Zone, load, load_text,
};

fn load_with(text: &str, csv: CsvOptions) -> Result<Dataset, DataError> {
    load_text("x.csv", text.as_bytes(), &LoadOptions { csv, ..LoadOptions::default() })
}

fn load_columns(text: &str, columns: ColumnOptions) -> Result<Dataset, DataError> {
    load_text("x.csv", text.as_bytes(), &LoadOptions { columns, ..LoadOptions::default() })
}

fn bars(text: &str) -> Bars {
    load_with(text, CsvOptions::default()).unwrap().into_bars().unwrap()
}

/// Shows bars as lines of values, names first.
fn shown(bars: &Bars) -> String {
    let names: Vec<&str> = bars.columns().map(|(name, _)| name).collect();
    let mut text = names.join(" ");
    for row in 0..bars.len() {
        write!(text, "\n{}", bars.timestamps()[row]).unwrap();
        bars.columns().for_each(|(_, column)| write!(text, " {}", column[row]).unwrap());
    }
    text
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(shown(&bars(text)), expected, "{text}");
}

#[track_caller]
fn check_error(text: &str, expected: &[&str]) {
    let error = load_with(text, CsvOptions::default()).unwrap_err().to_string();
    for part in expected {
        assert!(error.contains(part), "`{part}` is not in:\n{error}");
    }
}

const TWO_BARS: &str = "open high low close volume\n\
                        2024-01-02T00:00:00Z 1 3 0.5 2 10\n\
                        2024-01-03T00:00:00Z 2 4 1.5 3 20";

#[test]
fn the_same_bars_in_the_dialects_of_vendors() {
    check(
        "ts,open,high,low,close,volume\n2024-01-02,1,3,0.5,2,10\n2024-01-03,2,4,1.5,3,20\n",
        TWO_BARS,
    );
    check(
        "Date;Open;High;Low;Close;Volume\r\n02.01.2024;1;3;0,5;2;10\r\n13.01.2024;2;4;1,5;3;20",
        &TWO_BARS.replace("01-03", "01-13"),
    );
    check(
        "\u{feff}\"Date\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"\n\"2024-01-02\",\"1\",\"3\",\"0.5\",\"2\",\"10\"\n\"2024-01-03\",\"2\",\"4\",\"1.5\",\"3\",\"20\"\n",
        TWO_BARS,
    );
    check(
        "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<VOL>\n2024.01.02\t00:00:00\t1\t3\t0.5\t2\t10\n2024.01.03\t00:00:00\t2\t4\t1.5\t3\t20\n",
        TWO_BARS,
    );
    check("20240102 000000;1;3;0.5;2;10\n20240103 000000;2;4;1.5;3;20\n", TWO_BARS);
    check("1704153600000,1,3,0.5,2,10\n1704240000000,2,4,1.5,3,20\n", TWO_BARS);
    check("timestamp|o|h|l|c|v\n1704153600|1|3|0.5|2|10\n1704240000|2|4|1.5|3|20\n", TWO_BARS);
    check(
        "timestamp,1. open,2. high,3. low,4. close,5. volume\n2024-01-02,1,3,.5,2,10\n2024-01-03,2,4,1.5,3,20\n",
        TWO_BARS,
    );
    check(
        "https://www.example.com\nUnix,Date,Symbol,Open,High,Low,Close,Volume\n1,2024-01-02 00:00:00,BTC,1,3,0.5,2,10\n2,2024-01-03 00:00:00,BTC,2,4,1.5,3,20\n",
        &TWO_BARS
            .replace("volume", "volume unix")
            .replace(" 10", " 10 1")
            .replace(" 20\u{0}", "")
            .replace("3 20", "3 20 2"),
    );
    check(
        ",Open,High,Low,Close,Volume\n2024-01-02,1,3,0.5,2,10\n2024-01-03,2,4,1.5,3,20\n",
        TWO_BARS,
    );
    check(
        "Price,Close,High,Low,Open,Volume\nTicker,SPY,SPY,SPY,SPY,SPY\nDate,,,,,\n2024-01-02,2,3,0.5,1,10\n2024-01-03,3,4,1.5,2,20\n",
        TWO_BARS,
    );
    check(
        "\n\nts,open,high,low,close,volume\n\n2024-01-02,1,3,0.5,2,10\n\n2024-01-03,2,4,1.5,3,20\n\n",
        TWO_BARS,
    );
    check(
        "Date,Open,High,Low,Close,Volume\n\"Jan 02, 2024\",1,3,0.5,2,10\n\"Jan 03, 2024\",2,4,1.5,3,20\n",
        TWO_BARS,
    );
}

#[test]
fn values_as_people_write_them() {
    check(
        "ts,close,note,up\n2024-01-02,\"1,234.5\",good,True\n2024-01-03,1e3,,FALSE\n",
        "close up\n2024-01-02T00:00:00Z 1234.5 1\n2024-01-03T00:00:00Z 1000 0",
    );
    check(
        "ts,close,x\n2024-01-02,1,\n2024-01-03,NaN,-2.5\n2024-01-04, 3 ,null\n",
        "close x\n2024-01-02T00:00:00Z 1 NaN\n2024-01-03T00:00:00Z NaN -2.5\n2024-01-04T00:00:00Z 3 NaN",
    );
    check(
        "ts;close\n2024-01-02;1.234,5\n2024-01-03;0,5\n",
        "close\n2024-01-02T00:00:00Z 1234.5\n2024-01-03T00:00:00Z 0.5",
    );
}

#[test]
fn what_is_not_kept_and_missing_is_reported() {
    let bars = bars("ts,close,venue,x\n2024-01-02,1,A,\n2024-01-03,2,A,5\n2024-01-05,2,A,5\n");
    let report = &bars.report;
    assert_eq!((report.rows_read, report.rows_kept), (3, 3));
    assert_eq!(report.ignored_columns, ["venue"]);
    assert_eq!(report.missing_cells, [("x".to_owned(), 1)]);
    assert_eq!((report.gaps.calendar.as_str(), report.gaps.missing_bars), ("nyse", 1));
    assert!(bars.basis.dates_only && bars.basis.source == TimeSource::Naive);
    let text = report.to_string();
    for part in ["cells of `x` without a value: 1", "`venue`", "1 bar missing in 1 gap "] {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[test]
fn times_with_offsets_become_utc() {
    let bars = bars("ts,close\n2024-03-08 16:00:00-05:00,1\n2024-03-11T16:00:00-04:00,2\n");
    assert_eq!(bars.timestamps()[1].to_string(), "2024-03-11T20:00:00Z");
    assert_eq!(bars.report.offsets_seconds, [-18_000, -14_400]);
    assert_eq!(bars.basis.source, TimeSource::Instant);
    check_error(
        "ts,close\n2024-03-08 16:00:00Z,1\n2024-03-11T16:00:00,2\n",
        &["line 3", "`2024-03-11T16:00:00` without", "line 2"],
    );
}

#[test]
fn local_times_of_a_zone_become_utc() {
    let text = "ts,close\n2024-03-10 01:30:00,1\n2024-03-10 02:30:00,2\n2024-03-10 04:30:00,3\n\
                2024-11-03 00:30:00,4\n2024-11-03 01:30:00,5\n2024-11-03 01:30:00,6\n2024-11-03 02:30:00,7\n";
    let zone = Zone::named("America/New_York").unwrap();
    let options = LoadOptions { zone: Some(zone), ..LoadOptions::default() };
    let bars = load_text("x", text.as_bytes(), &options).unwrap().into_bars().unwrap();
    let hours: Vec<String> =
        bars.timestamps().iter().map(|t| t.to_string()[5..16].to_owned()).collect();
    let expected = [
        "03-10T06:30",
        "03-10T07:30",
        "03-10T08:30",
        "11-03T04:30",
        "11-03T05:30",
        "11-03T06:30",
        "11-03T07:30",
    ];
    assert_eq!(hours, expected);
    assert_eq!(bars.report.count(RepairKind::ShiftedSkippedTime), 1);
    assert_eq!(bars.report.count(RepairKind::ResolvedRepeatedTime), 2);
    assert_eq!(bars.basis.zone.name(), "America/New_York");
}

#[test]
fn a_file_that_may_be_cut_in_its_last_number_is_accepted_and_told() {
    let rows: String = (1..=20).map(|day| format!("2024-01-{day:02},100.25\n")).collect();
    let ending = |end: &str| bars(&format!("ts,close\n{rows}{end}")).report.repairs.clone();
    let found = ending("2024-01-21,10");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].kind, &found[0].first_lines[..]),
        (RepairKind::AcceptedShortEnd, &[22][..])
    );
    assert_eq!(ending("2024-01-21,101.75"), []);
    assert_eq!(ending("2024-01-21,10\n"), []);
    let drop = LoadOptions { policy: Policy::repair(), ..LoadOptions::default() };
    let cut = format!("ts,close\n{rows}2024-01-21");
    let cut = load_text("x", cut.as_bytes(), &drop).unwrap().into_bars().unwrap();
    assert_eq!(cut.report.count(RepairKind::AcceptedShortEnd), 0);
}

#[test]
fn a_time_that_the_clock_skipped_is_not_blamed_on_the_order() {
    let load = |times: &[&str], policy: Policy| {
        let row = |(price, time)| format!("2024-03-10 {time},{price}\n");
        let rows: String = (1..).zip(times).map(row).collect();
        let zone = Some(Zone::named("America/New_York").unwrap());
        let options = LoadOptions { zone, policy, ..LoadOptions::default() };
        load_text("x", format!("ts,close\n{rows}").as_bytes(), &options)
    };
    let check = |times: &[&str], expected: &[&str]| {
        let error = load(times, Policy::default()).unwrap_err().to_string();
        let faults: Vec<&str> = error.lines().filter(|line| line.starts_with("  ")).collect();
        assert_eq!(faults, expected, "{error}");
        assert!(error.contains(&format!(": {} fault", faults.len())), "{error}");
        assert!(error.contains("hint: `--tz` is the zone whose clock the times show"), "{error}");
        assert!(load(times, Policy::repair()).is_ok());
    };
    let fault = |line: u64, time: &str| {
        format!(
            "  line {line}, column `time`: `2024-03-10T{time}` is a time that the clock of \
             America/New_York never showed: it was set forward over it"
        )
    };
    check(&["01:00", "02:00", "03:00", "04:00"], &[&fault(3, "02:00:00")]);
    check(&["01:30", "02:30", "03:00", "03:30"], &[&fault(3, "02:30:00")]);
    let halves = ["01:30", "02:00", "02:30", "03:00", "03:30"];
    check(&halves, &[&fault(3, "02:00:00"), &fault(4, "02:30:00")]);
}

#[test]
fn options_decide_what_nothing_tells() {
    let doubtful = "ts,close\n01/02/2024,1\n02/02/2024,2\n";
    check_error(doubtful, &["line 2", "`01/02/2024`", "`--date-order dmy`"]);
    let first = |date_order| {
        let csv = CsvOptions { date_order: Some(date_order), ..CsvOptions::default() };
        load_with(doubtful, csv).unwrap().into_bars().unwrap().timestamps()[0].to_string()
    };
    assert_eq!(first(DateOrder::DayFirst), "2024-02-01T00:00:00Z");
    assert_eq!(first(DateOrder::MonthFirst), "2024-01-02T00:00:00Z");
    let csv = CsvOptions {
        delimiter: Some(b'~'),
        header: Some(false),
        skip_lines: 1,
        epoch: Some(EpochUnit::Milliseconds),
        decimal_comma: Some(true),
        ..CsvOptions::default()
    };
    let columns = ColumnOptions {
        times: vec!["column_2".to_owned()],
        rename: vec![("column_1".to_owned(), "close".to_owned())],
        ignore: vec!["column_3".to_owned()],
        ..ColumnOptions::default()
    };
    let options = LoadOptions { csv, columns, ..LoadOptions::default() };
    let text = b"title\n1,5~0~x\n2,5~1000~y\n";
    let bars = load_text("x", text, &options).unwrap().into_bars().unwrap();
    assert_eq!(shown(&bars), "close\n1970-01-01T00:00:00Z 1.5\n1970-01-01T00:00:01Z 2.5");
}

#[test]
fn options_that_name_no_column_are_errors() {
    for (option, columns) in [
        ("ignore", ColumnOptions { ignore: vec!["clos".into()], ..ColumnOptions::default() }),
        ("time-column", ColumnOptions { times: vec!["clos".into()], ..ColumnOptions::default() }),
        (
            "rename",
            ColumnOptions { rename: vec![("clos".into(), "x".into())], ..ColumnOptions::default() },
        ),
    ] {
        let error = load_columns("ts,close\n2024-01-02,1\n", columns).unwrap_err().to_string();
        assert!(error.contains(option) && error.contains("did you mean `close`"), "{error}");
    }
}

#[test]
fn files_that_cannot_be_read() {
    check_error("", &["`x.csv`", "empty"]);
    check_error("\n \r\n", &["empty"]);
    check_error("ts,open,high,low,close\n", &["a header and no rows"]);
    check_error("ts,close\n2024-01-02,1\n2024-01-03,\0\n", &["line 3", "NUL"]);
    check_error("a,b\n1.5,x\n2.5,y\n", &["`a`, `b`", "`--time-column a`"]);
    check_error("ts,close\nnoon,1\n", &["line 2", "column `ts`", "`noon`"]);
    check_error("ts,open,high,low\n2024-01-02,1,2,0.5\n", &["no column `close`"]);
    check_error("ts,close,high\n2024-01-02,1,2\n", &["no column `open`"]);
    check_error("ts,close,Close\n2024-01-02,1,2\n", &["columns 2 and 3", "`close`"]);
    check_error(
        "ts,close,x\n2024-01-02,1,\n2024-01-03,2,\n",
        &["column `x` has no values", "`--ignore x`"],
    );
    check_error("<html><body>Not found</body></html>", &["a web page"]);
}

#[test]
fn rows_that_cannot_be_used() {
    let head = "ts,open,high,low,close,volume\n2024-01-02,1,3,0.5,2,10\n";
    let check = |row: &str, expected: &[&str]| check_error(&format!("{head}{row}"), expected);
    check("2024-01-03,2,4,x,3,20\n", &["1 fault", "line 3", "column `low`", "`x` is not a number"]);
    check("2024-01-03,2,4,1.5,3\n", &["line 3", "5 fields where 6"]);
    check("2024-01-03,2,4,1.5,3,20,7\n", &["line 3", "7 fields where 6"]);
    check("2024-01-03,2,4", &["line 3", "in the middle of a row: 3 of 6", "`--repair`"]);
    check("2024-01-03,2,4,1.5,3,\"20\n", &["opens a quote"]);
    check("2024-01-03,2,4,1.5,3,inf\n", &["column `volume`", "`inf` is not finite"]);
    check("2024-01-03,2,4,1.5,1e999,20\n", &["column `close`", "is not finite"]);
    check(",2,4,1.5,3,20\n", &["column `ts`", "`` is no time"]);
    check("2024-01-32,2,4,1.5,3,20\n", &["`2024-01-32` is not a time of the form"]);
    check(
        "2024-01-03,2,1,1.5,3,20\n",
        &["column `high`", "`1` is a high below the close of 3", "widens"],
    );
    check("2024-01-03,2,4,2.5,3,20\n", &["column `low`", "`2.5` is a low above the open of 2"]);
    check(
        "2024-01-03,0,4,0,3,20\n",
        &["2 faults", "`0` is not a positive price", "`--allow-nonpositive`"],
    );
    check("2024-01-03,2,4,1.5,3,-20\n", &["`-20` is a negative volume"]);
    check(
        "2024-01-01,2,4,1.5,3,20\n",
        &["line 3", "`2024-01-01T00:00:00Z` is earlier than", "sorts"],
    );
    check(
        "2024-01-02,2,4,1.5,3,20\n",
        &["line 3", "also the time of line 2, which has other values"],
    );
}

#[test]
fn at_most_twenty_faults_are_listed_and_all_are_counted() {
    let rows: String = (0..60).map(|i| format!("2024-01-{:02},x\n", i % 28 + 1)).collect();
    let Err(DataError::Rows(faults)) =
        load_with(&format!("ts,close\n2023-12-31,1\n{rows}"), CsvOptions::default())
    else {
        panic!("rows without a number are refused");
    };
    assert_eq!((faults.first.len(), faults.count, faults.first[19].line), (20, 60, 22));
    assert!(faults.to_string().contains("and 40 more"));
}

#[test]
fn repair_mends_and_counts() {
    let text = "ts,open,high,low,close,volume\n\
                2024-01-05,2,1,1.5,3,10\n\
                2024-01-03,1,3,0.5,2,-1\n\
                2024-01-03,1,3,0.5,2.5,9\n\
                2024-01-02,1,3,0.5,2,8\n\
                2024-01-02,1,3,0.5,2,8\n\
                2024-01-06,1";
    let options = LoadOptions { policy: Policy::repair(), ..LoadOptions::default() };
    let bars = load_text("x", text.as_bytes(), &options).unwrap().into_bars().unwrap();
    let expected = "open high low close volume\n\
                    2024-01-02T00:00:00Z 1 3 0.5 2 8\n\
                    2024-01-03T00:00:00Z 1 3 0.5 2.5 9\n\
                    2024-01-05T00:00:00Z 2 3 1 3 10";
    assert_eq!(shown(&bars), expected);
    let repairs: Vec<_> =
        bars.report.repairs.iter().map(|r| (r.kind, r.count, r.first_lines.clone())).collect();
    let expected = [
        (RepairKind::DroppedCutLine, 1, vec![7]),
        (RepairKind::Sorted, 4, vec![3, 4, 5, 6]),
        (RepairKind::DroppedExactDuplicate, 1, vec![5]),
        (RepairKind::DroppedEarlierDuplicate, 1, vec![3]),
        (RepairKind::WidenedBar, 1, vec![2]),
    ];
    assert_eq!(repairs, expected);
    assert_eq!((bars.report.rows_read, bars.report.rows_kept), (6, 3));
}

#[test]
fn rounding_and_leave_for_prices_below_zero() {
    let off = "ts,open,high,low,close\n2024-01-02,100.00001,100,99,99.5\n";
    assert_eq!(bars(off).report.count(RepairKind::AcceptedRounding), 1);
    let policy = Policy { rounding: 1e-9, ..Policy::default() };
    let strict = LoadOptions { policy, ..LoadOptions::default() };
    assert!(load_text("x", off.as_bytes(), &strict).is_err());
    let policy = Policy { allow_nonpositive: true, ..Policy::default() };
    let spread = LoadOptions { policy, ..LoadOptions::default() };
    let text = b"ts,close\n2024-01-02,-1\n2024-01-03,0\n";
    assert!(load_text("x", text, &spread).is_ok() && load_text("x", text, &strict).is_err());
}

#[test]
fn a_file_with_a_column_an_asset_is_a_panel() {
    let text = "Date,AAPL,C,T,LOW\n2024-01-02,1,2,,4\n2024-01-03,5,6,7,\n";
    let panel = load_with(text, CsvOptions::default()).unwrap().into_panel().unwrap();
    assert_eq!(panel.assets(), ["AAPL", "C", "T", "LOW"]);
    let close = panel.field("close").unwrap();
    assert_eq!((close[0], close[16], close[18]), (1.0, 5.0, 7.0));
    assert!(close[2].is_nan() && close[19].is_nan() && close[15].is_nan());
}

#[test]
fn a_file_with_a_column_of_symbols_is_a_panel() {
    let text =
        "date,symbol,close,volume\n2024-01-02,A,1,10\n2024-01-03,A,2,20\n2024-01-03,B,3,30\n";
    let panel = load_with(text, CsvOptions::default()).unwrap().into_panel().unwrap();
    assert_eq!((panel.assets(), panel.len()), (&["A".to_owned(), "B".to_owned()][..], 2));
    assert_eq!(shown(&panel.asset(1).unwrap()), "close volume\n2024-01-03T00:00:00Z 3 30");
    // The faults of one asset keep their lines.
    check_error("date,symbol,close\n2024-01-02,A,1\n2024-01-03,B,2\n2024-01-01,A,3\n", &["line 4"]);
}

#[test]
fn kinds_are_told_apart_and_can_be_told() {
    let text =
        "ts,price,size,maker\n2024-01-02 10:00:00.5,1,2,True\n2024-01-02 10:00:00.5,1,2,False\n";
    let trades = load_with(text, CsvOptions::default()).unwrap().into_trades().unwrap();
    assert_eq!((trades.len(), trades.column("maker").unwrap()[0]), (2, 1.0));
    let one = bars("DATE,DGS10\n2024-01-02,4.5\n");
    assert_eq!((one.symbol.as_str(), one.close()[0]), ("DGS10", 4.5));
    let columns = ColumnOptions { kind: Some(FrameKind::Wide), ..ColumnOptions::default() };
    let panel =
        load_columns("ts,close,open\n2024-01-02,1,2\n", columns).unwrap().into_panel().unwrap();
    assert_eq!(panel.assets(), ["close", "open"]);
}

/// Values of a shared file, read by the plainest means.
fn plain_rows(text: &str) -> Vec<Vec<f64>> {
    let value = |field: &str| match field {
        "" => f64::NAN,
        "True" => 1.0,
        "False" => 0.0,
        number => number.parse().unwrap(),
    };
    text.lines().skip(1).map(|line| line.split(',').skip(1).map(value).collect()).collect()
}

#[track_caller]
fn check_shared(relative: &str, policy: Policy) -> Option<(Dataset, Vec<Vec<f64>>)> {
    let path = bolt_testkit::path(&format!("data/{relative}"))?;
    let rows = plain_rows(&std::fs::read_to_string(&path).unwrap());
    let data = load(&path, &LoadOptions { policy, ..LoadOptions::default() }).unwrap();
    Some((data, rows))
}

#[test]
fn shared_files_of_bars_are_read_to_the_bit() {
    for file in [
        "equities_daily/GOOG_2004_2013.csv",
        "equities_daily/SPY_yahoo.csv",
        "equities_daily/AAPL_yahoo.csv",
        "equities_daily/SPY_1999_2020.csv",
        "fx_hourly/EURUSD_2017_2018_1h.csv",
        "fx_hourly/EURUSD_quotes_2013_2018_1h.csv",
        "crypto_minute/BTCPERP_2022_01_1m.csv",
        "crypto_minute/BTCUSDT_2024_08_08_1s.csv",
        "index_daily/VIX_1990_2026.csv",
    ] {
        // Two files have openings outside their bars.
        let policy = Policy { rounding: 1.0, ..Policy::default() };
        let Some((data, rows)) = check_shared(file, policy) else { return };
        let bars = data.into_bars().unwrap();
        assert_eq!(bars.len(), rows.len(), "{file}");
        for (row, expected) in rows.iter().enumerate() {
            let found: Vec<u64> = bars.columns().map(|(_, c)| c[row].to_bits()).collect();
            let expected: Vec<u64> = expected.iter().map(|v| v.to_bits()).collect();
            assert_eq!(found, expected, "{file} row {row}");
        }
    }
}

#[test]
fn a_shared_file_with_inconsistent_bars_is_refused_or_mended() {
    let Some(path) = bolt_testkit::path("data/equities_daily/SPY_yahoo.csv") else { return };
    let error = load(&path, &LoadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("2 faults") && error.contains("line 1825, column `low`"), "{error}");
    let options = LoadOptions { policy: Policy::repair(), ..LoadOptions::default() };
    let bars = load(&path, &options).unwrap().into_bars().unwrap();
    assert_eq!(bars.report.count(RepairKind::WidenedBar), 2);
    assert_eq!((bars.symbol.as_str(), bars.get("low").unwrap()[1806]), ("SPY_yahoo", 209.419998));
}

#[test]
fn gaps_of_shared_files() {
    for (file, calendar, missing) in [
        ("equities_daily/SPY_1999_2020.csv", "nyse", 0),
        ("equities_daily/AAPL_yahoo.csv", "nyse", 0),
        ("crypto_minute/BTCPERP_2022_01_1m.csv", "24/7", 0),
        ("fx_hourly/EURUSD_quotes_2013_2018_1h.csv", "forex", 483),
        ("fx_hourly/EURUSD_2017_2018_1h.csv", "forex", 48),
    ] {
        let Some((data, _)) = check_shared(file, Policy::default()) else { return };
        let report = &data.into_bars().unwrap().report;
        assert_eq!(
            (report.gaps.calendar.as_str(), report.gaps.missing_bars),
            (calendar, missing),
            "{file}: {report}"
        );
    }
}

#[test]
fn shared_files_of_trades_and_of_many_assets_are_read_to_the_bit() {
    let Some((data, rows)) = check_shared("crypto_ticks/BTCUSDT_trades.csv", Policy::default())
    else {
        return;
    };
    let trades = data.into_trades().unwrap();
    for (row, expected) in rows.iter().enumerate() {
        assert!(trades.columns().zip(expected).all(|((_, c), e)| c[row].to_bits() == e.to_bits()));
    }
    let policy = Policy { allow_nonpositive: true, ..Policy::default() };
    for file in
        ["multi_asset/us_stocks20_close_1989_2018.csv", "rates/us_treasury_curve_1990_2017.csv"]
    {
        let Some((data, rows)) = check_shared(file, policy) else { return };
        let panel: Panel = data.into_panel().unwrap();
        let close = panel.field("close").unwrap();
        assert_eq!(panel.len(), rows.len(), "{file}");
        for (found, expected) in close.chunks(panel.stride()).zip(&rows) {
            assert!(found.iter().zip(expected).all(|(f, e)| f.to_bits() == e.to_bits()), "{file}");
        }
    }
}

/// Text of random bars, long enough for several parts, and the values in it.
fn random_text(rows: usize, seed: u64) -> (String, Vec<[f64; 3]>) {
    let mut rng = Rng::new(seed);
    let (mut text, mut values) = ("ts,close,volume,x\n".to_owned(), Vec::new());
    for row in 0..rows {
        let value = [rng.uniform() * 100.0 + 1.0, (rng.uniform() * 1e6).round(), rng.normal()];
        writeln!(
            text,
            "{},{},{},{:?}",
            UnixNanos(row as i64 * 1_000_000_000),
            value[0],
            value[1],
            value[2]
        )
        .unwrap();
        if rng.below(50) == 0 {
            text.push('\n');
        }
        values.push(value);
    }
    (text, values)
}

#[test]
fn many_threads_read_what_one_reads() {
    let (text, values) = random_text(60_000, 3);
    assert!(text.len() > 3 << 20);
    let pool = Some(Pool::new(Some(3)).unwrap());
    let parallel = LoadOptions { pool, ..LoadOptions::default() };
    let read = |text: &str, options: &LoadOptions| load_text("x", text.as_bytes(), options);
    let bars = read(&text, &parallel).unwrap().into_bars().unwrap();
    let one = read(&text, &LoadOptions::default()).unwrap().into_bars().unwrap();
    assert_eq!(bars.content_hash(), one.content_hash());
    assert!(
        values.iter().enumerate().all(|(row, v)| bars.close()[row].to_bits() == v[0].to_bits())
    );
    // A fault far behind keeps its line.
    let broken = text.replace("\n1970-01-01T16:00:00Z,", "\n1970-01-01T16:00:00Z,x");
    let line = broken.lines().position(|line| line.contains(",x")).unwrap();
    let line = broken.lines().skip(line + 1).position(|l| l.contains(",x")).unwrap() + line + 2;
    let error = |options: &LoadOptions| read(&broken, options).unwrap_err().to_string();
    assert_eq!(error(&parallel), error(&LoadOptions::default()));
    assert!(error(&parallel).contains(&format!("line {line},")), "{line}: {}", error(&parallel));
}

proptest! {
        #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = load_text("x", &bytes, &LoadOptions::default());
    }

    #[test]
    fn any_text_like_a_table_is_refused_or_read(
        text in "(ts|date|time)?[,;\t](close|price|open|x)?[,;\t]?(\r?\n)?([-0-9T:. Z/]{0,12}[,;\t\"]?[-0-9.,eExn]{0,8}[,;\t]?(\r?\n)?){0,12}"
    ) {
        for policy in [Policy::default(), Policy::repair()] {
            let _ = load_text("x", text.as_bytes(), &LoadOptions { policy, ..LoadOptions::default() });
        }
    }

    #[test]
    fn any_bars_survive_being_written_and_read(
        values in prop::collection::vec((1..1_000_000_000i64, any::<f64>(), prop::option::of(any::<f64>())), 1..60)
    ) {
        let (mut text, mut at, mut expected) = ("time,close,x\n".to_owned(), 0, Vec::new());
        for (step, close, x) in values {
            let (close, x) = (close.abs(), x.filter(|x| x.is_finite()));
            if !close.is_finite() || close == 0.0 {
                continue;
            }
            at += step;
            let shown = x.map_or(String::new(), |x| x.to_string());
            writeln!(text, "{},{close:?},{shown}", UnixNanos(at)).unwrap();
            expected.push((at, close.to_bits(), x.unwrap_or(f64::NAN).to_bits()));
        }
        prop_assume!(expected.iter().any(|(_, _, x)| !f64::from_bits(*x).is_nan()));
        let bars = bars(&text);
        let found: Vec<_> = (0..bars.len())
            .map(|row| (bars.timestamps()[row].0, bars.close()[row].to_bits(), bars.get("x").unwrap()[row].to_bits()))
            .collect();
        prop_assert_eq!(found, expected, "{}", text);
    }
}
