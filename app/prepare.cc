#include "prepare/prepare.h"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/prepare_pictures.h"
#include "base/options.h"
#include "base/table.h"
#include "base/text.h"
#include "prepare/input_files.h"

namespace jetvit {
namespace {

struct PrepareCommand {
  std::vector<std::string> raw, train, validation, test;
  PrepareOptions options;
  PictureCommand pictures;
  bool json = false;
};

Json result_json(const PrepareResult& result, const std::filesystem::path& out) {
  Json splits = Json::object();
  for (const Split split : kSplits) splits[std::string(split_name(split))] = result.manifest.jets(split);
  return {{"store", out.string()},
          {"rows", result.summary.rows},
          {"jets", result.summary.kept},
          {"skipped", result.summary.skipped},
          {"splits", splits},
          {"seconds", result.seconds},
          {"jets_per_second", static_cast<double>(result.summary.rows) / result.seconds},
          {"fingerprint", result.manifest.fingerprint}};
}

void print_summary(const PrepareResult& result, const std::filesystem::path& out) {
  const Manifest& manifest = result.manifest;
  std::vector<std::vector<std::string>> splits;
  for (const Split split : kSplits) {
    const auto& counts = manifest.counts[static_cast<std::size_t>(split)];
    splits.push_back({std::string(split_name(split)), with_commas(counts[0] + counts[1]), with_commas(counts[0]),
                      with_commas(counts[1])});
  }
  std::cout << text_table({"split", "jets", "y = 0", "y = 1"}, splits) << '\n';
  std::vector<std::vector<std::string>> channels;
  for (std::size_t index = 0; index < manifest.channels.size(); ++index) {
    const ChannelStatistics& of = manifest.statistics[index];
    channels.push_back({manifest.channels[index].name, fixed(of.occupancy, 1), fixed(of.mean, 6),
                        fixed(of.standard_deviation, 4), fixed(of.minimum, 3), fixed(of.maximum, 1)});
  }
  std::cout << text_table({"channel (training split)", "pixels a jet", "mean", "deviation", "minimum", "maximum"},
                          channels)
            << '\n';
  constexpr std::size_t kShown = 10;
  for (std::size_t index = 0; index < std::min(kShown, result.summary.named.size()); ++index) {
    const SkippedRow& row = result.summary.named[index];
    std::cout << "skipped " << printable(manifest.sources[row.file]) << " row " << row.row << ": " << row.reason
              << '\n';
  }
  if (result.summary.skipped > kShown) std::cout << "... (the first 1,000 are in the manifest)\n";
  if (manifest.negative_pixels > 0) {
    std::cout << "dropped " << with_commas(manifest.negative_pixels)
              << " negative pixels of channels that have no sign\n";
  }
  std::cout << "prepared " << with_commas(result.summary.kept) << " of " << with_commas(result.summary.rows)
            << " jets in " << human_seconds(result.seconds) << " ("
            << fixed(static_cast<double>(result.summary.rows) / result.seconds, 0) << " jets/s): " << out.string()
            << '\n';
}

// PNG folders and TFRecord shards.
void run_pictures(PrepareCommand& command) {
  if (!command.train.empty() || !command.validation.empty() || !command.test.empty()) {
    throw UsageError("PNG folders and TFRecord shards have no splits (prepare the files of each into a folder)");
  }
  PictureOptions& options = command.pictures.options;
  options.files = expand_inputs(command.raw);
  options.out = command.options.out;
  options.overwrite = command.options.overwrite;
  options.zero_threshold = command.options.zero_threshold;
  options.raw = command.options.raw;
  command.pictures.json = command.json;
  run_prepare_pictures(command.pictures);
}

void run(PrepareCommand& command) {
  if (command.pictures.to != "store" || command.pictures.mode != "standard") return run_pictures(command);
  PrepareOptions& options = command.options;
  options.files = expand_inputs(command.raw);
  options.files_of_split = {expand_inputs(command.train), expand_inputs(command.validation),
                            expand_inputs(command.test)};
  if (options.files.empty() && command.train.empty() && command.validation.empty() && command.test.empty()) {
    throw UsageError("no raw file was named (give RAW..., or --train, --validation and --test)");
  }
  const PrepareResult result = prepare_store(options);
  if (command.json) {
    std::cout << result_json(result, options.out).dump(1) << '\n';
  } else {
    print_summary(result, options.out);
  }
}

}  // namespace

void add_prepare(CLI::App& program) {
  auto command = std::make_shared<PrepareCommand>();
  PrepareOptions& options = command->options;
  CLI::App* app = program.add_subcommand(
      "prepare", "Prepares raw Parquet files: a jet store with splits and statistics, or pictures");
  app->add_option("RAW", command->raw,
                  "raw files, folders or patterns; their jets are split by a hash of file and row");
  app->add_option("--train", command->train, "raw files whose jets all train");
  app->add_option("--validation", command->validation, "raw files whose jets all validate");
  app->add_option("--test", command->test, "raw files whose jets all test");
  app->add_option("--out", options.out, "folder of the store or of the pictures")->required();
  PictureCommand& pictures = command->pictures;
  app->add_option("--to", pictures.to, "jet store, PNG class folders or TFRecord shards")
      ->check(CLI::IsMember({"store", "png", "tfrecord"}))
      ->capture_default_str();
  app->add_option("--mode", pictures.mode, "published: pictures as the public study made them")
      ->check(CLI::IsMember({"standard", "published"}))
      ->capture_default_str();
  app->add_option("--values", pictures.values, "of TFRecords (default: uint8 in published mode, otherwise float32)")
      ->check(CLI::IsMember({"uint8", "float32"}));
  app->add_option("--compression", pictures.compression, "of TFRecords (default: gzip for float32)")
      ->check(CLI::IsMember({"none", "gzip"}));
  app->add_option("--batch", pictures.options.batch,
                  "jets that published mode normalises together (default: 4096 for PNG, 320 for TFRecord)")
      ->check(CLI::Range(1, 1 << 20));
  app->add_option("--validation-share", options.shares.validation, "share of RAW that validates")
      ->capture_default_str();
  app->add_option("--test-share", options.shares.test, "share of RAW that tests")->capture_default_str();
  app->add_option("--zero-threshold", options.zero_threshold, "pixels with a smaller absolute value count as empty")
      ->capture_default_str();
  app->add_option("--label-column", options.raw.label_column, "column of the label")->capture_default_str();
  app->add_option_function<double>(
      "--positive-label",
      [&options](double value) {
        options.raw.positive_label = value;
        options.raw.any_label = true;
      },
      "value of the label that is the signal; all others are background (default: labels are 0 and 1)");
  app->add_option("--layout", options.raw.layout, "order of flat lists")->check(CLI::IsMember({"auto", "chw", "hwc"}));
  app->add_option("--shape", options.raw.shape, "channels height width, where the file does not tell")->expected(3);
  app->add_option("--threads", options.raw.threads, "threads")->capture_default_str()->check(CLI::Range(1, 1024));
  app->add_flag("--overwrite", options.overwrite, "replace an existing output");
  app->add_flag("--json", command->json, "print the summary as JSON");
  app->footer(
      "Examples:\n"
      "  jetvit prepare QCDToGGQQ_*.train.snappy.parquet --out store\n"
      "  jetvit prepare --train a.parquet --validation b.parquet --test c.parquet --out store\n"
      "  jetvit prepare Train/*.parquet --mode published --to png --out Data/Train\n"
      "  jetvit prepare BoostedTop_x1_fixed_*.parquet --mode published --to tfrecord --out Tfrecords\n");
  app->callback([command] { run(*command); });
}

}  // namespace jetvit
