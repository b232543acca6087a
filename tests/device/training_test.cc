// Whole trainings on the device: their numbers are those of the CPU, they resume there and elsewhere, and the host
// neither waits for the device nor sends it more than the batches.
#include <set>
#include <utility>

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/text.h"
#include "device/model_on_device.h"
#include "device/test_device.h"
#include "model/layer_watch.h"
#include "predict/predictor.h"
#include "run/checkpoint.h"
#include "run/run_folder.h"
#include "run/trained_model.h"
#include "support/expect_error.h"
#include "support/images_of.h"
#include "support/temp_folder.h"
#include "train/tiny_training.h"

namespace jetvit {
namespace {

using test::data;
using test::on_test_device;
using test::recipe;
using test::train;

void expect_near(const std::filesystem::path& run, const std::filesystem::path& other) {
  const std::vector<Json> rows = test::log_of(run);
  const std::vector<Json> others = test::log_of(other);
  ASSERT_EQ(rows.size(), others.size());
  for (std::size_t epoch = 0; epoch < rows.size(); ++epoch) {
    for (const char* key : {"train_loss", "validation_loss", "validation_auc"}) {
      EXPECT_NEAR(rows[epoch][key].get<double>(), others[epoch][key].get<double>(), 1e-3) << key << " of " << epoch;
    }
  }
}

// Models of all kinds of layers, in phases, with an average of the weights.
TEST(DeviceTraining, HasTheLossesOfTheCpu) {
  const test::TempFolder folder;
  // A GPU draws other numbers for what is dropped.
  Json tree = test::three_phases();
  tree["model"].update({{"drop_path", 0.0}, {"front_drop_path", 0.0}});
  tree["phase"][0]["model"]["drop_path"] = 0.0;
  const Recipe phases = recipe_from_json(tree);
  train(phases, folder / "here", {});
  train(phases, folder / "there", {}, data(), on_test_device());
  expect_near(folder / "there", folder / "here");
}

TEST(DeviceTraining, ResumesBitForBit) {
  const test::TempFolder folder;
  for (const char* precision : {"fp32", "bf16", "fp16"}) {
    const Recipe how = recipe(text("train.precision=", precision));
    const auto whole = folder / text("whole_", precision);
    const auto parts = folder / text("parts_", precision);
    train(how, whole, {}, data(), on_test_device());
    train(how, parts, {2, 4, 7, 12}, data(), on_test_device());
    for (const char* name : {kLastFile, kBestFile}) {
      EXPECT_EQ(sha256_of_file(whole / name), sha256_of_file(parts / name)) << precision;
    }
  }
}

// With losses that are close, for none of the 15 steps overflows.
TEST(DeviceTraining, ScalesTheLossInFloat16) {
  const test::TempFolder folder;
  train(recipe("train.precision=fp16"), folder / "fp16", {}, data(), on_test_device());
  train(recipe(), folder / "fp32", {}, data(), on_test_device());
  const double loss = test::log_of(folder / "fp16").back().at("train_loss").get<double>();
  EXPECT_NEAR(loss, test::log_of(folder / "fp32").back().at("train_loss").get<double>(), 1e-2);
  const Checkpoint last = read_checkpoint(folder / "fp16" / kLastFile);
  EXPECT_EQ(last.tensors.at("loss_scale.factor").item<double>(), 65536);
  EXPECT_EQ(last.tensors.at("loss_scale.steps").item<int>(), 15);
  EXPECT_EQ(last.tensors.at("optimizer.steps").item<int>(), 15);
}

// In both passes, and in nothing else.
TEST(DeviceTraining, AllowsTf32WhereThePrecisionSaysSo) {
  const auto allowed = [] {  // in matrix multiplications, and in convolutions
    return std::pair(at::globalContext().allowTF32CuBLAS(), at::globalContext().allowTF32CuDNN());
  };
  at::globalContext().setAllowTF32CuDNN(false);
  for (const bool tf32 : {false, true}) {
    ComputeOptions compute = on_test_device();
    if (tf32) compute.precision = Precision::kTf32;
    const std::unique_ptr<Model> model = test::model_on(compute.device, "resnet_15");
    model->train(true);
    std::set<std::pair<bool, bool>> forward, backward;
    const LayerWatch watch([&](const Module&, const at::Tensor&) { forward.insert(allowed()); });
    for (const auto& [name, tensor] : model->parameters()) {
      tensor.register_hook([&](const at::Tensor&) { backward.insert(allowed()); });
    }
    TrainStep step(*model, nullptr, Recipe(), compute);
    step.loss().begin(0, 0);
    step.run({test::images_of(*model), at::ones({2}), at::ones({2}), {0, 1}}, {.lr = 1e-3});
    EXPECT_EQ(forward, (std::set{std::pair(tf32, tf32)}));
    EXPECT_EQ(backward, (std::set{std::pair(tf32, tf32)}));
    EXPECT_EQ(allowed(), std::pair(false, false));
  }
}

TEST(DeviceTraining, CheckpointsKnowNoDevice) {
  const test::TempFolder folder;
  train(recipe(), folder / "here", {});
  for (const bool there_first : {true, false}) {
    const auto run = folder / (there_first ? "there_first" : "here_first");
    std::filesystem::create_directories(run);
    Trainer first(recipe(), data(), run, there_first ? on_test_device() : ComputeOptions());
    EXPECT_THROW(first.run([&] { return first.state().step == 6 ? SIGTERM : 0; }), Interrupted);
    Trainer second(recipe(), data(), run, there_first ? ComputeOptions() : on_test_device());
    second.resume();
    second.run();
    expect_near(run, folder / "here");
  }
}

TEST(DeviceTraining, PredictsAsTheCpu) {
  const test::TempFolder folder;
  train(recipe("model.name=effswin_nano"), folder / "run", {});
  const TrainedModel here = load_trained_model(folder / "run");
  const TrainedModel there = load_trained_model(folder / "run", on_test_device().device);
  PredictOptions options;
  options.batch_size = 7;
  const auto logits = predict_logits(*here.model, data().validation, here.transform, here.image, options);
  options.compute = on_test_device();
  const auto on_device = predict_logits(*there.model, data().validation, there.transform, there.image, options);
  ASSERT_EQ(on_device.size(), logits.size());
  for (std::size_t jet = 0; jet < logits.size(); ++jet) EXPECT_NEAR(on_device[jet], logits[jet], 1e-4) << jet;
}

// A step that is recorded and replayed, in phases whose models, optimizers and schedules differ.
TEST(DeviceTraining, ReplaysStepsBitForBit) {
  const test::TempFolder folder;
  Json tree = test::three_phases();
  tree["phase"][1]["optimizer"] = {{"kind", "adam"}};
  tree["phase"][2]["train"]["epochs"] = 3;
  ComputeOptions compute = on_test_device();
  train(recipe_from_json(tree), folder / "replayed", {}, data(), compute);
  compute.graphs = false;
  train(recipe_from_json(tree), folder / "one_by_one", {}, data(), compute);
  for (const char* name : {kLastFile, kBestFile}) {
    EXPECT_EQ(sha256_of_file(folder / "replayed" / name), sha256_of_file(folder / "one_by_one" / name)) << name;
  }
}

// Dropped paths are drawn on the device, and drawn again when a block is computed for the second time.
TEST(DeviceTraining, RecomputesBitForBit) {
  const test::TempFolder folder;
  ComputeOptions compute = on_test_device();
  compute.graphs = false;
  for (const char* level : {"none", "blocks", "stages"}) {
    Json tree = test::three_phases();
    tree["train"]["recompute"] = level;
    train(recipe_from_json(tree), folder / level, {}, data(), compute);
  }
  const auto tensors_of = [&](const char* level) { return read_checkpoint(folder / level / kLastFile).tensors; };
  const std::map<std::string, at::Tensor> expected = tensors_of("none");
  for (const char* level : {"blocks", "stages"}) {
    for (const auto& [name, tensor] : tensors_of(level)) {
      EXPECT_TRUE(at::equal(tensor, expected.at(name))) << level << ": " << name;
    }
  }
}

class DeviceTraffic : public test::OnStandIn {};

// 101 steps of an epoch. A batch is two tensors: the images, and all numbers.
TEST_F(DeviceTraffic, IsOneReadInFiftyStepsAndTheBatches) {
  for (const char* model : {"resnet_15", "efficientnet_nano", "swin_nano"}) {
    for (const char* precision : {"fp32", "bf16"}) {
      SCOPED_TRACE(text(model, " ", precision));
      const test::TempFolder folder;
      TrainingData many = data();
      many.train = test::jets(204, 1);
      Recipe how = recipe(text("model.name=", model));
      how.train.precision = precision;
      how.train.batch_size = 2;
      how.train.epochs = 1;
      how.train.save_every_minutes = 0;
      Trainer trainer(how, many, folder.path(), on_test_device());
      std::vector<stand_in::Traffic> after;  // each step
      trainer.run([&] {
        after.push_back(stand_in::traffic());
        return 0;
      });
      ASSERT_EQ(after.size(), 102U);
      const stand_in::Traffic steps = after[101] - after[0];
      EXPECT_LE(steps.waits(), 2);
      EXPECT_EQ(steps.to_device, 2 * 101);
      EXPECT_EQ(steps.replays, 98) << "two steps before the record, and the record";
      // Besides the three steps only the two copies to where a replay reads, and what is read and begun again every 50
      // steps.
      EXPECT_LE(steps.launches, 3 * (after[2] - after[1]).launches + 2 * 98 + 10);
      RecordProperty(text(model, "_", precision, "_launches_of_a_step"),
                     static_cast<int>((after[2] - after[1]).launches));
    }
  }
}

// Of one jet with infinite energy the host learns at the end of the epoch.
TEST(DeviceTraining, NamesTheStepThatWasNotFinite) {
  const test::TempFolder folder;
  const TrainingData bad = test::data_with_infinite_jets(1, 2);
  std::string here;
  for (const ComputeOptions& compute : {ComputeOptions(), on_test_device()}) {
    Trainer trainer(recipe(), bad, folder.path(), compute);
    try {
      trainer.run();
      FAIL() << "trained on jets that are not finite";
    } catch (const Error& error) {
      if (here.empty()) here = error.what();
      EXPECT_EQ(error.what(), here);
      EXPECT_NE(here.find("the loss or its gradient is not finite (jets: row "), std::string::npos) << here;
    }
  }
}

TEST(DeviceTraining, SkipsStepsThatAreNotFinite) {
  const test::TempFolder folder;
  const TrainingData bad = test::data_with_infinite_jets(1, 2);
  const Recipe how = recipe("train.non_finite=skip");
  train(how, folder / "here", {}, bad);
  train(how, folder / "there", {}, bad, on_test_device());
  expect_near(folder / "there", folder / "here");
  const std::vector<Json> rows = test::log_of(folder / "there");
  const std::vector<Json> others = test::log_of(folder / "here");
  for (std::size_t epoch = 0; epoch < rows.size(); ++epoch) {
    EXPECT_EQ(rows[epoch].at("skipped_steps"), others.at(epoch).at("skipped_steps"));
  }
  train(how, folder / "parts", {1, 2, 3, 4, 9}, bad, on_test_device());
  EXPECT_EQ(sha256_of_file(folder / "parts" / kLastFile), sha256_of_file(folder / "there" / kLastFile));
}

}  // namespace
}  // namespace jetvit
