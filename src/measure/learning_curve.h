#pragma once

#include <string>
#include <vector>

namespace jetvit {

// The metrics that a training run logged for each epoch; NaN for missing values.
struct LearningCurve {
  std::string name;
  std::vector<double> epoch, training_loss, validation_loss, validation_auc;
};

}  // namespace jetvit
