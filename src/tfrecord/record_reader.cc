#include "tfrecord/record_reader.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/ordered_for.h"
#include "base/text.h"
#include "pictures/picture_decoder.h"
#include "pictures/sparse_builder.h"
#include "tfrecord/example_fields.h"
#include "tfrecord/picture_set.h"
#include "tfrecord/record_file.h"

namespace jetvit {
namespace {

constexpr std::size_t kTaskRecords = 16;  // of up to half a megabyte each
constexpr std::size_t kRecordsAhead = 4;  // tasks per thread

constexpr const char* kPixels = "X_jets";
constexpr const char* kLabel = "label";
constexpr const char* kName = "name";

// The identity that preparation wrote into the record; unknown in other records, whose own pixels then identify them.
JetIdentity identity_in(const std::vector<ExampleFeature>& features) {
  const ExampleFeature* feature = find_feature(features, kIdentityFeature);
  if (feature == nullptr) return {};
  const auto identity = feature->bytes.size() == 1 ? identity_from_text(feature->bytes[0]) : std::nullopt;
  if (!identity) throw Error(text("feature ", kIdentityFeature, " is not 32 hexadecimal digits"));
  return *identity;
}

std::string channel_name(int channel) {
  return text("channel_", channel + 1);
}

const ExampleFeature& require(const std::vector<ExampleFeature>& features, const std::string& name) {
  const ExampleFeature* feature = find_feature(features, name);
  if (feature == nullptr) throw Error(text("feature ", printable(name), " is missing"));
  return *feature;
}

std::optional<double> single_number(const ExampleFeature& feature) {
  if (!feature.bytes.empty() || feature.floats.size() + feature.integers.size() != 1) return std::nullopt;
  return feature.floats.empty() ? static_cast<double>(feature.integers[0]) : static_cast<double>(feature.floats[0]);
}

// Decodes channel `channel` of the record.
void decode_channel(const std::vector<ExampleFeature>& features, int channel, PictureDecoder& decoder,
                    Picture& picture) {
  const ExampleFeature& feature = require(features, channel_name(channel));
  if (feature.bytes.size() != 1) throw Error(text("feature ", feature.name, " holds no PNG"));
  try {
    decoder.decode(feature.bytes[0], picture);
    if (picture.colors != 1) throw Error("the PNG is RGB (expected gray)");
  } catch (const Error& error) {
    throw Error(text("feature ", feature.name, ": ", error.what()));
  }
}

// The shape of a square image with 8 (boosted top), 3 or 1 channels.
ImageShape shape_of_values(std::size_t values) {
  for (const int channels : {8, 3, 1}) {
    const auto side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(values) / channels)));
    const ImageShape shape{channels, side, side};
    if (shape.values() == static_cast<std::int64_t>(values) && shape.pixels() <= 65536 && side > 0) return shape;
  }
  throw Error(
      text("feature ", kPixels, " holds ", values, " numbers, which fit no square image of 8, 3 or 1 channels"));
}

struct Task {
  std::uint64_t first = 0;
  std::vector<std::string> records;
};

}  // namespace

struct RecordReader::Tools {
  PictureDecoder decoder;
  Picture picture;
  SparseBuilder builder;
};

RecordReader::RecordReader(std::vector<std::filesystem::path> files, const ReadOptions& options)
    : JetReader(std::move(files)), options_(options) {
  options_.label_column = kLabel;
  std::string record;
  for (const std::filesystem::path& path : files_) {
    RecordFile file(path);
    if (shape_.channels > 0 || !file.next(record)) continue;  // shards of files without jets are empty
    try {
      recognize(path, parse_example(record));
    } catch (const Error& error) {
      throw Error(text(path, ": record 0: ", error.what()));
    }
  }
  stated_ = stated_shards(files_);
  if (shape_.channels == 0) throw Error(text(files_.front(), ": holds no records"));
}

void RecordReader::recognize(const std::filesystem::path& file, const std::vector<ExampleFeature>& features) {
  int channels = 0;
  while (find_feature(features, channel_name(channels)) != nullptr) ++channels;
  const ExampleFeature* pixels = find_feature(features, kPixels);
  as_floats_ = pixels != nullptr;
  if (as_floats_) {
    kind_ = "TFRecord, floats";
    shape_ = shape_of_values(pixels->floats.size());
    channels_ = channels_for(shape_.channels);
  } else if (channels > 0) {
    kind_ = "TFRecord, 8-bit PNGs";
    PictureDecoder decoder;
    Picture picture;
    decode_channel(features, 0, decoder, picture);
    shape_ = {channels, picture.height, picture.width};
    channels_ = picture_channels(file.parent_path(), channels);
  } else {
    std::vector<std::string> names;
    for (const ExampleFeature& feature : features) names.push_back(printable(feature.name));
    throw Error(text("holds neither channel_1 nor X_jets (its features: ", join(names, ", "), ")"));
  }
  const std::optional<PreparationFile> preparation = read_preparation(file.parent_path());
  const bool is_stated = preparation && preparation->class_names && options_.class_names.empty();
  class_names_ = is_stated ? *preparation->class_names : class_names_of(options_, shape_.channels);
  has_label_ = find_feature(features, kLabel) != nullptr;
  if (!has_label_ && options_.require_label) throw Error("feature label is missing");
  for (const ExampleFeature& feature : features) {
    const bool is_channel = !as_floats_ && feature.name.starts_with("channel_") && !single_number(feature);
    if (is_channel || feature.name == kPixels || feature.name == kLabel || feature.name == kName ||
        feature.name == kIdentityFeature) {
      continue;
    }
    if (!single_number(feature)) {
      throw Error(text("feature ", printable(feature.name), " is unknown (expected channel_<n> or X_jets, label, ",
                       "name, and single numbers)"));
    }
    observer_features_.push_back(feature.name);
  }
  std::sort(observer_features_.begin(), observer_features_.end());
  for (const std::string& feature : observer_features_) observer_names_.push_back(observer_name(feature));
}

// Returns null, or the reason why the image is skipped.
const char* RecordReader::append_image(const std::vector<ExampleFeature>& features, Tools& tools,
                                       SparseImages& images) const {
  if (as_floats_) {
    const std::vector<float>& values = require(features, kPixels).floats;
    if (values.size() != static_cast<std::size_t>(shape_.values())) {
      throw Error(text("feature ", kPixels, " holds ", values.size(), " numbers, others hold ", shape_.values()));
    }
    return tools.builder.append_values(values, images);
  }
  Picture& picture = tools.picture;
  for (int channel = 0; channel < shape_.channels; ++channel) {
    decode_channel(features, channel, tools.decoder, picture);
    if (picture.height != shape_.height || picture.width != shape_.width) {
      throw Error(text("feature ", channel_name(channel), ": the PNG has ", picture.width, " x ", picture.height,
                       " pixels, others have ", shape_.width, " x ", shape_.height));
    }
    tools.builder.append_gray(picture, channels_[static_cast<std::size_t>(channel)], images);
  }
  return nullptr;
}

void RecordReader::append_observers(const std::vector<ExampleFeature>& features, JetRecords& jets) const {
  for (std::size_t observer = 0; observer < observer_features_.size(); ++observer) {
    const std::string& name = observer_features_[observer];
    const std::optional<double> value = single_number(require(features, name));
    if (!value) throw Error(text("feature ", printable(name), " is not a single number"));
    jets.observers[observer].push_back(*value);
  }
}

void RecordReader::append(const std::vector<ExampleFeature>& features, std::uint32_t file, std::uint64_t record,
                          Tools& tools, Chunk& chunk) const {
  JetRecords& jets = chunk.jets;
  if (const char* reason = append_image(features, tools, jets.images); reason != nullptr) {
    chunk.skipped.push_back({file, record, reason});
    return;
  }
  std::uint8_t label = 0;
  if (has_label_) {
    const std::optional<double> value = single_number(require(features, kLabel));
    if (!value) throw Error("feature label is not a single number");
    label = label_of(*value, options_);
  }
  jets.label.push_back(label);
  jets.weight.push_back(1);
  append_observers(features, jets);
  jets.source_file.push_back(file);
  jets.source_row.push_back(record);
  jets.identity.push_back(identity_in(features));
}

void RecordReader::read_file(std::size_t file, const Work& work, const ChunkSink& sink) const {
  RecordFile input(files_[file]);
  const auto next = [&]() -> std::optional<Task> {
    Task task{input.count(), {}};
    std::string record;
    while (task.records.size() < kTaskRecords && input.next(record)) task.records.push_back(std::move(record));
    if (task.records.empty()) return std::nullopt;
    return task;
  };
  const int threads = std::max(1, options_.threads);
  std::vector<Tools> tools(static_cast<std::size_t>(threads));
  const auto make = [&](const Task& task, int thread) {
    Chunk chunk;
    chunk.jets.images.shape = shape_;
    chunk.jets.observer_names = observer_names_;
    chunk.jets.observers.resize(observer_names_.size());
    for (std::size_t index = 0; index < task.records.size(); ++index) {
      const std::uint64_t record = task.first + index;
      try {
        append(parse_example(task.records[index]), static_cast<std::uint32_t>(file), record,
               tools[static_cast<std::size_t>(thread)], chunk);
      } catch (const Error& error) {
        throw Error(text(files_[file], ": record ", record, ": ", error.what()));
      }
    }
    work(chunk.jets, thread);
    return chunk;
  };
  ordered_for(threads, kRecordsAhead * static_cast<std::size_t>(threads), next, make, [&](Chunk&& chunk) {
    sink(std::move(chunk));
    return true;
  });
  if (stated_[file] && stated_[file]->jets != input.count()) {
    throw Error(text(files_[file], ": holds ", input.count(), " jets, but ", kPreparationName, " states ",
                     stated_[file]->jets, " (it was replaced; prepare the pictures again)"));
  }
}

}  // namespace jetvit
