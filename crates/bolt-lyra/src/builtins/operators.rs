//! Calls as heads: operator forms such as `Map[f][list]`, compositions, and objects that are applied.

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "RightComposition",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        |_, c| Ok(composition(c)),
        "f /* g or RightComposition[f, g] is the function that applies f first and then g.",
        &[("(f /* g)[x]", "g[f[x]]"), ("(Sort /* First)[{3, 1, 2}]", "1")],
    ),
    builtin(
        "Construct",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [function, args @ ..] => {
                    Step::Again(Value::call(function.clone(), Args::from(args)))
                }
                [] => Step::Same,
            })
        },
        "Construct[f, a, b] is f[a, b].",
        &[("Construct[f, a, b]", "f[a, b]"), ("Fold[Construct, f, {a, b}]", "f[a][b]")],
    ),
    builtin(
        "Comap",
        Attributes::NONE,
        |_, c| Ok(comap(c, false)),
        "Comap[{f, g}, x] is {f[x], g[x]}; Comap[{f, g}] is the operator.",
        &[("Comap[{f, g}, x]", "{f[x], g[x]}"), ("Comap[{Min, Max}][{3, 1}]", "{1, 3}")],
    ),
    builtin(
        "ComapApply",
        Attributes::NONE,
        |_, c| Ok(comap(c, true)),
        "ComapApply[{f, g}, {a, b}] is {f[a, b], g[a, b]}; ComapApply[{f, g}] is the operator.",
        &[
            ("ComapApply[{Plus, Times}, {2, 3}]", "{5, 6}"),
            ("ComapApply[{f, g}][{a, b}]", "{f[a, b], g[a, b]}"),
        ],
    ),
];

/// A composition without functions is the identity, of one function that function.
fn composition(call: &Call) -> Step {
    match call.args() {
        [] => Step::Done(Value::Symbol(sym::Identity)),
        [one] => Step::Again(one.clone()),
        all if all.iter().any(|one| one.is(sym::Identity)) => {
            let kept = all.iter().filter(|one| !one.is(sym::Identity)).cloned();
            Step::Again(Value::call(call.head().clone(), kept.collect::<Args>()))
        }
        _ => Step::Same,
    }
}

fn comap(call: &mut Arc<Call>, applies: bool) -> Step {
    let [functions, of] = call.args() else { return Step::Same };
    let Value::Call(functions) = functions else { return Step::Same };
    let args = match (applies, of) {
        (false, of) => Args::from([of.clone()].as_slice()),
        (true, Value::Call(of)) => Args::from(of.args()),
        (true, _) => return Step::Same,
    };
    let apply = |function: &Value| Value::call(function.clone(), args.clone());
    let all: Args = functions.args().iter().map(apply).collect();
    Step::Again(Value::call(functions.head().clone(), all))
}

/// Applies a head that is a call of a function with a way of its own to be applied; `None` of others.
fn apply_object(
    session: &mut Session,
    operator: Symbol,
    head: &Call,
    call: &Call,
) -> Evaluated<Option<Step>> {
    let name = session.names.full(operator).name.clone();
    let step = match &*name {
        "Derivative" => super::calculus::operator::apply(session, head, call),
        "FittedModel" => super::statistics::fit::apply(session, head, call),
        "InterpolatingFunction" => super::numbers::interpolation::apply(session, head, call),
        "NearestFunction" => super::lists::nearest::apply(session, head, call),
        "Query" | "Dataset" => super::associations::apply(session, head, call),
        "Failure" => Ok(super::inspection::of_failure(head, call)),
        "EchoFunction" => super::inspection::echo_function(session, head, call),
        "ThreadPool" => Ok(super::parallel::pool_property(head, call)),
        "ColorDataFunction" => super::apply_color_data(session, head, call),
        "ARMAProcess"
        | "ARProcess"
        | "BrownianBridgeProcess"
        | "EventSeries"
        | "GeometricBrownianMotionProcess"
        | "HypothesisTestData"
        | "MAProcess"
        | "OrnsteinUhlenbeckProcess"
        | "PoissonProcess"
        | "TemporalData"
        | "TimeSeries"
        | "TimeSeriesModel"
        | "WienerProcess" => super::processes::apply(session, head, call),
        "SparseArray" => Ok(super::sparse::property(head, call)),
        "StringTemplate" => super::output::apply_template(session, head, call),
        _ => return Ok(None),
    };
    step.map(Some)
}

/// Functions that are operators of their first argument, in order.
const FIRST: &[&str] = &[
    "Apply",
    "AssociationMap",
    "Comap",
    "ComapApply",
    "Fold",
    "FoldList",
    "KeyMap",
    "KeyValueMap",
    "Map",
    "MapIndexed",
    "MapThread",
    "Nest",
    "Scan",
];

/// Functions that are operators of their second argument, with options of their own, in order.
const SECOND: &[&str] = &[
    "AllTrue",
    "AnyTrue",
    "Append",
    "Between",
    "Cases",
    "ContainsAll",
    "ContainsAny",
    "ContainsExactly",
    "ContainsNone",
    "ContainsOnly",
    "Count",
    "CountsBy",
    "Delete",
    "DeleteCases",
    "DeleteDuplicatesBy",
    "Drop",
    "Extract",
    "FirstCase",
    "FirstPosition",
    "FreeQ",
    "GatherBy",
    "GroupBy",
    "Insert",
    "KeyDrop",
    "KeyExistsQ",
    "KeyFreeQ",
    "KeyMemberQ",
    "KeySelect",
    "KeySortBy",
    "KeyTake",
    "LengthWhile",
    "Lookup",
    "MatchQ",
    "MaximalBy",
    "MemberQ",
    "Merge",
    "MinimalBy",
    "NoneTrue",
    "OrderingBy",
    "Position",
    "Prepend",
    "Replace",
    "ReplaceAll",
    "ReplaceList",
    "ReplacePart",
    "ReplaceRepeated",
    "SameAs",
    "Select",
    "SelectFirst",
    "SequenceCases",
    "SequenceCount",
    "SequencePosition",
    "SortBy",
    "SplitBy",
    "StringCases",
    "StringContainsQ",
    "StringCount",
    "StringDelete",
    "StringEndsQ",
    "StringExtract",
    "StringFreeQ",
    "StringMatchQ",
    "StringReplace",
    "StringReplaceList",
    "StringSplit",
    "StringStartsQ",
    "SubsetQ",
    "Take",
    "TakeLargest",
    "TakeSmallest",
    "TakeWhile",
];

/// Functions that are operators of their first and last argument.
const FIRST_AND_LAST: &[&str] = &["MapAt", "SubsetMap"];
/// Functions that are operators of their last two arguments.
const LAST_TWO: &[&str] = &["Insert", "ReplaceAt", "TakeLargestBy", "TakeSmallestBy"];

/// Comparisons with a second operand that is given first.
const COMPARISONS: &[(&str, Symbol)] = &[
    ("EqualTo", sym::Equal),
    ("UnequalTo", sym::Unequal),
    ("GreaterThan", sym::Greater),
    ("LessThan", sym::Less),
    ("GreaterEqualThan", sym::GreaterEqual),
    ("LessEqualThan", sym::LessEqual),
];

/// Applies an operator form such as `Map[f][list]`, or what else a call as head does.
pub(crate) fn apply_operator(
    session: &mut Session,
    operator: Symbol,
    head: &Call,
    call: &Call,
) -> Evaluated<Step> {
    if operator == sym::Composition {
        return Ok(composed(head.args().iter().rev(), call));
    }
    if let Some(step) = apply_object(session, operator, head, call)? {
        return Ok(step);
    }
    let ([argument, options @ ..], [of]) = (head.args(), call.args()) else {
        return Ok(match &*session.names.full(operator).name {
            "RightComposition" => composed(head.args().iter(), call),
            _ => Step::Same,
        });
    };
    let name = session.names.full(operator).name.clone();
    Ok(applied(&name, operator, argument, options, of))
}

/// Applies functions one after another, the first of them to the arguments of a call.
fn composed<'v>(mut functions: impl Iterator<Item = &'v Value>, call: &Call) -> Step {
    let Some(first) = functions.next() else { return Step::Same };
    let inner = Value::call(first.clone(), Args::from(call.args()));
    let apply = |inner: Value, f: &Value| Value::call(f.clone(), [inner].as_slice());
    Step::Again(functions.fold(inner, apply))
}

/// Applies the operator form of a function with this name.
fn applied(name: &str, operator: Symbol, argument: &Value, options: &[Value], of: &Value) -> Step {
    let call = |args: &[&Value]| {
        let args: Args = args.iter().map(|arg| (*arg).clone()).collect();
        Step::Again(Value::call(operator, args))
    };
    if let [second] = options {
        if FIRST_AND_LAST.contains(&name) {
            return call(&[argument, of, second]);
        }
        if LAST_TWO.contains(&name) {
            return call(&[of, argument, second]);
        }
    }
    if name == "RightComposition" {
        let all = std::iter::once(argument).chain(options);
        return composed(all, &Call::new(operator, [of.clone()].as_slice()));
    }
    if options.iter().any(|option| crate::rule::sides(option).is_none()) {
        return Step::Same;
    }
    if FIRST.binary_search(&name).is_ok() {
        return call(&[argument, of]);
    }
    if SECOND.binary_search(&name).is_ok() {
        let args: Vec<&Value> = [of, argument].into_iter().chain(options).collect();
        return call(&args);
    }
    if let Some((_, relation)) = COMPARISONS.iter().find(|(known, _)| *known == name) {
        return Step::Again(Value::call(*relation, [of.clone(), argument.clone()]));
    }
    match name {
        "Key" => Step::Again(Value::call(of.clone(), [argument.clone()].as_slice())),
        _ => Step::Same,
    }
}
