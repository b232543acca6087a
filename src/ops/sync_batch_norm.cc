#include "ops/sync_batch_norm.h"

#include <array>

#include <ATen/TensorOperators.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/var_mean.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

namespace jetvit {
namespace {

constexpr std::array<std::int64_t, 3> kAllButChannels = {0, 2, 3};

thread_local const ProcessGroup* sharing = nullptr;

at::Tensor of_channels(const at::Tensor& x) {
  return x.view({1, -1, 1, 1});
}

// Of all processes, float64.
struct Statistics {
  double count = 0;
  at::Tensor mean, squares;  // squares: of the deviations from the mean, summed
};

Statistics merged_statistics(const at::Tensor& x, const ProcessGroup& group) {
  const std::int64_t channels = x.size(1);
  const double own = static_cast<double>(x.numel() / channels);
  const auto [variance, mean] = at::var_mean(x, kAllButChannels, /*unbiased=*/false);
  const at::Tensor sent = at::cat({mean.to(at::kDouble), variance.to(at::kDouble) * own,
                                   at::full({1}, own, variance.options().dtype(at::kDouble))});
  const at::Tensor all = group.gather(sent.to(at::kCPU));
  Statistics merged = {0, at::zeros({channels}, at::kDouble), at::zeros({channels}, at::kDouble)};
  for (std::int64_t process = 0; process < all.size(0); ++process) {
    const at::Tensor row = all[process];
    const double count = row[2 * channels].item<double>();
    const at::Tensor change = row.narrow(0, 0, channels) - merged.mean;
    merged.mean = merged.mean + change * (count / (merged.count + count));
    merged.squares = merged.squares + row.narrow(0, channels, channels) +
                     change.square() * (merged.count * count / (merged.count + count));
    merged.count += count;
  }
  return merged;
}

struct SyncBatchNorm : torch::autograd::Function<SyncBatchNorm> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, at::Tensor running_mean, at::Tensor running_var, double momentum,
                            double epsilon, const ProcessGroup* group) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const at::Tensor floats = x.to(at::kFloat);
    const Statistics merged = merged_statistics(floats, *group);
    const auto device_float = running_mean.options();
    const at::Tensor mean = merged.mean.to(device_float);
    const at::Tensor inverse = (merged.squares / merged.count + epsilon).rsqrt().to(device_float);
    running_mean.mul_(1 - momentum).add_(mean, momentum);
    running_var.mul_(1 - momentum).add_((merged.squares / (merged.count - 1)).to(device_float), momentum);
    const at::Tensor normalized = (floats - of_channels(mean)) * of_channels(inverse);
    context->save_for_backward({normalized, weight, inverse});
    context->saved_data["count"] = merged.count;
    context->saved_data["group"] = reinterpret_cast<std::int64_t>(group);
    return (normalized * of_channels(weight) + of_channels(bias)).to(x.scalar_type());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const auto saved = context->get_saved_variables();
    const at::Tensor& normalized = saved[0];
    const at::Tensor& weight = saved[1];
    const at::Tensor& inverse = saved[2];
    const auto* group = reinterpret_cast<const ProcessGroup*>(context->saved_data["group"].toInt());
    const double count = context->saved_data["count"].toDouble();
    const at::Tensor gy = gradients[0].to(at::kFloat);
    const at::Tensor of_bias = gy.sum(kAllButChannels);
    const at::Tensor of_weight = (gy * normalized).sum(kAllButChannels);
    at::Tensor sums = at::cat({of_bias, of_weight}).to(at::kCPU, at::kDouble);
    group->sum(sums);
    const std::int64_t channels = of_bias.size(0);
    const at::Tensor means = (sums / count).to(of_bias.options());
    const at::Tensor of_x = (gy - of_channels(means.narrow(0, 0, channels)) -
                             normalized * of_channels(means.narrow(0, channels, channels))) *
                            of_channels(weight * inverse);
    return {of_x.to(gradients[0].scalar_type()), of_weight, of_bias, {}, {}, {}, {}, {}};
  }
};

}  // namespace

at::Tensor sync_batch_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                           const at::Tensor& running_mean, const at::Tensor& running_var, double momentum,
                           double epsilon, const ProcessGroup& group) {
  return SyncBatchNorm::apply(x, weight, bias, running_mean, running_var, momentum, epsilon, &group);
}

SharedStatistics::SharedStatistics(const ProcessGroup& group) {
  sharing = &group;
}

SharedStatistics::~SharedStatistics() {
  sharing = nullptr;
}

const ProcessGroup* SharedStatistics::group() {
  return sharing;
}

}  // namespace jetvit
