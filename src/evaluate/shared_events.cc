#include "evaluate/shared_events.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "jet/split.h"

namespace jetvit {

std::size_t jets_of_shared_events(const JetRecords& jets) {
  const auto& names = jets.observer_names;
  const std::string event(kEventObserver);
  if (std::find(names.begin(), names.end(), event) == names.end()) return 0;
  std::unordered_map<double, std::size_t> jets_of_event;
  for (const double of_jet : jets.observer(event)) ++jets_of_event[of_jet];
  std::size_t shared = 0;
  for (const auto& [number, count] : jets_of_event) shared += count > 1 ? count : 0;
  return shared;
}

}  // namespace jetvit
