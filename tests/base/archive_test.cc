#include "base/archive.h"

#include <concepts>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace jetvit {
namespace {

struct Column {
  std::string name;
  std::vector<double> values;
  bool is_known = false;

  bool operator==(const Column&) const = default;
};

template <class Archive, class Self>
requires std::same_as<std::remove_const_t<Self>, Column>
void archive_members(Archive& archive, Self& self) {
  archive(self.name);
  archive(self.values);
  archive(self.is_known);
}

TEST(Archive, GivesBackWhatWasWritten) {
  const std::vector<Column> columns = {
      {"pt", {1, 0.1, -3e300}, true}, {"", {}, false}, {std::string("\0\n", 2), {5}, true}};
  const std::vector<std::vector<std::uint8_t>> nested = {{}, {1, 2, 3}, {255}};
  ArchiveWriter writer;
  writer(columns);
  writer(nested);
  writer(std::uint64_t{7});
  ArchiveReader reader(writer.bytes());
  std::vector<Column> read_columns = {{"left over", {9}, true}};
  std::vector<std::vector<std::uint8_t>> read_nested;
  std::uint64_t number = 0;
  reader(read_columns);
  reader(read_nested);
  EXPECT_FALSE(reader.is_at_end());
  reader(number);
  EXPECT_TRUE(reader.is_at_end());
  EXPECT_EQ(read_columns, columns);
  EXPECT_EQ(read_nested, nested);
  EXPECT_EQ(number, 7U);
}

// Every message that is cut short is an error, and so is one that states more than it holds.
TEST(Archive, RefusesBytesThatEndTooEarly) {
  ArchiveWriter writer;
  writer(std::vector<Column>{{"m0", {1, 2}, true}});
  for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
    const std::string cut = writer.bytes().substr(0, size);
    ArchiveReader reader(cut);
    std::vector<Column> columns;
    EXPECT_ERROR(reader(columns), Error, "cut short");
  }
  ArchiveWriter large;
  large(~std::size_t{0});
  ArchiveReader reader(large.bytes());
  std::vector<double> values;
  EXPECT_ERROR(reader(values), Error, "cut short");
}

}  // namespace
}  // namespace jetvit
