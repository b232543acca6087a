#include "inspect/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "jet/mean_images.h"
#include "prepare/prepare.h"
#include "prepare/store_options.h"
#include "prepare/zero_suppression.h"
#include "report/comparison_pictures.h"
#include "store/store_reader.h"

namespace jetvit {
namespace {

// What is added up of the jets of one set.
class DataSet {
 public:
  DataSet(std::string name, const ImageShape& shape, const std::vector<Channel>& channels, ClassNames class_names,
          bool has_labels, bool with_spectra)
      : shape_(shape),
        channels_(channels),
        class_names_(std::move(class_names)),
        observables_(channels),
        pictured_{std::move(name), MeanImages(shape), JetSpectra(channels)},
        has_labels_(has_labels),
        with_spectra_(with_spectra) {}

  void add(const JetRecords& jets) {
    for (std::size_t jet = 0; jet < jets.size(); ++jet) {
      ++counts_[jets.label[jet]];
      pictured_.means.add(jets.images, jet, jets.weight[jet]);
    }
    observables_.add(jets);
    if (with_spectra_) pictured_.spectra.add(jets);
  }

  const std::string& name() const { return pictured_.name; }
  const ImageShape& shape() const { return shape_; }
  const std::vector<Channel>& channels() const { return channels_; }
  std::vector<ObservableMean> observables() const { return observables_.result(); }
  const PicturedSet& pictured() const { return pictured_; }
  ComparedSet summary() const {
    return {name(), shape_, class_names_, counts_, pictured_.spectra.sampled(), has_labels_};
  }

 private:
  ImageShape shape_;
  std::vector<Channel> channels_;
  ClassNames class_names_;
  std::array<std::uint64_t, 2> counts_{};
  ObservableMeans observables_;
  PicturedSet pictured_;
  bool has_labels_, with_spectra_;
};

DataSet add_up_store(const std::string& path, const ReadOptions& options, bool with_spectra) {
  const Manifest manifest = read_manifest(path);
  refuse_file_options(options, manifest);
  DataSet set(path, manifest.shape, manifest.channels, manifest.class_names, /*has_labels=*/true, with_spectra);
  for (const Split split : kSplits) {
    for_each_shard(path, manifest, split, [&](const JetRecords& jets) { set.add(jets); });
  }
  return set;
}

DataSet add_up_files(const std::string& name, const Inputs& inputs, const ReadOptions& options, bool with_spectra) {
  const double threshold = PrepareOptions().zero_threshold;
  const std::unique_ptr<JetReader> reader = open_reader(inputs, options);
  DataSet set(name, reader->shape(), reader->channels(), reader->class_names(), reader->has_label(), with_spectra);
  const ReadSummary summary =
      reader->read([&](JetRecords& jets, int) { suppress_zeros(jets.images, reader->channels(), threshold); },
                   [&](const JetRecords& jets) { set.add(jets); });
  require_shape(summary, name);
  return set;
}

// One of the two sets.
struct Input {
  std::string name;
  std::optional<Inputs> files;  // none: a store
  ReadOptions options;          // those that apply to its kind
};

// Which options apply to a store, and to files of a format.
ReadOptions options_of_store(ReadOptions options) {
  options.class_names.clear();
  options.weight_column.clear();
  options.layout = ReadOptions().layout;
  options.label_column = ReadOptions().label_column;
  options.any_label = false;
  return options;
}

ReadOptions options_of(InputFormat format, ReadOptions options) {
  if (format == InputFormat::kParquet) return options;
  options.label_column = ReadOptions().label_column;
  if (format == InputFormat::kTfRecords) return options;
  options.any_label = false;
  options.weight_column.clear();
  options.layout = ReadOptions().layout;
  return options;
}

Input find(const std::string& name, const ReadOptions& options) {
  if (is_store(name)) return {name, {}, options_of_store(options)};
  InputNames names;
  names.any = {name};
  Inputs inputs = find_inputs(names);
  const InputFormat format = inputs.format;
  return {name, std::move(inputs), options_of(format, options)};
}

// An option for one kind of input may be given if at least one of the two sets is of this kind.
void check_options(const ReadOptions& options, const std::array<Input, 2>& inputs) {
  const std::vector<std::string> first = given_options(inputs[0].options), second = given_options(inputs[1].options);
  for (const std::string& option : given_options(options)) {
    if (contains(first, option) || contains(second, option)) continue;
    throw UsageError(text(option, " applies neither to ", printable(inputs[0].name), " nor to ",
                          printable(inputs[1].name), " (leave it out)"));
  }
}

DataSet add_up(const Input& input, bool with_spectra) {
  return input.files ? add_up_files(input.name, *input.files, input.options, with_spectra)
                     : add_up_store(input.name, input.options, with_spectra);
}

std::vector<ComparedMean> common_observables(const std::array<DataSet, 2>& sets) {
  const std::vector<ObservableMean> second = sets[1].observables();
  std::vector<ComparedMean> out;
  for (const ObservableMean& mean : sets[0].observables()) {
    const auto other = std::find_if(second.begin(), second.end(),
                                    [&](const ObservableMean& candidate) { return candidate.name == mean.name; });
    if (other != second.end()) out.push_back({mean, *other});
  }
  return out;
}

ComparedImage compare_image(const std::array<DataSet, 2>& sets, std::size_t channel) {
  const auto mean = [&](const DataSet& set) { return set.pictured().means.mean(static_cast<int>(channel)); };
  const ChannelImage change = difference(mean(sets[0]), mean(sets[1]));
  ComparedImage out{.channel = sets[0].channels()[channel]};
  const auto width = static_cast<std::size_t>(sets[0].shape().width);
  for (std::size_t pixel = 0; pixel < change.size(); ++pixel) {
    out.mean += change[pixel] / static_cast<double>(change.size());
    out.mean_size += std::abs(change[pixel]) / static_cast<double>(change.size());
    if (std::abs(change[pixel]) <= std::abs(out.largest)) continue;
    out.largest = change[pixel];
    out.row = static_cast<int>(pixel / width);
    out.column = static_cast<int>(pixel % width);
  }
  return out;
}

std::vector<ComparedImage> compare_images(const std::array<DataSet, 2>& sets) {
  std::vector<ComparedImage> out;
  if (sets[0].shape() != sets[1].shape()) return out;
  for (std::size_t channel = 0; channel < sets[0].channels().size(); ++channel) {
    out.push_back(compare_image(sets, channel));
  }
  return out;
}

void check_channels(const std::array<DataSet, 2>& sets) {
  if (sets[0].shape().channels == sets[1].shape().channels) return;
  throw Error(text(printable(sets[1].name()), ": has ", sets[1].shape().channels, " channels, ",
                   printable(sets[0].name()), " has ", sets[0].shape().channels,
                   " (only sets of the same channels can be compared)"));
}

// The averages can be subtracted only pixel by pixel.
void check_shapes(const std::array<DataSet, 2>& sets) {
  const auto size = [](const DataSet& set) { return text(set.shape().height, " x ", set.shape().width); };
  if (sets[0].shape() == sets[1].shape()) return;
  throw Error(text(printable(sets[1].name()), ": has images of ", size(sets[1]), " pixels, ", printable(sets[0].name()),
                   " of ", size(sets[0]), " (averages of two sizes have no difference to draw; leave out `pictures`)"));
}

Json set_to_json(const ComparedSet& set) {
  return {{"name", set.name},
          {"shape", {set.shape.channels, set.shape.height, set.shape.width}},
          {"jets", set.jets()},
          {"class_0", set.has_labels ? Json(set.counts[0]) : Json()},
          {"class_1", set.has_labels ? Json(set.counts[1]) : Json()},
          {"class_names", set.class_names},
          {"jets_of_spectra", set.jets_of_spectra}};
}

Json mean_to_json(const ObservableMean& of) {
  return {{"mean", of.mean}, {"error", of.error}, {"jets", of.jets}};
}

}  // namespace

double ComparedMean::pull() const {
  const double error = std::hypot(first.error, second.error);
  return error > 0 ? (second.mean - first.mean) / error : 0;
}

Comparison compare_data(const CompareOptions& options) {
  const std::unique_ptr<OutputFolder> output = open_pictures(options.pictures);
  const std::array<Input, 2> inputs = {find(options.first, options.read), find(options.second, options.read)};
  check_options(options.read, inputs);
  const bool with_spectra = !options.pictures.folder.empty();
  const std::array<DataSet, 2> sets = {add_up(inputs[0], with_spectra), add_up(inputs[1], with_spectra)};
  check_channels(sets);
  if (output) {
    check_shapes(sets);
    draw_comparison({sets[0].pictured(), sets[1].pictured()}, sets[0].channels(), sets[0].shape(),
                    output->temporary_path());
    output->commit();
  }
  return {{sets[0].summary(), sets[1].summary()}, common_observables(sets), compare_images(sets)};
}

Json to_json(const Comparison& comparison) {
  Json observables = Json::array();
  for (const ComparedMean& of : comparison.observables) {
    observables.push_back({{"name", of.first.name},
                           {"first", mean_to_json(of.first)},
                           {"second", mean_to_json(of.second)},
                           {"difference_in_errors", of.pull()}});
  }
  Json images = Json::array();
  for (const ComparedImage& of : comparison.images) {
    images.push_back({{"channel", of.channel.name},
                      {"unit", of.channel.unit},
                      {"mean_difference", of.mean},
                      {"mean_absolute_difference", of.mean_size},
                      {"largest_difference", of.largest},
                      {"largest_at", {of.row, of.column}}});
  }
  return {{"first", set_to_json(comparison.sets[0])},
          {"second", set_to_json(comparison.sets[1])},
          {"observables", observables},
          {"average_images", images}};
}

}  // namespace jetvit
