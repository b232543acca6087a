#pragma once

#include <cstdint>

#include "jet/jet_records.h"

namespace jetvit {

struct GenerateOptions {
  bool top = false;         // boosted top against QCD instead of quark against gluon
  std::size_t jets = 1000;  // to write, half of each class
  std::uint64_t seed = 1;
  double pile_up = 21;
  int threads = 1;
};

struct Generated {
  JetRecords jets;  // observers: pt, m0, eta; in random order
  std::uint64_t collisions = 0, simulated = 0, selected = 0;
  double seconds = 0;
};

// Makes the set; the result depends on all options but `threads`.
Generated generate(const GenerateOptions& options);

}  // namespace jetvit
