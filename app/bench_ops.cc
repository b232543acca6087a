#include "app/bench_ops.h"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/input_options.h"
#include "base/table.h"
#include "base/text.h"
#include "bench/bench_ops.h"

namespace jetvit {
namespace {

void print(const BenchOpsOptions& bench, const std::vector<BenchOpsResult>& results) {
  std::vector<std::vector<std::string>> rows;
  for (const BenchOpsResult& of : results) {
    rows.push_back({of.name, of.peer, of.size, fixed(of.milliseconds, 2), fixed(of.peer_milliseconds, 2),
                    fixed(of.ratio, 2), text(fixed(of.slowest_ratio, 2), " to ", fixed(of.fastest_ratio, 2))});
  }
  std::cout << "float32, " << bench.compute.threads << (bench.compute.threads == 1 ? " thread" : " threads")
            << "; forward and backward, but for packed weights and updates\n"
            << text_table({"operator", "compared with ATen's", "size", "ms", "ATen's ms", "ratio", "of a round"}, rows,
                          3);
}

}  // namespace

void add_bench_ops(CLI::App& bench) {
  auto options = std::make_shared<BenchOpsOptions>();
  auto as_json = std::make_shared<bool>(false);
  CLI::App* app = bench.add_subcommand("ops", "Milliseconds of jetvit's own operators, compared with ATen's");
  app->add_option("--operators", options->operators, "names, for example layer_norm (default: all)")->delimiter(',');
  app->add_option("--images", options->images, "images per call")->capture_default_str()->check(CLI::Range(1, 4096));
  add_threads_option(*app, options->compute.threads);
  app->add_option("--seconds", options->time.seconds, "least duration of each side in a round")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 3600.0));
  app->add_option("--rounds", options->time.rounds,
                  "timed rounds, alternating between both sides, after one warm-up call")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app->add_flag("--json", *as_json, "print JSON");
  app->footer(
      "Examples:\n"
      "  jetvit bench ops\n"
      "  jetvit bench ops --operators window_attention,layer_norm --images 64 --json\n");
  app->callback([options, as_json] {
    const std::vector<BenchOpsResult> results = bench_ops(*options);
    if (*as_json) {
      std::cout << json_text(to_json(results), 1) << '\n';
    } else {
      print(*options, results);
    }
  });
}

}  // namespace jetvit
