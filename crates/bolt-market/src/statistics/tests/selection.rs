use bolt_base::Rng;
use bolt_testkit::assert_close;

use super::noise;
use crate::statistics::bootstrap::Bootstrap;
use crate::statistics::selection::overfitting::{BlockSums, Overfitting, measure};
use crate::statistics::selection::{
    deflated_sharpe, effective_trials, expected_maximum_sharpe, minimum_track_record,
    probabilistic_sharpe, reality,
};

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    (mean, (squares / (count - 1.0)).sqrt())
}

fn sharpe(values: &[f64]) -> f64 {
    let (mean, deviation) = mean_and_deviation(values);
    mean / deviation
}

/// Columns of pure noise; the first has a mean of `plant` standard deviations.
fn matrix(seed: u64, strategies: usize, periods: usize, plant: f64) -> Vec<Vec<f64>> {
    let rng = Rng::new(seed);
    let column = |i: usize| {
        let mean = if i == 0 { 0.01 * plant } else { 0.0 };
        noise(&mut rng.fork(i as u64), periods, mean, 0.01)
    };
    (0..strategies).map(column).collect()
}

fn views(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}

fn overfitting(columns: &[Vec<f64>], blocks: usize) -> Overfitting {
    let mut sums = BlockSums::new(columns[0].len(), blocks).unwrap();
    for column in columns {
        sums.push(column).unwrap();
    }
    measure(&sums).unwrap()
}

/// The paper's own example: 100 tries whose annual Sharpe ratios have variance 1/2, the best
/// 2.5 over 1,250 days, skewness -3 and kurtosis 10.
#[test]
fn the_published_example_of_a_deflated_sharpe_ratio() {
    let threshold = expected_maximum_sharpe((0.5f64 / 250.0).sqrt(), 100.0);
    assert!((threshold - 0.1132).abs() < 5e-5, "{threshold}");
    let probability = probabilistic_sharpe(2.5 / 250f64.sqrt(), threshold, 1250.0, -3.0, 7.0);
    assert!((probability - 0.9004).abs() < 5e-5, "{probability}");
    // With 46 tries and normal returns the example reaches 95 %.
    let threshold = expected_maximum_sharpe((0.5f64 / 250.0).sqrt(), 46.0);
    let probability = probabilistic_sharpe(2.5 / 250f64.sqrt(), threshold, 1250.0, -3.0, 7.0);
    assert!((probability - 0.9505).abs() < 2e-3, "{probability}");
}

#[test]
fn the_expected_maximum_is_that_of_simulated_tries() {
    let mut rng = Rng::new(1);
    for trials in [10, 100, 1000] {
        let rounds = 3000;
        let best = |rng: &mut Rng| (0..trials).map(|_| rng.normal()).fold(f64::MIN, f64::max);
        let mean = (0..rounds).map(|_| best(&mut rng)).sum::<f64>() / f64::from(rounds);
        let expected = expected_maximum_sharpe(1.0, f64::from(trials));
        assert!((mean - expected).abs() < 0.06, "{trials}: {mean}, formula {expected}");
    }
    assert_eq!(expected_maximum_sharpe(1.0, 1.0), 0.0);
    assert!(expected_maximum_sharpe(1.0, 0.5).is_nan());
    assert!(expected_maximum_sharpe(1.0, 1.2) >= 0.0);
}

#[test]
fn a_track_record_of_the_minimum_length_has_the_confidence() {
    let length = minimum_track_record(0.1, 0.02, -0.5, 4.0, 0.95);
    let probability = probabilistic_sharpe(0.1, 0.02, length, -0.5, 4.0);
    assert_close(probability, 0.95, 1e-12, "probability");
    assert!(minimum_track_record(0.02, 0.02, 0.0, 0.0, 0.95).is_nan());
    assert!(probabilistic_sharpe(1.0, 0.0, 100.0, 5.0, 0.0).is_nan(), "no such distribution");
}

#[test]
fn the_best_of_many_noises_is_rejected_and_a_real_one_is_not() {
    let mut rejected = 0;
    for seed in 0..20 {
        let columns = matrix(seed, 200, 1000, 0.0);
        let sharpes: Vec<f64> = columns.iter().map(|column| sharpe(column)).collect();
        let best = (0..200).max_by(|&i, &j| sharpes[i].total_cmp(&sharpes[j])).unwrap();
        let alone = probabilistic_sharpe(sharpes[best], 0.0, 1000.0, 0.0, 0.0);
        assert!(alone > 0.95, "seed {seed}: on its own the best always convinces, {alone}");
        let trials = effective_trials(&views(&columns), 3000, seed).value;
        let deflated = deflated_sharpe(&columns[best], &sharpes, trials);
        assert_close(deflated.sharpe, sharpes[best], 1e-12, "Sharpe ratio");
        rejected += u32::from(deflated.probability < 0.95);
    }
    assert!(rejected >= 19, "{rejected} of 20");
    let columns = matrix(99, 200, 1000, 0.25);
    let sharpes: Vec<f64> = columns.iter().map(|column| sharpe(column)).collect();
    let planted = deflated_sharpe(&columns[0], &sharpes, 200.0);
    assert!(planted.probability > 0.99, "{planted:?}");
}

#[test]
fn effective_trials_count_what_is_different() {
    let columns = matrix(3, 40, 800, 0.0);
    let independent = effective_trials(&views(&columns), usize::MAX, 0);
    assert!(independent.exhaustive && independent.pairs == 780);
    assert!((30.0..=40.0).contains(&independent.value), "{independent:?}");
    // Ten copies each of four series.
    let copies: Vec<&[f64]> = (0..40).map(|i| columns[i % 4].as_slice()).collect();
    let copied = effective_trials(&copies, usize::MAX, 0);
    // 180 of the 780 pairs are copies.
    let same = 180.0 / 780.0;
    let expected = same + (1.0 - same) * 40.0;
    assert!((copied.value - expected).abs() < 1.0, "{copied:?}");
    let sampled = effective_trials(&copies, 400, 5);
    assert!(!sampled.exhaustive && sampled.pairs == 400);
    assert!((sampled.value - expected).abs() < 3.0, "{sampled:?}");
    let sampled = effective_trials(&views(&columns), 400, 5);
    assert!(sampled.value > 30.0, "a series is not paired with itself: {sampled:?}");
    // Short series correlate by chance, as often one way as the other.
    let short: Vec<&[f64]> = columns.iter().map(|column| &column[..60]).collect();
    let independent = effective_trials(&short, usize::MAX, 0);
    assert!(independent.value > 33.0, "{independent:?}");
    let flat = vec![0.0; 800];
    assert_eq!(effective_trials(&[&flat, &flat], 10, 0).value, 2.0);
    assert_eq!(effective_trials(&[&columns[0]], 10, 0).value, 1.0);
}

/// Every split by its definition, from the returns themselves: logits, and the slope of the
/// chosen strategy's outcome over its fit.
fn slow_splits(columns: &[Vec<f64>], blocks: usize) -> (Vec<f64>, f64) {
    let periods = columns[0].len();
    let (mut logits, mut fits, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for mask in 0u32..1 << blocks {
        if mask.count_ones() as usize != blocks / 2 {
            continue;
        }
        let half = |column: &[f64], wanted: bool| -> f64 {
            let inside = |i: &usize| {
                let block = (0..blocks).rfind(|b| b * periods / blocks <= *i).unwrap();
                (mask >> block & 1 == 1) == wanted
            };
            let part: Vec<f64> = (0..periods).filter(inside).map(|i| column[i]).collect();
            sharpe(&part)
        };
        let inside: Vec<f64> = columns.iter().map(|column| half(column, true)).collect();
        let outside: Vec<f64> = columns.iter().map(|column| half(column, false)).collect();
        let best = (0..columns.len()).max_by(|&i, &j| inside[i].total_cmp(&inside[j])).unwrap();
        let rank = outside.iter().filter(|&&score| score <= outside[best]).count() as f64;
        let relative = rank / (columns.len() as f64 + 1.0);
        logits.push((relative / (1.0 - relative)).ln());
        fits.push(inside[best]);
        outcomes.push(outside[best]);
    }
    let (mean, deviation) = mean_and_deviation(&fits);
    let products = fits.iter().zip(&outcomes).map(|(fit, outcome)| (fit - mean) * outcome);
    let slope = products.sum::<f64>() / (deviation * deviation * (fits.len() as f64 - 1.0));
    (logits, slope)
}

#[test]
fn splits_from_sums_are_those_from_returns() {
    for (periods, blocks, plant) in [(60, 6, 0.3), (61, 6, 0.0), (47, 8, 0.0), (20, 2, 0.3)] {
        let columns = matrix(4, 7, periods, plant);
        let (mut expected, slope) = slow_splits(&columns, blocks);
        let measured = overfitting(&columns, blocks);
        if blocks > 2 {
            assert_close(measured.degradation, slope, 1e-9, "degradation");
        }
        let mut actual = measured.logits;
        expected.sort_by(f64::total_cmp);
        actual.sort_by(f64::total_cmp);
        bolt_testkit::assert_close_slices(&actual, &expected, 1e-12, "logits");
    }
}

#[test]
fn overfitting_is_even_on_noise_and_nil_on_a_real_signal() {
    let mut probabilities = Vec::new();
    for seed in 0..12 {
        let noise = overfitting(&matrix(seed, 100, 1600, 0.0), 12);
        assert_eq!(noise.logits.len(), 924);
        probabilities.push(noise.probability);
    }
    let mean = probabilities.iter().sum::<f64>() / 12.0;
    assert!((0.35..0.65).contains(&mean), "{mean} of {probabilities:?}");
    let planted = overfitting(&matrix(77, 100, 1600, 0.3), 12);
    assert!(planted.probability < 0.01, "{}", planted.probability);
    assert!(planted.probability_of_loss < 0.01, "{}", planted.probability_of_loss);
    let noise = overfitting(&matrix(5, 100, 1600, 0.0), 12);
    assert!(noise.degradation < 0.0, "{}", noise.degradation);
    assert!(noise.probability_of_loss > 0.2, "{}", noise.probability_of_loss);
}

#[test]
fn a_strategy_that_does_nothing_is_never_chosen() {
    let mut columns = matrix(6, 5, 160, 0.0);
    columns.iter_mut().flatten().for_each(|r| *r -= 0.02);
    for constant in [0.0, 0.0007, 0.1 / 3.0] {
        columns.push(vec![constant; 160]);
        // It would be the best of these, for nothing varies less.
        let all = overfitting(&columns, 8);
        assert_eq!(all.probability_of_loss, 1.0, "{constant}");
        assert!(all.logits.iter().all(|logit| logit.is_finite()));
        columns.pop();
    }
}

#[test]
fn equal_strategies_share_their_rank() {
    let column = matrix(7, 1, 80, 0.0).remove(0);
    let all = overfitting(&[column.clone(), column], 4);
    assert!(all.logits.iter().all(|&logit| logit == 0.0), "{:?}", all.logits);
    assert_eq!(all.probability, 1.0);
}

#[test]
fn matrices_that_cannot_be_split_are_refused() {
    let text = |periods, blocks| BlockSums::new(periods, blocks).unwrap_err().to_string();
    assert!(text(100, 7).contains("`7` blocks"));
    assert!(text(100, 26).contains("2 to 24"));
    assert!(text(30, 16).contains("`30` returns into `16` blocks"));
    let mut sums = BlockSums::new(100, 4).unwrap();
    sums.push(&[0.0; 100]).unwrap();
    let error = sums.push(&[0.0; 99]).unwrap_err().to_string();
    assert!(error.contains("strategy `1` has `99` returns, the first has `100`"), "{error}");
    let error = sums.append(BlockSums::new(99, 4).unwrap()).unwrap_err().to_string();
    assert!(error.contains("strategy `1` has `99` returns"), "{error}");
    assert!(measure(&sums).unwrap_err().to_string().contains("among `1` strategies"));
}

#[test]
fn reality_is_kind_to_a_planted_strategy_only() {
    let bootstrap = Bootstrap { resamples: 200, block_length: 5.0, confidence: 0.95, seed: 3 };
    let (mut white, mut hansen) = (0, 0);
    for seed in 0..30 {
        let columns = matrix(seed, 40, 250, 0.0);
        let result = reality::test(&views(&columns), &bootstrap).unwrap();
        white += u32::from(result.reality_check < 0.1);
        hansen += u32::from(result.superior_ability < 0.1);
    }
    // Three of thirty by design, give or take chance.
    assert!((0..=8).contains(&white) && (1..=9).contains(&hansen), "{white} {hansen}");
    let planted = reality::test(&views(&matrix(50, 40, 250, 0.35)), &bootstrap).unwrap();
    assert_eq!(planted.best, 0);
    assert!(planted.reality_check < 0.02 && planted.superior_ability < 0.02, "{planted:?}");
    assert_eq!(reality::test(&[&[0.0; 20]], &bootstrap), None);
    assert_eq!(reality::test(&[], &bootstrap), None);
}

/// Hopeless strategies of high variance blur White's test but not Hansen's.
#[test]
fn bad_strategies_do_not_hide_a_good_one_from_hansen_s_test() {
    let bootstrap = Bootstrap { resamples: 300, block_length: 5.0, confidence: 0.95, seed: 4 };
    let mut columns = matrix(60, 3, 400, 0.15);
    let rng = Rng::new(61);
    columns.extend((0..150).map(|i| noise(&mut rng.fork(i), 400, -0.03, 0.05)));
    let result = reality::test(&views(&columns), &bootstrap).unwrap();
    assert!(result.superior_ability < 0.02, "{result:?}");
    assert!(result.reality_check > 0.1, "{result:?}");
}
