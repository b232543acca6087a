#include <filesystem>
#include <fstream>

#include "base/random_stream.h"
#include "pictures/deflater.h"
#include "pictures/picture_decoder.h"
#include "pictures/png_encoder.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"
#include "tfrecord/example_builder.h"
#include "tfrecord/example_parser.h"
#include "tfrecord/gzip_stream.h"
#include "tfrecord/record_file.h"
#include "tfrecord/tf_record.h"

namespace jetvit {
namespace {

std::string random_bytes(RandomStream& random, std::size_t count) {
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

std::string flipped(std::string bytes, std::uint64_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  return bytes;
}

std::string some_png(RandomStream& random) {
  PngEncoder encoder(12, 9, 3);
  encoder.clear();
  for (int row = 0; row < 12; ++row) encoder.row(row)[random.below(27)] = static_cast<std::uint8_t>(random.below(256));
  return encoder.encode();
}

std::string some_example(RandomStream& random) {
  Example example;
  example.add_bytes("channel_1", some_png(random));
  example.add_integer("label", 1);
  const float pt = 431.5F;
  example.add_floats("pt", {&pt, 1});
  return example.message();
}

class RecordDamage : public ::testing::Test {
 protected:
  // Writes these bytes to a file and returns its number of records.
  std::size_t read_all(const std::string& bytes) const {
    const std::filesystem::path path = folder_ / "records";
    std::ofstream(path, std::ios::binary) << bytes;
    RecordFile file(path);
    std::string record;
    while (file.next(record)) EXPECT_LT(record.size(), std::size_t{1} << 20);
    return file.count();
  }

  std::string plain() {
    std::string bytes;
    for (const std::size_t size : {0U, 1U, 300U, 41U}) {
      bytes += tf_record(random_bytes(random_, size));
      ends_.push_back(bytes.size());
    }
    return bytes;
  }

  test::TempFolder folder_;
  RandomStream random_{{1, 2, 3}};
  std::vector<std::size_t> ends_;  // end positions of the records
};

TEST_F(RecordDamage, EveryFlippedBitIsFound) {
  const std::string bytes = plain();
  ASSERT_EQ(read_all(bytes), 4U);
  for (std::uint64_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    SCOPED_TRACE(bit);
    EXPECT_ERROR(read_all(flipped(bytes, bit)), Error, "record");
  }
}

TEST_F(RecordDamage, EveryCutInsideARecordIsFound) {
  const std::string bytes = plain();
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const auto end = std::find(ends_.begin(), ends_.end(), size);
    if (end != ends_.end()) {
      EXPECT_EQ(read_all(bytes.substr(0, size)), static_cast<std::size_t>(end - ends_.begin()) + 1);
    } else {
      SCOPED_TRACE(size);
      EXPECT_ERROR(read_all(bytes.substr(0, size)), Error, "cut short");
    }
  }
}

TEST_F(RecordDamage, EveryCutAndFlippedBitOfAGzipStreamIsFoundOrHarmless) {
  const std::string inside = plain();
  Deflater deflater;
  GzipStream stream;
  stream.add(inside);
  const std::string bytes =
      stream.begin() + std::string(deflater.deflate(inside, Deflater::Form::kPart)) + stream.end();
  ASSERT_EQ(read_all(bytes), 4U);
  constexpr std::uint64_t kHeaderBits = 80;  // header with time and system, which are ignored
  std::size_t harmless = 0;
  for (std::uint64_t bit = kHeaderBits; bit < 8 * bytes.size(); ++bit) {
    try {
      EXPECT_EQ(read_all(flipped(bytes, bit)), 4U) << "bit " << bit;
      ++harmless;
    } catch (const Error&) {
    }
  }
  EXPECT_LE(harmless, 14U);  // padding bits at the end of a stored block and of the last block
  for (std::size_t size = 10; size < bytes.size(); ++size) {
    SCOPED_TRACE(size);
    EXPECT_ERROR(read_all(bytes.substr(0, size)), Error, "record");
  }
}

TEST(PictureDamage, EveryFlippedBitAndCutOfAPngIsFound) {
  RandomStream random{{4, 5, 6}};
  const std::string png = some_png(random);
  PictureDecoder decoder;
  Picture picture;
  decoder.decode(png, picture);
  for (std::uint64_t bit = 0; bit < 8 * png.size(); ++bit) {
    SCOPED_TRACE(bit);
    EXPECT_ERROR(decoder.decode(flipped(png, bit), picture), Error, "PNG");
  }
  for (std::size_t size = 0; size < png.size(); ++size) {
    SCOPED_TRACE(size);
    EXPECT_ERROR(decoder.decode(std::string_view(png).substr(0, size), picture), Error, "PNG");
  }
}

// Without checksums the parser cannot detect all damage, but it must stay inside the message and terminate.
TEST(ExampleDamage, ParsesOrRefusesAnything) {
  RandomStream random{{7, 8, 9}};
  const std::string message = some_example(random);
  ASSERT_EQ(parse_example(message).size(), 3U);
  int refused = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    std::string bytes = message;
    const std::uint64_t changes = 1 + random.below(4);
    for (std::uint64_t change = 0; change < changes; ++change) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    if (random.below(4) == 0) bytes.resize(random.below(bytes.size()));
    try {
      parse_example(bytes);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace jetvit
