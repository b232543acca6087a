#pragma once

#include <filesystem>
#include <string>

#include "base/available_memory.h"
#include "train/batch_parts.h"

namespace jetvit {

// What a phase of a training takes beyond what the trainer holds, in bytes.
struct MemoryNeed {
  double fixed = 0;
  double per_jet = 0;  // of a batch, in the model: one part after the other passes through it
  double images = 0;   // of a jet of a batch
  int batch_size = 0;
  int accumulate = 1;              // parts of the batch
  std::string recompute = "none";  // layers that are computed twice
  int phase = -1;                  // from 0; -1: the training has no phases

  double bytes() const {
    return fixed + per_jet * static_cast<double>(largest_part(batch_size, accumulate)) + images * batch_size;
  }
};

// A training that runs out of memory is killed without a word, after hours perhaps. Throws Error, with the largest
// batch or the number of parts that fit, where it is estimated to take more than there is.
void require_memory(const MemoryNeed& need, const AvailableMemory& available, const std::filesystem::path& run);

}  // namespace jetvit
