#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bolt_config::{SourceFile, Sources};
use bolt_hardware::{Root, SimdLevel};
use bolt_testkit::Machine;

use super::*;
use crate::Session;
use crate::tests::config;

/// A machine of two processors and 8 GiB.
fn small() -> (Machine, Hardware) {
    let machine = Machine::new().core(0, "0").core(0, "1").affinity("0-1").memory(8, 6);
    let hardware = Hardware::read(&Root::at(machine.path()));
    (machine, hardware)
}

fn check(settings: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let (_machine, hardware) = small();
    let CheckedSettings { errors, notes } = check_settings(&config(settings), &hardware);
    (errors.iter().map(SettingError::to_string).collect(), notes)
}

#[track_caller]
fn check_error(settings: &[(&str, &str)], names: &[&str], told: &str) {
    let (_machine, hardware) = small();
    let CheckedSettings { errors, .. } = check_settings(&config(settings), &hardware);
    assert_eq!(errors.len(), 1, "{settings:?}: {errors:?}");
    let found: Vec<&str> = errors[0].names().filter(|name| names.contains(name)).collect();
    assert_eq!(found, names, "{errors:?}");
    assert!(errors[0].to_string().contains(told), "{}", errors[0]);
}

#[test]
fn what_a_session_refuses_is_found_without_one() {
    assert_eq!(check(&[]), (Vec::new(), Vec::new()));
    let foreign = if cfg!(target_arch = "aarch64") { "avx2" } else { "neon" };
    check_error(&[("kernel.simd", foreign)], &["kernel.simd"], foreign);
    check_error(&[("exec.processors", "1-2")], &["exec.processors"], "only 0-1");
    check_error(&[("exec.reserved_cores", "2")], &["exec.reserved_cores"], "at most 1");
    let threads = [("exec.threads", "4"), ("limits.threads", "3")];
    check_error(&threads, &["exec.threads", "limits.threads"], "3 may be started");
    check_error(&[("memory.share_market", "0.7")], &["memory.share_market"], "come to 1.2");
    let thresholds = [("memory.warning", "0.9"), ("memory.critical", "0.8")];
    check_error(&thresholds, &["memory.warning", "memory.critical"], "");
    check_error(&[("memory.reserve", "8 GB")], &["memory.reserve"], "to be left to others");
    let market = [("market.convention", "vectorbt"), ("market.spread", "0.01")];
    check_error(&market, &["market.convention", "market.spread"], "has no spread");
    let rate = [("market.convention", "vectorbt"), ("market.periods_per_year", "252")];
    check_error(&rate, &["market.convention", "market.periods_per_year"], "periods a year");
    let (errors, _) = check(&[("kernel.simd", foreign), ("exec.processors", "7")]);
    assert_eq!(errors.len(), 2, "{errors:?}");
}

#[test]
fn what_a_session_does_otherwise_is_said() {
    let (errors, notes) = check(&[("memory.limit", "18 GB")]);
    assert_eq!((errors.len(), notes.len()), (0, 1), "{errors:?} {notes:?}");
    assert!(notes[0].contains("asks for 18 GiB"), "{notes:?}");
}

/// What a guide asks for, written for another machine, does not keep its file from being used.
#[test]
fn vector_instructions_of_guides_are_a_wish() {
    let foreign = if cfg!(target_arch = "aarch64") { "AVX2" } else { "NEON" };
    let of_file = |text: String| {
        let file = SourceFile { path: "edge.toml".into(), text };
        Config::resolve(&Sources { project: Some(file), ..Sources::default() }).unwrap()
    };
    let guide = of_file(format!("optimizations.vectorization = '{foreign}'"));
    let session = Session::new(guide.clone()).unwrap();
    assert_eq!(session.kernel.level, SimdLevel::detect());
    let source = "`kernel.simd` (edge.toml:1, `optimizations.vectorization`)";
    assert!(session.notes.iter().any(|note| note.contains(source)), "{:?}", session.notes);
    assert_eq!(check_settings(&guide, &Hardware::get().clone()).notes, session.notes);
    let ours = of_file(format!("kernel.simd = '{}'", foreign.to_lowercase()));
    assert!(Session::new(ours).unwrap_err().to_string().contains("(edge.toml:1)"));
}
