#include "train/trainer.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/toml.h"
#include "model/registry.h"
#include "model/safetensors.h"
#include "model/weights.h"
#include "predict/predictor.h"
#include "predict/trained_model.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"
#include "train/tiny_training.h"

namespace jetvit {
namespace {

using test::data;
using test::jets;
using test::train;

Recipe recipe(const std::string& more = "") {
  Json tree = parse_toml(R"(
    model = {name = "resnet_15"}
    image = {size = 20}
    augment = {horizontal_flip = 0.5, rotation = 20.0}
    train = {epochs = 3, batch_size = 16, ema_decay = 0.9, clip_norm = 1.0}
    schedule = {kind = "plateau", patience = 0}
    optimiser = {lr = 1e-3})",
                         "test");
  if (!more.empty()) apply_override(tree, more);
  return recipe_from_json(tree);
}

TEST(Trainer, StoppedAndResumedRunEqualsAnUnbrokenOneBitForBit) {
  const test::TempFolder folder;
  for (const char* precision : {"fp32", "bf16"}) {
    const Recipe how = recipe(std::string("train.precision=") + precision);
    const auto whole = folder / (std::string("whole_") + precision);
    const auto parts = folder / (std::string("parts_") + precision);
    train(how, whole, {});
    train(how, parts, {2, 4, 7, 12});  // within epochs, and at the end of the first and the last (4 steps each)
    for (const char* name : {kLastFile, kBestFile})
      EXPECT_EQ(sha256_of_file(whole / name), sha256_of_file(parts / name));
    EXPECT_EQ(read_text_file(parts / kMetricsFile, 1 << 20).find("\"epoch\":4"), std::string::npos);
  }
}

TEST(Trainer, PretrainedWeightsAreReadOnceAndResumeBitForBit) {
  const test::TempFolder folder;
  at::set_num_threads(1);
  const std::string file = folder / "w.safetensors";
  write_safetensors(file, {named_weights(*make_model("resnet_15", {{"image_size", 64}, {"channels", 5}})), {}});
  Recipe how = recipe("train.epochs=1");
  how.pretrained.file = file;
  for (const char* name : {"whole", "parts"}) {
    std::filesystem::create_directory(folder / name);
    Trainer trainer(how, data(), folder / name);
    trainer.start_from_pretrained();
    EXPECT_EQ(trainer.pretrained()["adapted"][0]["how"], "5 to 3 input channels (timm)");
    const std::int64_t stop = std::string(name) == "parts" ? 2 : -1;
    const auto train = [&] { trainer.run([&] { return trainer.position().step == stop ? SIGTERM : 0; }); };
    if (stop > 0) {
      EXPECT_THROW(train(), Interrupted);
    } else {
      train();
    }
  }
  std::filesystem::remove(file);
  Trainer resumed(how, data(), folder / "parts");
  resumed.resume();
  EXPECT_EQ(resumed.pretrained()["loaded"].size(), 33U);
  resumed.run();
  for (const char* name : {kLastFile, kBestFile}) {
    EXPECT_EQ(sha256_of_file(folder / "whole" / name), sha256_of_file(folder / "parts" / name));
  }
}

TEST(Trainer, MixingWeightsAndDrawingResumeBitForBit) {
  const test::TempFolder folder;
  Json tree = recipe_to_json(recipe());
  for (const char* setting :
       {"augment.mixup=0.8", "augment.cutmix=1.0", "weights.kind=reference", "weights.bins=[80, 100, 120, 170]",
        "train.label_smoothing=0.1", "train.positive_weight=2"}) {
    apply_override(tree, setting);
  }
  std::vector<std::string> digests;
  for (const char* setting : {"train.sampling=permutation", "train.sampling=weighted", "augment.mix_probability=0"}) {
    apply_override(tree, setting);
    const auto whole = folder / (std::string("whole_") + setting);
    const auto parts = folder / (std::string("parts_") + setting);
    train(recipe_from_json(tree), whole, {});
    train(recipe_from_json(tree), parts, {3, 6, 8});
    digests.push_back(sha256_of_file(whole / kLastFile));
    EXPECT_EQ(digests.back(), sha256_of_file(parts / kLastFile)) << setting;
  }
  EXPECT_NE(digests[0], digests[1]);
  EXPECT_NE(digests[1], digests[2]);
}

TEST(Trainer, ResumesRunsOlderThanARecipesKey) {
  const test::TempFolder folder;
  train(recipe("train.epochs=2"), folder.path(), {4});
  Checkpoint checkpoint = read_checkpoint(folder / kLastFile);
  checkpoint.about["recipe"].erase("weights");
  checkpoint.about["recipe"]["augment"].erase("mixup");
  checkpoint.about["recipe"]["train"].erase("sampling");
  write_checkpoint(folder / kLastFile, checkpoint);
  Trainer trainer(recipe("train.epochs=2"), data(), folder.path());
  trainer.resume();
  EXPECT_EQ(trainer.position().step, 8);
  Trainer other(recipe("weights.kind=class"), data(), folder.path());
  EXPECT_ERROR(other.resume(), UsageError, "cannot resume: weights.kind is \"class\", was \"none\"");
}

TEST(Trainer, ResumeRefusesAnotherRecipeOrOtherData) {
  const test::TempFolder folder;
  train(recipe("train.epochs=1"), folder.path(), {});
  Trainer other(recipe("optimiser.lr=0.5"), data(), folder.path());
  EXPECT_ERROR(other.resume(), UsageError, "cannot resume: train.epochs is 3, was 1");
  TrainingData changed = data();
  changed.fingerprint = "changed";
  Trainer elsewhere(recipe("train.epochs=1"), changed, folder.path());
  EXPECT_ERROR(elsewhere.resume(), UsageError, "the jets of store are not those of store");
}

TEST(Trainer, BestCheckpointPredictsAsTheTrainingValidated) {
  const test::TempFolder folder;
  train(recipe(), folder.path(), {});
  const TrainedModel best = load_trained_model(folder.path());
  EXPECT_EQ(best.model_name, "resnet_15");
  EXPECT_GT(best.provenance.at("validation_auc").get<double>(), 0.5);
  const TrainedModel last = load_trained_model(folder / kLastFile);
  const auto records = jets(10, 3);
  const auto logits = predict_logits(*best.model, records, best.transform, best.image, {});
  PredictOptions small;
  small.batch_size = 3;
  const auto again = predict_logits(*best.model, records, best.transform, best.image, small);
  ASSERT_EQ(logits.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_NEAR(logits[i], again[i], 1e-5);
}

TEST(Trainer, NonFiniteLossNamesEpochStepAndJets) {
  const test::TempFolder folder;
  TrainingData bad = data();
  auto records = std::make_shared<JetRecords>(*bad.train);
  for (float& value : records->images.value) value = std::numeric_limits<float>::infinity();
  bad.train = records;
  Trainer trainer(recipe(), bad, folder.path());
  EXPECT_ERROR(trainer.run(), Error, "epoch 1, step 1: the loss or its gradient is not finite (jets file:row 0:");
}

TEST(Trainer, ModelOptionsThatContradictTheDataAreRefused) {
  const test::TempFolder folder;
  EXPECT_ERROR(Trainer(recipe("model.channels=8"), data(), folder.path()), UsageError,
               "model.channels = 8 does not fit");
}

}  // namespace
}  // namespace jetvit
