#include "train/memory_need.h"

#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

void require_memory(const MemoryNeed& need, const AvailableMemory& available, const std::filesystem::path& run) {
  const auto bytes = static_cast<double>(available.bytes);
  if (need.bytes() <= bytes) return;
  const double fitting = need.per_jet > 0 ? std::floor((bytes - need.fixed) / need.per_jet) : 0;
  const std::string where = need.phase < 0 ? "" : text("phase ", need.phase + 1, ": ");
  const std::string suggestion = fitting >= 1 ? text("set train.batch_size to at most ", fitting, ", or take") : "take";
  throw Error(text(run, ": ", where, "training in batches of ", need.batch_size, " takes about ",
                   human_bytes(need.bytes()), " more memory, but ", human_bytes(bytes), " are available ",
                   available.limit, " (nothing was changed; ", suggestion,
                   " a smaller model or image.size; `ignore_memory` trains all the same)"));
}

}  // namespace jetvit
