#include "evaluate/evaluate_command.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "base/digest.h"
#include "base/error.h"
#include "base/output_folder.h"
#include "base/progress.h"
#include "base/reporter.h"
#include "base/text.h"
#include "compute/runtime.h"
#include "evaluate/baselines.h"
#include "evaluate/evaluation_report.h"
#include "evaluate/event_weights.h"
#include "evaluate/measured_data.h"
#include "evaluate/recipes.h"
#include "evaluate/scored_jets.h"
#include "evaluate/shared_events.h"
#include "measure/logistic.h"
#include "measure/temperature.h"
#include "predict/predictor.h"
#include "predict/rounds.h"
#include "predict/scores_reader.h"
#include "prepare/jet_source.h"
#include "run/evaluation_files.h"
#include "run/learning_log.h"
#include "run/run_log.h"
#include "run/run_record.h"
#include "run/seed_runs.h"
#include "run/trained_model.h"

namespace jetvit {
namespace {

// What is measured, and what metrics.json says of its origin.
struct Measured {
  std::string name;  // of the jets, in messages: "scores.parquet", "store: its split test"
  std::vector<NamedScores> all;
  std::vector<SeedGroup> recipes;  // of several seeds
  JetRecords test;                 // without images
  ClassNames class_names;
  std::string weight_column;  // empty: none
  std::vector<LearningCurve> learning;
  Json origin;
};

// A scores file has its own columns, and runs know how the data of their training were read.
void check_source(const EvaluateCommand& command) {
  const SourceOptions& source = command.source;
  std::vector<std::string> given = given_options(source.read);
  if (!command.scores.empty()) {
    std::erase(given, "`weight_column`");
    std::erase(given, "`class_names`");
    if (!source.inputs.empty()) given.emplace_back("`data`");
    if (given.empty()) return;
    throw UsageError(
        text(join(given, ", "), ": not for `scores` (which takes `weight_column` and `class_names` only)"));
  }
  if (source.inputs.shares != SplitShares()) given.emplace_back("`validation_share` or `test_share`");
  if (source.inputs.empty() && !given.empty()) {
    throw UsageError(text(join(given, ", "), ": name the files to read with `data` (the data of the training are read ",
                          "as the training read them)"));
  }
}

// A folder of several seeds stands for the runs in it.
std::vector<std::string> with_seeds(const std::vector<std::string>& given) {
  std::vector<std::string> runs;
  for (const std::string& run : given) {
    const std::vector<std::filesystem::path> seeds = seed_runs(run);
    if (seeds.empty()) runs.push_back(run);
    for (const std::filesystem::path& seed : seeds) {
      const std::string status = read_recorded_run(seed).status;
      if (status == "interrupted" || status == "failed") {
        reporter().warn(
            text(seed, ": its training is ", status, ", and the mean of the seeds counts it (resume it first)"));
      }
      runs.push_back(seed.string());
    }
  }
  return runs;
}

void check_command(const EvaluateCommand& command) {
  if (command.calibrate && !command.scores.empty()) {
    throw UsageError("`calibrate` needs a RUN (a scores file does not contain the jets to fit the temperature to)");
  }
  if (command.calibrate && command.split == Split::kValidation) {
    throw UsageError("`calibrate` fits the validation split (evaluate another)");
  }
  if (command.runs.empty() == command.scores.empty()) throw UsageError("name either one or more RUNs or `scores` FILE");
  for (const std::string& run : command.runs) checkpoint_path(run);
  check_source(command);
}

std::filesystem::path output_folder(const EvaluateCommand& command) {
  if (!command.out.empty()) return command.out;
  if (!command.scores.empty()) throw UsageError("`scores` needs `out`, the folder for the metrics and plots");
  if (!std::filesystem::is_directory(command.runs.front())) {
    throw UsageError(
        text(command.runs.front(), ": is not a run folder (use `out` to name the folder for metrics and plots)"));
  }
  return evaluation_folder(command.runs.front(), split_name(command.split));
}

void refuse_trained_scores(const std::string& file, const Scores& scores) {
  const auto trained = std::count(scores.trained_on.begin(), scores.trained_on.end(), 1);
  if (trained == 0) return;
  throw Error(text(printable(file), ": the model was trained on ", with_commas(static_cast<std::uint64_t>(trained)),
                   " of these ", with_commas(scores.size()),
                   " jets (column trained_on), and looks better on them than it is (measure other jets, or use "
                   "`allow_trained`)"));
}

// The names that the file states, or those that the user gives for a file that states none.
ClassNames scores_class_names(const EvaluateCommand& command) {
  ClassNames stated = class_names_in(command.scores);
  if (command.source.read.class_names.empty()) return stated;
  ClassNames given = parse_class_names(command.source.read.class_names);
  if (!have_same_meaning(stated, given)) {
    throw UsageError(text("`class_names`: ", class_names_text(given), ", but ", printable(command.scores), " states ",
                          class_names_text(stated)));
  }
  return given;
}

Measured read_scores_to_measure(const EvaluateCommand& command) {
  Scores scores = read_scores(command.scores, command.source.read.weight_column);
  if (!command.source.inputs.allow_trained) refuse_trained_scores(command.scores, scores);
  Measured out;
  out.name = printable(command.scores);
  out.test.label = std::move(scores.label);
  out.test.weight = std::move(scores.weight);
  out.test.observer_names = std::move(scores.observer_names);
  out.test.observers = std::move(scores.observers);
  const bool is_probability =
      std::all_of(scores.score.begin(), scores.score.end(), [](double score) { return score >= 0 && score <= 1; });
  out.all.push_back({"score", std::move(scores.score), is_probability});
  out.class_names = scores_class_names(command);
  out.weight_column = scores.weight_column;
  out.origin = {{"scores", command.scores}};
  return out;
}

std::vector<double> probabilities(const TrainedModel& trained, const std::shared_ptr<const JetRecords>& jets,
                                  const PredictOptions& options) {
  std::vector<double> out;
  for (const float logit : predict_logits(*trained.model, jets, trained.transform, trained.image, options)) {
    out.push_back(sigmoid(logit));
  }
  return out;
}

// The temperature that fits these jets, which the evaluation does not measure on.
double temperature_of(const std::vector<double>& probability, const JetRecords& jets, const JetSource& source) {
  try {
    return fit_temperature(probability, jets.label, event_weights(jets.weight));
  } catch (const Error& error) {
    throw Error(text(printable(source.name()), ": its split ", split_name(Split::kValidation), ": ", error.what()));
  }
}

std::vector<LearningCurve> learning_curves(const std::vector<std::string>& runs) {
  std::vector<LearningCurve> curves;
  for (const std::string& run : runs) {
    const std::filesystem::path log = std::filesystem::path(run) / kMetricsFile;
    if (std::filesystem::exists(log)) curves.push_back(read_learning_log(log, run));
  }
  return curves;
}

// Names the baselines that are not there.
void report_missing_baselines(const FeatureTable& train, const FeatureTable& test, const std::string& data) {
  if (const std::vector<std::string> names = incomplete_features(test); !names.empty()) {
    reporter().note(
        text("left out of the baselines, as they are missing for some of the jets: ", printable(join(names, ", "))));
  }
  if (const std::string reason = no_regression(train); !reason.empty()) {
    reporter().note(text("the logistic regression is left out of the baselines (", printable(data), " ", reason,
                         "; it is fitted to the training split: name its files with `train`)"));
  } else if (const std::vector<std::string> names = incomplete_features(train); !names.empty()) {
    reporter().note(text("the logistic regression does without what is missing for some of the training jets: ",
                         printable(join(names, ", "))));
  }
}

// The best baselines. Jets of the training decide about them, or else of the validation.
std::vector<NamedScores> baselines_of(const JetSource& source, const FeatureTable& test, std::size_t count,
                                      const std::function<FeatureTable(Split)>& features_of, const Rounds& rounds) {
  const FeatureTable train = features_of(Split::kTrain);
  if (rounds.is_first()) report_missing_baselines(train, test, source.name());
  if (rounds.ask_first(is_reference(train))) {
    return rounds.is_first() ? select_baselines(baseline_scores(train, train, test), count)
                             : std::vector<NamedScores>();
  }
  const FeatureTable validation = features_of(Split::kValidation);
  if (!rounds.is_first()) return {};
  if (is_reference(validation)) return select_baselines(baseline_scores(train, validation, test), count);
  reporter().note(text(
      "the signs and the order of the baselines are chosen on the jets that they are measured on, which makes them ",
      "look better than they are (name files of both classes with `train`)"));
  return select_baselines(baseline_scores(train, test, test), count);
}

std::vector<TrainedModel> load_models(const EvaluateCommand& command, const ProcessGroup* group) {
  std::vector<TrainedModel> models;
  for (const std::string& run : command.runs) {
    models.push_back(load_trained_model(run, command.compute.device));
    if (group != nullptr) require_same(group, "model", sha256_of_file(models.back().provenance.checkpoint));
  }
  return models;
}

// In the ranks after the first, nothing is measured.
Measured score_runs(const EvaluateCommand& command, const ProcessGroup* group) {
  initialize_runtime(command.compute);
  const std::vector<TrainedModel> models = load_models(command, group);
  const std::unique_ptr<JetSource> source = open_measured_data(command, models, group);
  const Manifest& manifest = source->manifest();
  Progress progress("evaluate", "jets", manifest.jets(command.split) * models.size());
  Rounds rounds(group, [&progress](std::size_t jets) { progress.add(jets); });
  const auto batch = static_cast<std::size_t>(command.batch_size);
  PredictOptions options;
  options.batch_size = command.batch_size;
  options.compute = command.compute;
  options.progress = [&rounds](std::size_t jets) { rounds.finish_batch(jets); };
  const auto score = [&](const std::shared_ptr<const JetRecords>& jets) {
    ScoredJets scored;
    for (const TrainedModel& model : models) scored.score.push_back(probabilities(model, jets, options));
    scored.jets.append_without_images(*jets);
    return scored;
  };
  ScoredJets test = share_jets(*source, command.split, batch, rounds, [&](const auto& jets) {
    ScoredJets scored = score(jets);
    if (command.baselines > 0) scored.features.append(*jets);
    return scored;
  });
  std::vector<double> temperatures(models.size(), 0);
  if (command.calibrate) {
    const ScoredJets others = share_jets(*source, Split::kValidation, batch, rounds, score);
    for (std::size_t run = 0; rounds.is_first() && run < models.size(); ++run) {
      temperatures[run] = temperature_of(others.score[run], others.jets, *source);
    }
  }
  const auto features_of = [&](Split split) {
    const auto features = [](const std::shared_ptr<const JetRecords>& jets) {
      ScoredJets scored;
      scored.features.append(*jets);
      return scored;
    };
    return share_jets(*source, split, batch, rounds, features).features;
  };
  std::vector<NamedScores> baselines;
  if (command.baselines > 0) {
    baselines = baselines_of(*source, test.features, command.baselines, features_of, rounds);
  }
  if (!rounds.is_first()) return {};
  Measured out;
  out.name = text(printable(source->name()), ": its split ", split_name(command.split));
  out.weight_column = manifest.weight_column;
  out.class_names = manifest.class_names[0].empty() ? models.front().class_names : manifest.class_names;
  for (std::size_t run = 0; run < models.size(); ++run) {
    const std::string& name = models[run].model_name;
    out.all.push_back({models.size() == 1 ? name : text(name, " (", command.runs[run], ")"),
                       std::move(test.score.at(run)), true, temperatures[run]});
  }
  for (NamedScores& one : baselines) out.all.push_back(std::move(one));
  out.test = std::move(test.jets);
  out.recipes = group_by_recipe(models, command.runs);
  out.learning = learning_curves(command.runs);
  out.origin = {{"runs", command.runs},
                {"data", source->name()},
                {"split", split_name(command.split)},
                {"fingerprint", manifest.fingerprint},
                {"split_rule", split_rule_name(manifest.split_rule)}};
  return out;
}

EvaluateSummary measure(const Measured& measured) {
  EvaluateSummary summary;
  try {
    summary.evaluation = evaluate_all(measured.all, measured.test);
    summary.recipes = evaluate_recipes(measured.recipes, measured.all, measured.test.label, measured.test.weight);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    const std::string& column = measured.weight_column;
    throw Error(
        text(measured.name, column.empty() ? "" : ", weighted by the column " + printable(column), ": ", error.what()));
  }
  return summary;
}

// Measures, and writes plots and metrics.
EvaluateSummary write_evaluation(const Measured& measured, OutputFolder& output) {
  EvaluateSummary summary = measure(measured);
  summary.class_names = measured.class_names;
  summary.weight_column = measured.weight_column;
  summary.plots =
      draw_evaluation(output.temporary_path(), measured.all, measured.test, measured.class_names, measured.learning);
  const std::size_t shared = jets_of_shared_events(measured.test);
  if (shared > 0) {
    reporter().warn(text(with_commas(shared), " of ", with_commas(measured.test.size()),
                         " jets share their event with another one (column ", kEventObserver,
                         "): the errors take all jets as independent and are too small"));
  }
  Json metrics = to_json(summary.evaluation);
  metrics["jets_of_shared_events"] = shared;
  metrics["recipes"] = to_json(summary.recipes);
  metrics["class_names"] = measured.class_names;
  metrics["weight_column"] = measured.weight_column.empty() ? Json() : Json(measured.weight_column);
  metrics.update(measured.origin);
  output.add_file(kEvaluationMetrics, json_text(metrics, 1) + "\n");
  output.commit();
  return summary;
}

}  // namespace

Json to_json(const EvaluateSummary& summary) {
  return {{"metrics", summary.metrics.string()}};
}

EvaluateSummary run_evaluate(const EvaluateCommand& given, const ProcessGroup* group) {
  EvaluateCommand command = given;
  command.runs = with_seeds(given.runs);
  check_command(command);
  const std::filesystem::path folder = output_folder(given);
  if (!is_first(group)) {
    if (command.scores.empty()) score_runs(command, group);
    return {};
  }
  OutputFolder output(folder, command.overwrite, is_evaluation_file, {"evaluation"});
  EvaluateSummary summary =
      write_evaluation(command.scores.empty() ? score_runs(command, group) : read_scores_to_measure(command), output);
  summary.folder = folder;
  summary.metrics = folder / kEvaluationMetrics;
  return summary;
}

}  // namespace jetvit
