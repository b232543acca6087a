#include "prepare/work.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/reporter.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::size_t kGroups = 256;
// Increase them if the same command would write a different store.
constexpr int kRevision = 4;
constexpr int kRevisionWithWeights = 5;

constexpr std::array<std::pair<const char*, const char*>, 18> kWords = {{
    {"revision", "another version of jetvit"},
    {"files", "other input files, or in another order"},
    {"contents", "input files that have changed"},
    {"splits", "other splits or shares"},
    {"class_names", "other `class_names`"},
    {"zero_threshold", "another `zero_threshold`"},
    {"label_column", "another `label_column`"},
    {"positive_label", "another `positive_label`"},
    {"weight_column", "another `weight_column`"},
    {"layout", "another `layout`"},
    {"shape", "another `shape`"},
    {"part", "another `shard`"},
    {"parts", "another number of parts"},
    {"to", "another `to`"},
    {"mode", "another `mode`"},
    {"values", "another `values`"},
    {"compression", "another `compression`"},
    {"batch", "another `batch`"},
}};

void add(Sha256& digest, const std::string& word) {
  digest.add(std::as_bytes(std::span(word)));
  digest.add(std::as_bytes(std::span("", 1)));
}

// The end of a Parquet file holds its schema, its row counts and the offsets of all its column chunks.
void add_ends(Sha256& digest, const std::filesystem::path& path) {
  constexpr std::uint64_t kEnd = 64 << 10;
  const InputFile file(path);
  add(digest, text(file.size()));
  std::vector<std::byte> bytes(std::min(kEnd, file.size()));
  file.read(0, bytes);
  digest.add(bytes);
  file.read(file.size() - bytes.size(), bytes);
  digest.add(bytes);
}

void add_time(Sha256& digest, const std::filesystem::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) throw_system_error(folder, "be opened", errno);
  add(digest, text(status.st_mtim.tv_sec, ".", status.st_mtim.tv_nsec));
}

}  // namespace

std::size_t group_count(std::size_t files) {
  return std::min(files, kGroups);
}

FileRange group_files(std::size_t files, std::size_t group) {
  const std::size_t groups = group_count(files);
  return {files * group / groups, files * (group + 1) / groups};
}

GroupRange part_groups(std::size_t files, const PartChoice& part) {
  const std::size_t groups = group_count(files);
  if (part.parts == 0) return {0, groups};
  const auto number = static_cast<std::size_t>(part.part);
  const auto parts = static_cast<std::size_t>(part.parts);
  if (parts > groups) {
    throw UsageError(text("`shard` ", part.part, "/", part.parts, ": ", files,
                          files == 1 ? " file makes" : " files make", " at most ", groups,
                          groups == 1 ? " part" : " parts"));
  }
  return {groups * (number - 1) / parts, groups * number / parts};
}

Json describe_reading(const std::vector<std::filesystem::path>& files, InputFormat format, const ReadOptions& options) {
  Sha256 names;
  Sha256 contents;
  for (const std::filesystem::path& file : files) {
    add(names, file);
    if (format == InputFormat::kPngFolders) {
      add_time(contents, file);
    } else {
      add_ends(contents, file);
    }
  }
  Json reading = {{"files", names.hex()},
                  {"contents", contents.hex()},
                  {"label_column", options.label_column},
                  {"positive_label", options.any_label ? Json(options.positive_label) : Json()},
                  {"class_names", options.class_names},
                  {"layout", options.layout},
                  {"shape", options.shape}};
  // Without weights the description is that of earlier versions, whose work continues.
  if (!options.weight_column.empty()) reading["weight_column"] = options.weight_column;
  return reading;
}

ReadOptions reading_of(const Json& command) {
  ReadOptions options;
  command.at("label_column").get_to(options.label_column);
  options.any_label = !command.at("positive_label").is_null();
  if (options.any_label) command.at("positive_label").get_to(options.positive_label);
  return options;
}

Json describe_command(const PrepareOptions& options, const Inputs& inputs) {
  Sha256 splits;
  for (const int split : inputs.split) add(splits, text(split));
  add(splits, text(inputs.shares.validation, " ", inputs.shares.test));
  Json command = describe_reading(inputs.files, inputs.format, options.read);
  command.update({{"revision", options.read.weight_column.empty() ? kRevision : kRevisionWithWeights},
                  {"splits", splits.hex()},
                  {"zero_threshold", options.zero_threshold},
                  {"part", options.part.part},
                  {"parts", options.part.parts}});
  return command;
}

std::string command_difference(const Json& command, const Json& other) {
  std::vector<std::string> words;
  for (const auto& [key, meaning] : kWords) {
    const bool is_known = command.contains(key);
    if (is_known != other.contains(key) || (is_known && command.at(key) != other.at(key))) words.emplace_back(meaning);
  }
  return join(words, "; ");
}

void resume_or_discard(const std::filesystem::path& where, const std::optional<WorkRecord>& record, const Json& command,
                       bool overwrite, const std::function<void(const WorkRecord&)>& restore,
                       const std::function<void()>& discard) {
  const std::string difference = record ? command_difference(record->command, command) : "";
  if (!difference.empty() && !overwrite) {
    throw Error(text(where, ": holds the unfinished work of another command (", difference,
                     "); finish it first, or use `overwrite` to discard it"));
  }
  std::string why = record ? difference : "its record is damaged";
  try {
    if (why.empty()) {
      restore(*record);
      return;
    }
  } catch (const nlohmann::json::exception& error) {
    why = printable(error.what());
  } catch (const Error& error) {
    why = error.what();
  }
  reporter().warn(text(where, ": unfinished work is discarded (", why, ")"));
  discard();
}

void require_jets(const ReadSummary& summary, const std::string& name) {
  if (summary.kept > 0) return require_shape(summary, name);
  throw Error(text(name, ": holds no usable jets (", summary.skipped, " rows were skipped",
                   summary.named.empty() ? "" : ", the first because: " + summary.named.front().reason, ")"));
}

void require_usable(const ReadSummary& summary, const ReadOptions& options, std::uint64_t positive,
                    const std::string& name, const std::function<void()>& discard) {
  try {
    require_jets(summary, name);
    require_positive_label(options, positive, name);
  } catch (const Error&) {
    discard();
    throw;
  }
}

}  // namespace jetvit
