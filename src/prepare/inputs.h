#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "jet/jet_reader.h"
#include "jet/split.h"

namespace jetvit {

enum class InputFormat : std::uint8_t { kParquet, kPngFolders, kTfRecords };

// What a user names: files, folders and patterns, of one format, with the splits that their jets belong to.
struct InputNames {
  std::vector<std::string> any;                      // their jets are split by a hash of file and row ...
  std::array<std::vector<std::string>, 3> of_split;  // ... and these belong whole to a split
  SplitShares shares;

  bool empty() const;
};

// The files behind the names.
struct Inputs {
  InputFormat format = InputFormat::kParquet;
  std::vector<std::filesystem::path> files;  // of PNGs: class folders
  std::vector<int> split;                    // of each file, or -1: by hash
  SplitShares shares;                        // of those

  Split split_of_jet(const JetRecords& jets, std::size_t jet) const;
};

// Finds the files. A folder means its .parquet files, its .tfrecords files (also .tfrecord, and with .gz) or its class
// folders of PNGs, in natural order; a folder of the folders train, validation and test (in any case; also training,
// val, valid, testing) means those of each split, and where there is no validation, jets of the training are split off
// for it. Throws Error for a name that matches nothing and for files of several
// formats, UsageError for impossible shares.
Inputs find_inputs(const InputNames& names);

// Refuses files with the same content under several names: their jets would count twice, or lie in two splits. Cheap:
// only files of one size are opened, and only those whose ends agree are compared. Throws Error.
void refuse_copies(const Inputs& inputs);

// Opens the files by their format.
std::unique_ptr<JetReader> open_reader(const Inputs& inputs, const ReadOptions& options);

}  // namespace jetvit
