#include "raw/raw_reader.h"

#include <fstream>

#include <gtest/gtest.h>

#include "raw/raw_writer.h"
#include "support/expect_error.h"
#include "support/random_jets.h"
#include "support/temp_folder.h"
#include "variants.h"

namespace jetvit {
namespace {

using Schema = RawLayout::Schema;
using test::read_all;

constexpr ImageShape kShape = {3, 9, 9};

class RawFiles : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const JetRecords& jets, const RawLayout& layout) const {
    RawWriter writer(folder_ / name, layout);
    writer.append(jets);
    writer.close();
    return folder_ / name;
  }

  test::TempFolder folder_;
};

TEST_F(RawFiles, ReadBackWhatTheWriterWrote) {
  const JetRecords jets = test::random_jets(50, kShape, 3);
  const JetRecords tops = test::random_jets(20, {8, 7, 7}, 4);
  for (const bool snappy : {false, true}) {
    for (const std::size_t rows : {1U, 7U, 256U}) {
      const auto nested = write("nested.parquet", jets, {Schema::quark_gluon, snappy, rows});
      const auto flat = write("flat.parquet", tops, {Schema::boosted_top, snappy, rows});
      for (const int threads : {1, 3}) {
        EXPECT_TRUE(test::equal(read_all({nested}, threads), jets));
        const JetRecords got = read_all({flat}, threads);
        EXPECT_EQ(got.images.pixel, tops.images.pixel);
        EXPECT_EQ(got.images.value, tops.images.value);
        EXPECT_EQ(got.label, tops.label);
        EXPECT_EQ(got.observer("pt"), tops.observer("pt"));
      }
    }
  }
}

// The published quark-gluon files: one row group per jet, hundreds of thousands in one footer.
TEST_F(RawFiles, TwentyThousandRowGroupsOfOneRow) {
  const JetRecords jets = test::random_jets(20000, {1, 3, 3}, 6);
  const auto file = write("many.parquet", jets, {Schema::quark_gluon, true, 1});
  EXPECT_TRUE(test::equal(read_all({file}, 2), jets));
}

TEST_F(RawFiles, OfDifferentVariantsCanBeMixed) {
  const JetRecords first = test::random_jets(30, kShape, 7);
  const JetRecords second = test::random_jets(40, kShape, 8);
  const JetRecords third = test::random_jets(50, kShape, 9);
  const auto a = write("a.parquet", first, {Schema::quark_gluon, true, 1});
  const auto b = write("b.parquet", second, {Schema::quark_gluon, false, 100});
  const auto c = folder_ / "c.parquet";
  parquet::WriterProperties::Builder properties;
  properties.disable_dictionary()->data_page_version(parquet::ParquetDataPageVersion::V2)->data_pagesize(900);
  test::rewrite(write("plain.parquet", third, {}), c, properties.build(), 11);
  const JetRecords all = read_all({a, b, c}, 2);
  ASSERT_EQ(all.size(), 120U);
  JetRecords expected = first;
  expected.append(second);
  expected.append(third);
  for (std::size_t jet = 0; jet < 120; ++jet) {
    expected.source_file[jet] = jet < 30 ? 0 : jet < 70 ? 1 : 2;
  }
  EXPECT_TRUE(test::equal(all, expected));
}

TEST_F(RawFiles, ThatDoNotMatchAreRefused) {
  const auto a = write("a.parquet", test::random_jets(3, kShape, 1), {});
  const auto b = write("b.parquet", test::random_jets(3, {8, 9, 9}, 1), {Schema::boosted_top});
  const auto c = write("c.parquet", test::random_jets(3, {3, 9, 8}, 1), {});
  EXPECT_ERROR(read_all({a, b}), Error,
               b.string() + ": holds images of another shape (8 x 9 x 9 with the channels last)");
  EXPECT_ERROR(read_all({a, c}), Error, c.string() + ": holds images of another shape (3 x 9 x 8)");
  EXPECT_ERROR(read_all({a, folder_ / "." / "a.parquet"}), Error, "is named twice");
  EXPECT_ERROR(read_all({}), UsageError, "no raw file was named");
}

// `layout` orders the axes of nested lists, too, in one file or several.
TEST_F(RawFiles, LayoutOrdersNestedLists) {
  const ImageShape shape{3, 3, 3};
  const JetRecords jets = test::random_jets(9, shape, 2);
  const auto a = write("a.parquet", jets, {});
  const auto b = write("b.parquet", jets, {});
  ReadOptions options;
  options.layout = "hwc";
  for (const auto& files : {std::vector{a}, std::vector{a, b}}) {
    const RawReader reader(files, options);
    JetRecords all;
    reader.read([&](JetRecords&& chunk) { all.append(chunk); });
    ASSERT_EQ(all.size(), files.size() * jets.size());
    for (std::size_t jet = 0; jet < all.size(); ++jet) {
      std::vector<float> got(27);
      std::vector<float> expected(27);
      for (int channel = 0; channel < 3; ++channel) {
        const SparseChannel read = all.images.channel(jet, channel);
        const SparseChannel written = jets.images.channel(jet % jets.size(), channel);
        for (std::size_t i = 0; i < read.pixel.size(); ++i) got[9 * channel + read.pixel[i]] = read.value[i];
        // The lists [a][b][c] hold row a, column b, channel c.
        for (std::size_t i = 0; i < written.pixel.size(); ++i) {
          const int row = channel, column = written.pixel[i] / 3, last = written.pixel[i] % 3;
          expected[static_cast<std::size_t>(9 * last + 3 * row + column)] = written.value[i];
        }
      }
      EXPECT_EQ(got, expected);
    }
  }
}

// Several processes take the chunks in turn, over the ends of files, whether row groups are small or read in parts.
TEST_F(RawFiles, SharesHoldEveryJetOnce) {
  const ImageShape shape{3, 9, 9};
  const auto small = write("small.parquet", test::random_jets(1000, shape, 6), {Schema::quark_gluon, true, 100});
  const auto odd = write("odd.parquet", test::random_jets(7, shape, 7), {Schema::quark_gluon, true, 7});
  const auto large = folder_ / "large.parquet";
  const auto properties = parquet::WriterProperties::Builder().data_pagesize(4096)->build();
  test::rewrite(small, large, properties, 1000);
  const std::vector<std::filesystem::path> files = {small, odd, large};
  const JetRecords all = test::read_all(files);
  ASSERT_EQ(all.size(), 2007U);
  for (std::size_t processes = 1; processes < 5; ++processes) {
    std::vector<std::vector<JetRecords>> chunks(processes);
    std::uint64_t rows = 0;
    for (std::size_t process = 0; process < processes; ++process) {
      ReadOptions options;
      options.threads = 2;
      const RawReader reader(files, options);
      const auto keep = [&](JetRecords&& jets) { chunks[process].push_back(std::move(jets)); };
      const ReadSummary summary = reader.read(Share{process, processes}, keep);
      EXPECT_LT(summary.rows, processes == 1 ? 2008U : 1500U);
      rows += summary.rows;
    }
    EXPECT_EQ(rows, 2007U);
    JetRecords together;
    for (std::size_t turn = 0; turn < chunks[0].size(); ++turn) {
      for (const auto& own : chunks) {
        if (turn < own.size()) together.append(own[turn]);
      }
    }
    EXPECT_TRUE(test::equal(together, all)) << processes;
  }
}

// An exception of the sink is rethrown, and the workers end.
TEST_F(RawFiles, TheSinkMayThrow) {
  const auto file = write("many.parquet", test::random_jets(3000, {1, 2, 2}, 6), {Schema::quark_gluon, true, 1});
  ReadOptions options;
  options.threads = 3;
  const RawReader reader({file}, options);
  EXPECT_ERROR(reader.read([](JetRecords&&) { throw Error("enough"); }), Error, "enough");
}

TEST_F(RawFiles, ThatShrinkWhileTheyAreRead) {
  const auto file = write("many.parquet", test::random_jets(3000, {3, 9, 9}, 6), {Schema::quark_gluon, true, 1});
  ReadOptions options;
  options.threads = 1;
  const RawReader reader({file}, options);
  const auto cut = [&](JetRecords&&) { std::filesystem::resize_file(file, 1000); };
  EXPECT_ERROR(reader.read(cut), Error, "(it was cut short)");
}

TEST_F(RawFiles, AnUnfinishedWriterLeavesNothing) {
  {
    RawWriter writer(folder_ / "a.parquet", {});
    writer.append(test::random_jets(3, kShape, 1));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace jetvit
