//! What vendors call their columns, and what the names make of a table.

use super::error::{FileFault, UnknownColumn};
use super::frame::FrameKind;

/// Returns a column's name as formulas use it: lower case, words joined by `_`, without the
/// decoration of vendors (`<OPEN>`, `1. open`, `Adj Close*`).
pub(crate) fn normalize(name: &str) -> String {
    let name = name.trim().trim_start_matches('<').trim_end_matches('>');
    let numbered = name.split_once(". ").filter(|(n, _)| n.bytes().all(|b| b.is_ascii_digit()));
    let name = numbered.map_or(name, |(_, rest)| rest);
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

/// Names of columns that hold a whole time or a date, the most telling first.
const TIMES: [&str; 21] = [
    "timestamp",
    "datetime",
    "date_time",
    "ts",
    "open_time",
    "opentime",
    "time_open",
    "timestamp_utc",
    "datetime_utc",
    "utc_time",
    "time_utc",
    "gmt_time",
    "local_time",
    "date",
    "dates",
    "time",
    "unix",
    "unix_timestamp",
    "unix_time",
    "epoch",
    "t",
];

/// Names of columns that hold a date, and those of a time of day beside them.
const DATES: [&str; 6] = ["date", "day", "dates", "trade_date", "yyyymmdd", "dtyyyymmdd"];
const TIMES_OF_DAY: [&str; 5] = ["time", "time_of_day", "hour", "timestamp", "hhmmss"];

const SYMBOLS: [&str; 9] =
    ["symbol", "ticker", "instrument", "sym", "asset", "security", "code", "pair", "name"];

/// Names of the columns that have a meaning; the first is the one used here, and the first that
/// a file has wins.
const BAR_ROLES: [&[&str]; 6] = [
    &["open", "o", "open_price", "openprice", "px_open", "first"],
    &["high", "h", "high_price", "highprice", "px_high", "max"],
    &["low", "l", "low_price", "lowprice", "px_low", "min"],
    &[
        "close",
        "c",
        "close_price",
        "closeprice",
        "close_last",
        "px_last",
        "last",
        "price",
        "settle",
        "settlement_price",
        "value",
    ],
    &["volume", "vol", "v", "total_volume", "tick_volume", "tickvol", "base_volume", "volumefrom"],
    &["adj_close", "adjclose", "adjusted_close", "adj_close_price", "close_adj", "close_adjusted"],
];

/// The same for trades.
const TRADE_ROLES: [&[&str]; 2] = [
    &["price", "p", "px", "trade_price", "last_price", "rate"],
    &["size", "qty", "quantity", "amount", "trade_size", "last_size", "sz"],
];

/// The place of the first listed name that `names` holds.
///
/// A single letter counts only where `o`, `h`, `l` and `c` stand together: in a file with a
/// column an asset, `C`, `T` and `V` are companies.
fn find(role: &[&str], names: &[String]) -> Option<usize> {
    let place = |alias: &str| names.iter().position(|name| name == alias);
    let letters = ["o", "h", "l", "c"].iter().all(|letter| place(letter).is_some());
    role.iter().filter(|alias| alias.len() > 1 || letters).find_map(|alias| place(alias))
}

/// Returns the columns that look like a whole time, the most telling first.
pub(crate) fn time_candidates(names: &[String]) -> Vec<usize> {
    TIMES.iter().filter_map(|time| find(&[time], names)).collect()
}

/// Returns a column of dates and one of times of day.
pub(crate) fn date_and_time(names: &[String]) -> Option<(usize, usize)> {
    find(&DATES, names).zip(find(&TIMES_OF_DAY, names))
}

/// Returns whether a column of prices is titled as one, and not after its asset.
pub(crate) fn is_price(title: &str) -> bool {
    BAR_ROLES[3].contains(&normalize(title).as_str())
}

/// Returns whether a column has a meaning for bars under this very name.
pub(crate) fn is_bar_column(name: &str) -> bool {
    BAR_ROLES.iter().any(|role| role[0] == name)
}

/// Returns whether a column names the asset of its row.
pub(crate) fn is_symbol(name: &str) -> bool {
    SYMBOLS.contains(&name)
}

/// Names for the columns of a file without a header, by their number: what vendors deliver so.
pub(crate) fn without_header(count: usize, date_and_time: bool) -> Vec<String> {
    const KLINES: [&str; 12] = [
        "ts",
        "open",
        "high",
        "low",
        "close",
        "volume",
        "close_time",
        "quote_volume",
        "trades",
        "taker_base_volume",
        "taker_quote_volume",
        "unused",
    ];
    let named: Vec<&str> = match (count, date_and_time) {
        (2, false) => vec!["ts", "close"],
        (5 | 6 | 12, false) => KLINES[..count].to_vec(),
        (6..=9, true) => {
            let mut names = vec!["date", "time", "open", "high", "low", "close"];
            names.extend(&["volume", "volume_real", "spread"][..count - 6]);
            names
        }
        _ => Vec::new(),
    };
    let numbered = (named.len()..count).map(|i| format!("column_{}", i + 1));
    named.iter().map(ToString::to_string).chain(numbered).collect()
}

/// What the caller knows about the columns of a file. Everything left out is detected.
#[derive(Debug, Clone, Default)]
pub struct ColumnOptions {
    /// The column of times, or the columns of dates and times of day.
    pub times: Vec<String>,
    /// New names of columns: `("Px Last", "close")`. Columns without a header are called
    /// `column_1` and so on.
    pub rename: Vec<(String, String)>,
    /// Columns to leave out.
    pub ignore: Vec<String>,
    /// What the columns are.
    pub kind: Option<FrameKind>,
}

impl ColumnOptions {
    /// Applies the new names to titles.
    pub(crate) fn rename(&self, mut titles: Vec<String>) -> Result<Vec<String>, FileFault> {
        for (from, to) in &self.rename {
            let column = place("rename", from, &titles)?;
            titles[column].clone_from(to);
        }
        Ok(titles)
    }

    /// Returns the places of the columns to leave out.
    pub(crate) fn ignored(&self, titles: &[String]) -> Result<Vec<usize>, FileFault> {
        self.ignore.iter().map(|name| place("ignore", name, titles)).collect()
    }
}

/// Returns the column that an option names.
pub(crate) fn place(
    option: &'static str,
    name: &str,
    titles: &[String],
) -> Result<usize, FileFault> {
    let same = |title: &String| normalize(title) == normalize(name);
    let found = titles.iter().position(|title| title == name);
    found.or_else(|| titles.iter().position(same)).ok_or_else(|| {
        let UnknownColumn { name, columns, suggestion } =
            UnknownColumn::new(name, titles.iter().map(String::as_str));
        FileFault::OptionColumn { option, name, columns, suggestion }
    })
}

/// Decides what a table holds, and names its columns of numbers. `titles` are those of the
/// numbers, and `places` where they stand in the file.
pub(crate) fn name_columns(
    titles: &[String],
    places: &[usize],
    kind: Option<FrameKind>,
) -> Result<(FrameKind, Vec<String>), FileFault> {
    let name = |(title, place): (&String, &usize)| match normalize(title) {
        name if name.is_empty() => format!("column_{}", place + 1),
        name => name,
    };
    let mut names: Vec<String> = titles.iter().zip(places).map(name).collect();
    let kind = kind.unwrap_or_else(|| guess_kind(&names));
    match kind {
        FrameKind::Wide => names = titles.to_vec(),
        FrameKind::Trades => apply_roles(&mut names, &TRADE_ROLES),
        FrameKind::Bars => apply_roles(&mut names, &BAR_ROLES),
    }
    if kind == FrameKind::Bars && names.len() == 1 {
        names = vec!["close".to_owned()];
    }
    let has_range = names.iter().any(|name| BAR_ROLES[..3].iter().any(|role| role[0] == name));
    let required: &[&str] = match kind {
        FrameKind::Wide => &[],
        FrameKind::Trades => &["price", "size"],
        FrameKind::Bars if has_range => &["close", "open", "high", "low"],
        FrameKind::Bars => &["close"],
    };
    for required in required {
        if !names.iter().any(|name| name == required) {
            let UnknownColumn { name, columns, suggestion } =
                UnknownColumn::new(required, names.iter().map(String::as_str));
            return Err(FileFault::NoColumn { name, columns, suggestion, by_option: true });
        }
    }
    refuse_duplicates(&names, places)?;
    Ok((kind, names))
}

/// Returns what columns of these names hold: prices of one asset, trades, or an asset each.
fn guess_kind(names: &[String]) -> FrameKind {
    let has = |role: &[&str]| find(role, names).is_some();
    let [open, high, low, close, volume, adj_close] = BAR_ROLES.map(has);
    let parts = [open, high, low, volume, adj_close].iter().filter(|&&part| part).count();
    let has_bar = open || high || low || names.iter().any(|name| name == "close");
    if !has_bar && TRADE_ROLES.iter().all(|role| has(role)) {
        FrameKind::Trades
    } else if close || parts >= 2 || adj_close || names.len() < 2 {
        FrameKind::Bars
    } else {
        FrameKind::Wide
    }
}

/// Gives the columns that have a role the role's name.
fn apply_roles(names: &mut [String], roles: &[&[&str]]) {
    let places: Vec<Option<usize>> = roles.iter().map(|role| find(role, names)).collect();
    for (role, place) in roles.iter().zip(places) {
        if let Some(column) = place {
            role[0].clone_into(&mut names[column]);
        }
    }
}

fn refuse_duplicates(names: &[String], places: &[usize]) -> Result<(), FileFault> {
    let mut sorted: Vec<(&String, usize)> = names.iter().zip(places.iter().copied()).collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        None => Ok(()),
        Some(pair) => Err(FileFault::DuplicateColumn {
            name: pair[0].0.clone(),
            first: pair[0].1 + 1,
            second: pair[1].1 + 1,
            by_option: true,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_vendors() {
        for (raw, expected) in [
            ("Open", "open"),
            ("<CLOSE>", "close"),
            ("1. open", "open"),
            ("Adj Close", "adj_close"),
            ("Adj Close**", "adj_close"),
            ("Close/Last", "close_last"),
            ("Vol.", "vol"),
            (" Open time ", "open_time"),
            ("bid_open", "bid_open"),
            ("Größe", "größe"),
            ("", ""),
        ] {
            assert_eq!(normalize(raw), expected, "{raw}");
        }
    }

    #[test]
    fn the_most_telling_time_comes_first() {
        let names = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(time_candidates(&names(&["unix", "date", "symbol", "open"])), [1, 0]);
        assert!(time_candidates(&names(&["t", "close"])).is_empty());
        assert_eq!(time_candidates(&names(&["t", "o", "h", "l", "c"])), [0]);
        assert_eq!(date_and_time(&names(&["time", "date", "open"])), Some((1, 0)));
    }

    #[test]
    fn columns_without_a_header() {
        assert_eq!(without_header(6, false)[4..], ["close", "volume"]);
        assert_eq!(
            without_header(7, true),
            ["date", "time", "open", "high", "low", "close", "volume"]
        );
        assert_eq!(without_header(3, false), ["column_1", "column_2", "column_3"]);
        assert_eq!(without_header(12, false)[8], "trades");
    }
}
