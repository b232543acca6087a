#include "bench/bench_prepare.h"

#include "base/error.h"
#include "base/text.h"
#include "bench/preparation_steps.h"

namespace jetvit {
namespace {

// One round to fill the page cache, then those that are timed: each as many whole runs as its time takes, at least one.
PreparationStepResult measure_step(PreparationSteps& steps, const std::string& step, const BenchTime& time) {
  std::vector<double> rates;
  PreparationStepResult result{.step = step, .rates = {}, .rows = steps.run(step).rows};
  for (int round = 0; round < time.rounds; ++round) {
    std::uint64_t done = 0;
    double seconds = 0;
    do {
      const PreparationSteps::Run run = steps.run(step);
      done += run.rows;
      seconds += run.seconds;
    } while (seconds < time.seconds);
    rates.push_back(static_cast<double>(done) / seconds);
  }
  result.rates = rate_summary(std::move(rates));
  const double bytes_of_row =
      static_cast<double>(steps.bytes()) / static_cast<double>(std::max<std::uint64_t>(result.rows, 1));
  result.input_bytes_per_second = result.rates.median * bytes_of_row;
  return result;
}

// The steps that are asked for.
std::vector<std::string> choose_steps(const std::vector<std::string>& wanted, const PreparationSteps& steps) {
  const std::vector<std::string>& possible = steps.possible();
  if (wanted.empty()) return possible;
  for (const std::string& step : wanted) {
    if (contains(possible, step)) continue;
    throw UsageError(
        text("`steps` ", printable(step), " is not possible with ", steps.kind(),
             " (pictures are made of raw Parquet, PNGs of three channels; possible: ", join(possible, ", "), ")"));
  }
  return wanted;
}

}  // namespace

Json to_json(const BenchPrepareResult& result) {
  Json steps = Json::array();
  for (const PreparationStepResult& of : result.steps) {
    steps.push_back(to_json(of.rates));
    steps.back()["step"] = of.step;
    steps.back()["rows"] = of.rows;
    steps.back()["input_bytes_per_second"] = of.input_bytes_per_second;
  }
  return {{"kind", result.kind},
          {"files", result.files},
          {"bytes", result.bytes},
          {"threads", result.threads},
          {"folder", result.folder.string()},
          {"steps", steps},
          {"rows", result.rows}};
}

BenchPrepareResult bench_prepare(const BenchPrepareOptions& options) {
  const std::filesystem::path folder = options.folder.empty() ? std::filesystem::temp_directory_path() : options.folder;
  PreparationSteps steps(options.preparation, folder);
  BenchPrepareResult result{.kind = steps.kind(),
                            .files = steps.inputs().files.size(),
                            .bytes = steps.bytes(),
                            .threads = options.preparation.read.threads,
                            .folder = folder,
                            .steps = {}};
  for (const std::string& step : choose_steps(options.steps, steps)) {
    result.steps.push_back(measure_step(steps, step, options.time));
  }
  result.rows = result.steps.front().rows;
  return result;
}

}  // namespace jetvit
