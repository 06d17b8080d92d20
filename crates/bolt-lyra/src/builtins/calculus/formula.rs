//! Formulas: expressions written as text in the program, with values in place of their names.

use crate::scoping::substitute;
use crate::session::{Evaluated, Session};
use crate::value::Value;

/// The context of the names in formulas, apart from all names of programs.
const CONTEXT: &str = "Lyra`Formula`";

impl Session {
    /// Returns the expression that a formula stands for; it is read once.
    pub(crate) fn formula(&mut self, text: &'static str) -> Value {
        if let Some(known) = self.formulas.get(text) {
            return known.clone();
        }
        let value = self.read_in(text, CONTEXT);
        self.formulas.insert(text, value.clone());
        value
    }

    fn read_in(&mut self, text: &str, context: &str) -> Value {
        let parsed = bolt_lyra_syntax::parse(text);
        debug_assert!(!parsed.has_errors(), "{text}: {:?}", parsed.diagnostics);
        let system = triomphe::Arc::from("System`");
        let path = std::mem::replace(&mut self.names.path, vec![system]);
        let own = std::mem::replace(&mut self.names.context, triomphe::Arc::from(context));
        let value = parsed.exprs.first().map_or(Value::NULL, |expr| self.read(expr));
        self.names.path = path;
        self.names.context = own;
        value
    }

    /// Returns a formula with values for its names, unevaluated.
    pub(crate) fn filled(&mut self, text: &'static str, values: &[(&str, &Value)]) -> Value {
        let formula = self.formula(text);
        let map: Vec<(Value, Value)> = values
            .iter()
            .map(|(name, value)| {
                let symbol = self.names.symbol(&format!("{CONTEXT}{name}"));
                (Value::Symbol(symbol), (*value).clone())
            })
            .collect();
        substitute(&formula, &map)
    }

    /// Evaluates a formula with values for its names.
    pub(crate) fn evaluate_formula(
        &mut self,
        text: &'static str,
        values: &[(&str, &Value)],
    ) -> Evaluated {
        let filled = self.filled(text, values);
        self.evaluate(&filled)
    }
}

/// Evaluates a formula whose names are variables of the program: `lyra!(session, "a*x", a, x)`.
macro_rules! lyra {
    ($session:expr, $text:literal $(, $name:ident)* $(,)?) => {
        $session.evaluate_formula($text, &[$((stringify!($name), ::std::borrow::Borrow::<crate::value::Value>::borrow(&$name))),*])
    };
}

pub(crate) use lyra;
