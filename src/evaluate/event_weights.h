#pragma once

#include <vector>

namespace jetvit {

// The weights of jets as the functions of measure/ take them: empty if every jet has weight 1.
std::vector<double> event_weights(const std::vector<float>& weight);

}  // namespace jetvit
