//! Families of continuous distributions.

use super::{Family, Kind, construct, families};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;

families! {
    Continuous "NormalDistribution", "m_, s_" if "s > 0", "{_[] :> {0, 1}}",
    "NormalDistribution[m, s] is the normal distribution with the mean m and the standard deviation \
     s; NormalDistribution[] has the mean 0 and the deviation 1.",
    &[
        ("PDF[NormalDistribution[m, s], x]", "E^-((-m + x)^2/(2*s^2))/(Sqrt[2]*Sqrt[Pi]*s)"),
        ("CDF[NormalDistribution[], 0]", "1/2"),
        ("{Mean[#], Variance[#], Kurtosis[#]} &[NormalDistribution[m, s]]", "{m, s^2, 3}"),
    ], {
        "Support": "{-Infinity, Infinity}",
        "PDF": "E^(-(x - m)^2/(2 s^2))/(Sqrt[2 Pi] s)",
        "CDF": "Erfc[(m - x)/(Sqrt[2] s)]/2",
        "SurvivalFunction": "Erfc[(x - m)/(Sqrt[2] s)]/2",
        "Quantile": "m - Sqrt[2] s InverseErfc[2 x]",
        "InverseSurvivalFunction": "m + Sqrt[2] s InverseErfc[2 x]",
        "Mean": "m",
        "Variance": "s^2",
        "Skewness": "0",
        "Kurtosis": "3",
        "Moment": "Sum[Binomial[x, 2 $j] (2 $j - 1)!! s^(2 $j) If[x == 2 $j, 1, m^(x - 2 $j)], {$j, 0, Floor[x/2]}]",
        "CharacteristicFunction": "E^(I m x - s^2 x^2/2)",
    }
    Continuous "UniformDistribution", "{a_, b_}" if "a < b", "{_[] :> {{0, 1}}}",
    "UniformDistribution[{a, b}] is the distribution with the same density between a and b; \
     UniformDistribution[] between 0 and 1.",
    &[
        ("CDF[UniformDistribution[{0, 4}], {-1, 1, 9}]", "{0, 1/4, 1}"),
        ("{Mean[#], Variance[#]} &[UniformDistribution[{2, 8}]]", "{5, 3}"),
    ], {
        "Support": "{a, b}",
        "PDF": "Piecewise[{{1/(b - a), a <= x <= b}}, 0]",
        "CDF": "Piecewise[{{(x - a)/(b - a), a <= x <= b}, {1, x > b}}, 0]",
        "Quantile": "Piecewise[{{a (1 - x) + b x, 0 < x < 1}, {a, x <= 0}}, b]",
        "Mean": "(a + b)/2",
        "Variance": "(b - a)^2/12",
        "Skewness": "0",
        "Kurtosis": "9/5",
        "Moment": "Sum[a^$j b^(x - $j), {$j, 1, x - 1}]/(x + 1) + (a^x + b^x)/(x + 1)",
        "CharacteristicFunction": "I (E^(I a x) - E^(I b x))/((b - a) x)",
    }
    Continuous "ExponentialDistribution", "l_" if "l > 0", "{}",
    "ExponentialDistribution[l] is the exponential distribution with the rate l, and the mean 1/l.",
    &[
        ("PDF[ExponentialDistribution[l], x]", "Piecewise[{{E^-(l*x)*l, x >= 0}}, 0]"),
        ("Quantile[ExponentialDistribution[2], 1/2]", "Log[2]/2"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{E^(-l x) l, x >= 0}}, 0]",
        "CDF": "Piecewise[{{1 - E^(-l x), x >= 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{E^(-l x), x >= 0}}, 1]",
        "HazardFunction": "Piecewise[{{l, x >= 0}}, 0]",
        "Quantile": "Piecewise[{{-Log[1 - x]/l, x < 1}}, Infinity]",
        "Mean": "1/l",
        "Variance": "1/l^2",
        "Skewness": "2",
        "Kurtosis": "9",
        "Moment": "x!/l^x",
        "CharacteristicFunction": "l/(l - I x)",
    }
    Continuous "LogNormalDistribution", "m_, s_" if "s > 0", "{}",
    "LogNormalDistribution[m, s] is the distribution of what has a normally distributed logarithm \
     with the mean m and the deviation s.",
    &[
        ("Mean[LogNormalDistribution[m, s]]", "E^(m + s^2/2)"),
        ("Median[LogNormalDistribution[1, 2]]", "E"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{E^(-(Log[x] - m)^2/(2 s^2))/(Sqrt[2 Pi] x s), x > 0}}, 0]",
        "CDF": "Piecewise[{{Erfc[(m - Log[x])/(Sqrt[2] s)]/2, x > 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{Erfc[(Log[x] - m)/(Sqrt[2] s)]/2, x > 0}}, 1]",
        "Quantile": "Piecewise[{{E^(m - Sqrt[2] s InverseErfc[2 x]), 0 < x < 1}, {0, x <= 0}}, Infinity]",
        "Mean": "E^(m + s^2/2)",
        "Variance": "E^(2 m + s^2) (E^s^2 - 1)",
        "Skewness": "Sqrt[E^s^2 - 1] (2 + E^s^2)",
        "Kurtosis": "-3 + 3 E^(2 s^2) + 2 E^(3 s^2) + E^(4 s^2)",
        "Moment": "E^(m x + s^2 x^2/2)",
    }
    Continuous "StudentTDistribution", "m_, s_, v_" if "s > 0 && v > 0", "{_[v_] :> {0, 1, v}}",
    "StudentTDistribution[v] is Student's t distribution with v degrees of freedom; \
     StudentTDistribution[m, s, v] with the location m and the scale s.",
    &[
        ("Variance[StudentTDistribution[5]]", "5/3"),
        ("CDF[StudentTDistribution[1], 1]", "3/4"),
    ], {
        "Support": "{-Infinity, Infinity}",
        "PDF": "(v/(v + ((x - m)/s)^2))^((1 + v)/2)/(s Sqrt[v] Beta[v/2, 1/2])",
        "CDF": "Piecewise[{{BetaRegularized[v/(((x - m)/s)^2 + v), v/2, 1/2]/2, x <= m}}, (1 + BetaRegularized[((x - m)/s)^2/(((x - m)/s)^2 + v), 1/2, v/2])/2]",
        "SurvivalFunction": "Piecewise[{{BetaRegularized[v/(((x - m)/s)^2 + v), v/2, 1/2]/2, x >= m}}, (1 + BetaRegularized[((x - m)/s)^2/(((x - m)/s)^2 + v), 1/2, v/2])/2]",
        "Quantile": "Piecewise[{{m, x == 1/2}, {m - s Sqrt[v] Sqrt[-1 + 1/InverseBetaRegularized[2 x, v/2, 1/2]], 0 < x < 1/2}, {m + s Sqrt[v] Sqrt[-1 + 1/InverseBetaRegularized[2 (1 - x), v/2, 1/2]], 1/2 < x < 1}, {-Infinity, x <= 0}}, Infinity]",
        "Mean": "Piecewise[{{m, v > 1}}, Indeterminate]",
        "Variance": "Piecewise[{{s^2 v/(v - 2), v > 2}}, Indeterminate]",
        "Skewness": "Piecewise[{{0, v > 3}}, Indeterminate]",
        "Kurtosis": "Piecewise[{{3 + 6/(v - 4), v > 4}}, Indeterminate]",
    }
    Continuous "ChiSquareDistribution", "v_" if "v > 0", "{}",
    "ChiSquareDistribution[v] is the distribution of the sum of the squares of v standard normal \
     variables.",
    &[
        ("{Mean[#], Variance[#]} &[ChiSquareDistribution[v]]", "{v, 2*v}"),
        ("CDF[ChiSquareDistribution[2], 2]", "1 - 1/E"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{x^(v/2 - 1)/(2^(v/2) E^(x/2) Gamma[v/2]), x > 0}}, 0]",
        "CDF": "Piecewise[{{GammaRegularized[v/2, 0, x/2], x > 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{GammaRegularized[v/2, x/2], x > 0}}, 1]",
        "Quantile": "2 InverseGammaRegularized[v/2, 0, x]",
        "Mean": "v",
        "Variance": "2 v",
        "Skewness": "2 Sqrt[2] Sqrt[1/v]",
        "Kurtosis": "3 + 12/v",
        "Moment": "2^x Pochhammer[v/2, x]",
        "CharacteristicFunction": "(1 - 2 I x)^(-v/2)",
    }
    Continuous "GammaDistribution", "a_, b_" if "a > 0 && b > 0", "{}",
    "GammaDistribution[a, b] is the gamma distribution with the shape a and the scale b.",
    &[
        ("{Mean[#], Variance[#]} &[GammaDistribution[a, b]]", "{a*b, a*b^2}"),
        ("PDF[GammaDistribution[2, 1], x]", "Piecewise[{{E^-x*x, x > 0}}, 0]"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{x^(a - 1)/(b^a E^(x/b) Gamma[a]), x > 0}}, 0]",
        "CDF": "Piecewise[{{GammaRegularized[a, 0, x/b], x > 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{GammaRegularized[a, x/b], x > 0}}, 1]",
        "Quantile": "b InverseGammaRegularized[a, 0, x]",
        "Mean": "a b",
        "Variance": "a b^2",
        "Skewness": "2/Sqrt[a]",
        "Kurtosis": "3 + 6/a",
        "Moment": "b^x Pochhammer[a, x]",
        "CharacteristicFunction": "(1 - I b x)^(-a)",
    }
    Continuous "ErlangDistribution", "k_, l_" if "k > 0 && l > 0", "{}",
    "ErlangDistribution[k, l] is the distribution of the sum of k exponential variables of the rate \
     l.",
    &[
        ("Mean[ErlangDistribution[3, l]]", "3/l"),
        ("PDF[ErlangDistribution[2, 3], 1]", "9/E^3"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{l^k x^(k - 1)/(E^(l x) Gamma[k]), x > 0}}, 0]",
        "CDF": "Piecewise[{{GammaRegularized[k, 0, l x], x > 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{GammaRegularized[k, l x], x > 0}}, 1]",
        "Quantile": "InverseGammaRegularized[k, 0, x]/l",
        "Mean": "k/l",
        "Variance": "k/l^2",
        "Skewness": "2/Sqrt[k]",
        "Kurtosis": "3 + 6/k",
        "Moment": "Pochhammer[k, x]/l^x",
        "CharacteristicFunction": "(1 - I x/l)^(-k)",
    }
    Continuous "InverseGammaDistribution", "a_, b_" if "a > 0 && b > 0", "{}",
    "InverseGammaDistribution[a, b] is the distribution of the reciprocal of a gamma variable with \
     the shape a and the scale 1/b.",
    &[
        ("Mean[InverseGammaDistribution[3, 4]]", "2"),
        ("CDF[InverseGammaDistribution[1, 2], 2]", "E^-1"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{(b/x)^a/(E^(b/x) x Gamma[a]), x > 0}}, 0]",
        "CDF": "Piecewise[{{GammaRegularized[a, b/x], x > 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{GammaRegularized[a, 0, b/x], x > 0}}, 1]",
        "Quantile": "b/InverseGammaRegularized[a, x]",
        "Mean": "Piecewise[{{b/(a - 1), a > 1}}, Indeterminate]",
        "Variance": "Piecewise[{{b^2/((a - 2) (a - 1)^2), a > 2}}, Indeterminate]",
        "Skewness": "Piecewise[{{4 Sqrt[a - 2]/(a - 3), a > 3}}, Indeterminate]",
        "Kurtosis": "Piecewise[{{3 (a - 2) (a + 5)/((a - 4) (a - 3)), a > 4}}, Indeterminate]",
    }
    Continuous "ChiDistribution", "v_" if "v > 0", "{}",
    "ChiDistribution[v] is the distribution of the length of a vector of v standard normal \
     variables.",
    &[("Mean[ChiDistribution[2]]", "Sqrt[Pi]/Sqrt[2]"), ("CDF[ChiDistribution[2], 2]", "1 - 1/E^2")], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{2^(1 - v/2) x^(v - 1)/(E^(x^2/2) Gamma[v/2]), x > 0}}, 0]",
        "CDF": "Piecewise[{{GammaRegularized[v/2, 0, x^2/2], x > 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{GammaRegularized[v/2, x^2/2], x > 0}}, 1]",
        "Quantile": "Sqrt[2 InverseGammaRegularized[v/2, 0, x]]",
        "Mean": "Sqrt[2] Gamma[(1 + v)/2]/Gamma[v/2]",
        "Variance": "v - 2 Gamma[(1 + v)/2]^2/Gamma[v/2]^2",
        "Moment": "2^(x/2) Gamma[(v + x)/2]/Gamma[v/2]",
    }
    Continuous "MaxwellDistribution", "s_" if "s > 0", "{}",
    "MaxwellDistribution[s] is the distribution of the length of a vector of three normal variables \
     with the mean 0 and the deviation s.",
    &[
        ("Mean[MaxwellDistribution[s]]", "(2*Sqrt[2]*s)/Sqrt[Pi]"),
        ("Variance[MaxwellDistribution[1]]", "(-8 + 3*Pi)/Pi"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{Sqrt[2] x^2/(Sqrt[Pi] E^(x^2/(2 s^2)) s^3), x > 0}}, 0]",
        "CDF": "Piecewise[{{Erf[x/(Sqrt[2] s)] - Sqrt[2] x/(Sqrt[Pi] E^(x^2/(2 s^2)) s), x > 0}}, 0]",
        "Quantile": "s Sqrt[2 InverseGammaRegularized[3/2, 0, x]]",
        "Mean": "2 Sqrt[2] s/Sqrt[Pi]",
        "Variance": "(3 Pi - 8) s^2/Pi",
        "Moment": "2^(1 + x/2) s^x Gamma[(3 + x)/2]/Sqrt[Pi]",
    }
    Continuous "RayleighDistribution", "s_" if "s > 0", "{}",
    "RayleighDistribution[s] is the distribution of the length of a vector of two normal variables \
     with the mean 0 and the deviation s.",
    &[
        ("Mean[RayleighDistribution[s]]", "(Sqrt[Pi]*s)/Sqrt[2]"),
        ("CDF[RayleighDistribution[1], 2]", "1 - 1/E^2"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{x/(E^(x^2/(2 s^2)) s^2), x > 0}}, 0]",
        "CDF": "Piecewise[{{1 - E^(-x^2/(2 s^2)), x > 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{E^(-x^2/(2 s^2)), x > 0}}, 1]",
        "Quantile": "s Sqrt[-2 Log[1 - x]]",
        "Mean": "Sqrt[Pi/2] s",
        "Variance": "(2 - Pi/2) s^2",
        "Skewness": "2 Sqrt[Pi] (Pi - 3)/(4 - Pi)^(3/2)",
        "Kurtosis": "(32 - 3 Pi^2)/(4 - Pi)^2",
        "Moment": "2^(x/2) s^x Gamma[1 + x/2]",
    }
    Continuous "BetaDistribution", "a_, b_" if "a > 0 && b > 0", "{}",
    "BetaDistribution[a, b] is the beta distribution with the shapes a and b, between 0 and 1.",
    &[
        ("Mean[BetaDistribution[a, b]]", "a/(a + b)"),
        ("CDF[BetaDistribution[2, 2], 1/4]", "5/32"),
    ], {
        "Support": "{0, 1}",
        "PDF": "Piecewise[{{(1 - x)^(b - 1) x^(a - 1)/Beta[a, b], 0 < x < 1}}, 0]",
        "CDF": "Piecewise[{{BetaRegularized[x, a, b], 0 < x < 1}, {1, x >= 1}}, 0]",
        "Quantile": "InverseBetaRegularized[x, a, b]",
        "Mean": "a/(a + b)",
        "Variance": "a b/((a + b)^2 (1 + a + b))",
        "Skewness": "2 (b - a) Sqrt[1 + a + b]/(Sqrt[a] Sqrt[b] (2 + a + b))",
        "Kurtosis": "3 (1 + a + b) (a b (a + b - 6) + 2 (a + b)^2)/(a b (2 + a + b) (3 + a + b))",
        "Moment": "Pochhammer[a, x]/Pochhammer[a + b, x]",
        "CharacteristicFunction": "Hypergeometric1F1[a, a + b, I x]",
    }
    Continuous "FRatioDistribution", "n_, m_" if "n > 0 && m > 0", "{}",
    "FRatioDistribution[n, m] is the F distribution with n degrees of freedom in the numerator and \
     m in the denominator.",
    &[
        ("Mean[FRatioDistribution[3, 6]]", "3/2"),
        ("CDF[FRatioDistribution[2, 2], 1]", "1/2"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{m^(m/2) n^(n/2) x^(n/2 - 1) (m + n x)^((-m - n)/2)/Beta[n/2, m/2], x > 0}}, 0]",
        "CDF": "Piecewise[{{BetaRegularized[n x/(m + n x), n/2, m/2], x > 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{BetaRegularized[m/(m + n x), m/2, n/2], x > 0}}, 1]",
        "Quantile": "m (1/InverseBetaRegularized[1 - x, m/2, n/2] - 1)/n",
        "Mean": "Piecewise[{{m/(m - 2), m > 2}}, Indeterminate]",
        "Variance": "Piecewise[{{2 m^2 (m + n - 2)/((m - 4) (m - 2)^2 n), m > 4}}, Indeterminate]",
        "Skewness": "Piecewise[{{2 Sqrt[2] Sqrt[m - 4] (m + 2 n - 2)/((m - 6) Sqrt[n] Sqrt[m + n - 2]), m > 6}}, Indeterminate]",
    }
    Continuous "WeibullDistribution", "a_, b_" if "a > 0 && b > 0", "{}",
    "WeibullDistribution[a, b] is the Weibull distribution with the shape a and the scale b.",
    &[
        ("CDF[WeibullDistribution[2, 1], 1]", "1 - 1/E"),
        ("Mean[WeibullDistribution[1, b]]", "b"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{a (x/b)^(a - 1)/(b E^(x/b)^a), x > 0}}, 0]",
        "CDF": "Piecewise[{{1 - E^(-(x/b)^a), x > 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{E^(-(x/b)^a), x > 0}}, 1]",
        "Quantile": "Piecewise[{{b (-Log[1 - x])^(1/a), 0 < x < 1}, {0, x <= 0}}, Infinity]",
        "Mean": "b Gamma[1 + 1/a]",
        "Variance": "b^2 (Gamma[1 + 2/a] - Gamma[1 + 1/a]^2)",
        "Moment": "b^x Gamma[1 + x/a]",
    }
    Continuous "CauchyDistribution", "a_, b_" if "b > 0", "{_[] :> {0, 1}}",
    "CauchyDistribution[a, b] is the Cauchy distribution with the location a and the scale b; \
     CauchyDistribution[] has 0 and 1.",
    &[
        ("CDF[CauchyDistribution[0, 1], 1]", "3/4"),
        ("Mean[CauchyDistribution[0, 1]]", "Indeterminate"),
    ], {
        "Support": "{-Infinity, Infinity}",
        "PDF": "1/(b Pi (1 + (x - a)^2/b^2))",
        "CDF": "1/2 + ArcTan[(x - a)/b]/Pi",
        "SurvivalFunction": "1/2 + ArcTan[(a - x)/b]/Pi",
        "Quantile": "Piecewise[{{a + b Tan[Pi (x - 1/2)], 0 < x < 1}, {-Infinity, x <= 0}}, Infinity]",
        "Mean": "Indeterminate",
        "Variance": "Indeterminate",
        "Skewness": "Indeterminate",
        "Kurtosis": "Indeterminate",
        "CharacteristicFunction": "E^(I a x - b Abs[x])",
    }
    Continuous "LaplaceDistribution", "m_, b_" if "b > 0", "{_[] :> {0, 1}}",
    "LaplaceDistribution[m, b] is the distribution with a density that falls exponentially on both \
     sides of m, with the scale b; LaplaceDistribution[] has 0 and 1.",
    &[
        ("Variance[LaplaceDistribution[m, b]]", "2*b^2"),
        ("CDF[LaplaceDistribution[0, 1], 0]", "1/2"),
    ], {
        "Support": "{-Infinity, Infinity}",
        "PDF": "Piecewise[{{E^(-(x - m)/b)/(2 b), x >= m}}, E^(-(m - x)/b)/(2 b)]",
        "CDF": "Piecewise[{{1 - E^(-(x - m)/b)/2, x >= m}}, E^(-(m - x)/b)/2]",
        "SurvivalFunction": "Piecewise[{{E^(-(x - m)/b)/2, x >= m}}, 1 - E^(-(m - x)/b)/2]",
        "Quantile": "Piecewise[{{m + b Log[2 x], x <= 1/2}}, m - b Log[2 (1 - x)]]",
        "Mean": "m",
        "Variance": "2 b^2",
        "Skewness": "0",
        "Kurtosis": "6",
        "Moment": "Sum[Binomial[x, 2 $j] (2 $j)! b^(2 $j) If[x == 2 $j, 1, m^(x - 2 $j)], {$j, 0, Floor[x/2]}]",
        "CharacteristicFunction": "E^(I m x)/(1 + b^2 x^2)",
    }
    Continuous "LogisticDistribution", "m_, b_" if "b > 0", "{_[] :> {0, 1}}",
    "LogisticDistribution[m, b] is the logistic distribution with the mean m and the scale b; \
     LogisticDistribution[] has 0 and 1.",
    &[
        ("CDF[LogisticDistribution[m, b], x]", "(1 + E^((m - x)/b))^-1"),
        ("Variance[LogisticDistribution[m, b]]", "(b^2*Pi^2)/3"),
    ], {
        "Support": "{-Infinity, Infinity}",
        "PDF": "E^(-(x - m)/b)/(b (1 + E^(-(x - m)/b))^2)",
        "CDF": "1/(1 + E^(-(x - m)/b))",
        "SurvivalFunction": "1/(1 + E^((x - m)/b))",
        "Quantile": "Piecewise[{{m - b Log[1/x - 1], 0 < x < 1}, {-Infinity, x <= 0}}, Infinity]",
        "Mean": "m",
        "Variance": "b^2 Pi^2/3",
        "Skewness": "0",
        "Kurtosis": "21/5",
        "CharacteristicFunction": "b Pi x E^(I m x) Csch[b Pi x]",
    }
    Continuous "ParetoDistribution", "k_, a_" if "k > 0 && a > 0", "{}",
    "ParetoDistribution[k, a] is the Pareto distribution with the least value k and the shape a.",
    &[
        ("CDF[ParetoDistribution[1, 2], 2]", "3/4"),
        ("Mean[ParetoDistribution[2, 3]]", "3"),
    ], {
        "Support": "{k, Infinity}",
        "PDF": "Piecewise[{{a k^a x^(-1 - a), x >= k}}, 0]",
        "CDF": "Piecewise[{{1 - (k/x)^a, x >= k}}, 0]",
        "SurvivalFunction": "Piecewise[{{(k/x)^a, x >= k}}, 1]",
        "Quantile": "Piecewise[{{k (1 - x)^(-1/a), x < 1}}, Infinity]",
        "Mean": "Piecewise[{{a k/(a - 1), a > 1}}, Indeterminate]",
        "Variance": "Piecewise[{{a k^2/((a - 2) (a - 1)^2), a > 2}}, Indeterminate]",
        "Skewness": "Piecewise[{{2 Sqrt[(a - 2)/a] (1 + a)/(a - 3), a > 3}}, Indeterminate]",
        "Kurtosis": "Piecewise[{{3 (a - 2) (2 + a + 3 a^2)/((a - 4) (a - 3) a), a > 4}}, Indeterminate]",
    }
    Continuous "GumbelDistribution", "a_, b_" if "b > 0", "{_[] :> {0, 1}}",
    "GumbelDistribution[a, b] is the distribution of smallest values with the location a and the \
     scale b; GumbelDistribution[] has 0 and 1.",
    &[
        ("Mean[GumbelDistribution[a, b]]", "a - b*EulerGamma"),
        ("CDF[GumbelDistribution[0, 1], 0]", "1 - 1/E"),
    ], {
        "Support": "{-Infinity, Infinity}",
        "PDF": "E^(-E^((x - a)/b) + (x - a)/b)/b",
        "CDF": "1 - E^(-E^((x - a)/b))",
        "SurvivalFunction": "E^(-E^((x - a)/b))",
        "Quantile": "Piecewise[{{a + b Log[-Log[1 - x]], 0 < x < 1}, {-Infinity, x <= 0}}, Infinity]",
        "Mean": "a - EulerGamma b",
        "Variance": "b^2 Pi^2/6",
        "Skewness": "-12 Sqrt[6] Zeta[3]/Pi^3",
        "Kurtosis": "27/5",
    }
    Continuous "ExtremeValueDistribution", "a_, b_" if "b > 0", "{_[] :> {0, 1}}",
    "ExtremeValueDistribution[a, b] is the distribution of largest values with the location a and \
     the scale b; ExtremeValueDistribution[] has 0 and 1.",
    &[
        ("Mean[ExtremeValueDistribution[a, b]]", "a + b*EulerGamma"),
        ("CDF[ExtremeValueDistribution[0, 1], 0]", "E^-1"),
    ], {
        "Support": "{-Infinity, Infinity}",
        "PDF": "E^(-E^((a - x)/b) + (a - x)/b)/b",
        "CDF": "E^(-E^((a - x)/b))",
        "Quantile": "Piecewise[{{a - b Log[-Log[x]], 0 < x < 1}, {-Infinity, x <= 0}}, Infinity]",
        "Mean": "a + EulerGamma b",
        "Variance": "b^2 Pi^2/6",
        "Skewness": "12 Sqrt[6] Zeta[3]/Pi^3",
        "Kurtosis": "27/5",
    }
    Continuous "HalfNormalDistribution", "t_" if "t > 0", "{}",
    "HalfNormalDistribution[t] is the distribution of the size of a normal variable with the mean 0; \
     its mean is 1/t.",
    &[
        ("Mean[HalfNormalDistribution[t]]", "t^-1"),
        ("Variance[HalfNormalDistribution[1]]", "(-2 + Pi)/2"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{2 t/(E^(t^2 x^2/Pi) Pi), x > 0}}, 0]",
        "CDF": "Piecewise[{{Erf[t x/Sqrt[Pi]], x > 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{Erfc[t x/Sqrt[Pi]], x > 0}}, 1]",
        "Quantile": "Sqrt[Pi] InverseErf[x]/t",
        "Mean": "1/t",
        "Variance": "(Pi - 2)/(2 t^2)",
        "Moment": "Pi^((x - 1)/2) Gamma[(1 + x)/2]/t^x",
    }
    Continuous "TriangularDistribution", "{a_, b_}, c_" if "a < b && a <= c <= b",
    "{_[] :> {{0, 1}, 1/2}, _[{a_, b_}] :> {{a, b}, (a + b)/2}}",
    "TriangularDistribution[{a, b}, c] is the distribution between a and b whose density rises to c \
     and falls from there; TriangularDistribution[{a, b}] has c in the middle.",
    &[
        ("Mean[TriangularDistribution[{0, 3}, 3]]", "2"),
        ("CDF[TriangularDistribution[{0, 2}], 1/2]", "1/8"),
    ], {
        "Support": "{a, b}",
        "PDF": "Piecewise[{{2 (x - a)/((b - a) (c - a)), a <= x <= c}, {2 (b - x)/((b - a) (b - c)), c < x <= b}}, 0]",
        "CDF": "Piecewise[{{(x - a)^2/((b - a) (c - a)), a <= x <= c}, {1 - (b - x)^2/((b - a) (b - c)), c < x <= b}, {1, x > b}}, 0]",
        "Quantile": "Piecewise[{{a + Sqrt[x (b - a) (c - a)], x <= (c - a)/(b - a)}}, b - Sqrt[(1 - x) (b - a) (b - c)]]",
        "Mean": "(a + b + c)/3",
        "Variance": "(a^2 - a b + b^2 - a c - b c + c^2)/18",
        "Kurtosis": "12/5",
    }
    Continuous "ArcSinDistribution", "{a_, b_}" if "a < b", "{_[] :> {{0, 1}}}",
    "ArcSinDistribution[{a, b}] is the arc sine distribution between a and b; ArcSinDistribution[] \
     between 0 and 1.",
    &[
        ("CDF[ArcSinDistribution[], 1/4]", "1/3"),
        ("Variance[ArcSinDistribution[{0, 4}]]", "2"),
    ], {
        "Support": "{a, b}",
        "PDF": "Piecewise[{{1/(Pi Sqrt[(x - a) (b - x)]), a < x < b}}, 0]",
        "CDF": "Piecewise[{{2 ArcSin[Sqrt[(x - a)/(b - a)]]/Pi, a <= x < b}, {1, x >= b}}, 0]",
        "Quantile": "a + (b - a) Sin[Pi x/2]^2",
        "Mean": "(a + b)/2",
        "Variance": "(b - a)^2/8",
        "Skewness": "0",
        "Kurtosis": "3/2",
    }
    Continuous "FrechetDistribution", "a_, b_" if "a > 0 && b > 0", "{}",
    "FrechetDistribution[a, b] is the Frechet distribution with the shape a and the scale b.",
    &[
        ("CDF[FrechetDistribution[2, 1], 1]", "E^-1"),
        ("Mean[FrechetDistribution[2, 1]]", "Sqrt[Pi]"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{a (x/b)^(-1 - a)/(b E^(x/b)^(-a)), x > 0}}, 0]",
        "CDF": "Piecewise[{{E^(-(x/b)^(-a)), x > 0}}, 0]",
        "Quantile": "Piecewise[{{b (-Log[x])^(-1/a), 0 < x < 1}, {0, x <= 0}}, Infinity]",
        "Moment": "Piecewise[{{b^x Gamma[1 - x/a], a > x}}, Infinity]",
        "Mean": "Piecewise[{{b Gamma[1 - 1/a], a > 1}}, Infinity]",
        "Variance": "Piecewise[{{b^2 (Gamma[1 - 2/a] - Gamma[1 - 1/a]^2), a > 2}}, Infinity]",
    }
    Continuous "LogLogisticDistribution", "g_, s_" if "g > 0 && s > 0", "{}",
    "LogLogisticDistribution[g, s] is the distribution of what has a logistically distributed \
     logarithm, with the shape g and the scale s.",
    &[
        ("CDF[LogLogisticDistribution[2, 1], 1]", "1/2"),
        ("Mean[LogLogisticDistribution[2, 1]]", "Pi/2"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{g x^(g - 1) s^(-g)/(1 + (x/s)^g)^2, x > 0}}, 0]",
        "CDF": "Piecewise[{{1/(1 + (x/s)^(-g)), x > 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{1/(1 + (x/s)^g), x > 0}}, 1]",
        "Quantile": "Piecewise[{{s (x/(1 - x))^(1/g), 0 < x < 1}, {0, x <= 0}}, Infinity]",
        "Moment": "Piecewise[{{s^x Pi x Csc[Pi x/g]/g, g > x}}, Indeterminate]",
        "Mean": "Piecewise[{{Pi s Csc[Pi/g]/g, g > 1}}, Indeterminate]",
        "Variance": "Piecewise[{{Pi s^2 (g Sec[Pi/g] - Pi Csc[Pi/g]) Csc[Pi/g]/g^2, g > 2}}, Indeterminate]",
    }
}
