#include "prepare/zero_suppression.h"

#include <cmath>

namespace jetvit {

std::uint64_t suppress_zeros(SparseImages& images, const std::vector<Channel>& channels, double threshold) {
  const auto limit = static_cast<float>(threshold);
  std::uint64_t negative = 0;
  std::size_t kept = 0;
  std::uint64_t begin = 0;
  for (std::size_t row = 0; row + 1 < images.offset.size(); ++row) {
    const bool is_signed = channels[row % channels.size()].is_signed;
    const std::uint64_t end = images.offset[row + 1];
    for (std::uint64_t index = begin; index < end; ++index) {
      const float value = images.value[index];
      const bool below_zero = !is_signed && value < 0;
      if (below_zero) ++negative;
      if (below_zero || std::abs(value) < limit) continue;
      images.pixel[kept] = images.pixel[index];
      images.value[kept] = value;
      ++kept;
    }
    begin = end;
    images.offset[row + 1] = kept;
  }
  images.pixel.resize(kept);
  images.value.resize(kept);
  return negative;
}

}  // namespace jetvit
