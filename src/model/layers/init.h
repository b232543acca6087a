#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

// Initial values of parameters, drawn from the global generator (seed it first). Layouts are the reference's:
// convolutions (out, in / groups, height, width), linear layers (out, in).
namespace jetvit::init {

using Shape = std::vector<std::int64_t>;

// While it lives, this thread makes parameters of shapes alone: tensors of the device "meta", which hold no values and
// take no memory.
class ShapesOnly {
 public:
  ShapesOnly();
  ~ShapesOnly();
  ShapesOnly(const ShapesOnly&) = delete;
  ShapesOnly& operator=(const ShapesOnly&) = delete;

 private:
  bool before_;
};

at::Tensor zeros(const Shape& shape);
at::Tensor ones(const Shape& shape);
at::Tensor normal(const Shape& shape, double deviation);

// Normal, cut at +-2 (absolute), as timm's trunc_normal_.
at::Tensor truncated_normal(const Shape& shape, double deviation);

// Uniform within +-1 / sqrt(fan_in): torch's default for convolutions and linear layers, weight and bias alike.
at::Tensor uniform_fan_in(const Shape& shape, std::int64_t fan_in);

// Normal with deviation sqrt(2 / fan_out), fan_out counted per group: He et al., arXiv:1502.01852.
at::Tensor normal_fan_out(const Shape& shape, int groups);

// Uniform within +-1 / sqrt(fan_out): timm's EfficientNet for its last layer.
at::Tensor uniform_fan_out(const Shape& shape);

// Uniform within +-sqrt(6 / (fan_in + fan_out)): Glorot and Bengio, 2010.
at::Tensor xavier_uniform(const Shape& shape);

}  // namespace jetvit::init
