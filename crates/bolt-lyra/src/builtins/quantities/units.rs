//! The units that are known: what they measure and how large they are.
//!
//! Sizes are exact and in base units: those of the International System (BIPM, "The International
//! System of Units", 9th edition), the radian, the bit and one unit for each currency. Customary
//! units are those of NIST Special Publication 811, appendix B.

/// How many base units there are.
pub(super) const BASES: usize = 17;

/// Exponents of the base units.
pub(super) type Powers = [i8; BASES];

/// The base units, in the order of [`Powers`], and what each measures.
pub(super) const BASE_UNITS: [(&str, &str); BASES] = [
    ("Meters", "LengthUnit"),
    ("Kilograms", "MassUnit"),
    ("Seconds", "TimeUnit"),
    ("Amperes", "ElectricCurrentUnit"),
    ("Kelvins", "TemperatureUnit"),
    ("Moles", "AmountUnit"),
    ("Candelas", "LuminousIntensityUnit"),
    ("Radians", "AngleUnit"),
    ("Bits", "InformationUnit"),
    ("USDollars", "MoneyUnit"),
    ("Euros", "MoneyUnit"),
    ("BritishPounds", "MoneyUnit"),
    ("Yen", "MoneyUnit"),
    ("SwissFrancs", "MoneyUnit"),
    ("Yuan", "MoneyUnit"),
    ("CanadianDollars", "MoneyUnit"),
    ("AustralianDollars", "MoneyUnit"),
];

/// A unit without a prefix.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) name: &'static str,
    /// Other names: the singular where it is not the name without its `s`, and abbreviations.
    pub(super) others: &'static [&'static str],
    /// The size is `top/bottom 10^ten`, times Pi if it is an angle that is a part of a turn.
    pub(super) top: i64,
    pub(super) bottom: i64,
    pub(super) ten: i32,
    pub(super) is_turn: bool,
    /// What is added before the size is multiplied, as a fraction: a temperature has it.
    pub(super) offset: (i64, i64),
    pub(super) powers: Powers,
    pub(super) takes_prefixes: bool,
}

/// Prefixes, their abbreviations and powers of ten.
pub(super) const PREFIXES: [(&str, &str, i32); 20] = [
    ("Yotta", "Y", 24),
    ("Zetta", "Z", 21),
    ("Exa", "E", 18),
    ("Peta", "P", 15),
    ("Tera", "T", 12),
    ("Giga", "G", 9),
    ("Mega", "M", 6),
    ("Kilo", "k", 3),
    ("Hecto", "h", 2),
    ("Deca", "da", 1),
    ("Deci", "d", -1),
    ("Centi", "c", -2),
    ("Milli", "m", -3),
    ("Micro", "u", -6),
    ("Nano", "n", -9),
    ("Pico", "p", -12),
    ("Femto", "f", -15),
    ("Atto", "a", -18),
    ("Zepto", "z", -21),
    ("Yocto", "y", -24),
];

/// Exponents of length, mass and time.
const fn mechanical(length: i8, mass: i8, time: i8) -> Powers {
    let mut powers = [0; BASES];
    powers[0] = length;
    powers[1] = mass;
    powers[2] = time;
    powers
}

/// Exponents of length, mass, time and current.
const fn electric(length: i8, mass: i8, time: i8, current: i8) -> Powers {
    let mut powers = mechanical(length, mass, time);
    powers[3] = current;
    powers
}

/// A base unit alone.
const fn only(base: usize) -> Powers {
    let mut powers = [0; BASES];
    powers[base] = 1;
    powers
}

const fn unit(
    name: &'static str,
    others: &'static [&'static str],
    powers: Powers,
    (top, bottom, ten): (i64, i64, i32),
) -> Unit {
    let offset = (0, 1);
    Unit { name, others, top, bottom, ten, is_turn: false, offset, powers, takes_prefixes: false }
}

/// A unit that prefixes are put before.
const fn metric(
    name: &'static str,
    others: &'static [&'static str],
    powers: Powers,
    size: (i64, i64, i32),
) -> Unit {
    let mut own = unit(name, others, powers, size);
    own.takes_prefixes = true;
    own
}

/// A part of half a turn.
const fn turn(name: &'static str, others: &'static [&'static str], top: i64, bottom: i64) -> Unit {
    let mut own = unit(name, others, only(ANGLE), (top, bottom, 0));
    own.is_turn = true;
    own
}

/// A temperature that is counted from elsewhere than the absolute zero.
const fn degrees(
    name: &'static str,
    others: &'static [&'static str],
    size: (i64, i64),
    offset: (i64, i64),
) -> Unit {
    let mut own = unit(name, others, only(4), (size.0, size.1, 0));
    own.offset = offset;
    own
}

const LENGTH: Powers = only(0);
const MASS: Powers = only(1);
const TIME: Powers = only(2);
const ANGLE: usize = 7;
const BITS: usize = 8;
const AREA: Powers = mechanical(2, 0, 0);
const VOLUME: Powers = mechanical(3, 0, 0);
const SPEED: Powers = mechanical(1, 0, -1);
const FORCE: Powers = mechanical(1, 1, -2);
const ENERGY: Powers = mechanical(2, 1, -2);
const POWER: Powers = mechanical(2, 1, -3);
const PRESSURE: Powers = mechanical(-1, 1, -2);
const ONE: (i64, i64, i32) = (1, 1, 0);

/// All of them; where several have the same size and measure the same, the first is preferred.
pub(super) const UNITS: &[Unit] = &[
    metric("Meters", &["m", "Metres", "Metre"], LENGTH, ONE),
    metric("Grams", &["g"], MASS, (1, 1, -3)),
    metric("Seconds", &["s", "sec"], TIME, ONE),
    metric("Amperes", &["A", "Amps", "Amp"], only(3), ONE),
    metric("Kelvins", &["K"], only(4), ONE),
    metric("Moles", &["mol"], only(5), ONE),
    metric("Candelas", &["cd"], only(6), ONE),
    metric("Radians", &["rad"], only(ANGLE), ONE),
    metric("Bits", &["bit"], only(BITS), ONE),
    metric("Bytes", &["B"], only(BITS), (8, 1, 0)),
    metric("Newtons", &["N"], FORCE, ONE),
    metric("Joules", &["J"], ENERGY, ONE),
    metric("Watts", &["W"], POWER, ONE),
    metric("Pascals", &["Pa"], PRESSURE, ONE),
    metric("Hertz", &["Hz"], mechanical(0, 0, -1), ONE),
    metric("Coulombs", &["C"], electric(0, 0, 1, 1), ONE),
    metric("Volts", &["V"], electric(2, 1, -3, -1), ONE),
    metric("Ohms", &["\u{3a9}", "\u{2126}"], electric(2, 1, -3, -2), ONE),
    metric("Siemens", &["S"], electric(-2, -1, 3, 2), ONE),
    metric("Farads", &["F"], electric(-2, -1, 4, 2), ONE),
    metric("Henries", &["H", "Henry"], electric(2, 1, -2, -2), ONE),
    metric("Webers", &["Wb"], electric(2, 1, -2, -1), ONE),
    metric("Teslas", &["T"], electric(0, 1, -2, -1), ONE),
    metric("Lumens", &["lm"], only(6), ONE),
    metric("Grays", &["Gy"], mechanical(2, 0, -2), ONE),
    metric("Sieverts", &["Sv"], mechanical(2, 0, -2), ONE),
    metric("Becquerels", &["Bq"], mechanical(0, 0, -1), ONE),
    metric("Liters", &["L", "l", "Litres", "Litre"], VOLUME, (1, 1, -3)),
    metric("Electronvolts", &["eV"], ENERGY, (1_602_176_634, 1, -28)),
    metric("Calories", &["cal"], ENERGY, (4184, 1, -3)),
    metric("Parsecs", &["pc"], LENGTH, PARSEC),
    metric("Bars", &["bar"], PRESSURE, (1, 1, 5)),
    metric("WattHours", &["Wh"], ENERGY, (3600, 1, 0)),
    unit("Minutes", &["min"], TIME, (60, 1, 0)),
    unit("Hours", &["h", "hr"], TIME, (3600, 1, 0)),
    unit("Days", &["d"], TIME, (86_400, 1, 0)),
    unit("Weeks", &["wk"], TIME, (604_800, 1, 0)),
    unit("Fortnights", &[], TIME, (1_209_600, 1, 0)),
    unit("Months", &["mo"], TIME, (2_628_000, 1, 0)),
    unit("Years", &["yr", "y"], TIME, (31_536_000, 1, 0)),
    unit("Decades", &[], TIME, (315_360_000, 1, 0)),
    unit("Centuries", &["Century"], TIME, (3_153_600_000, 1, 0)),
    unit("Millennia", &["Millennium"], TIME, (31_536_000_000, 1, 0)),
    unit("JulianYears", &[], TIME, (31_557_600, 1, 0)),
    unit("Inches", &["in", "Inch"], LENGTH, (254, 1, -4)),
    unit("Feet", &["ft", "Foot"], LENGTH, (3048, 1, -4)),
    unit("Yards", &["yd"], LENGTH, (9144, 1, -4)),
    unit("Miles", &["mi"], LENGTH, (1_609_344, 1, -3)),
    unit("NauticalMiles", &["nmi"], LENGTH, (1852, 1, 0)),
    unit("Fathoms", &[], LENGTH, (18_288, 1, -4)),
    unit("Furlongs", &[], LENGTH, (201_168, 1, -3)),
    unit("Mils", &["Thou"], LENGTH, (254, 1, -7)),
    unit("Angstroms", &["\u{c5}"], LENGTH, (1, 1, -10)),
    unit("Microns", &[], LENGTH, (1, 1, -6)),
    unit("AstronomicalUnit", &["au", "AU", "AstronomicalUnits"], LENGTH, (149_597_870_700, 1, 0)),
    unit("LightYears", &["ly"], LENGTH, (9_460_730_472_580_800, 1, 0)),
    unit("Hectares", &["ha"], AREA, (1, 1, 4)),
    unit("Acres", &["ac"], AREA, (40_468_564_224, 1, -7)),
    unit("Barns", &[], AREA, (1, 1, -28)),
    unit("Gallons", &["gal"], VOLUME, (3_785_411_784, 1, -12)),
    unit("Quarts", &["qt"], VOLUME, (946_352_946, 1, -12)),
    unit("Pints", &["pt"], VOLUME, (473_176_473, 1, -12)),
    unit("Cups", &[], VOLUME, (2_365_882_365, 1, -13)),
    unit("FluidOunces", &["floz"], VOLUME, (295_735_295_625, 1, -16)),
    unit("Tablespoons", &["tbsp"], VOLUME, (1_478_676_478_125, 1, -17)),
    unit("Teaspoons", &["tsp"], VOLUME, (492_892_159_375, 1, -17)),
    unit("BarrelsOfOil", &["bbl", "OilBarrels"], VOLUME, (158_987_294_928, 1, -12)),
    unit("MetricTons", &["t", "Tonnes", "Tonne"], MASS, (1, 1, 3)),
    unit("Pounds", &["lb", "lbs"], MASS, (45_359_237, 1, -8)),
    unit("Ounces", &["oz"], MASS, (45_359_237, 16, -8)),
    unit("Stones", &["Stone"], MASS, (45_359_237 * 14, 1, -8)),
    unit("Grains", &["gr"], MASS, (6_479_891, 1, -11)),
    unit("ShortTons", &["Tons"], MASS, (90_718_474, 1, -5)),
    unit("LongTons", &[], MASS, (10_160_469_088, 1, -7)),
    unit("TroyOunces", &["ozt"], MASS, (311_034_768, 1, -10)),
    unit("Carats", &["ct"], MASS, (2, 1, -4)),
    unit("Daltons", &["Da", "AtomicMassUnit"], MASS, (166_053_906_660, 1, -38)),
    unit("Knots", &["kn", "kt"], SPEED, (1852, 3600, 0)),
    unit("SpeedOfLight", &["c"], SPEED, (299_792_458, 1, 0)),
    unit("StandardAccelerationOfGravity", &[], mechanical(1, 0, -2), (980_665, 1, -5)),
    unit("Dynes", &["dyn"], FORCE, (1, 1, -5)),
    unit("PoundsForce", &["lbf", "PoundForce"], FORCE, (44_482_216_152_605, 1, -13)),
    unit("Ergs", &["erg"], ENERGY, (1, 1, -7)),
    unit("BritishThermalUnits", &["BTU"], ENERGY, (105_505_585_262, 1, -8)),
    unit("Therms", &[], ENERGY, (105_505_585_262, 1, -3)),
    unit("TonsOfTNT", &[], ENERGY, (4184, 1, 6)),
    unit("Horsepower", &["hp"], POWER, (74_569_987_158_227_022, 1, -14)),
    unit("Atmospheres", &["atm"], PRESSURE, (101_325, 1, 0)),
    unit("Torr", &[], PRESSURE, (101_325, 760, 0)),
    unit("MillimetersOfMercury", &["mmHg"], PRESSURE, (133_322_387_415, 1, -9)),
    unit("PoundsForcePerSquareInch", &["psi"], PRESSURE, (6_894_757_293_168, 1, -9)),
    unit("AmpereHours", &["Ah"], electric(0, 0, 1, 1), (3600, 1, 0)),
    unit("Lux", &["lx"], LUX, ONE),
    degrees("DegreesCelsius", &["\u{b0}C", "Celsius", "DegreeCelsius"], (1, 1), (27_315, 100)),
    degrees(
        "DegreesFahrenheit",
        &["\u{b0}F", "Fahrenheit", "DegreeFahrenheit"],
        (5, 9),
        (45_967, 100),
    ),
    unit("DegreesCelsiusDifference", &[], only(4), ONE),
    unit("DegreesFahrenheitDifference", &[], only(4), (5, 9, 0)),
    unit("DegreesRankine", &["DegreeRankine"], only(4), (5, 9, 0)),
    turn("AngularDegrees", &["Degrees", "\u{b0}", "deg"], 1, 180),
    turn("ArcMinutes", &["arcmin"], 1, 10_800),
    turn("ArcSeconds", &["arcsec"], 1, 648_000),
    turn("Gradians", &["gon"], 1, 200),
    turn("Revolutions", &["rev", "Turns"], 2, 1),
    unit("Nibbles", &[], only(BITS), (4, 1, 0)),
    unit("Kibibytes", &["KiB"], only(BITS), (8 << 10, 1, 0)),
    unit("Mebibytes", &["MiB"], only(BITS), (8 << 20, 1, 0)),
    unit("Gibibytes", &["GiB"], only(BITS), (8 << 30, 1, 0)),
    unit("Tebibytes", &["TiB"], only(BITS), (8 << 40, 1, 0)),
    unit("Pebibytes", &["PiB"], only(BITS), (8 << 50, 1, 0)),
    unit("USDollars", &["USD", "$", "Dollars"], only(9), ONE),
    unit("USCents", &["Cents", "\u{a2}"], only(9), (1, 1, -2)),
    unit("Euros", &["EUR", "\u{20ac}"], only(10), ONE),
    unit("BritishPounds", &["GBP", "\u{a3}"], only(11), ONE),
    unit("Pence", &["Penny"], only(11), (1, 1, -2)),
    unit("Yen", &["JPY", "\u{a5}", "JapaneseYen"], only(12), ONE),
    unit("SwissFrancs", &["CHF"], only(13), ONE),
    unit("Yuan", &["CNY", "ChineseYuan"], only(14), ONE),
    unit("CanadianDollars", &["CAD"], only(15), ONE),
    unit("AustralianDollars", &["AUD"], only(16), ONE),
    unit("Percent", &["%"], [0; BASES], (1, 1, -2)),
    unit("PartsPerMillion", &["ppm"], [0; BASES], (1, 1, -6)),
    unit("BasisPoints", &["bps"], [0; BASES], (1, 1, -4)),
    unit("Dozens", &[], [0; BASES], (12, 1, 0)),
    unit("PureUnities", &["DimensionlessUnit", "Unities", "Unity"], [0; BASES], ONE),
];

const LUX: Powers = {
    let mut powers = only(6);
    powers[0] = -2;
    powers
};
/// 648000/Pi astronomical units, rounded to a meter.
const PARSEC: (i64, i64, i32) = (30_856_775_814_913_673, 1, 0);
