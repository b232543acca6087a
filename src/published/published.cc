#include "published/published.h"

#include <cmath>
#include <memory>

#include "base/commit.h"
#include "base/error.h"
#include "base/output_folder.h"
#include "base/progress.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "pictures/preparation_file.h"
#include "prepare/statistics.h"
#include "prepare/zero_suppression.h"
#include "published/batch_scales.h"
#include "published/description.h"
#include "published/jet_batches.h"
#include "published/jet_sink.h"

namespace jetvit {
namespace {

constexpr double kStudyThreshold = 1e-3;
constexpr std::size_t kPngBatch = 4096;  // jets that the study's notebooks normalise together
constexpr std::size_t kTfRecordBatch = 320;

bool is_digits(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

// A file that an earlier preparation left in its folder: nobody else's are replaced.
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
    throw UsageError("published mode writes 8-bit pictures, not floats (say --mode standard for float TFRecords)");
  }
  if (options.published && options.zero_threshold != kStudyThreshold) {
    throw UsageError(text("published mode has the zero threshold 0.001, not ", options.zero_threshold,
                          " (say --mode standard to choose another)"));
  }
  if (!options.published && options.batch != 0) {
    throw UsageError("--batch is for --mode published: standard mode normalises all jets alike");
  }
  if (png && options.as_floats) throw UsageError("PNGs hold no floats (say --to tfrecord)");
  if (png && options.gzip) throw UsageError("PNGs are compressed by themselves (--compression gzip is for TFRecords)");
  if (!(options.zero_threshold >= 0 && std::isfinite(options.zero_threshold))) {
    throw UsageError(text("the zero threshold is ", options.zero_threshold, ", but must be a number of at least 0"));
  }
  if (!std::isfinite(options.raw.positive_label)) throw UsageError("the positive label must be a finite number");
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

// One run: what its steps share.
class Preparation {
 public:
  Preparation(const PictureOptions& options, const RawReader& reader, const OutputFolder& output, JetSink& sink)
      : options_(options),
        reader_(reader),
        output_(output),
        sink_(sink),
        channels_(channels_for(reader.shape().channels)),
        statistics_(reader.shape()) {}

  // Each batch normalised by its own statistics.
  ReadSummary published(std::size_t batch) {
    const SumOrder order = options_.format == PictureFormat::kPng ? SumOrder::kJetByJet : SumOrder::kWhole;
    JetBatches batches(batch, [&](JetRecords&& jets) {
      const std::vector<ChannelScale> scales =
          batch_scales(jets.images, options_.zero_threshold, order, options_.raw.threads);
      Json entry = {{"file", jets.source_file.front()}, {"jets", jets.size()}};
      entry.update(scales_json(scales));
      description_["batches"].push_back(std::move(entry));
      sink_.write(jets, scales);
    });
    return read("prepare", batches);
  }

  // All jets normalised alike, by statistics from a first pass; floats are not normalised and need none.
  ReadSummary standard() {
    std::vector<ChannelScale> scales;
    if (!options_.as_floats) {
      Progress progress("statistics", "jets", 0);
      reader_.read([&](JetRecords&& jets) {
        throw_if_stopped();
        take_statistics(jets);
        progress.add(jets.size());
      });
      const std::vector<ChannelStatistics> statistics = statistics_.result();
      for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
        scales.push_back(
            {statistics[channel].mean, statistics[channel].standard_deviation, channels_[channel].is_signed});
      }
    }
    JetBatches batches(kTfRecordBatch, [&](JetRecords&& jets) {
      if (options_.as_floats) {
        take_statistics(jets);
      } else {
        suppress_zeros(jets.images, channels_, options_.zero_threshold);
      }
      sink_.write(jets, scales);
    });
    ReadSummary summary = read("prepare", batches);
    description_["statistics"] = describe_statistics(channels_, statistics_.result());
    description_["negative_pixels_dropped"] = negative_pixels_;
    return summary;
  }

  Json& description() { return description_; }

 private:
  void take_statistics(JetRecords& jets) {
    negative_pixels_ += suppress_zeros(jets.images, channels_, options_.zero_threshold);
    statistics_.add(jets.images);
  }

  ReadSummary read(const char* what, JetBatches& batches) {
    Progress progress(what, "jets", 0);
    ReadSummary summary;
    std::unique_ptr<OutputFile> report;  // of skipped rows, where there are any
    const auto take = [&](JetRecords&& jets) {
      throw_if_stopped();
      const std::size_t count = jets.size();
      batches.add(std::move(jets));
      progress.add(count);
    };
    const auto skip = [&](const SkippedRow& row) {
      if (!report) {
        report = std::make_unique<OutputFile>(output_.temporary_path() / kSkippedName);
        report->write(kSkippedCsvHeader);
      }
      report->write(skipped_csv_line(reader_.files()[row.file], row));
    };
    reader_.read(
        0, reader_.files().size(), [](JetRecords&, int) {}, take, skip, summary);
    batches.flush();
    if (report) report->commit();
    if (summary.kept == 0) {
      throw Error(text(reader_.files().front(), ": holds no usable jet (", summary.skipped, " rows were skipped",
                       summary.named.empty() ? "" : ", the first for: " + summary.named.front().reason, ")"));
    }
    return summary;
  }

  const PictureOptions& options_;
  const RawReader& reader_;
  const OutputFolder& output_;
  JetSink& sink_;
  std::vector<Channel> channels_;
  StatisticsAccumulator statistics_;
  std::uint64_t negative_pixels_ = 0;
  Json description_ = Json::object();
};

}  // namespace

PictureResult prepare_pictures(const PictureOptions& options) {
  const double start = monotonic_seconds();
  check_options(options);
  const bool png = options.format == PictureFormat::kPng;
  const RawReader reader(options.files, options.raw);
  if (png && reader.shape().channels != 3) {
    throw Error(text(options.files.front(), ": holds images of ", reader.shape().channels,
                     " channels, but PNG folders hold 3, as colours (say --to tfrecord)"));
  }
  const std::size_t study = png ? kPngBatch : kTfRecordBatch;
  const std::size_t batch = options.batch > 0 ? static_cast<std::size_t>(options.batch) : study;

  const bool is_preparation = std::filesystem::exists(options.out / kPreparationName);
  OutputFolder output(options.out, options.overwrite,
                      [&](const std::filesystem::path& name) { return is_preparation && is_picture_file(name); });
  const std::unique_ptr<JetSink> sink =
      png ? make_png_folders(output, reader.shape(), options.zero_threshold, options.raw.threads)
          : make_record_shards(
                output, reader.shape(),
                {options.files.size(), options.as_floats, options.gzip, options.zero_threshold, options.raw.threads});
  Preparation preparation(options, reader, output, *sink);
  PictureResult result;
  result.summary = options.published ? preparation.published(batch) : preparation.standard();
  const Json shards = sink->close();
  result.counts = sink->counts();
  result.sources = reader.files();

  Json description = describe_options(options, reader, batch);
  description.update(describe_sources(reader, result.summary));
  description["classes"] = {{"0", result.counts[0]}, {"1", result.counts[1]}};
  if (!shards.is_null()) description["shards"] = shards;
  description.update(preparation.description());
  throw_if_stopped();
  output.add_file(kPreparationName, description.dump(1) + "\n");
  output.commit();
  result.seconds = monotonic_seconds() - start;
  return result;
}

}  // namespace jetvit
