#include "group/meeting.h"

#include <sstream>
#include <thread>

#include "base/clock.h"
#include "base/commit.h"
#include "base/error.h"
#include "base/file.h"
#include "base/stop_flag.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::uint64_t kLargestMeeting = 4096;  // bytes
constexpr auto kBetweenLooks = std::chrono::milliseconds(50);

// Names of launches hold what their launchers like: "prterun-host-123@1".
std::string as_file_name(std::string launch) {
  for (char& letter : launch) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '.' || letter == '-';
    if (!is_plain) letter = '_';
  }
  return ".meeting-" + launch;
}

}  // namespace

Meeting::Meeting(const std::filesystem::path& folder, const std::string& launch)
    : file_(folder / as_file_name(launch)) {}

void Meeting::announce(const Endpoint& endpoint) {
  std::error_code why;
  if (file_.has_parent_path()) std::filesystem::create_directories(file_.parent_path(), why);
  if (why) throw Error(text(file_.parent_path(), ": cannot be made (", why.message(), ")"));
  commit_text(file_, text(endpoint.address, " ", endpoint.port, "\n"));
  is_announced_ = true;
}

Meeting::~Meeting() {
  std::error_code ignored;
  if (is_announced_) std::filesystem::remove(file_, ignored);
}

Endpoint Meeting::find(std::chrono::milliseconds patience) const {
  const double end = monotonic_seconds() + std::chrono::duration<double>(patience).count();
  std::string problem;
  do {
    throw_if_stopped();
    try {
      Endpoint found;
      std::istringstream words(read_text_file(file_, kLargestMeeting));
      if (words >> found.address >> found.port) {
        problem = why_unreachable(found);
        if (problem.empty()) return found;
        problem = text("it names ", printable(found.address), ", port ", found.port, ": ", problem);
      }
    } catch (const Error& error) {
      problem = error.what();
    }
    std::this_thread::sleep_for(kBetweenLooks);
  } while (monotonic_seconds() < end);
  throw Error(text(file_, ": leads to no rank 0 (", problem,
                   "; all processes must see this folder, or set MASTER_ADDR and MASTER_PORT)"));
}

}  // namespace jetvit
