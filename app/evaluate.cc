#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/input_options.h"
#include "base/error.h"
#include "base/output_folder.h"
#include "base/progress.h"
#include "base/text.h"
#include "evaluate/evaluation.h"
#include "evaluate/evaluation_files.h"
#include "evaluate/learning_log.h"
#include "measure/temperature.h"
#include "predict/predictor.h"
#include "predict/scores_reader.h"
#include "predict/trained_model.h"
#include "source/jet_source.h"
#include "train/run_log.h"

namespace jetvit {
namespace {

struct EvaluateCommand {
  std::vector<std::string> runs;
  std::string scores, out;
  SourceOptions source;
  std::string split = "test";
  int baselines = 6;
  bool calibrate = false;
  bool overwrite = false;
  bool json = false;
};

std::filesystem::path output_folder(const EvaluateCommand& command) {
  if (!command.out.empty()) return command.out;
  if (!command.scores.empty()) throw UsageError("--scores needs --out, the folder for the metrics and plots");
  if (!std::filesystem::is_directory(command.runs.front())) {
    throw UsageError(text(command.runs.front(), ": is no run folder (say --out, the folder for metrics and plots)"));
  }
  return evaluation_folder(command.runs.front(), command.split);
}

// Writes plots and metrics and tells where they lie.
void finish(const EvaluateCommand& command, OutputFolder& output, const Json& description,
            const std::vector<NamedScores>& all, const JetRecords& test, const std::vector<LearningCurve>& learning) {
  Json metrics = evaluate_all(all, test);
  metrics.update(description);
  const std::vector<std::string> drawn = draw_evaluation(output.temporary_path(), all, test, learning);
  output.add_file(kEvaluationMetrics, metrics.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  output.commit();
  const std::filesystem::path folder = output_folder(command);
  const std::string path = folder / kEvaluationMetrics;
  if (command.json) {
    std::cout << Json{{"metrics", path}}.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    return;
  }
  std::cout << '\n'
            << evaluation_table(metrics) << '\n'
            << with_commas(test.size()) << " jets; errors: DeLong for the AUC, binomial for the rejection\n";
  for (const Json& one : metrics["classifiers"]) {
    if (!one.contains("calibrated")) continue;
    const Json& after = one["calibrated"];
    std::cout << one["name"].get<std::string>() << ": temperature " << fixed(after["temperature"], 3)
              << " takes the log loss from " << fixed(one["log_loss"], 4) << " to " << fixed(after["log_loss"], 4)
              << ", the calibration error from " << fixed(one["calibration_error"], 4) << " to "
              << fixed(after["calibration_error"], 4) << '\n';
  }
  if (!all.front().is_probability) {
    std::cout << "The scores are no probabilities (0 to 1): log loss, Brier score and calibration are left out.\n";
  }
  std::cout << "metrics  " << path << "\nplots    " << folder.string() << "/{" << join(drawn, ",") << "}.{png,svg}\n";
}

void evaluate_scores_file(const EvaluateCommand& command, OutputFolder& output) {
  Scores scores = read_scores(command.scores);
  JetRecords test;
  test.label = std::move(scores.label);
  test.weight = std::move(scores.weight);
  test.observer_names = std::move(scores.observer_names);
  test.observers = std::move(scores.observers);
  const bool is_probability =
      std::all_of(scores.score.begin(), scores.score.end(), [](double score) { return score >= 0 && score <= 1; });
  try {
    finish(command, output, {{"scores", command.scores}}, {{"score", std::move(scores.score), is_probability}}, test,
           {});
  } catch (const Error& error) {
    throw Error(text(command.scores, ": ", error.what()));
  }
}

// The data on which all the runs were trained, or those that are named.
SourceOptions common_data(const EvaluateCommand& command, const std::vector<TrainedModel>& models) {
  if (!command.source.inputs.empty()) return command.source;
  for (std::size_t run = 1; run < models.size(); ++run) {
    const Json& first = models.front().provenance;
    const Json& other = models[run].provenance;
    if (other.at("source") != first.at("source")) {
      throw Error(text(command.runs[run], ": was trained on ", printable(other.at("data").get<std::string>()), ", ",
                       command.runs.front(), " on ", printable(first.at("data").get<std::string>()), " (say --data)"));
    }
  }
  SourceOptions options = source_options_from_json(models.front().provenance.at("source"));
  options.read.threads = command.source.read.threads;
  return options;
}

// What to measure on. Throws Error, which asks for --data where those of the training have gone.
std::unique_ptr<JetSource> open_data(const EvaluateCommand& command, const std::vector<TrainedModel>& models) {
  const SourceOptions options = common_data(command, models);
  if (!command.source.inputs.empty()) return open_source(options);
  try {
    return open_source(options);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    throw Error(text(command.runs.front(), ": the data that it was trained on cannot be read (", error.what(),
                     ") say with --data where they are now"));
  }
}

void check_data(const EvaluateCommand& command, const JetSource& source, const std::vector<TrainedModel>& models) {
  const Manifest& manifest = source.manifest();
  const std::string data = printable(source.name());
  for (std::size_t run = 0; run < models.size(); ++run) {
    require_same_images(models[run], command.runs[run], manifest.shape, manifest.channels, source.name());
  }
  const auto& validation = manifest.counts[static_cast<std::size_t>(Split::kValidation)];
  if (command.calibrate && (validation[0] == 0 || validation[1] == 0)) {
    throw Error(text(data, ": --calibrate needs jets of both labels in the validation split"));
  }
  const auto& counts = manifest.counts[static_cast<std::size_t>(split_from_name(command.split))];
  if (counts[0] < 2 || counts[1] < 2) {
    throw Error(text(data, ": its split ", command.split, " has ", counts[0], " jets of label 0 and ", counts[1],
                     " of label 1 (at least two of each are needed; choose another --split)"));
  }
}

std::vector<double> probabilities(const TrainedModel& trained, const std::shared_ptr<const JetRecords>& jets,
                                  const PredictOptions& options) {
  std::vector<double> out;
  for (const float logit : predict_logits(*trained.model, jets, trained.transform, trained.image, options)) {
    out.push_back(sigmoid(logit));
  }
  return out;
}

// The temperature that fits the validation split: jets that the evaluation does not measure on.
double temperature_of(const TrainedModel& trained, const JetSource& source, const PredictOptions& options) {
  std::vector<double> probability;
  std::vector<std::uint8_t> label;
  source.for_each_chunk(Split::kValidation, [&](const std::shared_ptr<const JetRecords>& jets) {
    const std::vector<double> more = probabilities(trained, jets, options);
    probability.insert(probability.end(), more.begin(), more.end());
    label.insert(label.end(), jets->label.begin(), jets->label.end());
  });
  return fit_temperature(probability, label);
}

void evaluate_runs(const EvaluateCommand& command, OutputFolder& output) {
  const Split split = split_from_name(command.split);
  std::vector<TrainedModel> models;
  for (const std::string& run : command.runs) models.push_back(load_trained_model(run));
  at::set_num_threads(command.source.read.threads);
  const std::unique_ptr<JetSource> source = open_data(command, models);
  const Manifest& manifest = source->manifest();
  check_data(command, *source, models);
  std::vector<NamedScores> all;
  for (std::size_t run = 0; run < models.size(); ++run) {
    const std::string& name = models[run].model_name;
    all.push_back({models.size() == 1 ? name : text(name, " (", command.runs[run], ")"), {}, true});
  }
  JetRecords test;
  FeatureTable test_features;
  Progress progress("evaluate", "jets", manifest.jets(split) * models.size());
  PredictOptions options;
  options.progress = [&progress](std::size_t jets) { progress.add(jets); };
  source->for_each_chunk(split, [&](const std::shared_ptr<const JetRecords>& jets) {
    for (std::size_t run = 0; run < models.size(); ++run) {
      const std::vector<double> more = probabilities(models[run], jets, options);
      all[run].score.insert(all[run].score.end(), more.begin(), more.end());
    }
    if (command.baselines > 0) test_features.append(*jets);
    test.append_without_images(*jets);
  });
  for (std::size_t run = 0; command.calibrate && run < models.size(); ++run) {
    all[run].temperature = temperature_of(models[run], *source, options);
  }
  if (command.baselines > 0) {
    FeatureTable train_features;
    source->for_each_chunk(Split::kTrain, [&](const auto& jets) { train_features.append(*jets); });
    const auto count = static_cast<std::size_t>(command.baselines);
    for (NamedScores& one : shown_baselines(baseline_scores(train_features, test_features), count)) {
      all.push_back(std::move(one));
    }
  }
  std::vector<LearningCurve> learning;
  for (const std::string& run : command.runs) {
    const std::filesystem::path log = std::filesystem::path(run) / kMetricsFile;
    if (std::filesystem::exists(log)) learning.push_back(read_learning_log(log, run));
  }
  const Json description = {{"runs", command.runs},
                            {"data", source->name()},
                            {"split", command.split},
                            {"fingerprint", manifest.fingerprint}};
  finish(command, output, description, all, test, learning);
}

void run(const EvaluateCommand& command) {
  if (command.calibrate && !command.scores.empty()) {
    throw UsageError("--calibrate needs a RUN (scores do not tell which other jets to fit the temperature to)");
  }
  if (command.calibrate && command.split == split_name(Split::kValidation)) {
    throw UsageError("--calibrate fits the validation split (evaluate another)");
  }
  if (command.runs.empty() == command.scores.empty()) throw UsageError("name either one or more RUNs or --scores FILE");
  for (const std::string& one : command.runs) checkpoint_path(one);
  OutputFolder output(output_folder(command), command.overwrite, is_evaluation_file, {"evaluation", "--out"});
  if (command.scores.empty()) {
    evaluate_runs(command, output);
  } else {
    evaluate_scores_file(command, output);
  }
}

}  // namespace

void add_evaluate(CLI::App& program) {
  auto command = std::make_shared<EvaluateCommand>();
  CLI::App* app = program.add_subcommand(
      "evaluate", "Measures trained models: ROC-AUC with its error, working points, baselines, plots");
  app->add_option("RUN", command->runs, "runs of jetvit train");
  app->add_option("--scores", command->scores,
                  "a Parquet file with the columns score and label instead, of any origin");
  app->add_option("--data", command->source.inputs.any, text(kDataHelp, " (default: what the run was trained on)"));
  add_split_options(*app, command->source.inputs);
  add_read_options(*app, command->source.read);
  app->add_option("--split", command->split, "train, validation or test")->capture_default_str();
  app->add_option("--out", command->out, "folder for metrics and plots (default: RUN/evaluation-<split>)");
  app->add_flag("--calibrate", command->calibrate,
                "fit a temperature to the validation split and tell what it does to the probabilities");
  app->add_flag("--overwrite", command->overwrite, "replace an existing evaluation");
  app->add_option(
         "--baselines", command->baselines,
         "how many of the best simple classifiers to show beside, with jet pT, jet mass and track multiplicity; "
         "0: none")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000));
  app->add_flag("--json", command->json, "print the path of the metrics as JSON");
  app->footer(
      "Examples:\n  jetvit evaluate runs/nano\n  jetvit evaluate runs/nano --calibrate --overwrite\n  jetvit evaluate "
      "runs/a runs/b --out runs/comparison\n"
      "  jetvit evaluate --scores scores.parquet --out measured\n");
  app->callback([command] { run(*command); });
}

}  // namespace jetvit
