#include "measure/logistic_regression.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "measure/scores_check.h"

namespace jetvit {
namespace {

// Solves a x = b for a symmetric positive definite `a` (row-major, overwritten) by Cholesky's decomposition.
std::vector<double> solve(std::vector<double>& a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i == j ? std::sqrt(std::max(sum, 1e-300)) : sum / a[j * n + j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
  return b;
}

}  // namespace

LogisticRegression::LogisticRegression(const std::vector<std::vector<double>>& features,
                                       std::span<const std::uint8_t> label) {
  const std::size_t jets = label.size();
  for (const auto& feature : features) {
    check_scores(feature, label, {});
    const double mean = std::accumulate(feature.begin(), feature.end(), 0.0) / static_cast<double>(jets);
    double squares = 0;
    for (const double value : feature) squares += (value - mean) * (value - mean);
    mean_.push_back(mean);
    deviation_.push_back(std::max(std::sqrt(squares / static_cast<double>(jets)), 1e-12));
  }
  const std::size_t size = features.size() + 1;
  coefficients_.assign(size, 0);
  constexpr int kIterations = 25;
  std::vector<double> row(size);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    std::vector<double> hessian(size * size, 0);
    std::vector<double> gradient(size, 0);
    const std::vector<double> probability = predict(features);
    for (std::size_t jet = 0; jet < jets; ++jet) {
      row[0] = 1;
      for (std::size_t index = 1; index < size; ++index) {
        row[index] = (features[index - 1][jet] - mean_[index - 1]) / deviation_[index - 1];
      }
      const double p = probability[jet];
      for (std::size_t i = 0; i < size; ++i) {
        gradient[i] += (label[jet] - p) * row[i];
        for (std::size_t j = 0; j <= i; ++j) hessian[i * size + j] += p * (1 - p) * row[i] * row[j];
      }
    }
    const double ridge = 1e-6 * static_cast<double>(jets);
    for (std::size_t i = 0; i < size; ++i) {
      hessian[i * size + i] += ridge;
      gradient[i] -= ridge * coefficients_[i];
    }
    const std::vector<double> step = solve(hessian, gradient);
    double largest = 0;
    for (std::size_t i = 0; i < size; ++i) {
      coefficients_[i] += step[i];
      largest = std::max(largest, std::abs(step[i]));
    }
    if (largest < 1e-10) break;
  }
}

std::vector<double> LogisticRegression::predict(const std::vector<std::vector<double>>& features) const {
  const std::size_t jets = features.empty() ? 0 : features.front().size();
  std::vector<double> out(jets);
  for (std::size_t jet = 0; jet < jets; ++jet) {
    double logit = coefficients_[0];
    for (std::size_t index = 0; index < features.size(); ++index) {
      logit += coefficients_[index + 1] * (features[index][jet] - mean_[index]) / deviation_[index];
    }
    out[jet] = 1 / (1 + std::exp(-logit));
  }
  return out;
}

}  // namespace jetvit
