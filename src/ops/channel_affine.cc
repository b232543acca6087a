#include "ops/channel_affine.h"

#include <algorithm>

#include <ATen/ops/empty_like.h>

#include "ops/activate_values.h"
#include "ops/row_blocks.h"

namespace jetvit {
namespace {

std::vector<float> floats_of(const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().to(at::kFloat).contiguous();
  const auto* begin = values.const_data_ptr<float>();
  return {begin, begin + values.numel()};
}

JETVIT_VECTOR_CLONES void affine_rows(const float* x, const float* factor, const float* shift, std::size_t rows,
                                      std::size_t channels, float* y) {
  for (std::size_t row = 0; row < rows; ++row, x += channels, y += channels) {
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t channel = 0; channel < channels; ++channel)
      y[channel] = factor[channel] * x[channel] + shift[channel];
  }
}

}  // namespace

ChannelAffine::ChannelAffine(const at::Tensor& factor, const at::Tensor& shift)
    : factor_(floats_of(factor)), shift_(floats_of(shift)) {}

at::Tensor ChannelAffine::images(const at::Tensor& x, std::optional<Activation> activation) const {
  TORCH_CHECK(is_channels_last_image(x) && x.scalar_type() == at::kFloat &&
                  x.size(1) == static_cast<std::int64_t>(factor_.size()),
              "x: ", x.sizes(), " for ", factor_.size(), " channels");
  at::Tensor y = at::empty_like(x);
  const Rows rows(x);
  const auto* from = x.const_data_ptr<float>();
  auto* to = y.mutable_data_ptr<float>();
  const auto count = static_cast<std::int64_t>(rows.rows);
  at::parallel_for(0, count, grain_of(count, x.numel()), [&](std::int64_t begin, std::int64_t end) {
    const std::size_t first = static_cast<std::size_t>(begin) * rows.channels;
    const auto some = static_cast<std::size_t>(end - begin);
    affine_rows(from + first, factor_.data(), shift_.data(), some, rows.channels, to + first);
    if (activation) activate_values(*activation, to + first, to + first, some * rows.channels);
  });
  return y;
}

}  // namespace jetvit
