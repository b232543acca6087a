#include "predict/predictor.h"

#include <cmath>

#include "base/error.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "load/batch_loader.h"
#include "predict/inference.h"

namespace jetvit {
ImageFormat input_format(const Model& model, const ComputeOptions& options) {
  return {.channels_last = model.prefers_channels_last(), .precision = options.precision};
}

std::vector<float> predict_logits(Model& model, std::shared_ptr<const JetRecords> records,
                                  const InputTransform& transform, const ImageOptions& image,
                                  const PredictOptions& options) {
  std::vector<float> logits;
  if (records->size() == 0) return logits;
  logits.reserve(records->size());
  const Inference inference(model, options.compute);
  LoadOptions load;
  load.batch_size = options.batch_size;
  load.threads = options.loader_threads;
  load.format = input_format(model, options.compute);
  BatchLoader loader(records, transform, image, {}, load);
  loader.start_epoch(0);
  Batch batch;
  while (loader.next(batch)) {
    throw_if_stopped();
    const at::Tensor output = inference.logits(batch.images).reshape({-1}).contiguous().cpu();
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

}  // namespace jetvit
