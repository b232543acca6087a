#include "ops/shape_kernels.h"

#include <optional>
#include <tuple>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/library.h>

namespace jetvit {
namespace {

using OptionalTensor = std::optional<at::Tensor>;

at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, const OptionalTensor& /*bias*/,
                       at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool /*transposed*/,
                       at::IntArrayRef /*output_padding*/, std::int64_t /*groups*/) {
  std::vector<std::int64_t> shape = {x.size(0), weight.size(0)};
  // One number may stand for both directions.
  const auto of = [](at::IntArrayRef sizes, std::size_t axis) { return sizes[axis % sizes.size()]; };
  for (const std::size_t axis : {0U, 1U}) {
    const auto dim = static_cast<std::int64_t>(axis) + 2;
    const std::int64_t window = of(dilation, axis) * (weight.size(dim) - 1) + 1;
    shape.push_back((x.size(dim) + 2 * of(padding, axis) - window) / of(stride, axis) + 1);
  }
  return at::empty(shape, x.options());
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> batch_norm(const at::Tensor& x, const OptionalTensor& /*weight*/,
                                                          const OptionalTensor& /*bias*/,
                                                          const OptionalTensor& /*running_mean*/,
                                                          const OptionalTensor& /*running_var*/, bool training,
                                                          double /*momentum*/, double /*epsilon*/) {
  const at::Tensor statistics = at::empty({training ? x.size(1) : 0}, x.options());
  return {at::empty_like(x), statistics, at::empty_like(statistics)};
}

at::Tensor index_select(const at::Tensor& x, std::int64_t dim, const at::Tensor& index) {
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.at(static_cast<std::size_t>(dim)) = index.numel();
  return at::empty(shape, x.options());
}

at::Tensor relu(const at::Tensor& x) {
  return at::empty_like(x);
}

}  // namespace

void register_shape_kernels() {
  static const torch::Library library = [] {
    torch::Library kernels(torch::Library::IMPL, "aten", c10::DispatchKey::Meta, __FILE__, __LINE__);
    kernels.impl("convolution", convolution);
    kernels.impl("native_batch_norm", batch_norm);
    kernels.impl("index_select", index_select);
    kernels.impl("relu", relu);
    return kernels;
  }();
}

}  // namespace jetvit
