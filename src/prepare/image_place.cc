#include "prepare/image_place.h"

#include <optional>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/reporter.h"
#include "base/text.h"

namespace jetvit {

bool keeps_images_on_disk(const SourceOptions& options, const Manifest& manifest, int local_processes) {
  const std::string name = printable(options.name());
  if (options.images == "memory") return false;
  if (!options.store()) {
    if (options.images == "disk") {
      throw UsageError(text(name, ": `images` disk needs a jet store (make one with jetvit prepare)"));
    }
    return false;
  }
  if (options.images == "disk" || local_processes > 1) return true;
  double bytes = 0;
  for (const ShardEntry& shard : manifest.shards) {
    if (shard.split != Split::kTest) bytes += static_cast<double>(shard.bytes);
  }
  const std::optional<AvailableMemory> available = available_memory();
  if (!available || bytes < static_cast<double>(available->bytes) / 2) return false;
  reporter().note(text(name, ": the images stay on disk (", human_bytes(bytes), "; ",
                       human_bytes(static_cast<double>(available->bytes)), " of memory are available ",
                       available->limit, ")"));
  return true;
}

}  // namespace jetvit
