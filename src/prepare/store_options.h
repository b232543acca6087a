#pragma once

#include "jet/jet_reader.h"
#include "store/manifest.h"

namespace jetvit {

// Throws UsageError if the options for reading files choose what a jet store already has: labels, weights, names of the
// classes or an order of numbers. Throws Error if the shape in the options is not that of the store.
void refuse_file_options(const ReadOptions& options, const Manifest& store);

}  // namespace jetvit
