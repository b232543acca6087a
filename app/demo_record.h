#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/options.h"

namespace jetvit {

// What a demo is made of and how far it got, as in OUT/demo.json: the same command continues from there.
struct DemoRecord {
  Json preparation;    // describe_command() of its store
  std::string recipe;  // SHA-256 of the file
  std::string store;   // fingerprint; empty until it is prepared
  // Where an earlier run is to be replaced: the time of its last checkpoint, which distinguishes it from the new one;
  // 0: it has none.
  std::optional<std::int64_t> former_run;
  bool finished = false;
};

inline constexpr const char* kDemoRecord = "demo.json";

// Of a demo of these files and this recipe. Throws Error where they cannot be found.
DemoRecord describe_demo(const std::filesystem::path& sample, const std::filesystem::path& recipe);

// The file of the sample for a split.
std::string sample_file(const std::filesystem::path& sample, std::string_view split);

// The record in the folder of a demo. Throws Error where it is damaged.
DemoRecord read_demo(const std::filesystem::path& out);
void write_demo(const std::filesystem::path& out, const DemoRecord& record);

// A description of how the second differs from the first; empty if they are equal.
std::string demo_difference(const DemoRecord& record, const DemoRecord& other);

// When the run's last checkpoint was written, in ticks of the file system's clock; 0 where there is none.
std::int64_t checkpoint_time(const std::filesystem::path& run);

}  // namespace jetvit
