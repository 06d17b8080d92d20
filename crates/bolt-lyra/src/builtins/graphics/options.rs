//! Options of drawings and plots.

use triomphe::Arc;

use super::name_of;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// What an option is where it is not given.
#[derive(Debug, Clone, Copy)]
enum Preset {
    Automatic,
    None,
    True,
    False,
    All,
    Nothing,
    Golden,
    Number(i64),
}
use self::Preset::{All, Automatic, False, Golden, Nothing, Number, True};

type Table = &'static [(&'static str, Preset)];

const GRAPHICS: Table = &[
    ("AspectRatio", Automatic),
    ("Axes", False),
    ("AxesLabel", Preset::None),
    ("AxesOrigin", Automatic),
    ("Background", Preset::None),
    ("BaseStyle", Nothing),
    ("Epilog", Nothing),
    ("Frame", False),
    ("FrameLabel", Preset::None),
    ("FrameTicks", Automatic),
    ("GridLines", Preset::None),
    ("ImageSize", Automatic),
    ("PlotLabel", Preset::None),
    ("PlotRange", All),
    ("PlotRangeClipping", False),
    ("PlotRangePadding", Automatic),
    ("Prolog", Nothing),
    ("ScalingFunctions", Preset::None),
    ("Ticks", Automatic),
];

const SPACE: Table = &[
    ("Axes", False),
    ("AxesLabel", Preset::None),
    ("BoxRatios", Automatic),
    ("Boxed", True),
    ("ImageSize", Automatic),
    ("Lighting", Automatic),
    ("PlotLabel", Preset::None),
    ("PlotRange", All),
    ("ViewPoint", Automatic),
];

/// What plots change of the options of drawings.
const PLOTS: Table = &[
    ("AspectRatio", Golden),
    ("Axes", True),
    ("GridLines", Automatic),
    ("PlotRange", Automatic),
    ("PlotRangeClipping", True),
];

const CURVES: Table = &[
    ("Exclusions", Automatic),
    ("Filling", Preset::None),
    ("FillingStyle", Automatic),
    ("MaxRecursion", Automatic),
    ("Mesh", Preset::None),
    ("PlotLegends", Preset::None),
    ("PlotPoints", Automatic),
    ("PlotStyle", Automatic),
];

const LISTS: Table = &[
    ("DataRange", Automatic),
    ("Filling", Preset::None),
    ("FillingStyle", Automatic),
    ("Joined", False),
    ("Mesh", Preset::None),
    ("PlotLegends", Preset::None),
    ("PlotStyle", Automatic),
];

const JOINED: Table = &[("Joined", True)];

const CHARTS: Table = &[
    ("BarSpacing", Automatic),
    ("ChartLabels", Preset::None),
    ("ChartLayout", Automatic),
    ("ChartLegends", Preset::None),
    ("ChartStyle", Automatic),
];

const PIES: Table = &[
    ("AspectRatio", Automatic),
    ("Axes", False),
    ("ChartLabels", Preset::None),
    ("ChartLegends", Preset::None),
    ("ChartStyle", Automatic),
    ("GridLines", Preset::None),
    ("SectorOrigin", Automatic),
    ("SectorSpacing", Automatic),
];

const FIELDS: Table = &[
    ("AspectRatio", Number(1)),
    ("Axes", False),
    ("ColorFunction", Automatic),
    ("Contours", Automatic),
    ("ContourShading", Automatic),
    ("ContourStyle", Automatic),
    ("Frame", True),
    ("GridLines", Preset::None),
    ("MaxRecursion", Automatic),
    ("Mesh", Preset::None),
    ("PlotLegends", Preset::None),
    ("PlotPoints", Automatic),
];

const ARRAYS: Table = &[
    ("AspectRatio", Automatic),
    ("Axes", False),
    ("ColorFunction", Automatic),
    ("ColorRules", Nothing),
    ("DataReversed", False),
    ("Frame", Automatic),
    ("GridLines", Preset::None),
    ("Mesh", Preset::None),
    ("PlotLegends", Preset::None),
];

const SURFACES: Table = &[
    ("Axes", True),
    ("BoxRatios", Automatic),
    ("ColorFunction", Automatic),
    ("DataRange", Automatic),
    ("MaxRecursion", Automatic),
    ("Mesh", Automatic),
    ("PlotLegends", Preset::None),
    ("PlotPoints", Automatic),
    ("PlotRange", Automatic),
    ("PlotStyle", Automatic),
];

/// Functions with their options: the later tables change the earlier.
const FUNCTIONS: &[(&[&str], &[Table])] = &[
    (&["Graphics", "GraphicsGrid", "GraphicsRow", "GraphicsColumn"], &[GRAPHICS]),
    (&["Graphics3D"], &[SPACE]),
    (
        &["Plot", "LogPlot", "LogLinearPlot", "LogLogPlot", "DiscretePlot"],
        &[GRAPHICS, PLOTS, CURVES],
    ),
    (&["ParametricPlot", "PolarPlot"], &[GRAPHICS, PLOTS, CURVES, &[("AspectRatio", Automatic)]]),
    (
        &["ListPlot", "ListLogPlot", "ListLogLinearPlot", "ListLogLogPlot", "ListPolarPlot"],
        &[GRAPHICS, PLOTS, LISTS],
    ),
    (
        &["ListLinePlot", "ListStepPlot", "DateListPlot", "StackedListPlot"],
        &[GRAPHICS, PLOTS, LISTS, JOINED],
    ),
    (
        &["BarChart", "Histogram", "BoxWhiskerChart", "CandlestickChart", "TradingChart"],
        &[GRAPHICS, PLOTS, CHARTS],
    ),
    (&["PieChart"], &[GRAPHICS, PIES]),
    (
        &["DensityPlot", "ContourPlot", "ListDensityPlot", "ListContourPlot", "RegionPlot"],
        &[GRAPHICS, PLOTS, FIELDS],
    ),
    (&["VectorPlot", "StreamPlot"], &[GRAPHICS, PLOTS, FIELDS]),
    (&["ArrayPlot", "MatrixPlot"], &[GRAPHICS, ARRAYS]),
    (&["Plot3D", "ListPlot3D", "ListPointPlot3D", "ParametricPlot3D"], &[SPACE, SURFACES]),
];

/// Options that steer how plots are made or how they behave under a pointer, and change nothing that
/// is drawn here.
const HINTS: &[&str] = &[
    "AlignmentPoint",
    "BaselinePosition",
    "ColorOutput",
    "ContentSelectable",
    "ControllerLinking",
    "CoordinatesToolOptions",
    "DisplayFunction",
    "Evaluated",
    "FormatType",
    "Method",
    "PerformanceGoal",
    "PlotHighlighting",
    "PlotInteractivity",
    "PreserveImageOptions",
    "RotationAction",
    "SphericalRegion",
];

/// Options that are known and not built: a message tells so.
const NOT_BUILT: &[&str] = &[
    "AxesEdge",
    "AxesStyle",
    "BoundaryStyle",
    "BoxStyle",
    "ChartBaseStyle",
    "ChartElementFunction",
    "ChartElements",
    "ClippingStyle",
    "ColorFunctionScaling",
    "ContourLabels",
    "DateTicksFormat",
    "EvaluationMonitor",
    "ExclusionsStyle",
    "FaceGrids",
    "FrameStyle",
    "FrameTicksStyle",
    "GridLinesStyle",
    "ImageMargins",
    "ImagePadding",
    "InterpolationOrder",
    "IntervalMarkers",
    "LabelStyle",
    "LabelingFunction",
    "LegendAppearance",
    "MaxPlotPoints",
    "MeshFunctions",
    "MeshShading",
    "MeshStyle",
    "NormalsFunction",
    "PlotLabels",
    "PlotMarkers",
    "PlotRegion",
    "PlotTheme",
    "RegionFunction",
    "RotateLabel",
    "TextureCoordinateFunction",
    "TicksStyle",
    "ViewAngle",
    "ViewVertical",
    "WorkingPrecision",
];

/// Gives the functions their options.
pub(super) fn set_defaults(session: &mut Session) {
    for (names, tables) in FUNCTIONS {
        let mut merged = std::collections::BTreeMap::new();
        tables.iter().copied().flatten().for_each(|(name, default)| {
            merged.insert(*name, *default);
        });
        let rule = |session: &mut Session, (name, default): (&str, Preset)| {
            let name = session.named_symbol(name);
            let value = value(session, default);
            Value::rule(name, value)
        };
        let rules: Args = merged.into_iter().map(|entry| rule(session, entry)).collect();
        let list = Value::list(rules);
        for name in *names {
            let symbol = session.system_symbol(name);
            session.definition_mut(symbol).rare().options = Some(list.clone());
        }
    }
}

fn value(session: &mut Session, default: Preset) -> Value {
    match default {
        Automatic => Value::Symbol(sym::Automatic),
        Preset::None => Value::Symbol(sym::None),
        True => Value::TRUE,
        False => Value::FALSE,
        All => session.named_symbol("All"),
        Nothing => Value::list(Args::new()),
        Golden => Value::call(sym::Power, [Value::Symbol(sym::GoldenRatio), Value::Integer(-1)]),
        Number(number) => Value::Integer(number),
    }
}

/// The options of a call: those given before those that the function has.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    given: Vec<(String, Value)>,
    defaults: Vec<(String, Value)>,
}

impl Settings {
    /// Takes a call apart into the first arguments and the options after them. Tells a message and
    /// returns `None` if there are fewer, or other things than options.
    pub(super) fn opening<'c, const N: usize>(
        session: &mut Session,
        function: &str,
        call: &'c Arc<Call>,
    ) -> Evaluated<Option<(&'c [Value; N], Self)>> {
        let Some((first, given)) = call.args().split_first_chunk() else {
            session.wrong_count_of(function, call.args().len(), N, N);
            return Ok(None);
        };
        let whole = Value::Call(call.clone());
        let settings = Self::read(session, function, &whole, given, N as i64)?;
        Ok(settings.map(|settings| (first, settings)))
    }

    /// Reads the options of a call of a function by its name. Tells a message and returns `None` if
    /// something is no option, or none that the function has.
    pub(super) fn read(
        session: &mut Session,
        function: &str,
        call: &Value,
        given: &[Value],
        place: i64,
    ) -> Evaluated<Option<Self>> {
        let symbol = session.system_symbol(function);
        let defaults = crate::builtins::options::options_of(session, symbol);
        let mut settings = Self { given: Vec::new(), defaults: Vec::new() };
        collect(session, &defaults, &mut settings.defaults);
        for option in given {
            let option = session.evaluate(option)?;
            if !collect(session, &option, &mut settings.given) {
                session.message(symbol, "nonopt", &[option, Value::Integer(place), call.clone()]);
                return Ok(None);
            }
        }
        let names = settings.given.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        for name in names {
            let is_known = settings.defaults.iter().any(|(known, _)| *known == name)
                || HINTS.contains(&name.as_str());
            if is_known {
                continue;
            }
            let is_named = NOT_BUILT.contains(&name.as_str());
            let name = session.names.find(&name).map_or(Value::string(name), Value::Symbol);
            if !is_named {
                session.message(symbol, "optx", &[name, call.clone()]);
                return Ok(None);
            }
            session.message(symbol, "noeff", &[name]);
        }
        Ok(Some(settings))
    }

    /// Returns the value of an option.
    pub(super) fn get(&self, name: &str) -> Value {
        let all = self.given.iter().chain(&self.defaults);
        let found = all.into_iter().find(|(known, _)| known == name);
        found.map_or(Value::Symbol(sym::Automatic), |(_, value)| value.clone())
    }

    /// Returns the value of an option if it was given.
    pub(super) fn given(&self, name: &str) -> Option<Value> {
        self.given.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// Returns the value of an option unless it is `Automatic`.
    pub(super) fn chosen(&self, name: &str) -> Option<Value> {
        Some(self.get(name)).filter(|value| !value.is(sym::Automatic))
    }

    /// Returns the value of an option unless it is `Automatic` or `None`.
    pub(super) fn wanted(&self, name: &str) -> Option<Value> {
        self.chosen(name).filter(|value| !value.is(sym::None) && !value.is(sym::False))
    }

    /// Returns those of the options that drawings have, as rules: what was given, and where plots
    /// differ from drawings. `own` are put in place of them.
    pub(super) fn for_graphics(&self, session: &mut Session, own: &[(&str, Value)]) -> Vec<Value> {
        let of_space = !self.defaults.iter().any(|(name, _)| name == "AspectRatio");
        let table = if of_space { SPACE } else { GRAPHICS };
        let mut rules = Vec::new();
        for (name, plain) in table {
            let value = match own.iter().find(|(known, _)| known == name) {
                Some((_, value)) => value.clone(),
                None => self.get(name),
            };
            if value != self::value(session, *plain) {
                let name = session.named_symbol(name);
                rules.push(Value::rule(name, value));
            }
        }
        rules
    }
}

/// Takes rules apart; returns whether all are rules of symbols or strings.
fn collect(session: &Session, value: &Value, all: &mut Vec<(String, Value)>) -> bool {
    if let Some((name, value, _)) = sides(value) {
        let text = name.as_str().or_else(|| name_of(session, name));
        return text.map(|text| all.push((text.to_owned(), value.clone()))).is_some();
    }
    value.as_list().is_some_and(|list| list.iter().all(|one| collect(session, one, all)))
}
