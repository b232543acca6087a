#include "base/commit.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "model/io/safetensors.h"
#include "model/io/weights.h"
#include "model/registry.h"
#include "run/run_folder.h"
#include "run/trained_model.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"
#include "train/observer_digests.h"
#include "train/tiny_training.h"
#include "train/trainer.h"

namespace jetvit {
namespace {

using test::data;
using test::data_of_falling_auc;
using test::Heard;
using test::log_of;
using test::recipe;
using test::train;

TEST(Resume, StoppedAndResumedRunEqualsAnUnbrokenOneBitForBit) {
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
TEST(Resume, ResumedRunKeepsTheBestOfBeforeAndTheLossSoFar) {
  const test::TempFolder folder;
  const Recipe how = recipe("train.epochs=5");
  train(how, folder / "whole", {}, data_of_falling_auc());
  const std::int64_t best = read_checkpoint(folder / "whole" / kBestFile).about.position.step;
  ASSERT_LT(best, 13) << "the best epoch is to come before the stops";
  train(how, folder / "parts", {13, 14, 16, 18}, data_of_falling_auc());
  for (const char* name : {kLastFile, kBestFile}) {
    EXPECT_EQ(sha256_of_file(folder / "whole" / name), sha256_of_file(folder / "parts" / name)) << name;
  }
  EXPECT_EQ(log_of(folder / "whole"), log_of(folder / "parts"));
}

TEST(Resume, PretrainedWeightsAreReadOnceAndResumeBitForBit) {
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

TEST(Resume, MixingWeightsAndDrawingResumeBitForBit) {
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
TEST(Resume, TimeMakesCheckpointsWithinAnEpoch) {
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
    EXPECT_EQ(read_checkpoint(folder / kLastFile).about.position.step, 3);
  }
}

TEST(Resume, ResumeRefusesAPhaseThatTheRecipeDoesNotHave) {
  const test::TempFolder folder;
  train(recipe(), folder / "run", {7});
  Checkpoint checkpoint = read_checkpoint(folder / "run" / kLastFile);
  for (const int phase : {-1, 1}) {
    checkpoint.about.position.phase = phase;
    write_checkpoint(folder / "run" / kLastFile, checkpoint);
    Trainer resumed(recipe(), data(), folder / "run");
    EXPECT_ERROR(resumed.resume(), Error, text("last.safetensors: no phase ", phase + 1, " in its recipe"));
  }
}

TEST(Resume, ResumeMissesTheWeightsThatTheRunKept) {
  const test::TempFolder folder;
  train(recipe(), folder / "run", {7});
  std::filesystem::remove(folder / "run" / kBestFile);
  Trainer resumed(recipe(), data(), folder / "run");
  EXPECT_ERROR(resumed.resume(), Error, "best.safetensors: is missing, but the run kept the weights of epoch 3 there");
}

// The checkpoint before is a whole one, of four steps earlier; it is not lost where the damaged one is replaced.
TEST(Resume, DamagedCheckpointFallsBackToTheOneBefore) {
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
      EXPECT_EQ(resumed.state().step, 10);
      resumed.save_last();
      EXPECT_EQ(read_checkpoint(run / kPreviousFile).about.position.step, 10) << "replaced by the damaged one";
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

TEST(Resume, TwoDamagedCheckpointsAreAnErrorThatNamesTheLast) {
  const test::TempFolder folder;
  train(recipe(), folder.path(), {5, 7});
  for (const char* name : {kLastFile, kPreviousFile}) {
    std::filesystem::remove(folder / name);
    commit_text(folder / name, "damaged");
  }
  Trainer resumed(recipe(), data(), folder.path());
  EXPECT_ERROR(resumed.resume(), Error, "last.safetensors: ");
}

TEST(Resume, DamagedBestWeightsPointToTheLastOnes) {
  const test::TempFolder folder;
  train(recipe("train.epochs=1"), folder.path(), {});
  commit_text(folder / kBestFile, "damaged");
  EXPECT_ERROR(load_trained_model(folder.path()), Error, "last.safetensors, which can be given in place of the run");
  EXPECT_EQ(load_trained_model(folder / kLastFile).provenance.step, 5);
}

TEST(Resume, ResumesRunsOlderThanARecipesKey) {
  const test::TempFolder folder;
  train(recipe("train.epochs=2"), folder.path(), {4});
  Checkpoint checkpoint = read_checkpoint(folder / kLastFile);
  checkpoint.about.recipe.erase("weights");
  checkpoint.about.recipe["augment"].erase("mixup");
  checkpoint.about.recipe["train"].erase("sampling");
  write_checkpoint(folder / kLastFile, checkpoint);
  Trainer trainer(recipe("train.epochs=2"), data(), folder.path());
  trainer.resume();
  EXPECT_EQ(trainer.state().step, 10);
  Trainer other(recipe("weights.kind=class"), data(), folder.path());
  EXPECT_ERROR(other.resume(), UsageError, "cannot resume: weights.kind is \"class\", was \"none\"");
}

TEST(Resume, ResumeRefusesAnotherRecipeOrOtherData) {
  const test::TempFolder folder;
  train(recipe("train.epochs=1"), folder.path(), {});
  Trainer other(recipe("optimizer.lr=0.5"), data(), folder.path());
  EXPECT_ERROR(other.resume(), UsageError, "cannot resume: train.epochs is 3, was 1");
  TrainingData changed = data();
  changed.fingerprint = "changed";
  Trainer elsewhere(recipe("train.epochs=1"), changed, folder.path());
  EXPECT_ERROR(elsewhere.resume(), UsageError, "the jets of store are not those of store");
}

TEST(Resume, ResumeRefusesOtherObservers) {
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

}  // namespace
}  // namespace jetvit
