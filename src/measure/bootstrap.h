#pragma once

#include <cstdint>
#include <span>

namespace jetvit {

struct AucInterval {
  double low = 0, high = 0;  // central 95 %
  double error = 0;          // standard deviation of the replicas
};

// Bootstrap interval of the (weighted) ROC-AUC of roc_auc(): in each of `replicas` replicas, every jet is counted a
// Poisson number of times with mean 1 (Poisson bootstrap; Chamandy et al. 2012). Replicas in which the weights of a
// class have no positive sum do not count. The same `seed` gives the same interval. Takes O(replicas n) after one sort.
// Throws like roc_auc().
AucInterval bootstrap_auc(std::span<const double> score, std::span<const std::uint8_t> label,
                          std::span<const double> weight = {}, int replicas = 1000, std::uint64_t seed = 1);

}  // namespace jetvit
