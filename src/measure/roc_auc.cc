#include "measure/roc_auc.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "measure/scores_check.h"
#include "measure/weight_sums.h"

namespace jetvit {

double roc_auc(std::span<const double> score, std::span<const std::uint8_t> label, std::span<const double> weight) {
  check_scores(score, label, weight);
  std::vector<std::size_t> order(score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score[a] < score[b]; });
  // Long doubles keep the sums exact for more jets: the number of pairs grows with the square of the number of jets.
  long double background = 0;
  long double signal = 0;
  long double pairs = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    long double tied_signal = 0;
    long double tied_background = 0;
    std::size_t end = begin;
    for (; end < order.size() && score[order[end]] == score[order[begin]]; ++end) {
      const double of_jet = weight_of(weight, order[end]);
      (label[order[end]] != 0 ? tied_signal : tied_background) += of_jet;
    }
    pairs += tied_signal * (background + tied_background / 2);
    background += tied_background;
    signal += tied_signal;
    begin = end;
  }
  return static_cast<double>(pairs / (signal * background));
}

}  // namespace jetvit
