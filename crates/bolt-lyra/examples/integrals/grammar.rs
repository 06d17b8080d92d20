//! Random expressions of elementary functions.

/// A stream of numbers that a seed determines (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a number below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Returns one of several texts.
    pub(crate) fn pick(&mut self, of: &[&str]) -> String {
        of[self.below(of.len())].to_owned()
    }
}

const FUNCTIONS: &[&str] = &[
    "Sin", "Cos", "Tan", "Exp", "Exp", "Log", "Log", "Sqrt", "Sqrt", "ArcTan", "ArcSin", "ArcCos",
    "Sinh", "Cosh", "Tanh", "ArcSinh", "ArcTanh", "Sec", "Cot",
];
const NUMBERS: &[&str] = &["1", "2", "3", "-1", "-2", "1/2", "5", "-1/3"];
const POWERS: &[&str] = &["2", "3", "-1", "-2", "1/2", "-1/2", "3/2", "1/3"];

/// Returns an expression in x of at most this depth.
pub(crate) fn expression(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return leaf(random);
    }
    let inner = |random: &mut Random| {
        let less = random.below(depth);
        expression(random, less)
    };
    match random.below(12) {
        0 => leaf(random),
        1 | 2 => format!("({} + {})", inner(random), inner(random)),
        3 | 4 => format!("({})*({})", inner(random), inner(random)),
        5 => format!("({})/({})", inner(random), inner(random)),
        6 => format!("({})^({})", inner(random), random.pick(POWERS)),
        7 => rational(random),
        8 => format!("{}[{}]", random.pick(FUNCTIONS), linear(random)),
        9 => quadratic_root(random),
        _ => format!("{}[{}]", random.pick(FUNCTIONS), inner(random)),
    }
}

fn leaf(random: &mut Random) -> String {
    match random.below(3) {
        0 => random.pick(NUMBERS),
        _ => "x".to_owned(),
    }
}

/// Returns `a + b x`.
pub(crate) fn linear(random: &mut Random) -> String {
    format!("({} + ({})*x)", random.pick(&["0", "0", "1", "-2", "3"]), random.pick(NUMBERS))
}

/// Returns a polynomial of at most this degree.
pub(crate) fn polynomial(random: &mut Random, degree: usize) -> String {
    let terms =
        (0..=degree).map(|n| format!("({})*x^{n}", random.pick(&["0", "1", "-1", "2", "3"])));
    format!("(1 + {})", terms.collect::<Vec<_>>().join(" + "))
}

/// Returns a quotient of polynomials.
pub(crate) fn rational(random: &mut Random) -> String {
    let (top, bottom) = (random.below(3), 1 + random.below(3));
    format!("{}/{}", polynomial(random, top), polynomial(random, bottom))
}

fn quadratic_root(random: &mut Random) -> String {
    format!("({})^({})", polynomial(random, 2), random.pick(&["1/2", "-1/2", "3/2", "-3/2"]))
}
