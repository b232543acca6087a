#include "train/trainer.h"

#include <cmath>
#include <map>
#include <sstream>

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros_like.h>

#include "base/commit.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/reporter.h"
#include "base/text.h"
#include "base/toml.h"
#include "model/io/safetensors.h"
#include "model/io/weights.h"
#include "model/registry.h"
#include "predict/predictor.h"
#include "run/run_folder.h"
#include "run/trained_model.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"
#include "train/observer_digests.h"
#include "train/tiny_training.h"

namespace jetvit {
namespace {

using test::data;
using test::data_of_falling_auc;
using test::jets;
using test::log_of;
using test::train;

struct Heard : Reporter {
  std::vector<std::string> warnings;
  std::map<std::string, std::uint64_t> totals;  // of each piece of work, by its name
  void note(std::string_view /*line*/) override {}
  void warn(std::string_view line) override { warnings.emplace_back(line); }
  void progress(const ProgressReport& report) override { totals[std::string(report.what)] = report.total; }
  void end_progress() override {}
};

Recipe recipe(const std::string& more = "") {
  Json tree = parse_toml(R"(
    model = {name = "resnet_15"}
    image = {size = 20}
    augment = {horizontal_flip = 0.5, rotation = 20.0}
    train = {epochs = 3, batch_size = 16, ema_decay = 0.9, clip_norm = 1.0}
    schedule = {kind = "plateau", patience = 0}
    optimizer = {lr = 1e-3})",
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

// Stopped within epochs and between them, each time after the best epoch.
TEST(Trainer, ResumedRunKeepsTheBestOfBeforeAndTheLossSoFar) {
  const test::TempFolder folder;
  const Recipe how = recipe("train.epochs=5");
  train(how, folder / "whole", {}, data_of_falling_auc());
  const std::int64_t best = read_checkpoint(folder / "whole" / kBestFile).about["position"]["step"];
  ASSERT_LT(best, 13) << "the best epoch is to come before the stops";
  train(how, folder / "parts", {13, 14, 16, 18}, data_of_falling_auc());
  for (const char* name : {kLastFile, kBestFile}) {
    EXPECT_EQ(sha256_of_file(folder / "whole" / name), sha256_of_file(folder / "parts" / name)) << name;
  }
  EXPECT_EQ(log_of(folder / "whole"), log_of(folder / "parts"));
}

// Weights that do not move: each epoch has the AUC of the first.
TEST(Trainer, OfEpochsWithEqualAucTheFirstIsKept) {
  const test::TempFolder folder;
  Json tree = recipe_to_json(recipe("model.name=swin_nano"));
  apply_override(tree, "optimizer.lr=0");
  const Recipe how = recipe_from_json(tree);
  train(how, folder / "auc", {});
  const std::vector<Json> rows = log_of(folder / "auc");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0]["validation_auc"], rows[2]["validation_auc"]);
  EXPECT_EQ(read_checkpoint(folder / "auc" / kBestFile).about["position"]["epoch"], 1);
  EXPECT_EQ(read_checkpoint(folder / "auc" / kLastFile).about["position"]["best_epoch"], 1);
  apply_override(tree, "train.select=last");
  train(recipe_from_json(tree), folder / "last", {});
  EXPECT_EQ(read_checkpoint(folder / "last" / kBestFile).about["position"]["epoch"], 3);
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
    const auto train = [&] { trainer.run([&] { return trainer.state().step == stop ? SIGTERM : 0; }); };
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

// With no time between checkpoints, there is one before every step but the first.
TEST(Trainer, TimeMakesCheckpointsWithinAnEpoch) {
  for (const char* minutes : {"1e-12", "0", "1000"}) {
    SCOPED_TRACE(minutes);
    const test::TempFolder folder;
    Trainer trainer(recipe(text("train.save_every_minutes=", minutes)), data(), folder.path());
    const auto stop = [&]() -> int {
      const bool expected = std::string(minutes) == "1e-12" && trainer.state().step > 1;
      EXPECT_EQ(std::filesystem::exists(folder / kLastFile), expected) << trainer.state().step;
      return trainer.state().step == 3 ? SIGTERM : 0;
    };
    EXPECT_THROW(trainer.run(stop), Interrupted);
    EXPECT_EQ(training_state_from_json(read_checkpoint(folder / kLastFile).about["position"]).step, 3);
  }
}

// The bar names the epoch, and counts the rest of one that is resumed.
TEST(Trainer, ProgressNamesTheEpochAndWhatIsLeftOfIt) {
  const test::TempFolder folder;
  Heard heard;
  const ReporterScope scope(heard);
  Trainer stopped(recipe(), data(), folder.path());
  EXPECT_THROW(stopped.run([&] { return stopped.state().step == 2 ? SIGTERM : 0; }), Interrupted);
  const std::uint64_t whole = heard.totals.at("epoch 1/3");
  heard.totals.clear();
  Trainer resumed(recipe(), data(), folder.path());
  resumed.resume();
  resumed.run();
  EXPECT_EQ(heard.totals.at("epoch 1/3"), whole - 2 * 16);
  EXPECT_EQ(heard.totals.at("epoch 2/3"), whole);
  EXPECT_EQ(heard.totals.at("epoch 3/3"), whole);
  EXPECT_EQ(heard.totals.count("epoch 4/3"), 0U);
}

TEST(Trainer, ResumeRefusesAPhaseThatTheRecipeDoesNotHave) {
  const test::TempFolder folder;
  train(recipe(), folder / "run", {7});
  Checkpoint checkpoint = read_checkpoint(folder / "run" / kLastFile);
  for (const int phase : {-1, 1}) {
    checkpoint.about["position"]["phase"] = phase;
    write_checkpoint(folder / "run" / kLastFile, checkpoint);
    Trainer resumed(recipe(), data(), folder / "run");
    EXPECT_ERROR(resumed.resume(), Error, text("last.safetensors: no phase ", phase + 1, " in its recipe"));
  }
}

TEST(Trainer, ResumeMissesTheWeightsThatTheRunKept) {
  const test::TempFolder folder;
  train(recipe(), folder / "run", {7});
  std::filesystem::remove(folder / "run" / kBestFile);
  Trainer resumed(recipe(), data(), folder / "run");
  EXPECT_ERROR(resumed.resume(), Error, "best.safetensors: is missing, but the run kept the weights of epoch 3 there");
}

// The checkpoint before is a whole one, of four steps earlier; it is not lost where the damaged one is replaced.
TEST(Trainer, DamagedCheckpointFallsBackToTheOneBefore) {
  const test::TempFolder folder;
  train(recipe(), folder / "whole", {});
  for (const char* damage : {"flip", "cut", "lose"}) {
    SCOPED_TRACE(damage);
    const auto run = folder / damage;
    train(recipe("train.epochs=3"), run, {5, 7});
    std::string content = read_text_file(run / kLastFile, 1 << 30);
    std::filesystem::remove(run / kLastFile);
    content[content.size() / 2] ^= 1;
    if (damage == std::string("cut")) content.resize(content.size() / 2);
    if (damage != std::string("lose")) commit_text(run / kLastFile, content);
    EXPECT_TRUE(has_checkpoint(run));
    Heard heard;
    {
      const ReporterScope scope(heard);
      Trainer resumed(recipe(), data(), run);
      resumed.resume();
      EXPECT_EQ(resumed.state().step, 8);
      resumed.save_last();
      EXPECT_EQ(read_checkpoint(run / kPreviousFile).about["position"]["step"], 8) << "replaced by the damaged one";
      resumed.run();
    }
    ASSERT_EQ(heard.warnings.size(), 1U);
    EXPECT_NE(heard.warnings[0].find("last.safetensors: "), std::string::npos) << heard.warnings[0];
    EXPECT_NE(heard.warnings[0].find("resumes from the checkpoint before it, "), std::string::npos)
        << heard.warnings[0];
    for (const char* name : {kLastFile, kBestFile}) {
      EXPECT_EQ(sha256_of_file(folder / "whole" / name), sha256_of_file(run / name)) << name;
    }
  }
}

TEST(Trainer, TwoDamagedCheckpointsAreAnErrorThatNamesTheLast) {
  const test::TempFolder folder;
  train(recipe(), folder.path(), {5, 7});
  for (const char* name : {kLastFile, kPreviousFile}) {
    std::filesystem::remove(folder / name);
    commit_text(folder / name, "damaged");
  }
  Trainer resumed(recipe(), data(), folder.path());
  EXPECT_ERROR(resumed.resume(), Error, "last.safetensors: ");
}

TEST(Trainer, DamagedBestWeightsPointToTheLastOnes) {
  const test::TempFolder folder;
  train(recipe("train.epochs=1"), folder.path(), {});
  commit_text(folder / kBestFile, "damaged");
  EXPECT_ERROR(load_trained_model(folder.path()), Error, "last.safetensors, which can be given in place of the run");
  EXPECT_EQ(load_trained_model(folder / kLastFile).provenance["step"], 4);
}

TEST(Trainer, EpochsOfATrainingThatDidNotBeginAreNone) {
  const test::TempFolder folder;
  EXPECT_TRUE(Trainer(recipe(), data(), folder.path()).epochs().empty());
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
  EXPECT_EQ(trainer.state().step, 8);
  Trainer other(recipe("weights.kind=class"), data(), folder.path());
  EXPECT_ERROR(other.resume(), UsageError, "cannot resume: weights.kind is \"class\", was \"none\"");
}

TEST(Trainer, ResumeRefusesAnotherRecipeOrOtherData) {
  const test::TempFolder folder;
  train(recipe("train.epochs=1"), folder.path(), {});
  Trainer other(recipe("optimizer.lr=0.5"), data(), folder.path());
  EXPECT_ERROR(other.resume(), UsageError, "cannot resume: train.epochs is 3, was 1");
  TrainingData changed = data();
  changed.fingerprint = "changed";
  Trainer elsewhere(recipe("train.epochs=1"), changed, folder.path());
  EXPECT_ERROR(elsewhere.resume(), UsageError, "the jets of store are not those of store");
}

TEST(Trainer, ResumeRefusesOtherObservers) {
  const test::TempFolder folder;
  TrainingData before = data();
  before.observers = observer_digests(*before.train, *before.validation);
  Trainer(recipe("train.epochs=1"), before, folder.path()).run();
  const auto resume_with = [&](const JetRecords& changed) {
    TrainingData now = before;
    now.observers = observer_digests(changed, *now.validation);
    Trainer(recipe("train.epochs=1"), now, folder.path()).resume();
  };
  EXPECT_NO_THROW(resume_with(*before.train));
  JetRecords changed = *before.train;
  changed.observers[0][3] += 1;
  EXPECT_ERROR(resume_with(changed), UsageError, "the observers of store are not those of store: pt has other values");
  changed.observer_names = {"mass"};
  EXPECT_ERROR(resume_with(changed), UsageError, "not those of store: pt is missing, mass is new");
}

// What a training's validation tells, from the definitions: pairs that are in order, and -log of the probabilities.
std::map<std::string, double> figures(const std::vector<float>& logits, const std::vector<std::uint8_t>& label) {
  double pairs = 0;
  double in_order = 0;
  double loss = 0;
  double right = 0;
  for (std::size_t jet = 0; jet < logits.size(); ++jet) {
    const double probability = 1 / (1 + std::exp(-static_cast<double>(logits[jet])));
    loss -= std::log(label[jet] == 1 ? probability : 1 - probability);
    right += (probability > 0.5) == (label[jet] == 1) ? 1 : 0;
    for (std::size_t other = 0; other < logits.size(); ++other) {
      if (label[jet] != 1 || label[other] != 0) continue;
      pairs += 1;
      in_order += logits[jet] > logits[other] ? 1 : (logits[jet] == logits[other] ? 0.5 : 0);
    }
  }
  const auto jets = static_cast<double>(logits.size());
  return {
      {"validation_auc", in_order / pairs}, {"validation_loss", loss / jets}, {"validation_accuracy", right / jets}};
}

TEST(Trainer, BestCheckpointPredictsAsTheTrainingValidated) {
  for (const char* decay : {"train.ema_decay=0.9", "train.ema_decay=0"}) {
    const test::TempFolder folder;
    const Recipe how = recipe(decay);
    train(how, folder.path(), {});
    const TrainedModel best = load_trained_model(folder.path());
    EXPECT_EQ(best.model_name, "resnet_15");
    const auto rows = read_text_file(folder / kMetricsFile, 1 << 20);
    std::istringstream lines(rows);
    Json row;
    for (std::string line; std::getline(lines, line);) {
      if (Json::parse(line).at("epoch") == best.provenance.at("epoch")) row = Json::parse(line);
    }
    ASSERT_FALSE(row.is_null()) << rows;
    EXPECT_EQ(row.at("validation_auc"), best.provenance.at("validation_auc"));
    const auto records = data().validation;
    PredictOptions options;
    options.batch_size = how.train.batch_size;
    const auto logits = predict_logits(*best.model, records, best.transform, best.image, options);
    for (const auto& [name, value] : figures(logits, records->label)) {
      EXPECT_NEAR(row.at(name).get<double>(), value, 1e-12) << name << " " << decay;
    }
    // Other batches are other sums: the same but for rounding.
    options.batch_size = 3;
    const auto again = predict_logits(*best.model, records, best.transform, best.image, options);
    for (std::size_t jet = 0; jet < logits.size(); ++jet) EXPECT_NEAR(logits[jet], again[jet], 1e-5);
  }
}

TEST(Trainer, AverageFollowsItsRecurrence) {
  const test::TempFolder folder;
  at::set_num_threads(1);
  Json tree = recipe_to_json(recipe("train.epochs=1"));
  apply_override(tree, "train.ema_decay=0.3");
  Trainer trainer(recipe_from_json(tree), data(), folder.path());
  std::vector<std::map<std::string, at::Tensor>> weights;  // at the start and after each of the four steps
  const auto keep = [&] {
    weights.emplace_back();
    for (const auto& [name, tensor] : named_weights(trainer.model())) weights.back()[name] = tensor.detach().clone();
    return 0;
  };
  keep();
  trainer.run(keep);
  ASSERT_EQ(weights.size(), 5U);
  // Decays of 2/11, 3/12, and 0.3 twice, as 4/13 and 5/14 are more: the share of each in the average at the end.
  const std::vector<double> share = {2. / 11 * 0.25 * 0.09, 9. / 11 * 0.25 * 0.09, 0.75 * 0.09, 0.7 * 0.3, 0.7};
  const Checkpoint last = read_checkpoint(folder / kLastFile);
  bool apart = false;
  for (const auto& [name, tensor] : weights.back()) {
    const at::Tensor average = last.tensors.at("ema." + name);
    if (!tensor.is_floating_point()) {
      EXPECT_TRUE(at::equal(average, tensor)) << name;
      continue;
    }
    at::Tensor expected = at::zeros_like(tensor, at::kDouble);
    for (std::size_t step = 0; step < share.size(); ++step) expected.add_(weights[step].at(name), share[step]);
    EXPECT_TRUE(at::allclose(average.to(at::kDouble), expected, 1e-6, 1e-7)) << name;
    apart = apart || !at::allclose(average, tensor, 1e-3, 1e-4);
  }
  EXPECT_TRUE(apart) << "the average is that of weights that moved";
}

TEST(Trainer, NonFiniteLossNamesEpochStepAndJets) {
  const test::TempFolder folder;
  TrainingData bad = data();
  auto records = std::make_shared<JetRecords>(*bad.train);
  for (float& value : records->images.value) value = std::numeric_limits<float>::infinity();
  bad.train = records;
  Trainer trainer(recipe(), bad, folder.path());
  EXPECT_ERROR(trainer.run(), Error, "epoch 1, step 1: the loss or its gradient is not finite (jets: row ");
}

TEST(Trainer, ModelOptionsThatContradictTheDataAreRefused) {
  const test::TempFolder folder;
  EXPECT_ERROR(Trainer(recipe("model.channels=8"), data(), folder.path()), UsageError,
               "model.channels = 8 does not fit");
}

}  // namespace
}  // namespace jetvit
