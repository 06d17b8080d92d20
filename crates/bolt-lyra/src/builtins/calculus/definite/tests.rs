use crate::session::Session;

fn check(source: &str, expected: &str) {
    let mut session = Session::new();
    let parsed = bolt_lyra_syntax::parse(source);
    let value = session.read(&parsed.exprs[0]);
    let value = session.evaluate_line(&value).expect("no program quits");
    assert_eq!(session.input_form(&value), expected, "{source}");
}

#[test]
fn symbols_have_conditions_or_assumptions() {
    check("Integrate[x^n, {x, 0, 1}]", "ConditionalExpression[(1 + n)^-1, Re[n] > -1]");
    check("Integrate[x^n, {x, 0, 1}, Assumptions -> n > 2]", "(1 + n)^-1");
    check("Integrate[x^n, {x, 0, 1}, GenerateConditions -> False]", "(1 + n)^-1");
    check("Integrate[E^(-a x), {x, 0, Infinity}, Assumptions -> a > 0]", "a^-1");
    check("Integrate[E^(-a x), {x, 0, Infinity}]", "ConditionalExpression[a^-1, Re[a] > 0]");
    check("Integrate[1/(a^2 + x^2), {x, -Infinity, Infinity}, Assumptions -> a > 0]", "Pi/a");
}

#[test]
fn jumps_of_antiderivatives_are_taken_out() {
    check("Integrate[1/(2 + Cos[x]), {x, 0, 2 Pi}]", "(2*Pi)/Sqrt[3]");
    check("Integrate[1/(2 + Cos[x]), {x, 0, 4 Pi}]", "(4*Pi)/Sqrt[3]");
}

#[test]
fn poles_have_principal_values_only() {
    check("Integrate[1/x, {x, -1, 1}, PrincipalValue -> True]", "0");
    check("Integrate[1/(x - 2), {x, 0, 3}, PrincipalValue -> True]", "-Log[2]");
    check("Integrate[1/x, {x, -1, 1}]", "Integrate[x^-1, {x, -1, 1}]");
    check("Integrate[1/x^2, {x, -1, 1}]", "Integrate[x^-2, {x, -1, 1}]");
}

#[test]
fn what_oscillates_converges() {
    check("Integrate[Sin[x]/x, {x, 0, Infinity}]", "Pi/2");
    check("Integrate[Cos[3 x]/(1 + x^2), {x, -Infinity, Infinity}]", "Pi/E^3");
}

#[test]
fn zeta_values() {
    check("Integrate[x/(E^x - 1), {x, 0, Infinity}]", "Pi^2/6");
    check("Integrate[x^3/(E^x + 1), {x, 0, Infinity}]", "(7*Pi^4)/120");
}
