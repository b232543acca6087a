#include "train/train_command.h"

#include <algorithm>
#include <optional>

#include "base/available_memory.h"
#include "base/clock.h"
#include "base/commit.h"
#include "base/error.h"
#include "base/folder_lock.h"
#include "base/reporter.h"
#include "base/text.h"
#include "compute/describe_torch_error.h"
#include "compute/device_memory.h"
#include "compute/runtime.h"
#include "run/checkpoint.h"
#include "run/run_folder.h"
#include "run/run_record.h"
#include "run/seed_runs.h"
#include "run/trained_jets.h"
#include "run/unended_run.h"
#include "train/trainer.h"
#include "train/training_data.h"

namespace jetvit {
namespace {

// What the folder of the run holds for a training that resumes, as rank 0 sees it.
struct FormerRun {
  bool has_checkpoint = false;
  std::optional<int> threads;
  std::optional<Json> source;  // of its checkpoint
};

// A damaged checkpoint is reported when the training resumes.
FormerRun read_former_run(const std::filesystem::path& run) {
  FormerRun former;
  former.has_checkpoint = has_checkpoint(run);
  if (!former.has_checkpoint) return former;
  former.threads = read_recorded_run(run).threads;
  for (const char* checkpoint : {kLastFile, kPreviousFile}) {
    try {
      former.source = read_description(run / checkpoint).data.source;
      return former;
    } catch (const Error&) {
    }
  }
  return former;
}

// The same in every process.
FormerRun former_run(const TrainCommand& command, const ProcessGroup* group) {
  if (!command.resume) return {};
  if (group == nullptr) return read_former_run(command.run);
  Json sent;
  if (group->rank() == 0) {
    const FormerRun own = read_former_run(command.run);
    sent = {{"has_checkpoint", own.has_checkpoint}};
    if (own.threads) sent["threads"] = *own.threads;
    if (own.source) sent["source"] = *own.source;
  }
  sent = Json::parse(group->broadcast(json_text(sent)));
  FormerRun former;
  former.has_checkpoint = sent.at("has_checkpoint");
  if (sent.contains("threads")) former.threads = sent["threads"].get<int>();
  if (sent.contains("source")) former.source = sent["source"];
  return former;
}

// A resumed run keeps its threads unless the user chose others: sums are then rounded as before.
ComputeOptions compute_options(const TrainCommand& command, const FormerRun& former) {
  ComputeOptions compute = command.compute;
  if (!command.threads_given) compute.threads = former.threads.value_or(compute.threads);
  return compute;
}

// A resumed run keeps the rule that split its files: a run of an earlier version knows no other than file and row.
void keep_split_rule(const FormerRun& former, InputNames& inputs) {
  if (!former.source) return;
  try {
    const InputNames recorded = source_options_from_json(*former.source).inputs;
    inputs.rule = recorded.rule;
    inputs.allow_trained = inputs.allow_trained || recorded.allow_trained;
  } catch (const Json::exception&) {
  }
}

// The estimated peak of the process, or of the tensors on another device, in bytes. Throws Error where that is more
// than it can have.
double check_memory(const Trainer& trainer, const std::filesystem::path& run, c10::Device device) {
  if (!device.is_cpu()) {
    const MemoryNeed need = trainer.memory_need();
    require_memory(need, available_memory_on(device), run);
    return tensor_memory_on(device) + need.bytes();
  }
  const auto resident = static_cast<double>(resident_memory());
  const std::optional<AvailableMemory> available = available_memory();
  const MemoryNeed need = trainer.memory_need();
  if (available) require_memory(need, *available, run);
  return resident + need.bytes();
}

// The jets that the run's weights have seen. No value if the data have no identities. Throws Error if the pretrained
// weights were trained on jets of the validation split, unless the user allowed it.
std::optional<TrainedJets> trained_jets(const Recipe& recipe, const TrainingData& data, bool allow_trained) {
  std::optional<TrainedJets> jets = TrainedJets::of(*data.train, *data.validation, data.fingerprint);
  const std::string& pretrained = recipe.pretrained.file;
  if (!jets || pretrained.empty()) return jets;
  const TrainedJets before = TrainedJets::of_weights(pretrained);
  const std::uint64_t shared = before.count_trained(data.validation->identity);
  if (shared > 0 && !allow_trained) {
    throw Error(text(printable(data.name), ": ", printable(pretrained), " was trained on ", with_commas(shared),
                     " of the ", with_commas(data.validation->size()),
                     " jets of the validation split, which could not choose the best weights then (use the splits of ",
                     "that training, or `allow_trained`)"));
  }
  jets->add(before);
  const std::string unknown = reason_unknown(jets);
  if (!unknown.empty()) {
    note_unknown_identities(pretrained, unknown, "an evaluation of this run cannot recognize them");
  }
  return jets;
}

// The list of a resumed run, which keeps it: the pretrained weights may be gone, or be others. A list that is missing,
// damaged or left by a former run is made again.
std::optional<TrainedJets> kept_list(const std::filesystem::path& run, const Recipe& recipe, const TrainingData& data) {
  try {
    std::optional<TrainedJets> kept = TrainedJets::read(run);
    const bool is_own = kept && (kept->fingerprint().empty() || kept->fingerprint() == data.fingerprint);
    if (is_own) return kept;  // those of earlier versions have no fingerprint
  } catch (const Error&) {
  }
  std::optional<TrainedJets> jets = TrainedJets::of(*data.train, *data.validation, data.fingerprint);
  if (jets && !recipe.pretrained.file.empty()) jets->add_unknown(recipe.pretrained.file);
  return jets;
}

// Prepares the run's folder, which is locked.
void open_run(const TrainCommand& command, bool resumed, bool writes, Trainer& trainer) {
  if (writes) remove_stale_temporaries(command.run);
  if (resumed) {
    trainer.resume();
  } else if (command.resume) {
    reporter().note(text(command.run, ": no checkpoint yet, the training begins"));
  } else if (command.overwrite) {
    // Until this file exists, the folder holds the complete former run; from then on, a run that can be resumed.
    trainer.save_last();
  }
  // Before its first step a training has nothing but that checkpoint: the rest is of a former one, whose removal may
  // have been cut off.
  if (writes && trainer.state().step == 0) remove_former_run(command.run);
}

// The phases with what their epochs came to.
std::vector<PhaseResult> phase_results(const Trainer& trainer) {
  std::vector<PhaseResult> results;
  for (const PhaseSummary& phase : trainer.phases()) {
    PhaseResult result{.phase = phase, .best_validation_auc = {}};
    const int number = static_cast<int>(results.size()) + 1;
    for (const EpochSummary& epoch : trainer.epochs()) {
      if (epoch.phase != number) continue;
      ++result.epochs;
      result.best_validation_auc =
          std::max(epoch.validation_auc, result.best_validation_auc);  // an empty one is less than any number
    }
    results.push_back(std::move(result));
  }
  return results;
}

// "swin_tiny: 27,520,892 parameters", of each phase of several
std::string summary(const PhaseSummary& phase, std::size_t number, std::size_t phases) {
  const auto count = [](std::int64_t value) { return with_commas(static_cast<unsigned long long>(value)); };
  std::string line = text(phase.model, ": ", count(phase.parameters), " parameters");
  if (phase.trainable != phase.parameters) line += text(", of which ", count(phase.trainable), " train");
  if (phases == 1) return line;
  if (number > 1) line += text(", ", phase.taken, " of ", phase.tensors, " tensors from phase ", number - 1);
  return text("phase ", number, "/", phases, phase.name.empty() ? "" : " ", printable(phase.name), "  ", line);
}

TrainingResult result_of(const Trainer& trainer, const std::filesystem::path& run) {
  const TrainingState& state = trainer.state();
  TrainingResult result;
  result.best_validation_auc = state.best_auc;
  result.best_epoch = state.best_epoch;
  result.epochs = state.epoch;
  result.steps = state.step;
  result.parameters = trainer.phases()[static_cast<std::size_t>(state.phase)].parameters;
  result.phases = phase_results(trainer);
  for (const EpochSummary& epoch : trainer.epochs()) result.seconds += epoch.seconds;
  result.best = run / kBestFile;
  result.last = run / kLastFile;
  return result;
}

// What a record contains from the start.
TrainingRecord begin_record(const TrainCommand& command, const Recipe& recipe, const TrainingData& data,
                            const ComputeOptions& compute, const Trainer& trainer) {
  TrainingRecord record;
  record.command = command.arguments;
  record.started = utc_now();
  record.recipe = recipe_to_json(recipe);
  record.pretrained = trainer.pretrained();
  record.source = data.source;
  record.fingerprint = data.fingerprint;
  record.train_jets = data.train->size();
  record.validation_jets = data.validation->size();
  record.compute = compute;
  return record;
}

void write_record(const TrainCommand& command, const TrainingRecord& record) {
  commit_text(command.run / kRecordFile, json_text(to_json(record), 2) + "\n");
}

// What is about to be trained, on what.
void announce(const Trainer& trainer, const TrainingData& data, int threads, const ProcessGroup* group) {
  const std::vector<PhaseSummary>& phases = trainer.phases();
  for (std::size_t phase = 0; phase < phases.size(); ++phase) {
    reporter().note(summary(phases[phase], phase + 1, phases.size()));
  }
  reporter().note(text(with_commas(data.train->size()), " training and ", with_commas(data.validation->size()),
                       " validation jets, ", group == nullptr ? "" : text(group->size(), " processes with "), threads,
                       threads == 1 ? " thread" : " threads"));
}

}  // namespace

TrainingRecord run_training(const TrainCommand& command, const ProcessGroup* group) {
  std::vector<std::string> overrides = command.overrides;
  if (!command.precision.empty()) {
    precision_from_name(command.precision);
    overrides.push_back("train.precision=" + command.precision);
  }
  Recipe recipe = read_recipe(command.recipe, overrides);
  if (!command.pretrained.empty()) recipe.pretrained.file = command.pretrained;
  const bool writes = group == nullptr || group->rank() == 0;
  const FormerRun former = former_run(command, group);
  const ComputeOptions compute = compute_options(command, former);
  initialize_runtime(compute);
  if (writes && command.resume && !seed_runs(command.run).empty()) {
    throw Error(text(command.run, ": holds the runs of several seeds (resume them with `seeds`)"));
  }
  // Data and pretrained weights come before the folder: a misspelled path leaves nothing behind.
  if (writes && !command.resume) refuse_run(command.run, command.overwrite);
  SourceOptions source = command.source;
  source.read.threads = compute.threads;
  keep_split_rule(former, source.inputs);
  const TrainingData data = read_training_data(recipe, source, group);
  auto trainer = std::make_unique<Trainer>(recipe, data, command.run, compute, group);
  const bool resumes = former.has_checkpoint;
  if (!recipe.pretrained.file.empty() && !resumes) trainer->start_from_pretrained();
  if (!writes) {
    open_run(command, resumes, writes, *trainer);
    trainer->run();
    return {};
  }
  const std::optional<TrainedJets> jets =
      resumes ? kept_list(command.run, recipe, data) : trained_jets(recipe, data, source.inputs.allow_trained);
  std::optional<double> memory;
  if (!command.ignore_memory) memory = check_memory(*trainer, command.run, compute.device);
  create_folder(command.run);
  const FolderLock lock(command.run);
  const bool was_killed = command.resume && is_recorded_as_running(command.run);
  open_run(command, resumes, writes, *trainer);
  if (was_killed) {
    reporter().note(
        text(command.run, ": the training did not end (was it killed?); it resumes at step ", trainer->state().step));
  }
  if (resumes && !recipe.pretrained.file.empty()) {
    reporter().note(
        text("the run resumes with its own weights: ", printable(recipe.pretrained.file), " is not read again"));
  }
  if (jets) jets->write(command.run);
  commit_text(command.run / kRecipeFile, json_text(recipe_to_json(recipe), 2) + "\n");
  TrainingRecord record = begin_record(command, recipe, data, compute, *trainer);
  if (resumes) record.resumed_at_step = trainer->state().step;
  record.estimated_memory = memory;
  write_record(command, record);
  announce(*trainer, data, compute.threads, group);
  const double start = monotonic_seconds();
  const auto finish = [&](const char* status, const std::string& error) {
    record.status = status;
    record.error = error;
    record.ended = utc_now();
    record.session_seconds = monotonic_seconds() - start;
    record.result = result_of(*trainer, command.run);
    write_record(command, record);
  };
  try {
    trainer->run();
  } catch (const std::exception& error) {
    const bool interrupted = dynamic_cast<const Interrupted*>(&error) != nullptr;
    try {
      finish(interrupted ? "interrupted" : "failed", describe_torch_error(error));
    } catch (const std::exception& second) {
      // The first failure is the one to report.
      reporter().warn(text("the run's record could not be written: ", second.what()));
    }
    throw;
  }
  finish("finished", "");
  return record;
}

}  // namespace jetvit
