#include "load/batch_loader.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetvit {
namespace {

std::shared_ptr<const JetRecords> make_records(std::size_t count, double occupancy = 0.05) {
  auto records = std::make_shared<JetRecords>();
  records->images.shape = {2, 25, 25};
  RandomStream stream({count});
  for (std::size_t jet = 0; jet < count; ++jet) {
    for (int channel = 0; channel < 2; ++channel) {
      for (std::uint16_t pixel = 0; pixel < 625; ++pixel) {
        if (!stream.chance(occupancy)) continue;
        records->images.pixel.push_back(pixel);
        records->images.value.push_back(static_cast<float>(stream.uniform(0.1, 5)));
      }
      records->images.offset.push_back(records->images.pixel.size());
    }
    records->label.push_back(static_cast<std::uint8_t>(jet % 2));
    records->weight.push_back(static_cast<float>(jet));
    records->source_file.push_back(0);
    records->source_row.push_back(jet);
  }
  return records;
}

InputTransform transform() {
  return {.channels = {{"tracks", "GeV", false}, {"ecal", "GeV", false}}, .planes = {{.channel = 0}, {.channel = 1}}};
}

constexpr AugmentOptions kAugment{
    .rotation = 20, .horizontal_flip = 0.5, .vertical_flip = 0.5, .shift_eta = 2, .pixel_dropout = 0.1, .noise = 0.1};

LoadOptions training(int batch_size, int threads) {
  return {.batch_size = batch_size, .threads = threads, .seed = 7, .order = Order::kPermutation, .augment = true};
}

struct Seen {
  std::vector<std::size_t> jets;
  std::vector<std::vector<float>> images;  // in the order of `jets`
};

void note(const Batch& batch, Seen& seen) {
  const float* images = batch.images.const_data_ptr<float>();
  const std::size_t values = static_cast<std::size_t>(batch.images.numel()) / batch.jets.size();
  for (std::size_t i = 0; i < batch.jets.size(); ++i) {
    EXPECT_EQ(batch.targets.const_data_ptr<float>()[i], static_cast<float>(batch.jets[i] % 2));
    EXPECT_EQ(batch.weights.const_data_ptr<float>()[i], static_cast<float>(batch.jets[i]));
    seen.jets.push_back(batch.jets[i]);
    seen.images.emplace_back(images + i * values, images + (i + 1) * values);
  }
}

Seen run_epoch(BatchLoader& loader, int epoch, std::size_t first_batch = 0) {
  Seen seen;
  loader.start_epoch(epoch, first_batch);
  for (Batch batch; loader.next(batch);) note(batch, seen);
  return seen;
}

const ImageOptions small_image{32, "bilinear"};

TEST(BatchLoader, JetsDoNotDependOnThreadsAndBatchSize) {
  const auto records = make_records(101);
  BatchLoader one(records, transform(), small_image, kAugment, training(10, 1));
  BatchLoader four(records, transform(), small_image, kAugment, training(40, 4));
  for (const int epoch : {0, 1}) {
    const Seen expected = run_epoch(one, epoch);
    const Seen seen = run_epoch(four, epoch);
    EXPECT_EQ(seen.jets, expected.jets);
    EXPECT_EQ(seen.images, expected.images);
    EXPECT_EQ(seen.jets.size(), 101U);
  }
}

TEST(BatchLoader, ResumedEpochEqualsItsTail) {
  const auto records = make_records(101);
  BatchLoader loader(records, transform(), small_image, kAugment, training(8, 2));
  const Seen whole = run_epoch(loader, 3);
  const Seen tail = run_epoch(loader, 3, 5);
  EXPECT_TRUE(std::equal(tail.jets.begin(), tail.jets.end(), whole.jets.begin() + 40, whole.jets.end()));
  EXPECT_TRUE(std::equal(tail.images.begin(), tail.images.end(), whole.images.begin() + 40, whole.images.end()));
  EXPECT_TRUE(run_epoch(loader, 3, loader.batches()).jets.empty());
}

// As if they lay in files.
class CopiedImages : public StoredImages {
 public:
  explicit CopiedImages(std::shared_ptr<const JetRecords> of) : of_(std::move(of)) {}

  void read(std::span<const std::size_t> jets, SparseImages& images) const override {
    images = of_->select(jets).images;
  }
  void prefetch(std::span<const std::size_t> jets) const override {
    const std::lock_guard lock(mutex_);
    for (const std::size_t jet : jets) ++prefetched_[jet];
  }

  std::map<std::size_t, int> prefetched() const { return prefetched_; }

 private:
  std::shared_ptr<const JetRecords> of_;
  mutable std::mutex mutex_;
  mutable std::map<std::size_t, int> prefetched_;
};

TEST(BatchLoader, StoredImagesGiveTheSameBatches) {
  const auto records = make_records(173);
  const auto images = std::make_shared<CopiedImages>(records);
  auto stored = std::make_shared<JetRecords>(*records);
  stored->images = SparseImages();
  stored->images.shape = records->images.shape;
  stored->stored = images;
  AugmentOptions mixed = kAugment;
  mixed.mixup = 0.5;
  for (const int threads : {1, 3}) {
    for (const AugmentOptions& augment : {kAugment, mixed}) {
      const auto seen = [&](const std::shared_ptr<const JetRecords>& of) {
        BatchLoader loader(of, transform(), {}, augment, training(17, threads));
        std::vector<at::Tensor> batches;
        for (const int epoch : {0, 1}) {
          loader.start_epoch(epoch);
          for (Batch batch; loader.next(batch);) batches.push_back(batch.images.clone());
        }
        return at::cat(batches);
      };
      EXPECT_TRUE(at::equal(seen(stored), seen(records))) << threads;
    }
  }
  // All but those of the first batches, for which there is no time before.
  EXPECT_GT(images->prefetched().size(), 100U);
}

TEST(BatchLoader, EpochsAreAugmentedDifferently) {
  const auto records = make_records(1);
  BatchLoader loader(records, transform(), small_image, kAugment, training(1, 1));
  EXPECT_NE(run_epoch(loader, 0).images, run_epoch(loader, 1).images);
}

TEST(BatchLoader, KeepsTheOrderOfTheRecordsWithoutShuffling) {
  const auto records = make_records(30);
  BatchLoader loader(records, transform(), small_image, kAugment, {.batch_size = 7, .threads = 3});
  const Seen seen = run_epoch(loader, 0);
  const ImageAssembler assembler(records->images.shape, transform(), small_image);
  ImageAssembler::Workspace workspace;
  std::vector<float> image(assembler.values());
  for (std::size_t jet = 0; jet < 30; ++jet) {
    EXPECT_EQ(seen.jets[jet], jet);
    assembler.assemble(records->images, jet, image.data(), workspace);
    EXPECT_EQ(seen.images[jet], image);
  }
}

TEST(BatchLoader, DropsALastBatchThatIsNotFull) {
  const auto records = make_records(30);
  LoadOptions load = training(8, 2);
  EXPECT_EQ(BatchLoader(records, transform(), small_image, {}, load).batches(), 4U);
  load.drop_last = true;
  BatchLoader loader(records, transform(), small_image, {}, load);
  EXPECT_EQ(loader.batches(), 3U);
  EXPECT_EQ(loader.jets(), 24U);
  EXPECT_EQ(run_epoch(loader, 0).jets.size(), 24U);
}

TEST(BatchLoader, HeldBatchesAreNeverOverwritten) {
  const auto records = make_records(200);
  BatchLoader loader(records, transform(), small_image, kAugment, training(10, 2));
  const Seen expected = run_epoch(loader, 0);
  loader.start_epoch(0);
  std::vector<Batch> held(loader.batches());
  for (Batch& batch : held) ASSERT_TRUE(loader.next(batch));
  run_epoch(loader, 1);
  Seen seen;
  for (const Batch& batch : held) note(batch, seen);
  EXPECT_EQ(seen.images, expected.images);
}

TEST(BatchLoader, ReusesMemory) {
  const auto records = make_records(400);
  BatchLoader loader(records, transform(), small_image, kAugment, training(10, 1));
  std::vector<const void*> memory;
  loader.start_epoch(0);
  for (Batch batch; loader.next(batch);) memory.push_back(batch.images.const_data_ptr());
  std::sort(memory.begin(), memory.end());
  memory.erase(std::unique(memory.begin(), memory.end()), memory.end());
  EXPECT_LE(memory.size(), 5U);
}

TEST(BatchLoader, AbandonedEpochsLeaveNothingBehind) {
  const auto records = make_records(300);
  BatchLoader loader(records, transform(), small_image, kAugment, training(10, 3));
  const Seen expected = run_epoch(loader, 9);
  for (int epoch = 0; epoch < 20; ++epoch) {
    loader.start_epoch(epoch);
    Batch batch;
    for (int taken = 0; taken < epoch % 4; ++taken) loader.next(batch);
  }
  EXPECT_EQ(run_epoch(loader, 9).images, expected.images);
  EXPECT_GE(loader.wait_seconds(), 0);
  loader.start_epoch(0);  // and destruction while threads are busy
}

TEST(BatchLoader, RefusesEmptyInputAndImpossibleOptions) {
  EXPECT_THROW(BatchLoader(make_records(5), transform(), small_image, {}, {.batch_size = 0}), UsageError);
  EXPECT_THROW(BatchLoader(make_records(5), transform(), small_image, {}, {.batch_size = 8, .drop_last = true}),
               UsageError);
  EXPECT_THROW(BatchLoader(make_records(5), transform(), small_image, {}, {.threads = 0}), UsageError);
}

TEST(BatchLoader, RethrowsExceptionsOfThreads) {
  auto records = std::make_shared<JetRecords>(*make_records(40));
  records->images.pixel[100] = 60000;  // outside the image
  BatchLoader loader(records, transform(), small_image, {}, {.batch_size = 10, .threads = 2});
  loader.start_epoch(0);
  Batch batch;
  EXPECT_THROW(
      {
        while (loader.next(batch)) {
        }
      },
      Error);
}

// All batches of an epoch, concatenated: images (N, C, H, W), targets and weights (N).
Batch whole_epoch(BatchLoader& loader, int epoch, std::size_t first_batch = 0) {
  std::vector<at::Tensor> images, targets, weights;
  Batch whole;
  loader.start_epoch(epoch, first_batch);
  for (Batch batch; loader.next(batch);) {
    images.push_back(batch.images.clone());
    targets.push_back(batch.targets);
    weights.push_back(batch.weights);
    whole.jets.insert(whole.jets.end(), batch.jets.begin(), batch.jets.end());
  }
  whole.images = at::cat(images);
  whole.targets = at::cat(targets);
  whole.weights = at::cat(weights);
  return whole;
}

bool equal(const Batch& a, const Batch& b) {
  return a.jets == b.jets && a.images.equal(b.images) && a.targets.equal(b.targets) && a.weights.equal(b.weights);
}

AugmentOptions mixing(double mixup, double cutmix) {
  AugmentOptions augment = kAugment;
  augment.mixup = mixup;
  augment.cutmix = cutmix;
  return augment;
}

TEST(Formats, EqualAPermutedAndRoundedCopy) {
  const auto records = make_records(37);
  InputTransform shifted = transform();
  shifted.planes[1].offset = -0.3F;  // empty pixels differ between the planes
  for (const char* resize : {"bilinear", "bicubic", "sum", "pad"}) {
    const ImageOptions image{32, resize};
    for (const AugmentOptions& augment : {AugmentOptions(), kAugment, mixing(0.8, 0), mixing(0, 1), mixing(0.8, 1)}) {
      LoadOptions load = training(10, 2);
      BatchLoader plain(records, shifted, image, augment, load);
      plain.start_epoch(1);
      std::vector<Batch> expected(plain.batches());
      for (Batch& batch : expected) ASSERT_TRUE(plain.next(batch));
      for (const ImageFormat format : {ImageFormat{true, Precision::kFp32}, ImageFormat{false, Precision::kBf16},
                                       ImageFormat{true, Precision::kBf16}}) {
        load.format = format;
        BatchLoader loader(records, shifted, image, augment, load);
        loader.start_epoch(1);
        for (const Batch& other : expected) {
          Batch batch;
          ASSERT_TRUE(loader.next(batch));
          EXPECT_TRUE(batch.images.is_contiguous(format.channels_last ? at::MemoryFormat::ChannelsLast
                                                                      : at::MemoryFormat::Contiguous));
          const at::ScalarType type = format.scalar_type();
          EXPECT_EQ(batch.images.scalar_type(), type);
          EXPECT_TRUE(batch.images.equal(other.images.to(type)));
          EXPECT_TRUE(batch.targets.equal(other.targets));
        }
      }
    }
  }
}

TEST(Mixing, BatchesEqualAPlainReference) {
  const auto records = make_records(59, 1);  // without two equal pixels, so that the box is completely visible
  LoadOptions load = training(12, 2);
  for (const float weight : {1.0F, 0.25F}) {
    load.weights.assign(59, 1);
    for (std::size_t jet = 0; jet < 59; jet += 3) load.weights[jet] = weight;
    for (const AugmentOptions& augment : {AugmentOptions{.mixup = 0.8}, AugmentOptions{.cutmix = 1}}) {
      BatchLoader plain(records, transform(), small_image, {}, load);
      BatchLoader mixed(records, transform(), small_image, augment, load);
      plain.start_epoch(2);
      mixed.start_epoch(2);
      Batch a, b;
      int different = 0;
      while (plain.next(a)) {
        ASSERT_TRUE(mixed.next(b));
        EXPECT_EQ(a.jets, b.jets);
        // Neighbors are partners. The last jet (59 = 4 * 12 + 11) has no neighbor and is its own partner.
        const std::int64_t count = a.images.size(0);
        std::vector<std::int64_t> partner;
        for (std::int64_t i = 0; i < count; ++i) partner.push_back(std::min(i ^ 1, count - 1));
        const at::Tensor partners = at::tensor(partner);
        const at::Tensor other = a.images.index_select(0, partners);
        const at::Tensor labels = at::cat({a.targets, a.targets.index_select(0, partners)}).reshape({2, count});
        const at::Tensor weights = at::cat({a.weights, a.weights.index_select(0, partners)}).reshape({2, count});
        // The share, determined from the images.
        double own = 0;
        if (augment.mixup > 0) {
          const at::Tensor difference = (a.images - other).to(at::kDouble);
          own = ((b.images - other).to(at::kDouble) * difference).sum().item<double>() /
                difference.square().sum().item<double>();
          EXPECT_LE((b.images - (own * a.images + (1 - own) * other)).abs().max().item<float>(), 2e-5F);
        } else {
          const at::Tensor foreign = b.images.ne(a.images);
          EXPECT_TRUE(b.images.equal(at::where(foreign, other, a.images)));
          // The box is the same in all images and planes: it contains all pixels that differ anywhere.
          const at::Tensor box = foreign.any(0).any(0);
          const at::Tensor rows = box.any(1);
          const at::Tensor columns = box.any(0);
          own = 1 - (rows.sum().item<double>() * columns.sum().item<double>()) / (32 * 32);
        }
        const at::Tensor shares = at::tensor({own, 1 - own}).to(at::kFloat).reshape({2, 1});
        const at::Tensor total = (shares * weights).sum(0);
        EXPECT_LE((b.weights - total).abs().max().item<float>(), 1e-4F);
        EXPECT_LE((b.targets - (shares * weights * labels).sum(0) / total).abs().max().item<float>(), 1e-4F);
        different += b.images.equal(a.images) ? 0 : 1;
      }
      EXPECT_GE(different, 3);
    }
  }
}

TEST(Mixing, DependsNeitherOnThreadsNorOnTheFirstBatch) {
  const auto records = make_records(103);
  for (const Order order : {Order::kPermutation, Order::kWeighted}) {
    LoadOptions load = training(10, 1);
    load.order = order;
    load.format = {true, Precision::kBf16};
    BatchLoader one(records, transform(), small_image, mixing(0.8, 1), load);
    load.threads = 4;
    BatchLoader four(records, transform(), small_image, mixing(0.8, 1), load);
    const Batch expected = whole_epoch(one, 5);
    EXPECT_TRUE(equal(whole_epoch(four, 5), expected));
    EXPECT_FALSE(equal(whole_epoch(four, 6), expected));
    const Batch tail = whole_epoch(four, 5, 7);
    EXPECT_TRUE(tail.images.equal(expected.images.slice(0, 70)));
    EXPECT_TRUE(tail.targets.equal(expected.targets.slice(0, 70)));
    EXPECT_TRUE(tail.weights.equal(expected.weights.slice(0, 70)));
  }
}

TEST(Weighted, DrawsReplaceTheWeightsOfTheLoss) {
  const auto records = make_records(200);
  LoadOptions load = training(16, 2);
  load.order = Order::kWeighted;
  load.weights.assign(200, 0);
  std::fill(load.weights.begin() + 50, load.weights.begin() + 60, 3.0F);
  BatchLoader loader(records, transform(), small_image, kAugment, load);
  const Batch batch = whole_epoch(loader, 0);
  EXPECT_EQ(batch.jets.size(), 200U);
  EXPECT_TRUE(batch.weights.eq(1).all().item<bool>());
  for (const std::size_t jet : batch.jets) EXPECT_TRUE(jet >= 50 && jet < 60);
  // A jet that is drawn again is augmented differently.
  for (std::size_t i = 1; i < batch.jets.size(); ++i) {
    if (batch.jets[i] != batch.jets[0]) continue;
    EXPECT_FALSE(batch.images[0].equal(batch.images[static_cast<std::int64_t>(i)]));
  }
}

TEST(BatchLoader, UsesGivenWeightsInsteadOfTheRecords) {
  const auto records = make_records(20);
  LoadOptions load{.batch_size = 20};
  for (int jet = 0; jet < 20; ++jet) load.weights.push_back(0.5F * static_cast<float>(jet));
  BatchLoader loader(records, transform(), small_image, {}, load);
  EXPECT_TRUE(whole_epoch(loader, 0).weights.equal(at::tensor(load.weights)));
  load.weights.pop_back();
  EXPECT_THROW(BatchLoader(records, transform(), small_image, {}, load), Error);
  load.weights.assign(20, 0);
  load.order = Order::kWeighted;
  EXPECT_THROW(BatchLoader(records, transform(), small_image, {}, load), Error);
}

}  // namespace
}  // namespace jetvit
