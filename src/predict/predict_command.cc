#include "predict/predict_command.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/replaced_file.h"
#include "base/reporter.h"
#include "base/text.h"
#include "compute/runtime.h"
#include "measure/logistic.h"
#include "predict/predictor.h"
#include "predict/scores_file.h"
#include "prepare/inputs.h"
#include "prepare/jet_source.h"
#include "run/trained_jets.h"
#include "run/trained_model.h"

namespace jetvit {
namespace {

// Sends chunks of jets through the model into the scores file.
class Scorer {
 public:
  Scorer(const PredictCommand& command, TrainedModel& trained, const ScoresColumns& columns,
         std::optional<TrainedJets> trained_jets, std::vector<std::string> files, std::uint64_t total)
      : trained_(trained),
        files_(std::move(files)),
        with_split_(columns.split),
        trained_jets_(std::move(trained_jets)),
        writer_(command.output, columns, to_json(trained.provenance)),
        progress_("predict", "jets", total) {
    options_.batch_size = command.batch_size;
    options_.compute = command.compute;
    options_.progress = [this](std::size_t jets) { progress_.add(jets); };
  }

  void add(const std::shared_ptr<const JetRecords>& records, std::string_view split) {
    Scores scores;
    scores.logit = predict_logits(*trained_.model, records, trained_.transform, trained_.image, options_);
    for (const float logit : scores.logit) scores.score.push_back(sigmoid(logit));
    scores.label = records->label;
    scores.weight = records->weight;
    scores.observers = records->observers;
    scores.integers = records->integers;
    for (const std::uint32_t file : records->source_file) scores.source_file.push_back(files_.at(file));
    scores.source_row = records->source_row;
    if (with_split_) scores.split.assign(scores.size(), std::string(split));
    if (trained_jets_) {
      for (const JetIdentity& jet : records->identity) scores.trained_on.push_back(trained_jets_->is_trained(jet));
    }
    jets_ += scores.size();
    positive_ += static_cast<std::uint64_t>(std::count(scores.label.begin(), scores.label.end(), 1));
    unlabeled_ += static_cast<std::uint64_t>(std::count(scores.label.begin(), scores.label.end(), kNoLabel));
    if (scores.size() > 0) writer_.append(scores);
  }

  std::uint64_t unlabeled() const { return unlabeled_; }
  std::uint64_t positive() const { return positive_; }

  std::uint64_t close() {
    writer_.close();
    return jets_;
  }

 private:
  TrainedModel& trained_;
  std::vector<std::string> files_;
  bool with_split_;
  std::optional<TrainedJets> trained_jets_;
  ScoresWriter writer_;
  Progress progress_;
  PredictOptions options_;
  std::uint64_t jets_ = 0, positive_ = 0, unlabeled_ = 0;
};

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
void score_store(const PredictCommand& command, TrainedModel& trained, PredictSummary& summary) {
  const std::unique_ptr<JetSource> source = open_source(command.source);
  const Manifest& manifest = source->manifest();
  require_same_images(trained, command.model, manifest.shape, manifest.channels, source->name());
  std::vector<std::string> files;
  for (const SourceFile& file : manifest.source_files) files.push_back(file.name);
  std::uint64_t total = 0;
  for (const Split split : kSplits) total += manifest.jets(split);
  require_same_classes(trained, command.model, manifest.class_names, manifest.label_column, source->name());
  std::optional<TrainedJets> jets = trained_jets_of(command, manifest.has_identities);
  const ScoresColumns columns{manifest.observer_names, /*label=*/true, command.with_split, jets.has_value()};
  Scorer scorer(command, trained, columns, std::move(jets), files, total);
  for (const Split split : kSplits) {
    source->for_each_chunk(split, [&](const auto& chunk) { scorer.add(chunk, split_name(split)); });
  }
  summary.jets = scorer.close();
}

// Scores files as they are, with or without labels.
void score_files(const PredictCommand& command, TrainedModel& trained, PredictSummary& summary) {
  if (command.with_split) throw UsageError("`split`: raw files have no splits (name a store as `data`)");
  ReadOptions options = command.source.read;
  options.require_label = false;
  options.keep_unlabeled = true;
  const std::unique_ptr<JetReader> reader = open_reader(find_inputs(command.source.inputs), options);
  require_same_images(trained, command.model, reader->shape(), reader->channels(), command.source.name());
  std::vector<std::string> files;
  for (const auto& file : reader->files()) files.push_back(file.string());
  if (reader->has_label()) {
    require_same_classes(trained, command.model, reader->class_names(), reader->label_column(), command.source.name());
  }
  std::optional<TrainedJets> jets = trained_jets_of(command, /*has_identities=*/true);
  const ScoresColumns columns{reader->observer_names(), reader->has_label(), false, jets.has_value()};
  Scorer scorer(command, trained, columns, std::move(jets), files, 0);
  const ReadSummary read = reader->read(
      [&scorer](JetRecords&& chunk) { scorer.add(std::make_shared<const JetRecords>(std::move(chunk)), ""); });
  require_shape(read, command.source.name());
  const std::string no_signal = describe_missing_label(options, scorer.positive(), command.source.name());
  if (reader->has_label() && !no_signal.empty()) reporter().warn(no_signal);  // as in files of background alone
  summary.skipped = read.rows - read.kept;
  summary.jets = scorer.close();
  if (reader->has_label() && scorer.unlabeled() > 0) {
    reporter().note(
        text(with_commas(scorer.unlabeled()), " of ", with_commas(summary.jets),
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

PredictSummary run_predict(const PredictCommand& command) {
  refuse_file(command.output, command.overwrite, {"scores of jetvit predict", is_scores_file, inputs_of(command)});
  refuse_foreign_suffix(command.output, "Parquet");
  initialize_runtime(command.compute);
  TrainedModel trained = load_trained_model(command.model, command.compute.device);
  PredictSummary summary;
  summary.output = command.output;
  summary.model = trained.provenance;
  const double start = monotonic_seconds();
  if (command.source.store()) {
    score_store(command, trained, summary);
  } else {
    score_files(command, trained, summary);
  }
  summary.seconds = monotonic_seconds() - start;
  return summary;
}

}  // namespace jetvit
