#include "group/join.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/text.h"
#include "group/place.h"

namespace jetvit {
namespace {

Place own_place() {
  return place_from([](const char* name) { return std::getenv(name); });
}

}  // namespace

bool has_to_launch(int processes) {
  const Place place = own_place();
  if (processes == 0 || processes == place.size) return false;
  if (place.is_alone()) return true;
  throw UsageError(
      text("`processes` ", processes, ", but ", place.launcher, " started ", place.size, " processes (leave it out)"));
}

std::unique_ptr<ProcessGroup> join_processes(const GroupOptions& options) {
  const Place place = own_place();
  return place.is_alone() ? nullptr : std::make_unique<ProcessGroup>(place, options);
}

int threads_of_process(int threads, const ProcessGroup& group) {
  constexpr double kRounding = 1e-9;  // of a sum of thirds
  return std::max(1, static_cast<int>(threads * group.core_share() + kRounding));
}

std::string device_of_process(const std::string& name, const ProcessGroup& group) {
  return name == "cuda" ? text("cuda:", group.local_rank()) : name;
}

}  // namespace jetvit
