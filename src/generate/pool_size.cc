#include "generate/pool_size.h"

#include <algorithm>

#include "generate/pairing.h"

namespace jetvit {
namespace {

constexpr std::size_t kPoolPerJet = 20, kSmallestPool = 250, kLargestPool = 20'000;  // collisions

}  // namespace

std::size_t pool_size(const GenerateOptions& options) {
  if (options.pile_up <= 0) return 0;
  if (options.pool > 0) return options.pool;
  return std::clamp(kPoolPerJet * whole_pairs(options.jets), kSmallestPool, kLargestPool);
}

}  // namespace jetvit
