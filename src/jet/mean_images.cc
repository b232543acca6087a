#include "jet/mean_images.h"

#include <algorithm>
#include <cmath>

namespace jetvit {

MeanImages::MeanImages(const ImageShape& shape)
    : sums_(static_cast<std::size_t>(shape.channels), ChannelImage(static_cast<std::size_t>(shape.pixels()), 0)) {}

void MeanImages::add(const SparseImages& images, std::size_t jet, double weight) {
  weight_ += weight;
  for (std::size_t channel = 0; channel < sums_.size(); ++channel) {
    const SparseChannel pixels = images.channel(jet, static_cast<int>(channel));
    for (std::size_t index = 0; index < pixels.pixel.size(); ++index) {
      sums_[channel][pixels.pixel[index]] += weight * static_cast<double>(pixels.value[index]);
    }
  }
}

ChannelImage MeanImages::mean(int channel) const {
  ChannelImage mean = sums_[static_cast<std::size_t>(channel)];
  for (double& value : mean) value = weight_ > 0 ? value / weight_ : 0;
  return mean;
}

ChannelImage difference(const ChannelImage& first, const ChannelImage& second) {
  constexpr double kRounding = 1e-12;  // of sums over up to a million jets, relative to the brightest pixel
  double brightest = 0;
  for (const ChannelImage* image : {&first, &second}) {
    for (const double value : *image) brightest = std::max(brightest, std::abs(value));
  }
  ChannelImage out(first.size());
  for (std::size_t pixel = 0; pixel < out.size(); ++pixel) {
    const double value = second[pixel] - first[pixel];
    out[pixel] = std::abs(value) <= kRounding * brightest ? 0 : value;
  }
  return out;
}

}  // namespace jetvit
