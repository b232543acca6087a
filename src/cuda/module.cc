// What the programs find in this module.
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#include <torch/version.h>

#include "compute/cuda_module.h"
#include "cuda/graph_recorder.h"

extern "C" {

const char* jetvit_cuda_version() {
  return JETVIT_VERSION " for libtorch " TORCH_VERSION;
}

jetvit::Recorder* jetvit_cuda_make_recorder(int gpu) {
  return jetvit::make_graph_recorder(static_cast<c10::DeviceIndex>(gpu)).release();
}

c10d::Backend* jetvit_cuda_make_collectives(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                            std::chrono::milliseconds timeout) {
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options).release();
}

}  // extern "C"

namespace jetvit::cuda_module {
namespace {

[[maybe_unused]] constexpr Version* kVersion = jetvit_cuda_version;
[[maybe_unused]] constexpr MakeRecorder* kMakeRecorder = jetvit_cuda_make_recorder;
[[maybe_unused]] constexpr MakeCollectives* kMakeCollectives = jetvit_cuda_make_collectives;

}  // namespace
}  // namespace jetvit::cuda_module
