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

#include "app/beside.h"
#include "app/commands.h"
#include "base/commit.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/stop_flag.h"
#include "base/text.h"

extern char** environ;

namespace jetvit {
namespace {

struct DemoOptions {
  std::string sample;
  std::string recipe;
  std::string out = "runs/demo";
  bool overwrite = false;
};

// A folder of the project, from where the program was built or from the current folder.
std::filesystem::path project_path(const std::filesystem::path& relative) {
  for (const std::filesystem::path& root : {program_beside("../../.."), std::filesystem::path(".")}) {
    if (std::filesystem::exists(root / relative)) return std::filesystem::weakly_canonical(root / relative);
  }
  throw Error(
      text(relative, ": not found beside the program or in this folder (run the demo from the project's root)"));
}

// Shows and runs one command of this program, so that the demo is what a user would type.
void run_command(const std::vector<std::string>& words) {
  std::cout << "\n$ jetvit " << join(words, " ") << std::endl;
  std::vector<std::string> copies = words;
  copies.insert(copies.begin(), "jetvit");
  std::vector<char*> arguments;
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const std::string program = program_beside("jetvit");
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

void run_demo(const DemoOptions& options) {
  const double start = monotonic_seconds();
  const std::filesystem::path sample =
      options.sample.empty() ? project_path("data/sample") : std::filesystem::path(options.sample);
  const std::string recipe = options.recipe.empty() ? project_path("recipes/demo.toml").string() : options.recipe;
  const std::filesystem::path out = options.out;
  const std::string store = out / "store";
  const std::string run = out / "run";
  if (options.overwrite) {
    std::filesystem::remove_all(store);
    std::filesystem::remove_all(run);
  }
  refuse_existing(store, false);
  refuse_existing(run, false);
  create_folder(out);
  const auto part = [&](const char* split) { return (sample / text("quark_gluon_", split, ".parquet")).string(); };
  run_command({"prepare", "--train", part("train"), "--validation", part("validation"), "--test", part("test"), "--out",
               store});
  run_command({"inspect", store, "--pictures", (out / "pictures").string()});
  run_command({"train", recipe, "--data", store, "--out", run});
  run_command({"evaluate", run});
  std::cout << "\nThe demo took " << human_seconds(monotonic_seconds() - start) << ". Look at\n  " << run
            << "/evaluation-test/    roc.png, scores.png: how well quarks and gluons separate; learning.png, "
               "calibration.png\n  "
            << (out / "pictures").string() << "/    single jets and class averages\n  " << run
            << "/    the trained model, its recipe and its logs\n";
}

}  // namespace

void add_demo(CLI::App& program) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* command = program.add_subcommand("demo", "Runs the whole chain on the sample that ships with the project");
  command->add_option("--sample", options->sample, "folder with quark_gluon_{train,validation,test}.parquet");
  command->add_option("--recipe", options->recipe, "recipe to train (default: recipes/demo.toml)");
  command->add_option("--out", options->out, "folder for the store, the run and the pictures")->capture_default_str();
  command->add_flag("--overwrite", options->overwrite, "replace an earlier demo in that folder");
  command->footer("Examples:\n  jetvit demo\n  jetvit demo --overwrite --recipe recipes/demo/vit_nano.toml\n");
  command->callback([options] { run_demo(*options); });
}

}  // namespace jetvit
