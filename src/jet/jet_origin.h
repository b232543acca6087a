#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// Where a jet comes from, for messages: "row 5 of jets.parquet", with control characters replaced. files: the names
// to which source_file is the index; without them "row 5 of file 0".
std::string origin_text(const JetRecords& jets, std::size_t jet, const std::vector<std::string>& files);

}  // namespace jetvit
