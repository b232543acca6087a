#include "train/memory_need.h"

#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

void require_memory(const MemoryNeed& need, const AvailableMemory& available, const std::filesystem::path& run) {
  const auto bytes = static_cast<double>(available.bytes);
  if (need.bytes() <= bytes) return;
  MemoryNeed smaller = need;
  while (smaller.batch_size > 0 && smaller.bytes() > bytes) --smaller.batch_size;
  const auto share = static_cast<double>(largest_part(need.batch_size, need.processes));
  const double for_parts = bytes / need.local_processes - need.fixed - need.images * share;
  const double jets_of_part = need.per_jet > 0 ? std::floor(for_parts / need.per_jet) : 0;
  const std::string where = need.phase < 0 ? "" : text("phase ", need.phase + 1, ": ");
  std::string suggestion;
  if (smaller.batch_size > 0) suggestion += text("set train.batch_size to at most ", smaller.batch_size, ", or ");
  if (jets_of_part >= 1) {
    suggestion += text("set train.accumulate to at least ", std::ceil(share / jets_of_part), ", or ");
  }
  if (need.recompute == "none") suggestion += "try train.recompute = \"blocks\", or ";
  throw Error(text(run, ": ", where, "training in batches of ", need.batch_size, " takes about ",
                   human_bytes(need.bytes()), " more memory, but ", human_bytes(bytes), " are available ",
                   available.limit, " (nothing was changed; ", suggestion,
                   "take a smaller model or image.size; `ignore_memory` trains all the same)"));
}

}  // namespace jetvit
