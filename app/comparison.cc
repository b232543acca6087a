#include "app/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "base/options.h"
#include "base/table.h"
#include "base/text.h"
#include "jet/mean_images.h"
#include "jet/observable_means.h"
#include "prepare/prepare.h"
#include "prepare/zero_suppression.h"
#include "report/comparison_pictures.h"
#include "store/store.h"

namespace jetvit {
namespace {

class DataSet {
 public:
  DataSet(std::string name, const ImageShape& shape, const std::vector<Channel>& channels, bool with_spectra)
      : shape_(shape),
        channels_(channels),
        observables_(channels),
        pictured_{std::move(name), MeanImages(shape), JetSpectra(channels)},
        with_spectra_(with_spectra) {}

  void add(const JetRecords& jets) {
    for (std::size_t jet = 0; jet < jets.size(); ++jet) {
      ++counts_[jets.label[jet]];
      pictured_.means.add(jets.images, jet);
    }
    observables_.add(jets);
    if (with_spectra_) pictured_.spectra.add(jets);
  }

  const std::string& name() const { return pictured_.name; }
  const ImageShape& shape() const { return shape_; }
  const std::vector<Channel>& channels() const { return channels_; }
  const std::array<std::uint64_t, 2>& counts() const { return counts_; }
  std::vector<ObservableMean> observables() const { return observables_.result(); }
  const PicturedSet& pictured() const { return pictured_; }

 private:
  ImageShape shape_;
  std::vector<Channel> channels_;
  std::array<std::uint64_t, 2> counts_{};
  ObservableMeans observables_;
  PicturedSet pictured_;
  bool with_spectra_;
};

DataSet read_store(const std::string& path, bool with_spectra) {
  const Manifest manifest = read_manifest(path);
  DataSet set(path, manifest.shape, manifest.channels, with_spectra);
  for (const Split split : kSplits) {
    for_each_shard(path, manifest, split, [&](const JetRecords& jets) { set.add(jets); });
  }
  return set;
}

// Of two sets, labels of Parquet are for the one that is.
ReadOptions options_of(InputFormat format, ReadOptions options) {
  if (format == InputFormat::kParquet) return options;
  options.label_column = ReadOptions().label_column;
  options.any_label = options.any_label && format == InputFormat::kTfRecords;
  return options;
}

// Files are compared as a store of theirs would be: with empty pixels suppressed.
DataSet read_files(const std::string& name, const ReadOptions& options, bool with_spectra) {
  const double threshold = PrepareOptions().zero_threshold;
  InputNames names;
  names.any = {name};
  const Inputs inputs = find_inputs(names);
  const std::unique_ptr<JetReader> reader = open_reader(inputs, options_of(inputs.format, options));
  DataSet set(name, reader->shape(), reader->channels(), with_spectra);
  const ReadSummary summary =
      reader->read([&](JetRecords& jets, int) { suppress_zeros(jets.images, reader->channels(), threshold); },
                   [&](const JetRecords& jets) { set.add(jets); });
  require_shape(summary, name);
  return set;
}

DataSet read(const std::string& name, const ReadOptions& options, bool with_spectra) {
  return is_store(name) ? read_store(name, with_spectra) : read_files(name, options, with_spectra);
}

struct Row {
  const ObservableMean* first;
  const ObservableMean* second;

  // In standard errors; 0 where the sets say nothing about it.
  double pull() const {
    const double error = std::hypot(first->error, second->error);
    return error > 0 ? (second->mean - first->mean) / error : 0;
  }
};

// The observables that both have.
std::vector<Row> common_rows(const std::vector<ObservableMean>& first, const std::vector<ObservableMean>& second) {
  std::vector<Row> rows;
  for (const ObservableMean& mean : first) {
    const auto other = std::find_if(second.begin(), second.end(),
                                    [&](const ObservableMean& candidate) { return candidate.name == mean.name; });
    if (other != second.end()) rows.push_back({&mean, &*other});
  }
  return rows;
}

// How the average images of a channel differ.
struct ImageRow {
  const Channel* channel;
  double mean = 0, mean_size = 0;  // of second - first over the pixels, with its sign and without
  double largest = 0;              // by size, with its sign, and where it lies
  int row = 0, column = 0;
};

ImageRow image_row(const std::array<DataSet, 2>& sets, std::size_t channel) {
  const auto mean = [&](const DataSet& set) { return set.pictured().means.mean(static_cast<int>(channel)); };
  const ChannelImage change = difference(mean(sets[0]), mean(sets[1]));
  ImageRow out{&sets[0].channels()[channel]};
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

// One a channel; none where the images differ in size.
std::vector<ImageRow> image_rows(const std::array<DataSet, 2>& sets) {
  std::vector<ImageRow> rows;
  if (sets[0].shape() != sets[1].shape()) return rows;
  for (std::size_t channel = 0; channel < sets[0].channels().size(); ++channel) {
    rows.push_back(image_row(sets, channel));
  }
  return rows;
}

Json to_json(const DataSet& set) {
  return {{"name", set.name()},
          {"shape", {set.shape().channels, set.shape().height, set.shape().width}},
          {"class_0", set.counts()[0]},
          {"class_1", set.counts()[1]},
          {"jets_of_spectra", set.pictured().spectra.sampled()}};
}

Json to_json(const ObservableMean& of) {
  return {{"mean", of.mean}, {"error", of.error}, {"jets", of.jets}};
}

Json to_json(const std::vector<Row>& rows) {
  Json json = Json::array();
  for (const Row& row : rows) {
    json.push_back({{"name", row.first->name},
                    {"first", to_json(*row.first)},
                    {"second", to_json(*row.second)},
                    {"difference_in_errors", row.pull()}});
  }
  return json;
}

Json to_json(const std::vector<ImageRow>& rows) {
  Json json = Json::array();
  for (const ImageRow& row : rows) {
    json.push_back({{"channel", row.channel->name},
                    {"unit", row.channel->unit},
                    {"mean_difference", row.mean},
                    {"mean_absolute_difference", row.mean_size},
                    {"largest_difference", row.largest},
                    {"largest_at", {row.row, row.column}}});
  }
  return json;
}

std::string with_error(const ObservableMean& of) {
  return text(fixed(of.mean, 3), " ± ", fixed(of.error, 3));
}

// Three significant digits.
std::string three_digits(double value) {
  if (value == 0) return "0";
  const int power = static_cast<int>(std::floor(std::log10(std::abs(value))));
  return fixed(value, std::max(0, 2 - power));
}

void print(const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> cells;
  for (const Row& row : rows) {
    const double ratio = row.first->mean != 0 ? row.second->mean / row.first->mean : std::nan("");
    cells.push_back({row.first->name, with_error(*row.first), with_error(*row.second),
                     std::isfinite(ratio) ? fixed(ratio, 3) : "-", fixed(row.pull(), 1)});
  }
  std::cout << '\n' << text_table({"mean of a jet", "first", "second", "ratio", "difference in errors"}, cells);
}

void print(const std::vector<ImageRow>& rows, const ImageShape& shape) {
  if (rows.empty()) return;
  std::vector<std::vector<std::string>> cells;
  for (const ImageRow& row : rows) {
    const double eta = kPixelSize * (row.row + 0.5 - 0.5 * shape.height);
    const double phi = kPixelSize * (row.column + 0.5 - 0.5 * shape.width);
    const bool differs = row.largest != 0;
    cells.push_back({row.channel->name, row.channel->unit, three_digits(row.mean_size), three_digits(row.largest),
                     differs ? fixed(eta, 2) : "-", differs ? fixed(phi, 2) : "-"});
  }
  std::cout << '\n'
            << text_table({"average image", "unit", "mean |difference|", "largest", "at relative eta", "phi"}, cells);
}

// The averages can be subtracted only pixel by pixel.
void check_shapes(const std::array<DataSet, 2>& sets) {
  const auto size = [](const DataSet& set) { return text(set.shape().height, " x ", set.shape().width); };
  if (sets[0].shape() == sets[1].shape()) return;
  throw Error(text(printable(sets[1].name()), ": has images of ", size(sets[1]), " pixels, ", printable(sets[0].name()),
                   " of ", size(sets[0]), " (averages of two sizes have no difference to draw; leave out --pictures)"));
}

}  // namespace

void compare_data(const std::string& first, const std::string& second, const ReadOptions& options,
                  const std::filesystem::path& pictures, bool as_json) {
  const bool drawn = !pictures.empty();
  const std::array<DataSet, 2> sets = {read(first, options, drawn), read(second, options, drawn)};
  if (sets[0].shape().channels != sets[1].shape().channels) {
    throw Error(text(printable(second), ": has ", sets[1].shape().channels, " channels, ", printable(first), " has ",
                     sets[0].shape().channels, " (only sets of the same channels can be compared)"));
  }
  if (drawn) check_shapes(sets);
  const std::array<std::vector<ObservableMean>, 2> means = {sets[0].observables(), sets[1].observables()};
  const std::vector<Row> rows = common_rows(means[0], means[1]);
  const std::vector<ImageRow> images = image_rows(sets);
  if (as_json) {
    const Json json = {{"first", to_json(sets[0])},
                       {"second", to_json(sets[1])},
                       {"observables", to_json(rows)},
                       {"average_images", to_json(images)}};
    std::cout << json.dump(1) << '\n';
  } else {
    for (const DataSet& set : sets) {
      std::cout << set.name() << ": " << set.shape().channels << " x " << set.shape().height << " x "
                << set.shape().width << ", " << with_commas(set.counts()[0]) << " jets of class 0, "
                << with_commas(set.counts()[1]) << " of class 1\n";
    }
    print(rows);
    print(images, sets[0].shape());
  }
  if (!drawn) return;
  draw_comparison({sets[0].pictured(), sets[1].pictured()}, sets[0].channels(), sets[0].shape(), pictures);
  if (as_json) return;
  std::cout << "pictures: spectra of ";
  for (const DataSet& set : sets) {
    const JetSpectra& spectra = set.pictured().spectra;
    std::cout << (&set == &sets[0] ? "" : " and of ") << with_commas(spectra.sampled()) << " of "
              << with_commas(spectra.jets()) << " jets";
  }
  std::cout << '\n';
}

}  // namespace jetvit
