//! Directives: how shapes look.

use bolt_plot::theme::Paint;
use bolt_plot::{Edge, Length, Style};

use super::{colors, head_of, name_of, reading};
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

/// How shapes look, while they are read.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    pub(super) style: Style,
    /// The paint of what is filled, where it is another.
    face: Option<(Paint, f64)>,
}

impl Look {
    /// Returns the style of something that is filled.
    pub(super) fn filled(&self) -> Style {
        let mut style = self.style.clone();
        if let Some((paint, opacity)) = self.face {
            (style.paint, style.opacity) = (paint, opacity);
        }
        style
    }

    /// Takes over a directive; returns whether the expression is one.
    pub(super) fn apply(&mut self, session: &mut Session, value: &Value) -> Evaluated<bool> {
        if let Some(color) = colors::color(session, value)? {
            self.style.paint = Paint::of(color);
            self.style.opacity = if color.alpha < 1.0 { 1.0 } else { self.style.opacity };
            return Ok(true);
        }
        if let Some(name) = name_of(session, value) {
            return Ok(self.apply_word(name));
        }
        if let Some((name, value, _)) = sides(value) {
            let name = name_of(session, name).unwrap_or_default().to_owned();
            return self.apply_option(session, &name, value);
        }
        let Some(name) = head_of(session, value).map(str::to_owned) else { return Ok(false) };
        let args = value.as_call().map(Call::args).unwrap_or_default();
        self.apply_call(session, &name, args)
    }

    /// Takes over several; returns whether all of them are directives.
    pub(super) fn apply_all(&mut self, session: &mut Session, values: &[Value]) -> Evaluated<bool> {
        let mut all = true;
        for value in values {
            all &= match value.as_list() {
                Some(inner) => self.apply_all(session, inner)?,
                None => self.apply(session, value)?,
            };
        }
        Ok(all)
    }

    fn apply_word(&mut self, name: &str) -> bool {
        let pixels = |lengths: &[f64]| lengths.iter().map(|l| Length::Pixels(*l)).collect();
        match name {
            "Thick" => self.style.thickness = Length::Pixels(3.0),
            "Thin" => self.style.thickness = Length::Pixels(0.6),
            "Dashed" => self.style.dashes = pixels(&[6.0, 5.0]),
            "Dotted" => self.style.dashes = pixels(&[1.5, 4.0]),
            "DotDashed" => self.style.dashes = pixels(&[1.5, 4.0, 6.0, 4.0]),
            "Bold" => self.style.is_bold = true,
            "Italic" => self.style.is_italic = true,
            "Plain" => (self.style.is_bold, self.style.is_italic) = (false, false),
            "Small" => self.style.font = Some(9.0),
            "Large" => self.style.font = Some(18.0),
            "Automatic" => {}
            _ => return false,
        }
        true
    }

    fn apply_option(
        &mut self,
        session: &mut Session,
        name: &str,
        value: &Value,
    ) -> Evaluated<bool> {
        match name {
            "FontSize" => {
                if let Some(size) = reading::number(session, value)? {
                    self.style.font = Some(size);
                }
            }
            "FontColor" => return self.apply(session, value),
            "FontWeight" | "FontSlant" => return self.apply(session, value),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn apply_call(&mut self, session: &mut Session, name: &str, args: &[Value]) -> Evaluated<bool> {
        match name {
            "Directive" => return self.apply_all(session, args),
            "Thickness" | "AbsoluteThickness" => {
                if let Some(length) = length(session, args, name == "AbsoluteThickness", &LINES)? {
                    self.style.thickness = length;
                }
            }
            "PointSize" | "AbsolutePointSize" => {
                if let Some(length) = length(session, args, name == "AbsolutePointSize", &POINTS)? {
                    self.style.point = length;
                }
            }
            "Dashing" | "AbsoluteDashing" => self.dash(session, args, name == "AbsoluteDashing")?,
            "Opacity" => self.opacity(session, args)?,
            "EdgeForm" => self.edge(session, args)?,
            "FaceForm" => self.face(session, args)?,
            "Arrowheads" | "CapForm" | "JoinForm" | "Specularity" | "Glow" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn dash(&mut self, session: &mut Session, args: &[Value], is_absolute: bool) -> Evaluated<()> {
        let Some(spec) = args.first() else { return Ok(()) };
        let spec = spec.as_list().unwrap_or(std::slice::from_ref(spec));
        let mut dashes = Vec::new();
        for one in spec {
            if let Some(length) = length(session, std::slice::from_ref(one), is_absolute, &DASHES)?
            {
                dashes.push(length);
            }
        }
        if let [only] = dashes[..] {
            dashes.push(only);
        }
        self.style.dashes = dashes;
        Ok(())
    }

    fn opacity(&mut self, session: &mut Session, args: &[Value]) -> Evaluated<()> {
        if let Some(color) = args.get(1) {
            self.apply(session, color)?;
        }
        if let Some(level) = args.first()
            && let Some(level) = reading::number(session, level)?
        {
            self.style.opacity = level.clamp(0.0, 1.0);
        }
        Ok(())
    }

    fn edge(&mut self, session: &mut Session, args: &[Value]) -> Evaluated<()> {
        if let [none] = args
            && none.is(sym::None)
        {
            self.style.edge = None;
            return Ok(());
        }
        let mut look = Self::default();
        look.apply_all(session, args)?;
        let Style { paint, opacity, thickness, .. } = look.style;
        self.style.edge = Some(Edge { paint, opacity, thickness });
        Ok(())
    }

    fn face(&mut self, session: &mut Session, args: &[Value]) -> Evaluated<()> {
        if args.first().is_some_and(|none| none.is(sym::None)) {
            self.style.is_filled = false;
            return Ok(());
        }
        let mut look = Self::default();
        look.style.opacity = self.style.opacity;
        look.apply_all(session, args.get(..1).unwrap_or_default())?;
        self.style.is_filled = true;
        self.face = Some((look.style.paint, look.style.opacity));
        Ok(())
    }
}

/// The lengths that `Tiny`, `Small`, `Medium` and `Large` mean, in pixels.
type Sizes = [f64; 4];
const LINES: Sizes = [0.5, 1.0, 2.0, 4.0];
const POINTS: Sizes = [2.5, 4.0, 6.0, 10.0];
const DASHES: Sizes = [1.5, 3.0, 6.0, 12.0];

fn length(
    session: &mut Session,
    args: &[Value],
    is_absolute: bool,
    sizes: &Sizes,
) -> Evaluated<Option<Length>> {
    let [value] = args else { return Ok(None) };
    let named = match name_of(session, value) {
        Some("Tiny") => Some(sizes[0]),
        Some("Small") => Some(sizes[1]),
        Some("Medium") => Some(sizes[2]),
        Some("Large") => Some(sizes[3]),
        _ => None,
    };
    if let Some(pixels) = named {
        return Ok(Some(Length::Pixels(pixels)));
    }
    let number = reading::number(session, value)?;
    Ok(number.map(|n| if is_absolute { Length::Pixels(n) } else { Length::Share(n) }))
}
