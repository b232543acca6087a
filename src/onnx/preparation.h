#pragma once

#include <string>

#include "jet/channels.h"
#include "jet/input_transform.h"
#include "load/image_options.h"
#include "onnx/graph.h"

namespace jetvit::onnx {

// Appends the preparation of images to `graph`: zero suppression, planes and resizing, as ImageAssembler computes them
// without augmentation. raw: the value of raw pixels (batch, channels, height, width). Returns the value of the
// network's input (batch, planes, size, size). A pixel that is not a number stays one. Throws UsageError for an unknown
// resizing.
std::string add_preparation(Graph& graph, const std::string& raw, const ImageShape& shape,
                            const InputTransform& transform, const ImageOptions& image);

}  // namespace jetvit::onnx
