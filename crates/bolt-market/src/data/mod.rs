//! Market data: reading, checking, keeping, resampling and making it.
pub mod actions;
mod bars;
mod calendar;
mod check;
mod column;
pub mod csv;
mod date;
mod error;
mod files;
mod frame;
mod gaps;
mod hash;
mod interval;
mod load;
mod names;
mod panel;
#[cfg(feature = "parquet")]
pub mod parquet;
mod report;
pub mod resample;
pub mod sample;
pub mod store;
mod table;
mod trades;
mod zone;

pub use bars::Bars;
pub use calendar::{Calendar, CalendarCheck, CustomCalendar, Session};
pub use check::{OnProblem, Policy};
pub use date::Date;

pub use column::{ALIGNMENT, Column, Element};
pub use error::{
    DataError, FileFault, RowFault, RowFaultKind, RowFaults, StoreFault, UnknownColumn, UnknownZone,
};
pub use files::replace;
pub use frame::{FrameKind, TimeBasis, TimeSource};
pub use interval::Interval;
pub use load::{Dataset, LoadOptions, load, load_many, load_text, write};
pub use names::ColumnOptions;
pub use panel::Panel;
pub use report::{Gap, Gaps, Repair, RepairKind, RepairReport};
pub use trades::Trades;
pub use zone::{Local, Zone, ZoneClock};

pub(crate) use resample::period;
