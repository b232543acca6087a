#include "load/batch_loader.h"

#include <algorithm>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetvit {
namespace {

std::shared_ptr<const JetRecords> make_records(std::size_t count) {
  auto records = std::make_shared<JetRecords>();
  records->images.shape = {2, 25, 25};
  RandomStream stream({count});
  for (std::size_t jet = 0; jet < count; ++jet) {
    for (int channel = 0; channel < 2; ++channel) {
      for (std::uint16_t pixel = 0; pixel < 625; ++pixel) {
        if (!stream.chance(0.05)) continue;
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
  return {.batch_size = batch_size, .threads = threads, .seed = 7, .shuffle = true, .augment = true};
}

struct Seen {
  std::vector<std::size_t> jets;
  std::vector<std::vector<float>> images;  // in the order of `jets`
};

void note(const Batch& batch, Seen& seen) {
  const float* images = batch.images.const_data_ptr<float>();
  const std::size_t values = static_cast<std::size_t>(batch.images.numel()) / batch.jets.size();
  for (std::size_t i = 0; i < batch.jets.size(); ++i) {
    EXPECT_EQ(batch.labels.const_data_ptr<float>()[i], static_cast<float>(batch.jets[i] % 2));
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

const ImageOptions kImage{32, "bilinear"};

TEST(EpochOrder, IsAPermutationThatDependsOnSeedAndEpoch) {
  std::vector<std::size_t> order = epoch_order(1000, 1, 0);
  EXPECT_EQ(order, epoch_order(1000, 1, 0));
  EXPECT_NE(order, epoch_order(1000, 1, 1));
  EXPECT_NE(order, epoch_order(1000, 2, 0));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
}

TEST(BatchLoader, YieldsTheSameWhateverTheThreadsAndBatchSize) {
  const auto records = make_records(101);
  BatchLoader one(records, transform(), kImage, kAugment, training(10, 1));
  BatchLoader four(records, transform(), kImage, kAugment, training(40, 4));
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
  BatchLoader loader(records, transform(), kImage, kAugment, training(8, 2));
  const Seen whole = run_epoch(loader, 3);
  const Seen tail = run_epoch(loader, 3, 5);
  EXPECT_TRUE(std::equal(tail.jets.begin(), tail.jets.end(), whole.jets.begin() + 40, whole.jets.end()));
  EXPECT_TRUE(std::equal(tail.images.begin(), tail.images.end(), whole.images.begin() + 40, whole.images.end()));
  EXPECT_TRUE(run_epoch(loader, 3, loader.batches()).jets.empty());
}

TEST(BatchLoader, EpochsAreAugmentedDifferently) {
  const auto records = make_records(1);
  BatchLoader loader(records, transform(), kImage, kAugment, training(1, 1));
  EXPECT_NE(run_epoch(loader, 0).images, run_epoch(loader, 1).images);
}

TEST(BatchLoader, KeepsTheOrderOfTheRecordsWithoutShuffling) {
  const auto records = make_records(30);
  BatchLoader loader(records, transform(), kImage, kAugment, {.batch_size = 7, .threads = 3});
  const Seen seen = run_epoch(loader, 0);
  const ImageAssembler assembler(records->images.shape, transform(), kImage);
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
  EXPECT_EQ(BatchLoader(records, transform(), kImage, {}, load).batches(), 4U);
  load.drop_last = true;
  BatchLoader loader(records, transform(), kImage, {}, load);
  EXPECT_EQ(loader.batches(), 3U);
  EXPECT_EQ(loader.jets(), 24U);
  EXPECT_EQ(run_epoch(loader, 0).jets.size(), 24U);
}

TEST(BatchLoader, HeldBatchesAreNeverOverwritten) {
  const auto records = make_records(200);
  BatchLoader loader(records, transform(), kImage, kAugment, training(10, 2));
  const Seen expected = run_epoch(loader, 0);
  loader.start_epoch(0);
  std::vector<Batch> held(loader.batches());
  for (Batch& batch : held) ASSERT_TRUE(loader.next(batch));
  run_epoch(loader, 1);
  Seen seen;
  for (const Batch& batch : held) note(batch, seen);
  EXPECT_EQ(seen.images, expected.images);
}

TEST(BatchLoader, UsesMemoryAgain) {
  const auto records = make_records(400);
  BatchLoader loader(records, transform(), kImage, kAugment, training(10, 1));
  std::vector<const void*> memory;
  loader.start_epoch(0);
  for (Batch batch; loader.next(batch);) memory.push_back(batch.images.const_data_ptr());
  std::sort(memory.begin(), memory.end());
  memory.erase(std::unique(memory.begin(), memory.end()), memory.end());
  EXPECT_LE(memory.size(), 5U);
}

TEST(BatchLoader, AbandonedEpochsLeaveNothingBehind) {
  const auto records = make_records(300);
  BatchLoader loader(records, transform(), kImage, kAugment, training(10, 3));
  const Seen expected = run_epoch(loader, 9);
  for (int epoch = 0; epoch < 20; ++epoch) {
    loader.start_epoch(epoch);
    Batch batch;
    for (int taken = 0; taken < epoch % 4; ++taken) loader.next(batch);
  }
  EXPECT_EQ(run_epoch(loader, 9).images, expected.images);
  EXPECT_GE(loader.wait_seconds(), 0);
  loader.start_epoch(0);  // and destruction in full flight
}

TEST(BatchLoader, RefusesEmptyInputAndImpossibleOptions) {
  EXPECT_THROW(BatchLoader(make_records(5), transform(), kImage, {}, {.batch_size = 0}), UsageError);
  EXPECT_THROW(BatchLoader(make_records(5), transform(), kImage, {}, {.batch_size = 8, .drop_last = true}), UsageError);
  EXPECT_THROW(BatchLoader(make_records(5), transform(), kImage, {}, {.threads = 0}), UsageError);
}

TEST(BatchLoader, PassesOnWhatAThreadThrew) {
  auto records = std::make_shared<JetRecords>(*make_records(40));
  records->images.pixel[100] = 60000;  // outside the image
  BatchLoader loader(records, transform(), kImage, {}, {.batch_size = 10, .threads = 2});
  loader.start_epoch(0);
  Batch batch;
  EXPECT_THROW(
      {
        while (loader.next(batch)) {
        }
      },
      Error);
}

}  // namespace
}  // namespace jetvit
