#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "model/io/pretrained.h"

namespace jetvit {

// What `jetvit weights` is asked for.
struct WeightsCommand {
  std::string model;                  // its name
  std::vector<std::string> settings;  // of its options: "image_size=128"
  PretrainedOptions pretrained;       // its file may be empty: all weights are random
  std::int64_t seed = 1;              // as train.seed of a recipe
  std::filesystem::path out;          // safetensors to write, with the names of timm
  bool overwrite = false;
};

// What was written.
struct WeightsSummary {
  std::string model;
  Json options;  // all of the model
  std::int64_t seed = 1;
  std::optional<PretrainedReport> pretrained;
  std::filesystem::path weights;
};

// {"model", "options", "seed", "pretrained" (or null), "weights"}
Json to_json(const WeightsSummary& summary);

// Writes the weights that a training with this seed begins with: of its first phase. What was loaded is reported. The
// metadata say which training the pretrained weights come from (ancestry_of). Throws UsageError for settings that the
// model does not have, what load_pretrained() throws, and what refuse_tensor_file() throws about the output.
WeightsSummary write_initial_weights(const WeightsCommand& command);

}  // namespace jetvit
