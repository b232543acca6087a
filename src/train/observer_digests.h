#pragma once

#include <string>

#include "base/options.h"
#include "jet/jet_records.h"

namespace jetvit {

// {"pt": digest, ...}: the values of each observer of the training and validation jets. Weights by spectrum depend on
// them, so a training resumes only with the same.
Json observer_digests(const JetRecords& train, const JetRecords& validation);

// Names the observers that were added, are missing or have other values: "m0 is missing, pt has other values". Empty if
// there are none.
std::string observer_difference(const Json& now, const Json& before);

}  // namespace jetvit
