//! Drawings of data: what they consist of, where it comes to stand, and how it is written as SVG
//! and as text for terminals.
//!
//! A [`Figure`] holds shapes in the coordinates of its data, with axes. [`svg::write`] and
//! [`terminal::write`] lay it out for a width and write it; the layout decides on ranges, ticks and
//! margins once for both. Nothing here evaluates a formula: [`sample`] asks a closure.
//!
//! Start reading at `figure`, then `layout`.

mod color;
pub mod contour;
mod figure;
mod layout;
mod reduce;
pub mod sample;
pub mod space;
pub mod svg;
pub mod terminal;
pub mod theme;
pub mod ticks;

pub use color::Color;
pub use figure::*;
pub use reduce::reduce;

#[cfg(test)]
mod tests;
