#pragma once

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

// A model with everything that is needed to use it: the conversion of raw pixels to its input, and its origin.
struct TrainedModel {
  std::unique_ptr<Model> model;  // with its weights, in evaluation mode
  std::string model_name;        // for make_model()
  Json model_options;
  InputTransform transform;
  ImageOptions image;
  std::optional<ImageShape> shape;  // of the raw images it was trained on; not in older checkpoints
  ClassNames class_names;           // of the labels it was trained on
  Json recipe;                      // resolved
  Json provenance;  // "epoch", "step", "validation_auc", "data", "source", "fingerprint", "class_names", "version"
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
// `model` and both meanings.
void require_same_classes(const TrainedModel& trained, const std::string& model, const ClassNames& names,
                          const std::string& data);

}  // namespace jetvit
