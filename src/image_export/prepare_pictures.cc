#include "image_export/prepare_pictures.h"

#include <cmath>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/output_folder.h"
#include "base/reporter.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "image_export/finished_pictures.h"
#include "image_export/picture_run.h"
#include "pictures/preparation_file.h"
#include "prepare/work.h"
#include "store/contents.h"

namespace jetvit {
namespace {

constexpr int kRevision = 2;  // increase it if the same command would write different pictures

bool is_digits(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

// Whether an earlier preparation may have written this file. Other files are never replaced.
bool is_picture_file(const std::filesystem::path& name) {
  const std::string& word = name.native();
  if (word == "0" || word == "1" || word == kPreparationName || word == kSkippedName) return true;
  if (name.has_parent_path()) {
    const std::filesystem::path folder = name.parent_path();
    return (folder == "0" || folder == "1") && name.extension() == ".png" && is_digits(name.stem().native());
  }
  return word.starts_with("Top_TFRecords_shard_") && (word.ends_with(".tfrecords") || word.ends_with(".tfrecords.gz"));
}

void check_options(const PictureOptions& options) {
  const bool png = options.format == PictureFormat::kPng;
  if (options.files.empty()) throw UsageError("no raw file was named");
  if (options.published && options.as_floats) {
    throw UsageError("published mode writes 8-bit pictures, not floats (use `mode` standard for float TFRecords)");
  }
  if (options.published && options.zero_threshold != kStudyZeroThreshold) {
    throw UsageError(text("published mode uses the zero threshold ", kStudyZeroThreshold, ", not ",
                          options.zero_threshold, " (use `mode` standard to choose another)"));
  }
  if (!options.published && options.batch != 0) {
    throw UsageError("`batch` applies to `mode` published only: standard mode normalizes all jets together");
  }
  if (png && options.as_floats) throw UsageError("PNGs cannot hold floats (use `to` tfrecord)");
  if (png && options.gzip) throw UsageError("PNGs are always compressed (`compression` gzip is for TFRecords)");
  if (!(options.zero_threshold >= 0 && std::isfinite(options.zero_threshold))) {
    throw UsageError(
        text("the zero threshold is ", options.zero_threshold, ", but must be a finite number of 0 or more"));
  }
  refuse_weight_column(options.raw, "pictures",
                       "keep no weights; without it, float TFRecords keep the column as an observer");
  if (!std::isfinite(options.raw.positive_label)) throw UsageError("the positive label must be a finite number");
}

// The options that determine the output, for the record of unfinished work.
Json describe_command(const PictureOptions& options) {
  Json command = describe_reading(options.files, InputFormat::kParquet, options.raw);
  command.update({{"revision", kRevision},
                  {"zero_threshold", options.zero_threshold},
                  {"to", options.format == PictureFormat::kPng ? "png" : "tfrecord"},
                  {"mode", options.published ? "published" : "standard"},
                  {"values", options.as_floats ? "float32" : "uint8"},
                  {"compression", options.gzip ? "gzip" : "none"},
                  {"batch", batch_of(options)}});
  return command;
}

// "3 of 5 files", or "3 of 5 files and 65,536 jets of the next".
std::string done_words(const PictureRun::Done& done, const PictureOptions& options) {
  const std::string files =
      text(done.file, " of ", options.files.size(), options.files.size() == 1 ? " file" : " files");
  return done.batches == 0 ? files
                           : text(files, " and ", with_commas(done.batches * batch_of(options)), " jets of the next");
}

// Starts a run, or resumes one from its record if the same command was interrupted.
std::unique_ptr<PictureRun> begin_or_resume(const PictureOptions& options, const RawReader& reader,
                                            OutputFolder& output, const Json& command) {
  std::unique_ptr<PictureRun> run;
  const auto restore = [&](const WorkRecord& record) {
    auto found = std::make_unique<PictureRun>(options, reader, output, command);
    found->restore(record.state);
    reporter().note(text(options.out, ": resumes after ", done_words(found->saved(), options)));
    run = std::move(found);
  };
  if (output.is_unfinished()) {
    resume_or_discard(options.out, find_record(output.record_path()), command, options.overwrite, restore,
                      [&] { output.discard_unfinished(); });
  }
  return run ? std::move(run) : std::make_unique<PictureRun>(options, reader, output, command);
}

}  // namespace

PictureResult prepare_pictures(const PictureOptions& options) {
  const double start = monotonic_seconds();
  check_options(options);
  const Json command = describe_command(options);
  if (auto finished = finished_pictures(options.out, command, options.overwrite)) {
    OutputFolder::remove_leftovers(options.out);
    finished->seconds = monotonic_seconds() - start;
    return *std::move(finished);
  }
  const RawReader reader(options.files, options.raw);
  if (options.format == PictureFormat::kPng && reader.shape().channels != 3) {
    throw Error(text(options.files.front(), ": holds images of ", reader.shape().channels,
                     " channels, but PNG folders hold 3, as colors (use `to` tfrecord)"));
  }
  const bool is_preparation = std::filesystem::exists(options.out / kPreparationName);
  OutputFolder output(options.out, options.overwrite,
                      [&](const std::filesystem::path& name) { return is_preparation && is_picture_file(name); });
  const std::unique_ptr<PictureRun> run = begin_or_resume(options, reader, output, command);
  PictureResult result;
  result.resumed = run->saved().file;
  const std::uint64_t rows_before = run->summary().rows;
  try {
    run->prepare();
    result.summary = run->summary();
    require_usable(result.summary, options.raw, run->counts()[1], reader.files().front(),
                   [&] { output.discard_unfinished(); });
    const Json description = run->finish();
    throw_if_stopped();
    output.add_file(kPreparationName, json_text(description, 1) + "\n");
    output.commit();
  } catch (const std::exception&) {
    if (output.is_unfinished()) {
      reporter().note(text(options.out, ": ", done_words(run->saved(), options),
                           " are prepared and kept; run the same command again to prepare the rest"));
    }
    throw;
  }
  result.rows = result.summary.rows - rows_before;
  result.counts = run->counts();
  result.class_names = reader.class_names();
  result.sources = reader.files();
  result.seconds = monotonic_seconds() - start;
  return result;
}

}  // namespace jetvit
