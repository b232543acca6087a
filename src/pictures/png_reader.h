#pragma once

#include <filesystem>
#include <set>
#include <vector>

#include "jet/jet_reader.h"

namespace jetvit {

// Whether the suffix is .png, in upper or lower case, and the file is not hidden (base/file_kind.h).
bool is_png_name(const std::filesystem::path& path);

// The class folders in `root`: its folders that contain PNG files, in natural order. Hidden files and folders are
// passed over. Throws Error if other pictures would not be read because they are in deeper folders or have another
// format.
std::vector<std::filesystem::path> class_folders(const std::filesystem::path& root,
                                                 const std::set<std::filesystem::path>& excluded = {});

// The number of PNG files in `folder`.
std::uint64_t count_pictures(const std::filesystem::path& folder);

// Reads class folders of PNG files back into jets, like torchvision's ImageFolder. The labels 0 and 1 follow the
// alphabetical order of the two folder names ("0" and "1"). Levels 0 to 255 become 0 to 1. Pictures have the format of
// jetvit's preparation and of the published study: transposed, with red HCAL, green ECAL and blue tracks. The row of a
// picture is the number in its file name or, without one, its position in natural order.
class PngReader : public JetReader {
 public:
  // `folders` are the class folders of one or several sets (training, test, ...). Throws Error if they do not have two
  // classes, if they have no PNG, or if the first PNG is not an 8-bit RGB picture.
  PngReader(std::vector<std::filesystem::path> folders, const ReadOptions& options);

 private:
  void read_file(std::size_t folder, const IsOwn& is_own, const Work& work, const ChunkSink& sink) const override;

  std::vector<std::uint8_t> label_;                // for each folder
  std::vector<std::vector<Channel>> channels_of_;  // for each folder
  int threads_;
};

}  // namespace jetvit
