//! Settings that this machine cannot meet, or that contradict one another: what a session refuses,
//! and what can be said of a settings file before there is a session.

use std::sync::Arc;

use bolt_config::{Config, Kind, Knob, Origin, Setting};
use bolt_hardware::Hardware;

use crate::backtest::check_peer_statistics;
use crate::memory::{Memory, MemoryError};
use crate::{SessionError, Trading, kernel_options, machine};

/// Why settings cannot be met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", self.told())]
pub struct SettingError {
    /// The settings, by name, each with where it comes from if that is not the table.
    settings: Vec<(&'static str, Option<String>)>,
    /// What is wrong.
    pub reason: String,
}

impl SettingError {
    pub(crate) fn new(
        config: &Config,
        settings: impl IntoIterator<Item = &'static str>,
        reason: impl Into<String>,
    ) -> Self {
        let source = |name| {
            let setting = setting(config, name);
            (setting.origin != Origin::Default).then(|| setting.source())
        };
        let settings = settings.into_iter().map(|name| (name, source(name))).collect();
        Self { settings, reason: reason.into() }
    }

    /// Returns the names of the settings.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.settings.iter().map(|(name, _)| *name)
    }

    fn told(&self) -> String {
        let told = |(name, source): &(&str, Option<String>)| match source {
            Some(source) => format!("`{name}` ({source})"),
            None => format!("`{name}`"),
        };
        let told: Vec<String> = self.settings.iter().map(told).collect();
        let noun = if told.len() == 1 { "setting" } else { "settings" };
        format!("the {noun} {}", told.join(", "))
    }
}

fn setting<'c>(config: &'c Config, name: &str) -> &'c Setting {
    let mut settings = config.settings().filter(|(knob, _)| knob.name == name);
    settings.next().expect("a setting of the table").1
}

/// What can be said of settings before a session has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckedSettings {
    /// Why a session refuses them.
    pub errors: Vec<SettingError>,
    /// What a session does otherwise than they say.
    pub notes: Vec<String>,
}

/// Does to settings what a session does when it begins, but starts nothing.
pub fn check_settings(config: &Config, hardware: &Hardware) -> CheckedSettings {
    let mut checked = CheckedSettings::default();
    let plan = machine::plan(config, hardware);
    let threads = plan.and_then(|plan| {
        let left = machine::threads_limit(config, hardware);
        let domains = machine::pool_options(config, hardware, &plan, left)?;
        Ok(domains.iter().map(|domain| domain.threads).sum())
    });
    let threads = threads.unwrap_or_else(|error| {
        checked.errors.push(error);
        1
    });
    match Memory::new(config, &Arc::new(hardware.clone()), threads) {
        Ok(memory) => checked.notes.extend(memory.limit.note()),
        Err(error) => checked.errors.push(of_memory(config, error)),
    }
    match kernel_options(config) {
        Ok((_, note)) => checked.notes.extend(note),
        Err(error) => checked.errors.push(error),
    }
    checked.errors.extend(of_market(config));
    checked
}

/// Names the settings that an error of memory is about.
pub(crate) fn of_memory(config: &Config, error: MemoryError) -> SettingError {
    let new =
        |names: &[&'static str], reason| SettingError::new(config, names.iter().copied(), reason);
    match error {
        MemoryError::Shares(error) => {
            let is_set_share = |(knob, setting): &(&Knob, &Setting)| {
                knob.name.starts_with("memory.share_") && setting.origin != Origin::Default
            };
            let set = config.settings().filter(is_set_share).map(|(knob, _)| knob.name);
            new(&set.collect::<Vec<_>>(), error.to_string())
        }
        MemoryError::Thresholds(names, error) => new(&names, error.to_string()),
        MemoryError::NothingLeft { .. } => new(&["memory.reserve"], error.to_string()),
        MemoryError::Unknown(_) | MemoryError::Refused(_) => {
            new(&["memory.limit"], error.to_string())
        }
    }
}

/// Returns why no backtest can have the settings of the market as they are.
fn of_market(config: &Config) -> Option<SettingError> {
    let convention = Trading::of_config(config).convention();
    let checked = convention.and_then(|made| check_peer_statistics(config, &made));
    let Err(SessionError::Engine(error)) = checked else { return None };
    let is_set = |setting: &Setting| setting.origin != Origin::Default;
    let is_cost = |kind: Kind| !matches!(kind, Kind::Choice(_));
    let others = config.settings().filter(|(knob, setting)| {
        knob.name.starts_with("market.") && is_cost(knob.kind) && is_set(setting)
    });
    let names = ["market.convention"].into_iter().chain(others.map(|(knob, _)| knob.name));
    Some(SettingError::new(config, names, error.to_string()))
}

#[cfg(test)]
mod tests;
