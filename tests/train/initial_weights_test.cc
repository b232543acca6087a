#include "train/initial_weights.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <ATen/ops/equal.h>

#include "model/io/safetensors.h"
#include "model/io/weights.h"
#include "run/trained_jets.h"
#include "support/expect_error.h"
#include "support/kept_threads.h"
#include "support/temp_folder.h"
#include "train/tiny_training.h"

namespace jetvit {
namespace {

struct HeardNotes : test::Heard {
  std::vector<std::string> notes;
  void note(std::string_view line) override { notes.emplace_back(line); }
};

class InitialWeights : public testing::Test {
 protected:
  // For the model of the tiny training.
  WeightsCommand command(std::int64_t seed) const {
    WeightsCommand of;
    of.model = "resnet_15";
    of.settings = {"image_size=20", "channels=" + std::to_string(test::data().transform.outputs())};
    of.seed = seed;
    of.out = folder_ / "begin.safetensors";
    return of;
  }

  // Whether the file holds the weights that the training has before its first step.
  static bool equal(const std::filesystem::path& file, const Trainer& trainer) {
    const std::map<std::string, at::Tensor> found = read_safetensors(file).tensors;
    const std::map<std::string, at::Tensor> expected = named_weights(trainer.model());
    return std::equal(found.begin(), found.end(), expected.begin(), expected.end(),
                      [](const auto& a, const auto& b) { return a.first == b.first && at::equal(a.second, b.second); });
  }

  test::KeptThreads threads_;
  test::TempFolder folder_;
};

TEST_F(InitialWeights, AreThoseOfATrainingWithTheSeed) {
  const Trainer trainer(test::recipe("train.seed=5"), test::data(), folder_.path());
  WeightsCommand of = command(5);
  const WeightsSummary summary = write_initial_weights(of);
  EXPECT_TRUE(equal(of.out, trainer));
  const Json json = to_json(summary);
  EXPECT_EQ(json.at("seed"), 5);
  EXPECT_EQ(json.at("options").at("image_size"), 20);
  EXPECT_EQ(json.at("options").at("outputs"), 1) << "a default";
  EXPECT_TRUE(json.at("pretrained").is_null());
  EXPECT_EQ(json.at("weights"), of.out.string());
  of.seed = 6;
  EXPECT_ERROR(write_initial_weights(of), Error, "begin.safetensors");
  EXPECT_TRUE(equal(of.out, trainer));
  of.overwrite = true;
  write_initial_weights(of);
  EXPECT_FALSE(equal(of.out, trainer));
}

// The file says which training its weights come from.
TEST_F(InitialWeights, OfATrainingNameIt) {
  Trainer trainer(test::recipe("train.seed=5"), test::data(), folder_.path());
  trainer.save_last();
  HeardNotes heard;
  const ReporterScope scope(heard);
  WeightsCommand of = command(6);
  of.pretrained.file = folder_ / kLastFile;
  const WeightsSummary summary = write_initial_weights(of);
  EXPECT_TRUE(equal(of.out, trainer));
  EXPECT_EQ(to_json(summary).at("pretrained").at("file"), of.pretrained.file);
  EXPECT_EQ(to_json(summary).at("pretrained").at("share"), 1.0);
  ASSERT_FALSE(heard.notes.empty());
  EXPECT_THAT(heard.notes.front(), testing::HasSubstr("tensors loaded"));
  const std::map<std::string, std::string> ancestry = ancestry_of(folder_ / kLastFile);
  ASSERT_FALSE(ancestry.empty());
  EXPECT_EQ(ancestry_of(of.out), ancestry);
}

TEST_F(InitialWeights, MistakesLeaveNothingBehind) {
  WeightsCommand of = command(1);
  of.settings.emplace_back("depth=3");
  EXPECT_ERROR(write_initial_weights(of), UsageError, "depth");
  of = command(1);
  of.pretrained.file = folder_ / "absent.safetensors";
  EXPECT_ERROR(write_initial_weights(of), Error, "absent.safetensors");
  EXPECT_EQ(test::files_in(folder_.path()), 0U);
}

}  // namespace
}  // namespace jetvit
