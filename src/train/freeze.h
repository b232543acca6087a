#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/module.h"

namespace jetvit {

// The parameters of `model` that match one of the patterns: * matches any characters, dots included, and ? one
// letter (fnmatch(3)). Throws UsageError for a pattern that matches none, naming the nearest names, and where all
// match.
std::set<std::string> frozen_parameters(const Module& model, const std::vector<std::string>& patterns);

// Freezes these parameters: they get no gradient. batch_norm: those batch norms whose parameters are all frozen also
// normalize by their running statistics, which stay.
void freeze(Module& model, const std::set<std::string>& parameters, bool batch_norm);

}  // namespace jetvit
