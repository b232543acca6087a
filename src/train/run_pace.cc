#include "train/run_pace.h"

namespace jetvit {

void RunPace::add_step(double jets, double seconds) {
  jets_ += jets;
  seconds_ += seconds;
}

double RunPace::seconds_left(double jets, int validations) const {
  if (jets > 0 && jets_ <= 0) return -1;
  const double training = jets > 0 ? jets / jets_ * seconds_ : 0;
  return training + validations * validation_seconds_;
}

}  // namespace jetvit
