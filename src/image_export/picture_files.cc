#include "image_export/picture_files.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

[[noreturn]] void refuse_splits(const char* advice) {
  throw UsageError(text("PNG folders and TFRecord shards have no splits (", advice, ")"));
}

}  // namespace

std::vector<std::filesystem::path> picture_files(const InputNames& names) {
  if (std::any_of(names.of_split.begin(), names.of_split.end(), [](const auto& given) { return !given.empty(); })) {
    refuse_splits("prepare the files of each into a folder");
  }
  Inputs inputs = find_inputs(names);
  if (inputs.format != InputFormat::kParquet) {
    throw UsageError(text(inputs.files.front(), ": pictures are prepared from raw Parquet files"));
  }
  if (names.shares != SplitShares()) refuse_splits("leave out `validation_share` and `test_share`");
  if (std::any_of(inputs.split.begin(), inputs.split.end(), [](int split) { return split >= 0; })) {
    refuse_splits("prepare each folder's files apart");
  }
  if (names.allow_trained) refuse_splits("leave out `allow_trained`");
  report_left_out(inputs);
  refuse_copies(inputs);
  return std::move(inputs.files);
}

}  // namespace jetvit
