#pragma once

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/random_stream.h"
#include "base/reporter.h"
#include "base/toml.h"
#include "run/run_folder.h"
#include "train/trainer.h"

// A training of a second for the tests of the trainer.
namespace jetvit::test {

// Jets of 3 x 20 x 20 pixels that a network can tell apart: label 1 lies nearer to the center.
inline std::shared_ptr<const JetRecords> jets(std::size_t count, std::uint64_t seed) {
  auto records = std::make_shared<JetRecords>();
  records->images.shape = {3, 20, 20};
  records->observer_names = {"pt"};
  records->observers.resize(1);
  for (std::size_t jet = 0; jet < count; ++jet) {
    RandomStream random({seed, jet});
    const bool label = random.chance(0.5);
    for (int channel = 0; channel < 3; ++channel) {
      std::map<std::uint16_t, float> pixels;
      for (int i = 0; i < 12; ++i) {
        const double spread = label ? 4 : 7;
        const auto place = [&] { return static_cast<int>(10 + random.uniform(-spread, spread)); };
        pixels[static_cast<std::uint16_t>(place() * 20 + place())] = static_cast<float>(random.uniform(0.1, 10));
      }
      for (const auto& [pixel, value] : pixels) {
        records->images.pixel.push_back(pixel);
        records->images.value.push_back(value);
      }
      records->images.offset.push_back(records->images.pixel.size());
    }
    records->label.push_back(label ? 1 : 0);
    records->weight.push_back(1);
    records->observers[0].push_back(random.uniform(80, label ? 120 : 170));
    records->source_file.push_back(0);
    records->source_row.push_back(jet);
  }
  return records;
}

inline TrainingData data() {
  TrainingData data{"store", {{"data", {"store"}}}, "fingerprint", jets(70, 1), jets(40, 2), {}, {}};
  data.transform = make_input_transform(quark_gluon_channels(), std::vector<ChannelStatistics>(3), {"log1p"}, true, 0);
  return data;
}

// These training jets have infinite energy: from `first` on, before `last`.
inline TrainingData data_with_infinite_jets(std::size_t first, std::size_t last) {
  TrainingData bad = data();
  auto records = std::make_shared<JetRecords>(*bad.train);
  const auto value = records->images.value.begin();
  const auto pixel_of = [&](std::size_t jet) { return static_cast<std::ptrdiff_t>(records->images.offset[3 * jet]); };
  std::fill(value + pixel_of(first), value + pixel_of(last), std::numeric_limits<float>::infinity());
  bad.train = records;
  return bad;
}

// A validation whose labels are the other way round: the better a network learns, the worse it does there, so that the
// best epoch is an early one.
inline TrainingData data_of_falling_auc() {
  TrainingData falling = data();
  auto validation = std::make_shared<JetRecords>(*falling.validation);
  for (std::uint8_t& label : validation->label) label = 1 - label;
  falling.validation = validation;
  return falling;
}

inline Recipe recipe(const std::string& more = "") {
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

// Four steps an epoch: phase 1 ends with step 8, phase 2 with step 12 and phase 3 with step 16.
inline Json three_phases() {
  return parse_toml(R"(
    model = {name = "effswin_nano"}
    image = {size = 20}
    augment = {horizontal_flip = 0.5}
    train = {epochs = 1, batch_size = 16, drop_last = true, ema_decay = 0.9}
    optimizer = {lr = 1e-3, decay_norms_and_biases = true}
    [[phase]]
    name = "swin"
    model = {name = "swin_nano"}
    train = {epochs = 2}
    schedule = {kind = "plateau", patience = 0}
    [[phase]]
    name = "front"
    freeze = ["layers.*", "norm.*", "head.*"]
    [[phase]]
    name = "all"
    optimizer = {kind = "sgd", lr = 1e-2}
    train = {ema_decay = 0.0}
    schedule = {kind = "cosine", warmup_epochs = 0.5})",
                    "test");
}

struct Heard : Reporter {
  std::vector<std::string> warnings;
  std::map<std::string, std::uint64_t> totals;  // of each piece of work, by its name
  void note(std::string_view /*line*/) override {}
  void warn(std::string_view line) override { warnings.emplace_back(line); }
  void progress(const ProgressReport& report) override { totals[std::string(report.what)] = report.total; }
  void end_progress() override {}
};

// Trains in `run`, stopped after each of the given steps and resumed by a fresh trainer.
inline void train(const Recipe& how, const std::filesystem::path& run, const std::vector<std::int64_t>& stops,
                  const TrainingData& data = test::data(), const ComputeOptions& compute = {}) {
  at::set_num_threads(1);
  std::filesystem::create_directories(run);
  for (const std::int64_t stop : stops) {
    Trainer trainer(how, data, run, compute);
    if (std::filesystem::exists(run / kLastFile)) trainer.resume();
    EXPECT_THROW(trainer.run([&] { return trainer.state().step == stop ? SIGTERM : 0; }), Interrupted);
  }
  Trainer trainer(how, data, run, compute);
  if (!stops.empty()) trainer.resume();
  trainer.run();
}

// The rows of a run's log, without what a clock measured.
inline std::vector<Json> log_of(const std::filesystem::path& run) {
  std::vector<Json> rows;
  std::istringstream lines(read_text_file(run / kMetricsFile, 1 << 20));
  for (std::string line; std::getline(lines, line);) {
    rows.push_back(Json::parse(line));
    for (const char* key :
         {"wall_time", "train_seconds", "validation_seconds", "jets_per_second", "data_wait_percent"}) {
      rows.back().erase(key);
    }
  }
  return rows;
}

}  // namespace jetvit::test
