#include "predict/inference.h"

#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "compute/autocast.h"
#include "compute/bf16_matmul.h"
#include "predict/predictor.h"
#include "support/bf16_options.h"
#include "support/difference.h"
#include "support/filled_model.h"
#include "support/hash_fill.h"
#include "support/model_names.h"

namespace jetvit {
namespace {

using test::kBf16;

// The small models hold every kind of layer; batch norms with statistics that a hash fills.
class InferenceOf : public testing::TestWithParam<std::string> {
 protected:
  const std::unique_ptr<Model> model = test::filled_model(GetParam(), Json::object());
  const at::Tensor images = test::hash_tensor("x", {24, model->channels(), model->image_size(), model->image_size()})
                                .contiguous(input_format(*model, {}).memory_format());

  at::Tensor plain(const ComputeOptions& options = {}) {
    const at::NoGradGuard no_gradients;
    const AutocastGuard autocast(options);
    model->train(false);
    return model->forward(images).to(at::kFloat);
  }
};

// The same numbers but for rounding: single additions in another order, a factor rounded into the weights. With the
// norms of tens of layers that is a few parts in 10^6 of the largest logit, as much as between jetvit and timm.
TEST_P(InferenceOf, LogitsEqualThoseOfThePlainModel) {
  const at::Tensor expected = plain();
  const Inference inference(*model, {});
  const at::Tensor found = inference.logits(images);
  EXPECT_LT((found - expected).abs().max().item<double>(), 5e-6 * std::max(1.0, expected.abs().max().item<double>()));
  EXPECT_TRUE(inference.logits(images).equal(found));
  // Of a batch of another size.
  EXPECT_LT(test::difference(inference.logits(images.narrow(0, 0, 5)), found.narrow(0, 0, 5)), 1e-5);
}

// Rounding to bfloat16 happens less often than with autocast, never more: no worse than twice as far from float32.
TEST_P(InferenceOf, Bfloat16StaysAsCloseToFloat32AsAutocast) {
  const at::Tensor exact = plain();
  const double of_autocast = (plain(kBf16) - exact).norm().item<double>();
  const Inference inference(*model, kBf16);
  const at::Tensor found = inference.logits(images);
  EXPECT_EQ(found.scalar_type(), at::kFloat);
  EXPECT_LT((found - exact).norm().item<double>(), 2 * of_autocast);
  EXPECT_TRUE(inference.logits(images).equal(found));
}

TEST_P(InferenceOf, LeavesTheModelAsItWas) {
  const at::Tensor before = plain();
  model->train(true);
  for (const ComputeOptions& options : {ComputeOptions(), kBf16}) {
    const Inference inference(*model, options);
    EXPECT_FALSE(model->training());
    inference.logits(images);
  }
  EXPECT_TRUE(model->training());
  EXPECT_TRUE(plain().equal(before));
  model->forward(images).sum().backward();
  for (const NamedTensor& parameter : model->parameters()) {
    EXPECT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
  }
}

// Weights are packed again by every object.
TEST_P(InferenceOf, SeesWeightsThatChangedBefore) {
  Inference(*model, {}).logits(images);
  {
    const at::NoGradGuard no_gradients;
    for (const NamedTensor& parameter : model->parameters()) parameter.tensor.mul_(0.9);
    for (const NamedTensor& buffer : model->buffers()) buffer.tensor.mul_(1.1);
  }
  const at::Tensor expected = plain();
  EXPECT_LT(test::difference(Inference(*model, {}).logits(images), expected), 1e-5);
}

std::vector<std::string> small_models() {
  std::vector<std::string> names = test::model_names();
  std::erase_if(names, [](const std::string& name) { return !name.ends_with("_nano") && name != "resnet_15"; });
  return names;
}

INSTANTIATE_TEST_SUITE_P(Small, InferenceOf, testing::ValuesIn(small_models()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
