#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "compute/compute_options.h"
#include "compute/image_format.h"
#include "group/process_group.h"
#include "jet/input_transform.h"
#include "jet/jet_records.h"
#include "load/image_options.h"
#include "model/model.h"

namespace jetvit {

struct PredictOptions {
  int batch_size = 256;
  int loader_threads = 1;  // background threads that assemble images
  ComputeOptions compute;
  std::function<void(std::size_t)> progress;  // called with the number of jets of every finished batch; may be empty
  const ProcessGroup* group = nullptr;        // processes that share the batches, all with the same arguments
};

// The model's logits for all records, in their order, without augmentation. The model is in evaluation mode meanwhile
// and returns to the mode it had. The batches are the same for any number of processes, and each has all logits in the
// end. Throws Interrupted where a stop was requested, of several processes in all of them, and Error where a logit is
// not finite.
std::vector<float> predict_logits(Model& model, std::shared_ptr<const JetRecords> records,
                                  const InputTransform& transform, const ImageOptions& image,
                                  const PredictOptions& options);

// The images that suit the model best: their layout, and bfloat16 where the model computes in it anyway (every
// model begins with a convolution, which autocast would round for).
ImageFormat input_format(const Model& model, const ComputeOptions& options);

}  // namespace jetvit
