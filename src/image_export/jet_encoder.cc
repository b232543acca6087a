#include "image_export/jet_encoder.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/options.h"
#include "base/text.h"
#include "jet/split.h"
#include "tfrecord/example_builder.h"
#include "tfrecord/example_fields.h"

namespace jetvit {
namespace {

// The place of the jets' event number among the observers; no value if they have none.
std::optional<std::size_t> event_of(const JetRecords& jets) {
  const auto found = std::find(jets.observer_names.begin(), jets.observer_names.end(), kEventObserver);
  if (found == jets.observer_names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - jets.observer_names.begin());
}

std::vector<PngText> texts_of(const JetRecords& jets, std::size_t jet) {
  std::vector<PngText> texts = {{kIdentityKeyword, jets.identity[jet].text()}};
  if (const auto event = event_of(jets)) texts.push_back({kEventKeyword, json_text(jets.observers[*event][jet])});
  return texts;
}

// Integers are exact. So are event numbers, which decide about splits, in a column of doubles. Other numbers are
// rounded to float; an integer that is not known is left out.
void add_observer(Example& example, const std::string& feature, const JetRecords& jets, std::size_t observer,
                  std::size_t jet) {
  const double value = jets.observers[observer][jet];
  if (const IntegerColumn* integers = jets.integers_of(observer)) {
    if (!std::isnan(value)) example.add_integer(feature, integers->value[jet]);
    return;
  }
  if (jets.observer_names[observer] == kEventObserver && std::abs(value) < 0x1p63 && value == std::floor(value)) {
    return example.add_integer(feature, static_cast<std::int64_t>(value));
  }
  const auto rounded = static_cast<float>(value);
  example.add_floats(feature, {&rounded, 1});
}

}  // namespace

RgbPicture::RgbPicture(const ImageShape& shape) : shape_(shape), png_(shape.width, shape.height, 3) {}

std::string RgbPicture::encode(const JetRecords& jets, std::size_t jet, std::span<const ChannelScale> scales,
                               double threshold) {
  png_.clear();
  const auto width = static_cast<std::uint32_t>(shape_.width);
  for (int channel = 0; channel < 3; ++channel) {
    const int color = 2 - channel;
    const ChannelScale& scale = scales[static_cast<std::size_t>(channel)];
    levels_.compute(jets.images.channel(jet, channel), scale, threshold, static_cast<std::size_t>(shape_.pixels()));
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
  return png_.encode(texts_of(jets, jet));
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
  example.add_bytes(kIdentityFeature, jets.identity[jet].text());
  if (const auto event = event_of(jets)) add_observer(example, std::string(kEventObserver), jets, *event, jet);
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
  example.add_bytes(kIdentityFeature, jets.identity[jet].text());
  for (std::size_t observer = 0; observer < jets.observers.size(); ++observer) {
    const std::string& own = jets.observer_names[observer];
    const bool is_reserved = own == "X_jets" || own == "label" || own == "name";
    add_observer(example, is_reserved ? "raw_" + own : own, jets, observer, jet);
  }
  return example.message();
}

}  // namespace jetvit
