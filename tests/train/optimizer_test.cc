#include "train/optimizer.h"

#include <cmath>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "compute/bf16_matmul.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

// Ten steps of one scalar in double precision by the formula of Loshchilov and Hutter (arXiv:1711.05101).
double adamw_by_formula(double weight, const std::vector<double>& gradients, double lr, double decay) {
  double first = 0;
  double second = 0;
  for (std::size_t t = 1; t <= gradients.size(); ++t) {
    const double gradient = gradients[t - 1];
    weight -= lr * decay * weight;
    first = 0.9 * first + 0.1 * gradient;
    second = 0.999 * second + 0.001 * gradient * gradient;
    const double power = static_cast<double>(t);
    weight -= lr * (first / (1 - std::pow(0.9, power))) / (std::sqrt(second / (1 - std::pow(0.999, power))) + 1e-8);
  }
  return weight;
}

NamedTensors two_tensors() {
  at::Generator(at::detail::getDefaultCPUGenerator()).set_current_seed(7);
  return {{"layer.weight", at::randn({3, 5}).set_requires_grad(true)},
          {"layer.bias", at::randn({5}).set_requires_grad(true)}};
}

TEST(Optimizer, TenAdamWStepsEqualTheFormula) {
  NamedTensors parameters = two_tensors();
  const double weight = parameters[0].tensor[1][2].item<double>();
  const double bias = parameters[1].tensor[3].item<double>();
  Optimizer optimizer(OptimizerOptions{}, parameters);
  std::vector<double> weight_gradients, bias_gradients;
  for (int step = 0; step < 10; ++step) {
    for (auto& [name, parameter] : parameters) parameter.mutable_grad() = at::randn(parameter.sizes());
    weight_gradients.push_back(parameters[0].tensor.grad()[1][2].item<double>());
    bias_gradients.push_back(parameters[1].tensor.grad()[3].item<double>());
    optimizer.step(1e-2, 0.1);
  }
  EXPECT_NEAR(parameters[0].tensor[1][2].item<double>(), adamw_by_formula(weight, weight_gradients, 1e-2, 0.1), 1e-6);
  // The bias does not decay.
  EXPECT_NEAR(parameters[1].tensor[3].item<double>(), adamw_by_formula(bias, bias_gradients, 1e-2, 0), 1e-6);
}

TEST(Optimizer, DecayWithoutTheRateIsTensorFlowAddons) {
  NamedTensors parameters = two_tensors();
  const double weight = parameters[0].tensor[1][2].item<double>();
  const double bias = parameters[1].tensor[3].item<double>();
  OptimizerOptions options;
  options.decay_times_lr = false;
  Optimizer optimizer(options, parameters);
  std::vector<double> weight_gradients, bias_gradients;
  for (int step = 0; step < 10; ++step) {
    for (auto& [name, parameter] : parameters) parameter.mutable_grad() = at::randn(parameter.sizes());
    weight_gradients.push_back(parameters[0].tensor.grad()[1][2].item<double>());
    bias_gradients.push_back(parameters[1].tensor.grad()[3].item<double>());
    optimizer.step(1e-2, 1e-3);
  }
  // 1e-3 of the weight a step, which PyTorch would call a decay of 0.1 at this rate.
  EXPECT_NEAR(parameters[0].tensor[1][2].item<double>(), adamw_by_formula(weight, weight_gradients, 1e-2, 0.1), 1e-6);
  EXPECT_NEAR(parameters[1].tensor[3].item<double>(), adamw_by_formula(bias, bias_gradients, 1e-2, 0), 1e-6);
}

TEST(Optimizer, RestoredStateContinuesBitForBit) {
  for (const char* kind : {"adamw", "adam", "sgd"}) {
    OptimizerOptions options;
    options.kind = kind;
    NamedTensors whole = two_tensors();
    NamedTensors parts = two_tensors();
    Optimizer one(options, whole);
    auto two = std::make_unique<Optimizer>(options, parts);
    for (int step = 0; step < 6; ++step) {
      for (std::size_t i = 0; i < 2; ++i) {
        const at::Tensor gradient = at::randn(whole[i].tensor.sizes());
        whole[i].tensor.mutable_grad() = gradient.clone();
        parts[i].tensor.mutable_grad() = gradient;
      }
      one.step(1e-2, 0.1);
      two->step(1e-2, 0.1);
      if (step != 2) continue;
      std::map<std::string, at::Tensor> saved;
      for (const auto& [name, tensor] : two->state()) saved[name] = tensor.clone();
      auto fresh = std::make_unique<Optimizer>(options, parts);
      fresh->restore(saved, 0);
      two = std::move(fresh);
    }
    for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(whole[i].tensor.equal(parts[i].tensor)) << kind;
  }
}

TEST(Optimizer, RestoreNamesWhatIsMissing) {
  Optimizer optimizer(OptimizerOptions{}, two_tensors());
  EXPECT_ERROR(optimizer.restore({}, 1), Error, "exp_avg.layer.bias is missing");
}

TEST(Optimizer, ClippingTakesTheNormOfAllGradients) {
  NamedTensors parameters = two_tensors();
  for (auto& [name, parameter] : parameters) parameter.mutable_grad() = at::randn(parameter.sizes());
  const at::Tensor all = at::cat({parameters[0].tensor.grad().flatten(), parameters[1].tensor.grad()});
  const at::Tensor norm = gradient_norm(parameters);
  const double value = norm.item<double>();
  EXPECT_NEAR(value, all.norm().item<double>(), 1e-6);
  EXPECT_NEAR(value * clip_scale(norm, 0.5).item<double>(), 0.5, 1e-5);
  EXPECT_EQ(clip_scale(norm, 2 * value).item<double>(), 1);
  EXPECT_FALSE(clip_scale(norm, 0).defined()) << "0 is no limit";
}

TEST(Optimizer, ScaledStepIsThatOfScaledGradients) {
  for (const char* kind : {"adamw", "adam", "sgd"}) {
    OptimizerOptions options;
    options.kind = kind;
    NamedTensors scaled = two_tensors();
    NamedTensors plain = two_tensors();
    for (std::size_t i = 0; i < 2; ++i) {
      scaled[i].tensor.mutable_grad() = at::randn(plain[i].tensor.sizes());
      plain[i].tensor.mutable_grad() = 0.25 * scaled[i].tensor.grad();
    }
    Optimizer(options, scaled).step(1e-2, 0.1, at::full({}, 0.25, at::kDouble));
    Optimizer(options, plain).step(1e-2, 0.1);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(scaled[i].tensor.equal(plain[i].tensor)) << kind;
  }
}

// A parameter whose copy in bfloat16 the products take, against one whose gradient was widened.
TEST(Optimizer, ParametersWithCopiesGoTheSameWay) {
  if (!has_bf16_instructions()) GTEST_SKIP() << "no bfloat16 instructions: no copies";
  for (const char* kind : {"adamw", "adam", "sgd"}) {
    for (const bool decay_times_lr : {true, false}) {
      OptimizerOptions options;
      options.kind = kind;
      options.decay_times_lr = decay_times_lr;
      NamedTensors kept = two_tensors();
      NamedTensors plain = two_tensors();
      Bf16Weights weights({.precision = Precision::kBf16});
      const Bf16Weights::Use use(weights);
      Optimizer with_copies(options, kept, &weights);
      Optimizer without(options, plain);
      for (int step = 0; step < 3; ++step) {
        for (std::size_t i = 0; i < 2; ++i) {
          const at::Tensor gradient = at::randn(plain[i].tensor.sizes()).to(at::kBFloat16);
          const at::Tensor copy = cached_bf16(kept[i].tensor);
          EXPECT_TRUE(copy.equal(kept[i].tensor.to(at::kBFloat16))) << kind;
          kept[i].tensor.mutable_grad() = gradient;
          plain[i].tensor.mutable_grad() = gradient.to(at::kFloat);
        }
        with_copies.step(1e-2, 1e-2);
        without.step(1e-2, 1e-2);
      }
      for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_LE((kept[i].tensor - plain[i].tensor).abs().max().item<double>(), 1e-6) << kind;
        EXPECT_TRUE(cached_bf16(kept[i].tensor).equal(kept[i].tensor.to(at::kBFloat16))) << kind;
      }
    }
  }
}

}  // namespace
}  // namespace jetvit
