#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace jetvit {

// Sums the loss of an epoch's steps on the device of the model, and notes there which of them is the first whose loss
// or gradient is not finite. To read them waits for the device. On the CPU that costs nothing, and each step is read;
// elsewhere every 50th.
class EpochLoss {
 public:
  // Begins with the sums of the epoch's earlier steps.
  EpochLoss(at::Device device, double loss_sum, double weight_sum);

  // Adds a step: its loss (float32) and the norm of its gradients (float64), both of no dimension and on the device,
  // the sum of its weights, and its jets.
  void add(const at::Tensor& loss, const at::Tensor& norm, double weight_sum, std::vector<std::size_t> jets);

  bool has_unread() const { return !jets_.empty(); }

  // Whether the steps since the last read are enough for another one.
  bool is_due() const;

  struct Sums {
    double loss = 0;  // of weight * loss
    double weight = 0;
    // Of the steps since the last read, counted back from the last one (0): the first that is not finite; -1: none.
    std::int64_t bad_step = -1;
    std::vector<std::size_t> bad_jets;  // its jets
  };

  // All steps so far.
  Sums read();

 private:
  at::Tensor numbers_;                       // sum of the losses; 1 until a step is not finite, then 0; sum of those
  at::Tensor loss_sum_, is_finite_, count_;  // views of it
  double weight_sum_;
  std::vector<std::vector<std::size_t>> jets_;  // of the steps since the last read
};

}  // namespace jetvit
