//! The operators of the language: one table of precedence, form and head.
//!
//! The parser and the printer both read it, so that what one writes the other understands. It
//! follows the tables "Operator Input Forms" of the Wolfram Language's documentation; the numbers
//! are those of its function `Precedence` where that has one.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::characters;

/// The precedence of `a::b`.
pub(crate) const MESSAGE: u16 = 750;
/// The precedence of `<< file`.
pub(crate) const GET: u16 = 720;
/// The precedence of calls, `f[x]` and `f[[x]]`.
pub(crate) const CALL: u16 = 670;
/// The precedence of `^`.
pub(crate) const POWER: u16 = 590;
/// The precedence of a minus before its operand, and of negative numbers.
pub(crate) const MINUS: u16 = 480;
/// The precedence of `/`.
pub(crate) const QUOTIENT: u16 = 470;
/// The precedence of multiplication, also where no operator is written.
pub(crate) const TIMES: u16 = 400;
/// The precedence of `+` and `-` between operands.
pub(crate) const PLUS: u16 = 310;
/// The precedence of `;;`.
pub(crate) const SPAN: u16 = 305;
/// The precedence of `name : pattern`.
pub(crate) const PATTERN: u16 = 150;
/// The precedence of `pattern : default`.
pub(crate) const OPTIONAL: u16 = 140;
/// The precedence of assignments.
pub(crate) const SET: u16 = 40;
/// The precedence of `>> file`.
pub(crate) const PUT: u16 = 30;
/// Higher than any operator's: of names, numbers and brackets.
pub(crate) const ATOM: u16 = 1000;

/// How an operator takes its operands and what tree it makes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `op x` is `Head[x]`.
    Prefix,
    /// `x op` is `Head[x]`.
    Postfix,
    /// `x op y op z` is `Head[Head[x, y], z]`.
    Left,
    /// `x op y op z` is `Head[x, Head[y, z]]`.
    Right,
    /// `x op y op z` is `Head[x, y, z]`.
    Flat,
    /// `x op y`, not followed by another.
    Single,
    /// Flat with its like; with other comparisons an `Inequality`.
    Comparison,
    /// As `Comparison`, but alone `Head[{x, y, z}]`.
    VectorComparison,
    /// `x op y` is `Head[y, x]`.
    Swapped,
    /// Prefix minus: `Times[-1, x]`.
    Negate,
    /// Prefix plus, which a sum around it absorbs.
    PrefixPlus,
    /// Prefix `!!`: `Not[Not[x]]`.
    DoubleNot,
    /// Infix plus: `Head[x, y, z]`, with minus in the same call.
    Sum,
    /// Infix minus: a sum with `Times[-1, y]`.
    Subtract,
    /// `Times[x, Power[y, -1]]`.
    Divide,
    /// `f @ x` is `f[x]`.
    Apply,
    /// `x // f` is `f[x]`.
    ApplyAfter,
    /// `x ~ f ~ y` is `f[x, y]`.
    Tilde,
    /// `x'` is `Derivative[1][x]`.
    Derivative,
    /// `∫ f ⅆ x` is `Integrate[f, x]`, without `ⅆ` it is prefix.
    Integral,
    /// The `ⅆ` that ends an integrand; elsewhere prefix.
    Differential,
    /// `name : pattern` or `pattern : default`.
    Colon,
    /// `x ;; y ;; z` with each operand optional.
    Span,
    /// `x ; y`, with `Null` for what is missing.
    Semicolon,
    /// `x = y`, and `x = .` which is `Unset[x]`.
    Set,
    /// `t /: x = y`.
    Tag,
    /// `x :: name`.
    Message,
    /// `<< file`.
    Get,
    /// `x >> file`.
    Put,
}

/// What an operator's token does in one position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) precedence: u16,
    pub(crate) form: Form,
    pub(crate) head: &'static str,
    /// As written with ASCII characters, or the name of its character.
    pub(crate) spelling: &'static str,
}

/// A row of the table: spellings are ASCII operators or names of characters, separated by spaces.
/// With an empty head every name is its own head; forms that make no call of their own are named
/// for the reader.
type Row = (u16, Form, &'static str, &'static str);

/// Every operator, tightest first.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    (MESSAGE, Form::Message, "MessageName", "::"),
    (740, Form::Prefix, "", "Piecewise"),
    (GET, Form::Get, "Get", "<<"),
    (680, Form::Single, "PatternTest", "?"),
    (CALL, Form::Derivative, "Derivative", "'"),
    (CALL, Form::Postfix, "", "Conjugate Transpose ConjugateTranspose"),
    (CALL, Form::Postfix, "ConjugateTranspose", "HermitianConjugate"),
    (660, Form::Postfix, "Increment", "++"),
    (660, Form::Postfix, "Decrement", "--"),
    (660, Form::Prefix, "PreIncrement", "++"),
    (660, Form::Prefix, "PreDecrement", "--"),
    (640, Form::Apply, "Prefix", "@ InvisibleApplication"),
    (630, Form::Tilde, "Infix", "~"),
    (625, Form::Flat, "Composition", "@*"),
    (624, Form::Flat, "RightComposition", "/*"),
    (620, Form::Right, "Map", "/@"),
    (620, Form::Right, "MapAll", "//@"),
    (620, Form::Right, "Apply", "@@"),
    (620, Form::Right, "MapApply", "@@@"),
    (610, Form::Postfix, "Factorial", "!"),
    (610, Form::Postfix, "Factorial2", "!!"),
    (600, Form::Flat, "StringJoin", "<>"),
    (POWER, Form::Right, "Power", "^"),
    (580, Form::Flat, "", "UpArrow DownArrow UpDownArrow UpArrowBar DownArrowBar UpTeeArrow
        DownTeeArrow UpArrowDownArrow DownArrowUpArrow DoubleUpArrow DoubleDownArrow
        DoubleUpDownArrow ShortUpArrow ShortDownArrow UpEquilibrium ReverseUpEquilibrium
        RightUpVector LeftUpVector RightDownVector LeftDownVector RightUpDownVector
        LeftUpDownVector RightUpVectorBar RightDownVectorBar LeftUpVectorBar LeftDownVectorBar
        RightUpTeeVector RightDownTeeVector LeftUpTeeVector LeftDownTeeVector"),
    (570, Form::Prefix, "", "Sqrt CubeRoot"),
    (550, Form::Differential, "", "DifferentialD CapitalDifferentialD"),
    (550, Form::Prefix, "", "PartialD DifferenceDelta DiscreteShift DiscreteRatio Del"),
    (540, Form::Prefix, "", "Square"),
    (530, Form::Flat, "", "SmallCircle"),
    (520, Form::Flat, "", "CircleDot"),
    (510, Form::Flat, "NonCommutativeMultiply", "**"),
    (505, Form::Flat, "", "PermutationProduct"),
    (500, Form::Flat, "", "Cross"),
    (495, Form::Flat, "", "TensorProduct"),
    (490, Form::Flat, "Dot", "."),
    (485, Form::Flat, "", "TensorWedge"),
    (MINUS, Form::Negate, "Minus", "- Minus"),
    (MINUS, Form::PrefixPlus, "Plus", "+"),
    (MINUS, Form::Prefix, "", "PlusMinus MinusPlus"),
    (QUOTIENT, Form::Divide, "Divide", "/ Divide DivisionSlash"),
    (460, Form::Left, "", "Backslash"),
    (450, Form::Flat, "", "Diamond"),
    (440, Form::Flat, "", "Wedge"),
    (430, Form::Flat, "", "Vee"),
    (420, Form::Flat, "", "CircleTimes"),
    (420, Form::Prefix, "", "CircleTimes"),
    (410, Form::Flat, "", "CenterDot"),
    (TIMES, Form::Flat, "Times", "* Times InvisibleTimes"),
    (390, Form::Flat, "", "Star"),
    (380, Form::Prefix, "", "Product ContinuedFractionK"),
    (370, Form::Flat, "", "VerticalTilde"),
    (360, Form::Flat, "", "Coproduct"),
    (360, Form::Prefix, "", "Coproduct"),
    (350, Form::Flat, "", "Cap"),
    (340, Form::Flat, "", "Cup"),
    (330, Form::Flat, "", "CirclePlus"),
    (330, Form::Left, "", "CircleMinus"),
    (325, Form::Integral, "Integrate", "Integral"),
    (325, Form::Integral, "", "ContourIntegral DoubleContourIntegral ClockwiseContourIntegral
        CounterClockwiseContourIntegral"),
    (320, Form::Prefix, "", "Sum"),
    (PLUS, Form::Sum, "Plus", "+ ImplicitPlus"),
    (PLUS, Form::Subtract, "Plus", "- Minus"),
    (PLUS, Form::Left, "", "PlusMinus MinusPlus"),
    (308, Form::Flat, "", "Intersection SquareIntersection"),
    (307, Form::Flat, "", "Union SquareUnion UnionPlus"),
    (SPAN, Form::Span, "Span", ";;"),
    (295, Form::Left, "", "DirectedEdge UndirectedEdge"),
    (290, Form::Comparison, "Equal", "== Equal LongEqual ⩵"),
    (290, Form::Comparison, "Unequal", "!= NotEqual"),
    (290, Form::Comparison, "Less", "<"),
    (290, Form::Comparison, "LessEqual", "<= LessEqual LessSlantEqual"),
    (290, Form::Comparison, "Greater", ">"),
    (290, Form::Comparison, "GreaterEqual", ">= GreaterEqual GreaterSlantEqual"),
    (290, Form::Comparison, "", "GreaterEqualLess GreaterFullEqual GreaterGreater GreaterLess
        GreaterTilde LessEqualGreater LessFullEqual LessGreater LessLess LessTilde
        NestedGreaterGreater NestedLessLess NotGreater NotGreaterEqual NotGreaterFullEqual
        NotGreaterGreater NotGreaterLess NotGreaterSlantEqual NotGreaterTilde NotLess NotLessEqual
        NotLessFullEqual NotLessGreater NotLessLess NotLessSlantEqual NotLessTilde
        NotNestedGreaterGreater NotNestedLessLess"),
    (290, Form::VectorComparison, "", "VectorLess VectorLessEqual VectorGreater
        VectorGreaterEqual"),
    (290, Form::Flat, "", "Congruent NotCongruent Precedes PrecedesEqual PrecedesSlantEqual
        PrecedesTilde NotPrecedes NotPrecedesEqual NotPrecedesSlantEqual NotPrecedesTilde
        Succeeds SucceedsEqual SucceedsSlantEqual SucceedsTilde NotSucceeds NotSucceedsEqual
        NotSucceedsSlantEqual NotSucceedsTilde Tilde NotTilde EqualTilde NotEqualTilde TildeEqual
        NotTildeEqual TildeFullEqual NotTildeFullEqual TildeTilde NotTildeTilde CupCap NotCupCap
        HumpDownHump NotHumpDownHump HumpEqual NotHumpEqual DotEqual Proportional Proportion
        LeftTriangle LeftTriangleEqual LeftTriangleBar RightTriangle RightTriangleEqual
        RightTriangleBar NotLeftTriangle NotLeftTriangleEqual NotLeftTriangleBar NotRightTriangle
        NotRightTriangleEqual NotRightTriangleBar"),
    (285, Form::Flat, "SameQ", "==="),
    (285, Form::Flat, "UnsameQ", "=!="),
    (280, Form::Flat, "", "VerticalBar NotVerticalBar DoubleVerticalBar NotDoubleVerticalBar"),
    (280, Form::Swapped, "Divisible", "Divides"),
    (270, Form::Flat, "", "LeftArrow RightArrow LeftRightArrow LeftArrowBar RightArrowBar
        LeftTeeArrow RightTeeArrow RightArrowLeftArrow LeftArrowRightArrow LongLeftArrow
        LongRightArrow LongLeftRightArrow DoubleLeftArrow DoubleRightArrow DoubleLeftRightArrow
        DoubleLongLeftArrow DoubleLongRightArrow DoubleLongLeftRightArrow ShortLeftArrow
        ShortRightArrow Equilibrium ReverseEquilibrium LeftVector RightVector LeftRightVector
        DownLeftVector DownRightVector DownLeftRightVector LeftVectorBar RightVectorBar
        DownLeftVectorBar DownRightVectorBar LeftTeeVector RightTeeVector DownLeftTeeVector
        DownRightTeeVector"),
    (260, Form::Flat, "", "UpperLeftArrow UpperRightArrow LowerRightArrow LowerLeftArrow"),
    (250, Form::Flat, "", "Element NotElement ReverseElement NotReverseElement Subset NotSubset
        SubsetEqual NotSubsetEqual Superset NotSuperset SupersetEqual NotSupersetEqual
        SquareSubset NotSquareSubset SquareSubsetEqual NotSquareSubsetEqual SquareSuperset
        NotSquareSuperset SquareSupersetEqual NotSquareSupersetEqual"),
    (250, Form::Left, "", "Distributed"),
    (240, Form::Prefix, "", "ForAll Exists NotExists"),
    (230, Form::Prefix, "Not", "! Not"),
    (230, Form::DoubleNot, "Not", "!!"),
    (215, Form::Flat, "And", "&& And"),
    (215, Form::Flat, "", "Nand"),
    (214, Form::Flat, "", "Xor Xnor"),
    (213, Form::Flat, "Or", "|| Or"),
    (213, Form::Flat, "", "Nor"),
    (205, Form::Flat, "", "Equivalent"),
    (200, Form::Right, "Implies", "Implies RoundImplies"),
    (195, Form::Left, "", "Conditioned"),
    (190, Form::Right, "", "RightTee DoubleRightTee UpTee"),
    (190, Form::Left, "", "LeftTee DoubleLeftTee DownTee"),
    (180, Form::Right, "", "SuchThat"),
    (170, Form::Postfix, "Repeated", ".."),
    (170, Form::Postfix, "RepeatedNull", "..."),
    (160, Form::Flat, "Alternatives", "|"),
    (PATTERN, Form::Colon, "Pattern", ":"),
    (135, Form::Flat, "StringExpression", "~~"),
    (130, Form::Left, "Condition", "/;"),
    (125, Form::Right, "TwoWayRule", "<-> TwoWayRule"),
    (120, Form::Right, "Rule", "-> Rule ⇾"),
    (120, Form::Right, "RuleDelayed", ":> RuleDelayed ⧴"),
    (110, Form::Left, "ReplaceAll", "/."),
    (110, Form::Left, "ReplaceRepeated", "//."),
    (100, Form::Right, "AddTo", "+="),
    (100, Form::Right, "SubtractFrom", "-="),
    (100, Form::Right, "TimesBy", "*="),
    (100, Form::Right, "DivideBy", "/="),
    (100, Form::Right, "ApplyTo", "//="),
    (90, Form::Postfix, "Function", "&"),
    (90, Form::Right, "Function", "|-> Function"),
    (80, Form::Flat, "", "Colon"),
    (70, Form::ApplyAfter, "Postfix", "//"),
    (60, Form::Flat, "", "VerticalSeparator"),
    (50, Form::Right, "", "Therefore"),
    (50, Form::Left, "", "Because"),
    (SET, Form::Set, "Set", "="),
    (SET, Form::Right, "SetDelayed", ":="),
    (SET, Form::Right, "UpSet", "^="),
    (SET, Form::Right, "UpSetDelayed", "^:="),
    (SET, Form::Postfix, "Unset", "=."),
    (SET, Form::Tag, "TagSet", "/:"),
    (PUT, Form::Put, "Put", ">>"),
    (PUT, Form::Put, "PutAppend", ">>>"),
    (10, Form::Semicolon, "CompoundExpression", ";"),
];

/// A pair of brackets and what it makes of its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Brackets {
    pub(crate) open: &'static str,
    pub(crate) close: &'static str,
    /// The head, or nothing for brackets that the parser treats by themselves.
    pub(crate) head: &'static str,
}

/// The brackets, by ASCII spelling or name of character. [`PARENTHESES`] and the following
/// constants are positions in it.
#[rustfmt::skip]
pub(crate) const BRACKETS: &[Brackets] = &[
    Brackets { open: "(", close: ")", head: "" },
    Brackets { open: "[", close: "]", head: "" },
    Brackets { open: "::[", close: "]", head: "TypeSpecifier" },
    Brackets { open: "LeftDoubleBracket", close: "RightDoubleBracket", head: "Part" },
    Brackets { open: "{", close: "}", head: "List" },
    Brackets { open: "<|", close: "|>", head: "Association" },
    Brackets { open: "LeftAssociation", close: "RightAssociation", head: "Association" },
    Brackets { open: "LeftFloor", close: "RightFloor", head: "Floor" },
    Brackets { open: "LeftCeiling", close: "RightCeiling", head: "Ceiling" },
    Brackets { open: "LeftAngleBracket", close: "RightAngleBracket", head: "AngleBracket" },
    Brackets { open: "LeftBracketingBar", close: "RightBracketingBar", head: "BracketingBar" },
    Brackets { open: "LeftDoubleBracketingBar", close: "RightDoubleBracketingBar",
        head: "DoubleBracketingBar" },
    Brackets { open: "OpenCurlyQuote", close: "CloseCurlyQuote", head: "CurlyQuote" },
    Brackets { open: "OpenCurlyDoubleQuote", close: "CloseCurlyDoubleQuote",
        head: "CurlyDoubleQuote" },
];

pub(crate) const PARENTHESES: u8 = 0;
pub(crate) const SQUARE: u8 = 1;
pub(crate) const TYPE_SQUARE: u8 = 2;
pub(crate) const DOUBLE_SQUARE: u8 = 3;

/// What a piece of punctuation is to the lexer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Punctuation {
    /// An operator: position in [`Operators::roles`].
    Operator(u16),
    /// An opening bracket: position in [`BRACKETS`].
    Open(u8),
    /// A closing bracket: position in [`BRACKETS`] of the first pair that it closes.
    Close(u8),
    /// A comma.
    Comma,
}

/// What an operator's token does before, between and after operands. No token is both infix and
/// postfix.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Roles {
    pub(crate) prefix: Option<&'static Operator>,
    pub(crate) after: Option<&'static Operator>,
}

/// The tables that are derived from [`TABLE`] and [`BRACKETS`].
pub(crate) struct Operators {
    /// What each operator token does.
    pub(crate) roles: Vec<Roles>,
    /// ASCII punctuation by first byte, longest first.
    ascii: [Vec<(&'static str, Punctuation)>; 128],
    characters: HashMap<char, Punctuation>,
    /// Operators that the printer may use, by head.
    printed: HashMap<&'static str, &'static Operator>,
}

/// Multiplication where no operator is written.
pub(crate) static IMPLICIT_TIMES: Operator =
    Operator { precedence: TIMES, form: Form::Flat, head: "Times", spelling: "*" };

/// The operators, derived once.
pub(crate) static OPERATORS: LazyLock<Operators> = LazyLock::new(Operators::derive);

static FLAT_TABLE: LazyLock<Vec<Operator>> = LazyLock::new(|| {
    let spellings = |row: &Row| {
        let (precedence, form, head, spellings) = *row;
        spellings.split_whitespace().map(move |spelling| {
            let head = if head.is_empty() { spelling } else { head };
            Operator { precedence, form, head, spelling }
        })
    };
    TABLE.iter().flat_map(spellings).collect()
});

impl Operators {
    fn derive() -> Self {
        let mut operators = Self {
            roles: Vec::new(),
            ascii: std::array::from_fn(|_| Vec::new()),
            characters: HashMap::new(),
            printed: HashMap::new(),
        };
        for operator in FLAT_TABLE.iter() {
            operators.add_operator(operator);
        }
        for (i, brackets) in BRACKETS.iter().enumerate() {
            operators.add_punctuation(brackets.open, Punctuation::Open(i as u8));
            operators.add_punctuation(brackets.close, Punctuation::Close(i as u8));
        }
        operators.add_punctuation(",", Punctuation::Comma);
        operators.add_punctuation("InvisibleComma", Punctuation::Comma);
        for candidates in &mut operators.ascii {
            candidates.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.len()));
        }
        operators
    }

    fn add_operator(&mut self, operator: &'static Operator) {
        let fresh = Punctuation::Operator(self.roles.len() as u16);
        let Punctuation::Operator(token) = self.add_punctuation(operator.spelling, fresh) else {
            return;
        };
        if usize::from(token) == self.roles.len() {
            self.roles.push(Roles::default());
        }
        let roles = &mut self.roles[usize::from(token)];
        match operator.form {
            Form::Span => *roles = Roles { prefix: Some(operator), after: Some(operator) },
            _ if operator.form.is_prefix() => roles.prefix = Some(operator),
            _ => roles.after = Some(operator),
        }
        if operator.form.is_printed() && operator.spelling.as_bytes()[0].is_ascii_punctuation() {
            self.printed.entry(operator.head).or_insert(operator);
        }
    }

    /// Adds a spelling unless it is there; returns what it is now.
    fn add_punctuation(&mut self, spelling: &'static str, new: Punctuation) -> Punctuation {
        let first = spelling.as_bytes()[0];
        if first.is_ascii_punctuation() {
            let candidates = &mut self.ascii[usize::from(first)];
            if let Some((_, known)) = candidates.iter().find(|(known, _)| *known == spelling) {
                return *known;
            }
            candidates.push((spelling, new));
            return new;
        }
        let character = match spelling.chars().next() {
            Some(character) if !character.is_ascii() => character,
            _ => characters::by_name(spelling).expect("operators have named characters"),
        };
        *self.characters.entry(character).or_insert(new)
    }

    /// Returns the longest punctuation at the start of `rest` and its length in bytes, or `None`
    /// if it starts with none.
    ///
    /// A final point belongs to the number after it: `x/.5` is a quotient and `x=.5` an assignment.
    pub(crate) fn longest(&self, rest: &[u8]) -> Option<(Punctuation, usize)> {
        let candidates = self.ascii.get(usize::from(*rest.first()?))?;
        let fits = |spelling: &str| {
            let next = rest.get(spelling.len()).copied().unwrap_or(0);
            let point_is_taken = spelling.ends_with('.')
                && !spelling.starts_with('.')
                && (next.is_ascii_digit() || next == b'.');
            rest.starts_with(spelling.as_bytes()) && !point_is_taken
        };
        let (spelling, punctuation) = candidates.iter().find(|(spelling, _)| fits(spelling))?;
        Some((*punctuation, spelling.len()))
    }

    /// Returns what a non-ASCII character is, if it is punctuation.
    pub(crate) fn character(&self, character: char) -> Option<Punctuation> {
        self.characters.get(&character).copied()
    }

    /// Returns the operator that prints calls of `head`, if there is one with an ASCII spelling.
    pub(crate) fn printed(&self, head: &str) -> Option<&'static Operator> {
        self.printed.get(head).copied()
    }

    /// Returns whether an operator starts with `written` followed by `next`, so that the two would
    /// be read as one.
    pub(crate) fn would_join(&self, written: &str, next: char) -> bool {
        let Some(candidates) = written.bytes().next().and_then(|b| self.ascii.get(usize::from(b)))
        else {
            return false;
        };
        let joins = |spelling: &str| {
            spelling.strip_prefix(written).is_some_and(|rest| rest.starts_with(next))
        };
        candidates.iter().any(|(spelling, _)| joins(spelling))
    }
}

impl Form {
    /// Returns whether the operator stands before its operand.
    fn is_prefix(self) -> bool {
        matches!(
            self,
            Self::Prefix
                | Self::Negate
                | Self::PrefixPlus
                | Self::DoubleNot
                | Self::Integral
                | Self::Differential
                | Self::Get
        )
    }

    /// Returns whether the printer can write a call from the table alone, or with little more.
    fn is_printed(self) -> bool {
        use Form::{Comparison, Flat, Left, Postfix, Prefix, Right, Semicolon, Set, Single};
        matches!(
            self,
            Prefix | Postfix | Left | Right | Flat | Single | Comparison | Semicolon | Set
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_descending_order_and_each_token_has_one_meaning_a_position() {
        assert!(TABLE.is_sorted_by_key(|(precedence, ..)| std::cmp::Reverse(*precedence)));
        let mut seen = std::collections::HashSet::new();
        for operator in FLAT_TABLE.iter() {
            assert!(seen.insert((operator.spelling, operator.form.is_prefix())), "{operator:?}");
        }
    }

    #[test]
    fn the_longest_operator_wins_but_leaves_the_point_of_a_number() {
        let length = |text: &str| OPERATORS.longest(text.as_bytes()).map(|(_, length)| length);
        assert_eq!(length("===x"), Some(3));
        assert_eq!(length("=!x"), Some(1));
        assert_eq!(length("=.x"), Some(2));
        assert_eq!(length("=.5"), Some(1));
        assert_eq!(length("//.x"), Some(3));
        assert_eq!(length("//.5"), Some(2));
        assert_eq!(length("=.."), Some(1));
        assert_eq!(length("...x"), Some(3));
        assert_eq!(length("x"), None);
        assert_eq!(length(""), None);
    }
}
