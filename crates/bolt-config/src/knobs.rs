//! The table. A setting that nothing reads does not belong here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bolt_base::Bytes;

use crate::config::Config;
use crate::knob::{Kind, Knob, TimeUnit};
use crate::sources::directory;
use crate::value::FromValue;

/// Makes [`KNOBS`] and the getters of [`Config`] from one row a knob. The doc comment of a row is
/// both the getter's documentation and the text of help, reference and schema.
macro_rules! knobs {
    ($(
        $(#[doc = $doc:literal])+
        $getter:ident: $type:ty = $name:literal {
            kind: $kind:expr,
            default: $default:literal,
            $(derived: $derived:expr,)?
            reader: $reader:literal,
            test: $test:literal,
        }
    )+) => {
        /// Every setting, by section.
        pub static KNOBS: &[Knob] = &[$(Knob {
            name: $name,
            kind: $kind,
            default: $default,
            derived: knobs!(@derived $($derived)?),
            reader: $reader,
            test: $test,
            doc_lines: &[$($doc),+],
        }),+];

        #[allow(non_camel_case_types, reason = "a row is named like its getter")]
        enum Row { $($getter),+ }

        impl Config {
            $(
                $(#[doc = $doc])+
                pub fn $getter(&self) -> $type {
                    <$type>::from_value(&self.settings[Row::$getter as usize].value)
                }
            )+

            /// Calls every getter: panics if one's type is not that of its row's kind.
            #[cfg(test)]
            pub(crate) fn call_every_getter(&self) {
                $(let _: $type = self.$getter();)+
            }
        }
    };
    (@derived) => { None };
    (@derived $derived:expr) => { Some($derived) };
}

knobs! {
    /// A set of values by name, weaker than everything that is set otherwise. `none` leaves the
    /// defaults.
    profile: &'static str = "profile" {
        kind: Kind::Choice(&["none", "production", "hpc", "edge"]),
        default: "none",
        reader: "bolt-config",
        test: "bolt-config a_profile_stands_between_defaults_and_files",
    }

    /// Threads of the fork-join pool that sweeps, walk-forward runs and panels use. `0` takes one
    /// for each processor that the process may run on.
    exec_threads: u64 = "exec.threads" {
        kind: Kind::Count { min: 0, max: 4096 },
        default: "0",
        reader: "bolt-exec",
        test: "bolt-session exec_threads",
    }

    /// Processors that compute, such as `0-7`. `auto` takes all that the process may run on, but for
    /// what the next settings leave out.
    exec_processors: Option<&str> = "exec.processors" {
        kind: Kind::Processors,
        default: "auto",
        reader: "bolt-hardware",
        test: "bolt-session exec_processors",
    }
    /// What efficiency cores do where there are performance cores, too.
    exec_efficiency_cores: &'static str = "exec.efficiency_cores" {
        kind: Kind::Choice(&["background", "compute", "never"]),
        default: "background",
        reader: "bolt-hardware",
        test: "bolt-session exec_efficiency_cores",
    }
    /// Cores that are left to other programs: the first, on which most interrupts are served.
    exec_reserved_cores: u64 = "exec.reserved_cores" {
        kind: Kind::Count { min: 0, max: 4096 },
        default: "0",
        reader: "bolt-hardware",
        test: "bolt-session exec_reserved_cores",
    }
    /// Whether each thread of the pool is bound to a processor of its own.
    exec_pin: bool = "exec.pin" {
        kind: Kind::Switch,
        default: "false",
        reader: "bolt-exec",
        test: "bolt-session exec_pin",
    }

    /// Threads that may live at a time. `0` allows four for each processor, and 100 at least.
    limits_threads: u64 = "limits.threads" {
        kind: Kind::Count { min: 0, max: 65_536 },
        default: "0",
        reader: "bolt-exec",
        test: "bolt-session limits_threads",
    }
    /// Processor time that the program may use, in percent of what it was granted; loops of sweeps
    /// and panels pause when they have used more.
    limits_cpu_percent: f64 = "limits.cpu_percent" {
        kind: Kind::Number { min: 0.1, max: 100.0 },
        default: "100",
        reader: "bolt-exec",
        test: "bolt-session limits_cpu_percent",
    }
    /// How long a backtest, a sweep, a walk-forward run or a query of the store may run; then it is
    /// stopped with an error. `0` lets each run to its end.
    limits_query_timeout: Duration = "limits.query_timeout" {
        kind: Kind::Time { unit: TimeUnit::Seconds, min: 0.0, max: 3.2e8 },
        default: "0",
        reader: "bolt-exec",
        test: "bolt-session limits_query_timeout",
    }
    /// Bytes of data that may be read in a second, over all files; each waits for its turn. `auto`
    /// sets no limit.
    limits_read_bytes_per_second: Option<Bytes> = "limits.read_bytes_per_second" {
        kind: Kind::SizeOrAuto { min: Bytes(1), max: Bytes(1 << 50) },
        default: "auto",
        reader: "bolt-exec",
        test: "bolt-session limits_read_bytes_per_second",
    }
    /// Bytes of data and results that may be written in a second; each write waits for its turn.
    /// `auto` sets no limit.
    limits_write_bytes_per_second: Option<Bytes> = "limits.write_bytes_per_second" {
        kind: Kind::SizeOrAuto { min: Bytes(1), max: Bytes(1 << 50) },
        default: "auto",
        reader: "bolt-exec",
        test: "bolt-session limits_write_bytes_per_second",
    }

    /// Widest vector instructions that kernels use. `auto` takes the widest that the processor
    /// has; naming one that it lacks is an error. Results do not depend on it.
    kernel_simd: &'static str = "kernel.simd" {
        kind: Kind::Choice(&["auto", "none", "avx2", "avx512", "neon"]),
        default: "auto",
        reader: "bolt-kernel",
        test: "bolt-session kernel_simd",
    }
    /// Whether maps and scans that run long are compiled to machine code; otherwise they are
    /// interpreted. Results do not depend on it.
    kernel_jit: bool = "kernel.jit" {
        kind: Kind::Switch,
        default: "true",
        reader: "bolt-kernel",
        test: "bolt-session kernel_jit",
    }

    /// Money at the start of a backtest, in the account's currency.
    market_cash: f64 = "market.cash" {
        kind: Kind::Number { min: 1e-6, max: 1e15 },
        default: "10000",
        reader: "bolt-market",
        test: "bolt-session market_cash",
    }
    /// Fees of each fill, as a fraction of its value.
    market_fees: f64 = "market.fees" {
        kind: Kind::Fraction { min: 0.0, max: 0.5 },
        default: "0",
        reader: "bolt-market",
        test: "bolt-session market_fees",
    }
    /// Distance between bid and ask, as a fraction of the price.
    market_spread: f64 = "market.spread" {
        kind: Kind::Fraction { min: 0.0, max: 0.5 },
        default: "0",
        reader: "bolt-market",
        test: "bolt-session market_spread",
    }
    /// How far the price moves against each fill, as a fraction of the price.
    market_slippage: f64 = "market.slippage" {
        kind: Kind::Fraction { min: 0.0, max: 0.5 },
        default: "0",
        reader: "bolt-market",
        test: "bolt-session market_slippage",
    }
    /// Rules by which orders are filled. `next-open` decides on one bar and fills at the open of
    /// the next; the others repeat the rules and figures of the system they are named after.
    market_convention: &'static str = "market.convention" {
        kind: Kind::Choice(&["next-open", "backtesting.py", "vectorbt", "backtrader"]),
        default: "next-open",
        reader: "bolt-market",
        test: "bolt-session market_convention",
    }
    /// Bars in a year, for annualised figures. `auto` counts them from the data's timestamps.
    market_periods_per_year: Option<f64> = "market.periods_per_year" {
        kind: Kind::NumberOrAuto { min: 0.01, max: 1e8 },
        default: "auto",
        reader: "bolt-market",
        test: "bolt-session market_periods_per_year",
    }
    /// Annual return without risk, as a fraction, that ratios such as Sharpe's subtract.
    market_risk_free_rate: f64 = "market.risk_free_rate" {
        kind: Kind::Fraction { min: -0.5, max: 1.0 },
        default: "0",
        reader: "bolt-market",
        test: "bolt-session market_risk_free_rate",
    }

    /// Memory that one sweep may hold, beside one combination a thread; a larger grid is worked
    /// through in parts, and over many bars its assessment correlates returns of several bars.
    sweep_memory: Bytes = "sweep.memory" {
        kind: Kind::Size { min: Bytes(1 << 20), max: Bytes(1 << 50) },
        default: "100 MB",
        reader: "bolt-market",
        test: "bolt-session sweep_memory",
    }

    /// Folder of results that are kept for later runs. By default `bolt` in `$XDG_CACHE_HOME`, else
    /// in `~/.cache`; without a home directory there is no default, and nothing is kept.
    cache_path: Option<&Path> = "cache.path" {
        kind: Kind::File,
        default: "~/.cache/bolt",
        derived: cache_home,
        reader: "bolt-session",
        test: "bolt-session cache_path",
    }
    /// Room that kept results may take on disk, at most. `0` keeps none, wherever, and uses none.
    /// One result, such as all rows of a sweep, may take nearly half of it; of 100 KB or less, less.
    cache_size: Bytes = "cache.size" {
        kind: Kind::Size { min: Bytes(0), max: Bytes(1 << 50) },
        default: "10 GB",
        reader: "bolt-cache",
        test: "bolt-session cache_size",
    }
    /// How long results are kept on disk and in a Redis server.
    cache_time_to_live: Duration = "cache.time_to_live" {
        kind: Kind::Time { unit: TimeUnit::Seconds, min: 1.0, max: 3.2e8 },
        default: "604800",
        reader: "bolt-cache",
        test: "bolt-session cache_time_to_live",
    }
    /// Memory that kept results may take in a session that lives long, at most, so that they need
    /// not be read again. `auto` is the share of caches, `memory.share_cache`; `0` keeps none there.
    cache_memory: Option<Bytes> = "cache.memory" {
        kind: Kind::SizeOrAuto { min: Bytes(0), max: Bytes(1 << 50) },
        default: "auto",
        reader: "bolt-cache",
        test: "bolt-session cache_memory",
    }
    /// How long results are kept in memory.
    cache_memory_time_to_live: Duration = "cache.memory_time_to_live" {
        kind: Kind::Time { unit: TimeUnit::Seconds, min: 1.0, max: 3.2e8 },
        default: "3600",
        reader: "bolt-cache",
        test: "bolt-session cache_memory_time_to_live",
    }
    /// A Redis server that shares kept results with other processes and machines:
    /// `redis://user:password@host:port/database`, where only the host must be said. It is asked
    /// after memory and before the disk. A server that does not answer costs no result.
    cache_redis: Option<&str> = "cache.redis" {
        kind: Kind::Server,
        default: "none",
        reader: "bolt-cache",
        test: "bolt-session cache_redis",
    }

    /// Memory that the engines may reserve together. `auto` is what the process may have, the least
    /// of the machine's memory, the limits of its control groups and its own (`ulimit -v` and `-d`),
    /// without `memory.reserve`; a size beyond that is reduced to it, which is said.
    memory_limit: Option<Bytes> = "memory.limit" {
        kind: Kind::SizeOrAuto { min: Bytes(1 << 20), max: Bytes(1 << 50) },
        default: "auto",
        reader: "bolt-memory",
        test: "bolt-session memory_limit",
    }
    /// Memory that is left to other programs and to what no reservation counts. `auto` is a sixth
    /// of what the process may have.
    memory_reserve: Option<Bytes> = "memory.reserve" {
        kind: Kind::SizeOrAuto { min: Bytes(0), max: Bytes(1 << 50) },
        default: "auto",
        reader: "bolt-memory",
        test: "bolt-session memory_reserve",
    }
    /// How full memory is when caches begin to shrink: reservations against the limit, or the
    /// pressure that the machine tells of, whichever is more.
    memory_warning: f64 = "memory.warning" {
        kind: Kind::Fraction { min: 0.06, max: 1.0 },
        default: "0.85",
        reader: "bolt-memory",
        test: "bolt-session memory_warning",
    }
    /// How full memory is when owners spill and nothing is lent any more.
    memory_critical: f64 = "memory.critical" {
        kind: Kind::Fraction { min: 0.07, max: 1.0 },
        default: "0.95",
        reader: "bolt-memory",
        test: "bolt-session memory_critical",
    }
    /// Whether shares become smaller under pressure from outside: other programs, the container,
    /// the machine.
    memory_adaptive: bool = "memory.adaptive" {
        kind: Kind::Switch,
        default: "true",
        reader: "bolt-memory",
        test: "bolt-session memory_adaptive",
    }
    /// Pressure from outside at which shares become smaller: market's by a tenth.
    memory_medium_pressure: f64 = "memory.medium_pressure" {
        kind: Kind::Fraction { min: 0.06, max: 1.0 },
        default: "0.85",
        reader: "bolt-memory",
        test: "bolt-session memory_adaptive",
    }
    /// Pressure from outside at which shares are smallest: market's by two fifths.
    memory_high_pressure: f64 = "memory.high_pressure" {
        kind: Kind::Fraction { min: 0.07, max: 1.0 },
        default: "0.95",
        reader: "bolt-memory",
        test: "bolt-session memory_adaptive",
    }
    /// Part of the memory that bars, backtests and sweeps cannot be denied. The parts of all
    /// components come to 1 at most; what no part names, and what is not in use, is lent.
    memory_share_market: f64 = "memory.share_market" {
        kind: Kind::Fraction { min: 0.0, max: 1.0 },
        default: "0.5",
        reader: "bolt-memory",
        test: "bolt-session memory_shares",
    }
    /// Part of the memory for symbols, references and syntax trees of source code.
    memory_share_code: f64 = "memory.share_code" {
        kind: Kind::Fraction { min: 0.0, max: 1.0 },
        default: "0.17",
        reader: "bolt-memory",
        test: "bolt-session memory_shares",
    }
    /// Part of the memory for indices of text and of embeddings.
    memory_share_search: f64 = "memory.share_search" {
        kind: Kind::Fraction { min: 0.0, max: 1.0 },
        default: "0.08",
        reader: "bolt-memory",
        test: "bolt-session memory_shares",
    }
    /// Part of the memory for values and compiled definitions of the language.
    memory_share_lyra: f64 = "memory.share_lyra" {
        kind: Kind::Fraction { min: 0.0, max: 1.0 },
        default: "0.05",
        reader: "bolt-memory",
        test: "bolt-session memory_shares",
    }
    /// Part of the memory for populations, agents and their messages.
    memory_share_swarm: f64 = "memory.share_swarm" {
        kind: Kind::Fraction { min: 0.0, max: 1.0 },
        default: "0.05",
        reader: "bolt-memory",
        test: "bolt-session memory_shares",
    }
    /// Part of the memory for what caches keep, for whichever engine.
    memory_share_cache: f64 = "memory.share_cache" {
        kind: Kind::Fraction { min: 0.0, max: 1.0 },
        default: "0.1",
        reader: "bolt-memory",
        test: "bolt-session memory_shares",
    }
    /// Part of the memory for all else: the command line, the runtime itself.
    memory_share_other: f64 = "memory.share_other" {
        kind: Kind::Fraction { min: 0.0, max: 1.0 },
        default: "0.05",
        reader: "bolt-memory",
        test: "bolt-session memory_shares",
    }

    /// The database of runs, trades and portfolio history. By default `bolt/bolt.db` in
    /// `$XDG_DATA_HOME`, else in `~/.local/share`; without a home directory there is no default.
    store_path: Option<&Path> = "store.path" {
        kind: Kind::File,
        default: "~/.local/share/bolt/bolt.db",
        derived: data_home,
        reader: "bolt-sql",
        test: "bolt-session store_path",
    }
    /// How long a query or a write waits for another process to finish writing before it gives up.
    store_busy_timeout: Duration = "store.busy_timeout" {
        kind: Kind::Time { unit: TimeUnit::Milliseconds, min: 0.0, max: 600_000.0 },
        default: "5000",
        reader: "bolt-sql",
        test: "bolt-sql a_writer_waits_as_long_as_the_busy_timeout",
    }
    /// Reading from the store and writing to it that takes at least this long is told as slow.
    store_slow_query: Duration = "store.slow_query" {
        kind: Kind::Time { unit: TimeUnit::Seconds, min: 0.0, max: 3600.0 },
        default: "0.1",
        reader: "bolt-sql",
        test: "bolt-cli store_slow_query",
    }

    /// The file that keeps the lines typed in `bolt lyra`. By default `bolt/lyra_history` in
    /// `$XDG_STATE_HOME`, else in `~/.local/state`; without a home directory lines are not kept.
    lyra_history: Option<&Path> = "lyra.history" {
        kind: Kind::File,
        default: "~/.local/state/bolt/lyra_history",
        derived: state_home,
        reader: "bolt-cli",
        test: "bolt-cli lyra_history",
    }

    /// Symbols of Lyra that were looked for lately and are found at once. `0` keeps none.
    lyra_hot_symbols: u64 = "lyra.hot_symbols" {
        kind: Kind::Count { min: 0, max: 1_048_576 },
        default: "128",
        reader: "bolt-lyra",
        test: "bolt-cli lyra_settings",
    }
    /// Items of a parallel loop of Lyra that a worker must have left for others to take half.
    lyra_steal_threshold: u64 = "lyra.steal_threshold" {
        kind: Kind::Count { min: 1, max: 1_048_576 },
        default: "2",
        reader: "bolt-lyra",
        test: "bolt-cli lyra_settings",
    }
    /// Whether workers of Lyra take as many items together as fill some time, rather than a part of
    /// their number.
    lyra_adaptive_chunking: bool = "lyra.adaptive_chunking" {
        kind: Kind::Switch,
        default: "true",
        reader: "bolt-lyra",
        test: "bolt-cli lyra_settings",
    }
    /// Whether memory and processor time of `bolt lyra` are read again and again, for
    /// `GetPerformanceStats`.
    lyra_monitor: bool = "lyra.monitor" {
        kind: Kind::Switch,
        default: "false",
        reader: "bolt-lyra",
        test: "bolt-cli lyra_settings",
    }
    /// How often they are read.
    lyra_monitor_interval: Duration = "lyra.monitor_interval" {
        kind: Kind::Time { unit: TimeUnit::Milliseconds, min: 1.0, max: 86_400_000.0 },
        default: "100",
        reader: "bolt-lyra",
        test: "bolt-cli lyra_settings",
    }

    /// Whether terminal output has colours. `auto` has them on a terminal only. A `NO_COLOR`
    /// variable that is not empty makes `never` the default.
    output_color: &'static str = "output.color" {
        kind: Kind::Choice(&["auto", "always", "never"]),
        default: "auto",
        derived: no_color,
        reader: "bolt-cli",
        test: "bolt-cli output_color",
    }
}

/// The XDG Base Directory Specification's place for what can be made again.
fn cache_home(environment: &BTreeMap<String, OsString>) -> Option<(OsString, &'static str)> {
    let home: PathBuf = directory(environment, "XDG_CACHE_HOME")?;
    Some((home.join("bolt").into_os_string(), "XDG_CACHE_HOME"))
}

/// The XDG Base Directory Specification's place for data.
fn data_home(environment: &BTreeMap<String, OsString>) -> Option<(OsString, &'static str)> {
    let home: PathBuf = directory(environment, "XDG_DATA_HOME")?;
    Some((home.join("bolt/bolt.db").into_os_string(), "XDG_DATA_HOME"))
}

/// The XDG Base Directory Specification's place for what a program remembers.
fn state_home(environment: &BTreeMap<String, OsString>) -> Option<(OsString, &'static str)> {
    let home: PathBuf = directory(environment, "XDG_STATE_HOME")?;
    Some((home.join("bolt/lyra_history").into_os_string(), "XDG_STATE_HOME"))
}

/// The convention of no-color.org, by which settings files and flags override the variable.
fn no_color(environment: &BTreeMap<String, OsString>) -> Option<(OsString, &'static str)> {
    let set = environment.get("NO_COLOR").is_some_and(|value| !value.is_empty());
    set.then(|| ("never".into(), "NO_COLOR"))
}
