#pragma once

#include <string>
#include <vector>

#include "jet/image_layout.h"
#include "tfrecord/example_parser.h"

namespace jetvit {

// The features of a record that state the shape of its image: `shape` (three integers, or two for one channel), or the
// integers `height` and `width` with `depth`, `channels` or `channel`.
struct ShapeFeatures {
  std::vector<std::string> names;  // of the features that are used; empty: the record has none
  std::vector<int> lengths;        // of `shape`: in the order of the numbers; otherwise channels, height, width
  bool is_ordered = false;         // by `shape`

  bool operator==(const ShapeFeatures&) const = default;
};

// Throws Error naming the feature if a shape is impossible or does not fit `values` numbers.
ShapeFeatures shape_features(const std::vector<ExampleFeature>& features, std::size_t values);

// Decides how `values` numbers of an image are arranged: (height, width, channel), unless a feature or an option says
// otherwise. Throws what choose_layout() throws.
ChosenLayout record_layout(const ShapeFeatures& stated, std::size_t values, const ReadOptions& options,
                           const std::string& where);

}  // namespace jetvit
