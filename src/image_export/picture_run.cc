#include "image_export/picture_run.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "image_export/batch_scales.h"
#include "image_export/description.h"
#include "image_export/jet_batches.h"
#include "prepare/summary_json.h"
#include "prepare/work.h"
#include "prepare/zero_suppression.h"
#include "store/contents.h"

namespace jetvit {
namespace {

constexpr std::size_t kPngBatch = 4096;
constexpr std::size_t kTfRecordBatch = 320;
constexpr std::size_t kBatchesOfPiece = 16;  // PNGs: some seconds of work, long compared to making it durable

std::unique_ptr<JetSink> make_sink(const PictureOptions& options, const ImageShape& shape, OutputFolder& output) {
  if (options.format == PictureFormat::kPng) {
    return make_png_folders(output, shape, options.zero_threshold, options.raw.threads);
  }
  return make_record_shards(
      output, shape,
      {options.files.size(), options.as_floats, options.gzip, options.zero_threshold, options.raw.threads});
}

// The ends, except the last, of at most 256 groups of consecutive files. Groups share no output file.
std::vector<std::size_t> ends_of_groups(std::size_t files, std::size_t files_together) {
  std::vector<std::size_t> ends;
  if (files_together == 0) return ends;
  const std::size_t units = (files + files_together - 1) / files_together;
  for (std::size_t group = 0; group + 1 < group_count(units); ++group) {
    ends.push_back(group_files(units, group).last * files_together);
  }
  return ends;
}

Json scales_json(const std::vector<ChannelScale>& scales) {
  Json mean = Json::array();
  Json deviation = Json::array();
  for (const ChannelScale& scale : scales) {
    mean.push_back(scale.mean);
    deviation.push_back(scale.deviation);
  }
  return {{"mean", mean}, {"standard_deviation", deviation}};
}

// Removes what an interrupted run wrote after its last record.
void remove_others(const std::filesystem::path& folder, const std::set<std::string>& names) {
  std::vector<std::filesystem::path> others;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!names.contains(entry.path().filename())) others.push_back(entry.path());
  }
  for (const std::filesystem::path& path : others) std::filesystem::remove_all(path);
}

}  // namespace

std::size_t batch_of(const PictureOptions& options) {
  if (options.batch > 0) return static_cast<std::size_t>(options.batch);
  return options.format == PictureFormat::kPng ? kPngBatch : kTfRecordBatch;
}

PictureRun::PictureRun(const PictureOptions& options, const RawReader& reader, OutputFolder& output, Json command)
    : options_(options),
      reader_(reader),
      output_(output),
      command_(std::move(command)),
      channels_(channels_for(reader.shape().channels)),
      sink_(make_sink(options, reader.shape(), output)),
      skipped_(output.temporary_path() / kSkippedName),
      save_points_(ends_of_groups(reader.files().size(), sink_->files_together())),
      statistics_(reader.shape()) {}

void PictureRun::restore(const Json& state) try {
  const std::size_t files = reader_.files().size();
  done_ = saved_ = {unsigned_from_json(state, "next_file"), unsigned_from_json(state, "batches")};
  if (done_.file >= files) throw Error("its record names files that do not exist");
  summary_ = summary_from_json(state.at("summary"), files);
  statistics_ = StatisticsAccumulator::from_json(state.at("statistics"), reader_.shape());
  negative_pixels_ = unsigned_from_json(state, "negative_pixels");
  batches_ = list_of(state, state.contains("normalisation") ? "normalisation" : "normalization");
  std::set<std::string> names = sink_->restore(state.at("output"));
  names.insert(kSkippedName);
  remove_others(output_.temporary_path(), names);
  skipped_.restore(unsigned_from_json(state, "skipped_bytes"));
} catch (const std::filesystem::filesystem_error& error) {
  throw Error(text(error.path1(), ": ", error.code().message()));
}

void PictureRun::prepare() {
  if (!options_.published && !options_.as_floats) scales_ = first_pass();
  Progress progress("prepare", "jets", 0);
  for (; done_.file < reader_.files().size(); done_ = {done_.file + 1, 0}) {
    summary_before_ = summary_;
    skipped_before_ = skipped_.size();
    if (std::binary_search(save_points_.begin(), save_points_.end(), done_.file) && done_.file != saved_.file) save();
    prepare_file(progress);
  }
}

// Computes the statistics of all jets, unless an earlier run has done so. They normalize every jet.
std::vector<ChannelScale> PictureRun::first_pass() {
  if (statistics_.jets() == 0) {
    Progress progress("statistics", "jets", 0);
    reader_.read([&](JetRecords&& jets) {
      take_statistics(jets);
      progress.add(jets.size());
    });
  }
  const std::vector<ChannelStatistics> statistics = statistics_.result();
  std::vector<ChannelScale> scales;
  for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
    scales.push_back({statistics[channel].mean, statistics[channel].standard_deviation, channels_[channel].is_signed});
  }
  return scales;
}

void PictureRun::take_statistics(JetRecords& jets) {
  negative_pixels_ += suppress_zeros(jets.images, channels_, options_.zero_threshold);
  statistics_.add(jets.images);
}

void PictureRun::encode(JetRecords& jets) {
  if (options_.published) {
    const SumOrder order = options_.format == PictureFormat::kPng ? SumOrder::kJetByJet : SumOrder::kWhole;
    const std::vector<ChannelScale> scales =
        batch_scales(jets.images, options_.zero_threshold, order, options_.raw.threads);
    Json entry = {{"file", jets.source_file.front()}, {"jets", jets.size()}};
    entry.update(scales_json(scales));
    batches_.push_back(std::move(entry));
    sink_->write(jets, scales);
    return;
  }
  if (options_.as_floats) {
    take_statistics(jets);
  } else {
    suppress_zeros(jets.images, channels_, options_.zero_threshold);
  }
  sink_->write(jets, scales_);
}

// Prepares the rest of the current file. Its first rows are read again, so that rows are counted and batches begin as
// in an uninterrupted run.
void PictureRun::prepare_file(Progress& progress) {
  std::size_t skipped_batches = 0;
  JetBatches batches(batch_of(options_), [&](JetRecords&& jets) {
    if (skipped_batches < done_.batches) {
      ++skipped_batches;
      return;
    }
    encode(jets);
    skipped_batches = ++done_.batches;
    if (sink_->files_together() == 0 && ++unsaved_batches_ == kBatchesOfPiece) save();
  });
  const auto take = [&](JetRecords&& jets) {
    const std::size_t count = jets.size();
    batches.add(std::move(jets));
    progress.add(count);
  };
  const auto skip = [&](const SkippedRow& row) {
    if (skipped_.size() == 0) skipped_.add(kSkippedCsvHeader);
    skipped_.add(skipped_csv_line(reader_.files()[row.file], row));
  };
  reader_.read(
      done_.file, done_.file + 1, [](JetRecords&, int) {}, take, skip, summary_);
  batches.flush();
}

void PictureRun::save() {
  skipped_.save();
  const Json state = {{"next_file", done_.file},
                      {"batches", done_.batches},
                      {"summary", summary_to_json(summary_before_)},
                      {"skipped_bytes", skipped_before_},
                      {"statistics", statistics_.to_json()},
                      {"negative_pixels", negative_pixels_},
                      {"normalization", batches_},
                      {"output", sink_->save(done_.file)}};
  write_record(output_.record_path(), {command_, state, {}});
  saved_ = done_;
  unsaved_batches_ = 0;
}

Json PictureRun::finish() {
  skipped_.save();
  const Json shards = sink_->close();
  Json description = describe_options(options_, reader_, batch_of(options_));
  description["command"] = command_;
  description.update(describe_sources(reader_, summary_));
  description["classes"] = {{"0", counts()[0]}, {"1", counts()[1]}};
  if (!shards.is_null()) description["shards"] = shards;
  if (options_.published) {
    description["batches"] = batches_;
  } else {
    description["statistics"] = describe_statistics(channels_, statistics_.result());
    description["negative_pixels_dropped"] = negative_pixels_;
  }
  return description;
}

}  // namespace jetvit
