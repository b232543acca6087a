#include "ops/average_pool.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/empty.h>

#include "ops/row_blocks.h"

namespace jetvit {
namespace {

// A row of the result from two rows of the image, added in the order of at::avg_pool2d.
JETVIT_VECTOR_CLONES void mean_of_two_rows(const float* upper, const float* lower, std::size_t pixels,
                                           std::size_t channels, float* to) {
  for (std::size_t pixel = 0; pixel < pixels; ++pixel, to += channels) {
    const float* above = upper + 2 * pixel * channels;
    const float* below = lower + 2 * pixel * channels;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) {
      to[c] = 0.25F * (above[c] + above[channels + c] + below[c] + below[channels + c]);
    }
  }
}

}  // namespace

at::Tensor average_pool_2x2(const at::Tensor& x) {
  const bool has_kernel = !at::GradMode::is_enabled() && x.device().is_cpu() && x.scalar_type() == at::kFloat &&
                          is_channels_last_image(x) && x.size(2) > 1 && x.size(3) > 1;
  if (!has_kernel) return at::avg_pool2d(x, 2);
  const std::int64_t height = x.size(2) / 2;
  const auto channels = static_cast<std::size_t>(x.size(1));
  const auto width = static_cast<std::size_t>(x.size(3));
  at::Tensor y = at::empty({x.size(0), x.size(1), height, x.size(3) / 2},
                           x.options().memory_format(at::MemoryFormat::ChannelsLast));
  const auto* from = x.const_data_ptr<float>();
  auto* to = y.mutable_data_ptr<float>();
  const std::int64_t rows = x.size(0) * height;
  at::parallel_for(0, rows, grain_of(rows, y.numel()), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const auto above = static_cast<std::size_t>(row / height * x.size(2) + row % height * 2);
      const float* upper = from + above * width * channels;
      mean_of_two_rows(upper, upper + width * channels, width / 2, channels,
                       to + static_cast<std::size_t>(row) * (width / 2) * channels);
    }
  });
  return y;
}

}  // namespace jetvit
