#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// The smallest even number that is not less than `jets`.
constexpr std::size_t whole_pairs(std::size_t jets) {
  return jets + jets % 2;
}

// Pairs jets of the two classes in bins of pT (10 GeV; 5 % above 200 GeV) and |eta| (0.2), first come first served, so
// that neither observable separates the classes. Returns indices into `jets`: for each pair the signal, then the
// background jet. Jets without a partner are left out.
std::vector<std::size_t> pair_classes(const JetRecords& jets);

// A random permutation of `count` indices (Fisher-Yates). It depends only on `seed` and `chunk`.
std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed, std::uint64_t chunk = 0);

// Pairs jets as they arrive and passes them to the sink in shuffled chunks of 512, until there are `jets` of them. Jets
// without a partner wait; if more than 4,096 wait, the oldest are dropped.
class PairStream {
 public:
  PairStream(std::size_t jets, std::uint64_t seed, std::function<void(const JetRecords&)> sink);

  // Adds jets with label 0 or 1. When size() reaches `jets`, all pending pairs are passed on.
  void add(const JetRecords& block);
  std::size_t size() const { return paired_; }  // jets paired so far, at most `jets`

 private:
  void flush(bool all);

  std::size_t jets_, paired_ = 0;
  std::uint64_t seed_, chunk_ = 0;
  std::function<void(const JetRecords&)> sink_;
  JetRecords waiting_, ready_;
};

}  // namespace jetvit
