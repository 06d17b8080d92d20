//! Profiles: sets of values by name, between the defaults and every layer.
//!
//! Their numbers come from the guides' examples of such machines: a sweep may hold a tenth of the
//! memory, the share that `bolt_production.yaml` gives to caches, and a write to the store waits as
//! long as a query may take there; `production` has the threads, the processor time and the query time
//! of its limits.
//! Otherwise threads and vector instructions are left out where the default, all that the machine
//! has, is what the example means.

/// A set of values by name.
#[derive(Debug)]
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// What machine or use it is for.
    pub doc: &'static str,
    /// Settings with their values, written as on the command line.
    pub values: &'static [(&'static str, &'static str)],
}

/// Every profile.
pub static PROFILES: &[Profile] = &[
    Profile {
        name: "production",
        doc: "A workstation or server with 18 GB of memory for Bolt, on which several processes \
              share one store.",
        values: &[
            ("memory.limit", "18 GB"),
            ("sweep.memory", "1.8 GB"),
            ("limits.threads", "100"),
            ("limits.cpu_percent", "90"),
            ("limits.query_timeout", "600"),
            ("store.busy_timeout", "600000"),
        ],
    },
    Profile {
        name: "hpc",
        doc: "A node of a cluster with 256 GB of memory, whose jobs share one store.",
        values: &[
            ("memory.limit", "256 GB"),
            ("sweep.memory", "25.6 GB"),
            ("store.busy_timeout", "600000"),
        ],
    },
    Profile {
        name: "edge",
        doc: "A small device with 4 GB of memory, on which four threads keep power and heat low.",
        values: &[("exec.threads", "4"), ("memory.limit", "4 GB"), ("sweep.memory", "400 MB")],
    },
];
