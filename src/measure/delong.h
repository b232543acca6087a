#pragma once

#include <cstdint>
#include <span>

namespace jetvit {

struct AucEstimate {
  double auc = 0;
  double error = 0;  // standard error
};

// ROC-AUC with DeLong's standard error (DeLong et al., Biometrics 44 (1988) 837), computed with the midranks of Sun and
// Xu (IEEE Signal Processing Letters 21 (2014) 1389). Unweighted. Throws like roc_auc(), and Error if a class has fewer
// than two jets.
AucEstimate delong(std::span<const double> score, std::span<const std::uint8_t> label);

struct PairedComparison {
  double difference = 0;  // first - second
  double error = 0;
  double p_value = 1;  // two-sided
};

// DeLong's test of two classifiers on the same jets. Throws like delong().
PairedComparison delong_paired(std::span<const double> first, std::span<const double> second,
                               std::span<const std::uint8_t> label);

}  // namespace jetvit
