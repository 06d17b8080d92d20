//! Which index a query lacks, found by trying.
//!
//! The schema, without rows, is copied into memory, every column that no index begins with gets
//! one, and SQLite plans the query anew: an index that the plan then searches would help. Nothing
//! of this touches the database itself. (SQLite's own `.expert` command works the same way.)

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::error::ErrorKind;

/// The first column of an index that would help, with its table.
pub(crate) struct Lacking {
    pub(crate) table: String,
    pub(crate) column: String,
}

/// Returns the plan of a query, a line a step, indented by depth.
pub(crate) fn plan(connection: &Connection, sql: &str) -> rusqlite::Result<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut rows = statement.raw_query();
    let mut depths: Vec<(i64, usize)> = Vec::new();
    let mut plan = String::new();
    while let Some(row) = rows.next()? {
        let (id, parent, detail): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
        let depth = depths.iter().find(|(known, _)| *known == parent).map_or(0, |(_, d)| d + 1);
        depths.push((id, depth));
        plan.push_str(&"  ".repeat(depth));
        plan.push_str(&detail);
        plan.push('\n');
    }
    Ok(plan)
}

/// Returns the tables of which a query reads every row, in alphabetical order.
///
/// The plan names tables by their aliases and does not tell them from the query's own parts, so
/// the program is asked: a loop over a whole table or index is marked in the instruction that
/// moves it on, and where the cursor was opened stands which table it is. Only the plan knows that
/// a loop for a minimum or maximum ends at its first row: it says `SEARCH`.
pub(crate) fn full_scans(
    connection: &Connection,
    sql: &str,
    plan: &str,
) -> rusqlite::Result<BTreeSet<String>> {
    const FULL_SCAN_FLAG: i64 = 1;
    if !plan.lines().any(|line| line.trim_start().starts_with("SCAN ")) {
        return Ok(BTreeSet::new());
    }
    let mut statement = connection.prepare(&format!("EXPLAIN {sql}"))?;
    let mut rows = statement.raw_query();
    let mut root_of_cursor = BTreeMap::new();
    let mut scanned = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let (opcode, cursor, flags): (String, i64, i64) =
            (row.get("opcode")?, row.get("p1")?, row.get("p5")?);
        match opcode.as_str() {
            "OpenRead" | "OpenWrite" if row.get::<_, i64>("p3")? == 0 => {
                root_of_cursor.insert(cursor, row.get::<_, i64>("p2")?);
            }
            "Next" | "Prev" if flags & FULL_SCAN_FLAG != 0 => drop(scanned.insert(cursor)),
            "Count" => drop(scanned.insert(cursor)),
            _ => {}
        }
    }
    let mut table = connection.prepare(
        "SELECT tbl_name FROM sqlite_schema WHERE rootpage = ?1
         UNION ALL SELECT 'sqlite_schema' WHERE ?1 = 1",
    )?;
    let roots = scanned.iter().filter_map(|cursor| root_of_cursor.get(cursor));
    roots.map(|root| table.query_row([root], |row| row.get(0))).collect()
}

/// Returns the columns of `tables` whose index the plan of `sql` would search.
pub(crate) fn lacking(
    connection: &Connection,
    sql: &str,
    tables: &BTreeSet<String>,
) -> Result<Vec<Lacking>, ErrorKind> {
    let copy = Connection::open_in_memory()?;
    for definition in definitions(connection)? {
        copy.execute_batch(&definition)?;
    }
    let mut columns = columns_without_index(connection)?;
    columns.retain(|column| tables.contains(&column.table));
    for (i, Lacking { table, column }) in columns.iter().enumerate() {
        let (table, column) = (quoted(table), quoted(column));
        copy.execute_batch(&format!("CREATE INDEX {} ON {table} ({column})", trial(i)))?;
    }
    let plan = plan(&copy, sql)?;
    // Columns in parentheses follow an index that is searched; one that is only read has none.
    let searched = |i: &usize| plan.contains(&format!(" {} (", trial(*i)));
    let indexes = columns.into_iter().enumerate();
    Ok(indexes.filter(|(i, _)| searched(i)).map(|(_, column)| column).collect())
}

fn trial(i: usize) -> String {
    format!("trial_index_{i}")
}

/// Returns the statements that make the tables, indexes and views, in a working order.
fn definitions(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT sql FROM sqlite_schema
         WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND type <> 'trigger'
         ORDER BY type = 'view', type = 'index', rowid",
    )?;
    let definitions = statement.query_map([], |row| row.get(0))?;
    definitions.collect()
}

fn columns_without_index(connection: &Connection) -> rusqlite::Result<Vec<Lacking>> {
    let mut statement = connection.prepare(
        "SELECT tables.name, columns.name
         FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
         WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
           AND columns.pk <> 1
           AND NOT EXISTS (
             SELECT true FROM pragma_index_list(tables.name) AS indexes,
                              pragma_index_info(indexes.name) AS parts
             WHERE parts.seqno = 0 AND parts.name = columns.name AND NOT indexes.partial)",
    )?;
    let columns =
        statement.query_map([], |row| Ok(Lacking { table: row.get(0)?, column: row.get(1)? }))?;
    columns.collect()
}

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
