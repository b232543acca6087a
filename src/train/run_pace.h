#pragma once

namespace jetvit {

// Estimates how long a training still takes, from what this session has measured.
class RunPace {
 public:
  // A step on so many jets took so long.
  void add_step(double jets, double seconds);

  // A validation takes, or would take as a whole, so long: the latest counts.
  void set_validation(double seconds) { validation_seconds_ = seconds; }

  // Another model trains from now on: its steps take another time.
  void start_phase() { jets_ = seconds_ = 0; }

  // For so many more jets and validations; the latter count nothing before the first was measured. Negative where no
  // step was measured.
  double seconds_left(double jets, int validations) const;

 private:
  double jets_ = 0, seconds_ = 0;  // of the steps of the phase
  double validation_seconds_ = 0;
};

}  // namespace jetvit
