//! What a drawing consists of.

use crate::color::Color;
use crate::theme::Paint;

/// A place: across and up, in the coordinates of the data.
pub type Point = [f64; 2];

/// A drawing.
#[derive(Debug, Clone, Default)]
pub struct Figure {
    /// What is drawn, the later above the earlier.
    pub shapes: Vec<Shape>,
    /// The axes across and up.
    pub axes: [Axis; 2],
    /// Whether there are axes on all four sides.
    pub has_frame: bool,
    /// How high it is.
    pub aspect: Aspect,
    /// Whether what is outside of the ranges is hidden.
    pub clips: bool,
    /// What stands above it.
    pub title: Option<String>,
    /// What its colours mean.
    pub legend: Vec<Key>,
    /// What the colours of values mean.
    pub bar: Option<Bar>,
    /// What is behind it.
    pub background: Option<Color>,
    /// The width and the height of the whole, in pixels, as far as they are asked for.
    pub size: [Option<f64>; 2],
    /// Drawings in rows, in place of shapes.
    pub grid: Vec<Vec<Figure>>,
}

/// How high a drawing is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Aspect {
    /// A unit up is as long as a unit across.
    #[default]
    Equal,
    /// So many times as high as wide.
    Ratio(f64),
}

/// An axis.
#[derive(Debug, Clone, Default)]
pub struct Axis {
    /// The lowest and the highest value; else those of the shapes.
    pub range: [Option<f64>; 2],
    /// Room beyond the range, as shares of it.
    pub padding: [f64; 2],
    /// What the coordinates are.
    pub scale: Scale,
    /// What it is called.
    pub label: Option<String>,
    /// Whether it is drawn.
    pub is_shown: bool,
    /// Where its ticks stand.
    pub ticks: Ticks,
    /// Where lines of a grid stand.
    pub grid: Ticks,
    /// Where the other axis crosses it.
    pub origin: Option<f64>,
}

/// What coordinates are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// The values.
    #[default]
    Linear,
    /// Their natural logarithms.
    Logarithmic,
    /// Times as seconds since the beginning of 1900.
    Time,
}

/// Places on an axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Ticks {
    /// None.
    #[default]
    None,
    /// Round numbers.
    Automatic,
    /// These, as they are called.
    At(Vec<(f64, String)>),
}

/// A line of a legend.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// What it says.
    pub text: String,
    /// The look that it explains.
    pub style: Style,
    /// As what it looks like that.
    pub mark: Mark,
}

/// What stands for a look in a legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A line.
    Line,
    /// A point.
    Point,
    /// A filled square.
    Area,
}

/// What the colours of values mean: evenly spaced ones from the lowest to the highest value.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The colours, at least one.
    pub colors: Vec<Color>,
    /// The lowest value.
    pub low: f64,
    /// The highest value.
    pub high: f64,
}

/// Something that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// What it is.
    pub geometry: Geometry,
    /// How it looks.
    pub style: Style,
    /// Whether axes whose range is not given reach that far.
    pub counts: bool,
}

/// The geometry of a shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// Lines from point to point; a point that is not finite breaks it.
    Line(Vec<Point>),
    /// A line with a head at its end.
    Arrow(Vec<Point>),
    /// Points.
    Points(Vec<Point>),
    /// What is inside an odd number of these.
    Polygon(Vec<Vec<Point>>),
    /// A rectangle between two corners, with corners that are so round.
    Rectangle(Point, Point, f64),
    /// An ellipse.
    Ellipse(Ellipse),
    /// Rows of cells from the bottom up, evenly spread between two corners; `None` is not painted.
    Cells(Cells),
    /// A text.
    Text(Text),
}

/// An ellipse or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Ellipse {
    /// Where its centre is.
    pub center: Point,
    /// How far it reaches across and up.
    pub radii: Point,
    /// From which angle to which, counterclockwise; else all of it.
    pub sector: Option<[f64; 2]>,
    /// Whether it is filled.
    pub is_filled: bool,
}

/// Rows of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// The left end of the lowest row.
    pub low: Point,
    /// The right end of the highest row.
    pub high: Point,
    /// How many a row has, at least 1.
    pub columns: usize,
    /// Their colours.
    pub colors: Vec<Option<Color>>,
}

/// A text somewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub at: Point,
    /// Which point of it stands there: -1 is its left or lower end, 1 its right or upper end.
    pub anchor: Point,
    /// By how much it is turned counterclockwise.
    pub angle: f64,
}

/// A length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// In pixels.
    Pixels(f64),
    /// As a share of the width of the drawing.
    Share(f64),
}

impl Length {
    /// Returns it in pixels.
    pub(crate) fn pixels(self, width: f64) -> f64 {
        let pixels = match self {
            Self::Pixels(pixels) => pixels,
            Self::Share(share) => share * width,
        };
        if pixels.is_finite() { pixels.clamp(0.0, 1e4) } else { 1.0 }
    }
}

/// How a shape looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// What it is painted with.
    pub paint: Paint,
    /// How opaque it is.
    pub opacity: f64,
    /// How thick lines are.
    pub thickness: Length,
    /// Lengths of strokes and gaps, by turns.
    pub dashes: Vec<Length>,
    /// The diameter of points.
    pub point: Length,
    /// The outline of what is filled.
    pub edge: Option<Edge>,
    /// Whether what can be filled is.
    pub is_filled: bool,
    /// The size of text in pixels.
    pub font: Option<f64>,
    /// Whether text is bold.
    pub is_bold: bool,
    /// Whether text is slanted.
    pub is_italic: bool,
}

/// The outline of what is filled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// What it is painted with.
    pub paint: Paint,
    /// How opaque it is.
    pub opacity: f64,
    /// How thick it is.
    pub thickness: Length,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            paint: Paint::INK,
            opacity: 1.0,
            thickness: Length::Pixels(1.0),
            dashes: Vec::new(),
            point: Length::Pixels(5.0),
            edge: None,
            is_filled: true,
            font: None,
            is_bold: false,
            is_italic: false,
        }
    }
}
