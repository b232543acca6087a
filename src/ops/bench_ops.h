#pragma once

#include <string>
#include <vector>

#include "base/options.h"
#include "base/rate_summary.h"

namespace jetvit {

struct BenchOpsOptions {
  std::vector<std::string> operators;  // names of some; empty: all
  int images = 8;                      // at least 1
  int threads = 1;
  BenchTime time = {.seconds = 0.2, .rounds = 5};
};

// Times this folder's operators beside ATen's that compute the same, in turns, in float32 and at sizes of the models at
// 224 px: forward and backward, but for those of predictions and updates. Returns for each
//   {"operator", "peer", "size" (of the first input), "milliseconds", "peer_milliseconds" (medians of the rounds),
//   "ratio" (peer by ours),
//    "slowest_ratio", "fastest_ratio" (of a round), "difference" (largest of results and gradients, by the largest of
//    the peer's)}.
// Throws UsageError for a name that is none.
Json bench_ops(const BenchOpsOptions& options);

}  // namespace jetvit
