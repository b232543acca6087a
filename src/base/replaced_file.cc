#include "base/replaced_file.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/commit.h"
#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

const char* kind_name(std::filesystem::file_type type) {
  switch (type) {
    case std::filesystem::file_type::directory:
      return "a folder";
    case std::filesystem::file_type::symlink:
      return "a link";
    case std::filesystem::file_type::fifo:
      return "a pipe";
    case std::filesystem::file_type::socket:
      return "a socket";
    default:
      return "a device";
  }
}

struct Suffix {
  std::string_view suffix, format;
};

constexpr std::array<Suffix, 33> kSuffixes = {{
    {".parquet", "Parquet"},
    {".parq", "Parquet"},
    {".pq", "Parquet"},
    {".safetensors", "safetensors"},
    {".csv", "CSV"},
    {".tsv", "TSV"},
    {".txt", "text"},
    {".json", "JSON"},
    {".jsonl", "JSON"},
    {".xlsx", "Excel"},
    {".root", "ROOT"},
    {".h5", "HDF5"},
    {".hdf5", "HDF5"},
    {".hdf", "HDF5"},
    {".npy", "NumPy"},
    {".npz", "NumPy"},
    {".feather", "Feather"},
    {".arrow", "Arrow"},
    {".orc", "ORC"},
    {".avro", "Avro"},
    {".pkl", "pickle"},
    {".pickle", "pickle"},
    {".pt", "PyTorch"},
    {".pth", "PyTorch"},
    {".onnx", "ONNX"},
    {".tfrecord", "TFRecord"},
    {".tfrecords", "TFRecord"},
    {".gz", "gzip"},
    {".bz2", "bzip2"},
    {".xz", "xz"},
    {".zst", "Zstandard"},
    {".lz4", "LZ4"},
    {".zip", "ZIP"},
}};

}  // namespace

void refuse_foreign_suffix(const std::filesystem::path& path, std::string_view written) {
  const std::string suffix = lower_case(path.extension());
  const auto found =
      std::find_if(kSuffixes.begin(), kSuffixes.end(), [&](const Suffix& one) { return one.suffix == suffix; });
  if (found == kSuffixes.end() || found->format == written) return;
  const auto own =
      std::find_if(kSuffixes.begin(), kSuffixes.end(), [&](const Suffix& one) { return one.format == written; });
  throw UsageError(text(path, ": has the name of a file of format ", found->format, ", but the output is ", written,
                        " (end the name with ", own->suffix, ")"));
}

void refuse_file(const std::filesystem::path& path, bool overwrite, const ReplacedFile& of) {
  std::error_code failed;
  const std::filesystem::file_type type = std::filesystem::symlink_status(path, failed).type();
  if (type == std::filesystem::file_type::not_found) return;
  if (type == std::filesystem::file_type::none)
    throw Error(text(path, ": cannot be inspected (", failed.message(), ")"));
  const auto refuse = [&path](const std::string& problem) {
    throw Error(text(path, ": ", problem, " (nothing was changed; choose another path)"));
  };
  if (type != std::filesystem::file_type::regular) refuse(text("is ", kind_name(type), ", which is never replaced"));
  refuse_existing(path, overwrite);
  for (const std::filesystem::path& input : of.inputs) {
    if (std::filesystem::equivalent(path, input, failed)) refuse("is an input of this command");
  }
  if (!of.is_ours(path)) refuse(text("does not hold ", of.what));
}

}  // namespace jetvit
