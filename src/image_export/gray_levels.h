#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// The normalization of a channel: z = (x - mean) / deviation. Signed channels are only divided by their deviation, so
// that an empty pixel stays zero.
struct ChannelScale {
  double mean = 0;
  double deviation = 0;    // population standard deviation; 0: the channel has no signal
  bool is_signed = false;  // negative values are kept
};

// The occupied pixels of one channel of one jet as gray levels, before conversion to 8 bits:
//   unsigned: 255 * clip(z, 0, 500 * deviation of z over this jet's pixels) / its largest value;   empty pixels are 0
//   signed:   127 * z / its largest absolute value, in [-127, 127];                       empty pixels are 0 (gray 128)
// A channel without signal gives no pixels. All operations are done in float64, in the order of the published study's
// numpy code.
class GrayLevels {
 public:
  // Pixels with |x| < threshold count as empty, for unsigned channels all x < threshold. pixels: number in the image.
  void compute(const SparseChannel& channel, const ChannelScale& scale, double threshold, std::size_t pixels);

  const std::vector<std::uint32_t>& pixel() const { return pixel_; }
  const std::vector<double>& level() const { return level_; }

 private:
  double clip_limit(const ChannelScale& scale, double largest, std::size_t pixels) const;

  std::vector<std::uint32_t> pixel_;
  std::vector<double> level_;
};

// The largest level: 255, or 127 for signed channels.
double full_level(const ChannelScale& scale);

// The 8-bit value of a level: truncated, as in the study; for signed channels rounded and shifted by 128.
std::uint8_t gray(double level, const ChannelScale& scale);

// The largest absolute value of `levels`. Their number must be a multiple of 4.
double largest_level(std::span<const double> levels);

// The 8-bit values of `levels` after scaling by full_level() / largest.
void stretch_to_gray(std::span<const double> levels, double largest, const ChannelScale& scale, std::uint8_t* out);

}  // namespace jetvit
