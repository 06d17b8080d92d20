//! Named characters such as `\[Alpha]`, and what a character is to the lexer.
//!
//! The table holds the characters that can be typed in a program: letters, operators, brackets
//! and spaces, after the public "Listing of Named Characters" of the Wolfram Language. Characters
//! without a Unicode code point of their own sit in the private use area, as they do there.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Name and code point in hexadecimal, in pairs.
const NAMED: &str = "
    RawTab 9 NewLine A RawReturn D RawEscape 1B RawSpace 20 RawExclamation 21 RawDoubleQuote 22
    RawNumberSign 23 RawDollar 24 RawPercent 25 RawAmpersand 26 RawQuote 27 RawLeftParenthesis 28
    RawRightParenthesis 29 RawStar 2A RawPlus 2B RawComma 2C RawDash 2D RawDot 2E RawSlash 2F
    RawColon 3A RawSemicolon 3B RawLess 3C RawEqual 3D RawGreater 3E RawQuestion 3F RawAt 40
    RawLeftBracket 5B RawBackslash 5C RawRightBracket 5D RawWedge 5E RawUnderscore 5F
    RawBackquote 60 RawLeftBrace 7B RawVerticalBar 7C RawRightBrace 7D RawTilde 7E

    NonBreakingSpace A0 DownExclamation A1 Cent A2 Sterling A3 Currency A4 Yen A5 Section A7
    DoubleDot A8 Copyright A9 LeftGuillemet AB Not AC DiscretionaryHyphen AD
    RegisteredTrademark AE Degree B0 PlusMinus B1 Micro B5 Paragraph B6 CenterDot B7 Cedilla B8
    RightGuillemet BB DownQuestion BF Times D7 Divide F7
    CapitalAGrave C0 CapitalAAcute C1 CapitalAHat C2 CapitalATilde C3 CapitalADoubleDot C4
    CapitalARing C5 CapitalAE C6 CapitalCCedilla C7 CapitalEGrave C8 CapitalEAcute C9
    CapitalEHat CA CapitalEDoubleDot CB CapitalIGrave CC CapitalIAcute CD CapitalIHat CE
    CapitalIDoubleDot CF CapitalEth D0 CapitalNTilde D1 CapitalOGrave D2 CapitalOAcute D3
    CapitalOHat D4 CapitalOTilde D5 CapitalODoubleDot D6 CapitalOSlash D8 CapitalUGrave D9
    CapitalUAcute DA CapitalUHat DB CapitalUDoubleDot DC CapitalYAcute DD CapitalThorn DE SZ DF
    AGrave E0 AAcute E1 AHat E2 ATilde E3 ADoubleDot E4 ARing E5 AE E6 CCedilla E7 EGrave E8
    EAcute E9 EHat EA EDoubleDot EB IGrave EC IAcute ED IHat EE IDoubleDot EF Eth F0 NTilde F1
    OGrave F2 OAcute F3 OHat F4 OTilde F5 ODoubleDot F6 OSlash F8 UGrave F9 UAcute FA UHat FB
    UDoubleDot FC YAcute FD Thorn FE YDoubleDot FF
    CapitalABar 100 ABar 101 CapitalACup 102 ACup 103 CapitalCAcute 106 CAcute 107
    CapitalCHacek 10C CHacek 10D CapitalDHacek 10E DHacek 10F CapitalEBar 112 EBar 113
    CapitalECup 114 ECup 115 CapitalEHacek 11A EHacek 11B CapitalICup 12C ICup 12D DotlessI 131
    CapitalLSlash 141 LSlash 142 CapitalNHacek 147 NHacek 148 CapitalODoubleAcute 150
    ODoubleAcute 151 CapitalOE 152 OE 153 CapitalRHacek 158 RHacek 159 CapitalSHacek 160
    SHacek 161 CapitalTHacek 164 THacek 165 CapitalURing 16E URing 16F CapitalUDoubleAcute 170
    UDoubleAcute 171 CapitalZHacek 17D ZHacek 17E Florin 192 Hacek 2C7 Breve 2D8

    CapitalAlpha 391 CapitalBeta 392 CapitalGamma 393 CapitalDelta 394 CapitalEpsilon 395
    CapitalZeta 396 CapitalEta 397 CapitalTheta 398 CapitalIota 399 CapitalKappa 39A
    CapitalLambda 39B CapitalMu 39C CapitalNu 39D CapitalXi 39E CapitalOmicron 39F CapitalPi 3A0
    CapitalRho 3A1 CapitalSigma 3A3 CapitalTau 3A4 CapitalUpsilon 3A5 CapitalPhi 3A6
    CapitalChi 3A7 CapitalPsi 3A8 CapitalOmega 3A9 Alpha 3B1 Beta 3B2 Gamma 3B3 Delta 3B4
    CurlyEpsilon 3B5 Zeta 3B6 Eta 3B7 Theta 3B8 Iota 3B9 Kappa 3BA Lambda 3BB Mu 3BC Nu 3BD
    Xi 3BE Omicron 3BF Pi 3C0 Rho 3C1 FinalSigma 3C2 Sigma 3C3 Tau 3C4 Upsilon 3C5 CurlyPhi 3C6
    Chi 3C7 Psi 3C8 Omega 3C9 CurlyTheta 3D1 CurlyCapitalUpsilon 3D2 Phi 3D5 CurlyPi 3D6
    CapitalStigma 3DA Stigma 3DB CapitalDigamma 3DC Digamma 3DD CapitalKoppa 3DE Koppa 3DF
    CapitalSampi 3E0 Sampi 3E1 CurlyKappa 3F0 CurlyRho 3F1 Epsilon 3F5

    ThickSpace 2005 ThinSpace 2009 VeryThinSpace 200A InvisibleSpace 200B Hyphen 2010 Dash 2013
    LongDash 2014 OpenCurlyQuote 2018 CloseCurlyQuote 2019 OpenCurlyDoubleQuote 201C
    CloseCurlyDoubleQuote 201D Dagger 2020 DoubleDagger 2021 Bullet 2022 Ellipsis 2026
    LineSeparator 2028 ParagraphSeparator 2029 Prime 2032 DoublePrime 2033 ReversePrime 2035
    ReverseDoublePrime 2036 MediumSpace 205F NoBreak 2060 InvisibleTimes 2062 Euro 20AC
    DoubleStruckCapitalC 2102 ScriptG 210A ScriptCapitalH 210B GothicCapitalH 210C
    DoubleStruckCapitalH 210D HBar 210F ScriptCapitalI 2110 GothicCapitalI 2111
    ScriptCapitalL 2112 ScriptL 2113 DoubleStruckCapitalN 2115 ScriptCapitalP 2118
    WeierstrassP 2118 DoubleStruckCapitalP 2119 DoubleStruckCapitalQ 211A ScriptCapitalR 211B
    GothicCapitalR 211C DoubleStruckCapitalR 211D Trademark 2122 DoubleStruckCapitalZ 2124
    Mho 2127 GothicCapitalZ 2128 Angstrom 212B ScriptCapitalB 212C GothicCapitalC 212D
    ScriptE 212F ScriptCapitalE 2130 ScriptCapitalF 2131 ScriptCapitalM 2133 ScriptO 2134
    Aleph 2135 Bet 2136 Gimel 2137 Dalet 2138

    LeftArrow 2190 UpArrow 2191 RightArrow 2192 DownArrow 2193 LeftRightArrow 2194
    UpDownArrow 2195 UpperLeftArrow 2196 UpperRightArrow 2197 LowerRightArrow 2198
    LowerLeftArrow 2199 LeftTeeArrow 21A4 UpTeeArrow 21A5 RightTeeArrow 21A6 DownTeeArrow 21A7
    ReturnIndicator 21B5 LeftVector 21BC DownLeftVector 21BD RightUpVector 21BE LeftUpVector 21BF
    RightVector 21C0 DownRightVector 21C1 RightDownVector 21C2 LeftDownVector 21C3
    RightArrowLeftArrow 21C4 UpArrowDownArrow 21C5 LeftArrowRightArrow 21C6
    ReverseEquilibrium 21CB Equilibrium 21CC DoubleLeftArrow 21D0 DoubleUpArrow 21D1
    DoubleRightArrow 21D2 DoubleDownArrow 21D3 DoubleLeftRightArrow 21D4 DoubleUpDownArrow 21D5
    LeftArrowBar 21E4 RightArrowBar 21E5 DownArrowUpArrow 21F5 LongLeftArrow 27F5
    LongRightArrow 27F6 LongLeftRightArrow 27F7 DoubleLongLeftArrow 27F8 DoubleLongRightArrow 27F9
    DoubleLongLeftRightArrow 27FA UpArrowBar 2912 DownArrowBar 2913 LeftRightVector 294E
    RightUpDownVector 294F DownLeftRightVector 2950 LeftUpDownVector 2951 LeftVectorBar 2952
    RightVectorBar 2953 RightUpVectorBar 2954 RightDownVectorBar 2955 DownLeftVectorBar 2956
    DownRightVectorBar 2957 LeftUpVectorBar 2958 LeftDownVectorBar 2959 LeftTeeVector 295A
    RightTeeVector 295B RightUpTeeVector 295C RightDownTeeVector 295D DownLeftTeeVector 295E
    DownRightTeeVector 295F LeftUpTeeVector 2960 LeftDownTeeVector 2961 UpEquilibrium 296E
    ReverseUpEquilibrium 296F RoundImplies 2970

    ForAll 2200 PartialD 2202 Exists 2203 NotExists 2204 EmptySet 2205 DifferenceDelta 2206
    Del 2207 Element 2208 NotElement 2209 ReverseElement 220B NotReverseElement 220C SuchThat 220D
    Product 220F Coproduct 2210 Sum 2211 Minus 2212 MinusPlus 2213 DivisionSlash 2215
    Backslash 2216 SmallCircle 2218 Sqrt 221A CubeRoot 221B Proportional 221D Infinity 221E
    RightAngle 221F Angle 2220 MeasuredAngle 2221 SphericalAngle 2222 VerticalBar 2223
    NotVerticalBar 2224 DoubleVerticalBar 2225 NotDoubleVerticalBar 2226 And 2227 Or 2228
    Integral 222B ContourIntegral 222E DoubleContourIntegral 222F ClockwiseContourIntegral 2232
    CounterClockwiseContourIntegral 2233 Therefore 2234 Because 2235 Colon 2236 Proportion 2237
    Tilde 223C VerticalTilde 2240 NotTilde 2241 EqualTilde 2242 TildeEqual 2243
    NotTildeEqual 2244 TildeFullEqual 2245 NotTildeFullEqual 2247 TildeTilde 2248
    NotTildeTilde 2249 CupCap 224D HumpDownHump 224E HumpEqual 224F DotEqual 2250 NotEqual 2260
    Congruent 2261 NotCongruent 2262 LessEqual 2264 GreaterEqual 2265 LessFullEqual 2266
    GreaterFullEqual 2267 NotLessFullEqual 2268 NotGreaterFullEqual 2269 LessLess 226A
    GreaterGreater 226B NotCupCap 226D NotLess 226E NotGreater 226F NotLessEqual 2270
    NotGreaterEqual 2271 LessTilde 2272 GreaterTilde 2273 NotLessTilde 2274 NotGreaterTilde 2275
    LessGreater 2276 GreaterLess 2277 NotLessGreater 2278 NotGreaterLess 2279 Precedes 227A
    Succeeds 227B PrecedesSlantEqual 227C SucceedsSlantEqual 227D PrecedesTilde 227E
    SucceedsTilde 227F NotPrecedes 2280 NotSucceeds 2281 Subset 2282 Superset 2283 NotSubset 2284
    NotSuperset 2285 SubsetEqual 2286 SupersetEqual 2287 NotSubsetEqual 2288
    NotSupersetEqual 2289 UnionPlus 228E SquareSubset 228F SquareSuperset 2290
    SquareSubsetEqual 2291 SquareSupersetEqual 2292 SquareIntersection 2293 SquareUnion 2294
    CirclePlus 2295 CircleMinus 2296 CircleTimes 2297 CircleDot 2299 RightTee 22A2 LeftTee 22A3
    DownTee 22A4 UpTee 22A5 DoubleRightTee 22A8 LeftTriangle 22B2 RightTriangle 22B3
    LeftTriangleEqual 22B4 RightTriangleEqual 22B5 Xor 22BB Nand 22BC Nor 22BD Wedge 22C0 Vee 22C1
    Intersection 22C2 Union 22C3 Diamond 22C4 Star 22C6 LessEqualGreater 22DA
    GreaterEqualLess 22DB NotPrecedesSlantEqual 22E0 NotSucceedsSlantEqual 22E1
    NotSquareSubsetEqual 22E2 NotSquareSupersetEqual 22E3 NotPrecedesTilde 22E8
    NotSucceedsTilde 22E9 NotLeftTriangle 22EA NotRightTriangle 22EB NotLeftTriangleEqual 22EC
    NotRightTriangleEqual 22ED VerticalEllipsis 22EE CenterEllipsis 22EF AscendingEllipsis 22F0
    DescendingEllipsis 22F1 Diameter 2300 LeftCeiling 2308 RightCeiling 2309 LeftFloor 230A
    RightFloor 230B Cap 2322 Cup 2323 LeftAngleBracket 2329 RightAngleBracket 232A
    LeftTriangleBar 29CF RightTriangleBar 29D0 Equivalent 29E6 LessSlantEqual 2A7D
    GreaterSlantEqual 2A7E NestedLessLess 2AA1 NestedGreaterGreater 2AA2 PrecedesEqual 2AAF
    SucceedsEqual 2AB0 DoubleLeftTee 2AE4 LeftDoubleBracket 301A RightDoubleBracket 301B

    FilledSquare 25A0 EmptySquare 25A1 FilledVerySmallSquare 25AA EmptyVerySmallSquare 25AB
    FilledRectangle 25AE EmptyRectangle 25AF FilledUpTriangle 25B2 EmptyUpTriangle 25B3
    FilledRightTriangle 25B6 FilledDownTriangle 25BC EmptyDownTriangle 25BD
    FilledLeftTriangle 25C0 FilledDiamond 25C6 EmptyDiamond 25C7 EmptyCircle 25CB
    FilledCircle 25CF FivePointedStar 2605 Sun 2609 SadSmiley 2639 HappySmiley 263A Mercury 263F
    Venus 2640 Earth 2641 Mars 2642 Jupiter 2643 Saturn 2644 Uranus 2645 Neptune 2646 Pluto 2647
    SpadeSuit 2660 HeartSuit 2661 DiamondSuit 2662 ClubSuit 2663 QuarterNote 2669 EighthNote 266A
    BeamedEighthNote 266B BeamedSixteenthNote 266C Flat 266D Natural 266E Sharp 266F
    Checkmark 2713

    LeftAssociation F113 RightAssociation F114 TwoWayRule F120 Piecewise F361 ImplicitPlus F39E
    IndentingNewLine F3A3 AutoSpace F3AD Continuation F3B1 Transpose F3C7 Conjugate F3C8
    ConjugateTranspose F3C9 HermitianConjugate F3CE Divides F3D0 ContinuedFractionK F3D1
    Distributed F3D2 Conditioned F3D3 UndirectedEdge F3D4 DirectedEdge F3D5 TensorProduct F3DA
    TensorWedge F3DB ProbabilityPr F3DC ExpectationE F3DD PermutationProduct F3DE
    NegativeVeryThinSpace F380 NegativeThinSpace F381 NegativeMediumSpace F382
    NegativeThickSpace F383 NotEqualTilde F400 NotHumpEqual F401 NotHumpDownHump F402
    NotLeftTriangleBar F412 NotRightTriangleBar F413 NotLessLess F422 NotNestedLessLess F423
    NotLessSlantEqual F424 NotGreaterGreater F427 NotNestedGreaterGreater F428
    NotGreaterSlantEqual F429 NotPrecedesEqual F42B NotSucceedsEqual F42D NotSquareSubset F42E
    NotSquareSuperset F42F Equal F431 VerticalSeparator F432 VectorGreater F434
    VectorGreaterEqual F435 VectorLess F436 VectorLessEqual F437 Cross F4A0 Function F4A1 Xnor F4A2
    DiscreteShift F4A3 DiscreteRatio F4A4 RuleDelayed F51F Square F520 Rule F522 Implies F523
    ShortRightArrow F525 ShortLeftArrow F526 SelectionPlaceholder F527 Placeholder F528
    ShortUpArrow F52A ShortDownArrow F52B LeftBracketingBar F603 RightBracketingBar F604
    LeftDoubleBracketingBar F605 RightDoubleBracketingBar F606 DotlessJ F700
    CapitalDifferentialD F74B DifferentialD F74C ExponentialE F74D ImaginaryI F74E ImaginaryJ F74F
    LetterSpace F754 AlignmentMarker F760 InvisibleComma F765 InvisibleApplication F76D
    LongEqual F7D9
";

/// Alphabets laid out one after another: name before the letter, first code point, first letter.
/// A letter that has a code point elsewhere in Unicode stands in [`NAMED`], which wins.
const ALPHABETS: &[(&str, u32)] = &[
    ("Script", 0xF6B2),
    ("Gothic", 0xF6CC),
    ("DoubleStruck", 0xF6E6),
    ("ScriptCapital", 0xF770),
    ("GothicCapital", 0xF78A),
    ("DoubleStruckCapital", 0xF7A4),
    ("Formal", 0xF800),
    ("FormalCapital", 0xF81A),
];

/// Characters that a string or a text escape writes with a backslash and a sign, as in `\(`: the
/// marks of two-dimensional input.
const MARKS: &[(char, char)] = &[
    (')', '\u{F7C0}'),
    ('!', '\u{F7C1}'),
    ('@', '\u{F7C2}'),
    ('%', '\u{F7C5}'),
    ('^', '\u{F7C6}'),
    ('&', '\u{F7C7}'),
    ('*', '\u{F7C8}'),
    ('(', '\u{F7C9}'),
    ('_', '\u{F7CA}'),
    ('+', '\u{F7CB}'),
    ('/', '\u{F7CC}'),
    ('`', '\u{F7CD}'),
];

struct Names {
    characters: HashMap<String, char>,
    names: HashMap<char, String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names { characters: HashMap::new(), names: HashMap::new() };
    let mut words = NAMED.split_whitespace();
    while let (Some(name), Some(code)) = (words.next(), words.next()) {
        let code = u32::from_str_radix(code, 16).expect("the table holds hexadecimal numbers");
        names.insert(name.to_owned(), code);
    }
    for (alphabet, first) in ALPHABETS {
        for (letter, code) in ('A'..='Z').zip(*first..) {
            names.insert(format!("{alphabet}{letter}"), code);
        }
    }
    names
});

impl Names {
    fn insert(&mut self, name: String, code: u32) {
        let character = char::from_u32(code).expect("the table holds Unicode scalar values");
        if !self.characters.contains_key(&name) {
            self.names.entry(character).or_insert_with(|| name.clone());
            self.characters.insert(name, character);
        }
    }
}

/// Returns the character called `name`, as in `\[name]`.
pub(crate) fn by_name(name: &str) -> Option<char> {
    NAMES.characters.get(name).copied()
}

/// Returns the name of `character`, if it has one.
pub(crate) fn name(character: char) -> Option<&'static str> {
    NAMES.names.get(&character).map(String::as_str)
}

/// Returns the known name nearest to a mistyped one, if one is near: at most two letters off.
pub(crate) fn nearest_name(name: &str) -> Option<&'static str> {
    let near = |known: &&String| known.len().abs_diff(name.len()) <= 2;
    let names = NAMES.characters.keys().filter(near);
    let best = names.map(|known| (edit_distance(name, known), known)).min()?;
    (best.0 <= 2 && best.0 < name.len()).then_some(best.1.as_str())
}

fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let substitute = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Returns the character that `\` and `sign` stand for in two-dimensional input.
pub(crate) fn mark(sign: char) -> Option<char> {
    MARKS.iter().find(|(known, _)| *known == sign).map(|(_, character)| *character)
}

/// Returns the sign that is written after `\` for a mark of two-dimensional input.
pub(crate) fn mark_sign(character: char) -> Option<char> {
    MARKS.iter().find(|(_, known)| *known == character).map(|(sign, _)| *sign)
}

/// Returns the symbol that a letter standing alone means, such as `Pi` for `π`.
pub(crate) fn letter_meaning(symbol: &str) -> Option<&'static str> {
    match symbol {
        "\u{3C0}" => Some("Pi"),
        "\u{221E}" => Some("Infinity"),
        "\u{B0}" => Some("Degree"),
        "\u{F74D}" => Some("E"),
        "\u{F74E}" | "\u{F74F}" => Some("I"),
        _ => None,
    }
}

/// Returns whether `character` ends a line.
pub(crate) fn is_newline(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{F3A3}')
}

/// Returns whether `character` separates tokens and means nothing else; newlines are not included.
pub(crate) fn is_space(character: char) -> bool {
    let invisible =
        matches!(character, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{F380}'..='\u{F384}')
            || matches!(character, '\u{F3AD}' | '\u{F3B1}' | '\u{F754}' | '\u{F760}');
    invisible || (character.is_whitespace() && !is_newline(character))
}

/// Returns whether a non-ASCII `character` that is no operator may be part of a symbol's name:
/// whatever is neither space, control nor mark counts as a letter.
pub(crate) fn is_letter_like(character: char) -> bool {
    let mark = matches!(character, '\u{F7C0}'..='\u{F7CD}');
    !(mark || is_space(character) || is_newline(character) || character.is_control())
}

/// Appends `character` to `text` so that it can be read: characters that have no glyph of their
/// own, private ones, spaces and controls, are written by name or by code.
pub(crate) fn push_readable(text: &mut String, character: char) {
    let private = matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..);
    let hidden = matches!(character, '\u{A0}' | '\u{AD}' | '\u{2000}'..='\u{200F}')
        || matches!(character, '\u{2028}'..='\u{202F}' | '\u{205F}'..='\u{206F}' | '\u{FEFF}');
    if !(private || hidden || character.is_control()) {
        return text.push(character);
    }
    let code = u32::from(character);
    let escape = match name(character) {
        Some(name) => format!("\\[{name}]"),
        None if code <= 0xFF => format!("\\.{code:02x}"),
        None if code <= 0xFFFF => format!("\\:{code:04x}"),
        None => format!("\\|{code:06x}"),
    };
    text.push_str(&escape);
}

/// Reads the escape of a character at the start of `text`, which begins with a backslash:
/// `\[Name]`, `\.hh`, `\:hhhh` or `\|hhhhhh`. Returns it and the escape's length in bytes, or
/// `None` if there is no such escape or no such character.
pub(crate) fn read_escape(text: &str) -> Option<(char, usize)> {
    let digits = match text.as_bytes().get(1)? {
        b'[' => {
            let name = escaped_name(text)?;
            return Some((by_name(name)?, name.len() + 3));
        }
        b'.' => 2,
        b':' => 4,
        b'|' => 6,
        _ => return None,
    };
    let code =
        text.get(2..2 + digits).filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let character = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
    Some((character, 2 + digits))
}

/// Returns what stands between `\[` and `]` at the start of `text`, known or not.
pub(crate) fn escaped_name(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("\\[")?;
    let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    (rest.as_bytes().get(length) == Some(&b']')).then(|| &rest[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_characters_map_to_each_other() {
        for (name, character) in &NAMES.characters {
            let back = by_name(super::name(*character).unwrap());
            assert_eq!(back, Some(*character), "{name}");
        }
        assert_eq!(by_name("ScriptB"), Some('\u{F6B3}'));
        assert_eq!(by_name("ScriptE"), Some('ℯ'));
        assert_eq!(by_name("FormalCapitalZ"), Some('\u{F833}'));
    }

    #[test]
    fn finds_likely_typing_errors_only() {
        assert_eq!(nearest_name("Alpa"), Some("Alpha"));
        assert_eq!(nearest_name("RuleDelayd"), Some("RuleDelayed"));
        assert_eq!(nearest_name("Qwertyuiop"), None);
    }

    #[test]
    fn readable_text_reads_back() {
        for character in ['\u{1}', '\u{A0}', '\u{F522}', '\u{E123}', '\u{10FFFD}', 'α', 'x'] {
            let mut text = String::new();
            push_readable(&mut text, character);
            let back = read_escape(&text).map_or(text.chars().next(), |(back, _)| Some(back));
            assert_eq!(back, Some(character), "{text}");
        }
    }
}
