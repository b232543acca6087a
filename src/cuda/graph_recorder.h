#pragma once

#include <memory>

#include "compute/recorder.h"

namespace jetvit {

// Records work as a CUDA graph, on a stream of its own. The default stream's work before and after it keeps its order.
std::unique_ptr<Recorder> make_graph_recorder(c10::DeviceIndex gpu);

}  // namespace jetvit
