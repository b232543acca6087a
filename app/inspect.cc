#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/comparison.h"
#include "app/input_options.h"
#include "app/skipped_rows.h"
#include "base/error.h"
#include "base/options.h"
#include "base/output_folder.h"
#include "base/table.h"
#include "base/text.h"
#include "pictures/picture_set.h"
#include "prepare/inputs.h"
#include "prepare/statistics.h"
#include "report/jet_pictures.h"
#include "store/store.h"

namespace jetvit {
namespace {

struct InspectCommand {
  std::string input;
  std::string pictures, compare;
  ReadOptions read;
  bool overwrite = false;
  bool verify = false;
  bool json = false;
};

struct SplitFindings {
  Split split;
  std::array<std::uint64_t, 2> counts{};
  std::vector<ChannelStatistics> statistics;  // where the shards were read
};

// What is shown of a raw file or a store.
struct Findings {
  std::string kind;
  ImageShape shape;
  std::vector<Channel> channels;
  std::vector<ChannelStatistics> statistics;
  std::string statistics_of = "all jets";
  std::vector<std::string> observers;
  std::array<std::uint64_t, 2> counts{};
  ReadSummary summary;
  std::vector<std::string> files;       // of the summary
  std::string skipped_report;           // a store's
  std::optional<JetPictures> pictures;  // where they were asked for

  // Of a store.
  std::vector<SplitFindings> splits;
  Json preparation;
};

// Jet stores and shards of TFRecords have digests.
void verify_files(const Inputs& inputs) {
  switch (inputs.format) {
    case InputFormat::kParquet:
      throw UsageError("--verify: raw Parquet files have no digests to compare with (jet stores and TFRecords do)");
    case InputFormat::kPngFolders:
      throw UsageError(
          "--verify: PNG folders have no digests to compare with (that no picture is missing is always checked)");
    case InputFormat::kTfRecords:
      return verify_records(inputs.files);
  }
}

Findings inspect_raw(const InspectCommand& command) {
  InputNames names;
  names.any = {command.input};
  const Inputs inputs = find_inputs(names);
  if (command.verify) verify_files(inputs);
  const std::unique_ptr<JetReader> reader = open_reader(inputs, command.read);
  Findings findings;
  findings.kind = reader->kind();
  findings.shape = reader->shape();
  findings.channels = reader->channels();
  findings.observers = reader->observer_names();
  for (const auto& file : reader->files()) findings.files.push_back(file.string());
  if (!command.pictures.empty()) findings.pictures.emplace(findings.shape, findings.channels);
  StatisticsAccumulator statistics(findings.shape);
  findings.summary = reader->read([&](JetRecords&& jets) {
    statistics.add(jets.images);
    for (const std::uint8_t label : jets.label) ++findings.counts[label];
    if (findings.pictures) findings.pictures->add(jets);
  });
  require_shape(findings.summary, command.input);
  findings.statistics = statistics.result();
  return findings;
}

// The jets behind the statistics of a manifest.
std::string statistics_of(const Manifest& manifest) {
  return manifest.jets(Split::kTrain) > 0 ? "the split train" : "all jets";
}

// What was done to the jets of a store on their way into it.
Json preparation_of(const Manifest& manifest) {
  return {{"mode", "standard"},
          {"zero_threshold", manifest.zero_threshold},
          {"negative_pixels_dropped", manifest.negative_pixels},
          {"files", manifest.source_files.size()}};
}

// What the preparation of a store read and left out.
ReadSummary summary_of(const Manifest& manifest) {
  ReadSummary summary;
  for (const Split split : kSplits) summary.kept += manifest.jets(split);
  for (const SourceFile& source : manifest.source_files) {
    summary.rows += source.rows;
    summary.skipped += source.skipped;
  }
  for (const Json& row : manifest.skipped_rows) {
    const auto file = std::find(manifest.sources.begin(), manifest.sources.end(), row.value("file", ""));
    if (file == manifest.sources.end()) continue;
    const auto index = static_cast<std::uint32_t>(file - manifest.sources.begin());
    summary.named.push_back({index, row.value("row", std::uint64_t{0}), row.value("reason", "")});
  }
  for (const auto& [reason, count] : manifest.skipped_reasons.items()) summary.reasons[reason] = count;
  return summary;
}

Findings inspect_store(const InspectCommand& command) {
  refuse_label_options(command.read, "jet stores", false);
  const Manifest manifest = read_manifest(command.input);
  check_shards(command.input, manifest);
  if (command.verify && manifest.skipped_report) verify_file(command.input, *manifest.skipped_report);
  Findings findings;
  findings.kind = "jet store";
  findings.shape = manifest.shape;
  findings.channels = manifest.channels;
  findings.statistics = manifest.statistics;
  findings.observers = manifest.observer_names;
  findings.statistics_of = statistics_of(manifest);
  findings.preparation = preparation_of(manifest);
  for (const Split split : kSplits) {
    const auto& counts = manifest.counts[static_cast<std::size_t>(split)];
    findings.splits.push_back({split, counts, {}});
    findings.counts[0] += counts[0];
    findings.counts[1] += counts[1];
  }
  findings.summary = summary_of(manifest);
  findings.files = manifest.sources;
  if (manifest.skipped_report) {
    findings.skipped_report = std::filesystem::path(command.input) / manifest.skipped_report->file;
  }
  if (!command.pictures.empty()) findings.pictures.emplace(findings.shape, findings.channels);
  for (SplitFindings& of : findings.splits) {
    if (!command.verify && !findings.pictures) break;
    StatisticsAccumulator statistics(findings.shape);
    const auto take = [&](const JetRecords& jets) {
      if (command.verify) statistics.add(jets.images);
      if (findings.pictures) findings.pictures->add(jets);
    };
    for_each_shard(command.input, manifest, of.split, take, command.read.threads);
    if (command.verify) of.statistics = statistics.result();
  }
  return findings;
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

Json splits_to_json(const Findings& findings) {
  Json out = Json::object();
  for (const SplitFindings& of : findings.splits) {
    Json& split = out[std::string(split_name(of.split))];
    split = {{"jets", of.counts[0] + of.counts[1]}, {"class_0", of.counts[0]}, {"class_1", of.counts[1]}};
    if (!of.statistics.empty()) split["channels"] = channels_to_json(findings.channels, of.statistics);
  }
  return out;
}

Json to_json(const Findings& findings) {
  Json skipped = Json::array();
  for (const SkippedRow& row : findings.summary.named) {
    skipped.push_back({{"file", findings.files[row.file]}, {"row", row.row}, {"reason", row.reason}});
  }
  Json out = {{"kind", findings.kind},
              {"shape", {findings.shape.channels, findings.shape.height, findings.shape.width}},
              {"rows", findings.summary.rows},
              {"jets", findings.summary.kept},
              {"class_0", findings.counts[0]},
              {"class_1", findings.counts[1]},
              {"observers", findings.observers},
              {"channels", channels_to_json(findings.channels, findings.statistics)},
              {"statistics_of", findings.statistics_of},
              {"skipped", findings.summary.skipped},
              {"skipped_reasons", findings.summary.reasons},
              {"skipped_rows", skipped}};
  if (!findings.splits.empty()) {
    out["splits"] = splits_to_json(findings);
    out["preparation"] = findings.preparation;
  }
  if (findings.pictures) {
    out["pictures"] = {{"jets", findings.pictures->jets()}, {"jets_of_spectra", findings.pictures->jets_of_spectra()}};
  }
  return out;
}

void print_preparation(const Findings& findings) {
  const Json& of = findings.preparation;
  std::cout << "prepared from " << with_commas(of.at("files")) << " files: pixels below "
            << text(of.at("zero_threshold").get<double>()) << " and " << with_commas(of.at("negative_pixels_dropped"))
            << " negative ones of unsigned channels dropped\n\n";
  std::vector<std::vector<std::string>> rows;
  for (const SplitFindings& split : findings.splits) {
    rows.push_back({std::string(split_name(split.split)), with_commas(split.counts[0] + split.counts[1]),
                    with_commas(split.counts[0]), with_commas(split.counts[1])});
  }
  std::cout << text_table({"split", "jets", "class 0", "class 1"}, rows);
}

void print_channels(const Findings& findings, const std::string& jets,
                    const std::vector<ChannelStatistics>& statistics) {
  std::cout << "\nchannels, over " << jets << ":\n";
  std::vector<std::vector<std::string>> rows;
  for (std::size_t index = 0; index < findings.channels.size(); ++index) {
    const ChannelStatistics& of = statistics[index];
    const auto pixels = static_cast<double>(findings.shape.pixels());
    rows.push_back({findings.channels[index].name, findings.channels[index].unit, fixed(of.occupancy, 1),
                    fixed(100 * of.occupancy / pixels, 2), fixed(of.mean * pixels, 1), fixed(of.minimum, 3),
                    fixed(of.maximum, 1)});
  }
  std::cout << text_table({"channel", "unit", "pixels a jet", "occupancy %", "sum a jet", "minimum", "maximum"}, rows);
}

void print(const Findings& findings, const std::string& input) {
  std::cout << input << ": " << findings.kind << "\nimages " << findings.shape.channels << " x "
            << findings.shape.height << " x " << findings.shape.width << ", " << with_commas(findings.summary.kept)
            << " jets (" << with_commas(findings.counts[0]) << " of class 0, " << with_commas(findings.counts[1])
            << " of class 1), " << findings.summary.skipped
            << " rows skipped\nobservers: " << (findings.observers.empty() ? "none" : join(findings.observers, ", "))
            << '\n';
  if (!findings.splits.empty()) print_preparation(findings);
  print_channels(findings, findings.statistics_of, findings.statistics);
  for (const SplitFindings& of : findings.splits) {
    const std::string name = text("the split ", split_name(of.split));
    if (!of.statistics.empty() && name != findings.statistics_of) print_channels(findings, name, of.statistics);
  }
  print_skipped(findings.summary, findings.files, findings.skipped_report);
}

// Shows what was read and draws the pictures into `pictures`, where that is not empty.
void inspect(const InspectCommand& command, const std::filesystem::path& pictures) {
  if (!command.compare.empty()) {
    return compare_data(command.input, command.compare, command.read, pictures, command.json);
  }
  const Findings findings = is_store(command.input) ? inspect_store(command) : inspect_raw(command);
  if (command.json) {
    std::cout << to_json(findings).dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
  } else {
    print(findings, command.input);
  }
  if (!findings.pictures) return;
  findings.pictures->draw(pictures);
  if (!command.json) {
    std::cout << "pictures: averages of all jets, spectra of " << with_commas(findings.pictures->jets_of_spectra())
              << " of " << with_commas(findings.pictures->jets()) << '\n';
  }
}

void run(const InspectCommand& command) {
  if (command.pictures.empty()) return inspect(command, "");
  // One set of pictures, whole or not at all, and never those of two.
  OutputFolder output(command.pictures, command.overwrite, is_jet_picture, {"inspection", "--pictures"});
  inspect(command, output.temporary_path());
  output.commit();
  if (!command.json) std::cout << "pictures: " << command.pictures << '\n';
}

}  // namespace

void add_inspect(CLI::App& program) {
  auto command = std::make_shared<InspectCommand>();
  command->read.require_label = false;
  CLI::App* app = program.add_subcommand("inspect", "Shows what raw files, pictures or a jet store hold");
  app->add_option("INPUT", command->input,
                  "raw Parquet or TFRecord file, folder (also PNG class folders) or pattern, or a jet store")
      ->required();
  CLI::Option* pictures =
      app->add_option("--pictures", command->pictures, "new folder for pictures of jets, averages and spectra");
  app->add_flag("--overwrite", command->overwrite, "replace the pictures of an earlier inspection")->needs(pictures);
  app->add_option("--compare", command->compare,
                  "other data: shows the means and average images of both and how they differ");
  add_read_options(*app, command->read);
  app->add_flag(
      "--verify", command->verify,
      "read every shard of a store or of TFRecords and compare it with its digest; shows the channels of every "
      "split of a store");
  app->add_flag("--json", command->json, "print as JSON");
  app->footer(
      "Examples:\n  jetvit inspect data/sample/quark_gluon_train.parquet\n  jetvit inspect store --pictures "
      "pictures\n  jetvit inspect store --compare other_store --pictures pictures\n");
  app->callback([command] { run(*command); });
}

}  // namespace jetvit
