#include "predict/predict_command.h"

#include <memory>
#include <optional>
#include <utility>

#include <ATen/ops/empty.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/replaced_file.h"
#include "base/reporter.h"
#include "base/text.h"
#include "compute/runtime.h"
#include "predict/rounds.h"
#include "predict/scores_file.h"
#include "predict/shared_scores.h"
#include "prepare/inputs.h"
#include "prepare/jet_source.h"
#include "prepare/work.h"
#include "run/trained_jets.h"
#include "run/trained_model.h"

namespace jetvit {
namespace {

// The jets that the model was trained on. No value if they cannot be recognized; reports why.
std::optional<TrainedJets> trained_jets_of(const PredictCommand& command, bool has_identities) {
  std::optional<TrainedJets> jets = TrainedJets::read(command.model);
  constexpr const char* kNoColumn = "the scores have no column trained_on";
  if (jets && !has_identities) {
    note_unknown_identities(command.source.name(), kDataWithoutIdentities, kNoColumn);
    return std::nullopt;
  }
  const std::string unknown = reason_unknown(jets);
  if (!unknown.empty()) {
    note_unknown_identities(command.model, unknown,
                            jets ? "the column trained_on marks only the jets that are known" : kNoColumn);
  }
  return jets;
}

// Scores all splits of a store.
void score_store(const PredictCommand& command, const TrainedModel& trained, const ProcessGroup* group,
                 PredictSummary& summary) {
  const std::unique_ptr<JetSource> source = open_source(command.source);
  const Manifest& manifest = source->manifest();
  require_same(group, "jet store", manifest.fingerprint);
  require_same_images(trained, command.model, manifest.shape, manifest.channels, source->name());
  std::uint64_t total = 0;
  for (const Split split : kSplits) total += manifest.jets(split);
  require_same_classes(trained, command.model, manifest.class_names, manifest.label_column, source->name());
  std::optional<SharedScores> scores;
  if (is_first(group)) {
    std::vector<std::string> files;
    for (const SourceFile& file : manifest.source_files) files.push_back(file.name);
    std::optional<TrainedJets> jets = trained_jets_of(command, manifest.has_identities);
    const ScoresColumns columns{manifest.observer_names, /*label=*/true, command.with_split, jets.has_value()};
    scores.emplace(command, trained, columns, std::move(jets), std::move(files));
  }
  Progress progress("predict", "jets", total);
  Rounds rounds(group, [&](std::size_t jets) { progress.add(jets); });
  Scorer scorer(command, trained, rounds);
  for (const Split split : kSplits) {
    const auto score = [&](const Rounds::End& end) {
      source->for_each_round(split, rounds.share(), static_cast<std::size_t>(command.batch_size),
                             [&](const auto& pieces) { end(scorer.score(pieces)); });
    };
    rounds.run(score, [&](const auto& results) { scores->take(results, split_name(split)); });
  }
  if (!scores) return;
  scores->close();
  summary.jets = scores->jets();
}

// What all processes read together, as far as a prediction asks for it.
ReadSummary read_by_all(ReadSummary own, const ProcessGroup* group) {
  if (group == nullptr) return own;
  const at::Tensor counts = at::empty({3}, at::kLong);
  auto* const words = counts.mutable_data_ptr<std::int64_t>();
  words[0] = static_cast<std::int64_t>(own.rows);
  words[1] = static_cast<std::int64_t>(own.kept);
  words[2] = static_cast<std::int64_t>(own.reasons[kWrongShape]);
  group->sum(counts);
  ReadSummary all;
  all.rows = static_cast<std::uint64_t>(words[0]);
  all.kept = static_cast<std::uint64_t>(words[1]);
  all.reasons[kWrongShape] = static_cast<std::uint64_t>(words[2]);
  return all;
}

// Scores files as they are, with or without labels.
void score_files(const PredictCommand& command, const TrainedModel& trained, const ProcessGroup* group,
                 PredictSummary& summary) {
  if (command.with_split) throw UsageError("`split`: raw files have no splits (name a store as `data`)");
  ReadOptions options = command.source.read;
  options.require_label = false;
  options.keep_unlabeled = true;
  const Inputs inputs = find_inputs(command.source.inputs);
  const std::unique_ptr<JetReader> reader = open_reader(inputs, options);
  if (group != nullptr) {
    require_same(group, "data", json_text(describe_reading(inputs.files, inputs.format, options).at("contents")));
  }
  require_same_images(trained, command.model, reader->shape(), reader->channels(), command.source.name());
  if (reader->has_label()) {
    require_same_classes(trained, command.model, reader->class_names(), reader->label_column(), command.source.name());
  }
  std::optional<SharedScores> scores;
  if (is_first(group)) {
    std::vector<std::string> files;
    for (const auto& file : reader->files()) files.push_back(file.string());
    std::optional<TrainedJets> jets = trained_jets_of(command, /*has_identities=*/true);
    const ScoresColumns columns{reader->observer_names(), reader->has_label(), false, jets.has_value()};
    scores.emplace(command, trained, columns, std::move(jets), std::move(files));
  }
  Progress progress("predict", "jets", 0);
  Rounds rounds(group, [&](std::size_t jets) { progress.add(jets); });
  Scorer scorer(command, trained, rounds);
  const Share share = rounds.share();
  ReadSummary read;
  const auto score = [&](const Rounds::End& end) {
    std::size_t chunk = share.process;
    read = reader->read(share, [&](JetRecords&& jets) {
      end(scorer.score({{chunk, std::make_shared<const JetRecords>(std::move(jets))}}));
      chunk += share.processes;
    });
  };
  rounds.run(score, [&](const auto& results) { scores->take(results, ""); });
  read = read_by_all(std::move(read), group);
  require_shape(read, command.source.name());
  if (!scores) return;
  const std::string no_signal = describe_missing_label(options, scores->positive(), command.source.name());
  if (reader->has_label() && !no_signal.empty()) reporter().warn(no_signal);  // as in files of background alone
  summary.skipped = read.rows - read.kept;
  scores->close();
  summary.jets = scores->jets();
  if (reader->has_label() && scores->unlabeled() > 0) {
    reporter().note(
        text(with_commas(scores->unlabeled()), " of ", with_commas(summary.jets),
             " jets have no label of 0 or 1; their label is null in the scores (`positive_label` names the signal's "
             "value among others)"));
  }
}

std::vector<std::filesystem::path> inputs_of(const PredictCommand& command) {
  const InputNames& names = command.source.inputs;
  std::vector<std::filesystem::path> inputs = {command.model};
  inputs.insert(inputs.end(), names.any.begin(), names.any.end());
  for (const auto& of_split : names.of_split) inputs.insert(inputs.end(), of_split.begin(), of_split.end());
  return inputs;
}

}  // namespace

Json to_json(const PredictSummary& summary) {
  return {{"jets", summary.jets},
          {"skipped", summary.skipped},
          {"seconds", summary.seconds},
          {"jets_per_second", summary.jets_per_second()},
          {"output", summary.output.string()},
          {"model", to_json(summary.model)}};
}

PredictSummary run_predict(const PredictCommand& command, const ProcessGroup* group) {
  if (is_first(group)) {
    refuse_file(command.output, command.overwrite, {"scores of jetvit predict", is_scores_file, inputs_of(command)});
    refuse_foreign_suffix(command.output, "Parquet");
  }
  initialize_runtime(command.compute);
  const TrainedModel trained = load_trained_model(command.model, command.compute.device);
  if (group != nullptr) require_same(group, "model", sha256_of_file(trained.provenance.checkpoint));
  PredictSummary summary;
  summary.output = command.output;
  summary.model = trained.provenance;
  const double start = monotonic_seconds();
  if (command.source.store()) {
    score_store(command, trained, group, summary);
  } else {
    score_files(command, trained, group, summary);
  }
  summary.seconds = monotonic_seconds() - start;
  return summary;
}

}  // namespace jetvit
