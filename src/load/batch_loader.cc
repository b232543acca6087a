#include "load/batch_loader.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <ATen/ops/empty.h>

#include "base/clock.h"
#include "base/text.h"
#include "compute/bfloat16.h"

namespace jetvit {
namespace {

// Keys of the random streams, one per purpose.
constexpr std::uint64_t kAugmentPurpose = 0x6175676d656e;  // "augmen"
constexpr std::uint64_t kMixPurpose = 0x6d6978;            // "mix"

// Number of jets that a thread processes at once, about a millisecond of work. Even, so that pairs stay together.
constexpr std::size_t kChunk = 16;

std::uint64_t key(int number) {
  return static_cast<std::uint64_t>(number);
}

// Position of the jet's partner in a batch of `count` jets. A jet without a partner is its own partner.
std::size_t partner_of(std::size_t position, std::size_t count) {
  return std::min(position ^ 1, count - 1);
}

}  // namespace

BatchLoader::BatchLoader(std::shared_ptr<const JetRecords> records, InputTransform transform, const ImageOptions& image,
                         const AugmentOptions& augment, const LoadOptions& load)
    : records_(std::move(records)),
      augment_(augment),
      assembler_(records_->images.shape, std::move(transform), image, augment, load.format.channels_last),
      load_(load) {
  if (load_.batch_size < 1) throw UsageError(text("batch_size: ", load_.batch_size, " (must be at least 1)"));
  if (load_.threads < 1) throw UsageError(text("threads: ", load_.threads, " (must be at least 1)"));
  if (jets() == 0) {
    throw UsageError(text("no batch of ", load_.batch_size, " jets from ", records_->size(),
                          " jets (with drop_last, only full batches count)"));
  }
  if (!load_.weights.empty() && load_.weights.size() != records_->size()) {
    throw Error(text(load_.weights.size(), " weights for ", records_->size(), " jets"));
  }
  if (load_.order == Order::kWeighted) {
    weight_sums_ = cumulative_sums(load_.weights.empty() ? records_->weight : load_.weights);
  }
  // Enough batches ahead that every thread has work while the consumer holds a batch.
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
  // One that does nothing if there is no image to assemble.
  return std::max<std::size_t>(1, (load_.shares.own(jets_of(batch)).size() + kChunk - 1) / kChunk);
}

void BatchLoader::start_epoch(int epoch, std::size_t first_batch) {
  std::vector<std::size_t> order;
  if (load_.order == Order::kPermutation) order = epoch_order(records_->size(), load_.seed, epoch);
  if (load_.order == Order::kWeighted) order = weighted_order(weight_sums_, load_.seed, epoch);
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

// A tensor for the images of `jets` jets. Memory is free if neither the tensor nor a view of it is held elsewhere. This
// runs on the consumer's thread, which releases the tensors.
at::Tensor BatchLoader::recycled_images(std::size_t jets) {
  const std::int64_t count = static_cast<std::int64_t>(jets);
  const auto new_images = [&] {
    return at::empty({count, assembler_.planes(), assembler_.size(), assembler_.size()},
                     at::TensorOptions(load_.format.scalar_type())
                         .memory_format(load_.format.memory_format())
                         .pinned_memory(load_.pinned));
  };
  // libtorch recycles pinned memory, and knows of the copies that still read it.
  if (load_.pinned) return new_images();
  for (const at::Tensor& tensor : memory_) {
    if (tensor.size(0) == count && tensor.use_count() == 1 && tensor.storage().use_count() == 1) return tensor;
  }
  // One tensor per slot, one held by the consumer and a shorter last one make a full set. If there are more, the
  // consumer keeps batches; the loader forgets the oldest of them.
  if (memory_.size() >= slots_.size() + 2) memory_.erase(memory_.begin());
  memory_.push_back(new_images());
  return memory_.back();
}

// The target of a jet before mixing.
Target BatchLoader::target_of(std::size_t jet) const {
  const float label = static_cast<float>(records_->label[jet]);
  if (load_.order == Order::kWeighted) return {label, 1};
  return {label, load_.weights.empty() ? records_->weight[jet] : load_.weights[jet]};
}

// Assigns a slot to the next batch of the epoch, so that threads can fill it.
void BatchLoader::open_batch() {
  if (opened_ >= end_) return;
  Slot& slot = slots_[opened_ % slots_.size()];
  const std::size_t count = jets_of(opened_);
  const std::size_t begin = opened_ * static_cast<std::size_t>(load_.batch_size);
  slot.first = begin;
  slot.mixing = Mixing();
  if (load_.augment) {
    slot.mixing =
        draw_mixing(augment_, assembler_.size(), RandomStream({load_.seed, kMixPurpose, key(epoch_), opened_}));
  }
  slot.own = load_.shares.own(count);
  Batch& batch = slot.batch;
  batch.images = recycled_images(slot.own.size());
  batch.first_image = slot.own.first;
  batch.targets = at::empty({static_cast<std::int64_t>(count)}, at::kFloat);
  batch.weights = at::empty({static_cast<std::int64_t>(count)}, at::kFloat);
  batch.jets.resize(count);
  float* const targets = batch.targets.data_ptr<float>();
  float* const weights = batch.weights.data_ptr<float>();
  for (std::size_t i = 0; i < count; ++i) batch.jets[i] = order_.empty() ? begin + i : order_[begin + i];
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t partner = partner_of(i, count);
    const Target target = mix_targets(slot.mixing, target_of(batch.jets[i]), target_of(batch.jets[partner]));
    targets[i] = target.label;
    weights[i] = target.weight;
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
    const double start = monotonic_seconds();
    batch_ready_.wait(lock, ready);
    wait_seconds_ += monotonic_seconds() - start;
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
  Workspace workspace;
  std::unique_lock lock(mutex_);
  while (true) {
    work_ready_.wait(lock, [this] { return stop_ || (work_batch_ < std::min(opened_, end_) && !failure_); });
    if (stop_) return;
    Slot& slot = slots_[work_batch_ % slots_.size()];
    const std::size_t chunk = work_chunk_++;
    const std::size_t batch = work_batch_;
    if (work_chunk_ == chunks_of(work_batch_)) {
      work_chunk_ = 0;
      ++work_batch_;
    }
    ++busy_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      if (records_->stored) prefetch(batch, chunk);
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

// Writes the image of the jet at `position` in the slot's batch, which is the one at `place` of `images`.
void BatchLoader::assemble(const Slot& slot, std::size_t position, const SparseImages& images, std::size_t place,
                           float* out, ImageAssembler::Workspace& workspace) const {
  const std::size_t jet = slot.batch.jets[position];
  if (!load_.augment) {
    assembler_.assemble(images, place, out, workspace);
  } else if (load_.order == Order::kWeighted) {
    // A jet may occur several times in an epoch, each time with a different augmentation.
    const RandomStream stream({load_.seed, kAugmentPurpose, key(epoch_), jet, slot.first + position});
    assembler_.assemble_augmented(images, place, stream, out, workspace);
  } else {
    const RandomStream stream({load_.seed, kAugmentPurpose, key(epoch_), jet});
    assembler_.assemble_augmented(images, place, stream, out, workspace);
  }
}

// Of stored images that are needed when as many batches as there are slots have been handed out.
void BatchLoader::prefetch(std::size_t batch, std::size_t chunk) const {
  batch += slots_.size();
  if (batch >= batches()) return;
  const BatchRange own = load_.shares.own(jets_of(batch));
  const std::size_t begin = batch * static_cast<std::size_t>(load_.batch_size) + own.first + chunk * kChunk;
  const std::size_t count = std::min(kChunk, own.size() - std::min(own.size(), chunk * kChunk));
  std::array<std::size_t, kChunk> jets = {};
  for (std::size_t i = 0; i < count; ++i) jets[i] = order_.empty() ? begin + i : order_[begin + i];
  records_->stored->prefetch({jets.data(), count});
}

// Writes the images of one chunk of the slot's batch. float32 images are written directly to the tensor; for bfloat16
// they are assembled in the workspace and rounded once at the end.
void BatchLoader::fill(const Slot& slot, std::size_t chunk, Workspace& workspace) const {
  const std::size_t count = slot.own.size();
  const std::size_t values = assembler_.values();
  const bool mixes = slot.mixing.kind != Mixing::Kind::kNone;
  const std::size_t step = mixes ? 2 : 1;
  const std::size_t begin = std::min(count, chunk * kChunk);
  if (records_->stored) {
    const auto jets = std::span(slot.batch.jets).subspan(slot.own.first + begin, std::min(kChunk, count - begin));
    records_->stored->read(jets, workspace.images);
  }
  const SparseImages& images = records_->stored ? workspace.images : records_->images;
  const auto place_of = [&](std::size_t i) {
    return records_->stored ? i - begin : slot.batch.jets[slot.own.first + i];
  };
  for (std::size_t i = begin; i < std::min(count, (chunk + 1) * kChunk); i += step) {
    const std::size_t together = std::min(step, count - i);
    float* out = nullptr;
    if (load_.format.precision == Precision::kBf16) {
      workspace.unrounded.resize(step * values);
      out = workspace.unrounded.data();
    } else {
      out = slot.batch.images.mutable_data_ptr<float>() + i * values;
    }
    for (std::size_t k = 0; k < together; ++k) {
      assemble(slot, slot.own.first + i + k, images, place_of(i + k), out + k * values, workspace.assembler);
    }
    if (together == 2) {
      mix_images(slot.mixing, assembler_.planes(), assembler_.size(), load_.format.channels_last, out, out + values);
    }
    if (load_.format.precision == Precision::kBf16) {
      auto* const rounded = static_cast<std::uint16_t*>(slot.batch.images.mutable_data_ptr());
      round_to_bfloat16(out, together * values, rounded + i * values);
    }
  }
}

}  // namespace jetvit
