#include "measure/bootstrap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/random_stream.h"
#include "measure/scores_check.h"
#include "measure/weight_sums.h"

namespace jetvit {
namespace {

// P(count <= n) of a Poisson number of mean 1.
constexpr std::array<double, 12> kPoisson = [] {
  std::array<double, 12> out{};
  double probability = 0.36787944117144233;  // exp(-1)
  double sum = 0;
  for (std::size_t n = 0; n < out.size(); ++n) {
    sum += probability;
    out[n] = sum;
    probability /= static_cast<double>(n + 1);
  }
  return out;
}();

// A jet in a list sorted by increasing score.
struct Jet {
  double weight;
  bool signal;
  bool tied;  // has the same score as the next jet
};

// ROC-AUC of one replica; NaN if the weights of a class have no positive sum.
double replica_auc(const std::vector<Jet>& jets, RandomStream random) {
  double background = 0;
  double signal = 0;
  double pairs = 0;
  double tied_signal = 0;
  double tied_background = 0;
  for (const Jet& jet : jets) {
    const double draw = random.uniform();
    std::size_t count = 0;
    while (count < kPoisson.size() && draw >= kPoisson[count]) ++count;
    (jet.signal ? tied_signal : tied_background) += jet.weight * static_cast<double>(count);
    if (jet.tied) continue;
    pairs += tied_signal * (background + tied_background / 2);
    background += tied_background;
    signal += tied_signal;
    tied_signal = tied_background = 0;
  }
  return signal > 0 && background > 0 ? pairs / (signal * background) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

AucInterval bootstrap_auc(std::span<const double> score, std::span<const std::uint8_t> label,
                          std::span<const double> weight, int replicas, std::uint64_t seed) {
  check_scores(score, label, weight);
  std::vector<std::size_t> order(score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score[a] < score[b]; });
  std::vector<Jet> jets;
  jets.reserve(order.size());
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const std::size_t jet = order[rank];
    const bool tied = rank + 1 < order.size() && score[order[rank + 1]] == score[jet];
    jets.push_back({weight_of(weight, jet), label[jet] != 0, tied});
  }
  std::vector<double> aucs;
  for (int replica = 0; replica < replicas; ++replica) {
    const double auc = replica_auc(jets, RandomStream({seed, static_cast<std::uint64_t>(replica)}));
    if (std::isfinite(auc)) aucs.push_back(auc);
  }
  if (aucs.empty()) return {0, 1, 0.5};  // the sample is too small for any information
  std::sort(aucs.begin(), aucs.end());
  const auto last = static_cast<double>(aucs.size() - 1);
  const auto at = [&](double share) { return aucs[static_cast<std::size_t>(std::lround(share * last))]; };
  const double mean = std::accumulate(aucs.begin(), aucs.end(), 0.0) / static_cast<double>(aucs.size());
  double squares = 0;
  for (const double auc : aucs) squares += (auc - mean) * (auc - mean);
  return {at(0.025), at(0.975), std::sqrt(squares / static_cast<double>(aucs.size()))};
}

}  // namespace jetvit
