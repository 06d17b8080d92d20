//! Numbers and times as people read them.

use bolt_base::{UnixNanos, count};
use bolt_market::data::Zone;
use bolt_session::{Figure, show_time};

/// Returns a number with as many decimals as its size asks for; a dash if it is missing.
pub(crate) fn number(value: f64) -> String {
    if value.is_nan() {
        return "-".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude >= 1e15 || (magnitude > 0.0 && magnitude < 1e-4) {
        return format!("{value:.3e}");
    }
    let decimals = match magnitude {
        m if m == m.trunc() => 0,
        m if m >= 1000.0 => 2,
        m if m >= 10.0 => 3,
        _ => 4,
    };
    let text = format!("{magnitude:.decimals$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    // What rounds to a whole number is shown as one.
    let rest = if rest.trim_matches(['.', '0']).is_empty() { "" } else { rest };
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    format!("{}{whole}{rest}", if value < 0.0 { "-" } else { "" })
}

/// Returns a number with six decimals, or an exponent if they would not show it.
pub(crate) fn precise(value: f64) -> String {
    if value != 0.0 && (value.abs() < 1e-3 || value.abs() >= 1e12) {
        return format!("{value:.6e}");
    }
    format!("{value:.6}")
}

/// Returns a fraction in percent: `5 %`.
pub(crate) fn percent(value: f64) -> String {
    format!("{} %", (value * 1e8).round() / 1e6)
}

/// Returns a time in UTC, where no data say whose clock it is on.
pub(crate) fn time(at: UnixNanos) -> String {
    show_time(at, &Zone::utc())
}

/// Returns a figure as text, times on a zone's clock.
pub(crate) fn figure(figure: &Figure, zone: &Zone) -> String {
    match figure {
        Figure::Number(value) => number(*value),
        Figure::Count(value) => count(*value as u64),
        Figure::Time(at) => show_time(*at, zone),
        Figure::Span(None) => "-".to_owned(),
        Figure::Span(Some(span)) => {
            let seconds = span.as_secs();
            let (days, rest) = (seconds / 86_400, seconds % 86_400);
            let clock = format!("{}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
            match (days, rest) {
                (0, _) => clock,
                (days, 0) => format!("{days} d"),
                (days, _) => format!("{days} d {clock}"),
            }
        }
        Figure::Text(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_matter() {
        let cases = [
            (0.0, "0"),
            (3.0, "3"),
            (1234567.891, "1,234,567.89"),
            (41_116_700.0, "41,116,700"),
            (-98765.4, "-98,765.40"),
            (12.34567, "12.346"),
            (-5.000_000_01, "-5"),
            (99.999_99, "100"),
            (10.5, "10.500"),
            (0.123456, "0.1235"),
            (1e-7, "1.000e-7"),
            (f64::NAN, "-"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn precise_numbers_show_something() {
        for (value, expected) in
            [(0.0, "0.000000"), (6.88872857, "6.888729"), (1e-9, "1.000000e-9")]
        {
            assert_eq!(precise(value), expected);
        }
        assert_eq!((percent(0.07), percent(-0.125)), ("7 %".into(), "-12.5 %".into()));
    }
}
