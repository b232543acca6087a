#include "prepare/prepare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/commit.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/reporter.h"
#include "base/text.h"
#include "prepare/finished_store.h"
#include "prepare/preparation.h"
#include "prepare/refuse_shared_jets.h"
#include "prepare/work.h"
#include "prepare/zero_suppression.h"
#include "store/store_writer.h"

namespace jetvit {
namespace {

using JetSink = std::function<void(const JetRecords&, Split)>;
using RowSink = std::function<void(const SkippedRow&)>;

// Passes the jets of one chunk to the sink, split by split.
void divide(const JetRecords& jets, const Inputs& inputs, const JetSink& sink) {
  std::array<std::vector<std::size_t>, 3> members;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    members[static_cast<std::size_t>(inputs.split_of_jet(jets, jet))].push_back(jet);
  }
  for (const Split split : kSplits) {
    const auto& chosen = members[static_cast<std::size_t>(split)];
    if (chosen.size() == jets.size()) {
      sink(jets, split);
    } else if (!chosen.empty()) {
      sink(jets.select(chosen), split);
    }
  }
}

void check_options(const PrepareOptions& options) {
  if (!(options.zero_threshold >= 0 && std::isfinite(options.zero_threshold))) {
    throw UsageError(
        text("the zero threshold is ", options.zero_threshold, ", but must be a finite number of 0 or more"));
  }
  if (!std::isfinite(options.read.positive_label)) throw UsageError("the positive label must be a finite number");
}

// Prepares files group by group.
class Worker {
 public:
  Worker(const Inputs& inputs, const JetReader& reader, double zero_threshold, int threads)
      : inputs_(inputs),
        reader_(reader),
        zero_threshold_(zero_threshold),
        threads_(static_cast<std::size_t>(std::max(threads, 1))) {}

  void prepare(FileRange files, const JetSink& sink, const RowSink& skip, Preparation& preparation) {
    std::vector<Preparation::Tally> tallies(threads_, preparation.empty_tally());
    const auto suppress_and_count = [&](JetRecords& jets, int thread) {
      Preparation::Tally& tally = tallies[static_cast<std::size_t>(thread)];
      tally.negative_pixels += suppress_zeros(jets.images, reader_.channels(), zero_threshold_);
      for (std::size_t jet = 0; jet < jets.size(); ++jet) {
        (inputs_.split_of_jet(jets, jet) == Split::kTrain ? tally.training : tally.others).add(jets.images, jet);
      }
    };
    const auto take = [&](const JetRecords& jets) {
      divide(jets, inputs_, sink);
      progress_.add(jets.size());
    };
    reader_.read(files.first, files.last, suppress_and_count, take, skip, preparation.summary());
    for (const Preparation::Tally& tally : tallies) preparation.add(tally);
  }

 private:
  const Inputs& inputs_;
  const JetReader& reader_;
  double zero_threshold_;
  std::size_t threads_;
  Progress progress_{"prepare", "jets", 0};
};

// Restores the groups that the same command finished before it was interrupted. Returns the first group that is still
// to be prepared.
std::size_t resume(StoreWriter& writer, const std::filesystem::path& out, const Json& command, bool overwrite,
                   GroupRange groups, Preparation& preparation) {
  if (!std::filesystem::exists(out / kUnfinishedFile)) return groups.first;
  std::size_t next = groups.first;
  const auto restore = [&](const WorkRecord& record) {
    Preparation found = Preparation::from_json(record.state.at("preparation"));
    const auto first = record.state.at("next_group").get<std::size_t>();
    if (first <= groups.first || first >= groups.last) throw Error("its record names groups that do not exist");
    writer.resume(record.contents);
    preparation = std::move(found);
    next = first;
  };
  resume_or_discard(out, writer.unfinished(), command, overwrite, restore, [&] { writer.discard_unfinished(); });
  return next;
}

}  // namespace

PartChoice parse_part(const std::string& word) {
  const std::size_t slash = word.find('/');
  const auto number = [&](std::string_view digits) {
    const bool plain =
        !digits.empty() && digits.size() < 7 && digits.find_first_not_of("0123456789") == std::string_view::npos;
    return plain ? static_cast<int>(parse_integer(digits, "`shard`")) : 0;
  };
  PartChoice part;
  if (slash != std::string::npos) {
    part = {number(std::string_view(word).substr(0, slash)), number(std::string_view(word).substr(slash + 1))};
  }
  if (part.part < 1 || part.part > part.parts) {
    throw UsageError(text("`shard` ", printable(word), " is not a part (use 1/16 to 16/16 for sixteen parts)"));
  }
  return part;
}

Manifest prepare_jets(const Inputs& inputs, const JetReader& reader, double zero_threshold, int threads,
                      const JetSink& sink, ReadSummary& summary) {
  Preparation preparation(reader, zero_threshold, inputs.rule);
  Worker(inputs, reader, zero_threshold, threads)
      .prepare(
          {0, reader.files().size()}, sink, [](const SkippedRow&) {}, preparation);
  summary = preparation.summary();
  require_jets(summary, inputs.files.front());
  return preparation.manifest();
}

PrepareResult prepare_store(const PrepareOptions& options, const std::filesystem::path& out, bool overwrite) {
  const double start = monotonic_seconds();
  check_options(options);
  Inputs inputs = find_inputs(options.inputs);
  const bool is_part = options.part.parts > 0;
  const GroupRange groups = part_groups(inputs.files.size(), options.part);
  const auto files_before = [&](std::size_t group) {
    return group == groups.first ? 0
                                 : group_files(inputs.files.size(), group - 1).last -
                                       group_files(inputs.files.size(), groups.first).first;
  };
  const Json command = describe_command(options, inputs);
  const auto finished = [&] {
    PrepareResult result = finished_store(out, is_part);
    result.files = result.resumed = files_before(groups.last);
    result.seconds = monotonic_seconds() - start;
    return result;
  };
  if (is_finished(out, command, overwrite, is_part)) return finished();
  const std::unique_ptr<JetReader> reader = open_reader(inputs, options.read);
  refuse_copies(inputs);
  inputs.rule = choose_split_rule(options.inputs, *reader);
  PrepareResult result;
  result.files = files_before(groups.last);
  std::size_t done = groups.first;  // groups before this one are on disk
  const char* rest = "run the same command again to prepare the rest";
  try {
    auto locked = std::make_unique<StoreWriter>(out);
    if (is_finished(out, command, overwrite, is_part)) {  // made by another process before this one got the lock
      locked.reset();
      return finished();
    }
    StoreWriter& writer = *locked;
    Preparation preparation(*reader, options.zero_threshold, inputs.rule);
    done = resume(writer, out, command, overwrite, groups, preparation);
    result.resumed = files_before(done);
    const std::uint64_t rows_before = preparation.summary().rows;
    if (result.resumed > 0) {
      reporter().note(text(out, ": resumes after ", result.resumed, " of ", result.files, " files"));
    }
    Worker worker(inputs, *reader, options.zero_threshold, options.read.threads);
    const auto append = [&](const JetRecords& jets, Split split) { writer.append(jets, split); };
    const auto report = [&](const SkippedRow& row) { writer.report(preparation.files()[row.file], row); };
    for (std::size_t group = done; group < groups.last; ++group) {
      worker.prepare(group_files(inputs.files.size(), group), append, report, preparation);
      if (group + 1 == groups.last) break;
      writer.save(command, {{"next_group", group + 1}, {"preparation", preparation.to_json()}});
      done = group + 1;
    }
    result.summary = preparation.summary();
    result.rows = result.summary.rows - rows_before;
    result.manifest = preparation.manifest();
    result.manifest.command = command;
    if (is_part) {
      writer.close_part(command, {{"preparation", preparation.to_json()}});
      result.manifest.counts = writer.contents().counts;
    } else {
      writer.flush();
      require_usable(result.summary, options.read, jets_of_class(writer.contents().counts, 1), inputs.files.front(),
                     [&] { writer.discard_unfinished(); });
      rest = "the same command with `allow_trained` finishes them, other files need `overwrite`";
      if (!options.inputs.allow_trained) refuse_shared_jets(out, writer.contents(), preparation.files());
      writer.close(result.manifest);
    }
  } catch (const std::exception&) {
    if (done > groups.first && std::filesystem::exists(out / kUnfinishedFile)) {
      reporter().note(
          text(out, ": ", files_before(done), " of ", result.files, " files are prepared and kept; ", rest));
    }
    throw;
  }
  if (!is_part) result.manifest = read_manifest(out);
  result.seconds = monotonic_seconds() - start;
  return result;
}

}  // namespace jetvit
