#pragma once

#include <cstdint>

#include "base/random_stream.h"
#include "ops/image_format.h"
#include "ops/image_options.h"

namespace jetvit {

// How the jets of one batch are mixed with a partner each: mixup (arXiv:1710.09412) or cutmix (arXiv:1905.04899), one
// draw a batch as in timm. Partners are neighbours in the order of the epoch, which is random, so that every jet's
// partner is: both images of a pair are mixed while they are in the cache.
struct Mixing {
  enum class Kind : std::uint8_t { kNone, kMixup, kCutmix };

  Kind kind = Kind::kNone;
  double own = 1;  // lambda: the share of the jet itself; the partner has the rest
  // Cutmix: the partner's rows top .. bottom - 1 and columns left .. right - 1 take the place of the jet's own.
  int top = 0, bottom = 0, left = 0, right = 0;
};

// Draws the mixing of one batch of images of `size` x `size` pixels. Cutmix' box is square before the image's edges cut
// it, and `own` is what they leave: 1 - area of the box / area of the image.
Mixing draw_mixing(const AugmentOptions& options, int size, RandomStream stream);

// Mixes two images in place, each with the other:
//   mixup:   first' = own * first + (1 - own) * second, and the other way round
//   cutmix:  the box changes places
void mix_images(const Mixing& mixing, int planes, int size, bool channels_last, float* first, float* second);

// What a jet counts as in the loss.
struct Target {
  float label = 0;   // probability of label 1
  float weight = 1;  // of the jet
};

// The target of a jet that was mixed with `partner`. The loss is linear in the label, so that the two weighted losses
//   own * weight * loss(label) + (1 - own) * partner.weight * loss(partner.label)
// are one with the sum of the weights and the weighted mean of the labels.
Target mix_targets(const Mixing& mixing, const Target& jet, const Target& partner);

}  // namespace jetvit
