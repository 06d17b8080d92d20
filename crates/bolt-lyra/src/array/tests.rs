//! Functions of packed arrays compute what they compute of the elements.

use dashu_ratio::RBig;

use super::Elements;
use crate::session::Session;
use crate::value::Value;

const VECTORS: &[&str] = &[
    "Range[40]",
    "Range[-20, 20]",
    "Range[40]/8.",
    "Range[-20, 20]/8.",
    "Range[40]*2^58",
    "Join[Range[40], {2^63 - 1}]",
];

const FUNCTIONS: &[&str] = &[
    "-#",
    "# + 1",
    "# + 0.5",
    "# - 1",
    "2 #",
    "2.5 #",
    "0 #",
    "0. #",
    "#/2",
    "#/4.",
    "1/#",
    "#^2",
    "#^3",
    "#^-1",
    "#^0.5",
    "Sqrt[#]",
    "Exp[#]",
    "Log[#]",
    "Sin[#]",
    "Cos[#]",
    "Tan[#]",
    "ArcTan[#]",
    "Abs[#]",
    "Conjugate[#]",
    "Re[#]",
    "Im[#]",
    "Sign[#]",
    "Floor[#]",
    "Ceiling[#]",
    "Round[#]",
    "Mod[#, 7]",
    "# + #",
    "# #",
    "# - 2 #",
    "#^2 + Sin[#]",
];

#[test]
fn functions_of_packed_arrays_are_those_of_their_elements() {
    for vector in VECTORS {
        for function in FUNCTIONS {
            let mut session = Session::new();
            let whole = session.run(&format!("v = {vector}; ({function} &)[v]"));
            let mut session = Session::new();
            let each = format!("v = {vector}; Map[{function} &, v]");
            let each = session.run(&each);
            let shown = |value: &Value| Session::new().input_form(value);
            assert_eq!(shown(&whole), shown(&each), "{function} of {vector}");
        }
    }
}

/// What is computed of a whole list, and the same with its elements one by one.
const OF_LISTS: &[(&str, &str)] = &[
    ("Max[#]", "Apply[Max, #]"),
    ("Min[#]", "Apply[Min, #]"),
    ("FoldList[Plus, #]", "FoldList[#1 + #2 &, #]"),
    ("FoldList[Times, #]", "FoldList[#1 #2 &, #]"),
    ("FoldList[Max, #]", "FoldList[Max[#1, #2] &, #]"),
    ("FoldList[Min, 3, #]", "FoldList[Min[#1, #2] &, 3, #]"),
    ("FoldList[Max, 0.25, #]", "FoldList[Max[#1, #2] &, 0.25, #]"),
    ("Fold[Plus, 1/2, #]", "Fold[#1 + #2 &, 1/2, #]"),
    ("Fold[Min, #]", "Apply[Min, #]"),
    ("Rest[#]", "Table[Part[#, i], {i, 2, Length[#]}]"),
    ("Most[#]", "Table[Part[#, i], {i, 1, Length[#] - 1}]"),
    ("VectorQ[#]", "True"),
    ("MatrixQ[#]", "False"),
    ("VectorQ[#, NumericQ]", "AllTrue[#, NumericQ]"),
    ("VectorQ[#, IntegerQ]", "AllTrue[#, IntegerQ]"),
    ("VectorQ[#, ListQ]", "False"),
];

#[test]
fn functions_of_packed_lists_are_those_of_their_elements() {
    for vector in VECTORS {
        for (whole, each) in OF_LISTS {
            let of = |function: &str| {
                let mut session = Session::new();
                let value = session.run(&format!("v = {vector}; ({function} &)[v]"));
                session.input_form(&value)
            };
            assert_eq!(of(whole), of(each), "{whole} of {vector}");
        }
    }
}

#[test]
fn a_packed_list_is_the_same_expression_as_one_that_is_not() {
    let mut session = Session::new();
    let packed = session.run("Range[40]");
    let values = packed.as_list().expect("a list").to_vec();
    assert!(packed.as_array().is_some());
    let plain = Value::list(crate::value::Args::from(values));
    assert!(plain.as_array().is_none());
    assert_eq!(packed, plain);
    let hash = |value: &Value| value.as_call().expect("a call").cached_hash();
    assert_eq!(hash(&packed), hash(&plain));
    let matrix = session.run("Table[Range[i, i + 39], {i, 3}]");
    assert_eq!(matrix.as_array().expect("packed").dimensions(), [3, 40]);
    let rows: Vec<Value> = matrix.as_list().expect("a list").to_vec();
    assert_eq!(matrix, Value::list(crate::value::Args::from(rows)));
}

#[test]
fn parts_of_packed_lists_are_set_in_place_or_unpack() {
    let mut session = Session::new();
    let set = |session: &mut Session, source: &str| {
        let value = session.run(source);
        session.input_form(&value)
    };
    assert_eq!(set(&mut session, "v = Range[40]; w = v; v[[3]] = 7; {v[[3]], w[[3]]}"), "{7, 3}");
    assert_eq!(set(&mut session, "v[[4]] = a; {v[[3]], v[[4]], Length[v]}"), "{7, a, 40}");
    assert_eq!(set(&mut session, "Do[v[[i]] = i/2, {i, 40}]; Total[v]"), "410");
    assert_eq!(set(&mut session, "v = Range[40]; AppendTo[v, x]; v[[-2 ;;]]"), "{40, x}");
}

#[test]
fn sums_of_machine_reals_are_near_the_exact_sum() {
    let wild = |place: i32| (f64::from(place) * 1.7).sin() * 10f64.powi(place % 9);
    let reals: Vec<f64> = (0..5_000).map(wild).collect();
    let exact = |of: &mut dyn Iterator<Item = f64>| {
        of.map(|real| RBig::try_from(real).expect("finite")).fold(RBig::ZERO, |sum, x| sum + x)
    };
    let sum = exact(&mut reals.iter().copied()).to_f64().value();
    let size = exact(&mut reals.iter().map(|real| real.abs())).to_f64().value();
    let Value::Real(total) = Elements::Reals(reals).total() else { panic!("a real") };
    assert!((total - sum).abs() <= 1e-15 * size, "{total} {sum}");
}
