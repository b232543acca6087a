#include "jet/jet_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/reporter.h"
#include "base/stop_flag.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::size_t kNamedRows = 1000;
constexpr std::size_t kReasons = 32;

std::string csv_field(const std::string& word) {
  if (word.find_first_of(",\"\r\n") == std::string::npos) return word;
  std::string out = "\"";
  for (const char letter : word) out.append(letter == '"' ? 2 : 1, letter);
  return out + "\"";
}

}  // namespace

void refuse_label_options(const ReadOptions& options, const std::string& sources, bool has_label_values) {
  const auto refuse = [&](bool is_chosen, const char* option) {
    if (is_chosen) throw UsageError(text(option, " applies to raw Parquet only (", sources, " have their own labels)"));
  };
  refuse(options.label_column != ReadOptions().label_column, "`label_column`");
  refuse(options.any_label && !has_label_values, "`positive_label`");
}

void refuse_weight_column(const ReadOptions& options, const std::string& sources, const std::string& why) {
  if (options.weight_column.empty()) return;
  throw UsageError(text("`weight_column` applies to Parquet files and TFRecords (", sources, " ", why, ")"));
}

std::vector<std::string> given_options(const ReadOptions& options) {
  const ReadOptions defaults;
  std::vector<std::string> given;
  const auto add = [&](bool is_given, const char* name) {
    if (is_given) given.emplace_back(name);
  };
  add(options.label_column != defaults.label_column, "`label_column`");
  add(options.weight_column != defaults.weight_column, "`weight_column`");
  add(options.any_label, "`positive_label`");
  add(options.class_names != defaults.class_names, "`class_names`");
  add(options.layout != defaults.layout, "`layout`");
  add(options.shape != defaults.shape, "`shape`");
  return given;
}

std::uint8_t label_of(double value, const ReadOptions& options) {
  const bool is_known = std::isfinite(value) && (options.any_label || value == 0 || value == 1);
  if (options.keep_unlabeled && !is_known && value != options.positive_label) return kNoLabel;
  if (value == options.positive_label) return 1;
  if (options.any_label || value == 0 || value == 1) return 0;
  throw Error(text("label ", options.label_column, " = ", value,
                   " is not 0 or 1 (name the signal's value with `positive_label`)"));
}

std::string describe_missing_label(const ReadOptions& options, std::uint64_t positive, const std::string& input) {
  if (!options.any_label || positive > 0) return "";
  return text(printable(input), ": no jet has the `positive_label` ", options.positive_label, " (column ",
              printable(options.label_column), "; name a value that the column holds)");
}

void require_positive_label(const ReadOptions& options, std::uint64_t positive, const std::string& input) {
  const std::string missing = describe_missing_label(options, positive, input);
  if (!missing.empty()) throw Error(missing);
}

ClassNames class_names_of(const ReadOptions& options, int channels) {
  if (!options.class_names.empty()) return parse_class_names(options.class_names);
  if (options.any_label && options.positive_label != 1) {
    return {text("not ", options.positive_label), text(options.positive_label)};
  }
  return default_class_names(channels);
}

std::string observer_name(const std::string& column) {
  constexpr std::array<std::string_view, 12> kTaken = {"label",    "weight", "source_file", "source_row",
                                                       "identity", "counts", "pixel",       "value",
                                                       "score",    "logit",  "split",       "trained_on"};
  return std::find(kTaken.begin(), kTaken.end(), column) != kTaken.end() ? "raw_" + column : column;
}

std::string reason_against_weight(double value, const ReadOptions& options) {
  if (!std::isfinite(value)) return text("no finite weight ", printable(options.weight_column));
  const bool is_small = value != 0 && static_cast<float>(value) == 0;
  if (!is_small && std::abs(value) <= std::numeric_limits<float>::max()) return "";
  return text("weight ", printable(options.weight_column), " beyond the range of float32");
}

void report_unused_weight(const std::filesystem::path& file) {
  reporter().note(text(file, ": weight is read as the observer ", observer_name("weight"),
                       ", and every jet counts once (to weight the jets by it, use `weight_column` weight)"));
}

std::string skipped_csv_line(const std::string& file, const SkippedRow& row) {
  return text(csv_field(file), ",", row.row, ",", csv_field(row.reason), "\n");
}

void ReadSummary::count_skipped(SkippedRow&& row) {
  ++skipped;
  if (reasons.size() < kReasons || reasons.contains(row.reason)) ++reasons[row.reason];
  if (named.size() < kNamedRows) named.push_back(std::move(row));
}

void ReadSummary::append(const ReadSummary& other, std::size_t first, std::size_t last) {
  rows += other.rows;
  kept += other.kept;
  skipped += other.skipped;
  rows_of_file.resize(other.rows_of_file.size());
  skipped_of_file.resize(other.skipped_of_file.size());
  for (std::size_t file = first; file < last; ++file) {
    rows_of_file[file] = other.rows_of_file[file];
    skipped_of_file[file] = other.skipped_of_file[file];
  }
  const std::size_t room = std::min(kNamedRows - named.size(), other.named.size());
  named.insert(named.end(), other.named.begin(), other.named.begin() + static_cast<std::ptrdiff_t>(room));
  for (const auto& [reason, count] : other.reasons) {
    if (reasons.size() < kReasons || reasons.contains(reason)) reasons[reason] += count;
  }
}

std::string reasons_text(const ReadSummary& summary) {
  std::vector<std::pair<std::uint64_t, std::string>> ordered;
  for (const auto& [reason, count] : summary.reasons) ordered.emplace_back(count, reason);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& one, const auto& other) { return one.first > other.first; });
  std::vector<std::string> words;
  for (const auto& [count, reason] : ordered) words.push_back(text(with_commas(count), " ", printable(reason)));
  return join(words, ", ");
}

namespace {

std::uint64_t rows_of_wrong_shape(const ReadSummary& summary) {
  const auto found = summary.reasons.find(kWrongShape);
  return found == summary.reasons.end() ? 0 : found->second;
}

}  // namespace

void require_shape(const ReadSummary& summary, const std::string& input) {
  if (2 * rows_of_wrong_shape(summary) <= summary.rows) return;
  throw Error(text(printable(input), ": ", with_commas(rows_of_wrong_shape(summary)), " of ", with_commas(summary.rows),
                   " rows have the wrong shape (the assumed image shape is incorrect; set the right one with `shape` "
                   "CHANNELS HEIGHT WIDTH)"));
}

JetReader::JetReader(std::vector<std::filesystem::path> files) : files_(std::move(files)) {
  if (files_.empty()) throw UsageError("no raw file was named");
  std::set<std::filesystem::path> seen;
  for (const std::filesystem::path& file : files_) {
    // The reader of the format reports missing files. A pipe has no canonical path.
    std::error_code failed;
    std::filesystem::path name = std::filesystem::weakly_canonical(file, failed);
    if (failed) name = std::filesystem::absolute(file);
    if (!seen.insert(name).second) throw Error(text(file, ": is named twice"));
  }
}

ReadSummary JetReader::read(const Sink& sink) const {
  return read([](JetRecords&, int) {}, sink);
}

ReadSummary JetReader::read(const Work& work, const Sink& sink) const {
  ReadSummary summary;
  read(
      0, files_.size(), work, sink, [](const SkippedRow&) {}, summary);
  return summary;
}

ReadSummary JetReader::read(const Share& share, const Sink& sink) const {
  ReadSummary summary;
  std::size_t chunks = 0;
  const IsOwn is_own = [&] { return share.has(chunks++); };
  read_files(
      0, files_.size(), is_own, [](JetRecords&, int) {}, sink, [](const SkippedRow&) {}, summary);
  return summary;
}

void JetReader::read(std::size_t first, std::size_t last, const Work& work, const Sink& sink,
                     const std::function<void(const SkippedRow&)>& skip, ReadSummary& summary) const {
  const Sink sink_jets = [&sink](JetRecords&& jets) {
    if (jets.size() > 0) sink(std::move(jets));
  };
  read_files(
      first, last, [] { return true; }, work, sink_jets, skip, summary);
}

void JetReader::read_files(std::size_t first, std::size_t last, const IsOwn& is_own, const Work& work, const Sink& sink,
                           const std::function<void(const SkippedRow&)>& skip, ReadSummary& summary) const {
  summary.rows_of_file.resize(files_.size());
  summary.skipped_of_file.resize(files_.size());
  const Work identify_and_work = [&work](JetRecords& jets, int thread) {
    identify(jets);
    work(jets, thread);
  };
  for (std::size_t file = first; file < last; ++file) {
    read_file(file, is_own, identify_and_work, [&](Chunk&& chunk) {
      throw_if_stopped();
      summary.kept += chunk.jets.size();
      summary.rows += chunk.jets.size() + chunk.skipped.size();
      summary.rows_of_file[file] += chunk.jets.size() + chunk.skipped.size();
      summary.skipped_of_file[file] += chunk.skipped.size();
      for (SkippedRow& row : chunk.skipped) {
        skip(row);
        summary.count_skipped(std::move(row));
      }
      sink(std::move(chunk.jets));
    });
  }
}

}  // namespace jetvit
