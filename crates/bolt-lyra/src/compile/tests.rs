//! Random programs come to the same, translated and interpreted.

use crate::session::Session;
use crate::value::Value;

/// A generator of programs; one integer reproduces a program.
struct Programs {
    state: u64,
    /// Names that stand for values where the generator is.
    names: Vec<&'static str>,
}

impl Programs {
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len() as u64) as usize]
    }

    fn name(&mut self) -> &'static str {
        let place = self.below(self.names.len() as u64) as usize;
        self.names[place]
    }

    fn atom(&mut self) -> String {
        match self.below(10) {
            0..4 => self.name().to_owned(),
            4 => "u".to_owned(),
            5 => self.pick(&["0.5", "2.", "-1.25", "0."]).to_owned(),
            6 => self.pick(&["1/3", "I", "\"text\"", "9223372036854775807"]).to_owned(),
            _ => (self.below(7) as i64 - 2).to_string(),
        }
    }

    /// An expression without effects.
    fn expression(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.atom();
        }
        let mut part = || self.expression(depth - 1);
        let (a, b) = (part(), part());
        match self.below(18) {
            0 | 1 => format!("({a} + {b})"),
            2 => format!("({a} - {b})"),
            3 | 4 => format!("({a}*({b}))"),
            5 => format!("({a}/({b}))"),
            6 => format!("({a})^{}", self.below(4)),
            7 => format!("Mod[{a}, {b}]"),
            8 => format!("If[{}, {a}, {b}]", self.test(depth - 1)),
            9 => format!("{{{a}, {b}}}"),
            10 => format!("{{{a}, {b}}}[[{}]]", self.below(3)),
            11 => format!("{}[{a}]", self.pick(&["Sin", "Abs", "Floor", "EvenQ", "g", "f"])),
            12 => format!("Max[{a}, {b}]"),
            13 => format!("Module[{{t = {a}}}, t = t + {b}; t]"),
            14 => format!("With[{{x = {a}}}, x*x + {b}]"),
            15 => format!("Table[{a} + i, {{i, {}}}]", self.below(4)),
            16 => format!("Map[# + {a} &, {{{b}, 2}}]"),
            _ => format!("Fold[#1 + {a}*#2 &, {b}, {{1, 2, 3}}]"),
        }
    }

    fn test(&mut self, depth: u32) -> String {
        let (a, b) = (self.expression(depth), self.expression(depth));
        match self.below(8) {
            0..5 => format!("{a} {} {b}", self.pick(&["<", "<=", ">", ">=", "==", "!=", "==="])),
            5 => format!("{a} < {b} && {b} < 3"),
            6 => format!("{a} > 1 || OddQ[{b}]"),
            _ => format!("!({a} == {b})"),
        }
    }

    fn statement(&mut self, depth: u32) -> String {
        let name = self.pick(&["x", "y", "z"]);
        let value = self.expression(2);
        let mut inner = || if depth == 0 { "x = x".to_owned() } else { self.statement(depth - 1) };
        let (first, second) = (inner(), inner());
        match self.below(16) {
            0..3 => format!("{name} = {value}"),
            3 => format!("{name} += {value}"),
            4 => format!("{name}{}", self.pick(&["++", "--"])),
            5 => format!("If[{}, {first}, {second}]", self.test(1)),
            6 => format!(
                "k{depth} = 0; While[k{depth} < 4 && ({}), {first}; k{depth}++]",
                self.test(1)
            ),
            7 => format!("Do[{first}; {second}, {{i, {}}}]", self.below(5)),
            8 => format!("Do[{first}; If[{}, Break[]], {{j, 3}}]", self.test(1)),
            9 => format!(
                "For[n{depth} = 0, n{depth} < 3, n{depth}++, {first}; If[n{depth} == 1, Continue[]]; {second}]"
            ),
            10 => format!("list[[{}]] = {value}", self.below(4)),
            11 => format!("Module[{{t}}, If[{}, t = 1, t = {value}]; {name} = t]", self.test(1)),
            12 => format!("Do[If[{}, Return[{value}]], {{j, 2}}]; {first}", self.test(1)),
            13 => format!("{name} = Table[If[{}, q = {value}]; q, {{i, 3}}]", self.test(1)),
            14 => format!("{name} = {{q, q = {value}}}; {first}"),
            _ => format!("Do[{name} = {name} + i*j, {{i, 2}}, {{j, i, 3}}]; {second}"),
        }
    }

    fn program(seed: u64) -> String {
        let mut new = Self { state: seed, names: vec!["x", "y", "z", "i"] };
        new.names.push("k");
        let body = new.expression(2);
        let statements: Vec<String> = (0..3).map(|_| new.statement(1)).collect();
        format!(
            "f[0] = 1; f[n_] := If[n > 4, {body}, n + 1]; g[v_, w_: 2] := v*w; \
             x = 1; y = 2.5; z = 3; k = 0; list = {{1, 2., q}}; {}; \
             {{x, y, z, i, k, list, q, Table[f[m], {{m, 0, 5}}]}}",
            statements.join("; ")
        )
    }
}

/// Takes the numbers of symbols like `t$7` away: translated scopes make no symbols.
fn without_numbers(shown: &str) -> String {
    let mut parts = shown.split('$');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        format!("{all}${}", part.trim_start_matches(|c: char| c.is_ascii_digit()))
    })
}

/// Evaluates a program; what it comes to, what it prints and the messages without their parts.
fn outcome(program: &str, is_compiling: bool) -> String {
    let parsed = bolt_lyra_syntax::parse(program);
    assert!(!parsed.has_errors(), "{program}: {:?}", parsed.diagnostics);
    let mut session = Session::new();
    session.is_compiling = is_compiling;
    let mut last = Value::NULL;
    for expr in &parsed.exprs {
        let value = session.read(expr);
        last = session.evaluate_line(&value).expect("no program quits");
    }
    without_numbers(&session.input_form(&last))
}

#[test]
fn random_programs_come_to_the_same_translated_and_interpreted() {
    for seed in 0..1_000 {
        let program = Programs::program(seed);
        let (translated, interpreted) = (outcome(&program, true), outcome(&program, false));
        assert_eq!(translated, interpreted, "seed {seed}: {program}");
    }
}
