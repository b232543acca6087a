#pragma once

#include <filesystem>
#include <vector>

#include "jet/jet_reader.h"

namespace jetvit {

// The class folders in `root`, which are its folders that hold PNG files, in natural order. Throws Error where pictures
// beside them would not be read: in deeper folders, or of other formats.
std::vector<std::filesystem::path> class_folders(const std::filesystem::path& root);

// How many PNG files lie in it.
std::uint64_t count_pictures(const std::filesystem::path& folder);

// Reads class folders of PNG files, as torchvision's ImageFolder does, back into jets: the labels are the two folders'
// names in alphabetical order ("0" and "1"), grey levels 0 to 255 become 0 to 1. A picture is taken as preparation and
// the published study write it: transposed, red HCAL, green ECAL, blue tracks. Its row is the number that it has for a
// name, or its place in natural order.
class PngReader : public JetReader {
 public:
  // `folders` are class folders, of one set or of several (training, test, ...). Throws Error where they are of other
  // than two classes, hold no PNG, or the first one is no 8-bit RGB picture.
  PngReader(std::vector<std::filesystem::path> folders, const ReadOptions& options);

 private:
  void read_file(std::size_t folder, const Work& work, const ChunkSink& sink) const override;

  std::vector<std::uint8_t> label_;                // of each folder
  std::vector<std::vector<Channel>> channels_of_;  // of each folder
  int threads_;
};

}  // namespace jetvit
