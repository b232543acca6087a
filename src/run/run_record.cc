#include "run/run_record.h"

#include <torch/version.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "run/run_folder.h"
#include "run/source_commit.h"

namespace jetvit {
namespace {

constexpr std::uint64_t kLargestRecord = 64 << 20;  // bytes

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof(name) - 1) == 0 ? name : "";
}

}  // namespace

Json build_record() {
  return {{"version", JETVIT_VERSION},
          {"commit", kSourceCommit},
          {"compiler", __VERSION__},
          {"libtorch", TORCH_VERSION},
          {"host", host_name()}};
}

Json read_run_record(const std::filesystem::path& run) {
  const std::filesystem::path path = run / kRecordFile;
  if (!std::filesystem::exists(path)) return Json::object();
  try {
    Json record = parse_json(read_text_file(path, kLargestRecord), path);
    if (record.is_object()) return record;
  } catch (const Error&) {
  }
  return Json::object();
}

std::optional<int> recorded_threads(const std::filesystem::path& run) {
  const Json record = read_run_record(run);
  try {
    // Version 0.1 called it the device.
    const int threads = record.at(record.contains("compute") ? "compute" : "device").at("threads").get<int>();
    if (threads >= 1) return threads;
  } catch (const Json::exception&) {
  }
  return std::nullopt;
}

}  // namespace jetvit
