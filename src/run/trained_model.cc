#include "run/trained_model.h"

#include <algorithm>

#include "base/error.h"
#include "base/reporter.h"
#include "base/text.h"
#include "model/io/weights.h"
#include "model/registry.h"
#include "run/checkpoint.h"
#include "run/run_folder.h"
#include "run/seed_runs.h"
#include "run/unended_run.h"

namespace jetvit {
namespace {

// "3 x 125 x 125 (tracks in GeV, ecal in GeV, hcal in GeV)"
std::string describe_images(const ImageShape& shape, const std::vector<Channel>& channels) {
  std::vector<std::string> words;
  for (const Channel& channel : channels) {
    const std::string unit = channel.unit.empty() ? " without unit" : " in " + printable(channel.unit);
    words.push_back(text(printable(channel.name), unit, channel.is_signed ? ", signed" : ""));
  }
  return text(shape.channels, " x ", shape.height, " x ", shape.width, " (", join(words, ", "), ")");
}

bool are_compatible(const Channel& one, const Channel& other) {
  return one.unit == other.unit && one.is_signed == other.is_signed;
}

}  // namespace

std::filesystem::path checkpoint_path(const std::filesystem::path& run_or_checkpoint) {
  if (!std::filesystem::exists(run_or_checkpoint)) {
    throw Error(text(run_or_checkpoint, ": no such run or checkpoint"));
  }
  if (!std::filesystem::is_directory(run_or_checkpoint)) return run_or_checkpoint;
  std::filesystem::path best = run_or_checkpoint / kBestFile;
  if (!std::filesystem::exists(best)) {
    if (const auto seeds = seed_runs(run_or_checkpoint); !seeds.empty()) {
      throw Error(text(run_or_checkpoint, ": holds the runs of ", seeds.size(), " seeds (name one, such as ",
                       printable(seeds.front().string()), ")"));
    }
    throw Error(text(run_or_checkpoint, ": ", describe_lack_of_best(run_or_checkpoint)));
  }
  return best;
}

namespace {

// A damaged best.safetensors leaves the weights of the last epoch, which the user may choose but which are others.
Checkpoint read_best_or_tell(const std::filesystem::path& path, const std::filesystem::path& run_or_checkpoint) {
  try {
    return read_checkpoint(path);
  } catch (const Error& damage) {
    const std::filesystem::path last = run_or_checkpoint / kLastFile;
    if (path == run_or_checkpoint || !std::filesystem::exists(last)) throw;
    throw Error(text(damage.what(), "; the weights of the run's last epoch are in ", last,
                     ", which can be given in place of the run"));
  }
}

Provenance provenance_of(const Description& about, const std::filesystem::path& checkpoint) {
  return {.checkpoint = checkpoint.string(),
          .epoch = about.position.epoch,
          .step = about.position.step,
          .validation_auc = about.position.best_auc,
          .best_epoch = about.position.best_epoch,
          .data = about.data.name,
          .source = about.data.source,
          .fingerprint = about.data.fingerprint,
          .class_names = about.data.class_names,
          .version = about.version};
}

}  // namespace

Json to_json(const Provenance& provenance) {
  return {{"checkpoint", provenance.checkpoint},
          {"epoch", provenance.epoch},
          {"step", provenance.step},
          {"validation_auc", provenance.validation_auc},
          {"best_epoch", provenance.best_epoch},
          {"data", provenance.data},
          {"source", provenance.source},
          {"fingerprint", provenance.fingerprint},
          {"class_names", provenance.class_names},
          {"version", provenance.version}};
}

TrainedModel load_trained_model(const std::filesystem::path& run_or_checkpoint, at::Device device) {
  const std::filesystem::path path = checkpoint_path(run_or_checkpoint);
  if (path != run_or_checkpoint) {
    const std::string unended = describe_unended(run_or_checkpoint);
    if (!unended.empty()) reporter().warn(unended);
  }
  const Checkpoint checkpoint = read_best_or_tell(path, run_or_checkpoint);
  const Description& about = checkpoint.about;
  TrainedModel trained{.model = nullptr,
                       .model_name = about.model_name,
                       .model_options = about.model_options,
                       .transform = about.transform,
                       .image = about.image,
                       .shape = about.data.shape,
                       .class_names = about.data.class_names,
                       .label_column = about.data.label_column,
                       .recipe = about.recipe,
                       .provenance = provenance_of(about, path)};
  try {
    trained.model = make_model(trained.model_name, trained.model_options, device);
  } catch (const Error& error) {
    throw Error(text(path, ": damaged description, or of another version (", error.what(), ")"));
  }
  auto weights = checkpoint.tensors;
  if (about.kind == "last") {
    weights = with_prefix(checkpoint.tensors, "ema.");
    if (weights.empty()) weights = with_prefix(checkpoint.tensors, "model.");
  }
  load_weights(*trained.model, weights, path);
  trained.model->train(false);
  return trained;
}

void require_same_images(const TrainedModel& trained, const std::string& model, const ImageShape& shape,
                         const std::vector<Channel>& channels, const std::string& data) {
  const std::vector<Channel>& wanted = trained.transform.channels;
  if (channels.size() != wanted.size()) {
    throw Error(text(printable(data), ": has images of ", channels.size(), " channels, but ", printable(model),
                     " was trained on ", wanted.size(), " (use data of the same kind)"));
  }
  if (!trained.shape) return;
  if (shape == *trained.shape && std::equal(channels.begin(), channels.end(), wanted.begin(), are_compatible)) return;
  throw Error(text(printable(data), ": has images of ", describe_images(shape, channels), ", but ", printable(model),
                   " was trained on ", describe_images(*trained.shape, wanted), " (use data of the same kind)"));
}

void require_same_classes(const TrainedModel& trained, const std::string& model, const ClassNames& names,
                          const std::string& label_column, const std::string& data) {
  if (have_same_meaning(trained.class_names, names)) {
    if (label_column.empty() || trained.label_column.empty() || label_column == trained.label_column) return;
    return reporter().warn(text(printable(data), ": its labels come from the column ", printable(label_column),
                                ", but ", printable(model), " was trained with the column ",
                                printable(trained.label_column), ": make sure that both mean ",
                                class_names_text(names)));
  }
  const bool is_swapped = have_same_meaning(trained.class_names, {names[1], names[0]});
  throw Error(text(
      printable(data), ": its labels are ", class_names_text(names), ", but ", printable(model), " was trained with ",
      class_names_text(trained.class_names),
      is_swapped ? " (the labels are swapped: prepare the data with `class_names` in the other order)"
                 : " (if the classes are the same, give the data these names: with `class_names`, or by the names of "
                   "class folders)"));
}

}  // namespace jetvit
