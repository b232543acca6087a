#include "measure/logistic_regression.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "measure/logistic.h"
#include "measure/scores_check.h"
#include "measure/weight_sums.h"

namespace jetvit {
namespace {

// Solves a x = b for a symmetric positive definite `a` (row-major, overwritten) by Cholesky decomposition.
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

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// The function that the fit minimizes. Each row is (1, standardized features).
class Objective {
 public:
  // all: the sum of the weights
  Objective(std::vector<double> rows, std::span<const std::uint8_t> label, std::span<const double> weight, double all)
      : rows_(std::move(rows)),
        label_(label),
        weight_(weight),
        size_(rows_.size() / label.size()),
        ridge_(1e-6 * all) {}

  double value(std::span<const double> coefficients) const {
    double sum = 0.5 * ridge_ * dot(coefficients.subspan(1), coefficients.subspan(1));
    for (std::size_t jet = 0; jet < label_.size(); ++jet) {
      sum += weight_of(weight_, jet) * log_loss_of_logit(dot(row(jet), coefficients), label_[jet] != 0);
    }
    return sum;
  }

  // The Newton step, to be added to the coefficients.
  std::vector<double> step(std::span<const double> coefficients) const {
    std::vector<double> hessian(size_ * size_, 0);
    std::vector<double> gradient(size_, 0);
    for (std::size_t jet = 0; jet < label_.size(); ++jet) {
      const std::span<const double> x = row(jet);
      const double p = 1 / (1 + std::exp(-dot(x, coefficients)));
      const double of_jet = weight_of(weight_, jet);
      for (std::size_t i = 0; i < size_; ++i) {
        gradient[i] += of_jet * (label_[jet] - p) * x[i];
        for (std::size_t j = 0; j <= i; ++j) hessian[i * size_ + j] += of_jet * p * (1 - p) * x[i] * x[j];
      }
    }
    for (std::size_t i = 1; i < size_; ++i) {
      hessian[i * size_ + i] += ridge_;
      gradient[i] -= ridge_ * coefficients[i];
    }
    hessian[0] += 1e-12 * ridge_;  // keeps it positive if every probability is rounded to 0 or 1
    return solve(hessian, gradient);
  }

 private:
  std::span<const double> row(std::size_t jet) const { return std::span(rows_).subspan(jet * size_, size_); }

  std::vector<double> rows_;
  std::span<const std::uint8_t> label_;
  std::span<const double> weight_;
  std::size_t size_;
  double ridge_;
};

double standardized(double value, double mean, double deviation) {
  return deviation > 0 ? (value - mean) / deviation : 0;
}

}  // namespace

LogisticRegression::LogisticRegression(const std::vector<std::vector<double>>& features,
                                       std::span<const std::uint8_t> label, std::span<const double> weight) {
  if (features.empty()) throw Error("logistic regression: there is no feature to fit");
  refuse_negative_weights(weight, "a logistic regression");
  const std::size_t jets = label.size();
  double all = 0;
  for (std::size_t jet = 0; jet < jets; ++jet) all += weight_of(weight, jet);
  for (const auto& feature : features) {
    check_scores(feature, label, weight);
    double mean = 0;
    for (std::size_t jet = 0; jet < jets; ++jet) mean += weight_of(weight, jet) * feature[jet];
    mean /= all;
    double squares = 0;
    for (std::size_t jet = 0; jet < jets; ++jet) {
      squares += weight_of(weight, jet) * (feature[jet] - mean) * (feature[jet] - mean);
    }
    const double deviation = std::sqrt(squares / all);
    mean_.push_back(mean);
    // Smaller deviations are rounding errors of the mean.
    deviation_.push_back(deviation > 1e-12 * std::abs(mean) ? deviation : 0);
  }
  std::vector<double> rows;
  rows.reserve(jets * (features.size() + 1));
  for (std::size_t jet = 0; jet < jets; ++jet) {
    rows.push_back(1);
    for (std::size_t index = 0; index < features.size(); ++index) {
      rows.push_back(standardized(features[index][jet], mean_[index], deviation_[index]));
    }
  }
  const Objective objective(std::move(rows), label, weight, all);
  coefficients_.assign(features.size() + 1, 0);
  double before = objective.value(coefficients_);
  constexpr int kIterations = 100;
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    std::vector<double> step = objective.step(coefficients_);
    constexpr double kSmallestShare = 1e-6;
    const double limit = before * (1 + 1e-12);  // at the optimum the value changes only by rounding
    double value = before;
    std::vector<double> next(step.size());
    for (double share = 1; share > kSmallestShare; share /= 2) {
      for (std::size_t i = 0; i < step.size(); ++i) next[i] = coefficients_[i] + share * step[i];
      value = objective.value(next);
      if (value <= limit) break;
    }
    if (!(value <= limit)) break;
    coefficients_ = next;
    before = value;
    const double largest = std::abs(
        *std::max_element(step.begin(), step.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
    if (largest < 1e-12) break;
  }
}

std::vector<double> LogisticRegression::predict(const std::vector<std::vector<double>>& features) const {
  if (features.size() != mean_.size()) {
    throw Error(text("logistic regression: ", features.size(), " features (it was fitted to ", mean_.size(), ")"));
  }
  std::vector<double> out(features.front().size());
  for (std::size_t jet = 0; jet < out.size(); ++jet) {
    double logit = coefficients_[0];
    for (std::size_t index = 0; index < features.size(); ++index) {
      logit += coefficients_[index + 1] * standardized(features[index].at(jet), mean_[index], deviation_[index]);
    }
    out[jet] = 1 / (1 + std::exp(-logit));
  }
  return out;
}

}  // namespace jetvit
