#pragma once

#include <memory>

#include "jet/input_transform.h"
#include "jet/jet_records.h"
#include "model/model.h"
#include "ops/image_options.h"

namespace jetvit {

// How a model does on labelled jets, with their weights.
struct Validation {
  double loss = 0;  // binary cross-entropy, nats
  double auc = 0;   // exact, ties count one half
  double accuracy = 0;
};

// Over all the records, by the code that predict and evaluate use.
Validation validate_model(Model& model, std::shared_ptr<const JetRecords> records, const InputTransform& transform,
                          const ImageOptions& image, bool bf16, int batch_size);

}  // namespace jetvit
