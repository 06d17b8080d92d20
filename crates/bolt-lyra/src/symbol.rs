//! Symbols: what names are inside a session.

use triomphe::Arc;

/// A symbol, as the index of its name and its definition in the session it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub(crate) u32);

impl Symbol {
    /// Returns its place in the session's tables.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A symbol that lives as long as something refers to it: a local variable of `Module`, what
/// `Unique` returns. Dropping the last reference gives its index back to the session.
#[derive(Debug)]
pub struct Temporary {
    pub(crate) symbol: Symbol,
    pub(crate) released: Arc<Released>,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        self.released.push(self.symbol);
    }
}

/// Temporary symbols that nothing refers to any more, until their session takes them back.
#[derive(Debug, Default)]
pub(crate) struct Released(std::sync::Mutex<Vec<Symbol>>);

impl Released {
    fn push(&self, symbol: Symbol) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(symbol);
    }

    /// Returns how many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).len()
    }

    /// Takes one of them.
    pub(crate) fn pop(&self) -> Option<Symbol> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop()
    }
}

macro_rules! symbols {
    ($($name:ident $(= $text:literal)?),* $(,)?) => {
        /// The symbols that the program refers to, each under its own name in ``System` ``.
        #[expect(non_upper_case_globals, reason = "they are the names of the language")]
        #[allow(dead_code, reason = "what one area names another may not")]
        pub mod sym {
            use super::Symbol as Id;

            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "as above")]
            enum Index { $($name),* }

            $(
                #[doc = concat!("`", stringify!($name), "`")]
                pub const $name: Id = Id(Index::$name as u32);
            )*

            /// Their names, by index.
            pub(crate) const NAMES: &[&str] = &[$(symbols!(@text $name $($text)?)),*];
        }
    };
    (@text $name:ident $text:literal) => { $text };
    (@text $name:ident) => { stringify!($name) };
}

symbols! {
    // Heads of atoms and of structure.
    Symbol, Integer, Real, Rational, Complex, String, List, Association, Sequence, Rule,
    RuleDelayed, Hold, HoldForm, HoldComplete, Unevaluated, Evaluate, Null, True, False, None, All,
    Automatic, Nothing, Missing, Failure, Success, Inherited,
    // Numbers.
    Plus, Times, Power, Subtract, Divide, Minus, Sqrt, Exp, Log, Sin, Cos, Tan, Cot, Sec, Csc, Pi,
    E, I, Degree, GoldenRatio, EulerGamma, Catalan, Infinity, ComplexInfinity, DirectedInfinity,
    Indeterminate, Overflow, Underflow, MachinePrecision, Abs, Sign, Re, Im, Arg, Conjugate, Max,
    Min, Mod, Quotient, Floor, Ceiling, Round, Factorial, Factorial2, Gamma, Binomial,
    // Comparison and logic.
    Equal, Unequal, Less, LessEqual, Greater, GreaterEqual, SameQ, UnsameQ, And, Or, Not, Xor,
    Implies, Inequality, Boole, Element, Integers, Reals, Rationals, Complexes, Booleans, Primes,
    // Patterns.
    Blank, BlankSequence, BlankNullSequence, Pattern, Optional, Repeated, RepeatedNull,
    Alternatives, Condition, PatternTest, Except, Verbatim, HoldPattern, Longest, Shortest,
    PatternSequence, OrderlessPatternSequence, KeyValuePattern, OptionsPattern, OptionValue, Default,
    // Scoping and control.
    CompoundExpression, If, Which, Switch, While, Do, For, Table, Module, Block, With, Function,
    Slot, SlotSequence, Return, Break, Continue, Throw, Catch, Abort, Set, SetDelayed, UpSet,
    UpSetDelayed, TagSet, TagSetDelayed, Unset, TagUnset, Clear, Increment, Decrement, PreIncrement,
    PreDecrement, AddTo, SubtractFrom, TimesBy, DivideBy, Part, Span, Goto, Label,
    // Attributes.
    Flat, Orderless, OneIdentity, Listable, HoldFirst, HoldRest, HoldAll, HoldAllComplete,
    NHoldFirst, NHoldRest, NHoldAll, NumericFunction, Protected, Locked, ReadProtected, Constant,
    Stub, Temporary, SequenceHold,
    // Definitions.
    OwnValues, DownValues, UpValues, SubValues, NValues, FormatValues, DefaultValues, Options,
    Messages, Attributes, MessageName, Message, Quiet, Check, Off, On, General, Format, N,
    // Output.
    InputForm, OutputForm, FullForm, TraditionalForm, StandardForm, TeXForm, MathMLForm, CForm,
    FortranForm, MatrixForm, TableForm, Print, Out, In, Shallow, Short,
    // Functions that others return or look for.
    ReplaceAll, Replace, ReplaceRepeated, ReplacePart, Map, Apply, MapAll, Scan, Derivative, D, Dt,
    Integrate, Limit, Series, SeriesData, Sum, Product, Root, RootSum, ConditionalExpression,
    Piecewise, Undefined, Solve, Composition, Identity, Key, Heads, StringExpression, StringJoin,
    Interval, Dot, Cross, Expand,
    RecursionLimit = "$RecursionLimit", IterationLimit = "$IterationLimit", Aborted = "$Aborted",
    Failed = "$Failed", Line = "$Line", HistoryLength = "$HistoryLength", Context = "$Context",
    ContextPath = "$ContextPath", ModuleNumber = "$ModuleNumber", Canceled = "$Canceled",
    MaxExtraPrecision = "$MaxExtraPrecision", Assumptions = "$Assumptions",
    ArcSin, ArcCos, ArcTan, ArcCot, ArcSec, ArcCsc, Sinh, Cosh, Tanh, Coth, Sech, Csch, ArcSinh,
    ArcCosh, ArcTanh, ArcCoth, ArcSech, ArcCsch, Erf, Erfc, Erfi,
    // Algebra.
    Together,
    // Calculus.
    DSolve, NonConstants, Constants, Direction, GenerateConditions, PrincipalValue, C, O, InverseFunction,
    InterpolatingFunction, NIntegrate, NSum, NDSolve, RSolve, HypergeometricPFQ, ExpIntegralEi, SinIntegral, CosIntegral, SinhIntegral, CoshIntegral, LogIntegral, FresnelS,
    FresnelC, EllipticF, EllipticE, EllipticPi, AppellF1, HarmonicNumber,
    // Equations and simplification.
    Simplify, Algebraics, PositiveReals, NegativeReals, NonNegativeReals, NonPositiveReals, PositiveIntegers, NegativeIntegers, NonNegativeIntegers, NonPositiveIntegers, PositiveRationals, NegativeRationals, ComplexityFunction, TransformationFunctions,
    // Text and data.
    RegularExpression,
    // Number theory, numerics and statistics.
    Prime, UpTo, SameTest, Flatten, Total, Cycles, SparseArray, Normal, Tolerance, Method,
    WorkingPrecision, Modulus, GaussianIntegers, Precision, Accuracy, MachineNumber, Det, Inverse,
    Sow, Reap, PossibleZeroQ, ConjugateTranspose, Zeta, PolyGamma, LogGamma, Beta, BesselJ, BesselY, BesselI, BesselK, PolyLog,
    Hypergeometric2F1, ProductLog, Khinchin, Glaisher,
    // Data.
    Quantity, Graph, DirectedEdge, UndirectedEdge, TwoWayRule,
    // Evaluation.
    Compile, CompiledFunction, IntegerPart, Dispatch, EvenQ, OddQ, IntegerQ, Length,
    // Inspection.
    NumericQ, Skeleton, Stack, MessageList = "$MessageList", Assert, Definition, FullDefinition, Pre = "$Pre",
    Post = "$Post",
    // Units, smallest first; see `builtins::tuning::units`.
    Nanoseconds, Microseconds, Milliseconds, Seconds, Minutes, Hours, Bytes, Kilobytes, Megabytes,
    Gigabytes, Terabytes,
    // Series.
    TimeSeries, EventSeries,
    // Parallel evaluation.
    EvaluationObject, ThreadPool, KernelID = "$KernelID", KernelCount = "$KernelCount",
    ProcessorCount = "$ProcessorCount",
}
