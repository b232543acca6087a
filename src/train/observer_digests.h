#pragma once

#include <string>

#include "jet/jet_records.h"
#include "run/description.h"

namespace jetvit {

// Of the values of each observer of the training and validation jets. Weights by spectrum depend on them, so a training
// resumes only with the same.
ObserverDigests observer_digests(const JetRecords& train, const JetRecords& validation);

// Names the observers that were added, are missing or have other values: "m0 is missing, pt has other values". Empty if
// there are none.
std::string observer_difference(const ObserverDigests& now, const ObserverDigests& before);

}  // namespace jetvit
