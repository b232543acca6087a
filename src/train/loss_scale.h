#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "train/optimizer.h"

namespace jetvit {

// Float16 has no numbers below 6e-8, so that small gradients would be lost: the loss is multiplied by a factor before
// the backward pass, and the gradients are divided by it (Micikevicius et al., arXiv:1710.03740, section 3.2). The
// factor is halved after a step whose gradients overflow, which changes no weight, and doubled after many steps that do
// not. It lies in the memory of the device, which no function waits for.
class LossScale {
 public:
  // The factor begins at 65536, as torch's. growth_interval: steps without overflow before it is doubled.
  explicit LossScale(at::Device device, std::int64_t growth_interval = 2000);

  // The loss times the factor; of no dimension, float32.
  at::Tensor scaled(const at::Tensor& loss) const;

  // Of no dimension, float32.
  struct Verdict {
    at::Tensor fits;      // whether the gradients are finite: 1 or 0
    at::Tensor evidence;  // not finite if something else than the factor must be wrong: an overflow at the factor 1
  };

  // Divides the gradients, float32, by the factor and then changes it; a loss that is not finite says nothing of it.
  Verdict unscale(const NamedTensors& parameters, const at::Tensor& loss);

  // All that is to be saved, under the names "factor" and "steps". Views.
  std::map<std::string, at::Tensor> state() const { return {{"factor", factor_}, {"steps", steps_}}; }

 private:
  std::int64_t growth_interval_;
  at::Tensor factor_;  // float32
  at::Tensor steps_;   // int32: without overflow since the last change
};

}  // namespace jetvit
