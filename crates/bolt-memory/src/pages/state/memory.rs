//! Pages in the tiers of memory.

use std::io;

use bolt_base::Bytes;

use super::super::device::Device;
use super::super::error::PageError;
use super::super::heat::Heat;
use super::super::tier::Tier;
use super::{Place, Room, State};

impl Room {
    pub(super) fn used(&self) -> usize {
        self.order.len()
    }

    /// Returns whether a page of some heat belongs here: there is room, or it is hotter than one
    /// that is here.
    fn takes(&self, heat: Heat) -> bool {
        self.used() < self.limit || self.order.first().is_some_and(|(coldest, _)| *coldest < heat)
    }
}

pub(super) fn failed(device: &dyn Device, source: io::Error) -> PageError {
    PageError::Device { device: device.description(), source }
}

impl State {
    /// Returns whether the budget counts the pages of a memory tier.
    fn is_counted(&self, tier: Tier) -> bool {
        match (tier, &self.gpu) {
            (Tier::Gpu, Some(gpu)) => gpu.device.is_host_memory(),
            _ => true,
        }
    }

    fn room(&mut self, tier: Tier) -> &mut Room {
        match (tier, &mut self.gpu) {
            (Tier::Gpu, Some(gpu)) => &mut gpu.room,
            _ => &mut self.cpu,
        }
    }

    /// Returns the highest tier of memory that takes a page of some heat.
    pub(super) fn place_for(&self, heat: Heat) -> Option<Tier> {
        match &self.gpu {
            Some(gpu) if gpu.room.takes(heat) => Some(Tier::Gpu),
            _ => self.cpu.takes(heat).then_some(Tier::Cpu),
        }
    }

    /// Puts a page that is known and not in memory into a tier of memory.
    ///
    /// # Errors
    /// If there is no room, for lack of a tier below or of the budget; then nothing has changed.
    pub(super) fn insert(&mut self, tier: Tier, id: u64, bytes: &[u8]) -> Result<(), PageError> {
        self.insert_reserved(tier, id, bytes, false)
    }

    /// As [`State::insert`], of a page whose memory may be reserved already.
    fn insert_reserved(
        &mut self,
        tier: Tier,
        id: u64,
        bytes: &[u8],
        is_reserved: bool,
    ) -> Result<(), PageError> {
        while self.room(tier).used() >= self.room(tier).most {
            self.demote(tier)?;
        }
        let is_to_reserve = self.is_counted(tier) && !is_reserved;
        if is_to_reserve {
            self.reserve()?;
        }
        let placed = match (tier, &mut self.gpu) {
            (Tier::Gpu, Some(gpu)) => {
                let slot = gpu.free.pop().expect("as many slots as pages");
                let length = bytes.len();
                match gpu.device.upload(slot, bytes) {
                    Ok(()) => Ok(Place::Gpu { slot, length }),
                    Err(error) => {
                        gpu.free.push(slot);
                        Err(failed(&*gpu.device, error))
                    }
                }
            }
            _ => Ok(Place::Cpu(bytes.into())),
        };
        match placed {
            Ok(place) => self.settle(tier, id, place),
            Err(error) => {
                if is_to_reserve {
                    self.give_back(tier);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    fn settle(&mut self, tier: Tier, id: u64, place: Place) {
        let entry = self.entries.get_mut(&id).expect("a page that is known");
        entry.place = place;
        let heat = entry.heat;
        self.room(tier).order.insert((heat, id));
    }

    /// Reserves memory for a page, if need be what other pages give up.
    fn reserve(&mut self) -> Result<(), PageError> {
        let page = Bytes(self.page as u64);
        loop {
            let Err(refused) = self.memory.try_grow(page) else { return Ok(()) };
            if self.cpu.used() == 0 || self.disks.is_empty() {
                return Err(refused.into());
            }
            self.demote(Tier::Cpu)?;
        }
    }

    fn give_back(&mut self, tier: Tier) {
        if self.is_counted(tier) {
            self.memory.shrink(Bytes(self.page as u64));
        }
    }

    /// Takes a page out of memory.
    pub(super) fn leave_memory(&mut self, id: u64) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let tier = match std::mem::replace(&mut entry.place, Place::Nowhere) {
            Place::Nowhere => return,
            Place::Gpu { slot, .. } => {
                let gpu = self.gpu.as_mut().expect("a page is there");
                gpu.device.discard(slot);
                gpu.free.push(slot);
                Tier::Gpu
            }
            Place::Cpu(_) => Tier::Cpu,
        };
        entry.is_dirty = false;
        let heat = entry.heat;
        if std::mem::take(&mut entry.is_ahead) {
            self.counts.prefetch.wasted += 1;
            self.counts.prefetch.waiting -= 1;
        }
        self.room(tier).order.remove(&(heat, id));
        self.give_back(tier);
    }

    /// Changes a page in memory, where it is.
    pub(super) fn overwrite(&mut self, id: u64, bytes: &[u8]) -> Result<(), PageError> {
        let entry = self.entries.get_mut(&id).expect("a page that is known");
        match &mut entry.place {
            Place::Gpu { slot, length } => {
                let gpu = self.gpu.as_ref().expect("a page is there");
                let uploaded = gpu.device.upload(*slot, bytes);
                uploaded.map_err(|error| failed(&*gpu.device, error))?;
                *length = bytes.len();
            }
            Place::Cpu(kept) if kept.len() == bytes.len() => kept.copy_from_slice(bytes),
            place => *place = Place::Cpu(bytes.into()),
        }
        entry.is_dirty = true;
        if std::mem::take(&mut entry.is_ahead) {
            self.counts.prefetch.wasted += 1;
            self.counts.prefetch.waiting -= 1;
        }
        Ok(())
    }

    /// Copies a page in memory to the front of `out` and returns its length.
    pub(super) fn copy_out(&self, id: u64, out: &mut [u8]) -> Result<usize, PageError> {
        match &self.entries.get(&id).expect("a page that is known").place {
            Place::Nowhere => Ok(0),
            Place::Cpu(bytes) => {
                out[..bytes.len()].copy_from_slice(bytes);
                Ok(bytes.len())
            }
            Place::Gpu { slot, length } => {
                let gpu = self.gpu.as_ref().expect("a page is there");
                let downloaded = gpu.device.download(*slot, &mut out[..*length]);
                downloaded.map_err(|error| failed(&*gpu.device, error))?;
                Ok(*length)
            }
        }
    }

    /// Moves a page from the machine's memory to the device's, if it belongs there.
    pub(super) fn promote(&mut self, id: u64) {
        let Some(entry) = self.entries.get(&id) else { return };
        if self.place_for(entry.heat) != Some(Tier::Gpu) {
            return;
        }
        if let Err(error) = self.move_in_memory(id, Tier::Cpu, Tier::Gpu) {
            self.note_failure(&error);
        }
        self.relieve();
    }

    /// Moves a page between the tiers of memory. If that fails it stays where it was.
    pub(super) fn move_in_memory(
        &mut self,
        id: u64,
        from: Tier,
        to: Tier,
    ) -> Result<(), PageError> {
        let started = self.clock.now();
        let mut bytes = vec![0; self.page];
        let length = self.copy_out(id, &mut bytes)?;
        let entry = self.entries.get_mut(&id).expect("a page that is known");
        let (heat, is_dirty, is_ahead) = (entry.heat, entry.is_dirty, entry.is_ahead);
        // The old place is given up only when there is a new one.
        let old = std::mem::replace(&mut entry.place, Place::Nowhere);
        self.room(from).order.remove(&(heat, id));
        let is_reserved = self.is_counted(from);
        let inserted = self.insert_reserved(to, id, &bytes[..length], is_reserved);
        let entry = self.entries.get_mut(&id).expect("a page that is known");
        if inserted.is_err() {
            entry.place = old;
            self.room(from).order.insert((heat, id));
            return inserted;
        }
        (entry.is_dirty, entry.is_ahead) = (is_dirty, is_ahead);
        if let (Place::Gpu { slot, .. }, Some(gpu)) = (old, &mut self.gpu) {
            gpu.device.discard(slot);
            gpu.free.push(slot);
        }
        if !self.is_counted(to) {
            self.give_back(from);
        }
        self.note_migration(from, to, 1, length, Some(started));
        Ok(())
    }

    /// Moves pages down from every tier that has passed its threshold.
    pub(in crate::pages) fn relieve(&mut self) {
        for tier in [Tier::Gpu, Tier::Cpu] {
            if tier == Tier::Gpu && self.gpu.is_none() {
                continue;
            }
            while self.room(tier).used() > self.room(tier).limit {
                if let Err(error) = self.demote(tier) {
                    self.note_failure(&error);
                    break;
                }
            }
        }
    }

    /// Makes room in a tier of memory by moving its coldest pages down.
    ///
    /// # Errors
    /// If the tiers below take none; then all pages stay where they were.
    pub(super) fn demote(&mut self, tier: Tier) -> Result<(), PageError> {
        if tier == Tier::Cpu {
            return self.demote_to_disk();
        }
        let Some((_, coldest)) = self.room(Tier::Gpu).order.first().copied() else { return Ok(()) };
        self.move_in_memory(coldest, Tier::Gpu, Tier::Cpu)
    }

    /// Gives memory back to the budget and returns how much.
    pub(in crate::pages) fn reclaim(&mut self, bytes: u64) -> u64 {
        let before = self.memory.bytes().0;
        let given = |state: &Self| before - state.memory.bytes().0;
        while given(self) < bytes && !self.disks.is_empty() {
            let is_gpu_counted = self.gpu.is_some() && self.is_counted(Tier::Gpu);
            let tier = match self.cpu.used() {
                0 if is_gpu_counted && self.room(Tier::Gpu).used() > 0 => Tier::Gpu,
                0 => break,
                _ => Tier::Cpu,
            };
            if let Err(error) = self.demote(tier) {
                self.note_failure(&error);
                break;
            }
        }
        given(self)
    }
}
