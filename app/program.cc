#include "app/program.h"

#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

#include "app/flag_names.h"
#include "app/safe_output.h"
#include "app/terminal_reporter.h"
#include "app/usage.h"
#include "base/error.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "group/launch.h"

namespace jetvit {
namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

int fail(const std::string& message, int status) {
  std::cerr << terminal_safe(text("jetvit: ", with_flags(message), "\n"));
  return status;
}

// No option has an empty value: a variable of a script was empty, and an empty path would mean the working folder.
void refuse_empty_values(int argc, char** argv) {
  for (int index = 1; index < argc; ++index) {
    const std::string_view word(argv[index]);
    const std::size_t equals = word.find('=');
    const bool is_empty_value = word.starts_with("--") && equals == word.size() - 1;
    if (!word.empty() && !is_empty_value) continue;
    const std::string before = is_empty_value ? std::string(word.substr(0, equals)) : std::string(argv[index - 1]);
    if (index == 1) throw UsageError("the first argument is empty");
    const char* const advice = before.starts_with("-") ? "name a value, or leave both out" : "leave it out";
    throw UsageError(text("the argument after ", printable(before), " is empty (", advice, ")"));
  }
}

// Every command has the flag itself, so that its own help shows it.
void add_quiet(CLI::App& app, TerminalReporter& terminal) {
  app.add_flag_callback(
      "-q,--quiet", [&terminal] { terminal.set_quiet(true); }, "show only warnings and results");
  for (CLI::App* command : app.get_subcommands({})) add_quiet(*command, terminal);
}

}  // namespace

int report_failures(const std::function<int()>& run, DescribeError explain) {
  try {
    return run();
  } catch (const Interrupted& stop) {
    return fail(one_line(stop.what()), stop.status());
  } catch (const UsageError& error) {
    return fail(one_line(error.what()), kUsage);
  } catch (const PeerLost& error) {
    // The launcher names the cause.
    return std::getenv(kLauncher) != nullptr ? kPeerLostStatus : fail(one_line(error.what()), kPeerLostStatus);
  } catch (const ProcessFailed& error) {
    return *error.what() == 0 ? error.status() : fail(one_line(error.what()), error.status());
  } catch (const Error& error) {
    return fail(one_line(error.what()), kFailure);
  } catch (const std::exception& error) {
    return fail(explain(error), kFailure);
  }
}

int run_program(int argc, char** argv, std::span<const Command> commands, DescribeError explain) {
  const auto run = [&] {
    CLI::App program(
        "Classifies particle jets from detector images with vision transformers:\nraw Parquet files in; a trained, "
        "evaluated, portable classifier out.");
    program.name("jetvit");
    program.set_help_flag("-h,--help", "show this help and exit");
    program.set_version_flag("--version", JETVIT_VERSION, "show the version and exit");
    program.footer("Start with: jetvit demo\nFor help on a command and examples: jetvit help COMMAND\n");
    program.require_subcommand(1);
    for (const Command& command : commands) command.add(program);
    return run_program(argc, argv, program, explain);
  };
  return report_failures(run, explain);
}

int run_program(int argc, char** argv, CLI::App& program, DescribeError explain) {
  TerminalReporter terminal;
  const ReporterScope scope(terminal);
  add_quiet(program, terminal);
  install_stop_handlers();
  SafeOutput output(std::cout);
  const auto run = [&] {
    int status = 0;
    refuse_empty_values(argc, argv);
    try {
      program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      // --help and --version end the parsing as well.
      if (error.get_exit_code() != 0 || is_unknown_command(program)) return fail(usage_message(program, error), kUsage);
      status = program.exit(error);
    }
    output.finish();
    return status;
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
