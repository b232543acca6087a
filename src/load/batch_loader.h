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

#include "compute/image_format.h"
#include "jet/jet_records.h"
#include "load/assemble_batch.h"
#include "load/batch_shares.h"
#include "load/epoch_order.h"
#include "load/mixing.h"

namespace jetvit {

struct Batch {
  at::Tensor images;              // (n, C, H, W) in LoadOptions::format, of the jets of LoadOptions::shares
  at::Tensor targets;             // (N) float32: the label, 0 or 1, or a value between them for mixed jets
  at::Tensor weights;             // (N) float32
  std::vector<std::size_t> jets;  // indices of the jets in the records
  std::size_t first_image = 0;    // the position in the batch of the first jet that has an image
};

enum class Order : std::uint8_t {
  kAsStored,
  kPermutation,  // every jet once per epoch, in random order
  kWeighted      // drawn with replacement in proportion to their weights; all weights in the batches are 1
};

struct LoadOptions {
  int batch_size = 256;
  int threads = 1;         // background threads, at least 1
  std::uint64_t seed = 0;  // of the order, the augmentation and the mixing
  Order order = Order::kAsStored;
  bool drop_last = false;  // leave out the last batch if it is not full
  bool augment = false;    // apply the augmentation, including mixing
  ImageFormat format = {};
  BatchShares shares = {};  // of a batch, whose own one has images here
  bool pinned = false;  // the images lie in memory that a device can copy from while the host continues (DeviceFeed)
  std::vector<float> weights = {};  // one per jet, replacing the weights of the records; empty: those of the records
};

// Assembles batches of jets in background threads, a few batches ahead of the consumer, directly in recycled tensors.
// The content of an epoch depends only on the seed, the epoch and the records, not on the number of threads or on where
// the epoch was resumed. For a single consumer thread. Stored images are read by these threads, and the kernel is asked
// for those of later batches.
// Mixing: the jets 2 k and 2 k + 1 of a batch are partners. A last jet without a partner is not mixed.
class BatchLoader {
 public:
  // Throws Error or UsageError as ImageAssembler does, UsageError if the records are empty or options are impossible,
  // and Error if jets cannot be drawn by their weights.
  BatchLoader(std::shared_ptr<const JetRecords> records, InputTransform transform, const ImageOptions& image,
              const AugmentOptions& augment, const LoadOptions& load);
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  // Starts epoch `epoch` at batch `first_batch` and drops unfinished batches.
  void start_epoch(int epoch, std::size_t first_batch = 0);

  // Gets the next batch of the epoch. Returns false after the last batch, or before start_epoch(). Tensors of earlier
  // batches stay valid as long as they are held; if they are released before the call, their memory is reused. Rethrows
  // exceptions of the background threads.
  bool next(Batch& batch);

  std::size_t batches() const;  // per epoch
  std::size_t jets() const;     // per epoch

  // Seconds that next() has waited for data since start_epoch(): the time by which loading slowed down the epoch.
  double wait_seconds() const { return wait_seconds_; }

 private:
  struct Slot {  // a batch that is being assembled or is ready
    Batch batch;
    std::size_t first = 0;  // position of its first jet in the epoch
    BatchRange own;         // the jets that have images
    Mixing mixing;
    std::size_t chunks_left = 0;
  };

  struct Workspace {  // of one thread
    ImageAssembler::Workspace assembler;
    SparseImages images;           // of the jets of a chunk, where they are stored
    std::vector<float> unrounded;  // an image or a pair before rounding to bfloat16
  };

  std::size_t jets_of(std::size_t batch) const;
  std::size_t chunks_of(std::size_t batch) const;
  at::Tensor recycled_images(std::size_t jets);
  void open_batch();  // with mutex_ held
  void work();
  void fill(const Slot& slot, std::size_t chunk, Workspace& workspace) const;
  void assemble(const Slot& slot, std::size_t position, const SparseImages& images, std::size_t place, float* out,
                ImageAssembler::Workspace& workspace) const;
  void prefetch(std::size_t batch, std::size_t chunk) const;
  Target target_of(std::size_t jet) const;

  std::shared_ptr<const JetRecords> records_;
  AugmentOptions augment_;
  ImageAssembler assembler_;
  LoadOptions load_;
  std::vector<double> weight_sums_;  // Order::kWeighted: running sums of the weights
  std::vector<at::Tensor> memory_;   // image tensors, reused once nobody else holds them; consumer thread only
  double wait_seconds_ = 0;

  // Guarded by mutex_. The slot of a batch is slots_[batch % slots_.size()].
  std::mutex mutex_;
  std::condition_variable work_ready_, batch_ready_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> order_;
  int epoch_ = 0;
  std::size_t end_ = 0;         // number of batches of the current epoch
  std::size_t next_ = 0;        // batch that next() returns
  std::size_t opened_ = 0;      // batches below this one have had a slot
  std::size_t work_batch_ = 0;  // the next batch and chunk for a thread
  std::size_t work_chunk_ = 0;
  int busy_ = 0;  // threads inside fill()
  bool stop_ = false;
  std::exception_ptr failure_;

  std::vector<std::jthread> threads_;
};

}  // namespace jetvit
