#include "image_export/jet_encoder.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "tfrecord/example_builder.h"

namespace jetvit {

RgbPicture::RgbPicture(const ImageShape& shape) : shape_(shape), png_(shape.width, shape.height, 3) {}

std::string RgbPicture::encode(const SparseImages& images, std::size_t jet, std::span<const ChannelScale> scales,
                               double threshold) {
  png_.clear();
  const auto width = static_cast<std::uint32_t>(shape_.width);
  for (int channel = 0; channel < 3; ++channel) {
    const int color = 2 - channel;
    const ChannelScale& scale = scales[static_cast<std::size_t>(channel)];
    levels_.compute(images.channel(jet, channel), scale, threshold, static_cast<std::size_t>(shape_.pixels()));
    if (scale.is_signed) {
      for (int row = 0; row < shape_.width; ++row) {
        for (int column = 0; column < shape_.height; ++column) png_.row(row)[3 * column + color] = gray(0, scale);
      }
    }
    for (std::size_t index = 0; index < levels_.pixel().size(); ++index) {
      const std::uint32_t pixel = levels_.pixel()[index];
      std::uint8_t* row = png_.row(static_cast<int>(pixel % width));
      row[3 * (pixel / width) + static_cast<std::uint32_t>(color)] = gray(levels_.level()[index], scale);
    }
  }
  return png_.encode();
}

PictureExample::PictureExample(const ImageShape& shape)
    : shape_(shape),
      png_(kRecordSide, kRecordSide, 1),
      resize_(shape.height, shape.width, kRecordSide, kRecordSide),
      resized_(std::size_t{kRecordSide} * kRecordSide) {}

std::string PictureExample::channel(const SparseChannel& sparse, const ChannelScale& scale, double threshold) {
  png_.clear(gray(0, scale));
  levels_.compute(sparse, scale, threshold, static_cast<std::size_t>(shape_.pixels()));
  if (levels_.pixel().empty()) return png_.encode();
  resize_(levels_.pixel(), levels_.level(), resized_);
  const auto row_of = [&](int row) {
    return std::span(resized_).subspan(static_cast<std::size_t>(row) * kRecordSide, kRecordSide);
  };
  double largest = 0;
  for (int row = 0; row < kRecordSide; ++row) {
    if (resize_.occupied(row)) largest = std::max(largest, largest_level(row_of(row)));
  }
  if (!(largest > 0)) return png_.encode();
  for (int row = 0; row < kRecordSide; ++row) {
    if (resize_.occupied(row)) stretch_to_gray(row_of(row), largest, scale, png_.row(row));
  }
  return png_.encode();
}

std::string PictureExample::encode(const JetRecords& jets, std::size_t jet, const std::string& name,
                                   std::span<const ChannelScale> scales, double threshold) {
  Example example;
  for (int index = 0; index < shape_.channels; ++index) {
    example.add_bytes(text("channel_", index + 1),
                      channel(jets.images.channel(jet, index), scales[static_cast<std::size_t>(index)], threshold));
  }
  example.add_integer("label", jets.label[jet]);
  example.add_bytes("name", name);
  return example.message();
}

std::string float_example(const JetRecords& jets, std::size_t jet, const std::string& name) {
  const ImageShape& shape = jets.images.shape;
  const auto channels = static_cast<std::size_t>(shape.channels);
  std::vector<float> image(static_cast<std::size_t>(shape.values()));
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const SparseChannel sparse = jets.images.channel(jet, static_cast<int>(channel));
    for (std::size_t index = 0; index < sparse.pixel.size(); ++index) {
      image[sparse.pixel[index] * channels + channel] = sparse.value[index];
    }
  }
  Example example;
  example.add_floats("X_jets", image);
  example.add_integer("label", jets.label[jet]);
  example.add_bytes("name", name);
  for (std::size_t observer = 0; observer < jets.observers.size(); ++observer) {
    const auto value = static_cast<float>(jets.observers[observer][jet]);
    const std::string& own = jets.observer_names[observer];
    const bool is_reserved = own == "X_jets" || own == "label" || own == "name";
    const std::string feature = is_reserved ? "raw_" + own : own;
    const IntegerColumn* integers = jets.integers_of(observer);
    if (integers == nullptr) {
      example.add_floats(feature, {&value, 1});
    } else if (!std::isnan(jets.observers[observer][jet])) {
      example.add_integer(feature, integers->value[jet]);
    }
  }
  return example.message();
}

}  // namespace jetvit
