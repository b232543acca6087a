// Weights of every model, written to a file and read back.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "model/io/safetensors.h"
#include "model/io/weights.h"
#include "support/filled_model.h"
#include "support/hash_fill.h"
#include "support/model_names.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

at::Tensor logits_of(Model& model) {
  model.train(false);
  const at::NoGradGuard no_gradients;
  return model.forward(test::hash_tensor("x", {1, model.channels(), model.image_size(), model.image_size()}));
}

class WeightFiles : public testing::TestWithParam<std::string> {};

// No tensor has its initial value, so that a missing norm or running statistic would be noticed.
TEST_P(WeightFiles, AreReadBackBitForBit) {
  const test::TempFolder folder;
  const Json options = {{"image_size", GetParam().ends_with("nano") ? 48 : 64}};
  const std::unique_ptr<Model> saved = test::filled_model(GetParam(), options);
  write_safetensors(folder / "weights", {named_weights(*saved), {}});
  const std::unique_ptr<Model> loaded = make_model(GetParam(), options);
  load_weights(*loaded, read_safetensors(folder / "weights").tensors, GetParam());
  const std::map<std::string, at::Tensor> expected = named_weights(*saved);
  for (const auto& [name, tensor] : named_weights(*loaded)) EXPECT_TRUE(at::equal(tensor, expected.at(name))) << name;
  EXPECT_TRUE(at::equal(logits_of(*loaded), logits_of(*saved)));
}

INSTANTIATE_TEST_SUITE_P(Registry, WeightFiles, testing::ValuesIn(test::model_names()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
