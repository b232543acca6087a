// Whole trainings on the device: their numbers are those of the CPU, they resume there and elsewhere, and the host
// neither waits for the device nor sends it more than the batches.
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/text.h"
#include "device/test_device.h"
#include "predict/predictor.h"
#include "run/run_folder.h"
#include "run/trained_model.h"
#include "support/expect_error.h"
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
  const Recipe phases = recipe_from_json(test::three_phases());
  train(phases, folder / "here", {});
  train(phases, folder / "there", {}, data(), on_test_device());
  expect_near(folder / "there", folder / "here");
}

TEST(DeviceTraining, ResumesBitForBit) {
  const test::TempFolder folder;
  for (const char* precision : {"fp32", "bf16"}) {
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
  const auto logits = predict_logits(*here.model, data().validation, here.transform, here.image, options);
  options.compute = on_test_device();
  const auto on_device = predict_logits(*there.model, data().validation, there.transform, there.image, options);
  ASSERT_EQ(on_device.size(), logits.size());
  for (std::size_t jet = 0; jet < logits.size(); ++jet) EXPECT_NEAR(on_device[jet], logits[jet], 1e-4) << jet;
}

// 101 steps of an epoch. A batch is three tensors: images, targets and weights.
TEST(DeviceTraining, WaitsForTheDeviceEveryFiftiethStepAndSendsNothingButBatches) {
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
      EXPECT_EQ(steps.to_device, 3 * 101);
      RecordProperty(text(model, "_", precision, "_launches_a_step"), static_cast<int>(steps.launches / 101));
    }
  }
}

// The jets of the fourth batch are not finite; the host learns of it at the end of the epoch.
TEST(DeviceTraining, NamesTheStepThatWasNotFinite) {
  const test::TempFolder folder;
  TrainingData bad = data();
  auto records = std::make_shared<JetRecords>(*bad.train);
  for (std::size_t pixel = records->images.offset[3]; pixel < records->images.offset[6]; ++pixel) {
    records->images.value[pixel] = std::numeric_limits<float>::infinity();
  }
  bad.train = records;
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

}  // namespace
}  // namespace jetvit
