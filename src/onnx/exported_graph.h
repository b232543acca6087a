#pragma once

#include "onnx/graph.h"
#include "run/trained_model.h"

namespace jetvit::onnx {

inline constexpr const char* kPixels = "pixels";  // raw values, (batch, channels, height, width)
inline constexpr const char* kImage = "image";    // the network's input, (batch, planes, size, size); no output
inline constexpr const char* kLogit = "logit";    // (batch, 1)
inline constexpr const char* kProbability = "probability";  // of label 1: sigmoid of the logit, (batch, 1)

// How far a graph is from the model on the jets of check_jets(), in float64.
struct GraphCheck {
  int jets = 0;
  double image = 0;  // largest difference of a pixel of the network's input, over max(1, |largest pixel|)
  double logit = 0;  // largest difference of a logit for the same input of the network, over max(1, |logit|)
};

struct ExportedGraph {
  Graph graph;
  GraphCheck check;
};

// The graph of a model with its preparation inside: from kPixels to kLogit and kProbability, for batches of any size.
// The model is run in float64, which none of jetvit's own operators takes, so that its layers call libtorch's, and
// recorded (onnx/recording.h). Afterwards its weights are float64: do not use it for anything else.
//
// Both parts are then computed from the graph and compared with ImageAssembler and the model. Throws Error where they
// differ by more than 1e-5, where the model cannot be translated, returns several values or none that are finite, and
// where its checkpoint lacks the shape of the raw images.
ExportedGraph export_graph(const TrainedModel& trained);

}  // namespace jetvit::onnx
