#include "prepare/jet_source.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "base/digest.h"
#include "base/error.h"
#include "prepare/prepare.h"
#include "prepare/refuse_shared_jets.h"
#include "prepare/store_options.h"
#include "store/shard.h"

namespace jetvit {
namespace {

class StoreSource : public JetSource {
 public:
  StoreSource(const std::filesystem::path& store, int threads)
      : JetSource(store.string(), read_manifest(store)), store_(store), threads_(threads) {}

  std::shared_ptr<const JetRecords> read(Split split) const override {
    return std::make_shared<const JetRecords>(read_split(store_, manifest(), split, threads_));
  }

  std::shared_ptr<const JetRecords> open(Split split, CheckShare share) const override {
    return std::make_shared<const JetRecords>(open_split(store_, manifest(), split, threads_, share));
  }

  JetOrigins origins(Split split) const override {
    JetOrigins origins;
    for (const ShardEntry& shard : manifest().shards) {
      if (shard.split == split) origins.append(read_origins(store_, shard));
    }
    return origins;
  }

  void for_each_round(Split split, const Share& share, std::size_t batch, const RoundSink& sink) const override {
    jetvit::for_each_round(store_, manifest(), split, share, batch, [&](std::vector<ShardPiece>&& pieces) {
      std::vector<Piece> shared;
      for (ShardPiece& piece : pieces) {
        shared.push_back({piece.shard, std::make_shared<const JetRecords>(std::move(piece.jets))});
      }
      sink(shared);
    });
  }

 private:
  std::filesystem::path store_;
  int threads_;
};

using SplitRecords = std::array<std::shared_ptr<const JetRecords>, 3>;

// The jets of input files, kept in memory.
class ResidentSource : public JetSource {
 public:
  ResidentSource(std::string name, Manifest manifest, SplitRecords records)
      : JetSource(std::move(name), std::move(manifest)), records_(std::move(records)) {}

  std::shared_ptr<const JetRecords> read(Split split) const override {
    return records_[static_cast<std::size_t>(split)];
  }

  JetOrigins origins(Split split) const override { return origins_of(*read(split)); }

  void for_each_round(Split split, const Share& share, std::size_t batch, const RoundSink& sink) const override {
    const auto jets = read(split);
    if (share.is_all()) return sink({{0, jets}});
    const Share::Range batches = share.of((jets->size() + batch - 1) / batch);
    const std::size_t first = std::min(jets->size(), batches.first * batch);
    const std::size_t last = std::min(jets->size(), batches.last * batch);
    sink({{0, std::make_shared<const JetRecords>(jets->slice(first, last))}});
  }

 private:
  SplitRecords records_;
};

template <class Value>
void add(Sha256& digest, const std::vector<Value>& values) {
  digest.add(std::as_bytes(std::span(values)));
}

// A digest of the images, labels and weights of all jets.
std::string fingerprint_of(const SplitRecords& splits) {
  Sha256 digest;
  for (const auto& jets : splits) {
    add(digest, jets->images.offset);
    add(digest, jets->images.pixel);
    add(digest, jets->images.value);
    add(digest, jets->label);
    add(digest, jets->weight);
  }
  return digest.hex();
}

std::vector<std::string> names_of(const Inputs& inputs) {
  return {inputs.files.begin(), inputs.files.end()};
}

std::unique_ptr<JetSource> read_files(const SourceOptions& options) {
  Inputs inputs = find_inputs(options.inputs);
  const std::unique_ptr<JetReader> reader = open_reader(inputs, options.read);
  refuse_copies(inputs);
  inputs.rule = choose_split_rule(options.inputs, *reader);
  std::array<JetRecords, 3> records;
  for (JetRecords& jets : records) {
    jets.images.shape = reader->shape();
    jets.observer_names = reader->observer_names();
    jets.observers.resize(jets.observer_names.size());
  }
  ReadSummary summary;
  const auto keep = [&](const JetRecords& jets, Split split) { records[static_cast<std::size_t>(split)].append(jets); };
  Manifest manifest =
      prepare_jets(inputs, *reader, PrepareOptions().zero_threshold, options.read.threads, keep, summary);
  SplitRecords shared;
  for (std::size_t split = 0; split < shared.size(); ++split) {
    for (const std::uint8_t label : records[split].label) ++manifest.counts[split][label];
    shared[split] = std::make_shared<const JetRecords>(std::move(records[split]));
  }
  require_positive_label(options.read, jets_of_class(manifest.counts, 1), options.name());
  if (!options.inputs.allow_trained) {
    refuse_shared_jets({origins_of(*shared[0]), origins_of(*shared[1]), origins_of(*shared[2])}, names_of(inputs));
  }
  manifest.fingerprint = fingerprint_of(shared);
  return std::make_unique<ResidentSource>(options.name(), std::move(manifest), std::move(shared));
}

}  // namespace

std::unique_ptr<JetSource> open_source(const SourceOptions& options) {
  if (options.inputs.empty()) throw UsageError("no data given (use `data`, or `train`, `validation` and `test`)");
  if (const auto store = options.store()) {
    if (options.inputs.shares != SplitShares()) {
      throw UsageError(
          "`validation_share` and `test_share`: a jet store already has its splits (jetvit prepare makes them)");
    }
    auto source = std::make_unique<StoreSource>(*store, options.read.threads);
    refuse_file_options(options.read, source->manifest());
    return source;
  }
  return read_files(options);
}

}  // namespace jetvit
