#include "train/observer_digests.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "base/digest.h"
#include "base/text.h"

namespace jetvit {
namespace {

// Every NaN counts as the same missing value.
void add_values(Sha256& digest, std::vector<double> values) {
  for (double& value : values) {
    if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  }
  digest.add(std::as_bytes(std::span(values)));
}

}  // namespace

ObserverDigests observer_digests(const JetRecords& train, const JetRecords& validation) {
  ObserverDigests digests;
  for (std::size_t observer = 0; observer < train.observer_names.size(); ++observer) {
    Sha256 digest;
    add_values(digest, train.observers[observer]);
    add_values(digest, validation.observers[observer]);
    digests[train.observer_names[observer]] = digest.hex();
  }
  return digests;
}

std::string observer_difference(const ObserverDigests& now, const ObserverDigests& before) {
  std::vector<std::string> words;
  for (const auto& [name, digest] : before) {
    if (!now.contains(name)) {
      words.push_back(printable(name) + " is missing");
    } else if (now.at(name) != digest) {
      words.push_back(printable(name) + " has other values");
    }
  }
  for (const auto& [name, digest] : now) {
    if (!before.contains(name)) words.push_back(printable(name) + " is new");
  }
  return join(words, ", ");
}

}  // namespace jetvit
