#include "base/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

// A hint: where it is not followed, read() waits for the disk.
void InputFile::prefetch(std::uint64_t position, std::uint64_t bytes) const {
  ::posix_fadvise(descriptor_, static_cast<off_t>(position), static_cast<off_t>(bytes), POSIX_FADV_WILLNEED);
}

std::filesystem::path parent_folder(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

int write_all(int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(descriptor, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return 0;
}

void throw_system_error(const std::filesystem::path& path, std::string_view what, int cause) {
  throw Error(text(path, ": cannot ", what, " (", std::strerror(cause), ")"));
}

InputFile::InputFile(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) throw_system_error(path_, "be opened", errno);
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw Error(text(path_, ": is not a regular file"));
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

void InputFile::read(std::uint64_t position, std::span<std::byte> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::pread(descriptor_, out.data() + done, out.size() - done, static_cast<off_t>(position + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_system_error(path_, "be read", errno);
    if (got == 0) {
      throw Error(
          text(path_, ": ends at byte ", position + done, ", expected ", position + out.size(), " (it was cut short)"));
    }
    done += static_cast<std::size_t>(got);
  }
}

bool have_same_content(const std::filesystem::path& one, const std::filesystem::path& other) {
  constexpr std::uint64_t kBlock = 256 << 10;
  const InputFile first(one);
  const InputFile second(other);
  if (first.size() != second.size()) return false;
  std::vector<std::byte> of_first;
  std::vector<std::byte> of_second;
  for (std::uint64_t position = 0; position < first.size(); position += of_first.size()) {
    of_first.resize(std::min(kBlock, first.size() - position));
    of_second.resize(of_first.size());
    first.read(position, of_first);
    second.read(position, of_second);
    if (of_first != of_second) return false;
  }
  return true;
}

namespace {

template <class Container>
Container read_entire_file(const std::filesystem::path& path, std::uint64_t limit) {
  const InputFile file(path);
  if (file.size() > limit) {
    throw Error(text(path, ": holds ", human_bytes(static_cast<double>(file.size())), ", more than the limit of ",
                     human_bytes(static_cast<double>(limit))));
  }
  Container out(file.size(), typename Container::value_type{});
  file.read(0, std::as_writable_bytes(std::span(out)));
  return out;
}

}  // namespace

std::string read_text_file(const std::filesystem::path& path, std::uint64_t limit) {
  return read_entire_file<std::string>(path, limit);
}

std::vector<std::byte> read_binary_file(const std::filesystem::path& path, std::uint64_t limit) {
  return read_entire_file<std::vector<std::byte>>(path, limit);
}

}  // namespace jetvit
