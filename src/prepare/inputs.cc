#include "prepare/inputs.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include <glob.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/reporter.h"
#include "base/text.h"
#include "pictures/png_reader.h"
#include "prepare/input_folder.h"
#include "raw/raw_reader.h"
#include "store/manifest.h"
#include "tfrecord/picture_set.h"
#include "tfrecord/record_reader.h"

namespace jetvit {
namespace {

using Paths = std::vector<std::filesystem::path>;

constexpr int kByHash = -1;

// Digest of the last bytes of a file. A Parquet file ends with the statistics of its columns, which differ between data
// sets.
std::string digest_of_end(const std::filesystem::path& path) {
  constexpr std::uint64_t kEnd = 64 << 10;
  const InputFile file(path);
  std::vector<std::byte> bytes(std::min(kEnd, file.size()));
  file.read(file.size() - bytes.size(), bytes);
  return sha256(bytes);
}

std::vector<std::string> joined(std::vector<std::string> one, const std::vector<std::string>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

// The first names of a list, and how many more there are.
std::string first_of(std::vector<std::string> names) {
  constexpr std::size_t kNamed = 10;
  const std::size_t more = names.size() - std::min(names.size(), kNamed);
  names.resize(names.size() - more);
  return join(names, ", ") + (more > 0 ? text(" and ", with_commas(more), " more") : "");
}

// Those of the files that lie in the folder itself.
Paths in_folder(const std::filesystem::path& folder, const Paths& files) {
  Paths out;
  std::copy_if(files.begin(), files.end(), std::back_inserter(out),
               [&](const std::filesystem::path& file) { return !file.lexically_relative(folder).has_parent_path(); });
  return out;
}

// Gathers the files of all names.
class Finder {
 public:
  void add(const std::string& name, int split) {
    if (std::filesystem::is_directory(name)) {
      if (split != kByHash || !add_split_folders(name)) add_folder(name, split);
      return;
    }
    const Paths files = std::filesystem::exists(name) ? Paths{name} : matches(name);
    for (const auto& file : files) {
      if (std::filesystem::is_directory(file)) {
        add_folder(file, split);
      } else {
        add_file(file, format_of_file(file).value_or(InputFormat::kParquet), split);
      }
    }
  }

  // The shell expands a pattern in the order of letters: jets_10 before jets_2.
  void announce_order(const std::vector<std::string>& names) {
    if (!std::is_sorted(names.begin(), names.end())) return;  // chosen by the user
    const auto turned = std::is_sorted_until(names.begin(), names.end(), natural_less);
    if (turned == names.end()) return;
    inputs_.notes.push_back(text("the files are read in the order in which they are named, ", printable(*(turned - 1)),
                                 " before ", printable(*turned),
                                 " (this is the shell's order; quote the pattern, or name the folder, for the order of "
                                 "their numbers)"));
  }

  Inputs result(const SplitShares& shares) && {
    inputs_.shares = shares;
    if (test_folder_) inputs_.shares.test = 0;  // training jets are only needed for validation
    return std::move(inputs_);
  }

 private:
  static Paths matches(const std::string& pattern) {
    glob_t found{};
    const int status = ::glob(pattern.c_str(), 0, nullptr, &found);
    Paths files;
    for (std::size_t index = 0; status == 0 && index < found.gl_pathc; ++index) {
      files.emplace_back(found.gl_pathv[index]);
    }
    ::globfree(&found);
    if (files.empty()) throw Error(text(printable(pattern), ": no such file"));
    std::sort(files.begin(), files.end(), natural_less);
    return files;
  }

  void add_file(const std::filesystem::path& file, InputFormat format, int split) {
    if (!inputs_.files.empty() && format != inputs_.format) {
      throw Error(text(file, ": is read as ", format_name(format), ", but ", inputs_.files.front(), " as ",
                       format_name(inputs_.format), " (read them separately)"));
    }
    inputs_.format = format;
    inputs_.files.push_back(file);
    inputs_.split.push_back(split);
  }

  void add_folder(const std::filesystem::path& folder, int split) {
    const InputFolder found = scan_folder(folder);
    const std::string unread = first_of(joined(found.left_out, found.no_data));
    if (found.empty()) {
      if (is_store(folder)) {
        throw Error(
            text(folder, ": is a jet store, which has its own splits, and not a folder of files (name it alone, ",
                 "with `data`, to train, evaluate or predict; to prepare, name the files that it was made from)"));
      }
      if (const std::string kind = unfinished_kind(folder); !kind.empty()) throw Error(text(folder, ": is ", kind));
      throw Error(text(folder, ": holds no Parquet files, TFRecord files, class folders of PNGs or jet store ",
                       "(manifest.json)", unread.empty() ? "" : "; it holds " + unread));
    }
    if (!found.records.empty() || !found.classes.empty()) check_picture_set(folder, in_folder(folder, found.records));
    for (const auto& file : found.parquet) add_file(file, InputFormat::kParquet, split);
    for (const auto& file : found.records) add_file(file, InputFormat::kTfRecords, split);
    for (const auto& file : found.classes) add_file(file, InputFormat::kPngFolders, split);
    report(folder, found);
  }

  void report(const std::filesystem::path& folder, const InputFolder& found) {
    if (!found.no_data.empty()) {
      inputs_.notes.push_back(text(folder, ": left out, as they hold no jets: ", first_of(found.no_data)));
    }
    if (!found.left_out.empty()) inputs_.warnings.push_back(text(folder, ": left out: ", first_of(found.left_out)));
    const std::set<std::string>& columns = found.columns_of_folders;
    if (columns.empty()) return;
    inputs_.warnings.push_back(text(folder, ": the columns that are in the names of its folders are left out: ",
                                    printable(join({columns.begin(), columns.end()}, ", "))));
  }

  // If the folder contains folders named after splits, adds these; otherwise returns false.
  bool add_split_folders(const std::filesystem::path& folder) {
    std::array<std::filesystem::path, 3> of_split;
    bool found = false;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::optional<Split> split = split_of_folder(entry.path());
      if (!entry.is_directory() || !split) continue;
      auto& chosen = of_split[static_cast<std::size_t>(*split)];
      if (!chosen.empty()) {
        throw Error(text(folder, ": has two folders for the same split, ", chosen, " and ", entry.path()));
      }
      chosen = entry.path();
      found = true;
    }
    if (!found) return false;
    refuse_data_beside(folder, of_split);
    const bool has_validation = !of_split[static_cast<std::size_t>(Split::kValidation)].empty();
    for (const Split split : kSplits) {
      const auto& chosen = of_split[static_cast<std::size_t>(split)];
      if (chosen.empty()) continue;
      const bool is_shared = split == Split::kTrain && !has_validation;
      test_folder_ = test_folder_ || (is_shared && !of_split[static_cast<std::size_t>(Split::kTest)].empty());
      add_folder(chosen, is_shared ? kByHash : static_cast<int>(split));
    }
    return true;
  }

  // All data in a folder that is divided by folders have to be in one of these.
  void refuse_data_beside(const std::filesystem::path& folder, const std::array<std::filesystem::path, 3>& of_split) {
    const InputFolder loose = scan_folder(folder, {of_split.begin(), of_split.end()});
    for (const Paths* paths : {&loose.parquet, &loose.records, &loose.classes}) {
      if (paths->empty()) continue;
      const auto named = std::find_if(of_split.begin(), of_split.end(), [](const auto& path) { return !path.empty(); });
      throw Error(text(paths->front(), ": lies next to ", *named,
                       ", the folder of a split, and belongs to no split (move ",
                       "it into the folder of its split, or name the data of each split)"));
    }
    report(folder, loose);
  }

  Inputs inputs_;
  bool test_folder_ = false;
};

}  // namespace

bool InputNames::empty() const {
  return any.empty() && std::all_of(of_split.begin(), of_split.end(), [](const auto& names) { return names.empty(); });
}

Split Inputs::split_of_jet(const JetRecords& jets, std::size_t jet) const {
  const std::size_t file = jets.source_file[jet];
  if (split[file] != kByHash) return static_cast<Split>(split[file]);
  return split_of(jets, jet, rule, files[file].filename().native(), shares);
}

Inputs find_inputs(const InputNames& names) {
  const SplitShares& shares = names.shares;
  if (!(shares.validation >= 0 && shares.test >= 0 && shares.validation + shares.test <= 1)) {
    throw UsageError("the shares of validation and test must be 0 or more and sum to at most 1");
  }
  // A recorded source has a rule, and may have shares that had no effect.
  if (names.any.empty() && !names.rule && shares != SplitShares()) {
    throw UsageError(
        "`validation_share` and `test_share` divide files whose split is not given (each file has its own)");
  }
  Finder finder;
  for (const std::string& name : names.any) finder.add(name, kByHash);
  finder.announce_order(names.any);
  for (const Split split : kSplits) {
    const std::vector<std::string>& of_split = names.of_split[static_cast<std::size_t>(split)];
    for (const std::string& name : of_split) finder.add(name, static_cast<int>(split));
    finder.announce_order(of_split);
  }
  return std::move(finder).result(names.shares);
}

void refuse_copies(const Inputs& inputs) {
  if (inputs.format == InputFormat::kPngFolders) return;
  std::map<std::uint64_t, Paths> of_size;
  for (const auto& path : inputs.files) of_size[std::filesystem::file_size(path)].push_back(path);
  for (const auto& [size, files] : of_size) {
    if (files.size() == 1) continue;
    std::map<std::string, Paths> of_end;
    for (const auto& path : files) {
      Paths& others = of_end[digest_of_end(path)];
      for (const auto& other : others) {
        // The reader refuses a path that is given twice.
        const bool is_other = std::filesystem::weakly_canonical(other) != std::filesystem::weakly_canonical(path);
        if (!is_other || !have_same_content(other, path)) continue;
        throw Error(text(path, ": has the same content as ", other,
                         " (each of its jets would count twice) leave one of them out"));
      }
      others.push_back(path);
    }
  }
}

SplitRule choose_split_rule(const InputNames& names, const JetReader& reader) {
  const bool has_event = contains(reader.observer_names(), kEventObserver);
  if (names.rule == SplitRule::kEvent && !has_event) {
    throw Error(text(reader.files().front(), ": has no column ", kEventObserver, ", by which its jets were split"));
  }
  return names.rule.value_or(has_event ? SplitRule::kEvent : SplitRule::kIdentity);
}

void report_left_out(const Inputs& inputs) {
  for (const std::string& note : inputs.notes) reporter().note(note);
  for (const std::string& warning : inputs.warnings) reporter().warn(warning);
}

std::unique_ptr<JetReader> open_reader(const Inputs& inputs, const ReadOptions& options) {
  report_left_out(inputs);
  switch (inputs.format) {
    case InputFormat::kPngFolders:
      refuse_label_options(options, "PNG class folders", false);
      refuse_weight_column(options, "PNG class folders", "have no weights");
      return std::make_unique<PngReader>(inputs.files, options);
    case InputFormat::kTfRecords:
      refuse_label_options(options, "TFRecords", true);
      return std::make_unique<RecordReader>(inputs.files, options);
    case InputFormat::kParquet:
      break;
  }
  return std::make_unique<RawReader>(inputs.files, options);
}

}  // namespace jetvit
