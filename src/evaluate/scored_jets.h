#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "evaluate/baselines.h"
#include "jet/jet_records.h"
#include "jet/split.h"
#include "predict/rounds.h"
#include "prepare/jet_source.h"

namespace jetvit {

// What an evaluation needs of jets once their images have been used.
struct ScoredJets {
  JetRecords jets;                         // without images; may be empty
  std::vector<std::vector<double>> score;  // probabilities, [model][jet]; may be empty
  FeatureTable features;                   // may be empty

  void append(const ScoredJets& other);
};

// Calls `look` with all jets of a split, whose images the processes share, in batches of `batch`. Returns what it
// returned for all of them, in their order, in rank 0; nothing in the others. Throws what Rounds and `look` throw.
ScoredJets share_jets(const JetSource& source, Split split, std::size_t batch, Rounds& rounds,
                      const std::function<ScoredJets(const std::shared_ptr<const JetRecords>&)>& look);

}  // namespace jetvit
