#pragma once

#include <string>
#include <vector>

namespace jetvit {

enum class Resize { kBilinear, kBicubic, kSum, kPad };

Resize resize_from_name(const std::string& name);  // throws UsageError

// Radius of the interpolation kernel in raw pixels: 1 or 2. A padded image is rotated with bilinear interpolation.
inline int kernel_radius(Resize resize) {
  return resize == Resize::kBicubic ? 2 : 1;
}

// Weight of a raw pixel at a distance of d pixels from the sampled point: the triangle max(0, 1 - |d|), or the cubic
// convolution of Keys (IEEE Trans. ASSP 29, 1981) with a = -0.75, as in PyTorch.
// Real: a number type, or a vector of numbers.
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

// One-dimensional resampling along an axis, as a scatter: raw pixel i adds weight[begin[i] + k] times its value to the
// output pixels first[i] + k, k < begin[i + 1] - begin[i].
struct AxisScatter {
  std::vector<int> first;
  std::vector<int> begin;
  std::vector<float> weight;
};

// The content beyond the edge of the image: the edge pixel repeated (PyTorch's upsample), or nothing (the image is a
// crop of the detector).
enum class Edge { kRepeated, kEmpty };

// Computes the scatter of one axis from `source` raw pixels to `size` output pixels into `axis`. Output pixel o samples
// the raw axis at (o + 1/2) source / size - 1/2 - shift.
// Resize::kSum: raw pixel i is added to output pixel floor((i + shift + 1/2) size / source), in exact integers.
// Resize::kPad needs no weights, because pixels are copied (scatter.h), and throws Error.
void make_axis_scatter(Resize resize, int source, int size, int shift, Edge edge, AxisScatter& axis);

}  // namespace jetvit
