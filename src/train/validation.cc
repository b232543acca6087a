#include "train/validation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "measure/roc_auc.h"
#include "predict/predictor.h"

namespace jetvit {

Validation validate_model(Model& model, std::shared_ptr<const JetRecords> records, const InputTransform& transform,
                          const ImageOptions& image, bool bf16, int batch_size) {
  PredictOptions options;
  options.batch_size = batch_size;
  options.bf16 = bf16;
  const std::vector<float> logits = predict_logits(model, records, transform, image, options);
  const std::vector<double> scores(logits.begin(), logits.end());
  const std::vector<double> weights(records->weight.begin(), records->weight.end());
  Validation validation;
  double weight_sum = 0;
  for (std::size_t jet = 0; jet < scores.size(); ++jet) {
    const bool positive = records->label[jet] == 1;
    const double x = positive ? scores[jet] : -scores[jet];
    // -log(sigmoid(x)) without overflow
    validation.loss += weights[jet] * (std::max(-x, 0.0) + std::log1p(std::exp(-std::abs(x))));
    validation.accuracy += weights[jet] * ((scores[jet] > 0) == positive ? 1 : 0);
    weight_sum += weights[jet];
  }
  validation.loss /= weight_sum;
  validation.accuracy /= weight_sum;
  validation.auc = roc_auc(scores, records->label, weights);
  return validation;
}

}  // namespace jetvit
