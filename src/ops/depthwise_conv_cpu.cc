#include <algorithm>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include "compute/stored_float.h"
#include "ops/activate_values.h"
#include "ops/block_sums.h"
#include "ops/cpu_kernels.h"
#include "ops/depthwise_conv.h"
#include "ops/packed_depthwise.h"
#include "ops/row_blocks.h"
#include "ops/stored_lanes.h"

namespace jetvit {
namespace {

constexpr std::int64_t kWide = kLanes;
constexpr std::int64_t kTile = 4;  // adjacent windows that share their loads

// One image of a batch in channels-last memory.
struct Plane {
  std::int64_t height, width, channels;
};

// Columns of the image and its padding that a row of windows covers.
std::int64_t columns_under(const ConvWindows& grid, std::int64_t kernel) {
  return (grid.width - 1) * grid.stride + kernel;
}

// Sixteen channels of adjacent pixels as float32, `spread` vectors apart.
template <class V, class T>
JETVIT_ALWAYS_INLINE void fetch_pixels(const T* from, std::int64_t count, std::int64_t channels, float* to,
                                       std::int64_t spread) {
  for (std::int64_t pixel = 0; pixel < count; ++pixel, from += channels, to += spread * kWide) {
    V values;
    load(from, values);
    store(values, to);
  }
}

// Sixteen channels of the rows of an image, pixel after pixel, as float32, with zeros at both ends: what the windows of
// one row of output need, each row loaded once. With `spread` 2 there is a row and a column of zeros between any two,
// as in the gradient of a convolution of stride 2.
template <class V, class T, std::int64_t kKernel>
struct RowRing {
  const T* from;
  Plane plane;
  std::int64_t spread;
  std::int64_t left, columns;  // `columns` columns are needed, the first of them `left` columns left of the image
  // For kKernel rows of them: all zero, or used by a ring for an image of the same size. What lies between its pixels
  // stays zero.
  float* room;
  std::int64_t last = -1;

  // The row as floats, from column -left on; nullptr where all of it is zero. Rows are requested in ascending order,
  // and the last kKernel of them are kept.
  JETVIT_ALWAYS_INLINE const float* row(std::int64_t index) {
    if (index < 0 || index % spread != 0 || index / spread >= plane.height) return nullptr;
    const std::int64_t step = columns * kWide;
    float* const slot = room + index % kKernel * step;
    if (index > last) {
      last = index;
      const T* pixel = from + index / spread * plane.width * plane.channels;
      float* const to = slot + left * kWide;
      const std::int64_t count = std::min(plane.width, (columns - left + spread - 1) / spread);
      fetch_pixels<V>(pixel, count, plane.channels, to, spread);
    }
    return slot;
  }
};

// Calls add(window, tap, pixel) for kCount adjacent windows, pixel by pixel of the row under them.
template <class V, std::int64_t kKernel, std::int64_t kStride, std::int64_t kCount, class Add>
JETVIT_ALWAYS_INLINE void for_each_tap(const float* row, Add add) {
#pragma GCC unroll 16
  for (std::int64_t column = 0; column < (kCount - 1) * kStride + kKernel; ++column) {
    V pixel;
    load(row + column * kWide, pixel);
#pragma GCC unroll 8
    for (std::int64_t window = 0; window < kCount; ++window) {
      const std::int64_t tap = column - window * kStride;
      if (tap >= 0 && tap < kKernel) add(window, tap, pixel);
    }
  }
}

// The gradient of the weights of a row: sums[tap] += gradients of kCount adjacent windows * their pixels.
template <std::int64_t kKernel, std::int64_t kStride, std::int64_t kCount, class V>
JETVIT_ALWAYS_INLINE void add_weight_gradients(const float* row, const float* gradients, V* sums) {
  V gradient[kCount];
#pragma GCC unroll 8
  for (std::int64_t window = 0; window < kCount; ++window) load(gradients + window * kWide, gradient[window]);
  for_each_tap<V, kKernel, kStride, kCount>(
      row, [&](std::int64_t window, std::int64_t tap, const V& pixel)
               __attribute__((always_inline)) { sums[tap] += gradient[window] * pixel; });
}

// kCount adjacent windows, from `column` of the rows on.
template <std::int64_t kKernel, std::int64_t kStride, std::int64_t kCount, class V, class T>
JETVIT_ALWAYS_INLINE void convolve_windows(const float* const* rows, std::int64_t column, const V* weights,
                                           const V& bias, T* to, std::int64_t channels) {
  V sums[kCount];
  for (std::int64_t window = 0; window < kCount; ++window) sums[window] = bias;
#pragma GCC unroll 8
  for (std::int64_t row = 0; row < kKernel; ++row) {
    if (rows[row] == nullptr) continue;
    const V* row_weights = weights + row * kKernel;
    for_each_tap<V, kKernel, kStride, kCount>(
        rows[row] + column * kWide, [&](std::int64_t window, std::int64_t tap, const V& pixel)
                                        __attribute__((always_inline)) { sums[window] += row_weights[tap] * pixel; });
  }
#pragma GCC unroll 8
  for (std::int64_t window = 0; window < kCount; ++window) store(sums[window], to + window * channels);
}

// Sixteen channels of one image: from (height, width, channels), taps [row][column][channel], bias [channel] or
// nullptr.
template <class V, std::int64_t kKernel, std::int64_t kStride, class T>
JETVIT_ALWAYS_INLINE void convolve_lanes(const T* from, const Plane& plane, std::int64_t spread, const float* taps,
                                         const float* bias, const ConvWindows& grid, T* to, float* room) {
  V weights[kKernel * kKernel];
  for (std::int64_t tap = 0; tap < kKernel * kKernel; ++tap) load(taps + tap * plane.channels, weights[tap]);
  V offset = {};
  if (bias != nullptr) load(bias, offset);
  RowRing<V, T, kKernel> ring{from, plane, spread, grid.left, columns_under(grid, kKernel), room};
  for (std::int64_t y = 0; y < grid.height; ++y) {
    const float* rows[kKernel];
    for (std::int64_t tap = 0; tap < kKernel; ++tap) rows[tap] = ring.row(y * kStride - grid.top + tap);
    T* pixel = to + y * grid.width * plane.channels;
    std::int64_t x = 0;
    for (; x + kTile <= grid.width; x += kTile) {
      convolve_windows<kKernel, kStride, kTile>(rows, x * kStride, weights, offset, pixel + x * plane.channels,
                                                plane.channels);
    }
    for (; x < grid.width; ++x) {
      convolve_windows<kKernel, kStride, 1>(rows, x * kStride, weights, offset, pixel + x * plane.channels,
                                            plane.channels);
    }
  }
}

template <class V, std::int64_t kKernel, std::int64_t kStride, class T>
JETVIT_ALWAYS_INLINE void weight_gradients_of_lanes(const T* from, const Plane& plane, const T* gradient,
                                                    const ConvWindows& grid, float* to, float* room) {
  const std::int64_t columns = columns_under(grid, kKernel);
  RowRing<V, T, kKernel> ring{from, plane, 1, grid.left, columns, room};
  float* const gradients = room + kKernel * columns * kWide;
  V sums[kKernel * kKernel] = {};
  for (std::int64_t y = 0; y < grid.height; ++y) {
    fetch_pixels<V>(gradient + y * grid.width * plane.channels, grid.width, plane.channels, gradients, 1);
    for (std::int64_t tap = 0; tap < kKernel; ++tap) {
      const float* const row = ring.row(y * kStride - grid.top + tap);
      if (row == nullptr) continue;
      V taps[kKernel];
      std::copy(sums + tap * kKernel, sums + (tap + 1) * kKernel, taps);
      std::int64_t x = 0;
      for (; x + kTile <= grid.width; x += kTile) {
        add_weight_gradients<kKernel, kStride, kTile>(row + x * kStride * kWide, gradients + x * kWide, taps);
      }
      for (; x < grid.width; ++x) {
        add_weight_gradients<kKernel, kStride, 1>(row + x * kStride * kWide, gradients + x * kWide, taps);
      }
      std::copy(taps, taps + kKernel, sums + tap * kKernel);
    }
  }
  for (std::int64_t tap = 0; tap < kKernel * kKernel; ++tap) store(sums[tap], to + tap * plane.channels);
}

// By size of the kernel and stride.
template <class V, class T>
JETVIT_ALWAYS_INLINE void convolve_of(std::int64_t kernel, const T* from, const Plane& plane, std::int64_t spread,
                                      const float* taps, const float* bias, const ConvWindows& grid, T* to,
                                      float* room) {
  if (kernel == 3 && grid.stride == 1) convolve_lanes<V, 3, 1>(from, plane, spread, taps, bias, grid, to, room);
  if (kernel == 3 && grid.stride == 2) convolve_lanes<V, 3, 2>(from, plane, spread, taps, bias, grid, to, room);
  if (kernel == 5 && grid.stride == 1) convolve_lanes<V, 5, 1>(from, plane, spread, taps, bias, grid, to, room);
  if (kernel == 5 && grid.stride == 2) convolve_lanes<V, 5, 2>(from, plane, spread, taps, bias, grid, to, room);
}

template <class V, class T>
JETVIT_ALWAYS_INLINE void weight_gradients_of(std::int64_t kernel, const T* from, const Plane& plane, const T* gradient,
                                              const ConvWindows& grid, float* to, float* room) {
  if (kernel == 3 && grid.stride == 1) weight_gradients_of_lanes<V, 3, 1>(from, plane, gradient, grid, to, room);
  if (kernel == 3 && grid.stride == 2) weight_gradients_of_lanes<V, 3, 2>(from, plane, gradient, grid, to, room);
  if (kernel == 5 && grid.stride == 1) weight_gradients_of_lanes<V, 5, 1>(from, plane, gradient, grid, to, room);
  if (kernel == 5 && grid.stride == 2) weight_gradients_of_lanes<V, 5, 2>(from, plane, gradient, grid, to, room);
}

// By type of vectors.
template <class T>
JETVIT_ALWAYS_INLINE void convolve_by(std::int64_t kernel, const T* from, const Plane& plane, std::int64_t spread,
                                      const float* taps, const float* bias, const ConvWindows& grid, T* to,
                                      float* room) {
  if (has_whole_vectors()) {
    convolve_of<Vector>(kernel, from, plane, spread, taps, bias, grid, to, room);
  } else {
    convolve_of<VectorPair>(kernel, from, plane, spread, taps, bias, grid, to, room);
  }
}

template <class T>
JETVIT_ALWAYS_INLINE void weight_gradients_by(std::int64_t kernel, const T* from, const Plane& plane, const T* gradient,
                                              const ConvWindows& grid, float* to, float* room) {
  if (has_whole_vectors()) {
    weight_gradients_of<Vector>(kernel, from, plane, gradient, grid, to, room);
  } else {
    weight_gradients_of<VectorPair>(kernel, from, plane, gradient, grid, to, room);
  }
}

// One version for each instruction set and stored type: target clones cannot be templates.
JETVIT_VECTOR_CLONES void convolve(std::int64_t kernel, const float* from, const Plane& plane, std::int64_t spread,
                                   const float* taps, const float* bias, const ConvWindows& grid, float* to,
                                   float* room) {
  convolve_by(kernel, from, plane, spread, taps, bias, grid, to, room);
}

JETVIT_VECTOR_CLONES void convolve(std::int64_t kernel, const at::BFloat16* from, const Plane& plane,
                                   std::int64_t spread, const float* taps, const float* bias, const ConvWindows& grid,
                                   at::BFloat16* to, float* room) {
  convolve_by(kernel, from, plane, spread, taps, bias, grid, to, room);
}

JETVIT_VECTOR_CLONES void weight_gradients(std::int64_t kernel, const float* from, const Plane& plane,
                                           const float* gradient, const ConvWindows& grid, float* to, float* room) {
  weight_gradients_by(kernel, from, plane, gradient, grid, to, room);
}

JETVIT_VECTOR_CLONES void weight_gradients(std::int64_t kernel, const at::BFloat16* from, const Plane& plane,
                                           const at::BFloat16* gradient, const ConvWindows& grid, float* to,
                                           float* room) {
  weight_gradients_by(kernel, from, plane, gradient, grid, to, room);
}

Plane plane_of(const at::Tensor& x) {
  return {x.size(2), x.size(3), x.size(1)};
}

// Calls body(image, first channel, room) for every sixteen channels of every image, on the threads of ATen. Where their
// number is no multiple of sixteen, the last ones overlap those before and are computed twice, to the same values.
// `room` is for `columns` vectors, initially zero, and is passed on from one call to the next.
template <class Body>
void for_each_lanes(const at::Tensor& x, std::int64_t columns, Body body) {
  const std::int64_t channels = x.size(1);
  const std::int64_t blocks = (channels + kWide - 1) / kWide;
  at::parallel_for(0, x.size(0) * blocks, grain_of(x.size(0) * blocks, x.numel()),
                   [&](std::int64_t begin, std::int64_t end) {
                     std::vector<float> room(static_cast<std::size_t>(columns * kWide));
                     for (std::int64_t task = begin; task < end; ++task) {
                       body(task / blocks, std::min(task % blocks * kWide, channels - kWide), room.data());
                     }
                   });
}

// The weights (C, 1, k, k) as [tap][channel]: rotated by 180 degrees for the gradient of the image, rounded to the
// dtype of the image.
std::vector<float> taps_of(const at::Tensor& weight, at::ScalarType stored, bool rotated) {
  const std::int64_t channels = weight.size(0);
  const std::int64_t taps = weight.size(2) * weight.size(3);
  const at::Tensor rounded = weight.to(stored).to(at::kFloat).contiguous();
  const float* from = rounded.const_data_ptr<float>();
  std::vector<float> out(static_cast<std::size_t>(taps * channels));
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const std::int64_t target = rotated ? taps - 1 - tap : tap;
      out[static_cast<std::size_t>(target * channels + channel)] = from[channel * taps + tap];
    }
  }
  return out;
}

// taps: [tap][channel]; biases: [channel], or null.
at::Tensor convolved(const at::Tensor& x, std::int64_t kernel, const std::vector<float>& taps, const float* biases,
                     std::int64_t spread, const ConvWindows& grid) {
  const Plane plane = plane_of(x);
  at::Tensor y = at::empty({x.size(0), plane.channels, grid.height, grid.width},
                           x.options().memory_format(at::MemoryFormat::ChannelsLast));
  with_stored_type(x, [&](auto stored) {
    const auto* from = x.const_data_ptr<decltype(stored)>();
    auto* to = y.data_ptr<decltype(stored)>();
    for_each_lanes(x, kernel * columns_under(grid, kernel), [&](std::int64_t image, std::int64_t channel, float* room) {
      convolve(kernel, from + image * plane.height * plane.width * plane.channels + channel, plane, spread,
               taps.data() + channel, biases == nullptr ? nullptr : biases + channel, grid,
               to + image * grid.height * grid.width * plane.channels + channel, room);
    });
  });
  return y;
}

at::Tensor convolved(const at::Tensor& x, const at::Tensor& weight, bool rotated, const at::Tensor& bias,
                     std::int64_t spread, const ConvWindows& grid) {
  return convolved(x, weight.size(2), taps_of(weight, x.scalar_type(), rotated),
                   bias.defined() ? bias.const_data_ptr<float>() : nullptr, spread, grid);
}

at::Tensor weight_gradient_of(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& gy,
                              const ConvWindows& grid) {
  const Plane plane = plane_of(x);
  const std::int64_t kernel = weight.size(2);
  const std::int64_t taps = kernel * kernel;
  // [image][tap][channel]
  BlockSums sums(static_cast<std::size_t>(x.size(0)), static_cast<std::size_t>(taps * plane.channels));
  with_stored_type(x, [&](auto stored) {
    const auto* from = x.const_data_ptr<decltype(stored)>();
    const auto* gradient = gy.const_data_ptr<decltype(stored)>();
    const std::int64_t columns = kernel * columns_under(grid, kernel) + grid.width;
    for_each_lanes(x, columns, [&](std::int64_t image, std::int64_t channel, float* room) {
      weight_gradients(kernel, from + image * plane.height * plane.width * plane.channels + channel, plane,
                       gradient + image * grid.height * grid.width * plane.channels + channel, grid,
                       sums.of(static_cast<std::size_t>(image)) + channel, room);
    });
  });
  const std::vector<double> totals = sums.totals();
  at::Tensor out = at::empty_like(weight, at::MemoryFormat::Contiguous);
  auto* to = out.data_ptr<float>();
  for (std::int64_t channel = 0; channel < plane.channels; ++channel) {
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      to[channel * taps + tap] = static_cast<float>(totals[static_cast<std::size_t>(tap * plane.channels + channel)]);
    }
  }
  return out;
}

// y in channels-last memory, image by image.
at::Tensor activate_in_place(at::Tensor y, Activation activation) {
  const std::int64_t values = y.numel() / y.size(0);
  auto* to = y.data_ptr<float>();
  at::parallel_for(0, y.size(0), grain_of(y.size(0), y.numel()), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t image = begin; image < end; ++image) {
      activate_values(activation, to + image * values, to + image * values, static_cast<std::size_t>(values));
    }
  });
  return y;
}

}  // namespace

bool PackedDepthwise::can_pack(const at::Tensor& weight, std::int64_t stride, std::int64_t groups) {
  const std::int64_t side = weight.size(2);
  return groups == weight.size(0) && weight.size(1) == 1 && groups >= kWide && (side == 3 || side == 5) &&
         weight.size(3) == side && (stride == 1 || stride == 2);
}

PackedDepthwise::PackedDepthwise(const at::Tensor& weight, const at::Tensor& bias)
    : kernel_(weight.size(2)), taps_(taps_of(weight.detach(), at::kFloat, false)) {
  bias_.assign(static_cast<std::size_t>(weight.size(0)), 0.0F);
  if (!bias.defined()) return;
  const at::Tensor values = bias.detach().contiguous();
  std::copy_n(values.const_data_ptr<float>(), bias_.size(), bias_.data());
}

at::Tensor PackedDepthwise::images(const at::Tensor& x, std::int64_t stride, std::int64_t padding,
                                   std::optional<Activation> activation) const {
  TORCH_CHECK(x.dim() == 4 && x.size(1) == static_cast<std::int64_t>(bias_.size()), "x: ", x.sizes(), " for ",
              bias_.size(), " channels");
  const auto windows = [&](std::int64_t axis) { return (x.size(axis) + 2 * padding - kernel_) / stride + 1; };
  at::Tensor y = convolved(x, kernel_, taps_, bias_.data(), 1, {stride, padding, padding, windows(2), windows(3)});
  return activation ? activate_in_place(y, *activation) : y;
}

at::Tensor depthwise_conv_cpu(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                              std::int64_t stride, std::int64_t top, std::int64_t left, std::int64_t height,
                              std::int64_t width) {
  return convolved(x, weight, false, bias.value_or(at::Tensor()), 1, {stride, top, left, height, width});
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> depthwise_conv_backward_cpu(
    const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& weight, std::int64_t stride, std::int64_t top,
    std::int64_t left, std::array<bool, 3> output_mask) {
  const ConvWindows grid{stride, top, left, gradient.size(2), gradient.size(3)};
  const at::Tensor gy = gradient.to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
  const std::int64_t last = weight.size(2) - 1;
  at::Tensor gx, weight_gradient, bias_gradient;
  if (output_mask[0]) {
    const ConvWindows pixels{1, last - top, last - left, x.size(2), x.size(3)};
    gx = convolved(gy, weight, true, {}, stride, pixels);
  }
  if (output_mask[1]) weight_gradient = weight_gradient_of(x, weight, gy, grid);
  if (output_mask[2]) bias_gradient = gy.sum({0, 2, 3}, false, at::kFloat);
  return {gx, weight_gradient, bias_gradient};
}

}  // namespace jetvit
