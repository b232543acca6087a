#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/comparison.h"
#include "app/input_options.h"
#include "app/other_options.h"
#include "app/skipped_rows.h"
#include "base/table.h"
#include "base/text.h"
#include "inspect/inspection.h"
#include "inspect/weights_file.h"

namespace jetvit {
namespace {

struct InspectCommand {
  InspectOptions options;
  std::string compare;  // other data
  bool json = false;
};

void print_json(const Json& json) {
  std::cout << json_text(json, 1) << '\n';
}

void print_preparation(const Inspection& found) {
  const StorePreparation& of = *found.preparation;
  std::cout << "prepared from " << with_commas(of.files) << " files: pixels below " << text(of.zero_threshold)
            << " and " << with_commas(of.negative_pixels) << " negative ones of unsigned channels dropped\n\n";
  std::vector<std::vector<std::string>> rows;
  for (const SplitInspection& split : found.splits) {
    rows.push_back({std::string(split_name(split.split)), with_commas(split.counts[0] + split.counts[1]),
                    with_commas(split.counts[0]), with_commas(split.counts[1])});
  }
  std::cout << text_table({"split", "jets", class_name(found.class_names, 0), class_name(found.class_names, 1)}, rows);
}

void print_channels(const Inspection& found, const std::string& jets,
                    const std::vector<ChannelStatistics>& statistics) {
  std::cout << "\nchannels, over " << jets << ":\n";
  std::vector<std::vector<std::string>> rows;
  for (std::size_t index = 0; index < found.channels.size(); ++index) {
    const ChannelStatistics& of = statistics[index];
    const auto pixels = static_cast<double>(found.shape.pixels());
    rows.push_back({found.channels[index].name, found.channels[index].unit, fixed(of.occupancy, 1),
                    fixed(100 * of.occupancy / pixels, 2), fixed(of.mean * pixels, 1), fixed(of.minimum, 3),
                    fixed(of.maximum, 1)});
  }
  std::cout << text_table({"channel", "unit", "pixels per jet", "occupancy %", "sum per jet", "minimum", "maximum"},
                          rows);
}

void print_weights(const Inspection& found) {
  std::cout << "weights: column " << printable(found.weight_column);
  if (found.splits.empty()) {
    const auto& [background, signal] = found.weights;
    std::cout << ", sum "
              << (found.has_labels
                      ? text(static_cast<float>(background.weight), " of ", class_name(found.class_names, 0), ", ",
                             static_cast<float>(signal.weight), " of ", class_name(found.class_names, 1))
                      : text(static_cast<float>(background.weight)))
              << "; below 0: " << with_commas(background.negative + signal.negative)
              << ", of 0: " << with_commas(background.zero + signal.zero);
  }
  std::cout << '\n';
}

void print(const Inspection& found, const std::string& input) {
  std::cout << one_line(input) << ": " << found.kind << "\nimages " << found.shape.channels << " x "
            << found.shape.height << " x " << found.shape.width << ", " << with_commas(found.summary.kept) << " jets ("
            << (found.has_labels ? text(with_commas(found.counts[0]), ' ', class_name(found.class_names, 0), ", ",
                                        with_commas(found.counts[1]), ' ', class_name(found.class_names, 1))
                                 : std::string("without labels"))
            << "), " << found.summary.skipped << " rows skipped\nobservers: "
            << (found.observers.empty() ? "none" : one_line(join(found.observers, ", "))) << '\n';
  if (!found.weight_column.empty()) print_weights(found);
  if (found.preparation) print_preparation(found);
  print_channels(found, found.statistics_of, found.statistics);
  for (const SplitInspection& of : found.splits) {
    const std::string name = text("the split ", split_name(of.split));
    if (!of.statistics.empty() && name != found.statistics_of) print_channels(found, name, of.statistics);
  }
  print_skipped(found.summary, found.files, found.skipped_report);
}

void inspect_one(const InspectCommand& command) {
  const Inspection found = inspect(command.options);
  if (command.json) return print_json(to_json(found));
  print(found, command.options.input);
  if (!found.pictures) return;
  std::cout << "pictures: averages of all jets, spectra of " << with_commas(found.pictures->jets_of_spectra) << " of "
            << with_commas(found.pictures->jets) << '\n';
}

void inspect_two(const InspectCommand& command) {
  const InspectOptions& options = command.options;
  const Comparison comparison = compare_data({options.input, command.compare, options.read, options.pictures});
  if (command.json) return print_json(to_json(comparison));
  print_comparison(comparison);
  if (!options.pictures.folder.empty()) print_spectra(comparison);
}

void inspect_weights_alone(const InspectCommand& command) {
  const InspectOptions& options = command.options;
  const WeightsInspection found = inspect_weights(options.input);
  if (command.json) return print_json(to_json(found));
  std::cout << one_line(options.input) << ": safetensors"
            << (found.model.empty() ? "" : ", a checkpoint of " + one_line(found.model)) << "\n"
            << with_commas(found.tensors) << " tensors, " << with_commas(found.values) << " values, "
            << human_bytes(static_cast<double>(found.bytes))
            << "\nchecksum: " << (found.has_checksum ? "matches" : "none; damage to this file cannot be noticed")
            << '\n';
}

void run(const CLI::App& app, const InspectCommand& command) {
  if (is_weights_file(command.options.input)) {
    refuse_other_options(app, {"--json"}, text("weights (", printable(command.options.input), ")"));
    return inspect_weights_alone(command);
  }
  if (command.compare.empty()) {
    inspect_one(command);
  } else {
    if (command.options.verify) throw UsageError("--verify does not apply to --compare (verify each by itself)");
    inspect_two(command);
  }
  const std::string folder = command.options.pictures.folder;
  if (!folder.empty() && !command.json) std::cout << "pictures: " << one_line(folder) << '\n';
}

}  // namespace

void add_inspect(CLI::App& program) {
  auto command = std::make_shared<InspectCommand>();
  InspectOptions& options = command->options;
  options.read.require_label = false;
  CLI::App* app = program.add_subcommand("inspect", "Shows what raw files, pictures, a jet store or weights hold");
  app->add_option("INPUT", options.input,
                  "raw Parquet or TFRecord file, folder (also PNG class folders) or pattern, a jet store, or "
                  "a safetensors file")
      ->required();
  CLI::Option* pictures =
      app->add_option("--pictures", options.pictures.folder, "new folder for pictures of jets, averages and spectra");
  app->add_flag("--overwrite", options.pictures.overwrite, "replace the pictures of an earlier inspection")
      ->needs(pictures);
  app->add_option("--compare", command->compare,
                  "other data: shows the means and average images of both and how they differ");
  add_read_options(*app, options.read);
  add_threads_option(*app, options.read.threads);
  app->add_flag(
      "--verify", options.verify,
      "read every shard of a store or of TFRecords and compare it with its digest; shows the channels of every "
      "split of a store");
  app->add_flag("--json", command->json, "print as JSON");
  app->footer(
      "Examples:\n  jetvit inspect data/sample/quark_gluon_train.parquet\n  jetvit inspect store --pictures "
      "pictures\n  jetvit inspect store --compare other_store --pictures pictures\n");
  app->callback([app, command] { run(*app, *command); });
}

}  // namespace jetvit
