//! Numbers, times and escaping.

use bolt_base::UnixNanos;

use super::super::format::{self, Clock, Style};
use super::super::html::Escaped;
use super::super::json;
use super::super::page::{Unit, Value};
use super::day;

#[track_caller]
fn check(value: &Value, expected: &str) {
    assert_eq!(format::value(value), expected);
}

#[test]
fn numbers_have_sensible_digits() {
    check(&Value::Number(0.0), "0");
    check(&Value::Number(-0.0), "0");
    check(&Value::Number(1.0), "1.00");
    check(&Value::Number(-1.2345), "−1.23");
    check(&Value::Number(0.012345), "0.0123");
    check(&Value::Number(123.45), "123.5");
    check(&Value::Number(1_234_567.8), "1,234,568");
    check(&Value::Number(-0.000_012_34), "−1.23 × 10⁻⁵");
    check(&Value::Number(6.02e23), "6.02 × 10²³");
    check(&Value::Number(f64::NAN), "–");
    check(&Value::Number(f64::NEG_INFINITY), "−∞");
    check(&Value::Missing, "–");
    check(&Value::Count(-1_234_567), "−1,234,567");
    check(&Value::Count(i64::MIN), "−9,223,372,036,854,775,808");
}

#[test]
fn percentages_and_money_have_theirs() {
    check(&Value::Percent(0.1234), "12.3%");
    check(&Value::Percent(-0.0045), "−0.45%");
    check(&Value::Percent(0.000_12), "0.012%");
    check(&Value::Percent(45.678), "4,568%");
    check(&Value::Percent(0.0), "0.0%");
    check(&Value::Percent(f64::NAN), "–");
    check(&Value::Percent(f64::INFINITY), "∞");
    check(&Value::Money(54_611.236), "54,611.24");
    check(&Value::Money(-2_500_000.4), "−2,500,000");
    check(&Value::Money(1.083_45), "1.08345");
    check(&Value::Money(-1.5), "−1.50");
}

#[test]
fn what_rounds_to_zero_has_no_sign() {
    assert_eq!(format::fixed(-0.004, 2), "0.00");
    assert_eq!(format::fixed(-0.006, 2), "−0.01");
    assert_eq!(format::fixed(-999.999, 2), "−1,000.00");
}

#[test]
fn columns_of_prices_show_what_differs() {
    let decimals = |prices: &[f64]| format::decimals_needed(prices.iter().copied(), 2);
    assert_eq!(decimals(&[100.0, 101.5]), 2);
    assert_eq!(decimals(&[1.0835, 1.08345]), 5);
    assert_eq!(decimals(&[23_456.789, 1.0]), 2);
    assert_eq!(decimals(&[f64::NAN]), 2);
    assert_eq!(format::decimals_needed([100.0, 200.0].into_iter(), 0), 0);
}

#[test]
fn parameters_are_shown_exactly() {
    assert_eq!(format::exact(10.0), "10");
    assert_eq!(format::exact(-0.025), "−0.025");
    assert_eq!(format::exact(12_500.0), "12,500");
    assert_eq!(format::exact(3.0 * 0.05), "0.15");
    assert_eq!(format::exact(0.0), "0");
}

#[test]
fn times_are_no_finer_than_they_differ() {
    let at = UnixNanos(day(2024, 2, 29).0 + 52_205_250_000_000);
    assert_eq!(Clock::of([day(2024, 2, 29)]).show(day(2024, 2, 29)), "2024-02-29");
    assert_eq!(Clock::of([day(2024, 2, 29), at]).show(at), "2024-02-29 14:30:05.250");
    assert_eq!(Clock::Minute.show(at), "2024-02-29 14:30");
    assert_eq!(Clock::of([]), Clock::Day);
}

#[test]
fn durations_have_two_units() {
    let second = 1_000_000_000;
    assert_eq!(format::duration(41 * 86_400 * second), "41 d");
    assert_eq!(format::duration((86_400 + 3 * 3600) * second), "1 d 3 h");
    assert_eq!(format::duration(5400 * second), "1 h 30 min");
    assert_eq!(format::duration(61 * second), "1 min 1 s");
    assert_eq!(format::duration(250_000_000), "0.250 s");
}

#[test]
fn axes_shorten_large_amounts() {
    assert_eq!(format::axis(Unit::Money, 1_500_000.0, 5e5, 2e6), "1.5M");
    assert_eq!(format::axis(Unit::Money, 20_000.0, 2e4, 8e4), "20,000");
    assert_eq!(format::axis(Unit::Money, 500_000.0, 5e5, 2e6), "0.5M");
    assert_eq!(format::axis(Unit::Money, 0.0, 0.5, 2.0), "0");
    assert_eq!(format::axis(Unit::Percent, -0.1, 0.05, 0.2), "−10%");
    assert_eq!(format::axis(Unit::Number, 0.25, 0.05, 1.0), "0.25");
    assert_eq!(Style::for_step(Unit::Percent, 0.005).show(0.015), "1.5%");
}

#[test]
fn text_is_escaped() {
    let text = r#"a<b && c>"d" 'e' ß"#;
    let expected = "a&lt;b &amp;&amp; c&gt;&quot;d&quot; &#39;e&#39; ß";
    assert_eq!(Escaped(text).to_string(), expected);
    let mut out = String::new();
    json::string(&mut out, "</script>\"\\\n");
    assert_eq!(out, r#""\u003c/script>\"\\\u000a""#);
}

#[test]
fn data_keeps_only_the_digits_that_are_shown() {
    let write = |value: f64| {
        let mut out = String::new();
        json::number(&mut out, value, 2);
        out
    };
    assert_eq!(write(1.5), "1.5");
    assert_eq!(write(100.0), "100");
    assert_eq!(write(-0.001), "0");
    assert_eq!(write(f64::NAN), "null");
    assert_eq!(write(f64::INFINITY), "null");
}

#[test]
fn neighbouring_times_are_stored_as_steps() {
    let mut out = String::new();
    let times = [day(1970, 1, 2), day(1970, 1, 3), day(1970, 1, 6)].map(|at| at.0);
    json::ascending(&mut out, &times);
    assert_eq!(out, r#"{"start":86400000,"unit":86400000,"steps":[1,3]}"#);
}
