//! What wrappers look like.

use super::{head_name, numbers, tables, templates};
use crate::builtins::{Builtin, inert};
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    inert(
        "InputForm",
        "InputForm[e] is shown as e would be typed.",
        &[("ToString[InputForm[\"a\"]]", "\"\\\"a\\\"\""), ("ToString[InputForm[2 x]]", "\"2*x\"")],
    ),
    inert(
        "FullForm",
        "FullForm[e] is shown without operators.",
        &[
            ("ToString[FullForm[a + b]]", "\"Plus[a, b]\""),
            ("ToString[FullForm[{1}]]", "\"List[1]\""),
        ],
    ),
    inert(
        "OutputForm",
        "OutputForm[e] is shown as text: six digits, no quotes around strings.",
        &[("ToString[OutputForm[2 x]]", "\"2 x\""), ("ToString[{OutputForm[\"a\"]}]", "\"{a}\"")],
    ),
    inert(
        "StandardForm",
        "StandardForm[e] is shown as OutputForm[e] is.",
        &[("ToString[StandardForm[a b]]", "\"a b\""), ("ToString[StandardForm[\"a\"]]", "\"a\"")],
    ),
    inert(
        "TraditionalForm",
        "TraditionalForm[e] is shown as OutputForm[e] is.",
        &[
            ("ToString[TraditionalForm[a b]]", "\"a b\""),
            ("Head[TraditionalForm[x]]", "TraditionalForm"),
        ],
    ),
    inert(
        "Short",
        "Short[e] is shown with parts left out so that it fits a line; Short[e, n] n lines.",
        &[
            ("ToString[Short[Range[100]]]", "\"{1, 2, 3, 4, 5, <<90>>, 96, 97, 98, 99, 100}\""),
            ("ToString[Short[{1, 2}]]", "\"{1, 2}\""),
        ],
    ),
    inert(
        "Shallow",
        "Shallow[e] is shown with parts deeper than 4 levels and beyond 10 elements left out; \
         Shallow[e, depth] and Shallow[e, {depth, length}] say how many.",
        &[
            ("ToString[Shallow[f[f[f[f[f[x]]]]]]]", "\"f[f[f[f[<<1>>]]]]\""),
            ("ToString[Shallow[Range[12], {2, 3}]]", "\"{1, 2, 3, <<9>>}\""),
        ],
    ),
    inert(
        "Skeleton",
        "Skeleton[n] is shown as <<n>>, for n elements that are left out.",
        &[("ToString[Skeleton[5]]", "\"<<5>>\""), ("Skeleton[5]", "Skeleton[5]")],
    ),
    inert(
        "Style",
        "Style[e, options] is shown as e where styles cannot be seen.",
        &[("ToString[Style[x, Bold]]", "\"x\""), ("Head[Style[x]]", "Style")],
    ),
    inert(
        "Subscript",
        "Subscript[x, i] is shown as x with an index.",
        &[
            ("ToString[Subscript[x, 1]]", "\"Subscript[x, 1]\""),
            ("ToString[TeXForm[Subscript[x, 1]]]", "\"x_1\""),
        ],
    ),
    inert(
        "Superscript",
        "Superscript[x, i] is shown as x with i above it.",
        &[
            ("ToString[TeXForm[Superscript[x, i]]]", "\"x^i\""),
            ("Head[Superscript[x, 2]]", "Superscript"),
        ],
    ),
];

/// What a call is shown as.
pub(crate) enum Displayed {
    /// A text.
    Text(String),
    /// Another expression.
    Other(Value),
}

impl Session {
    /// Returns an expression as it is shown; forms that wrap it say how.
    pub fn shown(&self, value: &Value) -> String {
        self.output_form(value)
    }

    /// Returns what a call is shown as, if it is a wrapper.
    pub(crate) fn displayed(&self, call: &Call) -> Option<Displayed> {
        use Displayed::{Other, Text};
        let name = head_name(self, call)?;
        let args = call.args();
        let first = args.first();
        Some(match (name, args.len()) {
            ("InputForm", 1) => Text(self.input_form(first?)),
            ("FullForm", 1) => Text(self.full_form(first?)),
            ("HoldForm" | "OutputForm" | "StandardForm" | "TraditionalForm" | "DisplayForm", 1) => {
                Other(first?.clone())
            }
            ("Legended" | "Style" | "Tooltip" | "Labeled" | "Framed" | "Highlighted", 1..) => {
                Other(first?.clone())
            }
            ("Definition" | "FullDefinition", 1) => {
                Text(crate::builtins::defined(self, first?, name == "FullDefinition")?)
            }
            ("Skeleton", 1) => Text(format!("<<{}>>", self.output_form(first?))),
            ("TeXForm", 1) => Text(self.tex_form(first?)),
            ("CForm", 1) => Text(self.c_form(first?)),
            ("FortranForm", 1) => Text(self.fortran_form(first?)),
            ("Short", 1 | 2) => Other(shortened(first?, args.get(1))),
            ("Shallow", 1 | 2) => Other(shallow(first?, args.get(1))?),
            ("Row" | "Column" | "Grid" | "TableForm" | "MatrixForm", 1..) => {
                Text(tables::shown(self, name, args)?)
            }
            ("StringForm", 1..) => Text(templates::filled(self, args)?),
            ("BaseForm", 2) => Text(numbers::in_base(self, first?, args.get(1)?)?),
            (
                "NumberForm" | "ScientificForm" | "EngineeringForm" | "AccountingForm"
                | "PaddedForm" | "DecimalForm" | "PercentForm",
                1..,
            ) => match numbers::shown(self, name, args)? {
                (_, Some(text)) => Text(text),
                (other, None) => Other(other),
            },
            ("Graph", 1..) => Text(crate::builtins::graphs::words(self, call)?),
            ("Quantity", 2) => Text(crate::builtins::quantities::words(self, call)?),
            ("FittedModel", 1) => {
                let formula = crate::builtins::statistics::fit::formula(call)?;
                Text(format!("FittedModel[{}]", self.output_form(&formula)))
            }
            ("InterpolatingFunction", 6) => {
                Text(format!("{name}[{}, <>]", self.output_form(first?)))
            }
            ("TimeSeries" | "EventSeries", 2) => {
                Text(crate::builtins::processes::words(self, call)?)
            }
            ("NearestFunction", 2..) => Text(crate::builtins::lists::nearest::words(call)?),
            ("SparseArray", 4) => Text(crate::builtins::sparse::words(self, call)?),
            ("Graphics" | "Graphics3D", 1..) => Text(format!("-{name}-")),
            ("SequenceForm", _) => {
                Text(args.iter().map(|arg| self.output_form(arg)).collect::<String>())
            }
            ("Infix", 1..) => {
                let between = args
                    .get(1)
                    .map_or(" ~ ".to_owned(), |between| format!(" {} ", self.output_form(between)));
                let parts = crate::builtins::functional::elements(first?);
                let parts: Vec<String> = parts.iter().map(|part| self.output_form(part)).collect();
                Text(parts.join(&between))
            }
            _ => return None,
        })
    }
}

/// Elements of a list that are shown where a line has no room for all.
const SHORT_ELEMENTS: usize = 10;

/// A list with its middle left out.
fn shortened(value: &Value, lines: Option<&Value>) -> Value {
    let lines = lines.and_then(Value::as_usize).unwrap_or(1).max(1);
    let shown = SHORT_ELEMENTS * lines;
    match value {
        Value::Call(call) if call.args().len() > 2 * shown => {
            let (args, half) = (call.args(), shown / 2);
            let left_out = text_skeleton(args.len() - shown);
            let all = args[..half].iter().cloned();
            let all = all.chain([left_out]).chain(args[args.len() - half..].iter().cloned());
            Value::call(call.head().clone(), all.collect::<crate::value::Args>())
        }
        _ => value.clone(),
    }
}

/// What stands for elements that are left out.
fn text_skeleton(count: usize) -> Value {
    Value::call(sym::OutputForm, [Value::string(format!("<<{count}>>"))].as_slice())
}

fn shallow(value: &Value, limits: Option<&Value>) -> Option<Value> {
    let infinite = |value: &Value| match value {
        Value::Symbol(sym::Infinity) => Some(usize::MAX),
        Value::Call(call) if call.is(sym::DirectedInfinity) => Some(usize::MAX),
        _ => value.as_usize(),
    };
    let (depth, length) = match limits {
        None => (4, 10),
        Some(limits) => match limits.as_list() {
            Some([depth, length]) => (infinite(depth)?, infinite(length)?),
            Some(_) => return None,
            None => (infinite(limits)?, 10),
        },
    };
    Some(within(value, depth, length))
}

fn within(value: &Value, depth: usize, length: usize) -> Value {
    let Value::Call(call) = value else { return value.clone() };
    if depth == 0 {
        return text_skeleton(1);
    }
    let args = call.args();
    let mut kept: crate::value::Args =
        args.iter().take(length).map(|arg| within(arg, depth - 1, length)).collect();
    if args.len() > length {
        kept.push(text_skeleton(args.len() - length));
    }
    Value::call(call.head().clone(), kept)
}
