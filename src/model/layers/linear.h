#pragma once

#include <cstdint>

#include "model/module.h"

namespace jetvit {

// y = x W^T + b over the last dimension. Parameters "weight" (out, in) and "bias" (out).
class Linear : public Module {
 public:
  enum class Init { kDefault, kTruncatedNormal };
  Linear(int in, int out, Init init);
  at::Tensor forward(const at::Tensor& x) const;

  // The outputs [first, first + count) alone.
  at::Tensor forward_part(const at::Tensor& x, std::int64_t first, std::int64_t count) const;

 private:
  at::Tensor weight_, bias_;
};

}  // namespace jetvit
