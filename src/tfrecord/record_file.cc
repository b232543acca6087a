#include "tfrecord/record_file.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

#include <fnmatch.h>
#include <isa-l/igzip_lib.h>

#include "base/error.h"
#include "base/text.h"
#include "tfrecord/tf_record.h"

namespace jetvit {
namespace {

constexpr std::uint64_t kRecordLimit = std::uint64_t{64} << 20;
constexpr std::size_t kWindow = std::size_t{256} << 10;
constexpr std::size_t kHeader = 12;  // length and its checksum

bool is_gzip(std::span<const std::byte> begin) {
  constexpr std::byte kMagic[] = {std::byte{0x1f}, std::byte{0x8b}, std::byte{8}};
  return begin.size() >= sizeof(kMagic) && std::equal(std::begin(kMagic), std::end(kMagic), begin.begin());
}

// The header of a zlib stream (RFC 1950).
bool is_zlib(std::span<const std::byte> begin) {
  const auto method = static_cast<unsigned>(begin[0]);
  return (method & 0x0f) == 8 && (method * 256 + static_cast<unsigned>(begin[1])) % 31 == 0;
}

template <class Value>
Value value_at(const std::byte* bytes) {
  Value value;
  std::memcpy(&value, bytes, sizeof(Value));
  return value;
}

bool is_header(std::span<const std::byte, kHeader> bytes) {
  return masked_crc32c(bytes.first(8)) == value_at<std::uint32_t>(bytes.data() + 8);
}

}  // namespace

bool is_record_name(const std::filesystem::path& path) {
  std::string name = lower_case(path.filename());
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return ::fnmatch("*.tfrecord", name.c_str(), 0) == 0 || ::fnmatch("*.tfrecords", name.c_str(), 0) == 0 ||
         ::fnmatch("*.tfrec", name.c_str(), 0) == 0 || ::fnmatch("*.tfrec*-[0-9]*-of-[0-9]*", name.c_str(), 0) == 0;
}

// Inflates the members of a gzip file one after another.
class RecordFile::Inflater {
 public:
  using Read = std::function<std::size_t(std::span<std::byte>)>;

  explicit Inflater(Read read) : read_(std::move(read)), window_(kWindow) { begin_member(); }

  // Fills `out` as far as there are data and returns the number of bytes. Throws Error on damage.
  std::size_t read(std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
      if (state_.avail_in == 0) refill();
      if (state_.block_state == ISAL_BLOCK_FINISH) {
        if (state_.avail_in == 0) return done;  // end of file after a complete member
        begin_member();
      }
      const auto wanted = static_cast<std::uint32_t>(std::min<std::size_t>(out.size() - done, 1U << 30));
      state_.next_out = reinterpret_cast<std::uint8_t*>(out.data() + done);
      state_.avail_out = wanted;
      const std::uint32_t input = state_.avail_in;
      const int status = isal_inflate(&state_);
      if (status == ISAL_INCORRECT_CHECKSUM) throw Error("the checksum of the gzip stream does not match");
      if (status < 0) throw Error("the gzip stream is damaged");
      done += wanted - state_.avail_out;
      const bool stuck = state_.avail_out == wanted && state_.avail_in == input;
      if (stuck && state_.block_state != ISAL_BLOCK_FINISH && input == 0) throw Error("the gzip stream is cut short");
    }
    return done;
  }

 private:
  void refill() {
    const std::size_t count = read_(window_);
    state_.next_in = reinterpret_cast<std::uint8_t*>(window_.data());
    state_.avail_in = static_cast<std::uint32_t>(count);
  }

  void begin_member() {
    std::uint8_t* const next = state_.next_in;
    const std::uint32_t available = state_.avail_in;
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP;
    state_.next_in = next;
    state_.avail_in = available;
  }

  Read read_;
  std::vector<std::byte> window_;
  inflate_state state_{};
};

RecordFile::RecordFile(std::filesystem::path path) : file_(std::move(path)) {
  std::byte begin[kHeader];
  const std::size_t count = read_plain(begin);
  position_ = 0;
  // A plain file can also begin with the gzip magic bytes, but then the checksum of its first length is right.
  if (is_gzip({begin, count}) && !(count == kHeader && is_header(begin))) {
    inflater_ = std::make_unique<Inflater>([this](std::span<std::byte> out) { return read_plain(out); });
  }
}

RecordFile::~RecordFile() = default;

bool RecordFile::recognizes(const std::filesystem::path& path) {
  RecordFile file(path);
  std::byte header[kHeader];
  try {
    return file.read(header) == kHeader && is_header(header);
  } catch (const Error&) {  // a gzip stream that is damaged
    return false;
  }
}

void RecordFile::fail(const std::string& why) const {
  throw Error(text(file_.path(), ": record ", count_, ": ", why));
}

std::size_t RecordFile::read_plain(std::span<std::byte> out) {
  const std::size_t count = std::min<std::uint64_t>(out.size(), file_.size() - position_);
  file_.read(position_, out.first(count));
  position_ += count;
  return count;
}

std::size_t RecordFile::read(std::span<std::byte> out) {
  if (!inflater_) return read_plain(out);
  try {
    return inflater_->read(out);
  } catch (const Error& error) {
    fail(error.what());
  }
}

bool RecordFile::next(std::string& record) {
  std::byte header[kHeader];
  const std::size_t found = read(header);
  if (found == 0) return false;
  if (found < kHeader) fail("is cut short");
  if (!is_header(header) && count_ == 0 && is_zlib(header)) fail("is compressed with zlib (gzip is read)");
  if (!is_header(header)) fail("the checksum of its length does not match (damaged, or not a TFRecord file)");
  const auto length = value_at<std::uint64_t>(header);
  if (length > kRecordLimit) fail(text("has ", length, " bytes (limit ", kRecordLimit, ")"));
  // Checksums can be forged, so no memory is allocated for more bytes than the file has.
  if (!inflater_ && length > file_.size() - position_) fail("is cut short");
  record.resize(length);
  std::byte checksum[4];
  const auto bytes = std::as_writable_bytes(std::span(record));
  if (read(bytes) < length || read(checksum) < sizeof(checksum)) fail("is cut short");
  if (masked_crc32c(bytes) != value_at<std::uint32_t>(checksum)) fail("its checksum does not match (damaged)");
  ++count_;
  return true;
}

}  // namespace jetvit
