#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/options.h"
#include "jet/channels.h"
#include "jet/class_names.h"
#include "jet/input_transform.h"
#include "load/image_options.h"
#include "run/training_state.h"

namespace jetvit {

// A digest for each observer of the jets, by its name.
using ObserverDigests = std::map<std::string, std::string>;

// The jets of a training, as its checkpoints describe them.
struct TrainedData {
  std::string name;                          // for messages
  Json source;                               // where to find them again: a SourceOptions
  std::string fingerprint;                   // of their content
  std::optional<ObserverDigests> observers;  // older checkpoints do not have them
  std::optional<ImageShape> shape;           // of the raw images; older checkpoints do not have it
  ClassNames class_names;
  std::string label_column;  // that the labels came from; empty: no column, or not known
};

// What a checkpoint contains besides tensors.
struct Description {
  std::string kind;     // "last" or "best"
  std::string version;  // of the jetvit that wrote it
  std::string model_name;
  Json model_options;  // for make_model()
  InputTransform transform;
  ImageOptions image;
  Json recipe;      // resolved; recipe_from_json() completes those of earlier versions
  Json pretrained;  // the report on the weights that the run began with, or null
  TrainedData data;
  TrainingState position;
};

// {"kind", "version", "model": {"name", "options"}, "transform", "image", "recipe", "pretrained", "data": {"name",
// "source", "fingerprint", "observers", "shape", "class_names", "label_column"}, "position"}
Json to_json(const Description& description);

// Throws Error if `json` is no such description: "damaged description (why)".
Description description_from_json(const Json& json);

}  // namespace jetvit
