//! What can be wrong with market data, said so that it can be mended.

use std::fmt;
use std::io;
use std::path::PathBuf;

use bolt_base::nearest;

/// Why data could not be read, written, combined or converted.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The operating system refused.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was being done, such as `open`.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A file as a whole is not what it should be.
    #[error("cannot read `{file}`: {fault}")]
    File {
        /// The file, or the name given to data in memory.
        file: String,
        /// What is wrong with it.
        fault: FileFault,
    },
    /// Rows of a file cannot be used.
    #[error(transparent)]
    Rows(#[from] RowFaults),
    /// A column store is damaged or not one.
    #[error("cannot use the column store `{file}`: {fault}")]
    Store {
        /// The file.
        file: String,
        /// What is wrong with it.
        fault: StoreFault,
    },
    /// A Parquet file cannot be read or written.
    #[error("cannot use the Parquet file `{file}`: {reason}")]
    Parquet {
        /// The file.
        file: String,
        /// What is wrong, and what to try.
        reason: String,
    },
    /// A column that is not there was asked for.
    #[error(transparent)]
    UnknownColumn(#[from] UnknownColumn),
    /// Columns, assets or options that do not fit together.
    #[error("{0}")]
    Mismatch(String),
    /// A time zone that does not exist.
    #[error(transparent)]
    UnknownZone(#[from] UnknownZone),
}

impl DataError {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl Fn(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path: path.clone(), source }
    }

    pub(crate) fn file(file: &str, fault: FileFault) -> Self {
        Self::File { file: file.to_owned(), fault }
    }
}

/// What can be wrong with a file as a whole.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the message beside each field says what it is")]
pub enum FileFault {
    /// No bytes, or only a byte order mark and blank lines.
    #[error("it is empty; check that the export or download finished")]
    Empty,
    /// A header line without rows.
    #[error("it has a header and no rows; check that the export or download finished")]
    HeaderOnly,
    /// A NUL byte.
    #[error("line {line} holds a NUL byte, so it is not a text file; {hint}")]
    Binary { line: u64, hint: &'static str },
    /// A header line that is not UTF-8.
    #[error("its header is not UTF-8 text; save it as UTF-8")]
    NotUtf8,
    /// A container of another kind.
    #[error("it is {kind}; {hint}")]
    Container { kind: &'static str, hint: &'static str },
    /// Neither what the file's name says, nor text that can be read.
    #[error("it is not the {kind} that its name says; as text: {fault}")]
    NotItsName { kind: &'static str, fault: Box<FileFault> },
    /// No column of timestamps.
    #[error(
        "none of its columns {} is a time; name the one that is, such as `--time-column {}`",
        quoted(columns),
        argument(columns.first().map_or("date", String::as_str))
    )]
    NoTime { columns: Vec<String> },
    /// Prices, but no close.
    #[error(
        "it has no column `{name}` among {}; rename one to `{name}`{}{}",
        quoted(columns),
        if *by_option { rename_option(columns, suggestion, name) } else { String::new() },
        did_you_mean(suggestion)
    )]
    NoColumn {
        name: String,
        columns: Vec<String>,
        suggestion: Option<String>,
        /// Whether options of the reader rename columns.
        by_option: bool,
    },
    /// Two columns of one name.
    #[error(
        "columns {first} and {second} are both named `{name}`; {}",
        match by_option {
            true => format!("leave one out with `--ignore {}`", argument(name)),
            false => "rename one of them".to_owned(),
        }
    )]
    DuplicateColumn {
        name: String,
        first: usize,
        second: usize,
        /// Whether options of the reader leave columns out.
        by_option: bool,
    },
    /// An option names a column that does not exist.
    #[error(
        "`--{option}` names the column `{name}`, but its columns are {}{}",
        quoted(columns),
        did_you_mean(suggestion)
    )]
    OptionColumn {
        option: &'static str,
        name: String,
        columns: Vec<String>,
        suggestion: Option<String>,
    },
    /// Only one of the two readings of a date would do, and nothing tells which.
    #[error(
        "line {line}: the date `{value}` may be day first or month first and no other date tells; say which with `--date-order dmy` or `--date-order mdy`"
    )]
    AmbiguousDates { line: u64, value: String },
    /// Timestamps with and without an offset.
    #[error(
        "line {naive_line} has the time `{naive}` without and line {aware_line} has `{aware}` with an offset from UTC; write all of them one way"
    )]
    MixedOffsets { naive_line: u64, naive: String, aware_line: u64, aware: String },
    /// A timestamp in no known form.
    #[error(
        "line {line}, column `{column}`: `{value}` is not a time in any known form, such as `2024-08-08 15:30:00`, `08/08/2024`, `20240808 153000` or seconds since 1970"
    )]
    UnknownTime { line: u64, column: String, value: String },
    /// A column without a single value.
    #[error("column `{column}` has no values; leave it out with `--ignore {}`", argument(column))]
    NoValues { column: String },
    /// More rows or columns than the file can hold or this reader accepts.
    #[error("it claims {claimed}, but {limit}")]
    TooLarge { claimed: String, limit: String },
    /// Several symbols where one asset was asked for.
    #[error(
        "it holds {count} symbols ({}) where one asset can be read; write a file for each",
        quoted(symbols)
    )]
    SeveralSymbols { count: usize, symbols: Vec<String> },
    /// Data of another kind than was asked for.
    #[error("it holds {found}, not {wanted}")]
    OtherKind { found: &'static str, wanted: &'static str },
    /// An extension and a content that nothing can read.
    #[error("{0}")]
    Unsupported(String),
}

/// What can be wrong with a column store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreFault {
    /// The first bytes are not those of a column store.
    #[error("it does not start with the magic bytes of a `.bolt` file")]
    NotAStore,
    /// A text conversion changed line ends, as version control and mailers do.
    #[error("its line ends were converted, so it is damaged; copy it as a binary file")]
    LineEnds,
    /// Written by a later version.
    #[error("it has format version {0}, and this program reads version 1; update the program")]
    Version(u32),
    /// The file is shorter or longer than its header says.
    #[error("its header says {expected} bytes and it has {found}; copy or import it again")]
    Length {
        /// Bytes according to the header.
        expected: u64,
        /// Bytes that there are.
        found: u64,
    },
    /// The header does not have its checksum.
    #[error("its header is damaged (checksum); import it again")]
    HeaderChecksum,
    /// The header has its checksum and contradicts itself.
    #[error("its header is inconsistent: {0}")]
    Header(String),
    /// A column does not have its checksum.
    #[error("column `{0}` is damaged (checksum); import it again")]
    ColumnChecksum(String),
    /// The values are not what the kind of data promises.
    #[error("its content is inconsistent: {0}")]
    Content(String),
}

/// A column that is not there was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no column `{name}`; the columns are {}{}",
    quoted(columns),
    did_you_mean(suggestion)
)]
pub struct UnknownColumn {
    /// The name asked for.
    pub name: String,
    /// The names that exist.
    pub columns: Vec<String>,
    /// An existing name that is likely meant.
    pub suggestion: Option<String>,
}

impl UnknownColumn {
    pub(crate) fn new<'a>(name: &str, columns: impl Iterator<Item = &'a str> + Clone) -> Self {
        Self {
            name: name.to_owned(),
            suggestion: nearest(name, columns.clone()).map(str::to_owned),
            columns: columns.map(str::to_owned).collect(),
        }
    }
}

/// A time zone that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no time zone `{name}`; use a name such as `America/New_York`, `UTC` or an offset such as `+02:00`{}",
    did_you_mean(suggestion)
)]
pub struct UnknownZone {
    /// The name asked for.
    pub name: String,
    /// An existing name that is likely meant.
    pub suggestion: Option<String>,
}

/// The rows of a file that cannot be used: the first 20 and how many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct RowFaults {
    /// The file, or the name given to data in memory.
    pub file: String,
    /// What a row is called: `line` in a text file, `row` elsewhere.
    pub unit: &'static str,
    /// The first faults, in the order of the file; at most [`RowFaults::MAX`].
    pub first: Vec<RowFault>,
    /// The number of faults.
    pub count: u64,
}

impl RowFaults {
    /// How many faults are kept; the rest are counted.
    pub const MAX: usize = 20;
}

impl std::error::Error for RowFaults {}

impl fmt::Display for RowFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.count == 1 { "fault" } else { "faults" };
        write!(f, "cannot use `{}`: {} {noun}", self.file, self.count)?;
        for fault in &self.first {
            let RowFault { line, column, value, kind } = fault;
            write!(f, "\n  {} {line}, column `{column}`: `{value}` {kind}", self.unit)?;
        }
        let more = self.count - self.first.len() as u64;
        if more > 0 {
            write!(f, "\n  and {more} more")?;
        }
        let mut hints: Vec<String> = Vec::new();
        for hint in self.first.iter().filter_map(RowFault::hint) {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints.iter().try_for_each(|hint| write!(f, "\nhint: {hint}"))
    }
}

/// One value that cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub struct RowFault {
    /// Number of the line (of the row, where there are no lines), counted from 1.
    pub line: u64,
    /// Name of the column.
    pub column: String,
    /// What was found there.
    pub value: String,
    /// What is wrong with it.
    pub kind: RowFaultKind,
}

/// What can be wrong with a row.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the message beside each field says what it is")]
pub enum RowFaultKind {
    /// A row with more or fewer fields than the header.
    #[error("is the last of {found} fields where {expected} were expected")]
    FieldCount { expected: usize, found: usize },
    /// A last line with too few fields and no line end.
    #[error("ends the file in the middle of a row: {found} of {expected} fields and no line end")]
    Truncated { expected: usize, found: usize },
    /// A quote that its line does not close.
    #[error("opens a quote that the line does not close")]
    OpenQuote,
    /// Text in a column of numbers.
    #[error("is not a number")]
    NotANumber,
    /// An infinity, or a number too large for 64 bits.
    #[error("is not finite")]
    Infinite,
    /// A row without a time.
    #[error("is no time")]
    NoTime,
    /// A time that is not of the form of the others, or does not exist.
    #[error("is not a time of the form `{form}`")]
    Time { form: String },
    /// A high below another price of its bar.
    #[error("is a high below the {other} of {price}")]
    HighTooLow { other: &'static str, price: f64 },
    /// A low above another price of its bar.
    #[error("is a low above the {other} of {price}")]
    LowTooHigh { other: &'static str, price: f64 },
    /// A price of zero or less.
    #[error("is not a positive price")]
    NotPositive,
    /// A volume below zero.
    #[error("is a negative volume")]
    NegativeVolume,
    /// A time before that of the row above.
    #[error("is earlier than the time before it, {previous}")]
    OutOfOrder { previous: String },
    /// A local time that was skipped when the clock was set forward, among times that it is in the
    /// way of.
    #[error("is a time that the clock of {zone} never showed: it was set forward over it")]
    SkippedTime { zone: String },
    /// A time that another row has.
    #[error("is also the time of {unit} {other}, which has {} values", if *exact { "the same" } else { "other" })]
    Duplicate { unit: &'static str, other: u64, exact: bool },
    /// What only the reader of a small table knows to be wrong.
    #[error("{0}")]
    Refused(String),
}

impl RowFault {
    /// Returns what to try, with options as they are given to the program.
    pub fn hint(&self) -> Option<String> {
        let Self { line: _, column, value, kind } = self;
        let hint = match kind {
            RowFaultKind::OpenQuote
            | RowFaultKind::Infinite
            | RowFaultKind::NoTime
            | RowFaultKind::Refused(_) => return None,
            RowFaultKind::NotANumber if value.contains(',') => {
                "`--decimal-comma` reads `1,5` as a number"
            }
            // A price cannot be left out.
            RowFaultKind::NotANumber if PRICES.contains(&column.as_str()) => return None,
            RowFaultKind::NotANumber => {
                return Some(format!("`--ignore {}` leaves the column out", argument(column)));
            }
            RowFaultKind::FieldCount { .. } => {
                "check the header; `--delimiter ';'` says what stands between fields"
            }
            RowFaultKind::Truncated { .. } => {
                "the file was cut off; fetch it again, or drop the last line with `--repair`"
            }
            RowFaultKind::Time { .. } => {
                "`--date-order dmy` puts the day first, `--epoch s` reads seconds since 1970"
            }
            RowFaultKind::HighTooLow { .. } | RowFaultKind::LowTooHigh { .. } => {
                "`--repair` widens the range of a bar to hold its prices; `--rounding 0.1%` \
                 accepts what decimals were rounded off"
            }
            RowFaultKind::NotPositive => {
                "`--allow-nonpositive` accepts such prices (spreads, rates)"
            }
            RowFaultKind::NegativeVolume => "`--repair` makes a negative volume a missing one",
            RowFaultKind::OutOfOrder { .. } => "`--repair` sorts the rows by time",
            RowFaultKind::SkippedTime { .. } => {
                "`--tz` is the zone whose clock the times show; leave it out if that is UTC"
            }
            RowFaultKind::Duplicate { .. } => {
                "`--repair` keeps the last row of a time; trades are read as trades, not bars"
            }
        };
        Some(hint.to_owned())
    }
}

/// Columns that bars cannot be without.
const PRICES: [&str; 4] = ["open", "high", "low", "close"];

/// Returns a name as a shell takes it: in quotes if it needs them.
fn argument(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-.=".contains(c);
    if !name.is_empty() && name.chars().all(is_plain) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', r"'\''"))
}

fn rename_option(columns: &[String], suggestion: &Option<String>, name: &str) -> String {
    let free = |column: &&String| !PRICES.contains(&column.as_str());
    let column = suggestion.as_ref().or(columns.iter().find(free));
    column.map_or_else(String::new, |column| {
        format!(", such as with `--rename {}`", argument(&format!("{column}={name}")))
    })
}

/// Returns names in backticks, at most ten.
pub(crate) fn quoted(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let mut list: Vec<String> = names.iter().take(10).map(|name| format!("`{name}`")).collect();
    if names.len() > 10 {
        list.push(format!("{} more", names.len() - 10));
    }
    list.join(", ")
}

fn did_you_mean(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}
