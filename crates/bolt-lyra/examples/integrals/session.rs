//! Asking a session for values and numbers.

use bolt_lyra::{Session, Value, sym};

/// A session in which texts are evaluated.
pub(crate) struct Asked {
    pub(crate) session: Session,
    /// How many seconds one question may take.
    pub(crate) seconds: f64,
}

/// What a question came to.
pub(crate) enum Reply {
    Value(Value),
    TimedOut,
}

impl Asked {
    pub(crate) fn new(seconds: f64) -> Self {
        Self { session: Session::new(), seconds }
    }

    /// Evaluates a text.
    pub(crate) fn value(&mut self, source: &str) -> Value {
        let parsed = bolt_lyra_syntax::parse(source);
        let mut last = Value::NULL;
        for expr in &parsed.exprs {
            let read = self.session.read(expr);
            last = self.session.evaluate_line(&read).unwrap_or(Value::NULL);
        }
        self.session.take_notes();
        last
    }

    /// Evaluates a text within the limit of time.
    pub(crate) fn reply(&mut self, source: &str) -> Reply {
        let limited = format!("TimeConstrained[{source}, {}, \"late\"]", self.seconds);
        match self.value(&limited) {
            value if value.as_str() == Some("late") => Reply::TimedOut,
            value => Reply::Value(value),
        }
    }

    /// Returns the complex number that a text stands for, if it is one: from 30 digits, or from
    /// machine numbers where functions have no others.
    pub(crate) fn number(&mut self, source: &str) -> Option<(f64, f64)> {
        let precise = format!("N[{source}, 30]");
        for asked in [precise, format!("N[N[{source}]]")] {
            let machine = format!("TimeConstrained[N[{asked}], 5]");
            if let Some(number) = complex(&self.value(&machine)) {
                return Some(number);
            }
        }
        None
    }

    pub(crate) fn shown(&self, value: &Value) -> String {
        self.session.input_form(value)
    }
}

fn complex(value: &Value) -> Option<(f64, f64)> {
    let real = |value: &Value| match value {
        Value::Real(real) => Some(*real),
        Value::Integer(integer) => Some(*integer as f64),
        _ => None,
    };
    let (re, im) = match value {
        Value::Complex(complex) => (real(&complex.re)?, real(&complex.im)?),
        _ => (real(value)?, 0.0),
    };
    (re.is_finite() && im.is_finite()).then_some((re, im))
}

/// Returns whether a function stands anywhere in a value.
pub(crate) fn mentions(session: &Session, value: &Value, name: &str) -> bool {
    match value {
        Value::Call(call) => {
            mentions(session, call.head(), name)
                || call.args().iter().any(|arg| mentions(session, arg, name))
        }
        Value::Symbol(symbol) => *session.names().full(*symbol).name == *name,
        _ => false,
    }
}

/// Returns whether it is no value: aborted, undefined or infinite.
pub(crate) fn is_undefined(value: &Value) -> bool {
    match value {
        Value::Call(call) => call.is(sym::DirectedInfinity) || call.args().iter().any(is_undefined),
        Value::Symbol(symbol) => {
            matches!(*symbol, sym::Indeterminate | sym::ComplexInfinity | sym::Infinity)
        }
        _ => false,
    }
}
