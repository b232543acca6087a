#include "evaluate/event_weights.h"

#include <algorithm>

namespace jetvit {

std::vector<double> event_weights(const std::vector<float>& weight) {
  const bool all_one = std::all_of(weight.begin(), weight.end(), [](float of_jet) { return of_jet == 1; });
  return all_one ? std::vector<double>() : std::vector<double>(weight.begin(), weight.end());
}

}  // namespace jetvit
