#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/compute_flags.h"
#include "app/input_options.h"
#include "app/other_options.h"
#include "app/process_flags.h"
#include "base/text.h"
#include "evaluate/evaluate_command.h"
#include "evaluate/evaluation_report.h"

namespace jetvit {
namespace {

// What a temperature did to the probabilities.
void print_calibration(const ClassifierMetrics& of) {
  const ProbabilityMetrics& before = *of.probability;
  const ProbabilityMetrics& after = of.calibrated->after;
  std::cout << one_line(of.name) << ": temperature " << fixed(of.calibrated->temperature, 3)
            << " takes the log loss from " << fixed(before.log_loss, 4) << " to " << fixed(after.log_loss, 4)
            << ", the calibration error from " << fixed(before.calibration_error, 4) << " to "
            << fixed(after.calibration_error, 4) << '\n';
}

// How far the weights are from equal ones.
void print_weights(const EvaluateSummary& summary) {
  const auto& weights = *summary.evaluation.weights;
  std::cout << "weighted";
  if (!summary.weight_column.empty()) std::cout << " by the column " << printable(summary.weight_column);
  std::cout << ": as precise as";
  for (const int label : {0, 1}) {
    const double jets = weights[static_cast<std::size_t>(label)].effective_jets();
    std::cout << (label == 0 ? " " : " and ") << with_commas(static_cast<std::uint64_t>(jets)) << ' '
              << class_name(summary.class_names, label);
  }
  std::cout << " jets of equal weight; weights below 0: " << with_commas(weights[0].negative + weights[1].negative)
            << ", of 0: " << with_commas(weights[0].zero + weights[1].zero) << '\n';
}

void print(const EvaluateSummary& summary) {
  const auto& classifiers = summary.evaluation.classifiers;
  std::cout << '\n'
            << evaluation_table(summary.evaluation) << '\n'
            << with_commas(classifiers.front().jets)
            << " jets; errors: DeLong for the AUC; 68 % interval at fixed signal efficiency for the rejection\n";
  if (classifiers.size() > 1 || !summary.recipes.empty()) {
    std::cout << "The errors of this table, and the p-values in metrics.json, are those of the jets: another seed of a "
                 "training gives another AUC"
              << (summary.recipes.empty() ? " (jetvit train --seeds measures by how much).\n" : ".\n");
  }
  if (!summary.recipes.empty()) {
    std::cout << '\n'
              << recipes_table(summary.recipes) << "\nerrors: 68 % intervals for another choice of seeds and of jets\n";
  }
  if (summary.evaluation.weights) print_weights(summary);
  for (const ClassifierMetrics& of : classifiers) {
    if (of.calibrated) print_calibration(of);
  }
  if (!classifiers.front().probability) {
    std::cout << "The scores are no probabilities (0 to 1): log loss, Brier score and calibration are left out.\n";
  }
  std::cout << "metrics  " << one_line(summary.metrics.string()) << "\nplots    " << one_line(summary.folder.string())
            << "/{" << join(summary.plots, ",") << "}.{png,svg}\n";
}

}  // namespace

void add_evaluate(CLI::App& program) {
  const auto options = std::make_shared<EvaluateCommand>();
  const auto flags = std::make_shared<ComputeFlags>();
  const auto split = std::make_shared<std::string>(split_name(Split::kTest));
  const auto json = std::make_shared<bool>(false);
  const auto processes = std::make_shared<ProcessFlags>();
  CLI::App* command = program.add_subcommand(
      "evaluate", "Measures trained models: ROC-AUC with its error, working points, baselines, plots");
  command->add_option("RUN", options->runs, "runs of jetvit train; a folder of several seeds stands for all of them");
  command->add_option("--scores", options->scores,
                      "a Parquet file with the columns score and label instead, of any origin");
  command->add_option("--data", options->source.inputs.any, text(kDataHelp, " (default: what the run was trained on)"));
  add_split_options(*command, options->source.inputs);
  add_read_options(*command, options->source.read);
  command->add_option("--batch-size", options->batch_size, "jets at a time")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  add_compute_flags(*command, *flags);
  command->add_option("--split", *split, "train, validation or test")->capture_default_str();
  command->add_option("--out", options->out, "folder for metrics and plots (default: RUN/evaluation-<split>)");
  command->add_flag("--calibrate", options->calibrate,
                    "fit a temperature to the validation split and report its effect on the probabilities");
  command->add_flag("--overwrite", options->overwrite, "replace an existing evaluation");
  command
      ->add_option(
          "--baselines", options->baselines,
          "how many of the best simple classifiers to show as well, with jet pT, jet mass and track multiplicity; "
          "0: none")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000));
  add_process_flags(*command, *processes, "score the jets");
  command->add_flag("--json", *json, "print the path of the metrics as JSON");
  command->footer(
      "Examples:\n  jetvit evaluate runs/nano\n  jetvit evaluate runs/nano --calibrate --overwrite\n  jetvit evaluate "
      "runs/a runs/b --out runs/comparison\n"
      "  jetvit evaluate runs/nano_seeds runs/swin_seeds --out runs/comparison_of_recipes\n"
      "  jetvit evaluate runs/nano --processes 2 --overwrite\n"
      "  jetvit evaluate --scores scores.parquet --out measured\n");
  command->callback([command, options, flags, split, json, processes] {
    if (!options->scores.empty() && options->runs.empty()) {
      refuse_other_options(*command,
                           {"--scores", "--weight-column", "--class-names", "--allow-trained", "--calibrate", "--out",
                            "--overwrite", "--json"},
                           "--scores");
    }
    options->split = split_from_name(*split);
    const std::filesystem::path out = options->out.empty() && !options->runs.empty()
                                          ? std::filesystem::path(options->runs.front()) / "."
                                          : options->out;
    run_processes(*processes, out.parent_path(), [&](const ProcessGroup* group) {
      options->compute = compute_options(*flags, group);
      options->source.read.threads = options->compute.threads;
      const EvaluateSummary summary = run_evaluate(*options, group);
      if (!is_first(group)) return;
      if (*json) {
        std::cout << json_text(to_json(summary)) << '\n';
      } else {
        print(summary);
      }
    });
  });
}

}  // namespace jetvit
