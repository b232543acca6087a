#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

using ChannelImage = std::vector<double>;  // one channel, row-major: row * width + column

// Accumulates the mean image of each channel over jets, in constant memory.
class MeanImages {
 public:
  explicit MeanImages(const ImageShape& shape);

  void add(const SparseImages& images, std::size_t jet, double weight = 1);  // adds one jet
  ChannelImage mean(int channel) const;  // zero everywhere unless the weights have a positive sum

 private:
  std::vector<ChannelImage> sums_;  // one per channel
  double weight_ = 0;
};

// second - first, pixel by pixel. Differences within the rounding error of the sums are set to 0: the same jets, added
// in another order, have no difference.
ChannelImage difference(const ChannelImage& first, const ChannelImage& second);

}  // namespace jetvit
