// Steps of training of every small model and kind of model: in bfloat16, and twice from the same seed.
#include <set>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/ones_like.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "compute/autocast.h"
#include "compute/bf16_matmul.h"
#include "model/io/weights.h"
#include "support/bf16_options.h"
#include "support/filled_model.h"
#include "support/model_names.h"
#include "train/loss_terms.h"
#include "train/optimizer.h"
#include "train/seed_random.h"

namespace jetvit {
namespace {

using test::kBf16;

constexpr std::int64_t kBatch = 8;

const Json& oracles() {
  constexpr const char* kPath = JETVIT_SOURCE_DIR "/tests/train/training_oracles.json";
  static const Json all = parse_json(read_text_file(kPath, 1 << 20), kPath).at("models");
  return all;
}

// The small ones of the registry and, narrow, those of another kind.
std::vector<std::string> small_models() {
  const std::vector<std::string> registered = test::small_model_names();
  std::set<std::string> names(registered.begin(), registered.end());
  for (const auto& [name, oracle] : oracles().items()) names.insert(name);
  return {names.begin(), names.end()};
}

class NanoSteps : public testing::TestWithParam<std::string> {
 protected:
  static const Json& oracle() { return oracles().at(GetParam()); }
  static const Json& options() { return oracle().at("options"); }

  static at::Tensor images(const Model& model, int step) {
    return test::hash_tensor(text("x", step), {kBatch, model.channels(), model.image_size(), model.image_size()});
  }

  static at::Tensor loss(const at::Tensor& logits, int step) {
    const at::Tensor labels = test::hash_tensor(text("labels", step), {kBatch}).gt(0).to(at::kFloat);
    const LossTerms terms = loss_terms(labels, at::ones_like(labels), 1, 0);
    return weighted_loss(logits.to(at::kFloat).flatten(), terms, terms.weights.sum());
  }
};

// Without random layers. How far bfloat16 may lead away is what it does to timm under torch.autocast on the same
// numbers, with a factor for the roundings of other places: tests/oracle/make/make_training_oracles.py.
TEST_P(NanoSteps, InBfloat16StayAsCloseAsTheReference) {
  constexpr double kFactor = 2;
  const std::unique_ptr<Model> model = test::filled_model(GetParam(), options());
  model->train(true);
  const at::Tensor exact = model->forward(images(*model, 0)).detach();
  at::Tensor logits;
  {
    const AutocastGuard autocast(kBf16);
    logits = model->forward(images(*model, 0)).to(at::kFloat);
  }
  EXPECT_TRUE(at::isfinite(logits).all().item<bool>());
  const double difference = ((logits - exact).norm() / exact.norm()).item<double>();
  RecordProperty("difference", text(difference));
  EXPECT_GT(difference, 0) << "nothing was rounded";
  EXPECT_LE(difference, kFactor * oracle().at("bfloat16_deviation").get<double>());
  loss(logits, 0).backward();
  for (const NamedTensor& parameter : model->parameters()) {
    ASSERT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
    EXPECT_EQ(parameter.tensor.grad().scalar_type(), at::kFloat) << parameter.name;
    EXPECT_TRUE(at::isfinite(parameter.tensor.grad()).all().item<bool>()) << parameter.name;
  }
}

TEST_P(NanoSteps, DependOnTheSeedAlone) {
  Json random = options();
  for (const char* key : {"dropout", "drop_path"}) {
    if (resolved_model_options(GetParam(), random).contains(key)) random[key] = 0.3;
  }
  // Loss and gradients of two steps from freshly drawn parameters.
  const auto train = [&](int seed, const ComputeOptions& options) {
    seed_random(seed, 0, 0);
    const std::unique_ptr<Model> model = make_model(GetParam(), random);
    model->train(true);
    Optimizer optimizer({}, model->parameters());
    std::vector<at::Tensor> out;
    for (int step = 0; step < 2; ++step) {
      optimizer.clear_gradients();
      at::Tensor logits;
      {
        const AutocastGuard autocast(options);
        logits = model->forward(images(*model, step));
      }
      out.push_back(loss(logits, step));
      out.back().backward();
      for (const NamedTensor& parameter : model->parameters()) out.push_back(parameter.tensor.grad().clone());
      optimizer.step(1e-3, 0.05);
    }
    return out;
  };
  for (const ComputeOptions& options : {ComputeOptions(), kBf16}) {
    const std::vector<at::Tensor> once = train(1, options);
    const std::vector<at::Tensor> again = train(1, options);
    ASSERT_EQ(once.size(), again.size());
    for (std::size_t index = 0; index < once.size(); ++index)
      EXPECT_TRUE(at::equal(once[index], again[index])) << index;
    EXPECT_FALSE(at::equal(once[0], train(2, options)[0]));
  }
}

// Bit for bit: each weight is rounded, and its gradient summed in bfloat16, as autocast does it.
TEST_P(NanoSteps, KeepingBf16WeightsChangesNothing) {
  if (!has_bf16_instructions()) GTEST_SKIP() << "no bfloat16 instructions: nothing is kept";
  const auto train = [&](bool keep) {
    seed_random(1, 0, 0);
    const std::unique_ptr<Model> model = make_model(GetParam(), options());
    model->train(true);
    Bf16Weights weights(keep ? kBf16 : ComputeOptions());
    OptimizerOptions options;
    options.kind = "sgd";  // by ATen, with copies and without
    Optimizer optimizer(options, model->parameters(), &weights);
    for (int step = 0; step < 3; ++step) {
      optimizer.clear_gradients();
      at::Tensor logits;
      {
        const AutocastGuard autocast(kBf16);
        const Bf16Weights::Use use(weights);
        logits = model->forward(images(*model, step));
      }
      loss(logits, step).backward();
      weights.move_gradients();
      optimizer.step(1e-2, 0.05);
    }
    return named_weights(*model);
  };
  const std::map<std::string, at::Tensor> kept = train(true);
  for (const auto& [name, tensor] : train(false)) EXPECT_TRUE(at::equal(kept.at(name), tensor)) << name;
}

INSTANTIATE_TEST_SUITE_P(Registry, NanoSteps, testing::ValuesIn(small_models()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
