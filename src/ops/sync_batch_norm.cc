#include "ops/sync_batch_norm.h"

#include <array>

#include <ATen/TensorOperators.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/var_mean.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "ops/cpu_kernels.h"
#include "ops/dispatch.h"

namespace jetvit {
namespace {

constexpr std::array<std::int64_t, 3> kAllButChannels = {0, 2, 3};

thread_local const ProcessGroup* sharing = nullptr;

// The operators of ATen, for devices without a kernel. They fuse no activation.

at::Tensor of_channels(const at::Tensor& x) {
  return x.view({1, -1, 1, 1});
}

at::Tensor normalized(const at::Tensor& x, const at::Tensor& statistics) {
  return (x.to(at::kFloat) - of_channels(statistics[0])) * of_channels(statistics[1]);
}

at::Tensor moments_composite(const at::Tensor& x) {
  const auto [variance, mean] = at::var_mean(x.to(at::kFloat), kAllButChannels, /*unbiased=*/false);
  return at::stack({mean, variance}).to(at::kDouble);
}

at::Tensor apply_composite(const at::Tensor& x, const at::Tensor& statistics, const at::Tensor& weight,
                           const at::Tensor& bias, std::optional<std::int64_t> activation) {
  TORCH_CHECK(!activation, "no activation is fused on this device");
  return (normalized(x, statistics) * of_channels(weight) + of_channels(bias)).to(x.scalar_type());
}

at::Tensor sums_composite(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& statistics,
                          const at::Tensor& /*weight*/, const at::Tensor& /*bias*/,
                          std::optional<std::int64_t> activation) {
  TORCH_CHECK(!activation, "no activation is fused on this device");
  const at::Tensor gy = gradient.to(at::kFloat);
  const at::Tensor distance = x.to(at::kFloat) - of_channels(statistics[0]);
  return at::stack({gy.sum(kAllButChannels), (gy * distance).sum(kAllButChannels)}).to(at::kDouble);
}

at::Tensor gradient_composite(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& statistics,
                              const at::Tensor& weight, const at::Tensor& /*bias*/, const at::Tensor& sums,
                              double count, std::optional<std::int64_t> activation) {
  TORCH_CHECK(!activation, "no activation is fused on this device");
  const at::Tensor means = (sums / count).to(at::kFloat);
  const at::Tensor& inverse = statistics[1];
  const at::Tensor of_x =
      (gradient.to(at::kFloat) - of_channels(means[0]) - normalized(x, statistics) * of_channels(means[1] * inverse)) *
      of_channels(weight * inverse);
  return of_x.to(x.scalar_type());
}

const auto& apply_operator() {
  static const auto op = find_operator<decltype(batch_norm_apply_cpu)>("jetvit::batch_norm_apply");
  return op;
}

// Of the pixels of all processes, float64 on the CPU.
struct Moments {
  double count = 0;
  at::Tensor mean, squares;  // squares: of the distances from the mean, summed
};

Moments merged_moments(const at::Tensor& x, const ProcessGroup& group) {
  static const auto op = find_operator<decltype(batch_norm_moments_cpu)>("jetvit::batch_norm_moments");
  const std::int64_t channels = x.size(1);
  const at::Tensor own = op.call(x).to(at::kCPU).flatten();
  const std::int64_t pixels = x.numel() / channels;
  const at::Tensor all = group.gather(at::cat({own, at::full({1}, static_cast<double>(pixels), own.options())}));
  Moments merged = {0, at::zeros({channels}, at::kDouble), at::zeros({channels}, at::kDouble)};
  for (std::int64_t process = 0; process < all.size(0); ++process) {
    const at::Tensor row = all[process];
    const double count = row[2 * channels].item<double>();
    const at::Tensor change = row.narrow(0, 0, channels) - merged.mean;
    merged.mean = merged.mean + change * (count / (merged.count + count));
    merged.squares = merged.squares + row.narrow(0, channels, channels) * count +
                     change.square() * (merged.count * count / (merged.count + count));
    merged.count += count;
  }
  return merged;
}

// What an autograd function can keep.
struct GroupReference : torch::CustomClassHolder {
  explicit GroupReference(const ProcessGroup& of) : group(of) {}
  const ProcessGroup& group;
};

struct SyncBatchNorm : torch::autograd::Function<SyncBatchNorm> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, at::Tensor running_mean, at::Tensor running_var, double momentum,
                            double epsilon, std::optional<std::int64_t> activation, const ProcessGroup* group) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const Moments merged = merged_moments(x, *group);
    const at::Tensor variance = merged.squares / merged.count;
    const at::Tensor statistics = at::stack({merged.mean, (variance + epsilon).rsqrt()}).to(running_mean.options());
    const at::Tensor unbiased = merged.squares / (merged.count - 1);
    running_mean.mul_(1 - momentum).add_(statistics[0], momentum);
    running_var.mul_(1 - momentum).add_(unbiased.to(running_var.options()), momentum);
    context->save_for_backward({x, statistics, weight, bias});
    context->saved_data["count"] = merged.count;
    context->saved_data["activation"] = activation;
    context->saved_data["group"] = c10::IValue::make_capsule(c10::make_intrusive<GroupReference>(*group));
    return apply_operator().call(x, statistics, weight, bias, activation);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    static const auto sums_operator = find_operator<decltype(batch_norm_sums_cpu)>("jetvit::batch_norm_sums");
    static const auto gradient_operator =
        find_operator<decltype(batch_norm_gradient_cpu)>("jetvit::batch_norm_gradient");
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const auto saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const at::Tensor& statistics = saved[1];
    const at::Tensor& weight = saved[2];
    const at::Tensor& bias = saved[3];
    const auto activation = context->saved_data["activation"].toOptional<std::int64_t>();
    const auto reference = context->saved_data["group"].toCapsule();
    const ProcessGroup& group = static_cast<const GroupReference&>(*reference).group;
    const at::Tensor own = sums_operator.call(gradients[0], x, statistics, weight, bias, activation);
    const at::Tensor of_bias = own[0].to(weight.options());
    const at::Tensor of_weight = (own[1] * statistics[1]).to(weight.options());
    at::Tensor sums = own.to(at::kCPU);  // changes the own ones, whose use has been made
    group.sum(sums);
    const at::Tensor of_x = gradient_operator.call(gradients[0], x, statistics, weight, bias, sums.to(x.device()),
                                                   context->saved_data["count"].toDouble(), activation);
    return {of_x, of_weight, of_bias, {}, {}, {}, {}, {}, {}};
  }
};

}  // namespace

TORCH_LIBRARY_FRAGMENT(jetvit, m) {
  m.def("batch_norm_moments(Tensor x) -> Tensor");
  m.def("batch_norm_apply(Tensor x, Tensor statistics, Tensor weight, Tensor bias, int? activation) -> Tensor");
  m.def(
      "batch_norm_sums(Tensor gradient, Tensor x, Tensor statistics, Tensor weight, Tensor bias, int? activation)"
      " -> Tensor");
  m.def(
      "batch_norm_gradient(Tensor gradient, Tensor x, Tensor statistics, Tensor weight, Tensor bias, Tensor sums,"
      " float count, int? activation) -> Tensor");
}

TORCH_LIBRARY_IMPL(jetvit, CPU, m) {
  m.impl("batch_norm_moments", batch_norm_moments_cpu);
  m.impl("batch_norm_apply", batch_norm_apply_cpu);
  m.impl("batch_norm_sums", batch_norm_sums_cpu);
  m.impl("batch_norm_gradient", batch_norm_gradient_cpu);
}

TORCH_LIBRARY_IMPL(jetvit, CompositeExplicitAutograd, m) {
  m.impl("batch_norm_moments", moments_composite);
  m.impl("batch_norm_apply", apply_composite);
  m.impl("batch_norm_sums", sums_composite);
  m.impl("batch_norm_gradient", gradient_composite);
}

at::Tensor sync_batch_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                           const at::Tensor& running_mean, const at::Tensor& running_var, double momentum,
                           double epsilon, std::optional<Activation> activation, const ProcessGroup& group) {
  const bool is_fused = activation && activation != Activation::kRelu && has_kernel(apply_operator(), x);
  const auto number = is_fused ? std::optional(static_cast<std::int64_t>(*activation)) : std::nullopt;
  const at::Tensor y = SyncBatchNorm::apply(x.contiguous(at::MemoryFormat::ChannelsLast), weight, bias, running_mean,
                                            running_var, momentum, epsilon, number, &group);
  return activation && !is_fused ? activate(y, *activation) : y;
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
