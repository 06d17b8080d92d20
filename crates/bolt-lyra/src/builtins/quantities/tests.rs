//! Conversions against figures of the standards, and arithmetic written out by hand.

use crate::tests::check;

#[test]
fn units_are_as_large_as_the_standards_say() {
    // NIST Special Publication 811, appendix B.8.
    let known = [
        ("Feet", "Meters", "0.3048"),
        ("Acres", "Meters^2", "4046.8564224"),
        ("Gallons", "Liters", "3.785411784"),
        ("FluidOunces", "Milliliters", "29.5735295625"),
        ("Teaspoons", "Milliliters", "4.92892159375"),
        ("Pounds", "Kilograms", "0.45359237"),
        ("Ounces", "Grams", "28.349523125"),
        ("Horsepower", "Watts", "745.69987158227022"),
        ("PoundsForce", "Newtons", "4.4482216152605"),
        ("BritishThermalUnits", "Joules", "1055.05585262"),
        ("Electronvolts", "Joules", "1602176634/10^28"),
        ("Knots", "Kilometers/Hours", "1.852"),
        ("LightYears", "Kilometers", "9460730472580.8"),
        ("Atmospheres", "Kilopascals", "101.325"),
        ("Gibibytes", "Bytes", "1073741824"),
        ("KilowattHours", "Megajoules", "3.6"),
        ("Kilometers/Hours", "Meters/Seconds", "1/3.6"),
    ];
    for (unit, other, size) in known {
        let source = format!(
            "Abs[QuantityMagnitude[Quantity[1, \"{unit}\"], \"{other}\"]/({size}) - 1] < 10^-15"
        );
        check(&[(&source, "True")]);
    }
}

#[test]
fn names_are_found_in_their_forms() {
    check(&[
        ("Quantity[3, \"km\"]", "Quantity[3, \"Kilometers\"]"),
        ("Quantity[3, \"meter\"]", "Quantity[3, \"Meters\"]"),
        ("Quantity[3, \"foot\"]", "Quantity[3, \"Feet\"]"),
        ("Quantity[\"Kilogram\"]", "Quantity[1, \"Kilograms\"]"),
        ("Quantity[1, \"min\"]", "Quantity[1, \"Minutes\"]"),
        ("Quantity[1, \"Megabytes\"]", "Quantity[1, \"Megabytes\"]"),
        ("Quantity[1, \"Meters per Second\"]", "Quantity[1, \"Meters\"/\"Seconds\"]"),
        ("Quantity[9.8, \"m/s^2\"]", "Quantity[9.8, \"Meters\"/\"Seconds\"^2]"),
        ("Quantity[2, 3/2]", "3"),
        ("QuantityQ[Quiet[Quantity[3, \"Maters\"]]]", "False"),
        ("Quantity[{1, 2}, \"s\"]", "{Quantity[1, \"Seconds\"], Quantity[2, \"Seconds\"]}"),
    ]);
}

#[test]
fn quantities_are_computed_with() {
    check(&[
        ("2 Quantity[3, \"Meters\"]", "Quantity[6, \"Meters\"]"),
        (
            "Quantity[3, \"Centimeters\"]/Quantity[2, \"Seconds\"]^2",
            "Quantity[3/4, \"Centimeters\"/\"Seconds\"^2]",
        ),
        ("Sqrt[Quantity[4, \"Meters\"^2]]", "Quantity[2, \"Meters\"]"),
        ("Quantity[1, \"Kilometers\"]/Quantity[1, \"Meters\"]", "1000"),
        ("Quantity[6, \"Meters\"] - Quantity[6, \"Meters\"]", "Quantity[0, \"Meters\"]"),
        ("Total[{Quantity[1, \"Hours\"], Quantity[30, \"Minutes\"]}]", "Quantity[90, \"Minutes\"]"),
        ("Quantity[1, \"Meters\"] == Quantity[100, \"Centimeters\"]", "True"),
        ("Max[Quantity[1, \"Meters\"], Quantity[99, \"Centimeters\"]]", "Quantity[1, \"Meters\"]"),
        ("Sin[Quantity[30, \"AngularDegrees\"]]", "1/2"),
        ("UnitConvert[Quantity[180, \"Degrees\"], \"Radians\"]", "Quantity[Pi, \"Radians\"]"),
        (
            "UnitConvert[Quantity[212, \"DegreesFahrenheit\"], \"DegreesCelsius\"]",
            "Quantity[100, \"DegreesCelsius\"]",
        ),
        ("Quiet[UnitConvert[Quantity[1, \"Meters\"], \"Seconds\"]]", "$Failed"),
        ("N[Quantity[1/2, \"Meters\"]]", "Quantity[0.5, \"Meters\"]"),
        ("{1, 2} Quantity[1, \"Meters\"]", "{Quantity[1, \"Meters\"], Quantity[2, \"Meters\"]}"),
        (
            "UnitConvert[Quantity[1, \"Newtons\"]]",
            "Quantity[1, (\"Kilograms\"*\"Meters\")/\"Seconds\"^2]",
        ),
        ("ToString[Quantity[10, \"Meters\"/\"Seconds\"]]", "\"10 meters per second\""),
        ("ToString[Quantity[1, \"Feet\"]]", "\"1 foot\""),
    ]);
}
