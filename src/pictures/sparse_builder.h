#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "jet/jet_records.h"
#include "pictures/picture_decoder.h"

namespace jetvit {

// Appends jets to sparse images, which must have the shape and channels of the given pixels. The 8-bit levels 0 to 255
// mean 0 to 1; in a signed channel, 1 to 128 to 255 mean -1 to 0 to 1. Reuses its memory from jet to jet.
class SparseBuilder {
 public:
  // Appends one jet: a picture of a class folder, as written by preparation: transposed (a row is a column of the jet
  // image), with red HCAL, green ECAL and blue tracks.
  void append_rgb(const Picture& picture, const std::vector<Channel>& channels, SparseImages& images);

  // Appends one channel of a jet. Call it for each channel, in order.
  void append_gray(const Picture& picture, const Channel& channel, SparseImages& images);

  // Appends one jet of values (height, width, channel) and returns null. If a value is not finite, appends nothing and
  // returns the reason.
  const char* append_values(std::span<const float> values, SparseImages& images);

 private:
  struct Pixel {
    std::uint32_t line;  // the images are filled line by line, in the order of `line`
    std::uint16_t pixel;
    float value;
  };

  void append_found(std::size_t channels, std::size_t lines_of_channel, SparseImages& images);

  std::vector<Pixel> found_;        // pixels of a jet, in the order of the input
  std::vector<std::size_t> count_;  // pixels of each line, after an entry for the earlier jets
};

}  // namespace jetvit
