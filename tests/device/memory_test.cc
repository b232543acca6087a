// The memory of a device: what a training is estimated to take, and what it says where there is too little.
#include "support/stand_in/memory.h"

#include <utility>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "compute/describe_torch_error.h"
#include "compute/device_memory.h"
#include "device/test_device.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"
#include "train/tiny_training.h"

namespace jetvit {
namespace {

using test::data;
using test::on_test_device;
using test::recipe;

// A record of the stand-in keeps each tensor of the step, as that of a GPU does not. One thread, as in the other
// trainings: the thread of backward passes keeps its number from the first one on.
ComputeOptions without_graphs() {
  at::set_num_threads(1);
  ComputeOptions compute = on_test_device();
  compute.graphs = false;
  return compute;
}

Recipe large_batches(const char* model, int batch_size) {
  Recipe how = recipe(text("model.name=", model));
  how.image.size = 48;
  how.train.batch_size = batch_size;
  how.train.epochs = 1;
  return how;
}

class EstimatedMemory : public test::OnStandIn {};

// To a quarter, as on the CPU. The libraries of a GPU take more for themselves than these small models do.
TEST_F(EstimatedMemory, IsThatOfTrainings) {
  const std::pair<const char*, const char*> cases[] = {
      {"resnet_15", "fp32"}, {"coatnet_nano", "bf16"}, {"swin_nano", "fp32"}, {"effswin_nano", "bf16"}};
  for (const auto& [model, precision] : cases) {
    const test::TempFolder folder;
    Recipe how = large_batches(model, 35);
    how.train.precision = precision;
    Trainer trainer(how, data(), folder.path(), without_graphs());
    const double estimate = trainer.memory_need().bytes();
    const PeakMemory peak(test::test_device());
    trainer.run();
    EXPECT_NEAR(estimate / peak.bytes(), 1, 0.25) << model << " " << precision << ": " << peak.bytes();
    RecordProperty(text(model, "_", precision), text(estimate / peak.bytes()));
  }
}

class TooLittleMemory : public test::OnStandIn {};

TEST_F(TooLittleMemory, IsNamed) {
  const test::TempFolder folder;
  Trainer trainer(large_batches("coatnet_nano", 70), data(), folder.path(), without_graphs());
  const MemoryNeed need = trainer.memory_need();
  const stand_in::MemoryLimit limit(static_cast<std::int64_t>(need.bytes() / 2));
  const AvailableMemory available = available_memory_on(test::test_device());
  EXPECT_EQ(available.bytes, static_cast<std::uint64_t>(need.bytes() / 2));
  EXPECT_ERROR(require_memory(need, available, folder.path()), Error, "are available on standin:0");
  EXPECT_ERROR(require_memory(need, available, folder.path()), Error,
               "set train.batch_size to at most 34, or set train.accumulate to at least 3");
  std::string message;
  try {
    trainer.run();
  } catch (const std::exception& error) {
    message = describe_torch_error(error);
  }
  EXPECT_EQ(message,
            "not enough memory: the stand-in device is out of memory (use a smaller batch, train.accumulate, smaller "
            "images or fewer threads)");
}

TEST(DeviceMemory, IsNamedInOneLineWhereCudaSaysMore) {
  // A message of libtorch 2.11, without the sizes of its allocator.
  const c10::OutOfMemoryError error(
      {"", "", 0},
      "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 139.72 GiB of which 3.00 GiB is "
      "free. Including non-PyTorch memory, this process has 136.72 GiB memory in use. If reserved but unallocated "
      "memory "
      "is large try setting PYTORCH_ALLOC_CONF=expandable_segments:True to avoid fragmentation.");
  EXPECT_EQ(
      describe_torch_error(error),
      "not enough memory: CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 139.72 GiB "
      "of which 3.00 GiB is free (use a smaller batch, train.accumulate, smaller images or fewer threads)");
}

}  // namespace
}  // namespace jetvit
