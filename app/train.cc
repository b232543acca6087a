#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "base/text.h"
#include "train/train_command.h"

namespace jetvit {

void add_train(CLI::App& program) {
  CLI::App* command = program.add_subcommand("train", "Trains a model on a prepared store by a recipe");
  const auto options = std::make_shared<TrainCommand>();
  const auto json = std::make_shared<bool>(false);
  command->add_option("recipe", options->recipe, "Recipe (TOML), for example recipes/demo.toml")->required();
  command->add_option("--data", options->store, "Store made by jetvit prepare")->required();
  command->add_option("--out", options->run, "Folder of the run: checkpoints, logs, record")->required();
  command->add_option("--set", options->overrides, "Override of a recipe's key, for example optimiser.lr=3e-4")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  CLI::Option* resume = command->add_flag("--resume", options->resume,
                                          "Go on where the run stopped: the outcome is that of an unbroken run");
  command->add_flag("--overwrite", options->overwrite, "Replace an earlier run")->excludes(resume);
  command->add_option("--threads", options->threads, "CPU threads (default: all cores)")->check(CLI::Range(1, 4096));
  command->add_option("--device", options->device, "cpu")->capture_default_str();
  command->add_flag("--json", *json, "Print the run's record as JSON");
  command->footer(
      "Examples:\n"
      "  jetvit train recipes/demo.toml --data store --out runs/demo\n"
      "  jetvit train recipes/quark_gluon/resnet_15.toml --data store --out runs/resnet --set train.epochs=10\n"
      "  jetvit train recipes/demo.toml --data store --out runs/demo --resume\n");
  command->callback([options, json, &program] {
    const CLI::App* self = program.get_subcommand("train");
    options->arguments = {
        "jetvit", "train", options->recipe.string(), "--data", options->store.string(), "--out", options->run.string()};
    for (const std::string& assignment : options->overrides) {
      options->arguments.insert(options->arguments.end(), {"--set", assignment});
    }
    if (options->resume) options->arguments.emplace_back("--resume");
    if (self->count("--threads") > 0) {
      options->arguments.insert(options->arguments.end(), {"--threads", text(options->threads)});
    }
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
