#pragma once

#include <string>

#include "base/options.h"

namespace jetvit {

// Table [image] of a recipe: the geometry of the network's input.
struct ImageOptions {
  int size = 128;                   // side of the square output in pixels
  std::string resize = "bilinear";  // or "bicubic", "sum", "pad"

  bool operator==(const ImageOptions&) const = default;
};

template <class Visitor>
void visit_fields(Visitor& visit, ImageOptions& options) {
  visit("size", options.size, "side of the square network input in pixels", Range{1, 1024});
  visit(
      "resize", options.resize,
      "bilinear, bicubic, sum (adds up whole pixel values and conserves energy), or pad (the pixels unchanged, in the "
      "middle of a larger square)",
      OneOf{"bilinear", "bicubic", "sum", "pad"});
}

// Table [augment] of a recipe: random changes of the training jets. All are off by default.
struct AugmentOptions {
  double rotation = 0;         // degrees; the angle is uniform in [-rotation, rotation]
  double horizontal_flip = 0;  // probability of mirroring phi (columns)
  double vertical_flip = 0;    // probability of mirroring eta (rows)
  int shift_eta = 0;           // raw pixels; the shift is a uniform integer in [-shift_eta, shift_eta]
  int shift_phi = 0;
  double pixel_dropout = 0;    // probability of losing a non-zero pixel
  double channel_mask = 0;     // probability of losing an entire channel
  double noise = 0;            // standard deviation of the relative smearing of a pixel
  double mixup = 0;            // alpha of Beta(alpha, alpha), the distribution of the jet's own share
  double cutmix = 0;           // the same for the share of the jet's own area
  double mix_probability = 1;  // probability that a batch is mixed
  double mix_switch = 0.5;     // if both are on: probability of cutmix

  bool operator==(const AugmentOptions&) const = default;
};

template <class Visitor>
void visit_fields(Visitor& visit, AugmentOptions& options) {
  visit("rotation", options.rotation, "largest rotation about the center in degrees, in either direction",
        Range{0, 180});
  visit("horizontal_flip", options.horizontal_flip, "probability of mirroring phi (columns); d0 changes sign with it",
        Range{0, 1});
  visit("vertical_flip", options.vertical_flip, "probability of mirroring eta (rows); dz changes sign with it",
        Range{0, 1});
  visit("shift_eta", options.shift_eta, "largest shift in eta in pixels of the raw image, in either direction",
        Range{0, 1024});
  visit("shift_phi", options.shift_phi, "largest shift in phi in pixels of the raw image, in either direction",
        Range{0, 1024});
  visit("pixel_dropout", options.pixel_dropout, "probability of losing a non-zero pixel", Range{0, 1});
  visit("channel_mask", options.channel_mask, "probability of losing an entire channel", Range{0, 1});
  visit("noise", options.noise, "standard deviation of the relative Gaussian smearing of every pixel", Range{0, 1});
  visit("mixup", options.mixup, "alpha of mixup's Beta distribution; 0: off", Range{0, 1000});
  visit("cutmix", options.cutmix, "alpha of cutmix's Beta distribution; 0: off", Range{0, 1000});
  visit("mix_probability", options.mix_probability, "probability that a batch is mixed, if mixup or cutmix is on",
        Range{0, 1});
  visit("mix_switch", options.mix_switch, "probability of cutmix in a mixed batch, if both are on", Range{0, 1});
}

}  // namespace jetvit
