#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// Errors here are half the width of an interval of 68.3 %: the standard error times the quantile of Student's t
// distribution. Few seeds say little about their spread, which makes this factor up to 1.84 for one recipe of two
// seeds, 1.32 for two with equal spreads, and 1.07 for two of five seeds. The degrees of freedom are those of Welch and
// Satterthwaite (Biometrics Bulletin 2 (1946) 110), where the variance from the jets counts as known.

// The ROC-AUC of a recipe, from trainings that differ by their seed alone.
struct SeedsAuc {
  std::size_t seeds = 0;
  double auc = 0;     // mean of the seeds
  double spread = 0;  // standard deviation between the seeds
  double error = 0;   // of the mean: from the seeds and from the jets
};

// Scores of each seed, on the same jets. The variance of the mean of K seeds is spread^2 / K, for the choice of the
// seeds, plus the mean covariance of two of them over sets of jets, by DeLong's components. (spread^2 has the rest of
// the variance over sets of jets.) Throws like delong(); at least two seeds.
SeedsAuc seeds_auc(const std::vector<std::span<const double>>& seeds, std::span<const std::uint8_t> label,
                   std::span<const double> weight = {});

struct SeedsComparison {
  double difference = 0;  // first - second
  double error = 0;
  double p_value = 1;  // two-sided, of Student's t distribution
};

// The difference of two recipes, with the error from both choices of seeds and from the jets, which both share. Throws
// like delong(); at least two seeds of each.
SeedsComparison compare_seeds(const std::vector<std::span<const double>>& first,
                              const std::vector<std::span<const double>>& second, std::span<const std::uint8_t> label,
                              std::span<const double> weight = {});

}  // namespace jetvit
