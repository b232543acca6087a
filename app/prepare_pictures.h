#pragma once

#include <string>

#include "image_export/prepare_pictures.h"

namespace jetvit {

// The part of `jetvit prepare` that writes PNG folders and TFRecord shards. to: png or tfrecord; mode: standard or
// published; values: auto, uint8 or float32; compression: auto, none or gzip. Prints the summary.
struct PictureCommand {
  std::string to = "store", mode = "standard", values = "auto", compression = "auto";
  PictureOptions options;
  bool json = false;
};

void run_prepare_pictures(PictureCommand& command);

}  // namespace jetvit
