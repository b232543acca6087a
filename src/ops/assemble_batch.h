#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random_stream.h"
#include "jet/input_transform.h"
#include "jet/jet_records.h"
#include "ops/image_format.h"
#include "ops/image_options.h"
#include "ops/placement.h"
#include "ops/resample.h"

namespace jetvit {

// Turns sparse raw images into the network's dense input in one pass: zero suppression, per-pixel augmentation, the
// transform's planes, resizing, rotation, shift and flips. With f a plane's function and x the raw image,
//   bilinear, bicubic:  out[o] = f(0) + sum over raw pixels i of K(o, i) (f(x[i]) - f(0))
//   sum:                out[o] = f(sum of part(x[i]) over the raw pixels i whose centre falls into o)
//   pad:                out[o] = f(x[i]) where raw pixel i lies, f(0) around; K of bilinear where it is rotated
// where K are the interpolation weights of resample.h at the placement of placement.h. Without rotation and shift,
// samples beyond the edge repeat it (PyTorch's upsample, align_corners=false, no antialiasing); otherwise they are
// empty detector (PyTorch's grid_sample with zeros padding). Images are about 98% zeros, therefore each non-zero raw
// pixel is scattered into the few output pixels that read it.
//
// The impact parameters follow the mirror they are measured against: flipping phi negates channel "d0", flipping eta
// negates channel "dz".
//
// Images are written in the order of memory that is asked for; both orders hold the same bits.
class ImageAssembler {
 public:
  // Throws Error where the transform is for other channels than the images have, UsageError for impossible options.
  ImageAssembler(ImageShape shape, InputTransform transform, const ImageOptions& image,
                 const AugmentOptions& augment = {}, bool channels_last = false);

  int planes() const { return transform_.outputs(); }
  int size() const { return size_; }
  std::size_t values() const;  // floats of one jet: planes * size * size

  // Memory reused from jet to jet; one per thread.
  struct Workspace {
    std::vector<std::uint16_t> row, column;  // of the channel's surviving pixels
    std::vector<float> value;
    std::vector<float> shown;    // the values as one plane shows them
    std::vector<double> pooled;  // sum: one cell per output pixel, zero between planes
    std::vector<std::uint32_t> cells;
    AxisScatter rows, columns;
  };

  // Writes jet `jet` of `images` to out[plane][row][column], or to out[row][column][plane] where channels are last,
  // without augmentation.
  void assemble(const SparseImages& images, std::size_t jet, float* out, Workspace& workspace) const;

  // The same with the augmentation that `stream` draws; depends on the stream's key alone.
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
  std::vector<float> empty_;              // of every plane: what it shows where no pixel is
  AxisScatter rows_, columns_;            // of an image that is resized and not shifted
  std::vector<std::uint16_t> pixel_row_;  // row and column of every raw pixel: a division saved
  std::vector<std::uint16_t> pixel_column_;
};

}  // namespace jetvit
