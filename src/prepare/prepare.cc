#include "prepare/prepare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "base/commit.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "prepare/statistics.h"
#include "prepare/zero_suppression.h"
#include "store/store.h"

namespace jetvit {
namespace {

// What one thread has seen.
struct Tally {
  StatisticsAccumulator training, others;
  std::uint64_t negative_pixels = 0;
};

// Hands the jets of one chunk to the sink split by split.
void divide(const JetRecords& jets, const Inputs& inputs, const std::function<void(const JetRecords&, Split)>& sink) {
  std::array<std::vector<std::size_t>, 3> members;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    members[static_cast<std::size_t>(inputs.split_of_jet(jets, jet))].push_back(jet);
  }
  for (const Split split : kSplits) {
    const auto& chosen = members[static_cast<std::size_t>(split)];
    if (chosen.size() == jets.size()) {
      sink(jets, split);
    } else if (!chosen.empty()) {
      sink(jets.select(chosen), split);
    }
  }
}

void fill_sources(Manifest& manifest, const std::vector<std::filesystem::path>& files, const ReadSummary& summary) {
  for (std::size_t file = 0; file < files.size(); ++file) {
    manifest.source_files.push_back({files[file].string(), summary.rows_of_file[file], summary.skipped_of_file[file]});
  }
  for (const SkippedRow& row : summary.named) {
    manifest.skipped_rows.push_back({{"file", files[row.file].string()}, {"row", row.row}, {"reason", row.reason}});
  }
}

void check_options(const PrepareOptions& options) {
  if (!(options.zero_threshold >= 0 && std::isfinite(options.zero_threshold))) {
    throw UsageError(text("the zero threshold is ", options.zero_threshold, ", but must be a number of at least 0"));
  }
  if (!std::isfinite(options.read.positive_label)) throw UsageError("the positive label must be a finite number");
}

}  // namespace

Manifest prepare_jets(const Inputs& inputs, const JetReader& reader, double zero_threshold, int threads,
                      const std::function<void(const JetRecords&, Split)>& sink, ReadSummary& summary) {
  Manifest manifest;
  manifest.shape = reader.shape();
  manifest.channels = reader.channels();
  manifest.observer_names = reader.observer_names();
  manifest.zero_threshold = zero_threshold;
  const StatisticsAccumulator none(manifest.shape);
  std::vector<Tally> tallies(static_cast<std::size_t>(std::max(threads, 1)), Tally{none, none});
  Progress progress("prepare", "jets", 0);
  const auto suppress_and_count = [&](JetRecords& jets, int thread) {
    Tally& tally = tallies[static_cast<std::size_t>(thread)];
    tally.negative_pixels += suppress_zeros(jets.images, manifest.channels, zero_threshold);
    for (std::size_t jet = 0; jet < jets.size(); ++jet) {
      (inputs.split_of_jet(jets, jet) == Split::kTrain ? tally.training : tally.others).add(jets.images, jet);
    }
  };
  summary = reader.read(suppress_and_count, [&](const JetRecords& jets) {
    throw_if_stopped();
    divide(jets, inputs, sink);
    progress.add(jets.size());
  });
  if (summary.kept == 0) {
    throw Error(text(inputs.files.front(), ": holds no usable jet (", summary.skipped, " rows were skipped",
                     summary.named.empty() ? "" : ", the first for: " + summary.named.front().reason, ")"));
  }
  Tally total{none, none};
  for (const Tally& tally : tallies) {
    total.training.merge(tally.training);
    total.others.merge(tally.others);
    manifest.negative_pixels += tally.negative_pixels;
  }
  manifest.statistics = total.training.jets() > 0 ? total.training.result() : total.others.result();
  fill_sources(manifest, reader.files(), summary);
  return manifest;
}

PrepareResult prepare_store(const PrepareOptions& options, const std::filesystem::path& out, bool overwrite) {
  const double start = monotonic_seconds();
  check_options(options);
  const Inputs inputs = find_inputs(options.inputs);
  if (is_store(out)) refuse_existing(out, overwrite);
  const std::unique_ptr<JetReader> reader = open_reader(inputs, options.read);
  PrepareResult result;
  {
    StoreWriter writer(out);
    const auto append = [&](const JetRecords& jets, Split split) { writer.append(jets, split); };
    result.manifest =
        prepare_jets(inputs, *reader, options.zero_threshold, options.read.threads, append, result.summary);
    writer.close(result.manifest);
  }
  result.manifest = read_manifest(out);
  result.seconds = monotonic_seconds() - start;
  return result;
}

}  // namespace jetvit
