//! Sensors, throttling, clocks, energy, huge pages and what may be set.

use std::time::Duration;

use bolt_base::Bytes;
use bolt_hardware::{ThermalState, Throttling};
use bolt_testkit::Machine;

use crate::machines::{read, two_sockets};

const CPU: &str = "/sys/devices/system/cpu";

fn sensor(machine: Machine, device: &str, input: &str, label: &str, value: &str) -> Machine {
    let folder = format!("/sys/class/hwmon/{device}");
    let machine = machine.file(&format!("{folder}/{input}_input"), value);
    if label.is_empty() { machine } else { machine.file(&format!("{folder}/{input}_label"), label) }
}

/// A processor at 71.5 degrees beside a disk at 88.
fn warm() -> Machine {
    let machine = Machine::new()
        .file("/sys/class/hwmon/hwmon0/name", "nvme")
        .file("/sys/class/hwmon/hwmon1/name", "coretemp")
        .file("/sys/class/hwmon/hwmon1/temp1_crit", "100000");
    let machine = sensor(machine, "hwmon0", "temp1", "Composite", "88000");
    let machine = sensor(machine, "hwmon1", "temp10", "Core 8", "60000");
    let machine = sensor(machine, "hwmon1", "temp2", "Core 0", "71500");
    sensor(machine, "hwmon1", "temp1", "Package id 0", "70000")
}

#[test]
fn the_hottest_sensor_of_a_processor_counts() {
    let thermal = read(&warm()).thermal();
    let sensors = thermal.sensors.clone().unwrap();
    let names: Vec<&str> = sensors.iter().map(|sensor| sensor.name.as_str()).collect();
    assert_eq!(
        names,
        ["nvme Composite", "coretemp Package id 0", "coretemp Core 0", "coretemp Core 8"]
    );
    assert_eq!(sensors[1].critical_celsius, Ok(100.0));
    let (hottest, celsius) = thermal.hottest().unwrap();
    assert_eq!((hottest.name.as_str(), celsius), ("coretemp Core 0", 71.5));
    assert_eq!(thermal.state(None, 100.0), Ok(ThermalState::Normal));
    assert_eq!(thermal.state(None, 71.5), Ok(ThermalState::TooHot));
    assert!(thermal.alerts(100.0).is_empty());
    let told: Vec<String> = thermal.alerts(71.5).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`nvme Composite` is at 88.0 °C, and the alert at 71.5 °C",
            "`coretemp Core 0` is at 71.5 °C, and the alert at 71.5 °C"
        ]
    );
}

#[test]
fn zones_stand_in_where_no_sensor_is_of_a_processor() {
    let zone = "/sys/class/thermal/thermal_zone3";
    let machine = warm()
        .file("/sys/class/hwmon/hwmon1/name", "battery")
        .file(&format!("{zone}/type"), "x86_pkg_temp")
        .file(&format!("{zone}/temp"), "45000")
        .file(&format!("{zone}/trip_point_0_type"), "passive")
        .file(&format!("{zone}/trip_point_0_temp"), "95000")
        .file(&format!("{zone}/trip_point_1_type"), "critical")
        .file(&format!("{zone}/trip_point_1_temp"), "105000");
    let thermal = read(&machine).thermal();
    let (hottest, celsius) = thermal.hottest().unwrap();
    assert_eq!((hottest.name.as_str(), celsius), ("x86_pkg_temp", 45.0));
    assert_eq!(hottest.critical_celsius, Ok(105.0));
}

#[test]
fn a_sensor_s_own_critical_temperature_counts_where_it_is_lower() {
    let critical = |device: &str, input: &str, celsius: &str| {
        let path = format!("/sys/class/hwmon/{device}/{input}_crit");
        read(&warm().file(&path, celsius)).thermal()
    };
    let core = critical("hwmon1", "temp2", "71000");
    assert_eq!(core.state(None, 100.0), Ok(ThermalState::TooHot));
    let alerts = core.alerts(100.0);
    assert_eq!((alerts.len(), alerts[0].limit_celsius), (1, 71.0));
    // A disk that is too hot is told, and slows no processor down.
    let disk = critical("hwmon0", "temp1", "85000");
    assert_eq!(disk.state(None, 100.0), Ok(ThermalState::Normal));
    assert_eq!(disk.alerts(100.0)[0].sensor.name, "nvme Composite");
    // Some drivers write 0 where they know none.
    let unknown = critical("hwmon1", "temp2", "0");
    assert_eq!(unknown.state(None, 100.0), Ok(ThermalState::Normal));
    assert!(unknown.alerts(100.0).is_empty());
}

#[test]
fn sensors_that_are_broken_are_unavailable_each() {
    for text in ["", "hot", "-273150", "6500000", "1e9"] {
        let machine = sensor(warm(), "hwmon1", "temp2", "Core 0", text);
        let thermal = read(&machine).thermal();
        assert_eq!(thermal.hottest().map(|(_, celsius)| celsius), Ok(70.0), "{text}");
        let broken = thermal.sensors.unwrap().into_iter().find(|s| s.name == "coretemp Core 0");
        assert!(broken.unwrap().celsius.is_err(), "{text}");
    }
    let none = read(&two_sockets()).thermal();
    let reason = none.sensors.clone().unwrap_err().to_string();
    assert_eq!(reason, "unavailable (the kernel shows no temperature sensor)");
    assert!(none.hottest().is_err() && none.throttling.is_err());
    assert!(none.state(None, 100.0).is_err(), "nothing is known, which is not normal");
}

/// Counters of `two_sockets`, each core and package with its own.
fn throttled(events: u64) -> Machine {
    let mut machine = two_sockets();
    for cpu in 0..16u64 {
        let (core, package) = (cpu % 8, cpu % 8 / 4);
        let siblings = if package == 0 { "0-3,8-11" } else { "4-7,12-15" };
        let folder = format!("{CPU}/cpu{cpu}");
        let throttle = format!("{folder}/thermal_throttle");
        machine = machine
            .file(&format!("{folder}/topology/core_siblings_list"), siblings)
            .file(&format!("{throttle}/core_throttle_count"), &(core + events).to_string())
            .file(&format!("{throttle}/core_throttle_total_time_ms"), &(10 * core).to_string())
            .file(&format!("{throttle}/package_throttle_count"), &(100 * package).to_string());
    }
    machine
}

#[test]
fn counters_are_summed_over_cores_and_packages() {
    let before = read(&throttled(0)).thermal().throttling.unwrap();
    let core_time = Some(Duration::from_millis(280));
    assert_eq!(before, Throttling { core_events: 28, package_events: 100, core_time });
    let thermal = read(&throttled(1)).thermal();
    let added = thermal.throttling.clone().unwrap().since(&before);
    assert_eq!((added.core_events, added.package_events), (8, 0));
    assert_eq!(thermal.state(Some(&before), 100.0), Ok(ThermalState::SlowedDown));
    let same = read(&throttled(0)).thermal();
    assert_eq!(same.state(Some(&before), 100.0), Ok(ThermalState::Normal));
    let without_time =
        throttled(0).without(&format!("{CPU}/cpu5/thermal_throttle/core_throttle_total_time_ms"));
    assert_eq!(read(&without_time).thermal().throttling.unwrap().core_time, None);
}

#[test]
fn clocks_and_governors() {
    let mut machine = Machine::new().core(0, "0").core(0, "1");
    for (cpu, khz, governor) in [(0, "800000", "powersave"), (1, "3600500", "powersave")] {
        let folder = format!("{CPU}/cpu{cpu}/cpufreq");
        machine = machine
            .file(&format!("{folder}/scaling_cur_freq"), khz)
            .file(&format!("{folder}/cpuinfo_max_freq"), "5000000")
            .file(&format!("{folder}/scaling_max_freq"), "4500000")
            .file(&format!("{folder}/scaling_governor"), governor);
    }
    let frequency = read(&machine).frequency();
    assert_eq!(frequency.now_mhz, Ok((800.0, 3600.5)));
    assert_eq!((frequency.max_mhz, frequency.allowed_mhz), (Ok(5000.0), Ok(4500.0)));
    assert_eq!(frequency.governors, Ok(vec!["powersave".to_owned()]));
    assert!(read(&two_sockets()).frequency().now_mhz.is_err());
}

#[test]
fn power_is_the_difference_of_energies() {
    let zone = "/sys/class/powercap/intel-rapl:0";
    let energy = |microjoules: &str| {
        let machine = Machine::new()
            .file("/sys/class/powercap/intel-rapl/enabled", "1")
            .file(&format!("{zone}/name"), "package-0")
            .file(&format!("{zone}/max_energy_range_uj"), "1000000")
            .file(&format!("{zone}/energy_uj"), microjoules);
        let counters = read(&machine).energy().unwrap();
        assert_eq!((counters.len(), counters[0].name.as_str()), (1, "package-0"));
        counters[0].clone()
    };
    let second = Duration::from_secs(1);
    assert_eq!(energy("900000").watts_since(&energy("400000"), second), Ok(0.5));
    // The counter began again.
    assert_eq!(energy("100000").watts_since(&energy("900000"), 2 * second), Ok(0.1));
    assert!(energy("1").watts_since(&energy("0"), Duration::ZERO).is_err());
    assert!(energy("secret").watts_since(&energy("0"), second).is_err());
    assert!(read(&two_sockets()).energy().is_err());
}

#[test]
fn huge_pages_and_their_pools() {
    let folder = "/sys/kernel/mm";
    let machine = Machine::new()
        .file(&format!("{folder}/hugepages/hugepages-1048576kB/nr_hugepages"), "2")
        .file(&format!("{folder}/hugepages/hugepages-1048576kB/free_hugepages"), "1")
        .file(&format!("{folder}/hugepages/hugepages-2048kB/nr_hugepages"), "0")
        .file(&format!("{folder}/hugepages/hugepages-2048kB/free_hugepages"), "0")
        .file(&format!("{folder}/transparent_hugepage/enabled"), "always [madvise] never")
        .file(&format!("{folder}/transparent_hugepage/hpage_pmd_size"), "2097152");
    let pages = read(&machine).huge_pages();
    let pools: Vec<(Bytes, u64, u64)> =
        pages.pools.unwrap().iter().map(|pool| (pool.size, pool.count, pool.free)).collect();
    assert_eq!(pools, [(Bytes(2 << 20), 0, 0), (Bytes(1 << 30), 2, 1)]);
    assert_eq!(pages.transparent.as_deref(), Ok("madvise"));
    assert_eq!(pages.transparent_size, Ok(Bytes(2 << 20)));
    let machine = machine.file(&format!("{folder}/transparent_hugepage/enabled"), "madvise");
    assert!(read(&machine).huge_pages().transparent.is_err());
    let machine = machine.file(&format!("{folder}/hugepages/hugepages-xkB/nr_hugepages"), "2");
    assert!(read(&machine).huge_pages().pools.is_err());
}

/// Returns settings, each with its value and the path or program of its command.
fn tuning(machine: &Machine) -> Vec<(String, Option<&'static str>)> {
    let shown = |value: Result<String, bolt_hardware::Unavailable>| {
        value.unwrap_or_else(|_| "unavailable".to_owned())
    };
    read(machine)
        .tuning()
        .into_iter()
        .map(|t| (format!("{}: {}", t.name, shown(t.value)), t.change.map(|c| c.command)))
        .collect()
}

#[test]
fn commands_are_for_what_is_not_set_for_speed() {
    let machine = |governor: &str, no_turbo: &str, smt: &str, huge: &str| {
        Machine::new()
            .core(0, "0")
            .file(&format!("{CPU}/cpu0/cpufreq/scaling_governor"), governor)
            .file(&format!("{CPU}/intel_pstate/no_turbo"), no_turbo)
            .file(&format!("{CPU}/smt/control"), smt)
            .file("/sys/kernel/mm/transparent_hugepage/enabled", huge)
    };
    let slow = tuning(&machine("powersave", "1", "on", "always madvise [never]"));
    let values: Vec<&str> = slow.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(
        values,
        ["frequency governor: powersave", "turbo: off", "SMT: on", "transparent huge pages: never"]
    );
    assert!(slow.iter().all(|(_, command)| command.is_some_and(|c| c.contains("sudo "))));
    let fast = tuning(&machine("performance", "0", "off", "[always] madvise never"));
    assert!(fast.iter().all(|(_, command)| command.is_none()), "{fast:?}");
    // Huge pages for those who ask are none for us, who do not.
    let asked = tuning(&machine("performance", "0", "off", "always [madvise] never"));
    assert!(asked[3].1.unwrap().starts_with("echo always"), "{asked:?}");
    let nothing = tuning(&Machine::new());
    assert!(nothing.iter().all(|(text, c)| text.ends_with("unavailable") && c.is_none()));
    // The switch of other drivers is the other way round.
    let boost = Machine::new().file(&format!("{CPU}/cpufreq/boost"), "0");
    let command = tuning(&boost)[1].1.unwrap();
    assert!(command.starts_with("echo 1") && command.ends_with("cpufreq/boost"));
}
