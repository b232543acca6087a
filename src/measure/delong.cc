#include "measure/delong.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "measure/auc_components.h"

namespace jetvit {

AucEstimate delong(std::span<const double> score, std::span<const std::uint8_t> label, std::span<const double> weight) {
  const AucComponents jets(score, label, weight);
  const std::vector<double> components = jets.of(score);
  return {jets.auc(components), std::sqrt(jets.variance(components))};
}

PairedComparison delong_paired(std::span<const double> first, std::span<const double> second,
                               std::span<const std::uint8_t> label, std::span<const double> weight) {
  const AucComponents jets(first, label, weight);
  const std::vector<double> one = jets.of(first);
  const std::vector<double> other = jets.of(second);
  PairedComparison out;
  out.difference = jets.auc(one) - jets.auc(other);
  std::vector<double> differences(one.size());
  std::transform(one.begin(), one.end(), other.begin(), differences.begin(), std::minus<>());
  out.error = std::sqrt(jets.variance(differences));
  if (out.error > 0) out.p_value = std::erfc(std::abs(out.difference) / out.error / std::sqrt(2.0));
  return out;
}

}  // namespace jetvit
