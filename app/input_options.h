#pragma once

#include <string>

#include "jet/jet_reader.h"
#include "prepare/inputs.h"

namespace CLI {
class App;
}

namespace jetvit {

// Options that commands share which read jets.

// What --data means.
inline constexpr const char* kDataHelp =
    "jet store, or files, folders or patterns of raw Parquet, PNG class folders or TFRecords";

// --train, --validation, --test, the shares of what is split by hash, and --allow-trained.
void add_split_options(CLI::App& app, InputNames& names);

// --label-column, --positive-label, --class-names, --layout and --shape.
void add_read_options(CLI::App& app, ReadOptions& options);

// --images.
void add_images_option(CLI::App& app, std::string& images);

// --allow-trained.
void add_allow_trained(CLI::App& app, bool& allow);

// --threads, for commands that run no model.
void add_threads_option(CLI::App& app, int& threads);

// An option that was renamed: using it is an error that names the current one.
void add_former_flag(CLI::App& app, const std::string& former, const std::string& current);

}  // namespace jetvit
