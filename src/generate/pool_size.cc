#include "generate/pool_size.h"

#include <algorithm>

namespace jetvit {
namespace {

constexpr std::size_t kPoolPerJet = 20, kSmallestPool = 250, kLargestPool = 20'000;  // collisions

}  // namespace

std::size_t pool_size(const GenerateOptions& options) {
  if (options.pile_up <= 0) return 0;
  if (options.pool > 0) return options.pool;
  const std::size_t paired = options.jets + options.jets % 2;
  return std::clamp(kPoolPerJet * paired, kSmallestPool, kLargestPool);
}

}  // namespace jetvit
