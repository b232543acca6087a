#pragma once

#include <cstdint>
#include <span>

namespace jetvit {

struct AucEstimate {
  double auc = 0;
  double error = 0;  // standard error
};

// ROC-AUC with DeLong's standard error (DeLong et al., Biometrics 44 (1988) 837), computed after one sort as by Sun and
// Xu (IEEE Signal Processing Letters 21 (2014) 1389).
//
// With weights w, the component V of a signal jet is the weighted fraction of the background with a lower score, and
// the AUC is the weighted mean of V. Each class adds the variance of its weighted mean as of a ratio of sums (Cochran,
// Sampling Techniques, 1977, section 2.11), n / (n - 1) * sum of w^2 (V - AUC)^2 / (sum of w)^2 for n jets of nonzero
// weight. With equal weights this is DeLong's formula. It holds for zero and negative weights too. Throws like
// roc_auc(), and Error if a class has fewer than two jets of nonzero weight.
AucEstimate delong(std::span<const double> score, std::span<const std::uint8_t> label,
                   std::span<const double> weight = {});

struct PairedComparison {
  double difference = 0;  // first - second
  double error = 0;
  double p_value = 1;  // two-sided
};

// DeLong's test of two classifiers on the same jets, with their weights. Throws like delong().
PairedComparison delong_paired(std::span<const double> first, std::span<const double> second,
                               std::span<const std::uint8_t> label, std::span<const double> weight = {});

}  // namespace jetvit
