#include "tfrecord/record_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/ordered_for.h"
#include "base/reporter.h"
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
// The first records of a file, which show the features of all.
constexpr std::uint64_t kSurveyRecords = 256;
constexpr std::size_t kSurveyBytes = 16 << 20;

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

// Decodes channel `channel` of the record.
void decode_channel(const std::vector<ExampleFeature>& features, int channel, PictureDecoder& decoder,
                    Picture& picture) {
  const ExampleFeature& feature = require(features, channel_name(channel));
  if (feature.bytes.size() != 1) {
    const bool is_bytes = feature.kind == ExampleFeature::Kind::kBytes;
    throw Error(text("feature ", feature.name, " holds no PNG (it is ", kind_text(feature.kind),
                     is_bytes ? text(" of ", feature.bytes.size(), " values)") : ")"));
  }
  try {
    decoder.decode(feature.bytes[0], picture);
    if (picture.colors != 1) throw Error("the PNG is RGB (expected gray)");
  } catch (const Error& error) {
    throw Error(text("feature ", feature.name, ": ", error.what()));
  }
}

void require_numbers(const ExampleFeature& pixels) {
  if (pixels.kind != ExampleFeature::Kind::kBytes) return;
  throw Error(text("feature ", pixels.name,
                   " is a bytes list (floats are expected: write the numbers themselves, not a serialized tensor)"));
}

// Writes an image to `out` in the order (height, width, channel).
void in_order_hwc(std::span<const float> values, const ImageLayout& layout, std::vector<float>& out) {
  const std::array<std::size_t, 3> lengths = layout.lengths();
  const auto channels = static_cast<std::size_t>(layout.shape.channels);
  const auto width = static_cast<std::size_t>(layout.shape.width);
  std::array<std::size_t, 3> to{};  // steps of the stored axes in `out`
  for (std::size_t axis = 0; axis < 3; ++axis) {
    to[axis] = layout.order[axis] == 'h' ? width * channels : layout.order[axis] == 'w' ? channels : 1;
  }
  std::size_t from = 0;
  for (std::size_t one = 0; one < lengths[0]; ++one) {
    for (std::size_t two = 0; two < lengths[1]; ++two) {
      for (std::size_t three = 0; three < lengths[2]; ++three) {
        out[one * to[0] + two * to[1] + three * to[2]] = values[from++];
      }
    }
  }
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
  std::vector<float> values, ordered;
};

RecordReader::RecordReader(std::vector<std::filesystem::path> files, const ReadOptions& options)
    : JetReader(std::move(files)), options_(options) {
  options_.label_column = kLabel;
  for (const std::filesystem::path& path : files_) survey(path);
  stated_ = stated_shards(files_);
  if (shape_.channels == 0) throw Error(text(files_.front(), ": holds no records"));
  assign_roles();
}

void RecordReader::survey(const std::filesystem::path& path) {
  RecordFile file(path);
  std::string record;
  std::size_t bytes = 0;
  while (file.count() < kSurveyRecords && bytes < kSurveyBytes && file.next(record)) {
    bytes += record.size();
    try {
      const std::vector<ExampleFeature> features = parse_example(record);
      if (shape_.channels == 0) recognize_image(path, features);  // shards of files without jets are empty
      survey_.add(features);
    } catch (const UsageError&) {
      throw;
    } catch (const Error& error) {
      throw Error(text(path, ": record ", file.count() - 1, ": ", error.what()));
    }
  }
}

void RecordReader::recognize_image(const std::filesystem::path& file, const std::vector<ExampleFeature>& features) {
  int channels = 0;
  while (find_feature(features, channel_name(channels)) != nullptr) ++channels;
  const ExampleFeature* pixels = find_feature(features, kPixels);
  as_floats_ = pixels != nullptr;
  if (as_floats_) {
    kind_ = "TFRecord, floats";
    require_numbers(*pixels);
    shape_features_ = shape_features(features, pixels->size());
    const ChosenLayout chosen = record_layout(shape_features_, pixels->size(), options_, text("feature ", kPixels));
    layout_ = chosen.layout;
    shape_ = layout_.shape;
    channels_ = channels_for(shape_.channels);
    // Files that preparation wrote are known to be in the usual order.
    const bool is_prepared = read_preparation(file.parent_path()).has_value();
    if (!chosen.guess.empty() && !is_prepared) reporter().note(text(file, ": ", kPixels, ": ", chosen.guess));
  } else if (channels > 0) {
    kind_ = "TFRecord, 8-bit PNGs";
    PictureDecoder decoder;
    Picture picture;
    decode_channel(features, 0, decoder, picture);
    shape_ = {channels, picture.height, picture.width};
    require_stated_shape(options_, shape_, "PNGs of TFRecords");
    channels_ = picture_channels(file.parent_path(), channels);
  } else {
    std::vector<std::string> names;
    for (const ExampleFeature& feature : features) names.push_back(printable(feature.name));
    throw Error(text("holds neither channel_1 nor X_jets (its features: ", join(names, ", "), ")"));
  }
  const std::optional<PreparationFile> preparation = read_preparation(file.parent_path());
  const bool is_stated = preparation && preparation->class_names && options_.class_names.empty();
  class_names_ = is_stated ? *preparation->class_names : class_names_of(options_, shape_.channels);
}

bool RecordReader::is_image(const std::string& feature) const {
  if (as_floats_) return feature == kPixels;
  for (int channel = 0; channel < shape_.channels; ++channel) {
    if (feature == channel_name(channel)) return true;
  }
  return false;
}

// Decides what each feature is, and says which are left out.
void RecordReader::assign_roles() {
  const FeatureSurvey::Entry* label = survey_.find(kLabel);
  has_label_ = label != nullptr && label->is_number();
  std::vector<std::string> ignored;
  for (const auto& [name, entry] : survey_.features()) {
    const bool is_used = is_image(name) || name == kName || name == kIdentityFeature ||
                         (name == kLabel && has_label_) || name == options_.weight_column ||
                         contains(shape_features_.names, name);
    if (is_used) continue;
    if (entry.is_number() && name != kLabel) {
      observers_.push_back({name, entry.is_integer()});
      observer_names_.push_back(observer_name(name));
    } else {
      ignored.push_back(text(printable(name), " (", entry.content(), ")"));
    }
  }
  if (!options_.weight_column.empty()) {
    const FeatureSurvey::Entry* weight = survey_.find(options_.weight_column);
    const std::string name = printable(options_.weight_column);
    if (weight == nullptr) throw Error(text(files_.front(), ": has no feature \"", name, "\" (`weight_column`)"));
    if (!weight->is_number() || is_image(options_.weight_column) || options_.weight_column == kLabel) {
      throw Error(text(files_.front(), ": feature ", name, " cannot be the weight (it is ",
                       options_.weight_column == kLabel ? "the label" : weight->content(), ")"));
    }
    weight_column_ = options_.weight_column;
  } else if (const FeatureSurvey::Entry* weight = survey_.find("weight"); weight != nullptr && weight->is_number()) {
    report_unused_weight(files_.front());
  }
  if (!has_label_ && options_.require_label) {
    if (label == nullptr) throw Error(text(files_.front(), ": feature label is missing"));
    throw Error(text(files_.front(), ": feature label holds ", label->content(), " (a single number is expected)"));
  }
  if (!ignored.empty()) {
    reporter().note(text(files_.front(), ": left out, as they are not single numbers: ", join(ignored, ", ")));
  }
}

// Returns null, or the reason why the image is skipped.
const char* RecordReader::append_image(const std::vector<ExampleFeature>& features, Tools& tools,
                                       SparseImages& images) const {
  if (as_floats_) {
    const ExampleFeature& pixels = require(features, kPixels);
    require_numbers(pixels);
    if (pixels.size() != static_cast<std::size_t>(shape_.values())) {
      throw Error(text("feature ", kPixels, " holds ", pixels.size(), " numbers, others hold ", shape_.values()));
    }
    const ShapeFeatures stated = shape_features(features, pixels.size());
    if (!stated.names.empty() && stated != shape_features_) {
      throw Error(text(join(stated.names, ", "), ": the shape differs from that of other records"));
    }
    return append_values(pixels, tools, images);
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

const char* RecordReader::append_values(const ExampleFeature& pixels, Tools& tools, SparseImages& images) const {
  std::span<const float> values = pixels.floats;
  if (!pixels.integers.empty()) {
    tools.values.assign(pixels.integers.begin(), pixels.integers.end());
    values = tools.values;
  }
  if (layout_.order != "hwc") {
    tools.ordered.resize(values.size());
    in_order_hwc(values, layout_, tools.ordered);
    values = tools.ordered;
  }
  return tools.builder.append_values(values, images);
}

// The label of a record; no value if it has none and must be skipped.
std::optional<std::uint8_t> RecordReader::label_in(const std::vector<ExampleFeature>& features) const {
  if (!has_label_) return options_.keep_unlabeled ? kNoLabel : 0;
  const ExampleFeature* feature = find_feature(features, kLabel);
  const std::optional<double> value = feature == nullptr ? std::nullopt : single_number(*feature);
  if (value && std::isfinite(*value)) return label_of(*value, options_);
  if (options_.keep_unlabeled) return kNoLabel;
  return std::nullopt;
}

// The weight of a record; NaN if it has none and must be skipped.
double RecordReader::weight_in(const std::vector<ExampleFeature>& features) const {
  if (weight_column_.empty()) return 1;
  const ExampleFeature* feature = find_feature(features, weight_column_);
  const std::optional<double> value = feature == nullptr ? std::nullopt : single_number(*feature);
  return value.value_or(std::numeric_limits<double>::quiet_NaN());
}

void RecordReader::append_observers(const std::vector<ExampleFeature>& features, JetRecords& jets) const {
  std::size_t integers = 0;
  for (std::size_t place = 0; place < observers_.size(); ++place) {
    const Observer& observer = observers_[place];
    const ExampleFeature* feature = find_feature(features, observer.feature);
    const std::optional<double> value = feature == nullptr ? std::nullopt : single_number(*feature);
    jets.observers[place].push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
    if (!observer.is_integer) continue;
    if (value && feature->integers.empty()) {
      throw Error(
          text("feature ", printable(observer.feature), " is a float list, but an int64 list in other records"));
    }
    jets.integers[integers++].value.push_back(value ? feature->integers[0] : 0);
  }
}

void RecordReader::append(const std::vector<ExampleFeature>& features, std::uint32_t file, std::uint64_t record,
                          Tools& tools, Chunk& chunk) const {
  for (const ExampleFeature& feature : features) {
    if (survey_.find(feature.name) != nullptr) continue;
    throw Error(text("feature ", printable(feature.name), " is in none of the first ", kSurveyRecords,
                     " records of a file, which decide what is carried (write it in each record)"));
  }
  JetRecords& jets = chunk.jets;
  const std::optional<std::uint8_t> label = label_in(features);
  const double weight = weight_in(features);
  std::string reason = label ? reason_against_weight(weight, options_) : "no finite label";
  if (reason.empty()) {
    if (const char* of_image = append_image(features, tools, jets.images)) reason = of_image;
  }
  if (!reason.empty()) {
    chunk.skipped.push_back({file, record, std::move(reason)});
    return;
  }
  jets.label.push_back(*label);
  jets.weight.push_back(static_cast<float>(weight));
  append_observers(features, jets);
  jets.source_file.push_back(file);
  jets.source_row.push_back(record);
  jets.identity.push_back(identity_in(features));
}

void RecordReader::read_file(std::size_t file, const IsOwn& is_own, const Work& work, const ChunkSink& sink) const {
  RecordFile input(files_[file]);
  const auto next = [&]() -> std::optional<Task> {
    while (true) {
      Task task{input.count(), {}};
      std::string record;
      while (task.records.size() < kTaskRecords && input.next(record)) task.records.push_back(std::move(record));
      if (task.records.empty()) return std::nullopt;
      if (is_own()) return task;
    }
  };
  const int threads = std::max(1, options_.threads);
  std::vector<Tools> tools(static_cast<std::size_t>(threads));
  const auto make = [&](const Task& task, int thread) {
    Chunk chunk;
    chunk.jets.images.shape = shape_;
    chunk.jets.observer_names = observer_names_;
    chunk.jets.observers.resize(observer_names_.size());
    for (std::size_t place = 0; place < observers_.size(); ++place) {
      if (observers_[place].is_integer) chunk.jets.integers.push_back({place, false, {}});
    }
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
