// One training step by itself.
#include "train/train_step.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "model/io/weights.h"
#include "model/registry.h"
#include "support/images_of.h"
#include "train/seed_random.h"

namespace jetvit {
namespace {

constexpr std::int64_t kJets = 7;

Batch batch_of(const Model& model) {
  Batch batch;
  batch.images = test::images_of(model, "x", kJets);
  batch.targets = test::hash_tensor("targets", {kJets}).gt(0).to(at::kFloat);
  batch.weights = test::hash_tensor("weights", {kJets}).abs() + 0.1;
  for (std::size_t jet = 0; jet < kJets; ++jet) batch.jets.push_back(jet);
  return batch;
}

std::unique_ptr<Model> model_of(const std::string& name) {
  seed_random(1, kInitialization, 0);
  std::unique_ptr<Model> model = make_model(name, {{"image_size", 48}, {"drop_path", 0}});
  model->train(true);
  return model;
}

// Seven jets in parts of 3, 3 and 1, and one by one. A step of SGD of length 1 moves the weights by the gradient.
TEST(TrainStep, PartsHaveTheGradientOfTheBatch) {
  for (const char* name : {"vit_nano", "swin_nano"}) {  // without batch norms
    const auto gradient = [&](int parts) {
      const std::unique_ptr<Model> model = model_of(name);
      std::map<std::string, at::Tensor> before;
      for (const auto& [key, tensor] : named_weights(*model)) before[key] = tensor.clone();
      Recipe recipe;
      recipe.optimizer.kind = "sgd";
      recipe.train.accumulate = parts;
      TrainStep step(*model, nullptr, recipe, {});
      step.loss().begin(0, 0);
      step.run(batch_of(*model), {.lr = 1});
      std::map<std::string, at::Tensor> moved;
      for (const auto& [key, tensor] : named_weights(*model)) moved[key] = before.at(key) - tensor;
      moved["loss"] = at::full({}, step.loss().read().loss, at::kDouble);
      return moved;
    };
    const auto whole = gradient(1);
    for (const int parts : {3, 7, 100}) {
      for (const auto& [key, tensor] : gradient(parts)) {
        const at::Tensor expected = whole.at(key);
        // Sums of float32 in another order; and the weights, of size 1, round what they are moved by.
        EXPECT_LE((tensor - expected).abs().max().item<double>(), 1e-5 * expected.abs().max().item<double>() + 3e-7)
            << name << " " << parts << " " << key;
      }
    }
  }
}

}  // namespace
}  // namespace jetvit
