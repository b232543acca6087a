#pragma once

#include <cstddef>

#include "jet/jet_records.h"

namespace jetvit {

// How many jets have the value of the observer `event` in common with another jet; 0 without this observer. The errors
// of an evaluation take jets as independent, and jets of one collision are not.
std::size_t jets_of_shared_events(const JetRecords& jets);

}  // namespace jetvit
