#pragma once

#include <cstddef>
#include <functional>
#include <unordered_map>
#include <vector>

#include <ATen/core/Tensor.h>

#include "group/process_group.h"
#include "train/optimizer.h"

namespace jetvit {

// The gradients of a step, which several processes sum while the backward pass still runs: they lie one after the other
// in one tensor, and whatever piece of it is complete is sent, those of the last layers first (Li et al. 2020, "PyTorch
// Distributed", arXiv:2006.15704, section 3.2). In the first step, the sum begins after the backward pass: how often a
// gradient is added to is seen there.
class GradientBuckets {
 public:
  // parameters: that train. sum: (values of all parameters) float32, contiguous, which takes the gradients; on the
  // device of the parameters or on the CPU. The group, which has prepared sums of that device, outlives this object.
  GradientBuckets(const ProcessGroup& group, const NamedTensors& parameters, at::Tensor sum);
  ~GradientBuckets();
  GradientBuckets(const GradientBuckets&) = delete;
  GradientBuckets& operator=(const GradientBuckets&) = delete;

  // A leaf of the graph, whose gradients are the parameter's: a rounded copy of it.
  void watch(const at::Tensor& parameter, const at::Tensor& leaf);

  // Begins a step of this many backward passes, with a sum of 0; no passes: this process has no jets.
  void begin(int passes);

  // Waits for the sums. Throws Error naming a parameter that got no gradient, and PeerLost as the group does.
  void finish();

 private:
  struct Parameter {
    std::string name;
    at::Tensor place;  // in the sum, in the parameter's shape
    std::size_t bucket = 0;
    int additions = 0, expected = 0;  // in this step; in a pass, 0: not known yet
  };
  struct Bucket {
    at::Tensor values;
    std::size_t parameters = 0, complete = 0;
  };
  struct Hook {
    at::Tensor leaf;
    unsigned number;
  };

  void add(Parameter& parameter, const at::Tensor& gradient);
  void send_complete();

  const ProcessGroup& group_;
  at::Tensor sum_;
  std::vector<Parameter> parameters_;
  std::unordered_map<const c10::TensorImpl*, std::size_t> numbers_;  // of the parameters
  std::vector<Hook> hooks_;
  std::vector<Bucket> buckets_;  // in the order in which they are sent
  std::size_t sent_ = 0;
  std::vector<std::function<void()>> waits_;
  int passes_ = 0;
};

}  // namespace jetvit
