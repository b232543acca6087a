#include "prepare/prepare.h"

#include <array>
#include <iostream>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/input_options.h"
#include "app/other_options.h"
#include "app/prepare_pictures.h"
#include "app/skipped_rows.h"
#include "base/options.h"
#include "base/table.h"
#include "base/text.h"
#include "image_export/picture_files.h"
#include "prepare/inputs.h"

namespace jetvit {
namespace {

struct PrepareCommand {
  PrepareOptions options;
  std::filesystem::path out;
  bool overwrite = false;
  PictureCommand pictures;
  std::string shard;
  std::vector<std::filesystem::path> merge;
  bool json = false;
};

Json result_json(const PrepareResult& result, const std::filesystem::path& out) {
  Json splits = Json::object();
  for (const Split split : kSplits) splits[std::string(split_name(split))] = result.manifest.jets(split);
  return {{"store", out.string()},
          {"rows", result.summary.rows},
          {"jets", result.summary.kept},
          {"skipped", result.summary.skipped},
          {"skipped_reasons", result.summary.reasons},
          {"negative_pixels", result.manifest.negative_pixels},
          {"splits", splits},
          {"files", result.files},
          {"files_finished_before", result.resumed},
          {"already_done", result.was_finished},
          {"seconds", result.seconds},
          {"jets_per_second", static_cast<double>(result.rows) / result.seconds},
          {"class_names", result.manifest.class_names},
          {"split_rule", split_rule_name(result.manifest.split_rule)},
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
  std::cout << text_table({"split", "jets", class_name(manifest.class_names, 0), class_name(manifest.class_names, 1)},
                          splits)
            << '\n';
  std::vector<std::vector<std::string>> channels;
  for (std::size_t index = 0; index < manifest.channels.size(); ++index) {
    const ChannelStatistics& of = manifest.statistics[index];
    channels.push_back({manifest.channels[index].name, fixed(of.occupancy, 1), fixed(of.mean, 6),
                        fixed(of.standard_deviation, 4), fixed(of.minimum, 3), fixed(of.maximum, 1)});
  }
  std::cout << text_table({"channel (training split)", "pixels per jet", "mean", "deviation", "minimum", "maximum"},
                          channels)
            << '\n';
  std::vector<std::string> files;
  for (const SourceFile& source : manifest.source_files) files.push_back(source.name);
  print_skipped(result.summary, files,
                out / (manifest.skipped_report ? manifest.skipped_report->file : "skipped-*.csv"));
  if (manifest.negative_pixels > 0) {
    std::cout << "dropped " << with_commas(manifest.negative_pixels)
              << " negative pixels of channels that have no sign\n";
  }
  if (result.was_finished) {
    std::cout << "already done: " << with_commas(result.summary.kept) << " of " << with_commas(result.summary.rows)
              << " jets were prepared by this command before: " << one_line(out.string()) << '\n';
    return;
  }
  std::cout << "prepared " << with_commas(result.summary.kept) << " of " << with_commas(result.summary.rows)
            << " jets in " << human_seconds(result.seconds) << " ("
            << fixed(static_cast<double>(result.rows) / result.seconds, 0) << " jets/s): " << one_line(out.string())
            << '\n';
}

// PNG folders and TFRecord shards.
void run_pictures(PrepareCommand& command) {
  PictureOptions& options = command.pictures.options;
  options.files = picture_files(command.options.inputs);
  options.out = command.out;
  options.overwrite = command.overwrite;
  options.zero_threshold = command.options.zero_threshold;
  options.raw = command.options.read;
  command.pictures.json = command.json;
  run_prepare_pictures(command.pictures);
}

PrepareResult prepare_or_merge(const CLI::App& app, PrepareCommand& command) {
  if (command.merge.empty()) return prepare_store(command.options, command.out, command.overwrite);
  if (!command.options.inputs.empty() || !command.shard.empty()) {
    throw UsageError("--merge takes parts that are prepared (leave out the raw files and --shard)");
  }
  refuse_other_options(app, {"--merge", "--out", "--overwrite", "--allow-trained", "--json"},
                       "--merge, whose parts are prepared");
  return merge_parts(command.merge, command.out, command.overwrite, command.options.inputs.allow_trained);
}

// A store takes none of the options of pictures.
void refuse_picture_options(const PictureCommand& pictures) {
  const std::array<std::pair<bool, const char*>, 3> given = {{{pictures.values != "auto", "--values"},
                                                              {pictures.compression != "auto", "--compression"},
                                                              {pictures.options.batch != 0, "--batch"}}};
  for (const auto& [is_given, option] : given) {
    if (is_given)
      throw UsageError(text(option, " is for pictures, not for a jet store (use it with --to tfrecord or --to png)"));
  }
}

void run(const CLI::App& app, PrepareCommand& command) {
  const bool is_store = command.pictures.to == "store" && command.pictures.mode == "standard";
  if (is_store) refuse_picture_options(command.pictures);
  if (!is_store && (!command.shard.empty() || !command.merge.empty())) {
    throw UsageError(
        "--shard and --merge are for jet stores: the names of pictures count the jets of all files before "
        "them (prepare runs of files, each to an --out of its own)");
  }
  if (!command.shard.empty()) command.options.part = parse_part(command.shard);
  if (command.merge.empty() && command.options.inputs.empty()) {
    throw UsageError("no raw file was named (give RAW..., or --train, --validation and --test)");
  }
  if (!is_store) return run_pictures(command);
  const PrepareResult result = prepare_or_merge(app, command);
  if (command.json) {
    std::cout << json_text(result_json(result, command.out), 1) << '\n';
  } else {
    print_summary(result, command.out);
  }
}

}  // namespace

void add_prepare(CLI::App& program) {
  auto command = std::make_shared<PrepareCommand>();
  PrepareOptions& options = command->options;
  CLI::App* app = program.add_subcommand(
      "prepare", "Prepares raw Parquet files: a jet store with splits and statistics, or pictures");
  InputNames& inputs = options.inputs;
  app->add_option(
      "RAW", inputs.any,
      "raw files, folders or patterns (also PNG class folders and TFRecords); their jets are split by a hash "
      "of the column event, or of the jet without it");
  add_split_options(*app, inputs);
  app->add_option("--out", command->out, "folder of the store or of the pictures")->required();
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
                  "jets that published mode normalizes together (default: 4096 for PNG, 320 for TFRecord)")
      ->check(CLI::Range(1, 1 << 20));
  app->add_option("--zero-threshold", options.zero_threshold, "pixels with a smaller absolute value count as empty")
      ->capture_default_str();
  add_read_options(*app, options.read);
  add_threads_option(*app, options.read.threads);
  app->add_option(
      "--shard", command->shard,
      "prepare one part of the files of a store, such as 3/16: for many processes; --merge joins the parts");
  app->add_option("--merge", command->merge, "folders of all parts, to join into one store");
  app->add_flag("--overwrite", command->overwrite,
                "replace an existing output; discard another command's unfinished work");
  app->add_flag("--json", command->json, "print the summary as JSON");
  app->footer(
      "Examples:\n"
      "  jetvit prepare 'QCDToGGQQ_*.train.snappy.parquet' --out store\n"
      "  jetvit prepare --train a.parquet --validation b.parquet --test c.parquet --out store\n"
      "  jetvit prepare 'Train/*.parquet' --mode published --to png --out Data/Train\n"
      "  jetvit prepare 'BoostedTop_x1_fixed_*.parquet' --mode published --to tfrecord --out Tfrecords\n"
      "  jetvit prepare raw --shard 3/16 --out parts/3\n"
      "  jetvit prepare --merge parts/* --out store\n"
      "To resume an interrupted preparation, run the same command again. If the output is finished, that command does "
      "nothing.\n");
  app->callback([app, command] { run(*app, *command); });
}

}  // namespace jetvit
