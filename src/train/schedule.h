#pragma once

#include <cstdint>

#include "run/recipe.h"

namespace jetvit {

// Learning rate and weight decay of every step.
//   constant  lr
//   cosine    min_lr + (lr - min_lr) (1 + cos(pi t)) / 2, t running from 0 to 1 over the steps after the warm-up
//             (torch.optim.lr_scheduler.CosineAnnealingLR, but step by step)
//   plateau   lr times `factor` after more than `patience` epochs without improvement
//             (torch.optim.lr_scheduler.ReduceLROnPlateau with mode "max", cooldown 0 and eps 1e-8)
//   step      lr times `factor` at the begin of every milestone epoch (MultiStepLR)
// all of them times min(1, (step + 1) / warm-up steps).
class Schedule {
 public:
  // steps_per_epoch: optimizer steps of one pass over the data.
  Schedule(const ScheduleOptions& options, double lr, double weight_decay, std::int64_t steps_per_epoch, int epochs);

  double lr(std::int64_t step) const;  // step: counted from the begin of the training, from 0
  double weight_decay(std::int64_t step) const;

  // Takes the validation metric (larger is better) of an epoch that has ended.
  void end_epoch(double metric);

  // What end_epoch has learned; everything else follows from the step.
  Json state() const;
  void restore(const Json& state);  // throws Error where it is no such state

 private:
  double warmup(std::int64_t step) const;
  double rate_after_warmup(std::int64_t step) const;

  ScheduleOptions options_;
  double lr_, weight_decay_;
  std::int64_t steps_per_epoch_, total_steps_, warmup_steps_;
  double plateau_lr_;  // lr times the reductions so far
  bool has_best_ = false;
  double best_ = 0;
  int bad_epochs_ = 0;
};

}  // namespace jetvit
