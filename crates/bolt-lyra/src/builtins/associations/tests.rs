//! Groups and counts against what is written out by hand.

use crate::tests::check;

#[test]
fn groups_hold_what_their_function_says() {
    check(&[
        ("GroupBy[Range[100], Mod[#, 3] &, Length]", "<|1 -> 34, 2 -> 33, 0 -> 33|>"),
        (
            "Table[i, {i, 200}] // GroupBy[#, Mod[#, 7] &] & // \
             # === Association[Table[k -> Select[Range[200], Mod[# - k, 7] == 0 &], {k, Join[Range[6], {0}]}]] &",
            "True",
        ),
        (
            "GroupBy[<|a -> 1, b -> 2, c -> 3|>, OddQ]",
            "<|True -> <|a -> 1, c -> 3|>, False -> <|b -> 2|>|>",
        ),
        (
            "GroupBy[{{1, 2}, {1, 3}, {2, 4}}, {First, Last}]",
            "<|1 -> <|2 -> {{1, 2}}, 3 -> {{1, 3}}|>, 2 -> <|4 -> {{2, 4}}|>|>",
        ),
        ("GroupBy[{{1, x}, {2, y}, {1, z}}, First -> Last]", "<|1 -> {x, z}, 2 -> {y}|>"),
        ("Counts[Mod[Range[100]^2, 5]]", "<|1 -> 40, 4 -> 40, 0 -> 20|>"),
        ("Counts[{{1, 2}, {1, 2}, {2, 1}}]", "<|{1, 2} -> 2, {2, 1} -> 1|>"),
        ("CountsBy[Range[50], Mod[#, 4] &]", "<|1 -> 13, 2 -> 13, 3 -> 12, 0 -> 12|>"),
        ("KeyDrop[<|1 -> a, 2 -> b, 3 -> c, 4 -> d|>, {3, 1, 9}]", "<|2 -> b, 4 -> d|>"),
    ]);
}
