//! What the machine has, what of it this process may use, and who is to use it.
//!
//! Readings come from the files by which Linux describes the machine (sysfs, procfs, control groups
//! of both versions) or, on macOS, from sysctl. Each is a value or the reason why there is none
//! ([`Reading`]). The folder of those files is a parameter ([`Root`]), so that any machine can be
//! read from a copy. Nothing here changes a setting of the machine; of the calling thread it sets
//! processors ([`pin_thread`]) and memory policy ([`Numa`]). It starts no threads and keeps no
//! history.
//!
//! Start at [`Hardware::get`], and at [`Plan`] for which processors do what.

mod affinity;
#[cfg(any(test, target_os = "macos"))]
mod apple;
mod cgroup;
mod frequency;
mod hardware;
mod id_set;
mod limits;
mod meminfo;
mod memory;
mod numa;
mod pages;
mod plan;
mod power;
mod pressure;
mod process;
mod reading;
mod root;
mod simd;
mod system;
mod thermal;
mod topology;
mod tuning;

pub use affinity::{Placed, Role, pin_thread, place_thread, thread_affinity};
pub use cgroup::{CgroupVersion, Cgroups, Tree};
pub use frequency::Frequency;
pub use hardware::{Hardware, available_cores};
pub use id_set::{CpuSet, IdSet, NodeSet};
pub use limits::{Limits, Quota};
pub use memory::{GroupMemory, Memory};
pub use numa::{Mapping, MemoryPolicy, NodeStatistics, Numa, NumaMaps};
pub use pages::{HugePagePool, HugePages};
pub use plan::{Domain, EfficiencyCoreUse, Placement, Plan, PlanError, PlanSettings};
pub use power::Energy;
pub use pressure::{Pressure, Scope, Stall, StallTime};
pub use process::{ProcessLimit, ProcessLimitKind};
pub use reading::{Reading, Unavailable};
pub use root::Root;
pub use simd::SimdLevel;
pub use thermal::{HeatAlert, Sensor, Thermal, ThermalState, Throttling};
pub use topology::{Cache, CacheDomain, CacheKind, Core, CoreKind, Node, Topology};
pub use tuning::{Change, Tuning};
