#include "image_export/gray_levels.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "image_export/pairwise_sum.h"

namespace jetvit {
namespace {

constexpr double kClip = 500;  // standard deviations
constexpr double kFull = 255;
constexpr double kFullSigned = 127;
constexpr int kSignedZero = 128;

// Population standard deviation over all pixels of one channel of a jet: `level` at `pixel`, `fill` elsewhere.
double deviation(std::span<const std::uint32_t> pixel, std::span<const double> level, double fill, std::size_t pixels) {
  const auto count = static_cast<double>(pixels);
  const double mean = pairwise_sum({pixels, fill, pixel, level}) / count;
  std::vector<double> squares;
  squares.reserve(level.size());
  for (const double value : level) squares.push_back((value - mean) * (value - mean));
  return std::sqrt(pairwise_sum({pixels, (fill - mean) * (fill - mean), pixel, squares}) / count);
}

}  // namespace

double full_level(const ChannelScale& scale) {
  return scale.is_signed ? kFullSigned : kFull;
}

std::uint8_t gray(double level, const ChannelScale& scale) {
  if (scale.is_signed) return static_cast<std::uint8_t>(kSignedZero + static_cast<int>(std::nearbyint(level)));
  return static_cast<std::uint8_t>(level);
}

double largest_level(std::span<const double> levels) {
  std::array<double, 4> largest{};  // one per lane of a vector register
  for (std::size_t index = 0; index + 4 <= levels.size(); index += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      const double value = std::abs(levels[index + lane]);
      largest[lane] = value > largest[lane] ? value : largest[lane];
    }
  }
  return std::max(std::max(largest[0], largest[1]), std::max(largest[2], largest[3]));
}

void stretch_to_gray(std::span<const double> levels, double largest, const ChannelScale& scale, std::uint8_t* out) {
  const double full = full_level(scale);
  if (scale.is_signed) {
    for (std::size_t index = 0; index < levels.size(); ++index)
      out[index] = gray(full * levels[index] / largest, scale);
  } else {
    for (std::size_t index = 0; index < levels.size(); ++index) {
      out[index] = static_cast<std::uint8_t>(static_cast<int>(full * levels[index] / largest));
    }
  }
}

double GrayLevels::clip_limit(const ChannelScale& scale, double largest, std::size_t pixels) const {
  const double fill = (0 - scale.mean) / scale.deviation;
  double mean = fill * static_cast<double>(pixels - level_.size());
  for (const double value : level_) mean += value;
  mean /= static_cast<double>(pixels);
  // If one of n numbers is d above their mean, their standard deviation is at least d / sqrt(n). For up to 65,536
  // pixels clipping therefore requires a mean of at least about half the largest value. The exact deviation is computed
  // only then.
  if (mean < 0.4 * largest) return largest;
  return kClip * deviation(pixel_, level_, fill, pixels);
}

void GrayLevels::compute(const SparseChannel& channel, const ChannelScale& scale, double threshold,
                         std::size_t pixels) {
  pixel_.clear();
  level_.clear();
  if (!(scale.deviation > 0)) return;
  double largest = 0;
  for (std::size_t index = 0; index < channel.pixel.size(); ++index) {
    const double value = channel.value[index];
    if ((scale.is_signed ? std::abs(value) : value) < threshold) continue;
    const double z = (scale.is_signed ? value : value - scale.mean) / scale.deviation;
    pixel_.push_back(channel.pixel[index]);
    level_.push_back(z);
    largest = std::max(largest, scale.is_signed ? std::abs(z) : z);
  }
  if (!scale.is_signed) {
    const double limit = clip_limit(scale, largest, pixels);
    largest = std::min(largest, limit);
    for (double& level : level_) level = std::clamp(level, 0.0, limit);
  }
  if (!(largest > 0)) {
    pixel_.clear();
    level_.clear();
    return;
  }
  const double full = full_level(scale);
  for (double& level : level_) level = full * level / largest;
}

}  // namespace jetvit
