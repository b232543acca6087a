// Trainings in phases: what is taken over, what is frozen, and that they resume wherever they stopped.
#include <sstream>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/file.h"
#include "model/io/weights.h"
#include "model/registry.h"
#include "run/run_folder.h"
#include "run/trained_model.h"
#include "support/expect_error.h"
#include "support/hash_fill.h"
#include "support/temp_folder.h"
#include "train/freeze.h"
#include "train/tiny_training.h"

namespace jetvit {
namespace {

using test::data;
using test::three_phases;
using test::train;

Recipe first_phases(std::size_t count) {
  Json tree = three_phases();
  while (tree["phase"].size() > count) tree["phase"].erase(tree["phase"].size() - 1);
  return recipe_from_json(tree);
}

bool of_swin(const std::string& name) {
  return name.starts_with("layers.") || name.starts_with("norm.") || name.starts_with("head.");
}

TEST(Phases, StoppedAnywhereTheyResumeBitForBit) {
  const test::TempFolder folder;
  const Recipe how = recipe_from_json(three_phases());
  const auto whole = folder / "whole";
  train(how, whole, {});
  train(how, folder / "parts", {3, 8, 9, 12, 14});
  for (const std::string& name :
       {std::string(kLastFile), std::string(kBestFile), best_of_phase_file(1), best_of_phase_file(2)}) {
    EXPECT_EQ(sha256_of_file(whole / name), sha256_of_file(folder / "parts" / name)) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(whole / best_of_phase_file(3)));
}

// The rate is 0 in phases 1 and 2: the epoch after which the AUC stays as it is is the first of the phase, and
// early_stop more follow it. Phase 3 stops for itself in the same way.
TEST(Phases, EachStopsEarlyByItsOwnEpochs) {
  const test::TempFolder folder;
  Json tree = three_phases();
  tree["model"] = {{"name", "swin_nano"}};
  tree["train"]["epochs"] = 6;
  tree["optimizer"]["lr"] = 0.0;
  tree["phase"] = {
      {{"train", {{"early_stop", 1}}}}, {{"train", {{"early_stop", 2}}}}, {{"train", {{"early_stop", 3}}}}};
  const Recipe how = recipe_from_json(tree);
  train(how, folder / "whole", {});
  train(how, folder / "parts", {5, 9, 17, 21, 33});
  for (const char* run : {"whole", "parts"}) {
    std::vector<int> phases;
    for (const Json& row : test::log_of(folder / run)) phases.push_back(row["phase"]);
    EXPECT_EQ(phases, (std::vector<int>{1, 1, 2, 2, 2, 3, 3, 3, 3})) << run;
  }
}

TEST(Phases, KilledBetweenTwoPhasesTheyResumeBitForBit) {
  const test::TempFolder folder;
  const Recipe how = recipe_from_json(three_phases());
  std::filesystem::create_directories(folder / "whole");
  at::set_num_threads(1);
  Trainer whole(how, data(), folder / "whole");
  // At the first step of a phase, the last checkpoint is that of the phase before.
  whole.run([&] {
    const std::string kill = std::to_string(whole.state().step);
    if (kill == "9" || kill == "13") std::filesystem::copy(folder / "whole", folder / kill);
    return 0;
  });
  for (const char* kill : {"9", "13"}) {
    Trainer rest(how, data(), folder / kill);
    rest.resume();
    EXPECT_EQ(rest.state().step, std::stoi(kill) - 1);
    rest.run();
    EXPECT_EQ(sha256_of_file(folder / "whole" / kLastFile), sha256_of_file(folder / kill / kLastFile)) << kill;
  }
}

TEST(Phases, FrozenParametersStayAndHaveNoState) {
  const test::TempFolder folder;
  train(first_phases(2), folder.path(), {});
  const auto before = read_checkpoint(folder / best_of_phase_file(1)).tensors;
  const auto last = read_checkpoint(folder / kLastFile).tensors;
  int frozen = 0;
  int trained = 0;
  for (const auto& [name, weights] : with_prefix(last, "model.")) {
    const bool stateful = last.contains("optimizer.exp_avg." + name) && last.contains("optimizer.exp_avg_sq." + name);
    if (of_swin(name)) {
      ++frozen;
      EXPECT_TRUE(at::equal(weights, before.at(name))) << name;
      EXPECT_TRUE(at::equal(last.at("ema." + name), before.at(name))) << name;
      EXPECT_FALSE(stateful) << name;
    } else if (!name.ends_with("running_mean") && !name.ends_with("running_var")) {
      ++trained;
      EXPECT_TRUE(stateful && last.at("optimizer.exp_avg_sq." + name).max().item<float>() > 0) << name;
    }
  }
  EXPECT_GT(frozen, 20);
  EXPECT_GT(trained, 20);
}

TEST(Phases, LastPhaseMovesWhatTheOneBeforeFroze) {
  const test::TempFolder folder;
  train(recipe_from_json(three_phases()), folder.path(), {});
  const auto before = read_checkpoint(folder / best_of_phase_file(2)).tensors;
  for (const auto& [name, weights] : read_checkpoint(folder / kBestFile).tensors) {
    EXPECT_FALSE(at::equal(weights, before.at(name))) << name;
  }
}

TEST(Phases, EpochsAndStepsCountOnAndTheLastPhaseIsTheRunsModel) {
  const test::TempFolder folder;
  train(recipe_from_json(three_phases()), folder.path(), {10});
  std::istringstream lines(read_text_file(folder / kMetricsFile, 1 << 20));
  std::vector<std::vector<int>> rows;
  std::vector<double> rates;
  for (std::string line; std::getline(lines, line);) {
    const Json row = Json::parse(line);
    rows.push_back({row.at("epoch"), row.at("step"), row.at("phase")});
    rates.push_back(row.at("lr"));
  }
  EXPECT_EQ(rows, (std::vector<std::vector<int>>{{1, 4, 1}, {2, 8, 1}, {3, 12, 2}, {4, 16, 3}}));
  EXPECT_EQ(rates[2], 1e-3);
  EXPECT_NEAR(rates[3], 1e-2 / 2, 1e-12);  // half way down the cosine, which begins after the warm-up of two steps

  const TrainedModel model = load_trained_model(folder.path());
  EXPECT_EQ(model.model_name, "effswin_nano");
  EXPECT_EQ(model.provenance.step, 16);
  EXPECT_EQ(load_trained_model(folder / best_of_phase_file(1)).model_name, "swin_nano");
}

TEST(Phases, SummaryCountsWhatTrainsAndWhatIsTakenOver) {
  const test::TempFolder folder;
  const Trainer trainer(recipe_from_json(three_phases()), data(), folder.path());
  const std::vector<PhaseSummary>& phases = trainer.phases();
  ASSERT_EQ(phases.size(), 3U);
  const auto swin = make_model("swin_nano", {{"image_size", 20}});
  const auto hybrid = make_model("effswin_nano", {{"image_size", 20}});
  std::int64_t front = 0;
  for (const auto& [name, tensor] : hybrid->parameters()) front += of_swin(name) ? 0 : tensor.numel();
  std::size_t shared = 0;
  for (const auto& [name, tensor] : named_weights(*hybrid)) shared += of_swin(name) ? 1 : 0;
  EXPECT_EQ(phases[0].trainable, parameter_count(*swin));
  EXPECT_EQ(phases[0].taken, 0U);
  EXPECT_EQ(phases[1].trainable, front);
  EXPECT_EQ(phases[1].parameters, parameter_count(*hybrid));
  EXPECT_EQ(phases[1].taken, shared);
  EXPECT_EQ(phases[2].trainable, phases[2].parameters);
  EXPECT_EQ(phases[2].taken, phases[2].tensors);
}

TEST(Phases, FrozenBatchNormKeepsItsStatistics) {
  for (const bool keep : {true, false}) {
    const test::TempFolder folder;
    Json tree = three_phases();
    tree["phase"] = {{{"name", "all"}}, {{"freeze", {"patch_embed.feature_extractor.*"}}, {"freeze_batch_norm", keep}}};
    train(recipe_from_json(tree), folder.path(), {6});
    const auto before = read_checkpoint(folder / best_of_phase_file(1)).tensors;
    int statistics = 0;
    for (const auto& [name, now] : with_prefix(read_checkpoint(folder / kLastFile).tensors, "model.")) {
      if (!name.ends_with("running_mean")) continue;
      ++statistics;
      EXPECT_EQ(at::equal(now, before.at(name)), keep && name.starts_with("patch_embed.feature")) << name;
    }
    EXPECT_GT(statistics, 5);
  }
}

TEST(Freeze, ModelOfFrozenBatchNormsTrainsAsItEvaluates) {
  const auto model = make_model("efficientnet_nano", {{"dropout", 0}, {"drop_path", 0}});
  const at::Tensor x = test::hash_tensor("x", {4, 3, 48, 48});
  const at::NoGradGuard no_gradients;
  model->train(true);
  model->forward(x);  // moves the statistics away from 0 and 1
  freeze(*model, frozen_parameters(*model, {"*bn?.*"}), true);
  model->train(false);
  const at::Tensor evaluated = model->forward(x);
  model->train(true);
  EXPECT_TRUE(at::equal(model->forward(x), evaluated));
  EXPECT_TRUE(at::equal(model->forward(x), evaluated)) << "the statistics moved";
}

TEST(Freeze, PatternsNameParametersOrSayWhichAreNear) {
  const auto model = make_model("effswin_nano", {});
  const auto frozen = [&model](const char* pattern) { return frozen_parameters(*model, {pattern}); };
  EXPECT_EQ(frozen("head.fc.bia?"), std::set<std::string>{"head.fc.bias"});
  EXPECT_EQ(frozen("norm.*"), (std::set<std::string>{"norm.weight", "norm.bias"}));
  EXPECT_ERROR(frozen("layer.*"), UsageError,
               "freeze: \"layer.*\" matches no parameter of the model (did you mean \"layers.*\"?)");
  EXPECT_ERROR(frozen("head.fc.wieght"), UsageError, "did you mean \"head.fc.weight\"?");
  EXPECT_ERROR(frozen("classifier*"), UsageError, "its parameters begin with head, layers, norm, patch_embed");
  EXPECT_ERROR(frozen("*"), UsageError, "match every parameter");
  EXPECT_TRUE(frozen_parameters(*model, {}).empty());
}

TEST(Phases, WhatALaterPhaseGetsWrongIsSaidBeforeTheFirstTrains) {
  const test::TempFolder folder;
  Json tree = three_phases();
  tree["phase"][1]["freeze"] = {"layers.*", "heads.*"};
  EXPECT_ERROR(Trainer(recipe_from_json(tree), data(), folder.path()), UsageError,
               "phase 2: freeze: \"heads.*\" matches no parameter");
  tree = three_phases();
  tree["phase"][2]["model"] = {{"name", "resnet_15"}};
  EXPECT_ERROR(Trainer(recipe_from_json(tree), data(), folder.path()), UsageError,
               "phase 3: resnet_15 has no tensor of the name and shape of one of the phase before");
  tree = three_phases();
  tree["phase"][0]["model"]["channels"] = 8;
  EXPECT_ERROR(Trainer(recipe_from_json(tree), data(), folder.path()), UsageError, "model.channels = 8 does not fit");
  tree = three_phases();
  tree["phase"][2]["model"] = {{"name", "vit_nano"}};
  EXPECT_ERROR(Trainer(recipe_from_json(tree), data(), folder.path()), UsageError,
               "phase 3: vit: image_size = 20 is not a multiple of patch_size = 6 (nearest: 18 or 24) set image.size:");
}

}  // namespace
}  // namespace jetvit
