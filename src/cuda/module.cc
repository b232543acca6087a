// What the programs find in this module.
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

}  // extern "C"

namespace jetvit::cuda_module {
namespace {

[[maybe_unused]] constexpr Version* kVersion = jetvit_cuda_version;
[[maybe_unused]] constexpr MakeRecorder* kMakeRecorder = jetvit_cuda_make_recorder;

}  // namespace
}  // namespace jetvit::cuda_module
