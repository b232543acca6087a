#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/options.h"
#include "jet/jet_reader.h"
#include "prepare/inputs.h"

namespace jetvit {

// Where the jets of a training, evaluation or prediction come from: one jet store, or raw Parquet, class folders of
// PNGs or TFRecords.
struct SourceOptions {
  InputNames inputs;  // `any` holds one store, or files, folders and patterns
  ReadOptions read;   // of files

  // The store that is named, if it is one. Throws Error where a store is named among others.
  std::optional<std::filesystem::path> store() const;

  std::string name() const;  // for messages: the first of the names
};

// The same with absolute names, which mean the same from any folder.
SourceOptions absolute(SourceOptions options);

// All but the threads, so that a run can tell later what it was trained on.
Json to_json(const SourceOptions& options);
SourceOptions source_options_from_json(const Json& json);  // throws Json::exception

}  // namespace jetvit
