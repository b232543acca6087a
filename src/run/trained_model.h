#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "jet/channels.h"
#include "jet/class_names.h"
#include "jet/input_transform.h"
#include "load/image_options.h"
#include "model/model.h"

namespace jetvit {

// Where the weights of a model come from.
struct Provenance {
  std::string checkpoint;  // path
  int epoch = 0;           // completed epochs
  std::int64_t step = 0;   // optimizer steps
  double validation_auc = 0;
  int best_epoch = 0;  // of the last phase, in which the validation AUC was reached
  std::string data;    // name, for messages
  Json source;         // a SourceOptions
  std::string fingerprint;
  ClassNames class_names;
  std::string version;  // of the jetvit that trained it
};

// {"checkpoint", "epoch", "step", "validation_auc", "best_epoch", "data", "source", "fingerprint", "class_names",
// "version"}
Json to_json(const Provenance& provenance);

// A model with everything that is needed to use it: the conversion of raw pixels to its input, and its origin.
struct TrainedModel {
  std::unique_ptr<Model> model;  // with its weights, in evaluation mode
  std::string model_name;        // for make_model()
  Json model_options;
  InputTransform transform;
  ImageOptions image;
  std::optional<ImageShape> shape;  // of the raw images it was trained on; not in older checkpoints
  ClassNames class_names;           // of the labels it was trained on
  std::string label_column;         // that these labels came from; empty: no column, or not known
  Json recipe;                      // resolved
  Provenance provenance;
};

// The file of a RUN or CHECKPOINT argument: for a run folder, its best.safetensors. Throws Error if it does not exist,
// or if the folder holds the runs of several seeds.
std::filesystem::path checkpoint_path(const std::filesystem::path& run_or_checkpoint);

// Reads the best.safetensors of a run, or any checkpoint: the weights are stored under the names of the model or, in a
// last.safetensors, with the prefix "ema." (if they are averaged) or "model.". The model is on the device. Throws Error
// if the file is damaged, is not a checkpoint, or holds the weights of another model.
TrainedModel load_trained_model(const std::filesystem::path& run_or_checkpoint, at::Device device = at::kCPU);

// Checks that images are of the kind that a model was trained on: the same shape, and the same unit and signedness in
// every channel. Without this check, gray levels of pictures would be used as energies, for example. Throws Error with
// `data`, `model` and both kinds. If the checkpoint has no shape, only the number of channels is compared.
void require_same_images(const TrainedModel& trained, const std::string& model, const ImageShape& shape,
                         const std::vector<Channel>& channels, const std::string& data);

// Checks that the labels of data have the meaning that they had in the training of a model. Throws Error with `data`,
// `model` and both meanings. Warns where the labels come from another column (empty: no column, or not known) than in
// the training, as a name that is only assumed could then be wrong.
void require_same_classes(const TrainedModel& trained, const std::string& model, const ClassNames& names,
                          const std::string& label_column, const std::string& data);

}  // namespace jetvit
