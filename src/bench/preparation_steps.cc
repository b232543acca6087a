#include "bench/preparation_steps.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "image_export/prepare_pictures.h"

namespace jetvit {
namespace {

std::uint64_t bytes_of(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return std::filesystem::file_size(path);
  std::uint64_t bytes = 0;  // of a class folder of PNGs
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

std::filesystem::path new_folder(const std::filesystem::path& where) {
  std::string name = where / "jetvit-bench-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw_system_error(where, "hold a new folder", errno);
  return name;
}

}  // namespace

PreparationSteps::PreparationSteps(const PrepareOptions& options, const std::filesystem::path& folder)
    : options_(options), inputs_(find_inputs(options.inputs)), possible_({"decode", "statistics", "store"}) {
  const std::unique_ptr<JetReader> reader = open_reader(inputs_, options_.read);
  kind_ = reader->kind();
  for (const std::filesystem::path& file : inputs_.files) bytes_ += bytes_of(file);
  if (inputs_.format == InputFormat::kParquet) {
    if (reader->shape().channels == 3) possible_.emplace_back("png");
    possible_.emplace_back("tfrecord");
  }
  folder_ = new_folder(folder);
}

PreparationSteps::~PreparationSteps() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

const std::vector<std::string>& PreparationSteps::all() {
  static const std::vector<std::string> steps = {"decode", "statistics", "store", "png", "tfrecord"};
  return steps;
}

std::uint64_t PreparationSteps::prepare(const std::string& step, const std::filesystem::path& out) const {
  if (step == "decode") {
    return open_reader(inputs_, options_.read)->read([](JetRecords&&) {}).rows;
  }
  if (step == "statistics") {
    ReadSummary summary;
    prepare_jets(
        inputs_, *open_reader(inputs_, options_.read), options_.zero_threshold, options_.read.threads,
        [](const JetRecords&, Split) {}, summary);
    return summary.rows;
  }
  if (step == "store") return prepare_store(options_, out, /*overwrite=*/false).rows;
  PictureOptions pictures;
  pictures.files = inputs_.files;
  pictures.out = out;
  pictures.format = step == "png" ? PictureFormat::kPng : PictureFormat::kTfRecord;
  pictures.published = true;
  pictures.raw = options_.read;
  return prepare_pictures(pictures).rows;
}

PreparationSteps::Run PreparationSteps::run(const std::string& step) {
  const std::filesystem::path out = folder_ / text(step, "-", ++runs_);
  Run run;
  const double start = monotonic_seconds();
  run.rows = prepare(step, out);
  run.seconds = std::max(1e-9, monotonic_seconds() - start);
  // PNGs stay to the end: ext4 does not use the inodes of removed files again within a minute, and looks at all of them
  // whenever it creates a file, which would slow the next run down several times.
  if (step != "png") std::filesystem::remove_all(out);
  return run;
}

}  // namespace jetvit
