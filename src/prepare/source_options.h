#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/options.h"
#include "jet/jet_reader.h"
#include "prepare/inputs.h"

namespace jetvit {

// The source of the jets of a training, evaluation or prediction: one jet store, raw Parquet files, class folders of
// PNGs or TFRecords.
struct SourceOptions {
  InputNames inputs;  // `any` holds one store, or files, folders and patterns
  ReadOptions read;   // for files
  // Where the images of a store are during a training: "memory", "disk", or "auto": on disk if they would take more
  // than half of the memory, or if several processes of a machine need them.
  std::string images = "auto";

  // The jet store, if the input is one. Throws Error if a store is given together with other inputs.
  std::optional<std::filesystem::path> store() const;

  std::string name() const;             // for messages: the first input
  std::string name(Split split) const;  // the first of those whose jets belong to this split, or else of all
};

// The same options with absolute paths, which do not depend on the working folder.
SourceOptions absolute(SourceOptions options);

// All options except the threads, so that a run can record what it was trained on.
Json to_json(const SourceOptions& options);
SourceOptions source_options_from_json(const Json& json);  // throws Json::exception

}  // namespace jetvit
