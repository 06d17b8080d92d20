//! Legends.

use bolt_plot::{Bar, Figure, Key, Mark};

use super::super::styles::Look;
use super::super::{args_of, head_of, reading};
use super::shapes;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

/// Reads `Legended[drawing, legend]`.
pub(super) fn legended(
    session: &mut Session,
    drawing: &Value,
    rest: &[Value],
) -> Evaluated<Option<Figure>> {
    let Some(mut figure) = super::figure(session, drawing)? else { return Ok(None) };
    for legend in rest {
        read(session, legend, &mut figure)?;
    }
    Ok(Some(figure))
}

fn read(session: &mut Session, legend: &Value, figure: &mut Figure) -> Evaluated<()> {
    if let Some([inner, ..]) = args_of(session, legend, "Placed") {
        let inner = inner.clone();
        return read(session, &inner, figure);
    }
    if let Some(list) = legend.as_list() {
        return list.to_vec().iter().try_for_each(|one| read(session, one, figure));
    }
    let mark = match head_of(session, legend) {
        Some("LineLegend") => Mark::Line,
        Some("PointLegend") => Mark::Point,
        Some("SwatchLegend") => Mark::Area,
        Some("BarLegend") => return bar(session, legend, figure),
        _ => {
            let text = reading::text(session, legend)?;
            let key = |text| Key { text, style: Look::default().style, mark: Mark::Line };
            figure.legend.extend(text.map(key));
            return Ok(());
        }
    };
    let [styles, labels, ..] = legend.as_call().map(Call::args).unwrap_or_default() else {
        return Ok(());
    };
    let (styles, labels) =
        (styles.as_list().unwrap_or_default(), labels.as_list().unwrap_or_default());
    for (style, label) in styles.iter().zip(labels) {
        let mut look = Look::default();
        look.apply_all(session, std::slice::from_ref(style))?;
        if let Some(text) = reading::text(session, label)? {
            figure.legend.push(Key { text, style: look.filled(), mark });
        }
    }
    Ok(())
}

/// Reads `BarLegend[{colors, {low, high}}]`.
fn bar(session: &mut Session, legend: &Value, figure: &mut Figure) -> Evaluated<()> {
    let first = legend.as_call().and_then(|call| call.args().first()).cloned();
    if let Some([function, range]) = first.as_ref().and_then(Value::as_list)
        && let Some([low, high]) = reading::numbers::<2>(session, range)?
        && low < high
    {
        figure.bar = Some(Bar { colors: shapes::gradient(session, Some(function)), low, high });
    }
    Ok(())
}
