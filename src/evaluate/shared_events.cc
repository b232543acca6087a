#include "evaluate/shared_events.h"

#include <string>
#include <unordered_map>

#include "base/text.h"
#include "jet/split.h"

namespace jetvit {

std::size_t jets_of_shared_events(const JetRecords& jets) {
  if (!contains(jets.observer_names, kEventObserver)) return 0;
  std::unordered_map<double, std::size_t> jets_of_event;
  for (const double of_jet : jets.observer(std::string(kEventObserver))) ++jets_of_event[of_jet];
  std::size_t shared = 0;
  for (const auto& [number, count] : jets_of_event) shared += count > 1 ? count : 0;
  return shared;
}

}  // namespace jetvit
