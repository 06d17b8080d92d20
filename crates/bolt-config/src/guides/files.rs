//! Names in the guides' files: `bolt_production.yaml`, `lyra_performance.toml`,
//! `config/performance.toml`, and the files for clusters, small devices and kernels.

use super::{Alias, Unused, same};

pub(super) const ALIASES: &[Alias] = &[
    threads("system.cpu_cores"),
    threads("concurrency.worker_threads"),
    threads("hpc_config.worker_threads"),
    threads("edge_config.worker_threads"),
    threads("performance.parallel.max_workers"),
    vectors("hardware.vectorization"),
    vectors("optimizations.vectorization"),
    Alias {
        words: &[("none", "false"), ("aggressive", "true")],
        ..same("compilation.optimization_level", "kernel.jit")
    },
    same("memory.hot_cache_size", "lyra.hot_symbols"),
    same("concurrency.steal_threshold", "lyra.steal_threshold"),
    same("concurrency.adaptive_chunking", "lyra.adaptive_chunking"),
    same("monitoring.performance_monitoring", "lyra.monitor"),
    same("monitoring.sample_interval", "lyra.monitor_interval"),
    Alias { unit: Some("GB"), ..same("system.memory_limit_gb", "memory.limit") },
    same("hpc_config.memory_per_node", "memory.limit"),
    same("edge_config.memory_limit", "memory.limit"),
    same("memory.pressure_thresholds.warning", "memory.warning"),
    same("memory.pressure_thresholds.critical", "memory.critical"),
    same("memory.component_budgets.duckdb", "memory.share_market"),
    same("memory.component_budgets.jarvis", "memory.share_code"),
    same("memory.component_budgets.einstein", "memory.share_search"),
    same("memory.component_budgets.cache", "memory.share_cache"),
    same("memory.component_budgets.other", "memory.share_other"),
    Alias { unit: Some("MB"), ..same("l1_cache.size_mb", "cache.memory") },
    same("l1_cache.ttl_seconds", "cache.memory_time_to_live"),
    same("performance.cache.l1_ttl", "cache.memory_time_to_live"),
    same("persistent_cache.path", "cache.path"),
    Alias { unit: Some("GB"), ..same("persistent_cache.size_gb", "cache.size") },
    Alias { unit: Some("d"), ..same("persistent_cache.ttl_days", "cache.time_to_live") },
];

const fn threads(name: &'static str) -> Alias {
    Alias { words: &[("auto", "0")], ..same(name, "exec.threads") }
}

const fn vectors(name: &'static str) -> Alias {
    let words = &[("AVX2", "avx2"), ("AVX512", "avx512"), ("NEON", "neon")];
    Alias { words, ..same(name, "kernel.simd") }
}

pub(super) const UNUSED: Unused = &[
    (
        "the machine is read from the system; `bolt diagnostics hardware` shows it",
        &["system.hardware", "hpc_config.numa_nodes"],
    ),
    (
        "there is no part for graphics processors yet",
        &[
            "system.gpu_enabled",
            "performance.optimization.gpu_acceleration",
            "kernel.consensus.block_size",
            "kernel.consensus.grid_size",
            "kernel.consensus.shared_memory",
            "kernel.evolution.block_size",
            "kernel.evolution.grid_size",
            "kernel.evolution.shared_memory",
            "kernel.synthesis.block_size",
            "kernel.synthesis.grid_size",
            "kernel.synthesis.shared_memory",
        ],
    ),
    (
        "its part is that of two components, `memory.share_lyra` and `memory.share_swarm`",
        &["memory.component_budgets.meta_system"],
    ),
    (
        "engines reserve what they need from one budget, `memory.limit`; there are no pools to size",
        &[
            "memory.pools.small_objects",
            "memory.pools.medium_objects",
            "memory.pools.large_objects",
            "memory.memory_pools",
            "memory.arena_allocation",
            "performance.optimization.memory_pooling",
        ],
    ),
    (
        "results are kept on disk, up to `cache.size` and for `cache.time_to_live`",
        &[
            "performance.enable_caching",
            "performance.cache.l3_enabled",
            "optimizations.cache_aggressive",
        ],
    ),
    (
        "room in memory is counted in bytes, not in entries: `cache.memory`",
        &["performance.cache.l1_size"],
    ),
    (
        "one policy serves all levels, which learns from what it is asked",
        &["l1_cache.type", "l2_cache.type", "l3_cache.type"],
    ),
    (
        "there is one level in memory, `cache.memory`; below it are a Redis server, if `cache.redis` \
         names one, and the disk",
        &["l2_cache.size_mb", "l2_cache.ttl_seconds"],
    ),
    (
        "results hardly compress, so that no level in memory is compressed; `cache.memory` is theirs",
        &["l3_cache.size_mb", "l3_cache.ttl_seconds", "l3_cache.compression"],
    ),
    (
        "memory is placed by the system; `numactl -N 0 -m 0 bolt ...` binds a process to a node",
        &["memory.numa_aware"],
    ),
    (
        "each name is always kept once; `lyra.hot_symbols` says how many are found at once",
        &["memory.symbol_interning"],
    ),
    (
        "no command runs agents yet",
        &[
            "agents.count",
            "agents.max_recursion_depth",
            "agents.task_timeout",
            "agents.memory_per_agent_mb",
            "performance.optimization.adaptive_timeouts",
            "performance.optimization.dynamic_concurrency",
        ],
    ),
    (
        "no command searches or analyses code yet",
        &[
            "tools.ripgrep.max_workers",
            "tools.ripgrep.chunk_size",
            "tools.ripgrep.memory_map",
            "tools.dependency_graph.use_gpu",
            "tools.dependency_graph.batch_size",
            "tools.dependency_graph.cache_enabled",
            "tools.python_analyzer.mlx_enabled",
            "tools.python_analyzer.batch_size",
            "tools.python_analyzer.parallel_files",
        ],
    ),
    (
        "no command is monitored or profiled yet",
        &[
            "performance.monitoring_enabled",
            "performance.metrics_interval",
            "performance.profiling_enabled",
        ],
    ),
    (
        "a program of Lyra asks for it: `ProfileCPU[e, includeCallStack -> True]`",
        &["monitoring.include_call_stacks", "monitoring.flamegraph"],
    ),
    (
        "threads always take work from one another; there is nothing to choose",
        &["concurrency.work_stealing"],
    ),
    (
        "it is always done: constants are folded, and what no result needs is not computed",
        &["compilation.constant_folding", "compilation.dead_code_elimination"],
    ),
    ("it was decided when the program was built", &["compilation.static_dispatch"]),
    (
        "kernels always work block by block; there is nothing to choose",
        &["hardware.cache_optimization"],
    ),
    ("a program cannot choose how processors predict", &["hardware.branch_prediction"]),
    (
        "work is shared by threads of one process, on one machine",
        &[
            "hpc_config.interconnect",
            "hpc_config.job_scheduler",
            "optimizations.mpi_enabled",
            "optimizations.distributed_memory",
            "performance.parallel.use_processes",
        ],
    ),
    (
        "only an administrator can set it: `sudo cpupower frequency-set -g powersave`",
        &["edge_config.power_optimization", "optimizations.energy_efficient"],
    ),
    (
        "processors slow down by themselves; `bolt diagnostics hardware` shows how hot they are",
        &["edge_config.thermal_throttling"],
    ),
    (
        "nothing here runs NumPy; kernels run on the threads of `exec.threads`",
        &["performance.numpy.num_threads", "performance.numpy.auto_configure"],
    ),
];
