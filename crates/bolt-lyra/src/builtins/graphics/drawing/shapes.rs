//! Primitives in the plane.

use bolt_plot::{Cells, Color, Ellipse, Geometry, Point, Shape, Style, Text};

use super::super::styles::Look;
use super::super::{args_of, color_functions, colors, head_of, name_of, reading};
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Value, grown};

/// Reads primitives, the later above the earlier.
pub(super) struct Reader<'s> {
    pub(super) session: &'s mut Session,
    pub(super) shapes: Vec<Shape>,
    /// Whether axes reach as far as what is read.
    pub(super) counts: bool,
}

impl Reader<'_> {
    /// Reads an expression; directives in it hold for what comes after them in the same list.
    pub(super) fn read(&mut self, value: &Value, look: &mut Look) -> Evaluated<()> {
        let Value::Call(call) = value else {
            look.apply(self.session, value)?;
            return Ok(());
        };
        if let Some(list) = value.as_list() {
            return self.read_all(list, &mut look.clone());
        }
        if sides(value).is_some() || look.apply(self.session, value)? {
            return Ok(());
        }
        let name = head_of(self.session, value).unwrap_or_default().to_owned();
        let args = call.args();
        grown(value.depth(), || match (name.as_str(), args) {
            ("Style", [first, rest @ ..]) => {
                let mut own = look.clone();
                own.apply_all(self.session, rest)?;
                self.read(first, &mut own)
            }
            (
                "Tooltip" | "Annotation" | "Legended" | "GraphicsGroup" | "Mouseover" | "Button"
                | "Hyperlink" | "PopupWindow" | "StatusArea" | "EventHandler" | "Labeled",
                [first, ..],
            ) => self.read(first, &mut look.clone()),
            ("GraphicsComplex", [points, primitives, ..]) => self.complex(points, primitives, look),
            ("Translate", [what, by]) => self.translated(what, by, look),
            ("Inset", [what, rest @ ..]) => self.inset(what, rest, look),
            _ => self.primitive(&name, args, look),
        })
    }

    fn read_all(&mut self, list: &[Value], look: &mut Look) -> Evaluated<()> {
        self.session.check_interrupt()?;
        list.iter().try_for_each(|value| self.read(value, look))
    }

    fn add(&mut self, geometry: Geometry, style: Style) {
        self.shapes.push(Shape { geometry, style, counts: self.counts });
    }

    fn primitive(&mut self, name: &str, args: &[Value], look: &Look) -> Evaluated<()> {
        let first = args.first();
        match name {
            "Line" | "Arrow" | "BezierCurve" | "BSplineCurve" => self.lines(name, first, look)?,
            "Point" => {
                if let Some(first) = first
                    && let Some(points) = reading::one_or_more(self.session, first)?
                {
                    self.add(Geometry::Points(points), look.style.clone());
                }
            }
            "Polygon" | "Triangle" => self.polygons(first, look)?,
            "Rectangle" | "Cuboid" => self.rectangle(args, look)?,
            "Circle" | "Disk" | "Annulus" => self.round(name, args, look)?,
            "RegularPolygon" => self.regular(args, look)?,
            "Text" => self.text(args, look)?,
            "Raster" => self.raster(args, look)?,
            _ => {}
        }
        Ok(())
    }

    fn lines(&mut self, name: &str, first: Option<&Value>, look: &Look) -> Evaluated<()> {
        let Some(first) = first else { return Ok(()) };
        if name == "Arrow"
            && let Some(inner) = args_of(self.session, first, "Line")
        {
            let inner = inner.first().cloned();
            return self.lines(name, inner.as_ref(), look);
        }
        for line in reading::place_lists(self.session, first)?.unwrap_or_default() {
            let geometry = match name {
                "Arrow" => Geometry::Arrow(line),
                "BezierCurve" => Geometry::Line(bezier(&line)),
                _ => Geometry::Line(line),
            };
            self.add(geometry, look.style.clone());
        }
        Ok(())
    }

    fn polygons(&mut self, first: Option<&Value>, look: &Look) -> Evaluated<()> {
        let Some(first) = first else { return Ok(()) };
        // Polygon[outer -> {hole, ...}]
        if let Some((outer, holes, _)) = sides(first) {
            let mut rings = reading::place_lists(self.session, outer)?.unwrap_or_default();
            rings.extend(reading::place_lists(self.session, holes)?.unwrap_or_default());
            self.add(Geometry::Polygon(rings), look.filled());
            return Ok(());
        }
        for ring in reading::place_lists(self.session, first)?.unwrap_or_default() {
            self.add(Geometry::Polygon(vec![ring]), look.filled());
        }
        Ok(())
    }

    fn rectangle(&mut self, args: &[Value], look: &Look) -> Evaluated<()> {
        let mut radius = 0.0;
        let mut corners = Vec::new();
        for arg in args {
            match sides(arg) {
                Some((_, value, _)) => {
                    radius = reading::number(self.session, value)?.unwrap_or(0.0);
                }
                None => corners.push(reading::numbers::<2>(self.session, arg)?),
            }
        }
        let (low, high) = match corners[..] {
            [] => ([0.0; 2], [1.0; 2]),
            [Some(low)] => (low, [low[0] + 1.0, low[1] + 1.0]),
            [Some(low), Some(high)] => (low, high),
            _ => return Ok(()),
        };
        self.add(Geometry::Rectangle(low, high, radius), look.filled());
        Ok(())
    }

    fn round(&mut self, name: &str, args: &[Value], look: &Look) -> Evaluated<()> {
        let centers = match args.first() {
            Some(center) => reading::one_or_more(self.session, center)?,
            None => Some(vec![[0.0; 2]]),
        };
        let mut inner = None;
        let radii = match args.get(1) {
            None if name == "Annulus" => {
                inner = Some(0.5);
                Some([1.0; 2])
            }
            None => Some([1.0; 2]),
            Some(radius) => match reading::number(self.session, radius)? {
                Some(radius) => Some([radius; 2]),
                None if name == "Annulus" => {
                    let both = reading::numbers::<2>(self.session, radius)?;
                    inner = both.map(|both| both[0]);
                    both.map(|both| [both[1]; 2])
                }
                None => reading::numbers::<2>(self.session, radius)?,
            },
        };
        let sector = match args.get(2) {
            Some(angles) => reading::numbers::<2>(self.session, angles)?,
            None => None,
        };
        let Some(radii) = radii else { return Ok(()) };
        for center in centers.unwrap_or_default() {
            self.ring(
                name,
                Ellipse { center, radii, sector, is_filled: name != "Circle" },
                inner,
                look,
            );
        }
        Ok(())
    }

    fn ring(&mut self, name: &str, ellipse: Ellipse, inner: Option<f64>, look: &Look) {
        let Some(inner) = inner else {
            let style = if name == "Circle" { look.style.clone() } else { look.filled() };
            return self.add(Geometry::Ellipse(ellipse), style);
        };
        let [from, to] = ellipse.sector.unwrap_or([0.0, std::f64::consts::TAU]);
        let arc = |radius: f64| -> Vec<Point> {
            let at = |i: usize| from + (to - from) * i as f64 / 120.0;
            let place = |angle: f64| {
                let [x, y] = ellipse.center;
                [x + radius * angle.cos(), y + radius * angle.sin()]
            };
            (0..=120).map(|i| place(at(i))).collect()
        };
        let (outer, inner) = (arc(ellipse.radii[0]), arc(inner));
        let rings = match ellipse.sector {
            None => vec![outer, inner],
            Some(_) => vec![outer.into_iter().chain(inner.into_iter().rev()).collect()],
        };
        self.add(Geometry::Polygon(rings), look.filled());
    }

    fn regular(&mut self, args: &[Value], look: &Look) -> Evaluated<()> {
        let Some((count, rest)) = args.split_last() else { return Ok(()) };
        let Some(count) = count.as_usize().filter(|n| (3..=10_000).contains(n)) else {
            return Ok(());
        };
        let mut center = [0.0; 2];
        let mut radius = 1.0;
        for arg in rest {
            match reading::numbers::<2>(self.session, arg)? {
                Some(place) => center = place,
                None => radius = reading::number(self.session, arg)?.unwrap_or(1.0),
            }
        }
        let step = std::f64::consts::TAU / count as f64;
        let start = -std::f64::consts::FRAC_PI_2
            + if count.is_multiple_of(2) { step / 2.0 } else { std::f64::consts::PI };
        let at = |i: usize| {
            let angle = start + step * i as f64;
            [center[0] + radius * angle.cos(), center[1] + radius * angle.sin()]
        };
        self.add(Geometry::Polygon(vec![(0..count).map(at).collect()]), look.filled());
        Ok(())
    }

    fn text(&mut self, args: &[Value], look: &Look) -> Evaluated<()> {
        let Some(what) = args.first() else { return Ok(()) };
        let mut own = look.clone();
        if let Some([_, directives @ ..]) = args_of(self.session, what, "Style") {
            for directive in directives {
                match reading::number(self.session, directive)? {
                    Some(size) => own.style.font = Some(size),
                    None => drop(own.apply(self.session, directive)?),
                }
            }
        }
        let Some(text) = reading::text(self.session, what)? else { return Ok(()) };
        let at = match args.get(1) {
            Some(at) => reading::numbers::<2>(self.session, at)?,
            None => Some([0.0; 2]),
        };
        let anchor = match args.get(2) {
            Some(anchor) => reading::numbers::<2>(self.session, anchor)?.unwrap_or([0.0; 2]),
            None => [0.0; 2],
        };
        let direction = match args.get(3) {
            Some(direction) => reading::numbers::<2>(self.session, direction)?,
            None => None,
        };
        let angle = direction.map_or(0.0, |[x, y]| y.atan2(x));
        if let Some(at) = at {
            self.add(Geometry::Text(Text { text, at, anchor, angle }), own.style);
        }
        Ok(())
    }

    /// Points that primitives refer to by their places in a list.
    fn complex(&mut self, points: &Value, primitives: &Value, look: &Look) -> Evaluated<()> {
        let Some(points) = points.as_list().map(<[Value]>::to_vec) else { return Ok(()) };
        let resolved = resolved(&points, primitives);
        self.read(&resolved, &mut look.clone())
    }

    fn translated(&mut self, what: &Value, by: &Value, look: &Look) -> Evaluated<()> {
        let Some(ways) = reading::one_or_more::<2>(self.session, by)? else { return Ok(()) };
        let mut inner = Reader { session: self.session, shapes: Vec::new(), counts: self.counts };
        inner.read(what, &mut look.clone())?;
        let shapes = inner.shapes;
        for way in ways {
            for shape in &shapes {
                let mut shape = shape.clone();
                shift(&mut shape.geometry, way);
                self.shapes.push(shape);
            }
        }
        Ok(())
    }

    /// A text is written; a drawing is brought to the size of a tenth of what is there.
    fn inset(&mut self, what: &Value, rest: &[Value], look: &Look) -> Evaluated<()> {
        if super::is_drawing(self.session, what) {
            return Ok(());
        }
        let args: Vec<Value> = std::iter::once(what).chain(rest.first()).cloned().collect();
        self.text(&args, look)
    }

    /// Rows of numbers from 0 to 1 or of colours, from the bottom up.
    fn raster(&mut self, args: &[Value], look: &Look) -> Evaluated<()> {
        let mut function = None;
        let mut given = Vec::new();
        for arg in args {
            match sides(arg) {
                Some((name, value, _)) if name_of(self.session, name) == Some("ColorFunction") => {
                    function = Some(value.clone());
                }
                Some(_) => {}
                None => given.push(arg.clone()),
            }
        }
        let Some(rows) = given.first().and_then(Value::as_list) else { return Ok(()) };
        let columns = rows.first().and_then(Value::as_list).map_or(0, <[Value]>::len);
        if columns == 0 || rows.len().saturating_mul(columns) > 4_000_000 {
            return Ok(());
        }
        let range = match given.get(2) {
            Some(range) => reading::numbers::<2>(self.session, range)?,
            None => None,
        };
        let gradient = gradient(self.session, function.as_ref());
        let mut colors = Vec::with_capacity(rows.len() * columns);
        for row in rows {
            let Some(row) = row.as_list().filter(|row| row.len() == columns) else { return Ok(()) };
            for cell in row {
                colors.push(self.cell(cell, range.unwrap_or([0.0, 1.0]), &gradient)?);
            }
        }
        let default = [[0.0, 0.0], [columns as f64, rows.len() as f64]];
        let corners = match given.get(1) {
            Some(corners) => reading::places::<2>(self.session, corners)?.unwrap_or_default(),
            None => default.to_vec(),
        };
        if let [low, high] = corners[..] {
            let cells = Cells { low, high, columns, colors };
            self.add(Geometry::Cells(cells), look.style.clone());
        }
        Ok(())
    }

    fn cell(
        &mut self,
        cell: &Value,
        [low, high]: [f64; 2],
        gradient: &[Color],
    ) -> Evaluated<Option<Color>> {
        if let Some(value) = reading::number(self.session, cell)? {
            let share = if high > low { (value - low) / (high - low) } else { 0.5 };
            return Ok(Color::blend(gradient, share).filter(|_| value.is_finite()));
        }
        if let Some(color) = colors::color(self.session, cell)? {
            return Ok(Some(color));
        }
        Ok(match cell.as_list() {
            Some([level, _]) => reading::number(self.session, level)?.map(|l| Color::new(l, l, l)),
            Some(_) => match reading::numbers::<3>(self.session, cell)? {
                Some([r, g, b]) => Some(Color::new(r, g, b)),
                None => reading::numbers::<4>(self.session, cell)?
                    .map(|[r, g, b, a]| Color::new(r, g, b).with_alpha(a)),
            },
            None => None,
        })
    }
}

/// Returns the colours of a scheme, or of a function that blends a list of them.
pub(super) fn gradient(session: &mut Session, function: Option<&Value>) -> Vec<Color> {
    let greys = vec![Color::hex(0), Color::hex(0xff_ffff)];
    let Some(function) = function else { return greys };
    if let Some(colors) = function.as_str().and_then(color_functions::scheme) {
        return colors;
    }
    let Some(parts) = args_of(session, function, "ColorDataFunction") else { return greys };
    match parts {
        [Value::String(name), ..] if color_functions::scheme(name).is_some() => {
            color_functions::scheme(name).unwrap_or(greys)
        }
        [_, _, _, blend] => blended(session, &blend.clone()).unwrap_or(greys),
        _ => greys,
    }
}

/// Reads the colours of `Blend[{c, ...}, #1] &`.
fn blended(session: &mut Session, function: &Value) -> Option<Vec<Color>> {
    let [body] = function.args_of(sym::Function)? else { return None };
    let list = args_of(session, body, "Blend")?.first()?.as_list()?.to_vec();
    list.iter().map(|color| colors::color(session, color).ok().flatten()).collect()
}

/// Replaces places in a list of points by the points.
pub(super) fn resolved(points: &[Value], value: &Value) -> Value {
    match value {
        Value::Integer(place) => usize::try_from(*place - 1)
            .ok()
            .and_then(|place| points.get(place))
            .cloned()
            .unwrap_or_else(|| value.clone()),
        Value::Call(call) if call.is(sym::List) => {
            let parts: crate::value::Args =
                call.args().iter().map(|part| resolved(points, part)).collect();
            Value::list(parts)
        }
        Value::Call(call) => {
            // Only the first argument of a primitive is places; of a style all are left.
            let parts = call.args().iter().enumerate();
            let part = |(i, part): (usize, &Value)| {
                if i == 0 { resolved(points, part) } else { part.clone() }
            };
            let has_places = call.args().first().is_some_and(|first| first.as_list().is_some());
            match has_places {
                true => Value::call(
                    call.head().clone(),
                    parts.map(part).collect::<crate::value::Args>(),
                ),
                false => value.clone(),
            }
        }
        _ => value.clone(),
    }
}

fn shift(geometry: &mut Geometry, [dx, dy]: Point) {
    let move_point = |point: &mut Point| {
        point[0] += dx;
        point[1] += dy;
    };
    match geometry {
        Geometry::Line(points) | Geometry::Arrow(points) | Geometry::Points(points) => {
            points.iter_mut().for_each(move_point);
        }
        Geometry::Polygon(rings) => rings.iter_mut().flatten().for_each(move_point),
        Geometry::Rectangle(low, high, _) => [low, high].into_iter().for_each(move_point),
        Geometry::Ellipse(ellipse) => move_point(&mut ellipse.center),
        Geometry::Cells(cells) => {
            move_point(&mut cells.low);
            move_point(&mut cells.high);
        }
        Geometry::Text(text) => move_point(&mut text.at),
    }
}

/// Returns points along cubic curves by their control points (de Casteljau).
fn bezier(controls: &[Point]) -> Vec<Point> {
    let Some(first) = controls.first() else { return Vec::new() };
    let mut points = vec![*first];
    let mut start = 0;
    while start + 1 < controls.len() {
        let piece = &controls[start..controls.len().min(start + 4)];
        for i in 1..=32 {
            let share = f64::from(i) / 32.0;
            let mut level = piece.to_vec();
            while level.len() > 1 {
                let between = |pair: &[Point]| {
                    [0, 1].map(|side| pair[0][side] + (pair[1][side] - pair[0][side]) * share)
                };
                level = level.windows(2).map(between).collect();
            }
            points.push(level[0]);
        }
        start += 3;
    }
    points
}
