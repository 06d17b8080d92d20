//! Words: what is no function but means something to functions: heads of atoms, constants,
//! patterns, attributes, values and names of options.

use crate::session::Name;

pub(super) type Word = (&'static str, &'static str);

const ATOMS: &[Word] = &[
    ("Integer", "Integer is the head of whole numbers, of any size."),
    ("Rational", "Rational is the head of fractions: Head[1/2] is Rational."),
    ("Real", "Real is the head of numbers with a decimal point, of machine precision or more."),
    ("Complex", "Complex is the head of numbers with an imaginary part: Complex[1, 2] is 1 + 2 I."),
    ("String", "String is the head of texts in quotes."),
    ("Symbol", "Symbol is the head of names; Symbol[\"x\"] is the symbol of a name."),
];

const CONSTANTS: &[Word] = &[
    (
        "Pi",
        "Pi is the ratio of a circle's circumference to its diameter, 3.14159...; N[Pi, n] gives n digits.",
    ),
    ("E", "E is the base of natural logarithms, 2.71828...; E^x is Exp[x]."),
    ("I", "I is the imaginary unit: I^2 is -1."),
    ("Degree", "Degree is Pi/180, the number of radians in a degree: Sin[30 Degree]."),
    ("GoldenRatio", "GoldenRatio is (1 + Sqrt[5])/2, 1.61803..."),
    (
        "EulerGamma",
        "EulerGamma is the limit of the harmonic numbers less the logarithm, 0.577216...",
    ),
    ("Catalan", "Catalan is the sum of (-1)^k/(2 k + 1)^2 over all k from 0, 0.915966..."),
    ("Infinity", "Infinity is a positive quantity greater than all numbers."),
    ("ComplexInfinity", "ComplexInfinity is infinite with no known direction, such as 1/0."),
    ("Indeterminate", "Indeterminate is a quantity that nothing is known of, such as 0/0."),
    ("MachinePrecision", "MachinePrecision is the precision of machine numbers, about 16 digits."),
    ("True", "True is the value of what holds."),
    ("False", "False is the value of what does not hold."),
    ("Null", "Null is the value of what returns nothing, such as what ends in a semicolon."),
    ("Undefined", "Undefined is a quantity that has no value."),
    ("$Failed", "$Failed is what functions return that could not do their work."),
    ("$Aborted", "$Aborted is the value of an evaluation that was aborted."),
];

const PATTERNS: &[Word] = &[
    ("Blank", "_ or Blank[] stands for any expression, _h or Blank[h] for one with the head h."),
    (
        "BlankSequence",
        "__ or BlankSequence[] stands for one or more expressions, __h for such with the head h.",
    ),
    (
        "BlankNullSequence",
        "___ or BlankNullSequence[] stands for any number of expressions, none included.",
    ),
    ("Pattern", "x_ or x:p, Pattern[x, p], is a pattern p whose match is called x."),
    (
        "Optional",
        "p:d or Optional[p, d] is a pattern that may be left out and then stands for d; x_. has the default of its function.",
    ),
    (
        "Repeated",
        "p.. or Repeated[p] stands for one or more expressions that match p; Repeated[p, n] for at most n.",
    ),
    ("RepeatedNull", "p... or RepeatedNull[p] stands for any number of expressions that match p."),
    ("Alternatives", "p | q or Alternatives[p, q] stands for what matches p or q."),
    (
        "Except",
        "Except[p] stands for any expression that does not match p; Except[p, q] for one that matches q.",
    ),
    ("Verbatim", "Verbatim[e] stands for e itself, patterns in it included."),
    ("HoldPattern", "HoldPattern[p] stands for p and keeps it from being evaluated."),
    ("Longest", "Longest[p] matches as many expressions as it can."),
    ("Shortest", "Shortest[p] matches as few expressions as it can."),
    (
        "PatternSequence",
        "PatternSequence[p, q] stands for expressions that match p, q one after another.",
    ),
    (
        "OrderlessPatternSequence",
        "OrderlessPatternSequence[p, q] stands for expressions that match p, q in any order.",
    ),
    (
        "KeyValuePattern",
        "KeyValuePattern[{k -> p}] stands for an association or a list of rules with a key k whose value matches p.",
    ),
    (
        "OptionsPattern",
        "OptionsPattern[] stands for options; their values are read by OptionValue.",
    ),
    ("Condition", "p /; test or Condition[p, test] matches what p matches where test is True."),
    ("PatternTest", "p ? f or PatternTest[p, f] matches what p matches where f gives True."),
    (
        "Slot",
        "# or #1, #2, ... are the arguments of a function that & ends; #name the value of a key.",
    ),
    ("SlotSequence", "## or ##n are all arguments of a function from the n-th on."),
];

const STRUCTURE: &[Word] = &[
    ("Sequence", "Sequence[a, b] becomes the arguments a, b of the function that it is in."),
    ("Nothing", "Nothing disappears from lists."),
    (
        "Span",
        "a ;; b or Span[a, b] stands for the parts from a to b, a ;; b ;; s for every s-th of them.",
    ),
    ("All", "All stands for every part, or for all that there is."),
    ("None", "None stands for no choice among several."),
    ("Automatic", "Automatic leaves a choice to the function."),
    ("Inherited", "Inherited is the value of an option that is taken from elsewhere."),
    ("Heads", "Heads -> True has functions look into heads as well."),
    ("Missing", "Missing[\"reason\"] stands for data that is not there."),
    ("Failure", "Failure[\"tag\", data] tells what went wrong."),
];

const ATTRIBUTES: &[Word] = &[
    ("Flat", "Flat is the attribute of associative functions: f[f[a], b] is f[a, b]."),
    (
        "Orderless",
        "Orderless is the attribute of commutative functions, whose arguments are sorted.",
    ),
    (
        "OneIdentity",
        "OneIdentity is the attribute of functions whose f[x] counts as x in patterns.",
    ),
    (
        "Listable",
        "Listable is the attribute of functions that are applied to each element of lists.",
    ),
    ("HoldFirst", "HoldFirst is the attribute of functions whose first argument is not evaluated."),
    ("HoldRest", "HoldRest is the attribute of functions whose first argument alone is evaluated."),
    ("HoldAll", "HoldAll is the attribute of functions whose arguments are not evaluated."),
    (
        "HoldAllComplete",
        "HoldAllComplete is the attribute of functions whose arguments are left alone altogether.",
    ),
    ("NHoldAll", "NHoldAll is the attribute of functions whose arguments N does not change."),
    (
        "NHoldFirst",
        "NHoldFirst is the attribute of functions whose first argument N does not change.",
    ),
    ("NHoldRest", "NHoldRest is the attribute of functions whose first argument alone N changes."),
    (
        "NumericFunction",
        "NumericFunction is the attribute of functions that are numbers where their arguments are.",
    ),
    ("Constant", "Constant is the attribute of symbols whose derivatives are 0."),
    ("Protected", "Protected is the attribute of symbols that cannot be given values."),
    ("Locked", "Locked is the attribute of symbols whose attributes cannot be changed."),
    ("ReadProtected", "ReadProtected is the attribute of symbols whose definitions are not shown."),
    ("SequenceHold", "SequenceHold is the attribute of functions in which Sequence stays."),
    ("Stub", "Stub is the attribute of symbols that load a package when they are used."),
    ("Temporary", "Temporary is the attribute of symbols that go when nothing refers to them."),
];

const DOMAINS: &[Word] = &[
    ("Integers", "Integers is the domain of whole numbers, as in Element[x, Integers]."),
    ("Rationals", "Rationals is the domain of fractions."),
    ("Reals", "Reals is the domain of real numbers."),
    ("Complexes", "Complexes is the domain of complex numbers."),
    ("Booleans", "Booleans is the domain of True and False."),
    ("Primes", "Primes is the domain of prime numbers."),
];

const FORMS: &[Word] = &[
    (
        "MixedRadix",
        "MixedRadix[{b1, ..., bn}] stands for a base that is another at each place, such as hours, minutes and seconds, in FromDigits and IntegerDigits.",
    ),
    (
        "AlternativeHypothesis",
        "AlternativeHypothesis is an option of tests such as TTest: \"Unequal\", \"Greater\" or \"Less\".",
    ),
    ("Left", "Left stands for the left side, as of a window of times in TimeSeriesAggregate."),
    ("Right", "Right stands for the right side, as of a window of times in TimeSeriesAggregate."),
    (
        "ExponentialFamily",
        "ExponentialFamily is an option of GeneralizedLinearModelFit: \"Gaussian\", \"Binomial\", \"Poisson\" or \"Gamma\".",
    ),
    (
        "LinkFunction",
        "LinkFunction is an option of GeneralizedLinearModelFit: \"LogitLink\", \"ProbitLink\", \"LogLink\", \"InverseLink\" or \"IdentityLink\".",
    ),
    (
        "SignificanceLevel",
        "SignificanceLevel -> a is an option of tests of hypotheses: the probability below which one is rejected, 0.05 if it is not given.",
    ),
    (
        "FourierParameters",
        "FourierParameters -> {a, b} is an option of Fourier and InverseFourier that says how sums are scaled and which sign their exponents have.",
    ),
    (
        "InterpolationOrder",
        "InterpolationOrder -> n is an option of Interpolation: the degree of the polynomials between points.",
    ),
    (
        "IncludeConstantBasis",
        "IncludeConstantBasis is an option of LinearModelFit: whether a constant is among the functions.",
    ),
];

const SETTINGS: &[Word] = &[
    ("$CharacterEncoding", "$CharacterEncoding is the encoding of texts in files, UTF-8."),
    ("$SystemCharacterEncoding", "$SystemCharacterEncoding is the encoding of the system, UTF-8."),
    ("$MachineEpsilon", "$MachineEpsilon is the difference of 1. and the next machine number."),
    (
        "$MachinePrecision",
        "$MachinePrecision is the precision of machine numbers in digits, 15.95.",
    ),
    ("$MaxMachineNumber", "$MaxMachineNumber is the greatest machine number."),
    (
        "$MinMachineNumber",
        "$MinMachineNumber is the least positive machine number of full precision.",
    ),
    ("$MaxPrecision", "$MaxPrecision is the greatest precision that numbers may have."),
    ("$MinPrecision", "$MinPrecision is the least precision that numbers may have."),
    (
        "$MessageList",
        "$MessageList lists the names of the messages that the current line has told.",
    ),
    ("$Pre", "$Pre, if it has a value, is applied to each expression before it is evaluated."),
    ("$Post", "$Post, if it has a value, is applied to the value of each line."),
    ("TraceDepth", "TraceDepth -> n has Trace leave out what is more than n evaluations deep."),
    (
        "TraceOriginal",
        "TraceOriginal -> True has Trace list expressions before their parts are evaluated, too.",
    ),
    ("$RecursionLimit", "$RecursionLimit is how deep evaluations may nest, 1024 at first."),
    (
        "$IterationLimit",
        "$IterationLimit is how often an expression may be rewritten, 4096 at first.",
    ),
    ("$Line", "$Line is the number of the current line of the dialogue."),
    ("$HistoryLength", "$HistoryLength is how many lines In and Out keep."),
    ("$Context", "$Context is the context that new symbols belong to."),
    ("$ContextPath", "$ContextPath is the list of contexts in which symbols are looked for."),
    ("$Assumptions", "$Assumptions is what functions such as Simplify take to be true."),
    ("$ModuleNumber", "$ModuleNumber is the number that the next local variable of Module gets."),
];

const PARALLEL: &[Word] = &[
    (
        "$KernelCount",
        "$KernelCount is how many workers evaluate parallel loops; 0 if the session works alone.",
    ),
    (
        "$KernelID",
        "$KernelID is the number of the worker that evaluates it, 0 outside of parallel loops.",
    ),
    ("$ProcessorCount", "$ProcessorCount is how many processors the program may use."),
    ("KernelObject", "KernelObject[n] stands for the n-th worker of parallel loops."),
    (
        "EvaluationObject",
        "EvaluationObject[n] stands for an evaluation that ParallelSubmit was given; WaitAll gives its value.",
    ),
    (
        "FlameGraph",
        "FlameGraph[<|chain -> seconds, ...|>] is what ProfileCPU knows of chains of calls; SaveFlameGraph draws it.",
    ),
];

const OPTIONS: &[Word] = &[(
    "FourierParameters",
    "FourierParameters -> {a, b} is an option of FourierTransform: the factor \
     Sqrt[Abs[b]/(2 Pi)^(1 - a)] and the exponential E^(I b w t).",
)];

/// Returns all words with what they mean.
pub(crate) fn all() -> impl Iterator<Item = Word> {
    let tables = [
        ATOMS,
        CONSTANTS,
        PATTERNS,
        STRUCTURE,
        ATTRIBUTES,
        DOMAINS,
        FORMS,
        SETTINGS,
        PARALLEL,
        OPTIONS,
        super::graphics::WORDS,
    ];
    tables.into_iter().flatten().copied()
}

/// Returns what a word means.
pub(crate) fn usage(name: &Name) -> Option<&'static str> {
    if &*name.context != "System`" {
        return None;
    }
    all().find(|(word, _)| *word == &*name.name).map(|(_, usage)| usage)
}
