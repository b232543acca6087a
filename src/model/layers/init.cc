#include "model/layers/init.h"

#include <cmath>
#include <utility>

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

namespace jetvit::init {
namespace {

thread_local at::Device target = at::kCPU;

// draw: fills a tensor with random values.
template <class Draw>
at::Tensor drawn(const Shape& shape, const Draw& draw) {
  const at::Tensor x = at::zeros(shape, target.is_meta() ? at::kMeta : at::kCPU);
  draw(x);
  return x.to(target);
}

// The size of the window of a convolution; 1 for linear layers.
std::int64_t window(const Shape& shape) {
  return shape.size() == 4 ? shape[2] * shape[3] : 1;
}

}  // namespace

OnDevice::OnDevice(at::Device device) : before_(std::exchange(target, device)) {}

OnDevice::~OnDevice() {
  target = before_;
}

at::Tensor zeros(const Shape& shape) {
  return at::zeros(shape, target);
}

at::Tensor ones(const Shape& shape) {
  return at::ones(shape, target);
}

at::Tensor normal(const Shape& shape, double deviation) {
  return drawn(shape, [&](const at::Tensor& x) { x.normal_(0, deviation); });
}

at::Tensor truncated_normal(const Shape& shape, double deviation) {
  return drawn(shape, [&](const at::Tensor& x) { x.normal_(0, deviation).clamp_(-2, 2); });
}

at::Tensor uniform_fan_in(const Shape& shape, std::int64_t fan_in) {
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  return drawn(shape, [&](const at::Tensor& x) { x.uniform_(-bound, bound); });
}

at::Tensor normal_fan_out(const Shape& shape, int groups) {
  const std::int64_t fan_out = window(shape) * shape[0] / groups;
  return normal(shape, std::sqrt(2 / static_cast<double>(fan_out)));
}

at::Tensor uniform_fan_out(const Shape& shape) {
  return uniform_fan_in(shape, shape[0]);
}

at::Tensor xavier_uniform(const Shape& shape) {
  const auto fans = static_cast<double>(window(shape) * (shape[0] + shape[1]));
  const double bound = std::sqrt(6 / fans);
  return drawn(shape, [&](const at::Tensor& x) { x.uniform_(-bound, bound); });
}

}  // namespace jetvit::init
