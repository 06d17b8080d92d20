//! Heat: sensors, and how often processors slowed down because of it.

mod sensors;

use std::fmt;
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
    /// A processor is at its alert or above.
    TooHot,
    /// Processors have slowed down since the earlier reading.
    SlowedDown,
}

/// A sensor at its alert or above: the temperature from which on the device protects itself, or a
/// lower one that was asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeatAlert<'a> {
    /// The sensor.
    pub sensor: &'a Sensor,
    /// Its temperature.
    pub celsius: f64,
    /// The temperature from which on there is an alert.
    pub limit_celsius: f64,
}

impl fmt::Display for HeatAlert<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sensor, celsius, limit_celsius } = self;
        write!(f, "`{}` is at {celsius:.1} °C, and the alert at {limit_celsius:.1} °C", sensor.name)
    }
}

impl Sensor {
    fn alert(&self, most_celsius: f64) -> Option<HeatAlert<'_>> {
        let celsius = *self.celsius.as_ref().ok()?;
        // Drivers write 0 where they do not know it.
        let critical = self.critical_celsius.as_ref().ok().filter(|&&critical| critical > 0.0);
        let limit_celsius = critical.map_or(most_celsius, |critical| critical.min(most_celsius));
        (celsius >= limit_celsius).then_some(HeatAlert { sensor: self, celsius, limit_celsius })
    }
}

impl Thermal {
    /// At what a processor is too hot, whatever it says itself, in degrees Celsius.
    pub const ALERT_CELSIUS: f64 = 100.0;

    /// Reads sensors, and the throttle counters of processors, under a root.
    pub fn read(root: &Root, cpus: &CpuSet) -> Self {
        Self { sensors: sensors::read(root), throttling: throttling(root, cpus) }
    }

    /// Returns the hottest sensor of a processor; of all sensors if none is said to be of one.
    ///
    /// # Errors
    /// If no sensor gives a temperature.
    pub fn hottest(&self) -> Reading<(&Sensor, f64)> {
        let readings = self.of_processors()?.into_iter();
        let readings = readings.filter_map(|sensor| Some((sensor, *sensor.celsius.as_ref().ok()?)));
        let found = readings.max_by(|a, b| a.1.total_cmp(&b.1));
        found.ok_or_else(|| Unavailable::new("no sensor gives a temperature"))
    }

    /// Returns the sensors of processors that give a temperature; all sensors that do if none is
    /// said to be of one.
    fn of_processors(&self) -> Reading<Vec<&Sensor>> {
        let sensors = self.sensors.as_ref().map_err(Clone::clone)?;
        let giving = || sensors.iter().filter(|sensor| sensor.celsius.is_ok());
        let own: Vec<&Sensor> = giving().filter(|sensor| sensor.is_processor).collect();
        Ok(if own.is_empty() { giving().collect() } else { own })
    }

    /// Returns the sensors, of whatever device, at the temperature from which on it protects itself,
    /// or at `most_celsius`, whichever is lower.
    pub fn alerts(&self, most_celsius: f64) -> Vec<HeatAlert<'_>> {
        let sensors = self.sensors.as_deref().unwrap_or_default();
        sensors.iter().filter_map(|sensor| sensor.alert(most_celsius)).collect()
    }

    /// Returns whether processors are too hot ([`Thermal::alerts`]) or have slowed down since
    /// `earlier`.
    ///
    /// # Errors
    /// If there is neither a temperature nor a counter.
    pub fn state(&self, earlier: Option<&Throttling>, most_celsius: f64) -> Reading<ThermalState> {
        let is_too_hot = self.hottest().and_then(|_| {
            Ok(self.of_processors()?.iter().any(|sensor| sensor.alert(most_celsius).is_some()))
        });
        let slowed_down = self.throttling.as_ref().ok().zip(earlier).map(|(now, earlier)| {
            let added = now.since(earlier);
            added.core_events > 0 || added.package_events > 0
        });
        match (is_too_hot, slowed_down) {
            (Ok(true), _) => Ok(ThermalState::TooHot),
            (_, Some(true)) => Ok(ThermalState::SlowedDown),
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
