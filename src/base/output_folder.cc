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

// Owns the descriptor of a folder or file.
struct Descriptor {
  int number = -1;
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

// The folder's own name in its parent: without a trailing slash, "." or "..". Links are resolved, because renaming
// would replace the link itself.
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

// A hidden name next to the output, because the output folder itself is replaced at the end.
std::filesystem::path hidden_sibling(const std::filesystem::path& path, std::string_view what) {
  return parent_folder(path) / text(".", path.filename().native(), ".jetvit-", what);
}

}  // namespace

OutputFolder::OutputFolder(std::filesystem::path path, bool overwrite,
                           std::function<bool(const std::filesystem::path&)> is_ours, OutputWords words)
    : path_(resolved(std::move(path))),
      work_(hidden_sibling(path_, "unfinished")),
      files_(work_ / "files"),
      record_(work_ / "record.json"),
      is_ours_(std::move(is_ours)),
      overwrite_(overwrite),
      words_(words) {
  refuse_foreign(overwrite);
  for (auto parent = path_.parent_path(); !parent.empty() && !std::filesystem::exists(parent);
       parent = parent.parent_path()) {
    created_.push_back(parent);
  }
  try {
    create_folder(path_.parent_path());
    if (!std::filesystem::is_directory(parent_folder(path_))) throw_system_error(path_, "be created", ENOTDIR);
    const std::string problem = text("another ", words_.maker, " is writing to it");
    const std::string suggestion = text("wait for it, or choose another ", words_.option);
    lock_ = std::make_unique<FolderLock>(path_, hidden_sibling(path_, "lock"), LockWords{problem, suggestion});
    if (!is_unfinished()) discard_unfinished();
  } catch (...) {
    if (lock_ && !is_unfinished()) remove_work();
    lock_.reset();
    for (const auto& folder : created_) ::rmdir(folder.c_str());
    throw;
  }
}

void OutputFolder::remove_leftovers(const std::filesystem::path& path) {
  const std::filesystem::path output = resolved(path);
  std::error_code failed;
  if (!std::filesystem::exists(hidden_sibling(output, "unfinished"), failed) &&
      !std::filesystem::exists(hidden_sibling(output, "lock"), failed)) {
    return;
  }
  try {
    OutputFolder(output, /*overwrite=*/true, [](const std::filesystem::path&) { return true; });
  } catch (const Error&) {  // they do no harm, and their owner may be about to remove them
  }
}

OutputFolder::~OutputFolder() {
  if (is_committed_) return;
  if (!is_unfinished()) remove_work();
  lock_.reset();
  for (const auto& folder : created_) ::rmdir(folder.c_str());
}

bool OutputFolder::is_unfinished() const {
  std::error_code failed;
  return std::filesystem::is_directory(files_, failed) && std::filesystem::exists(record_, failed);
}

// Removes the record first, so that it never refers to missing files.
void OutputFolder::remove_work() {
  std::error_code ignored;
  std::filesystem::remove(record_, ignored);
  std::filesystem::remove_all(work_, ignored);
}

void OutputFolder::discard_unfinished() {
  remove_work();
  std::error_code failed;
  if (std::filesystem::exists(work_, failed)) {
    throw Error(
        text(work_, ": unfinished work cannot be removed (remove it yourself, or choose another ", words_.option, ")"));
  }
  create_folder(files_);
}

void OutputFolder::refuse_foreign(bool overwrite) const try {
  if (is_empty_folder(path_)) return;
  refuse_existing(path_, overwrite);
  if (!std::filesystem::exists(path_)) return;
  if (!std::filesystem::is_directory(path_)) throw Error(text(path_, ": is not a folder"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
    const auto name = entry.path().lexically_relative(path_);
    if (!is_ours_(name)) {
      throw Error(text(path_, ": holds ", printable(name.native()), ", which no ", words_.maker,
                       " of this kind wrote (nothing was changed; choose another ", words_.option, ")"));
    }
  }
} catch (const std::filesystem::filesystem_error& error) {
  throw Error(text(path_, ": cannot be inspected (", error.code().message(), ")"));
}

void OutputFolder::add_folder(std::string_view name) {
  if (::mkdir((files_ / name).c_str(), 0777) != 0 && errno != EEXIST) {
    throw_system_error(path_ / name, "be created", errno);
  }
}

void OutputFolder::add_file(std::string_view name, std::string_view bytes) {
  Descriptor file(::open((files_ / name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.number < 0) throw_system_error(path_ / name, "be written", errno);
  if (const int failure = write_all(file.number, std::as_bytes(std::span(bytes)))) {
    throw_system_error(path_ / name, "be written", failure);
  }
  if (::close(std::exchange(file.number, -1)) != 0) throw_system_error(path_ / name, "be closed", errno);
}

void OutputFolder::replace() {
  // Succeeds if `path_` does not exist or is an empty folder.
  if (::rename(files_.c_str(), path_.c_str()) == 0) return;
  if (errno != ENOTEMPTY && errno != EEXIST) throw_system_error(path_, "be replaced", errno);
  refuse_foreign(overwrite_);  // someone else may have written to it in the meantime
  // Renamed first: the exchange moves the old output to this name, and it must not be mistaken for unfinished work.
  const std::filesystem::path complete = work_ / "whole";
  if (::rename(files_.c_str(), complete.c_str()) != 0) throw_system_error(path_, "be replaced", errno);
  try {
    exchange(complete);
  } catch (const Error&) {
    ::rename(complete.c_str(), files_.c_str());
    throw;
  }
}

void OutputFolder::exchange(const std::filesystem::path& complete) {
  if (::renameat2(AT_FDCWD, complete.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) throw_system_error(path_, "be replaced", errno);
  // Some network file systems cannot exchange two names: for a moment, neither folder is at `path_`.
  const std::filesystem::path aside = work_ / "replaced";
  if (::rename(path_.c_str(), aside.c_str()) != 0) throw_system_error(path_, "be replaced", errno);
  if (::rename(complete.c_str(), path_.c_str()) != 0) {
    const int cause = errno;
    ::rename(aside.c_str(), path_.c_str());
    throw_system_error(path_, "be replaced", cause);
  }
}

void OutputFolder::sync() const {
  const Descriptor folder(::open(files_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A failed sync is final: the kernel may have dropped the pages, so a retry could falsely succeed.
  if (folder.number < 0 || ::syncfs(folder.number) != 0) throw_system_error(path_, "be flushed to disk", errno);
}

void OutputFolder::commit() {
  sync();
  replace();
  is_committed_ = true;
  remove_work();  // including the replaced output
  const std::filesystem::path parent = parent_folder(path_);
  const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number < 0) throw_system_error(parent, "be opened", errno);
  if (::fsync(folder.number) != 0 && errno != EINVAL && errno != ENOTSUP)
    throw_system_error(parent, "be flushed to disk", errno);
  lock_.reset();
}

}  // namespace jetvit
