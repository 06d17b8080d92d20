//! Bars that a calendar expects and the data do not have.

use std::ops::Range;

use bolt_base::UnixNanos;

use super::calendar::{Calendar, SessionFinder};
use super::date::Date;
use super::frame::TimeBasis;
use super::interval::Interval;
use super::report::{Gap, Gaps, LISTED};

/// Calendars to try, the narrowest first: the first that contains 99 of 100 bars is taken. A few
/// bars outside are common where a venue changes its clock on other days than New York.
const CANDIDATES: [Calendar; 4] =
    [Calendar::Nyse, Calendar::Forex, Calendar::Weekdays, Calendar::Always];

/// Counts and lists the gaps between ascending times. Without a calendar it takes the narrowest
/// known one that contains nearly every bar.
pub(crate) fn find(
    times: &[UnixNanos],
    interval: Option<Interval>,
    calendar: Option<&Calendar>,
    basis: &TimeBasis,
) -> Gaps {
    let (Some(interval), [first, .., last]) = (interval, times) else { return Gaps::default() };
    match interval {
        Interval::Time(nanos) => {
            let spans_of = |calendar: &Calendar| {
                calendar.open_spans(*first, UnixNanos(last.0.saturating_add(nanos)))
            };
            let contains = |calendar: &&Calendar| contains_nearly_all(&spans_of(calendar), times);
            let found = calendar.or_else(|| CANDIDATES.iter().find(contains));
            let calendar = found.unwrap_or(&Calendar::Always);
            let spans = spans_of(calendar);
            let mut spans = OpenTime::new(&spans);
            let missing = |a: UnixNanos, b: UnixNanos| {
                (b.0.saturating_sub(a.0) > nanos)
                    .then(|| spans.between(a.0.saturating_add(nanos), b.0) / nanos)
            };
            collect(calendar, times, missing)
        }
        Interval::Days(_) | Interval::Weeks(_) | Interval::Months(_) => {
            let contains = |calendar: &&Calendar| {
                let outside = trading_dates(times, calendar, basis).filter(Option::is_none);
                let allowed = allowed_outside(times.len());
                interval == Interval::Days(1) && outside.take(allowed + 1).count() <= allowed
            };
            let found = calendar.or_else(|| CANDIDATES.iter().find(contains));
            let calendar = found.unwrap_or(&Calendar::Always);
            let mut clock = basis.zone.clock();
            let mut dates = trading_dates(times, calendar, basis)
                .zip(times)
                .map(|(date, &at)| date.unwrap_or_else(|| Date::of_local(clock.local(at))));
            let mut before = dates.next();
            let missing = |_, _| {
                let (a, b) = (before?, dates.next()?);
                before = Some(b);
                Some(missing_periods(a, b, interval, calendar))
            };
            collect(calendar, times, missing)
        }
    }
}

/// Builds the report from the number of bars missing between each pair of neighbours.
fn collect(
    calendar: &Calendar,
    times: &[UnixNanos],
    mut missing: impl FnMut(UnixNanos, UnixNanos) -> Option<i64>,
) -> Gaps {
    let mut gaps = Gaps { calendar: calendar.name().to_owned(), ..Gaps::default() };
    for pair in times.windows(2) {
        let missing_bars = missing(pair[0], pair[1]).unwrap_or(0).max(0) as u64;
        if missing_bars > 0 {
            gaps.count += 1;
            gaps.missing_bars += missing_bars;
            if gaps.first.len() < LISTED {
                gaps.first.push(Gap { after: pair[0], before: pair[1], missing_bars });
            }
        }
    }
    gaps
}

/// How many of `bars` may lie outside a calendar that is taken for theirs.
fn allowed_outside(bars: usize) -> usize {
    bars / 100
}

/// Whether nearly all times lie in a span; both ascend.
fn contains_nearly_all(spans: &[Range<i64>], times: &[UnixNanos]) -> bool {
    let mut spans = spans.iter();
    let mut span = 0..0;
    let mut outside = 0;
    for at in times {
        while at.0 >= span.end {
            let Some(next) = spans.next() else {
                span = i64::MAX..i64::MAX;
                break;
            };
            span = next.clone();
        }
        outside += usize::from(!span.contains(&at.0));
        if outside > allowed_outside(times.len()) {
            return false;
        }
    }
    true
}

/// Sums the open time of ascending ranges.
struct OpenTime<'a> {
    spans: &'a [Range<i64>],
}

impl<'a> OpenTime<'a> {
    fn new(spans: &'a [Range<i64>]) -> Self {
        Self { spans }
    }

    fn between(&mut self, from: i64, to: i64) -> i64 {
        let passed = self.spans.iter().take_while(|span| span.end <= from).count();
        self.spans = &self.spans[passed..];
        let inside = self.spans.iter().take_while(|span| span.start < to);
        inside.map(|span| (span.end.min(to) - span.start.max(from)).max(0)).sum()
    }
}

/// The trading date of each bar, or `None` if it lies in no session of the calendar. Where all
/// bars are at midnight they stand for dates; else each lies within a session.
pub(crate) fn trading_dates(
    times: &[UnixNanos],
    calendar: &Calendar,
    basis: &TimeBasis,
) -> impl Iterator<Item = Option<Date>> {
    let mut clock = basis.zone.clock();
    let mut sessions = SessionFinder::new(calendar);
    let by_session = matches!(calendar, Calendar::Nyse | Calendar::Forex | Calendar::Custom(_));
    times.iter().map(move |&at| {
        if by_session && !basis.dates_only {
            return sessions.find(at).map(|session| session.date);
        }
        let date = Date::of_local(clock.local(at));
        calendar.is_session(date).then_some(date)
    })
}

fn missing_periods(a: Date, b: Date, interval: Interval, calendar: &Calendar) -> i64 {
    let days = i64::from(b.0) - i64::from(a.0);
    let rounded = |length: i64| (days + length / 2) / length - 1;
    match interval {
        Interval::Days(1) => {
            (a.0 + 1..b.0).filter(|&date| calendar.is_session(Date(date))).count() as i64
        }
        Interval::Days(count) => rounded(i64::from(count)),
        Interval::Weeks(count) => rounded(7 * i64::from(count)),
        Interval::Months(count) => {
            let month = |date: Date| {
                let (year, month, _) = date.parts();
                i64::from(year) * 12 + i64::from(month)
            };
            (month(b) - month(a)) / i64::from(count) - 1
        }
        Interval::Time(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::frame::TimeSource;
    use crate::data::zone::Zone;

    const MINUTE: i64 = 60_000_000_000;

    fn at(date: &str, minute: i64) -> UnixNanos {
        UnixNanos(date.parse::<Date>().unwrap().midnight() + minute * MINUTE)
    }

    #[track_caller]
    fn check(times: &[UnixNanos], interval: &str, expected: (&str, u64, u64)) {
        let interval = interval.parse().unwrap();
        let basis = TimeBasis::of(Zone::utc(), TimeSource::Naive, times);
        let gaps = find(times, Some(interval), None, &basis);
        assert_eq!((gaps.calendar.as_str(), gaps.count, gaps.missing_bars), expected, "{gaps:?}");
    }

    #[test]
    fn minutes_around_the_clock() {
        let times: Vec<_> = (0..10_000)
            .filter(|minute| !(100..105).contains(minute) && *minute != 500)
            .map(|minute| at("2024-03-09", minute))
            .collect();
        check(&times, "1m", ("24/7", 2, 6));
    }

    #[test]
    fn the_night_of_an_exchange_is_no_gap() {
        let day = |date: &str, first: i64| {
            (0..390).filter(|m| *m != 200).map(|m| at(date, first + m)).collect::<Vec<_>>()
        };
        // The clock changes between these two days.
        let times = [day("2024-03-08", 870), day("2024-03-11", 810)].concat();
        check(&times, "1m", ("nyse", 2, 2));
    }

    #[test]
    fn currencies_rest_over_the_weekend() {
        let hours = |date: &str, first: i64, count: i64| {
            (0..count).map(|h| at(date, (first + h) * 60)).collect::<Vec<_>>()
        };
        let times = [hours("2024-01-12", 0, 22), hours("2024-01-14", 22, 30)].concat();
        check(&times, "1h", ("forex", 0, 0));
    }

    #[test]
    fn days_of_an_exchange() {
        let mut dates = ["2001-09-07", "2001-09-10", "2001-09-17", "2001-09-18", "2001-09-20"]
            .map(|d| at(d, 0));
        check(&dates, "1d", ("nyse", 1, 1));
        dates[0] = at("2001-09-09", 0);
        check(&dates, "1d", ("24/7", 2, 7));
    }

    #[test]
    fn longer_periods() {
        let dates = ["2024-01-31", "2024-02-29", "2024-04-30"].map(|d| at(d, 0));
        check(&dates, "1M", ("24/7", 1, 1));
        let dates = ["2024-01-01", "2024-01-08", "2024-01-29"].map(|d| at(d, 0));
        check(&dates, "1w", ("24/7", 1, 2));
    }

    #[test]
    fn dates_in_a_zone() {
        let zone = Zone::named("America/New_York").unwrap();
        let times = [at("2024-03-08", 300), at("2024-03-11", 240), at("2024-03-13", 240)];
        let basis = TimeBasis::of(zone, TimeSource::Instant, &times);
        let gaps = find(&times, Some(Interval::Days(1)), None, &basis);
        assert_eq!((gaps.calendar.as_str(), gaps.missing_bars), ("nyse", 1));
    }

    /// The obvious way: ask of every minute whether the market is open.
    #[test]
    fn counting_agrees_with_asking_every_minute() {
        let mut rng = bolt_base::Rng::new(1);
        for calendar in CANDIDATES {
            let open = |minute: &i64| calendar.is_open(at("2024-03-07", *minute));
            let open: Vec<i64> = (0..7 * 1440).step_by(5).filter(open).collect();
            let kept: Vec<i64> = open.iter().copied().filter(|_| rng.uniform() < 0.9).collect();
            let inner =
                open.iter().filter(|m| **m > kept[0] && **m < kept[kept.len() - 1]).count() + 2;
            let times: Vec<_> = kept.iter().map(|&m| at("2024-03-07", m)).collect();
            let gaps = find(
                &times,
                Some(Interval::Time(5 * MINUTE)),
                Some(&calendar),
                &TimeBasis::default(),
            );
            assert_eq!(gaps.missing_bars, (inner - kept.len()) as u64, "{calendar:?}");
        }
    }
}
