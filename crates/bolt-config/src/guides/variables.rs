//! Environment variables that the guides set, but for those that are our own, such as
//! `BOLT_MEMORY_LIMIT`.

use super::{Alias, Unused, same};

pub(super) const ALIASES: &[Alias] = &[
    same("BOLT_CPU_AFFINITY", "exec.processors"),
    same("BOLT_E_CORE_USAGE", "exec.efficiency_cores"),
];

pub(super) const UNUSED: Unused = &[
    (
        "no command is monitored or profiled yet",
        &[
            "BOLT_MONITORING",
            "BOLT_PROFILING",
            "EXORUST_PERF_LOG",
            "EXORUST_PROFILE",
            "EXORUST_PROFILE_MEMORY",
            "EXORUST_PROFILE_OUTPUT",
            "EXORUST_TRACE_KERNELS",
        ],
    ),
    (
        "no command searches or analyses code yet",
        &["RIPGREP_MAX_WORKERS", "DEPENDENCY_GRAPH_GPU", "PYTHON_ANALYZER_MLX"],
    ),
    (
        "there is no part for graphics processors yet",
        &[
            "MLX_FUSE_OPERATIONS",
            "MLX_GPU_CORES",
            "MLX_MEMORY_POOL",
            "MLX_METAL_CACHE_ENABLE",
            "MLX_METAL_CACHE_PATH",
            "MLX_STREAM_PARALLEL",
            "PYTORCH_METAL_WORKSPACE_LIMIT_BYTES",
        ],
    ),
];
