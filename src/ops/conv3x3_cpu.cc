#include <algorithm>
#include <type_traits>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include "ops/block_sums.h"
#include "ops/cpu_kernels.h"
#include "ops/lanes.h"

namespace jetvit {
namespace {

constexpr std::size_t kWindowSide = 3;        // pixels along a side of the window
constexpr std::size_t kBandFloats = 1 << 15;  // of the image with its margin that are processed at a time
constexpr std::size_t kMostBlocks = 32;       // of images with separate sums of weight gradients

// Sizes of the images and of the result.
struct Sizes {
  std::size_t images, height, width, in, out;

  std::size_t padded_width() const { return width + kWindowSide - 1; }
  std::size_t band_rows() const {
    return std::clamp<std::size_t>(kBandFloats / (padded_width() * in), kWindowSide, std::max(height, kWindowSide));
  }
  std::size_t bands() const { return (height + band_rows() - 1) / band_rows(); }
  std::size_t weights() const { return kWindowSide * kWindowSide * in * out; }
};

Sizes sizes_of(const at::Tensor& x, std::int64_t out) {
  const auto size = [&](std::int64_t axis) { return static_cast<std::size_t>(x.size(axis)); };
  return {size(0), size(2), size(3), size(1), static_cast<std::size_t>(out)};
}

// Rows of windows, and the pixels under them: `padded` (rows + 2, width + 2, in) has zeros around the image.
struct Band {
  std::size_t first, rows;
  const float* padded;
};

Band load_band(const float* image, const Sizes& sizes, std::size_t band, std::vector<float>& room) {
  const std::size_t first = band * sizes.band_rows();
  const std::size_t rows = std::min(sizes.band_rows(), sizes.height - first);
  float* to = room.data();
  for (std::size_t row = first; row < first + rows + kWindowSide - 1; ++row) {
    if (row == 0 || row > sizes.height) {
      to = std::fill_n(to, sizes.padded_width() * sizes.in, 0.0F);
      continue;
    }
    to = std::fill_n(to, sizes.in, 0.0F);
    to = std::copy_n(image + (row - 1) * sizes.width * sizes.in, sizes.width * sizes.in, to);
    to = std::fill_n(to, sizes.in, 0.0F);
  }
  return {first, rows, room.data()};
}

std::vector<float> band_room(const Sizes& sizes) {
  return std::vector<float>((sizes.band_rows() + kWindowSide - 1) * sizes.padded_width() * sizes.in);
}

// Rows of a tile of registers with sixteen columns each: enough of them that no sum waits for the one before, with
// registers left for the operands.
template <class V>
constexpr std::size_t kTileRows = std::is_same_v<V, Vector> ? 12 : 6;

// Sixteen outputs of kPixels adjacent windows; `taps` [row][column][in][out].
template <class V, std::size_t kPixels>
JETVIT_ALWAYS_INLINE void convolve_pixels(const float* padded, const Sizes& sizes, const float* taps, const float* bias,
                                          float* to) {
  const std::size_t depth = kWindowSide * sizes.in;
  V sums[kPixels];
  V first = {};
  if (bias != nullptr) load(bias, first);
  for (std::size_t pixel = 0; pixel < kPixels; ++pixel) sums[pixel] = first;
  for (std::size_t row = 0; row < kWindowSide; ++row) {
    const float* left = padded + row * sizes.padded_width() * sizes.in;
    const float* right = taps + row * depth * sizes.out;
    for (std::size_t k = 0; k < depth; ++k) {
      V values;
      load(right + k * sizes.out, values);
      for (std::size_t pixel = 0; pixel < kPixels; ++pixel) sums[pixel] += left[pixel * sizes.in + k] * values;
    }
  }
  for (std::size_t pixel = 0; pixel < kPixels; ++pixel) store(sums[pixel], to + pixel * sizes.out);
}

// As many whole tiles of kPixels windows of a row as there are; returns the first window after them.
template <class V, std::size_t kPixels>
JETVIT_ALWAYS_INLINE std::size_t convolve_tiles(std::size_t x, const float* padded, const Sizes& sizes,
                                                const float* taps, const float* bias, float* to) {
  for (; x + kPixels <= sizes.width; x += kPixels) {
    convolve_pixels<V, kPixels>(padded + x * sizes.in, sizes, taps, bias, to + x * sizes.out);
  }
  return x;
}

template <class V>
JETVIT_ALWAYS_INLINE void convolve_by(const Band& band, const Sizes& sizes, const float* taps, const float* bias,
                                      float* to) {
  for (std::size_t column = 0; column < sizes.out; column += kLanes) {
    const float* biases = bias == nullptr ? nullptr : bias + column;
    for (std::size_t row = 0; row < band.rows; ++row) {
      const float* padded = band.padded + row * sizes.padded_width() * sizes.in;
      float* target = to + row * sizes.width * sizes.out + column;
      std::size_t x = convolve_tiles<V, kTileRows<V>>(0, padded, sizes, taps + column, biases, target);
      x = convolve_tiles<V, kTileRows<V> / 2>(x, padded, sizes, taps + column, biases, target);
      convolve_tiles<V, 1>(x, padded, sizes, taps + column, biases, target);
    }
  }
}

JETVIT_VECTOR_CLONES void convolve(const Band& band, const Sizes& sizes, const float* taps, const float* bias,
                                   float* to) {
  if (has_whole_vectors()) {
    convolve_by<Vector>(band, sizes, taps, bias, to);
  } else {
    convolve_by<VectorPair>(band, sizes, taps, bias, to);
  }
}

// sums [in][out], for kRows adjacent channels in a row of windows and sixteen outputs, over all windows of the band.
// `gradient` is that of the band's windows.
template <class V, std::size_t kRows>
JETVIT_ALWAYS_INLINE void add_products(const float* padded, const float* gradient, const Sizes& sizes, std::size_t rows,
                                       float* to) {
  V sums[kRows] = {};  // of the band alone: the fewer terms a sum has, the less it loses
  for (std::size_t y = 0; y < rows; ++y) {
    const float* left = padded + y * sizes.padded_width() * sizes.in;
    const float* right = gradient + y * sizes.width * sizes.out;
    for (std::size_t x = 0; x < sizes.width; ++x) {
      V values;
      load(right + x * sizes.out, values);
      for (std::size_t row = 0; row < kRows; ++row) sums[row] += left[x * sizes.in + row] * values;
    }
  }
  for (std::size_t row = 0; row < kRows; ++row) {
    V total;
    load(to + row * sizes.out, total);
    total += sums[row];
    store(total, to + row * sizes.out);
  }
}

// A row of the window has a multiple of 48 channels, which is a multiple of tiles of 6 and of 12 rows.
template <class V>
JETVIT_ALWAYS_INLINE void weight_gradients_by(const Band& band, const float* gradient, const Sizes& sizes, float* to) {
  for (std::size_t tap = 0; tap < kWindowSide; ++tap) {
    const float* padded = band.padded + tap * sizes.padded_width() * sizes.in;
    float* sums = to + tap * kWindowSide * sizes.in * sizes.out;
    for (std::size_t column = 0; column < sizes.out; column += kLanes) {
      for (std::size_t row = 0; row < kWindowSide * sizes.in; row += kTileRows<V>) {
        add_products<V, kTileRows<V>>(padded + row, gradient + column, sizes, band.rows,
                                      sums + row * sizes.out + column);
      }
    }
  }
}

JETVIT_VECTOR_CLONES void weight_gradients(const Band& band, const float* gradient, const Sizes& sizes, float* to) {
  if (has_whole_vectors()) {
    weight_gradients_by<Vector>(band, gradient, sizes, to);
  } else {
    weight_gradients_by<VectorPair>(band, gradient, sizes, to);
  }
}

// `taps` (3, 3, in, out), contiguous.
at::Tensor convolved(const at::Tensor& x, const at::Tensor& taps, const at::Tensor& bias) {
  const Sizes sizes = sizes_of(x, taps.size(3));
  at::Tensor y = at::empty({x.size(0), taps.size(3), x.size(2), x.size(3)},
                           x.options().memory_format(at::MemoryFormat::ChannelsLast));
  const auto* from = x.const_data_ptr<float>();
  const auto* weights = taps.const_data_ptr<float>();
  const float* biases = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  auto* to = y.data_ptr<float>();
  at::parallel_for(
      0, static_cast<std::int64_t>(sizes.images * sizes.bands()), 1, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> room = band_room(sizes);
        for (auto unit = static_cast<std::size_t>(begin); unit < static_cast<std::size_t>(end); ++unit) {
          const std::size_t image = unit / sizes.bands() * sizes.height;
          const Band band = load_band(from + image * sizes.width * sizes.in, sizes, unit % sizes.bands(), room);
          convolve(band, sizes, weights, biases, to + (image + band.first) * sizes.width * sizes.out);
        }
      });
  return y;
}

at::Tensor weight_gradient_of(const at::Tensor& x, const at::Tensor& gy) {
  const Sizes sizes = sizes_of(x, gy.size(1));
  const std::size_t blocks = std::min(sizes.images, kMostBlocks);
  BlockSums sums(blocks, sizes.weights());
  const auto* from = x.const_data_ptr<float>();
  const auto* gradient = gy.const_data_ptr<float>();
  at::parallel_for(0, static_cast<std::int64_t>(blocks), 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room = band_room(sizes);
    for (auto block = static_cast<std::size_t>(begin); block < static_cast<std::size_t>(end); ++block) {
      for (std::size_t image = block * sizes.images / blocks; image < (block + 1) * sizes.images / blocks; ++image) {
        for (std::size_t index = 0; index < sizes.bands(); ++index) {
          const std::size_t row = image * sizes.height;
          const Band band = load_band(from + row * sizes.width * sizes.in, sizes, index, room);
          weight_gradients(band, gradient + (row + band.first) * sizes.width * sizes.out, sizes, sums.of(block));
        }
      }
    }
  });
  return at::tensor(at::ArrayRef<double>(sums.totals()), at::kDouble)
      .to(at::kFloat)
      .view({kWindowSide, kWindowSide, x.size(1), gy.size(1)})
      .permute({3, 2, 0, 1})
      .contiguous();
}

}  // namespace

at::Tensor conv3x3_cpu(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
  return convolved(x, weight.permute({2, 3, 1, 0}).contiguous(), bias.value_or(at::Tensor()));
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> conv3x3_backward_cpu(const at::Tensor& gradient, const at::Tensor& x,
                                                                    const at::Tensor& weight,
                                                                    std::array<bool, 3> output_mask) {
  const at::Tensor gy = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  at::Tensor gx, weight_gradient, bias_gradient;
  // The gradient of the image is a convolution with the weights rotated by 180 degrees.
  if (output_mask[0]) gx = convolved(gy, weight.flip({2, 3}).permute({2, 3, 0, 1}).contiguous(), {});
  if (output_mask[1]) weight_gradient = weight_gradient_of(x, gy);
  if (output_mask[2]) bias_gradient = gy.sum({0, 2, 3});
  return {gx, weight_gradient, bias_gradient};
}

}  // namespace jetvit
