#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "jet/jet_records.h"
#include "pictures/picture_decoder.h"

namespace jetvit {

// Appends jets to sparse images that have the shape and channels of the pixels given. 8-bit grey levels mean: 0 to 255
// are 0 to 1, and in a signed channel 1 to 128 to 255 are -1 to 0 to 1. Keeps its memory from jet to jet.
class SparseBuilder {
 public:
  // One jet: a class folder's picture, as preparation writes it: transposed (a row is a column of the jet image), red
  // HCAL, green ECAL, blue tracks.
  void append_rgb(const Picture& picture, const std::vector<Channel>& channels, SparseImages& images);

  // One channel of a jet.
  void append_grey(const Picture& picture, const Channel& channel, SparseImages& images);

  // One jet of values (height, width, channel), unless one of them is not finite; says what is wrong then.
  const char* append_values(std::span<const float> values, SparseImages& images);

 private:
  struct Pixel {
    std::uint32_t line;  // the images are filled line by line, in the order of `line`
    std::uint16_t pixel;
    float value;
  };

  void append_found(std::size_t channels, std::size_t lines_of_channel, SparseImages& images);

  std::vector<Pixel> found_;        // of a jet, in the order in which they were stored
  std::vector<std::size_t> count_;  // of those of each line, behind an entry for what lies before
};

}  // namespace jetvit
