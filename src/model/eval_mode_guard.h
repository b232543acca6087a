#pragma once

#include "model/model.h"

namespace jetvit {

// Sets a model to evaluation mode for the lifetime of this object, then restores its previous mode.
class EvalModeGuard {
 public:
  explicit EvalModeGuard(Model& model) : model_(model), was_training_(model.training()) { model_.train(false); }
  ~EvalModeGuard() { model_.train(was_training_); }
  EvalModeGuard(const EvalModeGuard&) = delete;
  EvalModeGuard& operator=(const EvalModeGuard&) = delete;

 private:
  Model& model_;
  bool was_training_;
};

}  // namespace jetvit
