//! Heat: sensors, and how often processors slowed down because of it.

mod sensors;

use std::time::Duration;

use crate::{CpuSet, Reading, Root, Unavailable};

/// Temperatures and throttling, now.
#[derive(Debug, Clone, PartialEq)]
pub struct Thermal {
    /// Sensors; unavailable if there is none, as in most virtual machines.
    pub sensors: Reading<Vec<Sensor>>,
    /// Slowing down since the machine started.
    pub throttling: Reading<Throttling>,
}

/// A temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensor {
    /// Device and place, such as `coretemp Package id 0`.
    pub name: String,
    /// Whether it is of a processor, not of a disk or a battery.
    pub is_processor: bool,
    /// Degrees Celsius.
    pub celsius: Reading<f64>,
    /// From which temperature on the device protects itself.
    pub critical_celsius: Reading<f64>,
}

/// How often and how long processors slowed down because of heat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Throttling {
    /// Times that a core did, summed over the cores.
    pub core_events: u64,
    /// Times that a package did, summed over the packages.
    pub package_events: u64,
    /// Time that cores were slowed down for, summed over the cores; not every kernel counts it.
    pub core_time: Option<Duration>,
}

impl Throttling {
    /// Returns what was added since an earlier reading.
    pub fn since(&self, earlier: &Self) -> Self {
        let Self { core_events, package_events, core_time } = earlier;
        let time = self.core_time.zip(*core_time).map(|(now, then)| now.saturating_sub(then));
        Self {
            core_events: self.core_events.saturating_sub(*core_events),
            package_events: self.package_events.saturating_sub(*package_events),
            core_time: time,
        }
    }
}

/// Whether to go easy on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThermalState {
    /// Nothing speaks against full load.
    Normal,
    /// A processor is too hot, or has slowed down since the last reading.
    Hot,
}

impl Thermal {
    /// Reads sensors, and the throttle counters of processors, under a root.
    pub fn read(root: &Root, cpus: &CpuSet) -> Self {
        Self { sensors: sensors::read(root), throttling: throttling(root, cpus) }
    }

    /// Returns the hottest sensor of a processor; of all sensors if none is said to be of one.
    ///
    /// # Errors
    /// If no sensor gives a temperature.
    pub fn hottest(&self) -> Reading<(&Sensor, f64)> {
        let sensors = self.sensors.as_ref().map_err(Clone::clone)?;
        let readings = || sensors.iter().filter_map(|s| Some((s, *s.celsius.as_ref().ok()?)));
        let hottest = |of_processors: bool| {
            let chosen = readings().filter(|(sensor, _)| sensor.is_processor || !of_processors);
            chosen.max_by(|a, b| a.1.total_cmp(&b.1))
        };
        let found = hottest(true).or_else(|| hottest(false));
        found.ok_or_else(|| Unavailable::new("no sensor gives a temperature"))
    }

    /// Returns whether the machine is hot: at `alert_celsius` or above, or slowed down since
    /// `earlier`.
    ///
    /// # Errors
    /// If there is neither a temperature nor a counter.
    pub fn state(&self, earlier: Option<&Throttling>, alert_celsius: f64) -> Reading<ThermalState> {
        let is_too_hot = self.hottest().map(|(_, celsius)| celsius >= alert_celsius);
        let slowed_down = self.throttling.as_ref().ok().zip(earlier).map(|(now, earlier)| {
            let added = now.since(earlier);
            added.core_events > 0 || added.package_events > 0
        });
        match (is_too_hot, slowed_down) {
            (Ok(true), _) | (_, Some(true)) => Ok(ThermalState::Hot),
            (Err(why), None) => Err(why),
            (Ok(false), _) | (Err(_), Some(false)) => Ok(ThermalState::Normal),
        }
    }
}

/// Sums the counters of Intel's processors; others have none.
fn throttling(root: &Root, cpus: &CpuSet) -> Reading<Throttling> {
    let system = "/sys/devices/system/cpu";
    let number = |cpu: usize, path: &str| root.number(&format!("{system}/cpu{cpu}/{path}"));
    let mut sum = Throttling { core_time: Some(Duration::ZERO), ..Throttling::default() };
    let first = cpus.first().unwrap_or(0);
    let counters = root.names(&format!("{system}/cpu{first}/thermal_throttle"));
    counters.map_err(|_| Unavailable::new("the processor does not count it"))?;
    // Siblings and cores of a package repeat the same counters.
    let (mut cores, mut packages) = (CpuSet::default(), CpuSet::default());
    for cpu in cpus.iter() {
        let first_of = |path: &str| {
            let list = root.ids(&format!("{system}/cpu{cpu}/topology/{path}"));
            list.ok().and_then(|list| (&list & cpus).first()).unwrap_or(cpu)
        };
        if !cores.contains(first_of("thread_siblings_list")) {
            cores.insert(cpu);
            let events = number(cpu, "thermal_throttle/core_throttle_count")?;
            sum.core_events = sum.core_events.saturating_add(events);
            let time = number(cpu, "thermal_throttle/core_throttle_total_time_ms");
            let time = time.ok().map(Duration::from_millis);
            sum.core_time = sum.core_time.zip(time).map(|(sum, time)| sum.saturating_add(time));
        }
        if !packages.contains(first_of("core_siblings_list")) {
            packages.insert(cpu);
            let events = number(cpu, "thermal_throttle/package_throttle_count")?;
            sum.package_events = sum.package_events.saturating_add(events);
        }
    }
    Ok(sum)
}
