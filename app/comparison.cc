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
#include "jet/observable_means.h"
#include "prepare/prepare.h"
#include "prepare/zero_suppression.h"
#include "store/store.h"

namespace jetvit {
namespace {

struct DataSet {
  std::string name;
  ImageShape shape;
  std::array<std::uint64_t, 2> counts{};
  std::vector<ObservableMean> means;
};

DataSet read_store(const std::string& path) {
  const Manifest manifest = read_manifest(path);
  DataSet set{path, manifest.shape, {}, {}};
  ObservableMeans means(manifest.channels);
  for (const Split split : kSplits) {
    for_each_shard(path, manifest, split, [&](const JetRecords& jets) {
      for (const std::uint8_t label : jets.label) ++set.counts[label];
      means.add(jets);
    });
  }
  set.means = means.result();
  return set;
}

// Files are compared as a store of theirs would be: with empty pixels suppressed.
DataSet read_files(const std::string& name, const ReadOptions& options) {
  const double threshold = PrepareOptions().zero_threshold;
  InputNames names;
  names.any = {name};
  const std::unique_ptr<JetReader> reader = open_reader(find_inputs(names), options);
  DataSet set{name, reader->shape(), {}, {}};
  ObservableMeans means(reader->channels());
  reader->read([&](JetRecords& jets, int) { suppress_zeros(jets.images, reader->channels(), threshold); },
               [&](const JetRecords& jets) {
                 for (const std::uint8_t label : jets.label) ++set.counts[label];
                 means.add(jets);
               });
  set.means = means.result();
  return set;
}

DataSet read(const std::string& name, const ReadOptions& options) {
  return is_store(name) ? read_store(name) : read_files(name, options);
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
std::vector<Row> common_rows(const DataSet& first, const DataSet& second) {
  std::vector<Row> rows;
  for (const ObservableMean& mean : first.means) {
    const auto other = std::find_if(second.means.begin(), second.means.end(),
                                    [&](const ObservableMean& candidate) { return candidate.name == mean.name; });
    if (other != second.means.end()) rows.push_back({&mean, &*other});
  }
  return rows;
}

Json to_json(const DataSet& set) {
  return {{"name", set.name},
          {"shape", {set.shape.channels, set.shape.height, set.shape.width}},
          {"class_0", set.counts[0]},
          {"class_1", set.counts[1]}};
}

Json to_json(const ObservableMean& of) {
  return {{"mean", of.mean}, {"error", of.error}, {"jets", of.jets}};
}

std::string with_error(const ObservableMean& of) {
  return text(fixed(of.mean, 3), " ± ", fixed(of.error, 3));
}

}  // namespace

void compare_data(const std::string& first, const std::string& second, const ReadOptions& options, bool as_json) {
  const std::array<DataSet, 2> sets = {read(first, options), read(second, options)};
  if (sets[0].shape.channels != sets[1].shape.channels) {
    throw Error(text(printable(second), ": has ", sets[1].shape.channels, " channels, ", printable(first), " has ",
                     sets[0].shape.channels, " (only sets of the same channels can be compared)"));
  }
  const std::vector<Row> rows = common_rows(sets[0], sets[1]);
  if (as_json) {
    Json observables = Json::array();
    for (const Row& row : rows) {
      observables.push_back({{"name", row.first->name},
                             {"first", to_json(*row.first)},
                             {"second", to_json(*row.second)},
                             {"difference_in_errors", row.pull()}});
    }
    std::cout << Json{{"first", to_json(sets[0])}, {"second", to_json(sets[1])}, {"observables", observables}}.dump(1)
              << '\n';
    return;
  }
  for (const DataSet& set : sets) {
    std::cout << set.name << ": " << set.shape.channels << " x " << set.shape.height << " x " << set.shape.width << ", "
              << with_commas(set.counts[0]) << " jets of class 0, " << with_commas(set.counts[1]) << " of class 1\n";
  }
  std::vector<std::vector<std::string>> cells;
  for (const Row& row : rows) {
    const double ratio = row.first->mean != 0 ? row.second->mean / row.first->mean : std::nan("");
    cells.push_back({row.first->name, with_error(*row.first), with_error(*row.second),
                     std::isfinite(ratio) ? fixed(ratio, 3) : "-", fixed(row.pull(), 1)});
  }
  std::cout << '\n' << text_table({"mean of a jet", "first", "second", "ratio", "difference in errors"}, cells);
}

}  // namespace jetvit
