#include "base/draws.h"

#include <numeric>
#include <utility>

namespace jetvit {
namespace {

// Logarithm of a number from Gamma(shape), shape > 0: that of Gamma(shape + 1) times U^(1 / shape).
double draw_log_gamma(double shape, RandomStream& stream) {
  const double d = shape + 1 - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = draw_normal(stream);
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(1 - stream.uniform()) >= 0.5 * x * x + d - d * v + d * std::log(v)) continue;
    return std::log(d * v) + std::log(1 - stream.uniform()) / shape;
  }
}

}  // namespace

int draw_poisson(double mean, RandomStream& stream) {
  const double limit = std::exp(-mean);
  int count = 0;
  for (double product = stream.uniform(); product > limit; product *= stream.uniform()) ++count;
  return count;
}

double draw_beta(double alpha, RandomStream& stream) {
  const double first = draw_log_gamma(alpha, stream);
  const double second = draw_log_gamma(alpha, stream);
  return 1 / (1 + std::exp(second - first));
}

std::vector<std::size_t> draw_permutation(std::size_t count, RandomStream& stream) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t left = count; left > 1; --left) std::swap(order[left - 1], order[stream.below(left)]);
  return order;
}

}  // namespace jetvit
