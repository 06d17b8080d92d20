//! What depends on the clock, with a clock that stands still.

use std::time::Duration;

use crate::host::MemoryHost;
use crate::session::Session;

fn shown(source: &str) -> String {
    let mut session = Session::new();
    let mut host = MemoryHost::default();
    host.now = Some(Duration::from_secs(1_709_210_096));
    session.set_host(Box::new(host));
    let parsed = bolt_lyra_syntax::parse(source);
    let value = session.read(&parsed.exprs[0]);
    let value = session.evaluate_line(&value).expect("no program quits");
    session.input_form(&value)
}

#[test]
fn now_is_what_the_clock_says() {
    assert_eq!(shown("DateList[]"), "{2024, 2, 29, 12, 34, 56.}");
    assert_eq!(shown("DateString[]"), "\"Thu 29 Feb 2024 12:34:56\"");
    assert_eq!(shown("UnixTime[]"), "1709210096");
    assert_eq!(shown("Today"), "DateObject[{2024, 2, 29}, \"Day\"]");
    assert_eq!(shown("Tomorrow"), "DateObject[{2024, 3, 1}, \"Day\"]");
    assert_eq!(shown("Yesterday"), "DateObject[{2024, 2, 28}, \"Day\"]");
    assert_eq!(
        shown("Now"),
        "DateObject[{2024, 2, 29, 12, 34, 56.}, \"Instant\", \"Gregorian\", 0.]"
    );
    assert_eq!(shown("DayName[]"), "Thursday");
}

#[test]
fn without_a_clock_nothing_is_now() {
    let mut session = Session::new();
    let parsed = bolt_lyra_syntax::parse("{DateList[], AbsoluteTime[]}");
    let value = session.read(&parsed.exprs[0]);
    let value = session.evaluate_line(&value).expect("no program quits");
    assert_eq!(session.input_form(&value), "{DateList[], AbsoluteTime[]}");
}
