#include <algorithm>
#include <iostream>
#include <set>

#include "base/clock.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "prepare/finished_store.h"
#include "prepare/preparation.h"
#include "prepare/prepare.h"
#include "prepare/refuse_shared_jets.h"
#include "prepare/work.h"
#include "store/store_writer.h"

namespace jetvit {
namespace {

struct StorePart {
  std::filesystem::path folder;
  int number = 0;
  WorkRecord record;
};

StorePart read_part(const std::filesystem::path& folder, int& parts) {
  if (!std::filesystem::exists(folder / kPartFile)) {
    const std::string kind = is_store(folder) ? "a complete jet store" : unfinished_kind(folder);
    throw Error(text(folder, kind.empty() ? ": holds no part of a jet store (make one with jetvit prepare `shard`)"
                                          : ": is " + kind + ", not part of one"));
  }
  StorePart part{folder, 0, read_record(folder / kPartFile)};
  const auto limit = static_cast<std::uint64_t>(1) << 20;
  part.number = static_cast<int>(unsigned_from_json(part.record.command, "part", limit));
  parts = static_cast<int>(unsigned_from_json(part.record.command, "parts", limit));
  if (part.number < 1 || part.number > parts)
    throw Error(text(folder, ": is damaged (its part number is out of range)"));
  return part;
}

// All parts in order. They must come from one command.
std::vector<StorePart> read_parts(const std::vector<std::filesystem::path>& folders) {
  std::vector<StorePart> read;
  int parts = 0;
  for (const std::filesystem::path& folder : folders) {
    int of = 0;
    read.push_back(read_part(folder, of));
    Json one = read.front().record.command;
    Json other = read.back().record.command;
    one["part"] = other["part"] = 0;
    if (const std::string difference = command_difference(one, other); !difference.empty()) {
      throw Error(text(folder, ": belongs to a different store than ", folders.front(), " (", difference, ")"));
    }
    parts = of;
  }
  std::stable_sort(read.begin(), read.end(),
                   [](const StorePart& one, const StorePart& two) { return one.number < two.number; });
  std::vector<std::string> missing;
  std::size_t next = 0;
  for (int number = 1; number <= parts; ++number) {
    const std::size_t first = next;
    while (next < read.size() && read[next].number == number) ++next;
    if (next == first) missing.push_back(text(number));
    if (next > first + 1) {
      throw Error(
          text(read[first + 1].folder, ": is part ", number, " of ", parts, ", and so is ", read[first].folder));
    }
  }
  if (!missing.empty()) {
    constexpr std::size_t kNamed = 20;
    const std::string more = missing.size() > kNamed ? text(" and ", missing.size() - kNamed, " more") : "";
    missing.resize(std::min(missing.size(), kNamed));
    throw Error(
        text(folders.front(), ": is one of ", parts, " parts, but these are missing: ", join(missing, ", "), more));
  }
  return read;
}

}  // namespace

PrepareResult merge_parts(const std::vector<std::filesystem::path>& folders, const std::filesystem::path& out,
                          bool overwrite, bool allow_trained) {
  const double start = monotonic_seconds();
  if (folders.empty()) throw UsageError("no parts given");
  const std::vector<StorePart> parts = read_parts(folders);
  Json command = parts.front().record.command;
  command["part"] = command["parts"] = 0;  // of the whole
  if (is_finished(out, command, overwrite, false)) {
    PrepareResult result = finished_store(out, false);
    result.files = result.resumed = result.manifest.source_files.size();
    result.seconds = monotonic_seconds() - start;
    return result;
  }
  StoreWriter writer(out);
  if (std::filesystem::exists(out / kUnfinishedFile)) {
    if (!overwrite)
      throw Error(text(out, ": is ", unfinished_kind(out), " (choose another `out`, or use `overwrite`)"));
    writer.discard_unfinished();
  }
  PrepareResult result;
  Progress progress("merge", "parts", parts.size());
  std::optional<Preparation> combined;
  for (const StorePart& part : parts) {
    throw_if_stopped();
    try {
      Preparation preparation = Preparation::from_json(part.record.state.at("preparation"));
      const std::size_t files = preparation.files().size();
      const GroupRange groups = part_groups(files, {part.number, static_cast<int>(parts.size())});
      if (!combined) {
        combined = std::move(preparation);
      } else {
        combined->append(preparation, group_files(files, groups.first).first, group_files(files, groups.last - 1).last);
      }
    } catch (const nlohmann::json::exception& error) {
      throw Error(text(part.folder, ": is damaged (", printable(error.what()), "; prepare the part again)"));
    } catch (const UsageError& error) {
      throw Error(text(part.folder, ": is damaged (", error.what(), "; prepare the part again)"));
    }
    writer.add_part(part.folder, part.record.contents);
    progress.add(1);
  }
  result.summary = combined->summary();
  result.files = combined->files().size();
  result.rows = result.summary.rows;
  require_jets(result.summary, parts.front().folder);
  require_positive_label(reading_of(command), jets_of_class(writer.contents().counts, 1), out);
  if (!allow_trained) refuse_shared_jets(out, writer.contents(), combined->files());
  Manifest manifest = combined->manifest();
  manifest.command = std::move(command);
  writer.close(std::move(manifest));
  result.manifest = read_manifest(out);
  result.seconds = monotonic_seconds() - start;
  return result;
}

}  // namespace jetvit
