//! Expressions as TeX.

use super::{head_name, is_compound};
use crate::builtins::{Builtin, inert};
use crate::number;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Call, Value, fixed, grown};

pub(super) const TABLE: &[Builtin] = &[inert(
    "TeXForm",
    "TeXForm[e] is shown as TeX would write e.",
    &[
        ("ToString[TeXForm[x^2/3]]", "\"\\\\frac{x^2}{3}\""),
        ("ToString[TeXForm[Sqrt[Sin[a]]]]", "\"\\\\sqrt{\\\\sin (a)}\""),
    ],
)];

/// Functions that TeX has a name for.
const FUNCTIONS: &[(&str, &str)] = &[
    ("Sin", "\\sin"),
    ("Cos", "\\cos"),
    ("Tan", "\\tan"),
    ("Cot", "\\cot"),
    ("Sec", "\\sec"),
    ("Csc", "\\csc"),
    ("ArcSin", "\\sin ^{-1}"),
    ("ArcCos", "\\cos ^{-1}"),
    ("ArcTan", "\\tan ^{-1}"),
    ("Sinh", "\\sinh"),
    ("Cosh", "\\cosh"),
    ("Tanh", "\\tanh"),
    ("Coth", "\\coth"),
    ("Log", "\\log"),
    ("Max", "\\max"),
    ("Min", "\\min"),
    ("GCD", "\\gcd"),
    ("Det", "\\det"),
    ("Gamma", "\\Gamma"),
    ("Zeta", "\\zeta"),
];

/// Operators between two expressions.
const OPERATORS: &[(&str, &str)] = &[
    ("Equal", "="),
    ("Unequal", "\\neq"),
    ("Less", "<"),
    ("Greater", ">"),
    ("LessEqual", "\\leq"),
    ("GreaterEqual", "\\geq"),
    ("Rule", "\\to"),
    ("RuleDelayed", ":\\to"),
    ("And", "\\land"),
    ("Or", "\\lor"),
    ("Element", "\\in"),
    ("Union", "\\cup"),
    ("Intersection", "\\cap"),
    ("Cross", "\\times"),
    ("Dot", "."),
    ("Implies", "\\Rightarrow"),
];

/// Letters and constants that TeX has a name for.
const SYMBOLS: &[(&str, &str)] = &[
    ("Pi", "\\pi"),
    ("E", "e"),
    ("I", "i"),
    ("Infinity", "\\infty"),
    ("ComplexInfinity", "\\tilde{\\infty }"),
    ("EulerGamma", "\\gamma"),
    ("GoldenRatio", "\\phi"),
    ("Degree", "{}^{\\circ}"),
    ("α", "\\alpha"),
    ("β", "\\beta"),
    ("γ", "\\gamma"),
    ("δ", "\\delta"),
    ("ε", "\\epsilon"),
    ("ζ", "\\zeta"),
    ("η", "\\eta"),
    ("θ", "\\theta"),
    ("κ", "\\kappa"),
    ("λ", "\\lambda"),
    ("μ", "\\mu"),
    ("ν", "\\nu"),
    ("ξ", "\\xi"),
    ("π", "\\pi"),
    ("ρ", "\\rho"),
    ("σ", "\\sigma"),
    ("τ", "\\tau"),
    ("φ", "\\phi"),
    ("χ", "\\chi"),
    ("ψ", "\\psi"),
    ("ω", "\\omega"),
    ("Γ", "\\Gamma"),
    ("Δ", "\\Delta"),
    ("Θ", "\\Theta"),
    ("Λ", "\\Lambda"),
    ("Σ", "\\Sigma"),
    ("Φ", "\\Phi"),
    ("Ψ", "\\Psi"),
    ("Ω", "\\Omega"),
];

fn known(table: &'static [(&str, &str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(own, _)| *own == name).map(|(_, tex)| *tex)
}

impl Session {
    /// Returns an expression as TeX.
    pub fn tex_form(&self, value: &Value) -> String {
        match value {
            Value::Symbol(symbol) => tex_name(&self.names.full(*symbol).name),
            Value::Temporary(temporary) => tex_name(&self.names.full(temporary.symbol).name),
            Value::String(text) => format!("\\text{{{text}}}"),
            Value::Rational(_) => self.tex_fraction(value),
            Value::Complex(complex) => self.tex_complex(&complex.re, &complex.im),
            Value::Real(_) | Value::BigReal(_) => {
                let text = self.output_form(value);
                match text.split_once("*^") {
                    Some((mantissa, exponent)) => format!("{mantissa}\\times 10^{{{exponent}}}"),
                    None => text,
                }
            }
            Value::Call(call) => grown(call.depth(), || self.tex_call(call)),
            _ => self.output_form(value),
        }
    }

    fn tex_fraction(&self, value: &Value) -> String {
        let parts = number::as_call(value);
        let Some([top, bottom]) = parts.as_ref().and_then(fixed) else {
            return self.output_form(value);
        };
        let negative = number::is_negative(top);
        let size = if negative { number::negate(top) } else { top.clone() };
        let sign = if negative { "-" } else { "" };
        format!("{sign}\\frac{{{}}}{{{}}}", self.output_form(&size), self.output_form(bottom))
    }

    fn tex_complex(&self, re: &Value, im: &Value) -> String {
        let part = match im {
            Value::Integer(1) => "i".to_owned(),
            Value::Integer(-1) => "-i".to_owned(),
            _ => format!("{} i", self.tex_form(im)),
        };
        match re {
            Value::Integer(0) => part,
            _ if part.starts_with('-') => format!("{}{part}", self.tex_form(re)),
            _ => format!("{}+{part}", self.tex_form(re)),
        }
    }

    fn tex_all(&self, values: &[Value], between: &str) -> String {
        values.iter().map(|value| self.tex_form(value)).collect::<Vec<_>>().join(between)
    }

    fn tex_grouped(&self, value: &Value) -> String {
        let text = self.tex_form(value);
        if is_compound(value) { format!("\\left({text}\\right)") } else { text }
    }

    fn tex_call(&self, call: &Call) -> String {
        let args = call.args();
        let name = head_name(self, call).unwrap_or("");
        match (name, args) {
            ("Plus", [_, _, ..]) => self.tex_sum(args),
            ("Times", [_, _, ..]) => self.tex_product(args),
            ("Power", [base, exponent]) => self.tex_power(base, exponent),
            ("List", _) => format!("\\{{{}\\}}", self.tex_all(args, ",")),
            ("Not", [of]) => format!("\\neg {}", self.tex_grouped(of)),
            ("Abs", [of]) => format!("\\left| {}\\right|", self.tex_form(of)),
            ("Floor", [of]) => format!("\\left\\lfloor {}\\right\\rfloor", self.tex_form(of)),
            ("Ceiling", [of]) => format!("\\left\\lceil {}\\right\\rceil", self.tex_form(of)),
            ("Factorial", [of]) => format!("{}!", self.tex_grouped(of)),
            ("Binomial", [n, k]) => {
                format!("\\binom{{{}}}{{{}}}", self.tex_form(n), self.tex_form(k))
            }
            ("Conjugate", [of]) => format!("{}^*", self.tex_grouped(of)),
            ("Subscript", [of, indices @ ..]) => {
                format!("{}_{}", self.tex_grouped(of), braced(&self.tex_all(indices, ",")))
            }
            ("Superscript", [of, index]) => {
                format!("{}^{}", self.tex_grouped(of), braced(&self.tex_form(index)))
            }
            ("Subsuperscript", [of, low, high]) => format!(
                "{}_{}^{}",
                self.tex_grouped(of),
                braced(&self.tex_form(low)),
                braced(&self.tex_form(high))
            ),
            (
                "HoldForm" | "OutputForm" | "StandardForm" | "TraditionalForm" | "Style",
                [of, ..],
            ) => self.tex_form(of),
            ("DirectedInfinity", [Value::Integer(1)]) => "\\infty".to_owned(),
            ("DirectedInfinity", [Value::Integer(-1)]) => "-\\infty".to_owned(),
            ("MatrixForm" | "TableForm" | "Grid", [of, ..]) => self.tex_matrix(name, of),
            ("Row", [of, ..]) => self.tex_all(of.as_list().unwrap_or(&[]), ""),
            ("Integrate", [of, variables @ ..]) if !variables.is_empty() => {
                self.tex_integral(of, variables)
            }
            ("Sum" | "Product", [of, ranges @ ..]) if !ranges.is_empty() => {
                self.tex_sum_over(name, of, ranges)
            }
            _ => match known(OPERATORS, name) {
                Some(operator) if args.len() >= 2 => {
                    let all: Vec<String> = args.iter().map(|arg| self.tex_form(arg)).collect();
                    let tight = ["=", "<", ">", "."].contains(&operator);
                    all.join(&if tight { operator.to_owned() } else { format!("{operator} ") })
                }
                _ => self.tex_application(call),
            },
        }
    }

    fn tex_application(&self, call: &Call) -> String {
        let args = self.tex_all(call.args(), ",");
        match head_name(self, call).and_then(|name| known(FUNCTIONS, name)) {
            Some(function) => format!("{function} ({args})"),
            None => format!("{}({args})", self.tex_form(call.head())),
        }
    }

    fn tex_sum(&self, terms: &[Value]) -> String {
        let mut text = String::new();
        // Polynomials are written with the highest power first.
        for (place, term) in terms.iter().rev().enumerate() {
            let term = self.tex_form(term);
            if place > 0 && !term.starts_with('-') {
                text.push('+');
            }
            text.push_str(&term);
        }
        text
    }

    fn tex_product(&self, factors: &[Value]) -> String {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let mut sign = "";
        for (place, factor) in factors.iter().enumerate() {
            if place == 0 && number::is_real(factor) {
                let negative = number::is_negative(factor);
                sign = if negative { "-" } else { "" };
                let size = if negative { number::negate(factor) } else { factor.clone() };
                match number::as_call(&size).as_ref().and_then(fixed) {
                    Some([top, bottom]) => {
                        if !number::is_one(top) {
                            above.push(self.tex_form(top));
                        }
                        below.push(self.tex_form(bottom));
                    }
                    None if number::is_one(&size) => {}
                    None => above.push(self.tex_form(&size)),
                }
                continue;
            }
            match factor.exactly(sym::Power) {
                Some([base, exponent])
                    if number::is_real(exponent) && number::is_negative(exponent) =>
                {
                    below.push(match number::negate(exponent) {
                        Value::Integer(1) => self.tex_form(base),
                        positive => self.tex_power(base, &positive),
                    });
                }
                _ if factor.args_of(sym::Plus).is_some() => {
                    above.push(format!("({})", self.tex_form(factor)));
                }
                _ => above.push(self.tex_form(factor)),
            }
        }
        let of = |parts: &[String]| if parts.is_empty() { "1".into() } else { parts.join(" ") };
        match below.is_empty() {
            true => format!("{sign}{}", of(&above)),
            false => format!("{sign}\\frac{{{}}}{{{}}}", of(&above), of(&below)),
        }
    }

    fn tex_power(&self, base: &Value, exponent: &Value) -> String {
        if let Value::Rational(ratio) = exponent {
            let text = ratio.to_string();
            match text.split_once('/') {
                Some(("1", "2")) => return format!("\\sqrt{{{}}}", self.tex_form(base)),
                Some(("1", root)) => return format!("\\sqrt[{root}]{{{}}}", self.tex_form(base)),
                Some(("-1", "2")) => {
                    return format!("\\frac{{1}}{{\\sqrt{{{}}}}}", self.tex_form(base));
                }
                _ => {}
            }
        }
        if number::is_real(exponent) && number::is_negative(exponent) {
            let positive = number::negate(exponent);
            let below = match positive {
                Value::Integer(1) => self.tex_form(base),
                _ => self.tex_power(base, &positive),
            };
            return format!("\\frac{{1}}{{{below}}}");
        }
        // sin^2(x) is written with the power of the function.
        if let Some(call) = base.as_call()
            && let Some(function) = head_name(self, call).and_then(|name| known(FUNCTIONS, name))
            && !function.contains('^')
        {
            let exponent = braced(&self.tex_form(exponent));
            return format!("{function} ^{exponent}({})", self.tex_all(call.args(), ","));
        }
        let base_text = match is_compound(base) {
            true => format!("({})", self.tex_form(base)),
            false => self.tex_form(base),
        };
        format!("{base_text}^{}", braced(&self.tex_form(exponent)))
    }

    fn tex_matrix(&self, name: &str, of: &Value) -> String {
        let Some(rows) = of.as_list() else { return self.tex_form(of) };
        let row = |row: &Value| match row.as_list() {
            Some(cells) => self.tex_all(cells, " & "),
            None => self.tex_form(row),
        };
        let columns = rows.iter().map(|row| row.as_list().map_or(1, <[Value]>::len)).max();
        let alignment = "c".repeat(columns.unwrap_or(0));
        let rows: Vec<String> = rows.iter().map(|cells| format!(" {} \\\\", row(cells))).collect();
        let array = format!("\\begin{{array}}{{{alignment}}}\n{}\n\\end{{array}}", rows.join("\n"));
        match name {
            "MatrixForm" => format!("\\left(\n{array}\n\\right)"),
            _ => array,
        }
    }

    fn tex_integral(&self, of: &Value, variables: &[Value]) -> String {
        let mut text = self.tex_form(of);
        for variable in variables.iter().rev() {
            text = match variable.as_list() {
                Some([x, from, to]) => format!(
                    "\\int_{}^{} {text} \\, d{}",
                    braced(&self.tex_form(from)),
                    braced(&self.tex_form(to)),
                    self.tex_form(x)
                ),
                _ => format!("\\int {text} \\, d{}", self.tex_form(variable)),
            };
        }
        text
    }

    fn tex_sum_over(&self, name: &str, of: &Value, ranges: &[Value]) -> String {
        let sign = if name == "Sum" { "\\sum" } else { "\\prod" };
        let mut text = self.tex_form(of);
        for range in ranges.iter().rev() {
            let one = Value::Integer(1);
            let (variable, from, to) = match range.as_list() {
                Some([variable, to]) => (variable, &one, to),
                Some([variable, from, to]) => (variable, from, to),
                _ => return self.output_form(of),
            };
            text = format!(
                "{sign}_{{{}={}}}^{} {text}",
                self.tex_form(variable),
                self.tex_form(from),
                braced(&self.tex_form(to))
            );
        }
        text
    }
}

/// Puts braces around what is more than one character.
fn braced(text: &str) -> String {
    if text.chars().count() == 1 { text.to_owned() } else { format!("{{{text}}}") }
}

fn tex_name(name: &str) -> String {
    match known(SYMBOLS, name) {
        Some(tex) => tex.to_owned(),
        None if name.chars().count() == 1 => name.to_owned(),
        None => format!("\\text{{{}}}", name.replace('$', "\\$")),
    }
}
