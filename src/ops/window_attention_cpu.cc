#include <algorithm>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include "compute/stored_float.h"
#include "ops/cpu_kernels.h"
#include "ops/lanes.h"
#include "ops/small_matmul.h"
#include "ops/window_layout.h"

namespace jetvit {
namespace {

constexpr std::size_t kChunk = 8;  // channels that are copied together: heads are often multiples of 8, not of 16

// Copies rows of `depth` values, `step` apart, from the tokens' positions into a local matrix; for tokens without a
// position `padding`, or zeros where that is null.
template <class T>
JETVIT_ALWAYS_INLINE void gather_of(const T* image, std::size_t step, const float* padding,
                                    const std::int64_t* positions, const WindowLayout& layout, float factor,
                                    float* to) {
  for (std::size_t token = 0; token < layout.tokens; ++token, to += layout.depth_step) {
    if (positions[token] >= 0) {
      const T* from = image + static_cast<std::size_t>(positions[token]) * step;
      std::size_t c = 0;
      for (; c + kChunk <= layout.depth; c += kChunk) {
        JETVIT_INDEPENDENT_ITERATIONS
        for (std::size_t lane = 0; lane < kChunk; ++lane) to[c + lane] = factor * to_float(from[c + lane]);
      }
      for (; c < layout.depth; ++c) to[c] = factor * to_float(from[c]);
    } else if (padding != nullptr) {
      JETVIT_INDEPENDENT_ITERATIONS
      for (std::size_t c = 0; c < layout.depth; ++c) to[c] = factor * padding[c];
    } else {
      std::fill(to, to + layout.depth, 0.0F);
    }
  }
}

// Target clones cannot be templates.
JETVIT_VECTOR_CLONES void gather(const float* image, std::size_t step, const float* padding,
                                 const std::int64_t* positions, const WindowLayout& layout, float factor, float* to) {
  gather_of(image, step, padding, positions, layout, factor, to);
}

JETVIT_VECTOR_CLONES void gather(const at::BFloat16* image, std::size_t step, const float* padding,
                                 const std::int64_t* positions, const WindowLayout& layout, float factor, float* to) {
  gather_of(image, step, padding, positions, layout, factor, to);
}

// A block of kLanes x kLanes at a time, in as many vectors; the matrices are padded to whole blocks of columns, and
// rows after the last are left out.
JETVIT_VECTOR_CLONES void transpose(const float* from, const WindowLayout& layout, float* to) {
  for (std::size_t token = 0; token < layout.tokens; token += kLanes) {
    const std::size_t count = std::min(kLanes, layout.tokens - token);
    for (std::size_t c = 0; c < layout.depth_step; c += kLanes) {
      transpose_block(from + token * layout.depth_step + c, layout.depth_step, count,
                      to + c * layout.token_step + token, layout.token_step);
    }
  }
}

// The attention weights from q and k: softmax of q k^T + bias + mask.
JETVIT_VECTOR_CLONES void attend(const WindowLayout& layout, const float* bias, const std::int64_t* region,
                                 WindowScratch& scratch) {
  constexpr float kNever = -1e30F;
  const std::size_t tokens = layout.tokens;
  for (std::size_t query = 0; query < tokens; ++query) {
    float* row = scratch.weights.data() + query * layout.token_step;
    if (bias == nullptr) {
      std::fill(row, row + tokens, 0.0F);
    } else {
      std::copy(bias + query * tokens, bias + (query + 1) * tokens, row);
    }
    if (region != nullptr) {
      JETVIT_INDEPENDENT_ITERATIONS
      for (std::size_t key = 0; key < tokens; ++key) row[key] += region[query] == region[key] ? 0.0F : kMasked;
    }
    std::fill(row + tokens, row + layout.token_step, kNever);
  }
  small_matmul({scratch.q.data(), layout.depth_step, 1}, scratch.transposed.data(), layout.token_step,
               scratch.weights.data(), layout.token_step, tokens, layout.depth, layout.token_step, true);
  // Each pass goes over all rows: within one row it would wait for the result of the pass before.
  float* of_row = scratch.of_row.data();
  for (std::size_t query = 0; query < tokens; ++query) {
    of_row[query] = maximum_of(scratch.weights.data() + query * layout.token_step, layout.token_step);
  }
  for (std::size_t query = 0; query < tokens; ++query) {
    float* row = scratch.weights.data() + query * layout.token_step;
    const float most = of_row[query];
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t key = 0; key < layout.token_step; ++key) row[key] = vector_exp(row[key] - most);
  }
  for (std::size_t query = 0; query < tokens; ++query) {
    of_row[query] = 1.0F / sum_of(scratch.weights.data() + query * layout.token_step, layout.token_step);
  }
  for (std::size_t query = 0; query < tokens; ++query) {
    float* row = scratch.weights.data() + query * layout.token_step;
    const float factor = of_row[query];
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t key = 0; key < layout.token_step; ++key) row[key] *= factor;
  }
}

JETVIT_VECTOR_CLONES void mix_values(const WindowLayout& layout, WindowScratch& scratch) {
  small_matmul({scratch.weights.data(), layout.token_step, 1}, scratch.v.data(), layout.depth_step, scratch.y.data(),
               layout.depth_step, layout.tokens, layout.tokens, layout.depth_step, false);
}

// With the gradient of the result in y: writes that of the values to `out`, and that of the scores.
JETVIT_VECTOR_CLONES void differentiate(const WindowLayout& layout, WindowScratch& scratch, float* bias_gradient) {
  const std::size_t tokens = layout.tokens;
  small_matmul({scratch.weights.data(), 1, layout.token_step}, scratch.y.data(), layout.depth_step, scratch.out.data(),
               layout.depth_step, tokens, tokens, layout.depth_step, false);
  // `transposed` holds the values here.
  small_matmul({scratch.y.data(), layout.depth_step, 1}, scratch.transposed.data(), layout.token_step,
               scratch.score_gradient.data(), layout.token_step, tokens, layout.depth, layout.token_step, false);
  for (std::size_t query = 0; query < tokens; ++query) {
    const float* weights = scratch.weights.data() + query * layout.token_step;
    float* row = scratch.score_gradient.data() + query * layout.token_step;
    const float mean = sum_of_products(weights, row, layout.token_step);
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t key = 0; key < layout.token_step; ++key) row[key] = weights[key] * (row[key] - mean);
    if (bias_gradient == nullptr) continue;
    float* sum = bias_gradient + query * tokens;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t key = 0; key < tokens; ++key) sum[key] += row[key];
  }
}

JETVIT_VECTOR_CLONES void query_gradient(const WindowLayout& layout, WindowScratch& scratch) {
  small_matmul({scratch.score_gradient.data(), layout.token_step, 1}, scratch.k.data(), layout.depth_step,
               scratch.out.data(), layout.depth_step, layout.tokens, layout.tokens, layout.depth_step, false);
}

JETVIT_VECTOR_CLONES void key_gradient(const WindowLayout& layout, WindowScratch& scratch) {
  small_matmul({scratch.score_gradient.data(), 1, layout.token_step}, scratch.q.data(), layout.depth_step,
               scratch.out.data(), layout.depth_step, layout.tokens, layout.tokens, layout.depth_step, false);
}

// Copies local rows back to the tokens' positions; those of padding are added up, or dropped where `padding` is null.
template <class T>
JETVIT_ALWAYS_INLINE void scatter_of(const float* from, const std::int64_t* positions, const WindowLayout& layout,
                                     float factor, T* image, std::size_t step, float* padding) {
  for (std::size_t token = 0; token < layout.tokens; ++token, from += layout.depth_step) {
    if (positions[token] >= 0) {
      T* to = image + static_cast<std::size_t>(positions[token]) * step;
      std::size_t c = 0;
      for (; c + kChunk <= layout.depth; c += kChunk) {
        JETVIT_INDEPENDENT_ITERATIONS
        for (std::size_t lane = 0; lane < kChunk; ++lane) store(factor * from[c + lane], to[c + lane]);
      }
      for (; c < layout.depth; ++c) store(factor * from[c], to[c]);
    } else if (padding != nullptr) {
      for (std::size_t c = 0; c < layout.depth; ++c) padding[c] += factor * from[c];
    }
  }
}

JETVIT_VECTOR_CLONES void scatter(const float* from, const std::int64_t* positions, const WindowLayout& layout,
                                  float factor, float* image, std::size_t step, float* padding) {
  scatter_of(from, positions, layout, factor, image, step, padding);
}

JETVIT_VECTOR_CLONES void scatter(const float* from, const std::int64_t* positions, const WindowLayout& layout,
                                  float factor, at::BFloat16* image, std::size_t step, float* padding) {
  scatter_of(from, positions, layout, factor, image, step, padding);
}

// Calls body(block, head, image, window, scratch) on the threads of ATen, in order for each block and head. The heads
// of a window are adjacent in memory and are processed together, unless that leaves threads without work.
template <class Body>
void for_each_window(const WindowLayout& layout, Body body) {
  const bool together = layout.blocks() >= 2 * static_cast<std::size_t>(at::get_num_threads());
  const std::size_t groups = together ? 1 : layout.heads;  // of heads
  at::parallel_for(0, static_cast<std::int64_t>(layout.blocks() * groups), 1,
                   [&](std::int64_t begin, std::int64_t end) {
                     WindowScratch scratch(layout);
                     for (auto unit = static_cast<std::size_t>(begin); unit < static_cast<std::size_t>(end); ++unit) {
                       const std::size_t block = unit / groups;
                       const std::size_t first_head = unit % groups;
                       const std::size_t last_head = together ? layout.heads : first_head + 1;
                       const std::size_t last_image = (block + 1) * layout.images / layout.blocks();
                       for (std::size_t image = block * layout.images / layout.blocks(); image < last_image; ++image) {
                         for (std::size_t window = 0; window < layout.windows; ++window) {
                           for (std::size_t head = first_head; head < last_head; ++head)
                             body(block, head, image, window, scratch);
                         }
                       }
                     }
                   });
}

// values + first, or null where there are no values.
template <class T>
T* offset_or_null(T* values, std::size_t first) {
  return values == nullptr ? nullptr : values + first;
}

// q, k, v and the weights of one head in one window; leaves k in `transposed`. image and padding at the head's queries.
template <class T>
void load_and_attend(const WindowLayout& layout, const T* image, const float* padding, const float* bias,
                     std::size_t window, WindowScratch& scratch) {
  const std::int64_t* positions = layout.positions.data() + window * layout.tokens;
  const std::size_t step = 3 * layout.channels;
  const auto load = [&](std::size_t kind, float factor, std::vector<float>& to) {
    const std::size_t first = kind * layout.kind_step;
    gather(image + first, step, offset_or_null(padding, first), positions, layout, factor, to.data());
  };
  load(0, layout.scale(), scratch.q);
  load(1, 1, scratch.k);
  load(2, 1, scratch.v);
  transpose(scratch.k.data(), layout, scratch.transposed.data());
  attend(layout, bias, layout.region_of(window), scratch);
}

// Null for a tensor without values.
float* data_or_null(const at::Tensor& x) {
  return x.numel() > 0 ? x.data_ptr<float>() : nullptr;
}

const float* data_or_null(const std::optional<at::Tensor>& x) {
  return x ? x->const_data_ptr<float>() : nullptr;
}

template <class T>
void attend_windows(const WindowLayout& layout, const T* qkv, const float* padding, const float* bias, T* y) {
  const std::size_t scores = layout.tokens * layout.tokens;
  for_each_window(layout,
                  [&](std::size_t, std::size_t head, std::size_t image, std::size_t window, WindowScratch& scratch) {
                    const std::size_t begin = image * layout.pixels * layout.channels;
                    const std::size_t column = head * layout.head_step;
                    load_and_attend(layout, qkv + 3 * begin + column, offset_or_null(padding, column),
                                    offset_or_null(bias, head * scores), window, scratch);
                    mix_values(layout, scratch);
                    scatter(scratch.y.data(), layout.positions.data() + window * layout.tokens, layout, 1,
                            y + begin + head * layout.depth, layout.channels, nullptr);
                  });
}

// The sums over the images are those of a block, of which there is a row each.
template <class T>
void differentiate_windows(const WindowLayout& layout, const T* qkv, const float* padding, const float* bias,
                           const T* gradient, T* qkv_gradient, float* padding_sums, float* bias_sums) {
  const std::size_t scores = layout.tokens * layout.tokens;
  const std::size_t step = 3 * layout.channels;
  for_each_window(layout, [&](std::size_t block, std::size_t head, std::size_t image, std::size_t window,
                              WindowScratch& scratch) {
    const std::size_t begin = image * layout.pixels * layout.channels;
    const std::size_t column = head * layout.head_step;
    float* padding_sum = offset_or_null(padding_sums, block * step + column);
    const std::int64_t* positions = layout.positions.data() + window * layout.tokens;
    const auto keep = [&](std::size_t kind, float factor) {
      const std::size_t at = kind * layout.kind_step;
      scatter(scratch.out.data(), positions, layout, factor, qkv_gradient + 3 * begin + column + at, step,
              offset_or_null(padding_sum, at));
    };
    load_and_attend(layout, qkv + 3 * begin + column, offset_or_null(padding, column),
                    offset_or_null(bias, head * scores), window, scratch);
    gather(gradient + begin + head * layout.depth, layout.channels, nullptr, positions, layout, 1, scratch.y.data());
    transpose(scratch.v.data(), layout, scratch.transposed.data());
    differentiate(layout, scratch, offset_or_null(bias_sums, (block * layout.heads + head) * scores));
    keep(2, 1);
    query_gradient(layout, scratch);
    keep(0, layout.scale());
    key_gradient(layout, scratch);
    keep(1, 1);
  });
}

}  // namespace

at::Tensor window_attention_cpu(const at::Tensor& qkv, const std::optional<at::Tensor>& padding,
                                const std::optional<at::Tensor>& bias, std::int64_t heads, bool heads_outermost,
                                std::int64_t side, std::int64_t window, std::int64_t shift, bool spread) {
  const WindowLayout layout(qkv, {heads, heads_outermost}, {side, window, shift, spread});
  at::Tensor y = at::empty({qkv.size(0), side, side, qkv.size(3) / 3}, qkv.options());
  with_stored_type(qkv, [&](auto stored) {
    using T = decltype(stored);
    attend_windows(layout, qkv.const_data_ptr<T>(), data_or_null(padding), data_or_null(bias), y.data_ptr<T>());
  });
  return y;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> window_attention_backward_cpu(
    const at::Tensor& gradient, const at::Tensor& qkv, const std::optional<at::Tensor>& padding,
    const std::optional<at::Tensor>& bias, std::int64_t heads, bool heads_outermost, std::int64_t side,
    std::int64_t window, std::int64_t shift, bool spread, bool for_padding, bool for_bias) {
  const WindowLayout layout(qkv, {heads, heads_outermost}, {side, window, shift, spread});
  const at::Tensor gy = gradient.contiguous();
  at::Tensor qkv_gradient = at::empty_like(qkv);
  const auto blocks = static_cast<std::int64_t>(layout.blocks());
  const auto options = qkv.options().dtype(at::kFloat);
  // A row of sums for each block of images, or empty.
  const at::Tensor padding_sums = at::zeros({blocks, for_padding ? padding->numel() : 0}, options);
  const at::Tensor bias_sums = at::zeros({blocks, for_bias ? bias->numel() : 0}, options);
  with_stored_type(qkv, [&](auto stored) {
    using T = decltype(stored);
    differentiate_windows(layout, qkv.const_data_ptr<T>(), data_or_null(padding), data_or_null(bias),
                          gy.const_data_ptr<T>(), qkv_gradient.data_ptr<T>(), data_or_null(padding_sums),
                          data_or_null(bias_sums));
  });
  const auto total = [](const at::Tensor& sums, const std::optional<at::Tensor>& of) {
    return sums.numel() > 0 ? sums.sum(0).view(of->sizes()) : at::Tensor();
  };
  return {qkv_gradient, total(padding_sums, padding), total(bias_sums, bias)};
}

}  // namespace jetvit
