#include "train/memory_need.h"

#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

void require_memory(const MemoryNeed& need, const AvailableMemory& available, const std::filesystem::path& run) {
  const auto bytes = static_cast<double>(available.bytes);
  if (need.bytes() <= bytes) return;
  const double fitting = std::floor((bytes - need.fixed) / (need.per_jet / need.accumulate + need.images));
  const double for_parts = bytes - need.fixed - need.images * need.batch_size;
  const double parts = for_parts > 0 ? std::ceil(need.per_jet * need.batch_size / for_parts) : 0;
  const std::string where = need.phase < 0 ? "" : text("phase ", need.phase + 1, ": ");
  std::string suggestion;
  if (fitting >= 1) suggestion += text("set train.batch_size to at most ", fitting, ", or ");
  if (parts > 0 && parts <= need.batch_size) suggestion += text("set train.accumulate to at least ", parts, ", or ");
  throw Error(text(run, ": ", where, "training in batches of ", need.batch_size, " takes about ",
                   human_bytes(need.bytes()), " more memory, but ", human_bytes(bytes), " are available ",
                   available.limit, " (nothing was changed; ", suggestion,
                   "take a smaller model or image.size; `ignore_memory` trains all the same)"));
}

}  // namespace jetvit
