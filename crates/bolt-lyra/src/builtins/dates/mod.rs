//! Dates and times: the Gregorian calendar, local time as the host of the session tells it.

mod arithmetic;
mod calendar;
mod days;
mod moment;
mod names;
mod objects;
mod reading;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::Builtin;
use crate::session::Session;

pub(super) const TABLES: &[&[Builtin]] = &[arithmetic::TABLE, days::TABLE, objects::TABLE];

/// Returns by how many hours local time is ahead of UTC at a local time.
fn zone(session: &Session, seconds: f64) -> f64 {
    let unix = seconds - (calendar::UNIX_DAYS * calendar::DAY) as f64;
    session.host.hours_ahead(Duration::try_from_secs_f64(unix).unwrap_or_default())
}

/// Returns the local time as seconds since 1900, `None` if the host has no clock.
fn now(session: &mut Session) -> Option<f64> {
    session.hidden_dependence = true;
    let unix = session.host.now()?;
    let ahead = session.host.hours_ahead(unix) * 3600.0;
    Some(unix.as_secs_f64() + ahead + (calendar::UNIX_DAYS * calendar::DAY) as f64)
}
