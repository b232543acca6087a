#pragma once

#include <filesystem>
#include <vector>

#include "base/options.h"

namespace jetvit {

// What a training tells about its epochs: RUN/metrics.jsonl (one JSON object a line) and a TensorBoard event file. Both
// are rewritten whole and atomically after every epoch from the same rows, therefore a crash leaves neither half a line
// nor an epoch that a resumed run would tell twice; earlier bytes stay as they were, which TensorBoard follows live.
class RunLog {
 public:
  // Keeps of an earlier session the rows of the first `epochs` epochs; 0 begins anew.
  RunLog(std::filesystem::path run, int epochs);

  // row: "epoch" (from 1), "step", "wall_time" (seconds since 1970) and scalars.
  void append(const Json& row);
  const std::vector<Json>& rows() const { return rows_; }

 private:
  void write() const;

  std::filesystem::path run_;
  std::vector<Json> rows_;
};

inline constexpr const char* kMetricsFile = "metrics.jsonl";
inline constexpr const char* kEventFile = "events.out.tfevents.1.jetvit";

}  // namespace jetvit
