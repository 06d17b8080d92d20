//! Sparse arrays against full lists: every function gives what it gives of the full list.

use crate::session::Session;
use crate::tests::check;

/// Texts of sparse arrays with some elements.
const MATRICES: &[&str] = &[
    "SparseArray[{{1, 2} -> 5, {3, 1} -> 7, {3, 3} -> x}, {3, 3}]",
    "SparseArray[{{1, 2} -> 5., {3, 1} -> 7., {3, 3} -> 0.5}, {3, 3}]",
    "SparseArray[{{2, 2} -> 3}, {3, 3}, 1]",
    "SparseArray[{}, {3, 3}]",
    "SparseArray[{{i_, j_} /; i < j -> i + 10 j}, {3, 3}]",
    "SparseArray[{{1, 0, 2}, {0, 0, 0}, {3, 4, 5}}]",
];

const FUNCTIONS: &[&str] = &[
    "#",
    "2 #",
    "# + 1",
    "#^2",
    "# + #",
    "# - 3 #",
    "# {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}",
    "# + {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}",
    "Sin[#]",
    "Transpose[#]",
    "# . {1, 2, 3}",
    "{1, 2, 3} . #",
    "# . #",
    "# . Transpose[#] . {1, 0, a}",
    "MatrixPower[#, 3]",
    "Total[#]",
    "Total[#, 2]",
    "Total[#, {2}]",
    "Tr[#]",
    "Diagonal[#]",
    "#[[2]]",
    "#[[All, 1]]",
    "#[[{3, 1}, {1, 1, 2}]]",
    "#[[2 ;;, ;; -2]]",
    "#[[3, 3]]",
    "#[[-1]]",
    "First[#]",
    "Rest[#]",
    "Take[#, 2]",
    "Flatten[#]",
    "ArrayReshape[#, {9}]",
    "Dimensions[#]",
    "Length[#]",
    "MatrixQ[#]",
    "VectorQ[#]",
    "Map[f, #, {2}]",
    "Map[Total, #]",
    "Det[#]",
    "KroneckerProduct[#, {{1, 2}, {3, 4}}]",
    "N[#]",
    "Join[#, #]",
];

#[test]
fn functions_of_sparse_arrays_are_those_of_full_ones() {
    for matrix in MATRICES {
        for function in FUNCTIONS {
            let run = |argument: &str| {
                let mut session = Session::new();
                let source = format!("Expand[Normal[({function} &)[{argument}]]]");
                let value = session.run(&source);
                session.input_form(&value)
            };
            let full = run(&format!("Normal[{matrix}]"));
            assert_eq!(run(matrix), full, "{function} of {matrix}");
            assert!(!full.contains("SparseArray"), "{function} of {matrix}: {full}");
        }
    }
}

#[test]
fn arrays_deeper_than_matrices_are_transposed_and_taken_apart() {
    let of = "SparseArray[{{1, 2, 3} -> a, {2, 1, 1} -> b, {2, 2, 4} -> c}, {2, 2, 4}]";
    for function in [
        "Transpose[#, {3, 1, 2}]",
        "#[[2, All, 1 ;; 4 ;; 3]]",
        "Total[#]",
        "Total[#, {3}]",
        "# . Range[4]",
    ] {
        let run = |argument: &str| {
            let mut session = Session::new();
            let value = session.run(&format!("Normal[({function} &)[{argument}]]"));
            session.input_form(&value)
        };
        assert_eq!(run(of), run(&format!("Normal[{of}]")), "{function}");
    }
}

#[test]
fn rules_say_where_elements_are() {
    check(&[
        // The first rule for a position holds.
        ("Normal[SparseArray[{{1} -> a, {1} -> b, {i_} :> i^2}, 3]]", "{a, 4, 9}"),
        ("Normal[SparseArray[{{1, 1}, {2, 3}} -> {p, q}]]", "{{p, 0, 0}, {0, 0, q}}"),
        ("Normal[SparseArray[{{1, 1}, {2, 2}} -> 1]]", "{{1, 0}, {0, 1}}"),
        ("Normal[SparseArray[{2, 4} -> {p, q}]]", "{0, p, 0, q}"),
        ("Normal[SparseArray[SparseArray[{1 -> 1}, 2], 3]]", "{1, 0, 0}"),
        ("Normal[SparseArray[Band[{1, 1}, {4, 4}] -> {1, 2}, {4, 4}]] // Diagonal", "{1, 2, 1, 2}"),
        (
            "Normal[SparseArray[Band[{1, 1}, {5, 5}, {2, 2}] -> 9, {5, 5}]] // Diagonal",
            "{9, 0, 9, 0, 9}",
        ),
        ("SparseArray[{{3, 3} -> 1}, {2, 2}]", "SparseArray[{{3, 3} -> 1}, {2, 2}]"),
        ("SparseArray[{{_, _} -> 1}]", "SparseArray[{{_, _} -> 1}]"),
        (
            "SparseArray[{{1, 2} -> a, {2, 1} -> b}]",
            "SparseArray[Automatic, {2, 2}, 0, {1, {{0, 1, 2}, {{2}, {1}}}, {a, b}}]",
        ),
        ("SparseArray[{{2, 1} -> b, {1, 2} -> a}] === SparseArray[{{0, a}, {b, 0}}]", "True"),
        ("SparseArray[{1 -> a}, 2] == SparseArray[{a, 0}]", "True"),
    ]);
}

#[test]
fn parts_are_set_and_properties_told() {
    check(&[
        ("s = SparseArray[{{1, 1} -> 1}, {2, 2}]; s[[2, 1]] = 5; Normal[s]", "{{1, 0}, {5, 0}}"),
        (
            "s = SparseArray[{{1, 1} -> 1}, {2, 2}]; s[[1]] = {0, 3}; ArrayRules[s]",
            "{{1, 2} -> 3, {_, _} -> 0}",
        ),
        ("s = SparseArray[{}, {2, 3}]; s[[All, 2]] = 7; Normal[s]", "{{0, 7, 0}, {0, 7, 0}}"),
        ("SparseArray[{{0, 4}, {5, 0}}][\"NonzeroPositions\"]", "{{1, 2}, {2, 1}}"),
        ("SparseArray[{{0, 4}, {5, 6}}][\"RowPointers\"]", "{0, 1, 3}"),
        ("SparseArray[{{0, 4}, {5, 6}}][\"AdjacencyLists\"]", "{{2}, {1, 2}}"),
        ("SparseArray[{{0, 4}, {5, 6}}][\"Density\"]", "0.75"),
        (
            "SparseArray[{{0, 4}, {5, 6}}][[3]]",
            "SparseArray[Automatic, {2, 2}, 0, {1, {{0, 1, 3}, {{2}, {1}, {2}}}, {4, 5, 6}}][[3]]",
        ),
    ]);
}

#[test]
fn large_sparse_systems_are_solved() {
    check(&[
        (
            "n = 20000; s = SparseArray[{Band[{1, 1}] -> 2., Band[{1, 2}] -> -1., Band[{2, 1}] -> -1.}, {n, n}];
             x = LinearSolve[s, ConstantArray[1., n]]; Max[Abs[s . x - 1]] < 10^-5 && x[[n/2]] == x[[n/2 + 1]] || x[[n/2]]",
            "True",
        ),
        (
            "m = SparseArray[{Band[{1, 1}] -> 4., Band[{1, 2}] -> -1., Band[{2, 1}] -> -1.}, {50, 50}]; b = N[Range[50]];
             Max[Abs[LinearSolve[m, b, Method -> \"Krylov\"] - LinearSolve[Normal[m], b]]] < 10^-10",
            "True",
        ),
        ("LinearSolve[SparseArray[{{1, 1} -> 2, {2, 2} -> 4}], {1, 1}]", "{1/2, 1/4}"),
        ("LinearSolve[SparseArray[{{1, 2} -> 2., {2, 1} -> 4.}], {{1, 0}, {0, 1}}]", "{{0., 0.25}, {0.5, 0.}}"),
    ]);
}
