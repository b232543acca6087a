#include "app/compute_flags.h"

#include <CLI/CLI.hpp>

#include "base/text.h"

namespace jetvit {

ComputeOptions ComputeFlags::options() const {
  ComputeOptions options;
  options.device = device_from_name(device);
  if (precision) options.precision = precision_from_name(*precision);
  if (threads) options.threads = *threads;
  options.graphs = !no_graph;
  require_precision(options);
  return options;
}

void add_compute_flags(CLI::App& app, ComputeFlags& flags, const std::string& precision_default) {
  app.add_option("--device", flags.device,
                 "where the model runs: cpu, cuda (an NVIDIA GPU), or cuda:1 for the second one")
      ->capture_default_str();
  app.add_option("--precision", flags.precision,
                 text("fp32, or bf16: faster, less exact matrix multiplications; on GPUs also tf32 and fp16 (default: ",
                      precision_default, ")"));
  app.add_option("--threads", flags.threads,
                 text("threads (default: the cores that this process may use, here ", default_threads(), ")"))
      ->check(CLI::Range(1, 1024));
}

void add_graph_flag(CLI::App& app, ComputeFlags& flags) {
  app.add_flag("--no-graph", flags.no_graph,
               "on a GPU, launch the operators of each step one by one, instead of a recorded step");
}

}  // namespace jetvit
