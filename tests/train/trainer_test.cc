#include "train/trainer.h"

#include <cmath>
#include <map>
#include <sstream>

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/zeros_like.h>

#include "base/digest.h"
#include "base/file.h"
#include "model/io/safetensors.h"
#include "model/io/weights.h"
#include "predict/predictor.h"
#include "run/run_folder.h"
#include "run/trained_model.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"
#include "train/tiny_training.h"

namespace jetvit {
namespace {

using test::data;
using test::Heard;
using test::log_of;
using test::recipe;
using test::train;

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
  EXPECT_EQ(read_checkpoint(folder / "auc" / kBestFile).about.position.epoch, 1);
  EXPECT_EQ(read_checkpoint(folder / "auc" / kLastFile).about.position.best_epoch, 1);
  apply_override(tree, "train.select=last");
  train(recipe_from_json(tree), folder / "last", {});
  EXPECT_EQ(read_checkpoint(folder / "last" / kBestFile).about.position.epoch, 3);
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

TEST(Trainer, EpochsOfATrainingThatDidNotBeginAreNone) {
  const test::TempFolder folder;
  EXPECT_TRUE(Trainer(recipe(), data(), folder.path()).epochs().empty());
}

// What a training's validation reports, from the definitions: pairs that are in order, and -log of the probabilities.
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
      if (Json::parse(line).at("epoch") == best.provenance.epoch) row = Json::parse(line);
    }
    ASSERT_FALSE(row.is_null()) << rows;
    EXPECT_EQ(row.at("validation_auc"), best.provenance.validation_auc);
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
  std::vector<std::map<std::string, at::Tensor>> weights;  // at the start and after each of the five steps
  const auto keep = [&] {
    weights.emplace_back();
    for (const auto& [name, tensor] : named_weights(trainer.model())) weights.back()[name] = tensor.detach().clone();
    return 0;
  };
  keep();
  trainer.run(keep);
  ASSERT_EQ(weights.size(), 6U);
  // Decays of 2/11, 3/12, and then 0.3, as 4/13 and later ones are more: the share of each in the average at the end.
  const std::vector<double> share = {
      2. / 11 * 0.25 * 0.027, 9. / 11 * 0.25 * 0.027, 0.75 * 0.027, 0.7 * 0.09, 0.7 * 0.3, 0.7};
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
  const TrainingData bad = test::data_with_infinite_jets(0, data().train->size());
  Trainer trainer(recipe(), bad, folder.path());
  EXPECT_ERROR(trainer.run(), Error, "epoch 1, step 1: the loss or its gradient is not finite (jets: row ");
  const TensorFile batch = read_safetensors(folder / kBadBatchFile);
  EXPECT_EQ(batch.tensors.at("images").sizes(), at::IntArrayRef({16, 3, 20, 20}));
  EXPECT_FALSE(at::isfinite(batch.tensors.at("images")).all().item<bool>());
  EXPECT_EQ(parse_json(batch.metadata.at("jetvit_batch"), "batch").at("jets").size(), 16U);
}

// Sixteen jets a step; the weights become infinite after the fifth one.
TEST(Trainer, NamesTheFirstLayerThatIsNotFinite) {
  const test::TempFolder folder;
  Trainer trainer(recipe(), data(), folder.path());
  const auto break_weights = [&] {
    if (trainer.state().step == 5) named_weights(trainer.model()).at("fc.weight").detach().fill_(INFINITY);
    return 0;
  };
  EXPECT_ERROR(trainer.run(break_weights), Error, "first in the output of fc; the batch is in ");
  EXPECT_EQ(trainer.state().step, 6);
}

// One jet of infinite energy: the steps that it is in change neither weights nor averages, and no batch norm.
TEST(Trainer, SkipsStepsThatAreNotFinite) {
  at::set_num_threads(1);
  const test::TempFolder folder;
  const TrainingData bad = test::data_with_infinite_jets(1, 2);
  const Recipe how = recipe("train.non_finite=skip");
  Trainer trainer(how, bad, folder.path());
  std::map<std::string, at::Tensor> before;
  int same = 0;
  const auto compare = [&] {
    bool is_same = !before.empty();
    for (const auto& [name, tensor] : named_weights(trainer.model())) {
      EXPECT_TRUE(at::isfinite(tensor).all().item<bool>()) << name;
      is_same = is_same && at::equal(before.at(name), tensor);
    }
    for (const auto& [name, tensor] : named_weights(trainer.model())) before[name] = tensor.clone();
    same += is_same ? 1 : 0;
    return 0;
  };
  trainer.run(compare);
  int skipped = 0;
  for (const Json& row : test::log_of(folder.path())) skipped += row.at("skipped_steps").get<int>();
  EXPECT_GT(skipped, 0);
  EXPECT_EQ(same, skipped);
  const Checkpoint last = read_checkpoint(folder / kLastFile);
  EXPECT_EQ(last.tensors.at("optimizer.steps").item<int>(), trainer.state().step - skipped);
  for (const auto& [name, tensor] : last.tensors) EXPECT_TRUE(at::isfinite(tensor).all().item<bool>()) << name;
  // Stopped and resumed before and after such steps.
  train(how, folder / "parts", {1, 2, 3, 4, 6, 9}, bad);
  EXPECT_EQ(sha256_of_file(folder / "parts" / kLastFile), sha256_of_file(folder / kLastFile));
}

// What a phase skipped does not silence a later one that stops.
TEST(Trainer, APhaseThatStopsDoesSoAfterOneThatSkipped) {
  const test::TempFolder folder;
  Json tree = test::three_phases();
  tree["train"]["non_finite"] = "skip";
  tree["phase"][1]["train"] = {{"non_finite", "stop"}, {"epochs", 3}};
  Trainer trainer(recipe_from_json(tree), test::data_with_infinite_jets(1, 2), folder.path());
  EXPECT_ERROR(trainer.run(), Error, "phase 2/3  epoch ");
  EXPECT_GT(test::log_of(folder.path())[0].at("skipped_steps").get<int>() +
                test::log_of(folder.path())[1].at("skipped_steps").get<int>(),
            0);
}

TEST(Trainer, StopsWhereEveryStepIsSkipped) {
  const test::TempFolder folder;
  const TrainingData bad = test::data_with_infinite_jets(0, data().train->size());
  Trainer trainer(recipe("train.non_finite=skip"), bad, folder.path());
  EXPECT_ERROR(trainer.run(), Error, "epoch 1: no step was finite");
}

TEST(Trainer, TheCpuRefusesPrecisionsOfGpus) {
  const test::TempFolder folder;
  EXPECT_ERROR(Trainer(recipe("train.precision=fp16"), data(), folder.path()), UsageError,
               "`precision` fp16: a CPU has no fast multiplications");
  EXPECT_ERROR(Trainer(recipe("train.precision=tf32"), data(), folder.path()), UsageError,
               "`precision` tf32: a CPU has no fast multiplications");
}

TEST(Trainer, ModelOptionsThatContradictTheDataAreRefused) {
  const test::TempFolder folder;
  EXPECT_ERROR(Trainer(recipe("model.channels=8"), data(), folder.path()), UsageError,
               "model.channels = 8 does not fit");
}

}  // namespace
}  // namespace jetvit
