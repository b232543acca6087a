#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <ATen/core/Tensor.h>

#include "jet/jet_records.h"
#include "load/epoch_order.h"
#include "ops/assemble_batch.h"
#include "ops/image_format.h"
#include "ops/mixing.h"

namespace jetvit {

struct Batch {
  at::Tensor images;              // (N, C, H, W) in the format that was asked for
  at::Tensor targets;             // (N) float32: the label, 0 or 1, or between them where jets are mixed
  at::Tensor weights;             // (N) float32
  std::vector<std::size_t> jets;  // the jets' places in the records
};

enum class Order : std::uint8_t {
  kAsStored,
  kPermutation,  // every jet once an epoch
  kWeighted      // drawn with replacement as often as they weigh: the batches' weights are all 1
};

struct LoadOptions {
  int batch_size = 256;
  int threads = 1;         // background threads that assemble; at least 1
  std::uint64_t seed = 0;  // of the order, the augmentation and the mixing
  Order order = Order::kAsStored;
  bool drop_last = false;  // leave out a last batch that is not full
  bool augment = false;    // and mix, where the augmentation has it
  ImageFormat format = {};
  std::vector<float> weights = {};  // one a jet, in place of the records' own; empty: those
};

// Makes batches of jets in background threads, a few ahead of the consumer, written straight into recycled tensors.
// What an epoch yields depends on the seed, the epoch and the records alone: neither on the threads nor on where it was
// resumed. One consumer thread.
// Mixing: the jets 2 k and 2 k + 1 of a batch are partners; a last one without a partner stays as it is.
class BatchLoader {
 public:
  // Throws Error or UsageError as ImageAssembler does, UsageError where the records are empty or options are
  // impossible, and Error where jets cannot be drawn by their weights.
  BatchLoader(std::shared_ptr<const JetRecords> records, InputTransform transform, const ImageOptions& image,
              const AugmentOptions& augment, const LoadOptions& load);
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  // Starts epoch `epoch` at batch `first_batch`, dropping what was under way.
  void start_epoch(int epoch, std::size_t first_batch = 0);

  // The next batch of the epoch; false after the last (or before start_epoch). Tensors of earlier batches stay valid as
  // long as they are held; dropping them before the call lets their memory be used again. Rethrows what a thread threw.
  bool next(Batch& batch);

  std::size_t batches() const;  // of one epoch
  std::size_t jets() const;     // of one epoch

  // Seconds that next() waited for data since start_epoch: how far loading, not the model, held up the epoch.
  double wait_seconds() const { return wait_seconds_; }

 private:
  struct Slot {  // one batch on its way
    Batch batch;
    std::size_t first = 0;  // place of its first jet in the epoch
    Mixing mixing;
    std::size_t chunks_left = 0;
  };

  struct Workspace {  // of one thread
    ImageAssembler::Workspace assembler;
    std::vector<float> unrounded;  // an image or a pair on its way to bfloat16
  };

  std::size_t jets_of(std::size_t batch) const;
  std::size_t chunks_of(std::size_t batch) const;
  at::Tensor recycled_images(std::size_t jets);
  void open_batch();  // with mutex_ held
  void work();
  void fill(const Slot& slot, std::size_t chunk, Workspace& workspace) const;
  void assemble(const Slot& slot, std::size_t place, float* out, Workspace& workspace) const;
  Target target_of(std::size_t jet) const;

  std::shared_ptr<const JetRecords> records_;
  AugmentOptions augment_;
  ImageAssembler assembler_;
  LoadOptions load_;
  std::vector<double> weight_sums_;  // running sums of the weights, where jets are drawn by them
  std::vector<at::Tensor> memory_;   // of batches, used again once nobody else holds it; consumer thread only
  double wait_seconds_ = 0;

  // Guarded by mutex_. Slot of a batch: slots_[batch % slots_.size()].
  std::mutex mutex_;
  std::condition_variable work_ready_, batch_ready_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> order_;
  int epoch_ = 0;
  std::size_t end_ = 0;         // batches of the epoch under way
  std::size_t next_ = 0;        // batch that next() yields
  std::size_t opened_ = 0;      // batches below it have a slot
  std::size_t work_batch_ = 0;  // batch and chunk handed out next
  std::size_t work_chunk_ = 0;
  int busy_ = 0;  // threads inside fill()
  bool stop_ = false;
  std::exception_ptr failure_;

  std::vector<std::jthread> threads_;
};

}  // namespace jetvit
