#pragma once

#include <string>
#include <vector>

namespace jetvit {

// Scores of one classifier on the jets of an evaluation; the higher, the more like label 1.
struct NamedScores {
  std::string name;
  std::vector<double> score;
  bool is_probability = false;  // of the signal: log loss, Brier and calibration make sense
  double temperature = 0;       // of its calibration on other jets (fit_temperature); 0: none
};

}  // namespace jetvit
