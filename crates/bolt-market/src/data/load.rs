//! Loading: files of any kind to data, one or many.

use std::path::{Path, PathBuf};

use bolt_base::Bytes;
use bolt_exec::{Pool, RateLimit};
use xxhash_rust::xxh3::xxh3_128;

use super::bars::Bars;
use super::calendar::Calendar;
use super::check::{Policy, check};
use super::csv::{self, CsvOptions};
use super::error::{DataError, FileFault};
use super::files::FileBytes;
use super::frame::{Frame, FrameKind, Symbols};
use super::names::ColumnOptions;
use super::panel::Panel;
use super::store;
use super::trades::Trades;
use super::zone::Zone;

/// How to load data. The default detects everything and refuses whatever is not in order.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// What is known about the columns.
    pub columns: ColumnOptions,
    /// What is known about delimited text.
    pub csv: CsvOptions,
    /// What to accept, mend and refuse.
    pub policy: Policy,
    /// The zone of times without an offset, and of the calendar that the data follow; UTC if not
    /// given.
    pub zone: Option<Zone>,
    /// What to call the asset; the file's name without its extension if not given.
    pub symbol: Option<String>,
    /// The calendar by which gaps are counted; the narrowest that fits if not given.
    pub calendar: Option<Calendar>,
    /// The threads to read with; the calling one if not given.
    pub pool: Option<Pool>,
    /// How many bytes a second may be read, files as wholes; any number if not given.
    pub rate: Option<RateLimit>,
}

/// What a file holds.
#[derive(Debug, Clone)]
pub enum Dataset {
    /// Bars of one asset.
    Bars(Bars),
    /// Bars of several.
    Panel(Panel),
    /// Trades of one asset.
    Trades(Trades),
}

impl Dataset {
    /// Returns the memory that its columns have allocated.
    pub fn allocated(&self) -> Bytes {
        match self {
            Self::Bars(bars) => bars.allocated(),
            Self::Panel(panel) => panel.allocated(),
            Self::Trades(trades) => trades.allocated(),
        }
    }

    /// Returns the bars of the one asset.
    ///
    /// # Errors
    /// If it is something else.
    pub fn into_bars(self) -> Result<Bars, DataError> {
        match self {
            Self::Bars(bars) => Ok(bars),
            other => Err(other.is_not("bars of one asset")),
        }
    }

    /// Returns the panel; bars of one asset make a panel of one.
    ///
    /// # Errors
    /// If it holds trades, or the one asset has no symbol.
    pub fn into_panel(self) -> Result<Panel, DataError> {
        match self {
            Self::Panel(panel) => Ok(panel),
            Self::Bars(bars) => Panel::align(&[bars]),
            Self::Trades(_) => Err(self.is_not("bars")),
        }
    }

    /// Returns the trades.
    ///
    /// # Errors
    /// If it is something else.
    pub fn into_trades(self) -> Result<Trades, DataError> {
        match self {
            Self::Trades(trades) => Ok(trades),
            other => Err(other.is_not("trades")),
        }
    }

    fn named(mut self, symbol: Option<&str>) -> Self {
        match (symbol, &mut self) {
            (Some(name), Self::Bars(bars)) => name.clone_into(&mut bars.symbol),
            (Some(name), Self::Trades(trades)) => name.clone_into(&mut trades.symbol),
            (_, Self::Panel(_)) | (None, _) => {}
        }
        self
    }

    fn is_not(&self, wanted: &'static str) -> DataError {
        let found = match self {
            Self::Bars(_) => "bars of one asset",
            Self::Panel(_) => "a panel of several assets",
            Self::Trades(_) => "trades",
        };
        DataError::Mismatch(format!("the data are {found}, not {wanted}"))
    }

    /// Checks a frame and makes of it what it holds.
    pub(crate) fn of_frame(frame: Frame, options: &LoadOptions) -> Result<Self, DataError> {
        let calendar = options.calendar.as_ref();
        match (frame.kind, &frame.symbols) {
            (FrameKind::Wide, _) => {
                Panel::of_frame(check(frame, &options.policy)?).map(Self::Panel)
            }
            (FrameKind::Bars, Symbols::One(_)) => {
                Bars::of_frame(check(frame, &options.policy)?, calendar).map(Self::Bars)
            }
            (FrameKind::Bars, Symbols::Each { .. }) => {
                let bars = |frame| Bars::of_frame(check(frame, &options.policy)?, calendar);
                let bars: Vec<Bars> =
                    frame.by_symbol().into_iter().map(bars).collect::<Result<_, _>>()?;
                Panel::align(&bars).map(Self::Panel)
            }
            (FrameKind::Trades, Symbols::One(_)) => {
                Trades::of_frame(check(frame, &options.policy)?).map(Self::Trades)
            }
            (FrameKind::Trades, Symbols::Each { names, .. }) => {
                let fault =
                    FileFault::SeveralSymbols { count: names.len(), symbols: names.clone() };
                Err(DataError::file(&frame.file, fault))
            }
        }
    }
}

/// What a file is, by its first bytes and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileKind {
    Text,
    Parquet,
}

/// Extensions of files that are read and written.
const EXTENSIONS: &[&str] = if cfg!(feature = "parquet") {
    &["csv", "tsv", "txt", "bolt", "parquet"]
} else {
    &["csv", "tsv", "txt", "bolt"]
};

/// Loads a file, or the files of a directory as one panel.
///
/// Delimited text, column stores and Parquet files are told apart by their content.
///
/// # Errors
/// If it cannot be read, or its content is refused; the error says where and what to try.
pub fn load(path: impl AsRef<Path>, options: &LoadOptions) -> Result<Dataset, DataError> {
    let path = path.as_ref();
    if path.is_dir() {
        return load_many(&files_of(path)?, options).map(Dataset::Panel);
    }
    load_file(path, options)
}

/// Loads several files of bars as one panel, as many at a time as the pool has threads.
///
/// # Errors
/// The first file's error, in the order given; or if two assets have one name.
pub fn load_many(paths: &[PathBuf], options: &LoadOptions) -> Result<Panel, DataError> {
    if options.symbol.is_some() && paths.len() > 1 {
        let reason = "`--symbol` names one asset, and there are several files".to_owned();
        return Err(DataError::Mismatch(reason));
    }
    let bars = |path: &PathBuf| load_file(path, options).and_then(Dataset::into_bars);
    let loaded: Vec<Result<Bars, DataError>> = match &options.pool {
        Some(pool) => pool.map_items(paths.iter().collect(), bars),
        None => paths.iter().map(bars).collect(),
    };
    Panel::align(&loaded.into_iter().collect::<Result<Vec<_>, _>>()?)
}

/// Loads delimited text from memory; `name` stands for the file in messages.
///
/// # Errors
/// If the text is refused.
pub fn load_text(name: &str, text: &[u8], options: &LoadOptions) -> Result<Dataset, DataError> {
    let mut frame = csv::read(name, text, options)?;
    frame.source_hash = xxh3_128(text);
    Dataset::of_frame(frame, options)
}

/// Writes data into a file of the kind that its extension names: `csv`, `tsv`, `txt`, `bolt` or
/// `parquet`.
///
/// # Errors
/// If the extension is none of these, or the file cannot be written.
pub fn write(path: impl AsRef<Path>, data: &Dataset) -> Result<(), DataError> {
    let path = path.as_ref();
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "csv" | "txt" => csv::write(path, data, b','),
        "tsv" => csv::write(path, data, b'\t'),
        "bolt" => store::write(path, data),
        #[cfg(feature = "parquet")]
        "parquet" => super::parquet::write(path, data),
        _ => Err(DataError::Mismatch(format!(
            "cannot write `{}`: end its name in {}",
            path.display(),
            EXTENSIONS.join(", ")
        ))),
    }
}

fn files_of(directory: &Path) -> Result<Vec<PathBuf>, DataError> {
    let fail = DataError::io("list", directory);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(&fail)? {
        let path = entry.map_err(&fail)?.path();
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        if EXTENSIONS.iter().any(|known| *known == extension) && path.is_file() {
            files.push(path);
        }
    }
    if files.is_empty() {
        let reason =
            format!("`{}` has no files ending in {}", directory.display(), EXTENSIONS.join(", "));
        return Err(DataError::Mismatch(reason));
    }
    files.sort();
    Ok(files)
}

fn load_file(path: &Path, options: &LoadOptions) -> Result<Dataset, DataError> {
    let name = path.display().to_string();
    let bytes = FileBytes::open(path)?;
    if let Some(rate) = &options.rate {
        // Opened, but not read: pages come from the disk when they are looked at.
        rate.wait(&name, bytes.len() as u64);
    }
    if let FileBytes::Mapped(map) = &bytes
        && store::is_store(map)
    {
        // A damaged column would be traded like any other.
        let data = store::open_map(&name, map)?;
        store::verify_map(&name, map, &data)?;
        return Ok(data.named(options.symbol.as_deref()));
    }
    let mut frame = match kind_of(&bytes) {
        FileKind::Text => {
            csv::read(&name, &bytes, options).map_err(|error| misnamed(error, path))?
        }
        FileKind::Parquet => read_parquet(&name, path, options)?,
    };
    frame.source_hash = xxh3_128(&bytes);
    if let Symbols::One(symbol) = &mut frame.symbols {
        let stem = || Some(path.file_stem()?.to_string_lossy().into_owned());
        *symbol = options.symbol.clone().or(symbol.take()).or_else(stem);
    }
    Dataset::of_frame(frame, options)
}

/// Returns the error of a file that was read as text because it does not begin as its name says.
fn misnamed(error: DataError, path: &Path) -> DataError {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    let kind = match extension.to_str() {
        Some("bolt") => "column store",
        Some("parquet") => "Parquet file",
        _ => return error,
    };
    match error {
        // These say what it is.
        DataError::File { fault: FileFault::Empty | FileFault::Container { .. }, .. } => error,
        DataError::File { file, fault } => {
            let fault = FileFault::NotItsName { kind, fault: Box::new(fault) };
            DataError::File { file, fault }
        }
        error => error,
    }
}

fn kind_of(bytes: &[u8]) -> FileKind {
    if bytes.starts_with(b"PAR1") { FileKind::Parquet } else { FileKind::Text }
}

#[cfg(feature = "parquet")]
use super::parquet::read as read_parquet;

#[cfg(not(feature = "parquet"))]
fn read_parquet(file: &str, _: &Path, _: &LoadOptions) -> Result<Frame, DataError> {
    let reason = "this program was built without Parquet; convert it to CSV".to_owned();
    Err(DataError::Parquet { file: file.to_owned(), reason })
}
