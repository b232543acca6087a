#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// Logistic regression on standardized features: the classical baseline. Minimizes the weighted sum of the log losses
// plus a small ridge penalty, 0.5e-6 times the sum of the weights and the sum of the squared coefficients without the
// constant. The penalty keeps the optimum finite if the classes are perfectly separable. Newton's method with step
// halving.
class LogisticRegression {
 public:
  // features: [feature][jet], at least one. A constant feature has no effect. Throws Error without features and for
  // negative weights, with which the loss has no minimum, otherwise like roc_auc().
  LogisticRegression(const std::vector<std::vector<double>>& features, std::span<const std::uint8_t> label,
                     std::span<const double> weight = {});

  // The signal probability of each jet. Throws Error for a different number of features.
  std::vector<double> predict(const std::vector<std::vector<double>>& features) const;

  // Coefficients of the standardized features (weighted mean 0, population standard deviation 1); the constant is
  // first.
  const std::vector<double>& coefficients() const { return coefficients_; }

 private:
  std::vector<double> mean_, deviation_;  // deviation 0: a constant feature
  std::vector<double> coefficients_;
};

}  // namespace jetvit
