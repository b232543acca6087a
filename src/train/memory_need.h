#pragma once

#include <filesystem>

#include "base/available_memory.h"

namespace jetvit {

// What a phase of a training takes beyond what the trainer holds, in bytes.
struct MemoryNeed {
  double fixed = 0;
  double per_jet = 0;  // of a batch
  int batch_size = 0;
  int phase = -1;  // from 0; -1: the training has no phases

  double bytes() const { return fixed + per_jet * batch_size; }
};

// A training that runs out of memory is killed without a word, after hours perhaps. Throws Error, with the largest
// batch that fits, where it is estimated to take more than there is.
void require_memory(const MemoryNeed& need, const AvailableMemory& available, const std::filesystem::path& run);

}  // namespace jetvit
