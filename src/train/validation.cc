#include "train/validation.h"

#include <vector>

#include "measure/logistic.h"
#include "measure/roc_auc.h"
#include "predict/predictor.h"

namespace jetvit {

Validation validate_model(Model& model, std::shared_ptr<const JetRecords> records, const InputTransform& transform,
                          const ImageOptions& image, const ComputeOptions& compute, int batch_size,
                          const std::function<void(std::size_t)>& progress, const ProcessGroup* group) {
  PredictOptions options;
  options.batch_size = batch_size;
  options.compute = compute;
  options.progress = progress;
  options.group = group;
  const std::vector<float> logits = predict_logits(model, records, transform, image, options);
  const std::vector<double> scores(logits.begin(), logits.end());
  const std::vector<double> weights(records->weight.begin(), records->weight.end());
  Validation validation;
  double weight_sum = 0;
  for (std::size_t jet = 0; jet < scores.size(); ++jet) {
    const bool positive = records->label[jet] == 1;
    validation.loss += weights[jet] * log_loss_of_logit(scores[jet], positive);
    validation.accuracy += weights[jet] * ((scores[jet] > 0) == positive ? 1 : 0);
    weight_sum += weights[jet];
  }
  validation.loss /= weight_sum;
  validation.accuracy /= weight_sum;
  validation.auc = roc_auc(scores, records->label, weights);
  return validation;
}

}  // namespace jetvit
