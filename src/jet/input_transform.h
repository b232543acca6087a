#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/options.h"
#include "jet/channels.h"

namespace jetvit {

// Data units. Preparation of the published study sets pixels below it to 0, and so does ours unless the user chooses
// another.
inline constexpr double kStudyZeroThreshold = 1e-3;

// Which part of a signed channel a plane shows.
enum class Part : std::uint8_t { kAll, kPositive, kNegative };

enum class PixelFunction : std::uint8_t { kIdentity, kSqrt, kLog1p };  // odd functions: f(-x) = -f(x)

// One plane of the network's input, computed pixel by pixel from one channel of the jet image:
//   output = scale * f(clip(part(x), clip_low, clip_high)) + offset, where part is x, max(x, 0) or max(-x, 0).
struct Plane {
  int channel = 0;
  Part part = Part::kAll;
  PixelFunction function = PixelFunction::kIdentity;
  float clip_low = -std::numeric_limits<float>::infinity();
  float clip_high = std::numeric_limits<float>::infinity();
  float scale = 1;
  float offset = 0;

  float apply(float value) const;
};

// The complete transform from raw pixel values to the network's input. Every checkpoint and exported model contains it,
// so prediction always uses the same input as training.
struct InputTransform {
  std::vector<Channel> channels;  // of the raw images
  float zero_threshold = 0;       // data units; |x| below it counts as 0, and so does x < 0 in an unsigned channel
  std::vector<Plane> planes;      // the network's input channels

  int outputs() const { return static_cast<int>(planes.size()); }
};

Json to_json(const InputTransform& transform);
InputTransform input_transform_from_json(const Json& json);  // throws Error if `json` is damaged

// Statistics of one channel over the pixels of all training jets, empty pixels included.
struct ChannelStatistics {
  double mean = 0;
  double standard_deviation = 0;  // population
  double minimum = 0;
  double maximum = 0;
  double occupancy = 0;  // mean number of non-zero pixels per jet
};

// Converts the recipe's function names to planes. `functions` has one name for all channels or one per channel:
//   identity, sqrt, log1p, min-max, z-score, clip (z-score clipped to +-500).
// With `split_signed`, a signed channel becomes two planes (positive part, then negative part). `zero_threshold` is in
// data units. Throws UsageError for an unknown name or a wrong number of names.
InputTransform make_input_transform(const std::vector<Channel>& channels,
                                    const std::vector<ChannelStatistics>& statistics,
                                    const std::vector<std::string>& functions, bool split_signed,
                                    double zero_threshold);

}  // namespace jetvit
