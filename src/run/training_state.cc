#include "run/training_state.h"

#include "base/error.h"

namespace jetvit {

Json to_json(const TrainingState& state) {
  return {{"epoch", state.epoch},
          {"step_in_epoch", state.step_in_epoch},
          {"step", state.step},
          {"loss_sum", state.loss_sum},
          {"weight_sum", state.weight_sum},
          {"skipped_steps", state.skipped_steps},
          {"best_auc", state.best_auc},
          {"best_epoch", state.best_epoch},
          {"phase", state.phase},
          {"first_epoch", state.first_epoch},
          {"first_step", state.first_step},
          {"schedule", state.schedule}};
}

TrainingState training_state_from_json(const Json& json) {
  try {
    TrainingState state;
    state.epoch = json.at("epoch").get<int>();
    state.step_in_epoch = json.at("step_in_epoch").get<std::int64_t>();
    state.step = json.at("step").get<std::int64_t>();
    state.loss_sum = json.at("loss_sum").get<double>();
    state.weight_sum = json.at("weight_sum").get<double>();
    state.skipped_steps = json.value("skipped_steps", std::int64_t{0});
    state.best_auc = json.at("best_auc").get<double>();
    state.best_epoch = json.at("best_epoch").get<int>();
    state.phase = json.value("phase", 0);  // checkpoints from before phases were introduced lack these keys
    state.first_epoch = json.value("first_epoch", 0);
    state.first_step = json.value("first_step", std::int64_t{0});
    state.schedule = json.at("schedule");
    return state;
  } catch (const Json::exception&) {
    throw Error("the state of the training is damaged");
  }
}

}  // namespace jetvit
