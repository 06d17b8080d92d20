//! Clocks of processors.

use crate::{CpuSet, Reading, Root, Unavailable};

/// How fast processors run, in MHz.
#[derive(Debug, Clone, PartialEq)]
pub struct Frequency {
    /// The slowest and the fastest processor now.
    pub now_mhz: Reading<(f64, f64)>,
    /// What the fastest processor can reach.
    pub max_mhz: Reading<f64>,
    /// What the fastest processor is allowed to reach.
    pub allowed_mhz: Reading<f64>,
    /// The governors that choose the frequency, each once.
    pub governors: Reading<Vec<String>>,
}

impl Frequency {
    /// Reads cpufreq of processors under a root.
    pub fn read(root: &Root, cpus: &CpuSet) -> Self {
        let path =
            |cpu: usize, name: &str| format!("/sys/devices/system/cpu/cpu{cpu}/cpufreq/{name}");
        let first = cpus.first().unwrap_or(0);
        let driver = root.names(&path(first, "")).map(drop);
        let driver = driver.map_err(|_| Unavailable::new("no driver of frequencies"));
        let mhz = |name: &str| -> Reading<Vec<f64>> {
            driver.clone()?;
            let read = |cpu| root.number(&path(cpu, name)).map(|khz| khz as f64 / 1000.0);
            some(cpus.iter().map(read).collect::<Reading<Vec<f64>>>()?)
        };
        let most = |values: Vec<f64>| values.into_iter().fold(f64::MIN, f64::max);
        let least = |values: &[f64]| values.iter().copied().fold(f64::MAX, f64::min);
        let governors = || -> Reading<Vec<String>> {
            driver.clone()?;
            let read = |cpu| root.text(&path(cpu, "scaling_governor"));
            let mut names = some(cpus.iter().map(read).collect::<Reading<Vec<String>>>()?)?;
            names.sort();
            names.dedup();
            Ok(names)
        };
        Self {
            now_mhz: mhz("scaling_cur_freq").map(|values| (least(&values), most(values))),
            max_mhz: mhz("cpuinfo_max_freq").map(most),
            allowed_mhz: mhz("scaling_max_freq").map(most),
            governors: governors(),
        }
    }
}

fn some<T>(values: Vec<T>) -> Reading<Vec<T>> {
    if values.is_empty() { Err(Unavailable::new("no processors")) } else { Ok(values) }
}
