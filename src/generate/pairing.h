#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// Jets of the two classes paired in bins of pT (10 GeV; 5 % above 200 GeV) and |eta| (0.2), first come first served,
// so that neither observable tells the classes apart. Returns indices into `jets`, signal and background of one pair
// after the other; jets without partner are left out.
std::vector<std::size_t> pair_classes(const JetRecords& jets);

// Random order of `count` things (Fisher and Yates) that depends on the key alone.
std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed, std::uint64_t chunk = 0);

// Pairs jets as they come and passes them on in shuffled chunks of 512, until there are `jets` of them. Those that
// still look for a partner wait; of more than 4,096 the oldest are dropped.
class PairStream {
 public:
  PairStream(std::size_t jets, std::uint64_t seed, std::function<void(const JetRecords&)> sink);

  // Jets with label 0 or 1. All are passed on when size() has reached `jets`.
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
