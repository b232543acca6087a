#include "prepare/prepare.h"

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

void fill_sources(Manifest& manifest, const Inputs& inputs, const RawSummary& summary,
                  const std::vector<std::uint64_t>& kept) {
  for (std::size_t file = 0; file < inputs.files.size(); ++file) {
    manifest.source_files.push_back({inputs.files[file].string(), kept[file], 0});
  }
  for (const SkippedRow& row : summary.named) {
    ++manifest.source_files[row.file].skipped;
    ++manifest.source_files[row.file].rows;
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
  std::vector<std::uint64_t> kept(inputs.files.size());
  Progress progress("prepare", "jets", 0);
  summary = reader.read([&](JetRecords&& jets) {
    throw_if_stopped();
    const std::size_t count = jets.size();
    kept[jets.source_file.front()] += count;
    manifest.negative_pixels += suppress_zeros(jets.images, manifest.channels, options.zero_threshold);
    const std::array<JetRecords, 3> parts = divide(std::move(jets), inputs, options.shares);
    for (const Split split : kSplits) {
      const JetRecords& part = parts[static_cast<std::size_t>(split)];
      (split == Split::kTrain ? training : others).add(part.images);
      writer.append(part, split);
    }
    progress.add(count);
  });
  if (summary.kept == 0)
    throw Error(text(inputs.files.front(), ": holds no usable jet (", summary.skipped, " rows were skipped)"));
  manifest.statistics = training.jets() > 0 ? training.result() : others.result();
  fill_sources(manifest, inputs, summary, kept);
  return manifest;
}

}  // namespace

PrepareResult prepare_store(const PrepareOptions& options) {
  const double start = monotonic_seconds();
  const Inputs inputs = inputs_of(options);
  if (options.shares.validation < 0 || options.shares.test < 0 || options.shares.validation + options.shares.test > 1) {
    throw UsageError("the shares of validation and test must be positive and sum to at most 1");
  }
  if (is_store(options.out)) {
    refuse_existing(options.out, options.overwrite);
  }
  const RawReader reader(inputs.files, options.raw);
  if (is_store(options.out)) {
    // The old store stops being one before its shards go, so that a kill in between leaves no half of it.
    std::filesystem::remove(options.out / "manifest.json");
  }
  StoreWriter writer(options.out);
  PrepareResult result;
  try {
    result.manifest = write_store(options, inputs, reader, writer, result.summary);
    writer.close(result.manifest);
  } catch (...) {
    std::error_code ignored;
    for (const ShardEntry& shard : writer.shards()) std::filesystem::remove(options.out / shard.file, ignored);
    std::filesystem::remove(options.out, ignored);
    throw;
  }
  result.manifest = read_manifest(options.out);
  result.seconds = monotonic_seconds() - start;
  return result;
}

}  // namespace jetvit
