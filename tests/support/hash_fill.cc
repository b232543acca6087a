#include "support/hash_fill.h"

#include <cmath>

#include <ATen/ops/from_blob.h>

namespace jetvit::test {

std::vector<double> hash_uniform(const std::string& name, std::int64_t count) {
  std::uint64_t state = 0xcbf29ce484222325;
  for (const char byte : name) state = (state ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) {
    state += 0x9e3779b97f4a7c15;
    std::uint64_t word = state;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    word ^= word >> 31;
    value = static_cast<double>(word >> 11) * 0x1p-52 - 1;
  }
  return values;
}

at::Tensor hash_tensor(const std::string& name, at::IntArrayRef shape) {
  std::vector<double> values = hash_uniform(name, c10::multiply_integers(shape));
  return at::from_blob(values.data(), shape, at::kDouble).to(at::kFloat);
}

at::Tensor hash_weight(const std::string& name, at::IntArrayRef shape) {
  std::vector<double> values = hash_uniform(name, c10::multiply_integers(shape));
  const double fan_in = static_cast<double>(c10::multiply_integers(shape.slice(1)));
  // Larger weights, because the signal would otherwise vanish in SiLU and squeeze-excite.
  const bool in_efficientnet = name.find("conv_") != std::string::npos && name.find(".se.") == std::string::npos;
  double offset = 0, scale = 0.2;
  if (name.ends_with("running_var")) {
    for (double& value : values) value = std::abs(value);
    offset = 1, scale = 0.5;
  } else if (name.ends_with("running_mean")) {
    scale = 0.1;
  } else if (name == "pos_embed" || name == "cls_token") {
    scale = 0.5;
  } else if (shape.size() > 1) {
    scale = (in_efficientnet ? 3 : 1.5) / std::sqrt(fan_in);
  } else if (name.ends_with("weight")) {
    offset = 1;
  }
  for (double& value : values) value = offset + scale * value;
  return at::from_blob(values.data(), shape, at::kDouble).to(at::kFloat);
}

double hash_product(const std::string& name, const at::Tensor& tensor) {
  const at::Tensor flat = tensor.detach().to(at::kDouble).contiguous();
  const std::vector<double> weights = hash_uniform("projection/" + name, flat.numel());
  const double* values = flat.const_data_ptr<double>();
  double sum = 0;
  for (std::size_t index = 0; index < weights.size(); ++index) sum += values[index] * weights[index];
  return sum;
}

}  // namespace jetvit::test
