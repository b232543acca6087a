#include "prepare/inputs.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include <glob.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "pictures/png_reader.h"
#include "raw/raw_reader.h"
#include "store/manifest.h"
#include "tfrecord/picture_set.h"
#include "tfrecord/record_file.h"
#include "tfrecord/record_reader.h"

namespace jetvit {
namespace {

using Paths = std::vector<std::filesystem::path>;

constexpr int kByHash = -1;

const char* format_name(InputFormat format) {
  switch (format) {
    case InputFormat::kParquet:
      return "Parquet files";
    case InputFormat::kPngFolders:
      return "folders of PNGs";
    case InputFormat::kTfRecords:
      return "TFRecord files";
  }
  return "";
}

// The split that a folder's name stands for.
std::optional<Split> split_of_folder(const std::filesystem::path& folder) {
  std::string word = folder.filename();
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  if (word == "train" || word == "training") return Split::kTrain;
  if (word == "validation" || word == "valid" || word == "val") return Split::kValidation;
  if (word == "test" || word == "testing") return Split::kTest;
  return std::nullopt;
}

// Digest of the last bytes of a file. A Parquet file ends with the statistics of its columns, which differ between data
// sets.
std::string digest_of_end(const std::filesystem::path& path) {
  constexpr std::uint64_t kEnd = 64 << 10;
  const InputFile file(path);
  std::vector<std::byte> bytes(std::min(kEnd, file.size()));
  file.read(file.size() - bytes.size(), bytes);
  return sha256(bytes);
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
        add_file(file, is_record_name(file) ? InputFormat::kTfRecords : InputFormat::kParquet, split);
      }
    }
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
    Paths parquet;
    Paths records;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".parquet") parquet.push_back(entry.path());
      if (is_record_name(entry.path())) records.push_back(entry.path());
    }
    std::sort(parquet.begin(), parquet.end(), natural_less);
    std::sort(records.begin(), records.end(), natural_less);
    const Paths classes = class_folders(folder);
    if (parquet.empty() && records.empty() && classes.empty()) {
      if (const std::string kind = unfinished_kind(folder); !kind.empty()) throw Error(text(folder, ": is ", kind));
      throw Error(text(folder, ": holds no .parquet files, .tfrecords files, class folders of PNGs or jet store ",
                       "(manifest.json)"));
    }
    if (!records.empty() || !classes.empty()) check_picture_set(folder);
    for (const auto& file : parquet) add_file(file, InputFormat::kParquet, split);
    for (const auto& file : records) add_file(file, InputFormat::kTfRecords, split);
    for (const auto& file : classes) add_file(file, InputFormat::kPngFolders, split);
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
  Finder finder;
  for (const std::string& name : names.any) finder.add(name, kByHash);
  for (const Split split : kSplits) {
    for (const std::string& name : names.of_split[static_cast<std::size_t>(split)]) {
      finder.add(name, static_cast<int>(split));
    }
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
  const std::vector<std::string>& observers = reader.observer_names();
  const bool has_event = std::find(observers.begin(), observers.end(), kEventObserver) != observers.end();
  if (names.rule == SplitRule::kEvent && !has_event) {
    throw Error(text(reader.files().front(), ": has no column ", kEventObserver, ", by which its jets were split"));
  }
  return names.rule.value_or(has_event ? SplitRule::kEvent : SplitRule::kIdentity);
}

std::unique_ptr<JetReader> open_reader(const Inputs& inputs, const ReadOptions& options) {
  switch (inputs.format) {
    case InputFormat::kPngFolders:
      refuse_label_options(options, "PNG class folders", false);
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
