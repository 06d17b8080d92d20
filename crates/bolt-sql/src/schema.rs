//! The tables, and how a file of an older version becomes one of this version.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::ErrorKind;

/// Marks a SQLite file as ours: `Bolt` in ASCII.
const APPLICATION_ID: i64 = 0x426F_6C74;

/// Migration `i` makes version `i + 1` of version `i`. Written once, never changed.
///
/// Times are nanoseconds since 1970 (UTC). A trade is open while it has no `exit_timestamp`.
///
/// Trades and portfolio history are clustered by their owner, so that a run's trades lie together
/// and new ones are appended. Whatever slows appending is left out: indexes for queries across
/// runs are made by [`optimize_database`](crate::optimize_database) when wanted, and a generated
/// column `open` alone cost 8 % of the time.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE runs (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        created INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('backtest', 'sweep', 'walk-forward')),
        name TEXT NOT NULL,
        formula TEXT NOT NULL,
        manifest TEXT NOT NULL CHECK (json_type(manifest) = 'object')
    ) STRICT;

    CREATE TABLE figures (
        run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
        name TEXT NOT NULL,
        value REAL,
        PRIMARY KEY (run, name)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE trades (
        run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
        sequence INTEGER NOT NULL,
        timestamp INTEGER NOT NULL,
        exit_timestamp INTEGER CHECK (exit_timestamp >= timestamp),
        symbol TEXT NOT NULL,
        side TEXT NOT NULL CHECK (side IN ('long', 'short')),
        size REAL NOT NULL CHECK (size > 0),
        entry_price REAL NOT NULL,
        exit_price REAL,
        exit_reason TEXT,
        pnl REAL,
        fees REAL NOT NULL,
        PRIMARY KEY (run, sequence)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE portfolios (
        key INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        run INTEGER UNIQUE REFERENCES runs ON DELETE CASCADE
    ) STRICT;

    CREATE TABLE portfolio_history (
        portfolio INTEGER NOT NULL REFERENCES portfolios ON DELETE CASCADE,
        date INTEGER NOT NULL,
        equity REAL,
        cash REAL,
        positions TEXT NOT NULL CHECK (json_type(positions) = 'object'),
        PRIMARY KEY (portfolio, date)
    ) STRICT, WITHOUT ROWID;
",
    "
    ALTER TABLE portfolio_history
        ADD COLUMN prices TEXT NOT NULL DEFAULT '{}' CHECK (json_type(prices) = 'object');
    ALTER TABLE portfolio_history
        ADD COLUMN costs TEXT NOT NULL DEFAULT '{}' CHECK (json_type(costs) = 'object');
",
];

/// # Errors
/// If the file is neither new nor a store that this version knows.
pub(crate) fn check(connection: &Connection) -> Result<(), ErrorKind> {
    version(connection, MIGRATIONS).map(drop)
}

/// Makes a new or older store one of this version.
///
/// # Errors
/// If the file is not a store, or a newer one; it is left as it was.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), ErrorKind> {
    migrate_by(connection, MIGRATIONS)
}

fn migrate_by(connection: &mut Connection, migrations: &[&str]) -> Result<(), ErrorKind> {
    if version(connection, migrations)? == migrations.len() {
        return Ok(());
    }
    // Another process may have migrated before this one got the lock.
    let transaction =
        Transaction::new(connection, TransactionBehavior::Immediate).map_err(ErrorKind::from)?;
    for migration in &migrations[version(&transaction, migrations)?..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", migrations.len() as i64)?;
    Ok(transaction.commit()?)
}

/// Returns the file's version, 0 if it is new.
fn version(connection: &Connection, migrations: &[&str]) -> Result<usize, ErrorKind> {
    let (application, found, tables): (i64, i64, i64) = connection.query_row(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
         FROM pragma_application_id, pragma_user_version",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    match usize::try_from(found) {
        Ok(0) if application == 0 && tables == 0 => Ok(0),
        Ok(version) if application == APPLICATION_ID => match version {
            version if version > migrations.len() => {
                Err(ErrorKind::Newer { found, known: migrations.len() as i64 })
            }
            version => Ok(version),
        },
        _ => Err(ErrorKind::NotAStore),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE notes (text TEXT) STRICT; INSERT INTO notes VALUES ('kept')";
    const SECOND: &str = "ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 3";

    fn notes(connection: &Connection) -> Vec<(String, i64)> {
        let mut statement = connection.prepare("SELECT text, stars FROM notes").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn an_older_file_keeps_its_rows() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_by(&mut connection, &[FIRST]).unwrap();
        migrate_by(&mut connection, &[FIRST, SECOND]).unwrap();
        migrate_by(&mut connection, &[FIRST, SECOND]).unwrap();
        assert_eq!(notes(&connection), [("kept".to_owned(), 3)]);
    }

    #[test]
    fn points_without_prices_have_none() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_by(&mut connection, &MIGRATIONS[..1]).unwrap();
        connection
            .execute_batch(
                "INSERT INTO portfolios (name) VALUES ('mine');
                 INSERT INTO portfolio_history VALUES (1, 7, 1.5, 0.5, '{\"A\": 2.0}');",
            )
            .unwrap();
        migrate(&mut connection).unwrap();
        let sql = "SELECT positions || prices || costs FROM portfolio_history";
        let found: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(found, "{\"A\": 2.0}{}{}");
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_by(&mut connection, &[FIRST]).unwrap();
        let broken = [FIRST, SECOND, "CREATE TABLE notes (again TEXT) STRICT"];
        assert!(migrate_by(&mut connection, &broken).is_err());
        migrate_by(&mut connection, &[FIRST, SECOND]).unwrap();
        assert_eq!(notes(&connection), [("kept".to_owned(), 3)]);
    }

    #[test]
    fn a_newer_file_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_by(&mut connection, &[FIRST, SECOND]).unwrap();
        let error = migrate_by(&mut connection, &[FIRST]).unwrap_err();
        assert!(matches!(error, ErrorKind::Newer { found: 2, known: 1 }), "{error}");
    }
}
