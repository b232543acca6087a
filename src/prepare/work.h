#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "prepare/prepare.h"
#include "store/contents.h"

namespace jetvit {

// How the preparation of many files is divided, and how unfinished work of the same command is recognized.

struct FileRange {
  std::size_t first = 0, last = 0;  // files [first, last)
};

// Consecutive files form at most 256 groups. No shard spans two groups, so that one run or several parallel runs write
// the same shards. An interrupted preparation resumes after the last complete group.
std::size_t group_count(std::size_t files);
FileRange group_files(std::size_t files, std::size_t group);

// The groups [first, last) of a part. Throws UsageError for more parts than groups.
struct GroupRange {
  std::size_t first = 0, last = 0;
};
GroupRange part_groups(std::size_t files, const PartChoice& part);

// What a preparation was asked for: the options that determine the result, and a digest of the input files' names,
// sizes, first and last bytes (for folders of PNGs: modification times).
Json describe_command(const PrepareOptions& options, const Inputs& inputs);
// The part common to all kinds of preparation: which files are read, and how.
Json describe_reading(const std::vector<std::filesystem::path>& files, InputFormat format, const ReadOptions& options);

// The part of such a description that says what the labels are. Throws Json::exception if it is not one.
ReadOptions reading_of(const Json& command);

// Describes how `other` differs from `command` ("other input files; another `zero_threshold`"). Empty if they are the
// same.
std::string command_difference(const Json& command, const Json& other);

// Handles existing unfinished work. If it belongs to the same command, calls `restore` with its record. If it belongs
// to another command, its record is damaged (nullopt) or `restore` throws, it prints a warning and calls `discard`.
// Throws Error if the work belongs to another command and `overwrite` is false. where: the path for messages.
void resume_or_discard(const std::filesystem::path& where, const std::optional<WorkRecord>& record, const Json& command,
                       bool overwrite, const std::function<void(const WorkRecord&)>& restore,
                       const std::function<void()>& discard);

// Throws Error that names the input if no row was usable, or if the assumed image shape does not match most rows.
void require_jets(const ReadSummary& summary, const std::string& name);

// Throws as require_jets() and require_positive_label(), and then discards the unfinished output: the same files would
// be refused again.
void require_usable(const ReadSummary& summary, const ReadOptions& options, std::uint64_t positive,
                    const std::string& name, const std::function<void()>& discard);

}  // namespace jetvit
