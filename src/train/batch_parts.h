#pragma once

#include <algorithm>
#include <cstdint>

namespace jetvit {

// Of the largest of the parts in which `jets` pass through a model (LoopOptions::accumulate): parts are whole jets.
inline std::int64_t largest_part(std::int64_t jets, std::int64_t accumulate) {
  return (jets + accumulate - 1) / accumulate;
}

// Calls call(first, count) for each part in turn.
template <class Call>
void for_each_part(std::int64_t jets, std::int64_t accumulate, const Call& call) {
  const std::int64_t largest = largest_part(jets, accumulate);
  for (std::int64_t first = 0; first < jets; first += largest) call(first, std::min(largest, jets - first));
}

}  // namespace jetvit
