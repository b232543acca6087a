#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// Groups jets into batches of at most `batch` jets and passes each to the sink. A batch never spans two files.
class JetBatches {
 public:
  JetBatches(std::size_t batch, std::function<void(JetRecords&&)> sink) : batch_(batch), sink_(std::move(sink)) {}

  // Adds the next chunk. All its jets come from one file.
  void add(JetRecords&& chunk) {
    if (pending_.size() > 0 && pending_.source_file.front() != chunk.source_file.front()) flush();
    if (pending_.size() == 0 && chunk.size() < batch_) {
      pending_ = std::move(chunk);
      return;
    }
    for (std::size_t done = 0; done < chunk.size();) {
      std::vector<std::size_t> part(std::min(batch_ - pending_.size(), chunk.size() - done));
      std::iota(part.begin(), part.end(), done);
      done += part.size();
      if (pending_.size() == 0) {
        pending_ = chunk.select(part);
      } else {
        pending_.append(chunk.select(part));
      }
      if (pending_.size() == batch_) flush();
    }
  }

  // Passes the last, incomplete batch to the sink.
  void flush() {
    if (pending_.size() > 0) sink_(std::exchange(pending_, {}));
  }

 private:
  std::size_t batch_;
  std::function<void(JetRecords&&)> sink_;
  JetRecords pending_;
};

}  // namespace jetvit
