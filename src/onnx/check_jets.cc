#include "onnx/check_jets.h"

#include <cmath>

#include <ATen/ops/zeros.h>

#include "base/draws.h"
#include "base/random_stream.h"

namespace jetvit::onnx {
namespace {

constexpr double kOccupancy = 0.03;
constexpr double kSpread = 1.5;    // of the logarithm of a pixel
constexpr double kSpecial = 0.05;  // share of the pixels at the threshold, and of those of the wrong sign

float draw_pixel(RandomStream& stream, float threshold, bool is_signed) {
  const double kind = stream.uniform();
  const auto size = static_cast<float>(std::exp(kSpread * draw_normal(stream)));
  if (kind < kSpecial) return threshold > 0 ? threshold : size;
  if (kind < 2 * kSpecial) return -size;
  return is_signed && stream.chance(0.5) ? -size : size;
}

}  // namespace

CheckJets check_jets(int count, const ImageShape& shape, const InputTransform& transform) {
  CheckJets jets;
  jets.images.shape = shape;
  jets.pixels = at::zeros({count, shape.channels, shape.height, shape.width}, at::kFloat);
  auto* pixels = jets.pixels.mutable_data_ptr<float>();
  for (int jet = 0; jet < count; ++jet) {
    RandomStream stream({std::uint64_t{0x6f6e6e78}, static_cast<std::uint64_t>(jet)});  // "onnx"
    for (int channel = 0; channel < shape.channels; ++channel) {
      const bool is_signed = transform.channels[static_cast<std::size_t>(channel)].is_signed;
      for (std::int64_t pixel = 0; pixel < shape.pixels(); ++pixel, ++pixels) {
        if (jet == 0 || !stream.chance(kOccupancy)) continue;
        *pixels = draw_pixel(stream, transform.zero_threshold, is_signed);
        jets.images.pixel.push_back(static_cast<std::uint16_t>(pixel));
        jets.images.value.push_back(*pixels);
      }
      jets.images.offset.push_back(jets.images.pixel.size());
    }
  }
  return jets;
}

}  // namespace jetvit::onnx
