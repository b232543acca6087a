#include "base/output_folder.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/commit.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::string_view kFolderMark = ".jetvit-tmp-folder-";

// Closes the descriptor of a folder or file when it goes.
struct Descriptor {
  int number = -1;
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

// The folder's own name below its parent: without a final slash, "." or "..", and where a link leads, since renaming
// would replace the link.
std::filesystem::path resolved(std::filesystem::path path) {
  std::error_code failed;
  if (std::filesystem::is_symlink(path, failed)) path = std::filesystem::weakly_canonical(path, failed);
  path = path.lexically_normal();
  if (path == "." || path.filename() == "..") path = std::filesystem::absolute(path, failed).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

bool is_empty_folder(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) && std::filesystem::is_empty(path);
}

// Removes the temporary folders that killed processes left beside `path` for the same output, which this process has
// locked. What cannot be removed (it is another user's) does no harm.
void remove_abandoned(const std::filesystem::path& path) {
  const std::string begin = text(".", path.filename().native(), kFolderMark);
  std::error_code failed;
  std::vector<std::filesystem::path> abandoned;
  for (const auto& entry : std::filesystem::directory_iterator(parent_folder(path), failed)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(begin)) abandoned.push_back(entry.path());
  }
  for (const auto& folder : abandoned) std::filesystem::remove_all(folder, failed);
}

// Beside the output: the folder itself is replaced in the end.
std::filesystem::path lock_file_of(const std::filesystem::path& path) {
  return parent_folder(path) / text(".", path.filename().native(), ".jetvit-lock");
}

}  // namespace

OutputFolder::OutputFolder(std::filesystem::path path, bool overwrite,
                           std::function<bool(const std::filesystem::path&)> is_ours)
    : path_(resolved(std::move(path))), is_ours_(std::move(is_ours)), overwrite_(overwrite) {
  refuse_foreign(overwrite);
  for (auto parent = path_.parent_path(); !parent.empty() && !std::filesystem::exists(parent);
       parent = parent.parent_path()) {
    created_.push_back(parent);
  }
  try {
    create_folder(path_.parent_path());
    if (!std::filesystem::is_directory(parent_folder(path_))) throw_system_error(path_, "be created", ENOTDIR);
    lock_ = std::make_unique<FolderLock>(
        path_, lock_file_of(path_),
        LockWords{"another preparation is writing there", "wait for it, or choose another --out"});
    remove_abandoned(path_);
    std::string name = text((parent_folder(path_) / text(".", path_.filename().native(), kFolderMark, "XXXXXX")));
    if (::mkdtemp(name.data()) == nullptr) throw_system_error(path_, "be written", errno);
    temporary_ = name;
    const mode_t mask = ::umask(0);  // mkdtemp() makes private folders; an output is as public as the user wants
    ::umask(mask);
    if (::chmod(temporary_.c_str(), 0777 & ~mask) != 0) throw_system_error(temporary_, "be made readable", errno);
  } catch (...) {
    std::error_code ignored;
    if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
    lock_.reset();
    for (const auto& folder : created_) ::rmdir(folder.c_str());
    throw;
  }
}

OutputFolder::~OutputFolder() {
  if (temporary_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(temporary_, ignored);
  lock_.reset();
  for (const auto& folder : created_) ::rmdir(folder.c_str());
}

void OutputFolder::refuse_foreign(bool overwrite) const try {
  if (is_empty_folder(path_)) return;
  refuse_existing(path_, overwrite);
  if (!std::filesystem::exists(path_)) return;
  if (!std::filesystem::is_directory(path_)) throw Error(text(path_, ": is not a folder"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
    const auto name = entry.path().lexically_relative(path_);
    if (!is_ours_(name)) {
      throw Error(text(path_, ": holds ", printable(name.native()),
                       ", which no preparation of this kind left there (nothing was changed; choose another --out)"));
    }
  }
} catch (const std::filesystem::filesystem_error& error) {
  throw Error(text(path_, ": cannot be looked at (", error.code().message(), ")"));
}

void OutputFolder::add_folder(std::string_view name) {
  if (::mkdir((temporary_ / name).c_str(), 0777) != 0) throw_system_error(path_ / name, "be created", errno);
}

void OutputFolder::add_file(std::string_view name, std::string_view bytes) {
  Descriptor file(::open((temporary_ / name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.number < 0) throw_system_error(path_ / name, "be written", errno);
  while (!bytes.empty()) {
    const ssize_t done = ::write(file.number, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_system_error(path_ / name, "be written", errno);
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  if (::close(std::exchange(file.number, -1)) != 0) throw_system_error(path_ / name, "be closed", errno);
}

void OutputFolder::replace() {
  // Onto nothing or an empty folder.
  if (::rename(temporary_.c_str(), path_.c_str()) == 0) {
    temporary_.clear();
    return;
  }
  if (errno != ENOTEMPTY && errno != EEXIST) throw_system_error(path_, "be replaced", errno);
  refuse_foreign(overwrite_);  // what came there in the meantime is somebody's
  if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) throw_system_error(path_, "be replaced", errno);
  // A file system that cannot exchange (some network ones): for a moment neither stands there.
  const std::filesystem::path aside = temporary_.native() + "-old";
  if (::rename(path_.c_str(), aside.c_str()) != 0) throw_system_error(path_, "be replaced", errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int cause = errno;
    ::rename(aside.c_str(), path_.c_str());
    throw_system_error(path_, "be replaced", cause);
  }
  temporary_ = aside;
}

void OutputFolder::commit() {
  {
    const Descriptor folder(::open(temporary_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // A failed sync is final: the kernel may have dropped the pages, so that a second try would lie.
    if (folder.number < 0 || ::syncfs(folder.number) != 0) throw_system_error(path_, "be made durable", errno);
  }
  replace();
  created_.clear();
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove_all(std::exchange(temporary_, {}), ignored);  // what it replaced
  const std::filesystem::path parent = parent_folder(path_);
  const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number < 0) throw_system_error(parent, "open the folder", errno);
  if (::fsync(folder.number) != 0 && errno != EINVAL && errno != ENOTSUP)
    throw_system_error(parent, "make the folder durable", errno);
  lock_.reset();
}

}  // namespace jetvit
