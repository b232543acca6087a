#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/options.h"

namespace jetvit {

// What the log says of an epoch.
struct EpochSummary {
  int phase = 1;                         // from 1
  std::optional<double> validation_auc;  // none where it was not finite
  double seconds = 0;                    // of training and validation
};

// The log of a training run: RUN/metrics.jsonl (one JSON object per line) and a TensorBoard event file. After every
// epoch, both are rewritten completely and atomically from the same rows. A crash therefore leaves no partial line, and
// a resumed run does not repeat an epoch. The bytes of earlier rows do not change, so that TensorBoard can follow live.
class RunLog {
 public:
  // Keeps the rows of the first `epochs` epochs of an earlier session; 0 starts a new log. Throws Error if the existing
  // log is damaged.
  RunLog(std::filesystem::path run, int epochs);

  // row: "epoch" (from 1), "step", "wall_time" (seconds since 1970) and scalars.
  void append(const Json& row);
  const std::vector<Json>& rows() const { return rows_; }
  std::vector<EpochSummary> epochs() const;  // what the rows say

 private:
  void write() const;

  std::filesystem::path run_;
  std::vector<Json> rows_;
};

// The number under `key` in a row. No value if there is none (what is not finite is written as null).
std::optional<double> logged_number(const Json& row, const char* key);

inline constexpr const char* kMetricsFile = "metrics.jsonl";
inline constexpr std::uint64_t kLargestLog = 256 << 20;  // bytes; limit for reading it
inline constexpr const char* kEventFile = "events.out.tfevents.1.jetvit";

}  // namespace jetvit
