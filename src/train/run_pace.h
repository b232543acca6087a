#pragma once

namespace jetvit {

// Estimates how long a training still takes, from what this session has measured.
class RunPace {
 public:
  // Records the duration of a step.
  void add_step(double jets, double seconds);

  // Sets the duration of a complete validation; the latest one counts.
  void set_validation(double seconds) { validation_seconds_ = seconds; }

  // A new phase trains another model, whose steps take another time.
  void start_phase() { jets_ = seconds_ = 0; }

  // The time for `jets` more jets and `validations` more validations. Validations count as nothing until the first has
  // been measured. Negative if no step has been measured.
  double seconds_left(double jets, int validations) const;

 private:
  double jets_ = 0, seconds_ = 0;  // of the steps of the phase
  double validation_seconds_ = 0;
};

}  // namespace jetvit
