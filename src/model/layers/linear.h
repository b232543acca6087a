#pragma once

#include "model/module.h"

namespace jetvit {

// y = x W^T + b over the last dimension. Parameters "weight" (out, in) and "bias" (out).
class Linear : public Module {
 public:
  enum class Init { kDefault, kTruncatedNormal, kXavier, kXavierMlp };
  Linear(int in, int out, Init init);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
};

}  // namespace jetvit
