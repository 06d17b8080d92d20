//! Sources over what bolt-hardware reads of the machine.

use std::sync::Arc;

use bolt_hardware::{Hardware, Unavailable};

use super::Pressure;

/// What the fullest of the process's control groups uses against its limit, of either version.
#[derive(Debug, Clone)]
pub struct ControlGroup(pub Arc<Hardware>);

impl Pressure for ControlGroup {
    fn name(&self) -> &str {
        "control group"
    }

    fn ratio(&self) -> Result<f64, Unavailable> {
        match self.0.group_memory()? {
            Some(group) => Ok(group.ratio()),
            None => Err(Unavailable::new("no control group limits memory")),
        }
    }
}

/// Of what the process may ever have, how much it cannot get now without swapping: what it and
/// other programs use of the machine.
#[derive(Debug, Clone)]
pub struct MachineMemory(pub Arc<Hardware>);

impl Pressure for MachineMemory {
    fn name(&self) -> &str {
        "machine"
    }

    fn ratio(&self) -> Result<f64, Unavailable> {
        let memory = self.0.memory();
        let (usable, available) = (memory.usable?, memory.available?);
        Ok(1.0 - available.0.min(usable.0) as f64 / usable.0.max(1) as f64)
    }
}

/// How long some threads waited for memory in the last 10 seconds, those of the process's control
/// group if it counts them, else all of the machine.
///
/// 1 is where `systemd-oomd` kills a group by default: at 60 % of the time.
#[derive(Debug, Clone)]
pub struct Stalls(pub Arc<Hardware>);

const KILLED_AT_PERCENT: f64 = 60.0;

impl Pressure for Stalls {
    fn name(&self) -> &str {
        "stalls for memory"
    }

    fn ratio(&self) -> Result<f64, Unavailable> {
        Ok(self.0.pressure().memory?.some.avg10 / KILLED_AT_PERCENT)
    }
}
