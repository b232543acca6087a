#pragma once

#include <cstddef>

#include "base/options.h"
#include "jet/jet_reader.h"

namespace jetvit {

// What was read of files so far, for the records of unfinished work and of parts. files: how many there are in all.
Json summary_to_json(const ReadSummary& summary);
// Throws Error, or the JSON library's exception, where `json` is no such summary.
ReadSummary summary_from_json(const Json& json, std::size_t files);

}  // namespace jetvit
