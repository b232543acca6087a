#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/input_options.h"
#include "app/program.h"
#include "base/text.h"
#include "train/train_command.h"

namespace jetvit {

void add_train(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("train", "Trains a model by a recipe, on a jet store or on files as they are");
  const auto options = std::make_shared<TrainCommand>();
  const auto json = std::make_shared<bool>(false);
  command->add_option("recipe", options->recipe, "recipe (TOML), for example recipes/demo.toml")->required();
  command->add_option("--data", options->source.inputs.any, kDataHelp);
  add_split_options(*command, options->source.inputs);
  command->add_option("--out", options->run, "folder of the run: checkpoints, logs, record")->required();
  command->add_option("--set", options->overrides, "override of a recipe's key, for example optimiser.lr=3e-4")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  command->add_option(
      "--pretrained", options->pretrained,
      "safetensors to start from, of timm or another run: what fits is loaded (recipe: pretrained.file)");
  CLI::Option* resume = command->add_flag("--resume", options->resume,
                                          "go on where the run stopped: the outcome is that of an unbroken run");
  command->add_flag("--overwrite", options->overwrite, "replace an earlier run")->excludes(resume);
  add_read_options(*command, options->source.read);
  command->add_option("--device", options->device, "cpu")->capture_default_str();
  command->add_flag("--json", *json, "print the run's record as JSON");
  command->footer(
      "Examples:\n"
      "  jetvit train recipes/demo.toml --data store --out runs/demo\n"
      "  jetvit train recipes/quark_gluon/resnet_15.toml --data store --out runs/resnet --set train.epochs=10\n"
      "  jetvit train recipes/demo.toml --train a.parquet --validation b.parquet --out runs/raw\n"
      "  jetvit train recipes/quark_gluon/swin_tiny.toml --data store --out runs/swin --pretrained "
      "swin_tiny.safetensors\n"
      "  jetvit train recipes/demo.toml --data store --out runs/demo --resume\n");
  command->callback([options, json] {
    options->arguments = command_line();
    const Json record = run_training(*options);
    if (*json) {
      std::cout << record.dump(2) << '\n';
      return;
    }
    const Json& result = record["result"];
    std::cout << text("best validation AUC ", fixed(result["best_validation_auc"].get<double>(), 4), " in epoch ",
                      result["best_epoch"].get<int>(), " of ", result["epochs"].get<int>(), ", after ",
                      human_seconds(result["seconds"].get<double>()), "\nweights  ", result["best"].get<std::string>(),
                      "\nrecord   ", (options->run / "run.json").string(), "\n");
  });
}

}  // namespace jetvit
