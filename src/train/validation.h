#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "compute/compute_options.h"
#include "group/process_group.h"
#include "jet/input_transform.h"
#include "jet/jet_records.h"
#include "load/image_options.h"
#include "model/model.h"

namespace jetvit {

// How a model does on labeled jets, with their weights.
struct Validation {
  double loss = 0;  // binary cross-entropy, nats
  double auc = 0;   // exact, ties count one half
  double accuracy = 0;
};

// Over all the records, by the code that predict and evaluate use. progress, group: see PredictOptions.
Validation validate_model(Model& model, std::shared_ptr<const JetRecords> records, const InputTransform& transform,
                          const ImageOptions& image, const ComputeOptions& compute, int batch_size,
                          const std::function<void(std::size_t)>& progress = {}, const ProcessGroup* group = nullptr);

}  // namespace jetvit
