//! Colours: their models, and names of colours.

use bolt_plot::Color;

use super::head_of;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Value};

/// Names of colours, with red, green and blue; one number is a grey.
const NAMES: &[(&str, &[f64])] = &[
    ("Red", &[1.0, 0.0, 0.0]),
    ("Green", &[0.0, 1.0, 0.0]),
    ("Blue", &[0.0, 0.0, 1.0]),
    ("Black", &[0.0]),
    ("White", &[1.0]),
    ("Gray", &[0.5]),
    ("Cyan", &[0.0, 1.0, 1.0]),
    ("Magenta", &[1.0, 0.0, 1.0]),
    ("Yellow", &[1.0, 1.0, 0.0]),
    ("Brown", &[0.6, 0.4, 0.2]),
    ("Orange", &[1.0, 0.5, 0.0]),
    ("Pink", &[1.0, 0.5, 0.5]),
    ("Purple", &[0.5, 0.0, 0.5]),
    ("LightRed", &[1.0, 0.85, 0.85]),
    ("LightGreen", &[0.88, 1.0, 0.88]),
    ("LightBlue", &[0.87, 0.94, 1.0]),
    ("LightGray", &[0.85]),
    ("LightCyan", &[0.9, 1.0, 1.0]),
    ("LightMagenta", &[1.0, 0.9, 1.0]),
    ("LightYellow", &[1.0, 1.0, 0.85]),
    ("LightBrown", &[0.94, 0.91, 0.88]),
    ("LightOrange", &[1.0, 0.9, 0.8]),
    ("LightPink", &[1.0, 0.925, 0.925]),
    ("LightPurple", &[0.94, 0.88, 0.94]),
];

/// Gives the names of colours their values.
pub(super) fn set_names(session: &mut Session) {
    let exact = |part: &f64| match part.fract() == 0.0 {
        true => Value::Integer(*part as i64),
        false => Value::Real(*part),
    };
    let heads = [session.system_symbol("GrayLevel"), session.system_symbol("RGBColor")];
    let values = NAMES.iter().map(|(name, parts)| {
        let head = heads[usize::from(parts.len() == 3)];
        (*name, Value::call(head, parts.iter().map(exact).collect::<Args>()))
    });
    let gray = |session: &mut Session, level: i64, alpha: i64| {
        let head = session.system_symbol("GrayLevel");
        Value::call(head, [Value::Integer(level), Value::Integer(alpha)])
    };
    let transparent = gray(session, 0, 0);
    for (name, value) in values.chain([("Transparent", transparent)]).collect::<Vec<_>>() {
        let symbol = session.system_symbol(name);
        session.definition_mut(symbol).own = Some(value);
    }
}

/// Returns whether a call of this name is a colour.
pub(super) fn is_model(name: &str) -> bool {
    matches!(
        name,
        "RGBColor"
            | "GrayLevel"
            | "Hue"
            | "CMYKColor"
            | "LABColor"
            | "XYZColor"
            | "LCHColor"
            | "LUVColor"
    )
}

/// Reads a colour; `None` if it is none.
pub(super) fn color(session: &mut Session, value: &Value) -> Evaluated<Option<Color>> {
    let Some(name) = head_of(session, value).filter(|name| is_model(name)).map(str::to_owned)
    else {
        return Ok(None);
    };
    let args = value.as_call().map(crate::value::Call::args).unwrap_or_default();
    let args = match args {
        [only] => match only.as_list() {
            Some(inner) => inner,
            None => args,
        },
        _ => args,
    };
    if let [Value::String(text)] = args {
        return Ok((name == "RGBColor").then(|| of_text(text)).flatten());
    }
    let mut parts = Vec::with_capacity(args.len());
    for arg in args {
        let Some(part) = session.machine_value(arg)? else { return Ok(None) };
        parts.push(part);
    }
    Ok(of_parts(&name, &parts))
}

/// Reads `#0a5fae` or `#05a`.
fn of_text(text: &str) -> Option<Color> {
    let digits = text.strip_prefix('#')?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    match digits.len() {
        6 => Some(Color::hex(value)),
        3 => {
            let part = |shift: u32| ((value >> shift) & 0xf) * 0x11;
            Some(Color::hex(part(8) << 16 | part(4) << 8 | part(0)))
        }
        _ => None,
    }
}

/// Returns a colour by its parts in a model.
pub(super) fn of_parts(model: &str, parts: &[f64]) -> Option<Color> {
    let with = |color: Color, alpha: Option<&f64>| match alpha {
        Some(alpha) => color.with_alpha(*alpha),
        None => color,
    };
    Some(match (model, parts) {
        ("GrayLevel", [level, rest @ ..]) if rest.len() < 2 => {
            with(Color::new(*level, *level, *level), rest.first())
        }
        ("RGBColor", [r, g, b, rest @ ..]) if rest.len() < 2 => {
            with(Color::new(*r, *g, *b), rest.first())
        }
        ("Hue", [h]) => of_hue(*h, 1.0, 1.0),
        ("Hue", [h, s]) => of_hue(*h, *s, 1.0),
        ("Hue", [h, s, b, rest @ ..]) if rest.len() < 2 => with(of_hue(*h, *s, *b), rest.first()),
        ("CMYKColor", [c, m, y]) => Color::new(1.0 - c, 1.0 - m, 1.0 - y),
        ("CMYKColor", [c, m, y, k, rest @ ..]) if rest.len() < 2 => {
            let part = |ink: f64| (1.0 - ink) * (1.0 - k);
            with(Color::new(part(*c), part(*m), part(*y)), rest.first())
        }
        ("XYZColor", [x, y, z, rest @ ..]) if rest.len() < 2 => {
            with(of_xyz([*x, *y, *z]), rest.first())
        }
        ("LABColor", [l, a, b, rest @ ..]) if rest.len() < 2 => {
            with(of_xyz(xyz_of_lab([*l, *a, *b])), rest.first())
        }
        ("LCHColor", [l, c, h, rest @ ..]) if rest.len() < 2 => {
            let angle = h * std::f64::consts::TAU;
            with(of_xyz(xyz_of_lab([*l, c * angle.cos(), c * angle.sin()])), rest.first())
        }
        ("LUVColor", [l, u, v, rest @ ..]) if rest.len() < 2 => {
            with(of_xyz(xyz_of_luv([*l, *u, *v])), rest.first())
        }
        _ => return None,
    })
}

/// Returns the parts of a colour in a model.
pub(super) fn parts_in(model: &str, color: Color) -> Option<Vec<f64>> {
    let Color { red, green, blue, .. } = color;
    Some(match model {
        "RGBColor" => vec![red, green, blue],
        "GrayLevel" if red == green && green == blue => vec![red],
        // The weights of the eye's colours in the standard of television (ITU-R BT.601).
        "GrayLevel" => vec![0.299 * red + 0.587 * green + 0.114 * blue],
        "Hue" => to_hue(color).to_vec(),
        "CMYKColor" => {
            let key = 1.0 - red.max(green).max(blue);
            let part = |light: f64| if key < 1.0 { (1.0 - light - key) / (1.0 - key) } else { 0.0 };
            vec![part(red), part(green), part(blue), key]
        }
        "XYZColor" => xyz(color).to_vec(),
        "LABColor" => lab(color).to_vec(),
        "LCHColor" => {
            let [l, a, b] = lab(color);
            let turn = b.atan2(a) / std::f64::consts::TAU;
            vec![l, a.hypot(b), turn.rem_euclid(1.0)]
        }
        "LUVColor" => luv(xyz(color)).to_vec(),
        _ => return None,
    })
}

fn of_hue(hue: f64, saturation: f64, brightness: f64) -> Color {
    let (s, b) = (saturation.clamp(0.0, 1.0), brightness.clamp(0.0, 1.0));
    let sector = hue.rem_euclid(1.0) * 6.0;
    let part = |shift: f64| {
        let at = (sector + shift).rem_euclid(6.0);
        b - b * s * at.min(4.0 - at).clamp(0.0, 1.0)
    };
    Color::new(part(5.0), part(3.0), part(1.0))
}

fn to_hue(Color { red, green, blue, .. }: Color) -> [f64; 3] {
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let span = most - least;
    let hue = match span {
        _ if span == 0.0 => 0.0,
        _ if most == red => ((green - blue) / span).rem_euclid(6.0),
        _ if most == green => (blue - red) / span + 2.0,
        _ => (red - green) / span + 4.0,
    };
    [hue / 6.0, if most > 0.0 { span / most } else { 0.0 }, most]
}

/// The white of the light D50, which the standard of colour profiles refers to.
const WHITE: [f64; 3] = [0.964_203, 1.0, 0.824_905];
/// From linear sRGB to XYZ under D50 (Bradford's adaptation).
const TO_XYZ: [[f64; 3]; 3] = [
    [0.436_074_7, 0.385_064_9, 0.143_080_4],
    [0.222_504_5, 0.716_878_6, 0.060_616_9],
    [0.013_932_2, 0.097_104_5, 0.714_173_3],
];
const FROM_XYZ: [[f64; 3]; 3] = [
    [3.133_856_1, -1.616_866_7, -0.490_614_6],
    [-0.978_768_4, 1.916_141_5, 0.033_454_0],
    [0.071_945_3, -0.228_991_4, 1.405_242_7],
];

fn times(matrix: &[[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

/// Returns the parts of a colour in the space of the eye (CIE 1931, D50).
pub(super) fn xyz(color: Color) -> [f64; 3] {
    let linear = |part: f64| match part <= 0.04045 {
        true => part / 12.92,
        false => ((part + 0.055) / 1.055).powf(2.4),
    };
    times(&TO_XYZ, [linear(color.red), linear(color.green), linear(color.blue)])
}

fn of_xyz(xyz: [f64; 3]) -> Color {
    let gamma = |part: f64| match part <= 0.003_130_8 {
        true => 12.92 * part,
        false => 1.055 * part.powf(1.0 / 2.4) - 0.055,
    };
    let [r, g, b] = times(&FROM_XYZ, xyz);
    Color::new(gamma(r), gamma(g), gamma(b))
}

/// Returns lightness, from red to green and from yellow to blue (CIE 1976), each divided by 100.
pub(super) fn lab(color: Color) -> [f64; 3] {
    let f = |t: f64| match t > 216.0 / 24389.0 {
        true => t.cbrt(),
        false => (24389.0 / 27.0 * t + 16.0) / 116.0,
    };
    let xyz = xyz(color);
    let [x, y, z] = [0, 1, 2].map(|i| f(xyz[i] / WHITE[i]));
    [1.16 * y - 0.16, 5.0 * (x - y), 2.0 * (y - z)]
}

fn xyz_of_lab([l, a, b]: [f64; 3]) -> [f64; 3] {
    let y = (l + 0.16) / 1.16;
    let inverse = |t: f64| match t.powi(3) > 216.0 / 24389.0 {
        true => t.powi(3),
        false => (116.0 * t - 16.0) * 27.0 / 24389.0,
    };
    let parts = [y + a / 5.0, y, y - b / 2.0];
    [0, 1, 2].map(|i| inverse(parts[i]) * WHITE[i])
}

fn chromaticity([x, y, z]: [f64; 3]) -> [f64; 2] {
    let sum = x + 15.0 * y + 3.0 * z;
    if sum > 0.0 { [4.0 * x / sum, 9.0 * y / sum] } else { chromaticity(WHITE) }
}

fn luv(xyz: [f64; 3]) -> [f64; 3] {
    let y = xyz[1] / WHITE[1];
    let l = if y > 216.0 / 24389.0 { 1.16 * y.cbrt() - 0.16 } else { y * 24389.0 / 2700.0 };
    let ([u, v], [u0, v0]) = (chromaticity(xyz), chromaticity(WHITE));
    [l, 13.0 * l * (u - u0), 13.0 * l * (v - v0)]
}

fn xyz_of_luv([l, u, v]: [f64; 3]) -> [f64; 3] {
    if l <= 0.0 {
        return [0.0; 3];
    }
    let [u0, v0] = chromaticity(WHITE);
    let (u, v) = (u / (13.0 * l) + u0, v / (13.0 * l) + v0);
    let y = if l > 0.08 { ((l + 0.16) / 1.16).powi(3) } else { l * 2700.0 / 24389.0 };
    [y * 9.0 * u / (4.0 * v), y, y * (12.0 - 3.0 * u - 20.0 * v) / (4.0 * v)]
}
