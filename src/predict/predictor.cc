#include "predict/predictor.h"

#include <cmath>

#include <c10/core/GradMode.h>

#include "base/error.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "load/batch_loader.h"
#include "predict/autocast.h"

namespace jetvit {
namespace {

// Evaluation mode for the time of a scope.
class EvaluationMode {
 public:
  explicit EvaluationMode(Model& model) : model_(model), before_(model.training()) { model_.train(false); }
  ~EvaluationMode() { model_.train(before_); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  Model& model_;
  bool before_;
};

}  // namespace

ImageFormat input_format(const Model& model, bool bf16) {
  return {.channels_last = model.prefers_channels_last(), .bf16 = bf16};
}

at::Tensor network_input(const Model& model, const at::Tensor& images) {
  return model.prefers_channels_last() ? images.contiguous(at::MemoryFormat::ChannelsLast) : images;
}

std::vector<float> predict_logits(Model& model, std::shared_ptr<const JetRecords> records,
                                  const InputTransform& transform, const ImageOptions& image,
                                  const PredictOptions& options) {
  std::vector<float> logits;
  if (records->size() == 0) return logits;
  logits.reserve(records->size());
  const EvaluationMode evaluation(model);
  const c10::NoGradGuard no_grad;
  LoadOptions load;
  load.batch_size = options.batch_size;
  load.threads = options.threads;
  load.format = input_format(model, options.bf16);
  BatchLoader loader(records, transform, image, {}, load);
  loader.start_epoch(0);
  Batch batch;
  while (loader.next(batch)) {
    throw_if_stopped();
    const Autocast autocast(options.bf16);
    const at::Tensor output = model.forward(batch.images).to(at::kFloat).reshape({-1}).contiguous();
    if (output.numel() != static_cast<std::int64_t>(batch.jets.size())) {
      throw Error(text("the model returns ", output.numel() / static_cast<std::int64_t>(batch.jets.size()),
                       " values a jet (a classifier returns one logit: outputs = 1)"));
    }
    const float* values = output.const_data_ptr<float>();
    for (std::size_t i = 0; i < batch.jets.size(); ++i) {
      if (!std::isfinite(values[i])) {
        throw Error(text("the model's output for the jet of source row ", records->source_row[batch.jets[i]],
                         " is not finite (damaged weights or a diverged training)"));
      }
      logits.push_back(values[i]);
    }
    if (options.progress) options.progress(batch.jets.size());
  }
  return logits;
}

double sigmoid(double logit) {
  if (logit >= 0) return 1 / (1 + std::exp(-logit));
  const double power = std::exp(logit);
  return power / (1 + power);
}

}  // namespace jetvit
