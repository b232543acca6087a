#pragma once

#include <cstdint>
#include <span>

#include "jet/jet_records.h"
#include "pictures/picture_decoder.h"

namespace jetvit {

// What 8-bit grey levels mean: 0 to 255 are 0 to 1, and in a signed channel 1 to 128 to 255 are -1 to 0 to 1.
float level_value(std::uint8_t level, bool is_signed);

// Each of these appends one jet. The jets' images have the shape and channels that the pixels are of.

// A class folder's picture, as preparation writes it: transposed (a row is a column of the jet image), red HCAL, green
// ECAL, blue tracks.
void append_rgb(const Picture& picture, const std::vector<Channel>& channels, SparseImages& images);

// One grey picture a channel.
void append_grey(std::span<const Picture> pictures, const std::vector<Channel>& channels, SparseImages& images);

// Values (height, width, channel).
void append_values(std::span<const float> values, SparseImages& images);

}  // namespace jetvit
