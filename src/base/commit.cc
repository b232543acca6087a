#include "base/commit.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <set>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::string_view kTemporaryMark = ".jetvit-tmp-";
constexpr std::size_t kStride = 1 << 20;  // bytes between requests to start writing to disk

// Marks a new temporary file as that of a living process. The lock ends with the process. False if another process took
// the file for one without an owner, and removes it. File systems without locks keep such files.
bool lock_temporary(int descriptor) {
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

void remove_without_owner(const std::filesystem::path& temporary) {
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) ::unlink(temporary.c_str());
  ::close(descriptor);
}

// Removes what killed processes left in `folder`, once for every process and folder.
void tidy_once(const std::filesystem::path& folder) {
  static std::mutex mutex;
  static std::set<std::string> tidied;
  const std::scoped_lock lock(mutex);
  if (tidied.insert(folder.native()).second) remove_stale_temporaries(folder);
}

}  // namespace

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw_system_error(folder, "be opened", errno);
  const int status = ::fsync(descriptor);
  const int cause = errno;
  ::close(descriptor);
  // Some network file systems do not support fsync on a folder; they order the rename itself.
  if (status != 0 && cause != EINVAL && cause != ENOTSUP) throw_system_error(folder, "be flushed to disk", cause);
}

OutputFile::OutputFile(std::filesystem::path path) : path_(std::move(path)) {
  static int counter = 0;
  tidy_once(parent_folder(path_));
  do {
    if (descriptor_ >= 0) ::close(descriptor_);
    temporary_ = parent_folder(path_) / text(".", path_.filename().native(), kTemporaryMark, ::getpid(), "-",
                                             __atomic_add_fetch(&counter, 1, 0));
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw_system_error(path_, "be written", errno);
  } while (!lock_temporary(descriptor_));
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::write(std::span<const std::byte> bytes) {
  if (const int failure = write_all(descriptor_, bytes)) throw_system_error(path_, "be written", failure);
  size_ += bytes.size();
  if (size_ - started_ < kStride) return;
  // Only a hint: fsync reports real failures, and file systems without support write later.
  ::sync_file_range(descriptor_, static_cast<off_t>(started_), static_cast<off_t>(size_ - started_),
                    SYNC_FILE_RANGE_WRITE);
  started_ = size_;
}

void OutputFile::replace() {
  // A failed fsync or close is final: the kernel may have dropped the pages, so a retry could falsely succeed.
  if (::fsync(descriptor_) != 0) throw_system_error(path_, "be flushed to disk", errno);
  // Only a close before the rename reports the last errors of writing. The copy of the descriptor keeps the lock.
  const int locked = ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
  const int closed = ::close(std::exchange(descriptor_, -1)) == 0 ? 0 : errno;
  const int renamed = closed == 0 && ::rename(temporary_.c_str(), path_.c_str()) != 0 ? errno : 0;
  if (locked >= 0) ::close(locked);
  if (closed != 0) throw_system_error(path_, "be closed", closed);
  if (renamed != 0) throw_system_error(path_, "be replaced", renamed);
  temporary_.clear();
}

void OutputFile::commit() {
  replace();
  sync_folder(parent_folder(path_));
}

void OutputFile::commit_as(const std::string& name) {
  path_.replace_filename(name);
  commit();
}

void OutputFile::replace_as(const std::string& name) {
  path_.replace_filename(name);
  replace();
}

void commit_text(const std::filesystem::path& path, std::string_view content) {
  OutputFile file(path);
  file.write(content);
  file.commit();
}

bool link_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::link(from.c_str(), to.c_str()) != 0) {
    constexpr std::array<int, 7> kNoLinkPossible = {EEXIST, EXDEV, EPERM, EACCES, EMLINK, ENOTSUP, ENOSYS};
    if (std::find(kNoLinkPossible.begin(), kNoLinkPossible.end(), errno) != kNoLinkPossible.end()) return false;
    throw_system_error(to, "be written", errno);
  }
  return true;
}

void refuse_existing(const std::filesystem::path& path, bool overwrite) {
  if (!overwrite && std::filesystem::exists(path)) {
    throw Error(text(path, ": already exists (nothing was changed); choose another path or use `overwrite`"));
  }
}

void remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw_system_error(path, "be removed", errno);
}

void create_folder(const std::filesystem::path& path) {
  if (path.empty() || std::filesystem::is_directory(path)) return;
  create_folder(path.parent_path());
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) throw_system_error(path, "be created", errno);
  sync_folder(parent_folder(path));
}

bool is_temporary(std::string_view name) {
  return name.starts_with(".") && name.find(kTemporaryMark) != std::string_view::npos;
}

void remove_stale_temporaries(const std::filesystem::path& folder) {
  std::error_code failed;  // what cannot be listed stays
  for (auto entry = std::filesystem::directory_iterator(folder, failed);
       !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
    if (is_temporary(entry->path().filename().native())) remove_without_owner(entry->path());
  }
}

}  // namespace jetvit
