//! The kernel's two families of sensors: hwmon, and thermal zones where hwmon shows none.

use super::Sensor;
use crate::root::not;
use crate::{Reading, Root, Unavailable};

/// Drivers of sensors in processors (hwmon), and beginnings of the types of their zones.
const PROCESSORS: [&str; 9] =
    ["coretemp", "k10temp", "k8temp", "zenpower", "cpu", "soc", "x86_pkg_temp", "tcpu", "package"];

/// Temperatures that something near a computer may have; sensors that are broken or not connected
/// are far beyond.
const PLAUSIBLE: std::ops::RangeInclusive<f64> = -60.0..=200.0;

pub(super) fn read(root: &Root) -> Reading<Vec<Sensor>> {
    let mut sensors = hwmon(root);
    if !sensors.iter().any(|sensor| sensor.is_processor) {
        sensors.extend(zones(root));
    }
    match sensors.is_empty() {
        true => Err(Unavailable::new("the kernel shows no temperature sensor")),
        false => Ok(sensors),
    }
}

fn hwmon(root: &Root) -> Vec<Sensor> {
    let class = "/sys/class/hwmon";
    let devices = root.numbered(class, "hwmon").unwrap_or_default();
    let mut sensors = Vec::new();
    for device in devices.iter() {
        let folder = format!("{class}/hwmon{device}");
        let driver = root.text(&format!("{folder}/name"));
        let driver = driver.unwrap_or_else(|_| format!("hwmon{device}"));
        for input in inputs(root, &folder) {
            let place = root.text(&format!("{folder}/{input}_label"));
            let place = place.ok().filter(|place| !place.is_empty()).unwrap_or(input.clone());
            sensors.push(Sensor {
                name: format!("{driver} {place}"),
                is_processor: is_processor(&driver),
                celsius: celsius(root, &format!("{folder}/{input}_input")),
                critical_celsius: celsius(root, &format!("{folder}/{input}_crit")),
            });
        }
    }
    sensors
}

/// Returns `temp1`, `temp2`, … in the order of their numbers.
fn inputs(root: &Root, folder: &str) -> Vec<String> {
    let names = root.names(folder).unwrap_or_default();
    let number = |name: &String| {
        let digits = name.strip_prefix("temp")?.strip_suffix("_input")?;
        digits.parse::<u32>().ok()
    };
    let mut numbers: Vec<u32> = names.iter().filter_map(number).collect();
    numbers.sort_unstable();
    numbers.into_iter().map(|number| format!("temp{number}")).collect()
}

fn zones(root: &Root) -> Vec<Sensor> {
    let class = "/sys/class/thermal";
    let zones = root.numbered(class, "thermal_zone").unwrap_or_default();
    let sensor = |zone: usize| {
        let folder = format!("{class}/thermal_zone{zone}");
        let kind = root.text(&format!("{folder}/type"));
        let kind = kind.unwrap_or_else(|_| format!("thermal_zone{zone}"));
        Sensor {
            is_processor: is_processor(&kind),
            celsius: celsius(root, &format!("{folder}/temp")),
            critical_celsius: critical(root, &folder),
            name: kind,
        }
    };
    zones.iter().map(sensor).collect()
}

/// Returns the trip point of a zone that is critical.
fn critical(root: &Root, folder: &str) -> Reading<f64> {
    for name in root.names(folder)? {
        let Some(trip) = name.strip_suffix("_type").filter(|trip| trip.starts_with("trip_")) else {
            continue;
        };
        if root.text(&format!("{folder}/{name}"))? == "critical" {
            return celsius(root, &format!("{folder}/{trip}_temp"));
        }
    }
    Err(Unavailable::new(format!("`{folder}` has no critical trip point")))
}

fn is_processor(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PROCESSORS.iter().any(|known| name.starts_with(known))
}

/// Reads thousandths of a degree.
fn celsius(root: &Root, path: &str) -> Reading<f64> {
    let what = "a temperature in thousandths of a degree";
    let thousandths: i64 = root.value(path, what)?;
    let celsius = thousandths as f64 / 1000.0;
    match PLAUSIBLE.contains(&celsius) {
        true => Ok(celsius),
        false => Err(not(path, &thousandths.to_string(), what)),
    }
}
