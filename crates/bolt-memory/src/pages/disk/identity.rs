//! To which store a folder belongs.
//!
//! Every folder has a file that names the store and its tiers. A store that was opened without one
//! of its folders would take old copies of pages for the newest, so it is refused.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::super::error::{Doing, PageError};
use super::super::tier::Tier;

const NAME: &str = "store.pages";
const FIRST_LINE: &str = "bolt page store 1";

/// A store as its folders know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pages) struct Identity {
    pub(in crate::pages) store: u64,
    pub(in crate::pages) tiers: Vec<Tier>,
    pub(in crate::pages) page: u64,
}

impl Identity {
    fn text(&self) -> String {
        let names: Vec<&str> = self.tiers.iter().map(|tier| tier.name()).collect();
        let Self { store, page, .. } = self;
        format!("{FIRST_LINE}\nstore {store:016x}\ntiers {}\npage {page}\n", names.join(" "))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != FIRST_LINE {
            return None;
        }
        let store = u64::from_str_radix(lines.next()?.strip_prefix("store ")?, 16).ok()?;
        let names = lines.next()?.strip_prefix("tiers ")?.split(' ');
        let tier = |name| Tier::ALL.into_iter().find(|tier| tier.name() == name);
        let tiers = names.map(tier).collect::<Option<_>>()?;
        let page = lines.next()?.strip_prefix("page ")?.parse().ok()?;
        Some(Self { store, tiers, page })
    }

    fn told(&self) -> String {
        let names: Vec<&str> = self.tiers.iter().map(|tier| tier.name()).collect();
        format!("with pages of {} B in the folders {}", self.page, names.join(", "))
    }

    /// Returns what a folder says, if it is not new.
    pub(in crate::pages) fn read(folder: &Path) -> Result<Option<Self>, PageError> {
        let path = folder.join(NAME);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            text => text.doing("reading", &path)?,
        };
        let unknown = || PageError::OtherStore {
            path: folder.to_owned(),
            found: "that is not known here".to_owned(),
            asked: "as one of this version".to_owned(),
        };
        Self::parse(&text).map(Some).ok_or_else(unknown)
    }

    /// Returns an error if a folder's store is not this one, or had folders that this one has not.
    pub(in crate::pages) fn check(&self, found: &Self, folder: &Path) -> Result<(), PageError> {
        let is_same = found.store == self.store
            && found.page == self.page
            && found.tiers.iter().all(|tier| self.tiers.contains(tier));
        if is_same {
            return Ok(());
        }
        let other = if found.store == self.store { "" } else { "other than the first folder's, " };
        Err(PageError::OtherStore {
            path: folder.to_owned(),
            found: format!("{other}{}", found.told()),
            asked: self.told(),
        })
    }

    /// Writes it to a folder, whole or not at all.
    pub(in crate::pages) fn write(&self, folder: &Path) -> Result<(), PageError> {
        let (path, new) = (folder.join(NAME), folder.join("store.pages.new"));
        let written = File::create(&new)
            .and_then(|mut file| {
                file.write_all(self.text().as_bytes()).and_then(|()| file.sync_all())
            })
            .and_then(|()| std::fs::rename(&new, &path))
            .and_then(|()| File::open(folder)?.sync_all());
        written.doing("writing", &path)
    }
}

/// Keeps other stores out of a folder until it is dropped.
#[derive(Debug)]
pub(in crate::pages) struct Claim {
    _lock: File,
}

impl Claim {
    /// Makes the folder if it is not there, and claims it.
    pub(in crate::pages) fn of(folder: &Path) -> Result<Self, PageError> {
        std::fs::create_dir_all(folder).doing("making", folder)?;
        let path = folder.join("lock");
        let file = File::options().write(true).create(true).truncate(false).open(&path);
        let file = file.doing("opening", &path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _lock: file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(PageError::InUse(folder.to_owned())),
            Err(std::fs::TryLockError::Error(error)) => Err(error).doing("locking", &path),
        }
    }
}
