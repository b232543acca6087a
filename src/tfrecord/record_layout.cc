#include "tfrecord/record_layout.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::int64_t kLengthLimit = 1 << 16;

// The value of a feature that is one integer; no value for any other feature.
std::optional<std::int64_t> one_integer(const std::vector<ExampleFeature>& features, const char* name) {
  const ExampleFeature* feature = find_feature(features, name);
  if (feature == nullptr || feature->integers.size() != 1 || feature->size() != 1) return std::nullopt;
  return feature->integers[0];
}

int length_of(std::int64_t value, const std::string& feature) {
  if (value < 1 || value > kLengthLimit) {
    throw Error(text("feature ", feature, " is ", value, ", which is no length of an image"));
  }
  return static_cast<int>(value);
}

void require_values(const ShapeFeatures& found, std::size_t values) {
  std::int64_t product = 1;
  for (const int length : found.lengths) product *= length;
  if (product == static_cast<std::int64_t>(values)) return;
  throw Error(text("feature X_jets holds ", values, " numbers, but ", join(found.names, ", "), " state",
                   found.names.size() == 1 ? "s " : " ", product));
}

}  // namespace

ShapeFeatures shape_features(const std::vector<ExampleFeature>& features, std::size_t values) {
  ShapeFeatures found;
  const ExampleFeature* shape = find_feature(features, "shape");
  if (shape != nullptr && shape->kind == ExampleFeature::Kind::kInt64 &&
      (shape->integers.size() == 2 || shape->integers.size() == 3)) {
    found = {{"shape"}, {}, true};
    if (shape->integers.size() == 2) found.lengths.push_back(1);
    for (const std::int64_t length : shape->integers) found.lengths.push_back(length_of(length, "shape"));
    require_values(found, values);
    return found;
  }
  const auto height = one_integer(features, "height");
  const auto width = one_integer(features, "width");
  if (!height || !width) return found;
  const int rows = length_of(*height, "height");
  const int columns = length_of(*width, "width");
  found.names = {"height", "width"};
  const std::int64_t pixels = std::int64_t{rows} * columns;
  std::int64_t channels = static_cast<std::int64_t>(values) / pixels;
  for (const char* name : {"depth", "channels", "channel"}) {
    const auto stated = one_integer(features, name);
    if (!stated) continue;
    channels = length_of(*stated, name);
    found.names.emplace_back(name);
    break;
  }
  found.lengths = {static_cast<int>(std::max<std::int64_t>(1, channels)), rows, columns};
  require_values(found, values);
  return found;
}

ChosenLayout record_layout(const ShapeFeatures& stated, std::size_t values, const ReadOptions& options,
                           const std::string& where) {
  StatedLayout layout;
  layout.source = text("its ", stated.names.size() == 1 ? "feature " : "features ", join(stated.names, ", "));
  layout.usual_order = "hwc";
  layout.values = static_cast<std::int64_t>(values);
  if (stated.is_ordered) {
    layout.lengths = stated.lengths;
    if (stated.lengths[0] == 1) layout.usual_order = "chw";
    return choose_layout(layout, options, where);
  }
  ReadOptions with_shape = options;
  if (!stated.names.empty()) {
    check_shape_option(options.shape);
    if (!options.shape.empty() && options.shape != stated.lengths) {
      throw Error(text(where, ": holds images of ", stated.lengths[0], " x ", stated.lengths[1], " x ",
                       stated.lengths[2], " according to ", layout.source, ", which contradicts `shape`"));
    }
    with_shape.shape = stated.lengths;
  }
  return choose_layout(layout, with_shape, where);
}

}  // namespace jetvit
