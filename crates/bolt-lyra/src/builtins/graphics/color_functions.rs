//! Functions of colours.

use bolt_plot::{Color, theme};
use triomphe::Arc;

use super::colors::{self, color, is_model};
use super::{args_of, head_of};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Blend",
        Attributes::NONE,
        blend,
        "Blend[{c1, c2}] is the colour halfway between two; Blend[{c1, c2, ...}, x] is the colour at \
         x from 0 to 1 among evenly spaced ones, Blend[{{x1, c1}, ...}, x] among those at places, \
         Blend[{c1, ...}, {w1, ...}] a mixture with weights.",
        &[
            ("Blend[{Red, Blue}]", "RGBColor[0.5, 0., 0.5]"),
            ("Blend[{Black, White}, 0.25]", "GrayLevel[0.25]"),
        ],
    ),
    builtin(
        "Lighter",
        Attributes::NONE,
        |s, c| toward(s, c, 1.0),
        "Lighter[c] is the colour c a third of the way to white, Lighter[c, x] the share x of it.",
        &[
            ("Lighter[Blue, 1/2]", "RGBColor[0.5, 0.5, 1.]"),
            ("Lighter[GrayLevel[0.5], 1/2]", "GrayLevel[0.75]"),
        ],
    ),
    builtin(
        "Darker",
        Attributes::NONE,
        |s, c| toward(s, c, 0.0),
        "Darker[c] is the colour c a third of the way to black, Darker[c, x] the share x of it.",
        &[("Darker[Red, 1/2]", "RGBColor[0.5, 0., 0.]"), ("Darker[White, 1/4]", "GrayLevel[0.75]")],
    ),
    builtin(
        "ColorNegate",
        Attributes::NONE,
        negate,
        "ColorNegate[c] is the colour that adds up to white with c.",
        &[
            ("ColorNegate[Yellow]", "RGBColor[0., 0., 1.]"),
            ("ColorNegate[GrayLevel[0.25]]", "GrayLevel[0.75]"),
        ],
    ),
    builtin(
        "ColorConvert",
        Attributes::NONE,
        convert,
        "ColorConvert[c, model] is the colour c in a model: \"RGB\", \"Grayscale\", \"HSB\", \"CMYK\", \
         \"XYZ\", \"LAB\", \"LCH\" or \"LUV\", or the head of its colours.",
        &[
            ("ColorConvert[Red, \"HSB\"]", "Hue[0., 1., 1.]"),
            ("ColorConvert[GrayLevel[0.5], RGBColor]", "RGBColor[0.5, 0.5, 0.5]"),
        ],
    ),
    builtin(
        "ColorDistance",
        Attributes::NONE,
        distance,
        "ColorDistance[c1, c2] is how different two colours look: their distance in LAB. \
         DistanceFunction -> \"CIE94\" weighs chroma, \"DeltaL\" takes lightness alone.",
        &[("Round[1000 ColorDistance[Black, White]]", "1000"), ("ColorDistance[Red, Red]", "0.")],
    ),
    builtin(
        "ColorQ",
        Attributes::NONE,
        |s, c| match c.args() {
            [value] => {
                let value = value.clone();
                Ok(Step::Done(Value::boolean(color(s, &value)?.is_some())))
            }
            _ => Ok(Step::Same),
        },
        "ColorQ[e] is True if e is a colour.",
        &[("ColorQ[Red]", "True"), ("ColorQ[RGBColor[1, x, 0]]", "False")],
    ),
    builtin(
        "ColorData",
        Attributes::NONE,
        data,
        "ColorData[\"name\"] is a scheme of colours, a function of numbers from 0 to 1; \
         ColorData[97] and ColorData[97, n] are colours of curves. ColorData[\"Gradients\"] lists \
         the schemes.",
        &[
            ("ColorData[\"GrayTones\"][0.5]", "RGBColor[0.5, 0.5, 0.5]"),
            ("ColorData[97, 1]", "RGBColor[0.368417, 0.506779, 0.709798]"),
        ],
    ),
];

/// Reads the parts of a colour and its model, as it was written.
fn read(session: &mut Session, value: &Value) -> Evaluated<Option<(String, Color)>> {
    let Some(color) = color(session, value)? else { return Ok(None) };
    Ok(head_of(session, value).map(|model| (model.to_owned(), color)))
}

/// Writes a colour in a model.
pub(super) fn written(session: &mut Session, model: &str, color: Color) -> Value {
    let mut parts = colors::parts_in(model, color).unwrap_or_default();
    if color.alpha < 1.0 {
        parts.push(color.alpha);
    }
    let head = session.system_symbol(model);
    Value::call(head, parts.into_iter().map(Value::Real).collect::<Args>())
}

/// Returns the model of a mixture: greys among themselves stay greys.
fn common(models: &[String]) -> &'static str {
    match models.iter().all(|model| model == "GrayLevel") {
        true => "GrayLevel",
        false => "RGBColor",
    }
}

fn blend(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (list, at) = match call.args() {
        [list] => (list.clone(), Value::Real(0.5)),
        [list, at] => (list.clone(), at.clone()),
        args => {
            let count = args.len();
            session.wrong_count_of("Blend", count, 1, 2);
            return Ok(Step::Same);
        }
    };
    let Some(elements) = list.as_list() else { return Ok(Step::Same) };
    let last = (elements.len().max(2) - 1) as f64;
    let (mut models, mut stops) = (Vec::new(), Vec::new());
    for (i, element) in elements.iter().enumerate() {
        let (place, value) = match element.as_list() {
            Some([place, value]) => (session.machine_value(place)?, value.clone()),
            _ => (Some(i as f64 / last), element.clone()),
        };
        let (Some(place), Some((model, color))) = (place, read(session, &value)?) else {
            return Ok(Step::Same);
        };
        models.push(model);
        stops.push((place, color));
    }
    let Some(mixed) = mixed(session, &mut stops, &at)? else { return Ok(Step::Same) };
    Ok(Step::Done(written(session, common(&models), mixed)))
}

/// Returns the colour at a place between others, or their mixture with weights.
fn mixed(
    session: &mut Session,
    stops: &mut [(f64, Color)],
    at: &Value,
) -> Evaluated<Option<Color>> {
    if let Some(weights) = at.as_list() {
        let mut total = 0.0;
        let mut sum = [0.0; 4];
        for (weight, (_, color)) in weights.iter().zip(stops.iter()) {
            let Some(weight) = session.machine_value(weight)? else { return Ok(None) };
            total += weight;
            let parts = [color.red, color.green, color.blue, color.alpha];
            sum.iter_mut().zip(parts).for_each(|(sum, part)| *sum += weight * part);
        }
        let [r, g, b, a] = sum.map(|part| part / total);
        return Ok((weights.len() == stops.len() && total > 0.0)
            .then(|| Color::new(r, g, b).with_alpha(a)));
    }
    let Some(at) = session.machine_value(at)? else { return Ok(None) };
    stops.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(first), Some(last)) = (stops.first(), stops.last()) else { return Ok(None) };
    if at <= first.0 || at.is_nan() {
        return Ok(Some(first.1));
    }
    let Some(pair) = stops.windows(2).find(|pair| at <= pair[1].0) else { return Ok(Some(last.1)) };
    let share = (at - pair[0].0) / (pair[1].0 - pair[0].0);
    Ok(Some(pair[0].1.mix(pair[1].1, share)))
}

fn toward(session: &mut Session, call: &mut Arc<Call>, end: f64) -> Evaluated<Step> {
    let (value, share) = match call.args() {
        [value] => (value.clone(), Some(1.0 / 3.0)),
        [value, share] => {
            let (value, share) = (value.clone(), share.clone());
            (value, session.machine_value(&share)?)
        }
        args => {
            let count = args.len();
            let name = if end > 0.5 { "Lighter" } else { "Darker" };
            session.wrong_count_of(name, count, 1, 2);
            return Ok(Step::Same);
        }
    };
    let (Some(share), Some((model, color))) = (share, read(session, &value)?) else {
        return Ok(Step::Same);
    };
    let end = Color::new(end, end, end).with_alpha(color.alpha);
    let model = if model == "GrayLevel" { "GrayLevel" } else { "RGBColor" };
    Ok(Step::Done(written(session, model, color.mix(end, share.clamp(0.0, 1.0)))))
}

fn negate(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value] = call.args() else { return Ok(Step::Same) };
    let value = value.clone();
    let Some((model, color)) = read(session, &value)? else { return Ok(Step::Same) };
    let model = if model == "GrayLevel" { "GrayLevel" } else { "RGBColor" };
    let other = Color::new(1.0 - color.red, 1.0 - color.green, 1.0 - color.blue);
    Ok(Step::Done(written(session, model, other.with_alpha(color.alpha))))
}

fn convert(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value, model] = call.args() else { return Ok(Step::Same) };
    let (value, model) = (value.clone(), model.clone());
    if let Some(list) = value.as_list() {
        let head = call.head().clone();
        let each = |one: &Value| Value::call(head.clone(), [one.clone(), model.clone()]);
        return Ok(Step::Again(Value::list(list.iter().map(each).collect::<Args>())));
    }
    let name = match &model {
        Value::String(name) => name.to_string(),
        _ => super::name_of(session, &model).unwrap_or_default().to_owned(),
    };
    let head = match name.as_str() {
        "RGB" => "RGBColor",
        "Grayscale" => "GrayLevel",
        "HSB" | "Hue" => "Hue",
        "CMYK" => "CMYKColor",
        "XYZ" => "XYZColor",
        "LAB" => "LABColor",
        "LCH" => "LCHColor",
        "LUV" => "LUVColor",
        other if is_model(other) => other,
        _ => return Ok(Step::Same),
    };
    let Some((own, color)) = read(session, &value)? else { return Ok(Step::Same) };
    Ok(Step::Done(if own == head { value } else { written(session, head, color) }))
}

fn distance(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let [a, b] = args else { return Ok(Step::Same) };
    let method = match options.get(session, "DistanceFunction") {
        None => "CIE76".to_owned(),
        Some(method) => match method.as_str().or_else(|| super::name_of(session, method)) {
            Some(name) => name.to_owned(),
            None => return Ok(Step::Same),
        },
    };
    if let (Some(a), Some(b)) = (a.as_list(), b.as_list())
        && a.len() == b.len()
    {
        let rest = &call.args()[2..];
        let each = |(a, b): (&Value, &Value)| {
            let args: Args = [a, b].into_iter().chain(rest).cloned().collect();
            Value::call(call.head().clone(), args)
        };
        return Ok(Step::Again(Value::list(a.iter().zip(b).map(each).collect::<Args>())));
    }
    let (a, b) = (a.clone(), b.clone());
    let (Some(a), Some(b)) = (color(session, &a)?, color(session, &b)?) else {
        return Ok(Step::Same);
    };
    let (a, b) = (colors::lab(a), colors::lab(b));
    let [dl, da, db] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let chroma = |lab: [f64; 3]| lab[1].hypot(lab[2]);
    let dc = chroma(a) - chroma(b);
    Ok(match method.as_str() {
        "CIE76" | "EuclideanDistance" | "Automatic" => {
            Step::Done(Value::Real((dl * dl + da * da + db * db).sqrt()))
        }
        "CIE94" | "CIE1994" => {
            let dh = (da * da + db * db - dc * dc).max(0.0);
            let (sc, sh) = (1.0 + 4.5 * chroma(a), 1.0 + 1.5 * chroma(a));
            Step::Done(Value::Real((dl * dl + (dc / sc).powi(2) + dh / (sh * sh)).sqrt()))
        }
        "DeltaL" => Step::Done(Value::Real(dl.abs())),
        "DeltaC" => Step::Done(Value::Real(dc.abs())),
        "DeltaH" => Step::Done(Value::Real((da * da + db * db - dc * dc).max(0.0).sqrt())),
        _ => Step::Same,
    })
}

/// The colours of curves that are known as number 97.
const CURVES: [[f64; 3]; 10] = [
    [0.368417, 0.506779, 0.709798],
    [0.880722, 0.611041, 0.142051],
    [0.560181, 0.691569, 0.194885],
    [0.922526, 0.385626, 0.209179],
    [0.528488, 0.470624, 0.701351],
    [0.772079, 0.431554, 0.102387],
    [0.363898, 0.618501, 0.782349],
    [1.0, 0.75, 0.0],
    [0.647624, 0.37816, 0.614037],
    [0.571589, 0.586483, 0.0],
];

/// Schemes of colours from low to high.
const SCHEMES: &[(&str, &[u32])] = &[
    ("Automatic", &[]),
    ("BlueGreenYellow", &[0x1d1a60, 0x2a6a8c, 0x53a68a, 0xa8cf74, 0xf3f0a0]),
    ("DeepSeaColors", &[0x2b0a56, 0x28418f, 0x3b7fc4, 0x7db6e6, 0xdcebff]),
    ("GrayTones", &[0x000000, 0xffffff]),
    ("Rainbow", &[0x781c86, 0x4168c0, 0x53a99b, 0xa1be56, 0xe0a53a, 0xdb2122]),
    ("SunsetColors", &[0x000000, 0x5b2a85, 0xc94a5b, 0xf29b3b, 0xfdf1a9, 0xffffff]),
    ("TemperatureMap", &[0x2e4f9e, 0x7fb0dd, 0xe6eef2, 0xf4c27a, 0xb0242a]),
    ("ThermometerColors", &[0x2a2f7c, 0x6f9ad1, 0xe9e9e9, 0xd98468, 0x8a1c23]),
];

/// Returns the colours of a scheme.
pub(super) fn scheme(name: &str) -> Option<Vec<Color>> {
    let (_, colors) = SCHEMES.iter().find(|(known, _)| *known == name)?;
    Some(match colors {
        [] => theme::SEQUENCE.to_vec(),
        _ => colors.iter().map(|rgb| Color::hex(*rgb)).collect(),
    })
}

fn data(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let function = |session: &mut Session, parts: Vec<Value>| {
        let head = session.system_symbol("ColorDataFunction");
        Step::Done(Value::call(head, Args::from(parts)))
    };
    Ok(match call.args() {
        [] => Step::Done(Value::list([Value::string("Gradients"), Value::string("Indexed")])),
        [Value::String(name)] if **name == *"Gradients" => {
            let names = SCHEMES.iter().skip(1).map(|(name, _)| Value::string(*name));
            Step::Done(Value::list(names.collect::<Args>()))
        }
        [Value::String(name)] if **name == *"Indexed" => {
            Step::Done(Value::list([Value::Integer(97)].as_slice()))
        }
        [Value::String(name)] if scheme(name).is_some() => {
            let range = Value::list([Value::Integer(0), Value::Integer(1)]);
            let name = Value::string(name.as_str());
            function(session, vec![name, Value::string("Gradients"), range])
        }
        [Value::Integer(97)] => {
            let range =
                Value::list([Value::Integer(1), Value::Symbol(crate::symbol::sym::Infinity)]);
            function(session, vec![Value::Integer(97), Value::string("Indexed"), range])
        }
        [name, at] => {
            let data = Value::call(call.head().clone(), [name.clone()].as_slice());
            let head = session.evaluate(&data)?;
            match args_of(session, &head, "ColorDataFunction") {
                Some(_) => Step::Again(Value::call(head, [at.clone()].as_slice())),
                None => Step::Same,
            }
        }
        _ => Step::Same,
    })
}

/// Applies a scheme of colours to a number.
pub(crate) fn apply(session: &mut Session, head: &Call, call: &Call) -> Evaluated<Step> {
    let (Some(name), [at]) = (head.args().first(), call.args()) else { return Ok(Step::Same) };
    if let [_, _, _, function] = head.args() {
        return Ok(Step::Again(Value::call(function.clone(), [at.clone()].as_slice())));
    }
    let found = match name {
        Value::Integer(97) => at.as_i64().map(|place| {
            let [r, g, b] = CURVES[(place - 1).rem_euclid(CURVES.len() as i64) as usize];
            Color::new(r, g, b)
        }),
        Value::String(name) => match (scheme(name), session.machine_value(at)?) {
            (Some(colors), Some(at)) => Color::blend(&colors, at),
            _ => None,
        },
        _ => None,
    };
    Ok(match found {
        Some(color) => Step::Done(written(session, "RGBColor", color)),
        None => Step::Same,
    })
}
