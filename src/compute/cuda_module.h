#pragma once

#include <chrono>
#include <memory>

#include <c10/core/Device.h>

#include "compute/device_collectives.h"
#include "compute/recorder.h"

namespace jetvit {

// The part of jetvit for NVIDIA GPUs, libjetvit_cuda.so in the folder lib next to the program's: its recorder and its
// collectives, and with it the CUDA libraries of libtorch. It is loaded only where a GPU is asked for: that takes
// seconds and 350 MB. Throws UsageError that says what is missing: the file, a library that it needs, the driver, or a
// GPU of this number.
void require_cuda(c10::Device device);

// What the module exports. Its version of these has to be that of the program.
namespace cuda_module {

inline constexpr const char* kFile = "libjetvit_cuda.so";
inline constexpr const char* kVersionName = "jetvit_cuda_version";
inline constexpr const char* kMakeRecorderName = "jetvit_cuda_make_recorder";
inline constexpr const char* kMakeCollectivesName = "jetvit_cuda_make_collectives";

// "0.1.0 for libtorch 2.11.0"
using Version = const char*();
// A recorder on the heap, for the GPU of this number.
using MakeRecorder = Recorder*(int);
// A CollectivesMaker, whose result the caller owns.
using MakeCollectives = c10d::Backend*(const c10::intrusive_ptr<c10d::Store>&, int, int, std::chrono::milliseconds);

}  // namespace cuda_module
}  // namespace jetvit
