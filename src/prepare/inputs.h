#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jet/jet_reader.h"
#include "jet/split.h"
#include "prepare/input_format.h"

namespace jetvit {

// The files, folders and patterns that a user gives, all of one format, and the splits that their jets belong to.
struct InputNames {
  std::vector<std::string> any;                      // jets are assigned to a split by the rule
  std::array<std::vector<std::string>, 3> of_split;  // all jets belong to this split
  SplitShares shares;                                // for `any`
  std::optional<SplitRule> rule;                     // for `any`; no value: choose_split_rule()
  bool allow_trained = false;  // jets may be in two splits, and be evaluated by a model that was trained on them

  bool empty() const;
};

// The files that the names resolve to.
struct Inputs {
  InputFormat format = InputFormat::kParquet;
  std::vector<std::filesystem::path> files;  // for PNGs: class folders
  std::vector<int> split;                    // one per file; -1: each jet is assigned by the rule
  SplitShares shares;                        // for files with split -1
  SplitRule rule = SplitRule::kIdentity;     // for files with split -1
  std::vector<std::string> notes, warnings;  // what was found, but is not read

  Split split_of_jet(const JetRecords& jets, std::size_t jet) const;
};

// Finds the files. A folder stands for the Parquet files and the TFRecord files in it and in the folders below it, or
// for its class folders of PNGs, in natural order; files are recognized by their content (prepare/input_folder.h). A
// folder that contains the folders train, validation and test (in any case; also training, val, valid, testing)
// provides the files of each split. Without a validation folder, part of the training jets is used for validation.
// Throws Error for a name that matches nothing, for files of different formats and for data next to the folders of
// splits, UsageError for impossible shares.
Inputs find_inputs(const InputNames& names);

// Throws Error if two files have the same content: their jets would count twice, or be in two splits. This is cheap:
// only files of equal size are opened, and only those with equal last bytes are compared completely.
void refuse_copies(const Inputs& inputs);

// The rule for jets without a given split: that in `names`, otherwise kEvent if the jets have an event number,
// otherwise kIdentity. Throws Error if the rule in `names` needs an event number that the jets do not have.
SplitRule choose_split_rule(const InputNames& names, const JetReader& reader);

// Reports what was found, but is not read.
void report_left_out(const Inputs& inputs);

// Opens the files with the reader of their format, and reports what is left out. Throws Error or UsageError.
std::unique_ptr<JetReader> open_reader(const Inputs& inputs, const ReadOptions& options);

}  // namespace jetvit
