// Flips every bit of the headers and footers of small files, in every kind of page. Allowed results are the same jets,
// other jets within all bounds, or an Error; never a crash, and never memory out of proportion to the file.
#include <cmath>
#include <fstream>
#include <iostream>
#include <random>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/file.h"
#include "raw/parquet_footer.h"
#include "raw/raw_writer.h"
#include "support/expect_error.h"
#include "support/random_jets.h"
#include "support/temp_folder.h"
#include "variants.h"

namespace jetvit {
namespace {

constexpr ImageShape kShape = {2, 5, 5};
constexpr std::size_t kJets = 6;

struct Outcome {
  int same = 0, other = 0, refused = 0;
};

class HostileFile : public ::testing::TestWithParam<int> {
 protected:
  HostileFile() : path_(folder_ / "jets.parquet") {
    jets_ = test::random_jets(kJets, kShape, 15);
    RawWriter writer(folder_ / "source.parquet", {});
    writer.append(jets_);
    writer.close();
    parquet::WriterProperties::Builder properties;
    properties.compression(GetParam() % 2 == 0 ? parquet::Compression::SNAPPY : parquet::Compression::UNCOMPRESSED);
    if (GetParam() / 2 % 2 == 1) properties.data_page_version(parquet::ParquetDataPageVersion::V2);
    if (GetParam() / 4 % 2 == 1) properties.disable_dictionary();
    if (has_checksums()) properties.enable_page_checksum();
    test::rewrite(folder_ / "source.parquet", path_, properties.build(), 4);
    bytes_ = read_binary_file(path_, 1 << 20);
    EXPECT_TRUE(test::equal(test::read_all({path_}), jets_));
  }

  // Reads the file with one byte changed, then restores the byte. It writes in place, because truncating the file
  // first would wait for the disk every time.
  void try_change(std::size_t position, std::byte mask, Outcome& outcome) const {
    put(position, bytes_[position] ^ mask);
    try {
      const JetRecords jets = test::read_all({path_});
      check_bounds(jets);
      ++(test::equal(jets, jets_) ? outcome.same : outcome.other);
    } catch (const Error& error) {
      ++outcome.refused;
      ASSERT_THAT(error.what(), ::testing::HasSubstr(path_.string())) << "byte " << position;
    }
    put(position, bytes_[position]);
  }

  void put(std::size_t position, std::byte value) const {
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(position)).put(static_cast<char>(value));
  }

  static void check_bounds(const JetRecords& jets) {
    ASSERT_EQ(jets.images.offset.size(), jets.size() * static_cast<std::size_t>(jets.images.shape.channels) + 1);
    ASSERT_EQ(jets.images.offset.back(), jets.images.pixel.size());
    ASSERT_EQ(jets.images.value.size(), jets.images.pixel.size());
    for (const std::uint16_t pixel : jets.images.pixel) ASSERT_LT(pixel, jets.images.shape.pixels());
    for (const float value : jets.images.value) ASSERT_TRUE(std::isfinite(value) && value != 0);
    for (const std::uint8_t label : jets.label) ASSERT_LE(label, 1);
    for (const auto& column : jets.observers) ASSERT_EQ(column.size(), jets.size());
  }

  static bool has_checksums() { return GetParam() >= 8; }

  std::size_t footer_begin() const {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes_.data() + bytes_.size() - 8, sizeof(length));
    return bytes_.size() - 8 - length;
  }

  static void expect_little_memory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    EXPECT_LT(usage.ru_maxrss, 1500 << 10) << "kB";
  }

  test::TempFolder folder_;
  std::filesystem::path path_;
  JetRecords jets_;
  std::vector<std::byte> bytes_;
};

TEST_P(HostileFile, Footer) {
  Outcome outcome;
  for (std::size_t position = footer_begin(); position < bytes_.size() && !HasFatalFailure(); ++position) {
    try_change(position, std::byte{1} << (position % 8), outcome);
    try_change(position, std::byte{0xff}, outcome);
  }
  EXPECT_GT(outcome.refused, outcome.other);
  std::cout << outcome.refused << " refused, " << outcome.same << " harmless, " << outcome.other << " other jets\n";
  expect_little_memory();
}

TEST_P(HostileFile, PageHeadersAndBodies) {
  Outcome outcome;
  for (std::size_t position = 0; position < footer_begin() && !HasFatalFailure(); ++position) {
    try_change(position, std::byte{1} << (position % 8), outcome);
    try_change(position, std::byte{0x80}, outcome);
  }
  std::cout << outcome.refused << " refused, " << outcome.same << " harmless, " << outcome.other << " other jets\n";
  EXPECT_GT(outcome.refused, 100);
  if (has_checksums()) {
    EXPECT_LE(outcome.other, 5);  // checksums cover the pages, not their headers
  }
  expect_little_memory();
}

TEST_P(HostileFile, Truncated) {
  for (std::size_t size = bytes_.size(); size-- > 0;) {
    std::filesystem::resize_file(path_, size);
    EXPECT_ERROR(test::read_all({path_}), Error, path_.string() + ": is ");
  }
}

TEST_P(HostileFile, BytesRemovedFromTheMiddle) {
  std::mt19937 random(3);
  for (int number = 0; number < 300; ++number) {
    std::vector<std::byte> damaged = bytes_;
    const std::size_t begin = random() % damaged.size();
    const std::size_t count = std::min<std::size_t>(1 + random() % 40, damaged.size() - begin);
    damaged.erase(damaged.begin() + static_cast<std::ptrdiff_t>(begin),
                  damaged.begin() + static_cast<std::ptrdiff_t>(begin + count));
    std::ofstream(path_, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(damaged.data()), std::ssize(damaged));
    try {
      check_bounds(test::read_all({path_}));
    } catch (const Error& error) {
      ASSERT_THAT(error.what(), ::testing::HasSubstr(path_.string()));
    }
  }
  expect_little_memory();
}

// Bits: no compression, pages of version 2, no dictionary, checksums.
INSTANTIATE_TEST_SUITE_P(Variants, HostileFile, ::testing::Values(0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 14));

}  // namespace
}  // namespace jetvit
