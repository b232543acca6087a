#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

// Initial values of parameters, drawn from libtorch's global generator (seed it first). Shapes: convolutions
// (out, in / groups, height, width), linear layers (out, in).
namespace jetvit::init {

using Shape = std::vector<std::int64_t>;

// During the lifetime of this object, this thread creates parameters on the device. Random values are drawn on the CPU
// first, so that they are the same on every device. On the device "meta" parameters have shapes but no values, and take
// no memory.
class OnDevice {
 public:
  explicit OnDevice(at::Device device);
  ~OnDevice();
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

 private:
  at::Device before_;
};

at::Tensor zeros(const Shape& shape);
at::Tensor ones(const Shape& shape);
at::Tensor normal(const Shape& shape, double deviation);

// Normal distribution, clipped to [-2, 2] (absolute values, not standard deviations), as timm's trunc_normal_.
at::Tensor truncated_normal(const Shape& shape, double deviation);

// Uniform within +-1 / sqrt(fan_in): torch's default for weights and biases of convolutions and linear layers.
at::Tensor uniform_fan_in(const Shape& shape, std::int64_t fan_in);

// Normal with standard deviation sqrt(2 / fan_out), with fan_out per group: He et al., arXiv:1502.01852.
at::Tensor normal_fan_out(const Shape& shape, int groups);

// Uniform within +-1 / sqrt(fan_out): used for the last layer in timm's EfficientNet.
at::Tensor uniform_fan_out(const Shape& shape);

// Uniform within +-sqrt(6 / (fan_in + fan_out)): Glorot and Bengio, 2010.
at::Tensor xavier_uniform(const Shape& shape);

}  // namespace jetvit::init
