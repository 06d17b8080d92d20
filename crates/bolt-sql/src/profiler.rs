//! What a query costs, and which index it lacks.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bolt_base::{Clock, SystemClock};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement, StatementStatus, ToSql, types::ToSqlOutput};

use crate::advice;
use crate::error::{ErrorKind, StoreError};
use crate::file::{self, Access};
use crate::store::StoreOptions;

/// A value of a parameter or a result.
#[derive(Debug, Clone, PartialEq)]
pub enum SqlValue {
    /// No value.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number, never NaN.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes; also text that is not UTF-8.
    Blob(Vec<u8>),
}

/// What was found out about one execution of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryProfile {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The first rows, up to [`QueryProfiler::rows_kept_max`].
    pub rows: Vec<Vec<SqlValue>>,
    /// How many rows there were.
    pub row_count: u64,
    /// From the first step to the last row; planning and opening the file do not count.
    pub execution_time: Duration,
    /// Whether that was as long as the threshold, or longer.
    pub is_slow: bool,
    /// SQLite's plan (`EXPLAIN QUERY PLAN`), a line a step, indented by depth.
    pub plan: String,
    /// Tables that are read from end to end, or an index of theirs.
    pub full_scans: BTreeSet<String>,
    /// How many rows were visited in this way, of tables or of results of the query's parts.
    pub rows_scanned: u64,
    /// Indexes that would spare a full scan; none where it would be needed anyway.
    pub suggested_indexes: Vec<SuggestedIndex>,
}

/// An index that would make a query faster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedIndex {
    /// The table.
    pub table: String,
    /// The column that the query filters or joins by.
    pub column: String,
}

impl SuggestedIndex {
    /// Returns a statement that makes it.
    pub fn sql(&self) -> String {
        let Self { table, column } = self;
        let name = advice::quoted(&format!("{table}_by_{column}"));
        let (table, column) = (advice::quoted(table), advice::quoted(column));
        format!("CREATE INDEX {name} ON {table} ({column})")
    }
}

/// A query that was slow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlowQuery {
    /// The database.
    pub path: PathBuf,
    /// The query.
    pub sql: String,
    /// How long it took.
    pub execution_time: Duration,
}

/// Runs queries on SQLite files and tells what they cost. Remembers the slow ones.
pub struct QueryProfiler {
    /// A query that takes this long or longer is slow.
    pub slow_query_threshold: Duration,
    /// Whether statements that write are run; otherwise they are refused.
    pub allow_writes: bool,
    /// As many rows of a result are kept; the rest is counted.
    pub rows_kept_max: usize,
    /// How long to wait for another process to finish writing.
    pub busy_timeout: Duration,
    slow_queries: VecDeque<SlowQuery>,
    clock: Box<dyn Clock>,
}

impl Default for QueryProfiler {
    fn default() -> Self {
        Self::new(Duration::from_millis(100))
    }
}

impl QueryProfiler {
    /// As many slow queries are remembered, the latest.
    pub const SLOW_QUERIES_MAX: usize = 100;

    /// Returns a profiler that measures with the machine's clock.
    pub fn new(slow_query_threshold: Duration) -> Self {
        Self::with_clock(slow_query_threshold, Box::new(SystemClock::default()))
    }

    /// Returns a profiler that measures with a clock of the caller's.
    pub fn with_clock(slow_query_threshold: Duration, clock: Box<dyn Clock>) -> Self {
        Self {
            slow_query_threshold,
            allow_writes: false,
            rows_kept_max: 10_000,
            busy_timeout: StoreOptions::default().busy_timeout,
            slow_queries: VecDeque::new(),
            clock,
        }
    }

    /// Runs one statement on a database and tells what it cost.
    ///
    /// Unless [`QueryProfiler::allow_writes`] is set, the file is opened for reading only, and
    /// whatever is no query is refused.
    ///
    /// # Errors
    /// If the file is no database or cannot be read, or the statement is wrong or refused.
    pub fn profile_query(
        &mut self,
        path: &Path,
        sql: &str,
        parameters: &[SqlValue],
    ) -> Result<QueryProfile, StoreError> {
        let profile = self.profile(path, sql, parameters).map_err(|kind| StoreError {
            doing: "profile a query",
            path: path.to_owned(),
            kind,
        })?;
        if profile.is_slow {
            self.slow_queries.truncate(Self::SLOW_QUERIES_MAX - 1);
            let execution_time = profile.execution_time;
            self.slow_queries.push_front(SlowQuery {
                path: path.to_owned(),
                sql: sql.to_owned(),
                execution_time,
            });
        }
        Ok(profile)
    }

    /// Returns the slow queries that are remembered, the latest first.
    pub fn slow_queries(&self) -> impl Iterator<Item = &SlowQuery> {
        self.slow_queries.iter()
    }

    fn profile(
        &self,
        path: &Path,
        sql: &str,
        parameters: &[SqlValue],
    ) -> Result<QueryProfile, ErrorKind> {
        let access = if self.allow_writes { Access::Write } else { Access::Read };
        let connection = file::open(path, access, self.busy_timeout)?;
        let mut statement = self.prepare(&connection, sql)?;
        let plan = advice::plan(&connection, sql).map_err(query_error)?;
        let full_scans = advice::full_scans(&connection, sql, &plan).map_err(query_error)?;
        let (rows, row_count, execution_time) = self.execute(&mut statement, parameters)?;
        let rows_scanned = statement.get_status(StatementStatus::FullscanStep);
        let lacking = match full_scans.is_empty() {
            true => Vec::new(),
            false => advice::lacking(&connection, sql, &full_scans)?,
        };
        Ok(QueryProfile {
            columns: statement.column_names().map(String::from).collect(),
            rows,
            row_count,
            execution_time,
            is_slow: execution_time >= self.slow_query_threshold,
            plan,
            full_scans,
            rows_scanned: u64::try_from(rows_scanned).unwrap_or(0),
            suggested_indexes: lacking
                .into_iter()
                .map(|advice::Lacking { table, column }| SuggestedIndex { table, column })
                .collect(),
        })
    }

    /// Plans a statement, and refuses what is no query. Statements without columns that SQLite
    /// calls read-only change the connection, as `BEGIN`.
    fn prepare<'c>(
        &self,
        connection: &'c Connection,
        sql: &str,
    ) -> Result<Statement<'c>, ErrorKind> {
        let statement = connection.prepare(sql).map_err(query_error)?;
        let is_query = statement.readonly() && statement.column_count() > 0;
        if !is_query && !self.allow_writes {
            let message = "this is not a query; only `SELECT` and the like can be profiled \
                           unless writing is allowed";
            return Err(ErrorKind::Query(message.into()));
        }
        Ok(statement)
    }

    /// Returns the rows that are kept, how many there were, and how long it took.
    fn execute(
        &self,
        statement: &mut Statement<'_>,
        parameters: &[SqlValue],
    ) -> Result<(Vec<Vec<SqlValue>>, u64, Duration), ErrorKind> {
        let wanted = statement.parameter_count();
        if wanted != parameters.len() {
            let given = parameters.len();
            let message = format!("the query has {wanted} parameters, and {given} were given");
            return Err(ErrorKind::Query(message));
        }
        for (i, parameter) in parameters.iter().enumerate() {
            statement.raw_bind_parameter(i + 1, parameter)?;
        }
        let columns = statement.column_count();
        let (mut kept, mut count) = (Vec::new(), 0);
        let start = self.clock.now();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if kept.len() < self.rows_kept_max {
                let values = (0..columns).map(|column| row.get_ref(column).map(SqlValue::from));
                kept.push(values.collect::<rusqlite::Result<_>>()?);
            }
            count += 1;
        }
        Ok((kept, count, self.clock.now().saturating_sub(start)))
    }
}

/// Returns what is wrong with a query, unless something is wrong with the file.
fn query_error(error: rusqlite::Error) -> ErrorKind {
    match ErrorKind::from(error) {
        ErrorKind::Other(text) => ErrorKind::Query(text),
        kind => kind,
    }
}

impl From<ValueRef<'_>> for SqlValue {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(integer) => Self::Integer(integer),
            ValueRef::Real(real) => Self::Real(real),
            ValueRef::Text(text) => match String::from_utf8(text.to_vec()) {
                Ok(text) => Self::Text(text),
                Err(error) => Self::Blob(error.into_bytes()),
            },
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl ToSql for SqlValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Null => ValueRef::Null,
            Self::Integer(integer) => ValueRef::Integer(*integer),
            Self::Real(real) => ValueRef::Real(*real),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}
