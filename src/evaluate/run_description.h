#pragma once

#include <string>

#include "prepare/source_options.h"
#include "run/recipe.h"
#include "run/trained_model.h"

namespace jetvit {

// What a run's checkpoint says of its training: the recipe, in which those of earlier versions lack new keys, and the
// data. name: of the run, for messages. Throw Error naming the run if the description is damaged.
Recipe recipe_of(const TrainedModel& model, const std::string& name);
SourceOptions source_of(const TrainedModel& model, const std::string& name);

}  // namespace jetvit
