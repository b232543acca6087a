#include "model/layers/drop_path.h"

#include <algorithm>

#include <ATen/TensorOperators.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>

namespace jetvit {

at::Tensor DropPath::forward(const at::Tensor& x) const {
  if (rate_ <= 0 || !training()) return x;
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[0] = x.size(0);
  const double keep = 1 - rate_;
  return x * at::empty(shape, x.options()).bernoulli_(keep).div_(keep);
}

std::vector<double> drop_path_rates(double last, int count) {
  std::vector<double> rates;
  for (int block = 0; block < count; ++block) rates.push_back(last * block / std::max(count - 1, 1));
  return rates;
}

at::Tensor dropout(const at::Tensor& x, double rate, bool training) {
  return rate > 0 && training ? at::dropout(x, rate, true) : x;
}

}  // namespace jetvit
