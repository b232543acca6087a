#include <array>
#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "base/error.h"
#include "base/stop_flag.h"

namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;
constexpr int kSignalBase = 128;

// In the order in which data flows, which is the order that --help shows.
constexpr std::array kCommands = {
    &jetvit::add_demo,     &jetvit::add_generate, &jetvit::add_inspect, &jetvit::add_prepare,
    &jetvit::add_train,    &jetvit::add_evaluate, &jetvit::add_predict, &jetvit::add_models,
    &jetvit::add_describe, &jetvit::add_forward,  &jetvit::add_bench,
};

int fail(const char* message, int status) {
  std::cerr << "jetvit: " << message << '\n';
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program(
      "Classifies particle jets from detector images with vision transformers:\nraw Parquet files in; a trained, "
      "measured, portable classifier out.");
  program.name("jetvit");
  program.set_version_flag("--version", JETVIT_VERSION);
  program.footer("Start with: jetvit demo\nEach command explains itself with --help and examples.\n");
  program.require_subcommand(1);
  for (const auto add_command : kCommands) add_command(program);
  jetvit::install_stop_handlers();
  try {
    program.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : kUsage;
  } catch (const jetvit::Interrupted& stop) {
    return fail(stop.what(), kSignalBase + stop.signal());
  } catch (const jetvit::UsageError& error) {
    return fail(error.what(), kUsage);
  } catch (const std::exception& error) {
    return fail(error.what(), kFailure);
  }
}
