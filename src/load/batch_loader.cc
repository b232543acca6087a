#include "load/batch_loader.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <ATen/ops/empty.h>

#include "base/text.h"

namespace jetvit {
namespace {

// Keys of the random streams: the order and the augmentation never share a stream.
constexpr std::uint64_t kOrderStage = 0x6f72646572;      // "order"
constexpr std::uint64_t kAugmentStage = 0x6175676d656e;  // "augmen"

constexpr std::size_t kChunk = 16;  // jets handed to a thread at once: about a millisecond of work

std::uint64_t key(int number) {
  return static_cast<std::uint64_t>(number);
}

}  // namespace

std::vector<std::size_t> epoch_order(std::size_t count, std::uint64_t seed, int epoch) {
  std::vector<std::size_t> order(count);
  for (std::size_t place = 0; place < count; ++place) order[place] = place;
  RandomStream stream({seed, kOrderStage, key(epoch)});
  for (std::size_t place = count; place > 1; --place) std::swap(order[place - 1], order[stream.below(place)]);
  return order;
}

BatchLoader::BatchLoader(std::shared_ptr<const JetRecords> records, InputTransform transform, const ImageOptions& image,
                         const AugmentOptions& augment, const LoadOptions& load)
    : records_(std::move(records)),
      assembler_(records_->images.shape, std::move(transform), image, augment),
      load_(load) {
  if (load_.batch_size < 1) throw UsageError(text("batch_size: ", load_.batch_size, " (must be at least 1)"));
  if (load_.threads < 1) throw UsageError(text("threads: ", load_.threads, " (must be at least 1)"));
  if (jets() == 0) {
    throw UsageError(text("no batch of ", load_.batch_size, " from ", records_->size(),
                          " jets (with drop_last only full batches count)"));
  }
  // Enough ahead that every thread has work while the consumer holds a batch.
  slots_.resize(static_cast<std::size_t>(load_.threads) + 2);
  for (int thread = 0; thread < load_.threads; ++thread) threads_.emplace_back([this] { work(); });
}

BatchLoader::~BatchLoader() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_ready_.notify_all();
}

std::size_t BatchLoader::batches() const {
  const std::size_t size = static_cast<std::size_t>(load_.batch_size);
  return load_.drop_last ? records_->size() / size : (records_->size() + size - 1) / size;
}

std::size_t BatchLoader::jets() const {
  return std::min(records_->size(), batches() * static_cast<std::size_t>(load_.batch_size));
}

std::size_t BatchLoader::jets_of(std::size_t batch) const {
  const std::size_t size = static_cast<std::size_t>(load_.batch_size);
  return std::min(size, records_->size() - batch * size);
}

std::size_t BatchLoader::chunks_of(std::size_t batch) const {
  return (jets_of(batch) + kChunk - 1) / kChunk;
}

void BatchLoader::start_epoch(int epoch, std::size_t first_batch) {
  std::vector<std::size_t> order;
  if (load_.shuffle) order = epoch_order(records_->size(), load_.seed, epoch);
  std::unique_lock lock(mutex_);
  end_ = 0;  // nothing more is handed out
  work_batch_ = 0;
  batch_ready_.wait(lock, [this] { return busy_ == 0; });
  for (Slot& slot : slots_) slot = Slot();
  order_ = std::move(order);
  epoch_ = epoch;
  failure_ = nullptr;
  wait_seconds_ = 0;
  end_ = batches();
  next_ = opened_ = work_batch_ = std::min(first_batch, end_);
  work_chunk_ = 0;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) open_batch();
  work_ready_.notify_all();
}

// A tensor for the images of `jets` jets. Memory counts as free when neither the tensor nor a view of it is held
// elsewhere; this is asked on the consumer's thread, the one that dropped them.
at::Tensor BatchLoader::recycled_images(std::size_t jets) {
  const std::int64_t count = static_cast<std::int64_t>(jets);
  for (const at::Tensor& tensor : memory_) {
    if (tensor.size(0) == count && tensor.use_count() == 1 && tensor.storage().use_count() == 1) return tensor;
  }
  // One tensor a slot, the consumer's and a shorter last one make a full set. Beyond it somebody keeps batches: those
  // stay alive where they are kept, the loader lets go of them.
  if (memory_.size() >= slots_.size() + 2) memory_.erase(memory_.begin());
  memory_.push_back(at::empty({count, assembler_.planes(), assembler_.size(), assembler_.size()}, at::kFloat));
  return memory_.back();
}

// Gives the next batch of the epoch a slot, so that threads may fill it.
void BatchLoader::open_batch() {
  if (opened_ >= end_) return;
  Slot& slot = slots_[opened_ % slots_.size()];
  const std::size_t count = jets_of(opened_);
  const std::size_t begin = opened_ * static_cast<std::size_t>(load_.batch_size);
  Batch& batch = slot.batch;
  batch.images = recycled_images(count);
  batch.labels = at::empty({static_cast<std::int64_t>(count)}, at::kFloat);
  batch.weights = at::empty({static_cast<std::int64_t>(count)}, at::kFloat);
  batch.jets.resize(count);
  float* const labels = batch.labels.data_ptr<float>();
  float* const weights = batch.weights.data_ptr<float>();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t jet = load_.shuffle ? order_[begin + i] : begin + i;
    batch.jets[i] = jet;
    labels[i] = static_cast<float>(records_->label[jet]);
    weights[i] = records_->weight[jet];
  }
  slot.chunks_left = chunks_of(opened_);
  ++opened_;
}

bool BatchLoader::next(Batch& batch) {
  batch = Batch();
  std::unique_lock lock(mutex_);
  if (next_ >= end_) return false;
  Slot& slot = slots_[next_ % slots_.size()];
  const auto ready = [&] { return slot.chunks_left == 0 || failure_; };
  if (!ready()) {
    const auto start = std::chrono::steady_clock::now();
    batch_ready_.wait(lock, ready);
    wait_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  if (failure_) std::rethrow_exception(failure_);
  batch = std::exchange(slot.batch, Batch());
  ++next_;
  open_batch();
  lock.unlock();
  work_ready_.notify_all();
  return true;
}

void BatchLoader::work() {
  ImageAssembler::Workspace workspace;
  std::unique_lock lock(mutex_);
  while (true) {
    work_ready_.wait(lock, [this] { return stop_ || (work_batch_ < std::min(opened_, end_) && !failure_); });
    if (stop_) return;
    Slot& slot = slots_[work_batch_ % slots_.size()];
    const std::size_t chunk = work_chunk_++;
    if (work_chunk_ == chunks_of(work_batch_)) {
      work_chunk_ = 0;
      ++work_batch_;
    }
    ++busy_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      fill(slot, chunk, workspace);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    --busy_;
    if (failure && !failure_) failure_ = failure;
    if (--slot.chunks_left == 0 || failure_ || busy_ == 0) batch_ready_.notify_all();
  }
}

// Writes the images of one chunk of the slot's batch.
void BatchLoader::fill(Slot& slot, std::size_t chunk, ImageAssembler::Workspace& workspace) const {
  const std::vector<std::size_t>& jets = slot.batch.jets;
  float* const images = slot.batch.images.mutable_data_ptr<float>();
  for (std::size_t i = chunk * kChunk; i < std::min(jets.size(), (chunk + 1) * kChunk); ++i) {
    float* const out = images + i * assembler_.values();
    if (load_.augment) {
      const RandomStream stream({load_.seed, kAugmentStage, key(epoch_), jets[i]});
      assembler_.assemble_augmented(records_->images, jets[i], stream, out, workspace);
    } else {
      assembler_.assemble(records_->images, jets[i], out, workspace);
    }
  }
}

}  // namespace jetvit
