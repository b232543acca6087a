#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <spawn.h>
#include <sys/wait.h>

#include "app/commands.h"
#include "app/demo_record.h"
#include "app/sibling_program.h"
#include "base/clock.h"
#include "base/commit.h"
#include "base/error.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "jet/split.h"
#include "run/evaluation_files.h"
#include "run/run_folder.h"
#include "store/manifest.h"
#include "train/trainer.h"

extern char** environ;

namespace jetvit {
namespace {

struct DemoOptions {
  std::string sample;
  std::string recipe;
  std::string out = "runs/demo";
  bool overwrite = false;
  bool quiet = false;
};

// A folder of the project, from where the program was built or from the current folder.
std::filesystem::path project_path(const std::filesystem::path& relative) {
  for (const std::filesystem::path& root : {sibling_program("../../.."), std::filesystem::path(".")}) {
    if (std::filesystem::exists(root / relative)) return std::filesystem::weakly_canonical(root / relative);
  }
  throw Error(
      text(relative, ": not found next to the program or in this folder (run the demo from the project's root)"));
}

// Shows and runs one command of this program, so that the demo is what a user would type.
void run_command(const std::vector<std::string>& words, bool quiet) {
  std::cout << "\n$ jetvit " << join(words, " ") << std::endl;
  std::vector<std::string> copies = words;
  copies.insert(copies.begin(), "jetvit");
  if (quiet) copies.emplace_back("--quiet");
  std::vector<char*> arguments;
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const std::string program = sibling_program("jetvit");
  const int failure = ::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(), environ);
  if (failure != 0) throw Error(text("jetvit cannot be started again (", std::strerror(failure), ")"));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  throw_if_stopped();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Error(text("jetvit ", words.front(), " failed (its message is above)"));
  }
}

// The folders of a demo.
struct DemoFolder {
  std::filesystem::path out, store = out / "store", pictures = out / "pictures", run = out / "run";
  std::filesystem::path evaluation = evaluation_folder(run, split_name(Split::kTest));
};

void print_folders(const DemoFolder& folder) {
  std::cout << "Look at\n  " << folder.evaluation.string()
            << "/    roc.png, scores.png: how well quarks and gluons are separated; learning.png, "
               "calibration.png\n  "
            << folder.pictures.string() << "/    single jets and class averages\n  " << folder.run.string()
            << "/    the trained model, its recipe and its logs\n";
}

// The record of the demo that was started in this folder, or a new one.
DemoRecord start_or_continue(const DemoFolder& folder, const DemoRecord& asked, bool overwrite) {
  if (!overwrite && std::filesystem::exists(folder.out / kDemoRecord)) {
    DemoRecord started = read_demo(folder.out);
    if (const std::string difference = demo_difference(started, asked); !difference.empty()) {
      throw Error(text(folder.out, ": holds a demo with ", difference,
                       " (nothing was changed) choose another --out, or use --overwrite to replace it"));
    }
    return started;
  }
  if (!overwrite) {
    for (const auto& path : {folder.store, folder.pictures, folder.run}) refuse_existing(path, false);
  }
  DemoRecord record = asked;
  if (std::filesystem::exists(folder.run)) record.former_run = checkpoint_time(folder.run);
  create_folder(folder.out);
  write_demo(folder.out, record);
  return record;
}

bool is_finished(const DemoFolder& folder, const DemoRecord& record) {
  return record.finished && is_store(folder.store) && std::filesystem::exists(folder.run / kBestFile) &&
         std::filesystem::exists(folder.evaluation / kEvaluationMetrics);
}

// Whether the store is there as the demo prepared it. Throws Error where another one has taken its place.
bool has_store(const DemoFolder& folder, const DemoRecord& record) {
  if (record.store.empty() || !is_store(folder.store)) return false;
  if (read_manifest(folder.store).fingerprint == record.store) return true;
  throw Error(text(folder.store,
                   ": is not the store that this demo prepared (nothing was changed) choose another "
                   "--out, or use --overwrite to replace it"));
}

// The command with --overwrite where it replaces what an earlier demo left at `output`.
std::vector<std::string> replacing(std::vector<std::string> words, const std::filesystem::path& output) {
  if (std::filesystem::exists(output)) words.emplace_back("--overwrite");
  return words;
}

void run_commands(const DemoFolder& folder, DemoRecord& record, const std::filesystem::path& sample,
                  const std::string& recipe, bool quiet) {
  if (has_store(folder, record)) {
    std::cout << folder.store.string() << ": up to date, it is kept\n";
  } else {
    const auto part = [&](const char* split) { return sample_file(sample, split); };
    run_command(replacing({"prepare", "--train", part("train"), "--validation", part("validation"), "--test",
                           part("test"), "--out", folder.store},
                          folder.store),
                quiet);
    record.store = read_manifest(folder.store).fingerprint;
    write_demo(folder.out, record);
  }
  run_command(replacing({"inspect", folder.store, "--pictures", folder.pictures}, folder.pictures), quiet);
  std::vector<std::string> train = {"train", recipe, "--data", folder.store, "--out", folder.run};
  if (std::filesystem::exists(folder.run)) {
    const bool is_former = record.former_run == checkpoint_time(folder.run);
    train.emplace_back(is_former ? "--overwrite" : "--resume");
  }
  run_command(train, quiet);
  run_command(replacing({"evaluate", folder.run}, folder.evaluation), quiet);
  record.finished = true;
  write_demo(folder.out, record);
}

void run_demo(const DemoOptions& options) {
  const double start = monotonic_seconds();
  const std::filesystem::path sample =
      options.sample.empty() ? project_path("data/sample") : std::filesystem::path(options.sample);
  const std::string recipe = options.recipe.empty() ? project_path("recipes/demo.toml").string() : options.recipe;
  const DemoFolder folder{options.out};
  DemoRecord record = start_or_continue(folder, describe_demo(sample, recipe), options.overwrite);
  if (is_finished(folder, record)) {
    std::cout << text("The demo in ", folder.out.string(),
                      " is finished; there is nothing left to do. To start over: jetvit demo --overwrite\n");
    print_folders(folder);
    return;
  }
  try {
    run_commands(folder, record, sample, recipe, options.quiet);
  } catch (const Interrupted&) {
    std::cerr << text(folder.out, ": run the same command again to continue this demo\n");
    throw;
  }
  std::cout << "\nThe demo took " << human_seconds(monotonic_seconds() - start) << ".\n";
  print_folders(folder);
}

}  // namespace

void add_demo(CLI::App& program) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* command = program.add_subcommand("demo", "Runs the whole chain on the sample data of the project");
  command->add_option("--sample", options->sample,
                      "folder with quark_gluon_{train,validation,test}.parquet (default: data/sample)");
  command->add_option("--recipe", options->recipe, "recipe to train (default: recipes/demo.toml)");
  command->add_option("--out", options->out, "folder for the store, the pictures and the run")->capture_default_str();
  command->add_flag("--overwrite", options->overwrite, "replace an earlier demo in that folder");
  command->footer(
      "Examples:\n  jetvit demo\n  jetvit demo --overwrite --recipe recipes/demo/vit_nano.toml\n"
      "To continue an interrupted demo, run the same command again.\n");
  command->callback([options, &program, command] {
    options->quiet = program.count("--quiet") + command->count("--quiet") > 0;
    run_demo(*options);
  });
}

}  // namespace jetvit
