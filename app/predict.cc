#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/compute_flags.h"
#include "app/input_options.h"
#include "app/process_flags.h"
#include "base/text.h"
#include "predict/predict_command.h"

namespace jetvit {

void add_predict(CLI::App& program) {
  CLI::App* command = program.add_subcommand("predict", "Scores jets with a trained model");
  const auto options = std::make_shared<PredictCommand>();
  const auto flags = std::make_shared<ComputeFlags>();
  const auto json = std::make_shared<bool>(false);
  const auto processes = std::make_shared<ProcessFlags>();
  command->add_option("model", options->model, "run folder (its best.safetensors) or checkpoint")->required();
  command->add_option("--data", options->source.inputs.any, kDataHelp)->required();
  command->add_option("--out", options->output, "scores (Parquet)")->required();
  command->add_flag("--split", options->with_split, "store: add a column with each jet's split");
  command->add_flag("--overwrite", options->overwrite, "replace an existing file");
  command->add_option("--batch-size", options->batch_size, "jets at a time")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  add_compute_flags(*command, *flags);
  add_former_flag(*command, "--bf16", "--precision bf16");
  add_read_options(*command, options->source.read);
  add_process_flags(*command, *processes, "score");
  command->add_flag("--json", *json, "print the summary as JSON");
  command->footer(
      "Examples:\n"
      "  jetvit predict runs/demo --data jets.parquet --out scores.parquet\n"
      "  jetvit predict runs/demo --data store --out scores.parquet --split\n"
      "  jetvit predict runs/demo --data store --out scores.parquet --processes 4\n");
  command->callback([options, flags, json, processes] {
    run_processes(*processes, options->output.parent_path(), [&](const ProcessGroup* group) {
      options->compute = compute_options(*flags, group);
      options->source.read.threads = options->compute.threads;
      const PredictSummary summary = run_predict(*options, group);
      if (!is_first(group)) return;
      if (*json) {
        std::cout << json_text(to_json(summary), 2) << '\n';
        return;
      }
      std::cout << text(with_commas(summary.jets), " jets scored in ", human_seconds(summary.seconds), " (",
                        fixed(summary.jets_per_second(), 0), " jets/s), ", with_commas(summary.skipped),
                        " unusable rows skipped\nscores  ", one_line(summary.output.string()), "\n");
    });
  });
}

}  // namespace jetvit
