//! What is said of heat and power.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use bolt_testkit::Machine;
use serde_json::Value;

use crate::support::{Workspace, text};

const SENSOR: &str = "/sys/class/hwmon/hwmon0";
const ZONE: &str = "/sys/class/powercap/intel-rapl:0";

/// A processor at so many degrees, which protects itself from 95 on.
fn machine(celsius: u32) -> Machine {
    let machine = Machine::new().core(0, "0").core(0, "1");
    machine
        .file(&format!("{SENSOR}/name"), "coretemp")
        .file(&format!("{SENSOR}/temp1_label"), "Package id 0")
        .file(&format!("{SENSOR}/temp1_crit"), "95000")
        .file(&format!("{SENSOR}/temp1_input"), &(celsius * 1_000).to_string())
        .file(&format!("{ZONE}/name"), "package-0")
        .file(&format!("{ZONE}/max_energy_range_uj"), "1000000000")
        .file(&format!("{ZONE}/energy_uj"), "5000000")
}

#[test]
fn a_sensor_that_is_too_hot_is_warned_of() {
    let workspace = Workspace::new();
    for command in ["hardware", "thermal"] {
        for (celsius, is_hot) in [(94, false), (95, true)] {
            let machine = machine(celsius);
            let arguments = ["diagnostics", command, "--root", text(machine.path())];
            let told = String::from_utf8(workspace.run(&arguments).stderr).unwrap();
            let warning = "warning: too hot: `coretemp Package id 0` is at 95.0 °C";
            assert_eq!(told.contains(warning), is_hot, "{command} {celsius}: {told}");
            let view = workspace.json(&arguments);
            let alerts =
                if command == "hardware" { &view["thermal"]["alerts"] } else { &view["alerts"] };
            assert_eq!(alerts.as_array().unwrap().len(), usize::from(is_hot));
            assert!(!is_hot || alerts[0]["limit_celsius"] == 95.0, "{alerts}");
        }
    }
}

#[test]
fn heat_and_power_are_shown_once() {
    let (workspace, machine) = (Workspace::new(), machine(61));
    let arguments = ["diagnostics", "thermal", "--root", text(machine.path())];
    let shown = workspace.text(&arguments);
    for line in [
        "  hottest      61.0 °C (coretemp Package id 0)",
        "  slowed down  unavailable (the processor does not count it)",
        "  power        package-0 0 W",
        "  coretemp Package id 0  61.0 °C   95.0 °C",
        "  package-0  intel-rapl:0    0 W",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    let nothing = Machine::new().core(0, "0");
    let shown = workspace.text(&["diagnostics", "thermal", "--root", text(nothing.path())]);
    assert!(shown.contains("unavailable (the kernel shows no temperature sensor)"), "{shown}");
    assert!(shown.contains("unavailable (there is no `/sys/class/powercap`)"), "{shown}");
    for wrong in ["0", "-1", "nan", "0.05"] {
        let told =
            workspace.refused(&["diagnostics", "thermal", "--continuous", "--interval", wrong]);
        assert!(told.contains("--interval"), "{told}");
    }
}

/// The counter of energy goes on between two readings, and a signal ends the program as it should.
#[cfg(unix)]
#[test]
fn readings_go_on_until_an_interrupt() {
    let (workspace, machine) = (Workspace::new(), machine(61));
    let mut command = workspace.bolt();
    command.args(["diagnostics", "thermal", "--continuous", "--interval", "0.1", "--json"]);
    let mut child =
        command.args(["--root", text(machine.path())]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    let first = next();
    assert_eq!(first["schema"], "bolt.diagnostics.thermal/1");
    assert_eq!(first["power"][0]["watts"], 0.0);
    assert_eq!(first["sensors"][0]["celsius"], 61.0);
    let (mut microjoules, mut machine) = (5_000_000, machine);
    let found = (0..100).map(|_| {
        microjoules += 1_000_000;
        let path = format!("{ZONE}/energy_uj");
        machine = std::mem::take(&mut machine).file(&path, &microjoules.to_string());
        next()["power"][0]["watts"].as_f64()
    });
    let is_power = |watts: &Option<f64>| watts.is_some_and(|watts| watts > 0.0 && watts < 1e9);
    assert!(found.into_iter().any(|watts| is_power(&watts)));
    let pid = i32::try_from(child.id()).unwrap();
    #[expect(unsafe_code, reason = "a signal to a child")]
    // SAFETY: the child has not been waited for, so that the number is its own.
    let sent = unsafe { libc::kill(pid, libc::SIGINT) };
    assert_eq!((sent, child.wait().unwrap().code()), (0, Some(0)));
}
