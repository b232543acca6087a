#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace jetvit {

// Sums the loss of an epoch's steps on the device of the model, and notes there which of them are not finite; these do
// not count. To read the sums waits for the device. On the CPU that costs nothing, and each step is read; elsewhere
// every 50th.
class EpochLoss {
 public:
  // stops: after a step that is not finite, no other one counts either. The weights are then those that it had.
  EpochLoss(at::Device device, bool stops);

  // Begins an epoch, with the sums of its earlier steps.
  void begin(double loss_sum, double weight_sum);

  // Adds a step on the device: its loss (float32), a number that is not finite if the step is not, and the sum of its
  // weights (float64), all of no dimension and on the device. Returns whether it counts: float32, 1 or 0.
  at::Tensor add(const at::Tensor& loss, const at::Tensor& evidence, const at::Tensor& weight_sum);

  // The jets of the step that was added last: a recorded step is added without a call of add().
  void note_step(std::vector<std::size_t> jets);

  bool has_unread() const { return !jets_.empty(); }

  // Whether the steps since the last read are enough for another one.
  bool is_due() const;

  struct BadStep {
    std::int64_t steps_ago = 0;  // before the last one
    std::vector<std::size_t> jets;
  };
  struct Sums {
    double loss = 0;  // of weight * loss
    double weight = 0;
    std::vector<BadStep> bad;  // those since the last read that are not finite, in order
  };

  // All steps so far.
  Sums read();

 private:
  bool stops_;
  at::Tensor numbers_;                          // the three numbers below, then whether each unread step is finite
  at::Tensor loss_sum_, weight_sum_, counts_;   // counts_: 1, or 0 after the step that stopped the training
  at::Tensor is_finite_;                        // of the steps since the last read
  at::Tensor next_;                             // the place of the next step in is_finite_: int64, (1)
  std::vector<std::vector<std::size_t>> jets_;  // of the steps since the last read
};

}  // namespace jetvit
