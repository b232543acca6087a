#include "measure/scores_check.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "measure/weight_sums.h"

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
    if (!weight.empty() && !std::isfinite(weight[jet])) {
      throw Error(text("scores: jet ", jet, " has the weight ", weight[jet], " (must be a finite number)"));
    }
  }
  if (score.empty()) throw Error("scores: there are no jets");
  const auto signal = std::count(label.begin(), label.end(), std::uint8_t{1});
  if (signal == 0 || signal == std::ssize(label)) {
    throw Error(text("scores: all ", label.size(), " jets are of one class (a ROC curve needs both)"));
  }
  const auto sums = weight_sums(label, weight);
  for (const std::size_t of_class : {0U, 1U}) {
    if (sums[of_class].weight > 0) continue;
    throw Error(text("scores: the weights of the jets of label ", of_class, " sum to ", sums[of_class].weight,
                     " (the sum of each class must be positive)"));
  }
}

void check_probabilities(std::span<const double> probability, std::span<const std::uint8_t> label,
                         std::span<const double> weight) {
  check_scores(probability, label, weight);
  for (std::size_t jet = 0; jet < label.size(); ++jet) {
    const double p = probability[jet];
    if (p < 0 || p > 1) throw Error(text("scores: jet ", jet, " has the score ", p, ", which is not a probability"));
  }
}

void refuse_negative_weights(std::span<const double> weight, std::string_view purpose) {
  const auto negative = std::find_if(weight.begin(), weight.end(), [](double of_jet) { return of_jet < 0; });
  if (negative == weight.end()) return;
  throw Error(text("jet ", negative - weight.begin(), " has the weight ", *negative, ", and negative weights make ",
                   purpose, " impossible"));
}

}  // namespace jetvit
