#include "base/folder_lock.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::string_view kLockFile = ".jetvit-lock";

struct Owner {
  int process = 0;
  std::string host;

  bool is_alive() const {
    return process != ::getpid() && (::kill(process, 0) == 0 || errno == EPERM);  // only for owners on this host
  }
};

std::string this_host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

// Parses the content "<process> <host>\n". Returns no value if it is incomplete.
std::optional<Owner> read_owner(int descriptor) {
  std::array<char, 300> bytes{};
  const ssize_t size = ::pread(descriptor, bytes.data(), bytes.size(), 0);
  if (size <= 0 || bytes[static_cast<std::size_t>(size) - 1] != '\n') return std::nullopt;
  const char* end = bytes.data() + size - 1;
  Owner owner;
  const auto [after, error] = std::from_chars(bytes.data(), end, owner.process);
  if (error != std::errc() || after == end || *after != ' ' || owner.process <= 0) return std::nullopt;
  owner.host.assign(after + 1, end);
  return owner;
}

// Same, but waits for a process that has just taken the lock and not signed yet.
std::optional<Owner> await_owner(int descriptor) {
  using std::chrono::milliseconds;
  for (int attempt = 0; attempt < 50; ++attempt) {
    if (std::optional<Owner> owner = read_owner(descriptor)) return owner;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return std::nullopt;
}

[[noreturn]] void refuse(const std::filesystem::path& folder, const std::optional<Owner>& owner, LockWords words,
                         std::string_view hint = "") {
  const std::string who = owner ? text("process ", owner->process, " on host ", printable(owner->host), "; ") : "";
  throw Error(text(folder, ": ", words.problem, " (", who, words.suggestion, hint, ")"));
}

// Whether the open file is still the one at `path`: its owner may have removed it in the meantime.
bool is_current(int descriptor, const std::filesystem::path& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

}  // namespace

bool FolderLock::is_held(const std::filesystem::path& folder) {
  const int descriptor = ::open((folder / kLockFile).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return false;
  bool held = false;
  if (::flock(descriptor, LOCK_SH | LOCK_NB) != 0) {
    held = errno == EWOULDBLOCK;
    if (!held) {  // the file system does not support locks
      const std::optional<Owner> owner = read_owner(descriptor);
      held = owner && (owner->host != this_host() || owner->is_alive());
    }
  }
  ::close(descriptor);
  return held;
}

bool FolderLock::is_lock_file(std::string_view name) {
  return name == kLockFile;
}

bool FolderLock::is_left_in(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / kLockFile);
}

FolderLock::FolderLock(const std::filesystem::path& folder, LockWords words)
    : FolderLock(folder, folder / kLockFile, words) {}

FolderLock::FolderLock(const std::filesystem::path& folder, std::filesystem::path file, LockWords words)
    : file_(std::move(file)) {
  try {
    while (!open_and_lock(folder, words)) ::close(std::exchange(descriptor_, -1));
  } catch (const Error&) {
    if (descriptor_ >= 0) ::close(descriptor_);
    throw;
  }
  try {
    sign(folder);
  } catch (const Error&) {
    ::unlink(file_.c_str());
    ::close(descriptor_);
    throw;
  }
}

bool FolderLock::open_and_lock(const std::filesystem::path& folder, LockWords words) {
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0) throw_system_error(folder, "be written", errno);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return is_current(descriptor_, file_);
  if (errno == EWOULDBLOCK) refuse(folder, await_owner(descriptor_), words);
  // The file system does not support locks.
  const std::optional<Owner> owner = read_owner(descriptor_);
  const bool is_here = owner && owner->host == this_host();
  if (is_here && owner->is_alive()) refuse(folder, owner, words);
  if (owner && !is_here) refuse(folder, owner, words, text("; if it is gone, remove ", file_));
  return true;
}

void FolderLock::sign(const std::filesystem::path& folder) const {
  const std::string name = text(::getpid(), " ", this_host(), "\n");
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, name.data(), name.size(), 0) != std::ssize(name)) {
    throw_system_error(folder, "be written", errno);
  }
}

FolderLock::~FolderLock() {
  ::unlink(file_.c_str());  // while the lock is held: nobody may lock a file that is about to be removed
  ::close(descriptor_);
}

}  // namespace jetvit
