#include "model/io/weights.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "model/registry.h"
#include "support/expect_error.h"
#include "support/hash_fill.h"

namespace jetvit {
namespace {

std::unique_ptr<Model> make_small(const std::string& name) {
  return make_model(name, Json::parse(R"({"image_size": 48})"));
}

std::map<std::string, at::Tensor> copied_weights(const Module& model) {
  std::map<std::string, at::Tensor> copies;
  for (const auto& [name, tensor] : named_weights(model)) copies[name] = tensor.detach().clone();
  return copies;
}

TEST(Weights, LoadedTensorsStillTrain) {
  const std::unique_ptr<Model> model = make_small("vit_nano");
  load_weights(*model, copied_weights(*model), "weights");
  model->forward(test::hash_tensor("x", {1, 3, 48, 48})).sum().backward();
  for (const NamedTensor& parameter : model->parameters()) {
    EXPECT_TRUE(parameter.tensor.is_leaf() && parameter.tensor.requires_grad()) << parameter.name;
    EXPECT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
  }
}

TEST(Weights, OtherFloatTypesAreConverted) {
  const std::unique_ptr<Model> model = make_small("vit_nano");
  std::map<std::string, at::Tensor> halves;
  for (const auto& [name, tensor] : copied_weights(*model)) halves[name] = tensor.to(at::kBFloat16);
  load_weights(*model, halves, "weights");
  for (const auto& [name, tensor] : named_weights(*model)) {
    EXPECT_EQ(tensor.scalar_type(), at::kFloat);
    EXPECT_TRUE(at::equal(tensor, halves.at(name).to(at::kFloat))) << name;
  }
}

TEST(Weights, ThatDoNotFitAreNamedAndNothingIsCopied) {
  const std::unique_ptr<Model> model = make_small("coatnet_nano");
  const std::map<std::string, at::Tensor> before = copied_weights(*model);
  std::map<std::string, at::Tensor> zeros;
  for (const auto& [name, tensor] : before) zeros[name] = at::zeros(tensor.sizes());

  auto missing = zeros;
  missing.erase("stem.norm1.running_var");
  EXPECT_ERROR(load_weights(*model, missing, "w.safetensors"), Error,
               "w.safetensors: has no tensor \"stem.norm1.running_var\"");
  auto unexpected = zeros;
  unexpected["head.fc.scale"] = at::ones({1});
  EXPECT_ERROR(load_weights(*model, unexpected, "w.safetensors"), Error,
               "w.safetensors: holds the tensor \"head.fc.scale\", which the model does not have");
  auto misshapen = zeros;
  misshapen["head.fc.weight"] = at::ones({2, 64});
  EXPECT_ERROR(load_weights(*model, misshapen, "w.safetensors"), Error,
               "tensor \"head.fc.weight\" has the shape (2, 64), but the model needs (1, 64)");
  auto whole = zeros;
  whole["head.fc.bias"] = at::ones({1}, at::kLong);
  EXPECT_ERROR(load_weights(*model, whole, "w.safetensors"), Error,
               "tensor \"head.fc.bias\" holds Long values, but the model needs floating point");
  for (const auto& [name, tensor] : named_weights(*model)) EXPECT_TRUE(at::equal(tensor, before.at(name))) << name;
}

TEST(Weights, CountersOfBatchNormsAreIgnored) {
  const std::unique_ptr<Model> model = make_small("coatnet_nano");
  std::map<std::string, at::Tensor> weights = copied_weights(*model);
  weights["stem.norm1.num_batches_tracked"] = at::zeros({}, at::kLong);
  EXPECT_NO_THROW(load_weights(*model, weights, "weights"));
}

}  // namespace
}  // namespace jetvit
