#pragma once

#include <map>
#include <string>

#include "run/trained_model.h"

namespace jetvit::onnx {

// SHA-256 of all weights: for each tensor in the order of the names its name, its shape and its values in float32.
std::string weights_digest(const Model& model);

// What an exported file says of its model, each value as JSON or as plain text: jetvit.model, .model_options, .version
// (of the training), .class_names, .channels (name, unit, signed), .shape, .transform, .image, .recipe, .provenance
// and .weights_sha256.
std::map<std::string, std::string> model_metadata(const TrainedModel& trained);

}  // namespace jetvit::onnx
