#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/rate_summary.h"
#include "prepare/prepare.h"

namespace jetvit {

struct BenchPrepareOptions {
  PrepareOptions preparation;
  std::vector<std::string> steps;  // of PreparationSteps::all(); empty: all that the inputs allow
  std::filesystem::path folder;    // they write into new folders in it; empty: the system's for temporary files
  BenchTime time;
};

struct PreparationStepResult {
  std::string step;
  RateSummary rates;
  std::uint64_t rows = 0;             // of the inputs
  double input_bytes_per_second = 0;  // at the median
};

struct BenchPrepareResult {
  std::string kind;  // a description of the inputs
  std::size_t files = 0;
  std::uint64_t bytes = 0;  // of all input files
  int threads = 0;
  std::filesystem::path folder;
  std::vector<PreparationStepResult> steps;  // at least one
  std::uint64_t rows = 0;
};

// {"kind", "files", "bytes", "threads", "folder", "steps": [{"jets_per_second", "slowest", "fastest", "rounds", "step",
// "rows", "input_bytes_per_second"}], "rows"}
Json to_json(const BenchPrepareResult& result);

// Times steps of a preparation in rounds of whole passes over the inputs, after a pass of warm-up. Throws UsageError
// for a step that the inputs do not allow, and as PreparationSteps does.
BenchPrepareResult bench_prepare(const BenchPrepareOptions& options);

}  // namespace jetvit
