#pragma once

#include "base/options.h"
#include "jet/input_transform.h"
#include "run/recipe.h"

namespace jetvit {

// The recipe's model options with what the data decide. Throws UsageError where the recipe says otherwise.
Json complete_options(const Recipe& recipe, const InputTransform& transform);

}  // namespace jetvit
