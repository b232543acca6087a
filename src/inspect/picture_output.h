#pragma once

#include <filesystem>
#include <memory>

#include "base/output_folder.h"
#include "report/jet_pictures.h"

namespace jetvit {

// Where the pictures of an inspection go: one set of them, whole or not at all, and never those of two.
struct PictureOutput {
  std::filesystem::path folder;  // empty: none are drawn
  bool overwrite = false;        // replace those of an earlier inspection
};

// Opens the folder; null where none is named. Throws Error where it exists and may not be replaced.
inline std::unique_ptr<OutputFolder> open_pictures(const PictureOutput& output) {
  if (output.folder.empty()) return nullptr;
  return std::make_unique<OutputFolder>(output.folder, output.overwrite, is_jet_picture,
                                        OutputWords{"inspection", "`pictures`"});
}

}  // namespace jetvit
