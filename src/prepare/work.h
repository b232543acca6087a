#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "prepare/prepare.h"
#include "store/contents.h"

namespace jetvit {

// How the preparation of many files is divided, and how a piece of it is recognised.

struct FileRange {
  std::size_t first = 0, last = 0;  // files [first, last)
};

// Neighbouring files form at most 256 groups. No shard spans two of them: the shards are the same whoever makes them,
// in one run or in many. An interrupted preparation goes on from the last whole group.
std::size_t group_count(std::size_t files);
FileRange group_files(std::size_t files, std::size_t group);

// The groups [first, last) of a part. Throws UsageError for a part that cannot be.
struct GroupRange {
  std::size_t first = 0, last = 0;
};
GroupRange part_groups(std::size_t files, const PartChoice& part);

// What a preparation was asked for: the options that decide the result, and the files with a digest of their names,
// sizes, first and last bytes (of folders of PNGs: their times).
Json describe_command(const PrepareOptions& options, const Inputs& inputs);
// The part of it that every preparation has: how which files are read.
Json describe_reading(const std::vector<std::filesystem::path>& files, InputFormat format, const ReadOptions& options);

// In words, what the second was asked for differently ("other input files, another --zero-threshold"); empty where
// nothing.
std::string command_difference(const Json& command, const Json& other);

// Goes on from unfinished work that is there: of the same command, and where `restore`, which gets its record, does not
// throw; otherwise says why on stderr and calls `discard`. record: none where it is
// damaged. Throws Error where the work is another command's and `overwrite` does not discard it; where: named in
// messages.
void take_over(const std::filesystem::path& where, const std::optional<WorkRecord>& record, const Json& command,
               bool overwrite, const std::function<void(const WorkRecord&)>& restore,
               const std::function<void()>& discard);

// Refuses what stands at `out` where it is a store or a part and may not be replaced, or is the other of the two.
void refuse_output(const std::filesystem::path& out, bool overwrite, bool is_part);

// Whether a row could be used, and not most of them had another shape than was taken for theirs.
bool has_usable_jets(const ReadSummary& summary);

// Throws Error naming the input where there are none.
void require_jets(const ReadSummary& summary, const std::string& name);

}  // namespace jetvit
