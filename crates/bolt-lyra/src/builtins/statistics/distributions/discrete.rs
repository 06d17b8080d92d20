//! Families of discrete distributions.

use super::{Family, Kind, construct, families};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;

families! {
    Discrete "BernoulliDistribution", "p_" if "0 <= p <= 1", "{}",
    "BernoulliDistribution[p] is the distribution of what is 1 with the probability p, else 0.",
    &[
        ("PDF[BernoulliDistribution[1/3], {0, 1, 2}]", "{2/3, 1/3, 0}"),
        ("Variance[BernoulliDistribution[p]]", "(1 - p)*p"),
    ], {
        "Support": "{0, 1}",
        "PDF": "Piecewise[{{1 - p, x == 0}, {p, x == 1}}, 0]",
        "CDF": "Piecewise[{{0, x < 0}, {1 - p, 0 <= x < 1}}, 1]",
        "Mean": "p",
        "Variance": "p (1 - p)",
        "Skewness": "(1 - 2 p)/Sqrt[(1 - p) p]",
        "Kurtosis": "(1 - 3 p + 3 p^2)/((1 - p) p)",
        "FactorialMoment": "If[x == 0, 1, If[x == 1, p, 0]]",
        "CharacteristicFunction": "1 - p + E^(I x) p",
    }
    Discrete "BinomialDistribution", "n_, p_" if "n >= 0 && 0 <= p <= 1", "{}",
    "BinomialDistribution[n, p] is the distribution of the number of successes in n trials, each of \
     the probability p.",
    &[
        ("PDF[BinomialDistribution[4, 1/2], 2]", "3/8"),
        ("{Mean[#], Variance[#]} &[BinomialDistribution[n, p]]", "{n*p, n*(1 - p)*p}"),
        ("CDF[BinomialDistribution[4, 1/2], 1]", "5/16"),
    ], {
        "Support": "{0, n}",
        "PDF": "Piecewise[{{Which[!(NumericQ[n] && NumericQ[p] && NumericQ[x]), (1 - p)^(n - x) p^x Binomial[n, x], n > 500 && Precision[{p, x}] < Infinity && 0 < p < 1, E^(LogGamma[n + 1] - LogGamma[x + 1] - LogGamma[n - x + 1] + x Log[p] + (n - x) Log[1 - p]), True, If[x == n, 1, (1 - p)^(n - x)] If[x == 0, 1, p^x] Binomial[n, x]], 0 <= x <= n}}, 0]",
        "CDF": "Piecewise[{{BetaRegularized[1 - p, n - Floor[x], 1 + Floor[x]], 0 <= x < n}, {1, x >= n}}, 0]",
        "Mean": "n p",
        "Variance": "n p (1 - p)",
        "Skewness": "(1 - 2 p)/Sqrt[n (1 - p) p]",
        "Kurtosis": "3 + (1 - 6 (1 - p) p)/(n (1 - p) p)",
        "FactorialMoment": "p^x FactorialPower[n, x]",
        "CharacteristicFunction": "(1 - p + E^(I x) p)^n",
    }
    Discrete "PoissonDistribution", "m_" if "m > 0", "{}",
    "PoissonDistribution[m] is the Poisson distribution with the mean m.",
    &[
        ("PDF[PoissonDistribution[m], x]", "Piecewise[{{(E^-m*m^x)/x!, x >= 0}}, 0]"),
        ("CDF[PoissonDistribution[2], 1]", "3/E^2"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{If[x > 100 && Precision[{m, x}] < Infinity, E^(x Log[m] - m - LogGamma[x + 1]), E^-m m^x/x!, E^-m m^x/x!], x >= 0}}, 0]",
        "CDF": "Piecewise[{{GammaRegularized[1 + Floor[x], m], x >= 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{GammaRegularized[1 + Floor[x], 0, m], x >= 0}}, 1]",
        "Mean": "m",
        "Variance": "m",
        "Skewness": "1/Sqrt[m]",
        "Kurtosis": "3 + 1/m",
        "FactorialMoment": "m^x",
        "CharacteristicFunction": "E^((E^(I x) - 1) m)",
    }
    Discrete "GeometricDistribution", "p_" if "0 < p <= 1", "{}",
    "GeometricDistribution[p] is the distribution of the number of failures before the first \
     success, which has the probability p.",
    &[
        ("PDF[GeometricDistribution[1/2], 3]", "1/16"),
        ("Mean[GeometricDistribution[1/4]]", "3"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{(1 - p)^x p, x >= 0}}, 0]",
        "CDF": "Piecewise[{{1 - (1 - p)^(1 + Floor[x]), x >= 0}}, 0]",
        "SurvivalFunction": "Piecewise[{{(1 - p)^(1 + Floor[x]), x >= 0}}, 1]",
        "Mean": "1/p - 1",
        "Variance": "(1 - p)/p^2",
        "Skewness": "(2 - p)/Sqrt[1 - p]",
        "Kurtosis": "9 + p^2/(1 - p)",
        "FactorialMoment": "x! ((1 - p)/p)^x",
        "CharacteristicFunction": "p/(1 - E^(I x) (1 - p))",
    }
    Discrete "NegativeBinomialDistribution", "n_, p_" if "n > 0 && 0 < p <= 1", "{}",
    "NegativeBinomialDistribution[n, p] is the distribution of the number of failures before n \
     successes, each of the probability p.",
    &[
        ("PDF[NegativeBinomialDistribution[2, 1/2], 1]", "1/4"),
        ("Mean[NegativeBinomialDistribution[3, 1/2]]", "3"),
    ], {
        "Support": "{0, Infinity}",
        "PDF": "Piecewise[{{(1 - p)^x p^n Binomial[n + x - 1, n - 1], x >= 0}}, 0]",
        "CDF": "Piecewise[{{BetaRegularized[p, n, 1 + Floor[x]], x >= 0}}, 0]",
        "Mean": "n (1 - p)/p",
        "Variance": "n (1 - p)/p^2",
        "Skewness": "(2 - p)/Sqrt[n (1 - p)]",
        "Kurtosis": "3 + 6/n + p^2/(n (1 - p))",
        "FactorialMoment": "Pochhammer[n, x] ((1 - p)/p)^x",
        "CharacteristicFunction": "(p/(1 - E^(I x) (1 - p)))^n",
    }
    Discrete "DiscreteUniformDistribution", "{a_, b_}" if "a <= b", "{_[] :> {{0, 1}}}",
    "DiscreteUniformDistribution[{a, b}] is the distribution with the same probability of each \
     integer from a to b.",
    &[
        ("PDF[DiscreteUniformDistribution[{1, 6}], 3]", "1/6"),
        ("Mean[DiscreteUniformDistribution[{a, b}]]", "(a + b)/2"),
    ], {
        "Support": "{a, b}",
        "PDF": "Piecewise[{{1/(1 - a + b), a <= x <= b}}, 0]",
        "CDF": "Piecewise[{{(1 - a + Floor[x])/(1 - a + b), a <= x < b}, {1, x >= b}}, 0]",
        "Mean": "(a + b)/2",
        "Variance": "((1 - a + b)^2 - 1)/12",
        "Skewness": "0",
        "Kurtosis": "3/5 (3 - 4/((1 - a + b)^2 - 1))",
        "CharacteristicFunction": "(E^(I a x) - E^(I (1 + b) x))/((1 - E^(I x)) (1 - a + b))",
    }
    Discrete "HypergeometricDistribution", "n_, s_, t_" if "0 <= n <= t && 0 <= s <= t", "{}",
    "HypergeometricDistribution[n, s, t] is the distribution of the number of successes in n draws \
     without replacement from t things, s of which are successes.",
    &[
        ("PDF[HypergeometricDistribution[2, 2, 4], 1]", "2/3"),
        ("Mean[HypergeometricDistribution[n, s, t]]", "(n*s)/t"),
    ], {
        "Support": "{Max[0, n + s - t], Min[n, s]}",
        "PDF": "Piecewise[{{Binomial[s, x] Binomial[t - s, n - x]/Binomial[t, n], 0 <= x <= n && n + s - t <= x <= s}}, 0]",
        "CDF": "If[NumericQ[x], If[x < Max[0, n + s - t], 0, If[x >= Min[n, s], 1, Sum[Binomial[s, $j] Binomial[t - s, n - $j], {$j, Max[0, n + s - t], Floor[x]}]/Binomial[t, n]]], $Failed, $Failed]",
        "Mean": "n s/t",
        "Variance": "n s (t - s) (t - n)/(t^2 (t - 1))",
        "Skewness": "(t - 2 s) (t - 2 n) Sqrt[t - 1]/((t - 2) Sqrt[n s (t - s) (t - n)])",
        "FactorialMoment": "FactorialPower[n, x] FactorialPower[s, x]/FactorialPower[t, x]",
    }
    Discrete "LogSeriesDistribution", "t_" if "0 < t < 1", "{}",
    "LogSeriesDistribution[t] is the logarithmic series distribution with the parameter t.",
    &[
        ("PDF[LogSeriesDistribution[1/2], 1]", "1/(2*Log[2])"),
        ("Mean[LogSeriesDistribution[1/2]]", "Log[2]^-1"),
    ], {
        "Support": "{1, Infinity}",
        "PDF": "Piecewise[{{-t^x/(x Log[1 - t]), x >= 1}}, 0]",
        "Mean": "t/((t - 1) Log[1 - t])",
        "Variance": "-t (t + Log[1 - t])/((t - 1)^2 Log[1 - t]^2)",
        "FactorialMoment": "If[x == 0, 1, -(x - 1)! (t/(1 - t))^x/Log[1 - t]]",
        "CharacteristicFunction": "Log[1 - E^(I x) t]/Log[1 - t]",
    }
}
