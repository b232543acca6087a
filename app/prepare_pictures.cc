#include "app/prepare_pictures.h"

#include <iostream>

#include "app/skipped_rows.h"
#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

Json result_json(const PictureResult& result, const std::filesystem::path& out) {
  return {{"out", out.string()},
          {"rows", result.summary.rows},
          {"jets", result.summary.kept},
          {"skipped", result.summary.skipped},
          {"skipped_reasons", result.summary.reasons},
          {"classes", {{"0", result.counts[0]}, {"1", result.counts[1]}}},
          {"files", result.sources.size()},
          {"files_finished_before", result.resumed},
          {"already_done", result.was_finished},
          {"seconds", result.seconds},
          {"jets_per_second", static_cast<double>(result.rows) / result.seconds}};
}

void print_summary(const PictureResult& result, const std::filesystem::path& out) {
  std::vector<std::string> files;
  for (const auto& file : result.sources) files.push_back(file.string());
  print_skipped(result.summary, files, out / kSkippedName);
  const std::string classes = text(with_commas(result.counts[0]), ' ', class_name(result.class_names, 0), ", ",
                                   with_commas(result.counts[1]), ' ', class_name(result.class_names, 1));
  if (result.was_finished) {
    std::cout << "already done: " << with_commas(result.summary.kept) << " of " << with_commas(result.summary.rows)
              << " jets (" << classes << ") were prepared by this command before: " << one_line(out.string()) << '\n';
    return;
  }
  std::cout << "prepared " << with_commas(result.summary.kept) << " of " << with_commas(result.summary.rows)
            << " jets (" << classes << ") in " << human_seconds(result.seconds) << " ("
            << fixed(static_cast<double>(result.rows) / result.seconds, 0) << " jets/s): " << one_line(out.string())
            << '\n';
}

}  // namespace

void run_prepare_pictures(PictureCommand& command) {
  PictureOptions& options = command.options;
  options.published = command.mode == "published";
  if (command.to == "store") {
    throw UsageError("published mode writes pictures (use --to png for quark-gluon, --to tfrecord for boosted top)");
  }
  options.format = command.to == "png" ? PictureFormat::kPng : PictureFormat::kTfRecord;
  const bool records = options.format == PictureFormat::kTfRecord;
  options.as_floats = command.values == "auto" ? records && !options.published : command.values == "float32";
  options.gzip = command.compression == "auto" ? options.as_floats : command.compression == "gzip";
  const PictureResult result = prepare_pictures(options);
  if (command.json) {
    std::cout << json_text(result_json(result, options.out), 1) << '\n';
  } else {
    print_summary(result, options.out);
  }
}

}  // namespace jetvit
