#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/options.h"
#include "base/output_folder.h"
#include "base/progress.h"
#include "jet/channels.h"
#include "prepare/statistics.h"
#include "published/jet_sink.h"
#include "published/published.h"
#include "published/skipped_report.h"
#include "raw/raw_reader.h"

namespace jetvit {

// Jets that are normalised together where the options do not say it: as many as in the study's notebooks.
std::size_t batch_of(const PictureOptions& options);

// One preparation of pictures: writes those of all jets into an output folder and, from time to time, a record of what
// is done, from which another run can go on. The output does not depend on where it was interrupted: batches, numbers
// and normalisation are those of one run.
class PictureRun {
 public:
  // The files before `file` are done, and of that one the first `batches` batches.
  struct Place {
    std::size_t file = 0, batches = 0;
  };

  // command: what the record says was asked for. The references have to outlive the object.
  PictureRun(const PictureOptions& options, const RawReader& reader, OutputFolder& output, Json command);

  // Takes over the work that a record in the output folder speaks of. Throws Error, or the JSON library's exception,
  // where it is not there.
  void restore(const Json& state);

  // Writes the pictures that are still to be made. Throws Interrupted where a stop was requested; what was saved stays.
  void prepare();

  // Writes what is left; gives preparation.json.
  Json finish();

  const ReadSummary& summary() const { return summary_; }
  const std::array<std::uint64_t, 2>& counts() const { return sink_->counts(); }
  const Place& saved() const { return saved_; }  // where another run would go on

 private:
  std::vector<ChannelScale> first_pass();
  void take_statistics(JetRecords& jets);
  void encode(JetRecords& jets);
  void prepare_file(Progress& progress);
  void save();

  const PictureOptions& options_;
  const RawReader& reader_;
  OutputFolder& output_;
  Json command_;
  std::vector<Channel> channels_;
  std::unique_ptr<JetSink> sink_;
  SkippedReport skipped_;
  std::vector<std::size_t> save_points_;  // files before which it is saved where batches share files of the output

  Place place_, saved_;
  std::size_t unsaved_batches_ = 0;
  ReadSummary summary_, summary_before_;  // so far, and before the file in work
  std::uint64_t skipped_before_ = 0;      // bytes of the report before it
  std::vector<ChannelScale> scales_;      // of all jets, outside published mode
  StatisticsAccumulator statistics_;
  std::uint64_t negative_pixels_ = 0;
  Json batches_ = Json::array();  // published mode: the normalisation of each
};

}  // namespace jetvit
