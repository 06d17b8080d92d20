//! How each step of a program runs.

use crate::plan::Step;
use bolt_hardware::SimdLevel;
use std::fmt;

/// Whether programs are compiled to machine code. Results do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Jit {
    /// Once a program has done so much work that compiling it pays.
    #[default]
    Auto,
    /// Before the first row.
    Always,
    /// Never: every step is interpreted.
    Off,
}

/// How a step runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// As part of a loop of machine code.
    Compiled {
        /// Which loop of the program; steps of the same one are fused.
        number: usize,
        /// The instruction set of its vectors.
        level: SimdLevel,
        /// The size of the loop's code.
        code_bytes: usize,
    },
    /// By the interpreter.
    Interpreted {
        /// Why it is not compiled.
        reason: String,
    },
}

/// A step of a program and how it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    /// What the step does.
    pub step: String,
    /// How it runs.
    pub run: Run,
}

impl StepReport {
    pub(crate) fn new(step: &Step, run: Run) -> Self {
        Self { step: name(step), run }
    }
}

impl fmt::Display for StepReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.run {
            Run::Compiled { number, level, code_bytes } => {
                write!(f, "{}: compiled, {level}, loop {number} of {code_bytes} bytes", self.step)
            }
            Run::Interpreted { reason } => write!(f, "{}: interpreted, {reason}", self.step),
        }
    }
}

fn name(step: &Step) -> String {
    match step {
        Step::Unary(operation, ..) => format!("{operation:?}"),
        Step::Binary(operation, ..) => format!("{operation:?}"),
        Step::Compare(comparison, ..) => format!("{comparison:?}"),
        Step::Not(..) => "Not".to_owned(),
        Step::And(..) => "And".to_owned(),
        Step::Or(..) => "Or".to_owned(),
        Step::Select { .. } => "Select".to_owned(),
        Step::ToNumber(..) => "ToNumber".to_owned(),
        Step::ToBool(..) => "ToBool".to_owned(),
        Step::IsMissing(..) => "IsMissing".to_owned(),
        Step::FromNumbers(operation, ..) => format!("Wide {operation:?}"),
        Step::WideAdd(..) | Step::WideAddNumber(..) => "Wide Add".to_owned(),
        Step::WideAddScaled(..) => "Wide AddScaled".to_owned(),
        Step::Finish { finish, rows, .. } => format!("{finish:?} over {rows} rows"),
        Step::WindowSums { .. } => "Sums over a window".to_owned(),
        Step::Quantile { .. } => "Quantile".to_owned(),
        Step::Window(window, _, rows, _) => format!("{window:?} over {rows} rows"),
        Step::Extreme { largest: true, rows, .. } => format!("Largest of {rows} rows"),
        Step::Extreme { rows, .. } => format!("Smallest of {rows} rows"),
        Step::Linear { .. } => "Linear recurrence".to_owned(),
        Step::WeightedMean { .. } => "Weighted mean".to_owned(),
        Step::Cross { cross, .. } => format!("{cross:?} across lanes"),
        Step::ReadState(..) => "State".to_owned(),
        Step::Scan { steps, next } => {
            format!("Scan of {} states in {} steps", next.len(), steps.len())
        }
    }
}
