//! The settings of the guide, by function.

use super::settings::{Apply, Kind, Setting, configure, setting};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::number;
use crate::parallel::{Backoff, Sharing};
use crate::runtime::{Gauge, MemoryBinding, Placement};
use crate::session::Session;
use crate::tuning::Remembered;
use crate::value::Value;

/// An entry for a function that sets settings.
macro_rules! configures {
    ($name:literal, $settings:ident, $usage:literal, $examples:expr $(,)?) => {
        builtin(
            $name,
            Attributes::NONE,
            |session, call| Ok(configure(session, $name, $settings, call)),
            concat!($usage, " The settings in effect are returned as an association; what cannot be set here is \"Unavailable\" -> reason in it."),
            $examples,
        )
    };
}

pub(super) const TABLE: &[Builtin] = &[
    configures!(
        "ConfigureSymbolInterning",
        INTERNING,
        "ConfigureSymbolInterning[hotCacheSize -> n] keeps n symbols that were looked for lately where they are found at once; maxInternedSymbols -> n has a message told while there are more than n symbols.",
        &[
            ("ConfigureSymbolInterning[hotCacheSize -> 64][\"hotCacheSize\"]", "64"),
            ("Quiet[ConfigureSymbolInterning[hotCacheSise -> 64]]", "$Failed"),
        ],
    ),
    configures!(
        "ConfigureMemoryPools",
        POOLS,
        "ConfigureMemoryPools[...] is about the memory of values, for which there is nothing to choose.",
        &[
            ("First[ConfigureMemoryPools[][\"realPoolSize\"]]", "\"Unavailable\""),
            (
                "First[ConfigureMemoryPools[arenaBlockSize -> Megabytes[4]][\"arenaBlockSize\"]]",
                "\"Unavailable\"",
            ),
        ],
    ),
    configures!(
        "EnableAdaptivePooling",
        ADAPTIVE_POOLS,
        "EnableAdaptivePooling[...] is about pools of memory that grow and shrink, which values do not have.",
        &[
            (
                "Keys[EnableAdaptivePooling[]]",
                "{\"initialSize\", \"growthFactor\", \"shrinkThreshold\", \"maxPoolSize\"}"
            ),
            (
                "First[EnableAdaptivePooling[growthFactor -> 1.5][\"growthFactor\"]]",
                "\"Unavailable\""
            ),
        ],
    ),
    configures!(
        "ConfigureWorkStealing",
        STEALING,
        "ConfigureWorkStealing[...] sets how the workers of parallel loops share items: stealAttempts rounds of asking others, in random order or not (randomization), waiting in between by backoffStrategy, for half of what one with at least stealThreshold items has left; minChunkSize to maxChunkSize items are evaluated together, as many as take some time if adaptiveChunking is True.",
        &[
            ("ConfigureWorkStealing[stealAttempts -> 5][\"stealAttempts\"]", "5"),
            (
                "ConfigureWorkStealing[backoffStrategy -> \"linear\"][\"backoffStrategy\"]",
                "\"linear\""
            ),
        ],
    ),
    configures!(
        "SetNumaPolicy",
        NUMA,
        "SetNumaPolicy[memoryBinding -> \"local\"] has memory go to the node of the processor that touches it first, \"interleave\" to all nodes in turn; workerPlacement -> \"spread\" or \"compact\" places the workers of parallel loops.",
        &[
            (
                "Keys[SetNumaPolicy[]]",
                "{\"memoryBinding\", \"workerPlacement\", \"memoryMigration\", \"balanceThreshold\"}"
            ),
            (
                "First[SetNumaPolicy[balanceThreshold -> 0.8][\"balanceThreshold\"]]",
                "\"Unavailable\""
            ),
        ],
    ),
    configures!(
        "SetNumaThreadPlacement",
        PLACEMENT,
        "SetNumaThreadPlacement[strategy -> \"scatter\", pinning -> True, hyperThreading -> False] places the workers of parallel loops: over all nodes and caches or on neighbours (\"compact\"), each bound to a processor of its own, and on one processor of each core.",
        &[
            (
                "Keys[SetNumaThreadPlacement[]]",
                "{\"strategy\", \"pinning\", \"hyperThreading\", \"isolation\"}"
            ),
            (
                "First[SetNumaThreadPlacement[isolation -> \"process\"][\"isolation\"]]",
                "\"Unavailable\""
            ),
        ],
    ),
    configures!(
        "SetCpuOptimizations",
        PROCESSOR,
        "SetCpuOptimizations[vectorization -> \"AVX2\"] has the kernels of backtests use these vector instructions, \"auto\" the widest that the processor has; simdOperations -> False has them use none. Results do not depend on it.",
        &[
            (
                "First[SetCpuOptimizations[branchPrediction -> \"aggressive\"][\"branchPrediction\"]]",
                "\"Unavailable\""
            ),
            ("Quiet[SetCpuOptimizations[vectorization -> \"AVX3\"]]", "$Failed"),
        ],
    ),
    configures!(
        "SetCacheOptimization",
        CACHES,
        "SetCacheOptimization[...] is about the caches of the processor, whose sizes are read from the machine.",
        &[
            (
                "Keys[SetCacheOptimization[]]",
                "{\"l1Size\", \"l2Size\", \"l3Size\", \"lineSize\", \"prefetchDistance\"}"
            ),
            (
                "First[SetCacheOptimization[prefetchDistance -> 4][\"prefetchDistance\"]]",
                "\"Unavailable\""
            ),
        ],
    ),
    configures!(
        "SetLinearAlgebraOptimizations",
        LINEAR,
        "SetLinearAlgebraOptimizations[...] is about how matrices are multiplied, for which there is nothing to choose.",
        &[
            (
                "First[SetLinearAlgebraOptimizations[blockSize -> 64][\"blockSize\"]]",
                "\"Unavailable\""
            ),
            ("Length[SetLinearAlgebraOptimizations[]]", "4"),
        ],
    ),
    configures!(
        "SetSymbolicOptimizations",
        SYMBOLIC,
        "SetSymbolicOptimizations[memoization -> True] keeps the values of expensive functions (Factor, Integrate, Simplify, Solve and their kin) until a definition changes; expressionCaching -> False has expressions evaluated again that are known to be in their final form.",
        &[
            ("SetSymbolicOptimizations[memoization -> True][\"memoization\"]", "True"),
            ("SetSymbolicOptimizations[][\"expressionCaching\"]", "True"),
        ],
    ),
    configures!(
        "SetDataProcessingOptimizations",
        DATA,
        "SetDataProcessingOptimizations[...] is about how large files are read, which Lyra reads whole.",
        &[
            (
                "First[SetDataProcessingOptimizations[compression -> \"LZ4\"][\"compression\"]]",
                "\"Unavailable\""
            ),
            ("Length[SetDataProcessingOptimizations[]]", "4"),
        ],
    ),
    configures!(
        "SetTimeSeriesOptimizations",
        SERIES,
        "SetTimeSeriesOptimizations[...] is about series by time, which Lyra holds as lists.",
        &[
            (
                "First[SetTimeSeriesOptimizations[windowSize -> 1000][\"windowSize\"]]",
                "\"Unavailable\""
            ),
            ("Length[SetTimeSeriesOptimizations[]]", "4"),
        ],
    ),
    configures!(
        "SetMLOptimizations",
        LEARNING,
        "SetMLOptimizations[...] is about training models, which Lyra does not.",
        &[
            ("First[SetMLOptimizations[batchSize -> 256][\"batchSize\"]]", "\"Unavailable\""),
            ("Length[SetMLOptimizations[]]", "4"),
        ],
    ),
];

/// Settings without an effect, with the reason.
macro_rules! idle {
    ($reason:literal) => {
        (|_, _| Err($reason.to_owned())) as Apply
    };
}

const ANY_COUNT: Kind = Kind::Count(0, i64::MAX);
const PART: Kind = Kind::Number(0.0, 1.0);

fn count(value: usize) -> Value {
    i64::try_from(value).map_or(Value::Real(f64::INFINITY), Value::Integer)
}

const INTERNING: &[Setting] = &[
    setting("hotCacheSize", Kind::Count(0, 1 << 20), |session, value| {
        if let Some(size) = value.and_then(Value::as_usize) {
            session.names.set_hot_size(size);
        }
        Ok(count(session.names.hot_size()))
    }),
    setting("maxInternedSymbols", Kind::Count(1, i64::MAX), |session, value| {
        if let Some(most) = value.and_then(Value::as_usize) {
            session.tuning.symbols_max = most;
        }
        Ok(match session.tuning.symbols_max {
            usize::MAX => Value::Symbol(crate::symbol::sym::Infinity),
            most => count(most),
        })
    }),
    setting(
        "gcThreshold",
        PART,
        idle!(
            "symbols that nothing refers to are local ones, which are freed at once; others keep their number"
        ),
    ),
];

const IN_PLACE: Apply =
    idle!("numbers that fit 64 bits are held in place and take no memory of their own");
const BY_ALLOCATOR: Apply = idle!(
    "the allocator keeps free blocks by their size, whatever was in them; there is nothing to choose"
);

const POOLS: &[Setting] = &[
    setting("integerPoolSize", Kind::Size, IN_PLACE),
    setting("realPoolSize", Kind::Size, IN_PLACE),
    setting("stringPoolSize", Kind::Size, BY_ALLOCATOR),
    setting("listPoolSize", Kind::Size, BY_ALLOCATOR),
    setting(
        "arenaBlockSize",
        Kind::Size,
        idle!("values are counted and freed one by one, so that none waits for others in an arena"),
    ),
];

const ADAPTIVE_POOLS: &[Setting] = &[
    setting("initialSize", Kind::Word(&["conservative", "balanced", "aggressive"]), BY_ALLOCATOR),
    setting("growthFactor", Kind::Number(1.0, 100.0), BY_ALLOCATOR),
    setting("shrinkThreshold", PART, BY_ALLOCATOR),
    setting("maxPoolSize", Kind::Size, BY_ALLOCATOR),
];

/// The names of the ways to wait.
const BACKOFFS: &[(&str, Backoff)] =
    &[("none", Backoff::None), ("linear", Backoff::Linear), ("exponential", Backoff::Exponential)];

/// Changes how items are shared, and returns something of that.
pub(super) fn share(sharing: &mut Sharing, name: &str, value: Option<&Value>) -> Value {
    let switch = |own: &mut bool| {
        *own = value.and_then(Value::as_bool).unwrap_or(*own);
        Value::boolean(*own)
    };
    let number = |own: &mut usize| {
        *own = value.and_then(Value::as_usize).unwrap_or(*own);
        count(*own)
    };
    match name {
        "stealAttempts" => {
            let mut attempts = sharing.attempts as usize;
            let value = number(&mut attempts);
            sharing.attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
            value
        }
        "randomization" => switch(&mut sharing.randomization),
        "adaptiveChunking" => switch(&mut sharing.adaptive),
        "stealThreshold" => number(&mut sharing.threshold),
        "minChunkSize" => number(&mut sharing.chunk_min),
        "maxChunkSize" => number(&mut sharing.chunk_max),
        _ => {
            let chosen = value.and_then(Value::as_str);
            let known = BACKOFFS.iter().find(|(name, _)| Some(*name) == chosen);
            sharing.backoff = known.map_or(sharing.backoff, |(_, backoff)| *backoff);
            let name = BACKOFFS.iter().find(|(_, backoff)| *backoff == sharing.backoff);
            Value::string(name.map_or("", |(name, _)| name))
        }
    }
}

macro_rules! shares {
    ($name:literal, $kind:expr) => {
        setting($name, $kind, |session, value| {
            Ok(share(&mut session.workers.sharing, $name, value))
        })
    };
}

const STEALING: &[Setting] = &[
    shares!("stealAttempts", Kind::Count(0, 1_000_000)),
    shares!("randomization", Kind::Switch),
    shares!("backoffStrategy", Kind::Word(&["none", "linear", "exponential"])),
    shares!("minChunkSize", Kind::Count(1, 1 << 32)),
    shares!("maxChunkSize", Kind::Count(1, 1 << 32)),
    shares!("stealThreshold", Kind::Count(1, 1 << 32)),
    shares!("adaptiveChunking", Kind::Switch),
];

const NUMA: &[Setting] = &[
    setting("memoryBinding", Kind::Word(&["local", "interleave"]), |session, value| {
        let runtime = session.runtime()?;
        let is_local = value.and_then(Value::as_str) != Some("interleave");
        if value.is_some() || session.chosen("SetNumaPolicy", "memoryBinding").is_none() {
            let binding = if is_local { MemoryBinding::Local } else { MemoryBinding::Interleave };
            runtime.bind_memory(binding)?;
            let name = Value::string(if is_local { "local" } else { "interleave" });
            session.choose("SetNumaPolicy", "memoryBinding", name);
        }
        Ok(session.chosen("SetNumaPolicy", "memoryBinding").unwrap_or(Value::NULL))
    }),
    setting("workerPlacement", Kind::Word(&["spread", "compact"]), |session, value| {
        if session.runtime()?.nodes() < 2 {
            return Err("1 node; SetNumaThreadPlacement places threads within it".to_owned());
        }
        let spread = value.and_then(Value::as_str).map(|word| word == "spread");
        let placed = place(session, spread, None, None)?;
        Ok(Value::string(if placed.spread { "spread" } else { "compact" }))
    }),
    setting(
        "memoryMigration",
        Kind::Switch,
        idle!("pages stay where they were touched first; nothing moves them"),
    ),
    setting(
        "balanceThreshold",
        PART,
        idle!("workers without items steal from others at once, however the nodes are loaded"),
    ),
];

/// Places the workers, if something is asked for; returns how they are placed.
fn place(
    session: &mut Session,
    spread: Option<bool>,
    pinned: Option<bool>,
    siblings: Option<bool>,
) -> Result<Placement, String> {
    session.runtime()?;
    let default = Placement { spread: true, pinned: false, siblings: true };
    let own = session.workers.placement().unwrap_or(default);
    if spread.is_none() && pinned.is_none() && siblings.is_none() {
        return Ok(own);
    }
    let new = Placement {
        spread: spread.unwrap_or(own.spread),
        pinned: pinned.unwrap_or(own.pinned),
        siblings: siblings.unwrap_or(own.siblings),
    };
    session.workers.place(Some(new))?;
    Ok(new)
}

const PLACEMENT: &[Setting] = &[
    setting("strategy", Kind::Word(&["scatter", "compact"]), |session, value| {
        let spread = value.and_then(Value::as_str).map(|word| word == "scatter");
        let placed = place(session, spread, None, None)?;
        Ok(Value::string(if placed.spread { "scatter" } else { "compact" }))
    }),
    setting("pinning", Kind::Switch, |session, value| {
        let placed = place(session, None, value.and_then(Value::as_bool), None)?;
        Ok(Value::boolean(placed.pinned))
    }),
    setting("hyperThreading", Kind::Switch, |session, value| {
        let placed = place(session, None, None, value.and_then(Value::as_bool))?;
        Ok(Value::boolean(placed.siblings))
    }),
    setting(
        "isolation",
        Kind::Word(&["none", "process"]),
        idle!("only an administrator can keep other processes off processors (a cpuset, isolcpus)"),
    ),
];

/// Chooses vector instructions; returns those in effect.
fn vectors(session: &mut Session, name: Option<&str>) -> Result<String, String> {
    let runtime = session.runtime()?;
    let chosen = session.chosen("SetCpuOptimizations", "vectorization");
    let name = match (name, &chosen) {
        (None, Some(Value::String(own))) => return Ok(own.to_string()),
        (name, _) => name.unwrap_or("auto"),
    };
    let own = runtime.set_vectors(&name.to_lowercase())?;
    session.choose("SetCpuOptimizations", "vectorization", Value::string(own.as_str()));
    Ok(own)
}

const PROCESSOR: &[Setting] = &[
    setting(
        "vectorization",
        Kind::Word(&["auto", "none", "AVX2", "AVX512", "NEON"]),
        |session, value| {
            let own = vectors(session, value.and_then(Value::as_str))?;
            Ok(Value::string(if own == "none" { own } else { own.to_uppercase() }))
        },
    ),
    setting(
        "branchPrediction",
        Kind::Word(&["aggressive", "conservative", "default"]),
        idle!("a program cannot choose how processors predict"),
    ),
    setting(
        "cacheOptimization",
        Kind::Switch,
        idle!("kernels always work block by block; there is nothing to choose"),
    ),
    setting("simdOperations", Kind::Switch, |session, value| {
        let own = match value.and_then(Value::as_bool) {
            Some(true) => vectors(session, Some("auto"))?,
            Some(false) => vectors(session, Some("none"))?,
            None => vectors(session, None)?,
        };
        Ok(Value::boolean(own != "none"))
    }),
    setting(
        "memoryOrdering",
        Kind::Word(&["weak", "strong"]),
        idle!("the order of memory accesses is part of the program"),
    ),
    setting(
        "energyOptimization",
        Kind::Switch,
        idle!("only an administrator can set how much power processors take"),
    ),
];

/// Says what the machine has where a program cannot choose.
fn read_from_machine(session: &Session, gauge: Gauge) -> Result<Value, String> {
    let own = session.runtime()?.read(gauge)?;
    Err(format!("it is read from the machine, which has {own} bytes; no function asks for another"))
}

const CACHES: &[Setting] = &[
    setting("l1Size", Kind::Size, |session, _| read_from_machine(session, Gauge::Cache(1))),
    setting("l2Size", Kind::Size, |session, _| read_from_machine(session, Gauge::Cache(2))),
    setting("l3Size", Kind::Size, |session, _| read_from_machine(session, Gauge::Cache(3))),
    setting("lineSize", ANY_COUNT, |session, _| read_from_machine(session, Gauge::CacheLine)),
    setting("prefetchDistance", ANY_COUNT, idle!("processors fetch ahead by themselves")),
];

const LINEAR: &[Setting] = &[
    setting(
        "blasLibrary",
        Kind::Text,
        idle!("no BLAS is linked; products and solvers are Lyra's own"),
    ),
    setting(
        "parallelThreshold",
        ANY_COUNT,
        idle!("a matrix is multiplied by one thread; ParallelMap over its rows uses several"),
    ),
    setting(
        "blockSize",
        ANY_COUNT,
        idle!("matrices are multiplied row by row, which reads memory in order"),
    ),
    setting("vectorization", Kind::Switch, idle!("it was decided when the program was built")),
];

const SYMBOLIC: &[Setting] = &[
    setting("expressionCaching", Kind::Switch, |session, value| {
        if let Some(keeps) = value.and_then(Value::as_bool) {
            session.keep_marks(keeps);
        }
        Ok(Value::boolean(session.tuning.marks_given_up.is_none()))
    }),
    setting(
        "simplificationDepth",
        ANY_COUNT,
        idle!("Simplify looks at all parts; TimeConstrained bounds how long it takes"),
    ),
    setting(
        "patternIndexing",
        Kind::Switch,
        idle!("ConfigurePatternCompilation sets how rules are found"),
    ),
    setting("memoization", Kind::Switch, |session, value| {
        match value.and_then(Value::as_bool) {
            Some(true) => {
                session.tuning.memory.get_or_insert_with(Remembered::default);
            }
            Some(false) => session.tuning.memory = None,
            None => {}
        }
        Ok(Value::boolean(session.tuning.memory.is_some()))
    }),
];

const DATA: &[Setting] = &[
    setting(
        "streamingMode",
        Kind::Switch,
        idle!("Import reads files whole; OpenRead and ReadLine read them in parts"),
    ),
    setting("chunkSize", Kind::Size, idle!("files are read whole")),
    setting(
        "compression",
        Kind::Word(&["none", "LZ4", "Delta"]),
        idle!("files are read and written as they are"),
    ),
    setting(
        "parallelIO",
        Kind::Switch,
        idle!("a file is read by one thread; ParallelMap[Import, files] reads several at once"),
    ),
];

const SERIES: &[Setting] = &[
    setting(
        "windowSize",
        ANY_COUNT,
        idle!("functions of windows are told their length: MovingAverage[list, n]"),
    ),
    setting(
        "indexingStrategy",
        Kind::Word(&["timestamp", "position"]),
        idle!("lists are indexed by position; an association has values by time"),
    ),
    setting(
        "compression",
        Kind::Word(&["none", "LZ4", "Delta"]),
        idle!("lists of machine numbers are held side by side, uncompressed"),
    ),
    setting("aggregationCaching", Kind::Switch, idle!("no aggregate of a list is kept")),
];

const LEARNING: &[Setting] = &[
    setting("batchSize", ANY_COUNT, idle!("no function trains models in batches")),
    setting("gradientAccumulation", ANY_COUNT, idle!("no function trains models in batches")),
    setting("mixedPrecision", Kind::Switch, idle!("machine reals have 64 bits everywhere")),
    setting("modelParallelism", Kind::Switch, idle!("no function trains models in parts")),
];

impl Session {
    /// Returns the machine.
    ///
    /// # Errors
    /// If there is none, with the reason.
    pub(super) fn runtime(&self) -> Result<std::sync::Arc<dyn crate::runtime::Runtime>, String> {
        self.workers.runtime.clone().ok_or_else(|| crate::parallel::ALONE.to_owned())
    }

    fn chosen(&self, function: &'static str, name: &'static str) -> Option<Value> {
        self.tuning.chosen.get(&(function, name)).cloned()
    }

    fn choose(&mut self, function: &'static str, name: &'static str, value: Value) {
        self.tuning.chosen.insert((function, name), value);
    }

    /// Keeps marks of what is in its final form, or gives them up.
    fn keep_marks(&mut self, keeps: bool) {
        match (keeps, self.tuning.marks_given_up) {
            (true, Some(before)) => {
                self.tuning.marks_given_up = None;
                self.epoch = before;
                self.new_epoch();
            }
            (false, None) => {
                self.tuning.marks_given_up = Some(self.epoch);
                self.epoch = Self::LAST_EPOCH;
            }
            _ => {}
        }
    }
}

/// Reads a number of a setting.
pub(super) fn as_f64(value: Option<&Value>) -> Option<f64> {
    value.and_then(number::to_f64)
}
