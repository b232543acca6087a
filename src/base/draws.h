#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "base/random_stream.h"

namespace jetvit {

// Numbers and orders that are drawn from a RandomStream: the same on every machine, where those of the standard library
// depend on its version.

// Standard normal number (Box and Muller, 1958); the second one of the pair is not used.
inline double draw_normal(RandomStream& stream) {
  const double radius = std::sqrt(-2 * std::log(1 - stream.uniform()));
  return radius * std::cos(2 * std::numbers::pi * stream.uniform());
}

// A Poisson-distributed number (Knuth, The Art of Computer Programming, volume 2, section 3.4.1). It takes mean + 1
// numbers of the stream on average; for means up to a few tens, as exp(-mean) has to be a normal double.
int draw_poisson(double mean, RandomStream& stream);

// A number from the distribution Beta(alpha, alpha), alpha > 0: G1 / (G1 + G2) of two numbers from Gamma(alpha), which
// come from Marsaglia and Tsang (ACM TOMS 26, 2000). Worked out in logarithms: small alphas give exact zeros and ones
// where they should, never 0 / 0.
double draw_beta(double alpha, RandomStream& stream);

// 0 .. count - 1 in random order: each permutation is equally likely (Fisher and Yates).
std::vector<std::size_t> draw_permutation(std::size_t count, RandomStream& stream);

}  // namespace jetvit
