#include "load/resample.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

void make_sum_axis(int source, int size, int shift, AxisScatter& axis) {
  for (int pixel = 0; pixel < source; ++pixel) {
    // In units of 1 / (2 source) output pixels.
    const std::int64_t center = (2 * (static_cast<std::int64_t>(pixel) + shift) + 1) * size;
    const std::int64_t output = center / (2 * static_cast<std::int64_t>(source));
    axis.first.push_back(static_cast<int>(output));
    if (center >= 0 && output < size) axis.weight.push_back(1);
    axis.begin.push_back(static_cast<int>(axis.weight.size()));
  }
}

template <Resize resize>
void make_interpolated_axis(int source, int size, int shift, Edge edge, AxisScatter& axis) {
  constexpr int kTaps = resize == Resize::kBicubic ? 4 : 2;
  const double scale = static_cast<double>(source) / size;
  // The transpose of the taps of every output pixel. The sampled position increases with the output pixel, so that the
  // output pixels that read one raw pixel are consecutive.
  std::vector<std::vector<double>> weights(static_cast<std::size_t>(source));
  axis.first.assign(static_cast<std::size_t>(source), 0);
  for (int output = 0; output < size; ++output) {
    const double position = (output + 0.5) * scale - 0.5 - shift;
    const int left = static_cast<int>(std::floor(position)) - kTaps / 2 + 1;
    for (int tap = 0; tap < kTaps; ++tap) {
      int pixel = left + tap;
      if (edge == Edge::kRepeated) pixel = std::clamp(pixel, 0, source - 1);
      if (pixel < 0 || pixel >= source) continue;
      std::vector<double>& row = weights[static_cast<std::size_t>(pixel)];
      int& first = axis.first[static_cast<std::size_t>(pixel)];
      if (row.empty()) first = output;
      row.resize(static_cast<std::size_t>(output - first) + 1);
      row.back() += kernel<resize>(position - (left + tap));
    }
  }
  for (const std::vector<double>& row : weights) {
    for (const double weight : row) axis.weight.push_back(static_cast<float>(weight));
    axis.begin.push_back(static_cast<int>(axis.weight.size()));
  }
}

}  // namespace

Resize resize_from_name(const std::string& name) {
  if (name == "bilinear") return Resize::kBilinear;
  if (name == "bicubic") return Resize::kBicubic;
  if (name == "sum") return Resize::kSum;
  if (name == "pad") return Resize::kPad;
  throw UsageError(text("image.resize: \"", printable(name), "\" is not one of bilinear, bicubic, sum, pad"));
}

void make_axis_scatter(Resize resize, int source, int size, int shift, Edge edge, AxisScatter& axis) {
  axis.first.clear();
  axis.begin.assign(1, 0);
  axis.weight.clear();
  switch (resize) {
    case Resize::kBilinear:
      make_interpolated_axis<Resize::kBilinear>(source, size, shift, edge, axis);
      break;
    case Resize::kBicubic:
      make_interpolated_axis<Resize::kBicubic>(source, size, shift, edge, axis);
      break;
    case Resize::kSum:
      make_sum_axis(source, size, shift, axis);
      break;
    case Resize::kPad:
      throw Error("padded images have no weights");
  }
}

}  // namespace jetvit
