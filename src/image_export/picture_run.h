#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/options.h"
#include "base/output_folder.h"
#include "base/progress.h"
#include "image_export/jet_sink.h"
#include "image_export/prepare_pictures.h"
#include "image_export/skipped_report.h"
#include "jet/channels.h"
#include "prepare/statistics.h"
#include "raw/raw_reader.h"

namespace jetvit {

// The number of jets that are normalized together: options.batch, or if it is 0 that of the study's notebooks.
std::size_t batch_of(const PictureOptions& options);

// One preparation of pictures. It writes the pictures of all jets into an output folder and regularly saves a record of
// its progress, from which another run can resume. The output does not depend on interruptions: batches, numbers and
// normalization are those of an uninterrupted run.
class PictureRun {
 public:
  // A position in the input: all files before `file` and the first `batches` batches of `file` are done.
  struct Done {
    std::size_t file = 0, batches = 0;
  };

  // command: stored in the record, to recognize unfinished work. The references must outlive the object.
  PictureRun(const PictureOptions& options, const RawReader& reader, OutputFolder& output, Json command);

  // Restores the state of a record in the output folder. Throws Error or the JSON library's exception if the files of
  // the output do not match it.
  void restore(const Json& state);

  // Writes the remaining pictures. Throws Interrupted if a stop was requested; saved work is kept.
  void prepare();

  // Completes the output. Returns the content of preparation.json.
  Json finish();

  const ReadSummary& summary() const { return summary_; }
  const std::array<std::uint64_t, 2>& counts() const { return sink_->counts(); }
  const Done& saved() const { return saved_; }  // where another run would resume

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
  std::vector<std::size_t> save_points_;  // if batches share output files: work is saved before these input files

  Done done_, saved_;
  std::size_t unsaved_batches_ = 0;
  ReadSummary summary_, summary_before_;  // now, and before the current file
  std::uint64_t skipped_before_ = 0;      // bytes of the report before the current file
  std::vector<ChannelScale> scales_;      // of all jets; not used in published mode
  StatisticsAccumulator statistics_;
  std::uint64_t negative_pixels_ = 0;
  Json batches_ = Json::array();  // published mode: the normalization of each batch
};

}  // namespace jetvit
