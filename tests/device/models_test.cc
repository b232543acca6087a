// Every model is born on the device, and gives there the logits and gradients of the CPU: with kernels for jetvit's own
// operators, and with those of ATen.
#include <optional>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "compute/autocast.h"
#include "compute/bf16_weights.h"
#include "device/model_on_device.h"
#include "device/test_device.h"
#include "model/io/weights.h"
#include "ops/called_operators.h"
#include "support/images_of.h"
#include "support/model_names.h"
#include "train/train_step.h"

namespace jetvit {
namespace {

using test::test_device;

class DeviceModels : public testing::TestWithParam<std::string> {
 protected:
  static std::unique_ptr<Model> model(at::Device device) { return test::model_on(device, GetParam()); }

  struct Step {
    at::Tensor logits;
    std::map<std::string, at::Tensor> gradients;
  };

  // A forward and backward pass in training mode; everything is on the CPU.
  static Step step(const ComputeOptions& compute) {
    const std::unique_ptr<Model> trained = model(compute.device);
    trained->train(true);
    Bf16Weights weights(compute);
    at::Tensor logits;
    {
      const AutocastGuard autocast(compute);
      const Bf16Weights::Use use(weights);
      logits = trained->forward(test::images_of(*trained).to(compute.device)).to(at::kFloat);
    }
    (logits.select(0, 0).sum() - 0.5 * logits.select(0, 1).sum()).backward();
    weights.move_gradients();
    Step out = {logits.detach().cpu(), {}};
    for (const auto& [name, parameter] : trained->parameters()) {
      out.gradients[name] = parameter.grad().to(at::kFloat).cpu();
    }
    return out;
  }

  // The distance of the gradients, relative to their length.
  static double distance(const Step& a, const Step& b) {
    double apart = 0;
    double length = 0;
    for (const auto& [name, gradient] : b.gradients) {
      apart += (a.gradients.at(name) - gradient).to(at::kDouble).square().sum().item<double>();
      length += gradient.to(at::kDouble).square().sum().item<double>();
    }
    return std::sqrt(apart / length);
  }
};

TEST_P(DeviceModels, AreBornWithTheWeightsOfTheCpu) {
  const std::unique_ptr<Model> there = model(test_device());
  const auto here = named_weights(*model(at::kCPU));
  for (const auto& [name, tensor] : named_weights(*there)) {
    ASSERT_EQ(tensor.device(), test_device()) << name;
    EXPECT_TRUE(at::equal(tensor.cpu(), here.at(name))) << name;
  }
}

// Jetvit's own kernels of the stand-in are those of the CPU. ATen's round in another order, which norms of few values
// amplify: up to 2e-5 and 3e-4 were seen.
TEST_P(DeviceModels, GiveTheLogitsAndGradientsOfTheCpu) {
  const Step here = step({.threads = 1});
  const bool is_stand_in = test_device() == stand_in::device();  // a GPU's kernels are its own
  for (const bool own : {true, false}) {
    if (own && !is_stand_in) continue;
    SCOPED_TRACE(own ? "own operators" : "operators of ATen");
    std::optional<stand_in::OwnOperators> kernels;
    if (own) kernels.emplace();
    const test::CalledOperators called;
    const Step there = step(test::on_test_device());
    if (is_stand_in) {
      EXPECT_EQ(called.names().empty(), !own);
    }
    const double logits = ((there.logits - here.logits).norm() / here.logits.norm()).item<double>();
    const double gradients = distance(there, here);
    RecordProperty(own ? "own_logits" : "aten_logits", text(logits));
    RecordProperty(own ? "own_gradients" : "aten_gradients", text(gradients));
    EXPECT_LT(logits, own ? 1e-6 : 1e-4);
    EXPECT_LT(gradients, own ? 1e-6 : 1e-3);
  }
}

// The roundings move the gradients as far as those of the CPU do, in another direction.
TEST_P(DeviceModels, RoundToBfloat16AsTheCpuDoes) {
  const ComputeOptions there = test::on_test_device();
  const Step exact = step(there);
  const auto deviation = [&](ComputeOptions compute) {
    compute.precision = Precision::kBf16;
    return distance(step(compute), exact);
  };
  const double on_device = deviation(there);
  const double on_cpu = deviation({.threads = 1});
  RecordProperty("deviations", text(on_device, " ", on_cpu));
  EXPECT_GT(on_device, 0.5 * on_cpu);
  EXPECT_LT(on_device, 2 * on_cpu);
}

// libtorch documents which of CUDA's operators add up in any order (torch.use_deterministic_algorithms, version 2.11).
// The gradient of a maximum pool is among them, but only where windows overlap, as those of resnet_15 do not; cuDNN's
// convolutions are told to be deterministic (compute/cuda_module.cc).
TEST_P(DeviceModels, CallNoOperatorThatAddsInAnyOrder) {
  const ComputeOptions compute = test::on_test_device();
  const std::unique_ptr<Model> trained = test::model_on(compute.device, GetParam(), 0.1);
  const std::unique_ptr<Model> average = test::model_on(compute.device, GetParam(), 0.1);
  trained->train(true);
  Recipe recipe;
  recipe.train.clip_norm = 1;
  TrainStep step(*trained, average.get(), recipe, compute);
  step.loss().begin(0, 0);
  const test::CalledOperators called("aten::");
  step.run({test::images_of(*trained), at::ones({2}), at::ones({2}), {0, 1}}, {.lr = 1e-3, .average_weight = 0.1});
  ASSERT_TRUE(called.contains("sum"));
  for (const char* name : {"index_add",
                           "index_add_",
                           "index_put",
                           "index_put_",
                           "_index_put_impl_",
                           "index_copy",
                           "index_copy_",
                           "put_",
                           "scatter_add",
                           "scatter_add_",
                           "scatter_reduce",
                           "scatter_reduce_",
                           "gather_backward",
                           "index_select_backward",
                           "repeat_interleave",
                           "cumsum",
                           "bincount",
                           "histc",
                           "kthvalue",
                           "median",
                           "embedding_dense_backward",
                           "_adaptive_avg_pool2d_backward",
                           "adaptive_max_pool2d_backward",
                           "avg_pool3d_backward",
                           "upsample_bilinear2d_backward",
                           "upsample_bicubic2d_backward",
                           "upsample_nearest2d_backward",
                           "upsample_linear1d_backward",
                           "reflection_pad2d_backward",
                           "replication_pad2d_backward",
                           "grid_sampler_2d_backward",
                           "nll_loss_backward",
                           "nll_loss2d_backward"}) {
    EXPECT_FALSE(called.contains(name)) << name;
  }
}

// Three steps operator by operator, one that is recorded and a replay: none waits, and the images and numbers are all
// that is sent. A replay has them copied to where it reads.
TEST_P(DeviceModels, LaunchNothingButTwoCopiesWhenReplayed) {
  if (test_device() != stand_in::device()) GTEST_SKIP() << "the stand-in device counts launches";
  ComputeOptions compute = test::on_test_device();
  compute.precision = Precision::kBf16;
  const std::unique_ptr<Model> trained = test::model_on(compute.device, GetParam(), 0.1);
  const std::unique_ptr<Model> average = test::model_on(compute.device, GetParam(), 0.1);
  trained->train(true);
  TrainStep step(*trained, average.get(), Recipe(), compute);
  step.loss().begin(0, 0);
  std::vector<stand_in::Traffic> of_step;
  for (int i = 0; i < 5; ++i) {
    seed_random(1, 0, i, compute.device);
    const stand_in::Traffic before = stand_in::traffic();
    step.run({test::images_of(*trained), at::ones({2}), at::ones({2}), {0, 1}}, {.lr = 1e-3, .average_weight = 0.1});
    of_step.push_back(stand_in::traffic() - before);
  }
  for (const std::size_t i : {2, 4}) {
    EXPECT_EQ(of_step[i].waits(), 0) << i;
    EXPECT_EQ(of_step[i].to_device, 2) << i;
  }
  EXPECT_EQ(of_step[4].replays, 1);
  EXPECT_EQ(of_step[4].launches, 2);
  RecordProperty("launches", static_cast<int>(of_step[2].launches));
}

INSTANTIATE_TEST_SUITE_P(Registry, DeviceModels, testing::ValuesIn(test::model_names()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
