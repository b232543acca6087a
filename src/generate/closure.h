#pragma once

#include <array>
#include <string>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// Mean occupancy and sum per channel and class. For quark-gluon jets, compared to the CMS simulation.
class Closure {
 public:
  void add(const JetRecords& jets);
  std::size_t jets() const;
  std::string table() const;  // one line per channel

 private:
  struct Sums {
    double occupied = 0, sum = 0;  // pixels, GeV
  };
  std::array<std::size_t, 2> jets_{};          // [label]
  std::vector<std::array<Sums, 2>> channels_;  // [channel][label]
};

}  // namespace jetvit
