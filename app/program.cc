#include "app/program.h"

#include <exception>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/stop_flag.h"

namespace jetvit {
namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;
constexpr int kSignalBase = 128;

int fail(const std::string& message, int status) {
  std::cerr << "jetvit: " << message << '\n';
  return status;
}

}  // namespace

int report_failures(const std::function<int()>& run, Explain explain) {
  try {
    return run();
  } catch (const Interrupted& stop) {
    return fail(stop.what(), kSignalBase + stop.signal());
  } catch (const UsageError& error) {
    return fail(error.what(), kUsage);
  } catch (const std::exception& error) {
    return fail(explain(error), kFailure);
  }
}

int run_program(int argc, char** argv, std::span<const AddCommand> commands, Explain explain) {
  CLI::App program(
      "Classifies particle jets from detector images with vision transformers:\nraw Parquet files in; a trained, "
      "measured, portable classifier out.");
  program.name("jetvit");
  program.set_version_flag("--version", JETVIT_VERSION);
  program.footer("Start with: jetvit demo\nEach command explains itself with --help and examples.\n");
  program.require_subcommand(1);
  for (const AddCommand add_command : commands) add_command(program);
  install_stop_handlers();
  const auto run = [&] {
    try {
      program.parse(argc, argv);
      return 0;
    } catch (const CLI::ParseError& error) {
      return program.exit(error) == 0 ? 0 : kUsage;
    }
  };
  return report_failures(run, explain);
}

std::vector<std::string> command_line() {
  std::ifstream file("/proc/self/cmdline");
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  if (!words.empty()) words.front() = "jetvit";  // whichever of its programs runs the command
  return words;
}

}  // namespace jetvit
