#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "measure/weight_sums.h"

namespace jetvit {

// The jets of an estimate, and the components that DeLong's errors of the AUC are made of (see measure/delong.h).
class AucComponents {
 public:
  // `score`: of any of the classifiers, for the checks. Throws like roc_auc(), and Error if a class has fewer than two
  // jets of nonzero weight. Labels and weights must outlive this.
  AucComponents(std::span<const double> score, std::span<const std::uint8_t> label, std::span<const double> weight);

  // For each signal jet the weighted fraction of background jets with a lower score, for each background jet that of
  // signal jets with a higher score. Ties count one half. Throws like roc_auc().
  std::vector<double> of(std::span<const double> score) const;

  // The AUC is the mean of the components of the signal jets. A mean over classifiers of components belongs to the mean
  // of their AUCs, a difference to the difference.
  double auc(const std::vector<double>& components) const { return mean(components, 1); }
  // The variance of that AUC over sets of jets.
  double variance(const std::vector<double>& components) const;

 private:
  double mean(const std::vector<double>& values, std::size_t of_class) const;

  std::span<const std::uint8_t> label_;
  std::span<const double> weight_;
  std::array<WeightSums, 2> sums_;
};

}  // namespace jetvit
