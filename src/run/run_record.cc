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

// An empty object if the file is missing or damaged.
Json read_record_file(const std::filesystem::path& run) {
  const std::filesystem::path path = run / kRecordFile;
  if (!std::filesystem::exists(path)) return Json::object();
  try {
    Json record = parse_json(read_text_file(path, kLargestRecord), path);
    if (record.is_object()) return record;
  } catch (const Error&) {
  }
  return Json::object();
}

}  // namespace

Json build_record() {
  return {{"version", JETVIT_VERSION},
          {"commit", kSourceCommit},
          {"compiler", __VERSION__},
          {"libtorch", TORCH_VERSION},
          {"host", host_name()}};
}

RecordedRun read_recorded_run(const std::filesystem::path& run) {
  const Json record = read_record_file(run);
  RecordedRun recorded;
  const Json status = record.value("status", Json());
  if (status.is_string()) recorded.status = status;
  try {
    // Version 0.1 called it the device.
    const int threads = record.at(record.contains("compute") ? "compute" : "device").at("threads").get<int>();
    if (threads >= 1) recorded.threads = threads;
  } catch (const Json::exception&) {
  }
  return recorded;
}

}  // namespace jetvit
