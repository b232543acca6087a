#include "prepare/input_folder.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/file_kind.h"
#include "base/text.h"
#include "pictures/png_reader.h"
#include "pictures/preparation_file.h"
#include "prepare/input_format.h"
#include "store/manifest.h"

namespace jetvit {
namespace {

constexpr int kDepth = 32;

// Files that the preparation of pictures writes next to them.
bool is_description(const std::filesystem::path& file) {
  const std::string name = file.filename();
  return name == kPreparationName || (name.starts_with("skipped") && name.ends_with(".csv"));
}

// The metadata of a folder's files, as Spark and dask write them: Parquet without rows.
bool is_metadata(const std::filesystem::path& file) {
  return file.filename() == "_metadata" || file.filename() == "_common_metadata";
}

// TensorBoard's logs are framed as TFRecords are.
bool is_event_log(const std::filesystem::path& file) {
  return file.filename().native().find(".tfevents.") != std::string::npos;
}

// Why a folder below is not searched; "" for one that is.
std::string output_kind(const std::filesystem::path& folder) {
  if (is_store(folder)) return "a jet store";
  if (!unfinished_kind(folder).empty()) return "part of a jet store";
  if (std::filesystem::exists(folder / "run.json")) return "a run";
  return "";
}

class Search {
 public:
  Search(const std::filesystem::path& top, const std::set<std::filesystem::path>& excluded)
      : top_(top), excluded_(excluded) {}

  InputFolder result() && {
    found_.classes = class_folders(top_, excluded_);
    walk(top_, 0);
    std::sort(found_.parquet.begin(), found_.parquet.end(), natural_less);
    std::sort(found_.records.begin(), found_.records.end(), natural_less);
    std::sort(found_.no_data.begin(), found_.no_data.end(), natural_less);
    std::sort(found_.left_out.begin(), found_.left_out.end(), natural_less);
    return std::move(found_);
  }

 private:
  std::size_t files() const { return found_.parquet.size() + found_.records.size(); }

  std::string shown(const std::filesystem::path& path) const {
    return printable(path.lexically_relative(top_).native());
  }

  void walk(const std::filesystem::path& folder, int depth) {
    if (depth > kDepth) throw Error(text(folder, ": lies too deep (is a link to a folder above it?)"));
    const bool of_class = std::find(found_.classes.begin(), found_.classes.end(), folder) != found_.classes.end();
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::filesystem::path& path = entry.path();
      if (of_class && is_png_name(path)) continue;
      if (entry.is_directory()) {
        if (!is_hidden(path) && !excluded_.contains(path)) enter(path, depth + 1);
      } else if (entry.is_regular_file()) {
        take(path);
      } else if (!is_hidden(path)) {
        found_.no_data.push_back(text(shown(path), entry.exists() ? " (not a regular file)" : " (a link to nothing)"));
      }
    }
  }

  void enter(const std::filesystem::path& folder, int depth) {
    if (const std::string kind = output_kind(folder); !kind.empty()) {
      found_.left_out.push_back(text(shown(folder), " (", kind, ")"));
      return;
    }
    const std::size_t before = files();
    walk(folder, depth);
    if (files() == before) return;
    if (split_of_folder(folder)) {
      throw Error(text(folder, ": has the name of a split, but ", top_,
                       " is not divided by its folders (name the folder ",
                       "that holds the folders of the splits, or one of these)"));
    }
    const std::string name = folder.filename();
    const std::size_t equals = name.find('=');
    if (equals != std::string::npos && equals > 0) found_.columns_of_folders.insert(name.substr(0, equals));
  }

  void take(const std::filesystem::path& file) {
    if (is_metadata(file) || is_description(file)) return;
    if (is_hidden(file)) {
      if (format_of_content(file)) found_.left_out.push_back(shown(file) + " (hidden)");
      return;
    }
    const auto format = is_event_log(file) ? std::nullopt : format_of_file(file);
    if (format == InputFormat::kParquet) {
      found_.parquet.push_back(file);
    } else if (format == InputFormat::kTfRecords) {
      found_.records.push_back(file);
    } else {
      leave_out(file);
    }
  }

  void leave_out(const std::filesystem::path& file) {
    std::string kind;
    try {
      kind = file_kind(InputFile(file));
    } catch (const Error&) {
      kind = "cannot be read";
    }
    const bool may_hold_jets = !kind.empty() && kind != "text" && kind != "JSON";
    (may_hold_jets ? found_.left_out : found_.no_data)
        .push_back(kind.empty() ? shown(file) : text(shown(file), " (", kind, ")"));
  }

  const std::filesystem::path& top_;
  const std::set<std::filesystem::path>& excluded_;
  InputFolder found_;
};

}  // namespace

std::optional<Split> split_of_folder(const std::filesystem::path& folder) {
  const std::string word = lower_case(folder.filename());
  if (word == "train" || word == "training") return Split::kTrain;
  if (word == "validation" || word == "valid" || word == "val") return Split::kValidation;
  if (word == "test" || word == "testing") return Split::kTest;
  return std::nullopt;
}

InputFolder scan_folder(const std::filesystem::path& folder, const std::set<std::filesystem::path>& excluded) {
  return Search(folder, excluded).result();
}

}  // namespace jetvit
