#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

// Values that depend only on the name of a tensor, the same here and in tests/oracle/lib/hash_fill.py.
namespace jetvit::test {

// `count` values in [-1, 1): SplitMix64 started at the FNV-1a hash of the name.
std::vector<double> hash_uniform(const std::string& name, std::int64_t count);

// A float32 tensor of these values.
at::Tensor hash_tensor(const std::string& name, at::IntArrayRef shape);

// The values of the parameter or buffer `name` in the references (float32).
at::Tensor hash_weight(const std::string& name, at::IntArrayRef shape);

// The dot product of a gradient or buffer with hashed values, as stored in the references.
double hash_product(const std::string& name, const at::Tensor& tensor);

}  // namespace jetvit::test
