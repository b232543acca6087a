// What a training can learn where there is nothing to learn: the sample's jets with their labels drawn again.
#include <algorithm>
#include <random>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "measure/delong.h"
#include "model/io/weights.h"
#include "model/registry.h"
#include "predict/predictor.h"
#include "prepare/jet_source.h"
#include "run/run_folder.h"
#include "support/temp_folder.h"
#include "train/trainer.h"

namespace jetvit {
namespace {

using Jets = std::shared_ptr<const JetRecords>;

Recipe recipe() {
  return read_recipe(JETVIT_SOURCE_DIR "/recipes/demo/resnet_15.toml",
                     {"image.size=32", "train.epochs=10", "train.ema_decay=0", "optimizer.weight_decay=0",
                      "augment.horizontal_flip=0", "augment.vertical_flip=0"});
}

// 2,000 jets to train on and 1,000 others.
TrainingData sample_jets() {
  SourceOptions options;
  options.inputs.of_split = {{{JETVIT_SOURCE_DIR "/data/sample/quark_gluon_test.parquet"},
                              {JETVIT_SOURCE_DIR "/data/sample/quark_gluon_validation.parquet"},
                              {}}};
  const std::unique_ptr<JetSource> source = open_source(options);
  const Manifest& manifest = source->manifest();
  return {source->name(),
          {},
          manifest.fingerprint,
          source->read(Split::kTrain),
          source->read(Split::kValidation),
          make_input_transform(manifest.channels, manifest.statistics, recipe().transform.functions, true, 0)};
}

Jets with_labels_dealt_anew(const JetRecords& jets, std::uint64_t seed) {
  JetRecords out = jets;
  std::mt19937_64 random(seed);
  std::shuffle(out.label.begin(), out.label.end(), random);
  return std::make_shared<const JetRecords>(std::move(out));
}

struct Outcome {
  AucEstimate trained, held_out;  // on the jets of the training and on the others
};

// Of the weights after the last step: the best epoch would be chosen by the jets that are held out.
Outcome train(const TrainingData& data) {
  const test::TempFolder folder;
  const Recipe how = recipe();
  at::set_num_threads(1);
  Trainer(how, data, folder.path()).run();
  const std::unique_ptr<Model> model = make_model(how.model_name, {{"image_size", how.image.size}});
  load_weights(*model, with_prefix(read_checkpoint(folder / kLastFile).tensors, "model."), kLastFile);
  const auto auc = [&](const Jets& jets) {
    const std::vector<float> logits = predict_logits(*model, jets, data.transform, how.image, {});
    return delong(std::vector<double>(logits.begin(), logits.end()), jets->label);
  };
  return {auc(data.train), auc(data.validation)};
}

TEST(RandomLabels, AreLearnedByHeartAndTellNothingOfOtherJets) {
  constexpr double kErrors = 4;
  const TrainingData data = sample_jets();
  TrainingData random = data;
  random.train = with_labels_dealt_anew(*data.train, 1);
  random.validation = with_labels_dealt_anew(*data.validation, 2);

  const Outcome nothing = train(random);
  EXPECT_GT(nothing.trained.auc, 0.5 + kErrors * nothing.trained.error) << "the training did not train";
  EXPECT_NEAR(nothing.held_out.auc, 0.5, kErrors * nothing.held_out.error);

  const Outcome physics = train(data);
  EXPECT_GT(physics.held_out.auc, 0.5 + 2 * kErrors * physics.held_out.error);
  RecordProperty("held_out_random", std::to_string(nothing.held_out.auc));
  RecordProperty("held_out", std::to_string(physics.held_out.auc));
}

}  // namespace
}  // namespace jetvit
