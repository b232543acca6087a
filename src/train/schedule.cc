#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace jetvit {
namespace {

constexpr double kSmallestReduction = 1e-8;  // ReduceLROnPlateau's eps: smaller changes of the rate are left out

}  // namespace

Schedule::Schedule(const ScheduleOptions& options, double lr, double weight_decay, std::int64_t steps_per_epoch,
                   int epochs)
    : options_(options),
      lr_(lr),
      weight_decay_(weight_decay),
      steps_per_epoch_(steps_per_epoch),
      total_steps_(steps_per_epoch * epochs),
      warmup_steps_(std::llround(options.warmup_epochs * static_cast<double>(steps_per_epoch))),
      plateau_lr_(lr) {}

double Schedule::warmup(std::int64_t step) const {
  if (step >= warmup_steps_) return 1;
  return static_cast<double>(step + 1) / static_cast<double>(warmup_steps_);
}

double Schedule::rate_after_warmup(std::int64_t step) const {
  if (options_.kind == "plateau") return plateau_lr_;
  if (options_.kind == "step") {
    const std::int64_t epoch = steps_per_epoch_ == 0 ? 0 : step / steps_per_epoch_;
    const auto passed = std::count_if(options_.milestones.begin(), options_.milestones.end(),
                                      [epoch](int milestone) { return milestone <= epoch; });
    return lr_ * std::pow(options_.factor, static_cast<double>(passed));
  }
  if (options_.kind == "cosine") {
    const std::int64_t span = std::max<std::int64_t>(1, total_steps_ - warmup_steps_);
    const double t = std::clamp(static_cast<double>(step - warmup_steps_) / static_cast<double>(span), 0.0, 1.0);
    return options_.min_lr + (lr_ - options_.min_lr) * (1 + std::cos(std::numbers::pi * t)) / 2;
  }
  return lr_;
}

double Schedule::lr(std::int64_t step) const {
  return rate_after_warmup(step) * warmup(step);
}

double Schedule::weight_decay(std::int64_t step) const {
  if (!options_.scale_weight_decay || lr_ == 0) return weight_decay_;
  return weight_decay_ * (lr(step) / lr_);
}

void Schedule::end_epoch(double metric) {
  if (options_.kind != "plateau") return;
  const double target =
      options_.threshold_mode == "rel" ? best_ * (1 + options_.threshold) : best_ + options_.threshold;
  if (!has_best_ || metric > target) {
    has_best_ = true;
    best_ = metric;
    bad_epochs_ = 0;
    return;
  }
  if (++bad_epochs_ <= options_.patience) return;
  bad_epochs_ = 0;
  const double reduced = std::max(plateau_lr_ * options_.factor, options_.min_lr);
  if (plateau_lr_ - reduced > kSmallestReduction) plateau_lr_ = reduced;
}

Json Schedule::state() const {
  return {{"plateau_lr", plateau_lr_}, {"has_best", has_best_}, {"best", best_}, {"bad_epochs", bad_epochs_}};
}

void Schedule::restore(const Json& state) {
  try {
    plateau_lr_ = state.at("plateau_lr").get<double>();
    has_best_ = state.at("has_best").get<bool>();
    best_ = state.at("best").get<double>();
    bad_epochs_ = state.at("bad_epochs").get<int>();
  } catch (const Json::exception&) {
    throw Error("the checkpoint's schedule state is damaged (start again with `overwrite`)");
  }
}

}  // namespace jetvit
