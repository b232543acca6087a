// Ten steps of training against timm with torch.optim.AdamW: tests/oracle/make/make_training_oracles.py.
#include <filesystem>

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "support/filled_model.h"
#include "train/loss_terms.h"
#include "train/optimizer.h"

namespace jetvit {
namespace {

Json read_oracles() {
  const std::filesystem::path path = JETVIT_SOURCE_DIR "/tests/train/training_oracles.json";
  return parse_json(read_text_file(path, 1 << 20), path.string());
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  const Json oracles = read_oracles();
  for (const auto& [name, content] : oracles.at("models").items()) names.push_back(name);
  return names;
}

class TrainingOracle : public testing::TestWithParam<std::string> {};

// A new batch each step; weights decay but for norms, biases, position tables and class tokens, as timm chooses.
TEST_P(TrainingOracle, TenAdamWStepsGiveTheLossesOfTheReference) {
  constexpr double kTolerance = 1e-5;  // timm in float32 stays within 2e-6 of its float64
  const Json oracles = read_oracles();
  const auto batch = oracles.at("batch").get<std::int64_t>();
  const Json& of_model = oracles.at("models").at(GetParam());
  const std::unique_ptr<Model> model = test::filled_model(GetParam(), of_model.at("options"));
  Optimizer optimizer({}, model->parameters());
  model->train(true);
  int step = 0;
  for (const Json& expected : of_model.at("losses")) {
    const std::int64_t size = model->image_size();
    const at::Tensor x = test::hash_tensor(text("x", step), {batch, model->channels(), size, size});
    const at::Tensor labels = test::hash_tensor(text("labels", step), {batch}).gt(0).to(at::kFloat);
    const LossTerms terms = loss_terms(labels, at::ones_like(labels), 1, 0);
    const at::Tensor loss = weighted_loss(model->forward(x).flatten(), terms, terms.weights.sum());
    EXPECT_NEAR(loss.item<double>(), expected.get<double>(), kTolerance) << "step " << step;
    optimizer.clear_gradients();
    loss.backward();
    optimizer.step(oracles.at("lr").get<double>(), oracles.at("weight_decay").get<double>());
    ++step;
  }
  EXPECT_EQ(step, 10);
}

INSTANTIATE_TEST_SUITE_P(Timm, TrainingOracle, testing::ValuesIn(model_names()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
