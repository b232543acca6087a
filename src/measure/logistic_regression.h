#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// Logistic regression on standardised features by Newton's method with a small ridge (1e-6 a jet): the classical
// baseline.
class LogisticRegression {
 public:
  // features: [feature][jet]. Throws as roc_auc.
  LogisticRegression(const std::vector<std::vector<double>>& features, std::span<const std::uint8_t> label);

  // Probability of the signal for each jet.
  std::vector<double> predict(const std::vector<std::vector<double>>& features) const;

 private:
  std::vector<double> mean_, deviation_;
  std::vector<double> coefficients_;  // the constant first
};

}  // namespace jetvit
