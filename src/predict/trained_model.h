#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "jet/channels.h"
#include "jet/input_transform.h"
#include "model/model.h"
#include "ops/image_options.h"

namespace jetvit {

// A model with everything that its use needs: how raw pixels become its input, and where it comes from.
struct TrainedModel {
  std::unique_ptr<Model> model;  // with its weights, in evaluation mode
  std::string model_name;        // of make_model
  Json model_options;
  InputTransform transform;
  ImageOptions image;
  std::optional<ImageShape> shape;  // of the raw images it was trained on; older checkpoints do not tell
  Json recipe;                      // resolved
  Json provenance;                  // "epoch", "step", "validation_auc", "data", "source", "fingerprint", "version"
};

// The file that a user's RUN or CHECKPOINT means: of a run folder, its best.safetensors. Throws Error where there is
// none.
std::filesystem::path checkpoint_path(const std::filesystem::path& run_or_checkpoint);

// Reads a run's best.safetensors, or any checkpoint of a training: weights under the names of the model, or, in a
// last.safetensors, under "ema." (where there is an average) or "model.". Throws Error where the file is damaged, is
// no checkpoint, or holds the weights of another model.
TrainedModel load_trained_model(const std::filesystem::path& run_or_checkpoint);

// Whether images are of the kind that a model was trained on: of the same shape, and in every channel of the same unit
// and sign. Other ones would be scored without a word: grey levels of pictures as energies, for example. Throws Error
// naming `data`, `model` and both kinds. Of models whose checkpoint tells no shape only the number of channels is
// compared.
void require_same_images(const TrainedModel& trained, const std::string& model, const ImageShape& shape,
                         const std::vector<Channel>& channels, const std::string& data);

}  // namespace jetvit
