#include "app/process_flags.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/program.h"
#include "base/error.h"
#include "base/reporter.h"
#include "base/text.h"
#include "group/join.h"
#include "group/launch.h"

namespace jetvit {
namespace {

// The command line of this process, with the path of its program.
std::vector<std::string> own_command() {
  std::vector<std::string> words = command_line();
  words.front() = std::filesystem::read_symlink("/proc/self/exe");
  return words;
}

}  // namespace

void add_process_flags(CLI::App& app, ProcessFlags& flags, const std::string& what) {
  app.add_option("--processes", flags.processes,
                 text(what,
                      " on this many processes of this host, which share the threads; torchrun, srun, mpirun and "
                      "mpiexec start them themselves"))
      ->check(CLI::Range(1, 4096));
  app.add_option("--process-timeout", flags.timeout, "minutes after which a process that does not answer is given up")
      ->check(CLI::Range(0.01, 100'000.0))
      ->type_name("MINUTES")
      ->capture_default_str();
}

void run_processes(const ProcessFlags& flags, const std::filesystem::path& folder,
                   const std::function<void(const ProcessGroup* group)>& work) {
  if (has_to_launch(flags.processes)) return launch(own_command(), flags.processes);
  const std::unique_ptr<ProcessGroup> group = join_processes(
      {.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(flags.timeout * 60'000)), .folder = folder});
  std::optional<ReporterScope> scope;
  if (!is_first(group.get())) scope.emplace(silent_reporter());  // rank 0 reports for all
  try {
    work(group.get());
  } catch (const Interrupted& stop) {
    if (is_first(group.get())) throw;
    throw ProcessFailed("", stop.status());  // rank 0 says why
  }
}

ComputeOptions compute_options(const ComputeFlags& flags, const ProcessGroup* group) {
  if (group == nullptr) return flags.options();
  ComputeFlags own = flags;
  own.device = device_of_process(flags.device, *group);
  ComputeOptions options = own.options();
  if (!flags.threads) options.threads = threads_of_process(options.threads, *group);
  return options;
}

}  // namespace jetvit
