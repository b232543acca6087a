#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "jet/channels.h"
#include "jet/jet_reader.h"

namespace jetvit {

// How the numbers of an image are arranged where they are stored.
struct ImageLayout {
  ImageShape shape;
  std::string order = "chw";  // the axes from the slowest to the fastest: c (channel), h (row), w (column)

  // The lengths of the stored axes, in that order.
  std::array<std::size_t, 3> lengths() const;

  bool operator==(const ImageLayout&) const = default;
};

// "3 x 125 x 125", with the order of the numbers where it is not channels, rows, columns.
std::string layout_text(const ImageLayout& layout);

// What a file says about the arrangement of its images.
struct StatedLayout {
  std::string source = "its nested lists";  // what says it
  std::vector<int> lengths;         // of the three axes; empty where the file states no more than the number of values
  std::string order;                // the names of these axes ("hwc"); empty where the file does not name them
  std::string stored = "012";       // the same axes as they are stored: places in `lengths`
  std::int64_t values = 0;          // numbers per image, where the lengths are not stated
  std::string usual_order = "chw";  // of axes without names
};

// What was decided, and a sentence about what had to be guessed; empty where nothing was.
struct ChosenLayout {
  ImageLayout layout;
  std::string guess;
};

// Throws UsageError unless `shape` is empty or holds three positive numbers.
void check_shape_option(const std::vector<int>& shape);

// Decides how images are arranged. What the file states counts; the options `shape` and `layout` settle what it leaves
// open. Throws Error where an option contradicts the file, where a flat list fits no square image of 8, 3 or 1 channels
// and has no `shape`, or where the image is larger than the limits. `where` names the file and the column.
ChosenLayout choose_layout(const StatedLayout& stated, const ReadOptions& options, const std::string& where);

// Throws UsageError where `layout` is given for images that have no order to choose (`images` names them: "PNGs"), and
// Error where `shape` is given and is not `shape`.
void require_stated_shape(const ReadOptions& options, const ImageShape& shape, const std::string& images);

}  // namespace jetvit
