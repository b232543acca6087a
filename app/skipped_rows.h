#pragma once

#include <string>
#include <vector>

#include "jet/jet_reader.h"

namespace jetvit {

// Prints the first of the rows that were left out, how many there were for each reason, and where all of them are
// listed: `report`, empty where they are not. files: their names.
void print_skipped(const ReadSummary& summary, const std::vector<std::string>& files, const std::string& report);

}  // namespace jetvit
