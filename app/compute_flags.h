#pragma once

#include <optional>
#include <string>

#include "compute/compute_options.h"

namespace CLI {
class App;
}

namespace jetvit {

// --device, --precision and --threads, which mean the same for every command that runs a model.
struct ComputeFlags {
  std::string device = "cpu";
  std::optional<std::string> precision;  // none: the command's own default
  std::optional<int> threads;            // none: default_threads()
  bool no_graph = false;

  // Throws UsageError for words that this build does not know.
  ComputeOptions options() const;
};

// precision_default: what is used without --precision, for the help.
void add_compute_flags(CLI::App& app, ComputeFlags& flags, const std::string& precision_default = "fp32");

// --no-graph, for commands that train.
void add_graph_flag(CLI::App& app, ComputeFlags& flags);

}  // namespace jetvit
