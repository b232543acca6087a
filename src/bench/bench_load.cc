#include "bench/bench_load.h"

#include <algorithm>
#include <memory>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "bench/timing_jets.h"
#include "prepare/image_place.h"
#include "prepare/jet_source.h"
#include "store/manifest.h"

namespace jetvit {
namespace {

std::string kind_of(const SourceOptions& source) {
  if (source.store()) return "store";
  switch (find_inputs(source.inputs).format) {
    case InputFormat::kParquet:
      return "raw Parquet";
    case InputFormat::kPngFolders:
      return "PNG folders";
    case InputFormat::kTfRecords:
      return "TFRecords";
  }
  return {};
}

// The jets of the training split, and what is reported about the source.
struct Opened {
  std::shared_ptr<const JetRecords> jets;
  BenchSource source;
};

// Opens the training split once, which reads and checks its shards.
Opened open_on_disk(const BenchLoadOptions& options) {
  const double start = monotonic_seconds();
  Opened opened;
  opened.jets = open_source(options.source)->open(Split::kTrain, {});
  const double elapsed = std::max(1e-9, monotonic_seconds() - start);
  opened.source = {.name = options.source.name(),
                   .kind = kind_of(options.source),
                   .jets = opened.jets->size(),
                   .reading = rate_summary({static_cast<double>(opened.jets->size()) / elapsed}),
                   .on_disk = true};
  return opened;
}

// Reads the source again and again: once to warm the page cache, then timed.
Opened read_source(const BenchLoadOptions& options) {
  Opened opened;
  std::vector<double> rates;
  double total = 0;
  for (int round = 0; round <= options.time.rounds; ++round) {
    opened.jets.reset();
    const double start = monotonic_seconds();
    const std::unique_ptr<JetSource> source = open_source(options.source);
    opened.jets = source->read(Split::kTrain);
    const std::size_t count =
        opened.jets->size() + source->read(Split::kValidation)->size() + source->read(Split::kTest)->size();
    const double elapsed = std::max(1e-9, monotonic_seconds() - start);
    opened.source.jets = count;
    if (round > 0) rates.push_back(static_cast<double>(count) / elapsed);
    total += elapsed;
    // Long files are read twice, not for minutes.
    if (round > 0 && total > 2 * options.time.seconds * options.time.rounds) break;
  }
  opened.source.name = options.source.name();
  opened.source.kind = kind_of(options.source);
  opened.source.reading = rate_summary(std::move(rates));
  return opened;
}

Opened open_jets(const BenchLoadOptions& options) {
  constexpr std::size_t kJets = 4096;
  if (options.source.inputs.empty()) {
    if (options.source.images == "disk") throw UsageError("`images` disk: synthetic jets are in no file (use `data`)");
    return {make_timing_jets(kJets, /*seed=*/1), {"synthetic jets", "none", kJets, {}, false}};
  }
  const auto store = options.source.store();
  const bool on_disk = keeps_images_on_disk(options.source, store ? read_manifest(*store) : Manifest(), 1);
  return on_disk ? open_on_disk(options) : read_source(options);
}

// Timed batches are full ones.
void require_full_batch(const BenchLoadOptions& options, const Opened& opened) {
  const int batch_size = options.load.batch_size;
  const std::size_t jets = opened.jets->size();
  if (batch_size < 1 || jets >= static_cast<std::size_t>(batch_size)) return;
  throw UsageError(text("`batch_size` ", batch_size, ": the training split of ", printable(opened.source.name),
                        " holds ", jets, " jets, which make no full batch (use `batch_size` ",
                        std::max<std::size_t>(jets, 1), " or less; only the training split is loaded)"));
}

// Takes batches round by round, across the ends of epochs.
class Consumer {
 public:
  explicit Consumer(BatchLoader& loader) : loader_(loader) { loader_.start_epoch(epoch_); }

  // Takes batches for so long; returns the jets a second.
  double round(double seconds) {
    std::size_t taken = 0;
    double elapsed = 0;
    const double start = monotonic_seconds();
    for (Batch batch; elapsed < seconds; elapsed = monotonic_seconds() - start) {
      if (!loader_.next(batch)) {
        waited_ += loader_.wait_seconds();
        loader_.start_epoch(++epoch_);
        continue;
      }
      taken += batch.jets.size();
      ++batches_;
      bytes_per_jet_ = static_cast<double>(batch.images.nbytes()) / static_cast<double>(batch.jets.size());
    }
    jets_ += taken;
    return static_cast<double>(taken) / elapsed;
  }

  // Restarts the counters.
  void reset() {
    jets_ = batches_ = 0;
    waited_ = -loader_.wait_seconds();
  }

  std::size_t jets() const { return jets_; }
  std::size_t batches() const { return batches_; }
  double bytes_per_jet() const { return bytes_per_jet_; }
  double wait_seconds() const { return waited_ + loader_.wait_seconds(); }

 private:
  BatchLoader& loader_;
  int epoch_ = 0;
  std::size_t jets_ = 0, batches_ = 0;
  double bytes_per_jet_ = 0;
  double waited_ = 0;  // in epochs that ended
};

Json source_to_json(const BenchSource& source) {
  Json out = {{"name", source.name},
              {"kind", source.kind},
              {"images", source.on_disk ? "disk" : "memory"},
              {"jets", source.jets}};
  if (source.reading) out.update(to_json(*source.reading));
  return out;
}

}  // namespace

Json to_json(const BenchLoadResult& result) {
  const LoadOptions& load = result.options.load;
  Json out = to_json(result.rates);
  out.update({{"jets", result.jets},
              {"batches", result.batches},
              {"seconds", result.seconds},
              {"jets_per_second_per_thread", result.rates.median / load.threads},
              {"wait_seconds", result.wait_seconds},
              {"bytes_per_second", result.rates.median * result.bytes_per_jet},
              {"image", options_to_json(result.options.image)},
              {"augment", options_to_json(result.options.augment)},
              {"layout", load.format.layout()},
              {"precision", precision_name(load.format.precision)},
              {"sampling", load.order == Order::kWeighted ? "weighted" : "permutation"},
              {"batch_size", load.batch_size},
              {"threads", load.threads},
              {"source", source_to_json(result.source)}});
  return out;
}

BenchLoadResult bench_load(const BenchLoadOptions& options) {
  const Opened opened = open_jets(options);
  require_full_batch(options, opened);
  const std::vector<Channel> channels = channels_for(opened.jets->images.shape.channels);
  const InputTransform transform = make_input_transform(channels, std::vector<ChannelStatistics>(channels.size()),
                                                        {"log1p"}, true, kStudyZeroThreshold);
  BatchLoader loader(opened.jets, transform, options.image, options.augment, options.load);
  Consumer consumer(loader);
  consumer.round(options.time.seconds);  // warm-up
  consumer.reset();
  std::vector<double> rates;
  for (int round = 0; round < options.time.rounds; ++round) rates.push_back(consumer.round(options.time.seconds));
  return {.rates = rate_summary(std::move(rates)),
          .jets = consumer.jets(),
          .batches = consumer.batches(),
          .seconds = options.time.seconds * options.time.rounds,
          .wait_seconds = consumer.wait_seconds(),
          .bytes_per_jet = consumer.bytes_per_jet(),
          .options = options,
          .source = opened.source};
}

}  // namespace jetvit
