#pragma once

#include <ATen/core/Tensor.h>

#include "compute/device_feed.h"
#include "train/loss_terms.h"

namespace jetvit {

// The numbers of one training step that are not those of the step before.
struct StepNumbers {
  double weight_sum = 0;  // of the batch
  double lr = 0;
  double weight_decay = 0;
  double average_weight = 0;  // of the new weights in the average
};

// What a training step reads, as two tensors: so that it goes to a device in two copies, and lies at the same place for
// each step that a recorder repeats. The numbers are float64, which holds float32 exactly.
class StepInputs {
 public:
  // images: (N, C, H, W), shared; terms: (N). All on the CPU.
  StepInputs(at::Tensor images, const LossTerms& terms, const StepNumbers& numbers);

  // Copies on the device of the feed; on the CPU the same tensors.
  StepInputs uploaded(DeviceFeed& feed) const;

  // Whether images and numbers have the shapes of the other ones.
  bool has_shape_of(const StepInputs& other) const;

  // Copies the values of others of the same shape in.
  void copy_from(const StepInputs& other);

  const at::Tensor& images() const { return images_; }
  LossTerms terms() const;
  // Of no dimension, float64.
  at::Tensor weight_sum() const { return numbers_.select(0, 0); }
  at::Tensor lr() const { return numbers_.select(0, 1); }
  at::Tensor weight_decay() const { return numbers_.select(0, 2); }
  at::Tensor average_weight() const { return numbers_.select(0, 3); }

 private:
  StepInputs(at::Tensor images, at::Tensor numbers);

  at::Tensor images_, numbers_;  // numbers_: those of StepNumbers, then targets and weights
};

}  // namespace jetvit
