#include "measure/scores_check.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

void check_scores(std::span<const double> score, std::span<const std::uint8_t> label, std::span<const double> weight) {
  if (score.size() != label.size() || (!weight.empty() && weight.size() != score.size())) {
    throw Error(text("scores: ", score.size(), " scores, ", label.size(), " labels and ", weight.size(),
                     " weights do not match (each jet has one of each, or no jet has a weight)"));
  }
  for (std::size_t jet = 0; jet < score.size(); ++jet) {
    if (!std::isfinite(score[jet])) {
      throw Error(text("scores: jet ", jet, " has the score ", score[jet], " (must be a finite number)"));
    }
    if (label[jet] > 1) {
      throw Error(text("scores: jet ", jet, " has the label ", label[jet], " (1 is signal, 0 is background)"));
    }
    if (!weight.empty() && !(weight[jet] >= 0 && std::isfinite(weight[jet]))) {
      throw Error(text("scores: jet ", jet, " has the weight ", weight[jet], " (must be finite, and not negative)"));
    }
  }
  if (score.empty()) throw Error("scores: there are no jets");
  const auto signal = std::count(label.begin(), label.end(), std::uint8_t{1});
  if (signal == 0 || signal == std::ssize(label)) {
    throw Error(text("scores: all ", label.size(), " jets are of one class (a ROC curve needs both)"));
  }
  if (weight.empty()) return;
  std::array<bool, 2> has_weight{};
  for (std::size_t jet = 0; jet < label.size(); ++jet) {
    if (weight[jet] > 0) has_weight[label[jet]] = true;
  }
  for (const int of_class : {0, 1}) {
    if (has_weight[static_cast<std::size_t>(of_class)]) continue;
    throw Error(text("scores: all jets of label ", of_class, " have the weight 0 (a ROC curve needs both classes)"));
  }
}

void check_probabilities(std::span<const double> probability, std::span<const std::uint8_t> label) {
  check_scores(probability, label, {});
  for (std::size_t jet = 0; jet < label.size(); ++jet) {
    const double p = probability[jet];
    if (p < 0 || p > 1) throw Error(text("scores: jet ", jet, " has the score ", p, ", which is not a probability"));
  }
}

}  // namespace jetvit
