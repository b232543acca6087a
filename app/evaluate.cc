#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "base/error.h"
#include "base/parallel_for.h"
#include "base/text.h"
#include "evaluate/evaluation.h"
#include "predict/predictor.h"
#include "predict/scores_file.h"
#include "predict/trained_model.h"
#include "store/store.h"

namespace jetvit {
namespace {

struct EvaluateCommand {
  std::vector<std::string> runs;
  std::string scores, data, out;
  std::string split = "test";
  int threads = default_threads();
  int baselines = 6;
  bool json = false;
};

void finish(const EvaluateCommand& command, const std::filesystem::path& folder, const Json& description,
            const std::vector<NamedScores>& all, const JetRecords& test) {
  const std::string table = write_evaluation(folder, description, all, test);
  if (command.json) {
    std::cout << Json{{"metrics", (folder / "metrics.json").string()}}.dump() << '\n';
    return;
  }
  std::cout << '\n'
            << table << "\n"
            << with_commas(test.size()) << " jets; errors: DeLong for the AUC, binomial for the rejection\n"
            << "metrics  " << (folder / "metrics.json").string() << "\nplots    " << (folder / "roc.png").string()
            << "\n         " << (folder / "scores.png").string() << '\n';
}

void evaluate_scores_file(const EvaluateCommand& command) {
  if (command.out.empty()) throw UsageError("--scores needs --out, the folder for the metrics and plots");
  const Scores scores = read_scores(command.scores);
  JetRecords test;
  test.label = scores.label;
  test.weight = scores.weight;
  test.observer_names = scores.observer_names;
  test.observers = scores.observers;
  finish(command, command.out, {{"scores", command.scores}}, {{"score", scores.score, true}}, test);
}

std::filesystem::path data_of(const EvaluateCommand& command, const TrainedModel& trained) {
  if (!command.data.empty()) return command.data;
  if (!trained.provenance.contains("data")) throw UsageError("the run does not say where its data lie (say --data)");
  return trained.provenance.at("data").get<std::string>();
}

void evaluate_runs(const EvaluateCommand& command) {
  const Split split = split_from_name(command.split);
  std::vector<NamedScores> all;
  std::filesystem::path data;
  std::shared_ptr<const JetRecords> test;
  Manifest manifest;
  for (const std::string& run : command.runs) {
    const TrainedModel trained = load_trained_model(run);
    const std::filesystem::path wanted = data_of(command, trained);
    if (!test) {
      data = wanted;
      manifest = read_manifest(data);
      test = std::make_shared<const JetRecords>(read_split(data, manifest, split, command.threads));
      if (test->size() == 0) throw Error(text(data, ": has no jets in its split ", command.split));
    } else if (wanted != data) {
      throw Error(text(run, ": was trained on ", wanted, ", ", command.runs.front(), " on ", data, " (say --data)"));
    }
    if (static_cast<int>(trained.transform.channels.size()) != manifest.shape.channels) {
      throw Error(text(data, ": has ", manifest.shape.channels, " channels, ", run, " was trained on ",
                       trained.transform.channels.size()));
    }
    PredictOptions options;
    options.threads = 1;
    const std::string name = command.runs.size() == 1 ? trained.model_name : text(trained.model_name, " (", run, ")");
    NamedScores scores{.name = name, .score = {}, .is_probability = true};
    for (const float logit : predict_logits(*trained.model, test, trained.transform, trained.image, options)) {
      scores.score.push_back(sigmoid(logit));
    }
    all.push_back(std::move(scores));
  }
  if (command.baselines > 0) {
    std::vector<NamedScores> baselines =
        baseline_scores(read_split(data, manifest, Split::kTrain, command.threads), *test);
    const auto count = std::min(baselines.size(), static_cast<std::size_t>(command.baselines));
    all.insert(all.end(), baselines.begin(), baselines.begin() + static_cast<long>(count));
  }
  const std::filesystem::path folder =
      command.out.empty() ? std::filesystem::path(command.runs.front()) / text("evaluation-", command.split)
                          : std::filesystem::path(command.out);
  const Json description = {
      {"runs", command.runs}, {"data", data.string()}, {"split", command.split}, {"fingerprint", manifest.fingerprint}};
  finish(command, folder, description, all, *test);
}

void run(const EvaluateCommand& command) {
  if (command.runs.empty() == command.scores.empty()) throw UsageError("name either one or more RUNs or --scores FILE");
  if (command.scores.empty()) {
    evaluate_runs(command);
  } else {
    evaluate_scores_file(command);
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
  app->add_option("--data", command->data, "jet store (default: the one the run was trained on)");
  app->add_option("--split", command->split, "train, validation or test")->capture_default_str();
  app->add_option("--out", command->out, "folder for metrics and plots (default: RUN/evaluation-<split>)");
  app->add_option("--threads", command->threads, "threads")->capture_default_str()->check(CLI::Range(1, 1024));
  app->add_option("--baselines", command->baselines, "how many of the best simple classifiers to show beside")
      ->capture_default_str();
  app->add_flag("--json", command->json, "print the path of the metrics as JSON");
  app->footer(
      "Examples:\n  jetvit evaluate runs/nano\n  jetvit evaluate runs/a runs/b --out runs/comparison\n"
      "  jetvit evaluate --scores scores.parquet --out measured\n");
  app->callback([command] { run(*command); });
}

}  // namespace jetvit
