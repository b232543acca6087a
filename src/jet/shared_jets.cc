#include "jet/shared_jets.h"

#include <algorithm>

namespace jetvit {
namespace {

// The jets of a split that can be distinguished from others, in the order of their identities.
std::vector<std::size_t> sorted(const JetOrigins& jets) {
  std::vector<std::size_t> order;
  order.reserve(jets.identity.size());
  for (std::size_t jet = 0; jet < jets.identity.size(); ++jet) {
    if (jets.identity[jet].is_known()) order.push_back(jet);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t one, std::size_t other) { return jets.identity[one] < jets.identity[other]; });
  return order;
}

SharedJets::Place place(const JetOrigins& jets, std::size_t jet) {
  return {jets.source_file[jet], jets.source_row[jet]};
}

}  // namespace

void JetOrigins::append(const JetOrigins& other) {
  identity.insert(identity.end(), other.identity.begin(), other.identity.end());
  source_file.insert(source_file.end(), other.source_file.begin(), other.source_file.end());
  source_row.insert(source_row.end(), other.source_row.begin(), other.source_row.end());
}

JetOrigins origins_of(const JetRecords& jets) {
  return {jets.identity, jets.source_file, jets.source_row};
}

std::optional<SharedJets> find_shared_jets(const std::array<JetOrigins, 3>& splits) {
  for (std::size_t earlier = 0; earlier < splits.size(); ++earlier) {
    const JetOrigins& known = splits[earlier];
    const std::vector<std::size_t> order = sorted(known);
    for (std::size_t later = earlier + 1; later < splits.size(); ++later) {
      const JetOrigins& jets = splits[later];
      SharedJets shared{kSplits[earlier], kSplits[later], 0, jets.identity.size(), {}, {}};
      for (std::size_t jet = 0; jet < jets.identity.size(); ++jet) {
        const JetIdentity& identity = jets.identity[jet];
        const auto found =
            std::lower_bound(order.begin(), order.end(), identity,
                             [&](std::size_t one, const JetIdentity& wanted) { return known.identity[one] < wanted; });
        if (found == order.end() || known.identity[*found] != identity) continue;
        if (shared.count++ > 0) continue;
        shared.in_earlier = place(known, *found);
        shared.in_later = place(jets, jet);
      }
      if (shared.count > 0) return shared;
    }
  }
  return std::nullopt;
}

}  // namespace jetvit
