//! Options of drawings: ranges, axes, labels.

use bolt_plot::{Aspect, Axis, Figure, Scale, Ticks};

use super::super::{args_of, colors, name_of, reading};
use crate::builtins::options::Options;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::Value;

/// Takes over the options of a drawing.
pub(super) fn read(
    session: &mut Session,
    options: &Options<'_>,
    figure: &mut Figure,
) -> Evaluated<()> {
    let get = |session: &Session, name: &str| options.get(session, name).cloned();
    if let Some(ratio) = get(session, "AspectRatio") {
        match reading::number(session, &ratio)? {
            Some(ratio) => figure.aspect = Aspect::Ratio(ratio),
            None if name_of(session, &ratio) == Some("Full") => figure.aspect = Aspect::Ratio(1.0),
            None => {}
        }
    }
    figure.clips = options.is_set(session, "PlotRangeClipping");
    figure.has_frame = get(session, "Frame").is_some_and(|frame| is_wanted(&frame));
    if let Some(value) = get(session, "Background") {
        figure.background = colors::color(session, &value)?;
    }
    if let Some(value) = get(session, "PlotLabel") {
        figure.title = reading::text(session, &value)?;
    }
    size(session, options, figure)?;
    ranges(session, options, figure)?;
    axes(session, options, figure)
}

/// Returns whether a setting asks for anything: `True`, `Automatic`, or a list with such.
fn is_wanted(value: &Value) -> bool {
    match value.as_list() {
        Some(list) => list.iter().any(is_wanted),
        None => value.is(sym::True) || value.is(sym::Automatic) || value.is(sym::All),
    }
}

/// Reads how large a drawing is to be.
pub(super) fn size(
    session: &mut Session,
    options: &Options<'_>,
    figure: &mut Figure,
) -> Evaluated<()> {
    let Some(value) = options.get(session, "ImageSize").cloned() else { return Ok(()) };
    let each = match value.as_list() {
        Some([width, height]) => [Some(width), Some(height)],
        _ => [Some(&value), None],
    };
    for (size, value) in figure.size.iter_mut().zip(each) {
        let Some(value) = value else { continue };
        let named = match name_of(session, value) {
            Some("Tiny") => Some(120.0),
            Some("Small") => Some(240.0),
            Some("Medium") => Some(480.0),
            Some("Large") => Some(800.0),
            _ => None,
        };
        *size = match named {
            Some(_) => named,
            None => reading::number(session, value)?.filter(|size| *size > 0.0 && *size < 1e5),
        };
    }
    Ok(())
}

/// Reads `PlotRange` and `PlotRangePadding`.
fn ranges(session: &mut Session, options: &Options<'_>, figure: &mut Figure) -> Evaluated<()> {
    if let Some(value) = options.get(session, "PlotRange").cloned() {
        let ranges = range_of(session, &value)?;
        for (axis, range) in figure.axes.iter_mut().zip(ranges) {
            axis.range = range;
        }
    }
    let padding = options.get(session, "PlotRangePadding").cloned();
    let sides = match padding.as_ref().and_then(Value::as_list) {
        Some([x, y]) => [Some(x.clone()), Some(y.clone())],
        _ => [padding.clone(), padding],
    };
    for (axis, value) in figure.axes.iter_mut().zip(sides) {
        // An explicit range is kept to; what is drawn gets room.
        let is_given = axis.range.iter().all(Option::is_some);
        let default = if is_given { 0.0 } else { 0.04 };
        axis.padding = [default, default];
        let Some(value) = value else { continue };
        let ends = match value.as_list() {
            Some([low, high]) => [low.clone(), high.clone()],
            _ => [value.clone(), value],
        };
        for (pad, end) in axis.padding.iter_mut().zip(ends) {
            *pad = padding_of(session, &end, default)?;
        }
    }
    Ok(())
}

fn padding_of(session: &mut Session, value: &Value, default: f64) -> Evaluated<f64> {
    if value.is(sym::None) {
        return Ok(0.0);
    }
    match args_of(session, value, "Scaled") {
        Some([share]) => Ok(reading::number(session, &share.clone())?.unwrap_or(default)),
        _ => Ok(default),
    }
}

/// The ends of a range, as far as they are given.
pub(in crate::builtins::graphics) type Ends = [Option<f64>; 2];

/// Reads a range of values across and up: `{{a, b}, {c, d}}`, `{c, d}`, `r` or words.
pub(in crate::builtins::graphics) fn range_of(
    session: &mut Session,
    value: &Value,
) -> Evaluated<[Ends; 2]> {
    let none = [None; 2];
    if let Some(reach) = reading::number(session, value)? {
        return Ok([none, [Some(-reach), Some(reach)]]);
    }
    let Some([first, second]) = value.as_list() else { return Ok([none, none]) };
    let (first, second) = (first.clone(), second.clone());
    if let (Some(low), Some(high)) =
        (reading::number(session, &first)?, reading::number(session, &second)?)
    {
        return Ok([none, [Some(low), Some(high)]]);
    }
    if first.as_list().is_none()
        && second.as_list().is_none()
        && reading::number(session, &first)?.is_some()
    {
        return Ok([none, ends(session, value)?]);
    }
    Ok([ends(session, &first)?, ends(session, &second)?])
}

/// Reads `{low, high}`, a reach or a word.
pub(in crate::builtins::graphics) fn ends(session: &mut Session, value: &Value) -> Evaluated<Ends> {
    if let Some(reach) = reading::number(session, value)? {
        return Ok([Some(-reach), Some(reach)]);
    }
    let Some([low, high]) = value.as_list() else { return Ok([None; 2]) };
    let (low, high) = (low.clone(), high.clone());
    Ok([reading::number(session, &low)?, reading::number(session, &high)?])
}

/// Reads `Axes`, `Frame`, their labels, ticks and grid.
fn axes(session: &mut Session, options: &Options<'_>, figure: &mut Figure) -> Evaluated<()> {
    let get = |session: &Session, name: &str| options.get(session, name).cloned();
    let shown = get(session, "Axes");
    let has_frame = figure.has_frame;
    let labels = get(session, if has_frame { "FrameLabel" } else { "AxesLabel" });
    let ticks = get(session, if has_frame { "FrameTicks" } else { "Ticks" });
    let grid = get(session, "GridLines");
    let origin = match get(session, "AxesOrigin") {
        Some(origin) => reading::numbers::<2>(session, &origin)?,
        None => None,
    };
    let scaling = get(session, "ScalingFunctions");
    for (side, axis) in figure.axes.iter_mut().enumerate() {
        axis.is_shown = has_frame || of_side(shown.as_ref(), side).is_some_and(|v| is_wanted(&v));
        axis.origin = origin.map(|origin| origin[side]);
        axis.scale = match of_side(scaling.as_ref(), side).as_ref().and_then(Value::as_str) {
            Some("Log" | "Log10" | "Log2") => Scale::Logarithmic,
            Some("Date") => Scale::Time,
            _ => Scale::Linear,
        };
        if axis.is_shown {
            axis.ticks = Ticks::Automatic;
        }
        if let Some(ticks) = of_side(ticks.as_ref(), side) {
            axis.ticks = self::ticks(session, &ticks, axis)?;
        }
        if let Some(grid) = of_side(grid.as_ref(), side) {
            axis.grid = self::ticks(session, &grid, axis)?;
        }
        let label = match labels.as_ref().and_then(Value::as_list) {
            Some(list) => list.get(side).cloned(),
            // A label alone is that of the axis up; of a frame that below.
            None => labels.clone().filter(|_| (side == 1) != has_frame),
        };
        if let Some(label) = label {
            axis.label = reading::text(session, &label)?;
        }
    }
    Ok(())
}

/// Returns the part of a setting that one axis gets.
fn of_side(value: Option<&Value>, side: usize) -> Option<Value> {
    match value?.as_list() {
        // {{left, right}, {bottom, top}} of frames
        Some([sides, across])
            if sides.as_list().is_some_and(|l| l.len() == 2 && side == 1 && is_choice(l)) =>
        {
            let _ = across;
            sides.as_list().and_then(|list| list.first()).cloned()
        }
        Some([_, across])
            if side == 0 && across.as_list().is_some_and(|l| l.len() == 2 && is_choice(l)) =>
        {
            across.as_list().and_then(|list| list.first()).cloned()
        }
        Some(list @ ([_, _] | [_, _, _, _])) => list.get(side).cloned(),
        Some(_) => None,
        None => value.cloned(),
    }
}

/// Returns whether each element is a setting of its own, not a tick.
fn is_choice(list: &[Value]) -> bool {
    let is_one = |value: &Value| value.as_symbol().is_some() || value.as_list().is_some();
    list.iter().all(is_one) && list.iter().any(|value| value.as_symbol().is_some())
}

/// Reads places on an axis: `{x, ...}`, `{{x, label}, ...}` or a word.
fn ticks(session: &mut Session, value: &Value, axis: &Axis) -> Evaluated<Ticks> {
    let Some(list) = value.as_list() else {
        return Ok(match value.is(sym::None) || value.is(sym::False) {
            true => Ticks::None,
            false => Ticks::Automatic,
        });
    };
    let mut places = Vec::new();
    for tick in list {
        let (at, label) = match tick.as_list() {
            Some([at, label, ..]) => (at, Some(label)),
            Some([at]) => (at, None),
            _ => (tick, Some(tick)),
        };
        let Some(place) = reading::number(session, at)? else { continue };
        let label = match label {
            Some(label) => reading::text(session, label)?.unwrap_or_default(),
            None => String::new(),
        };
        let place = if axis.scale == Scale::Logarithmic { place.ln() } else { place };
        places.push((place, label));
    }
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(Ticks::At(places))
}
