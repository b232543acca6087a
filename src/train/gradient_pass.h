#pragma once

#include <ATen/core/Tensor.h>

#include "compute/bf16_weights.h"
#include "compute/compute_options.h"
#include "model/model.h"
#include "model/recompute.h"
#include "train/loss_scale.h"
#include "train/loss_terms.h"

namespace jetvit {

// A forward and a backward pass in the precision of the options: adds the gradients of the loss of images (N, C, H, W)
// to those of the model's parameters. recomputed: layers of the model whose activations are not kept. weight_sum (of no
// dimension): what their weighted loss is divided by. scale: multiplies the loss before the backward pass, or null.
// Returns the loss, float32 and of no dimension. All are on one device.
at::Tensor add_gradients(Model& model, const RecomputedLayers& recomputed, const ComputeOptions& compute,
                         Bf16Weights& bf16_weights, const at::Tensor& images, const LossTerms& terms,
                         const at::Tensor& weight_sum, const LossScale* scale = nullptr);

}  // namespace jetvit
