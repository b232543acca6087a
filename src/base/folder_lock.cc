#include "base/folder_lock.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

FolderLock::FolderLock(const std::filesystem::path& folder, std::string_view refusal)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw Error(text(folder, ": cannot be opened (", std::strerror(errno), ")"));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int cause = errno;
  ::close(descriptor_);
  if (cause == EWOULDBLOCK) throw Error(text(folder, ": ", refusal));
  // File systems without locks (some network ones) are left to their users.
  descriptor_ = -1;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace jetvit
