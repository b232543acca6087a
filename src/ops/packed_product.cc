#include "ops/packed_product.h"

#include <algorithm>
#include <type_traits>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include "ops/activate_values.h"
#include "ops/lanes.h"

namespace jetvit {
namespace {

constexpr std::size_t kRowsOfTile = 6;        // of the left side: with sixteen columns, twelve registers of AVX2
constexpr std::size_t kLeftFloats = 1 << 15;  // of the left side that stay in the cache for all panels
constexpr std::size_t kMostBlockRows = 40 * kRowsOfTile;
constexpr std::size_t kMarginFloats = 1 << 15;  // of an image with its margin
constexpr std::size_t kWorthAThread = 1 << 20;  // products

// The right side of a product. Each row of the left side is `taps` pieces of `depth` floats.
struct Panels {
  const float* values;  // [panel][tap][depth][16]
  const float* bias;
  std::size_t taps, depth, out;

  std::size_t panel_size() const { return taps * depth * kLanes; }
};

// Sixteen columns of kRows rows, for each of kPanels panels.
template <class V, std::size_t kRows, std::size_t kPanels>
JETVIT_ALWAYS_INLINE void multiply_tile(const Panels& right, const float* const* left, std::size_t tap_step,
                                        std::size_t column, float* out) {
  const float* panel = right.values + column * right.taps * right.depth;
  V sums[kRows][kPanels];
  for (std::size_t index = 0; index < kPanels; ++index) {
    V bias;
    load(right.bias + column + index * kLanes, bias);
    for (std::size_t row = 0; row < kRows; ++row) sums[row][index] = bias;
  }
  const float* at[kRows];
  for (std::size_t row = 0; row < kRows; ++row) at[row] = left[row];
  for (std::size_t tap = 0; tap < right.taps; ++tap) {
    for (std::size_t k = 0; k < right.depth; ++k, panel += kLanes) {
      V values[kPanels];
      for (std::size_t index = 0; index < kPanels; ++index) load(panel + index * right.panel_size(), values[index]);
#pragma GCC unroll 8
      for (std::size_t row = 0; row < kRows; ++row) {
        for (std::size_t index = 0; index < kPanels; ++index) sums[row][index] += at[row][k] * values[index];
      }
    }
    for (std::size_t row = 0; row < kRows; ++row) at[row] += tap_step;
  }
  for (std::size_t index = 0; index < kPanels; ++index, column += kLanes) {
    for (std::size_t row = 0; row < kRows; ++row) {
      float* const to = out + row * right.out + column;
      if (column + kLanes <= right.out) {
        store(sums[row][index], to);
      } else {
        float whole[kLanes];
        store(sums[row][index], whole);
        std::copy_n(whole, right.out - column, to);
      }
    }
  }
}

template <class V, std::size_t kPanels>
JETVIT_ALWAYS_INLINE void multiply_rows(const Panels& right, const float* const* left, std::size_t rows,
                                        std::size_t tap_step, std::size_t column, float* out) {
  std::size_t row = 0;
  for (; row + kRowsOfTile <= rows; row += kRowsOfTile) {
    multiply_tile<V, kRowsOfTile, kPanels>(right, left + row, tap_step, column, out + row * right.out);
  }
  const auto rest = [&]<std::size_t kRows>(std::integral_constant<std::size_t, kRows>) __attribute__((always_inline)) {
    for (; row + kRows <= rows; row += kRows) {
      multiply_tile<V, kRows, kPanels>(right, left + row, tap_step, column, out + row * right.out);
    }
  };
  rest(std::integral_constant<std::size_t, 4>());
  rest(std::integral_constant<std::size_t, 2>());
  rest(std::integral_constant<std::size_t, 1>());
}

// Two panels at a time where a panel is a single register: a sum that follows itself waits.
template <class V>
JETVIT_ALWAYS_INLINE void multiply_panels(const Panels& right, const float* const* left, std::size_t rows,
                                          std::size_t tap_step, float* out) {
  std::size_t column = 0;
  if constexpr (std::is_same_v<V, Vector>) {
    for (; column + kLanes < right.out; column += 2 * kLanes)
      multiply_rows<V, 2>(right, left, rows, tap_step, column, out);
  }
  for (; column < right.out; column += kLanes) multiply_rows<V, 1>(right, left, rows, tap_step, column, out);
}

// out (rows, right.out) = left right + bias. Piece t of a row begins at left[row] + t tap_step.
JETVIT_VECTOR_CLONES void multiply_block(const Panels& right, const float* const* left, std::size_t rows,
                                         std::size_t tap_step, float* out) {
  if (has_whole_vectors()) {
    multiply_panels<Vector>(right, left, rows, tap_step, out);
  } else {
    multiply_panels<VectorPair>(right, left, rows, tap_step, out);
  }
}

std::size_t ceil_div(std::size_t count, std::size_t by) {
  return (count + by - 1) / by;
}

// Rows of a block: as many as the cache holds, and few enough that every thread has one where the work is worth it.
std::size_t rows_of_block(std::size_t rows, std::size_t depth, std::size_t columns) {
  std::size_t block = std::clamp(kLeftFloats / depth, kRowsOfTile, kMostBlockRows);
  const auto threads = static_cast<std::size_t>(at::get_num_threads());
  if (threads > 1 && rows * depth * columns > kWorthAThread) block = std::min(block, ceil_div(rows, threads));
  return ceil_div(block, kRowsOfTile) * kRowsOfTile;
}

template <class Body>
void for_each_part(std::size_t parts, Body body) {
  if (parts == 1) return body(std::size_t{0});
  at::parallel_for(0, static_cast<std::int64_t>(parts), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) body(static_cast<std::size_t>(part));
  });
}

// What is convolved with what.
struct Convolution {
  std::size_t height, width, in;  // of an image
  std::size_t kernel, stride, padding;
  std::size_t out_height, out_width;

  std::size_t padded_width() const { return width + 2 * padding; }
  std::size_t rows_under(std::size_t out_rows) const { return (out_rows - 1) * stride + kernel; }
};

// Rows of the result that are computed at a time.
std::size_t rows_of_band(const Convolution& sizes, std::size_t images, std::size_t out) {
  const std::size_t room = kMarginFloats / (sizes.padded_width() * sizes.in);
  std::size_t rows = room > sizes.kernel ? (room - sizes.kernel) / sizes.stride + 1 : 1;
  rows = std::clamp<std::size_t>(rows, 1, sizes.out_height);
  const auto threads = static_cast<std::size_t>(at::get_num_threads());
  const std::size_t work = sizes.out_height * sizes.out_width * sizes.kernel * sizes.kernel * sizes.in * out;
  if (images < threads && work > kWorthAThread) rows = std::min(rows, ceil_div(sizes.out_height, threads));
  return rows;
}

// The rows of an image under a band, with zeros around the image.
const float* copy_with_margin(const float* image, const Convolution& sizes, std::size_t first, std::size_t count,
                              std::vector<float>& room) {
  const std::size_t step = sizes.padded_width() * sizes.in;
  const std::size_t margin = sizes.padding * sizes.in;
  room.resize(count * step);
  float* to = room.data();
  for (std::size_t row = first; row < first + count; ++row, to += step) {
    if (row < sizes.padding || row >= sizes.padding + sizes.height) {
      std::fill_n(to, step, 0.0F);
      continue;
    }
    std::fill_n(to, margin, 0.0F);
    std::copy_n(image + (row - sizes.padding) * sizes.width * sizes.in, sizes.width * sizes.in, to + margin);
    std::fill_n(to + step - margin, margin, 0.0F);
  }
  return room.data();
}

}  // namespace

PackedProduct::PackedProduct(const at::Tensor& weight, const at::Tensor& bias)
    : in_(static_cast<std::size_t>(weight.size(1))),
      out_(static_cast<std::size_t>(weight.size(0))),
      kernel_(weight.dim() == 4 ? static_cast<std::size_t>(weight.size(2)) : 1) {
  TORCH_CHECK(weight.dim() == 2 || (weight.dim() == 4 && weight.size(2) == weight.size(3)), "weight: ", weight.sizes());
  // [out][row][column][in]
  const at::Tensor ordered = (weight.dim() == 4 ? weight.detach().permute({0, 2, 3, 1}) : weight.detach()).contiguous();
  const auto* from = ordered.const_data_ptr<float>();
  const std::size_t depth = kernel_ * kernel_ * in_;
  panels_.assign(whole_lanes(out_) * depth, 0.0F);
  for (std::size_t column = 0; column < out_; ++column) {
    float* to = panels_.data() + column / kLanes * depth * kLanes + column % kLanes;
    for (std::size_t k = 0; k < depth; ++k) to[k * kLanes] = *from++;
  }
  bias_.assign(whole_lanes(out_), 0.0F);
  if (!bias.defined()) return;
  const at::Tensor values = bias.detach().contiguous();
  std::copy_n(values.const_data_ptr<float>(), out_, bias_.data());
}

at::Tensor PackedProduct::rows(const at::Tensor& x, std::optional<Activation> activation) const {
  TORCH_CHECK(kernel_ == 1 && x.size(-1) == static_cast<std::int64_t>(in_), "x: ", x.sizes(), " for ", in_, " inputs");
  auto shape = x.sizes().vec();
  shape.back() = static_cast<std::int64_t>(out_);
  at::Tensor y = at::empty(shape, x.options());
  const Panels right{panels_.data(), bias_.data(), 1, in_, out_};
  const auto count = static_cast<std::size_t>(x.numel()) / in_;
  const std::size_t block = rows_of_block(count, in_, out_);
  const auto* from = x.const_data_ptr<float>();
  auto* to = y.mutable_data_ptr<float>();
  for_each_part(ceil_div(count, block), [&](std::size_t part) {
    const std::size_t first = part * block;
    const std::size_t rows = std::min(block, count - first);
    const float* left[kMostBlockRows];
    for (std::size_t row = 0; row < rows; ++row) left[row] = from + (first + row) * in_;
    multiply_block(right, left, rows, 0, to + first * out_);
    if (activation) activate_values(*activation, to + first * out_, to + first * out_, rows * out_);
  });
  return y;
}

at::Tensor PackedProduct::images(const at::Tensor& x, std::int64_t stride, std::int64_t padding,
                                 std::optional<Activation> activation) const {
  TORCH_CHECK(x.dim() == 4 && x.size(1) == static_cast<std::int64_t>(in_), "x: ", x.sizes(), " for ", in_, " channels");
  const auto side = static_cast<std::int64_t>(kernel_);
  const auto windows = [&](std::int64_t axis) { return (x.size(axis) + 2 * padding - side) / stride + 1; };
  TORCH_CHECK(x.size(2) + 2 * padding >= side && x.size(3) + 2 * padding >= side, "x: ", x.sizes(), " for windows of ",
              side);
  const auto size = [](std::int64_t number) { return static_cast<std::size_t>(number); };
  const Convolution sizes{size(x.size(2)),  size(x.size(3)), in_, kernel_, size(stride), size(padding),
                          size(windows(2)), size(windows(3))};
  at::Tensor y = at::empty({x.size(0), static_cast<std::int64_t>(out_), windows(2), windows(3)},
                           x.options().memory_format(at::MemoryFormat::ChannelsLast));
  const Panels right{panels_.data(), bias_.data(), kernel_, kernel_ * in_, out_};
  const auto count = size(x.size(0));
  const std::size_t band = rows_of_band(sizes, count, out_);
  const std::size_t bands = ceil_div(sizes.out_height, band);
  const auto* from = x.const_data_ptr<float>();
  auto* to = y.mutable_data_ptr<float>();
  for_each_part(count * bands, [&](std::size_t part) {
    thread_local std::vector<float> room;
    const float* image = from + part / bands * sizes.height * sizes.width * in_;
    const std::size_t first = part % bands * band;
    const std::size_t rows = std::min(band, sizes.out_height - first);
    const float* under = padding == 0
                             ? image + first * sizes.stride * sizes.width * in_
                             : copy_with_margin(image, sizes, first * sizes.stride, sizes.rows_under(rows), room);
    float* out = to + (part / bands * sizes.out_height + first) * sizes.out_width * out_;
    const std::size_t row_step = sizes.padded_width() * in_;
    const std::size_t pixels = rows * sizes.out_width;
    for (std::size_t begin = 0; begin < pixels; begin += kMostBlockRows) {
      const std::size_t block = std::min(kMostBlockRows, pixels - begin);
      const float* left[kMostBlockRows];
      for (std::size_t index = 0; index < block; ++index) {
        const std::size_t row = (begin + index) / sizes.out_width;
        const std::size_t column = (begin + index) % sizes.out_width;
        left[index] = under + row * sizes.stride * row_step + column * sizes.stride * in_;
      }
      multiply_block(right, left, block, row_step, out + begin * out_);
      if (activation) activate_values(*activation, out + begin * out_, out + begin * out_, block * out_);
    }
  });
  return y;
}

}  // namespace jetvit
