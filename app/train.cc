#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/compute_flags.h"
#include "app/input_options.h"
#include "app/process_flags.h"
#include "app/program.h"
#include "base/options.h"
#include "base/stop_flag.h"
#include "base/table.h"
#include "base/text.h"
#include "train/train_seeds.h"

namespace jetvit {
namespace {

void print(const TrainingRecord& record) {
  const TrainingResult& result = record.result;
  std::cout << text("best validation AUC ", fixed(result.best_validation_auc, 4), " in epoch ", result.best_epoch,
                    " of ", result.epochs, ", after ", human_seconds(result.seconds), "\nweights  ",
                    one_line(result.best.string()), "\nrecord   ",
                    one_line((result.best.parent_path() / "run.json").string()), "\n");
}

// The runs of several seeds.
void print(const std::vector<TrainingRecord>& records, const std::filesystem::path& folder) {
  std::vector<std::vector<std::string>> rows;
  for (const TrainingRecord& record : records) {
    const TrainingResult& result = record.result;
    rows.push_back({result.best.parent_path().filename().string(), fixed(result.best_validation_auc, 4),
                    text(result.best_epoch, " of ", result.epochs), human_seconds(result.seconds)});
  }
  std::cout << text_table({"run", "best validation AUC", "epoch", "time"}, rows) << "\nruns     "
            << one_line(folder.string()) << "\nmeasure them with: jetvit evaluate " << one_line(folder.string())
            << '\n';
}

}  // namespace

void add_train(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("train", "Trains a model as a recipe defines it, on a jet store or directly on files");
  const auto options = std::make_shared<TrainCommand>();
  const auto flags = std::make_shared<ComputeFlags>();
  const auto json = std::make_shared<bool>(false);
  const auto processes = std::make_shared<ProcessFlags>();
  command->add_option("recipe", options->recipe, "recipe (TOML), for example recipes/demo.toml")->required();
  command->add_option("--data", options->source.inputs.any, kDataHelp);
  add_split_options(*command, options->source.inputs);
  command->add_option("--out", options->run, "folder of the run: checkpoints, logs, record")->required();
  command->add_option("--set", options->overrides, "override of a recipe's key, for example optimizer.lr=3e-4")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  command->add_option("--pretrained", options->pretrained,
                      "safetensors file of timm or of another run to start from; tensors that fit are loaded (recipe: "
                      "pretrained.file)");
  const auto seeds = std::make_shared<int>(0);
  command
      ->add_option("--seeds", *seeds,
                   "train this many times, in OUT/seed-K, with the recipe's train.seed and the numbers after it; "
                   "evaluate OUT then reports their mean and spread")
      ->check(CLI::Range(1, 1000));
  CLI::Option* resume = command->add_flag("--resume", options->resume,
                                          "resume where the run stopped; the result is that of an uninterrupted run");
  command->add_flag("--overwrite", options->overwrite, "replace an earlier run")->excludes(resume);
  command->add_flag("--ignore-memory", options->ignore_memory,
                    "begin even if the training is estimated to take more memory than is available");
  add_images_option(*command, options->source.images);
  add_read_options(*command, options->source.read);
  add_compute_flags(*command, *flags, "the recipe's train.precision");
  add_graph_flag(*command, *flags);
  add_process_flags(*command, *processes, "train");
  const auto time_limit = std::make_shared<std::optional<double>>();
  command
      ->add_option("--time-limit", *time_limit,
                   "save and stop after this time, with exit status 142: some minutes less than the job may take")
      ->check(CLI::Range(0.01, 1e6))
      ->type_name("MINUTES");
  command->add_flag("--json", *json, "print the record of the run as JSON, or a list of them with --seeds");
  command->footer(
      "Examples:\n"
      "  jetvit train recipes/demo.toml --data store --out runs/demo\n"
      "  jetvit train recipes/quark_gluon/resnet_15.toml --data store --out runs/resnet --set train.epochs=10\n"
      "  jetvit train recipes/demo.toml --train a.parquet --validation b.parquet --out runs/raw\n"
      "  jetvit train recipes/quark_gluon/swin_tiny.toml --data store --out runs/swin --pretrained "
      "swin_tiny.safetensors\n"
      "  jetvit train recipes/demo.toml --data store --out runs/demo --resume\n"
      "  jetvit train recipes/demo.toml --data store --out runs/demo_seeds --seeds 5\n");
  command->callback([options, flags, json, seeds, processes, time_limit] {
    run_processes(*processes, options->run.parent_path(), [&](const ProcessGroup* group) {
      if (*time_limit) stop_after(**time_limit * 60);
      options->compute = compute_options(*flags, group);
      options->precision = flags->precision.value_or("");
      options->threads_given = flags->threads.has_value();
      options->arguments = command_line();
      if (*seeds > 0) {
        const std::vector<TrainingRecord> records = run_trainings(*options, *seeds, group);
        if (!is_first(group)) return;
        if (!*json) return print(records, options->run);
        Json all = Json::array();
        for (const TrainingRecord& record : records) all.push_back(to_json(record));
        std::cout << json_text(all, 2) << '\n';
        return;
      }
      const TrainingRecord record = run_training(*options, group);
      if (!is_first(group)) return;
      if (!*json) return print(record);
      std::cout << json_text(to_json(record), 2) << '\n';
    });
  });
}

}  // namespace jetvit
