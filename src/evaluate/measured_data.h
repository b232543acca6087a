#pragma once

#include <memory>
#include <vector>

#include "evaluate/evaluate_command.h"
#include "prepare/jet_source.h"
#include "run/trained_model.h"

namespace jetvit {

// Opens the data on which trained models are measured: those that the command names or, without any, those of the
// trainings. Reports which jets are left out, and why. Throws Error if the data of the trainings differ from one
// another, have gone or have changed, if images or labels are of another kind than in the trainings, if a split lacks
// a class, or if a model was trained on jets of the split (unless the command allows it or names the training split).
//
// group: see run_evaluate(). Rank 0 alone looks for jets of the trainings.
std::unique_ptr<JetSource> open_measured_data(const EvaluateCommand& command, const std::vector<TrainedModel>& models,
                                              const ProcessGroup* group);

}  // namespace jetvit
