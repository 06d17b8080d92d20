//! Runs: recording, listing, comparing and deleting them.

use std::collections::{BTreeMap, BTreeSet};

use bolt_base::{Rng, UnixNanos};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use crate::error::{ErrorKind, StoreError};
use crate::records::{Run, RunId, RunKind, RunRecord};
use crate::store::Store;
use crate::trades::{Conditions, nan_as_null, null_as_nan};

/// Which runs are wanted; by default all. Every condition that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Runs of this kind.
    pub kind: Option<RunKind>,
    /// Runs whose name contains this, in any case of ASCII letters.
    pub name: Option<String>,
    /// Runs whose formula contains this, in any case of ASCII letters.
    pub formula: Option<String>,
    /// Runs recorded at this time or later.
    pub from: Option<UnixNanos>,
    /// Runs recorded before this time.
    pub until: Option<UnixNanos>,
    /// At most this many, the newest.
    pub limit: Option<u64>,
}

/// Which runs are no longer wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PruneRule {
    /// Only runs of this kind are counted and deleted; `None` for all.
    pub kind: Option<RunKind>,
    /// As many of the newest are kept.
    pub keep_newest: u64,
    /// Runs recorded at this time or later are kept too.
    pub recorded_before: Option<UnixNanos>,
}

/// Several runs side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The runs in the order asked for.
    pub runs: Vec<RunRecord>,
    /// Every figure that any of the runs has, by name, with a value for each run; `None` for a run
    /// without that figure.
    pub figures: BTreeMap<String, Vec<Option<f64>>>,
}

impl Store {
    /// Returns the runs that pass a filter, newest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn runs(&self, filter: &RunFilter) -> Result<Vec<RunRecord>, StoreError> {
        self.read("list runs", |connection| {
            let (sql, parameters) = select(filter);
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query(params_from_iter(parameters))?;
            let mut runs = Vec::new();
            while let Some(row) = rows.next()? {
                runs.push(run_record(connection, row)?);
            }
            Ok(runs)
        })
    }

    /// Returns one run.
    ///
    /// # Errors
    /// If there is no such run, or the file cannot be read.
    pub fn run(&self, id: &RunId) -> Result<RunRecord, StoreError> {
        self.read("read a run", |connection| by_id(connection, id))
    }

    /// Returns the id that a user means: the whole of it, its beginning, or the beginning of its
    /// random part.
    ///
    /// # Errors
    /// If it fits no run or several.
    pub fn find_run(&self, text: &str) -> Result<RunId, StoreError> {
        const CANDIDATES_SHOWN_MAX: i64 = 5;
        self.read("find a run", |connection| {
            let mut statement = connection.prepare(
                "SELECT id FROM runs
                 WHERE substr(id, 1, length(?1)) = ?1 OR substr(id, ?2, length(?1)) = ?1
                 ORDER BY id LIMIT ?3",
            )?;
            let random_from = RunId::RANDOM_FROM as i64 + 1;
            let parameters = params![text, random_from, CANDIDATES_SHOWN_MAX];
            let ids = statement.query_map(parameters, |row| Ok(RunId(row.get(0)?)))?;
            let candidates = ids.collect::<rusqlite::Result<Vec<_>>>()?;
            match candidates.as_slice() {
                _ if text.is_empty() => Err(ErrorKind::UnknownRun(text.into())),
                [] => Err(ErrorKind::UnknownRun(text.into())),
                [only] => Ok(only.clone()),
                _ => Err(ErrorKind::AmbiguousRun { text: text.into(), candidates }),
            }
        })
    }

    /// Returns several runs side by side.
    ///
    /// # Errors
    /// If one does not exist, or the file cannot be read.
    pub fn compare(&self, ids: &[RunId]) -> Result<Comparison, StoreError> {
        let runs = self.read("compare runs", |connection| {
            ids.iter().map(|id| by_id(connection, id)).collect::<Result<Vec<_>, _>>()
        })?;
        let names: BTreeSet<&String> =
            runs.iter().flat_map(|record| record.run.figures.keys()).collect();
        let values = |name: &String| {
            runs.iter().map(|record| record.run.figures.get(name).copied()).collect::<Vec<_>>()
        };
        let figures = names.into_iter().map(|name| (name.clone(), values(name))).collect();
        Ok(Comparison { runs, figures })
    }

    /// Returns the runs that a rule would have deleted, oldest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn prunable(&self, rule: &PruneRule) -> Result<Vec<RunId>, StoreError> {
        let PruneRule { kind, keep_newest, recorded_before } = *rule;
        self.read("find runs to delete", |connection| {
            let mut statement = connection.prepare(
                "SELECT id FROM (SELECT id, created, key FROM runs WHERE ?1 IS NULL OR kind = ?1
                                 ORDER BY created DESC, key DESC LIMIT -1 OFFSET ?2)
                 WHERE ?3 IS NULL OR created < ?3 ORDER BY created, key",
            )?;
            let keep = i64::try_from(keep_newest).unwrap_or(i64::MAX);
            let parameters =
                params![kind.map(RunKind::name), keep, recorded_before.map(|time| time.0)];
            let ids = statement.query_map(parameters, |row| Ok(RunId(row.get(0)?)))?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Deletes runs with their figures, trades and portfolio history, all or none of them.
    ///
    /// # Errors
    /// If one does not exist, or the file cannot be written to.
    pub fn delete_runs(&mut self, ids: &[RunId]) -> Result<(), StoreError> {
        self.write("delete runs", |connection| {
            let mut statement = connection.prepare("DELETE FROM runs WHERE id = ?")?;
            for id in ids {
                if statement.execute([id.as_str()])? == 0 {
                    return Err(ErrorKind::UnknownRun(id.to_string()));
                }
            }
            Ok(())
        })
    }
}

/// Inserts a run with its figures; part of a transaction. Returns its key and id.
pub(crate) fn insert(
    connection: &Connection,
    run: &Run,
    rng: &mut Rng,
) -> Result<(i64, RunId), ErrorKind> {
    run.check()?;
    let Run { created, kind, name, formula, manifest, figures } = run;
    let mut taken = connection.prepare("SELECT true FROM runs WHERE id = ?")?;
    let mut id = RunId::draw(*created, rng);
    while taken.exists([id.as_str()])? {
        id = RunId::draw(*created, rng);
    }
    connection.execute(
        "INSERT INTO runs (id, created, kind, name, formula, manifest) VALUES (?, ?, ?, ?, ?, ?)",
        params![id.as_str(), created.0, kind.name(), name, formula, manifest],
    )?;
    let key = connection.last_insert_rowid();
    let mut statement = connection.prepare("INSERT INTO figures VALUES (?, ?, ?)")?;
    for (name, value) in figures {
        statement.execute(params![key, name, nan_as_null(*value)])?;
    }
    Ok((key, id))
}

/// Returns the key of a run.
pub(crate) fn key(connection: &Connection, id: &RunId) -> Result<i64, ErrorKind> {
    let key = connection
        .query_row("SELECT key FROM runs WHERE id = ?", [id.as_str()], |row| row.get(0))
        .optional()?;
    key.ok_or_else(|| ErrorKind::UnknownRun(id.to_string()))
}

const COLUMNS: &str = "key, id, created, kind, name, formula, manifest";

/// Returns the query of a filter and its parameters.
pub(crate) fn select(filter: &RunFilter) -> (String, Vec<Value>) {
    let RunFilter { kind, name, formula, from, until, limit } = filter;
    let mut conditions = Conditions::default();
    conditions.and("kind = ?", kind.map(|kind| Value::Text(kind.name().into())));
    conditions.and("instr(lower(name), lower(?)) > 0", name.clone().map(Value::Text));
    conditions.and("instr(lower(formula), lower(?)) > 0", formula.clone().map(Value::Text));
    conditions.and("created >= ?", from.map(|time| Value::Integer(time.0)));
    conditions.and("created < ?", until.map(|time| Value::Integer(time.0)));
    let sql = format!(
        "SELECT {COLUMNS} FROM runs WHERE {} ORDER BY created DESC, key DESC LIMIT ?",
        conditions.sql()
    );
    (sql, conditions.with_limit(*limit))
}

fn by_id(connection: &Connection, id: &RunId) -> Result<RunRecord, ErrorKind> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM runs WHERE id = ?"))?;
    let mut rows = statement.query([id.as_str()])?;
    match rows.next()? {
        Some(row) => run_record(connection, row),
        None => Err(ErrorKind::UnknownRun(id.to_string())),
    }
}

fn run_record(connection: &Connection, row: &Row<'_>) -> Result<RunRecord, ErrorKind> {
    let kind: String = row.get(3)?;
    let run = Run {
        created: UnixNanos(row.get(2)?),
        kind: RunKind::ALL
            .into_iter()
            .find(|known| known.name() == kind)
            .ok_or_else(|| ErrorKind::Corrupt(format!("a run is a `{kind}`")))?,
        name: row.get(4)?,
        formula: row.get(5)?,
        manifest: row.get(6)?,
        figures: figures(connection, row.get(0)?)?,
    };
    Ok(RunRecord { id: RunId(row.get(1)?), run })
}

fn figures(connection: &Connection, run: i64) -> rusqlite::Result<BTreeMap<String, f64>> {
    let mut statement = connection.prepare("SELECT name, value FROM figures WHERE run = ?")?;
    let figures = statement.query_map([run], |row| Ok((row.get(0)?, null_as_nan(row.get(1)?))))?;
    figures.collect()
}
