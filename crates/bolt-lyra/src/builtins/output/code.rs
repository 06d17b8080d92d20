//! Expressions in the syntax of C and Fortran.

use super::{head_name, is_compound};
use crate::builtins::{Builtin, inert};
use crate::number;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Value, fixed, grown};

pub(super) const TABLE: &[Builtin] = &[
    inert(
        "CForm",
        "CForm[e] is shown as C would write e.",
        &[
            ("ToString[CForm[x^2 + 1/2]]", "\"0.5 + Power(x,2)\""),
            ("ToString[CForm[Sin[x] == y]]", "\"Sin(x) == y\""),
        ],
    ),
    inert(
        "FortranForm",
        "FortranForm[e] is shown as Fortran would write e.",
        &[
            ("ToString[FortranForm[x^2 + 1/2]]", "\"0.5 + x**2\""),
            ("ToString[FortranForm[2 Exp[x]]]", "\"2*E**x\""),
        ],
    ),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    C,
    Fortran,
}

impl Session {
    /// Returns an expression in the syntax of C.
    pub fn c_form(&self, value: &Value) -> String {
        self.code(value, Language::C)
    }

    /// Returns an expression in the syntax of Fortran.
    pub fn fortran_form(&self, value: &Value) -> String {
        self.code(value, Language::Fortran)
    }

    fn code(&self, value: &Value, language: Language) -> String {
        let Value::Call(call) = value else { return self.code_atom(value, language) };
        grown(call.depth(), || {
            let of = |value: &Value| self.code(value, language);
            let all = |between: &str| call.args().iter().map(of).collect::<Vec<_>>().join(between);
            if let Some([base, exponent]) = value.exactly(sym::Power) {
                return self.code_power(base, exponent, language);
            }
            match (head_name(self, call).unwrap_or(""), call.args().len()) {
                ("Plus", 2..) => {
                    let mut text = String::new();
                    for (place, term) in call.args().iter().enumerate() {
                        let term = of(term);
                        match (place, term.strip_prefix('-')) {
                            (0, _) => text.push_str(&term),
                            (_, Some(positive)) => text.push_str(&format!(" - {positive}")),
                            _ => text.push_str(&format!(" + {term}")),
                        }
                    }
                    text
                }
                ("Times", 2..) => self.code_product(call.args(), language),
                ("Equal", 2) => all(if language == Language::C { " == " } else { ".eq." }),
                ("Unequal", 2) => all(if language == Language::C { " != " } else { ".ne." }),
                ("Less", 2) => all(if language == Language::C { " < " } else { ".lt." }),
                ("Greater", 2) => all(if language == Language::C { " > " } else { ".gt." }),
                ("LessEqual", 2) => all(if language == Language::C { " <= " } else { ".le." }),
                ("GreaterEqual", 2) => all(if language == Language::C { " >= " } else { ".ge." }),
                ("And", 2..) => all(if language == Language::C { " && " } else { ".and." }),
                ("Or", 2..) => all(if language == Language::C { " || " } else { ".or." }),
                _ => format!("{}({})", of(call.head()), all(",")),
            }
        })
    }

    fn code_atom(&self, value: &Value, language: Language) -> String {
        match value {
            Value::Rational(_) => {
                let text = format!("{:?}", number::to_f64(value).unwrap_or(f64::NAN));
                text.strip_suffix(".0").map_or(text.clone(), |whole| format!("{whole}."))
            }
            Value::Complex(_) => {
                let parts = number::as_call(value);
                match parts.as_ref().and_then(fixed) {
                    Some([re, im]) => {
                        format!("Complex({},{})", self.code(re, language), self.code(im, language))
                    }
                    None => self.input_form(value),
                }
            }
            Value::Real(real) => {
                let text = self.input_form(&Value::Real(*real));
                text.replace("*^", "e")
            }
            _ => self.input_form(value),
        }
    }

    fn code_grouped(&self, value: &Value, language: Language) -> String {
        let text = self.code(value, language);
        let is_call = language == Language::C && value.args_of(sym::Power).is_some();
        if is_compound(value) && !is_call { format!("({text})") } else { text }
    }

    fn code_power(&self, base: &Value, exponent: &Value, language: Language) -> String {
        let half = number::rational(exponent).is_some_and(|half| half.to_string() == "1/2");
        if half {
            return format!("Sqrt({})", self.code(base, language));
        }
        if let Value::Integer(-1) = exponent {
            return format!("1/{}", self.code_grouped(base, language));
        }
        match language {
            Language::C => {
                format!("Power({},{})", self.code(base, language), self.code(exponent, language))
            }
            Language::Fortran => format!(
                "{}**{}",
                self.code_grouped(base, language),
                self.code_grouped(exponent, language)
            ),
        }
    }

    fn code_product(&self, factors: &[Value], language: Language) -> String {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let mut sign = "";
        let factor_text = |value: &Value| match value.args_of(sym::Plus) {
            Some(_) => format!("({})", self.code(value, language)),
            None => self.code(value, language),
        };
        for factor in factors {
            match factor.exactly(sym::Power) {
                Some([base, exponent])
                    if number::is_real(exponent) && number::is_negative(exponent) =>
                {
                    let positive = number::negate(exponent);
                    below.push(match positive {
                        Value::Integer(1) => factor_text(base),
                        _ => self.code_power(base, &positive, language),
                    });
                }
                _ if matches!(factor, Value::Integer(-1)) => sign = "-",
                _ => match (factor, number::as_call(factor)) {
                    (Value::Rational(_), Some(parts)) => {
                        let [top, bottom] = parts.args() else { continue };
                        match top {
                            Value::Integer(1) => {}
                            Value::Integer(-1) => sign = "-",
                            _ => above.push(self.code(top, language)),
                        }
                        below.push(self.code(bottom, language) + ".");
                    }
                    _ => above.push(factor_text(factor)),
                },
            }
        }
        let above = if above.is_empty() { "1".to_owned() } else { above.join("*") };
        match below.len() {
            0 => format!("{sign}{above}"),
            1 => format!("{sign}{above}/{}", below[0]),
            _ => format!("{sign}{above}/({})", below.join("*")),
        }
    }
}
