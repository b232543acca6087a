#include "train/training_record.h"

#include <cmath>

#include "run/run_record.h"

namespace jetvit {
namespace {

Json phases_to_json(const std::vector<PhaseResult>& phases) {
  Json out = Json::array();
  for (const PhaseResult& of : phases) {
    out.push_back(to_json(of.phase));
    out.back()["epochs"] = of.epochs;
    out.back()["best_validation_auc"] = of.best_validation_auc ? Json(*of.best_validation_auc) : Json();
  }
  return out;
}

}  // namespace

Json to_json(const TrainingResult& result) {
  return {{"best_validation_auc", result.best_validation_auc},
          {"best_epoch", result.best_epoch},
          {"epochs", result.epochs},
          {"steps", result.steps},
          {"parameters", result.parameters},
          {"phases", phases_to_json(result.phases)},
          {"seconds", result.seconds},
          {"best", result.best.string()},
          {"last", result.last.string()}};
}

Json to_json(const TrainingRecord& record) {
  Json out = {{"status", record.status},
              {"command", record.command},
              {"started", record.started},
              {"resumed_at_step", record.resumed_at_step ? Json(*record.resumed_at_step) : Json()},
              {"recipe", record.recipe},
              {"pretrained", record.pretrained},
              {"data",
               {{"source", record.source},
                {"fingerprint", record.fingerprint},
                {"train_jets", record.train_jets},
                {"validation_jets", record.validation_jets}}},
              {"compute", {{"device", record.compute.device.str()}, {"threads", record.compute.threads}}},
              {"estimated_memory", record.estimated_memory ? Json(std::llround(*record.estimated_memory)) : Json()},
              {"build", build_record()}};
  if (record.ended.empty()) return out;
  if (!record.error.empty()) out["error"] = record.error;
  out["ended"] = record.ended;
  out["session_seconds"] = record.session_seconds;
  out["result"] = to_json(record.result);
  return out;
}

}  // namespace jetvit
