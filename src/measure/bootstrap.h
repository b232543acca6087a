#pragma once

#include <cstdint>
#include <span>

namespace jetvit {

struct AucInterval {
  double low = 0, high = 0;  // central 95 %
  double error = 0;          // standard deviation of the replicas
};

// How far the (weighted) ROC-AUC of `roc_auc` would spread over repeated samples of jets: `replicas` samples in each of
// which every jet counts as often as a Poisson number of mean 1 says (the bootstrap of streams; Chamandy et al. 2012),
// which unlike DeLong's error holds with weights. The same `seed` gives the same interval. O(replicas n) after one
// sort. Throws as roc_auc.
AucInterval bootstrap_auc(std::span<const double> score, std::span<const std::uint8_t> label,
                          std::span<const double> weight = {}, int replicas = 1000, std::uint64_t seed = 1);

}  // namespace jetvit
