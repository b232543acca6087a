#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "jet/split.h"

namespace jetvit {

// What lies in a folder of input files and in the folders below it, each in natural order. Hidden files and folders
// (base/file_kind.h) are passed over.
struct InputFolder {
  std::vector<std::filesystem::path> parquet;
  std::vector<std::filesystem::path> records;
  std::vector<std::filesystem::path> classes;  // class folders of PNGs in the folder itself

  // What is not read, each with its kind: "notes.txt (text)".
  std::vector<std::string> no_data;          // files that are no data of any kind
  std::vector<std::string> left_out;         // data that are not read
  std::set<std::string> columns_of_folders;  // "year" for Hive's folders year=2017, year=2018

  bool empty() const { return parquet.empty() && records.empty() && classes.empty(); }
};

// The split that a folder's name stands for.
std::optional<Split> split_of_folder(const std::filesystem::path& folder);

// Searches `folder` and the folders below it, except `excluded` ones in it, for data. Jet stores and runs below it are
// not searched. Throws Error if a folder below it holds data and has the name of a split: its jets were meant to be
// kept apart.
InputFolder scan_folder(const std::filesystem::path& folder, const std::set<std::filesystem::path>& excluded = {});

}  // namespace jetvit
