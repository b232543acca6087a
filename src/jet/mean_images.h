#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

using ChannelImage = std::vector<double>;  // of one channel, row-major: row * width + column

// The average image of jets in every channel, added up in constant memory.
class MeanImages {
 public:
  explicit MeanImages(const ImageShape& shape);

  void add(const SparseImages& images, std::size_t jet);
  ChannelImage mean(int channel) const;  // zero everywhere before the first jet

 private:
  std::vector<ChannelImage> sums_;  // one a channel
  std::uint64_t jets_ = 0;
};

// second - first, pixel by pixel. Zero where the two are equal but for the rounding of their sums: the same jets, added
// up in another order, have no difference.
ChannelImage difference(const ChannelImage& first, const ChannelImage& second);

}  // namespace jetvit
