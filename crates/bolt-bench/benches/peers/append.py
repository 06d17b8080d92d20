"""Trades appended to a table of the same columns; returned is the number of rows that this adds."""

from peer import serve

COLUMNS = """run INTEGER, sequence INTEGER, timestamp INTEGER, exit_timestamp INTEGER, symbol TEXT,
    side TEXT, size REAL, entry_price REAL, exit_price REAL, exit_reason TEXT, pnl REAL, fees REAL"""


def trades(rows):
    minute, start = 60_000_000_000, 1_700_000_000_000_000_000
    price = [100.0 + (i % 997) * 0.013 for i in range(rows)]
    return {
        "run": [1] * rows,
        "sequence": list(range(rows)),
        "timestamp": [start + i * minute for i in range(rows)],
        "exit_timestamp": [start + (i + 30) * minute for i in range(rows)],
        "symbol": [("AAPL", "MSFT", "BTC-USD")[i % 3] for i in range(rows)],
        "side": [("long", "short")[i % 2] for i in range(rows)],
        "size": [1.0 + i % 89 for i in range(rows)],
        "entry_price": price,
        "exit_price": [p * 1.001 for p in price],
        "exit_reason": ["signal"] * rows,
        "pnl": [p * 0.001 for p in price],
        "fees": [p * 0.0001 for p in price],
    }


def with_sqlite(data):
    """A transaction for each row, which is what sqlite3 does with rows that come one by one."""
    import sqlite3

    connection = sqlite3.connect(data.path("sqlite.db"), isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"CREATE TABLE trades ({COLUMNS})")
    rows = list(zip(*trades(data["rows"] // data["step"]).values()))
    insert = "INSERT INTO trades VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

    def work():
        before = connection.total_changes
        for row in rows:
            connection.execute(insert, row)
        return [(connection.total_changes - before) * data["step"]]

    return work


def with_duckdb(data):
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect(data.path("duckdb.db"), config={"threads": 1})
    connection.register("arrow", pa.table(trades(data["rows"])))
    connection.execute("CREATE TABLE trades AS SELECT * FROM arrow LIMIT 0")

    def work():
        added = connection.execute("INSERT INTO main.trades SELECT * FROM arrow").fetchone()
        return list(added)

    return work


serve({"sqlite3": with_sqlite, "duckdb": with_duckdb})
