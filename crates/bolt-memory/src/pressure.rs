//! Pressure from outside: what the reservations cannot know.

mod machine;

use std::path::PathBuf;

use bolt_hardware::Unavailable;

pub use machine::{ControlGroup, MachineMemory, Stalls};

/// A source of pressure, such as the resident memory of the process against a limit.
///
/// Sources are read when [`Budget::poll`](crate::Budget::poll) is called, in no other thread.
pub trait Pressure: Send + Sync {
    /// Returns the name in reports.
    fn name(&self) -> &str;

    /// Returns how full memory is: 0 is empty, 1 is where something fails or is killed.
    ///
    /// # Errors
    /// If the machine cannot say.
    fn ratio(&self) -> Result<f64, Unavailable>;
}

/// What a source said.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The source.
    pub source: String,
    /// Its ratio, never NaN and never negative.
    pub ratio: Result<f64, Unavailable>,
}

impl Reading {
    pub(crate) fn take(source: &dyn Pressure) -> Self {
        let ratio = source.ratio().and_then(|ratio| match ratio {
            ratio if ratio >= 0.0 => Ok(ratio),
            ratio => Err(Unavailable::new(format!("{ratio} is no ratio"))),
        });
        Self { source: source.name().to_owned(), ratio }
    }
}

/// The resident memory of this process against a limit, without mapped files, which the kernel can
/// drop. Linux.
#[derive(Debug, Clone)]
pub struct ResidentMemory {
    limit: u64,
    page_bytes: u64,
    statm: PathBuf,
}

impl ResidentMemory {
    /// Returns the source that is 1 when `limit` bytes are resident.
    pub fn new(limit: bolt_base::Bytes) -> Self {
        Self {
            limit: limit.0,
            page_bytes: rustix::param::page_size() as u64,
            statm: PathBuf::from("/proc/self/statm"),
        }
    }

    /// Returns the resident bytes that are of no file.
    ///
    /// # Errors
    /// If the operating system does not say.
    pub fn bytes(&self) -> Result<u64, Unavailable> {
        let path = self.statm.display();
        let text = std::fs::read_to_string(&self.statm)
            .map_err(|error| Unavailable::new(format!("cannot read `{path}`: {error}")))?;
        // The second number is the resident pages, the third those of them that are of files.
        let mut numbers = text.split(' ').skip(1).map(str::parse::<u64>);
        let pages = match (numbers.next(), numbers.next()) {
            (Some(Ok(resident)), Some(Ok(of_files))) => resident.checked_sub(of_files),
            _ => None,
        };
        pages
            .and_then(|pages| pages.checked_mul(self.page_bytes))
            .ok_or_else(|| Unavailable::new(format!("`{path}` has no counts of resident pages")))
    }
}

impl Pressure for ResidentMemory {
    fn name(&self) -> &str {
        "resident memory"
    }

    fn ratio(&self) -> Result<f64, Unavailable> {
        if self.limit == 0 {
            return Err(Unavailable::new("the limit is 0"));
        }
        Ok(self.bytes()? as f64 / self.limit as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Bytes;

    #[test]
    #[cfg(target_os = "linux")]
    fn resident_memory_grows_with_what_is_written() {
        let source = ResidentMemory::new(Bytes(1 << 40));
        let before = source.bytes().unwrap();
        let written = std::hint::black_box(vec![1u8; 64 << 20]);
        let after = source.bytes().unwrap();
        assert!(after >= before + (48 << 20), "{before} to {after} with {}", written.len());
        let ratio = source.ratio().unwrap();
        assert!(ratio > 0.0 && ratio < 0.1, "{ratio}");
    }

    #[test]
    fn what_cannot_be_read_is_unavailable() {
        let source = |limit: u64, statm: &str| ResidentMemory {
            limit,
            page_bytes: 4096,
            statm: PathBuf::from(statm),
        };
        let why = |source: ResidentMemory| Reading::take(&source).ratio.unwrap_err().to_string();
        assert!(why(source(1, "/nowhere")).starts_with("unavailable (cannot read `/nowhere`: "));
        let other = "unavailable (`/proc/self/comm` has no counts of resident pages)";
        assert_eq!(why(source(1, "/proc/self/comm")), other);
        assert_eq!(why(source(0, "/proc/self/statm")), "unavailable (the limit is 0)");
    }

    #[test]
    fn a_reading_is_a_ratio_or_unavailable() {
        struct Says(f64);
        impl Pressure for Says {
            fn name(&self) -> &str {
                "says"
            }
            fn ratio(&self) -> Result<f64, Unavailable> {
                Ok(self.0)
            }
        }
        assert_eq!(Reading::take(&Says(0.5)).ratio, Ok(0.5));
        assert_eq!(Reading::take(&Says(7.0)).ratio, Ok(7.0));
        for wrong in [f64::NAN, -0.1] {
            assert!(Reading::take(&Says(wrong)).ratio.is_err(), "{wrong}");
        }
    }
}
