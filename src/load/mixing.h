#pragma once

#include <cstdint>

#include "base/random_stream.h"
#include "compute/image_format.h"
#include "load/image_options.h"

namespace jetvit {

// How each jet of one batch is mixed with its partner: mixup (arXiv:1710.09412) or cutmix (arXiv:1905.04899), with one
// draw per batch as in timm. Partners are neighbors in the order of the epoch; as this order is random, so are the
// partners. Both images of a pair are mixed while they are in the cache.
struct Mixing {
  enum class Kind : std::uint8_t { kNone, kMixup, kCutmix };

  Kind kind = Kind::kNone;
  double own = 1;  // lambda, the share of the jet itself; its partner has the rest
  // Cutmix: rows top .. bottom - 1 and columns left .. right - 1 come from the partner.
  int top = 0, bottom = 0, left = 0, right = 0;
};

// Draws the mixing of one batch of images of `size` x `size` pixels. The box of cutmix is a square that is clipped at
// the edges of the image, and `own` is 1 - area of the clipped box / area of the image.
Mixing draw_mixing(const AugmentOptions& options, int size, RandomStream stream);

// Mixes two images, each with the other, in place:
//   mixup:   first' = own * first + (1 - own) * second, and vice versa
//   cutmix:  the contents of the box are exchanged
void mix_images(const Mixing& mixing, int planes, int size, bool channels_last, float* first, float* second);

// The label and weight of a jet in the loss.
struct Target {
  float label = 0;   // probability of label 1
  float weight = 1;  // of the jet
};

// The target of a jet that was mixed with `partner`. The loss is linear in the label. Therefore the sum of the losses
//   own * weight * loss(label) + (1 - own) * partner.weight * loss(partner.label)
// equals one loss with the summed weight and the weighted mean of the labels.
Target mix_targets(const Mixing& mixing, const Target& jet, const Target& partner);

}  // namespace jetvit
