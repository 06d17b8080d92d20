//! Colours.

/// A colour of the screen: red, green, blue and how opaque it is, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Color {
    /// Red.
    pub red: f64,
    /// Green.
    pub green: f64,
    /// Blue.
    pub blue: f64,
    /// 1 hides what is below, 0 nothing of it.
    pub alpha: f64,
}

impl Color {
    /// Returns an opaque colour; parts beyond 0 and 1 are brought there.
    pub fn new(red: f64, green: f64, blue: f64) -> Self {
        let part = |part: f64| if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
        Self { red: part(red), green: part(green), blue: part(blue), alpha: 1.0 }
    }

    /// Returns an opaque colour of three bytes.
    pub const fn hex(rgb: u32) -> Self {
        Self {
            red: ((rgb >> 16) & 0xff) as f64 / 255.0,
            green: ((rgb >> 8) & 0xff) as f64 / 255.0,
            blue: (rgb & 0xff) as f64 / 255.0,
            alpha: 1.0,
        }
    }

    /// Returns it as opaque as this.
    pub fn with_alpha(self, alpha: f64) -> Self {
        Self { alpha: if alpha.is_finite() { alpha.clamp(0.0, 1.0) } else { 1.0 }, ..self }
    }

    /// Returns its three bytes.
    pub fn bytes(self) -> [u8; 3] {
        [self.red, self.green, self.blue].map(|part| (part * 255.0).round() as u8)
    }

    /// Returns it as style sheets write it, but for its opacity: `#0a5fae`.
    pub fn css(self) -> String {
        let [red, green, blue] = self.bytes();
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// Returns how bright it is, from 0 to 1.
    pub fn brightness(self) -> f64 {
        0.2126 * self.red + 0.7152 * self.green + 0.0722 * self.blue
    }

    /// Returns the colour at a share of the way to another.
    pub fn mix(self, other: Self, share: f64) -> Self {
        let part = |from: f64, to: f64| from + (to - from) * share;
        Self {
            red: part(self.red, other.red),
            green: part(self.green, other.green),
            blue: part(self.blue, other.blue),
            alpha: part(self.alpha, other.alpha),
        }
    }

    /// Returns the colour at a place from 0 to 1 among some that are evenly spaced.
    pub fn blend(colors: &[Self], at: f64) -> Option<Self> {
        let last = colors.len().checked_sub(1)?;
        let place = if at.is_finite() { at.clamp(0.0, 1.0) * last as f64 } else { 0.0 };
        let below = (place.floor() as usize).min(last);
        Some(colors[below].mix(colors[(below + 1).min(last)], place - below as f64))
    }
}
