#include "app/prepare_pictures.h"

#include <iostream>

#include "base/error.h"
#include "base/text.h"
#include "pictures/preparation_file.h"

namespace jetvit {
namespace {

Json result_json(const PictureResult& result, const std::filesystem::path& out) {
  return {{"out", out.string()},
          {"rows", result.summary.rows},
          {"jets", result.summary.kept},
          {"skipped", result.summary.skipped},
          {"classes", {{"0", result.counts[0]}, {"1", result.counts[1]}}},
          {"seconds", result.seconds},
          {"jets_per_second", static_cast<double>(result.summary.rows) / result.seconds}};
}

void print_summary(const PictureResult& result, const std::filesystem::path& out) {
  constexpr std::size_t kShown = 10;
  for (std::size_t index = 0; index < std::min(kShown, result.summary.named.size()); ++index) {
    const SkippedRow& row = result.summary.named[index];
    std::cout << "skipped " << printable(result.sources[row.file].native()) << " row " << row.row << ": " << row.reason
              << '\n';
  }
  if (result.summary.skipped > kShown) std::cout << "... (the first 1,000 are in " << kPreparationName << ")\n";
  std::cout << "prepared " << with_commas(result.summary.kept) << " of " << with_commas(result.summary.rows)
            << " jets (y = 0: " << with_commas(result.counts[0]) << ", y = 1: " << with_commas(result.counts[1])
            << ") in " << human_seconds(result.seconds) << " ("
            << fixed(static_cast<double>(result.summary.rows) / result.seconds, 0) << " jets/s): " << out.string()
            << '\n';
}

}  // namespace

void run_prepare_pictures(PictureCommand& command) {
  PictureOptions& options = command.options;
  options.published = command.mode == "published";
  if (command.to == "store") {
    throw UsageError("published mode writes pictures (say --to png for quark-gluon, --to tfrecord for boosted top)");
  }
  options.format = command.to == "png" ? PictureFormat::kPng : PictureFormat::kTfRecord;
  const bool records = options.format == PictureFormat::kTfRecord;
  options.as_floats = command.values == "auto" ? records && !options.published : command.values == "float32";
  options.gzip = command.compression == "auto" ? options.as_floats : command.compression == "gzip";
  const PictureResult result = prepare_pictures(options);
  if (command.json) {
    std::cout << result_json(result, options.out).dump(1) << '\n';
  } else {
    print_summary(result, options.out);
  }
}

}  // namespace jetvit
