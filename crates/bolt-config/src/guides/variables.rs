//! Environment variables that the guides set, but for those that are our own, such as
//! `BOLT_MEMORY_LIMIT`.

use super::Unused;

pub(super) const UNUSED: Unused = &[
    (
        "threads are not bound to processors yet; `taskset -c 0-7 bolt ...` binds the process, and \
         `exec.threads` follows",
        &["BOLT_CPU_AFFINITY", "BOLT_E_CORE_USAGE"],
    ),
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
