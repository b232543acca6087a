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
  int accumulate = 1;              // parts of a process's share of the batch
  int processes = 1;               // that share a batch
  int local_processes = 1;         // those of them on this machine
  std::string recompute = "none";  // layers that are computed twice
  int phase = -1;                  // from 0; -1: the training has no phases

  // Of all processes on this machine.
  double bytes() const {
    const std::int64_t share = largest_part(batch_size, processes);
    const auto part = static_cast<double>(largest_part(share, accumulate));
    return local_processes * (fixed + per_jet * part + images * static_cast<double>(share));
  }
};

// A training that runs out of memory is killed without a word, after hours perhaps. Throws Error, with the largest
// batch or the number of parts that fit, where it is estimated to take more than there is.
void require_memory(const MemoryNeed& need, const AvailableMemory& available, const std::filesystem::path& run);

}  // namespace jetvit
