#pragma once

#include <string>
#include <vector>

namespace jetvit {

enum class Resize { kBilinear, kBicubic, kSum, kPad };

Resize resize_from_name(const std::string& name);  // throws UsageError

// Radius of the interpolation kernel in raw pixels: 1 or 2. A padded image that is rotated is interpolated bilinearly.
inline int kernel_radius(Resize resize) {
  return resize == Resize::kBicubic ? 2 : 1;
}

// Weight of a raw pixel `distance` pixels away from the sampled point: the triangle max(0, 1 - |d|), or the cubic
// convolution of Keys (IEEE Trans. ASSP 29, 1981) with a = -0.75, PyTorch's choice.
// Real: a number, or a vector of them.
template <Resize resize, class Real>
inline Real kernel(Real distance) {
  const Real d = distance < Real{} ? -distance : distance;
  if constexpr (resize == Resize::kBicubic) {
    constexpr float kA = -0.75F;
    const Real near = ((kA + 2) * d - (kA + 3)) * d * d + 1;
    const Real far = ((kA * d - 5 * kA) * d + 8 * kA) * d - 4 * kA;
    return d <= Real{} + 1 ? near : (d < Real{} + 2 ? far : Real{});
  } else {
    const Real inside = 1 - d;
    return inside > Real{} ? inside : Real{};
  }
}

// The one-dimensional resampling of an axis read from the raw pixel's side: raw pixel i adds
// weight[begin[i] + k] times its value to the output pixels first[i] + k, k < begin[i + 1] - begin[i].
struct AxisScatter {
  std::vector<int> first;
  std::vector<int> begin;
  std::vector<float> weight;
};

// What is beyond the image's edge: its edge pixel again (PyTorch's upsample) or nothing (the image is a crop of the
// detector).
enum class Edge { kRepeated, kEmpty };

// Output pixel o samples position (o + 1/2) source / size - 1/2 - shift of the raw axis.
// Resize::kSum: raw pixel i goes whole to the output pixel floor((i + shift + 1/2) size / source), in exact integers.
// Resize::kPad needs no weights: its pixels are copied (scatter.h).
void make_axis_scatter(Resize resize, int source, int size, int shift, Edge edge, AxisScatter& axis);

}  // namespace jetvit
