//! The market as a session sees it: whoever owns the engines connects them by a trait.

use crate::association::Association;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Value};

/// What a session asks of the market.
pub trait Market: Send {
    /// Returns the bars of a file as a record: `ts` and the columns, a value a bar.
    ///
    /// # Errors
    /// If they cannot be read, with what to tell the user.
    fn bars(&mut self, path: &str) -> Result<Datum, String>;

    /// Runs a strategy over the bars of a file and returns what came of it as a record.
    ///
    /// # Errors
    /// If it cannot be done, with what to tell the user.
    fn backtest(&mut self, strategy: &MarketStrategy) -> Result<Datum, String>;
}

/// A strategy that a session wants to be run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MarketStrategy {
    /// The file of bars.
    pub path: String,
    /// Formulas by the part that they play: `signal`, or `entry`, `exit` and so on.
    pub formulas: Vec<(String, String)>,
    /// Numbers that formulas use by name.
    pub parameters: Vec<(String, f64)>,
    /// Settings of trading by name, such as `fees`.
    pub trading: Vec<(String, Datum)>,
}

/// What is handed over.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// A number; NaN where it is not defined.
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
    /// Whether something holds.
    Flag(bool),
    /// Nothing.
    None,
    /// Numbers.
    Numbers(Vec<f64>),
    /// Several.
    List(Vec<Datum>),
    /// Some by name.
    Record(Vec<(String, Datum)>),
}

impl From<Datum> for Value {
    fn from(datum: Datum) -> Self {
        let number = |number: f64| match number.is_nan() {
            true => Self::Symbol(sym::Indeterminate),
            false => Self::Real(number),
        };
        match datum {
            Datum::Number(real) => number(real),
            Datum::Integer(integer) => Self::Integer(integer),
            Datum::Text(text) => Self::string(text),
            Datum::Flag(flag) => Self::boolean(flag),
            Datum::None => Self::Symbol(sym::None),
            Datum::Numbers(numbers) => {
                Self::list(numbers.into_iter().map(number).collect::<Args>())
            }
            Datum::List(list) => Self::list(list.into_iter().map(Self::from).collect::<Args>()),
            Datum::Record(entries) => {
                let mut record = Association::default();
                for (name, datum) in entries {
                    record.insert(Self::string(name), Self::from(datum));
                }
                Self::Association(triomphe::Arc::new(record))
            }
        }
    }
}

impl Session {
    /// Connects the market, which `Bars` and `Backtest` ask.
    pub fn connect(&mut self, market: impl Market + 'static) {
        self.market = Some(Box::new(market));
    }
}
