//! What a report holds: plain structures, filled by whoever ran the engines.

use bolt_base::UnixNanos;

/// One report.
#[derive(Debug, Clone, Default)]
pub struct Page<'a> {
    /// What was tested, for example the asset and the idea.
    pub title: String,
    /// The kind of report and what else belongs below the title.
    pub subtitle: String,
    /// What is needed to repeat the run: formula, data and its hash, convention, costs, seed,
    /// version.
    pub facts: Vec<Fact>,
    /// The few figures that are read first.
    pub headline: Vec<Figure>,
    /// What makes the result doubtful; shown above everything that could impress.
    pub warnings: Vec<String>,
    /// The body, in the order in which it is shown.
    pub sections: Vec<Section<'a>>,
}

/// One circumstance of the run.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// Its value.
    pub value: String,
    /// Whether the value is a formula, a hash or a command, set in a fixed pitch.
    pub is_code: bool,
}

/// One figure of the headline.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What it is.
    pub label: String,
    /// Its value.
    pub value: Value,
    /// Whether it is good or bad news.
    pub tone: Tone,
}

/// Whether a figure is good or bad news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Neither.
    #[default]
    Neutral,
    /// Good news.
    Good,
    /// Bad news.
    Bad,
}

/// One value of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// None: a dash. NaN of the other kinds is shown the same way.
    Missing,
    /// Text as it is.
    Text(String),
    /// A whole number.
    Count(i64),
    /// A number with as many digits as its size asks for.
    Number(f64),
    /// A fraction, shown in percent: 0.25 is 25 %.
    Percent(f64),
    /// An amount of money or a price.
    Money(f64),
    /// A point in time, shown in UTC; without the time of day at midnight.
    Time(UnixNanos),
}

/// How the values of a chart are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// As numbers.
    #[default]
    Number,
    /// Fractions, shown in percent.
    Percent,
    /// Amounts of money or prices.
    Money,
}

/// One part of the body.
#[derive(Debug, Clone)]
pub enum Section<'a> {
    /// Account value over time.
    Equity(EquityCurve<'a>),
    /// Distance from the highest account value so far.
    Drawdown(Drawdown<'a>),
    /// Returns by month and year.
    Months(MonthlyReturns),
    /// Groups of figures.
    Statistics(Statistics),
    /// Round trips.
    Trades(Trades),
    /// A measure over two parameters.
    HeatMap(HeatMap),
    /// Any series.
    Lines(LineChart<'a>),
    /// Any table.
    Table(Table),
}

/// A named series; NaN is a gap.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// What it is called.
    pub name: &'a str,
    /// One value for each place on the horizontal axis.
    pub values: &'a [f64],
}

/// Account value over time, linear or logarithmic.
#[derive(Debug, Clone)]
pub struct EquityCurve<'a> {
    /// Heading.
    pub title: String,
    /// A remark below the heading; empty for none.
    pub note: String,
    /// When each value holds, ascending.
    pub times: &'a [UnixNanos],
    /// What the times are, for example `UTC` or `bars of New York, shown in UTC`.
    pub zone: String,
    /// Account value.
    pub equity: Series<'a>,
    /// What it is compared with, in the same currency.
    pub benchmark: Option<Series<'a>>,
    /// Bars in which trades began; may be empty. If entries and exits are more than 300 they are
    /// ticks at the lower edge instead of dots on the line.
    pub entries: &'a [usize],
    /// Bars in which trades ended; may be empty.
    pub exits: &'a [usize],
}

/// Distance from the highest account value so far.
#[derive(Debug, Clone)]
pub struct Drawdown<'a> {
    /// Heading.
    pub title: String,
    /// A remark below the heading; empty for none.
    pub note: String,
    /// When each value holds, ascending.
    pub times: &'a [UnixNanos],
    /// What the times are.
    pub zone: String,
    /// Fractions, 0 or negative.
    pub drawdown: Series<'a>,
}

/// Returns by month, compounded to years.
#[derive(Debug, Clone)]
pub struct MonthlyReturns {
    /// Heading.
    pub title: String,
    /// A remark below the heading; empty for none.
    pub note: String,
    /// One row a month, in any order; months that are not there are left blank.
    pub months: Vec<Month>,
}

/// The return of one month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Month {
    /// Calendar year.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// Compounded return as a fraction; NaN if unknown, and then the year is unknown too.
    pub fraction: f64,
}

/// Groups of figures, for one or several columns such as strategy and benchmark.
#[derive(Debug, Clone)]
pub struct Statistics {
    /// Heading.
    pub title: String,
    /// A remark below the heading; empty for none.
    pub note: String,
    /// What the values of each row belong to; not shown if there is one only.
    pub columns: Vec<String>,
    /// The groups.
    pub groups: Vec<Group>,
}

/// Figures under a common heading.
#[derive(Debug, Clone)]
pub struct Group {
    /// Heading.
    pub title: String,
    /// The figures.
    pub rows: Vec<Statistic>,
}

/// One figure, in each column.
#[derive(Debug, Clone)]
pub struct Statistic {
    /// What it is.
    pub label: String,
    /// One value a column; those left out are missing.
    pub values: Vec<Value>,
}

/// Round trips, sortable and paged.
#[derive(Debug, Clone)]
pub struct Trades {
    /// Heading.
    pub title: String,
    /// A remark below the heading; empty for none.
    pub note: String,
    /// The trades; of more than [`Trades::MOST`] the first are shown and the rest counted.
    pub trades: Vec<Trade>,
}

impl Trades {
    /// Largest number of trades a page holds; at about 60 bytes each.
    pub const MOST: usize = 50_000;
}

/// One round trip.
#[derive(Debug, Clone)]
pub struct Trade {
    /// What was traded; a column is shown if any trade has one.
    pub symbol: String,
    /// For example `long` or `short`.
    pub side: String,
    /// Units, positive.
    pub size: f64,
    /// When it began.
    pub entry_time: UnixNanos,
    /// Price per unit.
    pub entry_price: f64,
    /// When it ended; `None` while it is open.
    pub exit_time: Option<UnixNanos>,
    /// Price per unit; NaN while it is open.
    pub exit_price: f64,
    /// Profit or loss net of costs.
    pub pnl: f64,
    /// Profit or loss as a fraction of the entry value.
    pub return_fraction: f64,
    /// Fees of entry and exit together.
    pub fees: f64,
    /// Why it ended.
    pub reason: String,
}

/// Measures over a grid of two parameters.
#[derive(Debug, Clone)]
pub struct HeatMap {
    /// Heading.
    pub title: String,
    /// A remark below the heading; empty for none.
    pub note: String,
    /// The parameter along the columns.
    pub x: Axis,
    /// The parameter along the rows, the first value at the bottom.
    pub y: Axis,
    /// The measures; with more than one the reader chooses.
    pub metrics: Vec<Metric>,
}

/// A parameter and its values.
#[derive(Debug, Clone)]
pub struct Axis {
    /// The parameter's name.
    pub name: String,
    /// Its values, in order.
    pub values: Vec<f64>,
}

/// One measure over the grid.
#[derive(Debug, Clone)]
pub struct Metric {
    /// What it is called.
    pub name: String,
    /// How its values are shown.
    pub unit: Unit,
    /// Values row by row: that of column `i` and row `j` at `j * x.values.len() + i`; NaN for a
    /// combination that was not tried or has no value.
    pub values: Vec<f64>,
    /// Column and row of the best combination, if it is to be marked.
    pub best: Option<(usize, usize)>,
}

/// Any series over time or over a number.
#[derive(Debug, Clone)]
pub struct LineChart<'a> {
    /// Heading.
    pub title: String,
    /// A remark below the heading; empty for none.
    pub note: String,
    /// The horizontal axis.
    pub x: Abscissa<'a>,
    /// How values are shown.
    pub unit: Unit,
    /// The series, drawn in this order.
    pub series: Vec<Series<'a>>,
}

/// A horizontal axis.
#[derive(Debug, Clone)]
pub enum Abscissa<'a> {
    /// Points in time, ascending, and what they are.
    Times {
        /// The times.
        times: &'a [UnixNanos],
        /// What they are, for example `UTC`.
        zone: String,
    },
    /// Numbers, ascending, for example of folds.
    Numbers {
        /// The numbers.
        numbers: &'a [f64],
        /// What they count.
        name: String,
    },
}

/// Any table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Heading.
    pub title: String,
    /// A remark below the heading; empty for none.
    pub note: String,
    /// Headings of the columns.
    pub columns: Vec<String>,
    /// The rows; values left out are missing.
    pub rows: Vec<Vec<Value>>,
}
