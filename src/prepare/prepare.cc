#include "prepare/prepare.h"

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

// The records of one chunk, split by split.
std::array<JetRecords, 3> divide(JetRecords&& jets, const Inputs& inputs, const SplitShares& shares) {
  std::array<std::vector<std::size_t>, 3> members;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    const std::size_t file = jets.source_file[jet];
    const int fixed_split = inputs.split[file];
    const Split split = fixed_split >= 0
                            ? static_cast<Split>(fixed_split)
                            : split_of(inputs.files[file].filename().native(), jets.source_row[jet], shares);
    members[static_cast<std::size_t>(split)].push_back(jet);
  }
  std::array<JetRecords, 3> out;
  for (std::size_t split = 0; split < out.size(); ++split) {
    if (members[split].size() == jets.size()) {
      out[split] = std::move(jets);
      break;
    }
    if (!members[split].empty()) out[split] = jets.select(members[split]);
  }
  return out;
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
  StatisticsAccumulator training(manifest.shape);
  StatisticsAccumulator others(manifest.shape);
  Progress progress("prepare", "jets", 0);
  summary = reader.read([&](JetRecords&& jets) {
    throw_if_stopped();
    const std::size_t count = jets.size();
    manifest.negative_pixels += suppress_zeros(jets.images, manifest.channels, options.zero_threshold);
    const std::array<JetRecords, 3> parts = divide(std::move(jets), inputs, options.shares);
    for (const Split split : kSplits) {
      const JetRecords& part = parts[static_cast<std::size_t>(split)];
      (split == Split::kTrain ? training : others).add(part.images);
      writer.append(part, split);
    }
    progress.add(count);
  });
  if (summary.kept == 0) {
    throw Error(text(inputs.files.front(), ": holds no usable jet (", summary.skipped, " rows were skipped",
                     summary.named.empty() ? "" : ", the first for: " + summary.named.front().reason, ")"));
  }
  manifest.statistics = training.jets() > 0 ? training.result() : others.result();
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
