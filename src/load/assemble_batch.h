#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random_stream.h"
#include "compute/image_format.h"
#include "jet/input_transform.h"
#include "jet/jet_records.h"
#include "load/image_options.h"
#include "load/placement.h"
#include "load/resample.h"

namespace jetvit {

// Converts sparse raw images to the network's dense input in one pass: zero suppression, per-pixel augmentation, the
// transform's planes, resizing, rotation, shift and flips. With the function f of a plane and the raw image x,
//   bilinear, bicubic:  out[o] = f(0) + sum over raw pixels i of K(o, i) (f(x[i]) - f(0))
//   sum:                out[o] = f(sum of part(x[i]) over the raw pixels i whose centers are in o)
//   pad:                out[o] = f(x[i]) at the position of raw pixel i, f(0) outside; with rotation as bilinear
// K are the interpolation weights of resample.h for the placement of placement.h. Without rotation and shift, samples
// beyond the edge repeat the edge (PyTorch's upsample, align_corners=false, no antialiasing). Otherwise they count as
// empty detector (PyTorch's grid_sample with zeros padding). About 98% of the pixels are zero; therefore each non-zero
// raw pixel is scattered to the few output pixels that depend on it.
//
// Impact parameters change sign with their axis: reversing phi negates channel "d0", reversing eta negates channel "dz"
// (Placement::reverses_phi).
//
// Images are written in either memory format, with bitwise equal values.
class ImageAssembler {
 public:
  // Throws Error if the transform does not fit the channels of the images or these are too large, UsageError for
  // impossible options.
  ImageAssembler(ImageShape shape, InputTransform transform, const ImageOptions& image,
                 const AugmentOptions& augment = {}, bool channels_last = false);

  int planes() const { return transform_.outputs(); }
  int size() const { return size_; }
  std::size_t values() const;  // floats of one jet: planes * size * size

  // Memory that is reused from jet to jet; one per thread.
  struct Workspace {
    std::vector<std::uint16_t> row, column;  // of the channel's surviving pixels
    std::vector<float> value;
    std::vector<float> shown;          // the values after the function of one plane
    std::vector<double> pooled;        // resize "sum": one cell per output pixel, all zero between planes
    std::vector<std::uint32_t> cells;  // resize "sum": the cells in use
    AxisScatter rows, columns;
  };

  // Writes jet `jet` of `images` without augmentation to out[plane][row][column], or to out[row][column][plane] if
  // channels are last.
  void assemble(const SparseImages& images, std::size_t jet, float* out, Workspace& workspace) const;

  // The same with augmentation drawn from `stream`. The result depends only on the key of the stream.
  void assemble_augmented(const SparseImages& images, std::size_t jet, RandomStream stream, float* out,
                          Workspace& workspace) const;

  // The same at a given placement and without per-pixel augmentation.
  void assemble_at(const SparseImages& images, std::size_t jet, const Placement& placement, float* out,
                   Workspace& workspace) const;

 private:
  void run(const SparseImages& images, std::size_t jet, const Placement& placement, RandomStream* stream, float* out,
           Workspace& workspace) const;
  void fill_empty(float* out) const;
  void gather_pixels(const SparseChannel& pixels, int channel, bool negate, RandomStream* stream,
                     Workspace& workspace) const;

  ImageShape shape_;
  InputTransform transform_;
  AugmentOptions augment_;
  Resize resize_;
  int size_;
  Frame frame_;
  bool channels_last_;
  std::vector<float> empty_;              // value of an empty pixel in every plane
  AxisScatter rows_, columns_;            // for images that are resized and not shifted
  std::vector<std::uint16_t> pixel_row_;  // row and column of every raw pixel, precomputed to avoid divisions
  std::vector<std::uint16_t> pixel_column_;
};

}  // namespace jetvit
