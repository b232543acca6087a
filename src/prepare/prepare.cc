#include "prepare/prepare.h"

#include <algorithm>
#include <array>
#include <cmath>

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

// Every input file in one list, with the split it belongs to, or none.
struct Inputs {
  std::vector<std::filesystem::path> files;
  std::vector<int> split;  // -1: by hash
};

Inputs inputs_of(const PrepareOptions& options) {
  Inputs inputs{options.files, std::vector<int>(options.files.size(), -1)};
  for (const Split split : kSplits) {
    for (const auto& file : options.files_of_split[static_cast<std::size_t>(split)]) {
      inputs.files.push_back(file);
      inputs.split.push_back(static_cast<int>(split));
    }
  }
  return inputs;
}

Split split_of_jet(const JetRecords& jets, std::size_t jet, const Inputs& inputs, const SplitShares& shares) {
  const std::size_t file = jets.source_file[jet];
  const int fixed_split = inputs.split[file];
  if (fixed_split >= 0) return static_cast<Split>(fixed_split);
  return split_of(inputs.files[file].filename().native(), jets.source_row[jet], shares);
}

// What one thread has seen.
struct Tally {
  StatisticsAccumulator training, others;
  std::uint64_t negative_pixels = 0;
};

// Appends the jets of one chunk to their splits.
void append(StoreWriter& writer, const JetRecords& jets, const Inputs& inputs, const SplitShares& shares) {
  std::array<std::vector<std::size_t>, 3> members;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    members[static_cast<std::size_t>(split_of_jet(jets, jet, inputs, shares))].push_back(jet);
  }
  for (const Split split : kSplits) {
    const auto& chosen = members[static_cast<std::size_t>(split)];
    if (chosen.size() == jets.size()) {
      writer.append(jets, split);
    } else if (!chosen.empty()) {
      writer.append(jets.select(chosen), split);
    }
  }
}

void fill_sources(Manifest& manifest, const Inputs& inputs, const RawSummary& summary) {
  for (std::size_t file = 0; file < inputs.files.size(); ++file) {
    manifest.source_files.push_back(
        {inputs.files[file].string(), summary.rows_of_file[file], summary.skipped_of_file[file]});
  }
  for (const SkippedRow& row : summary.named) {
    manifest.skipped_rows.push_back(
        {{"file", inputs.files[row.file].string()}, {"row", row.row}, {"reason", row.reason}});
  }
}

Manifest write_store(const PrepareOptions& options, const Inputs& inputs, const RawReader& reader, StoreWriter& writer,
                     RawSummary& summary) {
  Manifest manifest;
  manifest.shape = reader.shape();
  manifest.channels = channels_for(manifest.shape.channels);
  manifest.observer_names = reader.observer_names();
  manifest.zero_threshold = options.zero_threshold;
  const StatisticsAccumulator none(manifest.shape);
  std::vector<Tally> tallies(static_cast<std::size_t>(std::max(options.raw.threads, 1)), Tally{none, none});
  Progress progress("prepare", "jets", 0);
  const auto suppress_and_count = [&](JetRecords& jets, int thread) {
    Tally& tally = tallies[static_cast<std::size_t>(thread)];
    tally.negative_pixels += suppress_zeros(jets.images, manifest.channels, options.zero_threshold);
    for (std::size_t jet = 0; jet < jets.size(); ++jet) {
      const bool is_training = split_of_jet(jets, jet, inputs, options.shares) == Split::kTrain;
      (is_training ? tally.training : tally.others).add(jets.images, jet);
    }
  };
  summary = reader.read(suppress_and_count, [&](const JetRecords& jets) {
    throw_if_stopped();
    append(writer, jets, inputs, options.shares);
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
  fill_sources(manifest, inputs, summary);
  return manifest;
}

void check_options(const PrepareOptions& options) {
  const SplitShares& shares = options.shares;
  if (!(shares.validation >= 0 && shares.test >= 0 && shares.validation + shares.test <= 1)) {
    throw UsageError("the shares of validation and test must be positive and sum to at most 1");
  }
  if (!(options.zero_threshold >= 0 && std::isfinite(options.zero_threshold))) {
    throw UsageError(text("the zero threshold is ", options.zero_threshold, ", but must be a number of at least 0"));
  }
  if (!std::isfinite(options.raw.positive_label)) throw UsageError("the positive label must be a finite number");
}

}  // namespace

PrepareResult prepare_store(const PrepareOptions& options) {
  const double start = monotonic_seconds();
  check_options(options);
  const Inputs inputs = inputs_of(options);
  if (is_store(options.out)) refuse_existing(options.out, options.overwrite);
  const RawReader reader(inputs.files, options.raw);
  PrepareResult result;
  {
    StoreWriter writer(options.out);
    result.manifest = write_store(options, inputs, reader, writer, result.summary);
    writer.close(result.manifest);
  }
  result.manifest = read_manifest(options.out);
  result.seconds = monotonic_seconds() - start;
  return result;
}

}  // namespace jetvit
