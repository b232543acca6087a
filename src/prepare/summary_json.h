#pragma once

#include <cstddef>

#include "base/options.h"
#include "jet/jet_reader.h"
#include "store/manifest.h"

namespace jetvit {

// A summary of the rows read so far, for the records of unfinished work and of parts.
Json summary_to_json(const ReadSummary& summary);
// files: the number of all input files. Throws Error or the JSON library's exception if `json` is not such a summary.
ReadSummary summary_from_json(const Json& json, std::size_t files);
// What the preparation of a store read and left out, as its manifest says.
ReadSummary summary_of(const Manifest& manifest);

}  // namespace jetvit
