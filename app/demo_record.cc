#include "app/demo_record.h"

#include "base/commit.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "jet/split.h"
#include "prepare/work.h"
#include "run/run_folder.h"
#include "train/trainer.h"

namespace jetvit {

std::string sample_file(const std::filesystem::path& sample, std::string_view split) {
  return sample / text("quark_gluon_", split, ".parquet");
}

DemoRecord describe_demo(const std::filesystem::path& sample, const std::filesystem::path& recipe) {
  PrepareOptions options;
  for (const Split split : kSplits) {
    options.inputs.of_split[static_cast<std::size_t>(split)] = {sample_file(sample, split_name(split))};
  }
  DemoRecord record;
  record.preparation = describe_command(options, find_inputs(options.inputs));
  record.recipe = sha256_of_file(recipe);
  return record;
}

DemoRecord read_demo(const std::filesystem::path& out) {
  constexpr std::uint64_t kLargest = 1 << 20;  // bytes
  const std::filesystem::path path = out / kDemoRecord;
  try {
    const Json json = parse_json(read_text_file(path, kLargest), path);
    DemoRecord record;
    record.preparation = json.at("preparation");
    json.at("recipe").get_to(record.recipe);
    json.at("store").get_to(record.store);
    if (!json.at("former_run").is_null()) record.former_run = json.at("former_run").get<std::int64_t>();
    json.at("finished").get_to(record.finished);
    return record;
  } catch (const Json::exception& error) {
    throw Error(text(path, ": damaged record of a demo (", printable(error.what()), ") use --overwrite to start over"));
  }
}

void write_demo(const std::filesystem::path& out, const DemoRecord& record) {
  const Json json = {{"preparation", record.preparation},
                     {"recipe", record.recipe},
                     {"store", record.store},
                     {"former_run", record.former_run ? Json(*record.former_run) : Json()},
                     {"finished", record.finished}};
  commit_text(out / kDemoRecord, json_text(json, 1) + "\n");
}

std::string demo_difference(const DemoRecord& record, const DemoRecord& other) {
  std::string words = command_difference(record.preparation, other.preparation);
  if (record.recipe != other.recipe) words += text(words.empty() ? "" : "; ", "another recipe");
  return words;
}

std::int64_t checkpoint_time(const std::filesystem::path& run) {
  const std::filesystem::path last = run / kLastFile;
  if (!std::filesystem::exists(last)) return 0;
  return std::filesystem::last_write_time(last).time_since_epoch().count();
}

}  // namespace jetvit
