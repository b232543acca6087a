#include "predict/predictor.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "base/error.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "compute/device_feed.h"
#include "compute/pending_copy.h"
#include "load/batch_loader.h"
#include "predict/inference.h"

namespace jetvit {
namespace {

constexpr std::size_t kBatchesAhead = 2;  // that a device has to do

struct PredictedBatch {
  PendingCopy logits;
  std::vector<std::size_t> jets;
};

void append_logits(const PredictedBatch& batch, const JetRecords& records, std::vector<float>& logits) {
  const at::Tensor output = batch.logits.get();
  if (output.numel() != static_cast<std::int64_t>(batch.jets.size())) {
    throw Error(text("the model returns ", output.numel() / static_cast<std::int64_t>(batch.jets.size()),
                     " values a jet (a classifier returns one logit: outputs = 1)"));
  }
  const float* values = output.const_data_ptr<float>();
  for (std::size_t i = 0; i < batch.jets.size(); ++i) {
    if (!std::isfinite(values[i])) {
      throw Error(text("the model's output for the jet of source row ", records.source_row[batch.jets[i]],
                       " is not finite (damaged weights or a diverged training)"));
    }
    logits.push_back(values[i]);
  }
}

}  // namespace

ImageFormat input_format(const Model& model, const ComputeOptions& options) {
  return {.channels_last = model.prefers_channels_last(), .precision = options.precision};
}

namespace {

// The batches that a process predicts: as many as the others, but for one.
struct OwnBatches {
  std::size_t first, last;
};

OwnBatches own_batches(std::size_t batches, const ProcessGroup* group) {
  if (group == nullptr) return {0, batches};
  const auto size = static_cast<std::size_t>(group->size());
  const auto rank = static_cast<std::size_t>(group->rank());
  return {rank * batches / size, (rank + 1) * batches / size};
}

// The logits of all processes, in the order of their ranks.
std::vector<float> gathered(const std::vector<float>& own, const ProcessGroup& group) {
  at::Tensor signal_and_longest = at::empty({2}, at::kLong);
  signal_and_longest[0] = stop_requested();
  signal_and_longest[1] = static_cast<std::int64_t>(own.size());
  const at::Tensor counts = group.gather(signal_and_longest);
  group.maximum(signal_and_longest);
  if (const auto signal = signal_and_longest[0].item<std::int64_t>()) throw Interrupted(static_cast<int>(signal));
  at::Tensor padded = at::zeros({std::max<std::int64_t>(1, signal_and_longest[1].item<std::int64_t>())}, at::kFloat);
  std::copy(own.begin(), own.end(), padded.mutable_data_ptr<float>());
  const at::Tensor all = group.gather(padded);
  std::vector<float> logits;
  for (std::int64_t rank = 0; rank < group.size(); ++rank) {
    const float* const begin = all.const_data_ptr<float>() + rank * all.size(1);
    logits.insert(logits.end(), begin, begin + counts[rank][1].item<std::int64_t>());
  }
  return logits;
}

}  // namespace

std::vector<float> predict_logits(Model& model, std::shared_ptr<const JetRecords> records,
                                  const InputTransform& transform, const ImageOptions& image,
                                  const PredictOptions& options) {
  std::vector<float> logits;
  if (records->size() == 0) return logits;
  logits.reserve(records->size());
  const Inference inference(model, options.compute);
  LoadOptions load;
  load.batch_size = options.batch_size;
  load.threads = options.loader_threads;
  load.format = input_format(model, options.compute);
  load.pinned = !options.compute.device.is_cpu();
  BatchLoader loader(records, transform, image, {}, load);
  DeviceFeed feed(options.compute.device);
  std::deque<PredictedBatch> pending;  // a device computes one while the host prepares the next
  const auto collect_first = [&] {
    append_logits(pending.front(), *records, logits);
    if (options.progress) options.progress(pending.front().jets.size());
    pending.pop_front();
  };
  const OwnBatches own = own_batches(loader.batches(), options.group);
  loader.start_epoch(0, own.first);
  Batch batch;
  for (std::size_t number = own.first; number < own.last && loader.next(batch); ++number) {
    if (options.group == nullptr) throw_if_stopped();
    const at::Tensor output = inference.logits(feed.upload(batch.images)).reshape({-1}).contiguous();
    pending.push_back({PendingCopy(output), std::move(batch.jets)});
    while (!pending.empty() && (pending.size() > kBatchesAhead || pending.front().logits.is_done())) collect_first();
  }
  while (!pending.empty()) collect_first();
  return options.group == nullptr ? logits : gathered(logits, *options.group);
}

}  // namespace jetvit
