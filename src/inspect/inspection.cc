#include "inspect/inspection.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "prepare/inputs.h"
#include "prepare/statistics.h"
#include "prepare/store_options.h"
#include "prepare/summary_json.h"
#include "store/store_reader.h"
#include "tfrecord/picture_set.h"

namespace jetvit {
namespace {

// Jet stores and shards of TFRecords have digests.
void verify_files(const Inputs& inputs) {
  switch (inputs.format) {
    case InputFormat::kParquet:
      throw UsageError("`verify`: raw Parquet files have no digests to compare with (jet stores and TFRecords do)");
    case InputFormat::kPngFolders:
      throw UsageError(
          "`verify`: PNG folders have no digests to compare with (that no picture is missing is always checked)");
    case InputFormat::kTfRecords:
      return verify_records(inputs.files);
  }
}

Inspection inspect_files(const InspectOptions& options, std::optional<JetPictures>& pictures) {
  InputNames names;
  names.any = {options.input};
  const Inputs inputs = find_inputs(names);
  if (options.verify) verify_files(inputs);
  const std::unique_ptr<JetReader> reader = open_reader(inputs, options.read);
  Inspection found;
  found.kind = reader->kind();
  found.shape = reader->shape();
  found.channels = reader->channels();
  found.observers = reader->observer_names();
  found.class_names = reader->class_names();
  found.weight_column = reader->weight_column();
  found.has_labels = reader->has_label();
  if (!found.has_labels && !options.pictures.folder.empty()) {
    throw UsageError(text(printable(options.input), ": has no labels (`pictures` show the two classes; name the label ",
                          "column with `label_column`)"));
  }
  for (const auto& file : reader->files()) found.files.push_back(file.string());
  if (!options.pictures.folder.empty()) pictures.emplace(found.shape, found.channels, found.class_names);
  StatisticsAccumulator statistics(found.shape);
  found.summary = reader->read([&](JetRecords&& jets) {
    statistics.add(jets.images);
    for (std::size_t jet = 0; jet < jets.size(); ++jet) {
      ++found.counts[jets.label[jet]];
      found.weights[jets.label[jet]].add(jets.weight[jet]);
    }
    if (pictures) pictures->add(jets);
  });
  require_shape(found.summary, options.input);
  found.statistics = statistics.result();
  return found;
}

// The jets that the statistics of a manifest describe.
std::string statistics_of(const Manifest& manifest) {
  return manifest.jets(Split::kTrain) > 0 ? "the split train" : "all jets";
}

// What the manifest contains.
Inspection describe_store(const std::filesystem::path& store, const Manifest& manifest) {
  Inspection found;
  found.kind = "jet store";
  found.shape = manifest.shape;
  found.channels = manifest.channels;
  found.statistics = manifest.statistics;
  found.observers = manifest.observer_names;
  found.class_names = manifest.class_names;
  found.weight_column = manifest.weight_column;
  found.statistics_of = statistics_of(manifest);
  found.preparation = {manifest.zero_threshold, manifest.negative_pixels, manifest.source_files.size()};
  for (const Split split : kSplits) {
    const auto& counts = manifest.counts[static_cast<std::size_t>(split)];
    found.splits.push_back({split, counts, {}});
    found.counts[0] += counts[0];
    found.counts[1] += counts[1];
  }
  found.summary = summary_of(manifest);
  found.files = manifest.sources;
  if (manifest.skipped_report) found.skipped_report = store / manifest.skipped_report->file;
  return found;
}

Inspection inspect_store(const InspectOptions& options, std::optional<JetPictures>& pictures) {
  const Manifest manifest = read_manifest(options.input);
  refuse_file_options(options.read, manifest);
  check_shards(options.input, manifest);
  if (options.verify && manifest.skipped_report) verify_file(options.input, *manifest.skipped_report);
  Inspection found = describe_store(options.input, manifest);
  if (!options.pictures.folder.empty()) pictures.emplace(found.shape, found.channels, found.class_names);
  if (!options.verify && !pictures) return found;
  for (SplitInspection& of : found.splits) {
    StatisticsAccumulator statistics(found.shape);
    const auto take = [&](const JetRecords& jets) {
      if (options.verify) statistics.add(jets.images);
      if (pictures) pictures->add(jets);
    };
    for_each_shard(options.input, manifest, of.split, take, options.read.threads);
    if (options.verify) of.statistics = statistics.result();
  }
  return found;
}

Json channels_to_json(const std::vector<Channel>& channels, const std::vector<ChannelStatistics>& statistics) {
  Json out = Json::array();
  for (std::size_t index = 0; index < channels.size(); ++index) {
    const ChannelStatistics& of = statistics[index];
    out.push_back({{"name", channels[index].name},
                   {"unit", channels[index].unit},
                   {"occupancy", of.occupancy},
                   {"mean", of.mean},
                   {"standard_deviation", of.standard_deviation},
                   {"minimum", of.minimum},
                   {"maximum", of.maximum}});
  }
  return out;
}

Json splits_to_json(const Inspection& inspection) {
  Json out = Json::object();
  for (const SplitInspection& of : inspection.splits) {
    Json& split = out[std::string(split_name(of.split))];
    split = {{"jets", of.counts[0] + of.counts[1]}, {"class_0", of.counts[0]}, {"class_1", of.counts[1]}};
    if (!of.statistics.empty()) split["channels"] = channels_to_json(inspection.channels, of.statistics);
  }
  return out;
}

}  // namespace

Inspection inspect(const InspectOptions& options) {
  const std::unique_ptr<OutputFolder> output = open_pictures(options.pictures);
  std::optional<JetPictures> pictures;
  Inspection found = is_store(options.input) ? inspect_store(options, pictures) : inspect_files(options, pictures);
  if (pictures) {
    pictures->draw(output->temporary_path());
    output->commit();
    found.pictures = {pictures->jets(), pictures->jets_of_spectra()};
  }
  return found;
}

Json to_json(const Inspection& inspection) {
  Json skipped = Json::array();
  for (const SkippedRow& row : inspection.summary.named) {
    skipped.push_back({{"file", inspection.files[row.file]}, {"row", row.row}, {"reason", row.reason}});
  }
  Json out = {{"kind", inspection.kind},
              {"shape", {inspection.shape.channels, inspection.shape.height, inspection.shape.width}},
              {"rows", inspection.summary.rows},
              {"jets", inspection.summary.kept},
              {"class_0", inspection.has_labels ? Json(inspection.counts[0]) : Json()},
              {"class_1", inspection.has_labels ? Json(inspection.counts[1]) : Json()},
              {"class_names", inspection.class_names},
              {"weight_column", inspection.weight_column.empty() ? Json() : Json(inspection.weight_column)},
              {"observers", inspection.observers},
              {"channels", channels_to_json(inspection.channels, inspection.statistics)},
              {"statistics_of", inspection.statistics_of},
              {"skipped", inspection.summary.skipped},
              {"skipped_reasons", inspection.summary.reasons},
              {"skipped_rows", skipped}};
  if (!inspection.weight_column.empty() && inspection.splits.empty()) {
    const auto& [background, signal] = inspection.weights;
    out["weights"] = {{"sum", {background.weight, signal.weight}},
                      {"zero", background.zero + signal.zero},
                      {"negative", background.negative + signal.negative}};
  }
  if (!inspection.splits.empty()) out["splits"] = splits_to_json(inspection);
  if (inspection.preparation) {
    const StorePreparation& of = *inspection.preparation;
    out["preparation"] = {{"mode", "standard"},
                          {"zero_threshold", of.zero_threshold},
                          {"negative_pixels_dropped", of.negative_pixels},
                          {"files", of.files}};
  }
  if (inspection.pictures) {
    out["pictures"] = {{"jets", inspection.pictures->jets}, {"jets_of_spectra", inspection.pictures->jets_of_spectra}};
  }
  return out;
}

}  // namespace jetvit
