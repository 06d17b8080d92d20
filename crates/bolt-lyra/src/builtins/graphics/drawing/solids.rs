//! Primitives in space.

use bolt_plot::space::{self, Body, Form, Place, Scene};
use bolt_plot::{Aspect, Figure, Style};

use super::super::styles::Look;
use super::super::{args_of, head_of, reading};
use super::frame;
use crate::builtins::options::Options;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value, grown};

/// Reads a drawing of three dimensions as it is seen.
pub(super) fn figure(
    session: &mut Session,
    primitives: &Value,
    rest: &[Value],
) -> Evaluated<Figure> {
    let options = Options::split(rest, 0).1;
    let mut scene = Scene::default();
    let mut reader = Reader { session, bodies: Vec::new() };
    reader.read(primitives, &mut Look::default())?;
    scene.bodies = reader.bodies;
    let get = |session: &Session, name: &str| options.get(session, name).cloned();
    scene.is_boxed = get(session, "Boxed").is_none_or(|boxed| !boxed.is(sym::False));
    scene.is_lit = get(session, "Lighting").is_none_or(|lighting| !lighting.is(sym::None));
    scene.has_axes = get(session, "Axes").is_some_and(|axes| {
        let is_set = |value: &Value| value.is(sym::True) || value.is(sym::Automatic);
        is_set(&axes) || axes.as_list().is_some_and(|all| all.iter().any(is_set))
    });
    if let Some(range) = get(session, "PlotRange") {
        scene.range = ranges(session, &range)?;
    }
    if let Some(ratios) = get(session, "BoxRatios")
        && let Some(ratios) = reading::numbers::<3>(session, &ratios)?
        && ratios.iter().all(|ratio| *ratio > 0.0)
    {
        scene.ratios = Some(ratios);
    }
    if let Some(point) = get(session, "ViewPoint")
        && let Some(point) = reading::numbers::<3>(session, &point)?
        && point.iter().any(|at| *at != 0.0)
    {
        scene.from = point;
    }
    if let Some(labels) = get(session, "AxesLabel")
        && let Some(list) = labels.as_list()
    {
        for (label, value) in scene.labels.iter_mut().zip(list) {
            *label = reading::text(session, value)?;
        }
    }
    let mut figure = space::project(&scene);
    figure.aspect = Aspect::Equal;
    if let Some(label) = get(session, "PlotLabel") {
        figure.title = reading::text(session, &label)?;
    }
    frame::size(session, &options, &mut figure)?;
    Ok(figure)
}

/// Reads `{{x0, x1}, {y0, y1}, {z0, z1}}`, `{z0, z1}` or words.
fn ranges(session: &mut Session, value: &Value) -> Evaluated<[frame::Ends; 3]> {
    let mut ranges = [[None; 2]; 3];
    match value.as_list() {
        Some([x, y, z]) => {
            for (range, value) in ranges.iter_mut().zip([x.clone(), y.clone(), z.clone()]) {
                *range = frame::ends(session, &value)?;
            }
        }
        _ => ranges[2] = frame::ends(session, value)?,
    }
    Ok(ranges)
}

struct Reader<'s> {
    session: &'s mut Session,
    bodies: Vec<Body>,
}

impl Reader<'_> {
    fn read(&mut self, value: &Value, look: &mut Look) -> Evaluated<()> {
        if let Some(list) = value.as_list() {
            self.session.check_interrupt()?;
            let mut own = look.clone();
            return list.iter().try_for_each(|value| self.read(value, &mut own));
        }
        if sides(value).is_some() || look.apply(self.session, value)? {
            return Ok(());
        }
        let name = head_of(self.session, value).unwrap_or_default().to_owned();
        let args = value.as_call().map(Call::args).unwrap_or_default();
        grown(value.depth(), || match (name.as_str(), args) {
            ("Style", [first, rest @ ..]) => {
                let mut own = look.clone();
                own.apply_all(self.session, rest)?;
                self.read(first, &mut own)
            }
            ("Tooltip" | "Annotation" | "GraphicsGroup" | "Legended", [first, ..]) => {
                self.read(first, &mut look.clone())
            }
            ("GraphicsComplex", [points, primitives, ..]) => {
                let Some(points) = points.as_list().map(<[Value]>::to_vec) else { return Ok(()) };
                let resolved = super::shapes::resolved(&points, primitives);
                self.read(&resolved, &mut look.clone())
            }
            _ => self.primitive(&name, args, look),
        })
    }

    fn add(&mut self, form: Form, style: Style) {
        self.bodies.push(Body { form, style });
    }

    fn primitive(&mut self, name: &str, args: &[Value], look: &Look) -> Evaluated<()> {
        let Some(first) = args.first() else {
            return self.solid(name, None, None, look);
        };
        match name {
            "Line" | "Arrow" | "Tube" => {
                let inner = match args_of(self.session, first, "Line") {
                    Some([inner, ..]) => inner.clone(),
                    _ => first.clone(),
                };
                for line in reading::place_lists::<3>(self.session, &inner)?.unwrap_or_default() {
                    self.add(Form::Line(line), look.style.clone());
                }
            }
            "Point" => {
                if let Some(points) = reading::one_or_more::<3>(self.session, first)? {
                    self.add(Form::Points(points), look.style.clone());
                }
            }
            "Polygon" | "Triangle" => {
                if let Some(faces) = reading::place_lists::<3>(self.session, first)? {
                    self.add(Form::Faces(faces), look.filled());
                }
            }
            "Text" => {
                let at = match args.get(1) {
                    Some(at) => reading::numbers::<3>(self.session, at)?,
                    None => Some([0.0; 3]),
                };
                if let (Some(text), Some(at)) = (reading::text(self.session, first)?, at) {
                    self.add(Form::Text(text, at), look.style.clone());
                }
            }
            _ => return self.solid(name, Some(first), args.get(1), look),
        }
        Ok(())
    }

    /// Reads a body with a volume.
    fn solid(
        &mut self,
        name: &str,
        first: Option<&Value>,
        second: Option<&Value>,
        look: &Look,
    ) -> Evaluated<()> {
        let radius = match second {
            Some(radius) => reading::number(self.session, radius)?,
            None => None,
        };
        let faces = match name {
            "Sphere" | "Ball" => {
                let centers = match first {
                    Some(first) => reading::one_or_more::<3>(self.session, first)?,
                    None => Some(vec![[0.0; 3]]),
                };
                let radius = radius.unwrap_or(1.0);
                centers.unwrap_or_default().iter().flat_map(|c| sphere(*c, radius)).collect()
            }
            "Cuboid" => {
                let low = match first {
                    Some(first) => reading::numbers::<3>(self.session, first)?,
                    None => Some([0.0; 3]),
                };
                let Some(low) = low else { return Ok(()) };
                let high = match second {
                    Some(high) => reading::numbers::<3>(self.session, high)?,
                    None => None,
                };
                cuboid(low, high.unwrap_or(low.map(|at| at + 1.0)))
            }
            "Cylinder" | "Cone" => {
                let ends = match first {
                    Some(first) => reading::places::<3>(self.session, first)?.unwrap_or_default(),
                    None => vec![[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]],
                };
                let top = if name == "Cone" { 0.0 } else { 1.0 };
                let radius = radius.unwrap_or(1.0);
                ends.chunks_exact(2)
                    .flat_map(|pair| tapered(pair[0], pair[1], radius, top))
                    .collect()
            }
            _ => return Ok(()),
        };
        self.add(Form::Faces(faces), look.filled());
        Ok(())
    }
}

fn sphere([x, y, z]: Place, radius: f64) -> Vec<Vec<Place>> {
    const ACROSS: usize = 32;
    const UP: usize = 16;
    let at = |i: usize, j: usize| {
        let around = std::f64::consts::TAU * i as f64 / ACROSS as f64;
        let high = std::f64::consts::PI * (j as f64 / UP as f64 - 0.5);
        let (level, flat) = high.sin_cos();
        [x + radius * flat * around.cos(), y + radius * flat * around.sin(), z + radius * level]
    };
    let cells = (0..ACROSS).flat_map(|i| (0..UP).map(move |j| (i, j)));
    cells.map(|(i, j)| vec![at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)]).collect()
}

fn cuboid(low: Place, high: Place) -> Vec<Vec<Place>> {
    let face = |side: usize, end: usize| {
        let corner = |a: usize, b: usize| {
            let mut place = [0.0; 3];
            place[side] = [low, high][end][side];
            let (u, v) = ((side + 1) % 3, (side + 2) % 3);
            place[u] = [low, high][a][u];
            place[v] = [low, high][b][v];
            place
        };
        vec![corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)]
    };
    (0..3).flat_map(|side| [face(side, 0), face(side, 1)]).collect()
}

/// Returns the faces of a cylinder that gets narrower towards its end.
fn tapered(start: Place, end: Place, radius: f64, top: f64) -> Vec<Vec<Place>> {
    const AROUND: usize = 36;
    let minus = |a: Place, b: Place| [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let cross = |a: Place, b: Place| {
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    };
    let unit = |a: Place| {
        let length = a.iter().map(|part| part * part).sum::<f64>().sqrt().max(1e-300);
        a.map(|part| part / length)
    };
    let axis = unit(minus(end, start));
    let helper = if axis[2].abs() < 0.9 { [0.0, 0.0, 1.0] } else { [1.0, 0.0, 0.0] };
    let u = unit(cross(axis, helper));
    let v = cross(axis, u);
    let at = |middle: Place, radius: f64, i: usize| {
        let (sin, cos) = (std::f64::consts::TAU * i as f64 / AROUND as f64).sin_cos();
        std::array::from_fn(|k| middle[k] + radius * (cos * u[k] + sin * v[k]))
    };
    let side = |i: usize| {
        vec![
            at(start, radius, i),
            at(start, radius, i + 1),
            at(end, radius * top, i + 1),
            at(end, radius * top, i),
        ]
    };
    let cap =
        |middle: Place, radius: f64| (0..AROUND).map(|i| at(middle, radius, i)).collect::<Vec<_>>();
    let mut faces: Vec<Vec<Place>> = (0..AROUND).map(side).collect();
    faces.push(cap(start, radius));
    if top > 0.0 {
        faces.push(cap(end, radius * top));
    }
    faces
}
