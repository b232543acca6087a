#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/options.h"

namespace jetvit {

// What a safetensors file holds.
struct WeightsInspection {
  std::uint64_t tensors = 0;
  std::uint64_t values = 0;
  std::uint64_t bytes = 0;
  bool has_checksum = false;  // which the file matches
  std::string model;          // of a checkpoint of jetvit; empty: it is none
};

// Whether `path` is a file that is named as one of safetensors.
bool is_weights_file(const std::filesystem::path& path);

// Reads the whole file where it has a checksum. Throws Error if it is damaged.
WeightsInspection inspect_weights(const std::filesystem::path& path);

// {"kind", "tensors", "values", "bytes", "checksum" ("matches" or null), "model" (or null)}
Json to_json(const WeightsInspection& weights);

}  // namespace jetvit
