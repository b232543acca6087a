#include "predict/trained_model.h"

#include "base/error.h"
#include "base/text.h"
#include "model/registry.h"
#include "model/weights.h"
#include "predict/checkpoint.h"

namespace jetvit {

std::filesystem::path checkpoint_path(const std::filesystem::path& run_or_checkpoint) {
  if (!std::filesystem::exists(run_or_checkpoint)) {
    throw Error(text(run_or_checkpoint, ": no such run or checkpoint"));
  }
  if (!std::filesystem::is_directory(run_or_checkpoint)) return run_or_checkpoint;
  std::filesystem::path best = run_or_checkpoint / "best.safetensors";
  if (!std::filesystem::exists(best)) {
    throw Error(text(run_or_checkpoint,
                     ": holds no best.safetensors (train for at least one epoch, of the last stage where there are "
                     "several, or name a checkpoint)"));
  }
  return best;
}

TrainedModel load_trained_model(const std::filesystem::path& run_or_checkpoint) {
  const std::filesystem::path path = checkpoint_path(run_or_checkpoint);
  const Checkpoint checkpoint = read_checkpoint(path);
  const Json& about = checkpoint.about;
  TrainedModel trained;
  try {
    trained.model_name = about.at("model").at("name").get<std::string>();
    trained.model_options = about.at("model").at("options");
    trained.transform = input_transform_from_json(about.at("transform"));
    options_from_json(about.at("image"), trained.image, "image.");
    trained.recipe = about.at("recipe");
    const Json& position = about.at("position");
    trained.provenance = {{"checkpoint", path.string()},
                          {"epoch", position.at("epoch")},
                          {"step", position.at("step")},
                          {"validation_auc", position.at("best_auc")},
                          {"best_epoch", position.at("best_epoch")},
                          {"data", about.at("data").at("name")},
                          {"source", about.at("data").at("source")},
                          {"fingerprint", about.at("data").at("fingerprint")},
                          {"version", about.at("version")}};
    trained.model = make_model(trained.model_name, trained.model_options);
  } catch (const Json::exception& error) {
    throw Error(text(path, ": damaged description (", printable(error.what()), ")"));
  } catch (const Error& error) {
    throw Error(text(path, ": damaged description, or of another version (", error.what(), ")"));
  }
  auto weights = checkpoint.tensors;
  if (about.value("kind", "") == "last") {
    weights = with_prefix(checkpoint.tensors, "ema.");
    if (weights.empty()) weights = with_prefix(checkpoint.tensors, "model.");
  }
  load_weights(*trained.model, weights, path);
  trained.model->train(false);
  return trained;
}

}  // namespace jetvit
