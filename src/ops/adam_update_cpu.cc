#include <cmath>

#include <ATen/Parallel.h>

#include "compute/stored_float.h"
#include "compute/vector_math.h"
#include "ops/adam_update.h"
#include "ops/cpu_kernels.h"

namespace jetvit {
namespace {

// AdamStep in the precision of the weights.
struct Factors {
  float beta2, rest1, rest2;  // rest: 1 - beta
  float gradient_scale, decay, shrinkage;
  float size;   // of the step, with the correction of the first moment
  float root2;  // of the correction of the second moment
  float eps;

  explicit Factors(const AdamStep& step)
      : beta2(static_cast<float>(step.beta2)),
        rest1(static_cast<float>(1 - step.beta1)),
        rest2(static_cast<float>(1 - step.beta2)),
        gradient_scale(static_cast<float>(step.gradient_scale)),
        decay(static_cast<float>(step.decay)),
        shrinkage(static_cast<float>(step.shrinkage)),
        size(static_cast<float>(step.lr / (1 - std::pow(step.beta1, step.step)))),
        root2(static_cast<float>(std::sqrt(1 - std::pow(step.beta2, step.step)))),
        eps(static_cast<float>(step.eps)) {}
};

// Multiplications and additions are fused where ATen fuses them.
JETVIT_VECTOR_CLONES void update(const Factors& factors, float* __restrict weight,
                                 const at::BFloat16* __restrict gradient, float* __restrict first,
                                 float* __restrict second, at::BFloat16* __restrict rounded, std::size_t count) {
  const Factors by = factors;
  JETVIT_INDEPENDENT_ITERATIONS
  for (std::size_t i = 0; i < count; ++i) {
    const float slope = std::fma(weight[i], by.decay, to_float(gradient[i]) * by.gradient_scale);
    const float mean = std::fma(slope - first[i], by.rest1, first[i]);
    const float square = std::fma(by.rest2 * slope, slope, second[i] * by.beta2);
    const float updated = weight[i] * by.shrinkage - by.size * mean / (std::sqrt(square) / by.root2 + by.eps);
    weight[i] = updated;
    first[i] = mean;
    second[i] = square;
    store(updated, rounded[i]);
  }
}

}  // namespace

void adam_update_cpu(const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& first,
                     const at::Tensor& second, const at::Tensor& rounded, std::int64_t step, double lr, double beta1,
                     double beta2, double eps, double gradient_scale, double decay, double shrinkage) {
  constexpr std::int64_t kGrain = 1 << 14;
  const Factors factors({.step = step,
                         .lr = lr,
                         .beta1 = beta1,
                         .beta2 = beta2,
                         .eps = eps,
                         .gradient_scale = gradient_scale,
                         .decay = decay,
                         .shrinkage = shrinkage});
  auto* const weights = weight.data_ptr<float>();
  const auto* const gradients = gradient.const_data_ptr<at::BFloat16>();
  auto* const firsts = first.data_ptr<float>();
  auto* const seconds = second.data_ptr<float>();
  auto* const copies = rounded.data_ptr<at::BFloat16>();
  at::parallel_for(0, weight.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    update(factors, weights + begin, gradients + begin, firsts + begin, seconds + begin, copies + begin,
           static_cast<std::size_t>(end - begin));
  });
}

}  // namespace jetvit
