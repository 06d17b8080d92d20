//! Every setting of the product: one table of knobs, the layers they are read from, and where
//! each value came from.
//!
//! Start at the table in `knobs.rs`: a row there is all it takes to add a setting. From the table
//! come the getters of [`Config`], the terminal help ([`help`]), the reference ([`reference`]) and
//! the JSON Schema ([`schema`]).
//!
//! Layers, strongest first: command-line flags, `BOLT_*` environment variables, the nearest
//! `bolt.toml` or `bolt.yaml` upward from the working directory, the user's `config.toml` or
//! `config.yaml`, a profile, defaults. A layer becomes a list of entries (name, raw value, origin) before
//! anything is interpreted, so TOML and YAML are two ways to make entries.
//!
//! This crate does not know what a setting does, and reads files and the environment in one
//! function only ([`Sources::from_system`]).

mod config;
mod entries;
mod guides;
mod interpret;
mod knob;
mod knobs;
mod likely;
mod problem;
mod profiles;
mod reference;
mod schema;
mod sources;
mod toml_file;
mod value;
mod yaml_file;

#[cfg(test)]
mod tests;

pub use config::{Config, Setting};
pub use interpret::{Check, Effective, Unused, check};
pub use knob::{Kind, Knob, TimeUnit};
pub use knobs::KNOBS;
pub use problem::{Errors, Origin, Problem, ProblemKind};
pub use profiles::{PROFILES, Profile};
pub use reference::{help, reference};
pub use schema::schema;
pub use sources::{Flag, Format, SourceFile, Sources};
pub use value::Value;
