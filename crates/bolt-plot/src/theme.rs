//! The colours of drawings and pages, for light and for dark surroundings.

use crate::color::Color;

/// A colour that depends on the surroundings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    /// What style sheets call it, without the two hyphens.
    pub name: &'static str,
    /// On light paper.
    pub light: Color,
    /// On dark paper.
    pub dark: Color,
    /// Of the 256 colours of terminals one that can be told on both; 0 is that of text.
    pub terminal: u8,
}

const fn tone(name: &'static str, light: u32, dark: u32, terminal: u8) -> Tone {
    Tone { name, light: Color::hex(light), dark: Color::hex(dark), terminal }
}

/// What is behind everything.
pub const PAPER: Tone = tone("paper", 0xfcfcfb, 0x121417, 0);
/// Text and lines that are to be seen first.
pub const INK: Tone = tone("ink", 0x191b1f, 0xe8eaed, 0);
/// Text of axes.
pub const MUTED: Tone = tone("muted", 0x5f6670, 0x98a0aa, 245);
/// Lines of grids.
pub const LINE: Tone = tone("line", 0xe2e3e4, 0x2b2f35, 240);
/// Axes.
pub const STRONG_LINE: Tone = tone("strong-line", 0xb9bcc1, 0x4a5058, 243);
/// Colours of series, which people who see fewer colours can tell apart as well.
pub const SERIES: [Tone; 8] = [
    tone("c0", 0x0a5fae, 0x66b0ff, 32),
    tone("c1", 0xcc5206, 0xff9a57, 208),
    tone("c2", 0x00805f, 0x3ccb9f, 36),
    tone("c3", 0xa94f8f, 0xe59ccb, 169),
    tone("c4", 0x976c00, 0xe6bb45, 178),
    tone("c5", 0x2b93cf, 0x92d3f7, 74),
    tone("c6", 0x6b7079, 0x9aa1ab, 245),
    tone("c7", 0x24262b, 0xf2f3f5, 0),
];
/// Colours from low to high, which every kind of colour vision reads as dark to light.
pub const SEQUENCE: [Color; 5] = [
    Color::hex(0x0b2a52),
    Color::hex(0x455971),
    Color::hex(0x7f8878),
    Color::hex(0xc1ba64),
    Color::hex(0xfdea3f),
];

const GENERAL: [Tone; 5] = [PAPER, INK, MUTED, LINE, STRONG_LINE];

/// Returns all of them as variables of a style sheet that follow its `color-scheme`.
pub fn variables() -> String {
    let variable = |tone: &Tone| {
        format!("  --{}: light-dark({}, {});\n", tone.name, tone.light.css(), tone.dark.css())
    };
    GENERAL.iter().chain(&SERIES).map(variable).collect()
}

/// What something is painted with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Paint {
    /// A colour of the theme.
    Tone(Tone),
    /// A colour whatever is around.
    Color(Color),
}

impl Paint {
    /// Text and lines.
    pub const INK: Self = Self::Tone(INK);

    /// Returns the paint of a colour: black is ink, white is paper, and the light colour of a series
    /// is that of the series.
    pub fn of(color: Color) -> Self {
        let opaque = Color { alpha: 1.0, ..color };
        let is_black = opaque == Color::hex(0);
        let tone = match opaque {
            _ if color.alpha < 1.0 => None,
            _ if is_black => Some(INK),
            _ if opaque == Color::hex(0xff_ffff) => Some(PAPER),
            _ => SERIES.into_iter().find(|tone| tone.light.bytes() == opaque.bytes()),
        };
        tone.map_or(Self::Color(color), Self::Tone)
    }

    /// Returns the colour on light paper.
    pub fn light(self) -> Color {
        match self {
            Self::Tone(tone) => tone.light,
            Self::Color(color) => color,
        }
    }
}
