#pragma once

#include <memory>
#include <vector>

#include "base/options.h"
#include "model/model.h"

namespace jetvit {

struct ResNet15Options {
  int channels = 3;
  int outputs = 1;
  int image_size = 125;
  int width = 16;
  std::vector<int> depths = {3, 4};
  std::vector<int> head_widths;
  double dropout = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, ResNet15Options& options) {
  visit("channels", options.channels, "planes of the input image", Range{1, 4096});
  visit("outputs", options.outputs, "logits", Range{1, 65536});
  visit("image_size", options.image_size, "side of the image in pixels", Range{16, 4096});
  visit("width", options.width, "channels of the first stage, doubled in each further stage", Range{1, 1024});
  visit("depths", options.depths, "residual blocks of each stage; each further stage halves the image", Range{1, 99});
  visit("head_widths", options.head_widths, "widths of hidden layers before the last layer; none in the papers",
        Range{1, 65536});
  visit("dropout", options.dropout, "dropout before the last layer; none in the papers", Range{0, 0.95});
}

// The network of the CMS end-to-end papers (arXiv:1902.08276; training script torch_resnet_single.py of
// bjornburkle/QCD_Glu_Quark): 7x7 convolution with stride 2, ReLU, 2x2 max pooling, three residual blocks, a fourth
// that halves the image and doubles the channels, three more, global max pooling, one linear layer. No batch norm. It
// has 86,241 parameters with 3 channels. The script counts 90,225, because its blocks allocate unused 1x1 shortcuts.
// The 107,202 parameters quoted in a later study are those of head_widths {128, 128} with two outputs. Throws
// UsageError if the number of stages is not in 1 to 16.
std::unique_ptr<Model> make_resnet_15(const ResNet15Options& options);

}  // namespace jetvit
