#pragma once

#include <string>

#include "jet/jet_records.h"

namespace jetvit {

// Table of mean occupancies and sums per channel, for quark-gluon beside those of the CMS simulation.
std::string closure_table(const JetRecords& jets);

}  // namespace jetvit
