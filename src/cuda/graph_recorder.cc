#include "cuda/graph_recorder.h"

#include <exception>

#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGeneratorImpl.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

namespace jetvit {
namespace {

// One stream waits for what another one has to do so far.
void wait_for(const c10::cuda::CUDAStream& waiting, const c10::cuda::CUDAStream& other) {
  at::cuda::CUDAEvent done;
  done.record(other);
  done.block(waiting);
}

// During its lifetime, work goes to a stream that begins after the current one.
class OnStream {
 public:
  explicit OnStream(const c10::cuda::CUDAStream& stream)
      : outer_(c10::cuda::getCurrentCUDAStream(stream.device_index())), inner_(stream) {
    wait_for(inner_, outer_);
    c10::cuda::setCurrentCUDAStream(inner_);
  }
  // After an error nothing waits: to ask a broken stream would throw again.
  ~OnStream() { c10::cuda::setCurrentCUDAStream(outer_); }

  // Lets the stream from before wait for the work.
  void finish() { wait_for(outer_, inner_); }

  OnStream(const OnStream&) = delete;
  OnStream& operator=(const OnStream&) = delete;

 private:
  c10::cuda::CUDAStream outer_, inner_;
};

class GraphRecorder : public Recorder {
 public:
  explicit GraphRecorder(c10::DeviceIndex gpu)
      : stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/true, gpu)),
        generator_(at::cuda::detail::getDefaultCUDAGenerator(gpu)) {}

  void run(const std::function<void()>& work) override {
    const c10::cuda::CUDAGuard gpu(stream_.device_index());
    OnStream on(stream_);
    work();
    on.finish();
  }

  void record(const std::function<void()>& work) override {
    const c10::cuda::CUDAGuard gpu(stream_.device_index());
    // The record has memory of its own: what earlier steps left is given back to it.
    c10::cuda::device_synchronize();
    c10::cuda::CUDACachingAllocator::emptyCache();
    {
      const OnStream on(stream_);
      graph_.register_generator_state(generator_);
      graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
      try {
        work();
      } catch (...) {
        end_broken_capture();
        throw;
      }
      graph_.capture_end();
    }
    replay();
  }

  void replay() override {
    const c10::cuda::CUDAGuard gpu(stream_.device_index());
    OnStream on(stream_);
    graph_.replay();
    on.finish();
  }

 private:
  // The error that broke it is the one to report.
  void end_broken_capture() {
    try {
      graph_.capture_end();
    } catch (const std::exception&) {
      graph_.reset();
    }
  }

  c10::cuda::CUDAStream stream_;
  at::Generator generator_;
  at::cuda::CUDAGraph graph_;
};

}  // namespace

std::unique_ptr<Recorder> make_graph_recorder(c10::DeviceIndex gpu) {
  return std::make_unique<GraphRecorder>(gpu);
}

}  // namespace jetvit
