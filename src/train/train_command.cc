#include "train/train_command.h"

#include <algorithm>
#include <chrono>
#include <iostream>

#include <ATen/Parallel.h>

#include "base/commit.h"
#include "base/error.h"
#include "base/folder_lock.h"
#include "base/progress.h"
#include "base/text.h"
#include "ops/explain_torch_failure.h"
#include "source/jet_source.h"
#include "train/run_folder.h"
#include "train/trainer.h"

namespace jetvit {
namespace {

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char buffer[32];
  const std::size_t length = std::strftime(buffer, sizeof(buffer), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {buffer, length};
}

void require_both_classes(const JetRecords& records, const char* split, const std::string& data) {
  const auto positive = static_cast<std::size_t>(std::count(records.label.begin(), records.label.end(), 1));
  if (records.size() == 0) {
    throw Error(text(data, ": the ", split, " split is empty (prepare more jets, or larger shares)"));
  }
  if (positive == 0 || positive == records.size()) {
    throw Error(text(data, ": all ", records.size(), " jets of the ", split, " split have label ",
                     positive == 0 ? 0 : 1,
                     " (a classifier needs both; look at the label column with jetvit inspect)"));
  }
}

TrainingData read_data(const Recipe& recipe, const SourceOptions& options) {
  const std::unique_ptr<JetSource> source = open_source(options);
  const Manifest& manifest = source->manifest();
  TrainingData data{source->name(), to_json(absolute(options)), manifest.fingerprint, nullptr, nullptr, {}};
  const double asked = recipe.transform.zero_threshold;
  data.transform = make_input_transform(manifest.channels, manifest.statistics, recipe.transform.functions,
                                        recipe.transform.split_signed, asked < 0 ? manifest.zero_threshold : asked);
  data.train = source->read(Split::kTrain);
  data.validation = source->read(Split::kValidation);
  require_both_classes(*data.train, "training", data.name);
  require_both_classes(*data.validation, "validation", data.name);
  return data;
}

// Whether there is a checkpoint to go on from.
bool has_checkpoint(const TrainCommand& command) {
  return command.resume && std::filesystem::exists(command.run / kLastFile);
}

// Makes the run's folder, which is locked, ready; true where the training goes on from a checkpoint.
bool open_run(const TrainCommand& command, Trainer& trainer) {
  remove_stale_temporaries(command.run);
  const bool resumed = has_checkpoint(command);
  if (resumed) {
    trainer.resume();
  } else if (command.resume) {
    std::cerr << text(command.run, ": no checkpoint yet, the training begins\n");
  } else if (command.overwrite) {
    // Until this file stands there, the folder holds the whole former run; from then on, one that can be resumed.
    trainer.save_last();
  }
  // Before its first step a training has nothing but that checkpoint: the rest is of a former one, whose removal may
  // have been cut off.
  if (trainer.position().step == 0) remove_former_run(command.run);
  return resumed;
}

// The stages with what their epochs came to.
Json stage_results(const Trainer& trainer) {
  Json results = Json::array();
  for (const StageSummary& stage : trainer.stages()) {
    int epochs = 0;
    Json best;
    for (const Json& row : trainer.epochs()) {
      if (row.value("stage", 1) != static_cast<int>(results.size()) + 1) continue;
      ++epochs;
      const Json auc = row.value("validation_auc", Json());
      if (best.is_null() || auc > best) best = auc;
    }
    results.push_back(to_json(stage));
    results.back()["epochs"] = epochs;
    results.back()["best_validation_auc"] = best;
  }
  return results;
}

// "swin_tiny: 27,520,892 parameters", of each stage of several
std::string summary(const StageSummary& stage, std::size_t number, std::size_t stages) {
  const auto count = [](std::int64_t value) { return with_commas(static_cast<unsigned long long>(value)); };
  std::string line = text(stage.model, ": ", count(stage.parameters), " parameters");
  if (stage.trainable != stage.parameters) line += text(", of which ", count(stage.trainable), " train");
  if (stages == 1) return line;
  if (number > 1) line += text(", ", stage.taken, " of ", stage.tensors, " tensors from stage ", number - 1);
  return text("stage ", number, "/", stages, stage.name.empty() ? "" : " ", printable(stage.name), "  ", line);
}

// The result that the record and the summary tell.
Json result_of(const Trainer& trainer, const std::filesystem::path& run) {
  const Position& position = trainer.position();
  double seconds = 0;
  for (const Json& row : trainer.epochs()) {
    seconds += row.value("train_seconds", 0.0) + row.value("validation_seconds", 0.0);
  }
  return {{"best_validation_auc", position.best_auc},
          {"best_epoch", position.best_epoch},
          {"epochs", position.epoch},
          {"steps", position.step},
          {"parameters", trainer.stages()[static_cast<std::size_t>(position.stage)].parameters},
          {"stages", stage_results(trainer)},
          {"seconds", seconds},
          {"best", (run / kBestFile).string()},
          {"last", (run / kLastFile).string()}};
}

}  // namespace

Json run_training(const TrainCommand& command) {
  if (command.device != "cpu") {
    throw UsageError(text("--device ", printable(command.device), ": not available in this build (cpu is)"));
  }
  Recipe recipe = read_recipe(command.recipe, command.overrides);
  if (!command.pretrained.empty()) recipe.pretrained.file = command.pretrained;
  const int threads = command.source.read.threads;
  at::set_num_threads(threads);
  // Data and pretrained weights come before the folder: a misspelt path leaves nothing behind.
  if (!command.resume) refuse_run(command.run, command.overwrite);
  const TrainingData data = read_data(recipe, command.source);
  auto trainer = std::make_unique<Trainer>(recipe, data, command.run);
  if (!recipe.pretrained.file.empty() && !has_checkpoint(command)) trainer->start_from_pretrained();
  create_folder(command.run);
  const FolderLock lock(command.run);
  const bool resumed = open_run(command, *trainer);
  if (resumed && !recipe.pretrained.file.empty()) {
    std::cerr << text("the run goes on with its own weights: ", printable(recipe.pretrained.file),
                      " is not read again\n");
  }
  commit_text(command.run / kRecipeFile, recipe_to_json(recipe).dump(2) + "\n");
  Json record = {{"status", "running"},
                 {"command", command.arguments},
                 {"version", JETVIT_VERSION},
                 {"started", utc_now()},
                 {"resumed_at_step", resumed ? Json(trainer->position().step) : Json()},
                 {"recipe", recipe_to_json(recipe)},
                 {"pretrained", trainer->pretrained()},
                 {"data",
                  {{"source", data.source},
                   {"fingerprint", data.fingerprint},
                   {"train_jets", data.train->size()},
                   {"validation_jets", data.validation->size()}}},
                 {"device", {{"kind", command.device}, {"threads", threads}}}};
  const auto write_record = [&] { commit_text(command.run / kRecordFile, record.dump(2) + "\n"); };
  write_record();
  const std::vector<StageSummary>& stages = trainer->stages();
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    std::cerr << text(summary(stages[stage], stage + 1, stages.size()), stages.size() == 1 ? ", " : "\n");
  }
  std::cerr << text(with_commas(data.train->size()), " training and ", with_commas(data.validation->size()),
                    " validation jets, ", threads, threads == 1 ? " thread\n" : " threads\n");
  const double start = monotonic_seconds();
  const auto finish = [&](const char* status, const std::string& error) {
    record["status"] = status;
    if (!error.empty()) record["error"] = error;
    record["ended"] = utc_now();
    record["session_seconds"] = monotonic_seconds() - start;
    record["result"] = result_of(*trainer, command.run);
    write_record();
  };
  try {
    trainer->run();
  } catch (const std::exception& error) {
    const bool interrupted = dynamic_cast<const Interrupted*>(&error) != nullptr;
    try {
      finish(interrupted ? "interrupted" : "failed", explain_torch_failure(error));
    } catch (const std::exception& second) {
      // The first failure is the one to report.
      std::cerr << text("the run's record could not be written: ", second.what(), "\n");
    }
    throw;
  }
  finish("finished", "");
  return record;
}

}  // namespace jetvit
