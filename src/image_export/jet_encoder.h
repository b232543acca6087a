#pragma once

#include <span>
#include <string>
#include <vector>

#include "image_export/gray_levels.h"
#include "image_export/resize.h"
#include "jet/jet_records.h"
#include "pictures/png_encoder.h"

namespace jetvit {

// Side of the pictures in the published TFRecords.
inline constexpr int kRecordSide = 128;

// Encodes a jet of three channels as an RGB PNG in the study's layout: transposed (the picture's rows run along phi),
// red = the third channel (HCAL), green = the second, blue = the first. The jet's identity and event number are texts
// in the PNG (pictures/png_file.h). Not thread-safe.
class RgbPicture {
 public:
  explicit RgbPicture(const ImageShape& shape);
  std::string encode(const JetRecords& jets, std::size_t jet, std::span<const ChannelScale> scales, double threshold);

 private:
  ImageShape shape_;
  PngEncoder png_;
  GrayLevels levels_;
};

// Encodes a jet as a tf.train.Example message: `channel_1` ... (one gray PNG of 128 x 128 pixels each), `label`,
// `name`, `jetvit_identity` (JetIdentity::text()) and, if the jets have it, the observer `event`. Not thread-safe.
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
  GrayLevels levels_;
  std::vector<double> resized_;
};

// Encodes a jet as a tf.train.Example message with `X_jets` (height * width * channels floats, channels last, as in the
// raw files of boosted top), `label`, `name`, `jetvit_identity` and the observers: `event` as an integer where it is
// one, the others as floats. An observer with one of these names gets the prefix "raw_".
std::string float_example(const JetRecords& jets, std::size_t jet, const std::string& name);

}  // namespace jetvit
