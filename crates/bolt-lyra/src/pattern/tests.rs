//! An index finds what trying one rule after another finds.

use bolt_base::Rng;

use crate::session::Session;

struct Generator(Rng);

impl Generator {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len() as u64) as usize]
    }

    /// A part of an expression, or of a pattern.
    fn part(&mut self, depth: u32, is_pattern: bool) -> String {
        if is_pattern && self.below(3) == 0 {
            return self.blank(depth);
        }
        if depth == 0 || self.below(4) == 0 {
            return self.atom().to_owned();
        }
        let (a, b) = (self.part(depth - 1, is_pattern), self.part(depth - 1, is_pattern));
        match self.below(9) {
            0 => format!("({a} + {b})"),
            1 => format!("({a})*({b})"),
            2 => format!("({a})^({b})"),
            3 => format!("{{{a}, {b}}}"),
            4 => format!("p[{a}, {b}]"),
            5 => format!("o[{a}, {b}]"),
            6 => format!("<|{a} -> {b}|>"),
            _ => format!("{}[{a}]", self.pick(&["Sin", "q", "h"])),
        }
    }

    fn atom(&mut self) -> &'static str {
        self.pick(&["a", "b", "x", "0", "1", "2", "1/2", "2.5", "I", "\"s\"", "{}", "Range[40]"])
    }

    fn blank(&mut self, depth: u32) -> String {
        let name = self.pick(&["u", "v", "w"]);
        match self.below(12) {
            0..3 => format!("{name}_"),
            3 => format!("{name}_{}", self.pick(&["Integer", "Symbol", "Rational", "List", "p"])),
            4 => format!("{name}_."),
            5 => format!("{name}__"),
            6 => format!("{name}___q"),
            7 => format!("({}|{})", self.atom(), self.atom()),
            8 => format!("Except[{}]", self.atom()),
            9 => format!("{name}_?NumberQ"),
            10 => format!("Repeated[{}]", self.atom()),
            _ if depth > 0 => format!("({name}_.*{})", self.part(depth - 1, true)),
            _ => "_".to_owned(),
        }
    }
}

/// Attributes that move arguments, in half of the programs.
const SETTING: &str = "SetAttributes[o, {Flat, Orderless, OneIdentity}];";

/// Thirty definitions and forty calls of them, of one and of two arguments.
fn definitions(seed: u64) -> String {
    let mut generator = Generator(Rng::new(seed));
    let mut program = if seed.is_multiple_of(2) { SETTING.to_owned() } else { String::new() };
    for rule in 0..30 {
        let (first, second) = (generator.part(2, true), generator.part(1, true));
        program += &match generator.below(3) {
            0 => format!("f[{first}] := r[{rule}];"),
            1 => format!("f[{first}, {second}] := r[{rule}];"),
            _ => format!("f[{first}, {second}] := r[{rule}] /; {rule} > 3;"),
        };
    }
    let calls: Vec<String> = (0..40)
        .map(|_| match generator.below(2) {
            0 => format!("f[{}]", generator.part(2, false)),
            _ => format!("f[{}, {}]", generator.part(2, false), generator.part(1, false)),
        })
        .collect();
    format!("{program} {{{}}}", calls.join(", "))
}

/// Thirty rules and twenty expressions that they are used on.
fn replacements(seed: u64) -> String {
    let mut generator = Generator(Rng::new(seed));
    let rules: Vec<String> =
        (0..30).map(|rule| format!("{} :> r[{rule}]", generator.part(2, true))).collect();
    let parts: Vec<String> = (0..20).map(|_| generator.part(3, false)).collect();
    format!("{SETTING} {{{}}} /. {{{}}}", parts.join(", "), rules.join(", "))
}

/// Evaluates a program in a session that others were evaluated in.
fn outcome(session: &mut Session, program: &str) -> String {
    session.run("ClearAll[\"Global`*\"]");
    let value = session.run(program);
    session.input_form(&value)
}

#[test]
fn rules_found_by_an_index_are_those_that_match() {
    let mut indexed = Session::new();
    let mut scanned = Session::new();
    scanned.run("ConfigurePatternCompilation[indexingStrategy -> \"none\"]");
    for seed in 0..400 {
        for program in [definitions(seed), replacements(seed)] {
            let (found, expected) =
                (outcome(&mut indexed, &program), outcome(&mut scanned, &program));
            assert_eq!(found, expected, "seed {seed}: {program}");
        }
    }
}

#[test]
fn literal_rules_are_tried_alone() {
    let mut session = Session::new();
    for count in [20, 1_000] {
        session.run(&format!("ClearAll[f]; Do[f[i, x_] := {{i, x}}, {{i, {count}}}]"));
        session.run("Do[f[7, y], {20}]");
        let tried = session.run("PatternReport[f][\"TestsPerMatch\"]");
        assert_eq!(session.input_form(&tried), "1.", "of {count} rules");
    }
}

#[test]
fn rules_see_attributes_that_were_set_after_them() {
    let mut session = Session::new();
    session
        .run("f[h[a, x_]] := {x}; f[x_] := no; Do[f[h[b, a]], {5}]; SetAttributes[h, Orderless]");
    let value = session.run("Table[f[h[b, a]], {6}]");
    assert_eq!(session.input_form(&value), "{{b}, {b}, {b}, {b}, {b}, {b}}");
}

#[test]
fn the_cache_of_patterns_holds_no_more_than_it_may() {
    let mut session = Session::new();
    session.run("ConfigurePatternCompilation[patternCacheSize -> 3]");
    session.run("Do[MatchQ[1, _Integer]; MatchQ[{i}, {i}], {i, 10}]");
    let report = session.run("PatternReport[][[{\"CompiledPatterns\", \"PatternCacheSize\"}]]");
    assert_eq!(
        session.input_form(&report),
        "<|\"CompiledPatterns\" -> 3, \"PatternCacheSize\" -> 3|>"
    );
    let hits = session.run("PatternReport[][\"CacheHits\"]");
    assert_eq!(session.input_form(&hits), "9", "`_Integer` is used again and stays");
}
