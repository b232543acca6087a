#pragma once

#include <span>
#include <string>
#include <vector>

#include "jet/jet_records.h"
#include "published/grey_levels.h"
#include "published/png_encoder.h"
#include "published/resize.h"

namespace jetvit {

// Side of the pictures in the published TFRecords.
inline constexpr int kRecordSide = 128;

// A jet of three channels as an RGB PNG in the study's layout: transposed (the picture's rows run along phi), red =
// the third channel (HCAL), green = the second, blue = the first. For use by one thread.
class RgbPicture {
 public:
  explicit RgbPicture(const ImageShape& shape);
  std::string encode(const SparseImages& images, std::size_t jet, std::span<const ChannelScale> scales,
                     double threshold);

 private:
  ImageShape shape_;
  PngEncoder png_;
  GreyLevels levels_;
};

// A jet as a tf.train.Example message: `channel_1` ... (a grey PNG of 128 x 128 each), `label` and `name`. For use by
// one thread.
class PictureExample {
 public:
  explicit PictureExample(const ImageShape& shape);
  std::string encode(const JetRecords& jets, std::size_t jet, const std::string& name,
                     std::span<const ChannelScale> scales, double threshold);

 private:
  std::string channel(const SparseChannel& sparse, const ChannelScale& scale, double threshold);

  ImageShape shape_;
  PngEncoder png_;
  BilinearResize resize_;
  GreyLevels levels_;
  std::vector<double> resized_;
};

// A jet as a tf.train.Example message with `X_jets` (height * width * channels floats, channels last, as the raw files
// of boosted top), `label`, `name` and the observers as floats.
std::string float_example(const JetRecords& jets, std::size_t jet, const std::string& name);

}  // namespace jetvit
