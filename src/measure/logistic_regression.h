#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// Logistic regression on standardised features: the classical baseline. Minimises the sum of the log losses plus a
// small ridge (half of 1e-6 a jet times the squared coefficients, the constant left free) by Newton's method with
// halved steps, which makes the optimum finite where the classes can be told apart perfectly.
class LogisticRegression {
 public:
  // features: [feature][jet], at least one; a constant feature gets no say. Throws as roc_auc.
  LogisticRegression(const std::vector<std::vector<double>>& features, std::span<const std::uint8_t> label);

  // Probability of the signal for each jet. Throws Error where the number of features is another one.
  std::vector<double> predict(const std::vector<std::vector<double>>& features) const;

  // Of the standardised features (mean 0, population standard deviation 1), the constant first.
  const std::vector<double>& coefficients() const { return coefficients_; }

 private:
  std::vector<double> mean_, deviation_;  // deviation 0: a constant feature
  std::vector<double> coefficients_;
};

}  // namespace jetvit
