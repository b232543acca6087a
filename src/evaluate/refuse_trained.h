#pragma once

#include <string>
#include <vector>

#include "jet/split.h"
#include "prepare/jet_source.h"

namespace jetvit {

// Throws Error if the split has jets that one of the runs (folders or checkpoints) was trained on. Reports the number
// of jets that chose the best weights of a run, unless the split is the validation split, and reports where identities
// are unknown, so that nothing can be compared.
void refuse_trained(const JetSource& source, Split split, const std::vector<std::string>& runs);

}  // namespace jetvit
