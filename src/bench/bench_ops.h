#pragma once

#include <string>
#include <vector>

#include "base/options.h"
#include "base/rate_summary.h"
#include "compute/compute_options.h"

namespace jetvit {

struct BenchOpsOptions {
  std::vector<std::string> operators;  // names of some; empty: all
  int images = 8;                      // at least 1
  ComputeOptions compute;              // in float32 alone
  BenchTime time = {.seconds = 0.2, .rounds = 5};
};

// One of jetvit's operators compared with one of ATen's.
struct BenchOpsResult {
  std::string name, peer;
  std::string size;                                // of the first input: "8 x 28 x 28 x 192"
  double milliseconds = 0, peer_milliseconds = 0;  // medians of the rounds
  double ratio = 0;                                // peer by ours: median of the rounds ...
  double slowest_ratio = 0, fastest_ratio = 0;     // ... and of single ones
  double difference = 0;                           // the largest of results and gradients, by the largest of the peer's
};

// {"operator", "peer", "size", "milliseconds", "peer_milliseconds", "ratio", "slowest_ratio", "fastest_ratio",
// "difference"} of each
Json to_json(const std::vector<BenchOpsResult>& results);

// Times jetvit's operators and ATen's that compute the same, alternating between them, in float32 and at sizes of the
// models at 224 px: forward and backward, but for those of predictions and updates. Throws UsageError for a name that
// is none.
std::vector<BenchOpsResult> bench_ops(const BenchOpsOptions& options);

}  // namespace jetvit
